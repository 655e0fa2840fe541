(** * CG12.  The exact threshold of uniqueness

    Let eta > 0 be the least eigenvalue of A(alpha), B its inverse, beta > 0, and for a drive h in R^N
    Phi_h(p) = softmax(beta (h + lambda^2 B p)).  (This is Phi of the model at h = b + lambda B u:
    CG12_drive; as b runs through R^N so does h.)

    CG12          the fixed point of Phi_h exists and is unique for every h if and only if
                  beta lambda^2 max_{i <> j} (B_ii + B_jj - 2 B_ij) / 4 <= 1  (no condition when N = 1).
    CG12_exists   a fixed point exists for every h, whatever lambda.
    CG12_ladder   the three conditions side by side: if <v, B v> <= c |v|^2 whenever sum v = 0 (c may be
                  the largest eigenvalue of P B P), then beta lambda^2 (B_ii + B_jj - 2 B_ij) / 4 is at most
                  beta lambda^2 c / 2; and c = 1 / eta, as in CG11, is always such a c. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect eqtype fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.
From Gatedmem Require lib.ContextClamped lib.ContextToy lib.ContextThreshold.

Open Scope R_scope.

Theorem CG12 (d N : nat) (Z : mat N d) (B : mat N N) (alpha beta lambda eta : R) :
  let A := gate_matrix Z alpha in
  is_least_eig A eta -> 0 < eta -> is_inverse A B -> 0 < beta ->
  let Phi := fun h p : vec N => softmax beta (fun i => h i + ((lambda ^ 2) * mulmv B p i)) in
  (forall h, exists p, Phi h p = p /\ (forall q, Phi h q = q -> q = p)) <->
  (forall i j, i <> j -> ((beta * (lambda ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= 1).
Proof.
move=> A least eta0 iB b0.
exact: (lib.ContextThreshold.threshold A B eta beta lambda (lib.ContextClamped.gate_matrix_sym Z alpha)
  least eta0 iB b0).
Qed.

Theorem CG12_exists (d N : nat) (Z : mat N d) (B : mat N N) (alpha beta lambda eta : R) :
  let A := gate_matrix Z alpha in
  is_least_eig A eta -> 0 < eta -> is_inverse A B -> 0 < beta ->
  let Phi := fun h p : vec N => softmax beta (fun i => h i + ((lambda ^ 2) * mulmv B p i)) in
  forall h, exists p, Phi h p = p.
Proof.
move=> A least eta0 iB b0.
exact: (lib.ContextThreshold.driven_exists A B eta beta lambda (lib.ContextClamped.gate_matrix_sym Z alpha)
  least eta0 iB b0).
Qed.

Theorem CG12_drive (d N : nat) (m : retrieval d N) (B : mat N N) (p : vec N) :
  let h := fun i => evidence m i + (lambda m * mulmv B (gate_input m) i) in
  retrieval_map m B p = softmax (beta m) (fun i => h i + (((lambda m) ^ 2) * mulmv B p i)).
Proof. by []. Qed.

Theorem CG12_ladder (d N : nat) (Z : mat N d) (B : mat N N) (alpha beta lambda eta : R) :
  let A := gate_matrix Z alpha in
  is_least_eig A eta -> 0 < eta -> is_inverse A B -> 0 < beta ->
  (forall c, (forall v, sum v = 0 -> dot v (mulmv B v) <= c * dot v v) ->
     forall i j, i <> j ->
       ((beta * (lambda ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= ((beta * (lambda ^ 2)) * c) / 2) /\
  (forall v, dot v (mulmv B v) <= (/ eta) * dot v v).
Proof.
move=> A least eta0 iB b0; split; last exact: (lib.ContextThreshold.projected_norm A B eta least eta0 iB).
move=> c hc i j ne; have k0 : 0 <= beta * (lambda ^ 2) by apply: Rmult_le_pos; [lra | apply: pow2_ge_0].
have h : (B i i + B j j) - (2 * B i j) <= 2 * c.
  exact: (lib.ContextThreshold.spread_projected A B (lib.ContextClamped.gate_matrix_sym Z alpha) iB c i j ne hc).
by have := Rmult_le_compat_l _ _ _ k0 h; lra.
Qed.

(** All hypotheses at once. *)
Example CG12_witness :
  let A := gate_matrix (memories lib.ContextToy.toy) (/ 2) in
  is_least_eig A (/ 2) /\ 0 < / 2 /\ (exists B, is_inverse A B) /\ 0 < 1.
Proof.
have least := lib.ContextToy.toy_least; split=> //; split; first lra.
by split; [exact: (lib.ContextClamped.gates_inverse lib.ContextToy.toy (/ 2) least ltac:(lra)) | lra].
Qed.
