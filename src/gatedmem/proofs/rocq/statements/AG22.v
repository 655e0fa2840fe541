(** * AG22  Small gain

    If sigma K <= 1 then (0, 1/K) is the only interior equilibrium.  From any p(0) on the simplex
    |x(t)| <= e^{-(1 - sigma K) t/tau_x} |x(0)| (true for every sigma K; it is decay when sigma K < 1). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteContraction lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG22 N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> binary m -> sigma m * INR K <= 1 -> is_interior p ->
  equilibrium m x p <-> (forall i, x i = 0) /\ (forall mu, p mu = / INR K).
Proof.
  move=> pos bin small int; split; first exact: only_equilibrium.
  move=> [X P]; have E := origin_equilibrium N K m (interior_dim p int).
  have -> : x = (fun _ => 0) by apply: FunctionalExtensionality.functional_extensionality.
  by have -> : p = (fun _ => / INR K) by apply: FunctionalExtensionality.functional_extensionality.
Qed.

Theorem AG22_decay N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) -> 0 <= t ->
  norm (x t) <= exp (- ((1 - sigma m * INR K) / tau_x m) * t) * norm (x 0).
Proof. by move=> pos bin; exact: decay. Qed.

Example AG22_witness : positive (toy 3 1) /\ binary (toy 3 1) /\ sigma (toy 3 1) * INR 1 <= 1 /\
  is_interior (fun _ : 'I_1 => 1) /\ solution (toy 3 1) (fun _ _ => 0) (fun _ _ => / INR 1).
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary.
  split; first by rewrite /=; lra.
  split; first exact: one_interior.
  by apply: constant_solution; exact: origin_equilibrium.
Qed.
