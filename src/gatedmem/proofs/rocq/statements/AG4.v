(** * AG4  The two forms of the energy

    On the simplex the KL form of L and its expanded form are the same number.
    Off it, for any p at all, they differ by exactly K T log Z(x) (sum p - 1). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG4 N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_simplex p -> energy_kl m x p = energy m x p.
Proof.
  move=> pos [_ s1]; rewrite energy_kl_E ?s1; first ring.
  by move: (pos_temp m pos); lra.
Qed.

Theorem AG4_off N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m ->
  energy_kl m x p - energy m x p = (INR K * temp m * log_partition m x) * (sum p - 1).
Proof.
  by move=> pos; rewrite energy_kl_E; [ring | move: (pos_temp m pos); lra].
Qed.

Example AG4_witness : positive (toy 3 2) /\ is_simplex (kdelta (@ord0 1)).
Proof. by split; [exact: toy_positive | exact: kdelta_simplex]. Qed.
