(** * Retrieval of one pattern of a random matrix, as a count

    What a reader must trust for the capacity statements (a probability over uniform
    independent patterns is a number of matrices divided by the number of all matrices).

    pattern_matrices K N == the finite set of all K x N matrices of signs; X mu is pattern mu
    stored sigma T X     == the memory that holds X (its time constants play no part here)
    cue s F              == the pattern s with the entries in the set F flipped
    gains_first m x      == p := softmax(f(x)/T), then x := W(p) phi(x)
    neurons_first m x    == x := W(1/K) phi(x), the step of the classical Hopfield network
    returns m mu y       == sign_of y is exactly pattern mu *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun finset.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Astrocyte defs.Signs.

Open Scope R_scope.

Definition pattern_matrices (K N : nat) : Type := {ffun 'I_K -> signs N}.
Canonical pattern_matrices_eqType (K N : nat) := [eqType of pattern_matrices K N].
Canonical pattern_matrices_choiceType (K N : nat) := [choiceType of pattern_matrices K N].
Canonical pattern_matrices_countType (K N : nat) := [countType of pattern_matrices K N].
Canonical pattern_matrices_finType (K N : nat) := [finType of pattern_matrices K N].

Definition stored {K N : nat} (sigma T : R) (X : pattern_matrices K N) : memory N K :=
  Memory N K (fun mu i => sgn (X mu i)) sigma T 1 1.
Definition cue {N : nat} (s : signs N) (F : {set 'I_N}) : vec N :=
  fun i => if i \in F then - sgn (s i) else sgn (s i).

Definition gains_first {N K : nat} (m : memory N K) (x : vec N) : vec N :=
  drive m x (gate_target m x).
Definition neurons_first {N K : nat} (m : memory N K) (x : vec N) : vec N :=
  drive m x (fun _ => 1 / INR K).
Definition returns {N K : nat} (m : memory N K) (mu : 'I_K) (y : vec N) : bool :=
  [forall i, Req_EM_T (sign_of (y i)) (pattern m mu i)].
