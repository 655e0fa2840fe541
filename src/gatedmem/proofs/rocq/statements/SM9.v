(** * SM9: the effective number of memories N_eff = exp(entropy p)

    It lies in [1, n].  Let S be a set of indices with 1 <= #S < n, and let h be the
    binary entropy.  If p has mass at most e off S and 0 <= e <= 1 - #S/n, then
      ln N_eff <= h(e) + (1 - e) ln #S + e ln (n - #S).
    If the mass off S equals e, the bound holds for every e, and for every e in [0, 1] some
    p meets it.  If only mass <= e is asked and e >= 1 - #S/n, the best bound is ln n. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.SoftmaxCold lib.SoftmaxEntropy.

Open Scope R_scope.

Theorem SM9_range (n : nat) (p : vec n) : is_simplex p ->
  1 <= exp (entropy p) /\ exp (entropy p) <= INR n.
Proof. exact: effective_range. Qed.

Theorem SM9 (n : nat) (e : R) (p : vec n) (S : pred 'I_n) : (1 <= #|S|)%N -> (#|S| < n)%N ->
  is_simplex p -> sum (fun i => if S i then 0 else p i) <= e ->
  0 <= e -> e <= 1 - INR #|S| / INR n ->
  ln (exp (entropy p)) <=
  ((- (e * ln e) - ((1 - e) * ln (1 - e))) + ((1 - e) * ln (INR #|S|))) + (e * ln (INR n - INR #|S|)).
Proof. by move=> *; rewrite ln_exp; apply: entropy_split_le. Qed.

Theorem SM9_equal (n : nat) (e : R) (p : vec n) (S : pred 'I_n) : (1 <= #|S|)%N -> (#|S| < n)%N ->
  is_simplex p -> sum (fun i => if S i then 0 else p i) = e ->
  ln (exp (entropy p)) <=
  ((- (e * ln e) - ((1 - e) * ln (1 - e))) + ((1 - e) * ln (INR #|S|))) + (e * ln (INR n - INR #|S|)).
Proof. by move=> *; rewrite ln_exp; apply: entropy_split_eq. Qed.

Theorem SM9_attained (n : nat) (e : R) (S : pred 'I_n) : (1 <= #|S|)%N -> (#|S| < n)%N ->
  0 <= e -> e <= 1 ->
  exists p : vec n, is_simplex p /\ sum (fun i => if S i then 0 else p i) = e /\
  ln (exp (entropy p)) =
  ((- (e * ln e) - ((1 - e) * ln (1 - e))) + ((1 - e) * ln (INR #|S|))) + (e * ln (INR n - INR #|S|)).
Proof.
  move=> s0 sn e0 e1; exists (two_level S e); rewrite ln_exp.
  by split; [apply: two_level_simplex | split; [apply: off_two_level | apply: entropy_two_level]].
Qed.

Theorem SM9_larger (n : nat) (e : R) (S : pred 'I_n) : (1 <= #|S|)%N -> (#|S| < n)%N ->
  1 - INR #|S| / INR n <= e ->
  (forall p : vec n, is_simplex p -> ln (exp (entropy p)) <= ln (INR n)) /\
  exists p : vec n, is_simplex p /\ sum (fun i => if S i then 0 else p i) <= e /\
                    ln (exp (entropy p)) = ln (INR n).
Proof.
  move=> s0 sn he; have n0 : (0 < n)%N by apply: leq_trans s0 (ltnW sn).
  split=> [p sp|]; first by rewrite ln_exp; apply: entropy_le.
  exists (fun _ => / INR n); rewrite ln_exp; split; first exact: interior_simplex (uniform_interior n0).
  split; last exact: entropy_uniform.
  by apply: Rle_trans he; apply: Req_le; apply: off_uniform.
Qed.

(** Half of all on the first index, a quarter on each of the two others. *)
Example SM9_witness : exists (n : nat) (e : R) (p : vec n) (S : pred 'I_n),
  (1 <= #|S|)%N /\ (#|S| < n)%N /\ is_simplex p /\
  sum (fun i => if S i then 0 else p i) = e /\ 0 < e /\ e <= 1 - INR #|S| / INR n.
Proof.
  exists 3%N, (/ 2), (fun i => if i == ord0 then / 2 else / 4), (pred1 ord0).
  rewrite card1; do 2?split=> //; split.
    by split=> [i|]; [case: (_ == _); lra | rewrite sum_recl sum_n2 /=; lra].
  by split; [rewrite sum_recl sum_n2 /=; lra | simpl; lra].
Qed.
