(** * The context-gated memory, four free layers, as a modular frame *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Softmax.
From Gatedmem Require Import defs.Context defs.ContextFlow defs.Modular.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Banach lib.Flow lib.Modular lib.ModularInstances lib.ModularAstrocyte.

Open Scope R_scope.

(** ** A convex function of some coordinates *)

Lemma convex_left {n k} (L : vec n -> R) g : convex_with_gradient L g ->
  convex_with_gradient (fun z : vec (n + k) => L (left z)) (fun z => join (g (left z)) (fun _ => 0)).
Proof.
  move=> [px cx]; split=> [z i|z z']; last by rewrite dot_join left_join right_join dot_0_l Rplus_0_r; exact: cx.
  rewrite /partial /directional.
  apply: (is_derive_ext (fun h => L (fun a => left z a + h * (match split i with inl b => kdelta b a | inr _ => 0 end)))).
    by move=> h; rewrite left_kdelta.
  rewrite /join; case: (split i) => b; first exact: px.
  apply: (is_derive_ext (fun _ => L (left z))); last exact: is_derive_const.
  by move=> h; congr L; apply: functional_extensionality => a; ring.
Qed.

Lemma convex_right {n k} (L : vec k -> R) g : convex_with_gradient L g ->
  convex_with_gradient (fun z : vec (n + k) => L (right z)) (fun z => join (fun _ => 0) (g (right z))).
Proof.
  move=> [px cx]; split=> [z i|z z']; last by rewrite dot_join left_join right_join dot_0_l Rplus_0_l; exact: cx.
  rewrite /partial /directional.
  apply: (is_derive_ext (fun h => L (fun a => right z a + h * (match split i with inl _ => 0 | inr b => kdelta b a end)))).
    by move=> h; rewrite right_kdelta.
  rewrite /join; case: (split i) => b; last exact: px.
  apply: (is_derive_ext (fun _ => L (right z))); last exact: is_derive_const.
  by move=> h; congr L; apply: functional_extensionality => a; ring.
Qed.

Lemma convex_half_square n : convex_with_gradient (@half_square n) (fun x => x).
Proof. exact: (modern_well_formed 1 (fun (_ : 'I_1) (_ : 'I_n) => 0) 1 1 isT Rlt_0_1 Rlt_0_1 Rlt_0_1).1. Qed.

Lemma convex_lse n b : (0 < n)%N -> 0 < b -> convex_with_gradient (@log_sum_exp n b) (softmax b).
Proof. by move=> n0 b0; exact: (modern_well_formed b (fun (_ : 'I_n) (_ : 'I_1) => 0) 1 1 n0 b0 Rlt_0_1 Rlt_0_1).2.1. Qed.

Section Context.
Context {dc d N : nat} (w : network dc d N).
Let W := projection w.
Let Q := competition (stored w).
Let Z := stored w.

Definition four_layers : modular ((dc + N) + (N + d)) 4 :=
  Modular ((dc + N) + (N + d)) 4
    (fun i => match split i with
              | inl a => match split a with inl _ => @Ordinal 4 0 isT | inr _ => @Ordinal 4 1 isT end
              | inr b => match split b with inl _ => @Ordinal 4 2 isT | inr _ => @Ordinal 4 3 isT end
              end)
    (fun l z => match nat_of_ord l with
                | 0 => half_square (left (left z))
                | 1 => half_square (right (left z))
                | 2 => log_sum_exp (sharpness w) (left (right z))
                | _ => half_square (right (right z))
                end)
    (fun z => join (left z) (join (softmax (sharpness w) (left (right z))) (right (right z))))
    (fun a => hypersynapses w (left (left a)) (right (left a)) (left (right a)) (right (right a)))
    (fun a => join
       (join (fun i => - mulmv (fun j mu => projection w mu j) (right (left a)) i)
             (fun i => - mulmv (projection w) (left (left a)) i
                       + competing w * mulmv (competition (stored w)) (right (left a)) i
                       - coupling w * left (right a) i))
       (join (fun i => - (coupling w * right (left a) i) - dot (stored w i) (right (right a)))
             (fun i => - readout (stored w) (left (right a)) i)))
    (fun l => match nat_of_ord l with 0 => time_c w | 1 => time_s w | 2 => time_r w | _ => time_q w end).
Let M := four_layers.

Lemma join_0 {n k} : join (fun _ : 'I_n => 0) (fun _ : 'I_k => 0) = fun _ => 0.
Proof. by apply: functional_extensionality => i; rewrite /join; case: (split i). Qed.

Lemma four_convex : (0 < N)%N -> 0 < sharpness w -> forall l, convex_with_gradient (lagrangian M l)
  (fun x i => if layer M i == l then activations M x i else 0).
Proof.
  move=> N0 b0 [[|[|[|[|l]]]] hl] //.
  - rewrite (_ : (fun x i => _) = fun z => join (join (left (left z)) (fun _ => 0)) (fun _ => 0)).
      exact: (convex_left _ _ (convex_left _ _ (convex_half_square dc))).
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a; [case: (splitP a) => u eu //=; rewrite /left /right; congr z; apply: val_inj; rewrite /= eu | case: (split a)].
  - rewrite (_ : (fun x i => _) = fun z => join (join (fun _ => 0) (right (left z))) (fun _ => 0)).
      exact: (convex_left _ _ (convex_right _ _ (convex_half_square N))).
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a; [case: (splitP a) => u eu //=; rewrite /left /right; congr z; apply: val_inj; rewrite /= eu | case: (split a)].
  - rewrite (_ : (fun x i => _) = fun z => join (fun _ => 0) (join (softmax (sharpness w) (left (right z))) (fun _ => 0))).
      exact: (convex_right _ _ (convex_left _ _ (convex_lse N (sharpness w) N0 b0))).
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a; case: (split a).
  - rewrite (_ : (fun x i => _) = fun z => join (fun _ => 0) (join (fun _ => 0) (right (right z)))).
      exact: (convex_right _ _ (convex_right _ _ (convex_half_square d))).
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a; case: (split a).
Qed.

Lemma competition_symmetric i j : Q i j = Q j i.
Proof. by rewrite /Q /competition /gram eq_sym; case: (j == i) => //; rewrite dot_sym. Qed.

Lemma readout_dot (p : vec N) (q : vec d) : dot q (readout Z p) = dot p (mulmv Z q).
Proof.
  rewrite dot_mulmv dot_sym; apply: dot_ext => // i.
  by rewrite /readout /mulmv; apply: sum_ext => mu; ring.
Qed.

Lemma vsub_mulmv {m k} (A : mat m k) (a b : vec k) : mulmv A (vsub a b) = vsub (mulmv A a) (mulmv A b).
Proof. by apply: functional_extensionality => i; rewrite /vsub mulmv_minus. Qed.

Lemma four_remainder u v :
  coupling_energy M v - coupling_energy M u - dot (coupling_gradient M u) (vsub v u)
  = let D := vsub v u in
    - dot (right (left D)) (mulmv W (left (left D)))
    + competing w / 2 * dot (right (left D)) (mulmv Q (right (left D)))
    - coupling w * dot (right (left D)) (left (right D)) - dot (left (right D)) (mulmv Z (right (right D))).
Proof.
  rewrite /= !dot_join !left_join !right_join ?left_join ?right_join ?left_join ?right_join /hypersynapses /context_energy /competition_energy /ContextFlow.coupling_energy /memory_energy.
  set c := left (left u); set s := right (left u); set p := left (right u); set q := right (right u).
  set c' := left (left v); set s' := right (left v); set p' := left (right v); set q' := right (right v).
  have -> : left (left (vsub v u)) = vsub c' c by [].
  have -> : right (left (vsub v u)) = vsub s' s by [].
  have -> : left (right (vsub v u)) = vsub p' p by [].
  have -> : right (right (vsub v u)) = vsub q' q by [].
  have -> : dot (fun i => - mulmv (fun j mu => projection w mu j) s i) (vsub c' c) = - dot s (mulmv W (vsub c' c)).
    by rewrite dot_opp_l dot_mulmv.
  have -> : dot (fun i => - mulmv (projection w) c i + competing w * mulmv (competition (stored w)) s i - coupling w * p i) (vsub s' s)
    = - dot (vsub s' s) (mulmv W c) + competing w * dot (vsub s' s) (mulmv Q s) - coupling w * dot (vsub s' s) p.
    rewrite /dot -!sum_scal_l -sum_opp -sum_plus -sum_minus; apply: sum_ext => i; rewrite /W /Q; ring.
  have -> : dot (fun i => - (coupling w * s i) - dot (stored w i) q) (vsub p' p)
    = - (coupling w * dot s (vsub p' p)) - dot (vsub p' p) (mulmv Z q).
    by rewrite /dot -!sum_scal_l -sum_opp -sum_minus; apply: sum_ext => i; rewrite /mulmv /Z /dot; ring.
  have -> : dot (fun i => - readout (stored w) p i) (vsub q' q) = - dot p (mulmv Z (vsub q' q)).
    by rewrite dot_opp_l dot_sym readout_dot.
  rewrite !readout_dot -/W -/Q !vsub_mulmv /vsub !dot_minus_l !dot_minus_r.
  rewrite (dot_mulmv_sym Q s s') ?(dot_sym (mulmv Q s)) //; last exact: competition_symmetric.
  field.
Qed.

Lemma four_differentiable : differentiable (coupling_energy M) (coupling_gradient M).
Proof.
  have [c1 [c10 b1]] := bilinear_bound W; have [c2 [c20 b2]] := bilinear_bound Q; have [c3 [c30 b3]] := bilinear_bound Z.
  have a0 := Rabs_pos (competing w / 2); have l0 := Rabs_pos (coupling w).
  have K0 : 0 < c1 + Rabs (competing w / 2) * c2 + Rabs (coupling w) + c3.
    by have := Rmult_le_pos _ _ a0 (Rlt_le _ _ c20); lra.
  apply: (second_order _ _ _ K0) => u v; rewrite four_remainder; set D := vsub v u => /=.
  rewrite -/(norm D) /distance -/D.
  have n0 := norm_ge0 D.
  have nl := norm_left D; have nr := norm_right D.
  have n1 := Rle_trans _ _ _ (norm_left (left D)) nl; have n2 := Rle_trans _ _ _ (norm_right (left D)) nl.
  have n3 := Rle_trans _ _ _ (norm_left (right D)) nr; have n4 := Rle_trans _ _ _ (norm_right (right D)) nr.
  have pr x y : 0 <= x -> 0 <= y -> x <= norm D -> y <= norm D -> x * y <= norm D * norm D.
    by move=> *; apply: Rmult_le_compat.
  have B1 := Rle_trans _ _ _ (b1 (right (left D)) (left (left D)))
    (Rmult_le_compat_l _ _ _ (Rlt_le _ _ c10) (pr _ _ (norm_ge0 _) (norm_ge0 _) n2 n1)).
  have B2 := Rle_trans _ _ _ (b2 (right (left D)) (right (left D)))
    (Rmult_le_compat_l _ _ _ (Rlt_le _ _ c20) (pr _ _ (norm_ge0 _) (norm_ge0 _) n2 n2)).
  have B3 := Rle_trans _ _ _ (b3 (left (right D)) (right (right D)))
    (Rmult_le_compat_l _ _ _ (Rlt_le _ _ c30) (pr _ _ (norm_ge0 _) (norm_ge0 _) n3 n4)).
  have B4 := Rle_trans _ _ _ (cauchy_schwarz_norm (right (left D)) (left (right D)))
    (pr _ _ (norm_ge0 _) (norm_ge0 _) n2 n3).
  have B2' := Rmult_le_compat_l _ _ _ a0 B2; have B4' := Rmult_le_compat_l _ _ _ l0 B4.
  rewrite -Rabs_mult in B2'; rewrite -Rabs_mult in B4'.
  move/Rabs_le_between: B1 => B1; move/Rabs_le_between: B2' => B2'.
  move/Rabs_le_between: B3 => B3; move/Rabs_le_between: B4' => B4'.
  by apply: Rabs_le; lra.
Qed.

Lemma norm_join {n k} (v : vec (n + k)) : norm v <= norm (left v) + norm (right v).
Proof.
  have a := norm_ge0 (left v); have b := norm_ge0 (right v); apply: norm_le_sq; first lra.
  by rewrite dot_join -!norm_sq; nra.
Qed.

Lemma four_activations_lipschitz : 0 < sharpness w -> locally_lipschitz (activations M).
Proof.
  move=> b0; apply: (lipschitz_local _ (2 + sharpness w / 2)) => z z'; rewrite /distance.
  set D := vsub z' z; have nl := norm_left D; have nr := norm_right D.
  have n3 := Rle_trans _ _ _ (norm_left (right D)) nr; have n4 := Rle_trans _ _ _ (norm_right (right D)) nr.
  apply: Rle_trans (norm_join _) _.
  have -> : left (vsub (activations M z') (activations M z)) = left D.
    by apply: functional_extensionality => i; rewrite /left /vsub /= /join !split_l.
  have R := norm_join (right (vsub (activations M z') (activations M z))).
  have e1 : left (right (vsub (activations M z') (activations M z)))
    = fun i => softmax (sharpness w) (left (right z')) i - softmax (sharpness w) (left (right z)) i.
    by apply: functional_extensionality => i; rewrite {1}/left {1}/right /vsub /= /join !split_r !split_l.
  have e2 : right (right (vsub (activations M z') (activations M z))) = right (right D).
    by apply: functional_extensionality => i; rewrite {1 2}/right /vsub /= /join !split_r.
  rewrite e1 e2 in R.
  have S := softmax_lipschitz_norm (sharpness w) (left (right z')) (left (right z)) (Rlt_le _ _ b0).
  have e3 : norm (fun i => left (right z') i - left (right z) i) = norm (left (right D)) by [].
  rewrite e3 in S; have := Rmult_le_compat_l (sharpness w / 2) _ _ ltac:(lra) n3; lra.
Qed.

Lemma mulmv_coord {m k} (A : mat m k) : exists c, 0 < c /\ forall v i, Rabs (mulmv A v i) <= c * norm v.
Proof.
  have [c [c0 H]] := bilinear_bound A; exists c; split=> // v i.
  have := H (kdelta i) v; rewrite dot_kdelta_l.
  have -> : norm (kdelta i) = 1 by rewrite /norm dot_kdelta_l kdelta_refl sqrt_1.
  by rewrite Rmult_1_l.
Qed.

Lemma four_gradient_lipschitz : locally_lipschitz (coupling_gradient M).
Proof.
  have [c1 [c10 b1]] := mulmv_coord W; have [c2 [c20 b2]] := mulmv_coord Q; have [c3 [c30 b3]] := mulmv_coord Z.
  have [c4 [c40 b4]] := mulmv_coord (fun j mu => W mu j); have [c5 [c50 b5]] := mulmv_coord (fun j mu => Z mu j).
  have a0 := Rabs_pos (competing w); have l0 := Rabs_pos (coupling w).
  pose K := c1 + Rabs (competing w) * c2 + c3 + c4 + c5 + Rabs (coupling w).
  have ac := Rmult_le_pos _ _ a0 (Rlt_le _ _ c20); have K0 : 0 <= K by rewrite /K; lra.
  apply: (lipschitz_local _ ((INR ((dc + N) + (N + d)) + 1) * K)) => z z'; rewrite Rmult_assoc.
  have d0 := distance_ge0 z' z; apply: distance_le_coord; first exact: Rmult_le_pos.
  set D := vsub z' z; have nl := norm_left D; have nr := norm_right D.
  have n1 := Rle_trans _ _ _ (norm_left (left D)) nl; have n2 := Rle_trans _ _ _ (norm_right (left D)) nl.
  have n3 := Rle_trans _ _ _ (norm_left (right D)) nr; have n4 := Rle_trans _ _ _ (norm_right (right D)) nr.
  rewrite -/(distance z' z) in n1 n2 n3 n4; set e := distance z' z in d0 n1 n2 n3 n4 *.
  have up c y (q : R) : 0 <= c -> y <= e -> Rabs q <= c * y -> Rabs q <= c * e.
    by move=> c0 ye h; apply: Rle_trans h _; apply: Rmult_le_compat_l.
  have cl c : 0 <= c -> 0 <= c * e by move=> c0; exact: Rmult_le_pos.
  have p1 := cl c1 ltac:(lra); have p2 := cl _ ac; have p3 := cl c3 ltac:(lra).
  have p4 := cl c4 ltac:(lra); have p5 := cl c5 ltac:(lra); have p6 := cl _ l0.
  have KE : K * e = c1 * e + Rabs (competing w) * c2 * e + c3 * e + c4 * e + c5 * e + Rabs (coupling w) * e.
    by rewrite /K; ring.
  rewrite KE => i; rewrite /= /join; case: (split i) => a; case: (split a) => j.
  - have h := up c4 _ _ ltac:(lra) n2 (b4 (right (left D)) j).
    move: h; rewrite (_ : right (left D) = fun k => right (left z') k - right (left z) k) // mulmv_minus /W.
    by split_Rabs; lra.
  - have h1 := up c1 _ _ ltac:(lra) n1 (b1 (left (left D)) j); have h2 := up c2 _ _ ltac:(lra) n2 (b2 (right (left D)) j).
    have h2' := Rmult_le_compat_l _ _ _ a0 h2; rewrite -Rabs_mult in h2'.
    have h3 := Rmult_le_compat_l _ _ _ l0 (Rle_trans _ _ _ (Rabs_coord_le_norm (left (right D)) j) n3); rewrite -Rabs_mult in h3.
    move: h1 h2' h3; rewrite (_ : right (left D) = fun k => right (left z') k - right (left z) k) // (_ : left (left D) = fun k => left (left z') k - left (left z) k) // !mulmv_minus /W /Q.
    rewrite (_ : left (right D) j = left (right z') j - left (right z) j) //.
    move=> /Rabs_le_between k1 /Rabs_le_between k2 /Rabs_le_between k3; apply: Rabs_le; lra.
  - have h1 := up c3 _ _ ltac:(lra) n4 (b3 (right (right D)) j).
    have h3 := Rmult_le_compat_l _ _ _ l0 (Rle_trans _ _ _ (Rabs_coord_le_norm (right (left D)) j) n2); rewrite -Rabs_mult in h3.
    move: h1 h3; rewrite (_ : right (right D) = fun k => right (right z') k - right (right z) k) // mulmv_minus.
    rewrite (_ : right (left D) j = right (left z') j - right (left z) j) // /mulmv -/(dot (Z j) (right (right z'))) -/(dot (Z j) (right (right z))) /Z.
    move=> /Rabs_le_between k1 /Rabs_le_between k3; apply: Rabs_le; lra.
  - have h1 := up c5 _ _ ltac:(lra) n3 (b5 (left (right D)) j).
    have rE p : readout (stored w) p j = mulmv (fun j mu => Z mu j) p j.
      by rewrite /readout /mulmv; apply: sum_ext => mu; rewrite /Z; ring.
    move: h1; rewrite (_ : left (right D) = fun k => left (right z') k - left (right z) k) // mulmv_minus !rE.
    move=> /Rabs_le_between k1; apply: Rabs_le; lra.
Qed.

Lemma four_layers_instance : (0 < N)%N -> network_positive w ->
  modular_ok M /\ locally_lipschitz (activations M) /\ locally_lipschitz (coupling_gradient M) /\
  (forall c s r q, modular_energy M (join (join c s) (join r q)) = network_energy w c s r q) /\
  (forall c s r q, modular_velocity M (join (join c s) (join r q))
     = join (join (context_velocity w c s) (gates_velocity w c s r))
            (join (scores_velocity w s r q) (query_velocity w r q))).
Proof.
  move=> N0 [b0 [tc [ts [tr tq]]]]; split.
    split; first exact: four_convex.
    by split; [exact: four_differentiable | move=> [[|[|[|[|l]]]] hl]].
  split; first exact: four_activations_lipschitz; split; first exact: four_gradient_lipschitz.
  split=> c s r q.
    rewrite /modular_energy /network_energy /= !dot_join !left_join !right_join ?left_join ?right_join ?dot_join ?left_join ?right_join ?left_join ?right_join.
    by rewrite !sum_recl sum_n0 /= ?left_join ?right_join ?left_join ?right_join; ring.
  apply: functional_extensionality => i; rewrite /modular_velocity /= !left_join !right_join ?left_join ?right_join ?left_join ?right_join.
  rewrite /join; case: (split i) => a; case: (split a) => j /=;
    rewrite /context_velocity /gates_velocity /scores_velocity /query_velocity /Rdiv; ring.
Qed.
End Context.
