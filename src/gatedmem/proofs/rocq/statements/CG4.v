(** * CG4.  When the clamped energy is bounded below

    Context and query clamped: A = A(alpha) = I + alpha W2 and u = W1 c; the energy is a function of the
    gates s and the scores r, beta > 0.

    CG4            bounded below if <v, A v> > 0 for all v other than 0; unbounded below if A has a
                   negative eigenvalue.
    CG4_uncoupled  A positive semidefinite and singular, lambda = 0: bounded below exactly when u is
                   orthogonal to ker A.
    CG4_coupled    A positive semidefinite and singular, lambda > 0: bounded below exactly when
                   ker A = span(1) and <1, u> = - lambda.
    CG4_example    N = 2, zeta^1 of norm 1, zeta^2 = - zeta^1, alpha = 1: A is positive semidefinite,
                   ker A = span(1), and for lambda > 0 the energy is bounded below exactly when
                   u_1 + u_2 = - lambda.
    CG4_exact      the three cases in one, for every A and lambda (N > 0): bounded below exactly when A is
                   positive semidefinite and <v, u + lambda p> = 0 for all v in ker A and all interior
                   points p of the simplex. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context defs.ContextReduced.
From Gatedmem Require lib.Sums lib.ContextToy lib.BoundedEnergy.

Open Scope R_scope.

Theorem CG4 (d N : nat) (m : retrieval d N) :
  0 < beta m ->
  ((forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gates m) v)) ->
     exists k, forall s r, k <= clamped_energy m s r) /\
  ((exists (eta : R) (v : vec N), eta < 0 /\ (exists i, v i <> 0) /\ forall i, mulmv (gates m) v i = eta * v i) ->
     forall k, exists s r, clamped_energy m s r < k).
Proof.
move=> b0; split; first exact: lib.BoundedEnergy.clamped_definite.
by move=> [eta [v [e0 [v0 ev]]]]; exact: (lib.BoundedEnergy.clamped_negative m eta v).
Qed.

Theorem CG4_uncoupled (d N : nat) (m : retrieval d N) :
  0 < beta m -> (forall v, 0 <= dot v (mulmv (gates m) v)) ->
  (exists v : vec N, (exists i, v i <> 0) /\ forall i, mulmv (gates m) v i = 0) ->
  lambda m = 0 ->
  (exists k, forall s r, k <= clamped_energy m s r) <->
  (forall v, (forall i, mulmv (gates m) v i = 0) -> dot (gate_input m) v = 0).
Proof.
move=> b0 pos [v [[i _] _]] l0; have N0 : (0 < N)%N by apply: leq_ltn_trans (ltn_ord i).
rewrite (lib.BoundedEnergy.clamped_bounded m b0 N0); exact: lib.BoundedEnergy.balanced_zero.
Qed.

Theorem CG4_coupled (d N : nat) (m : retrieval d N) :
  0 < beta m -> (forall v, 0 <= dot v (mulmv (gates m) v)) ->
  (exists v : vec N, (exists i, v i <> 0) /\ forall i, mulmv (gates m) v i = 0) ->
  0 < lambda m ->
  (exists k, forall s r, k <= clamped_energy m s r) <->
  ((forall v, (forall i, mulmv (gates m) v i = 0) <-> (exists c, forall i, v i = c)) /\
   sum (gate_input m) = - lambda m).
Proof.
move=> b0 pos singular l0; have [v [[i _] _]] := singular.
have N0 : (0 < N)%N by apply: leq_ltn_trans (ltn_ord i).
rewrite (lib.BoundedEnergy.clamped_bounded m b0 N0); exact: lib.BoundedEnergy.balanced_coupled.
Qed.

Theorem CG4_example (d : nat) (m : retrieval d 2) (zeta : vec d) :
  norm zeta = 1 -> memories m ord0 = zeta -> memories m (lift ord0 ord0) = (fun i => - zeta i) -> alpha m = 1 ->
  (forall v, 0 <= dot v (mulmv (gates m) v)) /\
  (forall v, (forall i, mulmv (gates m) v i = 0) <-> (exists c, forall i, v i = c)) /\
  (0 < beta m -> 0 < lambda m ->
     (exists k, forall s r, k <= clamped_energy m s r) <->
     gate_input m ord0 + gate_input m (lift ord0 ord0) = - lambda m).
Proof.
move=> unit first second one.
have pos := lib.BoundedEnergy.opposite_pos m zeta unit one first second.
have ker := lib.BoundedEnergy.opposite_kernel m zeta unit one first second.
split=> //; split=> // b0 l0; rewrite -lib.Sums.sum_n2.
rewrite CG4_coupled //; first by split=> [[]|].
exists (fun _ => 1); split; first by exists ord0; lra.
by apply/ker; exists 1.
Qed.

