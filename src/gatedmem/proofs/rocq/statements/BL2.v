(** * BL2.  Modern Hopfield networks

    The update x <- sum_mu softmax(b Z x)_mu z_mu is softmax attention: with queries Q, keys Z and
    values Z (or Z W_V), row r of softmax(Q Z^T / sqrt d) V is the update of row r of Q at
    b = 1/sqrt d (followed by W_V).

    One update lowers E(x) = -(1/b) ln sum_mu e^{b <z_mu, x>} + 1/2 |x|^2 by at least
    1/2 |x' - x|^2 (concave-convex step), so E never rises, and stays the same only at a fixed point.

    If <z_mu, x> leads every other <z_nu, x> by gap or more, and every |z_nu| <= M, then one update
    is within 2M (1 - p_mu) <= 2M (n-1) e^{-b gap} of z_mu. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Modern lib.Sums lib.Modern.

Open Scope R_scope.

Theorem BL2_attention (q n d : nat) (Q : mat q d) (Z : mat n d) (r : 'I_q) (j : 'I_d) :
  attention Q Z Z r j = modern_update (/ sqrt (INR d)) Z (Q r) j.
Proof. exact: attention_update_plain. Qed.

Theorem BL2_attention_values (q n d e : nat) (Q : mat q d) (Z : mat n d) (Wv : mat d e)
    (r : 'I_q) (j : 'I_e) :
  attention Q Z (fun mu k => sum (fun i => Z mu i * Wv i k)) r j
  = sum (fun i => modern_update (/ sqrt (INR d)) Z (Q r) i * Wv i j).
Proof. exact: attention_update. Qed.

Theorem BL2_descent (n d : nat) (b : R) (Z : mat n d) (x : vec d) : (0 < n)%N -> 0 < b ->
  modern_energy b Z (modern_update b Z x) <=
    modern_energy b Z x
    - (/ 2) * dot (fun i => modern_update b Z x i - x i) (fun i => modern_update b Z x i - x i) /\
  modern_energy b Z (modern_update b Z x) <= modern_energy b Z x /\
  (modern_energy b Z (modern_update b Z x) = modern_energy b Z x <->
   forall i, modern_update b Z x i = x i).
Proof.
  move=> n0 b0; have h := modern_descent b Z x n0 b0; split=> //; split; last exact: modern_fixed.
  by move: h => /=; have := dot_ge0 (fun i => modern_update b Z x i - x i); lra.
Qed.

Theorem BL2_error (n d : nat) (b M gap : R) (Z : mat n d) (x : vec d) (mu : 'I_n) : 0 < b ->
  (forall nu, norm (Z nu) <= M) ->
  (forall nu, nu <> mu -> gap <= dot (Z mu) x - dot (Z nu) x) ->
  norm (fun i => modern_update b Z x i - Z mu i) <= 2 * M * (1 - softmax b (mulmv Z x) mu) /\
  2 * M * (1 - softmax b (mulmv Z x) mu) <= 2 * M * ((INR n - 1) * exp (- (b * gap))).
Proof. by move=> b0; apply: modern_error; lra. Qed.

Example BL2_witness : exists (n d : nat) (b M gap : R) (Z : mat n d) (x : vec d) (mu : 'I_n),
  (1 < n)%N /\ 0 < b /\ (forall nu, norm (Z nu) <= M) /\ 0 < gap /\
  (forall nu, nu <> mu -> gap <= dot (Z mu) x - dot (Z nu) x).
Proof.
  exists 2%N, 2%N, 1, 1, 1, (fun mu i => kdelta mu i), (kdelta ord0), ord0.
  split=> //; split; first lra.
  split; first by move=> nu; rewrite /norm dot_kdelta_l kdelta_refl sqrt_1; lra.
  split; first lra.
  by move=> nu ne; rewrite !dot_kdelta_l kdelta_refl kdelta_neq; [lra | apply: nesym].
Qed.
