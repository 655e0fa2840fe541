(** * Log-sum-exp (SM6)

    lse_gibbs, lse_attained == lse_b(r) = max over p in the simplex of <p, r> + entropy(p) / b
    lse_convex              == convexity
    is_derive_lse_line, is_derive_lse_upd == its gradient is the softmax
    lse_tangent, lse_remainder == 0 <= lse(r + d) - lse(r) - <softmax r, d> <= (b/4) |d|^2
    lse_bounds              == max r <= lse_b(r) <= max r + (ln n) / b *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Section Lse.
Context {n : nat}.
Implicit Types r d p : vec n.

Lemma lse_gibbs b r p : 0 < b -> is_simplex p -> dot p r + entropy p / b <= log_sum_exp b r.
Proof.
  move=> b0 sp; have n0 := simplex_dim p sp.
  have k := kl_ge0 p _ sp (softmax_interior b r n0).
  rewrite kl_softmax in k; last by case: sp.
  rewrite /log_sum_exp; apply: (Rmult_le_reg_l b) => //.
  have -> : b * (dot p r + entropy p / b) = b * dot p r + entropy p by field; lra.
  have -> : b * (ln (sum (fun j => exp (b * r j))) / b) = ln (sum (fun j => exp (b * r j))) by field; lra.
  rewrite /entropy; lra.
Qed.

Lemma lse_attained b r : (0 < n)%N -> 0 < b ->
  log_sum_exp b r = dot (softmax b r) r + entropy (softmax b r) / b.
Proof.
  move=> n0 b0; have := kl_refl (softmax b r) (softmax b r) (fun _ => erefl).
  rewrite kl_softmax; last exact: softmax_sum.
  rewrite /log_sum_exp /entropy => h; apply: (Rmult_eq_reg_l b); last lra.
  field_simplify; lra.
Qed.

Lemma lse_convex b r r' t : (0 < n)%N -> 0 < b -> 0 <= t -> t <= 1 ->
  log_sum_exp b (fun i => t * r i + (1 - t) * r' i) <=
  t * log_sum_exp b r + (1 - t) * log_sum_exp b r'.
Proof.
  move=> n0 b0 t0 t1; rewrite lse_attained //; set p := softmax b _.
  have sp : is_simplex p by apply: softmax_simplex.
  rewrite dot_plus_r !dot_scal_r.
  have h := Rmult_le_compat_l t _ _ t0 (lse_gibbs b r p b0 sp).
  have h' := Rmult_le_compat_l (1 - t) _ _ ltac:(lra) (lse_gibbs b r' p b0 sp).
  lra.
Qed.

Lemma is_derive_lse_line b (r : R -> vec n) d t : (0 < n)%N -> b <> 0 ->
  (forall j, is_derive (fun s => r s j) t (d j)) ->
  is_derive (fun s => log_sum_exp b (r s)) t (dot (softmax b (r t)) d).
Proof.
  move=> n0 b0 h; rewrite /log_sum_exp.
  have e j : is_derive (fun s => exp (b * r s j)) t (b * d j * exp (b * r t j)).
    apply: (is_derive_comp exp (fun s => b * r s j)); first exact: is_derive_exp.
    exact: is_derive_scal.
  have z := partition_gt0 b (r t) n0.
  have l : is_derive (fun s => ln (sum (fun j => exp (b * r s j)))) t
      (sum (fun j => b * d j * exp (b * r t j)) * / sum (fun j => exp (b * r t j))).
    apply: (is_derive_comp ln (fun s => sum (fun j => exp (b * r s j)))).
      exact: is_derive_ln.
    exact: is_derive_sum.
  apply: is_derive_ext; first by move=> s; rewrite /Rdiv Rmult_comm.
  evar_last; first exact: is_derive_scal l.
  rewrite /softmax; set Z := sum (fun j => exp (b * r t j)); rewrite -/Z in z.
  rewrite -sum_scal_r -sum_scal_l; apply: sum_ext => j; field; lra.
Qed.

Lemma is_derive_lse_upd b r j : b <> 0 ->
  is_derive (fun t => log_sum_exp b (upd r j t)) (r j) (softmax b r j).
Proof.
  move=> b0; evar_last.
    apply: (is_derive_lse_line b (upd r j) (fun k => kdelta k j)) => [||k] //; first exact: index_dim j.
    exact: is_derive_upd.
  rewrite /dot sum_kdelta_r'; apply: softmax_ext; exact: upd_same.
Qed.

(** The tangent plane lies below. *)
Lemma lse_tangent b r d : (0 < n)%N -> 0 < b ->
  0 <= log_sum_exp b (fun i => r i + d i) - log_sum_exp b r - dot (softmax b r) d.
Proof.
  move=> n0 b0; rewrite (lse_attained b r) //.
  have := lse_gibbs b (fun i => r i + d i) _ b0 (softmax_simplex b r n0).
  rewrite dot_plus_r; lra.
Qed.

Lemma lse_remainder b r d : (0 < n)%N -> 0 < b ->
  log_sum_exp b (fun i => r i + d i) - log_sum_exp b r - dot (softmax b r) d <= b / 4 * dot d d.
Proof.
  move=> n0 b0; pose c t : vec n := fun i => r i + t * d i.
  pose g t := log_sum_exp b (c t) - t * dot (softmax b r) d - b / 4 * dot d d * t ^ 2.
  have dc t j : is_derive (fun s => c s j) t (d j) by rewrite /c; auto_derive => //; ring.
  have dg t : is_derive g t
      (dot (softmax b (c t)) d - dot (softmax b r) d - b / 2 * dot d d * t).
    rewrite /g; evar_last.
      apply: is_derive_minus; last by auto_derive.
      apply: is_derive_minus; last by auto_derive.
      apply: is_derive_lse_line (dc t) => //; lra.
    rewrite /minus /plus /opp /=; field.
  have [t [e [t0 t1]]] := MVT_cor2 g _ 0 1 Rlt_0_1 (fun t _ => proj1 (is_derive_Reals _ _ _) (dg t)).
  have c0 : c 0 = r by apply: functional_extensionality => i; rewrite /c; ring.
  have c1 : c 1 = (fun i => r i + d i) by apply: functional_extensionality => i; rewrite /c; ring.
  move: e; rewrite /g c0 c1.
  (* the derivative of g is not positive, by SM5 *)
  have lip := softmax_lipschitz_norm b (c t) r ltac:(lra).
  rewrite (norm_ext (fun i => c t i - r i) (fun i => t * d i)) in lip; last by move=> i; rewrite /c; ring.
  rewrite norm_scal Rabs_pos_eq in lip; last lra.
  have cs := dot_le_norm (fun i => softmax b (c t) i - softmax b r i) d.
  rewrite dot_minus_l in cs; have d0 := norm_ge0 d.
  have := Rmult_le_compat_r _ _ _ d0 lip.
  have -> : b / 2 * (t * norm d) * norm d = b / 2 * dot d d * t by rewrite -norm_sq; ring.
  lra.
Qed.

Lemma lse_bounds b r m : 0 < b -> (forall i, r i <= m) -> (exists i, r i = m) ->
  m <= log_sum_exp b r /\ log_sum_exp b r <= m + ln (INR n) / b.
Proof.
  move=> b0 le [k ek]; have n0 := index_dim k; have N0 := INR_gt0 n0.
  have z := partition_gt0 b r n0; rewrite /log_sum_exp.
  split; apply: (Rmult_le_reg_l b) => //.
    have -> : b * (ln (sum (fun j => exp (b * r j))) / b) = ln (sum (fun j => exp (b * r j))) by field; lra.
    rewrite -[b * m]ln_exp; apply: ln_le; first exact: exp_pos.
    by rewrite -ek; apply: (sum_term_le (fun j => exp (b * r j))) => j; apply: Rlt_le; apply: exp_pos.
  have -> : b * (ln (sum (fun j => exp (b * r j))) / b) = ln (sum (fun j => exp (b * r j))) by field; lra.
  have -> : b * (m + ln (INR n) / b) = ln (INR n * exp (b * m)).
    by rewrite ln_mult // ?ln_exp; [field; lra | apply: exp_pos].
  apply: ln_le => //; rewrite -sum_const; apply: sum_le => j; apply: exp_le.
  by apply: Rmult_le_compat_l; [lra | apply: le].
Qed.

End Lse.
