(** * Context-gated retrieval, context and query clamped

    What a reader must trust, part 4 (arXiv 2605.10970, equations in brackets).

    gram Z           == G = Z^T Z for memories Z mu in R^d
    competition Z    == W2 = G - diag G
    gate_matrix Z a  == A(alpha) = I + alpha W2
    is_least_eig A e == e is the smallest eigenvalue of the symmetric matrix A
    gate_equilibrium, retrieval_equilibrium == zeros of [2], [3] *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect eqtype fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax.

Open Scope R_scope.

Definition gram {d N : nat} (Z : mat N d) : mat N N := fun mu nu => dot (Z mu) (Z nu).
Definition competition {d N : nat} (Z : mat N d) : mat N N :=
  fun mu nu => if mu == nu then 0 else gram Z mu nu.
Definition gate_matrix {d N : nat} (Z : mat N d) (alpha : R) : mat N N :=
  fun mu nu => kdelta mu nu + alpha * competition Z mu nu.

Definition is_least_eig {n : nat} (A : mat n n) (eta : R) : Prop :=
  (exists v : vec n, 0 < norm v /\ forall i, mulmv A v i = eta * v i) /\
  (forall v : vec n, eta * dot v v <= dot v (mulmv A v)).
