(** * Clamped retrieval converges exponentially when beta lambda^2 / (2 eta) < 1 *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Banach lib.ContextClamped lib.ContextConvergence.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteBounds.
From Gatedmem Require lib.Gronwall.

Open Scope R_scope.

(** ** Two squared norms that damp themselves and drive each other *)

Section Pair.
Variables (x y dx dy : R -> R) (ts tr eta c l w1 w2 rho : R).
Hypotheses (ts0 : 0 < ts) (tr0 : 0 < tr) (eta0 : 0 < eta) (c0 : 0 <= c) (l0 : 0 <= l).
Hypotheses (w10 : 0 <= w1) (w20 : 0 <= w2) (rho0 : 0 < rho).
Hypotheses (x0 : forall t, 0 <= x t) (y0 : forall t, 0 <= y t).
Hypotheses (cx : continuous_from0 x) (cy : continuous_from0 y).
Hypotheses (Dx : forall t, 0 < t -> is_derive x t (2 * dx t)) (Dy : forall t, 0 < t -> is_derive y t (2 * dy t)).
Hypothesis Hx : forall t, 0 < t -> ts * dx t <= - eta * x t + c * (sqrt (x t) * sqrt (y t)).
Hypothesis Hy : forall t, 0 < t -> tr * dy t <= l * (sqrt (x t) * sqrt (y t)) - y t.
Hypothesis W1 : w2 / tr * l + rho * w1 <= w1 / ts * eta.
Hypothesis W2 : w1 / ts * c + rho * w2 <= w2 / tr.

Lemma smooth_root (z dz : R -> R) t e : 0 < e -> 0 <= z t -> is_derive z t (2 * dz t) ->
  is_derive (fun h => sqrt (z h + e ^ 2)) t (dz t / sqrt (z t + e ^ 2)).
Proof.
  move=> e0 z0 D; have p : 0 < z t + e ^ 2 by have := pow_lt e 2 e0; lra.
  have q := sqrt_lt_R0 _ p.
  evar_last.
    apply: (is_derive_sqrt (fun h => z h + e ^ 2)); last exact: p.
    by apply: is_derive_plus; [exact: D | exact: is_derive_const].
  by set g := sqrt _ in q *; rewrite /plus /zero /=; field; lra.
Qed.

Lemma root_from0 (z : R -> R) e : continuous_from0 z -> continuous_from0 (fun h => sqrt (z h + e)).
Proof.
  move=> C; apply: (from0_comp sqrt); first by move=> u; exact: continuous_sqrt.
  by apply: from0_plus => //; exact: from0_const.
Qed.

Lemma norms_decay t : 0 <= t ->
  w1 * sqrt (x t) + w2 * sqrt (y t) <= exp (- rho * t) * (w1 * sqrt (x 0) + w2 * sqrt (y 0)).
Proof.
  move=> t0; pose K := w1 / ts * eta + w2 / tr.
  have K0 : 0 <= K.
    have a : 0 <= w1 / ts * eta by apply: Rmult_le_pos; [apply: Rdiv_le_0_compat; lra | lra].
    by have : 0 <= w2 / tr by [apply: Rdiv_le_0_compat; lra]; rewrite /K; lra.
  apply: (lib.Gronwall.le_of_eps _ _ (w1 + w2 + K / rho)) => e e0; have e2 := pow_lt e 2 e0.
  pose S h := sqrt (x h + e ^ 2); pose D h := sqrt (y h + e ^ 2).
  have big z : 0 <= z -> sqrt z <= sqrt (z + e ^ 2) by move=> z0; apply: sqrt_le_1_alt; lra.
  have bige z : 0 <= z -> e <= sqrt (z + e ^ 2).
    by move=> z0; rewrite -{1}(sqrt_pow2 e); [apply: sqrt_le_1_alt; lra | lra].
  have small z : 0 <= z -> sqrt (z + e ^ 2) <= sqrt z + e.
    move=> z0; have q := sqrt_pos z; have s := sqrt_sqrt z z0.
    apply: Rsqr_incr_0_var; last lra.
    by rewrite /Rsqr sqrt_sqrt; [nra | lra].
  have := leaky_le (fun h => w1 * S h + w2 * D h) (fun h => w1 * (dx h / S h) + w2 * (dy h / D h)) rho (K * e) rho0 _ _ _ t t0.
  move=> H; apply: (Rle_trans _ (w1 * S t + w2 * D t)).
    by apply: Rplus_le_compat; apply: Rmult_le_compat_l => //; exact: big.
  have CW : continuous_from0 (fun h => w1 * S h + w2 * D h).
    by apply: from0_plus; apply: from0_scal; exact: root_from0.
  have DW h : 0 < h -> is_derive (fun h => w1 * S h + w2 * D h) h (w1 * (dx h / S h) + w2 * (dy h / D h)).
    move=> h0; apply: is_derive_plus; apply: is_derive_scal.
      exact: (smooth_root x dx h e e0 (x0 h) (Dx h h0)).
    exact: (smooth_root y dy h e e0 (y0 h) (Dy h h0)).
  apply: Rle_trans; first apply: (H CW DW) => h h0.
    have sx := big _ (x0 h); have sy := big _ (y0 h); have ex := bige _ (x0 h); have ey := bige _ (y0 h).
    rewrite -/(S h) in sx ex; rewrite -/(D h) in sy ey.
    have px := sqrt_pos (x h); have py := sqrt_pos (y h).
    have Sp : 0 < S h by lra.
    have Dp : 0 < D h by lra.
    have SS : S h * S h = x h + e ^ 2 by apply: sqrt_sqrt; have := x0 h; lra.
    have DD : D h * D h = y h + e ^ 2 by apply: sqrt_sqrt; have := y0 h; lra.
    have ix : dx h / S h <= (- eta * S h + eta * e + c * D h) / ts.
      apply: (Rmult_le_reg_r (ts * S h)); first exact: Rmult_lt_0_compat.
      rewrite (_ : dx h / S h * (ts * S h) = ts * dx h); last by field; lra.
      rewrite (_ : (- eta * S h + eta * e + c * D h) / ts * (ts * S h) = - eta * (S h * S h) + eta * e * S h + c * (S h * D h)); last by field; lra.
      rewrite SS; apply: Rle_trans (Hx h h0) _.
      have a : eta * (e * e) <= eta * e * S h by rewrite Rmult_assoc; apply: Rmult_le_compat_l; [lra | apply: Rmult_le_compat_l; lra].
      have b : c * (sqrt (x h) * sqrt (y h)) <= c * (S h * D h) by apply: Rmult_le_compat_l => //; apply: Rmult_le_compat.
      by lra.
    have iy : dy h / D h <= (l * S h - D h + e) / tr.
      apply: (Rmult_le_reg_r (tr * D h)); first exact: Rmult_lt_0_compat.
      rewrite (_ : dy h / D h * (tr * D h) = tr * dy h); last by field; lra.
      rewrite (_ : (l * S h - D h + e) / tr * (tr * D h) = l * (S h * D h) - D h * D h + e * D h); last by field; lra.
      rewrite DD; apply: Rle_trans (Hy h h0) _.
      have a : e * e <= e * D h by apply: Rmult_le_compat_l; lra.
      have b : l * (sqrt (x h) * sqrt (y h)) <= l * (S h * D h) by apply: Rmult_le_compat_l => //; apply: Rmult_le_compat.
      by lra.
    have jx := Rmult_le_compat_l _ _ _ w10 ix; have jy := Rmult_le_compat_l _ _ _ w20 iy.
    have k1 := Rmult_le_compat_r _ _ _ (Rlt_le _ _ Sp) W1; have k2 := Rmult_le_compat_r _ _ _ (Rlt_le _ _ Dp) W2.
    rewrite (_ : w1 * ((- eta * S h + eta * e + c * D h) / ts) = - (w1 / ts * eta * S h) + w1 / ts * eta * e + w1 / ts * c * D h) in jx; last by field; lra.
    rewrite (_ : w2 * ((l * S h - D h + e) / tr) = w2 / tr * l * S h - w2 / tr * D h + w2 / tr * e) in jy; last by field; lra.
    by rewrite /K; lra.
  have E0 := exp_pos (- rho * t); have E1 : exp (- rho * t) <= 1.
    have : - rho * t <= 0 by nra.
    by case=> [lt|->]; [rewrite -exp_0; left; exact: exp_increasing | rewrite exp_0; lra].
  have a : w1 * S 0 + w2 * D 0 <= w1 * sqrt (x 0) + w2 * sqrt (y 0) + e * (w1 + w2).
    by have := Rmult_le_compat_l _ _ _ w10 (small _ (x0 0)); have := Rmult_le_compat_l _ _ _ w20 (small _ (y0 0)); rewrite -/(S 0) -/(D 0); lra.
  have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ E0) a.
  have kr : 0 <= e * (K / rho) by apply: Rmult_le_pos; [lra | apply: Rdiv_le_0_compat].
  have ew : 0 <= e * (w1 + w2) by apply: Rmult_le_pos; lra.
  have -> : K * e / rho = e * (K / rho) by field; lra.
  nra.
