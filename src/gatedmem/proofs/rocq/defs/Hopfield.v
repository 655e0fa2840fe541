(** * Hopfield networks: graded and binary

    What a reader must trust for BL1 (PNAS 79 (1982) 2554 and 81 (1984) 3088).

    hopfield N         == weights W, an activation phi with its derivative and a primitive, tau
    regular h          == Lambda' = phi, and phi' > 0 is the derivative of phi; tau > 0
    symmetric W        == W_ij = W_ji
    hopfield_velocity  == (-x + W phi(x)) / tau
    hopfield_follows   == the curve x has this velocity at time t
    hopfield_energy    == - 1/2 phi^T W phi + sum_i [x_i phi(x_i) - Lambda(x_i)]
    binary_energy W s  == - 1/2 s^T W s
    sign_vector s      == every entry of s is +1 or -1
    asynchronous_step W i s s' == neuron i takes the sign of its field (W s)_i (either sign, if the
                          field is 0), and no other neuron changes *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect eqtype fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors.

Open Scope R_scope.

Record hopfield (N : nat) : Type := Hopfield {
  coupling : mat N N;
  activation : R -> R;
  slope : R -> R;
  primitive : R -> R;
  time_constant : R
}.
Arguments coupling {N}. Arguments activation {N}. Arguments slope {N}.
Arguments primitive {N}. Arguments time_constant {N}.

Definition symmetric {n : nat} (W : mat n n) : Prop := forall i j, W i j = W j i.

Section Graded.
Context {N : nat} (h : hopfield N).

Definition regular : Prop :=
  0 < time_constant h /\
  forall a, is_derive (primitive h) a (activation h a) /\
            is_derive (activation h) a (slope h a) /\ 0 < slope h a.
Definition hopfield_velocity (x : vec N) : vec N :=
  fun i => (- x i + mulmv (coupling h) (fun j => activation h (x j)) i) / time_constant h.
Definition hopfield_follows (x : R -> vec N) (t : R) : Prop :=
  forall i, is_derive (fun s => x s i) t (hopfield_velocity (x t) i).
Definition hopfield_energy (x : vec N) : R :=
  - (/ 2 * dot (fun i => activation h (x i)) (mulmv (coupling h) (fun i => activation h (x i))))
  + sum (fun i => x i * activation h (x i) - primitive h (x i)).
End Graded.

Definition sign_vector {n : nat} (s : vec n) : Prop := forall i, s i = 1 \/ s i = -1.
Definition binary_energy {n : nat} (W : mat n n) (s : vec n) : R := - (/ 2 * dot s (mulmv W s)).
Definition asynchronous_step {n : nat} (W : mat n n) (i : 'I_n) (s s' : vec n) : Prop :=
  sign_vector s' /\ 0 <= s' i * mulmv W s i /\ (forall j, j <> i -> s' j = s j).
