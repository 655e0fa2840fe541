(** * The astrocyte-gated associative memory

    What a reader must trust, part 3 (arXiv 2604.25481, equations in brackets).

    memory N K       == patterns and the four positive constants
    phi, phi'        == tanh(sigma x) and its derivative sigma sech^2(sigma x)
    Lambda           == (1/sigma) ln cosh (sigma x), so that Lambda' = phi
    overlap, score   == m_mu = <xi_mu, phi(x)>,  f_mu = m_mu^2 / (2N)      [8]
    weight           == W(p) = (K/N) sum_mu p_mu xi_mu xi_mu^T             [5]
    velocity_x/_p    == right-hand sides of the flow                       [4, 6]
    energy           == L in its expanded form,  energy_kl its KL form     [9] *)

From Coq Require Import Reals.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax.

Open Scope R_scope.

Record memory (N K : nat) : Type := Memory {
  pattern : mat K N;      (* pattern mu i = entry i of pattern mu *)
  sigma : R;              (* slope of the activation *)
  temp : R;               (* temperature T of the gains *)
  tau_x : R;              (* time constant of the neurons *)
  tau_p : R               (* time constant of the gains *)
}.
Arguments pattern {N K}. Arguments sigma {N K}. Arguments temp {N K}.
Arguments tau_x {N K}. Arguments tau_p {N K}.

Section Model.
Context {N K : nat} (m : memory N K).

Definition positive : Prop :=
  0 < sigma m /\ 0 < temp m /\ 0 < tau_x m /\ 0 < tau_p m.
Definition binary : Prop :=
  forall mu i, pattern m mu i = 1 \/ pattern m mu i = -1.

Definition phi (a : R) : R := tanh (sigma m * a).
Definition phi' (a : R) : R := sigma m / (cosh (sigma m * a)) ^ 2.
Definition Lambda (a : R) : R := ln (cosh (sigma m * a)) / sigma m.

Definition overlap (x : vec N) : vec K := fun mu => dot (pattern m mu) (fun i => phi (x i)).
Definition score (x : vec N) : vec K := fun mu => (overlap x mu) ^ 2 / (2 * INR N).
Definition weight (p : vec K) : mat N N :=
  fun i j => INR K / INR N * sum (fun mu => p mu * (pattern m mu i * pattern m mu j)).
Definition drive (x : vec N) (p : vec K) : vec N := mulmv (weight p) (fun i => phi (x i)).

(** Replicator with fitness [F], for any score vector [f]. *)
Definition fitness (f p : vec K) : vec K := fun mu => f mu - temp m * ln (p mu).
Definition replicator (f p : vec K) : vec K :=
  fun mu => p mu * (fitness f p mu - dot p (fitness f p)) / tau_p m.

Definition velocity_x (x : vec N) (p : vec K) : vec N :=
  fun i => (- x i + drive x p i) / tau_x m.
Definition velocity_p (x : vec N) (p : vec K) : vec K := replicator (score x) p.

Definition neuron_energy (x : vec N) : R := sum (fun i => x i * phi (x i) - Lambda (x i)).
Definition energy (x : vec N) (p : vec K) : R :=
  - INR K * dot p (score x) + INR K * temp m * sum (fun mu => p mu * ln (p mu))
  + neuron_energy x.
Definition gate_target (x : vec N) : vec K := softmax (/ temp m) (score x).
Definition log_partition (x : vec N) : R := ln (sum (fun mu => exp (/ temp m * score x mu))).
Definition energy_kl (x : vec N) (p : vec K) : R :=
  INR K * temp m * kl p (gate_target x) - INR K * temp m * log_partition x
  + neuron_energy x.

(** [follows x p t]: at time [t] the curve (x, p) has the velocity of the flow. *)
Definition follows (x : R -> vec N) (p : R -> vec K) (t : R) : Prop :=
  (forall i, is_derive (fun s => x s i) t (velocity_x (x t) (p t) i)) /\
  (forall mu, is_derive (fun s => p s mu) t (velocity_p (x t) (p t) mu)).

(** Equilibrium of the flow: both velocities vanish. *)
Definition equilibrium (x : vec N) (p : vec K) : Prop :=
  (forall i, velocity_x x p i = 0) /\ (forall mu, velocity_p x p mu = 0).
End Model.
