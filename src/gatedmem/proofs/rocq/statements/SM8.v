(** * SM8: zero temperature at a fixed score

    M is the set of indices of largest score and g a lower bound of the gap from M to
    the rest.  Then softmax(f / T) puts at most ((n - #M) / #M) e^{-g/T} off M, nothing
    when M is everything, and as T falls to 0 it tends to the uniform law on M. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax lib.SoftmaxCold.

Open Scope R_scope.

Theorem SM8_mass (n : nat) (T g : R) (f : vec n) (M : pred 'I_n) : (0 < n)%N -> 0 < T ->
  (forall i, M i <-> (forall j, f j <= f i)) ->
  (forall i j, M i -> ~~ M j -> g <= f i - f j) ->
  0 < INR #|M| /\
  sum (fun i => if M i then 0 else softmax (/ T) f i) <=
  ((INR n - INR #|M|) / INR #|M|) * exp (- (g / T)).
Proof.
  move=> n0 T0 am gap; split; last exact: argmax_mass.
  have [k hk] := exists_argmax f n0.
  by apply: (card_gt0_in M k); apply/am.
Qed.

Theorem SM8_everything (n : nat) (T : R) (f : vec n) (M : pred 'I_n) : (forall i, M i) ->
  sum (fun i => if M i then 0 else softmax (/ T) f i) = 0.
Proof. by move=> all; apply: sum_eq0 => i; rewrite all. Qed.

Theorem SM8_limit (n : nat) (f : vec n) (M : pred 'I_n) (i : 'I_n) :
  (forall i, M i <-> (forall j, f j <= f i)) ->
  filterlim (fun T => softmax (/ T) f i) (at_right 0) (locally (if M i then 1 / INR #|M| else 0)).
Proof. by move=> am; rewrite [1 / _]Rmult_1_l; apply: softmax_cold => //; apply: index_dim i. Qed.

Example SM8_witness : exists (n : nat) (T g : R) (f : vec n) (M : pred 'I_n),
  (0 < n)%N /\ 0 < T /\ 0 < g /\ (forall i, M i <-> (forall j, f j <= f i)) /\
  (forall i j, M i -> ~~ M j -> g <= f i - f j) /\ (exists i, M i) /\ (exists i, ~~ M i).
Proof.
  exists 2%N, 1, 1, (kdelta ord0), (pred1 ord0); split=> //; do 2?(split; first lra).
  split.
    move=> i; rewrite /kdelta /= eq_sym; split=> [h j|/(_ ord0)]; first by rewrite h; case: (_ == _); lra.
    by rewrite eqxx; case: (ord0 == i) => //; lra.
  split; last by split; [exists ord0 | exists ord_max].
  by move=> i j; rewrite /kdelta /= ![_ == ord0]eq_sym => -> /negbTE ->; lra.
Qed.
