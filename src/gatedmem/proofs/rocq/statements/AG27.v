(** * AG27  Explicit Euler on the gains

    One step p' = p + h dp/dt gives exactly
    sum p' - 1 = (sum p - 1) (1 - h <p, F>/tau_p), with <p, F> = <p, f> + T H(p); so the sum is kept
    when it is 1, and the error grows when h <p, F> > 2 tau_p.
    For scores in [0, N/2) and p in the interior all gains stay positive if
    h <= tau_p/(T w) with w e^w = (K-1) e^{N/(2T) - 1}, that is w = W_0(...), and this cannot be
    improved; or, simpler, if h <= tau_p/(N/2 + T log K). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteEuler lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG27 N K (m : memory N K) (f p : vec K) (h : R) :
  positive m ->
  sum (fun mu => p mu + h * replicator m f p mu) - 1
  = (sum p - 1) * (1 - h * dot p (fitness m f p) / tau_p m).
Proof. by move=> /pos_tau_p tp; exact: (euler_sum m tp f p h). Qed.

Theorem AG27_mean N K (m : memory N K) (f p : vec K) :
  dot p (fitness m f p) = dot p f + temp m * entropy p.
Proof. exact: mean_fitness_E. Qed.

Theorem AG27_unstable N K (m : memory N K) (f p : vec K) (h : R) :
  positive m -> 2 * tau_p m < h * dot p (fitness m f p) -> sum p <> 1 ->
  Rabs (sum p - 1) < Rabs (sum (fun mu => p mu + h * replicator m f p mu) - 1).
Proof.
  move=> pos big ne; have tp := pos_tau_p m pos; rewrite (AG27 N K m f p h pos) Rabs_mult.
  rewrite -{1}[Rabs (sum p - 1)]Rmult_1_r; apply: Rmult_lt_compat_l; first by apply: Rabs_pos_lt; lra.
  have : 2 < h * dot p (fitness m f p) / tau_p m.
    by apply: (Rmult_lt_reg_r (tau_p m)) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
  by move=> b; rewrite Rabs_left; lra.
Qed.

Theorem AG27_positive N K (m : memory N K) (f p : vec K) (h w : R) :
  positive m -> (2 <= K)%N -> is_interior p -> (forall nu, 0 <= f nu < INR N / 2) ->
  0 < w -> w * exp w = (INR K - 1) * exp (INR N / 2 / temp m - 1) ->
  0 < h -> h * (temp m * w) <= tau_p m ->
  forall mu, 0 < p mu + h * replicator m f p mu.
Proof.
  move=> pos K2 int fB w0 E h0 hw mu; have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  apply: (euler_positive m tp f p h mu (temp m * w)) => //; first by case: int.
  exact: (deficit_lambert m T0 f p mu (INR N / 2)).
Qed.

Theorem AG27_best N K (m : memory N K) (h w : R) :
  positive m -> (2 <= K)%N -> (0 < N)%N ->
  0 < w -> w * exp w = (INR K - 1) * exp (INR N / 2 / temp m - 1) ->
  tau_p m < h * (temp m * w) ->
  exists (f p : vec K) (mu : 'I_K),
    (forall nu, 0 <= f nu < INR N / 2) /\ is_interior p /\ p mu + h * replicator m f p mu < 0.
Proof.
  move=> pos K2 N0 w0 E bad; have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  by apply: (euler_best m T0 tp (INR N / 2) w h) => //; have := INR_gt0 N0; lra.
Qed.

Theorem AG27_simple N K (m : memory N K) (f p : vec K) (h : R) :
  positive m -> is_interior p -> (forall nu, 0 <= f nu < INR N / 2) ->
  0 < h -> h * (INR N / 2 + temp m * ln (INR K)) <= tau_p m ->
  forall mu, 0 < p mu + h * replicator m f p mu.
Proof.
  move=> pos int fB h0 hB mu; have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  apply: (euler_positive m tp f p h mu (INR N / 2 + temp m * ln (INR K))) => //; first by case: int.
  exact: (deficit_simple m T0 f p mu (INR N / 2)).
Qed.

(** With N = 4, K = 2, T = 1: w = 1, since 1 e^1 = (2 - 1) e^{2 - 1}. *)
Example AG27_witness : positive (toy 4 2) /\ is_interior (fun _ : 'I_2 => / INR 2) /\
  (forall nu : 'I_2, 0 <= 0 < INR 4 / 2) /\
  1 * exp 1 = (INR 2 - 1) * exp (INR 4 / 2 / temp (toy 4 2) - 1) /\
  1 * (temp (toy 4 2) * 1) <= tau_p (toy 4 2) /\ tau_p (toy 4 2) < 2 * (temp (toy 4 2) * 1).
Proof.
  split; first exact: toy_positive; split; first exact: uniform_interior.
  split; first by move=> _; rewrite /=; lra.
  split; last by rewrite /=; lra.
  have -> : INR 4 / 2 / temp (toy 4 2) - 1 = 1 by rewrite /=; field.
  by rewrite /=; ring.
Qed.

Example AG27_witness_simple : 0 < / 10 /\
  / 10 * (INR 4 / 2 + temp (toy 4 2) * ln (INR 2)) <= tau_p (toy 4 2).
Proof.
  split; first lra; have -> : INR 2 = 2 by rewrite /=; ring.
  by have := ln_le_minus1 2 ltac:(lra); rewrite /=; lra.
Qed.

Example AG27_witness_unstable : exists (f p : vec 1) (h : R),
  2 * tau_p (toy 1 1) < h * dot p (fitness (toy 1 1) f p) /\ sum p <> 1.
Proof.
  exists (fun _ => 1), (fun _ => / 2), 6; rewrite /dot !sum_n1 /fitness /=; split; last lra.
  by have := ln_le_minus1 (/ 2) ltac:(lra); lra.
Qed.
