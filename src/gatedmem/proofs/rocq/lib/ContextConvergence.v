(** * Clamped retrieval converges

    With A(alpha) positive definite the solutions of the clamped flow are bounded; gates and scores are
    two layers of the modular frame, so they approach the equilibria; where there is only one, they
    converge to it. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Analysis defs.Modular defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Banach lib.Flow lib.Lipschitz lib.Modular lib.ModularInstances.
From Gatedmem Require Import lib.ModularAstrocyte lib.ModularContext lib.ModularPolynomial lib.ContextClamped.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteBounds.
From Gatedmem Require lib.AstrocyteExistence lib.ModularLimit defs.ContextFlow lib.ContextThreshold.

Open Scope R_scope.

(** ** A leak keeps a quantity bounded *)

Lemma leaky_le (y dy : R -> R) k M : 0 < k -> continuous_from0 y ->
  (forall t, 0 < t -> is_derive y t (dy t)) -> (forall t, 0 < t -> dy t <= - k * y t + M) ->
  forall t, 0 <= t -> y t <= exp (- k * t) * y 0 + M / k * (1 - exp (- k * t)).
Proof.
  move=> k0 C D H; apply: (leaky_upper y (fun t => dy t + k * y t)) => // t t0; last by have := H t t0; lra.
  by evar_last; [exact: D | ring].
Qed.

Lemma from0_dot {n} (x y : R -> vec n) : (forall i, continuous_from0 (fun t => x t i)) ->
  (forall i, continuous_from0 (fun t => y t i)) -> continuous_from0 (fun t => dot (x t) (y t)).
Proof. by move=> X Y; apply: (from0_sum (fun i t => x t i * y t i)) => i; exact: from0_mult. Qed.

(** tau z' = f - A z with <z, A z> >= eta |z|^2 and |f| <= M. *)
Lemma driven_bounded {n} (z f : R -> vec n) (A : mat n n) tau eta M : 0 < tau -> 0 < eta -> 0 <= M ->
  (forall v, eta * dot v v <= dot v (mulmv A v)) ->
  (forall i, continuous_from0 (fun t => z t i)) ->
  (forall t, 0 < t -> forall i, is_derive (fun h => z h i) t ((f t i - mulmv A (z t) i) / tau)) ->
  (forall t, 0 < t -> norm (f t) <= M) ->
  forall t, 0 <= t -> norm (z t) <= norm (z 0) + M / eta.
Proof.
  move=> tau0 eta0 M0 low C D F t t0; have k0 : 0 < eta / tau by apply: Rdiv_lt_0_compat.
  have me : 0 <= M / eta by apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
  have := leaky_le (fun h => dot (z h) (z h)) (fun h => 2 * dot (z h) (fun i => (f h i - mulmv A (z h) i) / tau))
    (eta / tau) (M ^ 2 / (eta * tau)) k0 (from0_dot z z C C) _ _ t t0.
  move=> H; apply: norm_le_sq; first by have := norm_ge0 (z 0); lra.
  apply: (Rle_trans _ (dot (z 0) (z 0) + (M / eta) ^ 2)); last by rewrite -norm_sq; have := norm_ge0 (z 0); nra.
  apply: Rle_trans (H _ _) _ => [h h0|h h0|].
  - evar_last; first exact: is_derive_dot (D h h0) (D h h0).
    by rewrite (dot_sym _ (z h)); ring.
  - rewrite (dot_ext (z h) (z h) _ (fun i => / tau * (f h i - mulmv A (z h) i))) //; last by move=> i; rewrite /Rdiv Rmult_comm.
    rewrite dot_scal_r dot_minus_r; have l := low (z h).
    have fz : dot (z h) (f h) <= norm (z h) * M.
      by apply: Rle_trans (dot_le_norm _ _) _; apply: Rmult_le_compat_l; [exact: norm_ge0 | exact: F].
    have sq : 2 * (norm (z h) * M) <= eta * dot (z h) (z h) + M ^ 2 / eta.
      rewrite -norm_sq; apply: (Rmult_le_reg_l eta) => //.
      rewrite (_ : eta * (eta * norm (z h) ^ 2 + M ^ 2 / eta) = (eta * norm (z h)) ^ 2 + M ^ 2); last by field; lra.
      by have := pow2_ge_0 (eta * norm (z h) - M); nra.
    apply: (Rmult_le_reg_l tau) => //.
    rewrite (_ : tau * (2 * (/ tau * (dot (z h) (f h) - dot (z h) (mulmv A (z h))))) = 2 * (dot (z h) (f h) - dot (z h) (mulmv A (z h)))); last by field; lra.
    rewrite (_ : tau * (- (eta / tau) * dot (z h) (z h) + M ^ 2 / (eta * tau)) = - eta * dot (z h) (z h) + M ^ 2 / eta); last by field; lra.
    lra.
  have e0 := exp_pos (- (eta / tau) * t); have e1 : exp (- (eta / tau) * t) <= 1.
    have : - (eta / tau) * t <= 0 by nra.
    by case=> [lt|->]; [rewrite -exp_0; left; exact: exp_increasing | rewrite exp_0; lra].
  have -> : M ^ 2 / (eta * tau) / (eta / tau) = (M / eta) ^ 2 by field; lra.
  by have := dot_ge0 (z 0); have := pow2_ge_0 (M / eta); nra.
Qed.

Section Clamped.
Context {d N : nat} (m : retrieval d N).
Hypotheses (beta0 : 0 < beta m) (ts0 : 0 < tau_s m) (tr0 : 0 < tau_r m).

Definition clamped_solution (s r : R -> vec N) : Prop :=
  (forall mu, continuous_from0 (fun t => s t mu)) /\ (forall mu, continuous_from0 (fun t => r t mu)) /\
  (forall t, 0 < t -> clamped_follows m s r t).

(** ** Exactly one solution from every state *)

Definition clamped_field (z : vec (N + N)) : vec (N + N) :=
  join (gate_velocity m (left z) (right z)) (score_velocity m (left z) (right z)).

Lemma softmax_lips mu : lips (fun _ : vec (N + N) => True) (fun z => softmax (beta m) (right z) mu).
Proof.
  exists (beta m / 2); split=> [|a b _ _]; first lra.
  apply: Rle_trans (Rabs_coord_le_norm (fun nu => softmax (beta m) (right a) nu - softmax (beta m) (right b) nu) mu) _.
  apply: Rle_trans (softmax_lipschitz_norm _ _ _ (Rlt_le _ _ beta0)) _; apply: Rmult_le_compat_l; first lra.
  exact: (norm_right (vsub a b)).
Qed.

Lemma clamped_field_lipschitz : exists L, lipschitz_on L (fun _ => True) clamped_field.
Proof.
  set T := fun _ : vec (N + N) => True.
  have c j : lips T (fun z => z j) by exact: lips_coord.
  have k a : lips T (fun _ => a) by exact: (nice_const T a).1.
  have sum_lips K (f : 'I_K -> vec (N + N) -> R) : (forall i, lips T (f i)) -> lips T (fun a => sum (fun i => f i a)).
    elim: K f => [|K IH] f F; first by apply: (lips_ext T (fun _ => 0)); [move=> a; rewrite sum_n0 | exact: k].
    apply: (lips_ext T (fun a => f ord0 a + sum (fun i => f (lift ord0 i) a))); first by move=> a; rewrite sum_recl.
    by apply: lips_plus => //; exact: (IH (fun i => f (lift ord0 i))).
  apply: lips_field => i; rewrite /clamped_field /join; case: (split i) => mu.
    apply: (lips_ext T (fun z => / tau_s m * (gate_input m mu + (- alpha m * sum (fun nu => competition (memories m) mu nu * z (lshift N nu))
      + (lambda m * softmax (beta m) (right z) mu + -1 * z (lshift N mu)))))).
      by move=> z; rewrite /gate_velocity /mulmv /left /Rdiv; ring.
    apply: lips_scal; apply: lips_plus => //; apply: lips_plus.
      by apply: lips_scal; apply: (sum_lips _ (fun nu z => _)) => nu; exact: lips_scal.
    by apply: lips_plus; apply: lips_scal => //; exact: softmax_lips.
  apply: (lips_ext T (fun z => / tau_r m * (evidence m mu + (lambda m * z (lshift N mu) + -1 * z (rshift N mu))))).
    by move=> z; rewrite /score_velocity /left /right /Rdiv; ring.
  by apply: lips_scal; apply: lips_plus => //; apply: lips_plus; exact: lips_scal.
Qed.

Lemma clamped_exists (s0 r0 : vec N) : exists s r, s 0 = s0 /\ r 0 = r0 /\ clamped_solution s r.
Proof.
  have [L HL] := clamped_field_lipschitz.
  have [y [y0 O]] := global_exists L clamped_field (join s0 r0) HL.
  have C j : continuous_from0 (fun t => y t j).
    by apply: lib.AstrocyteExistence.from0_derive => t t0; apply: ex_derive_continuous; eexists; exact: O.
  exists (fun t => left (y t)), (fun t => right (y t)).
  split; first by rewrite y0 left_join.
  split; first by rewrite y0 right_join.
  split; first by move=> mu; exact: C.
  split; first by move=> mu; exact: C.
  move=> t t0; split=> mu.
    by have := O t (Rlt_le _ _ t0) (lshift N mu); rewrite /clamped_field /join split_l.
  by have := O t (Rlt_le _ _ t0) (rshift N mu); rewrite /clamped_field /join split_r.
Qed.

Lemma continuous_from0_on lo f T : 0 <= lo -> continuous_from0 f -> continuous_on (interval lo T) f.
Proof.
  move=> lo0 C t ht; have t0 : 0 <= t by case: ht => ? _; lra.
  move=> P [e He]; have [dl [dl0 H]] := C t t0 e (cond_pos e).
  exists (mkposreal dl dl0) => u Bu [u0 _]; apply: He; apply: H => //; lra.
Qed.

Lemma clamped_unique (s r s' r' : R -> vec N) : clamped_solution s r -> clamped_solution s' r' ->
  s 0 = s' 0 -> r 0 = r' 0 -> forall t, 0 <= t -> s t = s' t /\ r t = r' t.
Proof.
  move=> sol sol' es er t t0; have [L HL] := clamped_field_lipschitz.
  have C x y i T : clamped_solution x y -> continuous_on (interval 0 T) (fun t => join (x t) (y t) i).
    move=> [X [Y _]]; apply: continuous_from0_on; first lra.
    by rewrite /join; case: (split i) => mu; [exact: X | exact: Y].
  have D x y u : clamped_solution x y -> 0 < u -> curve_derive (fun t => join (x t) (y t)) u (clamped_field (join (x u) (y u))).
    move=> [_ [_ F]] u0 i; have [X Y] := F u u0; rewrite /clamped_field left_join right_join /join.
    by case: (split i) => mu; [exact: X | exact: Y].
  have := lib.Gronwall.gronwall_solutions (fun _ => clamped_field) (fun _ => True) L (fun t => join (s t) (r t))
    (fun t => join (s' t) (r' t)) 0 t (fun _ _ => HL) (fun i => C s r i t sol) (fun i => C s' r' i t sol')
    (fun _ _ => conj I I) (fun u hu => D s r u sol hu.1) (fun u hu => D s' r' u sol' hu.1) t ltac:(lra).
  rewrite es er distance_self Rmult_0_r => le.
  have z : distance (join (s t) (r t)) (join (s' t) (r' t)) = 0 by apply: Rle_antisym => //; exact: distance_ge0.
  have E i : join (s t) (r t) i = join (s' t) (r' t) i.
    by have := norm_eq0 _ z i; rewrite /vsub; lra.
  split; apply: functional_extensionality => mu.
    by have := E (lshift N mu); rewrite /join split_l.
  by have := E (rshift N mu); rewrite /join split_r.
Qed.

(** ** Every solution is bounded *)

Section Positive.
Variable eta : R.
Hypotheses (least : is_least_eig (gates m) eta) (eta0 : 0 < eta).

Lemma least_dim : (0 < N)%N.
Proof. by case: least => -[v [v0 _]] _; exact: norm_gt0_dim v0. Qed.

Lemma norm_simplex (p : vec N) : is_simplex p -> norm p <= 1.
Proof.
  move=> [p0 p1]; apply: norm_le_sq; first lra.
  rewrite pow1 -p1; apply: sum_le => i; have := p0 i.
  by have := simplex_le1 p i (conj p0 p1); nra.
Qed.

Lemma clamped_bounded s r : clamped_solution s r -> exists B, forall t, 0 <= t -> norm (s t) <= B /\ norm (r t) <= B.
Proof.
  move=> [S [R0 F]]; have [_ low] := least; have N0 := least_dim.
  pose M := norm (gate_input m) + Rabs (lambda m).
  have M0 : 0 <= M by rewrite /M; have := norm_ge0 (gate_input m); have := Rabs_pos (lambda m); lra.
  have bs := driven_bounded s (fun t mu => gate_input m mu + lambda m * softmax (beta m) (r t) mu) (gates m) (tau_s m) eta M
    ts0 eta0 M0 low S.
  have bd_s t : 0 <= t -> norm (s t) <= norm (s 0) + M / eta.
    apply: bs => [h h0 i|h h0].
      evar_last; first exact: (F h h0).1.
      by rewrite /gate_velocity /gates mulmv_gate_matrix; congr (_ / _); ring.
    apply: Rle_trans (norm_triangle _ _) _; rewrite /M; apply: Rplus_le_compat_l; rewrite norm_scal.
    rewrite -{2}(Rmult_1_r (Rabs (lambda m))); apply: Rmult_le_compat_l; first exact: Rabs_pos.
    by apply: norm_simplex; exact: softmax_simplex.
  pose Ms := norm (s 0) + M / eta.
  have Ms0 : 0 <= Ms by apply: Rle_trans (norm_ge0 (s 0)) (bd_s 0 (Rle_refl 0)).
  pose K := Rabs (lambda m) * Ms + norm (evidence m).
  have K0 : 0 <= K.
    by rewrite /K; have := norm_ge0 (evidence m); have := Rmult_le_pos _ _ (Rabs_pos (lambda m)) Ms0; lra.
  have id (v : vec N) : 1 * dot v v <= dot v (mulmv kdelta v).
    by rewrite (dot_ext v v (mulmv kdelta v) v) // => [|i]; [lra | exact: sum_kdelta_l].
  have br := driven_bounded r (fun t mu => lambda m * s t mu + evidence m mu) kdelta (tau_r m) 1 K tr0 Rlt_0_1 K0 id R0.
  have bd_r t : 0 <= t -> norm (r t) <= norm (r 0) + K / 1.
    apply: br => [h h0 i|h h0].
      evar_last; first exact: (F h h0).2.
      by rewrite /score_velocity; congr (_ / _); congr (_ - _); rewrite [RHS]sum_kdelta_l.
    apply: Rle_trans (norm_triangle _ _) _; rewrite /K; apply: Rplus_le_compat_r; rewrite norm_scal.
    by apply: Rmult_le_compat_l; [exact: Rabs_pos | apply: bd_s; lra].
  exists (Rmax Ms (norm (r 0) + K / 1)) => t t0; split.
    by apply: Rle_trans (bd_s t t0) (Rmax_l _ _).
  by apply: Rle_trans (bd_r t t0) (Rmax_r _ _).
Qed.

(** ** Gates and scores as two layers of the modular frame *)

Let W := competition (memories m).
Definition clamped_interaction (s p : vec N) : R :=
  - dot s (gate_input m) + alpha m / 2 * dot s (mulmv W s) - lambda m * dot s p - dot (evidence m) p.
Definition clamped_gx (s p : vec N) : vec N := fun i => - gate_input m i + alpha m * mulmv W s i - lambda m * p i.
Definition clamped_gy (s p : vec N) : vec N := fun i => - (lambda m * s i) - evidence m i.
Definition clamped_frame : frame N N := Frame N N (@ContextFlow.half_square N) (log_sum_exp (beta m)) (fun s => s)
  (softmax (beta m)) clamped_interaction (tau_s m) (tau_r m).
Let M := two_layers clamped_frame clamped_gx clamped_gy.

Lemma clamped_differentiable : differentiable (coupling_energy M) (coupling_gradient M).
Proof.
  have symW i j : W i j = W j i by rewrite /W /competition /gram eq_sym; case: (j == i) => //; rewrite dot_sym.
  have sl i : second (fun a : vec (N + N) => left a i) (fun _ h => left h i) by exact: second_coord.
  have sr i : second (fun a : vec (N + N) => right a i) (fun _ h => right h i) by exact: second_coord.
  have sw i : second (fun a : vec (N + N) => mulmv W (left a) i) (fun _ h => mulmv W (left h) i).
    by apply: (second_sum _ (fun j a => W i j * left a j) (fun j _ h => W i j * left h j)) => j; exact: second_scal.
  apply: (second_differentiable (coupling_energy M) (fun a h => sum (fun i => - gate_input m i * left h i
      + (alpha m / 2 * (left h i * mulmv W (left a) i + left a i * mulmv W (left h) i)
         + (- lambda m * (left h i * right a i + left a i * right h i) + - evidence m i * right h i))))).
    apply: (second_ext (fun a : vec (N + N) => sum (fun i => - gate_input m i * left a i
      + (alpha m / 2 * (left a i * mulmv W (left a) i) + (- lambda m * (left a i * right a i) + - evidence m i * right a i))))) => //.
      move=> a; rewrite /= /clamped_interaction /dot -!sum_scal_l -sum_opp -sum_plus -!sum_minus; apply: sum_ext => i; ring.
    apply: (second_sum _ (fun i a => - gate_input m i * left a i
        + (alpha m / 2 * (left a i * mulmv W (left a) i) + (- lambda m * (left a i * right a i) + - evidence m i * right a i)))
      (fun i a h => - gate_input m i * left h i
        + (alpha m / 2 * (left h i * mulmv W (left a) i + left a i * mulmv W (left h) i)
           + (- lambda m * (left h i * right a i + left a i * right h i) + - evidence m i * right h i)))) => i.
    apply: second_plus; first by apply: second_scal.
    apply: second_plus.
      apply: second_scal; exact: (second_mult (fun a => left a i) (fun a => mulmv W (left a) i) (fun _ h => left h i)
        (fun _ h => mulmv W (left h) i)).
    apply: second_plus; last exact: second_scal.
    apply: second_scal; exact: (second_mult (fun a => left a i) (fun a => right a i) (fun _ h => left h i) (fun _ h => right h i)).
  move=> a h; rewrite /= dot_join left_join right_join /clamped_gx /clamped_gy.
  have E : sum (fun i => left a i * mulmv W (left h) i) = sum (fun i => left h i * mulmv W (left a) i).
    by have := dot_mulmv_sym W (left a) (left h) symW; rewrite (dot_sym (mulmv W (left a))).
  rewrite /dot -sum_plus.
  rewrite (sum_ext _ (fun i => ((- gate_input m i + alpha m * mulmv W (left a) i - lambda m * right a i) * left h i
      + (- (lambda m * left a i) - evidence m i) * right h i)
      + alpha m / 2 * (left a i * mulmv W (left h) i - left h i * mulmv W (left a) i))); last by move=> i; field.
  by rewrite sum_plus sum_scal_l sum_minus E; ring.
Qed.

Lemma clamped_modular : modular_ok M.
Proof.
  apply: two_layers_ok; last exact: clamped_differentiable.
  by split; [exact: convex_half_square | split; [apply: convex_lse => //; exact: least_dim | split]].
Qed.

Lemma clamped_activations_lipschitz : locally_lipschitz (activations M).
Proof.
  move=> x; have [|L HL] := lips_field (fun z => distance z x < 1) (N + N) (activations M); last by exists L, 1; split; first lra.
  move=> i; rewrite /= /join; case: (split i) => j; first exact: lips_coord.
  by have [L [L0 H]] := softmax_lips j; exists L; split=> // a b _ _; exact: H.
Qed.

Lemma clamped_gradient_lipschitz : locally_lipschitz (coupling_gradient M).
Proof.
  apply: locally_of_nice => D B bd i /=.
  have c j : nice D (fun a => a j) by exact: (nice_coord D j B bd).
  have k a : nice D (fun _ => a) by exact: nice_const.
  rewrite /join; case: (split i) => j.
    apply: (nice_ext D (fun a => - gate_input m j + (alpha m * sum (fun l => W j l * a (lshift N l)) + - lambda m * a (rshift N j)))).
      by move=> a; rewrite /clamped_gx /mulmv /left /right; ring.
    apply: nice_plus => //; apply: nice_plus; last exact: nice_scal.
    by apply: nice_scal; apply: (nice_sum D _ (fun l a => W j l * a (lshift N l))) => l; exact: nice_scal.
  apply: (nice_ext D (fun a => - lambda m * a (lshift N j) + - evidence m j)).
    by move=> a; rewrite /clamped_gy /left; ring.
  by apply: nice_plus => //; exact: nice_scal.
Qed.

Lemma clamped_frame_velocity s r : modular_velocity M (join s r) = join (gate_velocity m s r) (score_velocity m s r).
Proof.
  apply: functional_extensionality => i; rewrite /modular_velocity /= left_join right_join left_join right_join.
  rewrite /join; case: (split i) => mu /=.
    by rewrite /gate_velocity /clamped_gx; congr (_ / _); rewrite /W; ring.
  by rewrite /score_velocity /clamped_gy; congr (_ / _); ring.
Qed.

Lemma clamped_approach s r : clamped_solution s r ->
  (forall mu, is_lim (fun t => gate_velocity m (s t) (r t) mu) p_infty 0) /\
  (forall mu, is_lim (fun t => score_velocity m (s t) (r t) mu) p_infty 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists se re, clamped_equilibrium m se re /\ distance (s t) se < eps /\ distance (r t) re < eps).
Proof.
  move=> sol; have [B bd] := clamped_bounded s r sol; have [S [R0 F]] := sol.
  have msol : modular_solution M (fun t => join (s t) (r t)).
    split=> [i|t t0 i].
      by rewrite /join; case: (split i) => mu; [exact: S | exact: R0].
    by rewrite clamped_frame_velocity /join; case: (split i) => mu; [exact: (F t t0).1 | exact: (F t t0).2].
  have mbd t : 0 <= t -> norm (join (s t) (r t)) <= B + B.
    move=> t0; apply: Rle_trans (norm_join _) _; rewrite left_join right_join.
    by have [b1 b2] := bd t t0; lra.
  have [v [_ [_ ap]]] := lib.ModularLimit.modular_convergence M clamped_modular clamped_activations_lipschitz
    clamped_gradient_lipschitz _ _ msol mbd.
  split; [|split].
  - move=> mu; have := v (lshift N mu); apply: is_lim_ext => t.
    by rewrite clamped_frame_velocity /join split_l.
  - move=> mu; have := v (rshift N mu); apply: is_lim_ext => t.
    by rewrite clamped_frame_velocity /join split_r.
  move=> eps e0; have [T H] := ap eps e0; exists T => t Tt; have [w [w0 tw]] := H t Tt.
  have wj : w = join (left w) (right w).
    by apply: functional_extensionality => i; rewrite -(splitK i) /join; case: (split i) => j; rewrite ?split_l ?split_r.
  exists (left w), (right w); split.
    rewrite wj clamped_frame_velocity in w0; split=> mu.
      by have := w0 (lshift N mu); rewrite /join split_l.
    by have := w0 (rshift N mu); rewrite /join split_r.
  split; apply: Rle_lt_trans tw.
    have := norm_left (vsub (join (s t) (r t)) w); apply: Rle_trans; right.
    by apply: norm_ext => i; rewrite /vsub /left /join split_l.
  have := norm_right (vsub (join (s t) (r t)) w); apply: Rle_trans; right.
  by apply: norm_ext => i; rewrite /vsub /right /join split_r.
Qed.

(** ** Under CG12 there is one equilibrium, and every solution converges to it *)

Variable B : mat N N.
Hypothesis iB : is_inverse (gates m) B.

Lemma clamped_one : (forall i j, i <> j -> ((beta m * (lambda m ^ 2)) * ((B i i + B j j) - (2 * B i j))) / 4 <= 1) ->
  exists se re, clamped_equilibrium m se re /\ (forall s' r', clamped_equilibrium m s' r' -> s' = se /\ r' = re) /\
  forall s r, clamped_solution s r -> (forall mu, is_lim (fun t => s t mu) p_infty (se mu)) /\
    (forall mu, is_lim (fun t => r t mu) p_infty (re mu)).
Proof.
  move=> cond; have := (lib.ContextThreshold.threshold (gates m) B eta (beta m) (lambda m)
    (gate_matrix_sym (memories m) (alpha m)) least eta0 iB beta0).2 cond.
  move=> /(_ (fun i => evidence m i + lambda m * mulmv B (gate_input m) i)) [p [fp un]].
  have ts := Rgt_not_eq _ _ ts0; have tr := Rgt_not_eq _ _ tr0.
  have eq : clamped_equilibrium m (gate_state m B p) (score_state m B p) by exact: fixed_equilibrium.
  have only s' r' : clamped_equilibrium m s' r' -> s' = gate_state m B p /\ r' = score_state m B p.
    move=> /(equilibrium_fixed m B iB s' r' ts tr) [es er].
    have e : softmax (beta m) r' = p by apply: un; rewrite {2}er.
    by rewrite -e.
  exists (gate_state m B p), (score_state m B p); split=> //; split=> // s r sol.
  have [_ [_ ap]] := clamped_approach s r sol.
  split=> mu; apply/is_lim_spec => eps; have [T H] := ap eps (cond_pos eps); exists T => t /H [se [re [E [ds dr]]]].
    have [e1 _] := only _ _ E; rewrite e1 in ds.
    by apply: Rle_lt_trans ds; exact: Rabs_coord_le_distance.
  have [_ e2] := only _ _ E; rewrite e2 in dr.
  by apply: Rle_lt_trans dr; exact: Rabs_coord_le_distance.
Qed.
End Positive.
End Clamped.
