(** The gap of the scores along transients follows the gap of the total scores with a lag. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Gronwall lib.ContextSteering.

Open Scope R_scope.

Lemma lagged_gap {d N} (m : retrieval d N) (s r : R -> vec N) mu (gap lag : R -> R) T :
  0 < tau_r m -> curve_continuous 0 T r ->
  (forall t, 0 < t < T -> curve_derive r t (score_velocity m (s t) (r t))) ->
  (forall t, 0 < t < T -> is_gap (scores (evidence m) (lambda m) (s t)) mu (gap t)) ->
  continuous_on (interval 0 T) lag ->
  (forall t, 0 < t < T -> is_derive lag t ((gap t - lag t) / tau_r m)) -> is_gap (r 0) mu (lag 0) ->
  forall t, 0 <= t <= T -> forall nu, nu <> mu -> lag t <= r t mu - r t nu.
Proof.
move=> tau0 cr hr hg cl hl [g0 _] t ht nu ne.
have i0 : 0 < / tau_r m by apply: Rinv_0_lt_compat.
have := gronwall_free (fun x => lag x - (r x mu - r x nu))
  (fun x => (gap x - lag x) / tau_r m -
            (score_velocity m (s x) (r x) mu - score_velocity m (s x) (r x) nu))
  (fun _ => - / tau_r m) 0 T (continuous_on_const _ _ _) _ _ _ t ht.
move=> h; have {h} : lag t - (r t mu - r t nu) <=
    exp (RInt (fun _ => - / tau_r m) 0 t) * (lag 0 - (r 0 mu - r 0 nu)).
  apply: h.
  - by apply: continuous_on_minus => //; apply: continuous_on_minus; apply: cr.
  - move=> x hx; apply: is_derive_minus; first exact: hl.
    by apply: is_derive_minus; apply: hr.
  - move=> x hx; have [lo _] := hg x hx; have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ i0) (lo nu ne).
    by rewrite /scores /score_velocity /Rdiv; lra.
have := g0 nu ne; have := exp_pos (RInt (fun _ => - / tau_r m) 0 t).
move: (exp _) (lag 0) => e l e0 k h; nra.
Qed.
