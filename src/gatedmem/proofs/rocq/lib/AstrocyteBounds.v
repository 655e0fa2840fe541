(** * A-priori bounds: scores, gains, neurons, energy (AG2, AG3, AG9, AG12) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift.

Open Scope R_scope.

(** ** A leaky variable driven by a bounded input *)

Lemma from0_decreasing (q dq : R -> R) : continuous_from0 q ->
  (forall t, 0 < t -> is_derive q t (dq t)) -> (forall t, 0 < t -> dq t <= 0) ->
  forall t, 0 <= t -> q t <= q 0.
Proof.
  move=> C D N t t0; case: t0 => [t0|<-]; last lra.
  have C' s := proj2 (continuity_pt_filterlim (ext0 q) s) (proj1 (from0P q) C s).
  pose dq' s := if Rle_dec s 0 then 0 else dq s.
  have D' s : Rmin 0 t < s < Rmax 0 t -> is_derive (ext0 q) s (dq' s).
    rewrite Rmin_left ?Rmax_right; try lra; move=> [s0 _].
    have -> : dq' s = dq s by rewrite /dq'; destruct (Rle_dec s 0) as [?|?]; rewrite /=; lra.
    apply: (is_derive_ext_loc q); last exact: D.
    exists (mkposreal s s0) => r; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= => rs.
    by rewrite ext0_E //; move: (Rabs_def2 _ _ rs); lra.
  have [c [_ E]] := MVT_gen (ext0 q) 0 t dq' D' (fun s _ => C' s).
  move: E; rewrite !ext0_E; try lra; rewrite /dq'; destruct (Rle_dec c 0) as [?|c0]; rewrite /= => E; first lra.
  by have := N c ltac:(lra); nra.
Qed.

Lemma from0_exp a : continuous_from0 (fun t => exp (a * t)).
Proof.
  apply: (from0_comp exp); first by move=> y; exact: continuous_exp.
  by apply: from0_scal; exact: from0_id.
Qed.

Lemma leaky_upper (y h : R -> R) k M : 0 < k -> continuous_from0 y ->
  (forall t, 0 < t -> is_derive y t (- k * y t + h t)) -> (forall t, 0 < t -> h t <= M) ->
  forall t, 0 <= t -> y t <= exp (- k * t) * y 0 + M / k * (1 - exp (- k * t)).
Proof.
  move=> k0 C D H t t0.
  pose z t := exp (k * t) * y t - M / k * (exp (k * t) - 1).
  have Z : z t <= z 0.
    apply: (from0_decreasing z (fun t => exp (k * t) * (h t - M))) => //.
    - apply: from0_minus; first by apply: from0_mult => //; exact: from0_exp.
      by apply: from0_scal; apply: from0_minus; [exact: from0_exp | exact: from0_const].
    - move=> s s0.
      have E : is_derive (fun t => exp (k * t)) s (k * exp (k * s)) by auto_derive => //; ring.
      evar_last.
        apply: (is_derive_minus (fun t => exp (k * t) * y t)); first exact: is_derive_product E (D s s0).
        apply: is_derive_scal; apply: (is_derive_minus (fun t => exp (k * t)) (fun _ => 1)); first exact: E.
        exact: is_derive_const.
      by rewrite /minus /plus /opp /zero /=; field; lra.
    - by move=> s s0; have := H s s0; have := exp_pos (k * s); nra.
  have E : exp (- k * t) * exp (k * t) = 1 by rewrite -exp_plus -exp_0; congr exp; ring.
  have P := exp_pos (- k * t).
  have -> : y t = exp (- k * t) * z t + M / k * (1 - exp (- k * t)).
    rewrite /z Rmult_minus_distr_l -Rmult_assoc E.
    have -> : exp (- k * t) * (M / k * (exp (k * t) - 1)) = M / k * (exp (- k * t) * exp (k * t) - exp (- k * t)) by ring.
    by rewrite E; ring.
  suff : exp (- k * t) * z t <= exp (- k * t) * y 0 by lra.
  apply: Rmult_le_compat_l; first lra.
  by move: Z; rewrite {2}/z Rmult_0_r exp_0; lra.
Qed.

Lemma leaky_bound (y h : R -> R) k M : 0 < k -> continuous_from0 y ->
  (forall t, 0 < t -> is_derive y t (- k * y t + h t)) -> (forall t, 0 < t -> Rabs (h t) <= M) ->
  forall t, 0 <= t -> Rabs (y t) <= exp (- k * t) * Rabs (y 0) + M / k * (1 - exp (- k * t)).
Proof.
  move=> k0 C D H t t0; have P := exp_pos (- k * t).
  have U := leaky_upper y h k M k0 C D (fun s s0 => Rle_trans _ _ _ (Rle_abs _) (H s s0)) t t0.
  have L : - y t <= exp (- k * t) * (- y 0) + M / k * (1 - exp (- k * t)).
    apply: (leaky_upper (fun t => - y t) (fun t => - h t)) => //; first exact: from0_opp.
      by move=> s s0; evar_last; [apply: is_derive_opp; exact: D | rewrite /opp /=; ring].
    by move=> s s0; move: (H s s0) (Rle_abs (- h s)); rewrite Rabs_Ropp; lra.
  have A := Rle_abs (y 0); have B := Rle_abs (- y 0); rewrite Rabs_Ropp in B.
  by apply: Rabs_le; nra.
Qed.

(** ** Scores and drive *)
Section Bounds.
Context {N K : nat} (m : memory N K).
Hypothesis bin : binary m.

Lemma pattern_sq mu i : pattern m mu i * pattern m mu i = 1.
Proof. by case: (bin mu i) => ->; ring. Qed.

Lemma pattern_abs mu i : Rabs (pattern m mu i) = 1.
Proof. by case: (bin mu i) => ->; rewrite ?Rabs_R1 // Rabs_Ropp Rabs_R1. Qed.

Lemma overlap_le x mu : Rabs (overlap m x mu) <= INR N.
Proof.
  apply: Rle_trans (Rabs_sum_le _) _; rewrite -sum_one; apply: sum_le => i.
  by rewrite Rabs_mult pattern_abs Rmult_1_l; left; exact: phi_abs.
Qed.

Lemma overlap_lt x mu : (0 < N)%N -> Rabs (overlap m x mu) < INR N.
Proof.
  move=> N0; apply: Rle_lt_trans (Rabs_sum_le _) _; rewrite -sum_one; apply: (sum_lt _ _ (Ordinal N0)).
    by move=> i; rewrite Rabs_mult pattern_abs Rmult_1_l; left; exact: phi_abs.
  by rewrite Rabs_mult pattern_abs Rmult_1_l; exact: phi_abs.
Qed.

Lemma score_lt x mu : (0 < N)%N -> score m x mu < INR N / 2.
Proof.
  move=> N0; have n0 := INR_gt0 N0; have := Rabs_def2 _ _ (overlap_lt x mu N0) => -[a b].
  rewrite /score; apply: (Rmult_lt_reg_r (2 * INR N)); first lra.
  have -> : overlap m x mu ^ 2 / (2 * INR N) * (2 * INR N) = overlap m x mu ^ 2 by field; lra.
  have -> : INR N / 2 * (2 * INR N) = INR N ^ 2 by field.
  nra.
Qed.
End Bounds.

Section Bounds2.
Context {N K : nat} (m : memory N K).

Lemma score_ge0 x mu : 0 <= score m x mu.
Proof.
  case: (posnP N) => [N0|/INR_gt0 n0].
    have -> : score m x mu = 0; last lra.
    rewrite /score; have -> : overlap m x mu = 0; last by rewrite /Rdiv; ring.
    by apply: sum_eq0 => -[i hi]; exfalso; rewrite N0 in hi.
  by apply: Rmult_le_pos; [exact: pow2_ge_0 | left; apply: Rinv_0_lt_compat; lra].
Qed.

Lemma score_le x mu : binary m -> score m x mu <= INR N / 2.
Proof.
  move=> bin; case: (posnP N) => [N0|n0]; last by left; exact: score_lt.
  have -> : score m x mu = 0; last by rewrite N0 /=; lra.
  rewrite /score; have -> : overlap m x mu = 0; last by rewrite /Rdiv; ring.
  by apply: sum_eq0 => -[i hi]; exfalso; rewrite N0 in hi.
Qed.

Lemma score_diff x mu nu : binary m -> Rabs (score m x mu - score m x nu) <= INR N / 2.
Proof.
  move=> bin; apply: Rabs_le.
  move: (score_ge0 x mu) (score_ge0 x nu) (score_le x mu bin) (score_le x nu bin); lra.
Qed.

Lemma drive_le x p i : binary m -> is_simplex p -> Rabs (drive m x p i) <= INR K.
Proof.
  move=> bin [p0 s1]; have n0 := INR_gt0 (index_dim i); have k0 := pos_INR K.
  rewrite drive_E Rabs_mult Rabs_pos_eq; last first.
    by apply: Rmult_le_pos => //; left; exact: Rinv_0_lt_compat.
  have E : INR K = INR K / INR N * INR N by field; lra.
  rewrite [X in _ <= X]E.
  apply: Rmult_le_compat_l; first by apply: Rmult_le_pos => //; left; exact: Rinv_0_lt_compat.
  apply: Rle_trans (Rabs_sum_le _) _.
  have -> : INR N = sum (fun mu => p mu * INR N) by rewrite sum_scal_r s1; ring.
  apply: sum_le => mu; rewrite !Rabs_mult pattern_abs // Rmult_1_r Rabs_pos_eq //.
  by apply: Rmult_le_compat_l => //; exact: overlap_le.
Qed.

(** ** Log-ratios of gains (AG2) *)

Lemma log_ratio_rate (x : R -> vec N) (p : R -> vec K) t mu nu : positive m ->
  follows m x p t -> 0 < p t mu -> 0 < p t nu ->
  is_derive (fun s => ln (p s mu / p s nu)) t
    ((score m (x t) mu - score m (x t) nu - temp m * ln (p t mu / p t nu)) / tau_p m).
Proof.
  move=> pos [_ P] pm pn; have tp := pos_tau_p m pos; evar_last.
    apply: (is_derive_comp ln (fun s => p s mu / p s nu)).
      by apply: is_derive_ln; exact: Rdiv_lt_0_compat.
    by apply: is_derive_div; [exact: P | exact: P | lra].
  rewrite ln_div // /scal /= /mult /= /velocity_p /replicator /fitness.
  by set D := dot _ _; field; lra.
Qed.

Lemma log_ratio_bound (x : R -> vec N) (p : R -> vec K) mu nu :
  positive m -> binary m -> solution m x p -> is_interior (p 0) -> forall t, 0 <= t ->
  Rabs (ln (p t mu / p t nu)) <= exp (- (temp m / tau_p m) * t) * Rabs (ln (p 0 mu / p 0 nu))
      + INR N / (2 * temp m) * (1 - exp (- (temp m / tau_p m) * t)).
Proof.
  move=> pos bin sol p0 t t0; have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  have int s : 0 <= s -> is_interior (p s) by exact: (solution_interior m x p s pos sol p0).
  case: (sol) => [_ [CP F]].
  have -> : INR N / (2 * temp m) = INR N / 2 / tau_p m / (temp m / tau_p m) by field; lra.
  apply: (leaky_bound (fun t => ln (p t mu / p t nu)) (fun t => (score m (x t) mu - score m (x t) nu) / tau_p m)) => //.
  - exact: Rdiv_lt_0_compat.
  - apply: (from0_ext (fun t => ln (p t mu) - ln (p t nu))).
      by move=> s s0; have [ps _] := int s s0; rewrite ln_div.
    have Cln ka : continuous_from0 (fun t => ln (p t ka)).
      apply/from0P => s; apply: (continuous_comp (ext0 (fun t => p t ka)) ln).
        by move/from0P: (CP ka); exact.
      by apply: ex_derive_continuous; auto_derive; exact: (proj1 (int _ (Rmax_l 0 s)) ka).
    by apply: from0_minus; exact: Cln.
  - move=> s s0; have [ps _] := int s (Rlt_le _ _ s0).
    by evar_last; [exact: (log_ratio_rate x p s mu nu pos (F s s0) (ps mu) (ps nu)) | rewrite /=; field; lra].
  - move=> s s0; rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ tau_p m)); last by left; exact: Rinv_0_lt_compat.
    by apply: Rmult_le_compat_r; [left; exact: Rinv_0_lt_compat | exact: score_diff].
