(** * The softmax at low temperature (SM8)

    sum_if_const, sum_ifn_const == sum of a constant over a set and off it
    exists_argmax           == a largest score exists
    argmax_mass             == mass off the argmax is at most ((n - #M) / #M) e^{-g/T}
    filterlim_sum           == limit of a finite sum
    softmax_cold            == limit T -> 0+: uniform on the argmax *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Lemma sum_if_const {n} (M : pred 'I_n) c : sum (fun i => if M i then c else 0) = INR #|M| * c.
Proof.
  rewrite /sum -big_mkcond big_const (eq_card (B := M)) //.
  elim: #|M| => [|k IH]; first by rewrite /= Rmult_0_l.
  by rewrite iterS IH S_INR /=; ring.
Qed.

Lemma sum_if_split {n} (M : pred 'I_n) (a : vec n) :
  sum a = sum (fun i => if M i then a i else 0) + sum (fun i => if M i then 0 else a i).
Proof. by rewrite -sum_plus; apply: sum_ext => i; case: (M i); ring. Qed.

Lemma sum_ifn_const {n} (M : pred 'I_n) c :
  sum (fun i => if M i then 0 else c) = (INR n - INR #|M|) * c.
Proof. by have := sum_if_split M (fun _ => c); rewrite sum_const sum_if_const; lra. Qed.

Lemma card_off_ge0 {n} (M : pred 'I_n) : 0 <= INR n - INR #|M|.
Proof.
  rewrite -[_ - _]Rmult_1_r -sum_ifn_const; apply: sum_ge0 => i.
  by case: (M i); lra.
Qed.

Lemma card_gt0_in {n} (M : pred 'I_n) i : M i -> 0 < INR #|M|.
Proof. by move=> h; apply: lt_0_INR; apply/ltP; apply/card_gt0P; exists i. Qed.

Lemma exists_argmax {n} (f : vec n) : (0 < n)%N -> exists i, forall j, f j <= f i.
Proof.
  move=> n0; suff H (l : seq 'I_n) : exists i, forall j, j \in l -> f j <= f i.
    have [i h] := H (enum 'I_n); exists i => j; apply: h; exact: mem_enum.
  elim: l => [|k l [i h]]; first by exists (Ordinal n0).
  case: (Rle_dec (f k) (f i)) => d.
    by exists i => j; rewrite in_cons => /orP [/eqP ->|/h].
  exists k => j; rewrite in_cons => /orP [/eqP ->|/h]; lra.
Qed.

Section Cold.
Context {n : nat} (f : vec n) (M : pred 'I_n).
Hypothesis argmax : forall i, M i <-> (forall j, f j <= f i).

Lemma argmax_tie i j : M i -> M j -> f i = f j.
Proof. by move=> /argmax hi /argmax hj; have := hi j; have := hj i; lra. Qed.

Lemma argmax_below i j : M i -> ~~ M j -> f j < f i.
Proof.
  move=> hi /negP hj; have top := proj1 (argmax i) hi.
  case: (top j) => // e; case: hj; apply/argmax => k; rewrite e; exact: top.
Qed.

Lemma argmax_mass T g : 0 < T -> (0 < n)%N ->
  (forall i j, M i -> ~~ M j -> g <= f i - f j) ->
  sum (fun i => if M i then 0 else softmax (/ T) f i) <=
  (INR n - INR #|M|) / INR #|M| * exp (- (g / T)).
Proof.
  move=> T0 n0 gap; have [k hk] := exists_argmax f n0; have Mk : M k by apply/argmax.
  have c0 := card_gt0_in M k Mk; have i0 : 0 < / T by apply: Rinv_0_lt_compat.
  (* #M softmax_k <= 1, since the winners share equally *)
  have win : INR #|M| * softmax (/ T) f k <= 1.
    rewrite -(softmax_sum (/ T) f n0) -sum_if_const; apply: sum_le => i.
    have p := softmax_gt0 (/ T) f i; case: (boolP (M i)) => Mi; last lra.
    by rewrite (softmax_ratio (/ T) f k i) (argmax_tie k i) // Rminus_diag_eq // Rmult_0_r exp_0; lra.
  have le i : (if M i then 0 else softmax (/ T) f i) <=
              (if M i then 0 else exp (- (g / T)) * softmax (/ T) f k).
    case: (boolP (M i)) => Mi; first lra.
    rewrite (softmax_ratio (/ T) f i k) Rmult_comm; apply: Rmult_le_compat_r.
      by apply: Rlt_le; apply: softmax_gt0.
    apply: exp_le; have := gap k i Mk Mi => h.
    have := Rmult_le_compat_l (/ T) _ _ ltac:(lra) h; rewrite /Rdiv; lra.
  apply: Rle_trans (sum_le _ _ le) _; rewrite sum_ifn_const.
  have N0 := card_off_ge0 M.
  have -> : (INR n - INR #|M|) / INR #|M| * exp (- (g / T)) =
            (INR n - INR #|M|) * (exp (- (g / T)) * / INR #|M|) by rewrite /Rdiv; ring.
  apply: Rmult_le_compat_l => //; apply: Rmult_le_compat_l; first by apply: Rlt_le; apply: exp_pos.
  by apply: (Rmult_le_reg_l (INR #|M|)) => //; rewrite Rinv_r; lra.
Qed.

Lemma filterlim_sum (F : (R -> Prop) -> Prop) {FF : Filter F} (a : 'I_n -> R -> R) (l : vec n) :
  (forall i, filterlim (a i) F (locally (l i))) ->
  filterlim (fun t => sum (fun i => a i t)) F (locally (sum l)).
Proof.
  move=> h; rewrite /sum; elim: (index_enum _) => [|i s IH].
    rewrite big_nil; apply: (filterlim_ext (fun _ => 0)); last exact: filterlim_const.
    by move=> t; rewrite big_nil.
  rewrite big_cons; apply: (filterlim_ext (fun t => plus (a i t) (\big[Rplus/0]_(j <- s) a j t))).
    by move=> t; rewrite big_cons.
  exact: filterlim_comp_2 (h i) IH (filterlim_plus _ _).
Qed.

(** One unnormalised weight, relative to a winner k. *)
Lemma weight_cold k j : M k ->
  filterlim (fun T => exp (/ T * (f j - f k))) (at_right 0) (locally (if M j then 1 else 0)).
Proof.
  move=> Mk; case: (boolP (M j)) => Mj.
    apply: (filterlim_ext (fun _ => 1)); last exact: filterlim_const.
    by move=> T; rewrite (argmax_tie j k) // Rminus_diag_eq // Rmult_0_r exp_0.
  have d := argmax_below k j Mk Mj.
  have h : filterlim (fun T => / T * (f j - f k)) (at_right 0) (Rbar_locally m_infty).
    refine (filterlim_comp _ _ _ Rinv (fun x => x * (f j - f k)) _ _ _ filterlim_Rinv_0_right _).
    have := filterlim_Rbar_mult_r (f j - f k) p_infty.
    rewrite /Rbar_mult /Rbar_mult' /=; case: Rle_dec => r //.
    by exfalso; lra.
  exact: (filterlim_comp _ _ _ _ exp _ _ _ h is_lim_exp_m).
Qed.

Lemma softmax_cold i : (0 < n)%N ->
  filterlim (fun T => softmax (/ T) f i) (at_right 0) (locally (if M i then / INR #|M| else 0)).
Proof.
  move=> n0; have [k hk] := exists_argmax f n0; have Mk : M k by apply/argmax.
  have c0 := card_gt0_in M k Mk.
  apply: (filterlim_ext (fun T => exp (/ T * (f i - f k)) * / sum (fun j => exp (/ T * (f j - f k))))).
    by move=> T; rewrite -softmax_sub (softmax_ratio _ f i k) Rmult_comm.
  have -> : (if M i then / INR #|M| else 0) = mult (if M i then 1 else 0) (/ INR #|M|).
    by rewrite /mult /=; case: (M i); ring.
  apply: filterlim_comp_2; [exact: weight_cold | | exact: filterlim_mult].
  apply: filterlim_comp; last by apply: continuous_Rinv; apply: Rgt_not_eq; exact: c0.
  rewrite -[INR #|M|]Rmult_1_r -sum_if_const; apply: filterlim_sum => j; exact: weight_cold.
Qed.

End Cold.
