(** A flow on which all hypotheses hold: v(x) = -x on the closed unit ball of R^n. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Gronwall lib.Banach lib.Compact lib.LinearInverse lib.LinearSpectral lib.Flow.

Open Scope R_scope.

Section Toy.
Context (n : nat).
Let C (x : vec n) : Prop := norm x <= 1.
Let v (x : vec n) : vec n := fun i => - x i.

Lemma toy_lip : lipschitz_on 1 (fun _ => True) v.
Proof.
move=> a b _ _; rewrite Rmult_1_l /distance -(norm_opp (vsub a b)); right.
by apply: norm_ext => i; rewrite /vsub /v; ring.
Qed.

Lemma toy_confined : confined C 1 v.
Proof.
move=> y T T0 cy y0 hy t ht.
have := gronwall_norm y (fun s => v (y s)) (fun _ => 0) (fun _ => 0) 0 T
  (continuous_on_const _ _ _) (continuous_on_const _ _ _) cy _ _ _ t ht.
rewrite (RInt_ext (fun s => _ * 0) (fun _ => 0)); last by move=> s _; apply: Rmult_0_r.
rewrite !RInt_const /scal /= /mult /= Rmult_0_r exp_0 Rplus_0_r Rmult_1_l => h.
apply: Rle_trans (h _ _ _) y0.
- by move=> s hs; case: (hy s hs).
- by move=> s _; lra.
- by move=> s _; rewrite /v dot_opp_r; have := dot_ge0 (y s); lra.
Qed.

Variable x0 : vec n.
Let y (t : R) : vec n := fun i => exp (- t) * x0 i.

Lemma toy_orbit : orbit v y.
Proof. by move=> t _ i; rewrite /y /v; auto_derive => //; ring. Qed.

Lemma toy_norm t : norm (y t) = exp (- t) * norm x0.
Proof. by rewrite /y norm_scal Rabs_pos_eq //; apply: Rlt_le; apply: exp_pos. Qed.

Lemma toy_in : C x0 -> forall t, 0 <= t -> C (y t).
Proof.
move=> h t t0; rewrite /C toy_norm; have := norm_ge0 x0; have := exp_pos (- t).
have : exp (- t) <= 1 by rewrite -exp_0; case: t0 => [k|<-]; [left; apply: exp_increasing; lra | rewrite Ropp_0; lra].
by rewrite /C in h; nra.
Qed.

Lemma toy_derive t : is_derive (fun s => dot (y s) (y s)) t (- (2 * dot (y t) (y t))).
Proof.
evar_last.
  apply: (is_derive_dot y y t (fun i => - y t i) (fun i => - y t i)) => i; rewrite /y;
    by auto_derive => //; ring.
by rewrite dot_opp_l dot_opp_r; ring.
Qed.

Lemma toy_continuous : continuous_over C (fun x => 2 * dot x x).
Proof.
move=> x _ e e0; have [d [d0 h]] := near_quadratic kdelta x (e / 2) ltac:(lra).
have q w : dot w (mulmv kdelta w) = dot w w by apply: dot_ext => // i; apply: mulmv_kdelta.
exists d; split=> // z _ /h; rewrite !q => k.
by rewrite -Rmult_minus_distr_l Rabs_mult Rabs_pos_eq; lra.
Qed.

Lemma toy_only (z : R -> vec n) : 2 * dot (z 0) (z 0) = 0 -> forall i, v (z 0) i = 0.
Proof. by move=> h i; rewrite /v (dot_eq0 (z 0) _ i); lra. Qed.
End Toy.
