(** * AG28  The lift to log-gains

    With p = softmax(u), the flow tau_p du/dt = f(x) - T u projects onto exactly the
    s-replicator, and every solution with interior gains is such a projection.
    With y = T u the lifted model is an instance of the modular frame
    ([astrocyte_frame]: Lagrangians sum Lambda(x_i) and K T log sum e^{y/T}, the latter
    with activation K p, interaction - <K p, f>, time constant tau_p/T), and the
    frame's energy is L.
    In (x, u) the Jacobian is self-adjoint for tau_x diag(phi') + K tau_p (diag p - p p^T)
    at every point.  That form is positive semidefinite with kernel spanned by (0, 1),
    on which the Jacobian is - T/tau_p.  So all its eigenvalues are real, everywhere. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG28 N K (m : memory N K) (x : R -> vec N) (u : R -> vec K) (t : R) :
  positive m -> follows_lift m x u t -> follows m x (fun s => softmax 1 (u s)) t.
Proof. exact: lift_follows. Qed.

Theorem AG28_every_solution N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> solution m x p -> is_interior (p 0) ->
  exists u : R -> vec K,
    (forall mu, continuous_from0 (fun t => u t mu)) /\
    (forall t mu, 0 <= t -> p t mu = softmax 1 (u t) mu) /\
    (forall t, 0 < t -> follows_lift m x u t).
Proof. exact: lift_exists. Qed.

Theorem AG28_frame N K (m : memory N K) : positive m -> well_formed (astrocyte_frame m).
Proof. exact: frame_well_formed. Qed.

Theorem AG28_frame_flow N K (m : memory N K) (x : R -> vec N) (u : R -> vec K) (t : R) :
  positive m ->
  frame_follows (astrocyte_frame m) x (fun s mu => temp m * u s mu) t <-> follows_lift m x u t.
Proof. exact: frame_follows_iff. Qed.

Theorem AG28_frame_energy N K (m : memory N K) (x : vec N) (u : vec K) :
  positive m ->
  frame_energy (astrocyte_frame m) x (fun mu => temp m * u mu) = energy m x (softmax 1 u).
Proof. exact: frame_energy_E. Qed.

(** The Jacobian exists in every direction, with these entries. *)
Theorem AG28_jacobian N K (m : memory N K) (x a : vec N) (u b : vec K) :
  is_jacobian m x u a b
    (fun i => (- a i + mulmv (weight m (softmax 1 u)) (fun j => phi' m (x j) * a j) i
         + (INR K / INR N) * sum (fun mu => pattern m mu i * overlap m x mu
               * (softmax 1 u mu * (b mu - dot (softmax 1 u) b)))) / tau_x m)
    (fun mu => ((overlap m x mu / INR N) * dot (pattern m mu) (fun i => phi' m (x i) * a i)
                - temp m * b mu) / tau_p m).
Proof. exact: jacobian_entries. Qed.

Theorem AG28_selfadjoint N K (m : memory N K) (x a c a' c' : vec N) (u b d b' d' : vec K) :
  positive m -> is_jacobian m x u a b c d -> is_jacobian m x u a' b' c' d' ->
  lift_metric m x u c d a' b' = lift_metric m x u a b c' d'.
Proof. exact: jacobian_selfadjoint. Qed.

Theorem AG28_metric N K (m : memory N K) (x a : vec N) (u b : vec K) :
  positive m ->
  0 <= lift_metric m x u a b a b /\
  (lift_metric m x u a b a b = 0 <-> (forall i, a i = 0) /\ (forall mu nu, b mu = b nu)).
Proof. by move=> pos; split; [exact: lift_metric_ge0 | exact: lift_metric_eq0]. Qed.

Theorem AG28_leak N K (m : memory N K) (x : vec N) (u : vec K) :
  positive m ->
  is_jacobian m x u (fun _ => 0) (fun _ => 1) (fun _ => 0) (fun _ => - (temp m / tau_p m)).
Proof.
  move=> pos; have [X U] := jacobian_leak m x u 1 (pos_tau_p_neq0 m pos); split=> // mu.
  by evar_last; [exact: U | exact: Rmult_1_r].
Qed.

(** a + i a', b + i b' an eigenvector with eigenvalue alpha + i beta. *)
Theorem AG28_real N K (m : memory N K) (x a a' : vec N) (u b b' : vec K) (alpha beta : R) :
  positive m ->
  is_jacobian m x u a b (fun i => alpha * a i - beta * a' i) (fun mu => alpha * b mu - beta * b' mu) ->
  is_jacobian m x u a' b' (fun i => alpha * a' i + beta * a i) (fun mu => alpha * b' mu + beta * b mu) ->
  (exists i, a i <> 0 \/ a' i <> 0) \/ (exists mu, b mu <> 0 \/ b' mu <> 0) ->
  beta = 0.
Proof. exact: jacobian_real. Qed.

Example AG28_witness : positive (toy 3 2) /\
  follows_lift (toy 3 2) (fun _ _ => 0) (fun _ _ => 0) 0 /\
  solution (toy 3 2) (fun _ _ => 0) (fun _ _ => / INR 2) /\ is_interior (fun _ : 'I_2 => / INR 2) /\
  is_jacobian (toy 3 2) (fun _ => 0) (fun _ => 0) (fun _ => 0) (fun _ => 1)
    (fun _ => 0) (fun _ => - (temp (toy 3 2) / tau_p (toy 3 2))).
Proof.
  split; first exact: toy_positive; split.
    split=> [i|mu].
      by rewrite /velocity_x origin_drive Ropp_0 Rplus_0_r /Rdiv Rmult_0_l; exact: is_derive_const.
    by rewrite /lift_velocity origin_score Rmult_0_r Rminus_0_r /Rdiv Rmult_0_l; exact: is_derive_const.
  split; first by apply: constant_solution; exact: origin_equilibrium.
  split; first exact: uniform_interior.
  by apply: AG28_leak; exact: toy_positive.
Qed.

Example AG28_witness_real : exists (x a a' : vec 3) (u b b' : vec 2) (alpha beta : R),
  is_jacobian (toy 3 2) x u a b (fun i => alpha * a i - beta * a' i) (fun mu => alpha * b mu - beta * b' mu) /\
  is_jacobian (toy 3 2) x u a' b' (fun i => alpha * a' i + beta * a i) (fun mu => alpha * b' mu + beta * b mu) /\
  ((exists i, a i <> 0 \/ a' i <> 0) \/ (exists mu, b mu <> 0 \/ b' mu <> 0)).
Proof.
  have L c := jacobian_leak (toy 3 2) (fun _ => 1) (fun _ => 0) c (pos_tau_p_neq0 _ (toy_positive 3 2)).
  exists (fun _ => 1), (fun _ => 0), (fun _ => 0), (fun _ => 0), (fun _ => 1), (fun _ => 0),
    (- (temp (toy 3 2) / tau_p (toy 3 2))), 0.
  split; last split; last by right; exists ord0; left; lra.
    have [X U] := L 1; split=> [i|mu]; [evar_last; first exact: X|evar_last; first exact: U]; ring.
  have [X U] := L 0; split=> [i|mu]; [evar_last; first exact: X|evar_last; first exact: U]; ring.
Qed.
