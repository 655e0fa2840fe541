(** * AG30  tau_x -> infinity: the soft error

    From a +-1 cue, pattern mu with n entries flipped, the soft error (1/2) sum |xi_i - phi(x_i(t))| is
    n tanh(sigma) + N (1 - tanh(sigma))/2 up to (N sigma/2)(1 - e^{-t/tau_x})(1 + K); so it tends to that
    value, not to n, as tau_x -> infinity at a fixed time.  The value is n exactly when n = N/2, and
    tends to n as sigma -> infinity.

    AG30_sign   with the sign readout the error is n, exactly, from some tau_x on (that tau_x depends on
                K and t only). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Signs defs.Errors.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteContraction lib.AstrocyteFrozen lib.AstrocyteToy.
From Gatedmem Require lib.Frozen.

Open Scope R_scope.

Theorem AG30_bound N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K)
    (flipped : 'I_N -> bool) (t : R) :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) ->
  (forall i, x 0 i = if flipped i then - pattern m mu i else pattern m mu i) ->
  0 <= t ->
  Rabs ((/ 2) * sum (fun i => Rabs (pattern m mu i - phi m (x t i)))
        - (sum (fun i => if flipped i then 1 else 0) * tanh (sigma m)
           + INR N * (1 - tanh (sigma m)) / 2))
  <= (INR N / 2) * (sigma m * ((1 - exp (- (1 / tau_x m) * t)) * (1 + INR K))).
Proof. by move=> pos bin sol sp cue; exact: (soft_error_bound m x p mu flipped pos bin sol sp cue). Qed.

Theorem AG30 (N K : nat) (s t eps : R) :
  0 < s -> 0 <= t -> 0 < eps -> exists tau0, 0 < tau0 /\
  forall (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K) (flipped : 'I_N -> bool),
  positive m -> binary m -> sigma m = s -> tau0 <= tau_x m ->
  solution m x p -> is_simplex (p 0) ->
  (forall i, x 0 i = if flipped i then - pattern m mu i else pattern m mu i) ->
  Rabs ((/ 2) * sum (fun i => Rabs (pattern m mu i - phi m (x t i)))
        - (sum (fun i => if flipped i then 1 else 0) * tanh s + INR N * (1 - tanh s) / 2)) < eps.
Proof.
  move=> s0 t0 e0; have n0 := pos_INR N.
  have d0 : 0 < eps / (INR N + 1) by apply: Rdiv_lt_0_compat; lra.
  have [tau0 [p0 H]] := frozen_limit s (INR K) t _ s0 (pos_INR K) t0 d0.
  exists tau0; split=> // m x p mu flipped pos bin es ht sol sp cue.
  have := soft_error_bound m x p mu flipped pos bin sol sp cue t t0; rewrite es => B.
  apply: Rle_lt_trans B _; have h := H _ ht; set z := s * _ in h *.
  apply: Rle_lt_trans (_ : INR N / 2 * (eps / (INR N + 1)) < eps).
    by apply: Rmult_le_compat_l; lra.
  apply: (Rmult_lt_reg_r (INR N + 1)); first lra.
  have -> : INR N / 2 * (eps / (INR N + 1)) * (INR N + 1) = INR N / 2 * eps by field; lra.
  nra.
Qed.

Theorem AG30_sign (K : nat) (t : R) : 0 <= t -> exists tau0, 0 < tau0 /\
  forall (N : nat) (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K) (flipped : 'I_N -> bool),
  positive m -> binary m -> tau0 <= tau_x m ->
  solution m x p -> is_simplex (p 0) ->
  (forall i, x 0 i = if flipped i then - pattern m mu i else pattern m mu i) ->
  sign_error (pattern m mu) (x t) = sum (fun i => if flipped i then 1 else 0).
Proof.
  move=> t0; have [tau0 [p0 H]] := frozen_limit 1 (INR K) t 1 Rlt_0_1 (pos_INR K) t0 Rlt_0_1.
  exists tau0; split=> // N m x p mu flipped pos bin ht sol sp cue; have h := H _ ht.
  have bit i : x 0 i = 1 \/ x 0 i = -1.
    by rewrite cue; case: (bin mu i) => ->; case: (flipped i); lra.
  have S i : sign_of (x t i) = x 0 i.
    apply: lib.Frozen.sign_of_near; first exact: bit.
    apply: Rle_lt_trans (lib.Frozen.neuron_displacement m x p i pos bin sol sp t t0) _.
    have -> : Rabs (x 0 i) = 1 by case: (bit i) => ->; rewrite ?Rabs_Ropp Rabs_R1.
    by move: h; rewrite (_ : - (1 / tau_x m) * t = - (t / tau_x m)); [lra | rewrite /Rdiv; ring].
  rewrite /sign_error -sum_scal_l; apply: sum_ext => i; rewrite S cue.
  case: (flipped i); last by rewrite Rminus_diag_eq // Rabs_R0; ring.
  by case: (bin mu i) => ->; rewrite /Rabs; case: Rcase_abs; lra.
Qed.

Theorem AG30_exact (N : nat) (s n : R) :
  n * tanh s + INR N * (1 - tanh s) / 2 = n <-> n = INR N / 2.
Proof.
  have := tanh_bound s => b; split=> [E|->]; last by field.
  have : (1 - tanh s) * (INR N / 2 - n) = 0 by lra.
  by case/Rmult_integral; lra.
Qed.

Theorem AG30_steep (N : nat) (n eps : R) :
  0 < eps -> exists s0, 0 < s0 /\ forall s, s0 <= s ->
  Rabs (n * tanh s + INR N * (1 - tanh s) / 2 - n) < eps.
Proof.
  move=> e0; have c0 : 0 < Rabs (INR N / 2 - n) + 1 by have := Rabs_pos (INR N / 2 - n); lra.
  exists ((Rabs (INR N / 2 - n) + 1) / eps); split; first exact: Rdiv_lt_0_compat.
  move=> s hs; have s0 : 0 < s by apply: Rlt_le_trans hs; exact: Rdiv_lt_0_compat.
  have -> : n * tanh s + INR N * (1 - tanh s) / 2 - n = (1 - tanh s) * (INR N / 2 - n) by field.
  have := tanh_bound s => b; rewrite Rabs_mult Rabs_pos_eq; last lra.
  have T := tanh_near_1 s s0.
  have A : Rabs (INR N / 2 - n) + 1 <= s * eps.
    by have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ e0) hs; rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; lra.
  have := Rmult_le_compat_r _ _ _ (Rabs_pos (INR N / 2 - n)) T => B.
  apply: Rle_lt_trans B _; apply: (Rmult_lt_reg_l s) => //.
  by rewrite -Rmult_assoc Rinv_r ?Rmult_1_l; lra.
Qed.

(** One neuron, two equal patterns, tanh sigma = 1/2: the cue stays put. *)
Example AG30_witness : exists (m : memory 1 2) (x : R -> vec 1) (p : R -> vec 2) (t : R),
  positive m /\ binary m /\ solution m x p /\ is_simplex (p 0) /\
  (forall i, x 0 i = if false then - pattern m ord0 i else pattern m ord0 i) /\
  0 <= t /\ t < tau_x m * ln (1 + / INR 2).
Proof.
  exists balanced, (fun _ _ => 1), (fun _ _ => / INR 2), 0.
  split; first exact: balanced_positive; split; first by move=> mu i; left.
  split; first by apply: constant_solution; exact: balanced_equilibrium.
  split; first by apply: interior_simplex; exact: uniform_interior.
  split=> //; split; first lra.
  by rewrite -ln_1 /= Rmult_1_l; apply: ln_increasing; lra.
Qed.
