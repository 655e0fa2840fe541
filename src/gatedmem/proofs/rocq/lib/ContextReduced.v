(** The reduced energy of the clamped memory: what is left after minimising over the gates, its critical
    points, and when it is strictly convex. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Analysis defs.Context defs.ContextReduced.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxLse lib.LinearInverse lib.ContextClamped lib.ContextThreshold.
From Gatedmem Require Import lib.ContextEnergy lib.ContextSpectrum.

Open Scope R_scope.

(** ** Elementary inequalities *)
Lemma strict_mvt (f df : R -> R) lo a b : (forall u, lo < u -> is_derive f u (df u)) -> lo < a -> lo < b -> a <> b ->
  exists c, lo < c /\ 0 < (c - a) * (b - a) /\ c <> a /\ f b - f a = df c * (b - a).
Proof.
move=> d la lb ne; case: (Rlt_le_dec a b) => h.
  have [|c [e hc]] := MVT_cor2 f df a b h; first by move=> c hc; apply/is_derive_Reals; apply: d; lra.
  by exists c; split; [lra | split; [nra | split; [lra | exact: e]]].
have [||c [e hc]] := MVT_cor2 f df b a; first lra.
  by move=> c hc; apply/is_derive_Reals; apply: d; lra.
by exists c; split; [lra | split; [nra | split; [lra | lra]]].
Qed.

Lemma ln1p_le x : -1 < x -> ln (1 + x) <= x - x ^ 2 / 2 + x ^ 3 / 3.
Proof.
move=> hx; case: (Req_dec x 0) => [->|x0]; first by rewrite Rplus_0_r ln_1; lra.
pose f u := u - u ^ 2 / 2 + u ^ 3 / 3 - ln (1 + u).
have d u : -1 < u -> is_derive f u (u ^ 3 / (1 + u)).
  by move=> hu; rewrite /f; auto_derive; [lra | field; lra].
have [c [lc [s [c0 e]]]] := strict_mvt f _ (-1) 0 x d ltac:(lra) hx ltac:(lra).
have f0 : f 0 = 0 by rewrite /f Rplus_0_r ln_1; lra.
have p : 0 <= c ^ 3 / (1 + c) * (x - 0).
  have -> : c ^ 3 / (1 + c) * (x - 0) = c ^ 2 * ((c - 0) * (x - 0)) / (1 + c) by field; lra.
  by apply: Rdiv_le_0_compat; [apply: Rmult_le_pos; [apply: pow2_ge_0 | lra] | lra].
by rewrite -e f0 in p; rewrite /f in p; lra.
Qed.

Lemma entropy_gap u : 0 < u -> u <> 1 -> 3 * (u - 1) ^ 2 / (2 * (u + 2)) < u * ln u - u + 1.
Proof.
move=> u0 u1.
pose g x := ln x - 3 * (x - 1) * (x + 5) / (2 * (x + 2) ^ 2).
have dg x : 0 < x -> is_derive g x ((x - 1) ^ 2 * (x + 8) / (x * (x + 2) ^ 3)).
  move=> x0; have sq : 0 < (x + 2) * (x + 2) by apply: Rmult_lt_0_compat; lra.
  by rewrite /g; auto_derive; [repeat split; lra | field; lra].
pose f x := x * ln x - x + 1 - 3 * (x - 1) ^ 2 / (2 * (x + 2)).
have df x : 0 < x -> is_derive f x (g x).
  by move=> x0; rewrite /f; auto_derive; [repeat split; lra | rewrite /g; field; lra].
have [c [c0 [s [c1 e]]]] := strict_mvt f g 0 1 u df Rlt_0_1 u0 (not_eq_sym u1).
have [c' [c'0 [s' [c'1 e']]]] := strict_mvt g _ 0 1 c dg Rlt_0_1 c0 (not_eq_sym c1).
have g1 : g 1 = 0 by rewrite /g ln_1; field.
have f1 : f 1 = 0 by rewrite /f ln_1; field.
rewrite g1 Rminus_0_r in e'; rewrite f1 Rminus_0_r e' in e.
have q : 0 < (c' - 1) ^ 2 * (c' + 8) / (c' * (c' + 2) ^ 3).
  apply: Rdiv_lt_0_compat; apply: Rmult_lt_0_compat => //; [|lra|by apply: pow_lt; lra].
  by apply: pow2_gt_0; lra.
have : 0 < f u by rewrite e Rmult_assoc; apply: Rmult_lt_0_compat.
by rewrite /f; lra.
Qed.

Lemma kl_tangent x y k : 0 <= x -> 0 <= y -> (y = 0 -> x = 0) ->
  k * Rabs (x - y) - k ^ 2 * (x + 2 * y) / 6 <= x * (ln x - ln y) - x + y /\
  (x <> y -> k * Rabs (x - y) - k ^ 2 * (x + 2 * y) / 6 < x * (ln x - ln y) - x + y).
Proof.
move=> x0 y0 z; case: (Req_dec x y) => [<-|ne].
  by split=> //; rewrite Rminus_eq_0 Rabs_R0; have := pow2_ge_0 k; nra.
have yp : 0 < y by case: y0 => // e; case: ne; rewrite -e z.
suff h : k * Rabs (x - y) - k ^ 2 * (x + 2 * y) / 6 < x * (ln x - ln y) - x + y by split=> [|_]; lra.
have tan : k * Rabs (x - y) - k ^ 2 * (x + 2 * y) / 6 <= 3 * (x - y) ^ 2 / (2 * (x + 2 * y)).
  apply/Rle_div_r; first lra.
  have := pow2_ge_0 (3 * Rabs (x - y) - k * (x + 2 * y)); rewrite -(pow2_abs (x - y)); nra.
apply: Rle_lt_trans tan _; case: x0 => [xp|<-].
  have u1 : x / y <> 1 by move=> e; apply: ne; rewrite -(Rmult_1_l y) -e; field; lra.
  have := Rmult_lt_compat_l y _ _ yp (entropy_gap (x / y) (Rdiv_lt_0_compat _ _ xp yp) u1).
  rewrite ln_div //.
  have -> : y * (3 * (x / y - 1) ^ 2 / (2 * (x / y + 2))) = 3 * (x - y) ^ 2 / (2 * (x + 2 * y)) by field; lra.
  by have -> : y * (x / y * (ln x - ln y) - x / y + 1) = x * (ln x - ln y) - x + y by field; lra.
have -> : 3 * (0 - y) ^ 2 / (2 * (0 + 2 * y)) = 3 / 4 * y by field; lra.
lra.
Qed.

Section Reduced.
Context {d N : nat} (m : retrieval d N) (B : mat N N) (eta : R).
Hypothesis (least : is_least_eig (gates m) eta) (eta0 : 0 < eta).
Hypothesis (iB : is_inverse (gates m) B) (beta0 : 0 < beta m).
Let F := reduced_energy m B.
Let sym : forall i j, gates m i j = gates m j i := gate_matrix_sym (memories m) (alpha m).
Let symB : forall i j, B i j = B j i := inverse_sym (gates m) B sym iB.
Let N0 : (0 < N)%N.
Proof. by case: least => -[v [v0 _]] _; apply: norm_gt0_dim v0. Qed.

Lemma clamped_split s r : let p := softmax (beta m) r in
  clamped_energy m s r = F p - / 2 * dot (gate_input m) (mulmv B (gate_input m)) +
    / 2 * dot (vsub s (gate_state m B p)) (mulmv (gates m) (vsub s (gate_state m B p))).
Proof.
move=> p; set u := gate_input m; set w := fun nu => u nu + lambda m * p nu.
have aw : mulmv (gates m) (gate_state m B p) = w by exact: inverse_r.
have q : dot (vsub s (gate_state m B p)) (mulmv (gates m) (vsub s (gate_state m B p))) =
    dot s (mulmv (gates m) s) - 2 * dot s w + dot w (mulmv B w).
  set g := gate_state m B p in aw *.
  rewrite (dot_ext (vsub s g) (vsub s g) (mulmv (gates m) (vsub s g)) (fun i => mulmv (gates m) s i - w i)) //; last first.
    by move=> i; rewrite -aw; apply: mulmv_minus.
  rewrite /vsub dot_minus_r !dot_minus_l (dot_mulmv_sym (gates m) g s sym) aw.
  by rewrite (dot_sym w s) (dot_sym g w) /g /gate_state -/u -/w; ring.
have bw i : mulmv B w i = mulmv B u i + lambda m * mulmv B p i by rewrite mulmv_plus mulmv_scal.
have ww : dot w (mulmv B w) = dot u (mulmv B u) + 2 * (lambda m * dot p (mulmv B u)) + lambda m ^ 2 * dot p (mulmv B p).
  rewrite (dot_ext w w _ _ (fun i => erefl) bw) dot_plus_r dot_scal_r /w !dot_plus_l !dot_scal_l.
  by rewrite (dot_mulmv_sym B u p symB) (dot_sym (mulmv B u)); ring.
have sw : dot s w = dot s u + lambda m * dot s p by rewrite /w dot_plus_r dot_scal_r.
have gq := gate_quadratic (memories m) (alpha m) s; rewrite -/(gates m) in gq.
have ls : dot r p - log_sum_exp (beta m) r = / beta m * sum (fun mu => p mu * ln (p mu)).
  by rewrite (lse_attained (beta m) r N0 beta0) -/p (dot_sym r) /entropy; field; lra.
rewrite /clamped_energy -/p ls q ww sw gq /F /reduced_energy dot_plus_l dot_scal_l -/u.
by rewrite (dot_sym (mulmv B u) p); field; lra.
Qed.

Lemma reduced_derive p w : is_interior p ->
  directional F p w (dot w (fun i => / beta m * (ln (p i) + 1) - score_state m B p i)).
Proof.
move=> [p0 _].
have dh := is_derive_dot (fun _ => fun mu => evidence m mu + lambda m * mulmv B (gate_input m) mu) (fun h i => p i + h * w i) 0
  _ _ (constant_coord _ 0) (line_coord p w).
have dq := is_derive_dot (fun h i => p i + h * w i) (fun h => mulmv B (fun i => p i + h * w i)) 0 _ _ (line_coord p w)
  (fun i => is_derive_mulmv B (fun h i => p i + h * w i) 0 w i (line_coord p w)).
have de : is_derive (fun h => sum (fun i => (p i + h * w i) * ln (p i + h * w i))) 0 (sum (fun i => w i * (ln (p i) + 1))).
  apply: is_derive_sum => i; auto_derive; rewrite Rmult_0_l Rplus_0_r; first exact: p0.
  by field; have := p0 i; lra.
evar_last.
  apply: is_derive_plus; last exact: (is_derive_scal _ _ (/ beta m) _ de).
  apply: is_derive_minus; first exact: (is_derive_opp _ _ _ dh).
  exact: (is_derive_scal _ _ (lambda m ^ 2 / 2) _ dq).
set h := fun mu => evidence m mu + lambda m * mulmv B (gate_input m) mu.
have es : dot w (score_state m B p) = dot h w + lambda m ^ 2 * dot w (mulmv B p).
  by rewrite (dot_sym h) -dot_scal_r -dot_plus_r.
have el : dot w (fun i => / beta m * (ln (p i) + 1)) = / beta m * sum (fun i => w i * (ln (p i) + 1)).
  by rewrite dot_scal_r.
rewrite (dot_minus_r _ _ w) el es /minus /plus /opp /= !at_zero -/h dot_0_l (dot_mulmv_sym B p w symB) (dot_sym (mulmv B p) w).
field; lra.
Qed.

Lemma critical_iff p : is_interior p ->
  (forall w, sum w = 0 -> directional F p w 0) <-> retrieval_map m B p = p.
Proof.
move=> int; have D w := reduced_derive p w int; split=> [cr|fp w w0].
  have i0 : 'I_N := Ordinal N0; pose g i := / beta m * (ln (p i) + 1) - score_state m B p i.
  have gg i : g i = g i0.
    have s0 : sum (pair i i0) = 0 by rewrite /pair sum_minus !sum_kdelta; ring.
    by have := is_derive_unique _ _ _ (cr _ s0); rewrite (is_derive_unique _ _ _ (D (pair i i0))) dot_pair /g; lra.
  rewrite -{2}(softmax_ln (beta m) beta0 p int) /retrieval_map; apply: functional_extensionality => i.
  rewrite -(softmax_shift (beta m) (score_state m B p) (g i0 - / beta m)); apply: softmax_ext => j.
  by rewrite -(gg j) /g; field; lra.
evar_last; first exact: D.
set L := ln (sum (fun j => exp (beta m * score_state m B p j))).
rewrite (dot_ext w w _ (fun _ => / beta m * (1 - L))) // => [|i]; first by rewrite dot_const_r w0; ring.
by rewrite -{1}fp /retrieval_map ln_softmax -/L; field; lra.
Qed.

Lemma fixed_interior p : retrieval_map m B p = p -> is_interior p.
Proof. by move=> <-; apply: softmax_interior N0. Qed.

Lemma clamped_minimum s r : let p := softmax (beta m) r in
  F p - / 2 * dot (gate_input m) (mulmv B (gate_input m)) <= clamped_energy m s r /\
  (clamped_energy m s r = F p - / 2 * dot (gate_input m) (mulmv B (gate_input m)) <-> s = gate_state m B p).
Proof.
move=> p; have := clamped_split s r => /=; rewrite -/p; set g := gate_state m B p => e.
case: least => _ low; have lo := low (vsub s g); have ge := dot_ge0 (vsub s g).
have p0 := Rmult_le_pos _ _ (Rlt_le _ _ eta0) ge.
split; first lra; split=> [h|h].
  have z : dot (vsub s g) (vsub s g) = 0 by apply: (Rmult_eq_reg_l eta); lra.
  by apply: functional_extensionality => i; have := dot_eq0 _ z i; rewrite /vsub; lra.
rewrite e h; have -> : vsub g g = fun _ => 0 by apply: functional_extensionality => i; rewrite /vsub; ring.
by rewrite dot_0_l; ring.
Qed.

(** ** Convexity *)
Lemma convex_gap p q t : let mid := fun i => t * p i + (1 - t) * q i in
  t * F p + (1 - t) * F q - F mid =
  / beta m * (t * kl p mid + (1 - t) * kl q mid) -
  lambda m ^ 2 / 2 * (t * (1 - t)) * dot (vsub p q) (mulmv B (vsub p q)).
Proof.
move=> mid; set h := fun mu => evidence m mu + lambda m * mulmv B (gate_input m) mu.
have ek : t * kl p mid + (1 - t) * kl q mid = t * sum (fun i => p i * ln (p i)) +
    (1 - t) * sum (fun i => q i * ln (q i)) - sum (fun i => mid i * ln (mid i)).
  rewrite /kl -!sum_scal_l -!sum_plus -sum_minus; apply: sum_ext => i; rewrite {3}/mid; ring.
have eh : dot h mid = t * dot h p + (1 - t) * dot h q by rewrite /mid dot_plus_r !dot_scal_r.
have bm i : mulmv B mid i = t * mulmv B p i + (1 - t) * mulmv B q i by rewrite mulmv_plus !mulmv_scal.
have bd i : mulmv B (vsub p q) i = mulmv B p i - mulmv B q i by exact: mulmv_minus.
have pq : dot q (mulmv B p) = dot p (mulmv B q) by rewrite (dot_mulmv_sym B q p symB) dot_sym.
have qm : dot mid (mulmv B mid) = t ^ 2 * dot p (mulmv B p) + 2 * t * (1 - t) * dot p (mulmv B q) + (1 - t) ^ 2 * dot q (mulmv B q).
  rewrite (dot_ext mid mid _ _ (fun i => erefl) bm) dot_plus_r !dot_scal_r {1 2}/mid !dot_plus_l !dot_scal_l pq; ring.
have qd : dot (vsub p q) (mulmv B (vsub p q)) = dot p (mulmv B p) - 2 * dot p (mulmv B q) + dot q (mulmv B q).
  rewrite (dot_ext (vsub p q) (vsub p q) _ _ (fun i => erefl) bd) dot_minus_r /vsub !dot_minus_l pq; ring.
rewrite ek qd /F /reduced_energy -/h eh qm; field; lra.
Qed.

Lemma spread_bound v : sum v = 0 ->
  (forall i j, i <> j -> (beta m * lambda m ^ 2 * spread B i j) / 4 <= 1) ->
  beta m * lambda m ^ 2 * dot v (mulmv B v) <= sum (fun i => Rabs (v i)) ^ 2.
Proof.
move=> v0 cond; pose S := sum (fun i => Rabs (v i)); rewrite -/S.
pose up i := (Rabs (v i) + v i) / 2; pose down i := (Rabs (v i) - v i) / 2.
have k0 : 0 <= beta m * lambda m ^ 2 by apply: Rmult_le_pos; [lra | apply: pow2_ge_0].
apply: Rle_trans (Rmult_le_compat_l _ _ _ k0 (quadratic_le (gates m) B eta sym least eta0 iB v v0)) _.
apply: (Rle_trans _ (sum (fun i => sum (fun j => 4 * up i * down j)))).
  rewrite -sum_scal_l; apply: sum_le => i; rewrite -sum_scal_l; apply: sum_le => j.
  rewrite -/(up i) -/(down j); case: (eqVneq i j) => [<-|ij].
    have z : up i * down i = 0.
      have -> : up i * down i = (Rabs (v i) ^ 2 - v i ^ 2) / 4 by rewrite /up /down; field.
      by rewrite pow2_abs; lra.
    by have -> : 4 * up i * down i = 4 * (up i * down i) by [ring]; rewrite z; lra.
  have c := cond i j (elimN eqP ij).
  have w : 0 <= up i * down j.
    by apply: Rmult_le_pos; rewrite /up /down; split_Rabs; lra.
  have := Rmult_le_compat_l _ _ _ w c; lra.
right; have -> : S ^ 2 = 4 * ((S / 2) * (S / 2)) by field.
have hu : sum up = S / 2 by rewrite /up sum_div sum_plus v0 /S; field.
have hw : sum down = S / 2 by rewrite /down sum_div sum_minus v0 /S; field.
rewrite -{1}hu -hw sum_mult -sum_scal_l; apply: sum_ext => i; rewrite -sum_scal_l.
by apply: sum_ext => j; ring.
Qed.

(** Pinsker's inequality. *)
Lemma kl_total (p q : vec N) : is_simplex p -> is_simplex q -> (forall i, q i = 0 -> p i = 0) ->
  let S := sum (fun i => Rabs (p i - q i)) in
  S ^ 2 / 2 <= kl p q /\ ((exists i, p i <> q i) -> S ^ 2 / 2 < kl p q).
Proof.
move=> [p0 sp] [q0 sq] z S; rewrite (kl_shifted p q sp sq).
have e : S ^ 2 / 2 = sum (fun i => S * Rabs (p i - q i) - S ^ 2 * (p i + 2 * q i) / 6).
  rewrite sum_minus sum_scal_l sum_div sum_scal_l sum_plus sum_scal_l sp sq -/S; field.
have T i := kl_tangent (p i) (q i) S (p0 i) (q0 i) (z i).
rewrite e; split=> [|[k nk]]; first by apply: sum_le => i; case: (T i).
by apply: (sum_lt _ _ k) => [i|]; [case: (T i) | apply: (proj2 (T k))].
Qed.

Lemma convex_below : (forall i j, i <> j -> (beta m * lambda m ^ 2 * spread B i j) / 4 <= 1) ->
  strictly_convex_on is_simplex F.
Proof.
move=> cond p q t [p0 sp] [q0 sq] [k nk] t1; have := convex_gap p q t => /=.
set mid := fun i => t * p i + (1 - t) * q i => gap.
have pm : is_simplex mid.
  split=> [i|]; last by rewrite /mid sum_plus !sum_scal_l sp sq; ring.
  by rewrite /mid; have := Rmult_le_pos _ _ (Rlt_le _ _ (proj1 t1)) (p0 i);
    have := Rmult_le_pos (1 - t) _ ltac:(lra) (q0 i); lra.
have zero i : mid i = 0 -> p i = 0 /\ q i = 0.
  rewrite /mid => e; have a := Rmult_le_pos _ _ (Rlt_le _ _ (proj1 t1)) (p0 i).
  have b := Rmult_le_pos (1 - t) _ ltac:(lra) (q0 i).
  by split; [apply: (Rmult_eq_reg_l t) | apply: (Rmult_eq_reg_l (1 - t))]; lra.
pose S := sum (fun i => Rabs (p i - q i)).
have [_ /(_ (ex_intro _ k _)) kp] := kl_total p mid (conj p0 sp) pm (fun i h => proj1 (zero i h)).
have [kq _] := kl_total q mid (conj q0 sq) pm (fun i h => proj2 (zero i h)).
have Sp : sum (fun i => Rabs (p i - mid i)) = (1 - t) * S.
  rewrite -sum_scal_l; apply: sum_ext => i; rewrite -[X in X * _](Rabs_pos_eq (1 - t)); last lra.
  by rewrite -Rabs_mult /mid; congr Rabs; ring.
have Sq : sum (fun i => Rabs (q i - mid i)) = t * S.
  rewrite -sum_scal_l; apply: sum_ext => i; rewrite -[X in X * _](Rabs_pos_eq t); last lra.
  by rewrite -Rabs_mult /mid -Rabs_Ropp; congr Rabs; ring.
rewrite Sp in kp; rewrite Sq in kq.
have {}kp : ((1 - t) * S) ^ 2 / 2 < kl p mid.
  apply: kp; rewrite /mid => e; apply: nk.
  by apply: (Rmult_eq_reg_l (1 - t)); lra.
have d0 : sum (vsub p q) = 0 by rewrite /vsub sum_minus sp sq; ring.
have bd := spread_bound (vsub p q) d0 cond; rewrite -/S in bd.
have tt : 0 < t * (1 - t) by apply: Rmult_lt_0_compat; lra.
have bi : / beta m * beta m = 1 by field; lra.
have ib : 0 < / beta m by apply: Rinv_0_lt_compat.
have up : S ^ 2 / 2 * (t * (1 - t)) < t * kl p mid + (1 - t) * kl q mid.
  have := Rmult_lt_compat_l t _ _ (proj1 t1) kp; have := Rmult_le_compat_l (1 - t) _ _ ltac:(lra) kq; lra.
have lo : lambda m ^ 2 / 2 * (t * (1 - t)) * dot (vsub p q) (mulmv B (vsub p q)) <=
    / beta m * (S ^ 2 / 2 * (t * (1 - t))).
  have -> : lambda m ^ 2 / 2 * (t * (1 - t)) * dot (vsub p q) (mulmv B (vsub p q)) =
    / beta m * ((beta m * lambda m ^ 2 * dot (vsub p q) (mulmv B (vsub p q))) / 2 * (t * (1 - t))) by field; lra.
  apply: Rmult_le_compat_l; first lra.
  by apply: Rmult_le_compat_r; lra.
have := Rmult_lt_compat_l _ _ _ ib up; lra.
Qed.

Lemma convex_only : strictly_convex_on is_simplex F ->
  forall i j, i <> j -> (beta m * lambda m ^ 2 * spread B i j) / 4 <= 1.
Proof.
move=> conv i j ne; apply: Rnot_lt_le => big; set K := beta m * lambda m ^ 2 * spread B i j in big.
pose x := Rmin (/ 2) (K / 8 - / 2).
have x1 : x <= / 2 by exact: Rmin_l. have x2 : x <= K / 8 - / 2 by exact: Rmin_r.
have x0 : 0 < x by apply: Rmin_glb_lt; lra.
pose edge (a : R) : vec N := fun k => (1 + a) / 2 * kdelta i k + (1 - a) / 2 * kdelta j k.
have simp a : -1 < a < 1 -> is_simplex (edge a).
  move=> ha; split=> [k|]; last by rewrite /edge sum_plus !sum_scal_l !sum_kdelta; field.
  rewrite /edge /kdelta; case: eqP => _; case: eqP => _; lra.
have dii := kdelta_refl i; have djj := kdelta_refl j.
have dij : kdelta i j = 0 by exact: kdelta_neq.
have dji : kdelta j i = 0 by rewrite kdelta_sym.
have dif : edge x i <> edge (- x) i by rewrite /edge dii dji; lra.
have := conv (edge x) (edge (- x)) (/ 2) (simp x ltac:(lra)) (simp (- x) ltac:(lra)) (ex_intro _ i dif) ltac:(lra).
have := convex_gap (edge x) (edge (- x)) (/ 2) => /=.
have -> : (fun k => / 2 * edge x k + (1 - / 2) * edge (- x) k) = edge 0.
  by apply: functional_extensionality => k; rewrite /edge; field.
have ed : vsub (edge x) (edge (- x)) = fun k => x * pair i j k.
  by apply: functional_extensionality => k; rewrite /vsub /edge /pair; field.
have q : dot (vsub (edge x) (edge (- x))) (mulmv B (vsub (edge x) (edge (- x)))) = x ^ 2 * spread B i j.
  rewrite ed dot_scal_l (dot_ext (pair i j) (pair i j) _ (fun k => x * mulmv B (pair i j) k)) //; last first.
    by move=> k; apply: mulmv_scal.
  by rewrite dot_scal_r (quadratic_pair (gates m) B sym iB); ring.
have two a : -1 < a < 1 -> kl (edge a) (edge 0) = (1 + a) / 2 * ln (1 + a) + (1 - a) / 2 * ln (1 + - a).
  move=> ha; have term (z w : R) : 0 < z -> w = / 2 -> ln (z / 2) - ln w = ln z.
    by move=> z0 ->; rewrite ln_div; try lra; rewrite (ln_Rinv 2); lra.
  rewrite /kl (sum_ext _ (fun k => kdelta i k * ((1 + a) / 2 * ln (1 + a)) + kdelta j k * ((1 - a) / 2 * ln (1 + - a)))).
    by rewrite sum_plus !sum_scal_r !sum_kdelta; ring.
  move=> k; rewrite /edge; case: (eqVneq i k) => [<-|/eqP ik].
    rewrite dii dji !Rmult_0_r !Rplus_0_r !Rmult_1_r term; [ring | lra | lra].
  rewrite (kdelta_neq i k ik); case: (eqVneq j k) => [<-|/eqP jk].
    rewrite djj !Rmult_0_r !Rplus_0_l !Rmult_1_r; have -> : 1 - a = 1 + - a by ring.
    rewrite term; [ring | lra | lra].
  by rewrite (kdelta_neq j k jk); ring.
rewrite q (two x ltac:(lra)) (two (- x) ltac:(lra)) Ropp_involutive.
have l1 := ln1p_le x ltac:(lra); have l2 := ln1p_le (- x) ltac:(lra).
have m1 := Rmult_le_compat_l (1 + x) _ _ ltac:(lra) l1; have m2 := Rmult_le_compat_l (1 + - x) _ _ ltac:(lra) l2.
set a1 := ln (1 + x) in m1 *; set a2 := ln (1 + - x) in m2 *.
move=> gap lt.
have pos : 0 < / beta m * ((1 + x) / 2 * a1 + (1 + - x) / 2 * a2 - K * x ^ 2 / 8).
  have -> : / beta m * ((1 + x) / 2 * a1 + (1 + - x) / 2 * a2 - K * x ^ 2 / 8) =
    / beta m * (/ 2 * ((1 + x) / 2 * a1 + (1 - x) / 2 * a2) + (1 - / 2) * ((1 + - x) / 2 * a2 + (1 - - x) / 2 * a1)) -
    lambda m ^ 2 / 2 * (/ 2 * (1 - / 2)) * (x ^ 2 * spread B i j) by rewrite /K; field; lra.
  by rewrite -gap; lra.
have bp : 0 < beta m * / beta m by rewrite Rinv_r; lra.
have {pos} := Rmult_lt_0_compat _ _ beta0 pos; rewrite -Rmult_assoc Rinv_r ?Rmult_1_l; last lra.
have up : (1 + x) / 2 * a1 + (1 + - x) / 2 * a2 <= x ^ 2 / 2 + x ^ 4 / 3 by lra.
have sq : 0 < x ^ 2 by apply: pow_lt.
have s4 : x ^ 4 = x ^ 2 * x ^ 2 by ring.
have sx : x ^ 2 <= x by nra.
have : x ^ 2 * x ^ 2 <= x ^ 2 * (K / 8 - / 2) by apply: Rmult_le_compat_l; lra.
nra.
Qed.
End Reduced.
