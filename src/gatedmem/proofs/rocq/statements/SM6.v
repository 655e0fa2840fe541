(** * SM6

    For b > 0 and n >= 1 the log-sum-exp (1/b) ln sum_j e^{b r_j} is convex in r, its
    gradient is softmax_b(r), and it lies between max r and max r + (ln n) / b.

    The gradient is stated twice: as partial derivatives, and as the total derivative
    with its remainder (between 0 and (b/4) |d|^2, so again convex). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax lib.SoftmaxLse.

Open Scope R_scope.

Theorem SM6_convex (n : nat) (b t : R) (r r' : vec n) : (0 < n)%N -> 0 < b -> 0 <= t -> t <= 1 ->
  log_sum_exp b (fun i => (t * r i) + ((1 - t) * r' i)) <=
  (t * log_sum_exp b r) + ((1 - t) * log_sum_exp b r').
Proof. exact: lse_convex. Qed.

Theorem SM6_partial (n : nat) (b : R) (r : vec n) (j : 'I_n) : 0 < b ->
  is_derive (fun t => log_sum_exp b (fun k => if k == j then t else r k)) (r j) (softmax b r j).
Proof. by move=> b0; apply: is_derive_lse_upd; apply: Rgt_not_eq. Qed.

Theorem SM6_gradient (n : nat) (b : R) (r d : vec n) : (0 < n)%N -> 0 < b ->
  0 <= (log_sum_exp b (fun i => r i + d i) - log_sum_exp b r) - dot (softmax b r) d /\
  (log_sum_exp b (fun i => r i + d i) - log_sum_exp b r) - dot (softmax b r) d <= (b / 4) * dot d d.
Proof. by move=> n0 b0; split; [apply: lse_tangent | apply: lse_remainder]. Qed.

Theorem SM6_bounds (n : nat) (b m : R) (r : vec n) : 0 < b ->
  (forall i, r i <= m) -> (exists i, r i = m) ->
  m <= log_sum_exp b r /\ log_sum_exp b r <= m + (ln (INR n) / b).
Proof. exact: lse_bounds. Qed.

Example SM6_witness : exists (n : nat) (b t m : R) (r : vec n),
  (1 < n)%N /\ 0 < b /\ 0 <= t /\ t <= 1 /\ (forall i, r i <= m) /\ (exists i, r i = m).
Proof.
  exists 2%N, 1, (/ 2), 1, (kdelta ord0); split=> //; do 3?(split; first lra).
  split; last by exists ord0.
  by move=> i; rewrite /kdelta; case: (_ == _); lra.
Qed.
