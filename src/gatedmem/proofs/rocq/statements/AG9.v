(** * AG9  The range of the energy

    On R^N x simplex, - KN/2 - KT log K < L < N log 2 / sigma.  So for c >= N log 2 / sigma
    the sublevel set {L <= c} is everything, unbounded in x.
    As a function of z = phi(x) and p, L extends continuously to z in the closed cube [-1, 1]^N
    ([extended_energy]).  Its minimum over the boundary of the cube (times the simplex) is attained,
    and {L <= c} is bounded in x exactly when c lies below this minimum. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis defs.ExtendedEnergy.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy lib.AstrocyteSublevel.

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

Theorem AG9_extended N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> extended_energy m (fun i => phi m (x i)) p = energy m x p.
Proof. by move=> pos; exact: extended_energy_E. Qed.

Theorem AG9_continuous N K (m : memory N K) (z : vec N) (p : vec K) (eps : R) : 0 < eps ->
  exists delta, 0 < delta /\
    forall (z' : vec N) (p' : vec K), distance z' z < delta -> distance p' p < delta ->
      Rabs (extended_energy m z' p' - extended_energy m z p) < eps.
Proof. exact: extended_continuous. Qed.

Theorem AG9_sublevel N K (m : memory N K) :
  positive m -> (0 < N)%N -> (0 < K)%N ->
  exists (z0 : vec N) (p0 : vec K),
    (cube_boundary z0 /\ is_simplex p0) /\
    (forall (z : vec N) (p : vec K), cube_boundary z -> is_simplex p ->
       extended_energy m z0 p0 <= extended_energy m z p) /\
    (forall c,
       (exists B, forall (x : vec N) (p : vec K),
          is_simplex p -> energy m x p <= c -> forall i, Rabs (x i) <= B)
       <-> c < extended_energy m z0 p0).
Proof. by move=> pos; exact: sublevel_threshold. Qed.

Example AG9_witness : positive (toy 3 2) /\ binary (toy 3 2) /\ is_simplex (kdelta (@ord0 1)) /\
  INR 3 * ln 2 / sigma (toy 3 2) <= INR 3 * ln 2.
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary; split; first exact: kdelta_simplex.
  by rewrite /Rdiv /= Rinv_1; lra.
Qed.
