(** * The energy of the astrocyte-gated memory

    drive_E                == W(p) phi(x) = (K/N) sum_mu p_mu m_mu xi_mu, W never formed
    is_derive_score        == df_mu/dt = (m_mu/N) dm_mu/dt
    energy_curve           == dL/dt along any differentiable curve
    energy_partial_x, _p   == the two gradients (AG5)
    descent_value          == dL/dt along the flow (AG8)
    gains_stationary       == stationary gains on a face (AG11) *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow.

Open Scope R_scope.

Lemma line0 {n} (v w : vec n) : (fun j => v j + 0 * w j) = v.
Proof. by apply: functional_extensionality => j; ring. Qed.

Lemma is_derive_line (a b t : R) : is_derive (fun h => a + h * b) t b.
Proof. by auto_derive => //; ring. Qed.

Lemma is_derive_product (f g : R -> R) t df dg :
  is_derive f t df -> is_derive g t dg -> is_derive (fun s => f s * g s) t (df * g t + f t * dg).
Proof. by move=> F G; apply: (is_derive_mult f g) => // a b; exact: Rmult_comm. Qed.

Lemma is_derive_sq (f : R -> R) t df :
  is_derive f t df -> is_derive (fun s => f s ^ 2) t (2 * (f t * df)).
Proof.
  move=> F; apply: (is_derive_ext (fun s => f s * f s)); first by move=> s; rewrite /=; ring.
  by evar_last; [exact: (is_derive_product f f t df df F F) | rewrite /=; ring].
Qed.

Lemma is_derive_xlnx y : 0 < y -> is_derive (fun x => x * ln x) y (ln y + 1).
Proof. by move=> y0; auto_derive => //; field; lra. Qed.

Lemma is_derive_xlnx_comp (f : R -> R) t df :
  0 < f t -> is_derive f t df -> is_derive (fun s => f s * ln (f s)) t ((ln (f t) + 1) * df).
Proof.
  move=> f0 F; evar_last.
    by apply: (is_derive_comp (fun x => x * ln x) f); [exact: is_derive_xlnx | exact: F].
  by rewrite /scal /= /mult /= Rmult_comm.
Qed.

Lemma weighted_sq_eq0 a v : 0 < a -> a * v ^ 2 = 0 -> v = 0.
Proof.
  by move=> a0 /Rmult_integral [|e]; [lra | apply: Rsqr_0_uniq; rewrite Rsqr_pow2].
Qed.

Section Energy.
Context {N K : nat} (m : memory N K).

Lemma weight_mulmv p (v : vec N) i :
  mulmv (weight m p) v i = INR K / INR N * sum (fun mu => p mu * dot (pattern m mu) v * pattern m mu i).
Proof.
  rewrite /mulmv /weight.
  rewrite (sum_ext _ (fun j => INR K / INR N *
      sum (fun mu => p mu * (pattern m mu i * pattern m mu j) * v j))); last first.
    by move=> j; rewrite sum_scal_r; ring.
  rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
  by rewrite /dot -sum_scal_l -sum_scal_r; apply: sum_ext => j; ring.
Qed.

Lemma drive_E x p i :
  drive m x p i = INR K / INR N * sum (fun mu => p mu * overlap m x mu * pattern m mu i).
Proof. exact: weight_mulmv. Qed.

Lemma weight_sym p i j : weight m p i j = weight m p j i.
Proof. by rewrite /weight; congr (_ * _); apply: sum_ext => mu; ring. Qed.

(** Rate of an overlap when the state moves at rate [dx]. *)
Definition overlap_rate (x dx : vec N) : vec K :=
  fun mu => dot (pattern m mu) (fun i => phi' m (x i) * dx i).

Lemma is_derive_overlap (x : R -> vec N) t dx mu :
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  is_derive (fun s => overlap m (x s) mu) t (overlap_rate (x t) dx mu).
Proof.
  move=> D; apply: (is_derive_sum (fun i s => pattern m mu i * phi m (x s i))) => i.
  by apply: is_derive_scal; exact: is_derive_phi_comp.
Qed.

Lemma is_derive_score (x : R -> vec N) t dx mu :
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  is_derive (fun s => score m (x s) mu) t (overlap m (x t) mu / INR N * overlap_rate (x t) dx mu).
Proof.
  move=> D; rewrite /score.
  apply: (is_derive_ext (fun s => / (2 * INR N) * overlap m (x s) mu ^ 2)).
    by move=> s; rewrite /Rdiv Rmult_comm.
  evar_last; first by apply: is_derive_scal; apply: is_derive_sq; exact: is_derive_overlap.
  rewrite /= /Rdiv Rinv_mult; set o := overlap _ _ _; set r := overlap_rate _ _ _; set n := / INR N.
  by field.
Qed.

(** Exchanging the two sums: the force of the scores on the neurons is the drive. *)
Lemma score_force x p dx :
  INR K * sum (fun mu => p mu * (overlap m x mu / INR N * overlap_rate x dx mu))
  = sum (fun i => phi' m (x i) * (drive m x p i * dx i)).
Proof.
  rewrite (sum_ext (fun i => phi' m (x i) * _) (fun i => INR K * sum (fun mu =>
     p mu * (overlap m x mu / INR N * (pattern m mu i * (phi' m (x i) * dx i)))))); last first.
    move=> i; rewrite drive_E /Rdiv -!sum_scal_l -!sum_scal_r -!sum_scal_l.
    by apply: sum_ext => mu; ring.
  rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
  by rewrite /overlap_rate /dot -!sum_scal_l.
Qed.

Lemma is_derive_neuron_energy (x : R -> vec N) t dx : sigma m <> 0 ->
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  is_derive (fun s => neuron_energy m (x s)) t (sum (fun i => phi' m (x t i) * (x t i * dx i))).
Proof.
  move=> s0 D; apply: (is_derive_sum (fun i s => x s i * phi m (x s i) - Lambda m (x s i))) => i.
  evar_last.
    apply: (is_derive_minus (fun s => x s i * phi m (x s i)) (fun s => Lambda m (x s i))).
      by apply: (is_derive_product (fun s => x s i)); [exact: D | exact: is_derive_phi_comp].
    by apply: (is_derive_comp (Lambda m) (fun s => x s i)); [exact: is_derive_Lambda | exact: D].
  by rewrite /minus /plus /opp /scal /= /mult /=; ring.
Qed.

(** dL/dt along a curve; [ent] is the rate of p ln p, which exists wherever p > 0 or p rests. *)
Lemma energy_curve (x : R -> vec N) (p : R -> vec K) t dx dp ent : sigma m <> 0 ->
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  (forall mu, is_derive (fun s => p s mu) t (dp mu)) ->
  (forall mu, is_derive (fun s => p s mu * ln (p s mu)) t (ent mu)) ->
  is_derive (fun s => energy m (x s) (p s)) t
    (sum (fun i => phi' m (x t i) * ((x t i - drive m (x t) (p t) i) * dx i))
     + INR K * sum (fun mu => temp m * ent mu - score m (x t) mu * dp mu)).
Proof.
  move=> s0 X P E; rewrite /energy; evar_last.
    apply: (is_derive_plus _ (fun s => neuron_energy m (x s))); last exact: is_derive_neuron_energy.
    apply: (is_derive_plus (fun s => - INR K * dot (p s) (score m (x s)))).
      apply: is_derive_scal; apply: is_derive_dot; first exact: P.
      by move=> mu; apply: is_derive_score.
    by apply: is_derive_scal; apply: (is_derive_sum (fun mu s => p s mu * ln (p s mu))).
  rewrite /plus /=; have F := score_force (x t) (p t) dx.
  rewrite (sum_ext (fun i => phi' m (x t i) * ((x t i - _) * dx i)) (fun i =>
     phi' m (x t i) * (x t i * dx i) - phi' m (x t i) * (drive m (x t) (p t) i * dx i))); last first.
    by move=> i; ring.
  rewrite sum_minus -F sum_minus sum_scal_l {2}/dot.
  have -> : dot dp (score m (x t)) = sum (fun mu => score m (x t) mu * dp mu) by apply: sum_ext => mu; ring.
  ring.
Qed.

Lemma energy_curve_at (x : R -> vec N) (p : R -> vec K) t x0 p0 dx dp ent d : sigma m <> 0 ->
  x t = x0 -> p t = p0 ->
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  (forall mu, is_derive (fun s => p s mu) t (dp mu)) ->
  (forall mu, is_derive (fun s => p s mu * ln (p s mu)) t (ent mu)) ->
  d = sum (fun i => phi' m (x0 i) * ((x0 i - drive m x0 p0 i) * dx i))
      + INR K * sum (fun mu => temp m * ent mu - score m x0 mu * dp mu) ->
  is_derive (fun s => energy m (x s) (p s)) t d.
Proof. by move=> ? <- <- ? ? ? ->; exact: energy_curve. Qed.

Lemma energy_curve_interior (x : R -> vec N) (p : R -> vec K) t dx dp : sigma m <> 0 ->
  (forall mu, 0 < p t mu) ->
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  (forall mu, is_derive (fun s => p s mu) t (dp mu)) ->
  is_derive (fun s => energy m (x s) (p s)) t
    (sum (fun i => phi' m (x t i) * (x t i - drive m (x t) (p t) i) * dx i)
     + sum (fun mu => INR K * (temp m * ln (p t mu) + temp m - score m (x t) mu) * dp mu)).
Proof.
  move=> s0 p0 X P; evar_last.
    apply: (energy_curve x p t dx dp (fun mu => (ln (p t mu) + 1) * dp mu)) => // mu.
    exact: is_derive_xlnx_comp.
  congr (_ + _); first by apply: sum_ext => i; ring.
  by rewrite -sum_scal_l; apply: sum_ext => mu; ring.
Qed.

Lemma energy_partial_x x p i : sigma m <> 0 ->
  partial (fun y => energy m y p) x i (phi' m (x i) * (x i - drive m x p i)).
Proof.
  move=> s0; apply: (energy_curve_at (fun h j => x j + h * kdelta i j) (fun _ => p) 0 x p
    (kdelta i) (fun _ => 0) (fun _ => 0)) => //.
    - exact: line0.
    - by move=> j; exact: is_derive_line.
    - by move=> mu; exact: is_derive_const.
    - by move=> mu; exact: is_derive_const.
  rewrite (sum_ext (fun mu => temp m * 0 - _) (fun _ => 0)); last by move=> mu; ring.
  rewrite sum_0 (sum_ext _ (fun j => phi' m (x j) * (x j - drive m x p j) * kdelta i j)); last by move=> j; ring.
  by rewrite sum_kdelta_r; ring.
Qed.

Lemma energy_partial_p x p mu : sigma m <> 0 -> 0 < p mu ->
  partial (energy m x) p mu (INR K * (temp m * ln (p mu) + temp m - score m x mu)).
Proof.
  move=> s0 p0; apply: (energy_curve_at (fun _ => x) (fun h nu => p nu + h * kdelta mu nu) 0 x p
    (fun _ => 0) (kdelta mu) (fun nu => (ln (p nu) + 1) * kdelta mu nu)) => //.
    - exact: line0.
    - by move=> i; exact: is_derive_const.
    - by move=> nu; exact: is_derive_line.
    - move=> nu; rewrite /kdelta; case: eqP => [<-|_].
        evar_last; first apply: (is_derive_xlnx_comp (fun h => p mu + h * 1)).
        + by rewrite /= Rmult_0_l Rplus_0_r.
        + exact: is_derive_line.
        by rewrite /= Rmult_0_l Rplus_0_r.
      apply: (is_derive_ext (fun _ => p nu * ln (p nu))).
        by move=> h; rewrite Rmult_0_r Rplus_0_r.
      by rewrite Rmult_0_r; exact: is_derive_const.
  rewrite (sum_eq0 (fun i => phi' m (x i) * _)); last by move=> i; ring.
  rewrite (sum_ext _ (fun nu => (temp m * (ln (p nu) + 1) - score m x nu) * kdelta mu nu)); last by move=> nu; ring.
  by rewrite sum_kdelta_r; ring.
Qed.

(** ** The KL form (AG4) *)

Lemma energy_kl_E x p : temp m <> 0 ->
  energy_kl m x p = energy m x p + INR K * temp m * log_partition m x * (sum p - 1).
Proof.
  move=> T0; rewrite /energy_kl /energy /kl /gate_target.
  rewrite (sum_ext _ (fun mu => p mu * ln (p mu) - (/ temp m * (p mu * score m x mu) - p mu * log_partition m x))).
    by rewrite !sum_minus sum_scal_l sum_scal_r -/(dot p (score m x)); field.
  by move=> mu; rewrite ln_softmax /log_partition; ring.
Qed.

(** ** Descent (AG7, AG8) *)

Lemma replicator_sum (f p : vec K) :
  sum (replicator m f p) = dot p (fitness m f p) * (1 - sum p) / tau_p m.
Proof.
  rewrite /replicator sum_div; congr (_ / _).
  rewrite Rmult_minus_distr_l Rmult_1_r -sum_scal_l {2}/dot -sum_minus.
  by apply: sum_ext => mu; ring.
Qed.

Lemma replicator_sum0 (f p : vec K) : sum p = 1 -> sum (replicator m f p) = 0.
Proof. by move=> s1; rewrite replicator_sum s1 /Rdiv; ring. Qed.

(** A gain that is 0 has velocity 0, so the identity below holds on every face. *)
Lemma velocity_p_face x p mu : p mu = 0 -> velocity_p m x p mu = 0.
Proof. by rewrite /velocity_p /replicator => ->; rewrite /Rdiv; ring. Qed.

Lemma descent_value x p : tau_x m <> 0 -> tau_p m <> 0 -> is_simplex p ->
  sum (fun i => phi' m (x i) * (x i - drive m x p i) * velocity_x m x p i)
  + sum (fun mu => INR K * (temp m * ln (p mu) + temp m - score m x mu) * velocity_p m x p mu)
  = - tau_x m * sum (fun i => phi' m (x i) * velocity_x m x p i ^ 2)
    - INR K * tau_p m * sum (fun mu => velocity_p m x p mu ^ 2 / p mu).
Proof.
  move=> tx tp [p0 s1]; rewrite -!sum_scal_l /Rminus -sum_opp; congr (_ + _).
    by apply: sum_ext => i; rewrite /velocity_x; field.
  set Fb := dot p (fitness m (score m x) p).
  have V0 : sum (velocity_p m x p) = 0 by exact: replicator_sum0.
  rewrite (sum_ext (fun mu => INR K * _ * _) (fun mu => - (INR K * tau_p m * (velocity_p m x p mu ^ 2 / p mu))
       + INR K * (temp m - Fb) * velocity_p m x p mu)); last first.
    move=> mu; case: (Req_dec (p mu) 0) => [z|ne]; first by rewrite velocity_p_face // /Rdiv; ring.
    by rewrite /velocity_p /replicator -/Fb /fitness; field.
  by rewrite sum_plus sum_scal_l V0 Rmult_0_r Rplus_0_r.
Qed.

Lemma energy_descent (x : R -> vec N) (p : R -> vec K) t :
  positive m -> is_interior (p t) -> follows m x p t ->
  is_derive (fun s => energy m (x s) (p s)) t
    (- tau_x m * sum (fun i => phi' m (x t i) * velocity_x m (x t) (p t) i ^ 2)
     - INR K * tau_p m * sum (fun mu => velocity_p m (x t) (p t) mu ^ 2 / p t mu)).
Proof.
  move=> pos int [X P].
  have [s0 tx tp] : [/\ sigma m <> 0, tau_x m <> 0 & tau_p m <> 0].
    by move: pos => [? [? [? ?]]]; split; apply: Rgt_not_eq.
  rewrite -descent_value //; last exact: interior_simplex.
  by apply: energy_curve_interior => //; case: int.
Qed.

(** The same on a face: the gains that are 0 stay 0 near t. *)
Lemma energy_descent_face (x : R -> vec N) (p : R -> vec K) t :
  positive m -> is_simplex (p t) -> follows m x p t ->
  (forall mu, p t mu = 0 -> locally t (fun s => p s mu = 0)) ->
  is_derive (fun s => energy m (x s) (p s)) t
    (- tau_x m * sum (fun i => phi' m (x t i) * velocity_x m (x t) (p t) i ^ 2)
     - INR K * tau_p m * sum (fun mu => velocity_p m (x t) (p t) mu ^ 2 / p t mu)).
Proof.
  move=> pos spx [X P] rest.
  have [s0 tx tp] : [/\ sigma m <> 0, tau_x m <> 0 & tau_p m <> 0].
    by move: pos => [? [? [? ?]]]; split; apply: Rgt_not_eq.
  rewrite -descent_value //; case: (spx) => p0 _.
  apply: (energy_curve_at x p t (x t) (p t) _ _
    (fun mu => (ln (p t mu) + 1) * velocity_p m (x t) (p t) mu)) => //.
    move=> mu; case: (p0 mu) => [pm|z]; first exact: is_derive_xlnx_comp.
    rewrite velocity_p_face // Rmult_0_r.
    apply: (is_derive_ext_loc (fun _ => 0)); last exact: is_derive_const.
    by apply: filter_imp (rest mu (esym z)) => s ->; rewrite /= Rmult_0_l.
  congr (_ + _); first by apply: sum_ext => i; ring.
  by rewrite -sum_scal_l; apply: sum_ext => mu; ring.
Qed.

Lemma gain_dissipation_ge0 x p mu : is_simplex p -> 0 <= velocity_p m x p mu ^ 2 / p mu.
Proof.
  case=> p0 _; case: (p0 mu) => [pm|z]; last by rewrite velocity_p_face // /Rdiv; lra.
  by apply: Rmult_le_pos; [exact: pow2_ge_0 | left; exact: Rinv_0_lt_compat].
Qed.

Lemma dissipation_ge0 x p : positive m -> is_simplex p ->
  0 <= sum (fun i => phi' m (x i) * velocity_x m x p i ^ 2) /\
  0 <= sum (fun mu => velocity_p m x p mu ^ 2 / p mu).
Proof.
  move=> [s0 _] spx; split; apply: sum_ge0 => i; last exact: gain_dissipation_ge0.
  by apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: pow2_ge_0].
Qed.

Lemma dissipation_eq0 x p : positive m -> is_simplex p ->
  (- tau_x m * sum (fun i => phi' m (x i) * velocity_x m x p i ^ 2)
   - INR K * tau_p m * sum (fun mu => velocity_p m x p mu ^ 2 / p mu) <= 0) /\
  ((- tau_x m * sum (fun i => phi' m (x i) * velocity_x m x p i ^ 2)
    - INR K * tau_p m * sum (fun mu => velocity_p m x p mu ^ 2 / p mu) = 0) <-> equilibrium m x p).
Proof.
  move=> pos int; have [A B] := dissipation_ge0 x p pos int.
  have K0 := INR_gt0 (simplex_dim p int).
  have tx := pos_tau_x m pos; have tp := pos_tau_p m pos; have s0 := pos_sigma m pos.
  have C : 0 < INR K * tau_p m by apply: Rmult_lt_0_compat.
  have A' := Rmult_le_pos _ _ (Rlt_le _ _ tx) A; have B' := Rmult_le_pos _ _ (Rlt_le _ _ C) B.
  split; first by lra.
  split=> [E|[X P]]; last first.
    rewrite (sum_eq0 (fun i => phi' m (x i) * _)); last by move=> i; rewrite X; ring.
    by rewrite (sum_eq0 (fun mu => _ / _)); [ring | move=> mu; rewrite P /Rdiv; ring].
  have [A0 B0] : sum (fun i => phi' m (x i) * velocity_x m x p i ^ 2) = 0 /\
                 sum (fun mu => velocity_p m x p mu ^ 2 / p mu) = 0.
    by split; [apply: (Rmult_eq_reg_l (tau_x m)) | apply: (Rmult_eq_reg_l (INR K * tau_p m))]; lra.
  case: (int) => p0 _; split=> [i|mu].
    have n j : 0 <= phi' m (x j) * velocity_x m x p j ^ 2.
      by apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: pow2_ge_0].
    exact: weighted_sq_eq0 (phi'_gt0 m (x i) s0) (sum_ge0_eq0 _ n A0 i).
  case: (p0 mu) => [pm|z]; last exact: velocity_p_face.
  apply: weighted_sq_eq0 (Rinv_0_lt_compat _ pm) _.
  rewrite Rmult_comm; apply: (sum_ge0_eq0 (fun mu => velocity_p m x p mu ^ 2 / p mu)) => // nu.
  exact: gain_dissipation_ge0.
Qed.

(** Along a solution on [0, oo). *)
Lemma solution_simplex (x : R -> vec N) (p : R -> vec K) t :
  positive m -> solution m x p -> is_simplex (p 0) -> 0 <= t -> is_simplex (p t).
Proof.
  move=> pos sol; apply: (gains_simplex m (fun t => score m (x t))); [exact: pos_tau_p_neq0 | exact: pos_rate | | exact: solution_gain].
  by move=> mu; apply: from0_score; case: sol.
Qed.

Lemma solution_zero (x : R -> vec N) (p : R -> vec K) mu t :
  positive m -> solution m x p -> is_simplex (p 0) -> 0 <= t -> (p t mu = 0 <-> p 0 mu = 0).
Proof.
  move=> pos sol [p0 _] t0; apply: (gain_zero_iff m (fun t => score m (x t)) p) => //; [exact: pos_tau_p_neq0 | exact: pos_rate | | exact: solution_gain].
  by move=> nu; apply: from0_score; case: sol.
Qed.

Lemma solution_interior (x : R -> vec N) (p : R -> vec K) t :
  positive m -> solution m x p -> is_interior (p 0) -> 0 <= t -> is_interior (p t).
Proof.
  move=> pos sol; apply: (gains_interior m (fun t => score m (x t))); [exact: pos_tau_p_neq0 | exact: pos_rate | | exact: solution_gain].
  by move=> mu; apply: from0_score; case: sol.
Qed.

Lemma energy_descent_solution (x : R -> vec N) (p : R -> vec K) :
  positive m -> solution m x p -> is_simplex (p 0) -> forall t, 0 < t ->
  is_simplex (p t) /\
  is_derive (fun s => energy m (x s) (p s)) t
    (- tau_x m * sum (fun i => phi' m (x t i) * velocity_x m (x t) (p t) i ^ 2)
     - INR K * tau_p m * sum (fun mu => velocity_p m (x t) (p t) mu ^ 2 / p t mu)).
Proof.
  move=> pos sol s0 t t0; have st := solution_simplex x p t pos sol s0 (Rlt_le _ _ t0).
  split=> //; apply: energy_descent_face => //; first by case: (sol) => _ [_]; exact.
  move=> mu z; exists (mkposreal t t0) => s.
  rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= => /Rabs_def2 st'.
  apply/(solution_zero x p mu s) => //; first lra.
  by apply/(solution_zero x p mu t) => //; lra.
Qed.

(** Any vector of partial derivatives of L at (x, p): natural gradient flow (AG7). *)
Lemma partial_unique {n} (F : vec n -> R) v i d d' : partial F v i d -> partial F v i d' -> d = d'.
Proof. by move=> /is_derive_unique <- /is_derive_unique <-. Qed.

Lemma natural_gradient x p gx gp : positive m -> is_interior p ->
  (forall i, partial (fun y => energy m y p) x i (gx i)) ->
  (forall mu, partial (energy m x) p mu (gp mu)) ->
  (forall i, tau_x m * velocity_x m x p i = - (gx i / phi' m (x i))) /\
  (forall mu, INR K * tau_p m * velocity_p m x p mu = - project p (fun nu => p nu * gp nu) mu).
Proof.
  move=> pos [p0 s1] X P; have s0 := pos_sigma m pos; have s0' : sigma m <> 0 by lra.
  have tx := pos_tau_x m pos; have tp := pos_tau_p m pos.
  split=> [i|mu].
    rewrite (partial_unique _ _ _ _ _ (X i) (energy_partial_x x p i s0')).
    by have := phi'_gt0 m (x i) s0 => h; rewrite /velocity_x; field; lra.
  have G nu : gp nu = INR K * (temp m - fitness m (score m x) p nu).
    by rewrite (partial_unique _ _ _ _ _ (P nu) (energy_partial_p x p nu s0' (p0 nu))) /fitness; ring.
  rewrite /project (sum_ext _ (fun nu => INR K * (p nu * temp m - p nu * fitness m (score m x) p nu))); last first.
    by move=> nu; rewrite G; ring.
  rewrite sum_scal_l sum_minus sum_scal_r s1 G /velocity_p /replicator -/(dot p (fitness m (score m x) p)).
  by field; lra.
Qed.

(** ** Stationary gains (AG11) *)

Lemma replicator_stationary (f p : vec K) : tau_p m <> 0 ->
  (forall mu, replicator m f p mu = 0) <->
  (forall mu, p mu <> 0 -> fitness m f p mu = dot p (fitness m f p)).
Proof.
  move=> tp; split=> H mu.
    move=> p0; have := H mu; rewrite /replicator => /Rmult_integral [/Rmult_integral []|]; try lra.
    by move=> E; case: (Rinv_neq_0_compat _ tp).
  rewrite /replicator; case: (Req_dec (p mu) 0) => [->|p0]; first by rewrite /Rdiv; ring.
  by rewrite H // /Rdiv; ring.
Qed.

Lemma gains_stationary (f p : vec K) (S : pred 'I_K) : 0 < temp m -> tau_p m <> 0 ->
  is_simplex p -> (forall mu, S mu <-> 0 < p mu) ->
  (forall mu, replicator m f p mu = 0) <->
  (forall mu, S mu ->
     p mu = exp (f mu / temp m) / sum (fun nu => if S nu then exp (f nu / temp m) else 0)).
Proof.
  move=> T0 tp [p0 s1] SP; rewrite replicator_stationary //.
  have off mu : S mu = false -> p mu = 0.
    by move=> E; case: (p0 mu) => // /SP; rewrite E.
  have on mu : p mu <> 0 -> S mu by move=> ne; apply/SP; case: (p0 mu) => // E; case: ne.
  pose Z := sum (fun nu => if S nu then exp (f nu / temp m) else 0); rewrite -/Z.
  have Z0 : 0 < Z.
    have [|mu ne] := sum_neq0_index p; first by rewrite s1; lra.
    apply: (sum_gt0_one _ mu); last by rewrite on //; exact: exp_pos.
    by move=> nu; case: (S nu); [left; exact: exp_pos | lra].
  split=> H.
    pose c := dot p (fitness m f p).
    have E mu : S mu -> p mu = exp (f mu / temp m) * exp (- (c / temp m)).
      move=> /SP pm; have := H mu (Rgt_not_eq _ _ pm); rewrite -/c /fitness => Hc.
      by rewrite -exp_plus -{1}(exp_ln (p mu)) //; congr exp; rewrite -Hc; field; lra.
    have Zc : Z * exp (- (c / temp m)) = 1.
      rewrite /Z -sum_scal_r -s1; apply: sum_ext => nu.
      by case SE: (S nu); [rewrite E | rewrite off // Rmult_0_l].
    move=> mu Smu; rewrite E //; apply: (Rmult_eq_reg_r Z); last lra.
    by rewrite Rmult_assoc [_ * Z]Rmult_comm Zc; field; lra.
  have F mu : p mu <> 0 -> fitness m f p mu = temp m * ln Z.
    move=> ne; rewrite /fitness H; last exact: on.
    rewrite ln_div //; last exact: exp_pos.
    by rewrite ln_exp; field; lra.
  move=> mu ne; rewrite F //.
  rewrite /dot (sum_ext _ (fun nu => p nu * (temp m * ln Z))); first by rewrite sum_scal_r s1; ring.
  by move=> nu; case: (Req_dec (p nu) 0) => [->|ne']; [ring | rewrite F].
Qed.

Lemma neurons_stationary x p : tau_x m <> 0 ->
  (forall i, velocity_x m x p i = 0) <-> (forall i, x i = drive m x p i).
Proof.
  move=> tx; split=> H i.
    have := H i; rewrite /velocity_x => /Rmult_integral []; first lra.
    by move=> E; case: (Rinv_neq_0_compat _ tx).
  by rewrite /velocity_x -H /Rdiv; ring.
Qed.

Lemma equilibrium_face x p (S : pred 'I_K) : positive m -> is_simplex p ->
  (forall mu, S mu <-> 0 < p mu) ->
  equilibrium m x p <->
  (forall i, x i = drive m x p i) /\
  (forall mu, S mu -> p mu = exp (score m x mu / temp m)
                / sum (fun nu => if S nu then exp (score m x nu / temp m) else 0)).
Proof.
  move=> pos sp SP; have tx := pos_tau_x m pos; have T0 := pos_temp m pos.
  have tp := pos_tau_p_neq0 m pos.
  rewrite /equilibrium neurons_stationary ?(gains_stationary (score m x) p S) //; lra.
Qed.

Lemma equilibrium_interior x p : positive m -> is_interior p ->
  equilibrium m x p <->
  (forall i, x i = drive m x p i) /\ (forall mu, p mu = gate_target m x mu).
Proof.
  move=> pos int; rewrite (equilibrium_face x p predT) //; last 2 first.
  - exact: interior_simplex.
  - by case: int => p0 _ mu; split.
  have E mu : gate_target m x mu = exp (score m x mu / temp m) / sum (fun nu => exp (score m x nu / temp m)).
    by rewrite /gate_target /softmax partition_div /Rdiv (Rmult_comm (score m x mu)).
  by split=> -[X P]; split=> // mu; [rewrite E; exact: P | move=> _; rewrite P E].
Qed.
End Energy.

(** ** The tangent projection (AG6) *)
Section Projection.
Context {K : nat} (p : vec K).
Hypothesis int : is_interior p.

Lemma project_sum z : sum (project p z) = 0.
Proof. by case: int => _ s1; rewrite /project sum_minus sum_scal_r s1; ring. Qed.

Lemma project_tangent z mu : sum z = 0 -> project p z mu = z mu.
Proof. by move=> z0; rewrite /project z0; ring. Qed.

Lemma shahshahani_project z w :
  shahshahani p (project p z) w = shahshahani p z w - sum z * sum w.
Proof.
  case: int => p0 _; rewrite /shahshahani /project.
  rewrite (sum_ext _ (fun mu => z mu * w mu / p mu - sum z * w mu)).
    by rewrite sum_minus sum_scal_l.
  by move=> mu; field; move: (p0 mu); lra.
Qed.

Lemma shahshahani_sym z w : shahshahani p z w = shahshahani p w z.
Proof. by apply: sum_ext => mu; rewrite Rmult_comm /Rdiv; ring. Qed.

Lemma project_selfadjoint z w :
  shahshahani p (project p z) w = shahshahani p z (project p w).
Proof.
  by rewrite shahshahani_project [RHS]shahshahani_sym shahshahani_project (shahshahani_sym w); ring.
Qed.

Lemma project_kernel z : (forall mu, project p z mu = 0) <-> exists c, forall mu, z mu = c * p mu.
Proof.
  case: int => _ s1; split=> [H|[c H] mu].
    by exists (sum z) => mu; move: (H mu); rewrite /project; lra.
  by rewrite /project (sum_ext z (fun nu => c * p nu)) // sum_scal_l s1 H; ring.
Qed.

Lemma project_orthogonal z y :
  (sum y = 0 /\ forall w, sum w = 0 -> shahshahani p (fun mu => z mu - y mu) w = 0) <->
  (forall mu, y mu = project p z mu).
Proof.
  case: (int) => p0 s1; split=> [[y0 H] mu|E].
    pose d nu := project p z nu - y nu.
    have d0 : sum d = 0 by rewrite /d sum_minus project_sum y0; ring.
    have E : shahshahani p d d = 0.
      rewrite -(H d d0) /d /shahshahani.
      have -> : sum (fun nu => (z nu - y nu) * d nu / p nu)
         = sum (fun nu => d nu * d nu / p nu) + sum z * sum d.
        by rewrite -sum_scal_l -sum_plus; apply: sum_ext => nu; rewrite {2}/d /project; field; move: (p0 nu); lra.
      by rewrite d0; rewrite /d; ring.
    have nonneg nu : 0 <= d nu * d nu / p nu.
      by apply: Rmult_le_pos; [exact: Rle_0_sqr | left; exact: Rinv_0_lt_compat].
    have := sum_ge0_eq0 _ nonneg E mu => /Rmult_integral [/Rmult_integral|].
      by rewrite /d; case; lra.
    by move: (Rinv_0_lt_compat _ (p0 mu)); lra.
  split; first by rewrite (sum_ext y (project p z)) // project_sum.
  move=> w w0; rewrite /shahshahani (sum_ext _ (fun mu => sum z * w mu)).
    by rewrite sum_scal_l w0; ring.
  by move=> mu; rewrite E /project; field; move: (p0 mu); lra.
Qed.
End Projection.
