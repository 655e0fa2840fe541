(** * The headline theorems, in one file

    Restated with nothing but the definitions of defs/, so that a reader can see on one page what is
    proved about the two memories.  Each proof is the theorem of the file that bears the ledger's id;
    a test asks the prover what this file rests on. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype finfun finset.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Analysis.
From Gatedmem Require Import defs.Astrocyte defs.Context defs.Signs defs.Capacity.
From Gatedmem Require statements.SM2 statements.SM4 statements.AG3 statements.AG7 statements.AG8.
From Gatedmem Require statements.AG10 statements.AG11 statements.AG31 statements.AG32.
From Gatedmem Require statements.CG11 statements.CG12.

Open Scope R_scope.

(** SM2: the softmax is the one maximiser of <p, f> + T H(p) on the simplex. *)
Theorem softmax_is_the_maximiser (n : nat) (T : R) (f p : vec n) : (0 < n)%N -> 0 < T -> is_simplex p ->
  dot p f + T * entropy p <= dot (softmax (/ T) f) f + T * entropy (softmax (/ T) f) /\
  (dot p f + T * entropy p = dot (softmax (/ T) f) f + T * entropy (softmax (/ T) f) ->
   forall i, p i = softmax (/ T) f i).
Proof. by move=> n0 T0 sp; have [_ [-> H]] := SM2.SM2_maximiser n T f n0 T0; apply: H. Qed.

(** SM4: the covariance of the softmax lies between 0 and one half. *)
Theorem covariance_at_most_one_half (n : nat) (p v : vec n) : is_simplex p ->
  0 <= softcov p v v /\ softcov p v v <= (/ 2) * dot v v.
Proof. exact: SM4.SM4. Qed.

(** AG3: the flow has exactly one solution from every interior start, for all time. *)
Theorem solutions_exist (N K : nat) (m : memory N K) (x0 : vec N) (p0 : vec K) :
  positive m -> is_interior p0 ->
  exists (x : R -> vec N) (p : R -> vec K),
    (x 0 = x0 /\ p 0 = p0) /\ solution m x p /\ (forall t, 0 <= t -> is_interior (p t)) /\
    (forall (x' : R -> vec N) (p' : R -> vec K),
       x' 0 = x0 -> p' 0 = p0 -> solution m x' p' ->
       forall t, 0 <= t -> x' t = x t /\ p' t = p t).
Proof. exact: AG3.AG3_existence. Qed.

(** AG7: the flow is the natural gradient flow of the energy. *)
Theorem natural_gradient_flow (N K : nat) (m : memory N K) (x gx : vec N) (p gp : vec K) :
  positive m -> is_interior p ->
  (forall i, partial (fun y => energy m y p) x i (gx i)) ->
  (forall mu, partial (energy m x) p mu (gp mu)) ->
  (forall i, tau_x m * velocity_x m x p i = - (gx i / phi' m (x i))) /\
  (forall mu, (INR K * tau_p m) * velocity_p m x p mu = - project p (fun nu => p nu * gp nu) mu).
Proof. exact: AG7.AG7. Qed.

(** AG8: the energy falls at exactly this rate, which vanishes at equilibria only. *)
Theorem energy_falls (N K : nat) (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) :
  positive m -> is_interior (p t) -> follows m x p t ->
  let rate := - (tau_x m * sum (fun i => phi' m (x t i) * (velocity_x m (x t) (p t) i) ^ 2))
              - (INR K * tau_p m) * sum (fun mu => (velocity_p m (x t) (p t) mu) ^ 2 / p t mu) in
  is_derive (fun s => energy m (x s) (p s)) t rate /\ rate <= 0 /\
  (rate = 0 <-> equilibrium m (x t) (p t)).
Proof.
  move=> pos int F rate; have s : is_simplex (p t) by split; [move=> i; left|]; apply int.
  split; first exact: AG8.AG8; split; first exact: AG8.AG8_sign; exact: AG8.AG8_equality.
Qed.

(** AG10: every interior solution approaches the set of equilibria. *)
Theorem solutions_approach_equilibria (N K : nat) (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> binary m -> solution m x p -> is_interior (p 0) ->
  forall eps, 0 < eps -> exists T, forall t, T < t ->
    exists (x_e : vec N) (p_e : vec K), (equilibrium m x_e p_e /\ is_interior p_e) /\
      distance (x t) x_e < eps /\ distance (p t) p_e < eps.
Proof. by move=> pos bin sol int; have [_ [_ H]] := AG10.AG10 N K m x p pos bin sol int. Qed.

(** AG11: at an interior equilibrium the gains are softmax attention over the stored patterns. *)
Theorem equilibria_are_attention (N K : nat) (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  equilibrium m x p <->
  (forall i, x i = drive m x p i) /\ (forall mu, p mu = softmax (/ temp m) (score m x) mu).
Proof. exact: AG11.AG11. Qed.

(** AG32: almost all pattern matrices give the pattern back after one alternation. *)
Theorem capacity (K N n : nat) (mu : 'I_K) (sigma T : R) (F : signs N -> {set 'I_N}) :
  0 < sigma -> 0 < T -> (2 * n < N)%N -> (forall s, #|F s| = n) ->
  how_many (fun X : pattern_matrices K N =>
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) (F (X mu)))))
  <= (2 * ((INR K - 1) * Rpower (INR K - 1) (T / (tanh sigma) ^ 2))
      * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N))))
     * how_many (fun _ : pattern_matrices K N => true).
Proof. exact: AG32.AG32. Qed.

(** CG11: beta lambda^2 / (2 eta_min) < 1 makes the retrieval map a contraction. *)
Theorem one_fixed_point (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
  0 < beta m -> is_inverse (gates m) B -> is_least_eig (gates m) eta -> 0 < eta ->
  let kappa := (beta m * (lambda m) ^ 2) / (2 * eta) in
  let Phi := retrieval_map m B in
  kappa < 1 ->
  exists p : vec N,
    (is_interior p /\ Phi p = p) /\
    (forall q, Phi q = q -> q = p) /\
    (forall q, distance (Phi q) p <= kappa * distance q p) /\
    (forall p0,
       converges (fun k => iter k Phi p0) p /\
       (forall k, distance (iter k Phi p0) p <=
                  (kappa ^ k / (1 - kappa)) * distance (Phi p0) p0)).
Proof. exact: CG11.CG11. Qed.

(** CG12: the exact threshold of uniqueness over all drives. *)
Theorem exact_threshold (d N : nat) (Z : mat N d) (B : mat N N) (alpha beta lambda eta : R) :
  let A := gate_matrix Z alpha in
  is_least_eig A eta -> 0 < eta -> is_inverse A B -> 0 < beta ->
  let Phi := fun h p : vec N => softmax beta (fun i => h i + ((lambda ^ 2) * mulmv B p i)) in
  (forall h, exists p, Phi h p = p /\ (forall q, Phi h q = q -> q = p)) <->
  (forall i j, i <> j -> ((beta * (lambda ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= 1).
Proof. exact: CG12.CG12. Qed.
