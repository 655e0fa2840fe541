(** * AG26  Linear score: attention

    With f = Xi^T phi(x) and tau_x dx/dt = - x + Xi p,
    L_lin = - <p, Xi^T phi> + T <p, log p> + sum [x phi - Lambda] obeys, wherever p is interior,
    dL_lin/dt = - tau_x sum phi'(x_i) (dx_i/dt)^2 - tau_p sum (dp_mu/dt)^2/p_mu <= 0, zero exactly at
    equilibria.  Interior equilibria are the fixed points x = Xi softmax(Xi^T phi(x)/T): the
    attention readout, with inverse temperature 1/T. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLinear lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG26 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) :
  positive m -> is_interior (p t) -> linear_follows m x p t ->
  is_derive (fun s => linear_energy m (x s) (p s)) t
    (- (tau_x m * sum (fun i => phi' m (x t i) * (linear_velocity_x m (x t) (p t) i) ^ 2))
     - tau_p m * sum (fun mu => (linear_velocity_p m (x t) (p t) mu) ^ 2 / p t mu)).
Proof. by move=> pos; exact: linear_descent. Qed.

Theorem AG26_equality N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  - (tau_x m * sum (fun i => phi' m (x i) * (linear_velocity_x m x p i) ^ 2))
    - tau_p m * sum (fun mu => (linear_velocity_p m x p mu) ^ 2 / p mu) <= 0 /\
  ((- (tau_x m * sum (fun i => phi' m (x i) * (linear_velocity_x m x p i) ^ 2))
    - tau_p m * sum (fun mu => (linear_velocity_p m x p mu) ^ 2 / p mu) = 0)
   <-> linear_equilibrium m x p).
Proof. by move=> pos; exact: linear_dissipation. Qed.

Theorem AG26_attention N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  linear_equilibrium m x p <->
  (forall i, x i = sum (fun mu => softmax (/ temp m) (overlap m x) mu * pattern m mu i)) /\
  (forall mu, p mu = softmax (/ temp m) (overlap m x) mu).
Proof.
  move=> pos int; rewrite linear_equilibrium_interior //; split=> -[X P]; split=> // i.
    by rewrite X; apply: sum_ext => mu; rewrite P.
  by rewrite X; apply: sum_ext => mu; rewrite -P.
Qed.

(** Through any interior point passes a curve with the flow's velocity there. *)
Example AG26_witness : exists (x : R -> vec 3) (p : R -> vec 2),
  positive (toy 3 2) /\ is_interior (p 0) /\ linear_follows (toy 3 2) x p 0.
Proof.
  exists (fun s i => 1 + s * linear_velocity_x (toy 3 2) (fun _ => 1) (fun _ => / INR 2) i),
      (fun s mu => / INR 2 + s * linear_velocity_p (toy 3 2) (fun _ => 1) (fun _ => / INR 2) mu).
  split; first exact: toy_positive; rewrite !line0; split; first exact: uniform_interior.
  exact: linear_line_follows.
Qed.
