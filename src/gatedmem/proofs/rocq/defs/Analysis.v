(** * Limits, closed sets and curves in R^n

    What a reader must trust for the groundwork in analysis.

    vsub a b                 == a - b
    distance a b             == Euclidean norm of a - b
    converges x l            == the sequence x_0, x_1, ... of R^n tends to l, entry by entry
    closed_set D             == D holds the limit of every convergent sequence of its points
    adherent D l             == D has points as near to l as one likes
    compact_set D            == D is closed (it holds its adherent points) and bounded
    lipschitz_on L D f       == |f a - f b| <= L |a - b| for a, b in D
    interval lo hi           == the closed interval [lo, hi] as a set of real numbers
    curve_continuous lo hi y == every entry of y is continuous on [lo, hi]
                                (one-sided at the ends, two-sided inside)
    curve_derive y t w       == every entry of y is differentiable at t, with derivative w_i
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
Definition lipschitz_on {m n : nat} (L : R) (D : vec m -> Prop) (f : vec m -> vec n) : Prop :=
  forall a b, D a -> D b -> distance (f a) (f b) <= L * distance a b.

Definition interval (lo hi : R) : R -> Prop := fun t => lo <= t <= hi.
Definition curve_continuous {n : nat} (lo hi : R) (y : R -> vec n) : Prop :=
  forall i, continuous_on (interval lo hi) (fun t => y t i).
Definition curve_derive {n : nat} (y : R -> vec n) (t : R) (w : vec n) : Prop :=
  forall i, is_derive (fun s => y s i) t (w i).

Definition growth (a t : R) : R :=
  match Req_EM_T a 0 with left _ => t | right _ => (exp (a * t) - 1) / a end.
