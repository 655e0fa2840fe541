(** * Retrieval errors

    What a reader must trust for AG17 and AG30 (arXiv 2604.25481, equations in brackets).

    sign_vec s          == the pattern s as a vector of +1 and -1
    sign_error s x      == 1/2 sum_i |s_i - sign x_i|      [15]
    soft_error m s x    == 1/2 sum_i |s_i - phi(x_i)|      [13]
    with_tau_x m tau    == the memory m with another time constant of the neurons *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect fintype finfun.
From Gatedmem Require Import defs.Vectors defs.Astrocyte defs.Signs.

Open Scope R_scope.

Definition sign_vec {N : nat} (s : signs N) : vec N := fun i => sgn (s i).
Definition sign_error {N : nat} (s x : vec N) : R :=
  / 2 * sum (fun i => Rabs (s i - sign_of (x i))).
Definition soft_error {N K : nat} (m : memory N K) (s x : vec N) : R :=
  / 2 * sum (fun i => Rabs (s i - phi m (x i))).
Definition with_tau_x {N K : nat} (m : memory N K) (tau : R) : memory N K :=
  Memory N K (pattern m) (sigma m) (temp m) tau (tau_p m).
