(** * The s-replicator on [0, oo): what it keeps

    [kept]: a solution of q' = q (g - c ln q) with continuous g keeps the sign it
    starts with.  While q > 0 the function e^{ct} ln q has the bounded derivative
    e^{ct} g, so ln q stays bounded below and q can neither reach 0 nor leave it. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Hyperbolic.

Open Scope R_scope.

(** ** Functions on [0, oo), extended to the left by their value at 0 *)

Definition ext0 (f : R -> R) (s : R) : R := f (Rmax 0 s).

Lemma ext0_E f s : 0 <= s -> ext0 f s = f s.
Proof. by move=> s0; rewrite /ext0 Rmax_right. Qed.

Lemma Rmax0_lip s t : Rabs (Rmax 0 s - Rmax 0 t) <= Rabs (s - t).
Proof.
  rewrite /Rmax /Rabs; repeat destruct (Rle_dec _ _); repeat destruct (Rcase_abs _); lra.
Qed.

Lemma from0P f : continuous_from0 f <-> forall t, continuous (ext0 f) t.
Proof.
  split=> [C t|C t t0 eps e0].
    apply/continuity_pt_filterlim => eps e0.
    have [delta [d0 H]] := C (Rmax 0 t) (Rmax_l _ _) eps e0.
    exists delta; split=> // s [_ sd]; apply: H; first exact: Rmax_l.
    exact: Rle_lt_trans (Rmax0_lip s t) sd.
  have [delta [d0 H]] := proj2 (continuity_pt_filterlim (ext0 f) t) (C t) eps e0.
  exists delta; split=> // s s0 sd.
  case: (Req_dec s t) => [->|ne]; first by rewrite Rminus_eq_0 Rabs_R0.
  have := H s; rewrite /= /R_dist !ext0_E //; apply; split=> //; split=> //; exact: not_eq_sym.
Qed.

Lemma from0_ext f g : (forall t, 0 <= t -> f t = g t) -> continuous_from0 f -> continuous_from0 g.
Proof.
  move=> E C t t0 eps e0; have [d [d0 H]] := C t t0 eps e0.
  by exists d; split=> // s s0 sd; rewrite -!E //; apply: H.
Qed.

Lemma from0_const c : continuous_from0 (fun _ => c).
Proof. by apply/from0P => t; apply: continuous_const. Qed.

Lemma from0_id : continuous_from0 (fun t => t).
Proof. by move=> t t0 eps e0; exists eps. Qed.

Lemma from0_plus f g : continuous_from0 f -> continuous_from0 g -> continuous_from0 (fun t => f t + g t).
Proof.
  by move=> /from0P F /from0P G; apply/from0P => t; apply: (continuous_plus (ext0 f) (ext0 g)).
Qed.

Lemma from0_mult f g : continuous_from0 f -> continuous_from0 g -> continuous_from0 (fun t => f t * g t).
Proof.
  by move=> /from0P F /from0P G; apply/from0P => t; apply: (continuous_mult (ext0 f) (ext0 g)).
Qed.

Lemma from0_scal c f : continuous_from0 f -> continuous_from0 (fun t => c * f t).
Proof. by move=> F; apply: from0_mult => //; exact: from0_const. Qed.

Lemma from0_opp f : continuous_from0 f -> continuous_from0 (fun t => - f t).
Proof. by move=> F; apply: from0_ext (from0_scal (-1) _ F) => t _; ring. Qed.

Lemma from0_minus f g : continuous_from0 f -> continuous_from0 g -> continuous_from0 (fun t => f t - g t).
Proof. by move=> F G; apply: from0_plus => //; exact: from0_opp. Qed.

Lemma from0_comp h f :
  (forall y, continuous h y) -> continuous_from0 f -> continuous_from0 (fun t => h (f t)).
Proof.
  move=> H /from0P F; apply/from0P => t.
  by apply: (continuous_comp (ext0 f) h) => //; exact: F.
Qed.

Lemma from0_sum {n} (f : 'I_n -> R -> R) :
  (forall i, continuous_from0 (f i)) -> continuous_from0 (fun t => sum (fun i => f i t)).
Proof.
  move=> F; apply/from0P => t; apply: (continuous_sum (fun i => ext0 (f i))) => i.
  by move/from0P: (F i); apply.
Qed.

(** ** x ln x is continuous on the whole line *)

Lemma ln_nonpos x : x <= 0 -> ln x = 0.
Proof. by move=> x0; rewrite /ln; case: Rlt_dec => [H|//]; exfalso; lra. Qed.

Lemma ln_le_minus1 x : 0 < x -> ln x <= x - 1.
Proof.
  move=> x0; have := exp_ineq1_le (ln x); rewrite exp_ln //; lra.
Qed.

Lemma xlnx_bound x : 0 < x < 1 -> Rabs (x * ln x) <= 2 * sqrt x.
Proof.
  move=> [x0 x1]; have s0 := sqrt_lt_R0 x x0; have ss := sqrt_sqrt x (Rlt_le _ _ x0).
  have L : ln x = 2 * ln (sqrt x) by rewrite -{1}ss ln_mult //; ring.
  have B := ln_le_minus1 (/ sqrt x) (Rinv_0_lt_compat _ s0).
  rewrite ln_Rinv // in B.
  have N : ln x <= 0 by rewrite -ln_1; left; exact: ln_increasing.
  rewrite Rabs_left1; last by nra.
  have I : sqrt x * / sqrt x = 1 by apply: Rinv_r; lra.
  have : x * (- ln (sqrt x)) <= x * / sqrt x by apply: Rmult_le_compat_l; lra.
  have -> : x * / sqrt x = sqrt x by rewrite -{1}ss Rmult_assoc I Rmult_1_r.
  rewrite L; lra.
Qed.

Lemma continuous_xlnx y : continuous (fun x => x * ln x) y.
Proof.
  case: (Rtotal_order y 0) => [y0|[->|y0]].
  - apply: (continuous_ext_loc _ (fun _ => 0)); last exact: continuous_const.
    exists (mkposreal (- y) ltac:(lra)) => x; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= => H.
    by rewrite ln_nonpos; [ring | move: (Rle_abs (x + - y)); lra].
  - apply/continuity_pt_filterlim => eps e0.
    exists (Rmin 1 ((eps / 2) ^ 2)); split; first by apply: Rmin_pos; nra.
    move=> x [_]; rewrite /= /R_dist Rmult_0_l !Rminus_0_r => H.
    case: (Rle_dec x 0) => [x0|/Rnot_le_lt x0]; first by rewrite ln_nonpos // Rmult_0_r Rabs_R0.
    rewrite (Rabs_pos_eq x) in H; last lra.
    have [x1 x2] : x < 1 /\ x < (eps / 2) ^ 2
      by split; apply: Rlt_le_trans H _; [exact: Rmin_l | exact: Rmin_r].
    apply: Rle_lt_trans (xlnx_bound x ltac:(lra)) _.
    have s0 := sqrt_lt_R0 x x0; have ss := sqrt_sqrt x (Rlt_le _ _ x0).
    nra.
  - apply: ex_derive_continuous; auto_derive; lra.
Qed.

(** ** Signs are kept *)

Lemma limit_ge (q : R -> R) a b e :
  continuity_pt q a -> a < b -> (forall t, a < t < b -> e <= q t) -> e <= q a.
Proof.
  move=> C ab H; apply: Rnot_lt_le => lt.
  have [d [d0 D]] := C (e - q a) ltac:(lra).
  pose t := a + Rmin d (b - a) / 2.
  have m0 : 0 < Rmin d (b - a) by apply: Rmin_pos; lra.
  have [m1 m2] : Rmin d (b - a) <= d /\ Rmin d (b - a) <= b - a
    by split; [exact: Rmin_l | exact: Rmin_r].
  have tE : t = a + Rmin d (b - a) / 2 by [].
  have {H} Ht := H t ltac:(lra).
  have := D t; rewrite /= /R_dist => /(_ _)/Rabs_def2 [].
    split; first by split=> //; lra.
    rewrite Rabs_pos_eq; lra.
  lra.
Qed.

Lemma limit_ge_left (q : R -> R) a b e :
  continuity_pt q b -> a < b -> (forall t, a < t < b -> e <= q t) -> e <= q b.
Proof.
  move=> C ab H; rewrite -(Ropp_involutive b).
  apply: (limit_ge (fun t => q (- t)) (- b) (- a)); [|lra|move=> t ?; apply: H; lra].
  apply: (continuity_pt_comp Ropp q); last by rewrite Ropp_involutive.
  by apply: derivable_continuous_pt; apply: derivable_pt_opp; exact: derivable_pt_id.
Qed.

Lemma last_nonpos (q : R -> R) a b :
  (forall t, continuity_pt q t) -> a < b -> q a <= 0 -> 0 < q b ->
  exists c, a <= c < b /\ q c <= 0 /\ forall t, c < t <= b -> 0 < q t.
Proof.
  move=> C ab qa qb.
  pose E t := a <= t <= b /\ q t <= 0.
  have [c [U L]] : { c | is_lub E c }.
    apply: completeness; first by exists b => t [[_ ?] _].
    by exists a; split=> //; lra.
  have ac : a <= c by apply: U; split=> //; lra.
  have cb : c <= b by apply: L => t [[_ ?] _].
  have qc : q c <= 0.
    apply: Rnot_lt_le => lt; have [d [d0 D]] := C c (q c) lt.
    have : c <= c - d / 2.
      apply: L => t [[at_ tb] qt]; apply: Rnot_lt_le => ltt.
      have tc : t <= c by apply: U.
      case: (Req_dec t c) => [e|ne]; first by move: qt; rewrite e; lra.
      have := D t; rewrite /= /R_dist => /(_ _)/Rabs_def2 [].
        split; first by split=> //; exact: not_eq_sym.
        by rewrite Rabs_left1; lra.
      lra.
    lra.
  exists c; split; last split=> // t [ct tb].
    split=> //; case: cb => // e; move: qc; rewrite e; lra.
  apply: Rnot_le_lt => qt; have : t <= c by apply: U; split=> //; lra.
  lra.
Qed.

Lemma first_nonpos (q : R -> R) a b :
  (forall t, continuity_pt q t) -> a < b -> 0 < q a -> q b <= 0 ->
  exists c, a < c <= b /\ q c <= 0 /\ forall t, a <= t < c -> 0 < q t.
Proof.
  move=> C ab qa qb.
  have C' t : continuity_pt (fun t => q (- t)) t.
    apply: (continuity_pt_comp Ropp q); last exact: C.
    by apply: derivable_continuous_pt; apply: derivable_pt_opp; exact: derivable_pt_id.
  have := last_nonpos (fun t => q (- t)) (- b) (- a) C' ltac:(lra).
  rewrite !Ropp_involutive => /(_ qb qa) [c [cab [qc H]]].
  exists (- c); split; first lra; split=> // t tc.
  by rewrite -(Ropp_involutive t); apply: H; lra.
Qed.

(** The log argument, on an interval where q > 0. *)
Lemma log_bounded (q g : R -> R) c a b :
  0 <= c -> 0 <= a < b -> (forall t, continuity_pt q t) -> (forall t, continuity_pt g t) ->
  (forall t, a < t < b -> 0 < q t /\ is_derive q t (q t * (g t - c * ln (q t)))) ->
  0 < q a /\ 0 < q b.
Proof.
  move=> c0 [a0 ab] Cq Cg H.
  have [M [HM [hM1 hM2]]] : exists M, (forall t, a <= t <= b -> Rabs (g t) <= M) /\ a <= a /\ 0 <= M.
    have [z [Hz _]] := continuity_ab_maj (fun t => Rabs (g t)) a b (Rlt_le _ _ ab)
      (fun t _ => continuity_pt_comp g Rabs t (Cg t) (Rcontinuity_abs (g t))).
    by exists (Rabs (g z)); split=> //; split; [lra | exact: Rabs_pos].
  pose v t := exp (c * t) * ln (q t).
  have Dv t : a < t < b -> is_derive v t (exp (c * t) * g t).
    move=> tab; have [qt D] := H t tab; rewrite /v; evar_last.
      apply: (is_derive_mult (fun t => exp (c * t)) (fun t => ln (q t))).
      - apply: (is_derive_comp exp (fun t => c * t)); first exact: is_derive_exp.
        by apply: is_derive_scal; exact: is_derive_id.
      - by apply: (is_derive_comp ln q); [exact: is_derive_ln | exact: D].
      - by move=> ? ?; exact: Rmult_comm.
    rewrite /scal /= /mult /= /plus /= /one /=; field; lra.
  pose B := exp (c * b) * M.
  have Bv t : a < t < b -> Rabs (exp (c * t) * g t) <= B.
    move=> tab; rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos.
      rewrite Rabs_pos_eq; last by left; exact: exp_pos.
      have : c * t <= c * b by apply: Rmult_le_compat_l; lra.
      by case=> [/exp_increasing|->]; lra.
    by apply: HM; lra.
  have Lv s t : a < s < b -> a < t < b -> Rabs (v t - v s) <= B * Rabs (t - s).
    move=> sab tab.
    have hin u : Rmin s t <= u <= Rmax s t -> a < u < b.
      by rewrite /Rmin /Rmax; case: Rle_dec; lra.
    have [u [hu ->]] := MVT_gen v s t (fun t => exp (c * t) * g t)
      (fun u hu => Dv u (hin u ltac:(lra)))
      (fun u hu => proj2 (continuity_pt_filterlim v u)
         (ex_derive_continuous v u (ex_intro _ _ (Dv u (hin u hu))))).
    by rewrite Rabs_mult; apply: Rmult_le_compat_r; [exact: Rabs_pos | apply: Bv; exact: hin].
  pose mid := (a + b) / 2.
  pose D := Rabs (v mid) + B * (b - a).
  have B0 : 0 <= B by apply: Rmult_le_pos => //; left; exact: exp_pos.
  have low t : a < t < b -> exp (- D) <= q t.
    move=> tab; have [qt _] := H t tab.
    have vt : - D <= v t.
      have := Lv mid t ltac:(rewrite /mid; lra) tab.
      have : B * Rabs (t - mid) <= B * (b - a).
        by apply: Rmult_le_compat_l => //; apply: Rabs_le; rewrite /mid; lra.
      rewrite /D; move: (Rle_abs (- v mid)) (Rle_abs (- (v t - v mid))); rewrite !Rabs_Ropp; lra.
    have D0 : 0 <= D by rewrite /D; move: (Rabs_pos (v mid)); nra.
    rewrite -(exp_ln (q t)) //.
    suff: - D <= ln (q t) by case=> [/exp_increasing|->]; lra.
    have e1 : 1 <= exp (c * t).
      by rewrite -exp_0; have : 0 <= c * t by [nra]; case=> [/exp_increasing|<-]; lra.
    apply: Rnot_lt_le => lt; move: vt; rewrite /v; nra.
  have e0 := exp_pos (- D).
  have := limit_ge q a b _ (Cq a) ab low; have := limit_ge_left q a b _ (Cq b) ab low; lra.
Qed.

Lemma kept (q g : R -> R) c :
  0 <= c -> continuous_from0 q -> continuous_from0 g ->
  (forall t, 0 < t -> 0 < q t -> is_derive q t (q t * (g t - c * ln (q t)))) ->
  (0 < q 0 -> forall t, 0 <= t -> 0 < q t) /\ (q 0 <= 0 -> forall t, 0 <= t -> q t <= 0).
Proof.
  move=> c0 /from0P Q /from0P G H.
  have Q' t := proj2 (continuity_pt_filterlim (ext0 q) t) (Q t).
  have G' t := proj2 (continuity_pt_filterlim (ext0 g) t) (G t).
  have D t : 0 < t -> 0 < ext0 q t ->
      is_derive (ext0 q) t (ext0 q t * (ext0 g t - c * ln (ext0 q t))).
    move=> t0; have t0' := Rlt_le _ _ t0; rewrite !ext0_E // => qt.
    apply: (is_derive_ext_loc q); last exact: H.
    exists (mkposreal t t0) => s; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= => st.
    by rewrite ext0_E //; move: (Rabs_def2 _ _ st); lra.
  have E0 : q 0 = ext0 q 0 by rewrite ext0_E //; lra.
  split=> q0 t t0.
  - rewrite -ext0_E //; case: t0 => [t0|<-]; last by rewrite -E0.
    apply: Rnot_le_lt => qt; rewrite E0 in q0.
    have [s [[s0 st] [qs P]]] := first_nonpos (ext0 q) 0 t Q' t0 q0 qt.
    have [//|_ qs'] := log_bounded (ext0 q) (ext0 g) c 0 s c0 ltac:(lra) Q' G'; last by lra.
    by move=> u [u0 us]; split; [apply: P; lra | apply: D => //; apply: P; lra].
  - rewrite -ext0_E //; case: t0 => [t0|<-]; last by rewrite -E0.
    apply: Rnot_lt_le => qt; rewrite E0 in q0.
    have [s [[s0 st] [qs P]]] := last_nonpos (ext0 q) 0 t Q' t0 q0 qt.
    have [//|qs' _] := log_bounded (ext0 q) (ext0 g) c s t c0 ltac:(lra) Q' G'; last by lra.
    by move=> u [u0 us]; split; [apply: P; lra | apply: D; [lra | apply: P; lra]].
Qed.

(** A linear equation q' = q g: zero stays zero. *)
Lemma kept_zero (q g : R -> R) :
  continuous_from0 q -> continuous_from0 g ->
  (forall t, 0 < t -> is_derive q t (q t * g t)) -> q 0 = 0 -> forall t, 0 <= t -> q t = 0.
Proof.
  move=> Q G H q0 t t0; apply: Rle_antisym.
    have [|_ K] := kept q g 0 (Rle_refl 0) Q G; last by apply: K => //; lra.
    by move=> s s0 _; evar_last; [exact: H | ring].
  have [|_ K] := kept (fun t => - q t) g 0 (Rle_refl 0) (from0_opp _ Q) G.
    move=> s s0 _; evar_last; first by apply: is_derive_opp; exact: H.
    by rewrite /opp /=; ring.
  by have := K ltac:(lra) t t0; lra.
Qed.

(** ** Consequences of [positive] *)

Section Positive.
Context {N K : nat} (m : memory N K).
Lemma pos_sigma : positive m -> 0 < sigma m. Proof. by case. Qed.
Lemma pos_temp : positive m -> 0 < temp m. Proof. by case=> _ []. Qed.
Lemma pos_tau_x : positive m -> 0 < tau_x m. Proof. by case=> _ [_ []]. Qed.
Lemma pos_tau_p : positive m -> 0 < tau_p m. Proof. by case=> _ [_ [_]]. Qed.
Lemma pos_tau_p_neq0 : positive m -> tau_p m <> 0.
Proof. by move/pos_tau_p => ? e; move: e; apply: Rgt_not_eq. Qed.
Lemma pos_rate : positive m -> 0 <= temp m / tau_p m.
Proof. by move=> P; left; apply: Rdiv_lt_0_compat; [exact: pos_temp | exact: pos_tau_p]. Qed.
End Positive.

(** ** The s-replicator *)
Section Replicator.
Context {N K : nat} (m : memory N K).

(** Mean fitness <p, F>, in its continuous form. *)
Lemma mean_fitness (f p : vec K) :
  dot p (fitness m f p) = sum (fun nu => p nu * f nu) - temp m * sum (fun nu => p nu * ln (p nu)).
Proof.
  rewrite /fitness /dot -sum_scal_l -sum_minus; apply: sum_ext => nu; ring.
Qed.

Lemma from0_mean (f p : R -> vec K) :
  (forall mu, continuous_from0 (fun t => f t mu)) -> (forall mu, continuous_from0 (fun t => p t mu)) ->
  continuous_from0 (fun t => dot (p t) (fitness m (f t) (p t))).
Proof.
  move=> F P.
  apply: (from0_ext (fun t => sum (fun nu => p t nu * f t nu) - temp m * sum (fun nu => p t nu * ln (p t nu)))).
    by move=> t _; rewrite mean_fitness.
  apply: from0_minus.
    by apply: (from0_sum (fun nu t => p t nu * f t nu)) => nu; apply: from0_mult.
  apply: from0_scal; apply: (from0_sum (fun nu t => p t nu * ln (p t nu))) => nu.
  by apply: (from0_comp (fun x => x * ln x)) => // y; exact: continuous_xlnx.
Qed.

Section Solution.
Variables (f p : R -> vec K).
Hypotheses (tau0 : tau_p m <> 0) (T0 : 0 <= temp m / tau_p m).
Hypothesis Cf : forall mu, continuous_from0 (fun t => f t mu).
Hypothesis sol : gain_solution m f p.

Let Cp := proj1 sol.
Let Cm := from0_mean f p Cf Cp.

Lemma gains_sum t : sum (p 0) = 1 -> 0 <= t -> sum (p t) = 1.
Proof.
  move=> s0 t0.
  have := kept_zero (fun t => sum (p t) - 1) (fun t => - (/ tau_p m * dot (p t) (fitness m (f t) (p t)))).
  move=> /(_ _ _ _ _ t t0) => H; suff: sum (p t) - 1 = 0 by lra.
  apply: H; last by rewrite s0; ring.
  - apply: from0_minus; last exact: from0_const.
    exact: (from0_sum (fun mu t => p t mu) Cp).
  - by apply: from0_opp; apply: from0_scal.
  - move=> s hs; evar_last.
      apply: (is_derive_minus (fun t => sum (p t)) (fun _ => 1)); last exact: is_derive_const.
      by apply: (is_derive_sum (fun mu t => p t mu)) => mu; exact: (proj2 sol s hs mu).
    rewrite /minus /plus /opp /zero /= /replicator sum_div.
    have -> : sum (fun mu => p s mu * (fitness m (f s) (p s) mu - dot (p s) (fitness m (f s) (p s))))
       = dot (p s) (fitness m (f s) (p s)) * (1 - sum (p s)).
      rewrite Rmult_minus_distr_l Rmult_1_r -sum_scal_l {2}/dot -sum_minus.
      by apply: sum_ext => mu; ring.
    field; lra.
Qed.

Lemma gain_sign mu :
  (0 < p 0 mu -> forall t, 0 <= t -> 0 < p t mu) /\
  (p 0 mu <= 0 -> forall t, 0 <= t -> p t mu <= 0) /\
  (0 <= p 0 mu -> forall t, 0 <= t -> 0 <= p t mu).
Proof.
  pose g t := / tau_p m * (f t mu - dot (p t) (fitness m (f t) (p t))).
  have G : continuous_from0 g by apply: from0_scal; apply: from0_minus.
  have [|P Q] := kept (fun t => p t mu) g (temp m / tau_p m) T0 (Cp mu) G.
    move=> t t0 pt; evar_last; first exact: (proj2 sol t t0 mu).
    by rewrite /replicator {1}/fitness /g; field.
  split=> //; split=> // p0 t t0.
  have [|_ Q'] := kept (fun t => - p t mu) g 0 (Rle_refl 0) (from0_opp _ (Cp mu)) G.
    move=> s s0 ps; evar_last; first by apply: is_derive_opp; exact: (proj2 sol s s0 mu).
    by rewrite /opp /= /replicator {1}/fitness /g ln_nonpos; [field | lra].
  by have := Q' ltac:(lra) t t0; lra.
Qed.

Lemma gain_zero mu t : p 0 mu = 0 -> 0 <= t -> p t mu = 0.
Proof.
  move=> p0 t0; have [_ [A B]] := gain_sign mu.
  by have := A ltac:(lra) t t0; have := B ltac:(lra) t t0; lra.
Qed.

Lemma gain_zero_iff mu t : 0 <= p 0 mu -> 0 <= t -> (p t mu = 0 <-> p 0 mu = 0).
Proof.
  move=> p0 t0; split=> [e|e]; last exact: gain_zero.
  have [A _] := gain_sign mu; case: p0 => // p0; have := A p0 t t0; lra.
Qed.

Lemma gains_simplex t : is_simplex (p 0) -> 0 <= t -> is_simplex (p t).
Proof.
  move=> [p0 s0] t0; split; last exact: gains_sum.
  by move=> mu; have [_ [_ B]] := gain_sign mu; exact: B.
Qed.

Lemma gains_interior t : is_interior (p 0) -> 0 <= t -> is_interior (p t).
Proof.
  move=> [p0 s0] t0; split; last exact: gains_sum.
  by move=> mu; have [A _] := gain_sign mu; exact: A.
Qed.
End Solution.

(** Scores along a solution of the full flow are continuous. *)
Lemma from0_score (x : R -> vec N) mu :
  (forall i, continuous_from0 (fun t => x t i)) -> continuous_from0 (fun t => score m (x t) mu).
Proof.
  move=> X; rewrite /score /Rdiv.
  apply: (from0_ext (fun t => / (2 * INR N) * (overlap m (x t) mu * overlap m (x t) mu))).
    by move=> t _; ring.
  have O : continuous_from0 (fun t => overlap m (x t) mu).
    apply: (from0_sum (fun i t => pattern m mu i * phi m (x t i))) => i; apply: from0_scal.
    apply: (from0_comp (phi m)) => // y; apply: ex_derive_continuous.
    by exists (phi' m y); exact: is_derive_phi.
  by apply: from0_scal; apply: from0_mult.
Qed.

Lemma solution_gain (x : R -> vec N) (p : R -> vec K) :
  solution m x p -> gain_solution m (fun t => score m (x t)) p.
Proof. by move=> [_ [P F]]; split=> // t t0 mu; exact: (proj2 (F t t0) mu). Qed.
End Replicator.
