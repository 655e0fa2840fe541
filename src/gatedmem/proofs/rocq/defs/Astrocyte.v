(** * The astrocyte-gated associative memory

    What a reader must trust, part 3 (arXiv 2604.25481, equations in brackets).

    memory N K       == patterns and the four positive constants
    phi, phi'        == tanh(sigma x) and its derivative sigma sech^2(sigma x)
    Lambda           == (1/sigma) ln cosh (sigma x), so that Lambda' = phi
    overlap, score   == m_mu = <xi_mu, phi(x)>,  f_mu = m_mu^2 / (2N)      [8]
    weight           == W(p) = (K/N) sum_mu p_mu xi_mu xi_mu^T             [5]
    velocity_x/_p    == right-hand sides of the flow                       [4, 6]
    energy           == L in its expanded form,  energy_kl its KL form     [9]
    follows          == the curve has the flow's velocity at time t
    gain_solution    == p solves the s-replicator on [0, oo) for given scores
    solution         == (x, p) solves the flow on [0, oo)
    equilibrium      == both velocities vanish
    shahshahani p    == the metric G = diag(1/p) on the gains
    project p z      == tangent projection z - p (sum z)                   [17]
    lift_velocity    == du/dt = (f(x) - T u) / tau_p, with p = softmax(u)
    lift_solution    == (x, u) solves the lifted flow on [0, oo)
    is_jacobian      == the derivative of the (x, u) field along (a, b)
    lift_metric      == tau_x diag(phi') + K tau_p (diag p - p p^T)
    astrocyte_frame  == the model as a modular frame, in (x, y) with y = T u
    linear_*         == the variant with the linear score
    gauged s m       == the memory with entry i of every pattern multiplied by s_i
    permuted pi m    == the memory with its patterns permuted *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame.

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

(** Solutions on [0, oo): continuous there, and the equation holds for t > 0.
    ([ln] is 0 on x <= 0, so [p ln p] is continuous on the whole line and nothing
    is presupposed about the sign of p.) *)
Definition gain_solution (f p : R -> vec K) : Prop :=
  (forall mu, continuous_from0 (fun t => p t mu)) /\
  (forall t, 0 < t -> forall mu, is_derive (fun s => p s mu) t (replicator (f t) (p t) mu)).
Definition solution (x : R -> vec N) (p : R -> vec K) : Prop :=
  (forall i, continuous_from0 (fun t => x t i)) /\
  (forall mu, continuous_from0 (fun t => p t mu)) /\
  (forall t, 0 < t -> follows x p t).

(** Geometry of the gains. *)
Definition shahshahani (p z w : vec K) : R := sum (fun mu => z mu * w mu / p mu).
Definition project (p z : vec K) : vec K := fun mu => z mu - p mu * sum z.

(** The lift to log-gains u, p = softmax(u). *)
Definition lift_velocity (x : vec N) (u : vec K) : vec K :=
  fun mu => (score x mu - temp m * u mu) / tau_p m.
Definition follows_lift (x : R -> vec N) (u : R -> vec K) (t : R) : Prop :=
  (forall i, is_derive (fun s => x s i) t (velocity_x (x t) (softmax 1 (u t)) i)) /\
  (forall mu, is_derive (fun s => u s mu) t (lift_velocity (x t) (u t) mu)).

Definition lift_solution (x : R -> vec N) (u : R -> vec K) : Prop :=
  (forall i, continuous_from0 (fun t => x t i)) /\
  (forall mu, continuous_from0 (fun t => u t mu)) /\
  (forall t, 0 < t -> follows_lift x u t).

(** [is_jacobian x u a b c d]: the Jacobian of the lifted field at (x, u) sends (a, b) to (c, d). *)
Definition is_jacobian (x : vec N) (u : vec K) (a : vec N) (b : vec K) (c : vec N) (d : vec K)
    : Prop :=
  (forall i, is_derive (fun h => velocity_x (fun j => x j + h * a j)
                                   (softmax 1 (fun nu => u nu + h * b nu)) i) 0 (c i)) /\
  (forall mu, is_derive (fun h => lift_velocity (fun j => x j + h * a j)
                                    (fun nu => u nu + h * b nu) mu) 0 (d mu)).
Definition lift_metric (x : vec N) (u : vec K) (a : vec N) (b : vec K) (a' : vec N) (b' : vec K)
    : R :=
  tau_x m * sum (fun i => phi' (x i) * (a i * a' i))
  + INR K * tau_p m * softcov (softmax 1 u) b b'.

(** Linear score: f = Xi^T phi(x) and tau_x dx/dt = - x + Xi p. *)
Definition linear_velocity_x (x : vec N) (p : vec K) : vec N :=
  fun i => (- x i + sum (fun mu => p mu * pattern m mu i)) / tau_x m.
Definition linear_velocity_p (x : vec N) (p : vec K) : vec K := replicator (overlap x) p.
Definition linear_follows (x : R -> vec N) (p : R -> vec K) (t : R) : Prop :=
  (forall i, is_derive (fun s => x s i) t (linear_velocity_x (x t) (p t) i)) /\
  (forall mu, is_derive (fun s => p s mu) t (linear_velocity_p (x t) (p t) mu)).
Definition linear_equilibrium (x : vec N) (p : vec K) : Prop :=
  (forall i, linear_velocity_x x p i = 0) /\ (forall mu, linear_velocity_p x p mu = 0).
Definition linear_energy (x : vec N) (p : vec K) : R :=
  - dot p (overlap x) + temp m * sum (fun mu => p mu * ln (p mu)) + neuron_energy x.

(** The same model as a modular frame, y = T u. *)
Definition astrocyte_frame : frame N K := {|
  lagrangian_x := fun x => sum (fun i => Lambda (x i));
  lagrangian_y := fun y => INR K * temp m * ln (sum (fun mu => exp (y mu / temp m)));
  activation_x := fun x i => phi (x i);
  activation_y := fun y mu => INR K * softmax (/ temp m) y mu;
  interaction := fun a g => - dot g (fun mu => dot (pattern m mu) a ^ 2 / (2 * INR N));
  time_x := tau_x m;
  time_y := tau_p m / temp m
|}.
End Model.

Definition gauged {N K : nat} (s : vec N) (m : memory N K) : memory N K :=
  Memory N K (fun mu i => s i * pattern m mu i) (sigma m) (temp m) (tau_x m) (tau_p m).
Definition permuted {N K : nat} (pi : 'I_K -> 'I_K) (m : memory N K) : memory N K :=
  Memory N K (fun mu i => pattern m (pi mu) i) (sigma m) (temp m) (tau_x m) (tau_p m).
