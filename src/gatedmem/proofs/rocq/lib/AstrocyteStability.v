(** * The Jacobian of the flow at equilibria (AG21, AG23) *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Stability.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy.

Open Scope R_scope.

Section Jacobian.
Context {N K : nat} (m : memory N K).

Definition drive_rate (x : vec N) (p : vec K) (a : vec N) (z : vec K) : vec N := fun i =>
  INR K / INR N * sum (fun mu => (z mu * overlap m x mu + p mu * overlap_rate m x a mu) * pattern m mu i).
Definition fitness_rate (x : vec N) (p : vec K) (a : vec N) (z : vec K) : vec K := fun mu =>
  overlap m x mu / INR N * overlap_rate m x a mu - temp m * (z mu / p mu).
Definition flow_jac_x (x : vec N) (p : vec K) (a : vec N) (z : vec K) : vec N := fun i =>
  (- a i + drive_rate x p a z i) / tau_x m.
Definition flow_jac_p (x : vec N) (p : vec K) (a : vec N) (z : vec K) : vec K := fun mu =>
  let F := fitness m (score m x) p in
  (z mu * (F mu - dot p F) + p mu * (fitness_rate x p a z mu - (dot z F + dot p (fitness_rate x p a z)))) / tau_p m.

Lemma is_derive_drive x p a z i :
  is_derive (fun h => drive m (fun j => x j + h * a j) (fun nu => p nu + h * z nu) i) 0 (drive_rate x p a z i).
Proof.
  have DX j : is_derive (fun h => x j + h * a j) 0 (a j) by exact: is_derive_line.
  have DP nu : is_derive (fun h => p nu + h * z nu) 0 (z nu) by exact: is_derive_line.
  apply: (is_derive_ext (fun h => INR K / INR N * sum (fun mu =>
     (p mu + h * z mu) * overlap m (fun j => x j + h * a j) mu * pattern m mu i))).
    by move=> h; rewrite drive_E.
  apply: is_derive_scal; apply: (is_derive_sum (fun mu h =>
     (p mu + h * z mu) * overlap m (fun j => x j + h * a j) mu * pattern m mu i)) => mu.
  apply: (is_derive_ext (fun h => pattern m mu i * ((p mu + h * z mu) * overlap m (fun j => x j + h * a j) mu))).
    by move=> h /=; ring.
  rewrite [_ * pattern m mu i]Rmult_comm; apply: is_derive_scal; evar_last.
    apply: (is_derive_product (fun h => p mu + h * z mu)); first exact: DP.
    by apply: (is_derive_overlap m (fun h j => x j + h * a j)).
  by cbv beta; rewrite !line0 Rmult_0_l Rplus_0_r.
Qed.

Lemma is_derive_fitness x p a z mu : 0 < p mu ->
  is_derive (fun h => fitness m (score m (fun j => x j + h * a j)) (fun nu => p nu + h * z nu) mu) 0
    (fitness_rate x p a z mu).
Proof.
  move=> pm; have DX j : is_derive (fun h => x j + h * a j) 0 (a j) by exact: is_derive_line.
  rewrite /fitness; evar_last.
    apply: (is_derive_minus (fun h => score m (fun j => x j + h * a j) mu) (fun h => temp m * ln (p mu + h * z mu))).
      by apply: (is_derive_score m (fun h j => x j + h * a j)).
    apply: is_derive_scal; apply: (is_derive_comp ln (fun h => p mu + h * z mu)); last exact: is_derive_line.
    by apply: is_derive_ln; lra.
  rewrite /minus /plus /opp /scal /= /mult /= line0 /fitness_rate Rmult_0_l Rplus_0_r.
  by rewrite /Rdiv; ring.
Qed.

Lemma flow_jacobian_is x p a z : (forall mu, 0 < p mu) ->
  is_flow_jacobian m x p a z (flow_jac_x x p a z) (flow_jac_p x p a z).
Proof.
  move=> p0; have DP nu : is_derive (fun h => p nu + h * z nu) 0 (z nu) by exact: is_derive_line.
  split=> [i|mu].
    apply: (is_derive_ext (fun h => / tau_x m * (- (x i + h * a i) + drive m (fun j => x j + h * a j) (fun nu => p nu + h * z nu) i))).
      by move=> h; rewrite /velocity_x /Rdiv Rmult_comm.
    rewrite /flow_jac_x [_ / tau_x m]Rmult_comm; apply: is_derive_scal; apply: is_derive_plus; last exact: is_derive_drive.
    by apply: is_derive_opp; exact: is_derive_line.
  pose Fh h := fitness m (score m (fun j => x j + h * a j)) (fun nu => p nu + h * z nu).
  apply: (is_derive_ext (fun h => / tau_p m * ((p mu + h * z mu) * (Fh h mu - dot (fun nu => p nu + h * z nu) (Fh h))))).
    by move=> h; rewrite /velocity_p /replicator /Rdiv Rmult_comm.
  rewrite /flow_jac_p [_ / tau_p m]Rmult_comm; apply: is_derive_scal; evar_last.
    apply: (is_derive_product (fun h => p mu + h * z mu)); first exact: DP.
    apply: (is_derive_minus (fun h => Fh h mu)); first by apply: is_derive_fitness.
    by apply: is_derive_dot; [exact: DP | move=> nu; apply: is_derive_fitness].
  cbv beta; rewrite /Fh !line0 Rmult_0_l Rplus_0_r /minus /plus /opp /=; ring.
Qed.

Lemma flow_jacobian_unique x p a z c d : (forall mu, 0 < p mu) -> is_flow_jacobian m x p a z c d ->
  c = flow_jac_x x p a z /\ d = flow_jac_p x p a z.
Proof.
  move=> p0 [C D]; have [C' D'] := flow_jacobian_is x p a z p0; split; apply: functional_extensionality => i.
    by rewrite -(is_derive_unique _ _ _ (C i)); apply: is_derive_unique.
  by rewrite -(is_derive_unique _ _ _ (D i)); apply: is_derive_unique.
Qed.

(** ** At the origin (AG21) *)

Lemma phi'_0 : phi' m 0 = sigma m.
Proof. by rewrite phi'_E phi_0; ring. Qed.

Lemma origin_overlap_rate a mu : overlap_rate m (fun _ => 0) a mu = sigma m * dot (pattern m mu) a.
Proof. by rewrite /overlap_rate /dot -sum_scal_l; apply: sum_ext => i; rewrite phi'_0; ring. Qed.

Lemma origin_jac_x a z i :
  flow_jac_x (fun _ => 0) (fun _ => / INR K) a z i
    = (- a i + sigma m * mulmv (weight m (fun _ => / INR K)) a i) / tau_x m.
Proof.
  rewrite /flow_jac_x /drive_rate weight_mulmv; congr ((_ + _) / _).
  rewrite -Rmult_assoc (Rmult_comm (sigma m)) Rmult_assoc; congr (_ * _); rewrite -sum_scal_l.
  by apply: sum_ext => mu; rewrite origin_overlap origin_overlap_rate; ring.
Qed.

Lemma origin_jac_p a z mu : tau_p m <> 0 -> sum z = 0 ->
  flow_jac_p (fun _ => 0) (fun _ => / INR K) a z mu = - (temp m / tau_p m) * z mu.
Proof.
  move=> tp z0; have k0 := INR_gt0 (index_dim mu).
  rewrite /flow_jac_p; set F := fitness _ _ _.
  have FE nu : F nu = - temp m * ln (/ INR K) by rewrite /F /fitness origin_score; ring.
  have D1 : dot (fun _ => / INR K) F = - temp m * ln (/ INR K).
    rewrite /dot (sum_ext _ (fun _ => / INR K * (- temp m * ln (/ INR K)))); last by move=> nu; rewrite FE.
    by rewrite sum_const; field; lra.
  have D2 : dot z F = 0.
    rewrite /dot (sum_ext _ (fun nu => z nu * (- temp m * ln (/ INR K)))); last by move=> nu; rewrite FE.
    by rewrite sum_scal_r z0; ring.
  have R nu : fitness_rate (fun _ => 0) (fun _ => / INR K) a z nu = - temp m * INR K * z nu.
    by rewrite /fitness_rate origin_overlap /Rdiv Rinv_inv; ring.
  have D3 : dot (fun _ => / INR K) (fitness_rate (fun _ => 0) (fun _ => / INR K) a z) = 0.
    rewrite /dot (sum_ext _ (fun nu => - temp m * z nu)); last by move=> nu; rewrite R; field; lra.
    by rewrite sum_scal_l z0; ring.
  by rewrite D1 D2 D3 FE R; field; lra.
Qed.

Lemma origin_jacobian a z : tau_p m <> 0 -> (0 < K)%N -> sum z = 0 ->
  is_flow_jacobian m (fun _ => 0) (fun _ => / INR K) a z
    (fun i => (- a i + sigma m * mulmv (weight m (fun _ => / INR K)) a i) / tau_x m)
    (fun mu => - (temp m / tau_p m) * z mu).
Proof.
  move=> tp K0 z0; have u0 mu : 0 < (fun _ : 'I_K => / INR K) mu by apply: Rinv_0_lt_compat; exact: INR_gt0.
  have [C D] := flow_jacobian_is (fun _ => 0) (fun _ => / INR K) a z u0.
  split=> [i|mu].
    by evar_last; [exact: C | exact: origin_jac_x].
  by evar_last; [exact: D | exact: origin_jac_p].
Qed.

Lemma flow_jacobian_det x p a z c d c' d' :
  is_flow_jacobian m x p a z c d -> is_flow_jacobian m x p a z c' d' ->
  (forall i, c i = c' i) /\ (forall mu, d mu = d' mu).
Proof.
  move=> [C D] [C' D']; split=> i.
    by rewrite -(is_derive_unique _ _ _ (C i)); apply: is_derive_unique.
  by rewrite -(is_derive_unique _ _ _ (D i)); apply: is_derive_unique.
Qed.

(** Linear stability of the origin. *)
Lemma origin_stable lam : positive m -> (0 < K)%N -> is_greatest_eig (weight m (fun _ => / INR K)) lam ->
  (forall alpha beta, is_flow_eigenvalue m (fun _ => 0) (fun _ => / INR K) alpha beta -> alpha < 0)
  <-> sigma m * lam < 1.
Proof.
  move=> pos K0 [[v [[i0 vi] Ev]] Ray]; have s0 := pos_sigma m pos; have T0 := pos_temp m pos.
  have tx := pos_tau_x m pos; have tp := pos_tau_p m pos; have tp' : tau_p m <> 0 by lra.
  split=> [H|small alpha beta [a [a' [z [z' [z0 [z0' [ne [J J']]]]]]]]].
    have E : is_flow_eigenvalue m (fun _ => 0) (fun _ => / INR K) ((-1 + sigma m * lam) / tau_x m) 0.
      exists v, (fun _ => 0), (fun _ => 0), (fun _ => 0).
      have S0 : sum (fun _ : 'I_K => 0) = 0 by exact: sum_0.
      split=> //; split=> //; split; first by left; exists i0; left.
      have [C D] := origin_jacobian v (fun _ => 0) tp' K0 S0.
      have [C' D'] := origin_jacobian (fun _ => 0) (fun _ => 0) tp' K0 S0.
      split; split=> [i|mu].
      - by evar_last; [exact: C | rewrite /= Ev; field; lra].
      - by evar_last; [exact: D | ring].
      - evar_last; [exact: C' | rewrite /mulmv (sum_eq0 (fun j => _ * 0)); last by move=> j; ring].
        by rewrite /Rdiv; ring.
      - by evar_last; [exact: D' | ring].
    have := H _ _ E; have := Rinv_0_lt_compat _ tx; rewrite /Rdiv; nra.
  have [X P] := flow_jacobian_det _ _ _ _ _ _ _ _ J (origin_jacobian a z tp' K0 z0).
  have [X' P'] := flow_jacobian_det _ _ _ _ _ _ _ _ J' (origin_jacobian a' z' tp' K0 z0').
  set W := weight m _ in X X' Ray.
  case: ne => [[i ne]|[mu ne]].
    have V : 0 < dot a a + dot a' a'.
      have A := dot_ge0 a; have A' := dot_ge0 a'.
      by case: ne => ne; have := dot_gt0 _ _ ne; lra.
    have E : alpha * (dot a a + dot a' a')
      = (- (dot a a + dot a' a') + sigma m * (dot a (mulmv W a) + dot a' (mulmv W a'))) / tau_x m.
      have -> : alpha * (dot a a + dot a' a') = sum (fun j => a j * (alpha * a j - beta * a' j) + a' j * (alpha * a' j + beta * a j)).
        rewrite Rmult_plus_distr_l /dot -!sum_scal_l -sum_plus; apply: sum_ext => j; ring.
      rewrite (sum_ext _ (fun j => / tau_x m * (- (a j * a j + a' j * a' j) + sigma m * (a j * mulmv W a j + a' j * mulmv W a' j)))).
        rewrite sum_scal_l sum_plus sum_opp sum_scal_l !sum_plus -!/(dot _ _) /Rdiv; ring.
      by move=> j; rewrite X X' /Rdiv; ring.
    have B : sigma m * (dot a (mulmv W a) + dot a' (mulmv W a')) <= sigma m * lam * (dot a a + dot a' a').
      by have := Ray a; have := Ray a'; nra.
    have C : alpha * (dot a a + dot a' a') < 0.
      rewrite E; have := Rinv_0_lt_compat _ tx; rewrite /Rdiv => it.
      have : - (dot a a + dot a' a') + sigma m * (dot a (mulmv W a) + dot a' (mulmv W a')) < 0 by nra.
      nra.
    by apply: Rnot_le_lt => al; have := Rmult_le_pos _ _ al (Rlt_le _ _ V); lra.
  have e1 := P mu; have e2 := P' mu.
  have S : 0 < z mu ^ 2 + z' mu ^ 2.
    have A := pow2_ge_0 (z mu); have A' := pow2_ge_0 (z' mu).
    by case: ne => ne; have := pow2_gt_0 _ ne; lra.
  have Q : alpha * (z mu ^ 2 + z' mu ^ 2) = - (temp m / tau_p m) * (z mu ^ 2 + z' mu ^ 2).
    have -> : alpha * (z mu ^ 2 + z' mu ^ 2) = z mu * (alpha * z mu - beta * z' mu) + z' mu * (alpha * z' mu + beta * z mu) by ring.
    by rewrite e1 e2; ring.
  have := Rmult_eq_reg_r _ _ _ Q; have := Rdiv_lt_0_compat _ _ T0 tp => ? H.
  by have := H ltac:(lra); lra.
Qed.

(** The largest eigenvalue of the Hebbian weights is at least one. *)
Lemma hebb_ge1 lam (mu : 'I_K) : binary m -> (0 < N)%N ->
  is_greatest_eig (weight m (fun _ => / INR K)) lam -> 1 <= lam.
Proof.
  move=> bin N0 [_ Ray]; have n0 := INR_gt0 N0; have k0 := INR_gt0 (index_dim mu).
  have Q := Ray (pattern m mu).
  have xx : dot (pattern m mu) (pattern m mu) = INR N.
    by rewrite -sum_one; apply: sum_ext => i; exact: pattern_sq.
  rewrite xx in Q; apply: (Rmult_le_reg_r (INR N)) => //; rewrite Rmult_1_l; apply: Rle_trans Q.
  have -> : dot (pattern m mu) (mulmv (weight m (fun _ => / INR K)) (pattern m mu))
    = / INR N * sum (fun nu => dot (pattern m nu) (pattern m mu) ^ 2).
    rewrite /dot (sum_ext _ (fun i => / INR N * sum (fun nu => dot (pattern m nu) (pattern m mu) * (pattern m nu i * pattern m mu i)))).
      rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => nu.
      by rewrite sum_scal_l -/(dot (pattern m nu) (pattern m mu)); ring.
    move=> i; rewrite weight_mulmv -!sum_scal_l; apply: sum_ext => nu.
    by rewrite -/(dot (pattern m nu) (pattern m mu)); field; lra.
  have E : INR N = / INR N * INR N ^ 2 by field; lra.
  rewrite [X in X <= _]E.
  apply: Rmult_le_compat_l; first by left; exact: Rinv_0_lt_compat.
  rewrite -xx; apply: (sum_term_le (fun nu => dot (pattern m nu) (pattern m mu) ^ 2)) => nu; exact: pow2_ge_0.
Qed.

(** ** At an interior equilibrium (AG23) *)

Lemma locally_forall_fin {n} (P : 'I_n -> R -> Prop) t :
  (forall i, locally t (P i)) -> locally t (fun s => forall i, P i s).
Proof.
  move=> H; have /fin_all_exists [e He] : forall i, exists e : posreal, forall s, ball t e s -> P i s by move=> i; exact: H i.
  have S0 : 0 <= sum (fun i => / e i).
    by apply: sum_ge0 => i; left; apply: Rinv_0_lt_compat; exact: cond_pos.
  have d0 : 0 < / (1 + sum (fun i => / e i)) by apply: Rinv_0_lt_compat; lra.
  exists (mkposreal _ d0) => s hs i; apply: He; apply: ball_le hs => /=.
  rewrite -[X in _ <= X]Rinv_inv; apply: Rinv_le_contravar; first by apply: Rinv_0_lt_compat; exact: cond_pos.
  have := sum_term_le (fun i => / e i) i (fun j => Rlt_le _ _ (Rinv_0_lt_compat _ (cond_pos (e j)))); lra.
Qed.

Lemma is_derive_phi' b : is_derive (phi' m) b (sigma m * (- (2 * (phi m b * phi' m b)))).
Proof.
  apply: (is_derive_ext (fun y => sigma m * (1 - phi m y ^ 2))); first by move=> y; rewrite phi'_E.
  apply: is_derive_scal; evar_last.
    apply: (is_derive_minus (fun _ => 1) (fun y => phi m y ^ 2)); first exact: is_derive_const.
    by apply: is_derive_sq; exact: is_derive_phi.
  by rewrite /minus /plus /opp /zero /=; ring.
Qed.

Lemma fitness_const x p : positive m -> is_interior p -> equilibrium m x p ->
  forall mu, fitness m (score m x) p mu = dot p (fitness m (score m x) p).
Proof.
  move=> pos [p0 _] [_ P] mu; apply: (proj1 (replicator_stationary m (score m x) p (pos_tau_p_neq0 m pos)) P).
  by have := p0 mu; lra.
Qed.

Lemma drive_rate_dot x p a z a' :
  sum (fun i => phi' m (x i) * (drive_rate x p a z i * a' i))
  = INR K / INR N * sum (fun mu => (z mu * overlap m x mu + p mu * overlap_rate m x a mu) * overlap_rate m x a' mu).
Proof.
  rewrite (sum_ext _ (fun i => INR K / INR N * sum (fun mu =>
     (z mu * overlap m x mu + p mu * overlap_rate m x a mu) * (pattern m mu i * (phi' m (x i) * a' i))))).
    rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
    by rewrite sum_scal_l.
  move=> i; rewrite /drive_rate -!sum_scal_l -!sum_scal_r -!sum_scal_l; apply: sum_ext => mu; ring.
Qed.

Lemma metric_flow_jac x p a z a' z' : positive m -> is_interior p -> equilibrium m x p -> sum z' = 0 ->
  flow_metric m x p (flow_jac_x x p a z) (flow_jac_p x p a z) a' z'
  = - sum (fun i => phi' m (x i) * (a i * a' i))
    + INR K / INR N * sum (fun mu => (z mu * overlap m x mu + p mu * overlap_rate m x a mu) * overlap_rate m x a' mu)
    + INR K * sum (fun mu => fitness_rate x p a z mu * z' mu).
Proof.
  move=> pos int E z0; have F := fitness_const x p pos int E; case: (int) => p0 s1.
  have tx := pos_tau_x m pos; have tp := pos_tau_p m pos.
  rewrite -drive_rate_dot /flow_metric; congr (_ + _).
    rewrite -sum_opp -sum_plus -sum_scal_l; apply: sum_ext => i; rewrite /flow_jac_x; field; lra.
  set c := dot z (fitness m (score m x) p) + dot p (fitness_rate x p a z).
  rewrite /shahshahani (sum_ext _ (fun mu => / tau_p m * (fitness_rate x p a z mu * z' mu - c * z' mu))).
    by rewrite sum_scal_l sum_minus sum_scal_l z0; field; lra.
  by move=> mu; rewrite /flow_jac_p -/c F Rminus_eq_0; field; have := p0 mu; lra.
Qed.

Lemma flow_jac_tangent x p a z : positive m -> is_interior p -> equilibrium m x p ->
  sum z = 0 -> sum (flow_jac_p x p a z) = 0.
Proof.
  move=> pos int E z0; have F := fitness_const x p pos int E; case: (int) => p0 s1.
  have tp := pos_tau_p m pos.
  have D0 : dot z (fitness m (score m x) p) = 0.
    rewrite /dot (sum_ext _ (fun mu => z mu * dot p (fitness m (score m x) p))); last by move=> mu; rewrite F.
    by rewrite sum_scal_r z0; ring.
  set c := dot p (fitness_rate x p a z).
  rewrite (sum_ext _ (fun mu => / tau_p m * (p mu * fitness_rate x p a z mu - p mu * c))).
    by rewrite sum_scal_l sum_minus sum_scal_r s1 -/(dot p (fitness_rate x p a z)) -/c; ring.
  by move=> mu; rewrite /flow_jac_p F D0 -/c Rminus_eq_0 /Rdiv; ring.
Qed.

Lemma hessian_is x p a z a' z' : positive m -> is_interior p -> equilibrium m x p -> sum z' = 0 ->
  is_energy_hessian m x p a z a' z' (- flow_metric m x p (flow_jac_x x p a z) (flow_jac_p x p a z) a' z').
Proof.
  move=> pos int E z0; case: (int) => p0 s1; have s0 : sigma m <> 0 by have := pos_sigma m pos; lra.
  have X := proj1 (neurons_stationary m x p ltac:(have := pos_tau_x m pos; lra)) (proj1 E).
  pose xh h : vec N := fun j => x j + h * a j; pose ph h : vec K := fun nu => p nu + h * z nu.
  pose G h := sum (fun i => phi' m (xh h i) * ((xh h i - drive m (xh h) (ph h) i) * a' i))
     + INR K * sum (fun mu => temp m * ((ln (ph h mu) + 1) * z' mu) - score m (xh h) mu * z' mu).
  have near0 : locally 0 (fun h => forall mu, 0 < ph h mu).
    apply: (locally_forall_fin (fun mu h => 0 < ph h mu)) => mu.
    have C : continuous (fun h => ph h mu) 0.
      by apply: ex_derive_continuous; eexists; exact: is_derive_line.
    apply: C; apply: (open_gt 0); rewrite /ph Rmult_0_l Rplus_0_r; exact: p0.
  apply: (is_derive_ext_loc G).
    apply: filter_imp near0 => h hp; symmetry; apply: is_derive_unique.
    apply: (energy_curve_at m (fun k j => xh h j + k * a' j) (fun k nu => ph h nu + k * z' nu) 0 (xh h) (ph h)
       a' z' (fun nu => (ln (ph h nu) + 1) * z' nu)) => //.
    - exact: line0.
    - exact: line0.
    - by move=> j; exact: is_derive_line.
    - by move=> nu; exact: is_derive_line.
    - move=> nu; evar_last.
        apply: (is_derive_xlnx_comp (fun k => ph h nu + k * z' nu)); last exact: is_derive_line.
        by rewrite /= Rmult_0_l Rplus_0_r.
      by rewrite /= Rmult_0_l Rplus_0_r.
  have DX j : is_derive (fun h => xh h j) 0 (a j) by exact: is_derive_line.
  have x00 : xh 0 = x by exact: line0.
  have p00 : ph 0 = p by exact: line0.
  rewrite metric_flow_jac // -drive_rate_dot; rewrite /G; evar_last.
    apply: is_derive_plus.
      apply: (is_derive_sum (fun i h => phi' m (xh h i) * ((xh h i - drive m (xh h) (ph h) i) * a' i)) 0
        (fun i => phi' m (x i) * ((a i - drive_rate x p a z i) * a' i))) => i.
      evar_last.
        apply: (is_derive_product (fun h => phi' m (xh h i))).
          by apply: (is_derive_comp (phi' m) (fun h => xh h i)); [exact: is_derive_phi' | exact: DX].
        apply: (is_derive_product (fun h => xh h i - drive m (xh h) (ph h) i)); last exact: is_derive_const.
        by apply: (is_derive_minus (fun h => xh h i)); [exact: DX | exact: is_derive_drive].
      by cbv beta; rewrite x00 p00 -X /scal /minus /plus /opp /zero /= /mult /=; ring.
    apply: is_derive_scal; apply: (is_derive_sum (fun mu h => temp m * ((ln (ph h mu) + 1) * z' mu) - score m (xh h) mu * z' mu) 0
      (fun mu => - (fitness_rate x p a z mu * z' mu))) => mu.
    apply: (is_derive_ext (fun h => - (fitness m (score m (xh h)) (ph h) mu - temp m) * z' mu)).
      by move=> h; rewrite /fitness /=; ring.
    evar_last.
      apply: (is_derive_product (fun h => - (fitness m (score m (xh h)) (ph h) mu - temp m))); last exact: is_derive_const.
      apply: is_derive_opp; apply: (is_derive_minus (fun h => fitness m (score m (xh h)) (ph h) mu)); last exact: is_derive_const.
      by apply: is_derive_fitness; exact: p0.
    by rewrite /minus /plus /opp /zero /=; ring.
  rewrite /plus /= sum_opp.
  have -> : sum (fun i => phi' m (x i) * ((a i - drive_rate x p a z i) * a' i))
    = sum (fun i => phi' m (x i) * (a i * a' i)) - sum (fun i => phi' m (x i) * (drive_rate x p a z i * a' i)).
    by rewrite -sum_minus; apply: sum_ext => i; ring.
  ring.
Qed.

Lemma jacobian_hessian x p a z a' z' c d q : positive m -> is_interior p -> equilibrium m x p -> sum z' = 0 ->
  is_flow_jacobian m x p a z c d -> is_energy_hessian m x p a z a' z' q ->
  flow_metric m x p c d a' z' = - q.
Proof.
  move=> pos int E z0 J H; case: (int) => p0 _.
  have [-> ->] := flow_jacobian_unique x p a z c d p0 J.
  have Q : q = - flow_metric m x p (flow_jac_x x p a z) (flow_jac_p x p a z) a' z'.
    by rewrite -(is_derive_unique _ _ _ H); apply: is_derive_unique; exact: hessian_is.
  by rewrite Q; ring.
Qed.

Lemma flow_metric_sym x p a z a' z' : flow_metric m x p a z a' z' = flow_metric m x p a' z' a z.
Proof.
  rewrite /flow_metric /shahshahani; congr (_ * _ + _ * _); apply: sum_ext => i; first ring.
  by rewrite Rmult_comm.
Qed.

Lemma metric_jac_sym x p a z a' z' : positive m -> is_interior p -> equilibrium m x p ->
  sum z = 0 -> sum z' = 0 ->
  flow_metric m x p (flow_jac_x x p a z) (flow_jac_p x p a z) a' z'
  = flow_metric m x p a z (flow_jac_x x p a' z') (flow_jac_p x p a' z').
Proof.
  move=> pos int E z0 z0'; rewrite [RHS]flow_metric_sym !metric_flow_jac //.
  have -> : INR K / INR N = INR K * / INR N by [].
  rewrite !Rmult_assoc !Rplus_assoc -!Rmult_plus_distr_l -!sum_scal_l -!sum_plus; congr (- _ + _ * _).
    by apply: sum_ext => i; ring.
  by apply: sum_ext => mu; rewrite /fitness_rate /Rdiv; ring.
Qed.

Lemma flow_metric_ge0 x p a z : positive m -> is_interior p -> 0 <= flow_metric m x p a z a z.
Proof.
  move=> [s0 [_ [tx tp]]] [p0 _]; apply: Rplus_le_le_0_compat; apply: Rmult_le_pos; try lra.
  - by apply: sum_ge0 => i; apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: Rle_0_sqr].
  - by apply: Rmult_le_pos; [exact: pos_INR | lra].
  - by apply: sum_ge0 => mu; apply: Rmult_le_pos; [exact: Rle_0_sqr | left; exact: Rinv_0_lt_compat].
Qed.

Lemma flow_metric_gt0 x p a z : positive m -> is_interior p ->
  (exists i, a i <> 0) \/ (exists mu, z mu <> 0) -> 0 < flow_metric m x p a z a z.
Proof.
  move=> pos int ne; case: (pos) => s0 [_ [tx tp]]; case: (int) => p0 _; have k0 := INR_gt0 (interior_dim p int).
  have nx i : 0 <= phi' m (x i) * (a i * a i).
    by apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: Rle_0_sqr].
  have nz mu : 0 <= z mu * z mu / p mu.
    by apply: Rmult_le_pos; [exact: Rle_0_sqr | left; exact: Rinv_0_lt_compat].
  have C : 0 < INR K * tau_p m by apply: Rmult_lt_0_compat.
  have A := Rmult_le_pos _ _ (Rlt_le _ _ tx) (sum_ge0 _ nx).
  have B := Rmult_le_pos _ _ (Rlt_le _ _ C) (sum_ge0 _ nz).
  rewrite /flow_metric /shahshahani; case: ne => [[i ne]|[mu ne]].
    have : 0 < sum (fun i => phi' m (x i) * (a i * a i)).
      by apply: (sum_gt0_one _ i) => //; apply: Rmult_lt_0_compat; [exact: phi'_gt0 | exact: Rlt_0_sqr].
    by move=> h; have := Rmult_lt_0_compat _ _ tx h; lra.
  have : 0 < sum (fun mu => z mu * z mu / p mu).
    by apply: (sum_gt0_one _ mu) => //; apply: Rdiv_lt_0_compat => //; exact: Rlt_0_sqr.
  by move=> h; have := Rmult_lt_0_compat _ _ C h; lra.
Qed.

Lemma flow_metric_lin x p k l a b z w a' z' :
  flow_metric m x p (fun i => k * a i + l * b i) (fun mu => k * z mu + l * w mu) a' z'
  = k * flow_metric m x p a z a' z' + l * flow_metric m x p b w a' z'.
Proof.
  rewrite /flow_metric /shahshahani.
  rewrite (sum_ext (fun i => phi' m (x i) * _) (fun i => k * (phi' m (x i) * (a i * a' i)) + l * (phi' m (x i) * (b i * a' i)))); last by move=> i; ring.
  rewrite (sum_ext (fun mu => (_ + _) * _ / _) (fun mu => k * (z mu * z' mu / p mu) + l * (w mu * z' mu / p mu))); last by move=> mu; rewrite /Rdiv; ring.
  by rewrite !sum_plus !sum_scal_l; ring.
Qed.

Lemma flow_real x p alpha beta : positive m -> is_interior p -> equilibrium m x p ->
  is_flow_eigenvalue m x p alpha beta -> beta = 0.
Proof.
  move=> pos int E [a [a' [z [z' [z0 [z0' [ne [J J']]]]]]]]; case: (int) => p0 _.
  have [X P] := flow_jacobian_unique x p a z _ _ p0 J.
  have [X' P'] := flow_jacobian_unique x p a' z' _ _ p0 J'.
  have S := metric_jac_sym x p a z a' z' pos int E z0 z0'.
  rewrite -X -P -X' -P' in S.
  have E1 : flow_metric m x p (fun i => alpha * a i - beta * a' i) (fun mu => alpha * z mu - beta * z' mu) a' z'
     = alpha * flow_metric m x p a z a' z' + (- beta) * flow_metric m x p a' z' a' z'.
    by rewrite -flow_metric_lin; congr flow_metric; apply: functional_extensionality => i; ring.
  rewrite E1 [RHS]flow_metric_sym flow_metric_lin (flow_metric_sym x p a' z' a z) in S.
  have A := flow_metric_ge0 x p a z pos int; have A' := flow_metric_ge0 x p a' z' pos int.
  have V : 0 < flow_metric m x p a z a z + flow_metric m x p a' z' a' z'.
    case: ne => [[i [h|h]]|[mu [h|h]]].
    - by have := flow_metric_gt0 x p a z pos int (or_introl (ex_intro _ i h)); lra.
    - by have := flow_metric_gt0 x p a' z' pos int (or_introl (ex_intro _ i h)); lra.
    - by have := flow_metric_gt0 x p a z pos int (or_intror (ex_intro _ mu h)); lra.
    - by have := flow_metric_gt0 x p a' z' pos int (or_intror (ex_intro _ mu h)); lra.
  have : beta * (flow_metric m x p a z a z + flow_metric m x p a' z' a' z') = 0 by lra.
  by case/Rmult_integral; lra.
Qed.

(** A positive Hessian on the tangent space makes every eigenvalue negative. *)
Lemma hessian_stable x p : positive m -> is_interior p -> equilibrium m x p ->
  (forall a z q, sum z = 0 -> ((exists i, a i <> 0) \/ (exists mu, z mu <> 0)) ->
     is_energy_hessian m x p a z a z q -> 0 < q) ->
  forall alpha beta, is_flow_eigenvalue m x p alpha beta -> alpha < 0.
Proof.
  move=> pos int E H alpha beta Ev; have B := flow_real x p alpha beta pos int E Ev.
  move: Ev => [a [a' [z [z' [z0 [z0' [ne [J J']]]]]]]]; rewrite B in J J'; case: (int) => p0 _.
  have key b w : sum w = 0 -> ((exists i, b i <> 0) \/ (exists mu, w mu <> 0)) ->
      is_flow_jacobian m x p b w (fun i => alpha * b i) (fun mu => alpha * w mu) -> alpha < 0.
    move=> w0 nw Jw; have Hs := hessian_is x p b w b w pos int E w0.
    have q0 := H b w _ w0 nw Hs; have M := flow_metric_gt0 x p b w pos int nw.
    have [X P] := flow_jacobian_unique x p b w _ _ p0 Jw; rewrite -X -P in q0.
    have e : flow_metric m x p (fun i => alpha * b i) (fun mu => alpha * w mu) b w = alpha * flow_metric m x p b w b w.
      rewrite -[RHS]Rplus_0_r -[X in _ + X](Rmult_0_l (flow_metric m x p b w b w)) -flow_metric_lin.
      by congr flow_metric; apply: functional_extensionality => i; ring.
    rewrite e in q0; apply: Rnot_le_lt => al; have := Rmult_le_pos _ _ al (Rlt_le _ _ M); lra.
  have Ja : is_flow_jacobian m x p a z (fun i => alpha * a i) (fun mu => alpha * z mu).
    by case: J => C D; split=> j; [evar_last; [exact: C | ring] | evar_last; [exact: D | ring]].
  have Ja' : is_flow_jacobian m x p a' z' (fun i => alpha * a' i) (fun mu => alpha * z' mu).
    by case: J' => C D; split=> j; [evar_last; [exact: C | ring] | evar_last; [exact: D | ring]].
  case: ne => [[i [h|h]]|[mu [h|h]]].
  - by apply: (key a z) => //; left; exists i.
  - by apply: (key a' z') => //; left; exists i.
  - by apply: (key a z) => //; right; exists mu.
  - by apply: (key a' z') => //; right; exists mu.
Qed.
End Jacobian.
