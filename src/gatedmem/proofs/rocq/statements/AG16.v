(** * AG16  Fast gains

    E_eff(x) = - K T log sum_mu e^{f_mu(x)/T} + sum_i [x_i phi(x_i) - Lambda(x_i)] is the minimum of
    L(x, p) over the simplex, attained at p = softmax(f(x)/T) and nowhere else.  Its gradient is
    phi'(x_i) (x_i - (W(softmax) phi(x))_i), so the slaved system tau_x dx/dt = - x + W(softmax) phi(x)
    is its gradient flow in the metric diag(phi').
    Along the lifted flow from u(0) = 0, that is p(0) = 1/K,
    |u_mu - f_mu/T| <= e^{-Tt/tau_p} N/(2T) + (tau_p/T^2) S (1 - e^{-Tt/tau_p}),
    with S any bound on |df_mu/dt|, for instance N sigma (max(|x(0)|_oo, K) + K)/tau_x.
    (That x stays close to the slaved solution on finite horizons is not part of this file.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteSteps lib.AstrocyteSlaving lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG16 N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_simplex p ->
  - (INR K * temp m * ln (sum (fun mu => exp (score m x mu / temp m))))
    + sum (fun i => x i * phi m (x i) - Lambda m (x i)) <= energy m x p /\
  (energy m x p = - (INR K * temp m * ln (sum (fun mu => exp (score m x mu / temp m))))
                  + sum (fun i => x i * phi m (x i) - Lambda m (x i))
   <-> forall mu, p mu = softmax (/ temp m) (score m x) mu).
Proof. by move=> pos sp; exact: gain_target_min. Qed.

Theorem AG16_slaved N K (m : memory N K) (x g : vec N) :
  positive m ->
  (forall i, partial (fun y => - (INR K * temp m * ln (sum (fun mu => exp (score m y mu / temp m))))
                               + sum (fun j => y j * phi m (y j) - Lambda m (y j))) x i (g i)) ->
  forall i, tau_x m * velocity_x m x (softmax (/ temp m) (score m x)) i = - (g i / phi' m (x i)).
Proof.
  move=> pos G i; have tx := pos_tau_x m pos; have h := phi'_gt0 m (x i) (pos_sigma m pos).
  rewrite (partial_unique _ _ _ _ _ (G i) (effective_partial m pos x i)) /velocity_x -/(gate_target m x).
  by field; lra.
Qed.

Theorem AG16_error N K (m : memory N K) (x : R -> vec N) (u : R -> vec K) (B : R) (mu : 'I_K) :
  positive m -> binary m -> lift_solution m x u -> (forall nu, u 0 nu = 0) ->
  (forall t, 0 < t -> exists df, is_derive (fun s => score m (x s) mu) t df /\ Rabs df <= B) ->
  forall t, 0 <= t ->
  Rabs (u t mu - score m (x t) mu / temp m)
  <= exp (- (temp m / tau_p m) * t) * (INR N / (2 * temp m))
     + ((tau_p m / temp m ^ 2) * B) * (1 - exp (- (temp m / tau_p m) * t)).
Proof.
  move=> pos bin sol U0 HB t t0; have T0 := pos_temp m pos.
  apply: Rle_trans (slaving_error m x u pos sol B mu HB t t0) _.
  apply: Rplus_le_compat_r; apply: Rmult_le_compat_l; first by left; exact: exp_pos.
  rewrite U0 Rminus_0_l Rabs_Ropp Rabs_pos_eq; last first.
    by apply: Rmult_le_pos; [exact: score_ge0 | left; exact: Rinv_0_lt_compat].
  have -> : INR N / (2 * temp m) = INR N / 2 / temp m by field; lra.
  by apply: Rmult_le_compat_r; [left; exact: Rinv_0_lt_compat | exact: score_le].
Qed.

Theorem AG16_speed N K (m : memory N K) (x : R -> vec N) (u : R -> vec K) (X t : R) (mu : 'I_K) :
  positive m -> binary m -> (0 < N)%N -> lift_solution m x u -> (forall i, Rabs (x 0 i) <= X) -> 0 < t ->
  exists df, is_derive (fun s => score m (x s) mu) t df /\
    Rabs df <= INR N * sigma m * (Rmax X (INR K) + INR K) / tau_x m.
Proof. by move=> pos bin N0 sol HX t0; exact: (score_rate_bound m x u pos bin sol (index_dim mu)). Qed.

Example AG16_witness : positive (toy 3 2) /\ binary (toy 3 2) /\ is_simplex (kdelta (@ord0 1)) /\
  lift_solution (toy 3 2) (fun _ _ => 0) (fun _ _ => 0) /\
  (forall (mu : 'I_2) t, 0 < t -> exists df, is_derive (fun s => score (toy 3 2) (fun _ => 0) mu) t df /\ Rabs df <= 0).
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary; split; first exact: kdelta_simplex.
  split; last by move=> mu t _; exists 0; split; [exact: is_derive_const | rewrite Rabs_R0; lra].
  split; first by move=> i; exact: from0_const.
  split; first by move=> i; exact: from0_const.
  move=> t _; split=> [i|mu].
    by rewrite /velocity_x origin_drive Ropp_0 Rplus_0_r /Rdiv Rmult_0_l; exact: is_derive_const.
  by rewrite /lift_velocity origin_score Rmult_0_r Rminus_0_r /Rdiv Rmult_0_l; exact: is_derive_const.
Qed.

(** The gradient in AG16_slaved exists at every point. *)
Example AG16_witness_gradient : forall (x : vec 3), exists g : vec 3, forall i,
  partial (fun y => - (INR 2 * temp (toy 3 2) * ln (sum (fun mu => exp (score (toy 3 2) y mu / temp (toy 3 2)))))
                    + sum (fun j => y j * phi (toy 3 2) (y j) - Lambda (toy 3 2) (y j))) x i (g i).
Proof. by move=> x; eexists=> i; apply: (effective_partial (toy 3 2) (toy_positive 3 2)). Qed.
