(** * Modern Hopfield networks and softmax attention

    What a reader must trust for BL2 (arXiv 2008.02217).  The memories are the rows of Z.

    modern_energy b Z x   == -(1/b) ln sum_mu e^{b <z_mu, x>} + 1/2 |x|^2
    modern_update b Z x   == sum_mu softmax(b Z x)_mu z_mu
    attention Q Kk V      == the matrix softmax(Q K^T / sqrt d) V, softmax row by row *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax.

Open Scope R_scope.

Definition modern_energy {n d : nat} (b : R) (Z : mat n d) (x : vec d) : R :=
  - log_sum_exp b (mulmv Z x) + / 2 * dot x x.
Definition modern_update {n d : nat} (b : R) (Z : mat n d) (x : vec d) : vec d :=
  fun i => sum (fun mu => softmax b (mulmv Z x) mu * Z mu i).

Definition attention {q n d e : nat} (Q : mat q d) (Kk : mat n d) (V : mat n e) : mat q e :=
  fun r j => sum (fun mu =>
    softmax 1 (fun nu => sum (fun i => Q r i * Kk nu i) / sqrt (INR d)) mu * V mu j).
