(** * AG15  Hot gains: close to the classical Hopfield network when T is large

    From p(0) = 1/K, |ln(K p_mu(t))| <= N/(2T) for all t >= 0; the same at every interior equilibrium.
    With x_H, lambda and a as in AG14,
      |x(t) - x_H(t)| <= (K N^{3/2} / (4 T tau_x)) (e^{at} - 1)/a
    ([growth a t] is (e^{at} - 1)/a, and t when a = 0): on finite horizons, not uniformly in t. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis defs.Hopfield.
From Gatedmem Require Import lib.Sums lib.AstrocyteToy lib.AstrocyteOrbit lib.AstrocyteClassical.
From Gatedmem Require lib.AstrocyteEnergy lib.LinearSpectral lib.SoftmaxCold.

Open Scope R_scope.

Theorem AG15 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (mu : 'I_K) (t : R) :
  positive m -> binary m -> solution m x p -> (forall nu, p 0 nu = / INR K) -> 0 <= t ->
  Rabs (ln (INR K * p t mu)) <= INR N / (2 * temp m).
Proof.
  move=> pos bin sol p0 t0.
  exact: Rle_trans (uniform_log_gain m pos bin x p sol p0 t mu t0) (spread_le m pos t).
Qed.

Theorem AG15_equilibrium N K (m : memory N K) (x : vec N) (p : vec K) (mu : 'I_K) :
  positive m -> binary m -> is_interior p -> equilibrium m x p ->
  Rabs (ln (INR K * p mu)) <= INR N / (2 * temp m).
Proof. by move=> pos bin; exact: equilibrium_log_gain. Qed.

Theorem AG15_neurons N K (m : memory N K) (x x_H : R -> vec N) (p : R -> vec K)
    (q : mat N N) (e : vec N) (lambda t : R) :
  positive m -> binary m -> (0 < K)%N -> solution m x p -> (forall nu, p 0 nu = / INR K) ->
  (forall i, continuous_from0 (fun s => x_H s i)) ->
  (forall s, 0 < s ->
     hopfield_follows (Hopfield N (weight m (fun _ => / INR K)) (phi m) (phi' m) (Lambda m) (tau_x m)) x_H s) ->
  x_H 0 = x 0 ->
  eigenbasis (weight m (fun _ => / INR K)) q e -> (forall k, e k <= lambda) -> 0 <= t ->
  distance (x t) (x_H t) <=
    ((INR K * (INR N * sqrt (INR N))) / (4 * temp m * tau_x m))
    * growth (((sigma m * lambda) - 1) / tau_x m) t.
Proof.
  move=> pos bin K0 sol p0 CH FH start basis top t0.
  have := hot_compare m pos bin x p sol p0 x_H q e lambda CH FH start K0 basis top t t0.
  by rewrite integral_growth.
Qed.

(** Both solutions from x = 1, which is no equilibrium; the eigenvalues of W_H exist by GW5. *)
Example AG15_witness : exists (x x_H : R -> vec 1) (p : R -> vec 2) (q : mat 1 1) (e : vec 1) (lambda : R),
  let m := toy 1 2 in
  positive m /\ binary m /\ (0 < 2)%N /\ solution m x p /\ (forall nu, p 0 nu = / INR 2) /\
  is_interior (fun _ : 'I_2 => / INR 2) /\ equilibrium m (fun _ => 0) (fun _ => / INR 2) /\
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
  split; first exact: uniform_interior; split; first exact: origin_equilibrium.
  by split=> //; split=> //; rewrite h0 x0.
Qed.