Qed.

Lemma gain_floor (x : R -> vec N) (p : R -> vec K) mu :
  positive m -> binary m -> solution m x p -> (forall nu, p 0 nu = / INR K) -> forall t, 0 <= t ->
  exp (- (INR N / (2 * temp m))) / INR K <= p t mu.
Proof.
  move=> pos bin sol p0 t t0; have T0 := pos_temp m pos.
  have K0 := index_dim mu; have k0 := INR_gt0 K0.
  have i0 : is_interior (p 0).
    split; first by move=> nu; rewrite p0; exact: Rinv_0_lt_compat.
    by rewrite (sum_ext _ (fun _ => / INR K)) // sum_const; field; lra.
  have [pt s1] := solution_interior m x p t pos sol i0 t0.
  have H nu : p t nu <= p t mu * exp (INR N / (2 * temp m)).
    have := log_ratio_bound x p nu mu pos bin sol i0 t t0.
    rewrite !p0 /Rdiv Rinv_r ?ln_1 ?Rabs_R0; last by apply: Rinv_neq_0_compat; lra.
    rewrite Rmult_0_r Rplus_0_l -/(Rdiv _ _) => B.
    have : ln (p t nu / p t mu) <= INR N / (2 * temp m).
      apply: Rle_trans (Rle_abs _) _; apply: Rle_trans B _.
      have E := exp_pos (- (temp m / tau_p m) * t).
      have : 0 <= INR N / (2 * temp m) by apply: Rmult_le_pos; [exact: pos_INR | left; apply: Rinv_0_lt_compat; lra].
      nra.
    move/exp_le; rewrite exp_ln; last exact: Rdiv_lt_0_compat.
    move=> Q; have -> : p t nu = p t mu * (p t nu / p t mu) by field; move: (pt mu); lra.
    by apply: Rmult_le_compat_l => //; left.
  have : 1 <= INR K * (p t mu * exp (INR N / (2 * temp m))).
    by rewrite -s1 -sum_const; exact: sum_le.
  rewrite exp_Ropp => B; have E := exp_pos (INR N / (2 * temp m)).
  apply: (Rmult_le_reg_r (INR K * exp (INR N / (2 * temp m)))); first exact: Rmult_lt_0_compat.
  have -> : / exp (INR N / (2 * temp m)) / INR K * (INR K * exp (INR N / (2 * temp m))) = 1 by field; lra.
  by move: B; nra.
