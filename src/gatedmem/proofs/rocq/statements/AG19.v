(** * AG19  Symmetries

    Three maps leave the energy unchanged and carry curves that follow the flow to curves
    that follow the flow (of the correspondingly changed memory):
    x -> -x; changing the sign of any set of neurons in x and in all patterns;
    permuting the patterns together with their gains. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteSymmetry lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG19_negation N K (m : memory N K) :
  (forall (x : vec N) (p : vec K), energy m (fun i => - x i) p = energy m x p) /\
  (forall (x : R -> vec N) (p : R -> vec K) (t : R),
     follows m x p t -> follows m (fun r i => - x r i) p t).
Proof.
  split; first exact: energy_opp.
  move=> x p t [X P]; split=> [i|mu]; last by rewrite velocity_p_opp.
  by rewrite velocity_x_opp; apply: is_derive_opp; exact: X.
Qed.

Theorem AG19_flip N K (m : memory N K) (s : vec N) :
  (forall i, s i = 1 \/ s i = -1) ->
  (forall (x : vec N) (p : vec K), energy (gauged s m) (fun i => s i * x i) p = energy m x p) /\
  (forall (x : R -> vec N) (p : R -> vec K) (t : R),
     follows m x p t -> follows (gauged s m) (fun r i => s i * x r i) p t).
Proof.
  move=> S; split; first by move=> x p; exact: energy_gauge.
  move=> x p t [X P]; split=> [i|mu]; last by rewrite velocity_p_gauge.
  by rewrite velocity_x_gauge //; apply: is_derive_scal; exact: X.
Qed.

Theorem AG19_permutation N K (m : memory N K) (pi : 'I_K -> 'I_K) :
  injective pi ->
  (forall (x : vec N) (p : vec K), energy (permuted pi m) x (fun mu => p (pi mu)) = energy m x p) /\
  (forall (x : R -> vec N) (p : R -> vec K) (t : R),
     follows m x p t -> follows (permuted pi m) x (fun r mu => p r (pi mu)) t).
Proof.
  move=> inj; split; first by move=> x p; exact: energy_permute.
  by move=> x p t [X P]; split=> [i|mu]; [rewrite velocity_x_permute | rewrite velocity_p_permute].
Qed.

Example AG19_witness :
  (exists (x : R -> vec 1) (p : R -> vec 1), follows (toy 1 1) x p 0 /\ ~ equilibrium (toy 1 1) (x 0) (p 0)) /\
  (exists s : vec 3, (forall i, s i = 1 \/ s i = -1) /\ s ord0 = -1) /\
  injective (@rev_ord 3).
Proof.
  split.
    exists (fun s i => 1 + s * velocity_x (toy 1 1) (fun _ => 1) (fun _ => 1) i),
      (fun s mu => 1 + s * velocity_p (toy 1 1) (fun _ => 1) (fun _ => 1) mu).
    split; first exact: line_follows.
    by rewrite !line0; move=> [E _]; move: (E ord0) toy11_velocity; lra.
  split; last exact: rev_ord_inj.
  by exists (fun _ => -1); split=> // _; right.
Qed.
