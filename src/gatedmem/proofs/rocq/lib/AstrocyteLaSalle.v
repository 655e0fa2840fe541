(** * Solutions from the interior approach the equilibria (AG10)

    In (x, u) a solution is a bounded orbit of a Lipschitz field, along which L falls at the rate
    [dissipation_at]; this is continuous, and zero exactly at the equilibria. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Astrocyte defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Banach lib.Compact lib.Flow lib.LaSalle.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.Lipschitz lib.AstrocyteOrbit lib.AstrocyteGains.

Open Scope R_scope.

(** A continuous function that is zero at the limit points tends to zero. *)
Lemma vanishes_along n (C : vec n -> Prop) (y : R -> vec n) (g : vec n -> R) :
  compact_set C -> (forall t, 0 <= t -> C (y t)) -> continuous_over C g ->
  (forall w, limit_point y w -> g w = 0) -> is_lim (fun t => g (y t)) p_infty 0.
Proof.
  move=> cC Cy cg z; apply/is_lim_spec => e.
  have [d [d0 h]] := heine C g cC cg e (cond_pos e).
  have [T hT] := limit_attracts C cC y Cy d d0.
  exists (Rmax T 0) => t ht; have m1 := Rmax_l T 0; have m2 := Rmax_r T 0.
  have [w [lw tw]] := hT t ltac:(lra).
  rewrite -(z w lw); apply: h => //; first by apply: Cy; lra.
  exact: (limit_in C cC y Cy w lw).
Qed.

Section LaSalle.
Context {N K : nat} (m : memory N K).
Hypotheses (pos : positive m) (bin : binary m).

Definition dissipation_at (y : vec (N + K)) : R :=
  tau_x m * sum (fun i => phi' m (neurons y i) * velocity_x m (neurons y) (softmax 1 (log_gains y)) i ^ 2)
  + INR K * tau_p m * sum (fun mu => velocity_p m (neurons y) (softmax 1 (log_gains y)) mu ^ 2 / softmax 1 (log_gains y) mu).

Let energy_at (y : vec (N + K)) : R := energy m (neurons y) (softmax 1 (log_gains y)).

(** ** Continuity on a bounded set *)
Section Continuity.
Variables (D : vec (N + K) -> Prop) (M : R).
Hypothesis bounded : forall y, D y -> norm y <= M.

Lemma nice_velocity_x i : nice D (fun y => velocity_x m (neurons y) (softmax 1 (log_gains y)) i).
Proof.
  apply: (nice_ext D (fun y => / tau_x m * (drive m (neurons y) (softmax 1 (log_gains y)) i - y (lshift K i)))).
    by move=> y; rewrite /velocity_x /neurons /Rdiv; ring.
  by apply: nice_scal; apply: nice_minus; [exact: nice_drive | exact: (nice_coord D _ M)].
Qed.

(** The rate of ln p_mu. *)
Let rate (y : vec (N + K)) (mu : 'I_K) : R :=
  lift_velocity m (neurons y) (log_gains y) mu - dot (softmax 1 (log_gains y)) (lift_velocity m (neurons y) (log_gains y)).

Lemma nice_rate mu : nice D (fun y => rate y mu).
Proof.
  have L nu : nice D (fun y => lift_velocity m (neurons y) (log_gains y) nu).
    apply: (nice_ext D (fun y => / tau_p m * (score m (neurons y) nu - temp m * y (rshift N nu)))).
      by move=> y; rewrite /lift_velocity /log_gains /Rdiv; ring.
    apply: nice_scal; apply: nice_minus; first exact: nice_score.
    by apply: nice_scal; exact: (nice_coord D _ M).
  apply: nice_minus => //; apply: (nice_sum D _ (fun nu y => softmax 1 (log_gains y) nu * lift_velocity m (neurons y) (log_gains y) nu)) => nu.
  by apply: nice_mult => //; exact: nice_softmax.
Qed.

Lemma velocity_p_rate y mu : velocity_p m (neurons y) (softmax 1 (log_gains y)) mu = softmax 1 (log_gains y) mu * rate y mu.
Proof.
  rewrite -lift_velocity_p //; last exact: pos_tau_p_neq0.
  by have := pos_temp m pos; lra.
Qed.

Lemma nice_velocity_p mu : nice D (fun y => velocity_p m (neurons y) (softmax 1 (log_gains y)) mu).
Proof.
  apply: (nice_ext D (fun y => softmax 1 (log_gains y) mu * rate y mu)); first by move=> y; rewrite velocity_p_rate.
  by apply: nice_mult; [exact: nice_softmax | exact: nice_rate].
Qed.

Lemma nice_dissipation : nice D dissipation_at.
Proof.
  have sq f : nice D f -> nice D (fun y => f y ^ 2).
    by move=> F; apply: (nice_ext D (fun y => f y * f y)); [move=> y; ring | exact: nice_mult].
  apply: nice_plus.
    apply: nice_scal; apply: (nice_sum D _ (fun i y => phi' m (neurons y i) * velocity_x m (neurons y) (softmax 1 (log_gains y)) i ^ 2)) => i.
    apply: nice_mult; last by apply: sq; exact: nice_velocity_x.
    apply: (nice_ext D (fun y => sigma m * (1 - phi m (neurons y i) ^ 2))); first by move=> y; rewrite phi'_E.
    by apply: nice_scal; apply: nice_minus; [exact: nice_const | apply: sq; exact: nice_phi].
  apply: nice_scal; apply: (nice_ext D (fun y => sum (fun mu => softmax 1 (log_gains y) mu * rate y mu ^ 2))).
    move=> y; apply: sum_ext => mu; rewrite velocity_p_rate; field.
    by have := softmax_gt0 1 (log_gains y) mu; lra.
  apply: (nice_sum D _ (fun mu y => softmax 1 (log_gains y) mu * rate y mu ^ 2)) => mu.
  by apply: nice_mult; [exact: nice_softmax | apply: sq; exact: nice_rate].
Qed.
End Continuity.

(** ** The energy is bounded below *)
Lemma energy_below : (0 < K)%N ->
  exists c, forall x p, is_simplex p -> c <= energy m x p.
Proof.
  move=> K0; have T0 := pos_temp m pos; have k0 := INR_gt0 K0.
  exists (- INR K * (temp m * ln (sum (fun _ : 'I_K => exp (INR N / 2 / temp m))))) => x p sp.
  rewrite energy_free.
  have A : 0 <= neuron_energy m x by apply: sum_ge0 => i; apply: neuron_term_ge0; exact: pos_sigma.
  suff : dot p (score m x) + temp m * entropy p <= temp m * ln (sum (fun _ : 'I_K => exp (INR N / 2 / temp m))) by nra.
  apply: Rle_trans (gibbs_max (temp m) (score m x) p T0 sp) _; apply: Rmult_le_compat_l; first lra.
  apply: ln_le; first by apply: sum_gt0 => // mu; exact: exp_pos.
  apply: sum_le => mu; apply: exp_le; apply: Rmult_le_compat_r; first by left; exact: Rinv_0_lt_compat.
  exact: score_le.
Qed.

(** ** An orbit *)
Section Orbit.
Variable y : R -> vec (N + K).
Hypotheses (O : orbit (lift_field m) y) (K0 : (0 < K)%N).

Let interior_at (z : vec (N + K)) : is_interior (softmax 1 (log_gains z)) := softmax_interior 1 (log_gains z) K0.
Let simplex_at (z : vec (N + K)) : is_simplex (softmax 1 (log_gains z)) := interior_simplex _ (interior_at z).

Lemma orbit_from0 j : continuous_from0 (fun t => y t j).
Proof. by apply: derive_from0 => t t0; eexists; exact: O. Qed.

Lemma log_gains_bounded t mu : 0 <= t -> Rabs (log_gains (y t) mu) <= Rabs (log_gains (y 0) mu) + INR N / (2 * temp m).
Proof.
  move=> t0; have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  have := leaky_bound (fun t => log_gains (y t) mu) (fun t => score m (neurons (y t)) mu / tau_p m) (temp m / tau_p m)
    (INR N / 2 / tau_p m) (Rdiv_lt_0_compat _ _ T0 tp) (orbit_from0 (rshift N mu)) => /(_ _ _ t t0) H.
  have {H} : Rabs (log_gains (y t) mu) <= exp (- (temp m / tau_p m) * t) * Rabs (log_gains (y 0) mu) +
      INR N / 2 / tau_p m / (temp m / tau_p m) * (1 - exp (- (temp m / tau_p m) * t)).
    apply: H => s s0.
      evar_last; first exact: (O s (Rlt_le _ _ s0) (rshift N mu)).
      by rewrite /lift_field glue_r /lift_velocity; field; lra.
    rewrite Rabs_pos_eq.
      by apply: Rmult_le_compat_r; [left; exact: Rinv_0_lt_compat | exact: score_le].
    by apply: Rmult_le_pos; [exact: score_ge0 | left; exact: Rinv_0_lt_compat].
  have -> : INR N / 2 / tau_p m / (temp m / tau_p m) = INR N / (2 * temp m) by field; lra.
  have := decaying t _ (pos_rate m pos) t0; have := Rabs_pos (log_gains (y 0) mu); have := half_score_ge0 m pos.
  nra.
Qed.

Lemma orbit_bounded : exists M, forall t, 0 <= t -> norm (y t) <= M.
Proof.
  pose big j := Rabs (y 0 j) + (INR K + INR N / (2 * temp m)).
  have q0 := half_score_ge0 m pos; have k0 := pos_INR K.
  have B t j : 0 <= t -> Rabs (y t j) <= big j.
    move=> t0; move: j; apply: glue_index => [i|mu]; rewrite /big; last first.
      by have := log_gains_bounded t mu t0; rewrite /log_gains; lra.
    have := neuron_within m (fun t => neurons (y t)) _ pos bin i (orbit_solution m pos y O) (simplex_at (y 0)) t t0.
    rewrite /neurons /Rmax; case: Rle_dec; have := Rabs_pos (y 0 (lshift K i)); lra.
  exists (norm big) => t t0; apply: norm_le_sq; first exact: norm_ge0.
  rewrite norm_sq; apply: sum_le => j; rewrite -!/(Rsqr _); apply: Rsqr_le_abs_1.
  by rewrite (Rabs_pos_eq (big j)); [exact: B | have := Rabs_pos (y 0 j); rewrite /big; lra].
Qed.

Lemma energy_falls t : 0 < t -> is_derive (fun s => energy_at (y s)) t (- dissipation_at (y t)).
Proof.
  move=> t0; have F := lift_follows m _ _ t pos (orbit_follows m y t O (Rlt_le _ _ t0)).
  by evar_last; [exact: (energy_descent m _ _ t pos (interior_at (y t)) F) | rewrite /dissipation_at /=; ring].
Qed.

Lemma dissipation_equilibrium z : dissipation_at z = 0 <-> equilibrium m (neurons z) (softmax 1 (log_gains z)).
Proof.
  have [_ <-] := dissipation_eq0 m (neurons z) (softmax 1 (log_gains z)) pos (simplex_at z).
  by rewrite /dissipation_at; split; lra.
Qed.

Lemma dissipation_pos z : 0 <= dissipation_at z.
Proof.
  have [A _] := dissipation_eq0 m (neurons z) (softmax 1 (log_gains z)) pos (simplex_at z).
  by rewrite /dissipation_at; lra.
Qed.

Lemma limit_point_equilibrium w : limit_point y w -> equilibrium m (neurons w) (softmax 1 (log_gains w)).
Proof.
  move=> hw; have [M B] := orbit_bounded; have [c low] := energy_below K0.
  have [L lip] := lipschitz_lift_field m pos (near 1 (fun z => norm z <= M)).
  apply/dissipation_equilibrium.
  apply: (limit_dissipation (fun z => norm z <= M) 1 L (lift_field m) (compact_ball _ M) Rlt_0_1 lip y O B
    energy_at dissipation_at c) => //.
  - by move=> t t0; exact: energy_falls.
  - by move=> z _; exact: low.
  - by move=> z _; exact: dissipation_pos.
  - by apply: lips_continuous; case: (nice_dissipation (fun z => norm z <= M) M).
Qed.

Lemma velocities_vanish :
  (forall i, is_lim (fun t => velocity_x m (neurons (y t)) (softmax 1 (log_gains (y t))) i) p_infty 0) /\
  (forall mu, is_lim (fun t => velocity_p m (neurons (y t)) (softmax 1 (log_gains (y t))) mu) p_infty 0).
Proof.
  have [M B] := orbit_bounded; have cC := compact_ball (N + K) M.
  split=> j.
    apply: (vanishes_along _ _ y (fun z => velocity_x m (neurons z) (softmax 1 (log_gains z)) j) cC B).
      by apply: lips_continuous; case: (nice_velocity_x (fun z => norm z <= M) M (fun _ h => h) j).
    by move=> w /limit_point_equilibrium [].
  apply: (vanishes_along _ _ y (fun z => velocity_p m (neurons z) (softmax 1 (log_gains z)) j) cC B).
    by apply: lips_continuous; case: (nice_velocity_p (fun z => norm z <= M) M (fun _ h => h) j).
  by move=> w /limit_point_equilibrium [].
Qed.

Lemma gains_distance (a b : vec (N + K)) : distance (softmax 1 (log_gains a)) (softmax 1 (log_gains b)) <= distance a b.
Proof.
  apply: Rle_trans (softmax_lipschitz_norm 1 (log_gains a) (log_gains b) Rle_0_1) _.
  have h := @log_gains_distance N K a b; have := distance_ge0 (log_gains a) (log_gains b).
  by move: h; rewrite /distance /vsub; lra.
Qed.

Lemma orbit_approaches eps : 0 < eps -> exists T, forall t, T < t -> exists xe pe,
  is_interior pe /\ equilibrium m xe pe /\
  distance (neurons (y t)) xe < eps /\ distance (softmax 1 (log_gains (y t))) pe < eps.
Proof.
  move=> e0; have [M B] := orbit_bounded.
  have [T hT] := limit_attracts _ (compact_ball (N + K) M) y B eps e0.
  exists T => t Tt; have [w [lw tw]] := hT t Tt; exists (neurons w), (softmax 1 (log_gains w)).
  split=> //; split; first exact: limit_point_equilibrium.
  by split; apply: Rle_lt_trans tw; [exact: neurons_distance | exact: gains_distance].
Qed.

(** Limit points of (x, p). *)
Lemma pair_limit xw pw :
  (forall eps T, 0 < eps -> exists t, T < t /\ distance (neurons (y t)) xw < eps /\
     distance (softmax 1 (log_gains (y t))) pw < eps) ->
  exists w, limit_point y w /\ neurons w = xw /\ softmax 1 (log_gains w) = pw.
Proof.
  move=> H; have [M B] := orbit_bounded.
  pose F (P : R -> Prop) := exists eps T, 0 < eps /\ forall t, T < t ->
    distance (neurons (y t)) xw < eps -> distance (softmax 1 (log_gains (y t))) pw < eps -> P t.
  have FF : ProperFilter F.
    split; first by move=> P [e [T [e0 h]]]; have [t [Tt [h1 h2]]] := H e T e0; exists t; exact: h.
    split.
    - by exists 1, 0; split=> //; lra.
    - move=> P Q [e [T [e0 h]]] [e' [T' [e0' h']]]; exists (Rmin e e'), (Rmax T T').
      split; first exact: Rmin_glb_lt.
      have := Rmin_l e e'; have := Rmin_r e e'; have := Rmax_l T T'; have := Rmax_r T T' => a b c d t ht h1 h2.
      by split; [apply: h | apply: h']; lra.
    - by move=> P Q PQ [e [T [e0 h]]]; exists e, T; split=> // t *; apply: PQ; exact: h.
  have [|w hw] := cluster F y M.
    by exists 1, 0; split; [lra | move=> t t0 _ _; apply: B; lra].
  have small (a b : R) : (forall e, 0 < e -> a <= b + 2 * e) -> a <= b.
    by move=> h; apply: Rnot_lt_le => lt; have := h ((a - b) / 4) ltac:(lra); lra.
  exists w; split; last split.
  - move=> e T e0; have [|t [h1 h2]] := hw (fun t => T < t) e _ e0; last by exists t.
    by exists 1, T; split; [lra | move=> t].
  - apply: distance_eq0; apply: Rle_antisym; last exact: distance_ge0.
    apply: small => e e0; have [|t [h1 h2]] := hw (fun t => distance (neurons (y t)) xw < e) e _ e0.
      by exists e, 0.
    have := distance_triangle (neurons w) (neurons (y t)) xw; have := @neurons_distance N K (y t) w.
    by rewrite (distance_sym (neurons w) (neurons (y t))); lra.
  - apply: distance_eq0; apply: Rle_antisym; last exact: distance_ge0.
    apply: small => e e0; have [|t [h1 h2]] := hw (fun t => distance (softmax 1 (log_gains (y t))) pw < e) e _ e0.
      by exists e, 0.
    have := distance_triangle (softmax 1 (log_gains w)) (softmax 1 (log_gains (y t))) pw; have := gains_distance (y t) w.
    by rewrite (distance_sym (softmax 1 (log_gains w)) (softmax 1 (log_gains (y t)))); lra.
Qed.
End Orbit.

(** ** Solutions *)
Section Solution.
Variables (x : R -> vec N) (p : R -> vec K).
Hypotheses (sol : solution m x p) (int : is_interior (p 0)).

Let K0 : (0 < K)%N := interior_dim (p 0) int.

Lemma the_orbit : exists y, orbit (lift_field m) y /\
  forall t, 0 <= t -> x t = neurons (y t) /\ p t = softmax 1 (log_gains (y t)).
Proof.
  have [y [O [xy py]]] := existence m pos (x 0) (p 0) int; exists y; split=> //.
  exact: (solution_orbit m pos x p y sol int O xy py).
Qed.

Lemma solution_velocities :
  (forall i, is_lim (fun t => velocity_x m (x t) (p t) i) p_infty 0) /\
  (forall mu, is_lim (fun t => velocity_p m (x t) (p t) mu) p_infty 0).
Proof.
  have [y [O E]] := the_orbit; have [VX VP] := velocities_vanish y O K0.
  split=> j; [apply: is_lim_ext_loc (VX j) | apply: is_lim_ext_loc (VP j)];
    by exists 0 => t t0; have [-> ->] := E t (Rlt_le _ _ t0).
Qed.

Lemma solution_approaches eps : 0 < eps -> exists T, forall t, T < t -> exists xe pe,
  is_interior pe /\ equilibrium m xe pe /\ distance (x t) xe < eps /\ distance (p t) pe < eps.
Proof.
  move=> e0; have [y [O E]] := the_orbit; have [T H] := orbit_approaches y O K0 eps e0.
  exists (Rmax T 0) => t ht; have m1 := Rmax_l T 0; have m2 := Rmax_r T 0.
  by have [-> ->] := E t ltac:(lra); apply: H; lra.
Qed.

Lemma solution_limits :
  (exists xw pw, forall eps T, 0 < eps -> exists t, T < t /\ distance (x t) xw < eps /\ distance (p t) pw < eps) /\
  forall xw pw, (forall eps T, 0 < eps -> exists t, T < t /\ distance (x t) xw < eps /\ distance (p t) pw < eps) ->
  is_interior pw /\ equilibrium m xw pw.
Proof.
  have [y [O E]] := the_orbit; have [M B] := orbit_bounded y O K0; split=> [|xw pw H].
    have [w hw] := limit_exists _ (compact_ball (N + K) M) y B.
    exists (neurons w), (softmax 1 (log_gains w)) => eps T e0; have [t [Tt tw]] := hw eps (Rmax T 0) e0.
    have m1 := Rmax_l T 0; have m2 := Rmax_r T 0; exists t; have [-> ->] := E t ltac:(lra).
    split; first lra.
    by split; apply: Rle_lt_trans tw; [exact: neurons_distance | exact: gains_distance].
  have [|w [lw [<- <-]]] := pair_limit y O K0 xw pw.
    move=> eps T e0; have [t [Tt h]] := H eps (Rmax T 0) e0.
    have m1 := Rmax_l T 0; have m2 := Rmax_r T 0; exists t; split; first lra.
    by have [<- <-] := E t ltac:(lra).
  split; last exact: (limit_point_equilibrium y O K0).
  exact: softmax_interior.
Qed.
End Solution.
End LaSalle.
