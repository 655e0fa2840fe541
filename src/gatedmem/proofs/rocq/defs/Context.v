(** * Context-gated retrieval, context and query clamped

    What a reader must trust, part 4 (arXiv 2605.10970, equations in brackets).

    gram Z             == G = Z^T Z for memories Z mu in R^d
    competition Z      == W2 = G - diag G
    gate_matrix Z a    == A(alpha) = I + alpha W2
    is_least_eig A e   == e is the smallest eigenvalue of the symmetric matrix A
    is_inverse A B     == A B = B A = I
    is_gap r mu g      == g = r_mu - max_{nu <> mu} r_nu
    scores b l s       == b + l s
    readout Z p        == sum_mu p_mu zeta^mu
    retrieval d N      == memories, constants, and the two clamped inputs
                          u = W1 c (gate_input) and b_mu = <zeta^mu, q> (evidence),
                          which here may be any vectors of R^N
    gates m            == A(alpha) of the memories of m
    gate_velocity      == right-hand side of the flow of the gates s          [2]
    score_velocity     == right-hand side of the flow of the scores r         [3]
    clamped_follows    == the curve (s, r) has these velocities at time t
    clamped_equilibrium == both velocities vanish
    gate_state m B p   == B (u + lambda p)                                    [5]
    score_state m B p  == b + lambda B u + lambda^2 B p                       [5]
    retrieval_map m B  == Phi, p |-> softmax (beta * score_state p)           [6]
                          (B stands for the inverse of A in these three) *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect eqtype fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax.

Open Scope R_scope.

Definition gram {d N : nat} (Z : mat N d) : mat N N := fun mu nu => dot (Z mu) (Z nu).
Definition competition {d N : nat} (Z : mat N d) : mat N N :=
  fun mu nu => if mu == nu then 0 else gram Z mu nu.
Definition gate_matrix {d N : nat} (Z : mat N d) (alpha : R) : mat N N :=
  fun mu nu => kdelta mu nu + alpha * competition Z mu nu.

Definition is_least_eig {n : nat} (A : mat n n) (eta : R) : Prop :=
  (exists v : vec n, 0 < norm v /\ forall i, mulmv A v i = eta * v i) /\
  (forall v : vec n, eta * dot v v <= dot v (mulmv A v)).
Definition is_inverse {n : nat} (A B : mat n n) : Prop :=
  (forall i k, sum (fun j => A i j * B j k) = kdelta i k) /\
  (forall i k, sum (fun j => B i j * A j k) = kdelta i k).

Definition is_gap {n : nat} (r : vec n) (mu : 'I_n) (g : R) : Prop :=
  (forall nu, nu <> mu -> g <= r mu - r nu) /\ (exists nu, nu <> mu /\ g = r mu - r nu).
Definition scores {n : nat} (b : vec n) (l : R) (s : vec n) : vec n := fun mu => b mu + l * s mu.
Definition readout {d N : nat} (Z : mat N d) (p : vec N) : vec d :=
  fun i => sum (fun mu => p mu * Z mu i).

Record retrieval (d N : nat) : Type := Retrieval {
  memories : mat N d;     (* memories mu = zeta^mu, a vector of R^d *)
  alpha : R;              (* strength of the competition between gates *)
  lambda : R;             (* strength of the coupling of gates and retrieval *)
  beta : R;               (* inverse temperature of the softmax *)
  tau_s : R;              (* time constant of the gates *)
  tau_r : R;              (* time constant of the scores *)
  gate_input : vec N;     (* u = W1 c, the clamped context seen by the gates *)
  evidence : vec N        (* b_mu = <zeta^mu, q>, the clamped query *)
}.
Arguments memories {d N}. Arguments alpha {d N}. Arguments lambda {d N}. Arguments beta {d N}.
Arguments tau_s {d N}. Arguments tau_r {d N}. Arguments gate_input {d N}. Arguments evidence {d N}.

Section Model.
Context {d N : nat} (m : retrieval d N).

Definition gates : mat N N := gate_matrix (memories m) (alpha m).

Definition gate_velocity (s r : vec N) : vec N := fun mu =>
  (gate_input m mu - alpha m * mulmv (competition (memories m)) s mu
   + lambda m * softmax (beta m) r mu - s mu) / tau_s m.
Definition score_velocity (s r : vec N) : vec N := fun mu =>
  (lambda m * s mu + evidence m mu - r mu) / tau_r m.

Definition clamped_follows (s r : R -> vec N) (t : R) : Prop :=
  (forall mu, is_derive (fun h => s h mu) t (gate_velocity (s t) (r t) mu)) /\
  (forall mu, is_derive (fun h => r h mu) t (score_velocity (s t) (r t) mu)).
Definition clamped_equilibrium (s r : vec N) : Prop :=
  (forall mu, gate_velocity s r mu = 0) /\ (forall mu, score_velocity s r mu = 0).

Definition gate_state (B : mat N N) (p : vec N) : vec N :=
  mulmv B (fun nu => gate_input m nu + lambda m * p nu).
Definition score_state (B : mat N N) (p : vec N) : vec N := fun mu =>
  evidence m mu + lambda m * mulmv B (gate_input m) mu + (lambda m) ^ 2 * mulmv B p mu.
Definition retrieval_map (B : mat N N) (p : vec N) : vec N := softmax (beta m) (score_state B p).
End Model.
