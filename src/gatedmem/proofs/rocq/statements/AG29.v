(** * AG29  Energy-stable integrator

    One exponential step of size h for the log-gains, then one for the neurons with the
    new gains, never raises L, for any h > 0:
    u <- e^{-hT/tau_p} u + (1 - e^{-hT/tau_p}) f(x)/T,
    x <- e^{-h/tau_x} x + (1 - e^{-h/tau_x}) W(softmax u) phi(x).
    Each half alone never raises L either.  Both at once, the neurons stepping with the old gains,
    can raise L. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteSteps lib.AstrocyteSimultaneous lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG29 N K (m : memory N K) (h : R) (x x' : vec N) (u u' : vec K) :
  positive m -> 0 < h ->
  (forall mu, u' mu = exp (- (h * temp m / tau_p m)) * u mu
                      + (1 - exp (- (h * temp m / tau_p m))) * (score m x mu / temp m)) ->
  (forall i, x' i = exp (- (h / tau_x m)) * x i
                    + (1 - exp (- (h / tau_x m))) * drive m x (softmax 1 u') i) ->
  energy m x' (softmax 1 u') <= energy m x (softmax 1 u') /\
  energy m x (softmax 1 u') <= energy m x (softmax 1 u).
Proof.
  move=> pos h0 U X; have T0 := pos_temp m pos; have tp := pos_tau_p m pos; have tx := pos_tau_x m pos.
  have frac a : 0 < a -> 0 < 1 - exp (- a) <= 1.
    move=> a0; have := exp_pos (- a); have : exp (- a) < exp 0 by apply: exp_increasing; lra.
    by rewrite exp_0; lra.
  have fu : 0 < 1 - exp (- (h * temp m / tau_p m)) <= 1.
    by apply: frac; apply: Rdiv_lt_0_compat => //; exact: Rmult_lt_0_compat.
  have fx : 0 < 1 - exp (- (h / tau_x m)) <= 1 by apply: frac; exact: Rdiv_lt_0_compat.
  split.
    have := neuron_step m pos x (softmax 1 u') _ (fun mu => Rlt_le _ _ (softmax_gt0 1 u' mu)) fx.
    rewrite (_ : (fun i => _) = x') //; apply: FunctionalExtensionality.functional_extensionality => i.
    by rewrite X; ring.
  have := gain_step m pos x u _ fu.
  rewrite (_ : (fun mu => _) = u') //; apply: FunctionalExtensionality.functional_extensionality => mu.
  by rewrite U; ring.
Qed.

Theorem AG29_simultaneous : exists (m : memory 2 2) (x x' u u' : vec 2) (h : R),
  positive m /\ binary m /\ 0 < h /\
  (forall mu, u' mu = exp (- (h * temp m / tau_p m)) * u mu
                      + (1 - exp (- (h * temp m / tau_p m))) * (score m x mu / temp m)) /\
  (forall i, x' i = exp (- (h / tau_x m)) * x i
                    + (1 - exp (- (h / tau_x m))) * drive m x (softmax 1 u) i) /\
  energy m x (softmax 1 u) < energy m x' (softmax 1 u').
Proof. exact: jacobi_raises. Qed.

Example AG29_witness : positive (toy 3 2) /\ 0 < 1 /\ exists (x x' : vec 3) (u u' : vec 2),
  (forall mu, u' mu = exp (- (1 * temp (toy 3 2) / tau_p (toy 3 2))) * u mu
                      + (1 - exp (- (1 * temp (toy 3 2) / tau_p (toy 3 2)))) * (score (toy 3 2) x mu / temp (toy 3 2))) /\
  (forall i, x' i = exp (- (1 / tau_x (toy 3 2))) * x i
                    + (1 - exp (- (1 / tau_x (toy 3 2)))) * drive (toy 3 2) x (softmax 1 u') i).
Proof.
  split; first exact: toy_positive; split; first lra.
  by exists (fun _ => 1); eexists; exists (fun _ => 0); eexists; split=> ?.
Qed.
