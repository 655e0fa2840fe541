(** * SM7

    If score mu leads every other score by at least g, then at temperature T > 0
      softmax(f / T)_mu >= 1 / (1 + (n - 1) e^{-g/T}),
    with equality exactly when it leads every other score by g.  (n = 1: both sides
    are 1.  g may be negative.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Theorem SM7 (n : nat) (T g : R) (f : vec n) (mu : 'I_n) : 0 < T ->
  (forall nu, nu <> mu -> g <= f mu - f nu) ->
  1 / (1 + (INR n - 1) * exp (- (g / T))) <= softmax (/ T) f mu /\
  (softmax (/ T) f mu = 1 / (1 + (INR n - 1) * exp (- (g / T))) <->
   forall nu, nu <> mu -> f mu - f nu = g).
Proof.
  have -> : - (g / T) = (- g) / T by rewrite /Rdiv Ropp_mult_distr_l.
  by rewrite [1 / _]Rmult_1_l; apply: softmax_gap.
Qed.

Example SM7_witness : exists (n : nat) (T g : R) (f : vec n) (mu : 'I_n),
  (1 < n)%N /\ 0 < T /\ 0 < g /\ (forall nu, nu <> mu -> g <= f mu - f nu).
Proof.
  exists 2%N, 1, 1, (kdelta ord0), ord0; do 3?split=> //; try lra.
  by move=> nu ne; rewrite kdelta_refl kdelta_neq; [lra | apply: nesym].
Qed.
