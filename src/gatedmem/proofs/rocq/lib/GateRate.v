(** The least eigenvalue of the gate matrix, from the competition and from the Gram matrix. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.LinearSpectral lib.ContextClamped lib.ContextSpectrum.

Open Scope R_scope.

Lemma least_unique {n} (A : mat n n) a b : is_least_eig A a -> is_least_eig A b -> a = b.
Proof.
have half x y : is_least_eig A x -> is_least_eig A y -> x <= y.
  move=> [_ low] [[v [v0 ev]] _]; have := low v.
  rewrite (dot_ext v v (mulmv A v) (fun i => y * v i)) // dot_scal_r -norm_sq.
  have n2 := pow_lt _ 2 v0; move=> h; apply: (Rmult_le_reg_r (norm v ^ 2)) => //; lra.
by move=> ha hb; apply: Rle_antisym; apply: half.
Qed.

Section Rate.
Context {d N : nat} (Z : mat N d) (a : R).
Hypothesis a0 : 0 <= a.

Lemma least_gate l : is_least_eig (competition Z) l -> is_least_eig (gate_matrix Z a) (1 + a * l).
Proof.
move=> [[v [v0 ev]] low]; split.
  by exists v; split=> // i; rewrite mulmv_gate_matrix ev; ring.
move=> w; rewrite gate_quadratic; have := Rmult_le_compat_l _ _ _ a0 (low w); lra.
Qed.

Hypothesis unit : forall mu, norm (Z mu) = 1.

Lemma unit_sq mu : dot (Z mu) (Z mu) = 1.
Proof. by rewrite -norm_sq unit; ring. Qed.

Lemma least_gate_unit mu : is_least_eig (gram Z) mu -> is_least_eig (gate_matrix Z a) (1 - a * (1 - mu)).
Proof.
move=> least; rewrite (_ : 1 - a * (1 - mu) = 1 + a * (mu - 1)); last ring.
exact: least_gate (proj1 (least_unit Z unit_sq mu) least).
Qed.

Lemma rate_unit mu eta : is_least_eig (gram Z) mu -> is_least_eig (gate_matrix Z a) eta -> eta = 1 - a * (1 - mu).
Proof. by move=> lm le; apply: least_unique le _; apply: least_gate_unit. Qed.

(** More memories than dimensions: the critical vectors are those that G annihilates. *)
Lemma critical_kernel eta : (d < N)%N -> is_least_eig (gate_matrix Z a) eta -> eta < 0 ->
  eta = 1 - a /\
  forall v : vec N, (forall i, mulmv (gate_matrix Z a) v i = eta * v i) <-> (forall i, mulmv (gram Z) v i = 0).
Proof.
move=> dN le neg; have [mu lm] := least_eig_exists (gram Z) (leq_ltn_trans (leq0n d) dN) (gram_sym Z).
have m0 := least_wide Z mu dN lm; have ee := rate_unit mu eta lm le.
rewrite m0 Rminus_0_r Rmult_1_r in ee; split=> // v.
have av i : mulmv (gate_matrix Z a) v i = (1 - a) * v i + a * mulmv (gram Z) v i.
  by rewrite mulmv_gate_matrix (mulmv_competition_unit Z unit_sq); ring.
split=> h i; have := h i; rewrite av ee; last by move=> ->; ring.
move=> h'; have : a * mulmv (gram Z) v i = 0 by lra.
by case/Rmult_integral => //; lra.
Qed.
End Rate.
