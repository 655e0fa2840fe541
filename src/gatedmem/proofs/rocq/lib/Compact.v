(** Compactness of closed bounded sets of R^n without any axiom of choice: every proper filter on a
    bounded set has a cluster point, and a continuous function attains its maximum. *)

From Coq Require Import Reals Lra Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis lib.Sums lib.Banach.

Open Scope R_scope.

(** ** Cluster points, one coordinate after the other *)

Section OneCoordinate.
Context {T : Type} (F : (T -> Prop) -> Prop) {FF : ProperFilter F} (f : T -> R) (M : R).
Hypothesis bounded : F (fun t => Rabs (f t) <= M).

Definition upper (c : R) : Prop := forall P, F P -> exists t, P t /\ c <= f t.

Lemma scalar_cluster : exists a, forall P eps, F P -> 0 < eps ->
  exists t, P t /\ Rabs (f t - a) < eps.
Proof.
have [||a [ub lb]] := completeness upper.
- exists M => c h; have [t [b l]] := h _ bounded; have := Rle_abs (f t); lra.
- exists (- M) => P hP; have [t [b h]] := filter_ex _ (filter_and _ _ bounded hP).
  by exists t; split=> //; have := Rle_abs (- f t); rewrite Rabs_Ropp; lra.
exists a => P eps hP e0.
have [c [hc ec]] : exists c, upper c /\ a - eps / 2 < c.
  apply: NNPP => no; have : a <= a - eps / 2; last lra.
  by apply: lb => c hc; apply: Rnot_lt_le => l; apply: no; exists c.
have [P0 [hP0 lo]] : exists P0, F P0 /\ forall t, P0 t -> f t < a + eps / 2.
  apply: NNPP => no; have : a + eps / 2 <= a; last lra.
  apply: ub => Q hQ; apply: NNPP => no'; apply: no; exists Q; split=> // t qt.
  by apply: Rnot_le_lt => l; apply: no'; exists t.
have [t [[pt p0t] ct]] := hc _ (filter_and _ _ hP hP0).
by exists t; split=> //; have := lo t p0t; split_Rabs; lra.
Qed.

Variable a : R.
Hypothesis near : forall P eps, F P -> 0 < eps -> exists t, P t /\ Rabs (f t - a) < eps.

(** The filter F, restricted to where f is near a. *)
Definition refine (P : T -> Prop) : Prop :=
  exists Q eps, F Q /\ 0 < eps /\ forall t, Q t -> Rabs (f t - a) < eps -> P t.

Global Instance refine_proper : ProperFilter refine.
Proof.
split.
- move=> P [Q [e [hQ [e0 h]]]]; have [t [qt nt]] := near Q e hQ e0.
  by exists t; apply: h.
