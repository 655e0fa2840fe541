(** * CG14.  The reduced energy whose critical points are the fixed points

    eta > 0 is the least eigenvalue of A(alpha), B its inverse, beta > 0, and
    F(p) = - <b + lambda B u, p> - (lambda^2/2) p^T B p + (1/beta) <p, ln p> on the simplex.

    CG14           for p in the interior of the simplex: the derivative of F at p along every w with
                   sum w = 0 is 0, if and only if Phi(p) = p.  And every fixed point is interior.
    CG14_minimum   F is what remains of the clamped energy after minimising over the gates s: with
                   p = softmax (beta r), F(p) - u^T B u / 2 is a lower bound over s, attained at
                   s = B (u + lambda p) and nowhere else.  (Every interior p is such a softmax.)
    CG14_convex    F is strictly convex on the simplex exactly under the condition of CG12. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Context defs.ContextReduced.
From Gatedmem Require lib.Sums lib.ContextClamped lib.ContextToy lib.ContextThreshold lib.ContextReduced.

Open Scope R_scope.

Theorem CG14 (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
  is_least_eig (gates m) eta -> 0 < eta -> is_inverse (gates m) B -> 0 < beta m ->
  (forall p, is_interior p ->
     ((forall w, sum w = 0 -> directional (reduced_energy m B) p w 0) <-> retrieval_map m B p = p)) /\
  (forall p, retrieval_map m B p = p -> is_interior p).
Proof.
move=> least eta0 iB b0; split=> [p|p fp]; first exact: (lib.ContextReduced.critical_iff m B eta).
exact: (lib.ContextReduced.fixed_interior m B eta).
Qed.

Theorem CG14_minimum (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
  is_least_eig (gates m) eta -> 0 < eta -> is_inverse (gates m) B -> 0 < beta m ->
  (forall s r, let p := softmax (beta m) r in
     (reduced_energy m B p - ((/ 2) * dot (gate_input m) (mulmv B (gate_input m))) <= clamped_energy m s r) /\
     (clamped_energy m s r = reduced_energy m B p - ((/ 2) * dot (gate_input m) (mulmv B (gate_input m))) <->
      s = gate_state m B p)) /\
  (forall p : vec N, is_interior p -> exists r, softmax (beta m) r = p).
Proof.
move=> least eta0 iB b0; split; first exact: (lib.ContextReduced.clamped_minimum m B eta).
by move=> p int; eexists; exact: (lib.ContextThreshold.softmax_ln (beta m) b0 p int).
Qed.

Theorem CG14_convex (d N : nat) (m : retrieval d N) (B : mat N N) (eta : R) :
  is_least_eig (gates m) eta -> 0 < eta -> is_inverse (gates m) B -> 0 < beta m ->
  strictly_convex_on is_simplex (reduced_energy m B) <->
  (forall i j, i <> j -> (((beta m) * ((lambda m) ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= 1).
Proof.
move=> least eta0 iB b0; split; first exact: (lib.ContextReduced.convex_only m B iB b0).
exact: (lib.ContextReduced.convex_below m B eta).
Qed.

(** All hypotheses at once: two equal memories in R^1, alpha = lambda = 1/2, eta = 1/2. *)
Example CG14_witness :
  let m := lib.ContextToy.toy in
  is_least_eig (gates m) (/ 2) /\ 0 < / 2 /\ (exists B, is_inverse (gates m) B) /\ 0 < beta m /\
  exists p : vec 2, is_interior p.
Proof.
move=> m; have least := lib.ContextToy.toy_least; split=> //; split; first lra.
split; first exact: (lib.ContextClamped.gates_inverse m (/ 2) least ltac:(lra)).
by split; [simpl; lra | exists (fun _ => / INR 2); exact: lib.Sums.uniform_interior].
Qed.
