(** * AG12  Every face repels

    On the simplex, a gain that is positive but at most e^{-N/(2T)}/K grows. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG12 N K (m : memory N K) (x : vec N) (p : vec K) (mu : 'I_K) :
  positive m -> binary m -> (0 < N)%N -> is_simplex p ->
  0 < p mu -> p mu <= exp (- (INR N / (2 * temp m))) / INR K ->
  0 < velocity_p m x p mu.
Proof. exact: face_repels. Qed.

Example AG12_witness : exists (p : vec 2) (mu : 'I_2),
  positive (toy 3 2) /\ binary (toy 3 2) /\ is_simplex p /\
  0 < p mu /\ p mu <= exp (- (INR 3 / (2 * temp (toy 3 2)))) / INR 2.
Proof.
  pose e := exp (- (INR 3 / (2 * 1))) / INR 2.
  have e0 : 0 < e by apply: Rdiv_lt_0_compat; [exact: exp_pos | rewrite /=; lra].
  have e1 : e <= 1.
    have : exp (- (INR 3 / (2 * 1))) <= 1 by rewrite -[X in _ <= X]exp_0; apply: exp_le; rewrite /=; lra.
    by rewrite /e /=; lra.
  exists (fun mu => if mu == ord0 then e else 1 - e), ord0.
  split; first exact: toy_positive; split; first exact: toy_binary.
  split; first split; last by rewrite eqxx; split=> //; exact: Rle_refl.
    by move=> mu; case: (mu == ord0); lra.
  by rewrite sum_n2 /=; ring.
Qed.
