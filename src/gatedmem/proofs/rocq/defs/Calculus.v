(** * Derivatives and continuity, as used in the statements

    directional F v w d  == the derivative of F at v along w is d
    partial F v i d      == the partial derivative of F in coordinate i at v is d
    continuous_from0 f   == f is continuous on [0, oo) *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors.

Open Scope R_scope.

Definition directional {n : nat} (F : vec n -> R) (v w : vec n) (d : R) : Prop :=
  is_derive (fun h : R => F (fun j => v j + h * w j)) 0 d.
Definition partial {n : nat} (F : vec n -> R) (v : vec n) (i : 'I_n) (d : R) : Prop :=
  directional F v (kdelta i) d.

Definition continuous_from0 (f : R -> R) : Prop :=
  forall t, 0 <= t -> forall eps, 0 < eps ->
  exists delta, 0 < delta /\
    forall s, 0 <= s -> Rabs (s - t) < delta -> Rabs (f s - f t) < eps.
