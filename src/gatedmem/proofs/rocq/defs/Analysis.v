(** * Limits, closed sets, curves and eigenvectors in R^n

    What a reader must trust for the groundwork in analysis.

    vsub a b                 == a - b
    distance a b             == Euclidean norm of a - b
    converges x l            == the sequence x_0, x_1, ... of R^n tends to l, entry by entry
    closed_set D             == D holds the limit of every convergent sequence of its points
    adherent D l             == D has points as near to l as one likes
    compact_set D            == D is closed (it holds its adherent points) and bounded
    near rho D x             == x is nearer than rho to some point of D
    lipschitz_on L D f       == |f a - f b| <= L |a - b| for a, b in D
    interval lo hi           == the closed interval [lo, hi] as a set of real numbers
    curve_continuous lo hi y == every entry of y is continuous on [lo, hi]
                                (one-sided at the ends, two-sided inside)
    curve_derive y t w       == every entry of y is differentiable at t, with derivative w_i
    orbit v y                == y solves y' = v(y) on [0, oo) (at 0 the two-sided derivative)
    confined C rho v         == no solution leaves C: y' = v(y) on (0, T), y continuous on [0, T],
                                y(0) in C and y nearer than rho to C on (0, T) give y in C on [0, T]
    limit_point y w          == y(t) is near w at arbitrarily late times
    continuous_over D f      == f, seen on D only, is continuous at every point of D
    eigenbasis A q e         == q_0, ..., q_{n-1} are orthonormal and A q_k = e_k q_k
    growth a t               == int_0^t e^{a s} ds = (e^{a t} - 1) / a, read as t when a = 0 *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors.

Open Scope R_scope.

Definition vsub {n : nat} (a b : vec n) : vec n := fun i => a i - b i.
Definition distance {n : nat} (a b : vec n) : R := norm (vsub a b).

Definition converges {n : nat} (x : nat -> vec n) (l : vec n) : Prop :=
  forall i, is_lim_seq (fun k => x k i) (l i).
Definition closed_set {n : nat} (D : vec n -> Prop) : Prop :=
  forall (x : nat -> vec n) (l : vec n), (forall k, D (x k)) -> converges x l -> D l.
Definition adherent {n : nat} (D : vec n -> Prop) (l : vec n) : Prop :=
  forall eps, 0 < eps -> exists x, D x /\ distance x l < eps.
Definition compact_set {n : nat} (D : vec n -> Prop) : Prop :=
  (forall l, adherent D l -> D l) /\ (exists M, forall x, D x -> norm x <= M).
Definition near {n : nat} (rho : R) (D : vec n -> Prop) (x : vec n) : Prop :=
  exists c, D c /\ distance x c < rho.
Definition lipschitz_on {m n : nat} (L : R) (D : vec m -> Prop) (f : vec m -> vec n) : Prop :=
  forall a b, D a -> D b -> distance (f a) (f b) <= L * distance a b.

Definition interval (lo hi : R) : R -> Prop := fun t => lo <= t <= hi.
Definition curve_continuous {n : nat} (lo hi : R) (y : R -> vec n) : Prop :=
  forall i, continuous_on (interval lo hi) (fun t => y t i).
Definition curve_derive {n : nat} (y : R -> vec n) (t : R) (w : vec n) : Prop :=
  forall i, is_derive (fun s => y s i) t (w i).
Definition orbit {n : nat} (v : vec n -> vec n) (y : R -> vec n) : Prop :=
  forall t, 0 <= t -> curve_derive y t (v (y t)).
Definition confined {n : nat} (C : vec n -> Prop) (rho : R) (v : vec n -> vec n) : Prop :=
  forall (y : R -> vec n) (T : R),
    0 < T -> curve_continuous 0 T y -> C (y 0) ->
    (forall t, 0 < t < T -> near rho C (y t) /\ curve_derive y t (v (y t))) ->
    forall t, 0 <= t <= T -> C (y t).
Definition limit_point {n : nat} (y : R -> vec n) (w : vec n) : Prop :=
  forall eps T, 0 < eps -> exists t, T < t /\ distance (y t) w < eps.
Definition continuous_over {n : nat} (D : vec n -> Prop) (f : vec n -> R) : Prop :=
  forall x, D x -> forall eps, 0 < eps -> exists delta, 0 < delta /\
    forall z, D z -> distance z x < delta -> Rabs (f z - f x) < eps.

Definition eigenbasis {n : nat} (A q : mat n n) (e : vec n) : Prop :=
  (forall k l, dot (q k) (q l) = kdelta k l) /\ (forall k i, mulmv A (q k) i = e k * q k i).

Definition growth (a t : R) : R :=
  match Req_EM_T a 0 with left _ => t | right _ => (exp (a * t) - 1) / a end.