Qed.
End Pair.

(** ** The smaller root of (eta - rho ts) (1 - rho tr) = q *)

Section Root.
Variables (ts tr eta q : R).
Hypotheses (ts0 : 0 < ts) (tr0 : 0 < tr) (eta0 : 0 < eta) (q0 : 0 <= q).

Definition small_root : R := ((eta * tr + ts) - sqrt ((eta * tr - ts) ^ 2 + 4 * (ts * tr) * q)) / (2 * (ts * tr)).

Lemma small_root_spec : (eta - small_root * ts) * (1 - small_root * tr) = q /\
  (forall sg, (eta - sg * ts) * (1 - sg * tr) = q -> small_root <= sg) /\
  0 <= eta - small_root * ts /\ 0 <= 1 - small_root * tr.
Proof.
  have P : 0 < ts * tr by apply: Rmult_lt_0_compat.
  set D := (eta * tr - ts) ^ 2 + 4 * (ts * tr) * q; set g := sqrt D.
  have D0 : 0 <= D by rewrite /D; have := pow2_ge_0 (eta * tr - ts); have := Rmult_le_pos _ _ (Rlt_le _ _ P) q0; lra.
  have g0 : 0 <= g by exact: sqrt_pos.
  have gg : g * g = D by exact: sqrt_sqrt.
  set r := small_root; have re : 2 * (ts * tr) * r = eta * tr + ts - g by rewrite /r /small_root -/D -/g; field; lra.
  have root : (eta - r * ts) * (1 - r * tr) = q.
    apply: (Rmult_eq_reg_l (4 * (ts * tr))); last lra.
    have -> : 4 * (ts * tr) * ((eta - r * ts) * (1 - r * tr)) =
      4 * (ts * tr) * eta + (2 * (ts * tr) * r) ^ 2 - 2 * (eta * tr + ts) * (2 * (ts * tr) * r) by ring.
    rewrite re; have -> : 4 * (ts * tr) * eta + (eta * tr + ts - g) ^ 2 - 2 * (eta * tr + ts) * (eta * tr + ts - g)
      = 4 * (ts * tr) * eta + g * g - (eta * tr + ts) ^ 2 by ring.
    by rewrite gg /D; ring.
  split=> //; split.
    move=> sg h; apply: Rnot_lt_le => lt.
    have e : (sg - r) * (ts * tr * (sg + r) - (eta * tr + ts)) = 0.
      have -> : (sg - r) * (ts * tr * (sg + r) - (eta * tr + ts)) = (eta - sg * ts) * (1 - sg * tr) - (eta - r * ts) * (1 - r * tr) by ring.
      by rewrite h root; ring.
    case/Rmult_integral: e => e; first lra.
    have := Rmult_lt_compat_l _ _ _ P lt; lra.
  (* the two factors have the same sign, and a positive combination that is not negative *)
  have cmb : tr * (eta - r * ts) + ts * (1 - r * tr) = g by lra.
  set u := eta - r * ts in root cmb *; set v := 1 - r * tr in root cmb *.
  split; apply: Rnot_lt_le => neg.
    have v1 : 0 < v by apply: Rnot_le_lt => le; have := Rmult_lt_compat_l _ _ _ tr0 neg; have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ ts0) le; lra.
    by have : u * v < 0 by [nra]; lra.
  have u1 : 0 < u by apply: Rnot_le_lt => le; have := Rmult_lt_compat_l _ _ _ ts0 neg; have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ tr0) le; lra.
  by have : u * v < 0 by [nra]; lra.
