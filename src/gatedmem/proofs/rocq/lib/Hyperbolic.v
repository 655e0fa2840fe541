(** * Hyperbolic functions: what the standard library leaves out

    Bounds, parity, monotonicity and derivatives of cosh and tanh, then the
    same facts for the activation [phi] and its antiderivative [Lambda]. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Astrocyte.

Open Scope R_scope.

Lemma cosh_gt0 a : 0 < cosh a.
Proof. rewrite /cosh; move: (exp_pos a) (exp_pos (- a)); lra. Qed.

Lemma cosh2_sinh2 a : cosh a ^ 2 - sinh a ^ 2 = 1.
Proof.
  have E : exp a * exp (- a) = 1 by rewrite -exp_plus Rplus_opp_r exp_0.
  rewrite /cosh /sinh; nra.
Qed.

Lemma cosh_ge1 a : 1 <= cosh a.
Proof. move: (cosh2_sinh2 a) (cosh_gt0 a) (pow2_ge_0 (sinh a)); nra. Qed.

Lemma cosh_opp a : cosh (- a) = cosh a.
Proof. rewrite /cosh Ropp_involutive; lra. Qed.

Lemma sinh_opp a : sinh (- a) = - sinh a.
Proof. rewrite /sinh Ropp_involutive; lra. Qed.

Lemma tanh_opp a : tanh (- a) = - tanh a.
Proof. rewrite /tanh cosh_opp sinh_opp /Rdiv; ring. Qed.

Lemma tanh_bound a : -1 < tanh a < 1.
Proof.
  have C := cosh_gt0 a.
  have E : sinh a = tanh a * cosh a by rewrite /tanh; field; lra.
  have P := exp_pos a; have Q := exp_pos (- a).
  have B : - cosh a < sinh a < cosh a by rewrite /cosh /sinh; lra.
  split; apply: (Rmult_lt_reg_r (cosh a)); lra.
Qed.

Lemma tanh2_lt1 a : tanh a ^ 2 < 1.
Proof. move: (tanh_bound a); nra. Qed.

Lemma inv_cosh2 a : / cosh a ^ 2 = 1 - tanh a ^ 2.
Proof.
  have C := cosh_gt0 a.
  have -> : 1 - tanh a ^ 2 = (cosh a ^ 2 - sinh a ^ 2) / cosh a ^ 2 by rewrite /tanh; field; lra.
  by rewrite cosh2_sinh2 /Rdiv Rmult_1_l.
Qed.

Lemma is_derive_cosh a : is_derive cosh a (sinh a).
Proof. apply/is_derive_Reals; exact: derivable_pt_lim_cosh. Qed.

Lemma is_derive_sinh a : is_derive sinh a (cosh a).
Proof. apply/is_derive_Reals; exact: derivable_pt_lim_sinh. Qed.

Lemma is_derive_tanh a : is_derive tanh a (/ cosh a ^ 2).
Proof.
  have C := cosh_gt0 a.
  rewrite /tanh; evar_last.
    apply: is_derive_div; [exact: is_derive_sinh | exact: is_derive_cosh | lra].
  have -> : / cosh a ^ 2 = (cosh a ^ 2 - sinh a ^ 2) / cosh a ^ 2.
    by rewrite cosh2_sinh2 /Rdiv Rmult_1_l.
  field; lra.
Qed.

Lemma is_derive_ln_cosh a : is_derive (fun u => ln (cosh u)) a (tanh a).
Proof.
  have C := cosh_gt0 a; evar_last.
    apply: is_derive_comp; [exact: is_derive_ln | exact: is_derive_cosh].
  rewrite /scal /= /mult /= /tanh /Rdiv; ring.
Qed.

Lemma tanh_lt a b : a < b -> tanh a < tanh b.
Proof.
  move=> lt_ab.
  have [c [_ E]] : exists c, a <= c <= b /\ tanh b - tanh a = / cosh c ^ 2 * (b - a).
    have [c [hc E]] := MVT_gen tanh a b (fun c => / cosh c ^ 2)
      (fun c _ => is_derive_tanh c)
      (fun c _ => proj2 (continuity_pt_filterlim tanh c)
                        (ex_derive_continuous tanh c (ex_intro _ _ (is_derive_tanh c)))).
    exists c; split=> //; move: hc; rewrite Rmin_left ?Rmax_right; lra.
  have : 0 < / cosh c ^ 2 by apply: Rinv_0_lt_compat; apply: pow_lt; exact: cosh_gt0.
  by move=> P; have := Rmult_lt_0_compat _ (b - a) P ltac:(lra); lra.
Qed.

Lemma tanh_0 : tanh 0 = 0.
Proof. rewrite /tanh sinh_0 /Rdiv; ring. Qed.

Lemma tanh_gt0 a : 0 < a -> 0 < tanh a.
Proof. by move=> H; rewrite -tanh_0; exact: tanh_lt. Qed.

Lemma tanh_lt0 a : a < 0 -> tanh a < 0.
Proof. by move=> H; rewrite -tanh_0; exact: tanh_lt. Qed.

Lemma tanh_inj a b : tanh a = tanh b -> a = b.
Proof.
  by move=> E; case: (Rtotal_order a b) => [/tanh_lt|[//|/tanh_lt]]; lra.
Qed.

(** tanh a lies below a for a >= 0. *)
Lemma tanh_le a : 0 <= a -> tanh a <= a.
Proof.
  case=> [a0|<-]; last by rewrite tanh_0; lra.
  have [c [_ E]] : exists c, 0 <= c <= a /\ tanh a - tanh 0 = / cosh c ^ 2 * (a - 0).
    have [c [hc E]] := MVT_gen tanh 0 a (fun c => / cosh c ^ 2)
      (fun c _ => is_derive_tanh c)
      (fun c _ => proj2 (continuity_pt_filterlim tanh c)
                        (ex_derive_continuous tanh c (ex_intro _ _ (is_derive_tanh c)))).
    exists c; split=> //; move: hc; rewrite Rmin_left ?Rmax_right; lra.
  move: E; rewrite tanh_0 inv_cosh2; move: (pow2_ge_0 (tanh c)); nra.
Qed.

(** ** The activation *)
Section Activation.
Context {N K : nat} (m : memory N K).

Lemma phi_bound a : -1 < phi m a < 1.
Proof. exact: tanh_bound. Qed.

Lemma phi_abs a : Rabs (phi m a) < 1.
Proof. move: (phi_bound a) => ?; apply: Rabs_def1; lra. Qed.

Lemma phi2_lt1 a : phi m a ^ 2 < 1.
Proof. exact: tanh2_lt1. Qed.

Lemma phi_opp a : phi m (- a) = - phi m a.
Proof. by rewrite /phi Ropp_mult_distr_r_reverse tanh_opp. Qed.

Lemma phi_0 : phi m 0 = 0.
Proof. by rewrite /phi Rmult_0_r tanh_0. Qed.

Lemma Lambda_opp a : Lambda m (- a) = Lambda m a.
Proof. by rewrite /Lambda Ropp_mult_distr_r_reverse cosh_opp. Qed.

Lemma phi'_opp a : phi' m (- a) = phi' m a.
Proof. by rewrite /phi' Ropp_mult_distr_r_reverse cosh_opp. Qed.

Lemma phi'_E a : phi' m a = sigma m * (1 - phi m a ^ 2).
Proof. by rewrite /phi' /Rdiv inv_cosh2. Qed.

Lemma phi'_gt0 a : 0 < sigma m -> 0 < phi' m a.
Proof. move=> s; rewrite phi'_E; move: (phi2_lt1 a) => ?; apply: Rmult_lt_0_compat; lra. Qed.

Lemma phi_gt0 a : 0 < sigma m -> 0 < a -> 0 < phi m a.
Proof. by move=> s a0; apply: tanh_gt0; apply: Rmult_lt_0_compat. Qed.

Lemma phi_lt0 a : 0 < sigma m -> a < 0 -> phi m a < 0.
Proof. move=> s a0; apply: tanh_lt0; nra. Qed.

Lemma phi_lt a b : 0 < sigma m -> a < b -> phi m a < phi m b.
Proof. by move=> s ab; apply: tanh_lt; apply: Rmult_lt_compat_l. Qed.

Lemma phi_inj a b : 0 < sigma m -> phi m a = phi m b -> a = b.
Proof. by move=> s /tanh_inj /Rmult_eq_reg_l; apply; lra. Qed.

Lemma is_derive_phi a : is_derive (phi m) a (phi' m a).
Proof.
  rewrite /phi /phi'; evar_last.
    apply: (is_derive_comp tanh (fun a => sigma m * a)); first exact: is_derive_tanh.
    by apply: is_derive_scal; exact: is_derive_id.
  rewrite /scal /= /mult /= /one /= /Rdiv; ring.
Qed.

Lemma is_derive_Lambda a : sigma m <> 0 -> is_derive (Lambda m) a (phi m a).
Proof.
  move=> s; rewrite /phi /Lambda; evar_last.
    apply: (is_derive_ext (fun a => / sigma m * ln (cosh (sigma m * a)))).
      by move=> t; rewrite /= /Rdiv Rmult_comm.
    apply: is_derive_scal.
    apply: (is_derive_comp (fun u => ln (cosh u)) (fun a => sigma m * a)).
      exact: is_derive_ln_cosh.
    by apply: is_derive_scal; exact: is_derive_id.
  by rewrite /scal /= /mult /= /one /=; field.
Qed.

Lemma is_derive_phi_comp (y : R -> R) t dy :
  is_derive y t dy -> is_derive (fun s => phi m (y s)) t (phi' m (y t) * dy).
Proof.
  move=> D; evar_last; first by apply: (is_derive_comp (phi m)); [exact: is_derive_phi | exact: D].
  by rewrite /scal /= /mult /= Rmult_comm.
Qed.

Lemma Lambda_0 : Lambda m 0 = 0.
Proof. by rewrite /Lambda Rmult_0_r cosh_0 ln_1 /Rdiv Rmult_0_l. Qed.
End Activation.
