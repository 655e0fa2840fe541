(** * The lift to log-gains, the modular frame, and the symmetric Jacobian (AG28)

    lift_follows           == the lifted flow projects onto the s-replicator
    lift_exists            == every interior solution lifts
    frame_well_formed, frame_energy_E, frame_follows_iff == the model is a modular frame
    jacobian_value         == the Jacobian's entries; jacobian_selfadjoint, jacobian_real *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy.

Open Scope R_scope.

Lemma softmax_scale n T (u : vec n) : T <> 0 -> softmax (/ T) (fun i => T * u i) = softmax 1 u.
Proof.
  move=> T0; apply: functional_extensionality => i; rewrite /softmax.
  have E j : exp (/ T * (T * u j)) = exp (1 * u j) by congr exp; field.
  by rewrite E (sum_ext _ (fun j => exp (1 * u j))).
Qed.

Lemma softcov_E n (p v w : vec n) : softcov p v w = sum (fun i => p i * (v i * (w i - dot p w))).
Proof.
  rewrite /softcov {1}/dot -sum_scal_r -sum_minus; apply: sum_ext => i; ring.
Qed.

Lemma softcov_eq0 n (p v : vec n) : is_interior p -> softcov p v v = 0 -> forall i j, v i = v j.
Proof.
  move=> [p0 s1]; rewrite softcov_pairs // => E i j.
  have nn i' j' : 0 <= p i' * p j' * (v i' - v j') ^ 2.
    by apply: Rmult_le_pos; [apply: Rmult_le_pos; left | exact: pow2_ge_0].
  have S0 : sum (fun j => p i * p j * (v i - v j) ^ 2) = 0.
    apply: (sum_ge0_eq0 (fun i => sum (fun j => p i * p j * (v i - v j) ^ 2))); last by lra.
    by move=> i'; apply: sum_ge0.
  have := weighted_sq_eq0 _ _ (Rmult_lt_0_compat _ _ (p0 i) (p0 j)) (sum_ge0_eq0 _ (nn i) S0 j).
  lra.
Qed.

(** Log-sum-exp along a curve. *)
Lemma is_derive_lse n b (y : R -> vec n) t (d : vec n) : (0 < n)%N ->
  (forall i, is_derive (fun s => y s i) t (d i)) ->
  is_derive (fun s => ln (sum (fun i => exp (b * y s i)))) t (b * dot (softmax b (y t)) d).
Proof.
  move=> n0 D; have Z0 := partition_gt0 b (y t) n0; evar_last.
    apply: (is_derive_comp ln (fun s => sum (fun i => exp (b * y s i)))); first exact: is_derive_ln.
    apply: (is_derive_sum (fun i s => exp (b * y s i)) t (fun i => b * d i * exp (b * y t i))) => i.
    apply: (is_derive_comp exp (fun s => b * y s i)); first exact: is_derive_exp.
    by apply: is_derive_scal.
  rewrite /scal /= /mult /= /dot /softmax -sum_scal_l -sum_scal_r.
  by apply: sum_ext => i; field; lra.
Qed.

Section Lift.
Context {N K : nat} (m : memory N K).

(** ** The lift *)

Lemma lift_velocity_p x (u : vec K) mu : temp m <> 0 -> tau_p m <> 0 ->
  softmax 1 u mu * (lift_velocity m x u mu - dot (softmax 1 u) (lift_velocity m x u))
  = velocity_p m x (softmax 1 u) mu.
Proof.
  move=> T0 tp; have K0 := index_dim mu.
  rewrite /velocity_p /replicator; set p := softmax 1 u.
  pose c := temp m * ln (sum (fun j => exp (1 * u j))).
  have F nu : fitness m (score m x) p nu = tau_p m * lift_velocity m x u nu + c.
    by rewrite /fitness ln_softmax /lift_velocity /c; field.
  rewrite F /dot (sum_ext (fun nu => p nu * fitness _ _ _ _) (fun nu => tau_p m * (p nu * lift_velocity m x u nu) + p nu * c)).
    by rewrite sum_plus sum_scal_l sum_scal_r softmax_sum //; field.
  by move=> nu; rewrite F; ring.
Qed.

Lemma lift_follows (x : R -> vec N) (u : R -> vec K) t : positive m ->
  follows_lift m x u t -> follows m x (fun s => softmax 1 (u s)) t.
Proof.
  move=> pos [X U]; split=> // mu; have T0 := pos_temp m pos.
  evar_last; first by apply: is_derive_softmax_line; exact: U.
  rewrite -lift_velocity_p; [by rewrite Rmult_1_l | lra | exact: pos_tau_p_neq0].
Qed.

(** A primitive of a function continuous on [0, oo). *)
Lemma from0_primitive (g : R -> R) : continuous_from0 g ->
  exists G : R -> R, G 0 = 0 /\ (forall t, continuous G t) /\ forall t, 0 < t -> is_derive G t (g t).
Proof.
  move=> /from0P C; exists (fun t => RInt (ext0 g) 0 t).
  have D t : is_derive (fun t => RInt (ext0 g) 0 t) t (ext0 g t).
    apply: is_derive_RInt; last exact: C.
    exists (mkposreal 1 Rlt_0_1) => s _; apply: RInt_correct; apply: ex_RInt_continuous => z _; exact: C.
  split; first by rewrite RInt_point.
  split=> t; first by apply: ex_derive_continuous; exists (ext0 g t); exact: D.
  by move=> t0; have := D t; rewrite ext0_E //; lra.
Qed.

Lemma softmax_ln (p : vec K) c : is_interior p -> softmax 1 (fun mu => ln (p mu) + c) = p.
Proof.
  move=> [p0 s1]; apply: functional_extensionality => mu.
  have E nu : exp (1 * (ln (p nu) + c)) = p nu * exp c by rewrite Rmult_1_l exp_plus exp_ln.
  rewrite /softmax E (sum_ext _ (fun nu => p nu * exp c)) // sum_scal_r s1.
  by field; move: (exp_pos c); lra.
Qed.

Lemma lift_exists (x : R -> vec N) (p : R -> vec K) :
  positive m -> solution m x p -> is_interior (p 0) ->
  exists u : R -> vec K,
    (forall mu, continuous_from0 (fun t => u t mu)) /\
    (forall t mu, 0 <= t -> p t mu = softmax 1 (u t) mu) /\
    (forall t, 0 < t -> follows_lift m x u t).
Proof.
  move=> pos sol p0; have T0 := pos_temp m pos; have tp := pos_tau_p m pos.
  case: (sol) => [CX [CP F]].
  have int t : 0 <= t -> is_interior (p t) by exact: (solution_interior m x p t pos sol p0).
  pose Fb t := dot (p t) (fitness m (score m (x t)) (p t)).
  have CF : continuous_from0 Fb by apply: (from0_mean m (fun t => score m (x t))) => // mu; exact: from0_score.
  pose k := temp m / tau_p m.
  have Cexp a : continuous_from0 (fun t => exp (a * t)).
    by apply/from0P => t; apply: (continuous_comp (fun s => a * Rmax 0 s) exp);
      [apply: (continuous_scal_r a (fun s => Rmax 0 s)); move/from0P: (from0_id) => H; exact: H | exact: continuous_exp].
  have [G [G0 [CG DG]]] := from0_primitive (fun t => exp (k * t) * (Fb t / tau_p m))
     (from0_mult _ _ (Cexp k) (from0_mult _ _ CF (from0_const _))).
  pose c t := exp (- k * t) * G t.
  have Dc t : 0 < t -> is_derive c t ((Fb t - temp m * c t) / tau_p m).
    move=> t0; evar_last.
      apply: (is_derive_product (fun t => exp (- k * t)) G); last exact: DG.
      apply: (is_derive_comp exp (fun t => - k * t)); first exact: is_derive_exp.
      by apply: is_derive_scal; exact: is_derive_id.
    rewrite /scal /= /mult /= /one /= /c.
    have E : exp (- k * t) * exp (k * t) = 1 by rewrite -exp_plus -exp_0; congr exp; ring.
    have -> : exp (- k * t) * (exp (k * t) * (Fb t / tau_p m)) = Fb t / tau_p m by rewrite -Rmult_assoc E; ring.
    by rewrite /k; field; lra.
  exists (fun t mu => ln (p t mu) + c t); split; last split.
  - move=> mu; apply: from0_plus.
      apply/from0P => t; apply: (continuous_comp (ext0 (fun t => p t mu)) ln).
        by move/from0P: (CP mu); exact.
      apply: ex_derive_continuous; auto_derive; exact: (proj1 (int _ (Rmax_l 0 t)) mu).
    apply: from0_mult => //; apply/from0P => t; apply: (continuous_comp (Rmax 0) G); last exact: CG.
    by move/from0P: (from0_id) => H; exact: H.
  - by move=> t mu t0; rewrite softmax_ln //; exact: int.
  - move=> t t0; have it := int t (Rlt_le _ _ t0); have [X P] := F t t0.
    split=> [i|mu]; first by rewrite softmax_ln.
    evar_last.
      apply: (is_derive_plus (fun s => ln (p s mu)) c); last exact: Dc.
      by apply: (is_derive_comp ln (fun s => p s mu)); [apply: is_derive_ln; exact: (proj1 it mu) | exact: P].
    rewrite /plus /scal /= /mult /= /velocity_p /replicator -/(Fb t) /fitness /lift_velocity.
    by have := proj1 it mu; move=> ?; field; lra.
Qed.

(** ** The modular frame *)

Lemma Lambda_convex a b : 0 < sigma m -> Lambda m a + phi m a * (b - a) <= Lambda m b.
Proof.
  move=> s0; have s0' : sigma m <> 0 by lra.
  have [c [hc E]] := MVT_gen (Lambda m) a b (phi m) (fun c _ => is_derive_Lambda m c s0')
    (fun c _ => proj2 (continuity_pt_filterlim _ c)
       (ex_derive_continuous _ c (ex_intro _ _ (is_derive_Lambda m c s0')))).
  suff: phi m a * (b - a) <= phi m c * (b - a) by lra.
  move: hc; rewrite /Rmin /Rmax; case: Rle_dec => ab hc.
    apply: Rmult_le_compat_r; first lra.
    by case: (Req_dec a c) => [->|ne]; [lra | left; apply: phi_lt => //; lra].
  suff: phi m c <= phi m a by nra.
  by case: (Req_dec a c) => [->|ne]; [lra | left; apply: phi_lt => //; lra].
Qed.

Lemma lagrangian_x_ok : 0 < sigma m ->
  convex_with_gradient (fun x : vec N => sum (fun i => Lambda m (x i))) (fun x i => phi m (x i)).
Proof.
  move=> s0; split=> [x i|x x'].
    rewrite /partial /directional; evar_last.
      apply: (is_derive_sum (fun j h => Lambda m (x j + h * kdelta i j)) 0 (fun j => phi m (x j) * kdelta i j)) => j.
      evar_last.
        apply: (is_derive_comp (Lambda m) (fun h => x j + h * kdelta i j)); last exact: is_derive_line.
        by apply: is_derive_Lambda; lra.
      by rewrite /scal /= /mult /= Rmult_0_l Rplus_0_r Rmult_comm.
    exact: sum_kdelta_r.
  rewrite /dot -sum_plus; apply: sum_le => i; exact: Lambda_convex.
Qed.

Lemma lagrangian_y_ok : 0 < temp m ->
  convex_with_gradient (fun y : vec K => INR K * temp m * ln (sum (fun mu => exp (y mu / temp m))))
    (fun y mu => INR K * softmax (/ temp m) y mu).
Proof.
  move=> T0; split=> [y mu|y y'].
    rewrite /partial /directional.
    apply: (is_derive_ext (fun h => INR K * temp m * ln (sum (fun nu => exp (/ temp m * (y nu + h * kdelta mu nu)))))).
      by move=> h; rewrite -partition_div.
    evar_last.
      apply: is_derive_scal; apply: (is_derive_lse _ _ (fun h nu => y nu + h * kdelta mu nu)); first exact: (index_dim mu).
      by move=> nu; exact: is_derive_line.
    by cbv beta; rewrite line0 dot_kdelta_r; field; lra.
  case: (posnP K) => [K0|K0].
    have -> : INR K = 0 by rewrite K0.
    by rewrite (dot_ext _ (fun _ => 0) _ (fun _ => 0)) ?dot_0_l => [|i|i]; rewrite ?Rmult_0_l; try lra; exfalso; case: i => i; rewrite K0.
  have kp := INR_gt0 K0.
  have [_ [E _]] := gibbs_maximiser (temp m) y K0 T0.
  have := gibbs_max (temp m) y' (softmax (/ temp m) y) T0 (softmax_simplex _ _ K0).
  rewrite dot_scal_l dot_minus_r Rmult_assoc -E; nra.
Qed.

Lemma frame_well_formed : positive m -> well_formed (astrocyte_frame m).
Proof.
  move=> [s0 [T0 [tx tp]]]; split; first exact: lagrangian_x_ok.
  split; first exact: lagrangian_y_ok.
  by split=> //=; apply: Rdiv_lt_0_compat.
Qed.

Lemma frame_energy_E x (u : vec K) : positive m ->
  frame_energy (astrocyte_frame m) x (fun mu => temp m * u mu) = energy m x (softmax 1 u).
Proof.
  move=> pos; have T0 := pos_temp m pos.
  rewrite /frame_energy /= softmax_scale; last lra.
  rewrite partition_div (sum_ext (fun mu => exp (/ temp m * (temp m * u mu))) (fun mu => exp (1 * u mu))); last first.
    by move=> mu; congr exp; field; lra.
  set L := ln _.
  have H : INR K * temp m * sum (fun mu => softmax 1 u mu * ln (softmax 1 u mu))
    = dot (fun mu => temp m * u mu) (fun mu => INR K * softmax 1 u mu) - INR K * temp m * L.
    case: (posnP K) => [K0|K0].
      have -> : INR K = 0 by rewrite K0.
      by rewrite (dot_ext _ (fun mu => temp m * u mu) _ (fun _ => 0)) // ?dot_0_r => [|mu]; ring.
    rewrite (sum_ext _ (fun mu => u mu * softmax 1 u mu - softmax 1 u mu * L)); last first.
      by move=> mu; rewrite ln_softmax -/L; ring.
    by rewrite sum_minus sum_scal_r softmax_sum // dot_scal_l dot_scal_r /dot; ring.
  rewrite /energy H /neuron_energy sum_minus.
  rewrite [dot (fun mu => INR K * _) (fun mu => _ / _)](_ : _ = INR K * dot (softmax 1 u) (score m x)).
    by rewrite -/(dot x (fun i => phi m (x i))); ring.
  exact: (dot_scal_l (INR K) (softmax 1 u) (score m x)).
Qed.

Lemma interaction_partial_x x (p : vec K) i :
  partial (fun a => interaction (astrocyte_frame m) a (fun mu => INR K * p mu)) (fun j => phi m (x j)) i
    (- drive m x p i).
Proof.
  rewrite /partial /directional /=.
  apply: (is_derive_ext (fun h => - sum (fun mu => INR K * p mu * (/ (2 * INR N) *
     dot (pattern m mu) (fun j => phi m (x j) + h * kdelta i j) ^ 2)))).
    move=> h; congr (- _); apply: sum_ext => mu; rewrite /Rdiv; ring.
  evar_last.
    apply: is_derive_opp; apply: (is_derive_sum (fun mu h => INR K * p mu * (/ (2 * INR N) *
     dot (pattern m mu) (fun j => phi m (x j) + h * kdelta i j) ^ 2)) 0
       (fun mu => INR K * p mu * (/ (2 * INR N) * (2 * (overlap m x mu * pattern m mu i))))) => mu.
    apply: is_derive_scal; apply: is_derive_scal; evar_last.
      apply: is_derive_sq; apply: (is_derive_sum (fun j h => pattern m mu j * (phi m (x j) + h * kdelta i j)) 0
        (fun j => pattern m mu j * kdelta i j)) => j.
      by apply: is_derive_scal; exact: is_derive_line.
    by rewrite sum_kdelta_r -/(dot (pattern m mu) _) line0.
  rewrite /opp /= drive_E -sum_scal_l; congr (- _); apply: sum_ext => mu.
  by rewrite Rinv_mult /Rdiv; set n := / INR N; field.
Qed.

Lemma interaction_partial_y x (g : vec K) mu :
  partial (fun b => interaction (astrocyte_frame m) (fun j => phi m (x j)) b) g mu (- score m x mu).
Proof.
  rewrite /partial /directional /=; evar_last.
    apply: is_derive_opp; apply: (is_derive_sum (fun nu h => (g nu + h * kdelta mu nu) * score m x nu) 0
      (fun nu => kdelta mu nu * score m x nu)) => nu.
    evar_last; first by apply: is_derive_product; [exact: is_derive_line | exact: is_derive_const].
    by rewrite /zero /=; ring.
  by rewrite /opp /= sum_kdelta_l.
Qed.

Lemma frame_follows_iff (x : R -> vec N) (u : R -> vec K) t : positive m ->
  frame_follows (astrocyte_frame m) x (fun s mu => temp m * u s mu) t <-> follows_lift m x u t.
Proof.
  move=> pos; have T0 := pos_temp m pos; have tx := pos_tau_x m pos; have tp := pos_tau_p m pos.
  have act : activation_y (astrocyte_frame m) (fun mu => temp m * u t mu) = (fun mu => INR K * softmax 1 (u t) mu).
    by rewrite /= softmax_scale //; lra.
  rewrite /frame_follows act.
  have PX := interaction_partial_x (x t) (softmax 1 (u t)).
  have PY := interaction_partial_y (x t) (fun mu => INR K * softmax 1 (u t) mu).
  split=> [[dx [dy [X [Y [IX IY]]]]]|[X U]].
    split=> [i|mu].
      evar_last; first exact: X.
      have := partial_unique _ _ _ _ _ (IX i) (PX i); rewrite /= /velocity_x => E.
      by apply: (Rmult_eq_reg_l (tau_x m)); [field_simplify; lra | lra].
    apply: (is_derive_ext (fun s => / temp m * (temp m * u s mu))).
      by move=> s /=; field; lra.
    evar_last; first by apply: is_derive_scal; exact: Y.
    have := partial_unique _ _ _ _ _ (IY mu) (PY mu); rewrite /= /lift_velocity => E.
    have -> : dy mu = temp m / tau_p m * (score m (x t) mu - temp m * u t mu).
      apply: (Rmult_eq_reg_l (tau_p m / temp m)); last by apply: Rgt_not_eq; apply: Rdiv_lt_0_compat.
      have -> : tau_p m / temp m * (temp m / tau_p m * (score m (x t) mu - temp m * u t mu))
        = score m (x t) mu - temp m * u t mu by field; lra.
      lra.
    by field; lra.
  exists (velocity_x m (x t) (softmax 1 (u t))), (fun mu => temp m * lift_velocity m (x t) (u t) mu).
  split=> //; split; first by move=> mu; apply: is_derive_scal.
  split=> [i|mu]; [have := PX i | have := PY mu]; rewrite /=.
    suff -> : - (tau_x m * velocity_x m (x t) (softmax 1 (u t)) i + x t i) = - drive m (x t) (softmax 1 (u t)) i by [].
    by rewrite /velocity_x; field; lra.
  suff -> : - (tau_p m / temp m * (temp m * lift_velocity m (x t) (u t) mu) + temp m * u t mu) = - score m (x t) mu by [].
  by rewrite /lift_velocity; field; lra.
Qed.

(** ** The Jacobian of the lifted field *)

Definition jac_x (x : vec N) (u : vec K) (a : vec N) (b : vec K) : vec N := fun i =>
  (- a i + INR K / INR N * sum (fun mu =>
     (softmax 1 u mu * (b mu - dot (softmax 1 u) b) * overlap m x mu
      + softmax 1 u mu * overlap_rate m x a mu) * pattern m mu i)) / tau_x m.
Definition jac_u (x : vec N) (a : vec N) (b : vec K) : vec K := fun mu =>
  (overlap m x mu / INR N * overlap_rate m x a mu - temp m * b mu) / tau_p m.

Lemma jacobian_is x u a b : is_jacobian m x u a b (jac_x x u a b) (jac_u x a b).
Proof.
  have DX j : is_derive (fun h => x j + h * a j) 0 (a j) by exact: is_derive_line.
  have DU nu : is_derive (fun h => u nu + h * b nu) 0 (b nu) by exact: is_derive_line.
  split=> [i|mu].
    apply: (is_derive_ext (fun h => / tau_x m * (- (x i + h * a i) + INR K / INR N * sum (fun mu =>
       softmax 1 (fun nu => u nu + h * b nu) mu * overlap m (fun j => x j + h * a j) mu * pattern m mu i)))).
      by move=> h; rewrite /velocity_x drive_E /Rdiv [RHS]Rmult_comm.
    rewrite /jac_x [_ / tau_x m]Rmult_comm; apply: is_derive_scal.
    apply: is_derive_plus; first by apply: is_derive_opp.
    apply: is_derive_scal; apply: (is_derive_sum (fun mu h => softmax 1 (fun nu => u nu + h * b nu) mu
       * overlap m (fun j => x j + h * a j) mu * pattern m mu i)) => mu.
    apply: (is_derive_ext (fun h => pattern m mu i * (softmax 1 (fun nu => u nu + h * b nu) mu
       * overlap m (fun j => x j + h * a j) mu))); first by move=> h /=; ring.
    rewrite [_ * pattern m mu i]Rmult_comm; apply: is_derive_scal.
    evar_last.
      apply: (is_derive_product (fun h => softmax 1 (fun nu => u nu + h * b nu) mu)).
        by apply: (is_derive_softmax_line 1 (fun h nu => u nu + h * b nu)).
      by apply: (is_derive_overlap m (fun h j => x j + h * a j)).
    by cbv beta; rewrite !line0 Rmult_1_l.
  apply: (is_derive_ext (fun h => / tau_p m * (score m (fun j => x j + h * a j) mu - temp m * (u mu + h * b mu)))).
    by move=> h; rewrite /lift_velocity /Rdiv Rmult_comm.
  rewrite /jac_u [_ / tau_p m]Rmult_comm; apply: is_derive_scal.
  apply: (is_derive_minus (fun h => score m (fun j => x j + h * a j) mu) (fun h => temp m * (u mu + h * b mu)));
    last by apply: is_derive_scal.
  evar_last; first by apply: (is_derive_score m (fun h j => x j + h * a j)).
  by cbv beta; rewrite line0.
Qed.

Lemma jacobian_entries x u a b : is_jacobian m x u a b
  (fun i => (- a i + mulmv (weight m (softmax 1 u)) (fun j => phi' m (x j) * a j) i
       + INR K / INR N * sum (fun mu => pattern m mu i * overlap m x mu
             * (softmax 1 u mu * (b mu - dot (softmax 1 u) b)))) / tau_x m)
  (fun mu => (overlap m x mu / INR N * dot (pattern m mu) (fun i => phi' m (x i) * a i)
              - temp m * b mu) / tau_p m).
Proof.
  have [C D] := jacobian_is x u a b; split=> // i; evar_last; first exact: C.
  rewrite /jac_x weight_mulmv Rplus_assoc -Rmult_plus_distr_l -sum_plus.
  by congr ((_ + _ * _) / _); apply: sum_ext => mu; rewrite /overlap_rate; ring.
Qed.

Lemma jacobian_unique x u a b c d : is_jacobian m x u a b c d ->
  c = jac_x x u a b /\ d = jac_u x a b.
Proof.
  move=> [C D]; have [C' D'] := jacobian_is x u a b; split; apply: functional_extensionality => i.
    by rewrite -(is_derive_unique _ _ _ (C i)); apply: is_derive_unique.
  by rewrite -(is_derive_unique _ _ _ (D i)); apply: is_derive_unique.
Qed.

(** The form <J(a,b), (a',b')>, visibly symmetric. *)
Lemma metric_jacobian x u a b a' b' : tau_x m <> 0 -> tau_p m <> 0 ->
  let p := softmax 1 u in
  lift_metric m x u (jac_x x u a b) (jac_u x a b) a' b' =
  - sum (fun i => phi' m (x i) * (a i * a' i))
  + INR K / INR N * sum (fun mu => p mu * (overlap_rate m x a mu * overlap_rate m x a' mu))
  + INR K / INR N * sum (fun mu => p mu * overlap m x mu *
       ((b mu - dot p b) * overlap_rate m x a' mu + (b' mu - dot p b') * overlap_rate m x a mu))
  - INR K * temp m * softcov p b b'.
Proof.
  move=> tx tp p.
  have X : tau_x m * sum (fun i => phi' m (x i) * (jac_x x u a b i * a' i)) =
    - sum (fun i => phi' m (x i) * (a i * a' i))
    + INR K / INR N * sum (fun mu => (p mu * (b mu - dot p b) * overlap m x mu + p mu * overlap_rate m x a mu)
        * overlap_rate m x a' mu).
    rewrite -sum_scal_l (sum_ext _ (fun i => - (phi' m (x i) * (a i * a' i)) + INR K / INR N * sum (fun mu =>
        (p mu * (b mu - dot p b) * overlap m x mu + p mu * overlap_rate m x a mu) * (pattern m mu i * (phi' m (x i) * a' i))))).
      rewrite sum_plus sum_opp sum_scal_l sum_swap; congr (_ + _ * _); apply: sum_ext => mu.
      by rewrite sum_scal_l.
    move=> i; rewrite /jac_x -/p.
    rewrite [in RHS](sum_ext _ (fun mu => (p mu * (b mu - dot p b) * overlap m x mu + p mu * overlap_rate m x a mu)
       * pattern m mu i * (phi' m (x i) * a' i))); last by move=> mu; ring.
    by rewrite sum_scal_r; set S := sum _; set k := INR K / INR N; field.
  have U : INR K * tau_p m * softcov p (jac_u x a b) b' =
    INR K / INR N * sum (fun mu => p mu * overlap m x mu * ((b' mu - dot p b') * overlap_rate m x a mu))
    - INR K * temp m * softcov p b b'.
    rewrite !softcov_E -!sum_scal_l -sum_minus; apply: sum_ext => mu.
    by rewrite /jac_u /Rdiv; set n := / INR N; field.
  rewrite /lift_metric X -/p U.
  have -> : sum (fun mu => (p mu * (b mu - dot p b) * overlap m x mu + p mu * overlap_rate m x a mu) * overlap_rate m x a' mu)
    = sum (fun mu => p mu * (overlap_rate m x a mu * overlap_rate m x a' mu))
      + sum (fun mu => p mu * overlap m x mu * ((b mu - dot p b) * overlap_rate m x a' mu)).
    by rewrite -sum_plus; apply: sum_ext => mu; ring.
  have -> : sum (fun mu => p mu * overlap m x mu * ((b mu - dot p b) * overlap_rate m x a' mu + (b' mu - dot p b') * overlap_rate m x a mu))
    = sum (fun mu => p mu * overlap m x mu * ((b mu - dot p b) * overlap_rate m x a' mu))
      + sum (fun mu => p mu * overlap m x mu * ((b' mu - dot p b') * overlap_rate m x a mu)).
    by rewrite -sum_plus; apply: sum_ext => mu; ring.
  ring.
Qed.

Lemma lift_metric_sym x u a b a' b' : lift_metric m x u a b a' b' = lift_metric m x u a' b' a b.
Proof.
  by rewrite /lift_metric softcov_sym; congr (_ * _ + _); apply: sum_ext => i; ring.
Qed.

Lemma jacobian_selfadjoint x u a b c d a' b' c' d' : positive m ->
  is_jacobian m x u a b c d -> is_jacobian m x u a' b' c' d' ->
  lift_metric m x u c d a' b' = lift_metric m x u a b c' d'.
Proof.
  move=> pos /jacobian_unique [-> ->] /jacobian_unique [-> ->].
  have tx := pos_tau_x m pos; have tp := pos_tau_p_neq0 m pos.
  rewrite [RHS]lift_metric_sym !metric_jacobian //; try lra.
  rewrite (softcov_sym _ b b'); congr (- _ + _ * _ + _ * _ - _); apply: sum_ext => i; ring.
Qed.

Lemma lift_metric_ge0 x u a b : positive m -> 0 <= lift_metric m x u a b a b.
Proof.
  move=> [s0 [_ [tx tp]]]; apply: Rplus_le_le_0_compat.
    apply: Rmult_le_pos; first lra; apply: sum_ge0 => i.
    by apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: Rle_0_sqr].
  case: (posnP K) => [K0|K0]; first by rewrite [INR K](_ : _ = 0) ?K0 //; lra.
  apply: Rmult_le_pos; last by apply: softcov_ge0; exact: softmax_simplex.
  by apply: Rmult_le_pos; [exact: pos_INR | lra].
Qed.

Lemma lift_metric_eq0 x u a b : positive m ->
  lift_metric m x u a b a b = 0 <-> (forall i, a i = 0) /\ (forall mu nu, b mu = b nu).
Proof.
  move=> pos; case: (pos) => [s0 [_ [tx tp]]].
  have nn i : 0 <= phi' m (x i) * (a i * a i).
    by apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: Rle_0_sqr].
  have A0 : 0 <= tau_x m * sum (fun i => phi' m (x i) * (a i * a i)).
    by apply: Rmult_le_pos; [lra | exact: sum_ge0].
  rewrite /lift_metric; split=> [E|[a0 b0]].
    have C0 : 0 <= INR K * tau_p m * softcov (softmax 1 u) b b.
      case: (posnP K) => [K0|K0]; first by rewrite [INR K](_ : _ = 0) ?K0 //; lra.
      apply: Rmult_le_pos; last by apply: softcov_ge0; exact: softmax_simplex.
      by apply: Rmult_le_pos; [exact: pos_INR | lra].
    split=> [i|mu nu].
      have S : sum (fun i => phi' m (x i) * (a i * a i)) = 0 by apply: (Rmult_eq_reg_l (tau_x m)); lra.
      apply: (weighted_sq_eq0 (phi' m (x i))); first exact: phi'_gt0.
      by rewrite -(sum_ge0_eq0 _ nn S i); ring.
    have K0 := index_dim mu; have kp := INR_gt0 K0.
    have KT : 0 < INR K * tau_p m by apply: Rmult_lt_0_compat.
    apply: (softcov_eq0 _ (softmax 1 u) b); first exact: softmax_interior.
    by apply: (Rmult_eq_reg_l (INR K * tau_p m)); lra.
  rewrite (sum_eq0 (fun i => phi' m (x i) * _)); last by move=> i; rewrite a0; ring.
  suff -> : softcov (softmax 1 u) b b = 0 by ring.
  rewrite softcov_E; apply: sum_eq0 => mu.
  have -> : dot (softmax 1 u) b = b mu.
    rewrite (dot_ext _ (softmax 1 u) _ (fun _ => b mu)) // dot_const_r softmax_sum ?Rmult_1_l //.
    exact: (index_dim mu).
  ring.
Qed.

Lemma jacobian_leak x u c : tau_p m <> 0 ->
  is_jacobian m x u (fun _ => 0) (fun _ => c) (fun _ => 0) (fun _ => - (temp m / tau_p m) * c).
Proof.
  move=> tp; have R0 mu : overlap_rate m x (fun _ => 0) mu = 0.
    by apply: sum_eq0 => i; ring.
  have [C D] := jacobian_is x u (fun _ => 0) (fun _ => c); split=> [i|mu].
    evar_last; first exact: C.
    rewrite /jac_x (sum_eq0 (fun mu => _ * pattern m mu i)); first by rewrite /Rdiv; ring.
    move=> mu; rewrite R0 dot_const_r softmax_sum; [ring | exact: (index_dim mu)].
  by evar_last; [exact: D | rewrite /jac_u R0 Rmult_0_r; field].
Qed.

(** A complex eigenvector a + i a' with eigenvalue alpha + i beta. *)
Lemma jacobian_real x u a b a' b' alpha beta : positive m ->
  is_jacobian m x u a b (fun i => alpha * a i - beta * a' i) (fun mu => alpha * b mu - beta * b' mu) ->
  is_jacobian m x u a' b' (fun i => alpha * a' i + beta * a i) (fun mu => alpha * b' mu + beta * b mu) ->
  (exists i, a i <> 0 \/ a' i <> 0) \/ (exists mu, b mu <> 0 \/ b' mu <> 0) ->
  beta = 0.
Proof.
  move=> pos J J' ne; case: (Req_dec beta 0) => // B; exfalso.
  have lin c d e f g h k l : lift_metric m x u (fun i => k * c i + l * e i) (fun mu => k * d mu + l * f mu) g h
     = k * lift_metric m x u c d g h + l * lift_metric m x u e f g h.
    rewrite /lift_metric softcov_plus_l !softcov_scal_l.
    rewrite (sum_ext _ (fun i => k * (phi' m (x i) * (c i * g i)) + l * (phi' m (x i) * (e i * g i)))); last by move=> i; ring.
    by rewrite sum_plus !sum_scal_l; ring.
  have E1 : lift_metric m x u (fun i => alpha * a i - beta * a' i) (fun mu => alpha * b mu - beta * b' mu) a' b'
     = alpha * lift_metric m x u a b a' b' + (- beta) * lift_metric m x u a' b' a' b'.
    by rewrite -lin; congr lift_metric; apply: functional_extensionality => i; ring.
  have E2 := lin a' b' a b a b alpha beta.
  have := jacobian_selfadjoint _ _ _ _ _ _ _ _ _ _ pos J J'.
  rewrite E1 [RHS]lift_metric_sym E2 (lift_metric_sym x u a' b' a b) => E.
  have P := lift_metric_ge0 x u a b pos; have P' := lift_metric_ge0 x u a' b' pos.
  have [Z Z'] : lift_metric m x u a b a b = 0 /\ lift_metric m x u a' b' a' b' = 0.
    have : beta * (lift_metric m x u a b a b + lift_metric m x u a' b' a' b') = 0 by lra.
    by case/Rmult_integral; lra.
  have [a0 bc] := proj1 (lift_metric_eq0 x u a b pos) Z.
  have [a0' bc'] := proj1 (lift_metric_eq0 x u a' b' pos) Z'.
  case: ne => [[i]|[mu ne]]; first by rewrite a0 a0'; case; lra.
  have ext n (v : vec n) c : (forall i, v i = c) -> v = (fun _ => c) by move=> H; apply: functional_extensionality.
  have tp := pos_tau_p_neq0 m pos.
  have L := jacobian_leak x u (b mu) tp; have L' := jacobian_leak x u (b' mu) tp.
  rewrite -(ext _ a _ a0) -(ext _ b _ (fun nu => bc nu mu)) in L.
  rewrite -(ext _ a' _ a0') -(ext _ b' _ (fun nu => bc' nu mu)) in L'.
  have e1 : alpha * b mu - beta * b' mu = - (temp m / tau_p m) * b mu.
    by rewrite -(is_derive_unique _ _ _ (proj2 J mu)); apply: is_derive_unique; exact: (proj2 L mu).
  have e2 : alpha * b' mu + beta * b mu = - (temp m / tau_p m) * b' mu.
    by rewrite -(is_derive_unique _ _ _ (proj2 J' mu)); apply: is_derive_unique; exact: (proj2 L' mu).
  have : beta * (b mu ^ 2 + b' mu ^ 2) = 0.
    have -> : beta * (b mu ^ 2 + b' mu ^ 2) = b mu * (alpha * b' mu + beta * b mu) - b' mu * (alpha * b mu - beta * b' mu) by ring.
    by rewrite e1 e2; ring.
  case/Rmult_integral => [|S]; first exact: B.
  have := pow2_ge_0 (b mu); have := pow2_ge_0 (b' mu) => ? ?.
  by case: ne => ne; case: ne; apply: Rsqr_0_uniq; rewrite Rsqr_pow2; lra.
Qed.
End Lift.
