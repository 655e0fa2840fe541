(** * Softmax, entropy and the softmax covariance: proofs

    exp_ge, exp_gt, exp_le, exp_div == tangent of exp, monotonicity, quotient
    partition_gt0           == the normaliser sum_j e^{b r_j} is positive
    softmax_gt0, softmax_sum, softmax_interior, softmax_shift, softmax_perm, softmax_ext == SM1
    ln_softmax              == ln of a softmax coordinate
    kl_term, kl_ge0, kl_eq0, kl_softmax == the divergence is positive definite
    gibbs_kl, gibbs_kl_ge0, gibbs_max, gibbs_unique, gibbs_maximiser == SM2
    is_derive_softmax_line, is_derive_softmax_upd == SM3, along a curve and per coordinate
    softcov_*               == the bilinear form v^T (diag p - p p^T) w; SM4
    centred v               == v minus its mean, the projection off the constants
    segment r r' t          == the point r' + t (r - r')
    softmax_lipschitz, softmax_lipschitz_strict == SM5 (softmax_lipschitz_norm: without projection)
    softmax_gap             == SM7 *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums.

Open Scope R_scope.

(** ** Exponential and logarithm *)

Lemma exp_ge x : 1 + x <= exp x.
Proof.
  case: (Req_dec x 0) => [->|ne]; first by rewrite exp_0; lra.
  by apply: Rlt_le; apply: exp_ineq1.
Qed.

Lemma exp_gt x : x <> 0 -> 1 + x < exp x.
Proof. exact: exp_ineq1. Qed.

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. by case=> [h|->]; [apply: Rlt_le; apply: exp_increasing | apply: Rle_refl]. Qed.

Lemma exp_div x y : exp x / exp y = exp (x - y).
Proof. by rewrite /Rdiv -exp_Ropp -exp_plus. Qed.

Section Softmax.
Context {n : nat}.
Implicit Types r f p q v w : vec n.

(** ** SM1: the softmax is an interior point of the simplex *)

Lemma partition_gt0 b r : (0 < n)%N -> 0 < sum (fun j => exp (b * r j)).
Proof. by move=> n0; apply: sum_gt0 => // i; apply: exp_pos. Qed.

Lemma index_dim (i : 'I_n) : (0 < n)%N.
Proof. by apply: leq_ltn_trans (ltn_ord i). Qed.

Lemma softmax_gt0 b r i : 0 < softmax b r i.
Proof. by apply: Rdiv_lt_0_compat; [apply: exp_pos | apply: partition_gt0; apply: index_dim i]. Qed.

Lemma softmax_sum b r : (0 < n)%N -> sum (softmax b r) = 1.
Proof.
  move=> n0; have := partition_gt0 b r n0; rewrite /softmax sum_div.
  by set Z := sum _ => z; rewrite /Rdiv Rinv_r //; lra.
Qed.

Lemma softmax_interior b r : (0 < n)%N -> is_interior (softmax b r).
Proof. by move=> n0; split; [move=> i; apply: softmax_gt0 | apply: softmax_sum]. Qed.

Lemma softmax_simplex b r : (0 < n)%N -> is_simplex (softmax b r).
Proof. by move=> n0; apply: interior_simplex; apply: softmax_interior. Qed.

Lemma softmax_ext b r r' : (forall i, r i = r' i) -> forall i, softmax b r i = softmax b r' i.
Proof.
  move=> e i; rewrite /softmax e; congr (_ / _).
  by apply: sum_ext => j; rewrite e.
Qed.

(** Only differences of scores matter. *)
Lemma softmax_sub b r i : softmax b r i = / sum (fun j => exp (b * (r j - r i))).
Proof.
  have z := partition_gt0 b r (index_dim i); have e := exp_pos (b * r i).
  rewrite /softmax (sum_ext (fun j => exp (b * (r j - r i))) (fun j => exp (b * r j) / exp (b * r i))).
    by rewrite sum_div; field; lra.
  by move=> j; rewrite exp_div; congr exp; ring.
Qed.

Lemma softmax_shift b r c i : softmax b (fun k => r k + c) i = softmax b r i.
Proof. by rewrite !softmax_sub; congr (/ _); apply: sum_ext => j; congr exp; ring. Qed.

Lemma softmax_perm b r (s : 'I_n -> 'I_n) i :
  injective s -> softmax b (fun k => r (s k)) i = softmax b r (s i).
Proof.
  move=> inj; rewrite /softmax; congr (_ / _).
  exact: (sum_perm s (fun j => exp (b * r j))).
Qed.

Lemma ln_softmax b r i : ln (softmax b r i) = b * r i - ln (sum (fun j => exp (b * r j))).
Proof.
  rewrite /softmax ln_div ?ln_exp //; first exact: exp_pos.
  by apply: partition_gt0; apply: index_dim i.
Qed.

Lemma softmax_ratio b r i j : softmax b r i = softmax b r j * exp (b * (r i - r j)).
Proof.
  have -> : exp (b * (r i - r j)) = exp (b * r i) / exp (b * r j).
    by rewrite exp_div; congr exp; ring.
  rewrite /softmax; have := partition_gt0 b r (index_dim i); have := exp_pos (b * r j).
  by move=> h k; field; lra.
Qed.

(** ** SM2: the divergence and the Gibbs principle *)

(** One term of the divergence, with its tangent taken off. *)
Lemma kl_term x y : 0 <= x -> 0 < y -> 0 <= x * (ln x - ln y) - x + y.
Proof.
  case=> [x0|<-] y0; last by rewrite Rmult_0_l; lra.
  have := exp_ge (ln y - ln x); rewrite -exp_div !exp_ln // => h.
  have : x * (1 + (ln y - ln x)) <= x * (y / x) by apply: Rmult_le_compat_l => //; lra.
  have -> : x * (y / x) = y by field; lra.
  lra.
Qed.

Lemma kl_term_eq0 x y : 0 <= x -> 0 < y -> x * (ln x - ln y) - x + y = 0 -> x = y.
Proof.
  case=> [x0|<-] y0 e; last by move: e; rewrite Rmult_0_l; lra.
  case: (Req_dec (ln y - ln x) 0) => [z|ne].
    by apply: ln_inv => //; lra.
  have := exp_gt _ ne; rewrite -exp_div !exp_ln // => h.
  have : x * (1 + (ln y - ln x)) < x * (y / x) by apply: Rmult_lt_compat_l.
  have -> : x * (y / x) = y by field; lra.
  lra.
Qed.

Lemma kl_shifted p q : sum p = 1 -> sum q = 1 ->
  kl p q = sum (fun i => p i * (ln (p i) - ln (q i)) - p i + q i).
Proof. by move=> sp sq; rewrite sum_plus sum_minus sp sq /kl; ring. Qed.

Lemma kl_ge0 p q : is_simplex p -> is_interior q -> 0 <= kl p q.
Proof.
  case=> p0 sp [q0 sq]; rewrite kl_shifted //.
  by apply: sum_ge0 => i; apply: kl_term.
Qed.

Lemma kl_eq0 p q : is_simplex p -> is_interior q -> kl p q = 0 -> forall i, p i = q i.
Proof.
  case=> p0 sp [q0 sq]; rewrite kl_shifted // => e i; apply: kl_term_eq0 => //.
  by move: (sum_ge0_eq0 _ (fun i => kl_term (p i) (q i) (p0 i) (q0 i)) e i).
Qed.

Lemma kl_refl p q : (forall i, p i = q i) -> kl p q = 0.
Proof. by move=> e; apply: sum_eq0 => i; rewrite e; ring. Qed.

Lemma kl_eq0_iff p q : is_simplex p -> is_interior q -> kl p q = 0 <-> (forall i, p i = q i).
Proof. by move=> sp iq; split; [apply: kl_eq0 | apply: kl_refl]. Qed.

Lemma kl_softmax b f p : sum p = 1 ->
  kl p (softmax b f) =
  sum (fun i => p i * ln (p i)) - b * dot p f + ln (sum (fun j => exp (b * f j))).
Proof.
  move=> sp; rewrite /kl; set Z := ln _.
  rewrite (sum_ext _ (fun i => p i * ln (p i) - (b * (p i * f i) - p i * Z))).
    by rewrite !sum_minus sum_scal_l sum_scal_r sp -/(dot p f); ring.
  by move=> i; rewrite ln_softmax -/Z; ring.
Qed.

Lemma partition_div T f : sum (fun j => exp (f j / T)) = sum (fun j => exp (/ T * f j)).
Proof. by apply: sum_ext => j; rewrite /Rdiv Rmult_comm. Qed.

Lemma gibbs_kl T f p : 0 < T -> sum p = 1 ->
  - dot p f + T * sum (fun i => p i * ln (p i)) + T * ln (sum (fun j => exp (f j / T)))
  = T * kl p (softmax (/ T) f).
Proof. by move=> T0 sp; rewrite kl_softmax // partition_div; field; lra. Qed.

Lemma gibbs_max T f p : 0 < T -> is_simplex p ->
  dot p f + T * entropy p <= T * ln (sum (fun j => exp (f j / T))).
Proof.
  move=> T0 sp; have n0 := simplex_dim p sp; case: (sp) => _ s1.
  have := gibbs_kl T f p T0 s1; have := kl_ge0 p _ sp (softmax_interior (/ T) f n0).
  rewrite /entropy; nra.
Qed.

Lemma gibbs_unique T f p : 0 < T -> is_simplex p ->
  dot p f + T * entropy p = T * ln (sum (fun j => exp (f j / T))) <->
  (forall i, p i = softmax (/ T) f i).
Proof.
  move=> T0 sp; have n0 := simplex_dim p sp; case: (sp) => _ s1.
  rewrite -kl_eq0_iff //; last exact: softmax_interior.
  have := gibbs_kl T f p T0 s1; rewrite /entropy; set D := kl _ _ => e.
  by split=> h; [apply: (Rmult_eq_reg_l T); lra | rewrite h in e; lra].
Qed.

Lemma gibbs_kl_ge0 T f p : 0 < T -> is_simplex p ->
  0 <= T * kl p (softmax (/ T) f) /\
  (T * kl p (softmax (/ T) f) = 0 <-> forall i, p i = softmax (/ T) f i).
Proof.
  move=> T0 sp; have iq := softmax_interior (/ T) f (simplex_dim p sp).
  have k0 := kl_ge0 p _ sp iq; rewrite -kl_eq0_iff //; split; first by apply: Rmult_le_pos; lra.
  split=> [h|->]; last ring.
  by apply: (Rmult_eq_reg_l T); lra.
Qed.

Lemma gibbs_maximiser T f : (0 < n)%N -> 0 < T ->
  is_simplex (softmax (/ T) f) /\
  dot (softmax (/ T) f) f + T * entropy (softmax (/ T) f) = T * ln (sum (fun j => exp (f j / T))) /\
  forall p : vec n, is_simplex p ->
    dot p f + T * entropy p <= T * ln (sum (fun j => exp (f j / T))) /\
    (dot p f + T * entropy p = T * ln (sum (fun j => exp (f j / T))) ->
     forall i, p i = softmax (/ T) f i).
Proof.
  move=> n0 T0; have sq := softmax_simplex (/ T) f n0; split=> //.
  split; first by apply/(gibbs_unique T f _ T0 sq).
  by move=> p sp; split; [apply: gibbs_max | apply: (proj1 (gibbs_unique T f p T0 sp))].
Qed.

(** ** SM3: derivative of the softmax *)

(** Along a curve of scores. *)
Lemma is_derive_softmax_line b (r : R -> vec n) (d : vec n) t i :
  (forall j, is_derive (fun s => r s j) t (d j)) ->
  is_derive (fun s => softmax b (r s) i) t
    (b * (softmax b (r t) i * (d i - dot (softmax b (r t)) d))).
Proof.
  move=> h; rewrite /softmax.
  have e j : is_derive (fun s => exp (b * r s j)) t (b * d j * exp (b * r t j)).
    apply: (is_derive_comp exp (fun s => b * r s j)); first exact: is_derive_exp.
    exact: is_derive_scal.
  have z := partition_gt0 b (r t) (index_dim i).
  have de := is_derive_sum _ t _ e.
  evar_last; first by apply: is_derive_div; [apply: e | apply: de | lra].
  rewrite /=; set Z := sum (fun j => exp (b * r t j)); rewrite -/Z in z.
  have -> : sum (fun j => b * d j * exp (b * r t j)) = b * (Z * dot (fun j => exp (b * r t j) / Z) d).
    rewrite /dot -sum_scal_l -sum_scal_l; apply: sum_ext => j; field; lra.
  field; lra.
Qed.

Lemma is_derive_softmax_upd b r i j :
  is_derive (fun t => softmax b (upd r j t) i) (r j)
    (b * (softmax b r i * kdelta i j - softmax b r i * softmax b r j)).
Proof.
  evar_last.
    apply: (is_derive_softmax_line b (upd r j) (fun k => kdelta k j)) => k.
    exact: is_derive_upd.
  have e : softmax b (upd r j (r j)) = softmax b r.
    by apply: functional_extensionality; apply: softmax_ext; apply: upd_same.
  by rewrite e /dot sum_kdelta_r'; ring.
Qed.

(** ** SM4: the covariance form *)

Lemma softcov_sym p v w : softcov p v w = softcov p w v.
Proof.
  rewrite /softcov (Rmult_comm (dot p v)); congr (_ - _).
  by apply: sum_ext => i; ring.
Qed.

Lemma softcov_plus_l p v v' w : softcov p (fun i => v i + v' i) w = softcov p v w + softcov p v' w.
Proof.
  rewrite /softcov dot_plus_r (sum_ext _ (fun i => p i * (v i * w i) + p i * (v' i * w i))).
    by rewrite sum_plus; ring.
  by move=> i; ring.
Qed.

Lemma softcov_scal_l p k v w : softcov p (fun i => k * v i) w = k * softcov p v w.
Proof.
  rewrite /softcov dot_scal_r (sum_ext _ (fun i => k * (p i * (v i * w i)))).
    by rewrite sum_scal_l; ring.
  by move=> i; ring.
Qed.

Lemma softcov_plus_r p v w w' : softcov p v (fun i => w i + w' i) = softcov p v w + softcov p v w'.
Proof. by rewrite !(softcov_sym p v) softcov_plus_l. Qed.

Lemma softcov_scal_r p k v w : softcov p v (fun i => k * w i) = k * softcov p v w.
Proof. by rewrite !(softcov_sym p v) softcov_scal_l. Qed.

Lemma softcov_const_r p v c : sum p = 1 -> softcov p v (fun _ => c) = 0.
Proof.
  move=> s; rewrite /softcov dot_const_r s (sum_ext _ (fun i => p i * v i * c)).
    by rewrite sum_scal_r /dot; ring.
  by move=> i; ring.
Qed.

(** The covariance as a sum over pairs. *)
Lemma softcov_pairs p v : sum p = 1 ->
  softcov p v v = / 2 * sum (fun i => sum (fun j => p i * p j * (v i - v j) ^ 2)).
Proof.
  move=> s; rewrite /softcov.
  rewrite (sum_ext (fun i => sum _) (fun i => p i * (v i * v i) + p i * sum (fun j => p j * (v j * v j))
     - 2 * (p i * v i) * dot p v)).
    by rewrite sum_minus sum_plus !sum_scal_r s sum_scal_l -/(dot p v); lra.
  move=> i; rewrite (sum_ext _ (fun j => p i * (v i * v i) * p j + p i * (p j * (v j * v j))
     - 2 * (p i * v i) * (p j * v j))).
    by rewrite sum_minus sum_plus !sum_scal_l s -/(dot p v); ring.
  by move=> j; ring.
Qed.

Lemma softcov_ge0 p v : is_simplex p -> 0 <= softcov p v v.
Proof.
  case=> p0 s; rewrite softcov_pairs //; apply: Rmult_le_pos; first lra.
  apply: sum_ge0 => i; apply: sum_ge0 => j; apply: Rmult_le_pos; last exact: pow2_ge_0.
  by apply: Rmult_le_pos.
Qed.

(** The defect of the bound 1/2, as a sum of squares: with the off-diagonal pairs
    [(v_i + v_j)^2] it is half of [sum (1 - 2 p_i)^2 v_i^2 + sum_{i <> j} p_i p_j (v_i + v_j)^2]. *)
Lemma softcov_defect p v : sum p = 1 ->
  / 2 * dot v v - softcov p v v =
  / 2 * sum (fun i => (1 - 2 * p i) ^ 2 * v i ^ 2) +
  / 2 * sum (fun i => sum (fun j => if j == i then 0 else p i * p j * (v i + v j) ^ 2)).
Proof.
  move=> s.
  have row i : sum (fun j => if j == i then 0 else p i * p j * (v i + v j) ^ 2) =
      p i * (v i * v i) + p i * sum (fun j => p j * (v j * v j)) + 2 * (p i * v i) * dot p v
      - 4 * (p i ^ 2 * v i ^ 2).
    have := sum_split i (fun j => p i * p j * (v i + v j) ^ 2).
    rewrite (sum_ext _ (fun j => p i * (v i * v i) * p j + p i * (p j * (v j * v j))
       + 2 * (p i * v i) * (p j * v j))); last by move=> j; ring.
    by rewrite 2!sum_plus !sum_scal_l s -/(dot p v); lra.
  rewrite (sum_ext _ _ row) sum_minus 2!sum_plus !sum_scal_r s !sum_scal_l -/(dot p v).
  rewrite (sum_ext (fun i => (1 - 2 * p i) ^ 2 * v i ^ 2)
    (fun i => v i * v i - 4 * (p i * (v i * v i)) + 4 * (p i ^ 2 * v i ^ 2))); last by move=> i; ring.
  by rewrite sum_plus sum_minus !sum_scal_l /softcov /dot; field.
Qed.

Lemma softcov_le_half p v : is_simplex p -> softcov p v v <= / 2 * dot v v.
Proof.
  case=> p0 s; have := softcov_defect p v s.
  have : 0 <= sum (fun i => (1 - 2 * p i) ^ 2 * v i ^ 2).
    by apply: sum_ge0 => i; apply: Rmult_le_pos; apply: pow2_ge_0.
  have : 0 <= sum (fun i => sum (fun j => if j == i then 0 else p i * p j * (v i + v j) ^ 2)).
    apply: sum_ge0 => i; apply: sum_ge0 => j; case: (j == i); first lra.
    by apply: Rmult_le_pos; [apply: Rmult_le_pos | apply: pow2_ge_0].
  lra.
Qed.

(** When the bound is met, both squares vanish. *)
Lemma softcov_half_eq p v : is_simplex p -> softcov p v v = / 2 * dot v v ->
  (forall i, (1 - 2 * p i) * v i = 0) /\
  (forall i j, i <> j -> p i * p j * (v i + v j) ^ 2 = 0).
Proof.
  case=> p0 s e; have := softcov_defect p v s; rewrite e.
  set A := sum (fun i => (1 - 2 * p i) ^ 2 * v i ^ 2); set B := sum _ => h.
  have a0 i : 0 <= (1 - 2 * p i) ^ 2 * v i ^ 2 by apply: Rmult_le_pos; apply: pow2_ge_0.
  have b0 i j : 0 <= (if j == i then 0 else p i * p j * (v i + v j) ^ 2).
    case: (j == i); first lra.
    by apply: Rmult_le_pos; [apply: Rmult_le_pos | apply: pow2_ge_0].
  have A0 : 0 <= A by apply: sum_ge0.
  have B0 : 0 <= B by apply: sum_ge0 => i; apply: sum_ge0.
  split=> [i|i j ne].
    have := sum_ge0_eq0 _ a0 ltac:(rewrite -/A; lra) i => z.
    by apply: Rsqr_0_uniq; rewrite /Rsqr -z; ring.
  have := sum_ge0_eq0 _ (fun i => sum_ge0 _ (b0 i)) ltac:(rewrite -/B; lra) i => z.
  by have := sum_ge0_eq0 _ (b0 i) z j; case: eqP => // e'; case: ne.
Qed.

(** Cauchy-Schwarz for the covariance form. *)
Lemma softcov_cauchy p v w : is_simplex p ->
  softcov p v w ^ 2 <= softcov p v v * softcov p w w.
Proof.
  move=> sp; have v0 := softcov_ge0 p v sp; have w0 := softcov_ge0 p w sp.
  have h a c : 0 <= a * a * softcov p v v + 2 * (a * c) * softcov p v w + c * c * softcov p w w.
    have := softcov_ge0 p (fun i => a * v i + c * w i) sp.
    rewrite softcov_plus_l !softcov_plus_r !softcov_scal_l !softcov_scal_r (softcov_sym p w v); lra.
  move: h v0 w0; set V := softcov p v v; set W := softcov p w w; set C := softcov p v w => h V0 W0.
  case: (Req_dec W 0) => [z|ne].
    have h1 := h C (- (V + 1)); rewrite z in h1 |- *.
    by apply: Rnot_lt_le => k; nra.
  have k := h W (- C); have : 0 <= W * (V * W - C ^ 2) by nra.
  move=> l; have W1 : 0 < W by lra.
  by apply: (Rmult_le_reg_l W); lra.
Qed.

Lemma softcov_le_norms p v w : is_simplex p -> Rabs (softcov p v w) <= / 2 * (norm v * norm w).
Proof.
  move=> sp; have c := softcov_cauchy p v w sp.
  have v1 := softcov_le_half p v sp; have w1 := softcov_le_half p w sp.
  have v0 := softcov_ge0 p v sp; have w0 := softcov_ge0 p w sp.
  rewrite -!norm_sq in v1 w1; have nv := norm_ge0 v; have nw := norm_ge0 w.
  have m : 0 <= norm v * norm w by apply: Rmult_le_pos.
  apply: Rsqr_incr_0_var; last lra.
  rewrite -Rsqr_abs !Rsqr_pow2; apply: Rle_trans c _.
  have -> : (/ 2 * (norm v * norm w)) ^ 2 = (/ 2 * norm v ^ 2) * (/ 2 * norm w ^ 2) by ring.
  by apply: Rmult_le_compat.
Qed.

(** ** SM7: a gap in the scores *)

Lemma sum_gap T f mu : sum (fun nu => exp (/ T * (f nu - f mu))) =
  1 + sum (fun nu => if nu == mu then 0 else exp (- (f mu - f nu) / T)).
Proof.
  rewrite (sum_split mu) Rminus_diag_eq // Rmult_0_r exp_0; congr (_ + _).
  by apply: sum_ext => nu; case: (nu == mu) => //; congr exp; rewrite /Rdiv; ring.
Qed.

Lemma softmax_gap T f mu g : 0 < T -> (forall nu, nu <> mu -> g <= f mu - f nu) ->
  / (1 + (INR n - 1) * exp (- g / T)) <= softmax (/ T) f mu /\
  (softmax (/ T) f mu = / (1 + (INR n - 1) * exp (- g / T)) <->
   forall nu, nu <> mu -> f mu - f nu = g).
Proof.
  move=> T0 gap; rewrite softmax_sub sum_gap -(sum_off_const mu).
  have i0 : 0 < / T by apply: Rinv_0_lt_compat.
  have le nu : (if nu == mu then 0 else exp (- (f mu - f nu) / T)) <=
               (if nu == mu then 0 else exp (- g / T)).
    case: eqP => [_|ne]; first lra.
    apply: exp_le; apply: Rmult_le_compat_r; [lra | have := gap nu ne; lra].
  set S' := sum _; set S := sum _.
  have S0 : 0 <= S by apply: sum_ge0 => nu; case: (nu == mu); [lra | apply: Rlt_le; apply: exp_pos].
  have SS : S <= S' by apply: sum_le.
  split; first by apply: Rinv_le_contravar; lra.
  split=> [e nu ne|e].
    have e' : S = S'.
      by have := f_equal Rinv e; rewrite !Rinv_inv; lra.
    have ge0 k : 0 <= (if k == mu then 0 else exp (- g / T)) -
                     (if k == mu then 0 else exp (- (f mu - f k) / T)) by have := le k; lra.
    have := sum_ge0_eq0 _ ge0 ltac:(rewrite sum_minus -/S -/S'; lra) nu.
    case: eqP => // _ z; have := exp_inv (- g / T) (- (f mu - f nu) / T) ltac:(lra).
    by rewrite /Rdiv => h; have := Rmult_eq_reg_r _ _ _ h; lra.
  congr (/ (1 + _)); apply: sum_ext => nu; case: eqP => // ne; by rewrite e.
Qed.

(** ** SM5: Lipschitz constant *)

(** The orthogonal projection off the constants. *)
Definition centred v : vec n := fun i => v i - sum v / INR n.

Lemma softcov_centred p w v : sum p = 1 -> softcov p w (centred v) = softcov p w v.
Proof.
  move=> s; rewrite /centred.
  rewrite (_ : (fun i => v i - sum v / INR n) = (fun i => v i + (fun _ => - (sum v / INR n)) i)) //.
  by rewrite softcov_plus_r softcov_const_r //; ring.
Qed.

Lemma sum_centred v : sum (centred v) = 0.
Proof.
  rewrite /centred sum_minus sum_const.
  case: (posnP n) => [n0|/INR_gt0 h]; last by field; lra.
  have -> : sum v = 0 by apply: sum_eq0 => -[i /= hi]; exfalso; move: hi; rewrite n0.
  by rewrite /Rdiv; ring.
Qed.

(** The segment from [r'] (t = 0) to [r] (t = 1). *)
Definition segment r r' t : vec n := fun i => r' i + t * (r i - r' i).

Lemma segment_is_derive b r r' w t :
  is_derive (fun s => dot w (softmax b (segment r r' s))) t
    (b * softcov (softmax b (segment r r' t)) w (fun i => r i - r' i)).
Proof.
  set d := fun i => r i - r' i.
  have h i : is_derive (fun s => softmax b (segment r r' s) i) t
      (b * (softmax b (segment r r' t) i * (d i - dot (softmax b (segment r r' t)) d))).
    apply: is_derive_softmax_line => j; rewrite /segment; auto_derive => //; rewrite /d; ring.
  have h0 (i : 'I_n) : is_derive (fun _ : R => w i) t 0 by apply: is_derive_const.
  evar_last; first exact: (is_derive_dot _ _ t _ _ h0 h).
  set q := softmax b (segment r r' t).
  rewrite dot_0_l Rplus_0_l /softcov /dot -/(dot q w) -/(dot q d).
  rewrite (sum_ext _ (fun i => b * (q i * (w i * d i)) - b * (q i * w i) * dot q d)).
    by rewrite sum_minus sum_scal_l sum_scal_r sum_scal_l -/(dot q w); ring.
  by move=> i; ring.
Qed.

(** Mean value theorem on a part of the segment. *)
Lemma segment_mvt b r r' w s t : s < t -> exists c, s < c < t /\
  dot w (softmax b (segment r r' t)) - dot w (softmax b (segment r r' s)) =
  b * softcov (softmax b (segment r r' c)) w (centred (fun i => r i - r' i)) * (t - s).
Proof.
  move=> st; set phi := fun u => dot w (softmax b (segment r r' u)).
  have [c [hc e]] := MVT_cor2 phi
     (fun u => b * softcov (softmax b (segment r r' u)) w (fun i => r i - r' i)) s t st
     (fun u _ => proj1 (is_derive_Reals _ _ _) (segment_is_derive b r r' w u)).
  exists c; split; first exact: e.
  rewrite hc; case: (posnP n) => [n0|n0]; last by rewrite softcov_centred //; apply: softmax_sum.
  have z (u v : vec n) q : softcov q u v = 0.
    by rewrite /softcov /dot !sum_eq0; [ring | | | ] => -[i /= hi]; exfalso; move: hi; rewrite n0.
  by rewrite !z.
Qed.

Lemma segment_0 r r' : segment r r' 0 = r'.
Proof. by apply: functional_extensionality => i; rewrite /segment; ring. Qed.

Lemma segment_1 r r' : segment r r' 1 = r.
Proof. by apply: functional_extensionality => i; rewrite /segment; ring. Qed.

Lemma norm_dim0 v : n = 0%N -> norm v = 0.
Proof.
  move=> n0; rewrite (norm_ext v (fun _ => 0)); first exact: norm_0.
  by case=> i /= hi; exfalso; move: hi; rewrite n0.
Qed.

(** Upper bound of one piece. *)
Lemma segment_piece b r r' w s t : (0 < n)%N -> 0 <= b -> s < t ->
  dot w (softmax b (segment r r' t)) - dot w (softmax b (segment r r' s)) <=
  b / 2 * (norm w * norm (centred (fun i => r i - r' i))) * (t - s).
Proof.
  move=> n0 b0 st; have [c [_ ->]] := segment_mvt b r r' w s t st.
  apply: Rmult_le_compat_r; first lra.
  have := softcov_le_norms _ w (centred (fun i => r i - r' i)) (softmax_simplex b (segment r r' c) n0).
  have := Rle_abs (softcov (softmax b (segment r r' c)) w (centred (fun i => r i - r' i))).
  nra.
Qed.

Lemma softmax_lipschitz b r r' : 0 <= b ->
  norm (fun i => softmax b r i - softmax b r' i) <=
  b / 2 * norm (centred (fun i => r i - r' i)).
Proof.
  move=> b0; set w := fun i => _ - _; set e := centred _.
  case: (posnP n) => [n0|n0]; first by rewrite !norm_dim0 //; lra.
  have h := segment_piece b r r' w 0 1 n0 b0 Rlt_0_1.
  rewrite segment_0 segment_1 -dot_minus_r -/w -/e -norm_sq in h.
  have w0 := norm_ge0 w; have e0 := norm_ge0 e.
  case: (Req_dec (norm w) 0) => [->|ne]; first by apply: Rmult_le_pos; lra.
  by apply: (Rmult_le_reg_l (norm w)); lra.
Qed.

(** Projection does not lengthen, so the plain Euclidean form follows. *)
Lemma norm_centred_le v : norm (centred v) <= norm v.
Proof.
  case: (posnP n) => [n0|/INR_gt0 n0]; first by rewrite !norm_dim0 //; lra.
  apply: norm_le_sq; first exact: norm_ge0.
  rewrite norm_sq /centred dot_minus_sq dot_const_r dot_const_l sum_const.
  have : 0 <= sum v * (sum v / INR n).
    have -> : sum v * (sum v / INR n) = (sum v) ^ 2 * / INR n by rewrite /Rdiv; ring.
    by apply: Rmult_le_pos; [apply: pow2_ge_0 | apply: Rlt_le; apply: Rinv_0_lt_compat].
  have -> : sum v / INR n * (INR n * (sum v / INR n)) = sum v * (sum v / INR n) by field; lra.
  lra.
Qed.

Lemma softmax_lipschitz_norm b r r' : 0 <= b ->
  norm (fun i => softmax b r i - softmax b r' i) <= b / 2 * norm (fun i => r i - r' i).
Proof.
  move=> b0; apply: Rle_trans (softmax_lipschitz b r r' b0) _.
  by apply: Rmult_le_compat_l; [lra | apply: norm_centred_le].
Qed.

(** If the bound is met on a piece, the covariance meets 1/2 at an inner point. *)
Lemma segment_piece_eq b r r' w s t : (0 < n)%N -> 0 < b -> s < t ->
  0 < norm w -> 0 < norm (centred (fun i => r i - r' i)) ->
  dot w (softmax b (segment r r' t)) - dot w (softmax b (segment r r' s)) =
  b / 2 * (norm w * norm (centred (fun i => r i - r' i))) * (t - s) ->
  exists c, s < c < t /\
    let e := centred (fun i => r i - r' i) in
    softcov (softmax b (segment r r' c)) e e = / 2 * dot e e.
Proof.
  move=> n0 b0 st w0 e0 h; have [c [hc hm]] := segment_mvt b r r' w s t st.
  exists c; split=> //=; rewrite {}hm in h; move: h e0.
  set e := centred _; set q := softmax b (segment r r' c) => h e0.
  have sq : is_simplex q by apply: softmax_simplex.
  have h1 : softcov q w e = / 2 * (norm w * norm e).
    apply: (Rmult_eq_reg_l (b * (t - s))); first lra.
    by apply: Rgt_not_eq; apply: Rmult_lt_0_compat; lra.
  have c1 := softcov_cauchy q w e sq; have c2 := softcov_le_half q w sq.
  have c3 := softcov_le_half q e sq; have c4 := softcov_ge0 q e sq.
  rewrite h1 in c1; rewrite -!norm_sq in c2 c3 |- *.
  have c5 : softcov q w w * softcov q e e <= / 2 * norm w ^ 2 * softcov q e e.
    by apply: Rmult_le_compat_r.
  have c6 : (norm w ^ 2) * (/ 2 * norm e ^ 2) <= (norm w ^ 2) * softcov q e e by nra.
  apply: Rle_antisym => //; apply: (Rmult_le_reg_l (norm w ^ 2)) => //.
  by apply: pow_lt.
Qed.

(** Two equal coordinates of the softmax on the segment mean equal scores. *)
Lemma softmax_inj_score b r i j : b <> 0 -> softmax b r i = softmax b r j -> r i = r j.
Proof.
  move=> b0; rewrite (softmax_ratio b r i j) => e; have p := softmax_gt0 b r j.
  have : exp (b * (r i - r j)) = exp 0 by rewrite exp_0; apply: (Rmult_eq_reg_l (softmax b r j)); lra.
  move/exp_inv => z; have := Rmult_integral _ _ z; lra.
Qed.

Lemma softmax_lipschitz_strict b r r' : 0 < b ->
  (exists i, centred (fun k => r k - r' k) i <> 0) ->
  norm (fun i => softmax b r i - softmax b r' i) <
  b / 2 * norm (centred (fun i => r i - r' i)).
Proof.
  move=> b0 [i ne]; have n0 := index_dim i.
  have e0 := norm_gt0 _ i ne; have le := softmax_lipschitz b r r' (Rlt_le _ _ b0).
  move: le e0 ne; set w := fun i => softmax b r i - softmax b r' i; set d := fun i => _ - _.
  set e := centred d => le e0 ne.
  case: le => // eq; exfalso.
  have w0 : 0 < norm w by rewrite eq; apply: Rmult_lt_0_compat; lra.
  have h1 := segment_piece b r r' w 0 (/ 2) n0 ltac:(lra) ltac:(lra).
  have h2 := segment_piece b r r' w (/ 2) 1 n0 ltac:(lra) ltac:(lra).
  have tot : dot w (softmax b (segment r r' 1)) - dot w (softmax b (segment r r' 0)) =
             norm w * (b / 2 * norm e).
    by rewrite -eq segment_0 segment_1 -dot_minus_r -/w -norm_sq; ring.
  rewrite -/d -/e in h1 h2.
  have [s [hs]] := segment_piece_eq b r r' w 0 (/ 2) n0 b0 ltac:(lra) w0 e0 ltac:(rewrite -/d -/e; lra).
  have [t [ht]] := segment_piece_eq b r r' w (/ 2) 1 n0 b0 ltac:(lra) w0 e0 ltac:(rewrite -/d -/e; lra).
  rewrite /= -/d -/e => /(softcov_half_eq _ _ (softmax_simplex b _ n0)) [et et'].
  move=> /(softcov_half_eq _ _ (softmax_simplex b _ n0)) [es es'].
  (* a second coordinate of e does not vanish, since e sums to 0 *)
  have [j hj] : exists j, (if j == i then 0 else e j) <> 0.
    apply: sum_neq0_index => z; have := sum_split i e; rewrite sum_centred z; lra.
  move: hj; case: eqP => // /nesym ij ej.
  have half u : (forall k, (1 - 2 * softmax b (segment r r' u) k) * e k = 0) ->
      softmax b (segment r r' u) i = softmax b (segment r r' u) j.
    by move=> z; have := Rmult_integral _ _ (z i); have := Rmult_integral _ _ (z j); lra.
  have ss := softmax_inj_score b _ i j ltac:(lra) (half s es).
  have tt := softmax_inj_score b _ i j ltac:(lra) (half t et).
  have dij : d i = d j by rewrite /segment -/(d i) -/(d j) in ss tt; nra.
  have eij : e i = e j by rewrite /e /centred dij.
  have := et' i j ij; have := softmax_gt0 b (segment r r' t) i; have := softmax_gt0 b (segment r r' t) j.
  move=> pj pi z; have pp := Rmult_lt_0_compat _ _ pi pj.
  by case: (Rmult_integral _ _ z) => [|h]; [lra | nra].
Qed.

Lemma softmax_lipschitz_strict_norm b r r' : 0 < b ->
  0 < norm (centred (fun i => r i - r' i)) ->
  norm (fun i => softmax b r i - softmax b r' i) <
  b / 2 * norm (centred (fun i => r i - r' i)).
Proof.
  move=> b0 e0; apply: softmax_lipschitz_strict => //; move: e0; set e := centred _ => e0.
  have [i hi] : exists i, e i * e i <> 0.
    by apply: sum_neq0_index => z; move: e0; rewrite /norm /dot z sqrt_0; lra.
  by exists i => z; apply: hi; rewrite z; ring.
Qed.

End Softmax.
