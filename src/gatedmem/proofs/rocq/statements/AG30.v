(** * AG30.  The soft error with slow neurons

    Solutions with tau_x = tau, one for each tau > 0, start from the same cue: a pattern of signs with n
    entries flipped.  At every fixed time t >= 0, as tau tends to infinity, the soft error tends to
    n tanh(sigma) + N (1 - tanh(sigma)) / 2.  That is n only when n = N/2, for finite sigma; it tends to
    n as sigma tends to infinity.  With the sign readout the error is n from some tau on. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype finfun finset.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Signs.
From Gatedmem Require Import defs.Capacity defs.Errors lib.Sums lib.Hyperbolic lib.AstrocyteToy lib.Frozen.

Open Scope R_scope.

Theorem AG30 (N K : nat) (m : memory N K) (s : signs N) (F : {set 'I_N})
    (xs : R -> R -> vec N) (ps : R -> R -> vec K) (t : R) :
  positive m -> binary m -> 0 <= t ->
  (forall tau, 0 < tau -> solution (with_tau_x m tau) (xs tau) (ps tau) /\
     is_simplex (ps tau 0) /\ (forall i, xs tau 0 i = cue s F i)) ->
  is_lim (fun tau => soft_error m (sign_vec s) (xs tau t)) p_infty
    (INR #|F| * tanh (sigma m) + (INR N * (1 - tanh (sigma m))) / 2).
Proof. exact: soft_error_limit. Qed.

Theorem AG30_sign (N K : nat) (m : memory N K) (s : signs N) (F : {set 'I_N})
    (xs : R -> R -> vec N) (ps : R -> R -> vec K) (t : R) :
  positive m -> binary m -> 0 <= t ->
  (forall tau, 0 < tau -> solution (with_tau_x m tau) (xs tau) (ps tau) /\
     is_simplex (ps tau 0) /\ (forall i, xs tau 0 i = cue s F i)) ->
  exists tau0, 0 < tau0 /\
    forall tau, tau0 < tau -> sign_error (sign_vec s) (xs tau t) = INR #|F|.
Proof. exact: sign_error_limit. Qed.

Theorem AG30_value (N n : nat) (sigma : R) :
  INR n * tanh sigma + (INR N * (1 - tanh sigma)) / 2 = INR n <-> 2 * INR n = INR N.
Proof. exact: soft_value_eq. Qed.

Theorem AG30_steep (N n : nat) :
  is_lim (fun sigma => INR n * tanh sigma + (INR N * (1 - tanh sigma)) / 2) p_infty (INR n).
Proof. exact: soft_value_steep. Qed.

Example AG30_witness : exists (m : memory 3 2) (s : signs 3) (F : {set 'I_3})
    (xs : R -> R -> vec 3) (ps : R -> R -> vec 2),
  positive m /\ binary m /\ (0 < #|F|)%N /\
  forall tau, 0 < tau -> solution (with_tau_x m tau) (xs tau) (ps tau) /\
     is_simplex (ps tau 0) /\ (forall i, xs tau 0 i = cue s F i).
Proof.
  exists rest_memory, ones, last_entry, (fun _ _ => cue ones last_entry), (fun _ _ => kdelta ord_max).
  split; first exact: rest_positive; split; first exact: rest_binary.
  split; first by rewrite cards1.
  move=> tau tau0; split; first exact: rest_solution.
  by split; first exact: kdelta_simplex.
Qed.
