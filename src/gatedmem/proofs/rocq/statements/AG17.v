(** * AG17.  Frozen neurons

    Along every solution with the gains on the simplex, for all t >= 0,
      |x_i(t) - x_i(0)| <= (1 - e^{-t/tau_x}) (|x_i(0)| + K).
    From a cue x(0), a pattern of signs with the entries in F flipped, every sign of x(t) is that of
    the cue as long as t < tau_x ln(1 + 1/K): the sign error is exactly n = #F until then. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype finfun finset.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Signs.
From Gatedmem Require Import defs.Capacity defs.Errors lib.Sums lib.AstrocyteToy lib.Frozen.

Open Scope R_scope.

Theorem AG17 (N K : nat) (m : memory N K) (x : R -> vec N) (p : R -> vec K) (i : 'I_N) :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) -> forall t, 0 <= t ->
  Rabs (x t i - x 0 i) <= (1 - exp (- (t / tau_x m))) * (Rabs (x 0 i) + INR K).
Proof. exact: neuron_displacement. Qed.

Theorem AG17_sign (N K : nat) (m : memory N K) (x : R -> vec N) (p : R -> vec K)
    (s : signs N) (F : {set 'I_N}) :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) ->
  (forall i, x 0 i = cue s F i) ->
  forall t, 0 <= t -> t < tau_x m * ln (1 + 1 / INR K) ->
  (forall i, sign_of (x t i) = cue s F i) /\ sign_error (sign_vec s) (x t) = INR #|F|.
Proof.
  move=> pos bin sol s0 x0 t t0 lt; have S := frozen_sign m x p s F t pos bin sol s0 x0 t0 lt.
  by split; last exact: sign_error_cue.
Qed.

(** Three neurons and two patterns, at rest one flip away from the first. *)
Example AG17_witness : exists (m : memory 3 2) (x : R -> vec 3) (p : R -> vec 2)
    (s : signs 3) (F : {set 'I_3}) (t : R),
  positive m /\ binary m /\ solution m x p /\ is_simplex (p 0) /\
  (forall i, x 0 i = cue s F i) /\ (forall i, sign_vec s i = pattern m ord0 i) /\
  (0 < #|F|)%N /\ 0 < t /\ t < tau_x m * ln (1 + 1 / INR 2).
Proof.
  exists rest_memory, (fun _ => cue ones last_entry), (fun _ => kdelta ord_max), ones, last_entry,
    (ln (1 + 1 / INR 2) / 2).
  split; first exact: rest_positive; split; first exact: rest_binary.
  split; first by apply: (rest_solution 1); lra.
  split; first exact: kdelta_simplex.
  split=> //; split; first by move=> i; rewrite /sign_vec ffunE.
  split; first by rewrite cards1.
  have : 0 < ln (1 + 1 / INR 2) by rewrite -ln_1; apply: ln_increasing; rewrite /=; lra.
  by rewrite /=; lra.
Qed.
