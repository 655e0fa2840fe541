(** * SM3

    The partial derivative of the i-th softmax coordinate in the j-th score is
    b (p_i delta_ij - p_i p_j), with p the softmax.  The curve moves score j and leaves
    the others where they are. *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Theorem SM3 (n : nat) (b : R) (r : vec n) (i j : 'I_n) :
  is_derive (fun t => softmax b (fun k => if k == j then t else r k) i) (r j)
    (b * (softmax b r i * kdelta i j - softmax b r i * softmax b r j)).
Proof. exact: is_derive_softmax_upd. Qed.
