(** * Linear stability of the clamped context-gated memory

    is_clamped_jacobian m s r a z c d   == the derivative of the (s, r) field at (s, r) along (a, z) is (c, d)
    is_clamped_eigenvalue m s r x w     == x + i w is an eigenvalue of that Jacobian, a 2N x 2N matrix
    linearly_stable m s r               == every eigenvalue has a negative real part
    is_slaved_jacobian m B r z d        == the derivative along z of the field of the scores r alone, with fast
                                           gates, that is with s = B (u + lambda softmax(beta r)), is d
                                           (B stands for the inverse of A)
    slaved_stable m B r                 == every eigenvalue of this N x N Jacobian has a negative real part
    is_least_eig_centred A e            == e is the smallest eigenvalue of the symmetric matrix A on the
                                           vectors of sum 0 *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.

Open Scope R_scope.

Section Stability.
Context {d N : nat} (m : retrieval d N).

Definition is_clamped_jacobian (s r a z c v : vec N) : Prop :=
  (forall i, is_derive (fun h => gate_velocity m (fun j => s j + h * a j) (fun j => r j + h * z j) i) 0 (c i)) /\
  (forall i, is_derive (fun h => score_velocity m (fun j => s j + h * a j) (fun j => r j + h * z j) i) 0 (v i)).

(** (a + i a', z + i z') is not 0 and J v = (x + i w) v. *)
Definition is_clamped_eigenvalue (s r : vec N) (x w : R) : Prop :=
  exists a a' z z' : vec N,
    (exists i, a i <> 0 \/ a' i <> 0 \/ z i <> 0 \/ z' i <> 0) /\
    is_clamped_jacobian s r a z (fun i => x * a i - w * a' i) (fun i => x * z i - w * z' i) /\
    is_clamped_jacobian s r a' z' (fun i => x * a' i + w * a i) (fun i => x * z' i + w * z i).
Definition linearly_stable (s r : vec N) : Prop := forall x w, is_clamped_eigenvalue s r x w -> x < 0.

Definition is_slaved_jacobian (B : mat N N) (r z v : vec N) : Prop :=
  forall i, is_derive (fun h => let y := fun j => r j + h * z j in
                                score_velocity m (gate_state m B (softmax (beta m) y)) y i) 0 (v i).
Definition slaved_stable (B : mat N N) (r : vec N) : Prop :=
  forall x w (z z' : vec N), (exists i, z i <> 0 \/ z' i <> 0) ->
    is_slaved_jacobian B r z (fun i => x * z i - w * z' i) ->
    is_slaved_jacobian B r z' (fun i => x * z' i + w * z i) -> x < 0.
End Stability.

Definition is_least_eig_centred {n : nat} (A : mat n n) (eta : R) : Prop :=
  (exists v : vec n, 0 < norm v /\ sum v = 0 /\ forall i, mulmv A v i = eta * v i) /\
  (forall v : vec n, sum v = 0 -> eta * dot v v <= dot v (mulmv A v)).
