(** * SM5

    With P d = d - (mean of d) the projection off the constants and b > 0,
      |softmax_b(r) - softmax_b(r')| <= (b/2) |P (r - r')|.
    The inequality is strict unless P (r - r') = 0, and for n >= 2 no constant c < b/2
    will do: b/2 is a supremum that is not attained. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax lib.SoftmaxSharp.

Open Scope R_scope.

Theorem SM5 (n : nat) (b : R) (r r' : vec n) : 0 < b ->
  norm (fun i => softmax b r i - softmax b r' i) <=
  (b / 2) * norm (fun i => (r i - r' i) - sum (fun k => r k - r' k) / INR n).
Proof. by move=> b0; apply: softmax_lipschitz; apply: Rlt_le. Qed.

Theorem SM5_strict (n : nat) (b : R) (r r' : vec n) : 0 < b ->
  0 < norm (fun i => (r i - r' i) - sum (fun k => r k - r' k) / INR n) ->
  norm (fun i => softmax b r i - softmax b r' i) <
  (b / 2) * norm (fun i => (r i - r' i) - sum (fun k => r k - r' k) / INR n).
Proof. exact: softmax_lipschitz_strict_norm. Qed.

Theorem SM5_supremum (n : nat) (b c : R) : (2 <= n)%N -> 0 < b -> c < b / 2 ->
  exists r r' : vec n,
    c * norm (fun i => (r i - r' i) - sum (fun k => r k - r' k) / INR n) <
    norm (fun i => softmax b r i - softmax b r' i).
Proof. exact: softmax_lipschitz_sup. Qed.

Example SM5_witness : exists (n : nat) (b c : R) (r r' : vec n),
  (2 <= n)%N /\ 0 < b /\ c < b / 2 /\
  0 < norm (fun i => (r i - r' i) - sum (fun k => r k - r' k) / INR n).
Proof.
  exists 2%N, 1, 0, (kdelta ord0), (fun _ => 0); do 3?split=> //; try lra.
  apply: (norm_gt0 _ ord0).
  rewrite (sum_ext _ (kdelta ord0)) => [|i]; last by rewrite Rminus_0_r.
  by rewrite sum_kdelta kdelta_refl /=; lra.
Qed.
