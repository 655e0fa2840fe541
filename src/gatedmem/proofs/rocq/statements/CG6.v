(** * CG6.  Separation: the retrieval probability and the gap of the total scores

    Total scores r = b + lambda s; gap of memory mu: Delta = r_mu - max_{nu <> mu} r_nu.

    CG6             P(mu) = softmax(beta r)_mu >= 1 / (1 + (N-1) e^{-beta Delta}), with equality iff
                    all competitors tie in total score.
    CG6_separate    Delta_raw + lambda Delta_gate (the gaps of b and of s) is at most Delta, lambda >= 0;
                    so the bound holds with it; for lambda > 0 with equality iff all competitors tie in
                    b and all tie in s.
    CG6_threshold   [Thm 3.1] if Delta_raw + lambda Delta_gate >= (1/beta) ln((1-eps)(N-1)/eps),
                    0 < eps < 1, then P(mu) >= 1 - eps.
    CG6_frozen      for frozen s, Delta rises with lambda >= 0 iff Delta_gate > 0.
    CG6_exhibit     at the self-consistent s it need not: in a family m(lambda) that differs in lambda
                    only, the one equilibrium at lambda = 1 has Delta_gate > 0, and yet the gap at the
                    one equilibrium at lambda = 2 is smaller. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.
From Gatedmem Require lib.ContextSteering lib.ContextToy lib.ContextExhibit.

Open Scope R_scope.

Theorem CG6 (N : nat) (beta lambda : R) (b s : vec N) (mu : 'I_N) (gap : R) :
  0 < beta -> is_gap (scores b lambda s) mu gap ->
  let r := scores b lambda s in
  / (1 + ((INR N - 1) * exp (- (beta * gap)))) <= softmax beta r mu /\
  (softmax beta r mu = / (1 + ((INR N - 1) * exp (- (beta * gap)))) <->
   (forall nu nu', nu <> mu -> nu' <> mu -> r nu = r nu')).
Proof.
move=> b0 [lo [nu0 [ne0 e0]]] r.
have [le eq] := lib.ContextSteering.softmax_gap_beta beta r mu gap b0 lo.
split=> //; split=> [/eq h nu nu' ne ne'|h].
  by have := h nu ne; have := h nu' ne'; lra.
by apply/eq => nu ne; rewrite (h nu nu0 ne ne0) e0.
Qed.

Theorem CG6_separate (N : nat) (beta lambda : R) (b s : vec N) (mu : 'I_N) (raw gate gap : R) :
  0 < beta -> 0 <= lambda ->
  is_gap b mu raw -> is_gap s mu gate -> is_gap (scores b lambda s) mu gap ->
  let P := softmax beta (scores b lambda s) mu in
  let bound := / (1 + ((INR N - 1) * exp (- (beta * (raw + (lambda * gate)))))) in
  raw + (lambda * gate) <= gap /\ bound <= P /\
  (0 < lambda ->
   (P = bound <-> (forall nu, nu <> mu -> b mu - b nu = raw /\ s mu - s nu = gate))).
Proof.
move=> b0 l0 hb hs hg P bound; split; first exact: (lib.ContextSteering.gap_sum b s mu lambda).
have [le eq] := lib.ContextSteering.softmax_gap_beta beta _ mu _ b0
  (lib.ContextSteering.gap_le b s mu lambda raw gate l0 hb hs).
split=> // lp; rewrite -(lib.ContextSteering.gap_eq b s mu lambda raw gate lp hb hs); exact: eq.
Qed.

Theorem CG6_threshold (N : nat) (beta lambda eps : R) (b s : vec N) (mu : 'I_N) (raw gate : R) :
  0 < beta -> 0 <= lambda -> 0 < eps < 1 ->
  is_gap b mu raw -> is_gap s mu gate ->
  (/ beta) * ln (((1 - eps) * (INR N - 1)) / eps) <= raw + (lambda * gate) ->
  1 - eps <= softmax beta (scores b lambda s) mu.
Proof.
move=> b0 l0 he hb hs h; have n2 := lib.ContextSteering.gap_dim b mu raw hb.
apply: Rle_trans (lib.ContextSteering.gap_threshold beta eps _ b0 he n2 h) _.
exact: (proj1 (lib.ContextSteering.softmax_gap_beta beta _ mu _ b0
  (lib.ContextSteering.gap_le b s mu lambda raw gate l0 hb hs))).
Qed.

Theorem CG6_frozen (N : nat) (b s : vec N) (mu : 'I_N) (gate : R) (gap : R -> R) :
  is_gap s mu gate -> (forall l, 0 <= l -> is_gap (scores b l s) mu (gap l)) ->
  (0 < gate <-> (forall l l', 0 <= l -> l < l' -> gap l < gap l')).
Proof. exact: lib.ContextSteering.frozen_gap_rises. Qed.

Theorem CG6_exhibit :
  exists (m : R -> retrieval 2 2) (mu : 'I_2) (s1 r1 s2 r2 : vec 2) (gate gap1 gap2 : R),
  (forall l, m l = Retrieval 2 2 (memories (m 0)) (alpha (m 0)) l (beta (m 0))
                     (tau_s (m 0)) (tau_r (m 0)) (gate_input (m 0)) (evidence (m 0))) /\
  (forall s r, clamped_equilibrium (m 1) s r <-> s = s1 /\ r = r1) /\
  (forall s r, clamped_equilibrium (m 2) s r <-> s = s2 /\ r = r2) /\
  is_gap s1 mu gate /\ 0 < gate /\ is_gap r1 mu gap1 /\ is_gap r2 mu gap2 /\ gap2 < gap1.
Proof. exact: lib.ContextExhibit.exhibit_falls. Qed.

(** All hypotheses at once: b = (1, 0), s = (1, 0), so the gaps are 1, 1 and 1 + lambda. *)
Example CG6_witness :
  let b := lib.ContextExhibit.first2 1 0 in
  is_gap b ord0 1 /\ (forall l, 0 <= l -> is_gap (scores b l b) ord0 (1 + l)) /\
  0 < 1 /\ 0 <= 1 /\ 0 < / 2 < 1 /\
  (/ 1) * ln (((1 - / 2) * (INR 2 - 1)) / (/ 2)) <= 1 + (1 * 1).
Proof.
move=> b; have e1 : b ord0 - b (lift ord0 ord0) = 1 by rewrite /b /lib.ContextExhibit.first2 /=; lra.
split; first by rewrite -e1; apply: lib.ContextExhibit.gap_two.
split.
  move=> l _; have := lib.ContextExhibit.gap_two (scores b l b).
  have -> // : scores b l b ord0 - scores b l b (lift ord0 ord0) = 1 + l.
  by rewrite /scores /b /lib.ContextExhibit.first2 /=; ring.
do 3 (split; first lra).
have -> : ((1 - / 2) * (INR 2 - 1)) / (/ 2) = 1 by rewrite /=; field.
by rewrite ln_1; lra.
Qed.
