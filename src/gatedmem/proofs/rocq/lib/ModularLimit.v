(** * Bounded solutions of the modular frame approach its equilibria

    No flow of limit sets is needed.  Over a step of length h the energy changes by at most
    - (kappa / h) u^2 + A h u, where u is the change of the activations; it is bounded below, so late
    steps have u = O(h^2): over any fixed window the activations stand still in the end.  Then every
    neuron relaxes by its unit leak, and its velocity tends to 0. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Modular.
From Gatedmem Require Import lib.Sums lib.Banach lib.Compact lib.Flow lib.LaSalle lib.Modular lib.ModularInstances.

Open Scope R_scope.

(** ** Locally Lipschitz maps are Lipschitz on balls *)

Lemma lipschitz_continuous {m} (g : vec m -> vec m) : locally_lipschitz g ->
  forall x e, 0 < e -> exists d, 0 < d /\ forall z, distance z x < d -> distance (g z) (g x) < e.
Proof.
  move=> lip x e e0; have [C [d [d0 H]]] := lip x; have C0 := Rabs_pos C.
  have q0 : 0 < e / (Rabs C + 1) by apply: Rdiv_lt_0_compat; lra.
  exists (Rmin d (e / (Rabs C + 1))); split; first exact: Rmin_glb_lt.
  move=> z zx; have m1 := Rmin_l d (e / (Rabs C + 1)); have m2 := Rmin_r d (e / (Rabs C + 1)).
  have zd : distance z x < d by lra.
  have xd : distance x x < d by rewrite distance_self.
  have h := H z x zd xd; have lt : distance z x < e / (Rabs C + 1) by lra.
  have := Rmult_lt_compat_l (Rabs C + 1) _ _ ltac:(lra) lt.
  rewrite (_ : (Rabs C + 1) * (e / (Rabs C + 1)) = e); last by field; lra.
  have := distance_ge0 z x; have := Rle_abs C; nra.
Qed.

Lemma norm_gap {k} (a b : vec k) : Rabs (norm a - norm b) <= distance a b.
Proof.
  have h1 := norm_triangle (vsub a b) b; have h2 := norm_triangle (vsub b a) a.
  rewrite (norm_ext (fun i => vsub a b i + b i) a) in h1; last by move=> i; rewrite /vsub; ring.
  rewrite (norm_ext (fun i => vsub b a i + a i) b) in h2; last by move=> i; rewrite /vsub; ring.
  rewrite -/(distance a b) in h1; rewrite -/(distance b a) distance_sym in h2.
  by apply: Rabs_le; lra.
Qed.

Lemma bounded_on_ball {m} (g : vec m -> vec m) R0 : locally_lipschitz g ->
  exists B, 0 < B /\ forall x, norm x <= R0 -> norm (g x) <= B.
Proof.
  move=> lip; case: (classic (exists x : vec m, norm x <= R0)) => [ne|no]; last first.
    by exists 1; split=> [|x hx]; [lra | case: no; exists x].
  have [|y [_ my]] := max_attained (fun x : vec m => norm x <= R0) (fun x => norm (g x)) (compact_ball m R0) ne.
    move=> y _ e e0; have [d [d0 H]] := lipschitz_continuous g lip y e e0.
    by exists d; split=> // z hz; apply: Rle_lt_trans (norm_gap _ _) _; exact: H.
  by exists (norm (g y) + 1); split=> [|x /my]; [have := norm_ge0 (g y) |]; lra.
Qed.

Lemma lipschitz_ball {m} (g : vec m -> vec m) R0 : locally_lipschitz g ->
  exists C, 1 <= C /\ lipschitz_on C (fun z => norm z <= R0) g.
Proof.
  move=> lip; have [B [B0 hB]] := bounded_on_ball g R0 lip; apply: NNPP => no.
  pose F (P : vec m * vec m -> Prop) := exists C, forall a b, norm a <= R0 -> norm b <= R0 ->
    C * distance a b < distance (g a) (g b) -> P (a, b).
  have up C D a b : C <= D -> D * distance a b < distance (g a) (g b) -> C * distance a b < distance (g a) (g b).
    by move=> CD h; apply: Rle_lt_trans h; apply: Rmult_le_compat_r => //; exact: distance_ge0.
  have FF : ProperFilter F.
    split.
      move=> P [C h]; apply: NNPP => no'; apply: no; exists (Rmax 1 C); split; first exact: Rmax_l.
      move=> a b ha hb; apply: Rnot_lt_le => lt; apply: no'; exists (a, b); apply: h => //.
      by apply: up lt; exact: Rmax_r.
    split; first by exists 0.
    - move=> P Q [C h] [D h']; exists (Rmax C D) => a b ha hb lt.
      by split; [apply: h | apply: h'] => //; apply: up lt; [exact: Rmax_l | exact: Rmax_r].
    - by move=> P Q imp [C h]; exists C => a b ha hb lt; apply: imp; exact: h.
  have [|w hw] := cluster F (fun p => p.1) R0; first by exists 0 => a b ha _ _.
  have [C [d [d0 H]]] := lip w.
  have d2 : 0 < d / 2 by lra.
  pose D := Rmax C (4 * B / d).
  have [|[a b] [[ha [hb lt]] aw]] := hw (fun p => norm p.1 <= R0 /\ norm p.2 <= R0 /\
      D * distance p.1 p.2 < distance (g p.1) (g p.2)) (d / 2) _ d2.
    by exists D => a b ha hb lt.
  rewrite /= in ha hb lt aw.
  have gab : distance (g a) (g b) <= 2 * B.
    have := norm_triangle (g a) (fun i => - g b i); rewrite norm_opp => h.
    by have := hB a ha; have := hB b hb; rewrite /distance /vsub; move: h; rewrite /Rminus; lra.
  have ab : distance a b < d / 2.
    have h := up (4 * B / d) D a b (Rmax_r _ _) lt; have q0 : 0 < d / (4 * B) by apply: Rdiv_lt_0_compat; lra.
    have := Rmult_lt_compat_l _ _ _ q0 (Rlt_le_trans _ _ _ h gab).
    rewrite (_ : d / (4 * B) * (4 * B / d * distance a b) = distance a b); last by field; lra.
    by rewrite (_ : d / (4 * B) * (2 * B) = d / 2); [| field; lra].
  have bw := distance_triangle b a w; rewrite (distance_sym b a) in bw.
  have aw' : distance a w < d by lra.
  have bw' : distance b w < d by lra.
  by have := H a b aw' bw'; have := up C D a b (Rmax_l _ _) lt; lra.
Qed.

Section Limit.
Context {n L : nat} (M : modular n L) (ok : modular_ok M).
Let g := activations M.
Let G := coupling_gradient M.
Let Lam (x : vec n) := sum (fun l => lagrangian M l x).
Hypothesis lipg : locally_lipschitz g.
Hypothesis lipG : locally_lipschitz G.

(** ** Convex with Lipschitz gradient *)

Lemma cocoercive R0 C : 1 <= C -> lipschitz_on C (fun z => norm z <= R0 + 1) g ->
  forall x z, norm x <= R0 -> norm z <= R0 -> distance z x <= 2 ->
  distance (g z) (g x) * distance (g z) (g x) <= 4 * C * (Lam z - Lam x - dot (g x) (vsub z x)).
Proof.
  move=> C1 lip x z hx hz zx; pose k := / (2 * C); set D := vsub (g z) (g x).
  have k0 : 0 < k by apply: Rinv_0_lt_compat; lra.
  pose y : vec n := fun i => z i - k * D i.
  have zr : norm z <= R0 + 1 by lra.
  have xr : norm x <= R0 + 1 by lra.
  have kD : k * norm D <= 1.
    have h := lip z x zr xr; rewrite -/D /distance -/D in h.
    have := Rmult_le_compat_l k _ _ (Rlt_le _ _ k0) h; rewrite -/(distance z x).
    have -> : k * (C * distance z x) = distance z x / 2 by rewrite /k; field; lra.
    lra.
  have ez : forall i, vsub z y i = k * D i by move=> i; rewrite /vsub /y; ring.
  have nzy : distance z y = k * norm D.
    by rewrite /distance (norm_ext _ _ ez) norm_scal Rabs_pos_eq; lra.
  have yr : norm y <= R0 + 1.
    have := norm_gap z y; rewrite nzy => /Rabs_le_between; lra.
  have h1 := lagrangian_tangent M ok x y; have h2 := lagrangian_tangent M ok y z.
  rewrite -/g -/(Lam x) -/(Lam y) in h1; rewrite -/g -/(Lam y) -/(Lam z) in h2.
  have lyz := lip z y zr yr; rewrite nzy in lyz.
  have cs := dot_le_norm (vsub (g z) (g y)) (vsub z y).
  rewrite -/(distance (g z) (g y)) -/(distance z y) nzy in cs.
  have E1 : dot (g y) (vsub z y) + dot (g x) (vsub y x) - dot (g x) (vsub z x)
    = dot D (vsub z y) - dot (vsub (g z) (g y)) (vsub z y).
    rewrite /dot -!sum_minus -sum_plus -sum_minus; apply: sum_ext => i; rewrite /D /vsub; ring.
  have E2 : dot D (vsub z y) = k * (norm D * norm D).
    by rewrite (dot_ext D D _ _ (fun _ => erefl) ez) dot_scal_r -norm_sq; ring.
  have nD := norm_ge0 D; have kD0 : 0 <= k * norm D by apply: Rmult_le_pos; lra.
  have := Rmult_le_compat_r _ _ _ kD0 lyz.
  have -> : C * (k * norm D) * (k * norm D) = k / 2 * (norm D * norm D) by rewrite /k; field; lra.
  move=> cs2; have : k / 2 * (norm D * norm D) <= Lam z - Lam x - dot (g x) (vsub z x) by lra.
  move/(Rmult_le_compat_l (4 * C) _ _ ltac:(lra)).
  by rewrite (_ : 4 * C * (k / 2 * (norm D * norm D)) = norm D * norm D); [rewrite /distance -/D; lra | rewrite /k; field; lra].
Qed.

Lemma co_monotone R0 C : 1 <= C -> lipschitz_on C (fun z => norm z <= R0 + 1) g ->
  forall x z, norm x <= R0 -> norm z <= R0 -> distance z x <= 2 ->
  distance (g z) (g x) * distance (g z) (g x) <= 2 * C * dot (vsub z x) (vsub (g z) (g x)).
Proof.
  move=> C1 lip x z hx hz zx.
  have h1 := cocoercive R0 C C1 lip x z hx hz zx.
  have h2 := cocoercive R0 C C1 lip z x hz hx ltac:(by rewrite distance_sym).
  rewrite (distance_sym (g x)) in h2.
  have -> : dot (vsub z x) (vsub (g z) (g x)) = - dot (g x) (vsub z x) - dot (g z) (vsub x z).
    by rewrite -dot_opp_l /dot -sum_minus; apply: sum_ext => i; rewrite /vsub; ring.
  lra.
Qed.

Lemma time_low : exists t0, 0 < t0 /\ forall l, t0 <= time M l.
Proof.
  pose S := 1 + sum (fun l => / time M l).
  have pos l : 0 <= / time M l by apply: Rlt_le; apply: Rinv_0_lt_compat; exact: ok.2.2.
  have S0 := sum_ge0 _ pos; exists (/ S); split; first by apply: Rinv_0_lt_compat; rewrite /S; lra.
  move=> l; rewrite -(Rinv_inv (time M l)).
  apply: Rinv_le_contravar; first by apply: Rinv_0_lt_compat; exact: ok.2.2.
  by have := sum_term_le _ l pos; rewrite /S; lra.
Qed.

Lemma timed_monotone t0 x z : (forall l, t0 <= time M l) ->
  t0 * dot (vsub z x) (vsub (g z) (g x)) <= sum (fun i => time M (layer M i) * ((z i - x i) * (g z i - g x i))).
Proof.
  move=> low; rewrite /dot -sum_scal_l.
  suff : 0 <= sum (fun i => (time M (layer M i) - t0) * ((z i - x i) * (g z i - g x i))).
    rewrite (sum_ext (fun i => (time M (layer M i) - t0) * _) (fun i => time M (layer M i) * ((z i - x i) * (g z i - g x i))
      - t0 * (vsub z x i * vsub (g z) (g x) i))); last by move=> i; rewrite /vsub; ring.
    by rewrite sum_minus; lra.
  rewrite -(layer_sum M (fun l => time M l - t0)); apply: sum_ge0 => l; apply: Rmult_le_pos; first by have := low l; lra.
  have [_ cv] := ok.1 l; have := cv x z; have := cv z x.
  set A := dot _ _; set B := dot _ _ => a b.
  have -> : sum (fun i => if layer M i == l then (z i - x i) * (g z i - g x i) else 0) = - A - B.
    rewrite /A /B /dot -sum_opp -sum_minus; apply: sum_ext => i.
    by case: (layer M i == l); rewrite /g; ring.
  lra.
Qed.

(** ** The interaction, to second order *)

Lemma interaction_rise R1 C : 0 <= C -> lipschitz_on C (fun a => norm a <= R1) G ->
  forall a b, norm a <= R1 -> norm b <= R1 ->
  coupling_energy M b - coupling_energy M a <= dot (G a) (vsub b a) + C * (distance b a * distance b a).
Proof.
  move=> C0 lip a b ha hb; pose c (s : R) : vec n := fun i => a i + s * vsub b a i.
  have D s : is_derive (fun s => coupling_energy M (c s)) s (dot (G (c s)) (vsub b a)).
    apply: (differentiable_chain _ _ c s (vsub b a) ok.2.1) => i.
    by rewrite /c; auto_derive => //; ring.
  have [s [hs E]] := MVT_gen (fun s => coupling_energy M (c s)) 0 1 (fun s => dot (G (c s)) (vsub b a))
    (fun s _ => D s) (fun s _ => proj2 (continuity_pt_filterlim _ s) (ex_derive_continuous _ s (ex_intro _ _ (D s)))).
  rewrite Rmin_left ?Rmax_right in hs; try lra.
  have c0 : c 0 = a by apply: functional_extensionality => i; rewrite /c; ring.
  have c1 : c 1 = b by apply: functional_extensionality => i; rewrite /c /vsub; ring.
  rewrite c0 c1 in E; rewrite E.
  have cr : norm (c s) <= R1.
    rewrite (norm_ext (c s) (fun i => (1 - s) * a i + s * b i)); last by move=> i; rewrite /c /vsub; ring.
    apply: Rle_trans (norm_triangle _ _) _; rewrite !norm_scal !Rabs_pos_eq; try lra.
    by nra.
  have dc : distance (c s) a <= distance b a.
    rewrite /distance (norm_ext (vsub (c s) a) (fun i => s * vsub b a i)); last by move=> i; rewrite /c /vsub; ring.
    by rewrite norm_scal Rabs_pos_eq; [have := norm_ge0 (vsub b a); nra | lra].
  have h := lip (c s) a cr ha; have cs := dot_le_norm (vsub (G (c s)) (G a)) (vsub b a).
  rewrite -/(distance b a) -/(distance (G (c s)) (G a)) in cs.
  have -> : dot (G (c s)) (vsub b a) = dot (G a) (vsub b a) + dot (vsub (G (c s)) (G a)) (vsub b a).
    by rewrite -dot_plus_l; apply: sum_ext => i; rewrite /vsub; ring.
  have d0 := distance_ge0 b a.
  have : distance (G (c s)) (G a) <= C * distance b a.
    by apply: Rle_trans h _; apply: Rmult_le_compat_l.
  move/(Rmult_le_compat_r _ _ _ d0); lra.
Qed.

(** ** Along a bounded solution *)

Variables (x : R -> vec n) (B : R).
Hypothesis sol : modular_solution M x.
Hypothesis bounded : forall t, 0 <= t -> norm (x t) <= B.
Let v := modular_velocity M.
Let En t := modular_energy M (x t).

Lemma velocity_bound : exists V, 0 < V /\ forall a i, norm a <= B -> Rabs (v a i) <= V.
Proof.
  have [R1 [R10 hR]] := bounded_on_ball g B lipg; have [BG [BG0 hG]] := bounded_on_ball G R1 lipG.
  have [t0 [t00 low]] := time_low; have q0 : 0 < (Rabs B + BG) / t0.
    by apply: Rdiv_lt_0_compat => //; have := Rabs_pos B; lra.
  exists ((Rabs B + BG) / t0); split=> // a i ha; rewrite /v /modular_velocity /Rdiv Rabs_mult.
  have ti := low (layer M i); have it0 : 0 <= / time M (layer M i) by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
  apply: Rmult_le_compat; try exact: Rabs_pos.
    have h1 := Rabs_coord_le_norm a i; have h2 := Rabs_coord_le_norm (G (g a)) i; have h3 := hG _ (hR a ha).
    have h4 := Rle_abs B; apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_Ropp -/G -/g; lra.
  by rewrite Rabs_pos_eq //; apply: Rinv_le_contravar.
Qed.

Lemma velocity_lip : exists W, 0 < W /\ forall a b i, norm a <= B -> norm b <= B ->
  Rabs (v a i - v b i) <= W * distance a b.
Proof.
  have [R1 [R10 hR]] := bounded_on_ball g B lipg.
  have [C [C1 lg]] := lipschitz_ball g B lipg; have [D [D1 lG]] := lipschitz_ball G R1 lipG.
  have [t0 [t00 low]] := time_low.
  have w0 : 0 < (1 + D * C) / t0 by apply: Rdiv_lt_0_compat => //; nra.
  exists ((1 + D * C) / t0); split=> // a b i ha hb; rewrite /v /modular_velocity.
  have ti := low (layer M i); have it0 : 0 <= / time M (layer M i) by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
  rewrite -/G -/g (_ : (- a i - G (g a) i) / time M (layer M i) - (- b i - G (g b) i) / time M (layer M i)
     = (- (a i - b i) - (G (g a) i - G (g b) i)) * / time M (layer M i)); last by rewrite /Rdiv; ring.
  rewrite Rabs_mult (_ : (1 + D * C) / t0 * distance a b = ((1 + D * C) * distance a b) * / t0); last by rewrite /Rdiv; ring.
  apply: Rmult_le_compat; try exact: Rabs_pos.
    have h1 := Rabs_coord_le_distance a b i; have h2 := Rabs_coord_le_distance (G (g a)) (G (g b)) i.
    have h3 := lG (g a) (g b) (hR a ha) (hR b hb).
    have h4 := Rmult_le_compat_l D _ _ ltac:(lra) (lg a b ha hb).
    by apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_Ropp; lra.
  by rewrite Rabs_pos_eq //; apply: Rinv_le_contravar.
Qed.

Lemma coord_step t s i : 0 < t -> t <= s -> exists c, t <= c <= s /\ x s i - x t i = (s - t) * v (x c) i.
Proof.
  move=> t0 ts; have [c [hc E]] := MVT_gen (fun s => x s i) t s (fun s => v (x s) i)
    ltac:(rewrite Rmin_left // => u hu; apply: sol.2; lra)
    ltac:(rewrite Rmin_left // => u hu; apply/continuity_pt_filterlim; apply: ex_derive_continuous; eexists; apply: sol.2; lra).
  rewrite Rmin_left // Rmax_right // in hc; exists c; split=> //; rewrite E; ring.
Qed.

Lemma moved : exists P, 0 < P /\ forall t s, 0 < t -> t <= s -> distance (x s) (x t) <= P * (s - t).
Proof.
  have [V [V0 hV]] := velocity_bound; have n0 := pos_INR n.
  exists ((INR n + 1) * V); split; first by nra.
  move=> t s t0 ts; rewrite Rmult_assoc; apply: distance_le_coord; first by nra.
  move=> i; have [c [hc ->]] := coord_step t s i t0 ts.
  rewrite Rabs_mult (Rabs_pos_eq (s - t)); last lra.
  rewrite Rmult_comm; apply: Rmult_le_compat_r; first lra.
  by apply: hV; apply: bounded; lra.
Qed.

Lemma energy_step : exists kappa A h0, 0 < kappa /\ 0 < A /\ 0 < h0 /\
  forall t h, 0 < t -> 0 < h -> h <= h0 -> let u := distance (g (x (t + h))) (g (x t)) in
  kappa * (u * u) <= A * (h * h) * u + h * (En t - En (t + h)).
Proof.
  have [R1 [R10 hR]] := bounded_on_ball g B lipg.
  have [C [C1 lg]] := lipschitz_ball g (B + 1) lipg; have [D [D1 lG]] := lipschitz_ball G R1 lipG.
  have [t0 [t00 low]] := time_low; have [P [P0 hP]] := moved; have [W [W0 hW]] := velocity_lip.
  pose TT := sum (fun i => time M (layer M i)).
  have TT0 : 0 <= TT by apply: sum_ge0 => i; apply: Rlt_le; exact: ok.2.2.
  pose A := P + D * (C * P) + TT * (W * P).
  have A0 : 0 < A.
    have h1 : 0 <= D * (C * P) by apply: Rmult_le_pos; [lra | apply: Rmult_le_pos; lra].
    have h2 : 0 <= TT * (W * P) by apply: Rmult_le_pos => //; apply: Rmult_le_pos; lra.
    by rewrite /A; lra.
  exists (t0 / (2 * C)), A, (2 / P).
  split; first by apply: Rdiv_lt_0_compat; lra.
  split=> //; split; first by apply: Rdiv_lt_0_compat; lra.
  move=> t h tp hp hh u; set X := x t; set z := x (t + h); set Dg := vsub (g z) (g X).
  have hX : norm X <= B by apply: bounded; lra.
  have hz : norm z <= B by apply: bounded; lra.
  have zX : distance z X <= P * h by have := hP t (t + h) tp ltac:(lra); rewrite (_ : t + h - t = h) //; ring.
  have zX2 : distance z X <= 2.
    apply: Rle_trans zX _; have := Rmult_le_compat_l P _ _ (Rlt_le _ _ P0) hh.
    by rewrite (_ : P * (2 / P) = 2) //; field; lra.
  have u0 : 0 <= u by exact: distance_ge0.
  have nu : norm Dg = u by [].
  have uC : u <= C * (P * h).
    apply: Rle_trans (lg z X ltac:(lra) ltac:(lra)) _; apply: Rmult_le_compat_l => //; lra.
  have rise := energy_rise M ok X z; rewrite -/g -/Dg in rise.
  have inter := interaction_rise R1 D ltac:(lra) lG (g X) (g z) (hR X hX) (hR z hz).
  rewrite -/Dg -/u in inter.
  have low1 := timed_monotone t0 X z low; have low2 := co_monotone B C C1 lg X z hX hz zX2.
  rewrite -/u -/Dg in low1 low2.
  have cross : dot (vsub z X) Dg <= P * h * u.
    apply: Rle_trans (dot_le_norm _ _) _; rewrite nu; exact: Rmult_le_compat_r.
  have sp : dot z Dg = dot X Dg + dot (vsub z X) Dg.
    by rewrite -dot_plus_l; apply: sum_ext => i; rewrite /vsub; ring.
  have drift : h * (dot X Dg + dot (G (g X)) Dg) <=
     - sum (fun i => time M (layer M i) * ((z i - X i) * (g z i - g X i))) + TT * (W * P) * (h * h) * u.
    rewrite -dot_plus_l /dot -sum_scal_l -sum_opp.
    rewrite (_ : TT * (W * P) * (h * h) * u = sum (fun i => time M (layer M i) * ((W * P) * (h * h) * u))); last first.
      by rewrite sum_scal_r -/TT; ring.
    rewrite -sum_plus; apply: sum_le => i; have ti := ok.2.2 (layer M i).
    have [c [hc Ec]] := coord_step t (t + h) i tp ltac:(lra).
    have eh : t + h - t = h by ring.
    rewrite eh -/z -/X in Ec.
    have vX : X i + G (g X) i = - (time M (layer M i) * v X i).
      by rewrite /v /modular_velocity -/G -/g; field; lra.
    rewrite vX Ec.
    have diff : Rabs (v (x c) i - v X i) <= W * (P * h).
      apply: Rle_trans (hW (x c) X i (bounded c ltac:(lra)) hX) _; apply: Rmult_le_compat_l; first lra.
      apply: Rle_trans (hP t c tp ltac:(lra)) _; apply: Rmult_le_compat_l; lra.
    have di : Rabs (Dg i) <= u by exact: (Rabs_coord_le_norm Dg i).
    have pr : (v (x c) i - v X i) * Dg i <= W * (P * h) * u.
      apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult.
      by apply: Rmult_le_compat => //; exact: Rabs_pos.
    have th : 0 <= time M (layer M i) * h by apply: Rmult_le_pos; lra.
    have := Rmult_le_compat_l _ _ _ th pr.
    rewrite /Dg /vsub; lra.
  have e1 : h * (En (t + h) - En t) <= h * (dot X Dg + dot (G (g X)) Dg) + h * (P * h * u) + h * (D * (u * u)).
    rewrite -!Rmult_plus_distr_l; apply: Rmult_le_compat_l; first lra.
    by move: rise; rewrite /En -/z -/X; lra.
  have e2 : h * (D * (u * u)) <= D * (C * P) * (h * h) * u.
    have Dhu : 0 <= h * D * u by apply: Rmult_le_pos => //; apply: Rmult_le_pos; lra.
    by have := Rmult_le_compat_l _ _ _ Dhu uC; lra.
  have e3 : t0 / (2 * C) * (u * u) <= t0 * dot (vsub z X) Dg.
    have k0 : 0 <= t0 / (2 * C) by apply: Rlt_le; apply: Rdiv_lt_0_compat; lra.
    have := Rmult_le_compat_l _ _ _ k0 low2.
    by rewrite (_ : t0 / (2 * C) * (2 * C * dot (vsub z X) Dg) = t0 * dot (vsub z X) Dg) //; field; lra.
  rewrite /A; lra.
Qed.

Lemma energy_tail d : 0 < d -> exists T, 0 < T /\ forall t h, T <= t -> 0 <= h -> En t - En (t + h) <= d.
Proof.
  move=> d0; have fall := modular_descent M ok x lipg sol.
  have [|w [_ mw]] := max_attained (fun z : vec n => norm z <= B) (fun z => - modular_energy M z) (compact_ball n B)
      (ex_intro _ (x 0) (bounded 0 (Rle_refl 0))).
    move=> y _ e e0; have [k [k0 H]] := energy_continuous M ok y lipg e e0.
    by exists k; split=> // z zy; have := H z zy; split_Rabs; lra.
  have [||l [ub lb]] := completeness (fun r => exists t, 0 < t /\ r = - En t).
  - by exists (- modular_energy M w) => r [t [t0 ->]]; apply: mw; apply: bounded; lra.
  - by exists (- En 1), 1; split; lra.
  have [T [T0 hT]] : exists T, 0 < T /\ l - d < - En T.
    apply: NNPP => no; have : l <= l - d; last lra.
    by apply: lb => r [t [t0 ->]]; apply: Rnot_lt_le => h; apply: no; exists t.
  exists T; split=> // t h Tt h0.
  have a := fall T t ltac:(lra) Tt; have b := ub (- En (t + h)) ltac:(exists (t + h); split; lra).
  by rewrite -/(En t) -/(En T) in a; lra.
Qed.

Lemma step_small : exists A h0, 0 < A /\ 0 < h0 /\ forall h, 0 < h -> h <= h0 ->
  exists T, 0 < T /\ forall t, T <= t -> distance (g (x (t + h))) (g (x t)) <= A * (h * h).
Proof.
  have [k [A [h0 [k0 [A0 [h00 H]]]]]] := energy_step.
  have q0 : 0 < A / k by apply: Rdiv_lt_0_compat.
  exists (A / k + 1), h0; split; first lra; split=> // h hp hh.
  have d0 : 0 < k * (A / k + 1) * (h * h * h).
    by apply: Rmult_lt_0_compat; [nra | apply: Rmult_lt_0_compat; [nra | lra]].
  have [T [T0 tail]] := energy_tail _ d0; exists T; split=> // t Tt.
  have := H t h ltac:(lra) hp hh; set u := distance _ _ => /= step.
  apply: Rnot_lt_le => lt; have := Rmult_le_compat_l h _ _ (Rlt_le _ _ hp) (tail t h Tt (Rlt_le _ _ hp)) => tl.
  have hh0 : 0 < h * h by nra.
  have kA : k * (A / k + 1) = A + k by field; lra.
  have f1 : k * (h * h) < k * u - A * (h * h).
    by have := Rmult_lt_compat_l k _ _ k0 lt; rewrite -Rmult_assoc kA; lra.
  have f0 : 0 < (A / k + 1) * (h * h) by apply: Rmult_lt_0_compat; lra.
  have f2 : 0 < k * (h * h) by apply: Rmult_lt_0_compat.
  have := Rmult_le_0_lt_compat _ _ _ _ (Rlt_le _ _ f0) (Rlt_le _ _ f2) lt f1.
  have -> : (A / k + 1) * (h * h) * (k * (h * h)) = h * (k * (A / k + 1) * (h * h * h)) by ring.
  lra.
Qed.

Lemma window S eta : 0 <= S -> 0 < eta -> exists T, 0 < T /\ forall t s, T <= t -> 0 <= s <= S ->
  distance (g (x (t + s))) (g (x t)) <= eta.
Proof.
  move=> S0 eta0; have [A [h0 [A0 [h00 H]]]] := step_small; have [P [P0 hP]] := moved.
  have [C [C1 lg]] := lipschitz_ball g B lipg.
  have CP : 0 < C * P by apply: Rmult_lt_0_compat; lra.
  have q : 0 < S * A + C * P by have := Rmult_le_pos _ _ S0 (Rlt_le _ _ A0); lra.
  pose h := Rmin h0 (eta / (S * A + C * P)).
  have hp : 0 < h by apply: Rmin_glb_lt => //; apply: Rdiv_lt_0_compat.
  have hh : h <= h0 by exact: Rmin_l.
  have he : h * (S * A + C * P) <= eta.
    have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ q) (Rmin_r h0 (eta / (S * A + C * P))); rewrite -/h.
    by rewrite (_ : eta / (S * A + C * P) * (S * A + C * P) = eta) //; field; lra.
  have [T [T0 st]] := H h hp hh; exists T; split=> // t s Tt hs.
  have chain m : distance (g (x (t + INR m * h))) (g (x t)) <= INR m * (A * (h * h)).
    elim: m => [|m IH]; first by rewrite /= !Rmult_0_l Rplus_0_r distance_self; lra.
    have m0 := pos_INR m; have mh : 0 <= INR m * h by apply: Rmult_le_pos; lra.
    have := st (t + INR m * h) ltac:(lra); rewrite S_INR => h1.
    have := distance_triangle (g (x (t + (INR m + 1) * h))) (g (x (t + INR m * h))) (g (x t)).
    by rewrite (_ : t + (INR m + 1) * h = t + INR m * h + h) in h1 *; [lra | ring].
  have [m [m1 m2]] := nfloor_ex (s / h) ltac:(apply: Rmult_le_pos; [lra | apply: Rlt_le; apply: Rinv_0_lt_compat; lra]).
  have e : s / h * h = s by field; lra.
  have b1 : INR m * h <= s by rewrite -{1}e; apply: Rmult_le_compat_r; lra.
  have b2 : s <= (INR m + 1) * h by rewrite -{1}e; apply: Rmult_le_compat_r; lra.
  have mh : 0 <= INR m * h by apply: Rmult_le_pos; [exact: pos_INR | lra].
  have last : distance (g (x (t + s))) (g (x (t + INR m * h))) <= C * (P * h).
    apply: Rle_trans (lg _ _ (bounded (t + s) ltac:(lra)) (bounded (t + INR m * h) ltac:(lra))) _.
    apply: Rmult_le_compat_l; first lra.
    apply: Rle_trans (hP (t + INR m * h) (t + s) ltac:(lra) ltac:(lra)) _; apply: Rmult_le_compat_l; lra.
  have := distance_triangle (g (x (t + s))) (g (x (t + INR m * h))) (g (x t)); have c := chain m.
  have : INR m * (A * (h * h)) <= S * A * h.
    have Ah : 0 <= A * h by apply: Rmult_le_pos; lra.
    by have := Rmult_le_compat_r _ _ _ Ah (Rle_trans _ _ _ b1 hs.2); lra.
  lra.
Qed.

Lemma leak : exists D, 0 < D /\ forall i t S eta, 0 < t -> 0 <= S ->
  (forall s, 0 <= s <= S -> distance (g (x (t + s))) (g (x t)) <= eta) ->
  let k := / time M (layer M i) in
  Rabs (v (x (t + S)) i) <= exp (- (k * S)) * Rabs (v (x t) i) + (k * S + 1) * (k * (D * eta)).
Proof.
  have [R1 [R10 hR]] := bounded_on_ball g B lipg; have [D [D1 lG]] := lipschitz_ball G R1 lipG.
  exists D; split; first lra.
  move=> i t S eta t0 S0 near k; have ti := ok.2.2 (layer M i).
  have k0 : 0 < k by apply: Rinv_0_lt_compat.
  set c := G (g (x t)) i.
  have ve s : v (x s) i = - k * (x s i + G (g (x s)) i).
    by rewrite /v /modular_velocity -/G -/g /k; field; lra.
  have gap s : 0 <= s <= S -> Rabs (G (g (x (t + s))) i - c) <= D * eta.
    move=> hs; have h1 := Rabs_coord_le_distance (G (g (x (t + s)))) (G (g (x t))) i; apply: (Rle_trans _ _ _ h1).
    apply: Rle_trans (lG _ _ (hR _ (bounded (t + s) ltac:(lra))) (hR _ (bounded t ltac:(lra)))) _.
    by apply: Rmult_le_compat_l; [lra | exact: near].
  pose Q s := exp (k * s) * (x (t + s) i + c).
  have DQ s : 0 <= s -> is_derive Q s (exp (k * s) * (k * (c - G (g (x (t + s))) i))).
    move=> s0; evar_last.
      apply: is_derive_mult => [||a b]; last exact: Rmult_comm.
        by apply: (is_derive_comp exp (fun s => k * s)); [exact: is_derive_exp | auto_derive].
      apply: is_derive_plus; last exact: is_derive_const.
      by apply: (is_derive_comp (fun s => x s i) (fun s => t + s)); [apply: sol.2; lra | auto_derive].
    by rewrite -/v ve /plus /zero /scal /mult /= /mult /=; ring.
  have [s [hs E]] := MVT_gen Q 0 S (fun s => exp (k * s) * (k * (c - G (g (x (t + s))) i)))
    ltac:(rewrite Rmin_left // => u hu; apply: DQ; lra)
    ltac:(rewrite Rmin_left // => u hu; apply/continuity_pt_filterlim; apply: ex_derive_continuous; eexists; apply: DQ; lra).
  rewrite Rmin_left // Rmax_right // in hs.
  have Q0 : Q 0 = x t i + c by rewrite /Q Rmult_0_r exp_0 Rplus_0_r; ring.
  have ee : exp (- (k * S)) * exp (k * S) = 1 by rewrite -exp_plus Rplus_opp_l exp_0.
  have P := exp_pos (- (k * S)); have P' := exp_pos (k * S).
  have yS : x (t + S) i + c = exp (- (k * S)) * (x t i + c) + exp (- (k * S)) * (Q S - Q 0).
    by rewrite Q0 -Rmult_plus_distr_l (_ : x t i + c + (Q S - (x t i + c)) = Q S); [rewrite /Q -Rmult_assoc ee; ring | ring].
  have es : exp (k * s) <= exp (k * S).
    have : k * s <= k * S by apply: Rmult_le_compat_l; lra.
    by case=> [lt|->]; [left; exact: exp_increasing | right].
  have De : 0 <= D * eta by apply: Rle_trans (Rabs_pos _) (gap 0 _); lra.
  have change : Rabs (exp (- (k * S)) * (Q S - Q 0)) <= k * S * (D * eta).
    rewrite E Rminus_0_r !Rabs_mult (Rabs_pos_eq _ (Rlt_le _ _ P)) (Rabs_pos_eq _ (Rlt_le _ _ (exp_pos _))) (Rabs_pos_eq k) ?(Rabs_pos_eq S) //; last lra.
    have gs := gap s hs; rewrite Rabs_minus_sym in gs.
    have kS : 0 <= k * S by apply: Rmult_le_pos; lra.
    have h1 : exp (- (k * S)) * exp (k * s) <= 1.
      by rewrite -ee; apply: Rmult_le_compat_l; lra.
    have h0 : 0 <= exp (- (k * S)) * exp (k * s) by apply: Rmult_le_pos; [lra | apply: Rlt_le; exact: exp_pos].
    have h2 : exp (- (k * S)) * exp (k * s) * Rabs (c - G (g (x (t + s))) i) <= D * eta.
      apply: (Rle_trans _ (1 * Rabs (c - G (g (x (t + s))) i))); last by lra.
      by apply: Rmult_le_compat_r => //; exact: Rabs_pos.
    by have := Rmult_le_compat_l _ _ _ kS h2; lra.
  have vt : exp (- (k * S)) * Rabs (v (x t) i) = k * Rabs (exp (- (k * S)) * (x t i + c)).
    rewrite ve -/c !Rabs_mult Rabs_Ropp (Rabs_pos_eq k) ?(Rabs_pos_eq (exp _)); try lra; ring.
  rewrite vt ve Rabs_mult Rabs_Ropp (Rabs_pos_eq k); last lra.
  rewrite (_ : x (t + S) i + G (g (x (t + S))) i = (x (t + S) i + c) + (G (g (x (t + S))) i - c)); last ring.
  have t1 := Rabs_triang (x (t + S) i + c) (G (g (x (t + S))) i - c).
  have t2 := Rabs_triang (exp (- (k * S)) * (x t i + c)) (exp (- (k * S)) * (Q S - Q 0)); rewrite -yS in t2.
  have gS := gap S ltac:(lra).
  set a := Rabs (exp _ * (x t i + c)) in t2 *.
  have : Rabs (x (t + S) i + c + (G (g (x (t + S))) i - c)) <= a + (k * S + 1) * (D * eta) by lra.
  move/(Rmult_le_compat_l _ _ _ (Rlt_le _ _ k0)); lra.
Qed.

Lemma velocity_to_0 i : is_lim (fun t => v (x t) i) p_infty 0.
Proof.
  apply/is_lim_spec => eps; have e0 := cond_pos eps.
  have [D [D0 H]] := leak; have [V [V0 hV]] := velocity_bound; set k := / time M (layer M i).
  have k0 : 0 < k by apply: Rinv_0_lt_compat; exact: ok.2.2.
  pose S := 2 * V / (eps * k); have ek : 0 < eps * k by apply: Rmult_lt_0_compat.
  have S0 : 0 < S by apply: Rdiv_lt_0_compat; lra.
  have kS : 0 < k * S by apply: Rmult_lt_0_compat.
  have q : 0 < 4 * ((k * S + 1) * (k * D)).
    by apply: Rmult_lt_0_compat; [lra | apply: Rmult_lt_0_compat; [lra | apply: Rmult_lt_0_compat]].
  have [T [T0 win]] := window S (eps / (4 * ((k * S + 1) * (k * D)))) (Rlt_le _ _ S0) (Rdiv_lt_0_compat _ _ e0 q).
  exists (T + S) => t ht; rewrite Rminus_0_r.
  have := H i (t - S) S _ ltac:(lra) (Rlt_le _ _ S0) (fun s hs => win (t - S) s ltac:(lra) hs).
  rewrite /= -/k (_ : t - S + S = t); last ring.
  have -> : (k * S + 1) * (k * (D * (eps / (4 * ((k * S + 1) * (k * D)))))) = eps / 4 by field; lra.
  have hv := hV (x (t - S)) i (bounded (t - S) ltac:(lra)).
  have P := exp_pos (- (k * S)); have P' := exp_ineq1_le (k * S).
  have half : exp (- (k * S)) * V <= eps / 2.
    have ee : exp (- (k * S)) * exp (k * S) = 1 by rewrite -exp_plus Rplus_opp_l exp_0.
    have Vk : V = eps / 2 * (k * S) by rewrite /S; field; lra.
    have : V <= eps / 2 * exp (k * S) by rewrite {1}Vk; apply: Rmult_le_compat_l; lra.
    move/(Rmult_le_compat_l _ _ _ (Rlt_le _ _ P)).
    by rewrite (_ : exp (- (k * S)) * (eps / 2 * exp (k * S)) = eps / 2 * (exp (- (k * S)) * exp (k * S))); [rewrite ee; lra | ring].
  have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ P) hv; lra.
Qed.

Lemma limit_rest w : limit_point x w -> forall i, v w i = 0.
Proof.
  move=> lw i; have Cx t : 0 <= t -> (fun z : vec n => norm z <= B) (x t) by exact: bounded.
  have hw : norm w <= B := limit_in _ (compact_ball n B) x Cx w lw.
  have [W [W0 hW]] := velocity_lip; apply: NNPP => ne.
  have p : 0 < Rabs (v w i) by exact: Rabs_pos_lt.
  have p2 : 0 < Rabs (v w i) / 2 by lra.
  have /is_lim_spec /(_ (mkposreal _ p2)) [T hT] := velocity_to_0 i.
  have [t [ht tw]] := lw (Rabs (v w i) / (2 * W)) (Rmax T 0) ltac:(apply: Rdiv_lt_0_compat; lra).
  have m1 := Rmax_l T 0; have m2 := Rmax_r T 0.
  have := hT t ltac:(lra); rewrite /= Rminus_0_r => small.
  have := hW (x t) w i (bounded t ltac:(lra)) hw.
  have := Rmult_lt_compat_l W _ _ W0 tw; rewrite (_ : W * (Rabs (v w i) / (2 * W)) = Rabs (v w i) / 2); last by field; lra.
  by split_Rabs; lra.
Qed.

Lemma modular_convergence :
  (forall i, is_lim (fun t => v (x t) i) p_infty 0) /\
  (exists w, limit_point x w) /\
  (forall w, limit_point x w -> forall i, v w i = 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists w, (forall i, v w i = 0) /\ distance (x t) w < eps).
Proof.
  have Cx t : 0 <= t -> (fun z : vec n => norm z <= B) (x t) by exact: bounded.
  split; first exact: velocity_to_0.
  split; first exact: (limit_exists _ (compact_ball n B) x Cx).
  split; first exact: limit_rest.
  move=> eps e0; have [T hT] := limit_attracts _ (compact_ball n B) x Cx eps e0.
  exists T => t Tt; have [w [lw tw]] := hT t Tt; exists w; split=> //; exact: limit_rest.
Qed.
End Limit.
