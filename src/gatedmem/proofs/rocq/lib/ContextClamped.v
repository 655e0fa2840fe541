(** Fixed points of the clamped context-gated memory and their contraction. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Banach lib.LinearInverse.

Open Scope R_scope.

Lemma mulmv_gate_matrix {d N} (Z : mat N d) a (s : vec N) i :
  mulmv (gate_matrix Z a) s i = s i + a * mulmv (competition Z) s i.
Proof.
rewrite -[s i in RHS](sum_kdelta_l i s) /mulmv -sum_scal_l -sum_plus.
by apply: sum_ext => j; rewrite /gate_matrix; ring.
Qed.

Lemma gate_matrix_sym {d N} (Z : mat N d) a i j : gate_matrix Z a i j = gate_matrix Z a j i.
Proof.
by rewrite /gate_matrix /competition /gram kdelta_sym eq_sym; case: (j == i) => //; rewrite dot_sym.
Qed.

Lemma norm_gt0_dim {n} (v : vec n) : 0 < norm v -> (0 < n)%N.
Proof.
by move=> h; rewrite lt0n; apply/eqP => n0; move: h; rewrite (norm_dim0 v n0); lra.
Qed.

Section Clamped.
Context {d N : nat} (m : retrieval d N) (B : mat N N).
Hypothesis (iB : is_inverse (gates m) B).
Let Phi := retrieval_map m B.

Lemma score_of_gate p : score_state m B p = fun mu => lambda m * gate_state m B p mu + evidence m mu.
Proof.
apply: functional_extensionality => mu.
by rewrite /score_state /gate_state mulmv_plus mulmv_scal; ring.
Qed.

Lemma equilibrium_fixed s r : tau_s m <> 0 -> tau_r m <> 0 -> clamped_equilibrium m s r ->
  s = gate_state m B (softmax (beta m) r) /\ r = score_state m B (softmax (beta m) r).
Proof.
move=> ts tr [es er].
have e : s = gate_state m B (softmax (beta m) r).
  rewrite /gate_state -[LHS](inverse_l (gates m) B s iB); congr (mulmv B).
  apply: functional_extensionality => mu; rewrite /gates mulmv_gate_matrix.
  by case/Rmult_integral: (es mu) => [|/Rinv_neq_0_compat]; [lra | case].
split=> //; rewrite score_of_gate -e; apply: functional_extensionality => mu.
by case/Rmult_integral: (er mu) => [|/Rinv_neq_0_compat]; [lra | case].
Qed.

Lemma fixed_equilibrium p : Phi p = p -> clamped_equilibrium m (gate_state m B p) (score_state m B p).
Proof.
move=> fp; split=> mu; rewrite /gate_velocity /score_velocity.
- rewrite -/(retrieval_map m B p) -/Phi fp.
  have := f_equal (fun v : vec N => v mu) (inverse_r (gates m) B (fun nu => gate_input m nu + lambda m * p nu) iB).
  rewrite -/(gate_state m B p) {1}/gates mulmv_gate_matrix => e.
  by rewrite /Rdiv (_ : _ - _ = 0) ?Rmult_0_l //; lra.
- by rewrite score_of_gate /Rdiv (_ : _ - _ = 0) ?Rmult_0_l //; ring.
Qed.

Variable eta : R.
Hypothesis (least : is_least_eig (gates m) eta) (eta0 : 0 < eta) (beta0 : 0 < beta m).
Let kappa := (beta m * (lambda m) ^ 2) / (2 * eta).

Lemma Phi_lip : lipschitz_on kappa (fun _ => True) Phi.
Proof.
move=> p q _ _; rewrite /distance /Phi /retrieval_map.
apply: Rle_trans (softmax_lipschitz_norm _ _ _ (Rlt_le _ _ beta0)) _.
have -> : norm (fun i => score_state m B p i - score_state m B q i) =
    (lambda m) ^ 2 * norm (mulmv B (vsub p q)).
  rewrite -[lambda m ^ 2]Rabs_pos_eq; last exact: pow2_ge_0.
  rewrite -norm_scal; apply: norm_ext => i.
  by rewrite /score_state /vsub mulmv_minus; ring.
have [_ pos] := least; have h := inverse_norm_le (gates m) eta eta0 pos B (vsub p q) iB.
have -> : kappa * norm (vsub p q) = beta m / 2 * ((lambda m) ^ 2 * (norm (vsub p q) / eta)).
  by rewrite /kappa; field; lra.
apply: Rmult_le_compat_l; first lra.
by apply: Rmult_le_compat_l => //; apply: pow2_ge_0.
Qed.

Lemma kappa_ge0 : 0 <= kappa.
Proof.
apply: Rmult_le_pos; first by apply: Rmult_le_pos; [lra | apply: pow2_ge_0].
by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
Qed.

Lemma contraction : kappa < 1 -> exists p : vec N,
  (is_interior p /\ Phi p = p) /\ (forall q, Phi q = q -> q = p) /\
  (forall q, distance (Phi q) p <= kappa * distance q p) /\
  forall p0, converges (fun k => iter k Phi p0) p /\
    (forall k, distance (iter k Phi p0) p <= kappa ^ k / (1 - kappa) * distance (Phi p0) p0).
Proof.
move=> k1; have k0 := kappa_ge0.
have [p [[_ fp] [u e]]] := banach (fun _ => True) Phi kappa (conj k0 k1) (ex_intro _ (fun _ => 0) I)
  (fun _ _ _ _ => I) (fun _ _ => I) Phi_lip.
exists p; split; [|split; [|split]] => //.
- split=> //; rewrite -fp; apply: softmax_interior.
  by case: least => -[v [v0 _]] _; apply: norm_gt0_dim v0.
- by move=> q; apply: u.
- by move=> q; rewrite -{1}fp; apply: Phi_lip.
- by move=> p0; apply: e.
Qed.
End Clamped.

Lemma gates_inverse {d N} (m : retrieval d N) eta :
  is_least_eig (gates m) eta -> 0 < eta -> exists B, is_inverse (gates m) B.
Proof. by move=> [_ pos] eta0; apply: (positive_inverse (gates m) eta). Qed.

Lemma one_equilibrium {d N} (m : retrieval d N) eta :
  0 < beta m -> tau_s m <> 0 -> tau_r m <> 0 -> is_least_eig (gates m) eta -> 0 < eta ->
  (beta m * (lambda m) ^ 2) / (2 * eta) < 1 ->
  exists s r, clamped_equilibrium m s r /\
    forall s' r', clamped_equilibrium m s' r' -> s' = s /\ r' = r.
Proof.
move=> b0 ts tr least eta0 k1; have [B iB] := gates_inverse m eta least eta0.
have [p [[_ fp] [u _]]] := contraction m B iB eta least eta0 b0 k1.
exists (gate_state m B p), (score_state m B p); split; first exact: fixed_equilibrium.
move=> s r /(equilibrium_fixed m B iB s r ts tr) [es er].
have e : softmax (beta m) r = p by apply: u; rewrite /retrieval_map -er.
by rewrite -e.
Qed.
