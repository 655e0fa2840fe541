(** * Linearisation of the astrocyte-gated flow

    is_flow_jacobian m x p a z c d      == the derivative of the (x, p) field along (a, z) is (c, d)
    is_energy_hessian m x p a z a' z' q == the second derivative of L along (a, z) and (a', z') is q
    flow_metric m x p                   == tau_x diag(phi') + K tau_p diag(1/p)
    is_greatest_eig A e                 == e is the largest eigenvalue of the symmetric matrix A
    is_flow_eigenvalue m x p alpha beta == alpha + i beta is an eigenvalue of the Jacobian on
                                           R^N x {sum = 0} *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Astrocyte.

Open Scope R_scope.

Section Stability.
Context {N K : nat} (m : memory N K).

Definition is_flow_jacobian (x : vec N) (p : vec K) (a : vec N) (z : vec K) (c : vec N) (d : vec K)
    : Prop :=
  (forall i, is_derive (fun h => velocity_x m (fun j => x j + h * a j)
                                   (fun nu => p nu + h * z nu) i) 0 (c i)) /\
  (forall mu, is_derive (fun h => velocity_p m (fun j => x j + h * a j)
                                    (fun nu => p nu + h * z nu) mu) 0 (d mu)).

Definition is_energy_hessian (x : vec N) (p : vec K) (a : vec N) (z : vec K) (a' : vec N) (z' : vec K)
    (q : R) : Prop :=
  is_derive (fun h => Derive (fun k => energy m (fun j => (x j + h * a j) + k * a' j)
                                         (fun nu => (p nu + h * z nu) + k * z' nu)) 0) 0 q.

Definition flow_metric (x : vec N) (p : vec K) (a : vec N) (z : vec K) (a' : vec N) (z' : vec K) : R :=
  tau_x m * sum (fun i => phi' m (x i) * (a i * a' i)) + INR K * tau_p m * shahshahani p z z'.

(** (a + i a', z + i z') is a non-zero tangent vector with J v = (alpha + i beta) v. *)
Definition is_flow_eigenvalue (x : vec N) (p : vec K) (alpha beta : R) : Prop :=
  exists (a a' : vec N) (z z' : vec K),
    sum z = 0 /\ sum z' = 0 /\
    ((exists i, a i <> 0 \/ a' i <> 0) \/ (exists mu, z mu <> 0 \/ z' mu <> 0)) /\
    is_flow_jacobian x p a z
      (fun i => alpha * a i - beta * a' i) (fun mu => alpha * z mu - beta * z' mu) /\
    is_flow_jacobian x p a' z'
      (fun i => alpha * a' i + beta * a i) (fun mu => alpha * z' mu + beta * z mu).
End Stability.

Definition is_greatest_eig {n : nat} (A : mat n n) (e : R) : Prop :=
  (exists v : vec n, (exists i, v i <> 0) /\ forall i, mulmv A v i = e * v i) /\
  (forall v : vec n, dot v (mulmv A v) <= e * dot v v).
