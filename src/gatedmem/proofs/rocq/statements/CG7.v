(** * CG7.  Readout error

    Let M bound the norms of the memories, P = softmax(beta r) and gap the gap of the total scores r of
    memory mu.  Then |Z P - zeta^mu| <= 2 M (1 - P(mu)) <= 2 M (N-1) e^{-beta gap}; with r = b + lambda s
    and lambda >= 0 the last is at most 2 M (N-1) e^{-beta (raw + lambda gate)}, the separate gaps of b
    and s: exponential in lambda times the gap of the gate. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.Sums lib.Softmax lib.ContextSteering lib.ContextExhibit lib.ContextReadout.

Open Scope R_scope.

Theorem CG7 (d N : nat) (Z : mat N d) (beta M : R) (r : vec N) (mu : 'I_N) (gap : R) :
  0 < beta -> (forall nu, norm (Z nu) <= M) -> is_gap r mu gap ->
  let P := softmax beta r in
  distance (readout Z P) (Z mu) <= (2 * M) * (1 - P mu) /\
  (2 * M) * (1 - P mu) <= (2 * M) * ((INR N - 1) * exp (- (beta * gap))).
Proof.
move=> b0 hM [lo _] P; split.
  by apply: lib.ContextReadout.readout_error => //; apply: lib.Softmax.softmax_simplex;
    exact: lib.Softmax.index_dim mu.
apply: Rmult_le_compat_l; last exact: lib.ContextReadout.readout_gap.
by have := hM mu; have := lib.Sums.norm_ge0 (Z mu); lra.
Qed.

Theorem CG7_separate (d N : nat) (Z : mat N d) (beta lambda M : R) (b s : vec N) (mu : 'I_N) (raw gate : R) :
  0 < beta -> 0 <= lambda -> (forall nu, norm (Z nu) <= M) -> is_gap b mu raw -> is_gap s mu gate ->
  let P := softmax beta (scores b lambda s) in
  distance (readout Z P) (Z mu) <= (2 * M) * ((INR N - 1) * exp (- (beta * (raw + (lambda * gate))))).
Proof.
move=> b0 l0 hM hb hs P; apply: (Rle_trans _ ((2 * M) * (1 - P mu))).
  by apply: lib.ContextReadout.readout_error => //; apply: lib.Softmax.softmax_simplex;
    exact: lib.Softmax.index_dim mu.
apply: Rmult_le_compat_l; first by have := hM mu; have := lib.Sums.norm_ge0 (Z mu); lra.
apply: lib.ContextReadout.readout_gap => //.
exact: lib.ContextSteering.gap_le.
Qed.

(** All hypotheses at once: Z the unit vectors of R^2, b = s = (1, 0). *)
Example CG7_witness :
  let Z := fun i j : 'I_2 => kdelta i j in
  let b := lib.ContextExhibit.first2 1 0 in
  0 < 1 /\ 0 <= 1 /\ (forall nu, norm (Z nu) <= 1) /\ is_gap b ord0 1.
Proof.
move=> Z b; do 2 (split; first lra); split.
  by move=> nu; rewrite /norm (lib.Sums.dot_kdelta_l nu (Z nu)) /Z lib.Sums.kdelta_refl sqrt_1; lra.
have e1 : b ord0 - b (lift ord0 ord0) = 1 by rewrite /b /lib.ContextExhibit.first2 /=; lra.
by have := lib.ContextExhibit.gap_two b; rewrite e1.
Qed.
