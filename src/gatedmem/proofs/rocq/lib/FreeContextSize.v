(** Growth of the four-layer system with the context free: scalar equations with bounded drive, and the size of
    context and gates, tau_c |c|^2 + tau_s |s|^2, for any projection. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.ContextFlow.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearInverse lib.LinearSpectral lib.Gronwall lib.SoftmaxCold.
From Gatedmem Require Import lib.ContextClamped lib.ContextEnergy lib.ContextSpectrum lib.FreeContext.

Open Scope R_scope.

(** ** Scalar growth on [0, oo) *)

Lemma derive_continuous_on (f df : R -> R) hi : (forall t, 0 <= t -> is_derive f t (df t)) ->
  continuous_on (interval 0 hi) f.
Proof.
move=> h t [t0 _]; have c : continuous f t by apply: ex_derive_continuous; exists (df t); exact: h.
by apply: filterlim_filter_le_1 c; exact: filter_le_within.
Qed.

(** Two sided: growth at rate rho > 0 under a drive between lo and hi. *)
Lemma driven_between (z dz : R -> R) rho lo hi : 0 < rho -> (forall t, 0 <= t -> is_derive z t (dz t)) ->
  (forall t, 0 <= t -> rho * z t + lo <= dz t <= rho * z t + hi) ->
  forall s t, 0 <= s <= t ->
    exp (- rho * s) * (z s + lo / rho) <= exp (- rho * t) * (z t + lo / rho) /\
    exp (- rho * t) * (z t + hi / rho) <= exp (- rho * s) * (z s + hi / rho).
Proof.
move=> r0 dzt hz s t [s0 st].
have turned k u : 0 <= u -> is_derive (fun u => exp (- rho * u) * (z u + k / rho)) u
    (exp (- rho * u) * (dz u - (rho * z u + k))).
  move=> u0; evar_last.
    apply: (is_derive_mult (fun u => exp (- rho * u)) (fun u => z u + k / rho)); last exact: Rmult_comm.
      by auto_derive; [done | reflexivity].
    by apply: is_derive_plus; [exact: dzt | exact: is_derive_const].
  by rewrite /plus /mult /zero /=; field; lra.
have mono k (sg : R) : (forall u, 0 <= u -> 0 <= sg * (dz u - (rho * z u + k))) ->
    sg * (exp (- rho * s) * (z s + k / rho)) <= sg * (exp (- rho * t) * (z t + k / rho)).
  move=> up; case: st => [st|<-]; last exact: Rle_refl.
  have [|c [e [c0 c1]]] := MVT_cor2 (fun u => sg * (exp (- rho * u) * (z u + k / rho)))
    (fun u => sg * (exp (- rho * u) * (dz u - (rho * z u + k)))) s t st.
    by move=> c [c0 c1]; apply/is_derive_Reals; apply: is_derive_scal; apply: turned; lra.
  have := Rmult_le_pos _ _ (Rlt_le _ _ (exp_pos (- rho * c))) (up c ltac:(lra)).
  move: e; set a := sg * (exp _ * (z t + _)); set b := sg * (exp _ * (z s + _)).
  have -> : sg * (exp (- rho * c) * (dz c - (rho * z c + k))) = exp (- rho * c) * (sg * (dz c - (rho * z c + k))) by ring.
  set y := exp _ * _ => e y0; have := Rmult_le_pos y (t - s) y0 ltac:(lra); lra.
split.
  by have := mono lo 1; rewrite !Rmult_1_l; apply => u u0; have := hz u u0; lra.
have h := mono hi (-1); suff : -1 * (exp (- rho * s) * (z s + hi / rho)) <= -1 * (exp (- rho * t) * (z t + hi / rho)) by lra.
by apply: h => u u0; have := hz u u0; lra.
Qed.

(** So z follows one exponential, within the drive over the rate. *)
Lemma driven_limit (z dz : R -> R) rho lo hi : 0 < rho -> (forall t, 0 <= t -> is_derive z t (dz t)) ->
  (forall t, 0 <= t -> rho * z t + lo <= dz t <= rho * z t + hi) ->
  exists a, forall t, 0 <= t -> z t + lo / rho <= a * exp (rho * t) <= z t + hi / rho.
Proof.
move=> r0 dzt hz; have mono := driven_between z dz rho lo hi r0 dzt hz.
have lohi : lo <= hi by have := hz 0 ltac:(lra); lra.
have i0 := Rinv_0_lt_compat _ r0; have le : lo / rho <= hi / rho by apply: Rmult_le_compat_r; lra.
pose low t := exp (- rho * t) * (z t + lo / rho); pose high t := exp (- rho * t) * (z t + hi / rho).
have lh t : low t <= high t by apply: Rmult_le_compat_l; [apply: Rlt_le; exact: exp_pos | lra].
have cross s t : 0 <= s -> 0 <= t -> low s <= high t.
  move=> s0 t0; case: (Rle_dec s t) => st.
    by have [a _] := mono s t ltac:(lra); have := lh t; rewrite /low /high in a *; lra.
  by have [_ b] := mono t s ltac:(lra); have := lh s; rewrite /low /high in b *; lra.
have [||a [ub lub]] := completeness (fun x => exists t, 0 <= t /\ x = low t).
- by exists (high 0) => x [t [t0 ->]]; apply: cross; lra.
- by exists (low 0), 0; split; lra.
exists a => t t0.
have e : exp (- rho * t) * exp (rho * t) = 1.
  by rewrite -exp_plus (_ : - rho * t + rho * t = 0) ?exp_0 //; ring.
have ep := exp_pos (rho * t).
have a1 : low t <= a by apply: ub; exists t.
have a2 : a <= high t by apply: lub => x [s [s0 ->]]; exact: cross.
have b1 := Rmult_le_compat_r _ _ _ (Rlt_le _ _ ep) a1; have b2 := Rmult_le_compat_r _ _ _ (Rlt_le _ _ ep) a2.
have c1 : low t * exp (rho * t) = z t + lo / rho.
  by rewrite /low -[RHS]Rmult_1_l -e; ring.
have c2 : high t * exp (rho * t) = z t + hi / rho.
  by rewrite /high -[RHS]Rmult_1_l -e; ring.
by rewrite c1 in b1; rewrite c2 in b2.
Qed.

(** A squared size V with V' <= 2 a V + 2 b sqrt V. *)
Lemma root_growth (V dV : R -> R) a b : 0 <= a -> 0 <= b ->
  (forall t, 0 <= t -> is_derive V t (dV t)) -> (forall t, 0 <= V t) ->
  (forall t, 0 <= t -> dV t <= 2 * a * V t + 2 * b * sqrt (V t)) ->
  forall t, 0 <= t -> sqrt (V t) <= exp (a * t) * sqrt (V 0) + b * growth a t.
Proof.
move=> a0 b0 hV V0 le t t0.
apply: (le_of_eps _ _ (exp (a * t))) => e e0.
have e2 : 0 < e ^ 2 by apply: pow_lt.
pose u s := sqrt (V s + e ^ 2).
have up s : 0 < u s by apply: sqrt_lt_R0; have := V0 s; lra.
have uu s : u s * u s = V s + e ^ 2 by apply: sqrt_sqrt; have := V0 s; lra.
have ur s : sqrt (V s) <= u s by apply: sqrt_le_1_alt; lra.
have du s : 0 <= s -> is_derive u s (dV s / (2 * u s)).
  move=> s0; evar_last.
    apply: is_derive_sqrt; last by have := V0 s; lra.
    by apply: is_derive_plus; [exact: hV | exact: is_derive_const].
  by rewrite /plus /zero /= -/(u s); field; have := up s; lra.
have := scalar_linear_le u (fun s => dV s / (2 * u s)) a b t (derive_continuous_on u _ t du) (fun s hs => du s ltac:(lra)).
move=> /(_ _ t) h; have := h _ ltac:(lra); move=> {}h.
have g : u t <= exp (a * t) * u 0 + b * growth a t.
  apply: h => s hs; have := le s ltac:(lra); have us := up s; have := uu s; have := ur s; have Vs := V0 s => r1 r2 r3.
  apply/(Rmult_le_reg_l (2 * u s)); first lra.
  have -> : 2 * u s * (dV s / (2 * u s)) = dV s by field; lra.
  have := Rmult_le_compat_l _ _ _ b0 r1; have := Rmult_le_pos _ _ a0 (Rlt_le _ _ e2); nra.
have s0 : u 0 <= sqrt (V 0) + e.
  apply: Rsqr_incr_0_var; last by have := sqrt_pos (V 0); lra.
  rewrite /Rsqr uu; have := sqrt_sqrt _ (V0 0); have := sqrt_pos (V 0); nra.
have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos (a * t))) s0; have := ur t; lra.
Qed.