Theorem CG4_exact (d N : nat) (m : retrieval d N) :
  0 < beta m -> (0 < N)%N ->
  (exists k, forall s r, k <= clamped_energy m s r) <->
  ((forall v, 0 <= dot v (mulmv (gates m) v)) /\
   (forall v p : vec N, (forall i, mulmv (gates m) v i = 0) -> is_interior p ->
      dot v (fun i => gate_input m i + (lambda m * p i)) = 0)).
Proof. move=> b0 N0; exact: lib.BoundedEnergy.clamped_bounded. Qed.

(** All hypotheses at once: two memories 1 and -1 in R^1, alpha = 1, u = (-1, 0) with lambda = 1 (bounded
    below) or lambda = 0 (unbounded); a definite A at alpha = 1/2; and a negative eigenvalue at alpha = 2. *)
Example CG4_witness :
  let Z := (fun mu _ => if mu == ord0 then 1 else -1) : mat 2 1 in
  let u := fun mu : 'I_2 => if mu == ord0 then -1 else 0 in
  let m := fun a l => Retrieval 1 2 Z a l 1 1 1 u (fun _ => 0) in
  0 < beta (m 1 1) /\ (0 < 2)%N /\ 0 < lambda (m 1 1) /\ lambda (m 1 0) = 0 /\
  (norm (Z ord0) = 1 /\ Z (lift ord0 ord0) = (fun i => - Z ord0 i) /\ alpha (m 1 1) = 1) /\
  (forall v, 0 <= dot v (mulmv (gates (m 1 1)) v)) /\
  (exists v : vec 2, (exists i, v i <> 0) /\ forall i, mulmv (gates (m 1 1)) v i = 0) /\
  (exists k, forall s r, k <= clamped_energy (m 1 1) s r) /\
  ~ (exists k, forall s r, k <= clamped_energy (m 1 0) s r) /\
  (forall v : vec 2, (exists i, v i <> 0) -> 0 < dot v (mulmv (gates (m (/ 2) 1)) v)) /\
  (exists (eta : R) (v : vec 2), eta < 0 /\ (exists i, v i <> 0) /\
     forall i, mulmv (gates (m 2 1)) v i = eta * v i).
Proof.
move=> Z u m.
have opposite : Z (lift ord0 ord0) = (fun i => - Z ord0 i) by rewrite /Z /=.
have unit : norm (Z ord0) = 1 by rewrite /norm /dot lib.Sums.sum_n1 /Z eqxx Rmult_1_r sqrt_1.
have ex l := CG4_example 1 (m 1 l) (Z ord0) unit erefl opposite erefl.
have [pos [ker _]] := ex 1.
have sing l : exists v : vec 2, (exists i, v i <> 0) /\ forall i, mulmv (gates (m 1 l)) v i = 0.
  by exists (fun _ => 1); split; [exists ord0; lra | apply/(proj1 (proj2 (ex l))); exists 1].
have val a l (v : vec 2) :
    mulmv (gates (m a l)) v ord0 = v ord0 - a * v (lift ord0 ord0) /\
    mulmv (gates (m a l)) v (lift ord0 ord0) = v (lift ord0 ord0) - a * v ord0.
  rewrite /mulmv !lib.Sums.sum_n2 /gates /gate_matrix /competition /gram /dot !lib.Sums.sum_n1 /kdelta /m /Z /=.
  by split; ring.
do 2 (split; first by simpl; lra || done); do 2 (split; first by simpl; lra).
split; first by [].
split; first exact: pos.
split; first exact: sing.
split; first by apply/(proj2 (proj2 (ex 1)) ltac:(simpl; lra) ltac:(simpl; lra)); rewrite /m /u /=; lra.
split.
  move/(CG4_uncoupled 1 2 (m 1 0) ltac:(simpl; lra) (proj1 (ex 0)) (sing 0) erefl) => h.
  have k : forall i, mulmv (gates (m 1 0)) (fun _ => 1) i = 0 by apply/(proj1 (proj2 (ex 0))); exists 1.
  by have := h _ k; rewrite /dot lib.Sums.sum_n2 /m /u /=; lra.
split.
  move=> v [i vi]; have [e0 e1] := val (/ 2) 1 v; rewrite /dot lib.Sums.sum_n2 e0 e1.
  have h := lib.Sums.dot_gt0 v i vi; rewrite /dot lib.Sums.sum_n2 in h.
  by have := pow2_ge_0 (v ord0 - v (lift ord0 ord0)); nra.
exists (-1), (fun _ => 1); split; first lra.
split; first by exists ord0; lra.
by move=> i; have [e0 e1] := val 2 1 (fun _ => 1); case: (lib.ContextToy.ord2 i) => ->; rewrite ?e0 ?e1; ring.
Qed.
