(** * Fast gains: the slaving error (AG16) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds.

Open Scope R_scope.

Section Slaving.
Context {N K : nat} (m : memory N K) (x : R -> vec N) (u : R -> vec K).
Hypotheses (pos : positive m) (bin : binary m) (sol : lift_solution m x u) (K0 : (0 < K)%N).

Let tx := pos_tau_x m pos.
Let tp := pos_tau_p m pos.
Let T0 := pos_temp m pos.

Lemma lift_neuron_bound X t : (forall i, Rabs (x 0 i) <= X) -> 0 <= t ->
  forall i, Rabs (x t i) <= Rmax X (INR K).
Proof.
  move=> HX t0 i; case: (sol) => [CX [_ F]].
  have B : Rabs (x t i) <= exp (- (1 / tau_x m) * t) * Rabs (x 0 i) + INR K / tau_x m / (1 / tau_x m) * (1 - exp (- (1 / tau_x m) * t)).
    apply: (leaky_bound (fun t => x t i) (fun t => drive m (x t) (softmax 1 (u t)) i / tau_x m)) => //.
    - by apply: Rdiv_lt_0_compat; lra.
    - by move=> s hs; evar_last; [exact: (proj1 (F s hs) i) | rewrite /velocity_x; field; lra].
    - move=> s hs; rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ tau_x m)); last by left; exact: Rinv_0_lt_compat.
      apply: Rmult_le_compat_r; first by left; exact: Rinv_0_lt_compat.
      by apply: drive_le => //; exact: softmax_simplex.
  have E : INR K / tau_x m / (1 / tau_x m) = INR K by field; lra.
  rewrite E in B; apply: Rle_trans B _.
  have P := exp_pos (- (1 / tau_x m) * t).
  have Q : exp (- (1 / tau_x m) * t) <= 1.
    rewrite -[X in _ <= X]exp_0; apply: exp_le.
    have : 0 <= 1 / tau_x m * t by apply: Rmult_le_pos => //; left; apply: Rdiv_lt_0_compat; lra.
    lra.
  have A := Rmax_l X (INR K); have B := Rmax_r X (INR K); have := HX i; nra.
Qed.

Lemma phi'_le a : phi' m a <= sigma m.
Proof. rewrite phi'_E; have := pow2_ge_0 (phi m a); have := pos_sigma m pos; nra. Qed.

Lemma score_rate_bound X t mu : (0 < N)%N -> (forall i, Rabs (x 0 i) <= X) -> 0 < t ->
  exists df, is_derive (fun s => score m (x s) mu) t df /\
    Rabs df <= INR N * sigma m * (Rmax X (INR K) + INR K) / tau_x m.
Proof.
  move=> N0 HX t0; case: (sol) => [_ [_ F]]; have [XD _] := F t t0.
  eexists; split; first by apply: is_derive_score; exact: XD.
  set Y := Rmax X (INR K) + INR K; have n0 := INR_gt0 N0; have s0 := pos_sigma m pos.
  have Y0 : 0 <= Y.
    by have := Rmax_r X (INR K); have := pos_INR K; rewrite /Y; lra.
  have V i : Rabs (velocity_x m (x t) (softmax 1 (u t)) i) <= Y / tau_x m.
    rewrite /velocity_x Rabs_mult (Rabs_pos_eq (/ tau_x m)); last by left; exact: Rinv_0_lt_compat.
    apply: Rmult_le_compat_r; first by left; exact: Rinv_0_lt_compat.
    apply: Rle_trans (Rabs_triang _ _) _; rewrite Rabs_Ropp.
    apply: Rplus_le_compat; first by apply: lift_neuron_bound => //; lra.
    by apply: drive_le => //; exact: softmax_simplex.
  have O : Rabs (overlap_rate m (x t) (velocity_x m (x t) (softmax 1 (u t))) mu) <= INR N * (sigma m * (Y / tau_x m)).
    apply: Rle_trans (Rabs_sum_le _) _; rewrite -sum_const; apply: sum_le => i.
    rewrite (Rabs_mult (pattern m mu i)) pattern_abs // Rmult_1_l (Rabs_mult (phi' m _)).
    rewrite (Rabs_pos_eq (phi' m _)); last by left; exact: phi'_gt0.
    by apply: Rmult_le_compat => //; [left; exact: phi'_gt0 | exact: Rabs_pos | exact: phi'_le].
  rewrite Rabs_mult.
  have A : Rabs (overlap m (x t) mu / INR N) <= 1.
    rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ INR N)); last by left; exact: Rinv_0_lt_compat.
    apply: (Rmult_le_reg_r (INR N)) => //; rewrite Rmult_assoc Rinv_l; last lra.
    by rewrite Rmult_1_r Rmult_1_l; exact: overlap_le.
  have -> : INR N * sigma m * Y / tau_x m = 1 * (INR N * (sigma m * (Y / tau_x m))) by rewrite /Rdiv; ring.
  by apply: Rmult_le_compat => //; exact: Rabs_pos.
