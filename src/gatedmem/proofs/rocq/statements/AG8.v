(** * AG8  The energy falls along solutions

    Wherever a curve has the velocity of the flow and p is in the interior,
    dL/dt = - tau_x sum_i phi'(x_i) (dx_i/dt)^2 - K tau_p sum_mu (dp_mu/dt)^2 / p_mu <= 0,
    with equality exactly at an equilibrium.  Along a solution that starts anywhere on
    the simplex the same holds for all t > 0 (a gain that is 0 stays 0; its term is 0^2/0 = 0). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG8 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) :
  positive m -> is_interior (p t) -> follows m x p t ->
  is_derive (fun s => energy m (x s) (p s)) t
    (- (tau_x m * sum (fun i => phi' m (x t i) * (velocity_x m (x t) (p t) i) ^ 2))
     - (INR K * tau_p m) * sum (fun mu => (velocity_p m (x t) (p t) mu) ^ 2 / p t mu)).
Proof. by move=> pos int F; evar_last; [exact: energy_descent | rewrite /=; ring]. Qed.

Theorem AG8_sign N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_simplex p ->
  - (tau_x m * sum (fun i => phi' m (x i) * (velocity_x m x p i) ^ 2))
  - (INR K * tau_p m) * sum (fun mu => (velocity_p m x p mu) ^ 2 / p mu) <= 0.
Proof. by move=> pos s; have [+ _] := dissipation_eq0 m x p pos s; lra. Qed.

Theorem AG8_equality N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_simplex p ->
  (- (tau_x m * sum (fun i => phi' m (x i) * (velocity_x m x p i) ^ 2))
   - (INR K * tau_p m) * sum (fun mu => (velocity_p m x p mu) ^ 2 / p mu) = 0)
  <-> equilibrium m x p.
Proof.
  move=> pos s; have [_ <-] := dissipation_eq0 m x p pos s.
  by rewrite Ropp_mult_distr_l_reverse.
Qed.

Theorem AG8_solution N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> solution m x p -> is_simplex (p 0) -> forall t, 0 < t ->
  is_simplex (p t) /\
  is_derive (fun s => energy m (x s) (p s)) t
    (- (tau_x m * sum (fun i => phi' m (x t i) * (velocity_x m (x t) (p t) i) ^ 2))
     - (INR K * tau_p m) * sum (fun mu => (velocity_p m (x t) (p t) mu) ^ 2 / p t mu)).
Proof.
  move=> pos sol s0 t t0; have [S D] := energy_descent_solution m x p pos sol s0 t t0.
  by split=> //; evar_last; [exact: D | rewrite /=; ring].
Qed.

(** At (x, p) = (1, 1) of the one-pattern memory the energy falls strictly. *)
Example AG8_witness : exists (x : R -> vec 1) (p : R -> vec 1),
  positive (toy 1 1) /\ is_interior (p 0) /\ follows (toy 1 1) x p 0 /\
  ~ equilibrium (toy 1 1) (x 0) (p 0).
Proof.
  exists (fun s i => 1 + s * velocity_x (toy 1 1) (fun _ => 1) (fun _ => 1) i),
    (fun s mu => 1 + s * velocity_p (toy 1 1) (fun _ => 1) (fun _ => 1) mu).
  split; first exact: toy_positive; rewrite !line0; split; first exact: one_interior.
  split; first exact: line_follows.
  by move=> [E _]; move: (E ord0) toy11_velocity; lra.
Qed.

Example AG8_witness_solution : positive (toy 3 2) /\
  solution (toy 3 2) (fun _ _ => 0) (fun _ _ => / INR 2) /\ is_simplex (fun _ : 'I_2 => / INR 2).
Proof.
  split; first exact: toy_positive; split; last by apply: interior_simplex; exact: uniform_interior.
  by apply: constant_solution; exact: origin_equilibrium.
Qed.
