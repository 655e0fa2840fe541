(** * CG21.  The cost of dropping the feedback

    Let eta > 0 be the least eigenvalue of A(alpha), B its inverse (CG10_inverse) and beta > 0.  Every
    fixed point p of Phi is within beta lambda^2 / (2 eta) of softmax(beta (b + lambda B u)), the
    score without feedback: they agree to first order in lambda. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.ContextClamped lib.ContextToy lib.ContextSteering.

Open Scope R_scope.

Theorem CG21 (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) (p : vec N) :
  0 < beta m -> is_inverse (gates m) B -> is_least_eig (gates m) eta -> 0 < eta ->
  retrieval_map m B p = p ->
  distance p (softmax (beta m) (scores (evidence m) (lambda m) (mulmv B (gate_input m))))
    <= (beta m * (lambda m) ^ 2) / (2 * eta).
Proof. exact: lib.ContextSteering.feedback_error. Qed.

(** All hypotheses at once. *)
Example CG21_witness :
  let m := lib.ContextToy.toy in
  exists (B : mat 2 2) (p : vec 2),
    0 < beta m /\ is_inverse (gates m) B /\ is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\
    retrieval_map m B p = p.
Proof.
have least := lib.ContextToy.toy_least.
have [B iB] := lib.ContextClamped.gates_inverse lib.ContextToy.toy (/ 2) least ltac:(lra).
have [p [[_ fp] _]] := lib.ContextClamped.contraction lib.ContextToy.toy B iB (/ 2) least
  ltac:(lra) ltac:(simpl; lra) ltac:(simpl; lra).
by exists B, p; split; [simpl; lra | split=> //; split=> //; split; [lra |]].
Qed.
