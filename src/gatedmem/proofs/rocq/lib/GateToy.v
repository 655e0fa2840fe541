(** A memory on which everything said about the gates above criticality can be seen: two pairs of equal unit
    vectors in R^2.  The modes are the four Walsh vectors; two of them are critical. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require Import lib.Sums lib.LinearSpectral lib.ContextClamped lib.ContextSpectrum lib.GateModes.

Open Scope R_scope.

Lemma sum_n4 (a : vec 4) : sum a =
  a ord0 + (a (lift ord0 ord0) + (a (lift ord0 (lift ord0 ord0)) + a (lift ord0 (lift ord0 (lift ord0 ord0))))).
Proof. by rewrite sum_recl sum_recl sum_n2. Qed.

Lemma ord4 (i : 'I_4) : [\/ i = ord0, i = lift ord0 ord0, i = lift ord0 (lift ord0 ord0) |
  i = lift ord0 (lift ord0 (lift ord0 ord0))].
Proof.
case: i => -[|[|[|[|//]]]] h; [apply: Or41 | apply: Or42 | apply: Or43 | apply: Or44]; exact: val_inj.
Qed.

(** A symmetric matrix, one of its eigenbases, the least of its eigenvalues. *)
Lemma least_of_basis {n} (A q : mat n n) (e : vec n) (eta : R) k : (forall i j, A i j = A j i) ->
  eigenbasis A q e -> e k = eta -> (forall l, eta <= e l) -> is_least_eig A eta.
Proof.
move=> sym b ek le; split; last by move=> v; apply: (rayleigh_lower A q e b sym).
by exists (q k); rewrite -ek; apply: (mode_eigen A q e b k).
Qed.

Definition walsh (k i : nat) : R :=
  match k, i with
  | 1%nat, 1%nat | 1%nat, 3%nat | 2%nat, 2%nat | 2%nat, 3%nat | 3%nat, 1%nat | 3%nat, 2%nat => -1
  | _, _ => 1
  end.

Definition pairs_memories : mat 4 2 := fun mu j => if j == ord0 then 5 / 13 else 12 / 13 * walsh 3 mu.
Definition walsh_modes : mat 4 4 := fun k i => walsh k i / 2.
Definition pairs_spectrum : vec 4 := fun k => match nat_of_ord k with 0%nat => 100 / 169 | 3%nat => 576 / 169 | _ => 0 end.

Lemma pairs_gram mu nu : gram pairs_memories mu nu = (25 + 144 * (walsh 3 mu * walsh 3 nu)) / 169.
Proof. by rewrite /gram /dot sum_n2 /pairs_memories /=; field. Qed.

Lemma pairs_unit mu : norm (pairs_memories mu) = 1.
Proof.
rewrite /norm -/(gram _ mu mu) pairs_gram -sqrt_1; congr sqrt.
by case: (ord4 mu) => -> /=; field.
Qed.

Lemma walsh_basis : eigenbasis (gram pairs_memories) walsh_modes pairs_spectrum.
Proof.
split=> [k l|k i].
  rewrite /dot sum_n4 /walsh_modes /kdelta.
  by case: (ord4 k) => ->; case: (ord4 l) => ->; rewrite /=; field.
rewrite /mulmv sum_n4 !pairs_gram /walsh_modes /pairs_spectrum.
by case: (ord4 k) => ->; case: (ord4 i) => ->; rewrite /=; field.
Qed.

(** Drive and start along the sum of two Walsh vectors, (1, 0, 0, -1). *)
Definition tip : vec 4 := fun i => match nat_of_ord i with 0%nat => 1 | 3%nat => -1 | _ => 0 end.

Lemma dot_tip k : dot (walsh_modes k) tip = match nat_of_ord k with 1%nat | 2%nat => 1 | _ => 0 end.
Proof. by rewrite /dot sum_n4 /walsh_modes /tip; case: (ord4 k) => -> /=; field. Qed.

Definition pairs (a b : R) : retrieval 2 4 :=
  Retrieval 2 4 pairs_memories a 0 b 1 1 (fun i => / 8 * tip i) (fun _ => 0).

Definition pairs_rates (a : R) : vec 4 := fun k => 1 - a * (1 - pairs_spectrum k).

Lemma pairs_basis a b : eigenbasis (gates (pairs a b)) walsh_modes (pairs_rates a).
Proof.
apply: eigen_unit => [mu|]; last exact: walsh_basis.
by rewrite -norm_sq pairs_unit; ring.
Qed.

Lemma pairs_least a b : 0 <= a -> is_least_eig (gates (pairs a b)) (1 - a).
Proof.
move=> a0; apply: (least_of_basis _ walsh_modes (pairs_rates a) _ (lift ord0 ord0)).
- by move=> i j; apply: gate_matrix_sym.
- exact: pairs_basis.
- by rewrite /pairs_rates /pairs_spectrum /=; ring.
- by move=> k; rewrite /pairs_rates /pairs_spectrum; case: (ord4 k) => -> /=; lra.
Qed.

(** The critical modes of the pairs are the second and the third. *)
Lemma pairs_critical a k : a <> 0 ->
  pairs_rates a k = 1 - a <-> (nat_of_ord k = 1%nat \/ nat_of_ord k = 2%nat).
Proof.
move=> a0; rewrite /pairs_rates /pairs_spectrum; case: (ord4 k) => -> /=; split=> h; try lra; try tauto; try nra.
all: by case: h.
Qed.

Lemma tip_part a i : a <> 0 -> critical_part walsh_modes (pairs_rates a) (1 - a) tip i = tip i.
Proof.
move=> a0; rewrite /critical_part (sum_ext _ (fun k =>
    match nat_of_ord k with 1%nat | 2%nat => walsh_modes k i | _ => 0 end)); last first.
  move=> k; case: Req_EM_T => [h|ne] /=.
    by have := proj1 (pairs_critical a k a0) h; rewrite dot_tip; case: (ord4 k) => -> /= [] //; rewrite Rmult_1_l.
  have := fun h => ne (proj2 (pairs_critical a k a0) h).
  by case: (ord4 k) => -> /= no //; case: no; tauto.
by rewrite sum_n4 /walsh_modes /tip; case: (ord4 i) => -> /=; field.
Qed.

(** Two opposite memories in R^1: here the critical eigenspace is spanned by (1, 1). *)
Definition opposite_memories : mat 2 1 := fun mu _ => if mu == ord0 then 1 else -1.
Definition opposite : retrieval 1 2 := Retrieval 1 2 opposite_memories 2 0 1 1 1 (fun i => if i == ord0 then 1 else 0) (fun _ => 0).
Definition opposite_modes : mat 2 2 := fun k i => / sqrt 2 * (if k == ord0 then 1 else if i == ord0 then 1 else -1).
Definition opposite_rates : vec 2 := fun k => if k == ord0 then -1 else 3.

Lemma mulmv_opposite (v : vec 2) i : mulmv (gates opposite) v i =
  if i == ord0 then v ord0 - 2 * v (lift ord0 ord0) else v (lift ord0 ord0) - 2 * v ord0.
Proof.
rewrite /mulmv /gates /gate_matrix /competition /gram /dot /kdelta !sum_n2 !sum_n1 /= /opposite_memories /=.
case: i => -[|[|//]] h /=; ring.
Qed.

Lemma opposite_basis : eigenbasis (gates opposite) opposite_modes opposite_rates.
Proof.
have two := sqrt_sqrt 2 ltac:(lra); have s0 := sqrt_lt_R0 2 ltac:(lra).
have half : / sqrt 2 * / sqrt 2 = / 2 by rewrite -Rinv_mult two; lra.
split=> [k l|k i].
  rewrite /dot sum_n2 /opposite_modes /kdelta /=.
  by case: k => -[|[|//]] h; case: l => -[|[|//]] h' /=; rewrite -?(Rmult_assoc); nra.
rewrite mulmv_opposite /opposite_modes /opposite_rates.
by case: k => -[|[|//]] h; case: i => -[|[|//]] h' /=; ring.
Qed.

Lemma opposite_least : is_least_eig (gates opposite) (-1).
Proof.
apply: (least_of_basis _ opposite_modes opposite_rates _ ord0); try by [].
- by move=> i j; apply: gate_matrix_sym.
- exact: opposite_basis.
- by move=> k; rewrite /opposite_rates; case: (k == ord0); lra.
Qed.

Lemma opposite_flat v : (forall i, mulmv (gates opposite) v i = -1 * v i) <-> (forall i j, v i = v j).
Proof.
split=> [h|h i]; last first.
  by rewrite mulmv_opposite; case: (i == ord0); rewrite (h i ord0) (h (lift ord0 ord0) ord0); ring.
have e0 : v (lift ord0 ord0) = v ord0 by have := h ord0; rewrite mulmv_opposite /=; lra.
have all (k : 'I_2) : v k = v ord0.
  by case: (unliftP ord0 k) => [l|] -> //; rewrite (ord1 l).
by move=> i j; rewrite (all i) (all j).
Qed.

Lemma tip_gap c : 0 < c -> is_gap (fun i => c * tip i) ord0 c.
Proof.
move=> c0; split=> [nu ne|]; last by exists (lift ord0 ord0); split=> //; rewrite /tip /=; ring.
by case: (ord4 nu) ne => -> ne; rewrite /tip /=; first (by case: ne); lra.
Qed.

(** From the state (1, 0, 0, -1), with the drive (1, 0, 0, -1) / 8. *)
Lemma pairs_part a b : 1 < a -> forall i,
  critical_part walsh_modes (pairs_rates a) (1 - a)
    (fun i => tip i + gate_input (pairs a b) i / - (1 - a)) i = (1 + / (8 * (a - 1))) * tip i.
Proof.
move=> a1 i; rewrite (critical_ext walsh_modes (pairs_rates a) (1 - a) _ (fun j => (1 + / (8 * (a - 1))) * tip j)).
  by rewrite critical_scal tip_part //; lra.
by move=> j /=; field; lra.
Qed.

Lemma pairs_transient b (s0 : vec 4) : (forall i, s0 i = tip i) ->
  sqrt 2 * transient_bound walsh_modes (pairs_rates (3 / 2)) (1 - 3 / 2) s0 (gate_input (pairs (3 / 2) b)) = / 2.
Proof.
move=> e0; rewrite /transient_bound (critical_norm _ _ _ (pairs_basis (3 / 2) b)) -sqrt_mult_alt; last lra.
rewrite -[RHS](sqrt_pow2 (/ 2)); last lra; congr sqrt.
have ds k : dot (walsh_modes k) s0 = dot (walsh_modes k) tip by apply: dot_ext.
have du k : dot (walsh_modes k) (gate_input (pairs (3 / 2) b)) = / 8 * dot (walsh_modes k) tip by rewrite dot_scal_r.
have crit k := pairs_critical (3 / 2) k ltac:(lra).
rewrite (sum_ext _ (fun k => match nat_of_ord k with 1%nat | 2%nat => / 64 | _ => 0 end)); last first.
  move=> k; rewrite du dot_tip; case: Req_EM_T => [h|ne] /=.
    by case: (proj1 (crit k) h) => ->; field.
  by case: (ord4 k) ne (crit k) => -> ne [_ h] //; case: ne; apply: h; [left | right].
rewrite [X in _ + X]sum_eq0; first by rewrite sum_n4 /=; field.
move=> k; case: Req_EM_T => [//|ne] /=; rewrite ds du dot_tip.
have -> : match nat_of_ord k with 1%nat | 2%nat => 1 | _ => 0 end = 0.
  by case: (ord4 k) ne (crit k) => -> ne [_ h] //; case: ne; apply: h; [left | right].
by rewrite /Rdiv !Rmult_0_r !Rmult_0_l Rmax_left; lra.
Qed.
