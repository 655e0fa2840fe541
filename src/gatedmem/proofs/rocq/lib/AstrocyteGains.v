(** * Gains near the uniform vector (AG3, AG14, AG15)

    If all log-ratios of the gains are at most B in size, then so is every ln(K p_mu), and
    sum_mu |p_mu - 1/K| <= B/2: along softmax(s ln p), 0 <= s <= 1, the sum moves at a rate that is
    a covariance of a vector of signs and ln p, and ln p has variance at most (B/2)^2. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxCold lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds.

Open Scope R_scope.

Section Gains.
Context {K : nat} (p : vec K) (B : R).
Hypotheses (int : is_interior p) (ratio : forall mu nu, Rabs (ln (p mu / p nu)) <= B).

Let K0 : (0 < K)%N := interior_dim p int.
Let k0 : 0 < INR K := INR_gt0 K0.

Lemma ratio_le mu nu : p mu <= p nu * exp B.
Proof.
  case: int => p0 _; have := Rle_trans _ _ _ (Rle_abs _) (ratio mu nu) => /exp_le.
  rewrite exp_ln; last exact: Rdiv_lt_0_compat.
  move=> h; have -> : p mu = p nu * (p mu / p nu) by field; move: (p0 nu); lra.
  by apply: Rmult_le_compat_l => //; left.
Qed.

Lemma log_gain mu : Rabs (ln (INR K * p mu)) <= B.
Proof.
  case: (int) => p0 s1; have a0 : 0 < INR K * p mu by exact: Rmult_lt_0_compat.
  have U : INR K * p mu <= exp B.
    have -> : exp B = sum (fun nu => p nu * exp B) by rewrite sum_scal_r s1; ring.
    by rewrite -sum_const; apply: sum_le => nu; exact: ratio_le.
  have L : 1 <= INR K * p mu * exp B.
    by rewrite -s1 Rmult_assoc -sum_const; apply: sum_le => nu; exact: ratio_le.
  apply: Rabs_le; split; last by rewrite -(ln_exp B); apply: ln_le.
  rewrite -(ln_exp (- B)); apply: ln_le; first exact: exp_pos.
  rewrite exp_Ropp; have e := exp_pos B; apply: (Rmult_le_reg_r (exp B)) => //.
  by rewrite Rinv_l; lra.
Qed.

Lemma gain_at_least mu : exp (- B) / INR K <= p mu.
Proof.
  case: (int) => p0 _; apply: (Rmult_le_reg_l (INR K)) => //.
  have -> : INR K * (exp (- B) / INR K) = exp (- B) by field; lra.
  have a0 : 0 < INR K * p mu by exact: Rmult_lt_0_compat.
  rewrite -[X in _ <= X]exp_ln //; apply: exp_le.
  by have := log_gain mu; have := Rle_abs (- ln (INR K * p mu)); rewrite Rabs_Ropp; lra.
Qed.

Lemma softcov_spread (q v : vec K) : is_simplex q -> (forall mu nu, v mu - v nu <= B) ->
  softcov q v v <= (B / 2) ^ 2.
Proof.
  move=> [q0 s1] H; have [i top] := exists_argmax v K0.
  pose c := v i - B / 2; pose w := fun mu => v mu - c.
  have -> : softcov q v v = softcov q w w.
    rewrite /w (_ : (fun mu => v mu - c) = (fun mu => v mu + (fun _ => - c) mu)) //.
    rewrite softcov_plus_r softcov_const_r // Rplus_0_r [RHS]softcov_sym softcov_plus_r softcov_const_r //; ring.
  have -> : (B / 2) ^ 2 = sum (fun mu => q mu * (B / 2) ^ 2) by rewrite sum_scal_r s1; ring.
  rewrite /softcov; have := Rle_0_sqr (dot q w); rewrite /Rsqr.
  suff : sum (fun mu => q mu * (w mu * w mu)) <= sum (fun mu => q mu * (B / 2) ^ 2) by lra.
  apply: sum_le => mu; apply: Rmult_le_compat_l => //.
  by have := top mu; have := H i mu; rewrite /w /c; nra.
Qed.

Lemma deviation : sum (fun mu => Rabs (p mu - / INR K)) <= B / 2.
Proof.
  case: (int) => p0 s1; pose r mu := ln (p mu) + 0; pose z (mu : 'I_K) := 0.
  pose w mu := if Rle_dec (/ INR K) (p mu) then 1 else -1.
  have B0 : 0 <= B by apply: Rle_trans (Rabs_pos _) (ratio (Ordinal K0) (Ordinal K0)).
  have [c [_ E]] := segment_mvt 1 r z w 0 1 Rlt_0_1.
  set q := softmax 1 (segment r z c) in E.
  have sq : is_simplex q by apply: softmax_simplex.
  have u mu : softmax 1 z mu = / INR K.
    by rewrite /softmax /z Rmult_0_r exp_0 sum_one /Rdiv Rmult_1_l.
  have D : sum (fun mu => Rabs (p mu - / INR K)) = dot w p - dot w (softmax 1 z).
    rewrite -dot_minus_r; apply: sum_ext => mu; rewrite u /w.
    case: Rle_dec => /= h; last by rewrite Rabs_left1; lra.
    by rewrite Rabs_pos_eq; lra.
  move: E; rewrite segment_1 segment_0 softmax_ln // -D softcov_centred; last exact: softmax_sum.
  rewrite Rmult_1_l Rminus_0_r Rmult_1_r => ->.
  have C := softcov_cauchy q w (fun i => r i - z i) sq.
  have W : softcov q w w <= 1.
    rewrite /softcov (sum_ext _ q); last by move=> mu; rewrite /w; case: Rle_dec => /= _; ring.
    by rewrite softmax_sum //; have := Rle_0_sqr (dot q w); rewrite /Rsqr; lra.
  have V : softcov q (fun i => r i - z i) (fun i => r i - z i) <= (B / 2) ^ 2.
    apply: softcov_spread => // mu nu; rewrite /r /z.
    by have := Rle_trans _ _ _ (Rle_abs _) (ratio mu nu); rewrite ln_div //; lra.
  have W0 := softcov_ge0 q w sq; have V0 := softcov_ge0 q (fun i => r i - z i) sq.
  by apply: Rnot_lt_le => lt; nra.
Qed.
End Gains.

(** ** The compact set of AG3 *)

Section Compact.
Context {N K : nat} (m : memory N K) (x : R -> vec N) (p : R -> vec K).
Hypotheses (pos : positive m) (bin : binary m).

Lemma decaying t k : 0 <= k -> 0 <= t -> 0 < exp (- k * t) <= 1.
Proof.
  move=> hk ht; split; first exact: exp_pos.
  by rewrite -exp_0; apply: exp_le; have := Rmult_le_pos _ _ hk ht; lra.
Qed.

Lemma half_score_ge0 : 0 <= INR N / (2 * temp m).
Proof.
  have T0 := pos_temp m pos; apply: Rmult_le_pos; first exact: pos_INR.
  by left; apply: Rinv_0_lt_compat; lra.
Qed.

Lemma log_ratio_within A : solution m x p -> is_interior (p 0) -> INR N / (2 * temp m) <= A ->
  (forall mu nu, Rabs (ln (p 0 mu / p 0 nu)) <= A) ->
  forall t mu nu, 0 <= t -> Rabs (ln (p t mu / p t nu)) <= A.
Proof.
  move=> sol int hA h0 t mu nu t0; apply: Rle_trans (log_ratio_bound m x p mu nu pos bin sol int t t0) _.
  have := decaying t _ (pos_rate m pos) t0; have := h0 mu nu; have := half_score_ge0; nra.
Qed.

Lemma neuron_within i : solution m x p -> is_simplex (p 0) -> forall t, 0 <= t ->
  Rabs (x t i) <= Rmax (Rabs (x 0 i)) (INR K).
Proof.
  move=> sol sp t t0; apply: Rle_trans (neuron_bound m x p i pos bin sol sp t t0) _.
  have := Rmax_l (Rabs (x 0 i)) (INR K); have := Rmax_r (Rabs (x 0 i)) (INR K).
  have k0 : 0 <= 1 / tau_x m by left; apply: Rdiv_lt_0_compat; [lra | exact: pos_tau_x].
  have := decaying t _ k0 t0; nra.
Qed.

Lemma solution_compact A : solution m x p -> is_interior (p 0) -> INR N / (2 * temp m) <= A ->
  (forall mu nu, Rabs (ln (p 0 mu / p 0 nu)) <= A) -> forall t, 0 <= t ->
  (forall i, Rabs (x t i) <= Rmax (Rabs (x 0 i)) (INR K)) /\
  (forall mu, exp (- A) / INR K <= p t mu) /\ sum (p t) = 1.
Proof.
  move=> sol int hA h0 t t0; have it := solution_interior m x p t pos sol int t0.
  split; first by move=> i; apply: neuron_within => //; exact: interior_simplex.
  split; last by case: it.
  by move=> mu; apply: gain_at_least => // nu ka; exact: log_ratio_within.
Qed.

Lemma uniform_start : (0 < K)%N -> (forall nu, p 0 nu = / INR K) ->
  is_interior (p 0) /\ forall mu nu, ln (p 0 mu / p 0 nu) = 0.
Proof.
  move=> K0 p0; have -> : p 0 = fun _ => / INR K by apply: functional_extensionality.
  split; first exact: uniform_interior.
  by move=> _ _; rewrite /Rdiv Rinv_r ?ln_1 //; apply: Rinv_neq_0_compat; have := INR_gt0 K0; lra.
Qed.

Lemma solution_compact_uniform : (0 < K)%N -> solution m x p -> (forall nu, p 0 nu = / INR K) ->
  forall t, 0 <= t ->
  (forall i, Rabs (x t i) <= Rmax (Rabs (x 0 i)) (INR K)) /\
  (forall mu, exp (- (INR N / (2 * temp m))) / INR K <= p t mu) /\ sum (p t) = 1.
Proof.
  move=> K0 sol p0; have [int z] := uniform_start K0 p0.
  apply: solution_compact => //; first exact: Rle_refl.
  by move=> mu nu; rewrite z Rabs_R0; exact: half_score_ge0.
Qed.
End Compact.
