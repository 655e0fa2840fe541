(** * GW6.  Hoeffding's inequality for sums of signs, as a count

    Of the 2^n vectors of n signs, at most 2 2^n e^{-t^2/(2n)} have a sum of modulus t or more
    (n >= 1, t >= 0).  The same count holds for sum c_i s_i with fixed signs c_i; and with fixed
    real weights a_i, not all zero, with sum a_i^2 in the place of n. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype finfun.
From Gatedmem Require Import defs.Vectors defs.Signs lib.Sums lib.Signs.

Open Scope R_scope.

Theorem GW6 (n : nat) (t : R) : (0 < n)%N -> 0 <= t ->
  how_many (fun s : signs n => Rle_dec t (Rabs (sum (fun i => sgn (s i)))))
  <= 2 * (2 ^ n) * exp (- (t ^ 2 / (2 * INR n))).
Proof. by move=> n0 t0; exact: hoeffding_plain. Qed.

Theorem GW6_signs (n : nat) (c : vec n) (t : R) : (0 < n)%N -> 0 <= t ->
  (forall i, c i = 1 \/ c i = -1) ->
  how_many (fun s : signs n => Rle_dec t (Rabs (sum (fun i => c i * sgn (s i)))))
  <= 2 * (2 ^ n) * exp (- (t ^ 2 / (2 * INR n))).
Proof. by move=> n0 t0 bin; exact: hoeffding_signs. Qed.

Theorem GW6_weights (n : nat) (a : vec n) (t : R) : 0 < dot a a -> 0 <= t ->
  how_many (fun s : signs n => Rle_dec t (Rabs (sum (fun i => a i * sgn (s i)))))
  <= 2 * (2 ^ n) * exp (- (t ^ 2 / (2 * dot a a))).
Proof. by move=> a0 t0; apply: hoeffding => // s /Rle_decP. Qed.

(** 2^n is the number of all the vectors. *)
Theorem GW6_all (n : nat) : how_many (fun _ : signs n => true) = 2 ^ n.
Proof. exact: how_many_signs. Qed.

Example GW6_witness : exists (n : nat) (c a : vec n) (t : R), (0 < n)%N /\ 0 <= t /\
  (forall i, c i = 1 \/ c i = -1) /\ 0 < dot a a.
Proof.
  exists 2%N, (fun _ => 1), (fun _ => 3), 2; do 2?split=> //; first lra.
  by split; [left | rewrite /dot sum_n2; lra].
Qed.
