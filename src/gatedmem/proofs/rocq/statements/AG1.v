(** * AG1  The s-replicator keeps the simplex, every face and the interior

    Take any score drive f(t), continuous on [0, oo), and any solution p of
    tau_p dp_mu/dt = p_mu (F_mu - <p, F>), F = f - T log p, on [0, oo).
    If p(0) lies on the simplex then so does p(t) for all t >= 0, and p(t) has
    exactly the zeros of p(0): every face and the interior are kept.
    The parts hold by themselves: the sum stays 1 whatever the signs, and each
    gain keeps the sign it starts with whatever the sum.
    That p stays non-negative is proved, not assumed (log is read as 0 on p <= 0). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.AstrocyteFlow lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG1 N K (m : memory N K) (f p : R -> vec K) :
  positive m -> (forall mu, continuous_from0 (fun t => f t mu)) -> gain_solution m f p ->
  is_simplex (p 0) ->
  forall t, 0 <= t -> is_simplex (p t) /\ (forall mu, p t mu = 0 <-> p 0 mu = 0).
Proof.
  move=> /[dup] /pos_rate r0 /pos_tau_p_neq0 t0 C sol s0 t tp; split; first exact: (gains_simplex m f).
  by move=> mu; apply: (gain_zero_iff m f) => //; case: s0.
Qed.

Theorem AG1_interior N K (m : memory N K) (f p : R -> vec K) :
  positive m -> (forall mu, continuous_from0 (fun t => f t mu)) -> gain_solution m f p ->
  is_interior (p 0) -> forall t, 0 <= t -> is_interior (p t).
Proof. move=> /[dup] /pos_rate r0 /pos_tau_p_neq0 t0 *; exact: (gains_interior m f). Qed.

Theorem AG1_sum N K (m : memory N K) (f p : R -> vec K) :
  positive m -> (forall mu, continuous_from0 (fun t => f t mu)) -> gain_solution m f p ->
  sum (p 0) = 1 -> forall t, 0 <= t -> sum (p t) = 1.
Proof. move=> /[dup] /pos_rate r0 /pos_tau_p_neq0 t0 *; exact: (gains_sum m f). Qed.

Theorem AG1_sign N K (m : memory N K) (f p : R -> vec K) (mu : 'I_K) :
  positive m -> (forall nu, continuous_from0 (fun t => f t nu)) -> gain_solution m f p ->
  forall t, 0 <= t -> (p 0 mu = 0 -> p t mu = 0) /\ (0 < p 0 mu -> 0 < p t mu).
Proof.
  move=> /[dup] /pos_rate r0 /pos_tau_p_neq0 t0 C sol t tp; split=> p0; first exact: (gain_zero m f).
  by have [A _] := gain_sign m f p t0 r0 C sol mu; exact: A.
Qed.

(** The scores of the model itself are such a drive. *)
Theorem AG1_flow N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> solution m x p -> is_simplex (p 0) ->
  forall t, 0 <= t -> is_simplex (p t) /\ (forall mu, p t mu = 0 <-> p 0 mu = 0).
Proof.
  move=> pos sol; apply: (AG1 N K m (fun t => score m (x t))) => //; last exact: solution_gain.
  by move=> mu; apply: from0_score; case: sol.
Qed.

(** A solution on a face, and one in the interior. *)
Example AG1_witness :
  positive (toy 1 2) /\ (forall mu : 'I_2, continuous_from0 (fun _ => 0)) /\
  gain_solution (toy 1 2) (fun _ _ => 0) (fun _ => kdelta ord0) /\ is_simplex (kdelta (@ord0 1)) /\
  solution (toy 1 2) (fun _ _ => 0) (fun _ _ => / INR 2) /\ is_interior (fun _ : 'I_2 => / INR 2).
Proof.
  split; first exact: toy_positive; split; first by move=> _; exact: from0_const.
  split; first by apply: constant_gain_solution => t mu; exact: replicator_kdelta.
  split; first exact: kdelta_simplex; split; last exact: uniform_interior.
  by apply: constant_solution; exact: origin_equilibrium.
Qed.
