(** * Small gain sigma K <= 1, and neurons that move little (AG22, AG30) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds.

Open Scope R_scope.

Lemma tanh_lt_self a : 0 < a -> tanh a < a.
Proof.
  move=> a0; have h := tanh_le (a / 2) ltac:(lra).
  (* on [a/2, a] the slope of tanh stays below one *)
  have [c [hc E]] := MVT_gen tanh (a / 2) a (fun c => / cosh c ^ 2)
      (fun c _ => is_derive_tanh c)
      (fun c _ => proj2 (continuity_pt_filterlim tanh c)
                        (ex_derive_continuous tanh c (ex_intro _ _ (is_derive_tanh c)))).
  move: hc E; rewrite Rmin_left ?Rmax_right; try lra; move=> hc.
  have P := Rmult_lt_0_compat _ _ (pow_lt _ 2 (tanh_gt0 c ltac:(lra))) a0.
  by rewrite inv_cosh2; lra.
Qed.

Lemma tanh_abs_le a : Rabs (tanh a) <= Rabs a.
Proof.
  case: (Rle_dec 0 a) => a0.
    rewrite !Rabs_pos_eq //; first exact: tanh_le.
    by case: a0 => [/tanh_gt0|<-]; rewrite ?tanh_0; lra.
  have b0 : 0 <= - a by lra.
  rewrite -(Rabs_Ropp a) -(Rabs_Ropp (tanh a)) -tanh_opp !Rabs_pos_eq //; first exact: tanh_le.
  by case: b0 => [/tanh_gt0|<-]; rewrite ?tanh_0; lra.
Qed.

Lemma tanh_abs_lt a : a <> 0 -> Rabs (tanh a) < Rabs a.
Proof.
  move=> ne; case: (Rtotal_order a 0) => [a0|[//|a0]].
    have b0 : 0 < - a by lra.
    rewrite -(Rabs_Ropp a) -(Rabs_Ropp (tanh a)) -tanh_opp !Rabs_pos_eq; try lra; first exact: tanh_lt_self.
    by have := tanh_gt0 _ b0; lra.
  rewrite !Rabs_pos_eq; try lra; first exact: tanh_lt_self.
  by have := tanh_gt0 _ a0; lra.
Qed.

Section Contraction.
Context {N K : nat} (m : memory N K).
Hypotheses (pos : positive m) (bin : binary m).

Let s0 := pos_sigma m pos.

Lemma phi_abs_le a : Rabs (phi m a) <= sigma m * Rabs a.
Proof.
  apply: Rle_trans (tanh_abs_le _) _; rewrite Rabs_mult Rabs_pos_eq; lra.
Qed.

Lemma phi_sq_le a : phi m a * phi m a <= sigma m ^ 2 * (a * a).
Proof.
  have h := phi_abs_le a; have := Rabs_pos (phi m a).
  rewrite -(Rsqr_pow2 (sigma m)) -[phi m a * phi m a]/(Rsqr (phi m a)) -[a * a]/(Rsqr a) -Rsqr_mult => p.
  apply: Rsqr_le_abs_1; rewrite Rabs_mult (Rabs_pos_eq (sigma m)); lra.
Qed.

Lemma phi_sq_lt a : a <> 0 -> phi m a * phi m a < sigma m ^ 2 * (a * a).
Proof.
  move=> ne; rewrite -(Rsqr_pow2 (sigma m)) -[phi m a * phi m a]/(Rsqr (phi m a)) -[a * a]/(Rsqr a) -Rsqr_mult.
  apply: Rsqr_lt_abs_1; apply: tanh_abs_lt; apply: Rmult_integral_contrapositive; split=> //; lra.
Qed.

Lemma pattern_norm mu : norm (pattern m mu) ^ 2 = INR N.
Proof. by rewrite norm_sq -sum_one; apply: sum_ext => i; exact: pattern_sq. Qed.

(** <w, W(p) v> <= K |w| |v|. *)
Lemma weight_norm p (w v : vec N) : is_simplex p -> dot w (mulmv (weight m p) v) <= INR K * (norm w * norm v).
Proof.
  move=> [p0 s1]; case: (posnP N) => [N0|/INR_gt0 n0].
    have -> : dot w (mulmv (weight m p) v) = 0.
      by apply: sum_eq0 => -[i hi]; exfalso; rewrite N0 in hi.
    by apply: Rmult_le_pos; [exact: pos_INR | apply: Rmult_le_pos; exact: norm_ge0].
  have -> : dot w (mulmv (weight m p) v) = INR K / INR N * sum (fun mu => p mu * (dot (pattern m mu) w * dot (pattern m mu) v)).
    rewrite /dot (sum_ext _ (fun i => INR K / INR N * sum (fun mu => p mu * dot (pattern m mu) v * (pattern m mu i * w i)))).
      rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
      by rewrite sum_scal_l -/(dot (pattern m mu) w) -/(dot (pattern m mu) v); ring.
    move=> i; rewrite weight_mulmv -!sum_scal_l; apply: sum_ext => mu.
    by rewrite -/(dot (pattern m mu) v); ring.
  have -> : INR K * (norm w * norm v) = INR K / INR N * sum (fun mu => p mu * (INR N * (norm w * norm v))).
    by rewrite sum_scal_r s1; field; lra.
  apply: Rmult_le_compat_l.
    by apply: Rmult_le_pos; [exact: pos_INR | left; exact: Rinv_0_lt_compat].
  apply: sum_le => mu; apply: Rmult_le_compat_l => //.
  apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult -(pattern_norm mu).
  have -> : norm (pattern m mu) ^ 2 * (norm w * norm v) = norm (pattern m mu) * norm w * (norm (pattern m mu) * norm v) by ring.
  by apply: Rmult_le_compat; try exact: Rabs_pos; exact: cauchy_schwarz_norm.
Qed.

Lemma phi_norm_le (x : vec N) : norm (fun i => phi m (x i)) <= sigma m * norm x.
Proof.
  apply: norm_le_sq; first by apply: Rmult_le_pos; [lra | exact: norm_ge0].
  rewrite Rpow_mult_distr norm_sq /dot -sum_scal_l; apply: sum_le => i; exact: phi_sq_le.
Qed.

Lemma drive_norm x p : is_simplex p -> dot x (drive m x p) <= sigma m * INR K * dot x x.
Proof.
  move=> sp; apply: Rle_trans (weight_norm p x _ sp) _.
  have -> : sigma m * INR K * dot x x = INR K * (norm x * (sigma m * norm x)) by rewrite -norm_sq; ring.
  apply: Rmult_le_compat_l; first exact: pos_INR.
  by apply: Rmult_le_compat_l; [exact: norm_ge0 | exact: phi_norm_le].
Qed.

Lemma only_equilibrium x p : sigma m * INR K <= 1 -> is_interior p -> equilibrium m x p ->
  (forall i, x i = 0) /\ (forall mu, p mu = / INR K).
Proof.
  move=> small int E; have [X P] := proj1 (equilibrium_interior m x p pos int) E.
  have k0 := INR_gt0 (interior_dim p int).
  have x0 i : x i = 0.
    case: (Req_dec (x i) 0) => // ne; exfalso.
    have V0 := dot_gt0 x i ne.
    have A : dot x x <= INR K * (norm x * norm (fun j => phi m (x j))).
      have e : dot x x = dot x (drive m x p) by apply: dot_ext => // i'; exact: X.
      by rewrite e; apply: weight_norm; exact: interior_simplex.
    have B : dot (fun j => phi m (x j)) (fun j => phi m (x j)) < sigma m ^ 2 * dot x x.
      rewrite /dot -sum_scal_l; apply: (sum_lt _ _ i) => [j|]; [exact: phi_sq_le | exact: phi_sq_lt].
    rewrite -!norm_sq in A B V0; have n0 := norm_ge0 x; have q0 := norm_ge0 (fun j => phi m (x j)).
    have n1 : 0 < norm x by case: n0 => // z; rewrite -z in V0; lra.
    have C : norm (fun j => phi m (x j)) < sigma m * norm x.
      apply: Rnot_le_lt => le; have := pow_incr _ _ 2 (conj (Rmult_le_pos _ _ (Rlt_le _ _ s0) n0) le).
      by rewrite Rpow_mult_distr; lra.
    have D : norm x <= INR K * norm (fun j => phi m (x j)) by apply: (Rmult_le_reg_l (norm x)); lra.
    have := Rmult_lt_compat_l _ _ _ k0 C; have := Rmult_le_compat_r _ _ _ n0 small; lra.
  split=> // mu; rewrite P /gate_target /softmax.
  have f0 nu : score m x nu = 0.
    rewrite /score; have -> : overlap m x nu = 0; last by rewrite /Rdiv; ring.
    by apply: sum_eq0 => i; rewrite x0 phi_0; ring.
  rewrite f0 (sum_ext _ (fun _ => 1)); last by move=> nu; rewrite f0 Rmult_0_r exp_0.
  by rewrite sum_one Rmult_0_r exp_0 /Rdiv Rmult_1_l.
Qed.

Lemma decay (x : R -> vec N) (p : R -> vec K) t :
  solution m x p -> is_simplex (p 0) -> 0 <= t ->
  norm (x t) <= exp (- ((1 - sigma m * INR K) / tau_x m) * t) * norm (x 0).
Proof.
  move=> sol sp t0; have tx := pos_tau_x m pos; case: (sol) => [CX [_ F]].
  set k := (1 - sigma m * INR K) / tau_x m.
  pose q t := exp (2 * k * t) * dot (x t) (x t).
  have Q : q t <= q 0.
    apply: (from0_decreasing q (fun t => exp (2 * k * t) * (2 * (k * dot (x t) (x t) + dot (x t) (velocity_x m (x t) (p t)))))) => //.
    - apply: from0_mult; first exact: from0_exp.
      by apply: (from0_sum (fun i t => x t i * x t i)) => i; apply: from0_mult.
    - move=> s hs; have [X _] := F s hs.
      have E : is_derive (fun t => exp (2 * k * t)) s (2 * k * exp (2 * k * s)) by auto_derive => //; ring.
      evar_last; first by apply: is_derive_product E _; apply: is_derive_dot; exact: X.
      by rewrite (dot_sym (velocity_x _ _ _)); ring.
    - move=> s hs; have sps := solution_simplex m x p s pos sol sp (Rlt_le _ _ hs).
      have e := exp_pos (2 * k * s); suff : k * dot (x s) (x s) + dot (x s) (velocity_x m (x s) (p s)) <= 0 by nra.
      have -> : dot (x s) (velocity_x m (x s) (p s)) = (- dot (x s) (x s) + dot (x s) (drive m (x s) (p s))) / tau_x m.
        rewrite /dot -sum_opp -sum_plus -sum_div; apply: sum_ext => i; rewrite /velocity_x /Rdiv; ring.
      have D := drive_norm (x s) (p s) sps; rewrite /k.
      have -> : (1 - sigma m * INR K) / tau_x m * dot (x s) (x s) + (- dot (x s) (x s) + dot (x s) (drive m (x s) (p s))) / tau_x m
        = (dot (x s) (drive m (x s) (p s)) - sigma m * INR K * dot (x s) (x s)) / tau_x m by field; lra.
      have := Rinv_0_lt_compat _ tx; rewrite /Rdiv; nra.
  have e := exp_pos (k * t); have e' := exp_pos (- k * t).
  apply: norm_le_sq; first by apply: Rmult_le_pos; [lra | exact: norm_ge0].
  rewrite Rpow_mult_distr norm_sq.
  have E : exp (- k * t) ^ 2 * exp (2 * k * t) = 1.
    by rewrite -Rsqr_pow2 /Rsqr -!exp_plus -[RHS]exp_0; congr exp; ring.
  move: Q; rewrite /q Rmult_0_r exp_0 Rmult_1_l => Q.
  have := Rmult_le_compat_l _ _ _ (pow2_ge_0 (exp (- k * t))) Q.
  by rewrite -Rmult_assoc E Rmult_1_l.
Qed.

(** ** Neurons that move little *)
Lemma neuron_displacement (x : R -> vec N) (p : R -> vec K) i t :
  solution m x p -> is_simplex (p 0) -> 0 <= t ->
  Rabs (x t i - x 0 i) <= (1 - exp (- (1 / tau_x m) * t)) * (Rabs (x 0 i) + INR K).
Proof.
  move=> sol sp t0; have tx := pos_tau_x m pos; case: (sol) => [CX [_ F]].
  have := leaky_bound (fun t => x t i - x 0 i) (fun t => (drive m (x t) (p t) i - x 0 i) / tau_x m) (1 / tau_x m)
    ((Rabs (x 0 i) + INR K) / tau_x m) => /(_ _ _ _ _ t t0).
  rewrite Rminus_eq_0 Rabs_R0 Rmult_0_r Rplus_0_l.
  have -> : (Rabs (x 0 i) + INR K) / tau_x m / (1 / tau_x m) = Rabs (x 0 i) + INR K by field; lra.
  rewrite (Rmult_comm (Rabs (x 0 i) + INR K)); apply.
  - by apply: Rdiv_lt_0_compat; lra.
  - by apply: from0_minus => //; exact: from0_const.
  - move=> s hs; evar_last.
      apply: (is_derive_minus (fun t => x t i) (fun _ => x 0 i)); last exact: is_derive_const.
      exact: (proj1 (F s hs) i).
    by rewrite /minus /plus /opp /zero /= /velocity_x; field; lra.
  - move=> s hs; rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ tau_x m)); last by left; exact: Rinv_0_lt_compat.
    apply: Rmult_le_compat_r; first by left; exact: Rinv_0_lt_compat.
    apply: Rle_trans (Rabs_triang _ _) _; rewrite Rabs_Ropp Rplus_comm; apply: Rplus_le_compat_l.
    by apply: drive_le => //; apply: (solution_simplex m x p) => //; lra.
Qed.

Lemma phi_lipschitz a b : Rabs (phi m b - phi m a) <= sigma m * Rabs (b - a).
Proof.
  have [c [_ ->]] := MVT_gen (phi m) a b (phi' m) (fun c _ => is_derive_phi m c)
    (fun c _ => proj2 (continuity_pt_filterlim _ c)
       (ex_derive_continuous _ c (ex_intro _ _ (is_derive_phi m c)))).
  rewrite Rabs_mult; apply: Rmult_le_compat_r; first exact: Rabs_pos.
  rewrite Rabs_pos_eq; last by left; exact: phi'_gt0.
  by rewrite phi'_E; have := pow2_ge_0 (phi m c); nra.
Qed.
End Contraction.