(** ** The size of context and gates, any projection *)
Section Size.
Context {dc d N : nat} (n : network dc d N) (c : R -> vec dc) (s r : R -> vec N) (q : R -> vec d).
Hypothesis (pos : network_positive n) (N0 : (0 < N)%N) (lambda0 : 0 <= coupling n).
Hypothesis (sol : forall t, 0 <= t -> network_solution n c s r q t).
Let tr : vec N -> vec dc := mulmv (fun j mu => projection n mu j).
Let p t := softmax (sharpness n) (r t).

Definition squared_size (t : R) : R := time_c n * dot (c t) (c t) + time_s n * dot (s t) (s t).

Lemma size_ge0 t : 0 <= squared_size t.
Proof.
have [_ [tc [ts _]]] := pos; have := Rmult_le_pos _ _ (Rlt_le _ _ tc) (dot_ge0 (c t)).
by have := Rmult_le_pos _ _ (Rlt_le _ _ ts) (dot_ge0 (s t)); rewrite /squared_size; lra.
Qed.

Lemma size_derive t : 0 <= t -> is_derive squared_size t
  (2 * (- dot (fun i => c t i - tr (s t) i) (fun i => c t i - tr (s t) i)
        - dot (s t) (mulmv (free_matrix n) (s t)) + coupling n * dot (s t) (p t))).
