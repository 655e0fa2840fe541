(** * GW1.  Banach's fixed-point theorem in R^n

    Let D be a nonempty closed set of R^n and f a map of D into itself which shrinks distances by
    a factor kappa < 1.  Then f has exactly one fixed point p in D; from every start x in D the
    iterates x, f x, f (f x), ... converge to p; and the k-th of them is within
    kappa^k / (1 - kappa) * |f x - x| of p.  (x_k is [iter k f x], x_1 = f x.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require lib.Sums lib.Banach.

Open Scope R_scope.

Theorem GW1 (n : nat) (D : vec n -> Prop) (f : vec n -> vec n) (kappa : R) :
  0 <= kappa < 1 ->
  (exists x, D x) ->
  closed_set D ->
  (forall x, D x -> D (f x)) ->
  lipschitz_on kappa D f ->
  exists p : vec n,
    (D p /\ f p = p) /\
    (forall q, D q -> f q = q -> q = p) /\
    (forall x, D x ->
       converges (fun k => iter k f x) p /\
       (forall k, distance (iter k f x) p <= (kappa ^ k / (1 - kappa)) * distance (f x) x)).
Proof. exact: lib.Banach.banach. Qed.

(** All hypotheses at once: halving, on the whole of R^n, for every n. *)
Example GW1_witness (n : nat) :
  let D := fun _ : vec n => True in
  let f := fun (x : vec n) i => / 2 * x i in
  0 <= / 2 < 1 /\ (exists x, D x) /\ closed_set D /\ (forall x, D x -> D (f x)) /\
  lipschitz_on (/ 2) D f.
Proof.
split; first lra; split; first by exists (fun _ => 0).
do 2 split => //; move=> a b _ _; right; rewrite /distance.
rewrite -[/ 2 in RHS]Rabs_pos_eq; last lra.
by rewrite -lib.Sums.norm_scal; apply: lib.Sums.norm_ext => i; rewrite /vsub; ring.
Qed.
