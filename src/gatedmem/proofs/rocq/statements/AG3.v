(** * AG3  Bounds on the neurons

    From any p(0) on the simplex, |x_i(t)| <= e^{-t/tau_x} |x_i(0)| + K (1 - e^{-t/tau_x}).
    With AG2: from p(0) = 1/K a solution stays for all t in the compact set
    |x_i| <= max(|x_i(0)|, K), p_mu >= e^{-N/(2T)}/K, sum p = 1.
    Solutions exist for all t >= 0, from every x(0) and every p(0) in the interior (in the lifted
    variables of AG28 the field is globally Lipschitz). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy lib.AstrocyteExistence.

Open Scope R_scope.

Theorem AG3 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (i : 'I_N) :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) -> forall t, 0 <= t ->
  Rabs (x t i) <= exp (- (1 / tau_x m) * t) * Rabs (x 0 i) + INR K * (1 - exp (- (1 / tau_x m) * t)).
Proof. exact: neuron_bound. Qed.

Theorem AG3_compact N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> binary m -> (0 < K)%N -> solution m x p -> (forall nu, p 0 nu = / INR K) ->
  forall t, 0 <= t ->
  (forall i, Rabs (x t i) <= Rmax (Rabs (x 0 i)) (INR K)) /\
  (forall mu, exp (- (INR N / (2 * temp m))) / INR K <= p t mu) /\ sum (p t) = 1.
Proof.
  move=> pos bin K0 sol p0 t t0.
  have s0 : is_simplex (p 0).
    have [U1 U2] := uniform_interior K0; split; first by move=> nu; rewrite p0; left; exact: U1.
    by rewrite (sum_ext _ (fun _ => / INR K)).
  split; last first.
    by split; [move=> mu; exact: (gain_floor m x p mu) | have [] := solution_simplex m x p t pos sol s0 t0].
  move=> i; apply: Rle_trans (neuron_bound m x p i pos bin sol s0 t t0) _.
  have A := Rmax_l (Rabs (x 0 i)) (INR K); have B := Rmax_r (Rabs (x 0 i)) (INR K).
  have P := exp_pos (- (1 / tau_x m) * t).
  have Q : exp (- (1 / tau_x m) * t) <= 1.
    rewrite -[X in _ <= X]exp_0; apply: exp_le; have tx := pos_tau_x m pos.
    have : 0 <= 1 / tau_x m * t by apply: Rmult_le_pos => //; left; apply: Rdiv_lt_0_compat; lra.
    lra.
  by nra.
Qed.

Theorem AG3_exists N K (m : memory N K) (x0 : vec N) (p0 : vec K) :
  positive m -> is_interior p0 ->
  exists (x : R -> vec N) (p : R -> vec K), x 0 = x0 /\ p 0 = p0 /\ solution m x p.
Proof. by move=> pos; exact: solution_exists. Qed.

Example AG3_witness : positive (toy 3 2) /\ binary (toy 3 2) /\
  solution (toy 3 2) (fun _ _ => 0) (fun _ _ => / INR 2) /\ is_interior (fun _ : 'I_2 => / INR 2).
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary.
  split; first by apply: constant_solution; exact: origin_equilibrium.
  exact: uniform_interior.
Qed.
