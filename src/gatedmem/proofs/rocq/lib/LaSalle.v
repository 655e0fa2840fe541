(** Barbalat's lemma and LaSalle's invariance principle. *)

From Coq Require Import Reals Lra Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Gronwall lib.Banach lib.Compact lib.Flow.

Open Scope R_scope.

(** ** Change of a function with a one-sided bound on its derivative *)

Lemma falls (E D : R -> R) a b c : 0 < a -> a <= b ->
  (forall t, 0 < t -> is_derive E t (- D t)) -> (forall t, a <= t <= b -> c <= D t) ->
  E b <= E a - c * (b - a).
Proof.
move=> a0 ab hE hD.
have [t [ht e]] := MVT_gen E a b (fun t => - D t)
  ltac:(rewrite Rmin_left // => t ht; apply: hE; lra)
  ltac:(rewrite Rmin_left // Rmax_right // => t ht; apply/continuity_pt_filterlim;
        apply: ex_derive_continuous; eexists; apply: hE; lra).
rewrite Rmin_left // Rmax_right // in ht.
by have := Rmult_le_compat_r (b - a) _ _ ltac:(lra) (hD t ht); lra.
Qed.

Definition uniformly_continuous_from0 (D : R -> R) : Prop :=
  forall eps, 0 < eps -> exists delta, 0 < delta /\
    forall s t, 0 < s -> 0 < t -> Rabs (s - t) < delta -> Rabs (D s - D t) < eps.

Lemma barbalat (E D : R -> R) m :
  (forall t, 0 < t -> is_derive E t (- D t)) -> (forall t, 0 < t -> m <= E t) ->
  (forall t, 0 < t -> 0 <= D t) -> uniformly_continuous_from0 D ->
  is_lim D p_infty 0.
Proof.
move=> hE hm hD uc; apply/is_lim_spec => e; have e0 := cond_pos e.
have [d [d0 hd]] := uc (e / 2) ltac:(lra).
have [||l [ub lb]] := completeness (fun r => exists t, 0 < t /\ r = - E t).
- by exists (- m) => r [t [t0 ->]]; have := hm t t0; lra.
- by exists (- E 1), 1; split; lra.
have [T [T0 hT]] : exists T, 0 < T /\ l - e / 2 * (d / 2) < - E T.
  have q : 0 < e / 2 * (d / 2) by apply: Rmult_lt_0_compat; lra.
  apply: NNPP => no; have : l <= l - e / 2 * (d / 2); last lra.
  by apply: lb => r [t [t0 ->]]; apply: Rnot_lt_le => h; apply: no; exists t.
exists T => t Tt; rewrite Rminus_0_r Rabs_pos_eq; last by apply: hD; lra.
apply: Rnot_le_lt => le.
have a := falls E D T t 0 T0 ltac:(lra) hE ltac:(move=> s hs; apply: hD; lra).
have b := falls E D t (t + d / 2) (e / 2) ltac:(lra) ltac:(lra) hE.
have {b} : E (t + d / 2) <= E t - e / 2 * (t + d / 2 - t).
  apply: b => s hs; have := hd t s ltac:(lra) ltac:(lra).
  have -> : Rabs (t - s) = s - t by rewrite Rabs_left1; lra.
  by move=> h; have := h ltac:(lra); have := Rle_abs (D t - D s); lra.
have := ub (- E (t + d / 2)) ltac:(exists (t + d / 2); split; lra).
have -> : e / 2 * (t + d / 2 - t) = e / 2 * (d / 2) by ring.
lra.
Qed.

(** ** Uniform continuity on a compact set *)

Lemma heine {n} (C : vec n -> Prop) (f : vec n -> R) : compact_set C -> continuous_over C f ->
  forall e, 0 < e -> exists d, 0 < d /\ forall a b, C a -> C b -> distance a b < d -> Rabs (f a - f b) < e.
Proof.
move=> [cl [M bd]] cf e e0; apply: NNPP => no.
pose F (P : vec n * vec n -> Prop) := exists d, 0 < d /\ forall a b, C a -> C b ->
  distance a b < d -> e <= Rabs (f a - f b) -> P (a, b).
have FF : ProperFilter F.
  split.
    move=> P [d [d0 h]]; apply: NNPP => no'; apply: no; exists d; split=> // a b Ca Cb ab.
    by apply: Rnot_le_lt => le; apply: no'; exists (a, b); apply: h.
  split.
  - by exists 1; split; [lra |].
  - move=> P Q [d [d0 h]] [d' [d0' h']]; exists (Rmin d d'); split; first exact: Rmin_glb_lt.
    move=> a b Ca Cb ab le; have := Rmin_l d d'; have := Rmin_r d d' => m m'.
    by split; [apply: h | apply: h'] => //; lra.
  - by move=> P Q imp [d [d0 h]]; exists d; split=> // a b Ca Cb ab le; apply: imp; apply: h.
have inC : F (fun p => C p.1 /\ C p.2) by exists 1; split; [lra | move=> a b].
have [|w hw] := cluster F (fun p => p.1) M.
  by apply: filter_imp inC => p [h _]; apply: bd.
have Cw : C w.
  by apply: cl => r r0; have [p [[Cp _] h]] := hw _ r inC r0; exists p.1.
have [d [d0 hd]] := cf w Cw (e / 2) ltac:(lra).
have [|p [[[Ca Cb] [ab le]] aw]] := hw (fun p => (C p.1 /\ C p.2) /\
    (distance p.1 p.2 < d / 2 /\ e <= Rabs (f p.1 - f p.2))) (d / 2) _ ltac:(lra).
  by exists (d / 2); split; [lra | move=> a b *].
have := hd _ Ca ltac:(lra); have bw := distance_triangle p.2 p.1 w.
rewrite (distance_sym p.2 p.1) in bw; have := hd _ Cb ltac:(lra).
by split_Rabs; lra.
Qed.

(** ** LaSalle *)

Section LaSalle.
Context {n : nat} (C : vec n -> Prop) (rho L : R) (v : vec n -> vec n).
Hypothesis (cC : compact_set C) (r0 : 0 < rho) (lip : lipschitz_on L (near rho C) v).
Variable (y : R -> vec n).
Hypothesis (hy : orbit v y) (Cy : forall t, 0 <= t -> C (y t)).

Lemma field_bounded : exists M, 0 < M /\ forall x i, C x -> Rabs (v x i) <= M.
Proof.
have [_ [B bd]] := cC; pose c := y 0; have Cc : C c by apply: Cy; lra.
have q : 0 <= Rabs L * (2 * B).
  apply: Rmult_le_pos; first exact: Rabs_pos.
  by have := bd c Cc; have := norm_ge0 c; lra.
exists (norm (v c) + Rabs L * (2 * B) + 1); split; first by have := norm_ge0 (v c); lra.
move=> x i Cx; have := Rabs_coord_le_norm (v c) i; have := Rabs_coord_le_distance (v x) (v c) i.
have := lip x c (in_near C rho r0 x Cx) (in_near C rho r0 c Cc).
have : distance x c <= 2 * B.
  have := norm_triangle x (fun i => - c i); rewrite norm_opp => h.
  by have := bd x Cx; have := bd c Cc; rewrite /distance /vsub; move: h; rewrite /Rminus; lra.
move=> h; have : L * distance x c <= Rabs L * (2 * B).
  apply: Rle_trans (Rmult_le_compat_r _ _ _ (distance_ge0 x c) (Rle_abs L)) _.
  by apply: Rmult_le_compat_l => //; apply: Rabs_pos.
split_Rabs; lra.
Qed.

Lemma orbit_uniform e : 0 < e -> exists d, 0 < d /\
  forall s t, 0 < s -> 0 < t -> Rabs (s - t) < d -> distance (y s) (y t) < e.
Proof.
move=> e0; have [M [M0 hM]] := field_bounded; have n0 : 0 < INR n + 1 by have := pos_INR n; lra.
have k0 : 0 < e / (INR n + 1) by apply: Rdiv_lt_0_compat.
exists (e / (INR n + 1) / M); split; first exact: Rdiv_lt_0_compat.
move=> s t s0 t0 st; apply: distance_lt => // i.
have m0 : 0 < Rmin t s by apply: Rmin_glb_lt.
have [c [[hc _] ->]] := MVT_gen (fun s => y s i) t s (fun s => v (y s) i)
  ltac:(move=> u hu; apply: hy; lra)
  ltac:(move=> u hu; apply/continuity_pt_filterlim; apply: ex_derive_continuous; eexists; apply: hy; lra).
rewrite Rabs_mult; apply: (Rle_lt_trans _ (M * Rabs (s - t))).
  by apply: Rmult_le_compat_r; [apply: Rabs_pos | apply: hM; apply: Cy; lra].
have := Rmult_lt_compat_l _ _ _ M0 st.
by have -> : M * (e / (INR n + 1) / M) = e / (INR n + 1) by field; lra.
Qed.

Lemma limit_exists : exists w, limit_point y w.
Proof.
have [_ [B bd]] := cC.
have [|w hw] := cluster (Rbar_locally p_infty) y B.
  by exists 0 => t t0; apply: bd; apply: Cy; lra.
exists w => e T e0; have [|t [Tt h]] := hw (fun t => T < t) e _ e0; first by exists T.
by exists t.
Qed.

Lemma limit_in w : limit_point y w -> C w.
Proof.
have [cl _] := cC; move=> hw; apply: cl => e e0.
by have [t [t0 h]] := hw e 0 e0; exists (y t); split=> //; apply: Cy; lra.
Qed.

Lemma limit_attracts e : 0 < e -> exists T, forall t, T < t -> exists w, limit_point y w /\ distance (y t) w < e.
Proof.
move=> e0; apply: NNPP => no; have [_ [B bd]] := cC.
pose far t := forall w, limit_point y w -> e <= distance (y t) w.
pose F (P : R -> Prop) := exists T, forall t, T < t -> far t -> P t.
have FF : ProperFilter F.
  split.
    move=> P [T h]; apply: NNPP => no'; apply: no; exists T => t Tt.
    apply: NNPP => no''; apply: no'; exists t; apply: h => // w hw.
    by apply: Rnot_lt_le => l; apply: no''; exists w.
  split; first by exists 0.
  - move=> P Q [T h] [T' h']; exists (Rmax T T') => t ht ft.
    by have := Rmax_l T T'; have := Rmax_r T T' => m m'; split; [apply: h | apply: h'] => //; lra.
  - by move=> P Q imp [T h]; exists T => t Tt ft; apply: imp; apply: h.
have [|w hw] := cluster F y B; first by exists 0 => t t0 _; apply: bd; apply: Cy; lra.
have lw : limit_point y w.
  move=> r T r0'; have [|t [Tt h]] := hw (fun t => T < t) r _ r0'; first by exists T.
  by exists t.
have [|t [ft h]] := hw far e _ e0; first by exists 0.
by have := ft w lw; lra.
Qed.

Hypothesis conf : confined C rho v.

Lemma limit_invariant w : limit_point y w ->
  exists z, (z 0 = w /\ orbit v z) /\ forall t, 0 <= t -> limit_point y (z t).
Proof.
move=> hw; have [z [z0 [hz Cz]]] := flow_exists C rho L v cC r0 lip conf w (limit_in w hw).
exists z; split=> // tau tau0 e T e0; have x0 := exp_pos (L * (tau - 0)).
have [t [Tt h]] := hw (e / exp (L * (tau - 0))) (Rmax T 0) (Rdiv_lt_0_compat _ _ e0 x0).
have m1 := Rmax_l T 0; have m2 := Rmax_r T 0.
exists (t + tau); split; first lra.
have hs s : 0 <= s -> curve_derive (fun s => y (t + s)) s (v (y (t + s))).
  move=> s0 i; evar_last.
    by apply: (is_derive_comp (fun u => y u i) (fun s => t + s)); [apply: hy; lra | auto_derive].
  by rewrite /scal /= /mult /=; ring.
have := gronwall_solutions (fun _ => v) (near rho C) L (fun s => y (t + s)) z 0 tau (fun _ _ => lip) _
  (orbit_continuous v z tau hz) _ (fun s k => hs s (Rlt_le _ _ (proj1 k)))
  (fun s k => hz s (Rlt_le _ _ (proj1 k))) tau ltac:(lra).
rewrite Rplus_0_r z0 => g; apply: (Rle_lt_trans _ (exp (L * (tau - 0)) * distance (y t) w)).
  apply: g.
  - move=> i; apply: continuous_on_forall => s [s0 _]; apply: ex_derive_continuous.
    by eexists; apply: hs.
  - by move=> s k; split; apply: in_near => //; [apply: Cy | apply: Cz]; lra.
have := Rmult_lt_compat_l _ _ _ x0 h.
by have -> : exp (L * (tau - 0)) * (e / exp (L * (tau - 0))) = e by field; lra.
Qed.

Variable (V W : vec n -> R) (m : R).
Hypothesis (hV : forall t, 0 < t -> is_derive (fun s => V (y s)) t (- W (y t))).
Hypothesis (bV : forall x, C x -> m <= V x) (W0 : forall x, C x -> 0 <= W x) (cW : continuous_over C W).

Lemma dissipation_vanishes : is_lim (fun t => W (y t)) p_infty 0.
Proof.
apply: (barbalat (fun s => V (y s)) (fun s => W (y s)) m) => //.
- by move=> t t0; apply: bV; apply: Cy; lra.
- by move=> t t0; apply: W0; apply: Cy; lra.
- move=> e e0; have [d [d0 hd]] := heine C W cC cW e e0.
  have [k [k0 hk]] := orbit_uniform d d0; exists k; split=> // s t s0 t0 st.
  by apply: hd; [apply: Cy; lra | apply: Cy; lra | apply: hk].
Qed.

Lemma limit_dissipation w : limit_point y w -> W w = 0.
Proof.
move=> hw; have Cw := limit_in w hw; apply: Rle_antisym; last exact: W0.
apply: Rnot_lt_le => p; have [d [d0 hd]] := cW w Cw (W w / 2) ltac:(lra).
have p2 : 0 < W w / 2 by lra.
have /is_lim_spec h := dissipation_vanishes; have [T hT] := h (mkposreal _ p2).
have [t [ht tw]] := hw d (Rmax T 0) d0; have m1 := Rmax_l T 0; have m2 := Rmax_r T 0.
have := hT t ltac:(lra); have := hd (y t) (Cy t ltac:(lra)) tw.
by rewrite /= Rminus_0_r; split_Rabs; lra.
Qed.

Hypothesis only : forall z : R -> vec n, orbit v z ->
  (forall t, 0 <= t -> C (z t) /\ W (z t) = 0) -> forall i, v (z 0) i = 0.

Lemma limit_equilibrium w : limit_point y w -> forall i, v w i = 0.
Proof.
move=> hw; have [z [[<- hz] lz]] := limit_invariant w hw; apply: (only z hz) => t t0.
by split; [apply: limit_in | apply: limit_dissipation]; apply: lz.
Qed.

Lemma velocity_vanishes i : is_lim (fun t => v (y t) i) p_infty 0.
Proof.
apply/is_lim_spec => e; have e0 := cond_pos e; have l0 : 0 < Rabs L + 1 by have := Rabs_pos L; lra.
have [T hT] := limit_attracts (e / (Rabs L + 1)) (Rdiv_lt_0_compat _ _ e0 l0).
exists (Rmax T 0) => t ht; have m1 := Rmax_l T 0; have m2 := Rmax_r T 0.
have [w [lw tw]] := hT t ltac:(lra).
have Ct : C (y t) by apply: Cy; lra.
have := lip _ _ (in_near C rho r0 _ Ct) (in_near C rho r0 _ (limit_in w lw)).
have := Rabs_coord_le_distance (v (y t)) (v w) i; rewrite (limit_equilibrium w lw) => a b.
apply: Rle_lt_trans a _; apply: Rle_lt_trans b _.
apply: (Rle_lt_trans _ ((Rabs L + 1) * distance (y t) w)).
  by apply: Rmult_le_compat_r; [apply: distance_ge0 | have := Rle_abs L; lra].
have := Rmult_lt_compat_l _ _ _ l0 tw.
by have -> : (Rabs L + 1) * (e / (Rabs L + 1)) = e by field; lra.
Qed.
End LaSalle.