Proof.
move=> t0; have [_ [tc [ts _]]] := pos; have [hc [hs _]] := sol t t0; evar_last.
  by apply: is_derive_plus; apply: is_derive_scal; apply: is_derive_dot; [exact: hc|exact: hc|exact: hs|exact: hs].
rewrite /plus /scal /= /mult /=.
set cc := dot (context_velocity _ _ _) _; set ss := dot (gates_velocity _ _ _ _) _.
have ec : time_c n * cc = dot (tr (s t)) (c t) - dot (c t) (c t).
  rewrite /cc -dot_scal_l -dot_minus_l; apply: dot_ext => // i; rewrite /context_velocity -/tr; field; lra.
have es : time_s n * ss = dot (s t) (mulmv (projection n) (c t)) - dot (s t) (mulmv (gate_matrix (stored n) (competing n)) (s t))
    + coupling n * dot (s t) (p t).
  rewrite /ss -dot_scal_l -dot_scal_r -dot_minus_r -dot_plus_r dot_sym; apply: dot_ext => // i.
  by rewrite /gates_velocity mulmv_gate_matrix /p; field; lra.
rewrite (dot_sym (c t) (context_velocity _ _ _)) -/cc (dot_sym (s t) (gates_velocity _ _ _ _)) -/ss.
rewrite (_ : _ + _ = 2 * (time_c n * cc + time_s n * ss)); last by ring.
rewrite ec es free_quadratic dot_minus_sq (dot_projection n (s t) (c t)) -/tr (dot_sym (c t) (tr (s t))); ring.
Qed.

Lemma norm_simplex {k} (x : vec k) : is_simplex x -> norm x <= 1.
Proof.
move=> sx; apply: norm_le_sq; first lra.
rewrite pow1 -(proj2 sx); apply: sum_le => i; have := simplex_ge0 x i sx; have := simplex_le1 x i sx; nra.
Qed.

Lemma drive_le t : coupling n * dot (s t) (p t) <= coupling n / sqrt (time_s n) * sqrt (squared_size t).
Proof.
have [_ [tc [ts _]]] := pos; have st := sqrt_lt_R0 _ ts.
have sp : is_simplex (p t) := softmax_simplex (sharpness n) (r t) N0.
have a : dot (s t) (p t) <= norm (s t).
  apply: Rle_trans (dot_le_norm _ _) _; have := norm_simplex _ sp; have := norm_ge0 (s t); nra.
have b : sqrt (time_s n) * norm (s t) <= sqrt (squared_size t).
  rewrite /norm -sqrt_mult_alt; last lra.
  apply: sqrt_le_1_alt; have := Rmult_le_pos _ _ (Rlt_le _ _ tc) (dot_ge0 (c t)); rewrite /squared_size; lra.
have i0 := Rinv_0_lt_compat _ st.
have e : norm (s t) = / sqrt (time_s n) * (sqrt (time_s n) * norm (s t)) by field; lra.
have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ i0) b; rewrite -e => f.
rewrite /Rdiv Rmult_assoc; apply: Rmult_le_compat_l => //; lra.
Qed.

