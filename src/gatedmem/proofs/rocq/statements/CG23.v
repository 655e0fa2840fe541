(** * CG23.  Separation along transients

    Let r solve the score flow [3], tau_r r' = lambda s + b - r, on (0, T), for any gates s(t); let
    gap(t) be the gap of the total scores b + lambda s(t), and lag the lagged gap,
    tau_r lag' = gap - lag, lag(0) the gap of r(0).  Then at every time r_mu - r_nu >= lag for all
    nu <> mu, and P(mu) = softmax(beta r)_mu >= 1 / (1 + (N-1) e^{-beta lag}).

    CG23_transient   the bound of CG6, with gap in the place of lag, can fail at a state (s, r) that is
                     not at rest. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.Sums lib.Softmax lib.Gronwall lib.ContextSteering lib.ContextExhibit lib.ContextLag.

Open Scope R_scope.

Theorem CG23 (d N : nat) (m : retrieval d N) (s r : R -> vec N) (mu : 'I_N) (gap lag : R -> R) (T : R) :
  0 < beta m -> 0 < tau_r m ->
  curve_continuous 0 T r ->
  (forall t, 0 < t < T -> curve_derive r t (score_velocity m (s t) (r t))) ->
  (forall t, 0 < t < T -> is_gap (scores (evidence m) (lambda m) (s t)) mu (gap t)) ->
  continuous_on (interval 0 T) lag ->
  (forall t, 0 < t < T -> is_derive lag t ((gap t - lag t) / tau_r m)) ->
  is_gap (r 0) mu (lag 0) ->
  forall t, 0 <= t <= T ->
    (forall nu, nu <> mu -> lag t <= r t mu - r t nu) /\
    / (1 + ((INR N - 1) * exp (- (beta m * lag t)))) <= softmax (beta m) (r t) mu.
Proof.
move=> b0 tau0 cr hr hg cl hl g0 t ht.
have lo := lib.ContextLag.lagged_gap m s r mu gap lag T tau0 cr hr hg cl hl g0 t ht.
split=> //; exact: (proj1 (lib.ContextSteering.softmax_gap_beta (beta m) (r t) mu (lag t) b0 lo)).
Qed.

Theorem CG23_transient : exists (b s r : vec 2) (mu : 'I_2) (gap : R),
  is_gap (scores b 1 s) mu gap /\
  softmax 1 r mu < / (1 + ((INR 2 - 1) * exp (- (1 * gap)))).
Proof.
pose b := lib.ContextExhibit.first2 1 0; exists b, (fun _ => 0), (fun _ => 0), ord0, 1; split.
  have := lib.ContextExhibit.gap_two (scores b 1 (fun _ => 0)).
  by have -> : scores b 1 (fun _ => 0) ord0 - scores b 1 (fun _ => 0) (lift ord0 ord0) = 1
    by rewrite /scores /b /lib.ContextExhibit.first2 /=; ring.
rewrite lib.Softmax.softmax_sub lib.Sums.sum_n2 Rminus_eq_0 Rmult_0_r exp_0.
have e1 : exp (- (1 * 1)) < 1 by have := exp_increasing (- (1 * 1)) 0 ltac:(lra); rewrite exp_0.
have e0 := exp_pos (- (1 * 1)).
by apply: Rinv_lt_contravar; [apply: Rmult_lt_0_compat | ]; rewrite /=; lra.
Qed.

(** All hypotheses at once: memories the unit vectors of R^2, b = (1, 0), s = 0, r at rest at (1, 0). *)
Example CG23_witness :
  let b := lib.ContextExhibit.first2 1 0 in
  let m := Retrieval 2 2 kdelta 0 1 1 1 1 (fun _ => 0) b in
  let s := fun (_ : R) (_ : 'I_2) => 0 in
  let r := fun (_ : R) => b in
  0 < beta m /\ 0 < tau_r m /\ curve_continuous 0 1 r /\
  (forall t, 0 < t < 1 -> curve_derive r t (score_velocity m (s t) (r t))) /\
  (forall t, 0 < t < 1 -> is_gap (scores (evidence m) (lambda m) (s t)) ord0 1) /\
  continuous_on (interval 0 1) (fun _ => 1) /\
  (forall t, 0 < t < 1 -> is_derive (fun _ => 1) t ((1 - 1) / tau_r m)) /\
  is_gap (r 0) ord0 1.
Proof.
move=> b m s r.
have e1 : b ord0 - b (lift ord0 ord0) = 1 by rewrite /b /lib.ContextExhibit.first2 /=; lra.
have g : is_gap b ord0 1 by have := lib.ContextExhibit.gap_two b; rewrite e1.
do 2 (split; first by simpl; lra).
split; first by move=> i; apply: lib.Gronwall.continuous_on_const.
split.
  move=> t _ i; have -> : score_velocity m (s t) (r t) i = 0.
    by rewrite /score_velocity /s /r /=; field.
  exact: is_derive_const.
split.
  move=> t _; have := lib.ContextExhibit.gap_two (scores (evidence m) (lambda m) (s t)).
  have -> // : scores (evidence m) (lambda m) (s t) ord0 - scores (evidence m) (lambda m) (s t) (lift ord0 ord0) = 1.
  by rewrite /scores /s /= -e1; ring.
split; first exact: lib.Gronwall.continuous_on_const.
split=> // t _; have -> : (1 - 1) / tau_r m = 0 by rewrite /=; field.
exact: is_derive_const.
Qed.
