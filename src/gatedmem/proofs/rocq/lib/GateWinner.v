(** Gates alone, above criticality: the limit of the solution and of its softmax, and where it fails. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxCold lib.LinearSpectral lib.GateModes lib.GateTransient.

Open Scope R_scope.

(** ** Exponentials at infinity *)

Lemma line_falls a : a < 0 -> filterlim (fun t => a * t) (Rbar_locally' p_infty) (Rbar_locally m_infty).
Proof.
move=> a0; have := filterlim_Rbar_mult_l a p_infty; rewrite /Rbar_mult /Rbar_mult' /=.
by case: Rle_dec => r //; exfalso; lra.
Qed.

Lemma exp_decay a : a < 0 -> is_lim (fun t => exp (a * t)) p_infty 0.
Proof. move=> a0; exact: (filterlim_comp _ _ _ _ exp _ _ _ (line_falls a a0) is_lim_exp_m). Qed.

Lemma exp_decay_line a : a < 0 -> is_lim (fun t => t * exp (a * t)) p_infty 0.
Proof.
move=> a0; apply: (is_lim_ext (fun t => / a * (a * t * exp (a * t)))); first by move=> t; field; lra.
rewrite -(Rmult_0_r (/ a)); apply: (is_lim_scal_l _ (/ a) p_infty 0).
exact: (filterlim_comp _ _ _ _ (fun x => x * exp x) _ _ _ (line_falls a a0) is_lim_mul_exp_m).
Qed.

Lemma exp_blows a : 0 < a -> is_lim (fun t => exp (a * t)) p_infty p_infty.
Proof.
move=> a0; have h : filterlim (fun t => a * t) (Rbar_locally' p_infty) (Rbar_locally p_infty).
  have := filterlim_Rbar_mult_l a p_infty; rewrite /Rbar_mult /Rbar_mult' /=.
  case: Rle_dec => r; last by exfalso; lra.
  by case: Rle_lt_or_eq_dec => r' //; exfalso; lra.
exact: (filterlim_comp _ _ _ _ exp _ _ _ h is_lim_exp_p).
Qed.

Section Winner.
Context {d N : nat} (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R).
Hypothesis (alone : lambda m = 0) (tau0 : 0 < tau_s m) (basis : eigenbasis (gates m) q e).
Hypothesis (least : is_least_eig (gates m) eta) (neg : eta < 0).
Let u := gate_input m.
Let gamma := - eta.
Let rate := gamma / tau_s m.

Lemma rate_gt0 : 0 < rate.
Proof. by apply: Rdiv_lt_0_compat => //; rewrite /gamma; lra. Qed.

Lemma amplitude_limit s0 k : is_lim (fun t => exp (- rate * t) * amplitude m q e s0 t k) p_infty
  (if Req_EM_T (e k) eta then dot (q k) (fun i => s0 i + u i / gamma) else 0).
Proof.
have r0 := rate_gt0; have rn : - rate < 0 by lra.
have const c : is_lim (fun t => exp (- rate * t) * c) p_infty 0.
  rewrite -(Rmult_0_l c); exact: (is_lim_scal_r _ c p_infty 0 (exp_decay _ rn)).
case: Req_EM_T => [ek|ne] /=.
  set w := dot _ _; have ew : w = dot (q k) s0 - dot (q k) u / e k.
    rewrite /w dot_plus_r (dot_ext (q k) (q k) (fun i => u i / gamma) (fun i => / gamma * u i)) // ?dot_scal_r.
      by rewrite ek /gamma; field; lra.
    by move=> i; rewrite /Rdiv Rmult_comm.
  rewrite -(Rplus_0_r w); apply: (is_lim_ext (fun t => w + exp (- rate * t) * (dot (q k) u / e k))).
    move=> t; rewrite amplitude_moving //; last lra.
    rewrite (_ : - (e k / tau_s m) * t = rate * t); last by rewrite ek /rate /gamma; field; lra.
    have x1 : exp (- rate * t) * exp (rate * t) = 1.
      by rewrite -exp_plus (_ : - rate * t + rate * t = 0) ?exp_0 //; ring.
    rewrite -/u; set a := dot (q k) s0 in ew *; set c := dot (q k) u / e k in ew *; rewrite ew.
    have -> : exp (- rate * t) * (exp (rate * t) * a + (1 - exp (rate * t)) * c) =
      exp (- rate * t) * exp (rate * t) * (a - c) + exp (- rate * t) * c by ring.
    by rewrite x1; ring.
  by apply: is_lim_plus'; [apply: is_lim_const | apply: const].
case: (Req_dec (e k) 0) => [z|nz].
  apply: (is_lim_ext (fun t => exp (- rate * t) * dot (q k) s0 + dot (q k) u / tau_s m * (t * exp (- rate * t)))).
    by move=> t; rewrite amplitude_neutral // -/u; ring.
  rewrite -(Rplus_0_r 0); apply: is_lim_plus'; first exact: const.
  rewrite -(Rmult_0_r (dot (q k) u / tau_s m)); exact: (is_lim_scal_l _ _ p_infty 0 (exp_decay_line _ rn)).
have lt : - rate - e k / tau_s m < 0.
  have := mode_least m q e eta basis least k => le.
  have := Rdiv_lt_0_compat (e k - eta) (tau_s m) ltac:(lra) tau0.
  by rewrite /rate /gamma /Rdiv; lra.
apply: (is_lim_ext (fun t => exp ((- rate - e k / tau_s m) * t) * (dot (q k) s0 - dot (q k) u / e k)
    + exp (- rate * t) * (dot (q k) u / e k))).
  move=> t; rewrite amplitude_moving // -/u.
  by rewrite (_ : (- rate - e k / tau_s m) * t = - rate * t + - (e k / tau_s m) * t) ?exp_plus; ring.
rewrite -(Rplus_0_r 0); apply: is_lim_plus'; last exact: const.
set c := dot (q k) s0 - _; rewrite -(Rmult_0_l c); exact: (is_lim_scal_r _ c p_infty 0 (exp_decay _ lt)).
Qed.

Variables (s r : R -> vec N).
Hypothesis (solves : gates_solution m s r).
Let xi := critical_part q e eta (fun i => s 0 i + u i / gamma).

Lemma solution_grows i : is_lim (fun t => exp (- rate * t) * s t i) p_infty (xi i).
Proof.
rewrite /xi critical_combination.
apply: (is_lim_ext_loc (fun t => sum (fun k => exp (- rate * t) * amplitude m q e (s 0) t k * q k i))).
  exists 0 => t t0; rewrite (solution_modes m q e alone basis s r solves t (Rlt_le _ _ t0)).
  by rewrite /combination -sum_scal_l; apply: sum_ext => k; ring.
apply: filterlim_sum => k.
exact: (is_lim_scal_r _ (q k i) p_infty (Finite _) (amplitude_limit (s 0) k)).
Qed.

(** The component on the critical eigenspace, exactly. *)
Lemma critical_component t i : 0 <= t -> critical_part q e eta (s t) i =
  exp (rate * t) * xi i - critical_part q e eta u i / gamma.
Proof.
move=> t0; rewrite /xi /critical_part -sum_scal_l /Rdiv -sum_scal_r -sum_minus; apply: sum_ext => k.
case: Req_EM_T => [ek|ne] /=; last ring.
rewrite (solution_amplitude m q e alone basis s r solves t t0 k).
rewrite (amplitude_split m q e eta tau0 neg) /still; case: Req_EM_T => // ek'.
rewrite /moving; case: Req_EM_T => //= _; rewrite -/rate -/u -/gamma.
rewrite (_ : dot (q k) u / eta = - dot (q k) u / gamma); last by rewrite /gamma; field; lra.
by rewrite /Rdiv; ring.
Qed.

Hypothesis (beta0 : 0 < beta m).
Variable istar : 'I_N.
Hypothesis (winner : forall j, j <> istar -> xi j < xi istar).

Lemma relative_weight j : is_lim (fun t => exp (beta m * (s t j - s t istar))) p_infty (kdelta istar j).
Proof.
case: (eqVneq istar j) => [<-|/eqP ne].
  rewrite kdelta_refl; apply: (is_lim_ext (fun _ => 1)); last exact: is_lim_const.
  by move=> t; rewrite Rminus_diag_eq // Rmult_0_r exp_0.
rewrite kdelta_neq //.
have diff : is_lim (fun t => beta m * (exp (- rate * t) * s t j - exp (- rate * t) * s t istar)) p_infty
    (beta m * (xi j - xi istar)).
  exact: (is_lim_scal_l _ (beta m) p_infty (Finite _) (is_lim_minus' _ _ _ _ _ (solution_grows j) (solution_grows istar))).
have lt : beta m * (xi j - xi istar) < 0.
  have := winner j (fun x => ne (esym x)) => lt.
  by have := Rmult_lt_compat_l _ _ _ beta0 lt; lra.
have down : is_lim (fun t => exp (rate * t) *
    (beta m * (exp (- rate * t) * s t j - exp (- rate * t) * s t istar))) p_infty m_infty.
  have := is_lim_mult _ _ _ _ _ (exp_blows rate rate_gt0) diff; rewrite /Rbar_mult /Rbar_mult' /=.
  by case: Rle_dec => r1; [exfalso; lra | apply; lra].
apply: (filterlim_comp _ _ _ _ exp _ (Rbar_locally m_infty) _ _ is_lim_exp_m).
apply: (is_lim_ext _ _ _ _ _ down) => t.
have x1 : exp (rate * t) * exp (- rate * t) = 1.
  by rewrite -exp_plus (_ : rate * t + - rate * t = 0) ?exp_0 //; ring.
have -> : exp (rate * t) * (beta m * (exp (- rate * t) * s t j - exp (- rate * t) * s t istar)) =
  exp (rate * t) * exp (- rate * t) * (beta m * (s t j - s t istar)) by ring.
by rewrite x1; ring.
Qed.

Lemma winner_takes_all j : is_lim (fun t => softmax (beta m) (s t) j) p_infty (kdelta istar j).
Proof.
apply: (is_lim_ext (fun t => exp (beta m * (s t j - s t istar)) *
    / sum (fun l => exp (beta m * (s t l - s t istar))))).
  by move=> t; rewrite -softmax_sub (softmax_ratio _ (s t) j istar) Rmult_comm.
rewrite -(Rmult_1_r (kdelta istar j)).
have total : is_lim (fun t => sum (fun l => exp (beta m * (s t l - s t istar)))) p_infty 1.
  rewrite -(sum_kdelta istar); apply: filterlim_sum => l; exact: relative_weight.
have inv : is_lim (fun t => / sum (fun l => exp (beta m * (s t l - s t istar)))) p_infty 1.
  have := is_lim_inv _ _ _ total; rewrite /Rbar_inv Rinv_1; apply.
  by move=> [] h; lra.
exact: (is_lim_mult _ _ _ (Finite _) (Finite _) (relative_weight j) inv I).
Qed.
End Winner.

(** ** The critical eigenspace is spanned by (1, ..., 1) *)

Lemma other_index {n} (i : 'I_n) : (1 < n)%N -> exists j, j <> i.
Proof.
case: n i => [|[|n]] i // _; case: (eqVneq i ord0) => [->|/eqP ne]; first by exists (lift ord0 ord0).
by exists ord0 => h; apply: ne.
Qed.

Section Uniform.
Context {d N : nat} (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R).
Hypothesis (alone : lambda m = 0) (tau0 : 0 < tau_s m) (basis : eigenbasis (gates m) q e).
Hypothesis (least : is_least_eig (gates m) eta) (neg : eta < 0).
Hypothesis flat : forall v, (forall i, mulmv (gates m) v i = eta * v i) -> forall i j, v i = v j.

Lemma flat_part w i j : critical_part q e eta w i = critical_part q e eta w j.
Proof. by apply: flat => k; apply: (critical_eigen (gates m) q e basis). Qed.

Variables (s r : R -> vec N).
Hypothesis (solves : gates_solution m s r) (beta0 : 0 < beta m).
Hypothesis stable : forall k, e k <> eta -> 0 < e k.
Let bound := sqrt 2 * transient_bound q e eta (s 0) (gate_input m).

Lemma flat_gap t i j : 0 <= t -> Rabs (s t i - s t j) <= bound.
Proof.
move=> t0; have := gap_stable m q e eta alone tau0 basis least neg s r solves t i j stable t0.
rewrite -/bound (flat_part _ i j) (_ : _ - _ - _ = s t i - s t j) //; ring.
Qed.

Lemma flat_weight t i : 0 <= t ->
  softmax (beta m) (s t) i <= / (1 + (INR N - 1) * exp (- (beta m * bound))).
Proof.
move=> t0; rewrite softmax_sub (sum_split i).
rewrite (_ : s t i - s t i = 0) ?Rmult_0_r ?exp_0; last ring.
have n1 : 1 <= INR N by have := le_INR 1 N (elimT leP (index_dim i)).
apply: Rinv_le_contravar.
  have := Rmult_le_pos (INR N - 1) (exp (- (beta m * bound))) ltac:(lra) (Rlt_le _ _ (exp_pos _)); lra.
apply: Rplus_le_compat_l; rewrite -(sum_off_const i); apply: sum_le => j.
case: (j == i); first lra.
apply: exp_le; rewrite -Ropp_mult_distr_r_reverse; apply: Rmult_le_compat_l; first lra.
by have := flat_gap t j i t0 => /Rabs_le_between; lra.
Qed.
End Uniform.