Lemma size_le rho : 0 <= rho ->
  (forall t, 0 <= t -> - dot (fun i => c t i - tr (s t) i) (fun i => c t i - tr (s t) i)
     - dot (s t) (mulmv (free_matrix n) (s t)) <= rho * squared_size t) ->
  forall t, 0 <= t -> sqrt (squared_size t) <=
    exp (rho * t) * sqrt (squared_size 0) + coupling n / sqrt (time_s n) * growth rho t.
Proof.
move=> r0 le t t0; have [_ [_ [ts _]]] := pos; have st := sqrt_lt_R0 _ ts.
have b0 : 0 <= coupling n / sqrt (time_s n) by apply: Rdiv_le_0_compat.
apply: (root_growth squared_size _ _ _ r0 b0 size_derive size_ge0) => // u u0.
by have := le u u0; have := drive_le u; lra.
Qed.

(** <1, tau_s s + tau_c W1 c> grows at the rate lambda - <1, (A - W1 W1^T) s>. *)
Lemma total_derive t : 0 <= t ->
  is_derive (fun t => time_s n * sum (s t) + time_c n * sum (mulmv (projection n) (c t))) t
    (coupling n - sum (mulmv (free_matrix n) (s t))).
Proof.
move=> t0; have [_ [tc [ts _]]] := pos; have [hc [hs _]] := sol t t0; evar_last.
  apply: is_derive_plus; apply: is_derive_scal; first by apply: (is_derive_sum (fun i t => s t i)); exact: hs.
  by apply: (is_derive_sum (fun i t => mulmv (projection n) (c t) i)) => i; apply: is_derive_mulmv; exact: hc.
rewrite /plus /scal /= /mult /= -!sum_scal_l -sum_plus.
rewrite -{1}(Rmult_1_r (coupling n)) -(softmax_sum (sharpness n) (r t) N0) -sum_scal_l -sum_minus.
apply: sum_ext => i; rewrite mulmv_free -/tr /gates_velocity mulmv_gate_matrix.
have -> : mulmv (projection n) (context_velocity n (c t) (s t)) i =
    (mulmv (projection n) (tr (s t)) i - mulmv (projection n) (c t) i) / time_c n.
  rewrite -mulmv_minus /Rdiv Rmult_comm -mulmv_scal; apply: mulmv_ext => j.
  by rewrite /context_velocity -/tr; field; lra.
by field; lra.
Qed.

Lemma total_linear : (forall i j, free_matrix n i j = 0) -> forall t, 0 <= t ->
  time_s n * sum (s t) + time_c n * sum (mulmv (projection n) (c t)) =
  (time_s n * sum (s 0) + time_c n * sum (mulmv (projection n) (c 0))) + coupling n * t.
Proof.
move=> z t t0.
have hd u : 0 <= u -> is_derive (fun t => time_s n * sum (s t) + time_c n * sum (mulmv (projection n) (c t))) u
    (0 * (time_s n * sum (s u) + time_c n * sum (mulmv (projection n) (c u))) + coupling n).
  move=> u0; evar_last; first exact: total_derive.
  rewrite (sum_eq0 (mulmv _ _)); first by rewrite Rmult_0_l; ring.
  by move=> i; apply: sum_eq0 => j; rewrite z; ring.
have := scalar_linear _ _ _ t (derive_continuous_on _ _ t hd) (fun u hu => hd u ltac:(lra)) t ltac:(lra).
rewrite Rmult_0_l exp_0 Rmult_1_l /growth; case: Req_EM_T => //; lra.
Qed.

Lemma size_linear : (forall i j, free_matrix n i j = 0) -> forall t, 0 <= t ->
  sqrt (squared_size t) <= sqrt (squared_size 0) + coupling n / sqrt (time_s n) * t.
Proof.
move=> z t t0; have := size_le 0 (Rle_refl 0) _ t t0.
rewrite Rmult_0_l exp_0 Rmult_1_l /growth; case: Req_EM_T => // _; apply => u u0.
have -> : dot (s u) (mulmv (free_matrix n) (s u)) = 0.
  by apply: sum_eq0 => i; rewrite /mulmv sum_eq0 => [|j]; [ring | rewrite z; ring].
have := dot_ge0 (fun i => c u i - tr (s u) i); lra.
Qed.
End Size.