Qed.

(** ** Neurons (AG3) *)
Lemma neuron_bound (x : R -> vec N) (p : R -> vec K) i :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) -> forall t, 0 <= t ->
  Rabs (x t i) <= exp (- (1 / tau_x m) * t) * Rabs (x 0 i) + INR K * (1 - exp (- (1 / tau_x m) * t)).
Proof.
  move=> pos bin sol s0 t t0; have tx := pos_tau_x m pos; case: (sol) => [CX [_ F]].
  have -> : INR K = INR K / tau_x m / (1 / tau_x m) by field; lra.
  apply: (leaky_bound (fun t => x t i) (fun t => drive m (x t) (p t) i / tau_x m)) => //.
  - by apply: Rdiv_lt_0_compat; lra.
  - by move=> s hs; evar_last; [exact: (proj1 (F s hs) i) | rewrite /velocity_x; field; lra].
  - move=> s hs; rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ tau_x m)); last by left; exact: Rinv_0_lt_compat.
    apply: Rmult_le_compat_r; first by left; exact: Rinv_0_lt_compat.
    by apply: drive_le => //; apply: (solution_simplex m x p) => //; lra.
Qed.

(** ** Free energy of the gains *)
Lemma free_energy_lt x p : (0 < N)%N -> binary m -> 0 < temp m -> is_simplex p ->
  dot p (score m x) + temp m * entropy p < INR N / 2 + temp m * ln (INR K).
