(** * Counting vectors of signs: Hoeffding's inequality

    total f            == the sum of f over a finite set
    how_many_total     == a count is the total of an indicator
    how_many_le, how_many_union == monotone and subadditive
    cosh_le_gauss      == cosh a <= e^{a^2/2}
    hoeffding          == #{s : t <= |sum a_i s_i|} <= 2 2^n e^{-t^2 / (2 sum a_i^2)} *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Signs lib.Sums lib.Softmax lib.Hyperbolic.

Open Scope R_scope.

Definition total {T : finType} (f : T -> R) : R := \big[Rplus/0]_(s : T) f s.

Section Total.
Context {T : finType}.
Implicit Types (f g : T -> R) (P Q : pred T).

Lemma total_ext f g : (forall s, f s = g s) -> total f = total g.
Proof. by move=> e; apply: eq_bigr => s _. Qed.

Lemma total_plus f g : total (fun s => f s + g s) = total f + total g.
Proof. exact: big_split. Qed.

Lemma total_scal c f : total (fun s => c * f s) = c * total f.
Proof. by rewrite /total big_distrr. Qed.

Lemma total_le f g : (forall s, f s <= g s) -> total f <= total g.
Proof.
  move=> h; rewrite /total; elim: (index_enum _) => [|s l IH]; first by rewrite !big_nil; lra.
  by rewrite !big_cons; have := h s; lra.
Qed.

Lemma total_ge0 f : (forall s, 0 <= f s) -> 0 <= total f.
Proof. by move=> h; rewrite /total; elim/big_ind: _ => *; try apply: h; lra. Qed.

Lemma total_const c : total (fun _ : T => c) = INR #|T| * c.
Proof.
  rewrite /total big_const; elim: #|T| => [|k IH]; first by rewrite /= Rmult_0_l.
  by rewrite iterS IH S_INR; ring.
Qed.

Lemma how_many_total P : how_many P = total (fun s => if P s then 1 else 0).
Proof.
  rewrite /how_many /total -big_mkcond big_const.
  by elim: #|P| => [|k IH] //; rewrite iterS -IH S_INR /=; ring.
Qed.

Lemma how_many_ge0 P : 0 <= how_many P.
Proof. exact: pos_INR. Qed.

Lemma how_many_sub P Q : (forall s, P s -> Q s) -> how_many P <= how_many Q.
Proof.
  move=> h; rewrite !how_many_total; apply: total_le => s.
  by have := h s; case: (P s) => [->|_]; rewrite //=; try lra; case: (Q s); lra.
Qed.

(** A count is at most the total of a function that is positive, and at least 1 where P holds. *)
Lemma how_many_markov P f : (forall s, 0 <= f s) -> (forall s, P s -> 1 <= f s) -> how_many P <= total f.
Proof.
  move=> f0 h; rewrite how_many_total; apply: total_le => s.
  by have := h s; have := f0 s; case: (P s) => // _; apply.
Qed.
End Total.

Lemma total_swap {S T : finType} (f : S -> T -> R) :
  total (fun s => total (fun t => f s t)) = total (fun t => total (fun s => f s t)).
Proof. exact: exchange_big. Qed.

Lemma total_pair {S T : finType} (f : S -> T -> R) :
  total (fun s => total (fun t => f s t)) = total (fun st : S * T => f st.1 st.2).
Proof. exact: pair_bigA. Qed.

(** Union bound over a finite index. *)
Lemma how_many_union {I T : finType} (J : pred I) (P : pred T) (Q : I -> pred T) (B : R) :
  (forall s, P s -> exists2 j, J j & Q j s) -> (forall j, J j -> how_many (Q j) <= B) ->
  how_many P <= how_many J * B.
Proof.
  move=> cover bound; apply: (Rle_trans _ (total (fun s => total (fun j => if J j && Q j s then 1 else 0)))).
    apply: how_many_markov => [s|s Ps].
      by apply: total_ge0 => j; case: ifP; lra.
    have [j Jj Qj] := cover s Ps; rewrite /total (bigD1 j) //= Jj Qj /=.
    suff: 0 <= \big[Rplus/0]_(k | k != j) (if J k && Q k s then 1 else 0) by lra.
    by elim/big_ind: _ => *; try case: ifP; lra.
  rewrite total_swap Rmult_comm how_many_total -total_scal; apply: total_le => j.
  case: (boolP (J j)) => Jj /=; last by rewrite total_const; lra.
  by rewrite Rmult_1_r -how_many_total; apply: bound.
Qed.

Lemma card_signs n : INR #|{: signs n}| = 2 ^ n.
Proof.
  rewrite card_ffun card_bool card_ord; elim: n => [|k IH] //.
  by rewrite expnS mult_INR IH.
Qed.

(** ** cosh a <= e^{a^2/2} *)

Lemma cosh_le_gauss a : cosh a <= exp (a ^ 2 / 2).
Proof.
  wlog a0 : a / 0 <= a.
    move=> H; case: (Rle_dec 0 a) => [|n]; first exact: H.
    by rewrite -cosh_opp (_ : a ^ 2 = (- a) ^ 2); [apply: H; lra | ring].
  rewrite -(exp_ln (cosh a)); last exact: cosh_gt0.
  apply: exp_le.
  pose h u := u ^ 2 / 2 - ln (cosh u); pose h' u := u - tanh u.
  have D u : is_derive h u (h' u).
    rewrite /h /h'; evar_last.
      apply: (is_derive_minus (fun u => u ^ 2 / 2) (fun u => ln (cosh u))); last exact: is_derive_ln_cosh.
      by auto_derive.
    by rewrite /minus /plus /opp /=; field.
  have [c [hc E]] := MVT_gen h 0 a h' (fun c _ => D c)
      (fun c _ => proj2 (continuity_pt_filterlim h c) (ex_derive_continuous h c (ex_intro _ _ (D c)))).
  move: hc; rewrite Rmin_left ?Rmax_right // => hc.
  have h0 : h 0 = 0 by rewrite /h cosh_0 ln_1; lra.
  move: E; rewrite h0 /h /h'; have := tanh_le c ltac:(lra); nra.
Qed.

(** ** Hoeffding *)

Definition linear {n} (a : vec n) (s : signs n) : R := sum (fun i => a i * sgn (s i)).

Lemma exp_sum {n} (a : vec n) : exp (sum a) = \big[Rmult/1]_(i < n) exp (a i).
Proof. by rewrite /sum (big_morph exp exp_plus exp_0). Qed.

Lemma total_exp_linear {n} (a : vec n) :
  total (fun s => exp (linear a s)) = 2 ^ n * \big[Rmult/1]_(i < n) cosh (a i).
Proof.
  rewrite /total (eq_bigr (fun s : signs n => \big[Rmult/1]_(i < n) exp (a i * sgn (s i)))); last first.
    by move=> s _; rewrite exp_sum.
  rewrite -(bigA_distr_bigA (fun i b => exp (a i * sgn b))).
  rewrite (eq_bigr (fun i => 2 * cosh (a i))); last first.
    move=> i _; rewrite big_bool /=.
    by rewrite /cosh Rmult_1_r (_ : a i * -1 = - a i); [lra | ring].
  rewrite big_split /=; congr (_ * _).
  rewrite big_const card_ord; elim: (n) => [|k IH] //=.
  by rewrite IH.
Qed.

Lemma total_exp_le {n} (a : vec n) : total (fun s => exp (linear a s)) <= 2 ^ n * exp (dot a a / 2).
Proof.
  rewrite total_exp_linear; apply: Rmult_le_compat_l; first by apply: pow_le; lra.
  rewrite /dot -sum_div exp_sum.
  suff [] : 0 <= \big[Rmult/1]_(i < n) cosh (a i) <= \big[Rmult/1]_(i < n) exp (a i * a i / 2).
    by move=> _ h; exact: h.
  elim: (index_enum _) => [|i l [IH0 IH]]; first by rewrite !big_nil; split; lra.
  have := cosh_gt0 (a i); have := cosh_le_gauss (a i); rewrite (_ : a i ^ 2 = a i * a i); last ring.
  rewrite !big_cons => g c; split; first by apply: Rmult_le_pos; [lra | exact: IH0].
  by apply: Rmult_le_compat; [lra | exact: IH0 | | exact: IH].
Qed.

Lemma linear_scal {n} k (a : vec n) s : linear (fun i => k * a i) s = k * linear a s.
Proof. by rewrite /linear -sum_scal_l; apply: sum_ext => i; ring. Qed.

Lemma hoeffding {n} (a : vec n) (t : R) (P : pred (signs n)) : 0 < dot a a -> 0 <= t ->
  (forall s, P s -> t <= Rabs (linear a s)) ->
  how_many P <= 2 * 2 ^ n * exp (- (t ^ 2 / (2 * dot a a))).
Proof.
  set V := dot a a => V0 t0 h; pose k := t / V.
  have k0 : 0 <= k by rewrite /k /Rdiv; apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
  pose g c s := exp (- (k * t)) * exp (linear (fun i => c * a i) s).
  apply: (Rle_trans _ (total (fun s => g k s + g (- k) s))).
    apply: how_many_markov => s.
      rewrite /g; have := exp_pos (- (k * t)); have := exp_pos (linear (fun i => k * a i) s).
      have := exp_pos (linear (fun i => - k * a i) s) => *; nra.
    move=> /h; rewrite /g -!exp_plus !linear_scal; set S := linear a s => tS.
    have e1 := exp_pos (- (k * t) + k * S); have e2 := exp_pos (- (k * t) + - k * S).
    move: tS; rewrite /Rabs; case: (Rcase_abs S) => sS tS.
      have : 1 <= exp (- (k * t) + - k * S) by rewrite -exp_0; apply: exp_le; nra.
      lra.
    have : 1 <= exp (- (k * t) + k * S) by rewrite -exp_0; apply: exp_le; nra.
    lra.
  have piece c : c ^ 2 = k ^ 2 -> total (g c) <= 2 ^ n * exp (- (t ^ 2 / (2 * V))).
    move=> ck; rewrite total_scal.
    have := total_exp_le (fun i => c * a i); rewrite dot_scal_l dot_scal_r -/V => l.
    apply: (Rle_trans _ (exp (- (k * t)) * (2 ^ n * exp (c * (c * V) / 2)))).
      by apply: Rmult_le_compat_l => //; apply: Rlt_le; apply: exp_pos.
    right; have -> : exp (- (k * t)) * (2 ^ n * exp (c * (c * V) / 2)) = 2 ^ n * (exp (- (k * t)) * exp (c * (c * V) / 2)) by ring.
    rewrite -exp_plus; congr (_ * exp _).
    have -> : c * (c * V) = k ^ 2 * V by rewrite -ck; ring.
    by rewrite /k; field; lra.
  rewrite total_plus; have := piece k erefl; have := piece (- k) ltac:(ring); lra.
Qed.

(** ** The forms used in the statements *)

Lemma Rle_decP a b : reflect (a <= b) (Rle_dec a b).
Proof. by case: (Rle_dec a b) => h; constructor. Qed.

Lemma dot_sign_vector {n} (c : vec n) : (forall i, c i = 1 \/ c i = -1) -> dot c c = INR n.
Proof. by move=> bin; rewrite -sum_one; apply: sum_ext => i; case: (bin i) => ->; ring. Qed.

Lemma hoeffding_signs {n} (c : vec n) (t : R) : (0 < n)%N -> 0 <= t ->
  (forall i, c i = 1 \/ c i = -1) ->
  how_many (fun s : signs n => Rle_dec t (Rabs (sum (fun i => c i * sgn (s i)))))
  <= 2 * 2 ^ n * exp (- (t ^ 2 / (2 * INR n))).
Proof.
  move=> n0 t0 /dot_sign_vector e; rewrite -e; apply: hoeffding => //; last by move=> s /Rle_decP.
  by rewrite e; apply: INR_gt0.
Qed.

Lemma hoeffding_plain {n} (t : R) : (0 < n)%N -> 0 <= t ->
  how_many (fun s : signs n => Rle_dec t (Rabs (sum (fun i => sgn (s i)))))
  <= 2 * 2 ^ n * exp (- (t ^ 2 / (2 * INR n))).
Proof.
  move=> n0 t0; have := hoeffding_signs (fun _ => 1) t n0 t0 (fun _ => or_introl erefl).
  apply: Rle_trans; apply: how_many_sub => s /Rle_decP h; apply/Rle_decP.
  by rewrite (sum_ext _ (fun i => sgn (s i))) // => i; rewrite Rmult_1_l.
Qed.

Lemma how_many_signs n : how_many (fun _ : signs n => true) = 2 ^ n.
Proof. by rewrite -card_signs /how_many; congr INR; apply: eq_card. Qed.

Lemma sgn_bin b : sgn b = 1 \/ sgn b = -1.
Proof. by case: b; [left | right]. Qed.
