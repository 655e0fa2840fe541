(** * CG13.  Two memories: the constant is best possible

    N = 2, unit norms, b = u = 0, A(alpha) with least eigenvalue least > 0, B its inverse, and
    1/eta the eigenvalue of B on (1, -1).

    CG13         exactly three fixed points of Phi as soon as beta lambda^2 / (2 eta) > 1.
    CG13_eta     (1, -1) is an eigenvector of A with eigenvalue eta = 1 - alpha G_12, and of B with 1/eta.
    CG13_sharp   if G_12 >= 0 (and alpha >= 0), eta is the least eigenvalue of A, so that
                 beta lambda^2 / (2 eta) is the kappa of CG11: the constant 1 there is best possible.
    CG13_spread  whatever the sign of G_12, beta lambda^2 / (2 eta) is the left-hand side of CG12:
                 for G_12 < 0 it is CG12 that is sharp.
    CG13_strict  for G_12 < 0 and alpha > 0, eta is larger than the least eigenvalue of A: the kappa of
                 CG11 is then larger than beta lambda^2 / (2 eta), and CG11 is not sharp. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.
From Gatedmem Require lib.Sums lib.LinearSpectral lib.ContextClamped lib.ContextToy lib.ContextPair.

Open Scope R_scope.

Theorem CG13 (d : nat) (m : retrieval d 2) (B : mat 2 2) (least eta : R) :
  (forall mu, norm (memories m mu) = 1) -> (forall mu, evidence m mu = 0) -> (forall mu, gate_input m mu = 0) ->
  is_least_eig (gates m) least -> 0 < least -> is_inverse (gates m) B -> 0 < beta m -> eta <> 0 ->
  (forall mu, mulmv B (fun nu => if nu == ord0 then 1 else -1) mu = (/ eta) * (if mu == ord0 then 1 else -1)) ->
  1 < (beta m * ((lambda m) ^ 2)) / (2 * eta) ->
  exists p q o : vec 2, p <> q /\ p <> o /\ q <> o /\
    (forall x, retrieval_map m B x = x <-> (x = p \/ x = q \/ x = o)).
Proof.
move=> _ noB noU _ _ iB b0 e0 ew k1; by apply: (lib.ContextPair.three_fixed m B eta).
Qed.

Theorem CG13_eta (d : nat) (m : retrieval d 2) (B : mat 2 2) (least : R) :
  (forall mu, norm (memories m mu) = 1) ->
  is_least_eig (gates m) least -> 0 < least -> is_inverse (gates m) B ->
  let eta := 1 - (alpha m * gram (memories m) ord0 (lift ord0 ord0)) in
  least <= eta /\
  (forall mu, mulmv (gates m) (fun nu => if nu == ord0 then 1 else -1) mu = eta * (if mu == ord0 then 1 else -1)) /\
  (forall mu, mulmv B (fun nu => if nu == ord0 then 1 else -1) mu = (/ eta) * (if mu == ord0 then 1 else -1)).
Proof. move=> _; exact: (lib.ContextPair.pair_eta m B least). Qed.

Theorem CG13_sharp (d : nat) (m : retrieval d 2) (least : R) :
  is_least_eig (gates m) least -> 0 <= alpha m -> 0 <= gram (memories m) ord0 (lift ord0 ord0) ->
  least = 1 - (alpha m * gram (memories m) ord0 (lift ord0 ord0)).
Proof. exact: lib.ContextPair.pair_least. Qed.

Theorem CG13_strict (d : nat) (m : retrieval d 2) (least : R) :
  is_least_eig (gates m) least -> 0 < alpha m -> gram (memories m) ord0 (lift ord0 ord0) < 0 ->
  least < 1 - (alpha m * gram (memories m) ord0 (lift ord0 ord0)).
Proof. exact: lib.ContextPair.pair_least_strict. Qed.

Theorem CG13_spread (d : nat) (m : retrieval d 2) (B : mat 2 2) (eta : R) :
  is_inverse (gates m) B -> eta <> 0 ->
  (forall mu, mulmv B (fun nu => if nu == ord0 then 1 else -1) mu = (/ eta) * (if mu == ord0 then 1 else -1)) ->
  ((beta m * ((lambda m) ^ 2)) *
     ((B ord0 ord0 + B (lift ord0 ord0) (lift ord0 ord0)) - (2 * B ord0 (lift ord0 ord0)))) / 4
  = (beta m * ((lambda m) ^ 2)) / (2 * eta).
Proof. move=> iB e0 ew; rewrite (lib.ContextPair.pair_spread m B eta); [by field | by [] ..]. Qed.

(** All hypotheses at once: two equal unit memories, alpha = 1/2, lambda = 2, beta = 1, eta = 1/2; then two
    opposite ones, for which G_12 < 0. *)
Example CG13_witness :
  let m := Retrieval 1 2 (fun _ _ => 1) (/ 2) 2 1 1 1 (fun _ => 0) (fun _ => 0) in
  let m' := Retrieval 1 2 (fun mu _ => if mu == ord0 then 1 else -1) (/ 2) 2 1 1 1 (fun _ => 0) (fun _ => 0) in
  (forall mu, norm (memories m mu) = 1) /\ (forall mu, evidence m mu = 0) /\ (forall mu, gate_input m mu = 0) /\
  is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\ 0 < beta m /\ / 2 <> 0 /\ 0 <= alpha m /\
  0 <= gram (memories m) ord0 (lift ord0 ord0) /\
  (exists B, is_inverse (gates m) B /\
     forall mu, mulmv B (fun nu => if nu == ord0 then 1 else -1) mu = (/ / 2) * (if mu == ord0 then 1 else -1)) /\
  1 < (beta m * ((lambda m) ^ 2)) / (2 * / 2) /\
  0 < alpha m' /\ gram (memories m') ord0 (lift ord0 ord0) < 0 /\ (exists l, is_least_eig (gates m') l).
Proof.
move=> m m'; have least : is_least_eig (gates m) (/ 2) := lib.ContextToy.toy_least.
have u mu : norm (memories m mu) = 1 by rewrite /norm /dot lib.Sums.sum_n1 /= Rmult_1_l sqrt_1.
have g : gram (memories m) ord0 (lift ord0 ord0) = 1 by rewrite /gram /dot lib.Sums.sum_n1 /=; ring.
do 3 (split=> //); split=> //; split; first lra; split; first by simpl; lra.
split; first lra; split; first by simpl; lra.
split; first by rewrite g; lra.
have [B iB] := lib.ContextClamped.gates_inverse m (/ 2) least ltac:(lra).
split.
  exists B; split=> //; have [_ [_ h]] := CG13_eta _ m B (/ 2) u least ltac:(lra) iB.
  by move=> mu; rewrite h g /=; congr (/ _ * _); lra.
split; first by simpl; lra.
split; first by simpl; lra.
split; first by rewrite /gram /dot lib.Sums.sum_n1 /=; lra.
apply: lib.LinearSpectral.least_eig_exists => //; exact: lib.ContextClamped.gate_matrix_sym.
Qed.
