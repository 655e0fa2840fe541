(** * Distance from the classical Hopfield network (AG14, AG15)

    d = x - x_H obeys tau_x d' = - d + W_H (phi(x) - phi(x_H)) + (W(p) - W_H) phi(x); the middle term
    is at most sigma lambda_max |d|, the last at most K sqrt(N) sum_mu |p_mu - 1/K|. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Astrocyte defs.Analysis defs.Hopfield.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Gronwall lib.Banach lib.Flow lib.LinearSpectral.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteContraction.
From Gatedmem Require Import lib.Lipschitz lib.AstrocyteOrbit lib.AstrocyteGains.

Open Scope R_scope.

(** ** The two integrals *)

Lemma integral_exp a c t : a <> 0 -> RInt (fun s => exp (a * (t - s)) * c) 0 t = c * ((exp (a * t) - 1) / a).
Proof.
  move=> a0; pose G s := - (c / a) * exp (a * (t - s)).
  have -> : c * ((exp (a * t) - 1) / a) = G t - G 0.
    by rewrite /G Rminus_0_r Rminus_eq_0 Rmult_0_r exp_0; field.
  apply: is_RInt_unique; apply: (is_RInt_derive G) => s _.
    by rewrite /G; auto_derive => //; rewrite -/(Rminus t s); field.
  by apply: ex_derive_continuous; auto_derive.
Qed.

Lemma integral_linear_exp a c t : a <> 0 ->
  RInt (fun s => exp (a * (t - s)) * (c * s)) 0 t = c * ((exp (a * t) - 1 - a * t) / a ^ 2).
Proof.
  move=> a0; pose G s := - c * (exp (a * (t - s)) * (s / a + 1 / a ^ 2)).
  have -> : c * ((exp (a * t) - 1 - a * t) / a ^ 2) = G t - G 0.
    by rewrite /G Rminus_0_r Rminus_eq_0 Rmult_0_r exp_0; field.
  apply: is_RInt_unique; apply: (is_RInt_derive G) => s _.
    by rewrite /G; auto_derive => //; rewrite -/(Rminus t s); field.
  by apply: ex_derive_continuous; auto_derive.
Qed.

Lemma integral_linear c t : RInt (fun s => exp (0 * (t - s)) * (c * s)) 0 t = c * (t ^ 2 / 2).
Proof.
  pose G s := c * (s ^ 2 / 2).
  have -> : c * (t ^ 2 / 2) = G t - G 0 by rewrite /G; field.
  apply: is_RInt_unique; apply: (is_RInt_derive G) => s _.
    by rewrite /G; auto_derive => //; rewrite Rmult_0_l exp_0; field.
  by apply: ex_derive_continuous; auto_derive.
Qed.

Lemma integral_growth a c t : RInt (fun s => exp (a * (t - s)) * c) 0 t = c * growth a t.
Proof.
  rewrite /growth; case: Req_EM_T => [->|a0] /=; last exact: integral_exp.
  rewrite (RInt_ext _ (fun _ => c)); last by move=> s _; rewrite Rmult_0_l exp_0 Rmult_1_l.
  by rewrite RInt_const /scal /= /mult /=; ring.
Qed.

(** ** Hebbian weights *)

Section Hebbian.
Context {N K : nat} (m : memory N K).
Hypotheses (pos : positive m) (bin : binary m).

Definition hebbian : mat N N := weight m (fun _ => / INR K).

Lemma hebbian_E i j : (0 < K)%N -> hebbian i j = / INR N * sum (fun mu => pattern m mu i * pattern m mu j).
Proof.
  move=> K0; have k0 := INR_gt0 K0; have n0 := INR_gt0 (index_dim i).
  by rewrite /hebbian /weight sum_scal_l; field; lra.
Qed.

Lemma weight_psd p (v : vec N) : (forall mu, 0 <= p mu) -> 0 <= dot v (mulmv (weight m p) v).
Proof.
  move=> p0; have k0 := pos_INR K; have n0 := pos_INR N.
  have -> : dot v (mulmv (weight m p) v) = INR K * / INR N * sum (fun mu => p mu * (dot (pattern m mu) v) ^ 2).
    rewrite /dot (sum_ext _ (fun i => INR K / INR N * sum (fun mu => p mu * dot (pattern m mu) v * (pattern m mu i * v i)))).
      rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
      by rewrite sum_scal_l -/(dot (pattern m mu) v); ring.
    by move=> i; rewrite weight_mulmv -!sum_scal_l; apply: sum_ext => mu; rewrite -/(dot (pattern m mu) v); ring.
  case: (posnP N) => [N0|/INR_gt0 n1].
    rewrite (sum_eq0 (fun mu => _)); first lra.
    move=> mu; have -> : dot (pattern m mu) v = 0; last by ring.
    by apply: sum_eq0 => -[i hi]; exfalso; rewrite N0 in hi.
  apply: Rmult_le_pos; first by apply: Rmult_le_pos => //; left; exact: Rinv_0_lt_compat.
  by apply: sum_ge0 => mu; apply: Rmult_le_pos => //; exact: pow2_ge_0.
Qed.

(** |W_H v| <= lambda_max |v|. *)
Lemma hebbian_norm (q : mat N N) (e : vec N) lam v : (0 < N)%N -> (0 < K)%N ->
  eigenbasis hebbian q e -> (forall k, e k <= lam) -> 0 <= lam /\ norm (mulmv hebbian v) <= lam * norm v.
Proof.
  move=> N0 K0 b top; have k0 := INR_gt0 K0.
  have e0 k : 0 <= e k.
    have := weight_psd (fun _ => / INR K) (q k) (fun _ => Rlt_le _ _ (Rinv_0_lt_compat _ k0)).
    rewrite (dot_ext _ (q k) _ (fun i => e k * q k i)) //; last by case: b.
    by rewrite dot_scal_r (proj1 b) kdelta_refl Rmult_1_r.
  have l0 : 0 <= lam by apply: Rle_trans (e0 (Ordinal N0)) (top _).
  split=> //; apply: (rayleigh_norm hebbian q e b) => // [i j|k]; first exact: weight_sym.
  by rewrite Rabs_pos_eq.
Qed.

Lemma phi_difference (x y : vec N) :
  norm (fun i => phi m (x i) - phi m (y i)) <= sigma m * norm (vsub x y).
Proof.
  have s0 := pos_sigma m pos.
  apply: norm_le_sq; first by apply: Rmult_le_pos; [lra | exact: norm_ge0].
  rewrite Rpow_mult_distr norm_sq /dot -sum_scal_l; apply: sum_le => i.
  have -> : sigma m ^ 2 * (vsub x y i * vsub x y i) = Rsqr (sigma m * vsub x y i) by rewrite /Rsqr; ring.
  rewrite -/(Rsqr _); apply: Rsqr_le_abs_1; rewrite Rabs_mult (Rabs_pos_eq (sigma m)); last lra.
  exact: phi_lipschitz.
Qed.

(** |(W(p) - W_H) phi(x)| <= K sqrt(N) sum |p - 1/K|. *)
Lemma drive_difference x (p : vec K) :
  norm (fun i => drive m x p i - drive m x (fun _ => / INR K) i)
  <= INR K * sqrt (INR N) * sum (fun mu => Rabs (p mu - / INR K)).
Proof.
  set S := sum _; have S0 : 0 <= S by apply: sum_ge0 => mu; exact: Rabs_pos.
  have k0 := pos_INR K; have n0 := pos_INR N.
  have kS : 0 <= INR K * S by exact: Rmult_le_pos.
  apply: norm_le_sq.
    by apply: Rmult_le_pos => //; apply: Rmult_le_pos => //; exact: sqrt_pos.
  have -> : (INR K * sqrt (INR N) * S) ^ 2 = sum (fun _ : 'I_N => (INR K * S) ^ 2).
    by rewrite sum_const -{2}(sqrt_sqrt _ n0); ring.
  apply: sum_le => i; rewrite -[X in _ <= X]Rsqr_pow2 -/(Rsqr _); apply: Rsqr_le_abs_1.
  rewrite (Rabs_pos_eq (INR K * S)) // !drive_E -Rmult_minus_distr_l -sum_minus Rabs_mult.
  have n1 := INR_gt0 (index_dim i).
  rewrite Rabs_pos_eq; last by apply: Rmult_le_pos => //; left; exact: Rinv_0_lt_compat.
  have -> : INR K * S = INR K / INR N * (INR N * S) by field; lra.
  apply: Rmult_le_compat_l; first by apply: Rmult_le_pos => //; left; exact: Rinv_0_lt_compat.
  apply: Rle_trans (Rabs_sum_le _) _; rewrite /S -sum_scal_l; apply: sum_le => mu.
  have -> : p mu * overlap m x mu * pattern m mu i - / INR K * overlap m x mu * pattern m mu i
    = overlap m x mu * (p mu - / INR K) * pattern m mu i by ring.
  rewrite !Rabs_mult pattern_abs // Rmult_1_r; apply: Rmult_le_compat_r; first exact: Rabs_pos.
  exact: overlap_le.
Qed.

(** ** The two solutions *)

Definition classical : hopfield N := Hopfield N hebbian (phi m) (phi' m) (Lambda m) (tau_x m).

(** The classical solution exists from every start. *)
Lemma classical_exists (x0 : vec N) : exists xH, xH 0 = x0 /\
  (forall i, continuous_from0 (fun t => xH t i)) /\ forall t, 0 < t -> hopfield_follows classical xH t.
Proof.
  have P (D : vec N -> Prop) j : nice D (fun y => phi m (y j)).
    split; last by exists 1; split=> [|y _]; [lra | left; exact: phi_abs].
    exists (sigma m); split=> [|a b _ _]; first by left; exact: pos_sigma.
    apply: Rle_trans (phi_lipschitz m pos _ _) _; apply: Rmult_le_compat_l; first by left; exact: pos_sigma.
    exact: Rabs_coord_le_distance.
  have [|L lip] := lips_field (fun _ : vec N => True) N (hopfield_velocity classical).
    move=> i; apply: (lips_ext _ (fun y => / tau_x m * (-1 * y i + sum (fun j => hebbian i j * phi m (y j))))).
      by move=> y; rewrite /hopfield_velocity /= /mulmv /Rdiv; ring.
    apply: lips_scal; apply: lips_plus; first by apply: lips_scal; exact: lips_coord.
    by apply: (proj1 (nice_sum _ _ (fun j y => hebbian i j * phi m (y j)) _)) => j; apply: nice_scal; exact: P.
  have [y [y0 O]] := global_exists L _ x0 lip; exists y; split=> //.
  split=> [i|t t0 i]; last by apply: O; lra.
  by apply: derive_from0 => t t0; eexists; exact: O.
Qed.

Section Compare.
Variables (x xH : R -> vec N) (p : R -> vec K) (q : mat N N) (e : vec N) (lam : R).
Hypotheses (sol : solution m x p).
Hypotheses (CH : forall i, continuous_from0 (fun t => xH t i)) (FH : forall t, 0 < t -> hopfield_follows classical xH t).
Hypotheses (start : xH 0 = x 0) (K0 : (0 < K)%N).
Hypotheses (basis : eigenbasis hebbian q e) (top : forall k, e k <= lam).

Let a := (sigma m * lam - 1) / tau_x m.
Let size := INR K * sqrt (INR N) / tau_x m.

Lemma inner_bound (y z : vec N) (pp : vec K) : (0 < N)%N ->
  dot (vsub y z) (vsub (velocity_x m y pp) (hopfield_velocity classical z))
  <= a * norm (vsub y z) ^ 2 + size * sum (fun mu => Rabs (pp mu - / INR K)) * norm (vsub y z).
Proof.
  move=> N0; have tx := pos_tau_x m pos; set d := vsub y z; set S := sum _.
  pose f := fun i => phi m (y i) - phi m (z i).
  pose g := fun i => drive m y pp i - drive m y (fun _ => / INR K) i.
  have -> : dot d (vsub (velocity_x m y pp) (hopfield_velocity classical z))
    = / tau_x m * (- dot d d + dot d (mulmv hebbian f) + dot d g).
    rewrite -dot_opp_r -!dot_plus_r -dot_scal_r; apply: dot_ext => // i.
    rewrite /vsub /velocity_x /hopfield_velocity /= /f mulmv_minus /g /d /vsub /drive -/hebbian; field; lra.
  have [l0 H] := hebbian_norm q e lam f N0 K0 basis top.
  have n0 := norm_ge0 d.
  have A : dot d (mulmv hebbian f) <= sigma m * lam * norm d ^ 2.
    apply: Rle_trans (dot_le_norm _ _) _.
    have : norm d * norm (mulmv hebbian f) <= norm d * (lam * (sigma m * norm d)).
      apply: Rmult_le_compat_l => //; apply: Rle_trans H _; apply: Rmult_le_compat_l => //; exact: phi_difference.
    lra.
  have B : dot d g <= INR K * sqrt (INR N) * S * norm d.
    apply: Rle_trans (dot_le_norm _ _) _; rewrite Rmult_comm; apply: Rmult_le_compat_r => //.
    exact: drive_difference.
  have -> : a * norm d ^ 2 + size * S * norm d
    = / tau_x m * (- dot d d + sigma m * lam * norm d ^ 2 + INR K * sqrt (INR N) * S * norm d).
    by rewrite -norm_sq /a /size; field; lra.
  by apply: Rmult_le_compat_l; [left; exact: Rinv_0_lt_compat | lra].
Qed.

Lemma compare (b : R -> R) t : 0 <= t -> (forall s, continuous b s) ->
  (forall s, 0 <= s -> size * sum (fun mu => Rabs (p s mu - / INR K)) <= b s) ->
  distance (x t) (xH t) <= RInt (fun s => exp (a * (t - s)) * b s) 0 t.
Proof.
  move=> t0 cb hb; case: (posnP N) => [N0|N0].
    have -> : distance (x t) (xH t) = 0 by exact: norm_dim0.
    have b0 s : 0 <= s -> 0 <= b s.
      move=> s0; apply: Rle_trans (hb s s0); apply: Rmult_le_pos; last by apply: sum_ge0 => mu; exact: Rabs_pos.
      apply: Rmult_le_pos; last by left; apply: Rinv_0_lt_compat; exact: pos_tau_x.
      by apply: Rmult_le_pos; [exact: pos_INR | exact: sqrt_pos].
    apply: RInt_ge_0 => // [|s hs].
      apply: ex_RInt_all => s; apply: (continuous_mult (fun s => exp (a * (t - s))) b) => //.
      by apply: ex_derive_continuous; auto_derive.
    by apply: Rmult_le_pos; [left; exact: exp_pos | apply: b0; lra].
  have co (f : R -> R) : (forall s, continuous f s) -> continuous_on (interval 0 t) f.
    by move=> cf; apply: continuous_on_forall => s _.
  have := gronwall_norm (fun s => vsub (x s) (xH s))
    (fun s => vsub (velocity_x m (x s) (p s)) (hopfield_velocity classical (xH s))) (fun _ => a) b 0 t
    (continuous_on_const _ _ _) (co b cb) _ _ _ _ t (conj t0 (Rle_refl t)).
  have -> : norm (vsub (x 0) (xH 0)) = 0.
    by rewrite start -[RHS](@norm_0 N); apply: norm_ext => i; rewrite /vsub; ring.
  rewrite Rmult_0_r Rplus_0_l (RInt_ext (fun s => exp (RInt _ s t) * b s) (fun s => exp (a * (t - s)) * b s)); last first.
    by move=> s _; rewrite RInt_const /scal /= /mult /= Rmult_comm (Rmult_comm (t - s)) Rmult_comm.
  apply.
  - move=> i; apply: from0_continuous_on; apply: from0_minus; [by case: sol | exact: CH].
  - move=> s [s0 _] i; apply: is_derive_minus; last exact: FH.
    by case: sol => _ [_ F]; exact: (proj1 (F s s0) i).
  - move=> s [s0 _]; apply: Rle_trans (hb s (Rlt_le _ _ s0)); apply: Rmult_le_pos; last by apply: sum_ge0 => mu; exact: Rabs_pos.
    apply: Rmult_le_pos; last by left; apply: Rinv_0_lt_compat; exact: pos_tau_x.
    by apply: Rmult_le_pos; [exact: pos_INR | exact: sqrt_pos].
  - move=> s [s0 _]; apply: Rle_trans (inner_bound (x s) (xH s) (p s) N0) _.
    apply: Rplus_le_compat_l; apply: Rmult_le_compat_r; first exact: norm_ge0.
    by apply: hb; lra.
Qed.
End Compare.

(** ** Gains from the uniform start *)
Section Gains.
Variables (x : R -> vec N) (p : R -> vec K).
Hypotheses (sol : solution m x p) (p0 : forall nu, p 0 nu = / INR K).

Let spread t := INR N / (2 * temp m) * (1 - exp (- (temp m / tau_p m) * t)).

Lemma spread_linear t : spread t <= INR N * t / (2 * tau_p m).
Proof.
  have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  have -> : INR N * t / (2 * tau_p m) = INR N / (2 * temp m) * (temp m / tau_p m * t) by field; lra.
  apply: Rmult_le_compat_l; first exact: half_score_ge0.
  by have := exp_ge (- (temp m / tau_p m) * t); lra.
Qed.

Lemma spread_le t : spread t <= INR N / (2 * temp m).
Proof.
  rewrite -[X in _ <= X]Rmult_1_r; apply: Rmult_le_compat_l; first exact: half_score_ge0.
  by have := exp_pos (- (temp m / tau_p m) * t); lra.
Qed.

Lemma uniform_ratio t mu nu : 0 <= t -> Rabs (ln (p t mu / p t nu)) <= spread t.
Proof.
  move=> t0; have [int z] := uniform_start p (index_dim mu) p0.
  have := log_ratio_bound m x p mu nu pos bin sol int t t0.
  by rewrite z Rabs_R0 Rmult_0_r Rplus_0_l.
Qed.

Lemma uniform_log_gain t mu : 0 <= t -> Rabs (ln (INR K * p t mu)) <= spread t.
Proof.
  move=> t0; have [int _] := uniform_start p (index_dim mu) p0.
  by apply: log_gain => [|nu ka]; [exact: (solution_interior m x p) | exact: uniform_ratio].
Qed.

Lemma uniform_deviation t : (0 < K)%N -> 0 <= t -> sum (fun mu => Rabs (p t mu - / INR K)) <= spread t / 2.
Proof.
  move=> K0 t0; have [int _] := uniform_start p K0 p0.
  by apply: deviation => [|nu ka]; [exact: (solution_interior m x p) | exact: uniform_ratio].
Qed.

Section Neurons.
Variables (xH : R -> vec N) (q : mat N N) (e : vec N) (lam : R).
Hypotheses (CH : forall i, continuous_from0 (fun t => xH t i)) (FH : forall t, 0 < t -> hopfield_follows classical xH t).
Hypotheses (start : xH 0 = x 0) (K0 : (0 < K)%N).
Hypotheses (basis : eigenbasis hebbian q e) (top : forall k, e k <= lam).

Let a := (sigma m * lam - 1) / tau_x m.

Lemma size_ge0 : 0 <= INR K * sqrt (INR N) / tau_x m.
Proof.
  apply: Rmult_le_pos; last by left; apply: Rinv_0_lt_compat; exact: pos_tau_x.
  by apply: Rmult_le_pos; [exact: pos_INR | exact: sqrt_pos].
Qed.

Lemma frozen_compare t : 0 <= t ->
  distance (x t) (xH t) <= RInt (fun s => exp (a * (t - s)) *
    (INR K * (INR N * sqrt (INR N)) / (4 * tau_x m * tau_p m) * s)) 0 t.
Proof.
  move=> t0; have tx := pos_tau_x m pos; have tp := pos_tau_p m pos.
  apply: (compare x xH p q e lam sol CH FH start K0 basis top) => // s.
    by apply: ex_derive_continuous; auto_derive.
  move=> s0; have -> : INR K * (INR N * sqrt (INR N)) / (4 * tau_x m * tau_p m) * s
    = INR K * sqrt (INR N) / tau_x m * (INR N * s / (2 * tau_p m) / 2) by field; lra.
  apply: Rmult_le_compat_l; first exact: size_ge0.
  by have := uniform_deviation s K0 s0; have := spread_linear s; lra.
Qed.

Lemma hot_compare t : 0 <= t ->
  distance (x t) (xH t) <= RInt (fun s => exp (a * (t - s)) *
    (INR K * (INR N * sqrt (INR N)) / (4 * temp m * tau_x m))) 0 t.
Proof.
  move=> t0; have tx := pos_tau_x m pos; have T0 := pos_temp m pos.
  apply: (compare x xH p q e lam sol CH FH start K0 basis top
    (fun _ => INR K * (INR N * sqrt (INR N)) / (4 * temp m * tau_x m))) => // s.
    exact: continuous_const.
  move=> s0; have -> : INR K * (INR N * sqrt (INR N)) / (4 * temp m * tau_x m)
    = INR K * sqrt (INR N) / tau_x m * (INR N / (2 * temp m) / 2) by field; lra.
  apply: Rmult_le_compat_l; first exact: size_ge0.
  by have := uniform_deviation s K0 s0; have := spread_le s; lra.
Qed.
End Neurons.
End Gains.

(** At an interior equilibrium. *)
Lemma equilibrium_log_gain (x : vec N) (p : vec K) mu : is_interior p -> equilibrium m x p ->
  Rabs (ln (INR K * p mu)) <= INR N / (2 * temp m).
Proof.
  move=> int E; have T0 := pos_temp m pos; apply: log_gain => // nu ka.
  have [_ P] := proj1 (equilibrium_interior m x p pos int) E; case: (int) => p0 _.
  rewrite ln_div // !P /gate_target !ln_softmax.
  have -> : / temp m * score m x nu - ln (sum (fun j => exp (/ temp m * score m x j)))
    - (/ temp m * score m x ka - ln (sum (fun j => exp (/ temp m * score m x j))))
    = / temp m * (score m x nu - score m x ka) by ring.
  have i0 := Rinv_0_lt_compat _ T0; rewrite Rabs_mult Rabs_pos_eq; last lra.
  have -> : INR N / (2 * temp m) = / temp m * (INR N / 2) by field; lra.
  by apply: Rmult_le_compat_l; [lra | exact: score_diff].
Qed.
End Hebbian.
