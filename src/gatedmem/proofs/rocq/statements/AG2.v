(** * AG2  Log-ratios of gains

    tau_p d/dt log(p_mu/p_nu) = f_mu - f_nu - T log(p_mu/p_nu).  So along every solution
    from the interior, y = log(p_mu/p_nu) obeys
    |y(t)| <= e^{-Tt/tau_p} |y(0)| + (N/2T) (1 - e^{-Tt/tau_p}),
    and from p(0) = 1/K every gain stays above e^{-N/(2T)}/K. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG2_rate N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) (mu nu : 'I_K) :
  positive m -> follows m x p t -> 0 < p t mu -> 0 < p t nu ->
  is_derive (fun s => ln (p s mu / p s nu)) t
    ((score m (x t) mu - score m (x t) nu - temp m * ln (p t mu / p t nu)) / tau_p m).
Proof. exact: log_ratio_rate. Qed.

Theorem AG2 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu nu : 'I_K) :
  positive m -> binary m -> solution m x p -> is_interior (p 0) -> forall t, 0 <= t ->
  Rabs (ln (p t mu / p t nu))
  <= exp (- (temp m / tau_p m) * t) * Rabs (ln (p 0 mu / p 0 nu))
     + (INR N / (2 * temp m)) * (1 - exp (- (temp m / tau_p m) * t)).
Proof. exact: log_ratio_bound. Qed.

Theorem AG2_floor N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K) :
  positive m -> binary m -> solution m x p -> (forall nu, p 0 nu = / INR K) -> forall t, 0 <= t ->
  exp (- (INR N / (2 * temp m))) / INR K <= p t mu.
Proof. exact: gain_floor. Qed.

Example AG2_witness : positive (toy 3 2) /\ binary (toy 3 2) /\
  solution (toy 3 2) (fun _ _ => 0) (fun _ _ => / INR 2) /\ is_interior (fun _ : 'I_2 => / INR 2).
Proof.
  split; first exact: toy_positive; split; first exact: toy_binary.
  split; first by apply: constant_solution; exact: origin_equilibrium.
  exact: uniform_interior.
Qed.
