(** * AG26  Linear score: attention

    With f = Xi^T phi(x) and tau_x dx/dt = - x + Xi p,
    L_lin = - <p, Xi^T phi> + T <p, log p> + sum [x phi - Lambda] obeys, wherever p is interior,
    dL_lin/dt = - tau_x sum phi'(x_i) (dx_i/dt)^2 - tau_p sum (dp_mu/dt)^2/p_mu <= 0, zero exactly at
    equilibria.  Interior equilibria are the fixed points x = Xi softmax(Xi^T phi(x)/T): the
    attention readout, with inverse temperature 1/T.  That map is the modern Hopfield update with
    beta = 1/T at phi(x); with the identity in place of phi it is the modern Hopfield update, and the
    interior equilibria of tau_x dx/dt = - x + Xi p, f = Xi^T x are its fixed points. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Modern.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLinear lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG26 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) :
  positive m -> is_interior (p t) -> linear_follows m x p t ->
  is_derive (fun s => linear_energy m (x s) (p s)) t
    (- (tau_x m * sum (fun i => phi' m (x t i) * (linear_velocity_x m (x t) (p t) i) ^ 2))
     - tau_p m * sum (fun mu => (linear_velocity_p m (x t) (p t) mu) ^ 2 / p t mu)).
Proof. by move=> pos; exact: linear_descent. Qed.

Theorem AG26_equality N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  - (tau_x m * sum (fun i => phi' m (x i) * (linear_velocity_x m x p i) ^ 2))
    - tau_p m * sum (fun mu => (linear_velocity_p m x p mu) ^ 2 / p mu) <= 0 /\
  ((- (tau_x m * sum (fun i => phi' m (x i) * (linear_velocity_x m x p i) ^ 2))
    - tau_p m * sum (fun mu => (linear_velocity_p m x p mu) ^ 2 / p mu) = 0)
   <-> linear_equilibrium m x p).
Proof. by move=> pos; exact: linear_dissipation. Qed.

Theorem AG26_attention N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  linear_equilibrium m x p <->
  (forall i, x i = sum (fun mu => softmax (/ temp m) (overlap m x) mu * pattern m mu i)) /\
  (forall mu, p mu = softmax (/ temp m) (overlap m x) mu).
Proof.
  move=> pos int; rewrite linear_equilibrium_interior //; split=> -[X P]; split=> // i.
    by rewrite X; apply: sum_ext => mu; rewrite P.
  by rewrite X; apply: sum_ext => mu; rewrite -P.
Qed.

Theorem AG26_modern N K (m : memory N K) (x : vec N) : forall i,
  sum (fun mu => softmax (/ temp m) (overlap m x) mu * pattern m mu i)
  = modern_update (/ temp m) (pattern m) (fun j => phi m (x j)) i.
Proof. by move=> i. Qed.

(** The identity in place of phi: overlaps <xi_mu, x>, the same gains and the same readout. *)
Theorem AG26_modern_identity N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p ->
  ((forall i, (- x i + sum (fun mu => p mu * pattern m mu i)) / tau_x m = 0) /\
   (forall mu, replicator m (fun nu => dot (pattern m nu) x) p mu = 0)) <->
  ((forall i, x i = modern_update (/ temp m) (pattern m) x i) /\
   (forall mu, p mu = softmax (/ temp m) (fun nu => dot (pattern m nu) x) mu)).
Proof.
  move=> pos int; have tx := pos_tau_x m pos; have tp := pos_tau_p m pos; have T0 := pos_temp m pos.
  have G := gains_stationary m (fun nu => dot (pattern m nu) x) p predT T0 (Rgt_not_eq _ _ tp) (interior_simplex _ int) _.
  have S mu : softmax (/ temp m) (fun nu => dot (pattern m nu) x) mu
    = exp (dot (pattern m mu) x / temp m) / sum (fun nu => exp (dot (pattern m nu) x / temp m)).
    by rewrite /softmax partition_div /Rdiv; congr (exp _ * _); exact: Rmult_comm.
  have G' : (forall mu, replicator m (fun nu => dot (pattern m nu) x) p mu = 0) <->
    (forall mu, p mu = softmax (/ temp m) (fun nu => dot (pattern m nu) x) mu).
    have [|A B] := G; first by case: int => p0 _ nu; split.
    split=> [H mu|H]; first by rewrite (A H mu erefl) S.
    by apply: B => mu _; rewrite H S.
  have U i : (forall mu, p mu = softmax (/ temp m) (fun nu => dot (pattern m nu) x) mu) ->
    sum (fun mu => p mu * pattern m mu i) = modern_update (/ temp m) (pattern m) x i.
    by move=> H; apply: sum_ext => mu; rewrite H.
  split=> -[X P].
    have P' := proj1 G' P; split=> // i; rewrite -U //.
    have := X i => /Rmult_integral []; first lra.
    by have := Rinv_0_lt_compat _ tx; lra.
  split; last exact: (proj2 G' P).
  by move=> i; rewrite U // -X /Rdiv; ring.
Qed.

(** Through any interior point passes a curve with the flow's velocity there. *)
Example AG26_witness : exists (x : R -> vec 3) (p : R -> vec 2),
  positive (toy 3 2) /\ is_interior (p 0) /\ linear_follows (toy 3 2) x p 0.
Proof.
  exists (fun s i => 1 + s * linear_velocity_x (toy 3 2) (fun _ => 1) (fun _ => / INR 2) i),
      (fun s mu => / INR 2 + s * linear_velocity_p (toy 3 2) (fun _ => 1) (fun _ => / INR 2) mu).
  split; first exact: toy_positive; rewrite !line0; split; first exact: uniform_interior.
  exact: linear_line_follows.
Qed.

(** An interior equilibrium with the identity in place of phi. *)
Example AG26_witness_identity :
  positive (toy 1 1) /\ is_interior (fun _ : 'I_1 => 1) /\
  (forall i, (- 1 + sum (fun mu => 1 * pattern (toy 1 1) mu i)) / tau_x (toy 1 1) = 0) /\
  (forall mu, replicator (toy 1 1) (fun nu => dot (pattern (toy 1 1) nu) (fun _ => 1)) (fun _ => 1) mu = 0).
Proof.
  split; first exact: toy_positive; split; first exact: one_interior.
  split; first by move=> i; rewrite sum_n1 /=; field.
  by move=> mu; rewrite /replicator /dot !sum_n1 (ord1 mu) /=; field.
Qed.
