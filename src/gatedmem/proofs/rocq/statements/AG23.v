(** * AG23  Stability of interior equilibria

    At an interior equilibrium, for tangent directions (sum z = 0), the Jacobian J and the Hessian of L
    are tied by <J v, w> = - Hess L (v, w) in the metric tau_x diag(phi') + K tau_p diag(1/p), which is
    positive definite; J keeps the tangent space and is self-adjoint there.  So every eigenvalue of J is real.
    All of them are negative iff the Hessian of L is positive definite on the tangent space.
    The tangent space, of dimension N + K - 1, has a basis that is orthonormal in the metric and in which J
    is diagonal with entries lambda_j and the Hessian diagonal with entries - lambda_j: J is similar to a
    symmetric matrix.  For every d there are d independent unstable directions (eigenvectors of J with
    positive eigenvalues) iff the Hessian is negative definite on some d-dimensional subspace: the number
    of unstable directions is the negative index. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy defs.Stability lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteStability lib.AstrocyteToy lib.AstrocyteSpectrum lib.AstrocyteIndex.

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

Theorem AG23_basis N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p -> equilibrium m x p ->
  exists (a : 'I_(N + K).-1 -> vec N) (z : 'I_(N + K).-1 -> vec K) (lambda : vec (N + K).-1),
    (forall j, sum (z j) = 0) /\
    (forall i j, flow_metric m x p (a i) (z i) (a j) (z j) = kdelta i j) /\
    (forall (b : vec N) (w : vec K), sum w = 0 -> exists c : vec (N + K).-1,
       (forall i, b i = sum (fun j => c j * a j i)) /\ (forall mu, w mu = sum (fun j => c j * z j mu))) /\
    (forall j, is_flow_jacobian m x p (a j) (z j) (fun i => lambda j * a j i) (fun mu => lambda j * z j mu)) /\
    (forall i j, is_energy_hessian m x p (a i) (z i) (a j) (z j) (- (lambda i * kdelta i j))).
Proof. exact: flow_basis. Qed.

(** On the left d linearly independent tangent eigenvectors with positive eigenvalues; on the right d tangent
    vectors such that the Hessian is negative at each of their combinations with coefficients not all 0. *)
Theorem AG23_index N K (m : memory N K) (x : vec N) (p : vec K) (d : nat) :
  positive m -> is_interior p -> equilibrium m x p ->
  (exists (a : 'I_d -> vec N) (z : 'I_d -> vec K) (lambda : vec d),
     (forall j, sum (z j) = 0) /\ (forall j, 0 < lambda j) /\
     (forall j, is_flow_jacobian m x p (a j) (z j) (fun i => lambda j * a j i) (fun mu => lambda j * z j mu)) /\
     (forall c : vec d,
        (forall i, sum (fun j => c j * a j i) = 0) -> (forall mu, sum (fun j => c j * z j mu) = 0) ->
        forall j, c j = 0))
  <->
  (exists (a : 'I_d -> vec N) (z : 'I_d -> vec K),
     (forall j, sum (z j) = 0) /\
     (forall c : vec d, (exists j, c j <> 0) -> exists q,
        is_energy_hessian m x p (fun i => sum (fun j => c j * a j i)) (fun mu => sum (fun j => c j * z j mu))
                                (fun i => sum (fun j => c j * a j i)) (fun mu => sum (fun j => c j * z j mu)) q /\
        q < 0)).
Proof.
  move=> pos int E; split=> [[a [z [lambda [t [l0 [J ind]]]]]]|[a [z [t H]]]].
    by exists a, z; split=> //; apply: (index_unstable m x p pos int E d a z lambda).
  exact: (index_negative m x p pos int E d a z).
Qed.

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

(** One neuron, one pattern, slope 2: the origin has an unstable direction, so the index is 1. *)
Example AG23_witness_index :
  let m := Memory 1 1 (fun _ _ => 1) 2 1 1 1 in
  positive m /\ is_interior (fun _ : 'I_1 => / INR 1) /\ equilibrium m (fun _ => 0) (fun _ => / INR 1) /\
  exists (a : 'I_1 -> vec 1) (z : 'I_1 -> vec 1) (lambda : vec 1),
    (forall j, sum (z j) = 0) /\ (forall j, 0 < lambda j) /\
    (forall j, is_flow_jacobian m (fun _ => 0) (fun _ => / INR 1) (a j) (z j)
                 (fun i => lambda j * a j i) (fun mu => lambda j * z j mu)) /\
    (forall c : vec 1,
       (forall i, sum (fun j => c j * a j i) = 0) -> (forall mu, sum (fun j => c j * z j mu) = 0) ->
       forall j, c j = 0).
Proof.
  move=> m; split; first by rewrite /positive /=; lra.
  split; first exact: uniform_interior.
  split; first exact: origin_equilibrium.
  exists (fun _ _ => 1), (fun _ _ => 0), (fun _ => 1).
  split; first by move=> _; exact: sum_0.
  split; first by move=> _; lra.
  split; last by move=> c C _ j; have := C ord0; rewrite sum_n1 (ord1 j) Rmult_1_r.
  move=> _; have t1 : tau_p m <> 0 by rewrite /=; lra.
  have [X P] := origin_jacobian m (fun _ => 1) (fun _ => 0) t1 isT (@sum_0 1).
  split=> i; evar_last.
  - exact: X.
  - by rewrite /mulmv /weight !sum_n1 /=; field.
  - exact: P.
  - by rewrite /=; ring.
Qed.