Proof.
  move=> N0 bin T0 sp; have K0 := simplex_dim p sp; have k0 := INR_gt0 K0.
  apply: Rle_lt_trans (gibbs_max (temp m) (score m x) p T0 sp) _.
  have -> : INR N / 2 + temp m * ln (INR K) = temp m * ln (INR K * exp (INR N / 2 / temp m)).
    by rewrite ln_mult ?ln_exp //; [field; lra | exact: exp_pos].
  apply: Rmult_lt_compat_l => //; apply: ln_increasing.
    by apply: sum_gt0 => // mu; exact: exp_pos.
  rewrite -sum_const; apply: (sum_lt _ _ (Ordinal K0)) => [mu|]; [left|]; apply: exp_increasing;
    by apply: Rmult_lt_compat_r; [exact: Rinv_0_lt_compat | exact: score_lt].
Qed.

Lemma entropy_ge0 (p : vec K) : is_simplex p -> 0 <= entropy p.
Proof.
  move=> sp; rewrite /entropy -sum_opp; apply: sum_ge0 => mu.
  case: (simplex_ge0 p mu sp) => [pm|<-]; last lra.
  have : ln (p mu) <= 0 by have := ln_le_minus1 _ pm; have := simplex_le1 p mu sp; lra.
  nra.
Qed.

Lemma mean_fitness_E (f p : vec K) : dot p (fitness m f p) = dot p f + temp m * entropy p.
Proof. by rewrite mean_fitness /entropy /dot; ring. Qed.

