(** * Entropy and the effective number of memories (SM9)

    cross_entropy_ge        == entropy p <= - <p, ln q>, also where q touches a face that p is on
    entropy_ge0, entropy_le == 0 <= entropy p <= ln n
    two_level e S           == mass 1 - e spread evenly on S, mass e spread evenly off S
    split_entropy e s n     == h(e) + (1 - e) ln s + e ln (n - s), h the binary entropy
    entropy_split_le        == the bound for mass at most e off S
    entropy_split_eq        == the bound for mass e off S
    entropy_two_level       == [two_level] meets the bound *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax lib.SoftmaxCold.

Open Scope R_scope.

Lemma xlnx_le0 x : 0 <= x -> x <= 1 -> x * ln x <= 0.
Proof.
  case=> [x0|<-] x1; last by rewrite Rmult_0_l; lra.
  have : ln x <= 0 by rewrite -ln_1; apply: ln_le.
  by nra.
Qed.

Section Entropy.
Context {n : nat}.
Implicit Types p q : vec n.

Lemma cross_entropy_ge p q : is_simplex p -> is_simplex q -> (forall i, q i = 0 -> p i = 0) ->
  entropy p <= - dot p (fun i => ln (q i)).
Proof.
  move=> [p0 sp] [q0 sq] face.
  have : 0 <= sum (fun i => p i * (ln (p i) - ln (q i)) - p i + q i).
    apply: sum_ge0 => i; case: (q0 i) => [qi|qi]; first exact: kl_term.
    by rewrite -qi (face i) //; lra.
  rewrite -kl_shifted // /kl /entropy /dot.
  rewrite (sum_ext _ (fun i => p i * ln (p i) - p i * ln (q i))); last by move=> i; ring.
  by rewrite sum_minus; lra.
Qed.

Lemma entropy_ge0 p : is_simplex p -> 0 <= entropy p.
Proof.
  move=> sp; rewrite /entropy -sum_opp; apply: sum_ge0 => i.
  by have := xlnx_le0 (p i) (simplex_ge0 p i sp) (simplex_le1 p i sp); lra.
Qed.

Lemma entropy_le p : is_simplex p -> entropy p <= ln (INR n).
Proof.
  move=> sp; have n0 := simplex_dim p sp; have N0 := INR_gt0 n0.
  have iq := uniform_interior n0; have i0 := Rinv_0_lt_compat _ N0.
  apply: Rle_trans (cross_entropy_ge p _ sp (interior_simplex _ iq) _) _ => [i /= h|]; first lra.
  by rewrite dot_const_r ln_Rinv //; case: sp => _ ->; lra.
Qed.

Lemma entropy_uniform : (0 < n)%N -> entropy (fun _ : 'I_n => / INR n) = ln (INR n).
Proof.
  move=> n0; have N0 := INR_gt0 n0.
  by rewrite /entropy sum_const ln_Rinv //; field; lra.
Qed.

Lemma effective_range p : is_simplex p -> 1 <= exp (entropy p) /\ exp (entropy p) <= INR n.
Proof.
  move=> sp; have N0 := INR_gt0 (simplex_dim p sp).
  split; first by rewrite -exp_0; apply: exp_le; apply: entropy_ge0.
  by rewrite -[INR n]exp_ln //; apply: exp_le; apply: entropy_le.
Qed.

(** ** Mass off a set *)

Variable S : pred 'I_n.
Hypothesis S_gt0 : (1 <= #|S|)%N.
Hypothesis S_lt : (#|S| < n)%N.

Definition two_level e : vec n := fun i => if S i then (1 - e) / INR #|S| else e / (INR n - INR #|S|).
Definition split_entropy e : R :=
  (- (e * ln e) - (1 - e) * ln (1 - e)) + (1 - e) * ln (INR #|S|) + e * ln (INR n - INR #|S|).

Lemma size_gt0 : 0 < INR #|S|.
Proof. by apply: lt_0_INR; apply/ltP. Qed.

Lemma rest_gt0 : 0 < INR n - INR #|S|.
Proof. by have := lt_INR _ _ (ltP S_lt); lra. Qed.

Lemma two_level_simplex e : 0 <= e -> e <= 1 -> is_simplex (two_level e).
Proof.
  move=> e0 e1; have s0 := size_gt0; have r0 := rest_gt0; split=> [i|].
    by rewrite /two_level; case: (S i); apply: Rle_mult_inv_pos; lra.
  rewrite (sum_if_split S).
  rewrite (sum_ext (fun i => if S i then two_level e i else 0)
    (fun i => if S i then (1 - e) / INR #|S| else 0)); last by rewrite /two_level => i; case: (S i).
  rewrite (sum_ext (fun i => if S i then 0 else two_level e i)
    (fun i => if S i then 0 else e / (INR n - INR #|S|))); last by rewrite /two_level => i; case: (S i).
  by rewrite sum_if_const sum_ifn_const; field; lra.
Qed.

Definition off p : R := sum (fun i => if S i then 0 else p i).

Lemma mass_on p : sum p = 1 -> sum (fun i => if S i then p i else 0) = 1 - off p.
Proof. by rewrite (sum_if_split S) -/(off p); lra. Qed.

Lemma off_range p : is_simplex p -> 0 <= off p /\ off p <= 1.
Proof.
  case=> p0 s; split; first by apply: sum_ge0 => i; case: (S i) => //; lra.
  have := mass_on p s; have : 0 <= sum (fun i => if S i then p i else 0).
    by apply: sum_ge0 => i; case: (S i) => //; lra.
  lra.
Qed.

Lemma off_two_level e : off (two_level e) = e.
Proof.
  have r0 := rest_gt0; rewrite /off.
  rewrite (sum_ext _ (fun i => if S i then 0 else e / (INR n - INR #|S|))).
    by rewrite sum_ifn_const; field; lra.
  by rewrite /two_level => i; case: (S i).
Qed.

(** Mass one or mass zero on a side empties the other. *)
Lemma off0 p : is_simplex p -> off p = 0 -> forall i, ~~ S i -> p i = 0.
Proof.
  case=> p0 _ z i /negbTE Si.
  have ge0 j : 0 <= (if S j then 0 else p j) by case: (S j) => //; lra.
  by have := sum_ge0_eq0 _ ge0 z i; rewrite Si.
Qed.

Lemma off1 p : is_simplex p -> off p = 1 -> forall i, S i -> p i = 0.
Proof.
  case=> p0 s o i Si; have := mass_on p s; rewrite o Rminus_diag_eq // => z.
  have ge0 j : 0 <= (if S j then p j else 0) by case: (S j) => //; lra.
  by have := sum_ge0_eq0 _ ge0 z i; rewrite Si.
Qed.

(** Cross entropy to the two-level point: affine in the mass off S. *)
Lemma cross_two_level p e : sum p = 1 ->
  dot p (fun i => ln (two_level e i)) =
  (1 - off p) * ln ((1 - e) / INR #|S|) + off p * ln (e / (INR n - INR #|S|)).
Proof.
  move=> s; rewrite -(mass_on p s) /off -!sum_scal_r -sum_plus.
  by apply: sum_ext => i; rewrite /two_level; case: (S i); ring.
Qed.

Lemma entropy_cross_le p e : is_simplex p -> 0 <= e -> e <= 1 ->
  (e = 0 -> off p = 0) -> (e = 1 -> off p = 1) ->
  entropy p <= - ((1 - off p) * ln ((1 - e) / INR #|S|) + off p * ln (e / (INR n - INR #|S|))).
Proof.
  move=> sp e0 e1 z o; rewrite -cross_two_level; last by case: sp.
  have s0 := size_gt0; have r0 := rest_gt0.
  apply: cross_entropy_ge => //; first exact: two_level_simplex.
  move=> i; rewrite /two_level; case: (boolP (S i)) => Si h.
    apply: off1 => //; apply: o.
    have := Rmult_integral _ _ h; have := Rinv_0_lt_compat _ s0; lra.
  apply: off0 => //; apply: z.
  have := Rmult_integral _ _ h; have := Rinv_0_lt_compat _ r0; lra.
Qed.

(** The value of the affine form at mass e, faces included. *)
Lemma split_entropy_value e : 0 <= e -> e <= 1 ->
  - ((1 - e) * ln ((1 - e) / INR #|S|) + e * ln (e / (INR n - INR #|S|))) = split_entropy e.
Proof.
  have s0 := size_gt0; have r0 := rest_gt0; rewrite /split_entropy => e0 e1.
  have L x y : 0 <= x -> 0 < y -> x * ln (x / y) = x * ln x - x * ln y.
    case=> [x0|<-] y0; last by rewrite !Rmult_0_l; ring.
    by rewrite ln_div //; ring.
  by rewrite !L //; lra.
Qed.

Lemma entropy_split_eq p e : is_simplex p -> off p = e -> entropy p <= split_entropy e.
Proof.
  move=> sp o; have [o0 o1] := off_range p sp; rewrite o in o0 o1.
  by rewrite -split_entropy_value // -{1 3}o; apply: entropy_cross_le => //; rewrite o.
Qed.

Lemma entropy_split_le p e : is_simplex p -> off p <= e -> 0 <= e ->
  e <= 1 - INR #|S| / INR n -> entropy p <= split_entropy e.
Proof.
  move=> sp oe e0 em; have [o0 o1] := off_range p sp.
  case: e0 => [e0|e0]; last by apply: entropy_split_eq => //; lra.
  have s0 := size_gt0; have r0 := rest_gt0; have N0 : 0 < INR n by lra.
  have sn : 0 < INR #|S| / INR n by apply: Rdiv_lt_0_compat.
  have e1 : e < 1 by lra.
  rewrite -split_entropy_value; [|lra|lra].
  apply: Rle_trans (entropy_cross_le p e sp _ _ _ _) _; try lra.
  (* the levels are ordered, so more mass off S raises the form *)
  have ord : ln (e / (INR n - INR #|S|)) <= ln ((1 - e) / INR #|S|).
    apply: ln_le; first exact: Rdiv_lt_0_compat.
    apply: (Rmult_le_reg_r ((INR n - INR #|S|) * INR #|S|)); first exact: Rmult_lt_0_compat.
    have -> : e / (INR n - INR #|S|) * ((INR n - INR #|S|) * INR #|S|) = e * INR #|S| by field; lra.
    have -> : (1 - e) / INR #|S| * ((INR n - INR #|S|) * INR #|S|) = (1 - e) * (INR n - INR #|S|).
      by field; lra.
    have : e * INR n <= (1 - INR #|S| / INR n) * INR n by apply: Rmult_le_compat_r; lra.
    have -> : (1 - INR #|S| / INR n) * INR n = INR n - INR #|S| by field; lra.
    lra.
  nra.
Qed.

Lemma entropy_two_level e : 0 <= e -> e <= 1 -> entropy (two_level e) = split_entropy e.
Proof.
  move=> e0 e1; rewrite -split_entropy_value //.
  have [_ s] := two_level_simplex e e0 e1.
  by have := cross_two_level (two_level e) e s; rewrite off_two_level => <-.
Qed.

(** Past the turning point the uniform point is allowed. *)
Lemma off_uniform : off (fun _ => / INR n) = 1 - INR #|S| / INR n.
Proof.
  have r0 := rest_gt0; have s0 := size_gt0.
  by rewrite /off sum_ifn_const; field; lra.
Qed.

End Entropy.
