(** * AG9  The range of the energy

    On R^N x simplex, - KN/2 - KT log K < L < N log 2 / sigma.  So for c >= N log 2 / sigma
    the sublevel set {L <= c} is everything, unbounded in x.
    (The exact threshold between bounded and unbounded sublevel sets is not part of this file.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG9 N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> binary m -> (0 < N)%N -> is_simplex p ->
  - (INR K * INR N / 2) - INR K * temp m * ln (INR K) < energy m x p /\
  energy m x p < INR N * ln 2 / sigma m.
Proof. exact: energy_range. Qed.

Theorem AG9_unbounded N K (m : memory N K) (p : vec K) (c B : R) :
  positive m -> binary m -> (0 < N)%N -> is_simplex p -> INR N * ln 2 / sigma m <= c ->
  exists x : vec N, energy m x p <= c /\ forall i, B <= x i.
Proof.
  move=> pos bin N0 sp hc; exists (fun _ => B); split=> [|_]; last lra.
  by have [_] := energy_range m (fun _ => B) p pos bin N0 sp; lra.
Qed.

Example AG9_witness : positive (toy 3 2) /\ binary (toy 3 2) /\ is_simplex (kdelta (@ord0 1)) /\
  INR 3 * ln 2 / sigma (toy 3 2) <= INR 3 * ln 2.
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary; split; first exact: kdelta_simplex.
  by rewrite /Rdiv /= Rinv_1; lra.
Qed.
