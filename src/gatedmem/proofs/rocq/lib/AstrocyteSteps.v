(** * Steps that never raise the energy (AG16, AG25, AG29)

    neuron_change       == the exact change of L when the neurons move, gains fixed
    neuron_step         == moving any fraction of the way to W(p) phi(x) never raises L
    gain_step           == moving log-gains any fraction of the way to f/T never raises L
    gain_target_min     == at fixed neurons the softmax minimises L, and alone does
    alternation_cluster == cluster points of the alternation are equilibria *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds.

Open Scope R_scope.

Lemma Rmult_pos_sum0 a b c : 0 <= a -> 0 <= b -> 0 <= c -> a + b + c = 0 -> a = 0 /\ b = 0 /\ c = 0.
Proof. lra. Qed.

Section Steps.
Context {N K : nat} (m : memory N K).
Hypothesis pos : positive m.

Let s0 := pos_sigma m pos.
Let T0 := pos_temp m pos.

(** Bregman distance of Lambda. *)
Definition gap_Lambda (a b : R) : R := Lambda m b - Lambda m a - phi m a * (b - a).

Lemma gap_Lambda_ge0 a b : 0 <= gap_Lambda a b.
Proof. by have := Lambda_convex m a b s0; rewrite /gap_Lambda; lra. Qed.

Lemma phi_monotone a b : 0 <= (b - a) * (phi m b - phi m a).
Proof. by have := gap_Lambda_ge0 a b; have := gap_Lambda_ge0 b a; rewrite /gap_Lambda; lra. Qed.

Lemma gap_Lambda_eq0 a b : gap_Lambda a b = 0 -> a = b.
Proof.
  move=> E; apply: Rminus_diag_uniq; case: (Req_dec (a - b) 0) => // ne; exfalso.
  (* strict convexity: test the midpoint *)
  pose c := (a + b) / 2.
  have A := Lambda_convex m c b s0; have B := gap_Lambda_ge0 a c; rewrite /gap_Lambda in B E.
  have S : 0 < (c - a) * (phi m c - phi m a).
    case: (Rtotal_order a b) => [lt|[e|gt]]; [|lra|].
      by have := phi_lt m a c s0 ltac:(rewrite /c; lra); rewrite /c => ?; apply: Rmult_lt_0_compat; lra.
    have := phi_lt m c a s0 ltac:(rewrite /c; lra); rewrite /c => ?.
    by rewrite -Rmult_opp_opp; apply: Rmult_lt_0_compat; lra.
  have e1 : b - c = c - a by rewrite /c; field.
  have e2 : b - a = 2 * (c - a) by rewrite /c; field.
  rewrite e1 in A; rewrite e2 in E; lra.
Qed.

(** Quadratic part: K <p, f(x)> as a function of the overlaps. *)
Lemma score_change x x' (p : vec K) :
  INR K * dot p (score m x') - INR K * dot p (score m x)
  = sum (fun i => drive m x p i * (phi m (x' i) - phi m (x i)))
    + INR K / (2 * INR N) * sum (fun mu => p mu * (overlap m x' mu - overlap m x mu) ^ 2).
Proof.
  have -> : sum (fun i => drive m x p i * (phi m (x' i) - phi m (x i)))
    = INR K / INR N * sum (fun mu => p mu * overlap m x mu * (overlap m x' mu - overlap m x mu)).
    rewrite (sum_ext _ (fun i => INR K / INR N * sum (fun mu => p mu * overlap m x mu *
       (pattern m mu i * (phi m (x' i) - phi m (x i)))))).
      rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
      rewrite sum_scal_l; congr (_ * _); rewrite /overlap /dot -sum_minus; apply: sum_ext => i; ring.
    move=> i; rewrite drive_E Rmult_assoc -sum_scal_r; congr (_ * _); apply: sum_ext => mu; ring.
  rewrite /dot -!sum_scal_l -sum_minus -sum_plus; apply: sum_ext => mu.
  by rewrite /score /Rdiv Rinv_mult; set n := / INR N; field.
Qed.

Lemma neuron_change x x' p :
  energy m x' p - energy m x p
  = sum (fun i => (x' i - drive m x p i) * (phi m (x' i) - phi m (x i)))
    - INR K / (2 * INR N) * sum (fun mu => p mu * (overlap m x' mu - overlap m x mu) ^ 2)
    - sum (fun i => gap_Lambda (x i) (x' i)).
Proof.
  have E := score_change x x' p.
  have -> : sum (fun i => (x' i - drive m x p i) * (phi m (x' i) - phi m (x i)))
    = sum (fun i => x' i * (phi m (x' i) - phi m (x i))) - sum (fun i => drive m x p i * (phi m (x' i) - phi m (x i))).
    by rewrite -sum_minus; apply: sum_ext => i; ring.
  have F : neuron_energy m x' - neuron_energy m x
    = sum (fun i => x' i * (phi m (x' i) - phi m (x i))) - sum (fun i => gap_Lambda (x i) (x' i)).
    by rewrite /neuron_energy -!sum_minus; apply: sum_ext => i; rewrite /gap_Lambda; ring.
  rewrite /energy; lra.
Qed.

Lemma half_load_ge0 : 0 <= INR K / (2 * INR N).
Proof.
  have k0 := pos_INR K; case: (posnP N) => [->|/INR_gt0 n0].
    rewrite Rmult_0_r /Rdiv; have -> : / 0 = 0 by exact: Rinv_0.
    lra.
  by apply: Rmult_le_pos => //; left; apply: Rinv_0_lt_compat; lra.
Qed.

Lemma spread_ge0 x x' p : (forall mu, 0 <= p mu) ->
  0 <= INR K / (2 * INR N) * sum (fun mu => p mu * (overlap m x' mu - overlap m x mu) ^ 2).
Proof.
  move=> p0; apply: Rmult_le_pos; first exact: half_load_ge0.
  by apply: sum_ge0 => mu; apply: Rmult_le_pos; [exact: p0 | exact: pow2_ge_0].
Qed.

(** A fraction th of the way to the drive. *)
Lemma neuron_step x p th : (forall mu, 0 <= p mu) -> 0 < th <= 1 ->
  energy m (fun i => (1 - th) * x i + th * drive m x p i) p <= energy m x p.
Proof.
  move=> p0 [th0 th1]; set x' := (fun i => _); have E := neuron_change x x' p.
  have A := spread_ge0 x x' p p0.
  have B : 0 <= sum (fun i => gap_Lambda (x i) (x' i)) by apply: sum_ge0 => i; exact: gap_Lambda_ge0.
  suff C : sum (fun i => (x' i - drive m x p i) * (phi m (x' i) - phi m (x i))) <= 0 by lra.
  rewrite -[X in _ <= X](sum_0 (n := N)); apply: sum_le => i.
  have M := phi_monotone (x i) (x' i).
  have e1 : x' i - drive m x p i = - ((1 - th) / th) * (x' i - x i) by rewrite /x'; field; lra.
  rewrite e1 Rmult_assoc; have : 0 <= (1 - th) / th by apply: Rdiv_le_0_compat; lra.
  nra.
Qed.

(** With the full step, nothing changes only at a fixed point. *)
Lemma neuron_step_eq x p : (forall mu, 0 <= p mu) ->
  energy m (drive m x p) p = energy m x p -> forall i, x i = drive m x p i.
Proof.
  move=> p0 E i; have F := neuron_change x (drive m x p) p.
  rewrite (sum_eq0 (fun i => (drive m x p i - _) * _)) in F; last by move=> j; ring.
  have A := spread_ge0 x (drive m x p) p p0.
  have nn j : 0 <= gap_Lambda (x j) (drive m x p j) by exact: gap_Lambda_ge0.
  have B := sum_ge0 _ nn.
  by apply: gap_Lambda_eq0; apply: (sum_ge0_eq0 _ nn); lra.
Qed.

Lemma neuron_full_step x p : (forall mu, 0 <= p mu) -> energy m (drive m x p) p <= energy m x p.
Proof.
  move=> p0; have := neuron_step x p 1 p0 ltac:(lra).
  by rewrite (_ : (fun i => _) = drive m x p) //; apply: functional_extensionality => i; ring.
Qed.

(** ** Gains *)

Lemma energy_gibbs x p : energy m x p =
  INR K * (- dot p (score m x) + temp m * sum (fun mu => p mu * ln (p mu))) + neuron_energy m x.
Proof. by rewrite /energy; ring. Qed.

Lemma gain_target_min x p : is_simplex p ->
  - (INR K * temp m * ln (sum (fun mu => exp (score m x mu / temp m)))) + neuron_energy m x <= energy m x p /\
  (energy m x p = - (INR K * temp m * ln (sum (fun mu => exp (score m x mu / temp m)))) + neuron_energy m x
   <-> forall mu, p mu = gate_target m x mu).
Proof.
  move=> sp; have k0 := INR_gt0 (simplex_dim p sp); case: (sp) => _ s1.
  have G := gibbs_kl (temp m) (score m x) p T0 s1.
  have [P Q] := gibbs_kl_ge0 (temp m) (score m x) p T0 sp.
  rewrite energy_gibbs; set L := ln _ in G *; set S := dot p _ in G *; set H := sum _ in G *.
  have kP := Rmult_le_pos _ _ (Rlt_le _ _ k0) P.
  have E : INR K * (- S + temp m * H) = INR K * (temp m * kl p (softmax (/ temp m) (score m x))) - INR K * temp m * L.
    by rewrite -G; ring.
  split; first by rewrite E; lra.
  rewrite -Q E; split=> h; first by apply: (Rmult_eq_reg_l (INR K)); lra.
  by rewrite h; ring.
Qed.

Lemma gain_full_step x p : is_simplex p -> energy m x (gate_target m x) <= energy m x p.
Proof.
  move=> sp; have sq : is_simplex (gate_target m x) by apply: softmax_simplex; exact: simplex_dim sp.
  have [A _] := gain_target_min x p sp; have [_ [_ B]] := gain_target_min x (gate_target m x) sq.
  by rewrite B.
Qed.

Lemma gain_full_step_eq x p : is_simplex p -> energy m x (gate_target m x) = energy m x p ->
  forall mu, p mu = gate_target m x mu.
Proof.
  move=> sp E; have sq : is_simplex (gate_target m x) by apply: softmax_simplex; exact: simplex_dim sp.
  have [_ [A _]] := gain_target_min x p sp; have [_ [_ B]] := gain_target_min x (gate_target m x) sq.
  by apply: A; rewrite -E B.
Qed.

(** Supporting planes of log-sum-exp. *)
Lemma lse_convex (u v : vec K) : (0 < K)%N ->
  ln (sum (fun j => exp (1 * u j))) + dot (softmax 1 u) (fun j => v j - u j)
  <= ln (sum (fun j => exp (1 * v j))).
Proof.
  move=> K0; have s1 := softmax_simplex 1 u K0.
  have E w : sum (fun j : 'I_K => exp (w j / 1)) = sum (fun j => exp (1 * w j)).
    by apply: sum_ext => j; congr exp; field.
  have A := gibbs_max 1 v (softmax 1 u) Rlt_0_1 s1.
  have [_ B] := gibbs_unique 1 u (softmax 1 u) Rlt_0_1 s1.
  have := B; rewrite Rinv_1 => /(_ (fun i => erefl)); rewrite !E in A *.
  rewrite dot_minus_r; lra.
Qed.

Lemma energy_softmax x (u : vec K) : (0 < K)%N ->
  energy m x (softmax 1 u) = INR K * temp m *
    (dot (softmax 1 u) (fun mu => u mu - score m x mu / temp m) - ln (sum (fun j => exp (1 * u j))))
  + neuron_energy m x.
Proof.
  move=> K0; rewrite energy_gibbs dot_minus_r; congr (_ + _).
  have -> : dot (softmax 1 u) (fun mu => score m x mu / temp m) = dot (softmax 1 u) (score m x) / temp m.
    by rewrite /dot -sum_div; apply: sum_ext => mu; rewrite /Rdiv; ring.
  set L := ln _.
  have -> : sum (fun mu => softmax 1 u mu * ln (softmax 1 u mu)) = dot (softmax 1 u) u - L.
    have e : L = sum (fun mu => softmax 1 u mu * L) by rewrite sum_scal_r softmax_sum // Rmult_1_l.
    rewrite [X in _ - X]e /dot -sum_minus.
    by apply: sum_ext => mu; rewrite ln_softmax -/L; ring.
  by field; lra.
Qed.

Lemma gain_step x (u : vec K) th : 0 < th <= 1 ->
  energy m x (softmax 1 (fun mu => (1 - th) * u mu + th * (score m x mu / temp m)))
  <= energy m x (softmax 1 u).
Proof.
  move=> [th0 th1]; case: (posnP K) => [K0|K0].
    have -> : softmax 1 (fun mu => (1 - th) * u mu + th * (score m x mu / temp m)) = softmax 1 u; last lra.
    by apply: functional_extensionality => mu; exfalso; move: (index_dim mu); rewrite K0.
  set u' := (fun mu => _ : R); set v := (fun mu => score m x mu / temp m).
  have k0 := INR_gt0 K0; rewrite !energy_softmax // -/v.
  apply: Rplus_le_compat_r; apply: Rmult_le_compat_l; first by apply: Rmult_le_pos; lra.
  have A := lse_convex u u' K0; have B := lse_convex u' u K0.
  set p := softmax 1 u in A *; set p' := softmax 1 u' in B *.
  have d i : u' i - u i = th * (v i - u i) by rewrite /u' /v; ring.
  have EA : dot p (fun j => u' j - u j) = - th * dot p (fun j => u j - v j).
    by rewrite -dot_scal_r; apply: dot_ext => // j; rewrite d; ring.
  have EB : dot p' (fun j => u j - u' j) = th * dot p' (fun j => u j - v j).
    by rewrite -dot_scal_r; apply: dot_ext => // j; have := d j; lra.
  have EC : dot p' (fun mu => u' mu - v mu) = (1 - th) * dot p' (fun j => u j - v j).
    by rewrite -dot_scal_r; apply: dot_ext => // j; have := d j; lra.
  rewrite EA in A; rewrite EB in B; rewrite EC -/v.
  rewrite -[dot p (fun mu => u mu - score m x mu / temp m)]/(dot p (fun j => u j - v j)).
  set a := dot p _ in A *; set b := dot p' _ in B *.
  have ba : b <= a by apply: (Rmult_le_reg_l th); lra.
  have : (1 - th) * b <= (1 - th) * a by apply: Rmult_le_compat_l; lra.
  lra.
Qed.

(** ** Effective energy (AG16) *)
Lemma effective_partial x i :
  partial (fun y => - (INR K * temp m * ln (sum (fun mu => exp (score m y mu / temp m)))) + neuron_energy m y) x i
    (phi' m (x i) * (x i - drive m x (gate_target m x) i)).
Proof.
  rewrite /partial /directional.
  have DX j : is_derive (fun h => x j + h * kdelta i j) 0 (kdelta i j) by exact: is_derive_line.
  have DN : is_derive (fun h => neuron_energy m (fun j => x j + h * kdelta i j)) 0 (phi' m (x i) * x i).
    evar_last; first by apply: (is_derive_neuron_energy m (fun h j => x j + h * kdelta i j)) => //; lra.
    by cbv beta; rewrite (sum_ext _ (fun j => phi' m (x j) * x j * kdelta i j)) ?sum_kdelta_r //; move=> j; rewrite Rmult_0_l Rplus_0_r; ring.
  case: (posnP K) => [K0|K0].
    have KZ : INR K = 0 by rewrite K0.
    have D0 : drive m x (gate_target m x) i = 0 by rewrite drive_E KZ /Rdiv; ring.
    rewrite D0 Rminus_0_r; apply: (is_derive_ext (fun h => neuron_energy m (fun j => x j + h * kdelta i j))) => //.
    by move=> h; rewrite KZ; rewrite /=; ring.
  evar_last.
    apply: is_derive_plus; last exact: DN.
    apply: is_derive_opp; apply: is_derive_scal.
    apply: (is_derive_ext (fun h => ln (sum (fun mu => exp (/ temp m * score m (fun j => x j + h * kdelta i j) mu))))).
      by move=> h; rewrite -partition_div.
    apply: (is_derive_lse _ _ (fun h => score m (fun j => x j + h * kdelta i j))) => // mu.
    by apply: (is_derive_score m (fun h j => x j + h * kdelta i j)).
  cbv beta; rewrite line0 -/(gate_target m x) /plus /opp /=.
  have := score_force m x (gate_target m x) (kdelta i).
  rewrite (sum_ext (fun i0 => phi' m (x i0) * _) (fun j => phi' m (x j) * drive m x (gate_target m x) j * kdelta i j)); last by move=> j; ring.
  rewrite sum_kdelta_r -/(dot _ _) => E.
  have -> : phi' m (x i) * (x i - drive m x (gate_target m x) i) = phi' m (x i) * x i - phi' m (x i) * drive m x (gate_target m x) i by ring.
  by rewrite -E; field; lra.
Qed.
End Steps.
