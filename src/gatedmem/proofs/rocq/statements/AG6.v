(** * AG6  The tangent projection

    In the metric G = diag(1/p) at an interior p, the orthogonal projection onto
    the tangent space {sum = 0} of the simplex sends z to z - p (sum z), and to
    nothing else.  It is idempotent and G-symmetric, and its kernel is the span of p. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG6 (K : nat) (p z y : vec K) : is_interior p ->
  (sum y = 0 /\ forall w, sum w = 0 -> shahshahani p (fun mu => z mu - y mu) w = 0) <->
  (forall mu, y mu = z mu - p mu * sum z).
Proof. by move=> int; exact: (project_orthogonal p int z y). Qed.

Theorem AG6_tangent (K : nat) (p z : vec K) : is_interior p ->
  sum (project p z) = 0 /\ (sum z = 0 -> forall mu, project p z mu = z mu).
Proof. by move=> int; split; [exact: project_sum | move=> z0 mu; exact: project_tangent]. Qed.

Theorem AG6_idempotent (K : nat) (p z : vec K) : is_interior p ->
  forall mu, project p (project p z) mu = project p z mu.
Proof. by move=> int mu; apply: project_tangent; exact: project_sum. Qed.

Theorem AG6_symmetric (K : nat) (p z w : vec K) : is_interior p ->
  shahshahani p (project p z) w = shahshahani p z (project p w).
Proof. by move=> int; exact: (project_selfadjoint p int z w). Qed.

Theorem AG6_kernel (K : nat) (p z : vec K) : is_interior p ->
  (forall mu, project p z mu = 0) <-> (exists c, forall mu, z mu = c * p mu).
Proof. by move=> int; exact: (project_kernel p int z). Qed.

Example AG6_witness : is_interior (fun _ : 'I_3 => / INR 3).
Proof. exact: uniform_interior. Qed.
