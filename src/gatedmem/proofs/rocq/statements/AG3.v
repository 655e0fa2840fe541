(** * AG3  Bounds on the neurons, and solutions for all time

    From any p(0) on the simplex, |x_i(t)| <= e^{-t/tau_x} |x_i(0)| + K (1 - e^{-t/tau_x}).
    With AG2: from p(0) = 1/K a solution stays for all t in the compact set
    |x_i| <= max(|x_i(0)|, K), p_mu >= e^{-N/(2T)}/K, sum p = 1.  From any p(0) in the interior the
    same holds with A in place of N/(2T), where A >= N/(2T) and A >= |ln(p_mu(0)/p_nu(0))| for all
    mu, nu.
    From every x(0) and every p(0) in the interior there is exactly one solution on [0, oo), and its
    gains stay in the interior (through AG28 and GW3: in (x, u), p = softmax(u), the field is
    Lipschitz on the whole space). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy lib.AstrocyteOrbit lib.AstrocyteGains.

Open Scope R_scope.

Theorem AG3 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (i : 'I_N) :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) -> forall t, 0 <= t ->
  Rabs (x t i) <= exp (- (1 / tau_x m) * t) * Rabs (x 0 i) + INR K * (1 - exp (- (1 / tau_x m) * t)).
Proof. exact: neuron_bound. Qed.

Theorem AG3_compact N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> binary m -> (0 < K)%N -> solution m x p -> (forall nu, p 0 nu = / INR K) ->
  forall t, 0 <= t ->
  (forall i, Rabs (x t i) <= Rmax (Rabs (x 0 i)) (INR K)) /\
  (forall mu, exp (- (INR N / (2 * temp m))) / INR K <= p t mu) /\ sum (p t) = 1.
Proof. move=> pos bin; exact: solution_compact_uniform. Qed.

Theorem AG3_compact_interior N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (A : R) :
  positive m -> binary m -> solution m x p -> is_interior (p 0) ->
  INR N / (2 * temp m) <= A -> (forall mu nu, Rabs (ln (p 0 mu / p 0 nu)) <= A) ->
  forall t, 0 <= t ->
  (forall i, Rabs (x t i) <= Rmax (Rabs (x 0 i)) (INR K)) /\
  (forall mu, exp (- A) / INR K <= p t mu) /\ sum (p t) = 1.
Proof. move=> pos bin; exact: solution_compact. Qed.

Theorem AG3_existence N K (m : memory N K) (x0 : vec N) (p0 : vec K) :
  positive m -> is_interior p0 ->
  exists (x : R -> vec N) (p : R -> vec K),
    (x 0 = x0 /\ p 0 = p0) /\ solution m x p /\ (forall t, 0 <= t -> is_interior (p t)) /\
    (forall (x' : R -> vec N) (p' : R -> vec K),
       x' 0 = x0 -> p' 0 = p0 -> solution m x' p' ->
       forall t, 0 <= t -> x' t = x t /\ p' t = p t).
Proof. move=> pos; exact: existence_uniqueness. Qed.

Example AG3_witness : positive (toy 3 2) /\ binary (toy 3 2) /\
  solution (toy 3 2) (fun _ _ => 0) (fun _ _ => / INR 2) /\ is_interior (fun _ : 'I_2 => / INR 2) /\
  (forall mu nu : 'I_2, Rabs (ln (/ INR 2 / / INR 2)) <= INR 3 / (2 * temp (toy 3 2))).
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary.
  split; first by apply: constant_solution; exact: origin_equilibrium.
  split; first exact: uniform_interior.
  by move=> _ _; rewrite /Rdiv Rinv_r ?ln_1 ?Rabs_R0 /=; lra.
Qed.
