(** * CG8.  Gates alone (lambda = 0), least eigenvalue eta of A(alpha) positive

    s* = A^{-1} u is the only state at rest of the gates, and every solution on [0, T], from any state,
    obeys |s(t) - s*| <= e^{-eta t / tau_s} |s(0) - s*| (the scores r(t) play no part).

    CG8_rate   the rate is best possible: along an eigenvector of eta the solution decays exactly so. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.Gronwall lib.ContextClamped lib.ContextToy lib.ContextReadout.

Open Scope R_scope.

Theorem CG8 (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
  lambda m = 0 -> 0 < tau_s m -> is_inverse (gates m) B -> is_least_eig (gates m) eta -> 0 < eta ->
  let rest := mulmv B (gate_input m) in
  (forall s r, (forall mu, gate_velocity m s r mu = 0) <-> s = rest) /\
  (forall (s r : R -> vec N) (T : R),
     curve_continuous 0 T s ->
     (forall t, 0 < t < T -> curve_derive s t (gate_velocity m (s t) (r t))) ->
     forall t, 0 <= t <= T -> distance (s t) rest <= exp (- (eta / tau_s m) * t) * distance (s 0) rest).
Proof.
move=> l0 t0 iB least eta0 rest; split; first exact: lib.ContextReadout.gates_rest.
exact: (lib.ContextReadout.gates_decay m B eta l0 t0 iB least).
Qed.

Theorem CG8_rate (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) (v r : vec N) :
  lambda m = 0 -> 0 < tau_s m -> is_inverse (gates m) B ->
  (forall mu, mulmv (gates m) v mu = eta * v mu) ->
  let s := fun t mu => mulmv B (gate_input m) mu + (exp (- (eta / tau_s m) * t) * v mu) in
  forall t, curve_derive s t (gate_velocity m (s t) r).
Proof. move=> l0 t0 iB ev s; exact: (lib.ContextReadout.gates_slowest m B eta l0 t0 iB v r ev). Qed.

(** All hypotheses at once: two equal memories in R^1, alpha = 1/2, eta = 1/2; with a solution that moves. *)
Example CG8_witness :
  let m := Retrieval 1 2 (fun _ _ => 1) (/ 2) 0 1 1 1 (fun mu => if mu == ord0 then 1 else 0) (fun _ => 0) in
  lambda m = 0 /\ 0 < tau_s m /\ is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\
  exists (B : mat 2 2) (v r : vec 2), is_inverse (gates m) B /\ 0 < norm v /\
    (forall mu, mulmv (gates m) v mu = / 2 * v mu) /\
    let s := fun t mu => mulmv B (gate_input m) mu + (exp (- (/ 2 / tau_s m) * t) * v mu) in
    curve_continuous 0 1 s /\
    (forall t, 0 < t < 1 -> curve_derive s t (gate_velocity m (s t) r)).
Proof.
move=> m; have least : is_least_eig (gates m) (/ 2) := lib.ContextToy.toy_least.
have [B iB] := lib.ContextClamped.gates_inverse m (/ 2) least ltac:(lra).
have [[v [v0 ev]] _] := least.
do 2 (split; first by simpl; lra); split=> //; split; first lra.
exists B, v, (fun _ => 0); split=> //; split=> //; split=> // s.
have h := CG8_rate _ _ m B (/ 2) v (fun _ => 0) ltac:(by []) ltac:(simpl; lra) iB ev.
split; last by move=> t _; apply: h.
by move=> i; apply: continuous_on_forall => t _; apply: ex_derive_continuous; eexists; apply: h.
Qed.
