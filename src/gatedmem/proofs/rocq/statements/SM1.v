(** * SM1

    softmax_b(r) is positive, sums to 1 (for n >= 1), is unchanged when a
    constant is added to all scores, and commutes with permutations s of the
    indices.  No condition on b. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Theorem SM1_positive (n : nat) (b : R) (r : vec n) (i : 'I_n) : 0 < softmax b r i.
Proof. exact: softmax_gt0. Qed.

Theorem SM1_sum (n : nat) (b : R) (r : vec n) : (0 < n)%N -> sum (softmax b r) = 1.
Proof. exact: softmax_sum. Qed.

Theorem SM1_shift (n : nat) (b c : R) (r : vec n) (i : 'I_n) :
  softmax b (fun k => r k + c) i = softmax b r i.
Proof. exact: softmax_shift. Qed.

Theorem SM1_permutation (n : nat) (b : R) (r : vec n) (s : 'I_n -> 'I_n) (i : 'I_n) :
  injective s -> softmax b (fun k => r (s k)) i = softmax b r (s i).
Proof. exact: softmax_perm. Qed.

(** A permutation other than the identity: all indices reversed. *)
Example SM1_witness :
  exists (n : nat) (s : 'I_n -> 'I_n), (0 < n)%N /\ injective s /\ exists i, s i <> i.
Proof.
  exists 2%N, (@rev_ord 2); split=> //; split; first exact: rev_ord_inj.
  by exists ord0; apply/eqP.
Qed.
