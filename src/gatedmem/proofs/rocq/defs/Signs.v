(** * Vectors of signs, and counting them

    What a reader must trust for the statements about independent uniform signs: a
    probability is a number of favourable vectors, divided by the number of all.

    sgn b          == +1 for true, -1 for false
    signs n        == the finite set {-1,+1}^n, 2^n vectors (s i is the i-th sign, as a boolean)
    how_many P     == the number of elements of a finite set with the (decidable) property P
    sign_of a      == the sign of a real number: +1, -1, or 0 at 0 *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun.
From Gatedmem Require Import defs.Vectors.

Open Scope R_scope.

Definition sgn (b : bool) : R := if b then 1 else -1.
Definition signs (n : nat) : Type := {ffun 'I_n -> bool}.
Definition how_many {T : finType} (P : pred T) : R := INR #|P|.
Definition sign_of (a : R) : R :=
  if Rlt_dec 0 a then 1 else if Rlt_dec a 0 then -1 else 0.
Canonical signs_eqType (n : nat) := [eqType of signs n].
Canonical signs_choiceType (n : nat) := [choiceType of signs n].
Canonical signs_countType (n : nat) := [countType of signs n].
Canonical signs_finType (n : nat) := [finType of signs n].
