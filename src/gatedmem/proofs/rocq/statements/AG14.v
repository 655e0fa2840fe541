(** * AG14  Frozen gains: close to the classical Hopfield network when tau_p is large

    From p(0) = 1/K, |ln(K p_mu(t))| <= (N/2T) (1 - e^{-Tt/tau_p}) <= N t / (2 tau_p).

    Let x_H be the solution of the classical network tau_x dx_H/dt = - x_H + W_H phi(x_H) with the same
    start, W_H = W(1/K) = (1/N) sum_mu xi_mu xi_mu^T, lambda the largest eigenvalue of W_H (or any
    number above all of them) and a = (sigma lambda - 1)/tau_x.  Then
      |x(t) - x_H(t)| <= (K N^{3/2} / (4 tau_x tau_p)) (e^{at} - 1 - at)/a^2,
    with t^2/2 in place of the last factor when a = 0.
    AG14_classical   such an x_H exists from every start. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis defs.Hopfield.
From Gatedmem Require Import lib.Sums lib.AstrocyteToy lib.AstrocyteOrbit lib.AstrocyteClassical.
From Gatedmem Require lib.AstrocyteEnergy lib.LinearSpectral lib.SoftmaxCold.

Open Scope R_scope.

Theorem AG14 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K) (t : R) :
  positive m -> binary m -> solution m x p -> (forall nu, p 0 nu = / INR K) -> 0 <= t ->
  Rabs (ln (INR K * p t mu)) <= (INR N / (2 * temp m)) * (1 - exp (- (temp m / tau_p m) * t)) /\
  (INR N / (2 * temp m)) * (1 - exp (- (temp m / tau_p m) * t)) <= (INR N * t) / (2 * tau_p m).
Proof.
  move=> pos bin sol p0 t0; split; first exact: (uniform_log_gain m pos bin x p sol p0 t mu t0).
  exact: spread_linear.
Qed.

Theorem AG14_hebbian N K (m : memory N K) (i j : 'I_N) : (0 < K)%N ->
  weight m (fun _ => / INR K) i j = / INR N * sum (fun mu => pattern m mu i * pattern m mu j).
Proof. exact: hebbian_E. Qed.

Theorem AG14_classical N K (m : memory N K) (x0 : vec N) : positive m ->
  exists x_H : R -> vec N, x_H 0 = x0 /\ (forall i, continuous_from0 (fun s => x_H s i)) /\
  (forall s, 0 < s ->
     hopfield_follows (Hopfield N (weight m (fun _ => / INR K)) (phi m) (phi' m) (Lambda m) (tau_x m)) x_H s).
Proof. by move=> pos; exact: classical_exists. Qed.

Theorem AG14_neurons N K (m : memory N K) (x x_H : R -> vec N) (p : R -> vec K)
    (q : mat N N) (e : vec N) (lambda a t : R) :
  positive m -> binary m -> (0 < K)%N -> solution m x p -> (forall nu, p 0 nu = / INR K) ->
  (forall i, continuous_from0 (fun s => x_H s i)) ->
  (forall s, 0 < s ->
     hopfield_follows (Hopfield N (weight m (fun _ => / INR K)) (phi m) (phi' m) (Lambda m) (tau_x m)) x_H s) ->
  x_H 0 = x 0 ->
  eigenbasis (weight m (fun _ => / INR K)) q e -> (forall k, e k <= lambda) ->
  a = ((sigma m * lambda) - 1) / tau_x m -> 0 <= t ->
  (a <> 0 -> distance (x t) (x_H t) <=
     ((INR K * (INR N * sqrt (INR N))) / (4 * tau_x m * tau_p m)) * ((exp (a * t) - 1 - a * t) / a ^ 2)) /\
  (a = 0 -> distance (x t) (x_H t) <=
     ((INR K * (INR N * sqrt (INR N))) / (4 * tau_x m * tau_p m)) * (t ^ 2 / 2)).
Proof.
  move=> pos bin K0 sol p0 CH FH start basis top aE t0.
  have := frozen_compare m pos bin x p sol p0 x_H q e lambda CH FH start K0 basis top t t0.
  rewrite -aE => H; split=> a0; first by rewrite -integral_linear_exp.
  by rewrite -integral_linear; move: H; rewrite a0.
Qed.

(** Both solutions from x = 1, which is no equilibrium; the eigenvalues of W_H exist by GW5. *)
Example AG14_witness : exists (x x_H : R -> vec 1) (p : R -> vec 2) (q : mat 1 1) (e : vec 1) (lambda : R),
  let m := toy 1 2 in
  positive m /\ binary m /\ (0 < 2)%N /\ solution m x p /\ (forall nu, p 0 nu = / INR 2) /\
  (forall i, continuous_from0 (fun s => x_H s i)) /\
  (forall s, 0 < s ->
     hopfield_follows (Hopfield 1 (weight m (fun _ => / INR 2)) (phi m) (phi' m) (Lambda m) (tau_x m)) x_H s) /\
  x_H 0 = x 0 /\ x 0 = (fun _ => 1) /\
  eigenbasis (weight m (fun _ => / INR 2)) q e /\ (forall k, e k <= lambda).
Proof.
  have int : is_interior (fun _ : 'I_2 => / INR 2) by exact: uniform_interior.
  have [x [p [[x0 p0] [sol _]]]] := existence_uniqueness (toy 1 2) (toy_positive 1 2) (fun _ => 1) _ int.
  have [xH [h0 [CH FH]]] := classical_exists (toy 1 2) (toy_positive 1 2) (fun _ => 1).
  have [q [e b]] := lib.LinearSpectral.spectral (weight (toy 1 2) (fun _ => / INR 2))
    (lib.AstrocyteEnergy.weight_sym (toy 1 2) (fun _ => / INR 2)).
  have [i top] := lib.SoftmaxCold.exists_argmax e isT.
  exists x, xH, p, q, e, (e i); split; first exact: toy_positive; split; first exact: toy_binary.
  split=> //; split=> //; split; first by move=> nu; rewrite p0.
  by split=> //; split=> //; rewrite h0 x0.
Qed.
