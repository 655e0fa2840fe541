(** * CG11.  Exactly one fixed point, reached from everywhere at a geometric rate

    Let eta > 0 be the least eigenvalue of A(alpha), B its inverse (CG10_inverse), beta > 0, and
    kappa = beta lambda^2 / (2 eta) < 1.  Then Phi has exactly one fixed point p, an interior point
    of the simplex; every step p_{k+1} = Phi(p_k), from any start p_0 in R^N, is by the factor
    kappa nearer to it; p_k converges to p; and the error after k steps is at most
    kappa^k / (1 - kappa) * |p_1 - p_0|.  (p_k is [iter k Phi p_0].)

    CG11_equilibrium: so the clamped system has exactly one equilibrium (s, r). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.ContextClamped lib.ContextToy.

Open Scope R_scope.

Theorem CG11 (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
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
Proof. move=> b0 iB least eta0; exact: (lib.ContextClamped.contraction m B iB eta least eta0 b0). Qed.

Theorem CG11_equilibrium (d N : nat) (m : retrieval d N) (eta : R) :
  0 < beta m -> 0 < tau_s m -> 0 < tau_r m -> is_least_eig (gates m) eta -> 0 < eta ->
  (beta m * (lambda m) ^ 2) / (2 * eta) < 1 ->
  exists s r : vec N,
    clamped_equilibrium m s r /\
    (forall s' r', clamped_equilibrium m s' r' -> s' = s /\ r' = r).
Proof.
move=> b0 ts tr; apply: lib.ContextClamped.one_equilibrium => //; exact: Rgt_not_eq.
Qed.

(** All hypotheses at once. *)
Example CG11_witness :
  let m := lib.ContextToy.toy in
  0 < beta m /\ 0 < tau_s m /\ 0 < tau_r m /\ is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\
  (exists B, is_inverse (gates m) B) /\ (beta m * (lambda m) ^ 2) / (2 * / 2) < 1.
Proof.
have least := lib.ContextToy.toy_least.
have [B iB] := lib.ContextClamped.gates_inverse lib.ContextToy.toy (/ 2) least ltac:(lra).
do 4 (split; first by simpl; lra || exact: least).
by split; first lra; split; [exists B | simpl; lra].
Qed.
