(** * CG15.  Clamped retrieval converges, and how fast

    Context and query clamped, eta > 0 the least eigenvalue of A(alpha), beta, tau_s, tau_r > 0, lambda
    any real number.  A solution is a pair of curves s, r, continuous on [0, oo), that obeys the flow
    [2], [3] for t > 0: tau_s s' = u - A s + lambda softmax(beta r), tau_r r' = lambda s + b - r.

    CG15_existence   from every initial state there is exactly one solution (A(alpha) may be any).
    CG15             every solution is bounded; both velocities tend to 0; it approaches the set of
                     equilibria.
    CG15_converges   under the condition of CG12 (B the inverse of A) there is exactly one equilibrium,
                     and every solution, from whatever initial state, converges to it.
    CG15_rate        under CG11, kappa = beta lambda^2 / (2 eta) < 1, there is exactly one equilibrium,
                     and for every solution V = (lambda^2 tau_s / eta) |s - s_e|^2 + tau_r |r - r_e|^2
                     has V' <= -(1 - kappa) min(eta/tau_s, 1/tau_r) V for t > 0, so that V falls at
                     least exponentially at this rate.
    CG15_sharper     (eta - rho tau_s) (1 - rho tau_r) = beta lambda^2 / 2 has a smallest root rho; it
                     is positive, and larger than half the rate of V (the rate for distances that V
                     gives).  For every solution
                     |lambda| tau_s |s - s_e| + tau_r (eta - rho tau_s) |r - r_e| falls at least like
                     e^{-rho t} (no weight is negative), and |s - s_e| + |r - r_e| <= C e^{-rho t} times
                     its value at 0, with one C for all solutions. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Analysis defs.Context.
From Gatedmem Require lib.Sums lib.Softmax lib.ContextClamped lib.ContextToy lib.ContextThreshold.
From Gatedmem Require lib.ContextConvergence lib.ContextConvergenceRate.

Open Scope R_scope.

Theorem CG15_existence (d N : nat) (m : retrieval d N) (s0 r0 : vec N) :
  0 < beta m -> 0 < tau_s m -> 0 < tau_r m ->
  let solution := fun s r : R -> vec N =>
    (forall mu, continuous_from0 (fun t => s t mu)) /\ (forall mu, continuous_from0 (fun t => r t mu)) /\
    (forall t, 0 < t -> clamped_follows m s r t) in
  exists s r : R -> vec N,
    (s 0 = s0 /\ r 0 = r0) /\ solution s r /\
    (forall s' r' : R -> vec N, s' 0 = s0 -> r' 0 = r0 -> solution s' r' ->
       forall t, 0 <= t -> s' t = s t /\ r' t = r t).
Proof.
move=> b0 ts tr solution; have [s [r [es [er sol]]]] := lib.ContextConvergence.clamped_exists m b0 s0 r0.
exists s, r; split=> //; split=> // s' r' es' er' sol'.
by apply: (lib.ContextConvergence.clamped_unique m b0 s' r' s r sol' sol); rewrite ?es ?es' ?er ?er'.
Qed.

Theorem CG15 (d N : nat) (m : retrieval d N) (eta : R) (s r : R -> vec N) :
  0 < beta m -> 0 < tau_s m -> 0 < tau_r m -> is_least_eig (gates m) eta -> 0 < eta ->
  (forall mu, continuous_from0 (fun t => s t mu)) -> (forall mu, continuous_from0 (fun t => r t mu)) ->
  (forall t, 0 < t -> clamped_follows m s r t) ->
  (exists M, forall t, 0 <= t -> norm (s t) <= M /\ norm (r t) <= M) /\
  (forall mu, is_lim (fun t => gate_velocity m (s t) (r t) mu) p_infty 0) /\
  (forall mu, is_lim (fun t => score_velocity m (s t) (r t) mu) p_infty 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists s_e r_e : vec N, clamped_equilibrium m s_e r_e /\
       distance (s t) s_e < eps /\ distance (r t) r_e < eps).
Proof.
move=> b0 ts tr least eta0 S R0 F; have sol := conj S (conj R0 F); split.
  exact: (lib.ContextConvergence.clamped_bounded m ts tr eta least eta0 s r sol).
exact: (lib.ContextConvergence.clamped_approach m b0 ts tr eta least eta0 s r sol).
Qed.

Theorem CG15_converges (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
  0 < beta m -> 0 < tau_s m -> 0 < tau_r m -> is_least_eig (gates m) eta -> 0 < eta -> is_inverse (gates m) B ->
  (forall i j, i <> j -> ((beta m * ((lambda m) ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= 1) ->
  exists s_e r_e : vec N,
    clamped_equilibrium m s_e r_e /\
    (forall s' r', clamped_equilibrium m s' r' -> s' = s_e /\ r' = r_e) /\
    (forall s r : R -> vec N,
       (forall mu, continuous_from0 (fun t => s t mu)) -> (forall mu, continuous_from0 (fun t => r t mu)) ->
       (forall t, 0 < t -> clamped_follows m s r t) ->
       (forall mu, is_lim (fun t => s t mu) p_infty (s_e mu)) /\
       (forall mu, is_lim (fun t => r t mu) p_infty (r_e mu))).
Proof.
move=> b0 ts tr least eta0 iB cond.
have [se [re [eq [un lim]]]] := lib.ContextConvergence.clamped_one m b0 ts tr eta least eta0 B iB cond.
by exists se, re; split=> //; split=> // s r S R0 F; exact: (lim s r (conj S (conj R0 F))).
Qed.

Theorem CG15_rate (d N : nat) (m : retrieval d N) (eta : R) :
  0 < beta m -> 0 < tau_s m -> 0 < tau_r m -> is_least_eig (gates m) eta -> 0 < eta ->
  let kappa := (beta m * (lambda m) ^ 2) / (2 * eta) in
  kappa < 1 ->
  exists s_e r_e : vec N,
    clamped_equilibrium m s_e r_e /\
    (forall s' r', clamped_equilibrium m s' r' -> s' = s_e /\ r' = r_e) /\
    (forall s r : R -> vec N,
       (forall mu, continuous_from0 (fun t => s t mu)) -> (forall mu, continuous_from0 (fun t => r t mu)) ->
       (forall t, 0 < t -> clamped_follows m s r t) ->
       let V := fun t => (((lambda m) ^ 2 * tau_s m) / eta) * (distance (s t) s_e) ^ 2
                         + tau_r m * (distance (r t) r_e) ^ 2 in
       let rate := (1 - kappa) * Rmin (eta / tau_s m) (1 / tau_r m) in
       (forall t, 0 < t -> exists dV, is_derive V t dV /\ dV <= - rate * V t) /\
       (forall t, 0 <= t -> V t <= exp (- rate * t) * V 0)).
Proof.
move=> b0 ts tr least eta0 kappa k1.
have [se [re [eq un]]] := lib.ContextClamped.one_equilibrium m eta b0 (Rgt_not_eq _ _ ts) (Rgt_not_eq _ _ tr) least eta0 k1.
exists se, re; split=> //; split=> // s r S R0 F.
exact: (lib.ContextConvergenceRate.quadratic_decay m eta b0 ts tr least eta0 se re s r eq (conj S (conj R0 F)) k1).
Qed.

Theorem CG15_sharper (d N : nat) (m : retrieval d N) (eta : R) :
  0 < beta m -> 0 < tau_s m -> 0 < tau_r m -> is_least_eig (gates m) eta -> 0 < eta ->
  let kappa := (beta m * (lambda m) ^ 2) / (2 * eta) in
  kappa < 1 ->
  exists rho : R,
    ((eta - (rho * tau_s m)) * (1 - (rho * tau_r m)) = (beta m * (lambda m) ^ 2) / 2 /\
     (forall sigma, (eta - (sigma * tau_s m)) * (1 - (sigma * tau_r m)) = (beta m * (lambda m) ^ 2) / 2 -> rho <= sigma)) /\
    (0 < rho /\ ((1 - kappa) * Rmin (eta / tau_s m) (1 / tau_r m)) / 2 < rho /\
     0 <= eta - (rho * tau_s m)) /\
    exists C : R, 0 < C /\
      forall (s_e r_e : vec N) (s r : R -> vec N),
        clamped_equilibrium m s_e r_e ->
        (forall mu, continuous_from0 (fun t => s t mu)) -> (forall mu, continuous_from0 (fun t => r t mu)) ->
        (forall t, 0 < t -> clamped_follows m s r t) ->
        let weighted := fun t => (Rabs (lambda m) * tau_s m) * distance (s t) s_e
                                 + (tau_r m * (eta - (rho * tau_s m))) * distance (r t) r_e in
        forall t, 0 <= t ->
          weighted t <= exp (- rho * t) * weighted 0 /\
          distance (s t) s_e + distance (r t) r_e
            <= (C * exp (- rho * t)) * (distance (s 0) s_e + distance (r 0) r_e).
Proof.
move=> b0 ts tr least eta0 kappa k1.
have [root [big [r0 [u0 _]]]] := lib.ContextConvergenceRate.rho_spec m eta b0 ts tr eta0 k1.
have [C [C0 H]] := lib.ContextConvergenceRate.sharp_distances m eta b0 ts tr least eta0 k1.
eexists; split; first exact: root; split; first by split; [exact: r0 | split; [exact: big | exact: u0]].
exists C; split=> // se re s r eq S R0 F weighted t t0; have sol := conj S (conj R0 F); split.
  exact: (lib.ContextConvergenceRate.sharp_weighted m eta b0 ts tr least eta0 k1 se re s r eq sol t t0).
exact: (H se re s r eq sol t t0).
Qed.

(** All hypotheses at once, those of CG11 and of CG12 too, with the solution from s = r = 0, which is no
    equilibrium: two equal memories in R^1, alpha = lambda = 1/2, eta = 1/2, kappa = 1/4. *)
Example CG15_witness :
  let m := lib.ContextToy.toy in
  0 < beta m /\ 0 < tau_s m /\ 0 < tau_r m /\ is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\
  (beta m * (lambda m) ^ 2) / (2 * / 2) < 1 /\
  (exists B, is_inverse (gates m) B /\
     forall i j, i <> j -> ((beta m * ((lambda m) ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= 1) /\
  (exists s_e r_e, clamped_equilibrium m s_e r_e) /\
  (exists s r : R -> vec 2,
     (forall mu, continuous_from0 (fun t => s t mu)) /\ (forall mu, continuous_from0 (fun t => r t mu)) /\
     (forall t, 0 < t -> clamped_follows m s r t) /\ ~ clamped_equilibrium m (s 0) (r 0)).
Proof.
move=> m; have least : is_least_eig (gates m) (/ 2) := lib.ContextToy.toy_least.
have b0 : 0 < beta m by simpl; lra.
have ts : 0 < tau_s m by simpl; lra.
have tr : 0 < tau_r m by simpl; lra.
have k1 : (beta m * (lambda m) ^ 2) / (2 * / 2) < 1 by simpl; lra.
have h0 : 0 < / 2 by lra.
do 5 (split=> //); split=> //; split.
  have [B iB] := lib.ContextClamped.gates_inverse m (/ 2) least h0; exists B; split=> // i j ne.
  have le : (B i i + B j j) - (2 * B i j) <= 2 * / / 2.
    apply: (lib.ContextThreshold.spread_projected (gates m) B (lib.ContextClamped.gate_matrix_sym _ _) iB _ i j ne) => v _.
    exact: (lib.ContextThreshold.projected_norm (gates m) B (/ 2) least h0 iB).
  by rewrite Rinv_inv in le; simpl; lra.
split.
  have [se [re [eq _]]] := CG15_rate _ _ m (/ 2) b0 ts tr least h0 k1; by exists se, re.
have [s [r [[es er] [[S [R0 F]] _]]]] := CG15_existence _ _ m (fun _ => 0) (fun _ => 0) b0 ts tr.
exists s, r; do 3 (split=> //); rewrite es er => -[E _].
have := E ord0; rewrite /gate_velocity.
have -> : mulmv (competition (memories m)) (fun _ => 0) ord0 = 0 by apply: lib.Sums.sum_eq0 => i; ring.
have := lib.Softmax.softmax_gt0 (beta m) (fun _ : 'I_2 => 0) ord0.
by set p := softmax _ _ _ => p0; simpl; lra.
Qed.