Qed.

(** For any bound B on the speed of a score. *)
Lemma slaving_error B mu :
  (forall t, 0 < t -> exists df, is_derive (fun s => score m (x s) mu) t df /\ Rabs df <= B) ->
  forall t, 0 <= t ->
  Rabs (u t mu - score m (x t) mu / temp m)
  <= exp (- (temp m / tau_p m) * t) * Rabs (u 0 mu - score m (x 0) mu / temp m)
     + tau_p m / temp m ^ 2 * B * (1 - exp (- (temp m / tau_p m) * t)).
Proof.
  move=> HB t t0; case: (sol) => [CX [CU F]].
  have -> : tau_p m / temp m ^ 2 * B = B / temp m / (temp m / tau_p m) by field; lra.
  apply: (leaky_bound (fun t => u t mu - score m (x t) mu / temp m) (fun t => - Derive (fun s => score m (x s) mu) t / temp m)) => //.
  - exact: Rdiv_lt_0_compat.
  - apply: from0_minus => //; apply: from0_mult; last exact: from0_const.
    exact: from0_score.
  - move=> s s1; have [df [D _]] := HB s s1; rewrite (is_derive_unique _ _ _ D); evar_last.
      apply: (is_derive_minus (fun s => u s mu) (fun s => score m (x s) mu / temp m)); first exact: (proj2 (F s s1) mu).
      apply: (is_derive_ext (fun s => / temp m * score m (x s) mu)); first by move=> r; rewrite /= /Rdiv Rmult_comm.
      by apply: is_derive_scal; exact: D.
    by rewrite /minus /plus /opp /= /lift_velocity; field; lra.
  - move=> s s1; have [df [D b]] := HB s s1; rewrite (is_derive_unique _ _ _ D).
    rewrite /Rdiv Rabs_mult Rabs_Ropp (Rabs_pos_eq (/ temp m)); last by left; exact: Rinv_0_lt_compat.
    by apply: Rmult_le_compat_r => //; left; exact: Rinv_0_lt_compat.
Qed.

Lemma slaving_error_explicit X mu : (0 < N)%N -> (forall i, Rabs (x 0 i) <= X) -> (forall nu, u 0 nu = 0) ->
  forall t, 0 <= t ->
  Rabs (u t mu - score m (x t) mu / temp m)
  <= exp (- (temp m / tau_p m) * t) * (INR N / (2 * temp m))
     + tau_p m / temp m ^ 2 * (INR N * sigma m * (Rmax X (INR K) + INR K) / tau_x m)
       * (1 - exp (- (temp m / tau_p m) * t)).
Proof.
  move=> N0 HX U0 t t0.
  apply: Rle_trans (slaving_error _ mu (fun s s1 => score_rate_bound X s mu N0 HX s1) t t0) _.
  apply: Rplus_le_compat_r; apply: Rmult_le_compat_l; first by left; exact: exp_pos.
  rewrite U0 Rminus_0_l Rabs_Ropp Rabs_pos_eq; last first.
    by apply: Rmult_le_pos; [exact: score_ge0 | left; exact: Rinv_0_lt_compat].
  have -> : INR N / (2 * temp m) = INR N / 2 / temp m by field; lra.
  by apply: Rmult_le_compat_r; [left; exact: Rinv_0_lt_compat | exact: score_le].
Qed.
End Slaving.