Qed.

Lemma small_root_above : q < eta -> (1 - q / eta) * Rmin (eta / ts) (1 / tr) / 2 < small_root.
Proof.
  move=> qe; have [root [_ [u0 v0]]] := small_root_spec; set r := small_root in root u0 v0 *.
  set k := q / eta; have ke : k * eta = q by rewrite /k; field; lra.
  have k0 : 0 <= k by apply: Rdiv_le_0_compat.
  have k1 : k < 1 by apply: (Rmult_lt_reg_r eta) => //; rewrite ke; lra.
  set m := Rmin _ _; have m0 : 0 < m.
    by apply: Rmin_glb_lt; apply: Rdiv_lt_0_compat => //; lra.
  have m1 : m * ts <= eta.
    have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ ts0) (Rmin_l (eta / ts) (1 / tr)); rewrite -/m.
    by rewrite (_ : eta / ts * ts = eta) //; field; lra.
  have m2 : m * tr <= 1.
    have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ tr0) (Rmin_r (eta / ts) (1 / tr)); rewrite -/m.
    by rewrite (_ : 1 / tr * tr = 1) //; field; lra.
  apply: Rnot_le_lt => le; set r0 := (1 - k) * m / 2 in le.
  have a : (1 + k) / 2 * eta <= eta - r0 * ts.
    by have := Rmult_le_compat_l ((1 - k) / 2) _ _ ltac:(lra) m1; rewrite /r0; lra.
  have b : (1 + k) / 2 <= 1 - r0 * tr.
    by have := Rmult_le_compat_l ((1 - k) / 2) _ _ ltac:(lra) m2; rewrite /r0; lra.
  have a' : eta - r0 * ts <= eta - r * ts by have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ ts0) le; lra.
  have b' : 1 - r0 * tr <= 1 - r * tr by have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ tr0) le; lra.
  have p : 0 <= (1 + k) / 2 * eta by apply: Rmult_le_pos; lra.
  have p2 : 0 <= (1 + k) / 2 by lra.
  have := Rmult_le_compat _ _ _ _ p p2 (Rle_trans _ _ _ a a') (Rle_trans _ _ _ b b').
  rewrite root -ke; have : 0 < eta * (1 - k) ^ 2 by apply: Rmult_lt_0_compat => //; apply: pow_lt; lra.
  lra.
