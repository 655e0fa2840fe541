(** * Modern Hopfield networks: the update as a concave-convex step *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Modern lib.Sums lib.Softmax lib.SoftmaxLse.

Open Scope R_scope.

Lemma norm_sum_le {n d} (a : 'I_n -> vec d) :
  norm (fun i => sum (fun k => a k i)) <= sum (fun k => norm (a k)).
Proof.
  rewrite /sum; elim: (index_enum _) => [|k l IH].
    rewrite big_nil (norm_ext _ (fun _ => 0)) ?norm_0; [lra | by move=> i; rewrite big_nil].
  rewrite big_cons (norm_ext _ (fun i => a k i + \big[Rplus/0]_(j <- l) a j i)).
    by apply: Rle_trans (norm_triangle _ _) _; apply: Rplus_le_compat_l.
  by move=> i; rewrite big_cons.
Qed.

Section Modern.
Context {n d : nat} (b : R) (Z : mat n d).

(** The update paired with a direction: <Z^T p, v> = <p, Z v>. *)
Lemma dot_modern_update x v : dot (modern_update b Z x) v = dot (softmax b (mulmv Z x)) (mulmv Z v).
Proof.
  rewrite dot_mulmv; apply: sum_ext => i; congr (_ * _).
  by apply: sum_ext => mu; rewrite Rmult_comm.
Qed.

Lemma modern_descent x : (0 < n)%N -> 0 < b -> let x' := modern_update b Z x in
  modern_energy b Z x' <= modern_energy b Z x - / 2 * dot (fun i => x' i - x i) (fun i => x' i - x i).
Proof.
  move=> n0 b0 x'; have := lse_tangent b (mulmv Z x) (mulmv Z (fun i => x' i - x i)) n0 b0.
  rewrite -dot_modern_update -/x' dot_minus_r.
  have -> : (fun i => mulmv Z x i + mulmv Z (fun i => x' i - x i) i) = mulmv Z x'.
    apply: FunctionalExtensionality.functional_extensionality => mu.
    by rewrite mulmv_minus; ring.
  rewrite /modern_energy dot_minus_sq (dot_sym x' x); lra.
Qed.

Lemma modern_fixed x : (0 < n)%N -> 0 < b ->
  modern_energy b Z (modern_update b Z x) = modern_energy b Z x <-> forall i, modern_update b Z x i = x i.
Proof.
  move=> n0 b0; split=> [e i|e].
    have := modern_descent x n0 b0; rewrite /= e => h.
    have := dot_ge0 (fun i => modern_update b Z x i - x i) => g.
    have := dot_eq0 (fun i => modern_update b Z x i - x i) ltac:(lra) i; lra.
  by congr (modern_energy b Z _); apply: FunctionalExtensionality.functional_extensionality.
Qed.

Lemma modern_error x mu M gap : 0 <= b -> (forall nu, norm (Z nu) <= M) ->
  (forall nu, nu <> mu -> gap <= dot (Z mu) x - dot (Z nu) x) ->
  norm (fun i => modern_update b Z x i - Z mu i) <= 2 * M * (1 - softmax b (mulmv Z x) mu) /\
  2 * M * (1 - softmax b (mulmv Z x) mu) <= 2 * M * ((INR n - 1) * exp (- (b * gap))).
Proof.
  move=> b0 hM hg; have n0 := index_dim mu; set p := softmax b (mulmv Z x).
  have p0 nu : 0 < p nu by exact: softmax_gt0.
  have p1 : sum p = 1 by exact: softmax_sum.
  have M0 : 0 <= M by apply: Rle_trans (norm_ge0 (Z mu)) (hM mu).
  have rest : 1 - p mu = sum (fun nu => if nu == mu then 0 else p nu).
    by rewrite -p1 (sum_split mu); lra.
  split; last first.
    apply: Rmult_le_compat_l; first lra.
    rewrite rest -(sum_off_const mu); apply: sum_le => nu; case: eqP => [_|ne]; first lra.
    rewrite /p (softmax_ratio _ _ nu mu) -/p.
    have le1 : p mu <= 1 by apply: (simplex_le1 p); exact: softmax_simplex.
    have : exp (b * (mulmv Z x nu - mulmv Z x mu)) <= exp (- (b * gap)).
      by apply: exp_le; have := hg nu ne; rewrite /dot /mulmv; nra.
    have := exp_pos (b * (mulmv Z x nu - mulmv Z x mu)); have := p0 mu; nra.
  rewrite rest -sum_scal_l (norm_ext _ (fun i => sum (fun nu => p nu * (Z nu i - Z mu i)))).
    apply: Rle_trans (norm_sum_le (fun nu i => p nu * (Z nu i - Z mu i))) _; apply: sum_le => nu.
    rewrite norm_scal Rabs_pos_eq; last by apply: Rlt_le.
    case: eqP => [->|ne].
      by rewrite (norm_ext _ (fun _ => 0)) ?norm_0 => [|i]; [rewrite !Rmult_0_r; lra | ring].
    have := norm_triangle (Z nu) (fun i => - Z mu i); rewrite norm_opp -/(norm (fun i => Z nu i - Z mu i)).
    rewrite (Rmult_comm (2 * M)) => tri; apply: Rmult_le_compat_l; first by apply: Rlt_le.
    by apply: Rle_trans tri _; have := hM nu; have := hM mu; lra.
  move=> i; rewrite /modern_update -/p (sum_ext (fun nu => p nu * (Z nu i - Z mu i)) (fun nu => p nu * Z nu i - p nu * Z mu i)).
    by rewrite sum_minus sum_scal_r p1 Rmult_1_l.
  by move=> nu; ring.
Qed.
End Modern.

Lemma attention_update {q n d e} (Q : mat q d) (Z : mat n d) (Wv : mat d e) r j : 
  attention Q Z (fun mu k => sum (fun i => Z mu i * Wv i k)) r j
  = sum (fun i => modern_update (/ sqrt (INR d)) Z (Q r) i * Wv i j).
Proof.
  rewrite /attention /modern_update.
  rewrite (sum_ext (fun i => _ * Wv i j) (fun i => sum (fun mu => softmax (/ sqrt (INR d)) (mulmv Z (Q r)) mu * Z mu i * Wv i j))); last first.
    by move=> i; rewrite sum_scal_r.
  rewrite sum_swap; apply: sum_ext => mu; rewrite -sum_scal_l; apply: sum_ext => i.
  rewrite Rmult_assoc; congr (_ * _); rewrite /softmax.
  have E nu : exp (1 * (sum (fun i => Q r i * Z nu i) / sqrt (INR d))) = exp (/ sqrt (INR d) * mulmv Z (Q r) nu).
    rewrite Rmult_1_l /Rdiv Rmult_comm; congr (exp (_ * _)); apply: sum_ext => k; ring.
  by rewrite E (sum_ext _ _ E).
Qed.

Lemma attention_update_plain {q n d} (Q : mat q d) (Z : mat n d) r j :
  attention Q Z Z r j = modern_update (/ sqrt (INR d)) Z (Q r) j.
Proof.
  rewrite -[RHS](sum_kdelta_r' j) -attention_update /attention; apply: sum_ext => mu.
  by congr (_ * _); rewrite sum_kdelta_r'.
Qed.
