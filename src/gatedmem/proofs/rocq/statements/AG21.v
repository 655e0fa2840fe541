(** * AG21  The silent state

    (0, 1/K) is an equilibrium of every memory.  On R^N x {sum = 0} its linearisation is
    (- I + sigma W_H)/tau_x and - T/tau_p.  With lambda the largest eigenvalue of W_H = W(1/K),
    every eigenvalue of the linearisation has negative real part iff sigma lambda < 1;
    and lambda >= 1 always.
    (The critical case sigma lambda = 1 is not part of this file.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy defs.Stability lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteStability lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG21 N K (m : memory N K) :
  (0 < K)%N -> equilibrium m (fun _ => 0) (fun _ => / INR K).
Proof. exact: origin_equilibrium. Qed.

Theorem AG21_linearisation N K (m : memory N K) (a : vec N) (z : vec K) :
  positive m -> (0 < K)%N -> sum z = 0 ->
  is_flow_jacobian m (fun _ => 0) (fun _ => / INR K) a z
    (fun i => (- a i + sigma m * mulmv (weight m (fun _ => / INR K)) a i) / tau_x m)
    (fun mu => - (temp m / tau_p m) * z mu).
Proof. by move=> pos; apply: origin_jacobian; exact: pos_tau_p_neq0. Qed.

Theorem AG21_stable N K (m : memory N K) (lambda : R) :
  positive m -> (0 < K)%N -> is_greatest_eig (weight m (fun _ => / INR K)) lambda ->
  (forall alpha beta, is_flow_eigenvalue m (fun _ => 0) (fun _ => / INR K) alpha beta -> alpha < 0)
  <-> sigma m * lambda < 1.
Proof. exact: origin_stable. Qed.

Theorem AG21_lambda N K (m : memory N K) (lambda : R) :
  binary m -> (0 < N)%N -> (0 < K)%N -> is_greatest_eig (weight m (fun _ => / INR K)) lambda ->
  1 <= lambda.
Proof. by move=> bin N0 K0; exact: (hebb_ge1 m lambda (Ordinal K0)). Qed.

Example AG21_witness : positive (toy 1 1) /\ binary (toy 1 1) /\
  is_greatest_eig (weight (toy 1 1) (fun _ => / INR 1)) 1.
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary.
  have W (v : vec 1) i : mulmv (weight (toy 1 1) (fun _ => / INR 1)) v i = v ord0.
    by rewrite /mulmv sum_n1 /weight sum_n1 /=; field.
  split; first by exists (fun _ => 1); split=> [|i]; [exists ord0; lra | rewrite W; ring].
  by move=> v; rewrite /dot !sum_n1 W; lra.
Qed.
