(** * AG25  Step-free retrieval

    p <- softmax(f(x)/T) with x fixed never raises L and leaves it unchanged only if p is already
    that softmax; x <- W(p) phi(x) with p fixed never raises L and leaves it unchanged only if x is
    already W(p) phi(x).  Of a sequence made by doing one after the other, every cluster
    point is an equilibrium with interior gains.  Both at once can raise L. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteSteps lib.AstrocyteAlternation lib.AstrocyteSimultaneous lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG25_gains N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_simplex p ->
  energy m x (softmax (/ temp m) (score m x)) <= energy m x p /\
  (energy m x (softmax (/ temp m) (score m x)) = energy m x p ->
   forall mu, p mu = softmax (/ temp m) (score m x) mu).
Proof. by move=> pos sp; split; [exact: gain_full_step | exact: gain_full_step_eq]. Qed.

Theorem AG25_neurons N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> (forall mu, 0 <= p mu) ->
  energy m (drive m x p) p <= energy m x p /\
  (energy m (drive m x p) p = energy m x p -> forall i, x i = drive m x p i).
Proof. by move=> pos p0; split; [exact: neuron_full_step | exact: neuron_step_eq]. Qed.

(** The alternation: gains, then neurons.  Along a subsequence k of it that converges: *)
Theorem AG25 N K (m : memory N K) (x : nat -> vec N) (p : nat -> vec K)
    (y : vec N) (q : vec K) (k : nat -> nat) :
  positive m -> binary m -> (0 < N)%N -> is_simplex (p 0%N) ->
  (forall n mu, p (S n) mu = softmax (/ temp m) (score m (x n)) mu) ->
  (forall n i, x (S n) i = drive m (x n) (p (S n)) i) ->
  filterlim k eventually eventually ->
  (forall i, is_lim_seq (fun n => x (k n) i) (y i)) ->
  (forall mu, is_lim_seq (fun n => p (k n) mu) (q mu)) ->
  is_interior q /\ equilibrium m y q.
Proof. by move=> pos bin N0 s0 G D; exact: alternation_cluster. Qed.

Theorem AG25_descends N K (m : memory N K) (x : nat -> vec N) (p : nat -> vec K) :
  positive m -> is_simplex (p 0%N) ->
  (forall n mu, p (S n) mu = softmax (/ temp m) (score m (x n)) mu) ->
  (forall n i, x (S n) i = drive m (x n) (p (S n)) i) ->
  forall n, energy m (x (S n)) (p (S n)) <= energy m (x n) (p (S n)) /\
            energy m (x n) (p (S n)) <= energy m (x n) (p n).
Proof. by move=> pos s0 G D n; exact: alternation_decreases. Qed.

Theorem AG25_simultaneous : exists (m : memory 2 2) (x p : vec 2),
  positive m /\ binary m /\ is_simplex p /\
  energy m x p < energy m (drive m x p) (softmax (/ temp m) (score m x)).
Proof. exact: simultaneous_raises. Qed.

(** The sequence that stays at the origin with uniform gains. *)
Example AG25_witness : positive (toy 3 2) /\ binary (toy 3 2) /\ is_simplex (fun _ : 'I_2 => / INR 2) /\
  (forall mu : 'I_2, / INR 2 = softmax (/ temp (toy 3 2)) (score (toy 3 2) (fun _ => 0)) mu) /\
  (forall i, 0 = drive (toy 3 2) (fun _ => 0) (fun _ => / INR 2) i) /\
  filterlim (fun n : nat => n) eventually eventually /\
  (forall i : 'I_3, is_lim_seq (fun _ => 0) 0) /\ (forall mu : 'I_2, is_lim_seq (fun _ => / INR 2) (/ INR 2)).
Proof.
  have pos := toy_positive 3 2; have int : is_interior (fun _ : 'I_2 => / INR 2) by exact: uniform_interior.
  have [D G] := proj1 (equilibrium_interior (toy 3 2) (fun _ => 0) _ pos int) (origin_equilibrium 3 2 (toy 3 2) erefl).
  split=> //; split; first exact: toy_binary; split; first exact: interior_simplex.
  split=> //; split=> //; split; first exact: filterlim_id.
  by split=> _; exact: is_lim_seq_const.
Qed.
