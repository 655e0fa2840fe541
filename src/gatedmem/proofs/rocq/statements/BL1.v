(** * BL1.  Hopfield networks: energy descent

    Graded network tau dx/dt = -x + W phi(x), W symmetric, phi' > 0, Lambda' = phi: where a curve has
    this velocity, E = -1/2 phi^T W phi + sum_i [x_i phi(x_i) - Lambda(x_i)] has
    dE/dt = - tau sum_i phi'(x_i) (dx_i/dt)^2 <= 0, with equality exactly where dx/dt = 0.

    Binary network: W symmetric with zero diagonal.  When one neuron takes the sign of its field (any
    of the two signs if the field is 0), -1/2 s^T W s changes by -(s'_i - s_i)(W s)_i; it never rises,
    and it falls whenever the neuron changes and its field is not 0. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Hopfield lib.Sums lib.Hyperbolic lib.Hopfield.

Open Scope R_scope.

Theorem BL1_graded (N : nat) (h : hopfield N) (x : R -> vec N) (t : R) :
  regular h -> symmetric (coupling h) -> hopfield_follows h x t ->
  is_derive (fun s => hopfield_energy h (x s)) t
    (- (time_constant h * sum (fun i => slope h (x t i) * (hopfield_velocity h (x t) i) ^ 2))).
Proof. exact: hopfield_descent. Qed.

Theorem BL1_graded_sign (N : nat) (h : hopfield N) (x : vec N) : regular h ->
  - (time_constant h * sum (fun i => slope h (x i) * (hopfield_velocity h x i) ^ 2)) <= 0 /\
  (- (time_constant h * sum (fun i => slope h (x i) * (hopfield_velocity h x i) ^ 2)) = 0 <->
   forall i, hopfield_velocity h x i = 0).
Proof.
  by move=> reg; have [D0 <-] := hopfield_dissipation h x reg; split; [lra | split; lra].
Qed.

Theorem BL1_binary (N : nat) (W : mat N N) (i : 'I_N) (s s' : vec N) :
  symmetric W -> (forall j, W j j = 0) -> sign_vector s -> asynchronous_step W i s s' ->
  binary_energy W s' - binary_energy W s = - ((s' i - s i) * mulmv W s i) /\
  binary_energy W s' <= binary_energy W s /\
  (s' i <> s i -> mulmv W s i <> 0 -> binary_energy W s' < binary_energy W s).
Proof.
  move=> sym d bin step; split; last exact: (binary_descent W i).
  by case: step => [_ [_ off]]; rewrite (binary_energy_step W i s s') //; ring.
Qed.

(** tanh, with any symmetric weights, from the state (1, ..., 1), moving. *)
Example BL1_witness (N : nat) : let h := Hopfield N (fun i j => kdelta i j) tanh (fun a => / cosh a ^ 2)
    (fun a => ln (cosh a)) 1 in
  regular h /\ symmetric (coupling h) /\
  exists x : R -> vec N, hopfield_follows h x 0 /\ (forall i, hopfield_velocity h (x 0) i < 0).
Proof.
  split.
    split=> /= [|a]; first lra.
    split; first exact: is_derive_ln_cosh.
    by split; [exact: is_derive_tanh | apply: Rinv_0_lt_compat; have := cosh_gt0 a; nra].
  split; first exact: kdelta_sym.
  set h := Hopfield _ _ _ _ _ _.
  exists (fun s i => 1 + s * hopfield_velocity h (fun _ => 1) i).
  have e i : 1 + 0 * hopfield_velocity h (fun _ => 1) i = 1 by ring.
  have E i : hopfield_velocity h (fun j => 1 + 0 * hopfield_velocity h (fun _ => 1) j) i = hopfield_velocity h (fun _ => 1) i.
    rewrite /hopfield_velocity /= -/(hopfield_velocity h (fun _ => 1)); congr ((_ + _) / _); first lra.
    by apply: sum_ext => j; rewrite e.
  split=> [i|i]; rewrite E; first by auto_derive => //; ring.
  rewrite /hopfield_velocity /= /mulmv sum_kdelta_l; have := tanh_bound 1; lra.
Qed.

Example BL1_witness_binary : exists (W : mat 2 2) (s s' : vec 2) (i : 'I_2),
  symmetric W /\ (forall j, W j j = 0) /\ sign_vector s /\ asynchronous_step W i s s' /\
  s' i <> s i /\ mulmv W s i <> 0.
Proof.
  exists (fun i j => 1 - kdelta i j), (fun i => if i == ord0 then 1 else -1), (fun _ => -1), ord0.
  split; first by move=> i j; rewrite kdelta_sym.
  split; first by move=> j; rewrite kdelta_refl; ring.
  split; first by move=> i; case: (i == ord0); [left | right].
  rewrite /asynchronous_step /mulmv !sum_n2 /kdelta /=.
  split; last by lra.
  split; first by move=> i; right.
  split; first lra.
  by case=> [[|[|k]] hk] //= ne; case: ne; apply: val_inj.
Qed.
