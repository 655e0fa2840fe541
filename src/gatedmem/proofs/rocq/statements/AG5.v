(** * AG5  The gradient of the energy

    dL/dx_i  = phi'(x_i) (x_i - (W(p) phi(x))_i)       at every x and p,
    dL/dp_mu = K (T log p_mu + T - f_mu(x))            wherever p_mu > 0,
    and with p > 0 the chain rule holds along every differentiable curve. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG5_x N K (m : memory N K) (x : vec N) (p : vec K) (i : 'I_N) :
  positive m -> partial (fun y => energy m y p) x i (phi' m (x i) * (x i - drive m x p i)).
Proof. by move=> /pos_sigma s0; apply: energy_partial_x; lra. Qed.

Theorem AG5_p N K (m : memory N K) (x : vec N) (p : vec K) (mu : 'I_K) :
  positive m -> 0 < p mu ->
  partial (energy m x) p mu (INR K * (temp m * ln (p mu) + temp m - score m x mu)).
Proof. by move=> /pos_sigma s0 p0; apply: energy_partial_p => //; lra. Qed.

Theorem AG5_curve N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R)
    (dx : vec N) (dp : vec K) :
  positive m -> (forall mu, 0 < p t mu) ->
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  (forall mu, is_derive (fun s => p s mu) t (dp mu)) ->
  is_derive (fun s => energy m (x s) (p s)) t
    (sum (fun i => phi' m (x t i) * (x t i - drive m (x t) (p t) i) * dx i)
     + sum (fun mu => INR K * (temp m * ln (p t mu) + temp m - score m (x t) mu) * dp mu)).
Proof. by move=> /pos_sigma s0 p0 X P; apply: energy_curve_interior => //; lra. Qed.

Example AG5_witness : positive (toy 3 2) /\ (forall mu : 'I_2, 0 < / INR 2) /\
  (forall i : 'I_3, is_derive (fun s : R => s) 0 1) /\ (forall mu : 'I_2, is_derive (fun s => / INR 2 + s * 1) 0 1).
Proof.
  split; first exact: toy_positive; split; first by move=> _; rewrite /=; lra.
  by split=> [_|_]; [exact: is_derive_id | exact: is_derive_line].
Qed.
