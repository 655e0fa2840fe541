(** * AG7  The model is the natural gradient flow of its energy

    Let gx and gp be the partial derivatives of L at (x, p), p in the interior.
    Then tau_x dx/dt = - H^-1 gx and K tau_p dp/dt = - Pi G^-1 gp, where
    H = diag(phi'(x)), G^-1 = diag(p), and Pi is the tangent projection of AG6;
    dx/dt and dp/dt are the right-hand sides of the model. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG7 N K (m : memory N K) (x gx : vec N) (p gp : vec K) :
  positive m -> is_interior p ->
  (forall i, partial (fun y => energy m y p) x i (gx i)) ->
  (forall mu, partial (energy m x) p mu (gp mu)) ->
  (forall i, tau_x m * velocity_x m x p i = - (gx i / phi' m (x i))) /\
  (forall mu, (INR K * tau_p m) * velocity_p m x p mu = - project p (fun nu => p nu * gp nu) mu).
Proof. exact: natural_gradient. Qed.

(** Such vectors of partial derivatives exist at every interior point. *)
Example AG7_witness : forall N K (m : memory N K) (x : vec N) (p : vec K),
  positive m -> is_interior p -> exists gx gp,
  (forall i, partial (fun y => energy m y p) x i (gx i)) /\
  (forall mu, partial (energy m x) p mu (gp mu)).
Proof.
  move=> N K m x p /pos_sigma s0 [p0 _]; do 2 eexists; split=> [i|mu].
    by apply: energy_partial_x; lra.
  by apply: energy_partial_p => //; lra.
Qed.

Example AG7_witness_point : positive (toy 3 2) /\ is_interior (fun _ : 'I_2 => / INR 2).
Proof. by split; [exact: toy_positive | exact: uniform_interior]. Qed.
