(** * CG10.  Fixed points of the clamped system are the fixed points of Phi

    Let B be the inverse of A(alpha).  If (s, r) is an equilibrium of the clamped flow [2], [3],
    then p = softmax(beta r) is a fixed point of Phi(p) = softmax(beta (b + lambda B u + lambda^2 B p)),
    and s = B (u + lambda p), r = b + lambda B u + lambda^2 B p.  If p is a fixed point of Phi, then
    these s and r are an equilibrium, and softmax(beta r) = p.  So (s, r) |-> softmax(beta r) is a
    bijection between equilibria and fixed points, with the inverse p |-> (s, r) [5, 6].

    CG10_inverse: if the least eigenvalue of A(alpha) is positive, A(alpha) has an inverse, and only one.

    Nothing is asked of the signs of alpha, lambda and beta. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.
From Gatedmem Require lib.LinearInverse lib.ContextClamped lib.ContextToy.

Open Scope R_scope.

Theorem CG10 (d N : nat) (m : retrieval d N) (B : mat N N) :
  0 < tau_s m -> 0 < tau_r m -> is_inverse (gates m) B ->
  (forall s r : vec N, clamped_equilibrium m s r ->
     let p := softmax (beta m) r in
     retrieval_map m B p = p /\ s = gate_state m B p /\ r = score_state m B p) /\
  (forall p : vec N, retrieval_map m B p = p ->
     clamped_equilibrium m (gate_state m B p) (score_state m B p) /\
     softmax (beta m) (score_state m B p) = p).
Proof.
move=> ts tr iB; split=> [s r e p | p fp]; last first.
  by split=> //; apply: lib.ContextClamped.fixed_equilibrium.
have [es er] := lib.ContextClamped.equilibrium_fixed m B iB s r
  (Rgt_not_eq _ _ ts) (Rgt_not_eq _ _ tr) e.
by split=> //; rewrite /retrieval_map -er.
Qed.

Theorem CG10_inverse (d N : nat) (m : retrieval d N) (eta : R) :
  is_least_eig (gates m) eta -> 0 < eta ->
  exists B, is_inverse (gates m) B /\ (forall C, is_inverse (gates m) C -> C = B).
Proof.
move=> least eta0; have [B iB] := lib.ContextClamped.gates_inverse m eta least eta0.
by exists B; split=> // C iC; apply: (lib.LinearInverse.inverse_unique (gates m)).
Qed.

(** All hypotheses at once, with an equilibrium and so a fixed point to speak of. *)
Example CG10_witness :
  let m := lib.ContextToy.toy in
  0 < tau_s m /\ 0 < tau_r m /\ is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\
  (exists B, is_inverse (gates m) B) /\ (exists s r, clamped_equilibrium m s r).
Proof.
have least := lib.ContextToy.toy_least.
have [B [iB _]] := CG10_inverse _ _ lib.ContextToy.toy (/ 2) least ltac:(lra).
have [s [r [e _]]] := lib.ContextClamped.one_equilibrium lib.ContextToy.toy (/ 2)
  ltac:(simpl; lra) ltac:(simpl; lra) ltac:(simpl; lra) least ltac:(lra) ltac:(simpl; lra).
do 3 (split; first by simpl; lra || exact: least).
by split; first lra; split; [exists B | exists s, r].
Qed.
