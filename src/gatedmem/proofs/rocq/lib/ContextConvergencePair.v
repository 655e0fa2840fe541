(** * Two quantities that damp themselves and drive each other: the rate at which they fall

    norms_decay       weights w1, w2 and a rate for a sum of two norms
    small_root        the smaller root of (eta - rho ts) (1 - rho tr) = q *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Calculus.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteBounds lib.ContextConvergence.
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