Qed.
End Root.

(** ** Distances to the equilibrium *)

Section Rate.
Context {d N : nat} (m : retrieval d N) (eta : R).
Hypotheses (beta0 : 0 < beta m) (ts0 : 0 < tau_s m) (tr0 : 0 < tau_r m).
Hypotheses (least : is_least_eig (gates m) eta) (eta0 : 0 < eta).
Variables (se re : vec N) (s r : R -> vec N).
Hypotheses (eq : clamped_equilibrium m se re) (sol : clamped_solution m s r).
Let l := Rabs (lambda m).
Let q := beta m * lambda m ^ 2 / 2.

Let x t := dot (vsub (s t) se) (vsub (s t) se).
Let y t := dot (vsub (r t) re) (vsub (r t) re).
Let dx t := dot (vsub (s t) se) (gate_velocity m (s t) (r t)).
Let dy t := dot (vsub (r t) re) (score_velocity m (s t) (r t)).

Lemma l_sq : l * l = lambda m ^ 2.
Proof. by rewrite /l -Rabs_mult Rabs_pos_eq; [ring | exact: Rle_0_sqr]. Qed.

Lemma gate_shift t i : tau_s m * gate_velocity m (s t) (r t) i
  = lambda m * (softmax (beta m) (r t) i - softmax (beta m) re i) - mulmv (gates m) (vsub (s t) se) i.
Proof.
  have e : tau_s m * gate_velocity m (s t) (r t) i - tau_s m * gate_velocity m se re i = tau_s m * gate_velocity m (s t) (r t) i.
    by rewrite eq.1; ring.
  rewrite -e /gate_velocity /gates mulmv_gate_matrix /vsub mulmv_minus; field; lra.
Qed.

Lemma score_shift t i : tau_r m * score_velocity m (s t) (r t) i = lambda m * vsub (s t) se i - vsub (r t) re i.
Proof.
  have e : tau_r m * score_velocity m (s t) (r t) i - tau_r m * score_velocity m se re i = tau_r m * score_velocity m (s t) (r t) i.
    by rewrite eq.2; ring.
  by rewrite -e /score_velocity /vsub; field; lra.
Qed.

Lemma pair_x : (forall t, 0 <= x t) /\ continuous_from0 x /\ (forall t, 0 < t -> is_derive x t (2 * dx t)) /\
  (forall t, tau_s m * dx t <= - eta * x t + l * (beta m / 2) * (sqrt (x t) * sqrt (y t))).
