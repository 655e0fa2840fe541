(** * The linear-score variant (AG26) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy.

Open Scope R_scope.

Section Linear.
Context {N K : nat} (m : memory N K).
Hypothesis pos : positive m.

Let s0 := pos_sigma m pos.
Let T0 := pos_temp m pos.
Let tx := pos_tau_x m pos.
Let tp := pos_tau_p m pos.

Lemma linear_curve (x : R -> vec N) (p : R -> vec K) t dx dp :
  (forall mu, 0 < p t mu) ->
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  (forall mu, is_derive (fun s => p s mu) t (dp mu)) ->
  is_derive (fun s => linear_energy m (x s) (p s)) t
    (sum (fun i => phi' m (x t i) * (x t i - sum (fun mu => p t mu * pattern m mu i)) * dx i)
     + sum (fun mu => (temp m * ln (p t mu) + temp m - overlap m (x t) mu) * dp mu)).
Proof.
  move=> p0 X P; rewrite /linear_energy; evar_last.
    apply: (is_derive_plus _ (fun s => neuron_energy m (x s))); last by apply: is_derive_neuron_energy => //; lra.
    apply: (is_derive_plus (fun s => - dot (p s) (overlap m (x s)))).
      apply: is_derive_opp; apply: is_derive_dot; first exact: P.
      by move=> mu; apply: is_derive_overlap.
    apply: is_derive_scal; apply: (is_derive_sum (fun mu s => p s mu * ln (p s mu))) => mu.
    by apply: is_derive_xlnx_comp.
  rewrite /plus /opp /=.
  have F : dot (p t) (fun mu => overlap_rate m (x t) dx mu)
    = sum (fun i => phi' m (x t i) * sum (fun mu => p t mu * pattern m mu i) * dx i).
    rewrite (sum_ext (fun i => _ * dx i) (fun i => sum (fun mu => p t mu * (pattern m mu i * (phi' m (x t i) * dx i))))).
      by rewrite sum_swap; apply: sum_ext => mu; rewrite sum_scal_l.
    by move=> i; rewrite -sum_scal_l -sum_scal_r; apply: sum_ext => mu; ring.
  rewrite (sum_ext (fun i => phi' m (x t i) * (x t i - _) * dx i) (fun i => phi' m (x t i) * (x t i * dx i)
      - phi' m (x t i) * sum (fun mu => p t mu * pattern m mu i) * dx i)); last by move=> i; ring.
  rewrite sum_minus -F.
  rewrite (sum_ext (fun mu => (_ + _ - _) * dp mu) (fun mu => temp m * ((ln (p t mu) + 1) * dp mu) - dp mu * overlap m (x t) mu)); last by move=> mu; ring.
  by rewrite sum_minus sum_scal_l -/(dot dp (overlap m (x t))); ring.
Qed.

Lemma linear_value x p : is_interior p ->
  sum (fun i => phi' m (x i) * (x i - sum (fun mu => p mu * pattern m mu i)) * linear_velocity_x m x p i)
  + sum (fun mu => (temp m * ln (p mu) + temp m - overlap m x mu) * linear_velocity_p m x p mu)
  = - (tau_x m * sum (fun i => phi' m (x i) * linear_velocity_x m x p i ^ 2))
    - tau_p m * sum (fun mu => linear_velocity_p m x p mu ^ 2 / p mu).
Proof.
  move=> [p0 s1]; rewrite -!sum_scal_l /Rminus -!sum_opp; congr (_ + _).
    by apply: sum_ext => i; rewrite /linear_velocity_x; field; lra.
  set Fb := dot p (fitness m (overlap m x) p).
  have V0 : sum (linear_velocity_p m x p) = 0 by exact: replicator_sum0.
  rewrite (sum_ext (fun mu => (_ + _) * _) (fun mu => - (tau_p m * (linear_velocity_p m x p mu ^ 2 / p mu))
       + (temp m - Fb) * linear_velocity_p m x p mu)); last first.
    move=> mu; have := p0 mu => pm.
    by rewrite /linear_velocity_p /replicator -/Fb /fitness; field; lra.
  by rewrite sum_plus sum_scal_l V0 Rmult_0_r Rplus_0_r.
Qed.

Lemma linear_descent (x : R -> vec N) (p : R -> vec K) t :
  is_interior (p t) -> linear_follows m x p t ->
  is_derive (fun s => linear_energy m (x s) (p s)) t
    (- (tau_x m * sum (fun i => phi' m (x t i) * linear_velocity_x m (x t) (p t) i ^ 2))
     - tau_p m * sum (fun mu => linear_velocity_p m (x t) (p t) mu ^ 2 / p t mu)).
Proof. by move=> int [X P]; rewrite -linear_value //; apply: linear_curve => //; case: int. Qed.

Lemma linear_dissipation x p : is_interior p ->
  - (tau_x m * sum (fun i => phi' m (x i) * linear_velocity_x m x p i ^ 2))
    - tau_p m * sum (fun mu => linear_velocity_p m x p mu ^ 2 / p mu) <= 0 /\
  (- (tau_x m * sum (fun i => phi' m (x i) * linear_velocity_x m x p i ^ 2))
    - tau_p m * sum (fun mu => linear_velocity_p m x p mu ^ 2 / p mu) = 0 <-> linear_equilibrium m x p).
Proof.
  move=> [p0 s1].
  have nx i : 0 <= phi' m (x i) * linear_velocity_x m x p i ^ 2.
    by apply: Rmult_le_pos; [left; exact: phi'_gt0 | exact: pow2_ge_0].
  have np mu : 0 <= linear_velocity_p m x p mu ^ 2 / p mu.
    by apply: Rmult_le_pos; [exact: pow2_ge_0 | left; exact: Rinv_0_lt_compat].
  have A := Rmult_le_pos _ _ (Rlt_le _ _ tx) (sum_ge0 _ nx).
  have B := Rmult_le_pos _ _ (Rlt_le _ _ tp) (sum_ge0 _ np).
  split; first lra; split=> [E|[X P]]; last first.
    rewrite (sum_eq0 (fun i => phi' m (x i) * _)); last by move=> i; rewrite X; ring.
    by rewrite (sum_eq0 (fun mu => _ / _)); [ring | move=> mu; rewrite P /Rdiv; ring].
  split=> [i|mu].
    apply: weighted_sq_eq0 (phi'_gt0 m (x i) s0) _.
    by apply: (sum_ge0_eq0 _ nx); apply: (Rmult_eq_reg_l (tau_x m)); lra.
  apply: weighted_sq_eq0 (Rinv_0_lt_compat _ (p0 mu)) _; rewrite Rmult_comm.
  by apply: (sum_ge0_eq0 _ np); apply: (Rmult_eq_reg_l (tau_p m)); lra.
Qed.

Lemma linear_equilibrium_interior x p : is_interior p ->
  linear_equilibrium m x p <->
  (forall i, x i = sum (fun mu => p mu * pattern m mu i)) /\
  (forall mu, p mu = softmax (/ temp m) (overlap m x) mu).
Proof.
  move=> int; have tp' : tau_p m <> 0 by lra.
  have G := gains_stationary m (overlap m x) p predT T0 tp' (interior_simplex _ int) _.
  rewrite /linear_equilibrium; split=> -[X P]; split.
  - move=> i; have := X i; rewrite /linear_velocity_x => /Rmult_integral []; first lra.
    by move=> E; have := Rinv_0_lt_compat _ tx; lra.
  - move=> mu; have [|H _] := G; first by case: int => p0 _ nu; split.
    rewrite (H P mu erefl) /= /softmax partition_div /Rdiv; congr (exp _ * _); exact: Rmult_comm.
  - by move=> i; rewrite /linear_velocity_x -X /Rdiv; ring.
  - have [|_ H] := G; first by case: int => p0 _ nu; split.
    apply: H => mu _; rewrite P /= /softmax partition_div /Rdiv; congr (exp _ * _); exact: Rmult_comm.
Qed.
End Linear.

Lemma linear_line_follows N K (m : memory N K) (x : vec N) (p : vec K) :
  linear_follows m (fun s i => x i + s * linear_velocity_x m x p i)
    (fun s mu => p mu + s * linear_velocity_p m x p mu) 0.
Proof. by split=> [i|mu]; rewrite !line0; auto_derive => //; ring. Qed.
