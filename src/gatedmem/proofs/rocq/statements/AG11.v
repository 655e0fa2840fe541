(** * AG11  Equilibria

    Interior equilibria are exactly x = W(p) phi(x), p = softmax(f(x)/T).  On the face
    with support S = {mu : p_mu > 0} they are exactly x = W(p) phi(x) and
    p_mu = e^{f_mu/T} / sum over nu in S of e^{f_nu/T} for mu in S. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG11 N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  equilibrium m x p <->
  (forall i, x i = drive m x p i) /\ (forall mu, p mu = softmax (/ temp m) (score m x) mu).
Proof. exact: equilibrium_interior. Qed.

Theorem AG11_face N K (m : memory N K) (x : vec N) (p : vec K) (S : 'I_K -> bool) :
  positive m -> is_simplex p -> (forall mu, S mu <-> 0 < p mu) ->
  equilibrium m x p <->
  (forall i, x i = drive m x p i) /\
  (forall mu, S mu ->
     p mu = exp (score m x mu / temp m)
            / sum (fun nu => if S nu then exp (score m x nu / temp m) else 0)).
Proof. exact: equilibrium_face. Qed.

(** The origin with uniform gains is an equilibrium; so is the origin with any one-hot p. *)
Example AG11_witness : positive (toy 3 2) /\ is_interior (fun _ : 'I_2 => / INR 2) /\
  equilibrium (toy 3 2) (fun _ => 0) (fun _ => / INR 2).
Proof.
  split; first exact: toy_positive; split; first exact: uniform_interior.
  exact: origin_equilibrium.
Qed.

Example AG11_witness_face : positive (toy 3 2) /\ is_simplex (kdelta (@ord0 1)) /\
  (forall mu, (mu == ord0) <-> 0 < kdelta (@ord0 1) mu) /\
  equilibrium (toy 3 2) (fun _ => 0) (kdelta ord0).
Proof.
  split; first exact: toy_positive; split; first exact: kdelta_simplex; split.
    by move=> mu; rewrite eq_sym /kdelta; case: eqP => _; split=> //; lra.
  split=> [i|mu]; last exact: replicator_kdelta.
  by rewrite /velocity_x origin_drive /Rdiv; ring.
Qed.