Proof.
  have [S [_ F]] := sol; split; first by move=> t; exact: dot_ge0.
  split.
    have C i : continuous_from0 (fun t => vsub (s t) se i).
      by rewrite /vsub; apply: from0_minus; [exact: S | exact: from0_const].
    exact: from0_dot.
  split=> [t t0|t].
    have D i : is_derive (fun h => vsub (s h) se i) t (gate_velocity m (s t) (r t) i).
      rewrite /vsub; evar_last; first by apply: is_derive_minus; [exact: (F t t0).1 | exact: is_derive_const].
      by rewrite /minus /plus /opp /zero /=; ring.
    evar_last; first exact: (is_derive_dot _ _ _ _ _ D D).
    transitivity (dx t + dx t); last by ring.
    by apply: f_equal2 => //; exact: dot_sym.
  have low := least.2 (vsub (s t) se); rewrite -/(x t) in low.
  have -> : tau_s m * dx t = lambda m * dot (vsub (s t) se) (fun i => softmax (beta m) (r t) i - softmax (beta m) re i)
      - dot (vsub (s t) se) (mulmv (gates m) (vsub (s t) se)).
    by rewrite /dx -dot_scal_r -dot_scal_r -dot_minus_r; apply: dot_ext => // i; rewrite gate_shift.
  have cs := cauchy_schwarz_norm (vsub (s t) se) (fun i => softmax (beta m) (r t) i - softmax (beta m) re i).
  have lp := softmax_lipschitz_norm (beta m) (r t) re (Rlt_le _ _ beta0).
  have b : lambda m * dot (vsub (s t) se) (fun i => softmax (beta m) (r t) i - softmax (beta m) re i)
      <= l * (sqrt (x t) * (beta m / 2 * sqrt (y t))).
    apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult; apply: Rmult_le_compat_l; first exact: Rabs_pos.
    apply: Rle_trans cs _; apply: Rmult_le_compat_l; first exact: norm_ge0.
    exact: lp.
  lra.
Qed.

Lemma pair_y : (forall t, 0 <= y t) /\ continuous_from0 y /\ (forall t, 0 < t -> is_derive y t (2 * dy t)) /\
  (forall t, tau_r m * dy t <= l * (sqrt (x t) * sqrt (y t)) - y t).
Proof.
  have [_ [R0 F]] := sol; split; first by move=> t; exact: dot_ge0.
  split.
    have C i : continuous_from0 (fun t => vsub (r t) re i).
      by rewrite /vsub; apply: from0_minus; [exact: R0 | exact: from0_const].
    exact: from0_dot.
  split=> [t t0|t].
    have D i : is_derive (fun h => vsub (r h) re i) t (score_velocity m (s t) (r t) i).
      rewrite /vsub; evar_last; first by apply: is_derive_minus; [exact: (F t t0).2 | exact: is_derive_const].
      by rewrite /minus /plus /opp /zero /=; ring.
    evar_last; first exact: (is_derive_dot _ _ _ _ _ D D).
    transitivity (dy t + dy t); last by ring.
    by apply: f_equal2 => //; exact: dot_sym.
  have -> : tau_r m * dy t = lambda m * dot (vsub (r t) re) (vsub (s t) se) - y t.
    by rewrite /dy /y -dot_scal_r -dot_scal_r -dot_minus_r; apply: dot_ext => // i; rewrite score_shift.
  have cs := cauchy_schwarz_norm (vsub (r t) re) (vsub (s t) se).
  have : lambda m * dot (vsub (r t) re) (vsub (s t) se) <= l * (sqrt (y t) * sqrt (x t)).
    apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult; apply: Rmult_le_compat_l; [exact: Rabs_pos | exact: cs].
  lra.
Qed.

Lemma pair_decay w1 w2 rho : 0 <= w1 -> 0 <= w2 -> 0 < rho ->
  w2 / tau_r m * l + rho * w1 <= w1 / tau_s m * eta -> w1 / tau_s m * (l * (beta m / 2)) + rho * w2 <= w2 / tau_r m ->
  forall t, 0 <= t -> w1 * distance (s t) se + w2 * distance (r t) re
    <= exp (- rho * t) * (w1 * distance (s 0) se + w2 * distance (r 0) re).
Proof.
  move=> w10 w20 r0 h1 h2; have [x0 [cx [Dx Hx]]] := pair_x; have [y0 [cy [Dy Hy]]] := pair_y.
  have l0 : 0 <= l by exact: Rabs_pos.
  have c0 : 0 <= l * (beta m / 2) by apply: Rmult_le_pos; lra.
  exact: (norms_decay x y dx dy (tau_s m) (tau_r m) eta _ l w1 w2 rho ts0 tr0 eta0 c0 l0 w10 w20 r0 x0 y0 cx cy Dx Dy
    (fun t _ => Hx t) (fun t _ => Hy t) h1 h2).
