(** * Finite vectors over the real numbers

    What a reader must trust, part 1.  A vector of length [n] is a function on
    the index set ['I_n] = {0, ..., n-1}; nothing here carries a proof.

    sum a          == a_0 + ... + a_{n-1}
    dot a b        == sum of a_i b_i
    norm a         == Euclidean norm
    is_simplex p   == p >= 0 and sum p = 1
    is_interior p  == p > 0  and sum p = 1
    kdelta i j     == Kronecker delta *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.

Open Scope R_scope.

Definition vec (n : nat) : Type := 'I_n -> R.
Definition mat (m n : nat) : Type := 'I_m -> 'I_n -> R.

Definition sum {n : nat} (a : vec n) : R := \big[Rplus/0]_(i < n) a i.
Definition dot {n : nat} (a b : vec n) : R := sum (fun i => a i * b i).
Definition norm {n : nat} (a : vec n) : R := sqrt (dot a a).
Definition kdelta {n : nat} (i j : 'I_n) : R := if i == j then 1 else 0.
Definition mulmv {m n : nat} (A : mat m n) (v : vec n) : vec m :=
  fun i => sum (fun j => A i j * v j).

Definition is_simplex {n : nat} (p : vec n) : Prop :=
  (forall i, 0 <= p i) /\ sum p = 1.
Definition is_interior {n : nat} (p : vec n) : Prop :=
  (forall i, 0 < p i) /\ sum p = 1.
