(** * SM4

    For p in the simplex and every v,
      0 <= v^T (diag p - p p^T) v <= 1/2 |v|^2,
    and for every n >= 2 the bound is met by p = (1/2, 1/2, 0, ..., 0) and any multiple
    of v = (1, -1, 0, ..., 0): the constant 1/2 is best possible. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax lib.SoftmaxSharp.

Open Scope R_scope.

Theorem SM4 (n : nat) (p v : vec n) : is_simplex p ->
  0 <= softcov p v v /\ softcov p v v <= (/ 2) * dot v v.
Proof. by move=> sp; split; [apply: softcov_ge0 | apply: softcov_le_half]. Qed.

Theorem SM4_attained (n : nat) (k : R) (p v : vec n) : (2 <= n)%N -> k <> 0 ->
  (forall i : 'I_n, p i = match nat_of_ord i with 0%nat => / 2 | 1%nat => / 2 | _ => 0 end) ->
  (forall i : 'I_n, v i = match nat_of_ord i with 0%nat => k | 1%nat => - k | _ => 0 end) ->
  is_simplex p /\ 0 < dot v v /\ softcov p v v = (/ 2) * dot v v.
Proof. exact: softcov_half_attained. Qed.

Example SM4_witness : exists (n : nat) (k : R) (p v : vec n), (2 <= n)%N /\ k <> 0 /\ is_simplex p /\
  (forall i : 'I_n, p i = match nat_of_ord i with 0%nat => / 2 | 1%nat => / 2 | _ => 0 end) /\
  (forall i : 'I_n, v i = match nat_of_ord i with 0%nat => k | 1%nat => - k | _ => 0 end).
Proof.
  exists 3%N, 1, half_half, (fun i => 1 * plus_minus i); split=> //; split; first lra.
  split; first exact: half_half_simplex.
  by split=> -[[|[|i]] hi]; rewrite /half_half /plus_minus /=; lra.
Qed.
