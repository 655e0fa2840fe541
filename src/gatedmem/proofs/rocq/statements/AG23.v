(** * AG23  Stability of interior equilibria

    At an interior equilibrium, for tangent directions (sum z = 0), the Jacobian J and the Hessian of L
    are tied by <J v, w> = - Hess L (v, w) in the metric tau_x diag(phi') + K tau_p diag(1/p), which is
    positive definite; J keeps the tangent space and is self-adjoint there.  So every eigenvalue of J is real.
    All of them are negative iff the Hessian of L is positive definite on the tangent space.
    (That the number of unstable directions is its negative index is not part of this file.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy defs.Stability lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteStability lib.AstrocyteToy lib.AstrocyteSpectrum.

Open Scope R_scope.

Theorem AG23 N K (m : memory N K) (x a a' c : vec N) (p z z' d : vec K) (q : R) :
  positive m -> is_interior p -> equilibrium m x p -> sum z' = 0 ->
  is_flow_jacobian m x p a z c d -> is_energy_hessian m x p a z a' z' q ->
  flow_metric m x p c d a' z' = - q.
Proof. exact: jacobian_hessian. Qed.

Theorem AG23_selfadjoint N K (m : memory N K) (x a a' c c' : vec N) (p z z' d d' : vec K) :
  positive m -> is_interior p -> equilibrium m x p -> sum z = 0 -> sum z' = 0 ->
  is_flow_jacobian m x p a z c d -> is_flow_jacobian m x p a' z' c' d' ->
  sum d = 0 /\ flow_metric m x p c d a' z' = flow_metric m x p a z c' d'.
Proof.
  move=> pos int E z0 z0' J J'; have [-> ->] := flow_jacobian_unique m x p a z c d (proj1 int) J.
  have [-> ->] := flow_jacobian_unique m x p a' z' c' d' (proj1 int) J'.
  by split; [exact: flow_jac_tangent | exact: metric_jac_sym].
Qed.

Theorem AG23_metric N K (m : memory N K) (x a : vec N) (p z : vec K) :
  positive m -> is_interior p -> (exists i, a i <> 0) \/ (exists mu, z mu <> 0) ->
  0 < flow_metric m x p a z a z.
Proof. exact: flow_metric_gt0. Qed.

Theorem AG23_real N K (m : memory N K) (x : vec N) (p : vec K) (alpha beta : R) :
  positive m -> is_interior p -> equilibrium m x p ->
  is_flow_eigenvalue m x p alpha beta -> beta = 0.
Proof. exact: flow_real. Qed.

Theorem AG23_stable N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p -> equilibrium m x p ->
  (forall alpha beta, is_flow_eigenvalue m x p alpha beta -> alpha < 0) <->
  (forall (a : vec N) (z : vec K) (q : R),
     sum z = 0 -> (exists i, a i <> 0) \/ (exists mu, z mu <> 0) ->
     is_energy_hessian m x p a z a z q -> 0 < q).
Proof. by move=> pos int E; split; [exact: stable_hessian | exact: hessian_stable]. Qed.

(** Jacobian and Hessian exist in all tangent directions at every interior equilibrium. *)
Example AG23_witness : positive (toy 3 2) /\ is_interior (fun _ : 'I_2 => / INR 2) /\
  equilibrium (toy 3 2) (fun _ => 0) (fun _ => / INR 2) /\
  (forall (a a' : vec 3) (z z' : vec 2), sum z' = 0 -> exists c d q,
     is_flow_jacobian (toy 3 2) (fun _ => 0) (fun _ => / INR 2) a z c d /\
     is_energy_hessian (toy 3 2) (fun _ => 0) (fun _ => / INR 2) a z a' z' q).
Proof.
  have pos := toy_positive 3 2; have int : is_interior (fun _ : 'I_2 => / INR 2) by exact: uniform_interior.
  have E : equilibrium (toy 3 2) (fun _ => 0) (fun _ => / INR 2) by exact: origin_equilibrium.
  split=> //; split=> //; split=> // a a' z z' z0; do 3 eexists; split.
    by apply: flow_jacobian_is; case: int.
  exact: hessian_is.
Qed.
