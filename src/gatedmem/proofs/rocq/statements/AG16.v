(** * AG16  Fast gains

    E_eff(x) = - K T log sum_mu e^{f_mu(x)/T} + sum_i [x_i phi(x_i) - Lambda(x_i)] is the minimum of
    L(x, p) over the simplex, attained at p = softmax(f(x)/T) and nowhere else.  Its gradient is
    phi'(x_i) (x_i - (W(softmax) phi(x))_i), so the slaved system tau_x dx/dt = - x + W(softmax) phi(x)
    is its gradient flow in the metric diag(phi').
    Along the lifted flow from u(0) = 0, that is p(0) = 1/K,
    |u_mu - f_mu/T| <= e^{-Tt/tau_p} N/(2T) + (tau_p/T^2) S (1 - e^{-Tt/tau_p}),
    with S any bound on |df_mu/dt|, for instance N sigma (max(|x(0)|_oo, K) + K)/tau_x.
    So x stays close to the solution y of the slaved system with the same start:
    |x(t) - y(t)| <= (K sqrt(N)/tau_x) int_0^t e^{L(t-s)} e(s) ds with e(s) the bound above and
    L = (sigma K (1 + N/T) - 1)/tau_x, which is at most tau_p times
    (K sqrt(N)/(tau_x T^2)) e^{|L|t} (N/2 + S t): on every finite horizon the distance tends to 0 as
    tau_p -> 0, and the slaved solution does not depend on tau_p.  From every start it exists. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteSteps lib.AstrocyteSlaving lib.AstrocyteClose lib.AstrocyteToy.
From Gatedmem Require lib.AstrocyteExistence.

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

Theorem AG16_slaved_exists N K (m : memory N K) (y0 : vec N) : positive m -> binary m -> (0 < K)%N ->
  exists y : R -> vec N, y 0 = y0 /\ (forall i, continuous_from0 (fun t => y t i)) /\
    (forall t, 0 < t -> forall i,
       is_derive (fun s => y s i) t (velocity_x m (y t) (softmax (/ temp m) (score m (y t))) i)).
Proof. by move=> pos bin K0; exact: slaved_exists. Qed.

Theorem AG16_close N K (m : memory N K) (x y : R -> vec N) (u : R -> vec K) (X S L : R) (t : R) :
  positive m -> binary m -> (0 < N)%N -> (0 < K)%N ->
  lift_solution m x u -> (forall mu, u 0 mu = 0) -> (forall i, Rabs (x 0 i) <= X) ->
  (forall i, continuous_from0 (fun s => y s i)) ->
  (forall s, 0 < s -> forall i,
     is_derive (fun r => y r i) s (velocity_x m (y s) (softmax (/ temp m) (score m (y s))) i)) ->
  (forall i, y 0 i = x 0 i) ->
  S = (INR N * sigma m * (Rmax X (INR K) + INR K)) / tau_x m ->
  L = ((sigma m * INR K * (1 + INR N / temp m)) - 1) / tau_x m ->
  0 <= t ->
  distance (x t) (y t) <= ((INR K * sqrt (INR N)) / tau_x m) *
    RInt (fun s => exp (L * (t - s)) *
      (exp (- (temp m / tau_p m) * s) * (INR N / (2 * temp m))
       + ((tau_p m / temp m ^ 2) * S) * (1 - exp (- (temp m / tau_p m) * s)))) 0 t.
Proof.
  move=> pos bin N0 K0 sol U0 HX CY FY start -> -> t0.
  exact: (close m pos bin K0 x y u sol CY FY start X N0 HX U0 t t0).
Qed.

Theorem AG16_close_linear N K (m : memory N K) (x y : R -> vec N) (u : R -> vec K) (X S L : R) (t : R) :
  positive m -> binary m -> (0 < N)%N -> (0 < K)%N ->
  lift_solution m x u -> (forall mu, u 0 mu = 0) -> (forall i, Rabs (x 0 i) <= X) ->
  (forall i, continuous_from0 (fun s => y s i)) ->
  (forall s, 0 < s -> forall i,
     is_derive (fun r => y r i) s (velocity_x m (y s) (softmax (/ temp m) (score m (y s))) i)) ->
  (forall i, y 0 i = x 0 i) ->
  S = (INR N * sigma m * (Rmax X (INR K) + INR K)) / tau_x m ->
  L = ((sigma m * INR K * (1 + INR N / temp m)) - 1) / tau_x m ->
  0 <= t ->
  distance (x t) (y t) <=
    tau_p m * (((INR K * sqrt (INR N)) / (tau_x m * temp m ^ 2)) * exp (Rabs L * t) * (INR N / 2 + S * t)).
Proof.
  move=> pos bin N0 K0 sol U0 HX CY FY start -> -> t0.
  exact: (close_linear m pos bin K0 x y u sol CY FY start X N0 HX U0 t t0).
Qed.

(** With patterns, sigma, T and tau_x held, one bound on tau_p serves all starts in the box of size X,
    all solutions and all times up to the horizon H. *)
Theorem AG16_close_limit N K (xi : mat K N) (s T tx X H eps : R) :
  0 < s -> 0 < T -> 0 < tx -> 0 <= H -> 0 < eps ->
  (forall mu i, xi mu i = 1 \/ xi mu i = -1) -> (0 < N)%N -> (0 < K)%N ->
  exists tau, 0 < tau /\ forall tp, 0 < tp < tau -> forall (x y : R -> vec N) (u : R -> vec K),
    let m := Memory N K xi s T tx tp in
    lift_solution m x u -> (forall i, Rabs (x 0 i) <= X) -> (forall mu, u 0 mu = 0) ->
    (forall i, continuous_from0 (fun t => y t i)) ->
    (forall t, 0 < t -> forall i,
       is_derive (fun r => y r i) t (velocity_x m (y t) (softmax (/ temp m) (score m (y t))) i)) ->
    (forall i, y 0 i = x 0 i) ->
    forall t, 0 <= t <= H -> distance (x t) (y t) < eps.
Proof. exact: close_limit. Qed.

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

(** Both solutions of AG16_close from any common start, here a box that holds it, with tau_p as small as wanted. *)
Example AG16_witness_close (x0 : vec 3) (tp : R) : 0 < tp ->
  let m := Memory 3 2 (fun _ _ => 1) 1 1 1 tp in
  exists (x y : R -> vec 3) (u : R -> vec 2) (X : R),
    positive m /\ binary m /\ lift_solution m x u /\ (forall mu, u 0 mu = 0) /\ x 0 = x0 /\
    (forall i, Rabs (x 0 i) <= X) /\ (forall i, continuous_from0 (fun s => y s i)) /\
    (forall s, 0 < s -> forall i,
       is_derive (fun r => y r i) s (velocity_x m (y s) (softmax (/ temp m) (score m (y s))) i)) /\
    (forall i, y 0 i = x 0 i).
Proof.
  move=> tp0 m; have pos : positive m by split; [exact: Rlt_0_1 | split; [exact: Rlt_0_1 | split; [exact: Rlt_0_1 | exact: tp0]]].
  have bin : binary m by move=> mu i; left.
  have [x [u [X0 [U0 sol]]]] := lib.AstrocyteExistence.lift_solution_exists m pos x0 (fun _ => 0).
  have [y [Y0 [CY FY]]] := AG16_slaved_exists _ _ m x0 pos bin isT.
  exists x, y, u, (norm x0); split=> //; split=> //; split=> //; split; first by move=> mu; rewrite U0.
  split=> //; split; first by move=> i; rewrite X0; exact: Rabs_coord_le_norm.
  by split=> //; split=> // i; rewrite Y0 X0.
Qed.
