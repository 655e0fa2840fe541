(** * Frozen neurons: the soft error when tau_x is large (AG30) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds lib.AstrocyteContraction.

Open Scope R_scope.

Lemma tanh_near_1 s : 0 < s -> 1 - tanh s <= / s.
Proof.
  move=> s0; have P := exp_pos s; have Q := exp_pos (- s).
  have E : 1 - tanh s = 2 * exp (- s) / (exp s + exp (- s)).
    by rewrite /tanh /sinh /cosh; field; lra.
  rewrite E; apply: (Rmult_le_reg_r (exp s + exp (- s))); first lra.
  rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; last lra.
  have I : exp s * exp (- s) = 1 by rewrite -exp_plus Rplus_opp_r exp_0.
  have A : 1 + 2 * s <= exp s * exp s by rewrite -exp_plus; have := exp_ge (s + s); lra.
  apply: (Rmult_le_reg_l s) => //; rewrite -Rmult_assoc -Rmult_assoc Rinv_r ?Rmult_1_l; last lra.
  have : s * 2 * (exp s * exp (- s)) <= exp s * exp s - 1 by rewrite I; lra.
  nra.
Qed.

Lemma frozen_limit s K tf eps : 0 < s -> 0 <= K -> 0 <= tf -> 0 < eps ->
  exists tau0, 0 < tau0 /\ forall tau, tau0 <= tau -> s * ((1 - exp (- (1 / tau) * tf)) * (1 + K)) < eps.
Proof.
  move=> s0 K0 t0 e0; have c0 : 0 < s * (1 + K) by apply: Rmult_lt_0_compat; lra.
  exists (s * (1 + K) * (tf + 1) / eps); split.
    by apply: Rdiv_lt_0_compat => //; apply: Rmult_lt_0_compat; lra.
  move=> tau ht; have tau0 : 0 < tau.
    by apply: Rlt_le_trans ht; apply: Rdiv_lt_0_compat => //; apply: Rmult_lt_0_compat; lra.
  have E := exp_ge (- (1 / tau) * tf).
  have A : s * (1 + K) * (tf + 1) <= eps * tau.
    have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ e0) ht; rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; lra.
  have B : 1 - exp (- (1 / tau) * tf) <= tf / tau by rewrite /Rdiv in E *; lra.
  apply: Rle_lt_trans (_ : s * (1 + K) * (tf / tau) < eps).
    have -> : s * ((1 - exp (- (1 / tau) * tf)) * (1 + K)) = s * (1 + K) * (1 - exp (- (1 / tau) * tf)) by ring.
    by apply: Rmult_le_compat_l => //; lra.
  apply: (Rmult_lt_reg_r tau) => //.
  have -> : s * (1 + K) * (tf / tau) * tau = s * (1 + K) * tf by field; lra.
  lra.
Qed.

Section Frozen.
Context {N K : nat} (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K) (flipped : 'I_N -> bool).
Hypotheses (pos : positive m) (bin : binary m) (sol : solution m x p) (sp : is_simplex (p 0)).
Hypothesis cue : forall i, x 0 i = if flipped i then - pattern m mu i else pattern m mu i.

Let n := sum (fun i => if flipped i then 1 else 0).

Lemma cue_abs i : Rabs (x 0 i) = 1.
Proof. by rewrite cue; case: (flipped i); rewrite ?Rabs_Ropp pattern_abs. Qed.

Lemma soft_error_cue :
  / 2 * sum (fun i => Rabs (pattern m mu i - phi m (x 0 i)))
  = n * tanh (sigma m) + INR N * (1 - tanh (sigma m)) / 2.
Proof.
  have t := tanh_bound (sigma m); have P : phi m 1 = tanh (sigma m) by rewrite /phi Rmult_1_r.
  have -> : INR N * (1 - tanh (sigma m)) / 2 = sum (fun _ : 'I_N => (1 - tanh (sigma m)) / 2).
    by rewrite sum_const; field.
  rewrite /n -sum_scal_r -sum_scal_l -sum_plus; apply: sum_ext => i; rewrite cue.
  case: (flipped i); case: (bin mu i) => ->; rewrite ?Ropp_involutive ?phi_opp P.
  - by rewrite Rabs_pos_eq; lra.
  - by rewrite Rabs_left1; lra.
  - by rewrite Rabs_pos_eq; lra.
  - by rewrite Rabs_left1; lra.
Qed.

Lemma soft_error_bound t : 0 <= t ->
  Rabs (/ 2 * sum (fun i => Rabs (pattern m mu i - phi m (x t i)))
        - (n * tanh (sigma m) + INR N * (1 - tanh (sigma m)) / 2))
  <= INR N / 2 * (sigma m * ((1 - exp (- (1 / tau_x m) * t)) * (1 + INR K))).
Proof.
  move=> t0; rewrite -soft_error_cue -Rmult_minus_distr_l -sum_minus Rabs_mult Rabs_pos_eq; last lra.
  have -> : INR N / 2 * (sigma m * ((1 - exp (- (1 / tau_x m) * t)) * (1 + INR K)))
    = / 2 * sum (fun _ : 'I_N => sigma m * ((1 - exp (- (1 / tau_x m) * t)) * (1 + INR K))).
    by rewrite sum_const; field.
  apply: Rmult_le_compat_l; first lra; apply: Rle_trans (Rabs_sum_le _) _; apply: sum_le => i.
  apply: Rle_trans (Rabs_triang_inv2 _ _) _.
  have -> : pattern m mu i - phi m (x t i) - (pattern m mu i - phi m (x 0 i)) = - (phi m (x t i) - phi m (x 0 i)) by ring.
  rewrite Rabs_Ropp; apply: Rle_trans (phi_lipschitz m pos (x 0 i) (x t i)) _.
  apply: Rmult_le_compat_l; first by left; exact: pos_sigma.
  by have := neuron_displacement m pos bin x p i t sol sp t0; rewrite cue_abs.
Qed.

End Frozen.
