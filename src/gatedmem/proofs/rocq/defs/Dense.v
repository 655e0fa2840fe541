(** * Dense associative memories

    What a reader must trust for BL3 (Krotov and Hopfield 2016; Demircigil et al. 2017).

    dense_energy F Xi s        == - sum_mu F(<xi_mu, s>)
    set_entry s i a            == the state s with entry i set to a
    energy_step F Xi i s s'    == neuron i takes the sign of
                                  sum_mu [F(<xi_mu, s with +1 at i>) - F(<xi_mu, s with -1 at i>)]
                                  (either sign, if that is 0); no other neuron changes
    field F' Xi s i            == sum_mu xi_mu^i F'(<xi_mu, s>)
    field_step F' Xi s s'      == every neuron, either stays or takes the sign of its field (either
                                  sign, if the field is 0): one neuron, all at once, or any set
    convex_function F F'       == F is convex with derivative F' *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect eqtype fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Hopfield.

Open Scope R_scope.

Section Dense.
Context {K N : nat} (F F' : R -> R) (Xi : mat K N).

Definition dense_energy (s : vec N) : R := - sum (fun mu => F (dot (Xi mu) s)).
Definition set_entry (s : vec N) (i : 'I_N) (a : R) : vec N := fun j => if j == i then a else s j.
Definition energy_step (i : 'I_N) (s s' : vec N) : Prop :=
  sign_vector s' /\
  0 <= s' i * sum (fun mu => F (dot (Xi mu) (set_entry s i 1)) - F (dot (Xi mu) (set_entry s i (-1)))) /\
  (forall j, j <> i -> s' j = s j).
Definition field (s : vec N) : vec N := fun i => sum (fun mu => Xi mu i * F' (dot (Xi mu) s)).
Definition field_step (s s' : vec N) : Prop :=
  sign_vector s' /\ forall i, s' i = s i \/ 0 <= s' i * field s i.
Definition convex_function : Prop :=
  (forall a, is_derive F a (F' a)) /\
  (forall a b t, 0 <= t <= 1 -> F (t * a + (1 - t) * b) <= t * F a + (1 - t) * F b).
End Dense.
