(** * Clamped retrieval converges exponentially when beta lambda^2 / (2 eta) < 1 *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Banach lib.ContextClamped lib.ContextConvergence lib.ContextConvergencePair.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteBounds.

Open Scope R_scope.

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
