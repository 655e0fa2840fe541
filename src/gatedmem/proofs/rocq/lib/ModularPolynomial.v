(** * Parts of modular frames: interactions that are polynomials of the activations (differentiable, with
    a locally Lipschitz gradient), and Lagrangians that are sums over the neurons *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Modular defs.NeuronAstrocyte.
From Gatedmem Require Import lib.Sums lib.Banach lib.Flow lib.Lipschitz lib.Modular lib.ModularInstances lib.ModularAstrocyte.
From Gatedmem Require lib.ModularLimit.

Open Scope R_scope.

(** ** A derivative D with a remainder of second order near every point *)

Section Polynomial.
Context {n : nat}.
Implicit Types (E F : vec n -> R) (D : vec n -> vec n -> R).

Definition second E D : Prop := forall a, exists K, 0 <= K /\
  (forall h, Rabs (D a h) <= K * norm h) /\
  (forall b, distance b a <= 1 -> Rabs (E b - E a - D a (vsub b a)) <= K * (distance b a * distance b a)).

Lemma second_ext E E' D D' : (forall a, E a = E' a) -> (forall a h, D a h = D' a h) -> second E D -> second E' D'.
Proof.
  move=> eE eD H a; have [K [K0 [H1 H2]]] := H a; exists K; split=> //.
  by split=> [h|b hb]; rewrite -?eD -?eE; [exact: H1 | exact: H2].
Qed.

Lemma second_const c : second (fun _ => c) (fun _ _ => 0).
Proof.
  move=> a; exists 0; split; first lra; split=> [h|b _]; first by rewrite Rabs_R0; lra.
  by rewrite !Rminus_eq_0 Rabs_R0; lra.
Qed.

Lemma second_coord i : second (fun a => a i) (fun _ h => h i).
Proof.
  move=> a; exists 1; split; first lra; split=> [h|b _]; first by rewrite Rmult_1_l; exact: Rabs_coord_le_norm.
  rewrite /vsub Rminus_eq_0 Rabs_R0 Rmult_1_l; exact: Rle_0_sqr.
Qed.

Lemma second_plus E F D D' : second E D -> second F D' -> second (fun a => E a + F a) (fun a h => D a h + D' a h).
Proof.
  move=> H H' a; have [K [K0 [H1 H2]]] := H a; have [L [L0 [L1 L2]]] := H' a.
  exists (K + L); split; first lra; split=> [h|b hb].
    by apply: Rle_trans (Rabs_triang _ _) _; have := H1 h; have := L1 h; lra.
  have := H2 b hb; have := L2 b hb; move=> /Rabs_le_between x1 /Rabs_le_between x2; apply: Rabs_le; lra.
Qed.

Lemma second_mult E F D D' : second E D -> second F D' ->
  second (fun a => E a * F a) (fun a h => D a h * F a + E a * D' a h).
Proof.
  move=> H H' a; have [K [K0 [H1 H2]]] := H a; have [L [L0 [L1 L2]]] := H' a.
  have e0 := Rabs_pos (E a); have f0 := Rabs_pos (F a).
  exists (K * Rabs (F a) + Rabs (E a) * L + 4 * (K * L)); split; first by have := Rmult_le_pos _ _ K0 L0; nra.
  split=> [h|b hb].
    apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_mult.
    have := Rmult_le_compat_r _ _ _ f0 (H1 h); have := Rmult_le_compat_l _ _ _ e0 (L1 h).
    by have := Rmult_le_pos _ _ (Rmult_le_pos _ _ K0 L0) (norm_ge0 h); lra.
  have r := norm_ge0 (vsub b a); rewrite -/(distance b a) in r; set d := distance b a in hb r *.
  have dd : d * d <= d by nra.
  have gE := H2 b hb; have gF := L2 b hb; have dE := H1 (vsub b a); have dF := L1 (vsub b a).
  rewrite -/(distance b a) -/d in gE gF dE dF.
  set p := D a (vsub b a) in gE dE *; set q := D' a (vsub b a) in gF dF *.
  have jump x y z M : 0 <= M -> Rabs (x - y - z) <= M * (d * d) -> Rabs z <= M * d -> Rabs (x - y) <= 2 * M * d.
    move=> M0 h1 h2; have := Rmult_le_compat_l _ _ _ M0 dd; have := Rabs_triang (x - y - z) z.
    by rewrite (_ : x - y - z + z = x - y); [lra | ring].
  have jE := jump _ _ _ _ K0 gE dE; have jF := jump _ _ _ _ L0 gF dF.
  have -> : E b * F b - E a * F a - (p * F a + E a * q)
    = (E b - E a) * (F b - F a) + (E b - E a - p) * F a + E a * (F b - F a - q) by ring.
  apply: Rle_trans (Rabs_triang _ _) _; have t := Rabs_triang ((E b - E a) * (F b - F a)) ((E b - E a - p) * F a).
  rewrite !Rabs_mult in t *.
  have m1 : Rabs (E b - E a) * Rabs (F b - F a) <= (2 * K * d) * (2 * L * d).
    by apply: Rmult_le_compat; try exact: Rabs_pos.
  have m2 := Rmult_le_compat_r _ _ _ f0 gE; have m3 := Rmult_le_compat_l _ _ _ e0 gF.
  lra.
Qed.

Lemma second_scal c E D : second E D -> second (fun a => c * E a) (fun a h => c * D a h).
Proof.
  move=> H; apply: (second_ext (fun a => c * E a) _ (fun a h => 0 * E a + c * D a h)) => //.
    by move=> a h; ring.
  by apply: (second_mult (fun _ => c) E (fun _ _ => 0) D) => //; exact: second_const.
Qed.

Lemma second_sum k (E : 'I_k -> vec n -> R) (D : 'I_k -> vec n -> vec n -> R) : (forall i, second (E i) (D i)) ->
  second (fun a => sum (fun i => E i a)) (fun a h => sum (fun i => D i a h)).
Proof.
  elim: k E D => [|k IH] E D H.
    by apply: (second_ext _ _ _ _ _ _ (second_const 0)) => *; rewrite sum_n0.
  have := second_plus _ _ _ _ (H ord0) (IH (fun i => E (lift ord0 i)) (fun i => D (lift ord0 i)) (fun i => H _)).
  by apply: second_ext => *; rewrite sum_recl.
Qed.

Lemma second_sum2 k l (E : 'I_k -> 'I_l -> vec n -> R) (D : 'I_k -> 'I_l -> vec n -> vec n -> R) :
  (forall i j, second (E i j) (D i j)) ->
  second (fun a => sum2 (fun i j => E i j a)) (fun a h => sum2 (fun i j => D i j a h)).
Proof.
  move=> H; apply: (second_sum _ (fun i a => sum (fun j => E i j a)) (fun i a h => sum (fun j => D i j a h))) => i.
  exact: (second_sum _ (fun j => E i j) (fun j => D i j)).
Qed.

Lemma second_differentiable E D G : second E D -> (forall a h, D a h = dot (G a) h) -> differentiable E G.
Proof.
  move=> H e; apply: second_order_local => a; have [K [K0 [_ h]]] := H a.
  exists (K + 1); split; first lra; move=> b hb; rewrite -e; apply: Rle_trans (h b hb) _.
  by apply: Rmult_le_compat_r; [exact: Rle_0_sqr | lra].
Qed.
End Polynomial.

(** ** Locally Lipschitz *)

Lemma locally_of_nice {k} (v : vec k -> vec k) :
  (forall (D : vec k -> Prop) B, (forall a, D a -> norm a <= B) -> forall i, nice D (fun a => v a i)) -> locally_lipschitz v.
Proof.
  move=> H x; pose D (z : vec k) := distance z x < 1.
  have bd a : D a -> norm a <= norm x + 1.
    by move=> Da; have /Rabs_le_between := lib.ModularLimit.norm_gap a x; rewrite /D in Da; lra.
  have [C lip] := lips_field D k v (fun i => (H D _ bd i).1).
  by exists C, 1; split; first lra.
Qed.

(** ** Sums of convex functions of one coordinate *)

Lemma convex_separable n (f : activation_triple) c : is_triple f -> 0 <= c ->
  convex_with_gradient (fun x : vec n => c * sum (fun i => prim f (x i))) (fun x i => c * act f (x i)).
Proof.
  move=> Tf c0; split=> [x i|x z].
    rewrite /partial /directional; apply: is_derive_scal; evar_last.
      apply: (is_derive_sum (fun j s => prim f (x j + s * kdelta i j)) 0 (fun j => act f (x j) * kdelta i j)) => j.
      evar_last.
        apply: (is_derive_comp (prim f) (fun s => x j + s * kdelta i j)).
          by rewrite Rmult_0_l Rplus_0_r; exact: (Tf (x j)).1.
        by auto_derive.
      by rewrite /scal /= /mult /=; ring.
    by rewrite sum_kdelta_r.
  rewrite dot_scal_l -Rmult_plus_distr_l; apply: Rmult_le_compat_l => //.
  rewrite /dot -sum_plus; apply: sum_le => i.
  have [u [hu E]] := MVT_gen (prim f) (x i) (z i) (act f) (fun c _ => (Tf c).1)
    (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (Tf c).1))).
  have mono a b : a <= b -> act f a <= act f b.
    move=> ab; have [e [_ E']] := MVT_gen (act f) a b (deriv f) (fun c _ => (Tf c).2.1)
      (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (Tf c).2.1))).
    by have := Rmult_le_pos _ _ (Tf e).2.2 (proj1 (Rminus_le_0 _ _) ab) => ?; lra.
  suff : act f (x i) * (z i - x i) <= act f u * (z i - x i) by lra.
  case: (Rle_lt_dec (x i) (z i)) => [le|lt]; move: hu.
    by rewrite Rmin_left // Rmax_right // => hu; apply: Rmult_le_compat_r; [lra | apply: mono; lra].
  rewrite Rmin_right ?Rmax_left; try lra; move=> hu.
  by have := mono u (x i) ltac:(lra); nra.
Qed.