Qed.

(** ** The quadratic function V *)

Let kappa := beta m * lambda m ^ 2 / (2 * eta).
Let V t := lambda m ^ 2 * tau_s m / eta * distance (s t) se ^ 2 + tau_r m * distance (r t) re ^ 2.
Let c := Rmin (eta / tau_s m) (1 / tau_r m).

Lemma quadratic_decay : kappa < 1 ->
  (forall t, 0 < t -> exists dV, is_derive V t dV /\ dV <= - ((1 - kappa) * c) * V t) /\
  (forall t, 0 <= t -> V t <= exp (- ((1 - kappa) * c) * t) * V 0).
Proof.
  move=> k1; have [x0 [cx [Dx Hx]]] := pair_x; have [y0 [cy [Dy Hy]]] := pair_y.
  have VE t : V t = lambda m ^ 2 * tau_s m / eta * x t + tau_r m * y t by rewrite /V /distance !norm_sq.
  pose dV t := lambda m ^ 2 * tau_s m / eta * (2 * dx t) + tau_r m * (2 * dy t).
  have DV t : 0 < t -> is_derive V t (dV t).
    move=> t0; apply: (is_derive_ext (fun t => lambda m ^ 2 * tau_s m / eta * x t + tau_r m * y t)).
      by move=> h; rewrite VE.
    by apply: is_derive_plus; apply: is_derive_scal; [exact: Dx | exact: Dy].
  have c0 : 0 < c by apply: Rmin_glb_lt; apply: Rdiv_lt_0_compat => //; lra.
  have c1 : c * (tau_s m / eta) <= 1.
    have := Rmult_le_compat_r (tau_s m / eta) _ _ ltac:(apply: Rlt_le; exact: Rdiv_lt_0_compat) (Rmin_l (eta / tau_s m) (1 / tau_r m)).
    by rewrite -/c (_ : eta / tau_s m * (tau_s m / eta) = 1) //; field; lra.
  have c2 : c * tau_r m <= 1.
    have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ tr0) (Rmin_r (eta / tau_s m) (1 / tau_r m)).
    by rewrite -/c (_ : 1 / tau_r m * tau_r m = 1) //; field; lra.
  have le t : dV t <= - ((1 - kappa) * c) * V t.
    have a0 := sqrt_pos (x t); have b0 := sqrt_pos (y t).
    have aa := sqrt_sqrt _ (x0 t); have bb := sqrt_sqrt _ (y0 t).
    have hx := Hx t; have hy := Hy t; have ll := l_sq; have l0 : 0 <= l by exact: Rabs_pos.
    rewrite VE; set a := sqrt (x t) in a0 aa hx hy; set b := sqrt (y t) in b0 bb hx hy.
    have le0 : 0 <= 2 * (lambda m ^ 2 / eta).
      by apply: Rmult_le_pos; [lra | apply: Rdiv_le_0_compat => //; exact: pow2_ge_0].
    have g1 := Rmult_le_compat_l _ _ _ le0 hx.
    rewrite -aa -ll in g1 *; rewrite -bb in hy *.
    have e1 : dV t = 2 * (lambda m ^ 2 / eta) * (tau_s m * dx t) + 2 * (tau_r m * dy t) by rewrite /dV; field; lra.
    rewrite -ll in e1; rewrite e1.
    have ke : kappa = beta m * (l * l) / (2 * eta) by rewrite /kappa ll.
    have e2 : 2 * (l * l / eta) * (- eta * (a * a) + l * (beta m / 2) * (a * b)) = - 2 * ((l * a) * (l * a)) + 2 * kappa * ((l * a) * b).
      by rewrite ke; field; lra.
    rewrite e2 in g1.
    have k0 : 0 <= kappa.
      rewrite ke; apply: Rdiv_le_0_compat; last lra.
      by apply: Rmult_le_pos; [lra | exact: Rle_0_sqr].
    set u := l * a in g1 e2; have u0 : 0 <= u by exact: Rmult_le_pos.
    have h2 : l * (a * b) = u * b by rewrite /u; ring.
    rewrite h2 in hy.
    have sq : 2 * (u * b) <= u * u + b * b by have := Rle_0_sqr (u - b); rewrite /Rsqr; lra.
    have sq' := Rmult_le_compat_l (1 + kappa) _ _ ltac:(lra) sq.
    have low : c * (l * l * tau_s m / eta * (a * a) + tau_r m * (b * b)) <= u * u + b * b.
      have := Rmult_le_compat_r _ _ _ (Rle_0_sqr u) c1; have := Rmult_le_compat_r _ _ _ (Rle_0_sqr b) c2; rewrite /Rsqr.
      have -> : c * (l * l * tau_s m / eta * (a * a) + tau_r m * (b * b)) = c * (tau_s m / eta) * (u * u) + c * tau_r m * (b * b).
        by rewrite /u; field; lra.
      lra.
    have := Rmult_le_compat_l (1 - kappa) _ _ ltac:(lra) low.
    lra.
  split=> [t t0|t t0]; first by exists (dV t); split; [exact: DV | exact: le].
  have k0 : 0 < (1 - kappa) * c by apply: Rmult_lt_0_compat; lra.
  have cV : continuous_from0 V.
    apply: (from0_ext (fun t => lambda m ^ 2 * tau_s m / eta * x t + tau_r m * y t)); first by move=> h _; rewrite VE.
    by apply: from0_plus; apply: from0_scal.
  have := leaky_le V dV _ 0 k0 cV DV _ t t0.
  rewrite /Rdiv Rmult_0_l Rmult_0_l Rplus_0_r; apply => h _; have := le h; lra.
Qed.
End Rate.

(** ** The sharper rate *)

Section Sharp.
Context {d N : nat} (m : retrieval d N) (eta : R).
Hypotheses (beta0 : 0 < beta m) (ts0 : 0 < tau_s m) (tr0 : 0 < tau_r m).
Hypotheses (least : is_least_eig (gates m) eta) (eta0 : 0 < eta).
Hypothesis kappa1 : beta m * lambda m ^ 2 / (2 * eta) < 1.
Let l := Rabs (lambda m).
Let q := beta m * lambda m ^ 2 / 2.
Let rho := small_root (tau_s m) (tau_r m) eta q.

Lemma q_ge0 : 0 <= q.
Proof.
  have := Rmult_le_pos _ _ (Rlt_le _ _ beta0) (pow2_ge_0 (lambda m)); rewrite /q; lra.
Qed.

Lemma rho_spec : ((eta - rho * tau_s m) * (1 - rho * tau_r m) = q /\
  forall sg, (eta - sg * tau_s m) * (1 - sg * tau_r m) = q -> rho <= sg) /\
  (1 - beta m * lambda m ^ 2 / (2 * eta)) * Rmin (eta / tau_s m) (1 / tau_r m) / 2 < rho /\ 0 < rho /\
  0 <= eta - rho * tau_s m /\ 0 <= 1 - rho * tau_r m.
Proof.
  have [h1 [h2 [h3 h4]]] := small_root_spec (tau_s m) (tau_r m) eta q ts0 tr0 q_ge0.
  have qk : q / eta = beta m * lambda m ^ 2 / (2 * eta) by rewrite /q; field; lra.
  have qe : q < eta.
    apply: (Rmult_lt_reg_r (/ eta)); first exact: Rinv_0_lt_compat.
    by rewrite -/(q / eta) qk Rinv_r; lra.
  have a := small_root_above (tau_s m) (tau_r m) eta q ts0 tr0 eta0 q_ge0 qe; rewrite qk -/rho in a.
  split=> //; split=> //; split=> //; apply: Rlt_trans a.
  have m0 : 0 < Rmin (eta / tau_s m) (1 / tau_r m) by apply: Rmin_glb_lt; apply: Rdiv_lt_0_compat => //; lra.
  have k1 : 0 < 1 - beta m * lambda m ^ 2 / (2 * eta) by lra.
  have := Rmult_lt_0_compat _ _ k1 m0; lra.
Qed.

Lemma sharp_weighted se re s r : clamped_equilibrium m se re -> clamped_solution m s r -> forall t, 0 <= t ->
  l * tau_s m * distance (s t) se + tau_r m * (eta - rho * tau_s m) * distance (r t) re
  <= exp (- rho * t) * (l * tau_s m * distance (s 0) se + tau_r m * (eta - rho * tau_s m) * distance (r 0) re).
Proof.
  move=> eq sol t t0; have [[root _] [_ [r0 [u0 v0]]]] := rho_spec.
  have l0 : 0 <= l by exact: Rabs_pos.
  have ll : l * l = lambda m ^ 2 by exact: l_sq.
  apply: (pair_decay m eta beta0 ts0 tr0 least eta0 se re s r eq sol) => //; rewrite -/l.
  - by apply: Rmult_le_pos; lra.
  - by apply: Rmult_le_pos; lra.
  - by right; field; lra.
  right; have -> : l * tau_s m / tau_s m * (l * (beta m / 2)) = q by rewrite /q -ll; field; lra.
  by rewrite -root; field; lra.
Qed.

Lemma sharp_distances : exists C, 0 < C /\ forall se re s r, clamped_equilibrium m se re -> clamped_solution m s r ->
  forall t, 0 <= t ->
  distance (s t) se + distance (r t) re <= C * exp (- rho * t) * (distance (s 0) se + distance (r 0) re).
Proof.
  have [[root _] [_ [r0 [u0 v0]]]] := rho_spec.
  have l0 : 0 <= l by exact: Rabs_pos.
  have ll : l * l = lambda m ^ 2 by exact: l_sq.
  case: (Req_dec (lambda m) 0) => [z|nz].
    exists 1; split; first lra; move=> se re s r eq sol t t0.
    have lz : Rabs (lambda m) = 0 by rewrite z Rabs_R0.
    have ia : rho <= 1 / tau_s m * eta.
      by apply: (Rmult_le_reg_r (tau_s m)) => //; rewrite (_ : 1 / tau_s m * eta * tau_s m = eta); [lra | field; lra].
    have ib : rho <= 1 / tau_r m.
      by apply: (Rmult_le_reg_r (tau_r m)) => //; rewrite (_ : 1 / tau_r m * tau_r m = 1); [lra | field; lra].
    have a := pair_decay m eta beta0 ts0 tr0 least eta0 se re s r eq sol 1 0 rho ltac:(lra) ltac:(lra) r0
      ltac:(rewrite lz; lra) ltac:(rewrite lz; lra) t t0.
    have b := pair_decay m eta beta0 ts0 tr0 least eta0 se re s r eq sol 0 1 rho ltac:(lra) ltac:(lra) r0
      ltac:(rewrite lz; lra) ltac:(rewrite lz; lra) t t0.
    lra.
  have lp : 0 < l by exact: Rabs_pos_lt.
  have qp : 0 < q by rewrite /q -ll; have := Rmult_lt_0_compat _ _ beta0 (Rmult_lt_0_compat _ _ lp lp); lra.
  have up : 0 < eta - rho * tau_s m.
    by case: u0 => // e; rewrite -e Rmult_0_l in root; lra.
  pose w1 := l * tau_s m; pose w2 := tau_r m * (eta - rho * tau_s m).
  have p1 : 0 < w1 by apply: Rmult_lt_0_compat.
  have p2 : 0 < w2 by apply: Rmult_lt_0_compat.
  pose lo := Rmin w1 w2; pose hi := Rmax w1 w2.
  have lo0 : 0 < lo by apply: Rmin_glb_lt.
  have hi0 : 0 < hi by apply: Rlt_le_trans p1 (Rmax_l _ _).
  exists (hi / lo); split; first exact: Rdiv_lt_0_compat.
  move=> se re s r eq sol t t0; have := sharp_weighted se re s r eq sol t t0; rewrite -/w1 -/w2.
  set a := distance (s t) se; set b := distance (r t) re; set a0 := distance (s 0) se; set b0 := distance (r 0) re.
  have an : 0 <= a by exact: distance_ge0.
  have bn : 0 <= b by exact: distance_ge0.
  have a0n : 0 <= a0 by exact: distance_ge0.
  have b0n : 0 <= b0 by exact: distance_ge0.
  have h1 := Rmult_le_compat_r _ _ _ an (Rmin_l w1 w2); have h2 := Rmult_le_compat_r _ _ _ bn (Rmin_r w1 w2).
  have h3 := Rmult_le_compat_r _ _ _ a0n (Rmax_l w1 w2); have h4 := Rmult_le_compat_r _ _ _ b0n (Rmax_r w1 w2).
  rewrite -/lo in h1 h2; rewrite -/hi in h3 h4.
  have E := exp_pos (- rho * t).
  have h5 : exp (- rho * t) * (w1 * a0 + w2 * b0) <= exp (- rho * t) * (hi * (a0 + b0)).
    by apply: Rmult_le_compat_l; lra.
  move=> h; apply: (Rmult_le_reg_l lo) => //.
  rewrite (_ : lo * (hi / lo * exp (- rho * t) * (a0 + b0)) = exp (- rho * t) * (hi * (a0 + b0))); last by field; lra.
  lra.
Qed.
End Sharp.