(** ** Faces repel (AG12) *)
Lemma face_repels x p mu : positive m -> binary m -> (0 < N)%N -> is_simplex p ->
  0 < p mu -> p mu <= exp (- (INR N / (2 * temp m))) / INR K -> 0 < velocity_p m x p mu.
Proof.
  move=> pos bin N0 sp pm small; have T0 := pos_temp m pos; have k0 := INR_gt0 (index_dim mu).
  rewrite /velocity_p /replicator; apply: Rdiv_lt_0_compat; last exact: pos_tau_p.
  apply: Rmult_lt_0_compat => //.
  have := free_energy_lt x p N0 bin T0 sp; rewrite -mean_fitness_E.
  have : ln (p mu) <= - (INR N / (2 * temp m)) - ln (INR K).
    rewrite -[- (_ / _)]ln_exp -ln_div //; last exact: exp_pos.
    by case: small => [/(ln_increasing _ _ pm)|->]; lra.
  move=> L; have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ T0) L.
  have -> : temp m * (- (INR N / (2 * temp m)) - ln (INR K)) = - (INR N / 2) - temp m * ln (INR K) by field; lra.
  rewrite {2}/fitness; have := score_ge0 x mu; lra.
Qed.

(** ** Range of the energy (AG9) *)
Lemma neuron_term_ge0 a : 0 < sigma m -> 0 <= a * phi m a - Lambda m a.
Proof. by move=> s0; have := Lambda_convex m a 0 s0; rewrite Lambda_0; lra. Qed.

Lemma neuron_term_lt a : 0 < sigma m -> a * phi m a - Lambda m a < ln 2 / sigma m.
Proof.
  move=> s0; rewrite /phi /Lambda; set z := sigma m * a.
  have -> : a = z / sigma m by rewrite /z; field; lra.
  have H : z * tanh z < ln 2 + ln (cosh z).
    rewrite -ln_mult; [|lra|exact: cosh_gt0].
    have : Rabs z < ln (2 * cosh z).
      rewrite -[Rabs z]ln_exp; apply: ln_increasing; first exact: exp_pos.
      rewrite /cosh /Rabs; case: Rcase_abs => _; [have := exp_pos z | have := exp_pos (- z)]; lra.
    have : z * tanh z <= Rabs z.
      apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult -[X in _ <= X]Rmult_1_r.
      by apply: Rmult_le_compat_l; [exact: Rabs_pos | left; apply: Rabs_def1; move: (tanh_bound z); lra].
    lra.
  have -> : z / sigma m * tanh z - ln (cosh z) / sigma m = (z * tanh z - ln (cosh z)) / sigma m by field; lra.
  by apply: Rmult_lt_compat_r; [exact: Rinv_0_lt_compat | lra].
Qed.

Lemma energy_free x p : energy m x p = - INR K * (dot p (score m x) + temp m * entropy p) + neuron_energy m x.
Proof. by rewrite /energy /entropy; ring. Qed.

Lemma energy_range x p : positive m -> binary m -> (0 < N)%N -> is_simplex p ->
  - (INR K * INR N / 2) - INR K * temp m * ln (INR K) < energy m x p < INR N * ln 2 / sigma m.
Proof.
  move=> pos bin N0 sp; have T0 := pos_temp m pos; have s0 := pos_sigma m pos.
  have k0 := INR_gt0 (simplex_dim p sp); rewrite energy_free.
  have A : 0 <= neuron_energy m x by apply: sum_ge0 => i; exact: neuron_term_ge0.
  have B : neuron_energy m x < INR N * ln 2 / sigma m.
    rewrite /Rdiv Rmult_assoc -sum_const; apply: (sum_lt _ _ (Ordinal N0)) => [i|]; last exact: neuron_term_lt.
    by left; exact: neuron_term_lt.
  have C := free_energy_lt x p N0 bin T0 sp.
  have D : 0 <= dot p (score m x) + temp m * entropy p.
    apply: Rplus_le_le_0_compat; last by apply: Rmult_le_pos; [lra | exact: entropy_ge0].
    by apply: sum_ge0 => mu; apply: Rmult_le_pos; [exact: simplex_ge0 | exact: score_ge0].
  split; last by nra.
  have := Rmult_lt_compat_l _ _ _ k0 C.
  have -> : INR K * (INR N / 2 + temp m * ln (INR K)) = INR K * INR N / 2 + INR K * temp m * ln (INR K) by field.
  lra.
Qed.
End Bounds2.
