(** * CG19.  Steering with a frozen gate g: scores b + lambda g, P = softmax(beta (b + lambda g))

    CG19            dP(mu)/dlambda = beta P(mu) (g_mu - E_P[g]).
    CG19_log_odds   log(P(mu) / P(nu)) is linear in lambda, with slope beta (g_mu - g_nu).
    CG19_monotone   if g_mu is maximal and beta > 0, P(mu) does not fall with lambda; it rises strictly
                    unless g is constant (and then it does not change).
    CG19_argmax     if g_mu is maximal, then once mu has the largest probability it keeps it. *)

From Coq Require Import Reals Lra Classical.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.
From Gatedmem Require lib.Softmax lib.ContextSteering.

Open Scope R_scope.

Theorem CG19 (N : nat) (beta : R) (b g : vec N) (mu : 'I_N) (lambda : R) :
  let P := softmax beta (scores b lambda g) in
  is_derive (fun l => softmax beta (scores b l g) mu) lambda (beta * (P mu * (g mu - dot P g))).
Proof. exact: lib.ContextSteering.steering. Qed.

Theorem CG19_log_odds (N : nat) (beta : R) (b g : vec N) (mu nu : 'I_N) (lambda : R) :
  let P := softmax beta (scores b lambda g) in
  ln (P mu / P nu) = (beta * (b mu - b nu)) + (lambda * (beta * (g mu - g nu))).
Proof.
move=> P; rewrite ln_div; try exact: lib.Softmax.softmax_gt0.
exact: lib.ContextSteering.log_odds.
Qed.

Theorem CG19_monotone (N : nat) (beta : R) (b g : vec N) (mu : 'I_N) :
  0 < beta -> (forall nu, g nu <= g mu) ->
  let P := fun lambda => softmax beta (scores b lambda g) mu in
  (forall l l', l <= l' -> P l <= P l') /\
  ((exists nu, g nu <> g mu) -> forall l l', l < l' -> P l < P l') /\
  ((forall nu, g nu = g mu) -> forall l l', P l = P l').
Proof.
move=> b0 top P; split; first by move=> l l'; apply: lib.ContextSteering.steering_mono.
split=> [[nu ne] l l'|e l l']; last exact: lib.ContextSteering.steering_constant.
by apply: (lib.ContextSteering.steering_strict beta b g mu b0 top l l' nu); have := top nu; lra.
Qed.

Theorem CG19_argmax (N : nat) (beta : R) (b g : vec N) (mu : 'I_N) :
  0 < beta -> (forall nu, g nu <= g mu) ->
  let P := fun lambda => softmax beta (scores b lambda g) in
  forall l l', l <= l' ->
    (forall nu, P l nu <= P l mu) -> (forall nu, P l' nu <= P l' mu).
Proof. move=> b0 top P l l'; exact: lib.ContextSteering.steering_argmax. Qed.

(** All hypotheses at once, with a g that is not constant and mu in the lead at lambda = 0. *)
Example CG19_witness :
  let g := fun i : 'I_3 => if i == ord0 then 1 else 0 in
  let b := fun _ : 'I_3 => 0 in
  0 < 2 /\ (forall nu, g nu <= g ord0) /\ (exists nu, g nu <> g ord0) /\
  (forall nu, softmax 2 (scores b 0 g) nu <= softmax 2 (scores b 0 g) ord0).
Proof.
move=> g b; have top nu : g nu <= g ord0 by rewrite /g /=; case: eqP => _; lra.
split; first lra; split=> //; split; first by exists (lift ord0 ord0); rewrite /g /=; lra.
by move=> nu; apply/lib.ContextSteering.softmax_order; rewrite /scores /b; lra.
Qed.