- split.
  + by exists (fun _ => True), 1; split; [apply: filter_true | split; [lra |]].
  + move=> P P' [Q [e [hQ [e0 h]]]] [Q' [e' [hQ' [e0' h']]]].
    exists (fun t => Q t /\ Q' t), (Rmin e e'); split; first exact: filter_and.
    split; first exact: Rmin_glb_lt.
    move=> t [qt qt'] nt; have := Rmin_l e e'; have := Rmin_r e e'.
    by split; [apply: h | apply: h'] => //; lra.
  + move=> P P' imp [Q [e [hQ [e0 h]]]]; exists Q, e; do 2 split=> //.
    by move=> t qt nt; apply: imp; apply: h.
Qed.
End OneCoordinate.

Lemma cluster_coord {n T} (F : (T -> Prop) -> Prop) {FF : ProperFilter F} (x : T -> vec n) M :
  F (fun t => forall i, Rabs (x t i) <= M) ->
  exists y : vec n, forall P eps, F P -> 0 < eps ->
    exists t, P t /\ forall i, Rabs (x t i - y i) < eps.
Proof.
elim: n F FF x => [|n IH] F FF x hb.
  exists (fun _ => 0) => P eps hP _; have [t pt] := filter_ex _ hP.
  by exists t; split=> // -[].
have hb0 : F (fun t => Rabs (x t ord0) <= M) by apply: filter_imp hb => t; apply.
have [a near] := scalar_cluster F (fun t => x t ord0) M hb0.
have [|y hy] := IH (refine F (fun t => x t ord0) a) (refine_proper F _ a near)
  (fun t i => x t (lift ord0 i)).
  exists (fun t => forall i, Rabs (x t i) <= M), 1; split=> //; split; first lra.
  by move=> t h _ i.
exists (fun i => if unlift ord0 i is Some j then y j else a) => P eps hP e0.
have [||t [[pt nt] h]] := hy (fun t => P t /\ Rabs (x t ord0 - a) < eps) eps.
- by exists P, eps.
- done.
- by exists t; split=> // i; case: unliftP => [j|] ->.
Qed.

(** ** In the Euclidean distance *)

Lemma distance_lt {n} (a b : vec n) e :
  0 < e -> (forall i, Rabs (a i - b i) < e / (INR n + 1)) -> distance a b < e.
Proof.
move=> e0 h; have n0 : 0 < INR n + 1 by have := pos_INR n; lra.
apply: (Rle_lt_trans _ (INR n * (e / (INR n + 1)))); last first.
  by have -> : INR n * (e / (INR n + 1)) = e - e / (INR n + 1);
    [field; lra | have : 0 < e / (INR n + 1) by [apply: Rdiv_lt_0_compat]; lra].
have k0 : 0 <= e / (INR n + 1) by apply: Rlt_le; apply: Rdiv_lt_0_compat.
apply: norm_le_sq; first by apply: Rmult_le_pos => //; apply: pos_INR.
apply: (Rle_trans _ (sum (fun _ : 'I_n => (e / (INR n + 1)) ^ 2))).
  apply: sum_le => i; rewrite -Rsqr_pow2 -/(Rsqr (vsub a b i)); apply: Rsqr_le_abs_1.
  by rewrite (Rabs_pos_eq (e / _)) //; apply: Rlt_le; apply: h.
rewrite sum_const Rpow_mult_distr; apply: Rmult_le_compat_r; first exact: pow2_ge_0.
case: n {a b h n0 k0} => [|n]; first by rewrite /=; lra.
by have : 1 <= INR n.+1 by [rewrite S_INR; have := pos_INR n; lra]; nra.
Qed.

Lemma cluster {n T} (F : (T -> Prop) -> Prop) {FF : ProperFilter F} (x : T -> vec n) M :
  F (fun t => norm (x t) <= M) ->
  exists y : vec n, forall P eps, F P -> 0 < eps -> exists t, P t /\ distance (x t) y < eps.
Proof.
move=> hb; have [|y hy] := cluster_coord F x M.
  by apply: filter_imp hb => t h i; apply: Rle_trans h; apply: Rabs_coord_le_norm.
exists y => P eps hP e0; have n0 : 0 < INR n + 1 by have := pos_INR n; lra.
have [|t [pt h]] := hy P (eps / (INR n + 1)) hP; first exact: Rdiv_lt_0_compat.
by exists t; split=> //; apply: distance_lt.
Qed.

(** ** Maxima *)

Definition continuous_near {n} (f : vec n -> R) (y : vec n) : Prop :=
  forall eps, 0 < eps -> exists delta, 0 < delta /\
    forall z, distance z y < delta -> Rabs (f z - f y) < eps.

Lemma adherent_eq {n} (D : vec n -> Prop) (g : vec n -> R) c y :
  continuous_near g y -> (forall x, D x -> g x = c) -> adherent D y -> g y = c.
Proof.
move=> cg e ad; apply: NNPP => ne.
have p : 0 < Rabs (c - g y) by apply: Rabs_pos_lt => z; apply: ne; lra.
have [d [d0 h]] := cg _ p; have [x [Dx xy]] := ad _ d0.
by have := h x xy; rewrite e //; lra.
Qed.

Lemma max_attained {n} (D : vec n -> Prop) (f : vec n -> R) :
  compact_set D -> (exists x, D x) -> (forall y, D y -> continuous_near f y) ->
  exists y, D y /\ forall x, D x -> f x <= f y.
Proof.
move=> [cl [M bd]] [x0 Dx0] cf.
pose F (P : vec n -> Prop) := exists a, D a /\ forall x, D x -> f a <= f x -> P x.
have FF : ProperFilter F.
  split; first by move=> P [a [Da h]]; exists a; apply: h => //; lra.
  split.
  - by exists x0.
  - move=> P Q [a [Da ha]] [b [Db hb]]; case: (Rle_dec (f a) (f b)) => l.
      by exists b; split=> // x Dx h; split; [apply: ha => //; lra | apply: hb].
    by exists a; split=> // x Dx h; split; [apply: ha | apply: hb => //; lra].
  - by move=> P Q imp [a [Da ha]]; exists a; split=> // x Dx h; apply: imp; apply: ha.
have [|y hy] := cluster F (fun x => x) M; first by exists x0; split=> // x Dx _; apply: bd.
have Dy : D y.
  apply: cl => e e0; have [|x [Dx xy]] := hy D e _ e0; first by exists x0; split.
  by exists x.
exists y; split=> // x Dx; apply: Rnot_lt_le => l.
have [d [d0 h]] := cf y Dy (f x - f y) ltac:(lra).
have [|z [fz zy]] := hy (fun z => f x <= f z) d _ d0; first by exists x; split.
by have := h z zy; have := Rle_abs (f z - f y); lra.
Qed.
