(** How solutions of the four-layer system with W1 = Z^T and unit norms escape: the rates of the modes of G, and
    the amplitude of a mode, which obeys a scalar linear equation with bounded drive. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.ContextFlow.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearInverse lib.LinearSpectral lib.Gronwall lib.SoftmaxCold.
From Gatedmem Require Import lib.ContextClamped lib.ContextEnergy lib.ContextSpectrum lib.FreeContext lib.FreeContextSize.

Open Scope R_scope.

Section Modes.
Context {d N : nat} (n : network d d N) (q : mat N N) (mu : vec N).
Let Z := stored n.
Let alpha := competing n.
Let tc := time_c n.
Let ts := time_s n.
Hypothesis (pos : network_positive n) (own : projection n = Z) (unit : forall nu, norm (Z nu) = 1).
Hypothesis (basis : eigenbasis (gram Z) q mu).

Let unit2 nu : dot (Z nu) (Z nu) = 1.
Proof. by rewrite -norm_sq unit; ring. Qed.
Let scaled : projection n = (fun nu i => 1 * Z nu i).
Proof. by rewrite own; apply: functional_extensionality => nu; apply: functional_extensionality => i; ring. Qed.
Let tc0 : 0 < tc. Proof. by have [_ []] := pos. Qed.
Let ts0 : 0 < ts. Proof. by have [_ [_ []]] := pos. Qed.
Let mu0 l : 0 <= mu l := spectrum_ge0 n q mu basis l.

Definition rate_poly (l : 'I_N) (x : R) : R :=
  tc * ts * x ^ 2 + (tc * (1 - alpha * (1 - mu l)) + ts) * x + (1 - alpha) * (1 - mu l).
Definition rate (l : 'I_N) : R :=
  (- (tc * (1 - alpha * (1 - mu l)) + ts) +
   sqrt ((tc * (1 - alpha * (1 - mu l)) - ts) ^ 2 + 4 * (tc * ts) * mu l)) / (2 * (tc * ts)).
Let other (l : 'I_N) : R :=
  (- (tc * (1 - alpha * (1 - mu l)) + ts) -
   sqrt ((tc * (1 - alpha * (1 - mu l)) - ts) ^ 2 + 4 * (tc * ts) * mu l)) / (2 * (tc * ts)).

Lemma rate_factor l x : rate_poly l x = tc * ts * ((x - rate l) * (x - other l)).
Proof.
have p : 0 < tc * ts by apply: Rmult_lt_0_compat.
have s0 : 0 <= (tc * (1 - alpha * (1 - mu l)) - ts) ^ 2 + 4 * (tc * ts) * mu l.
  by have := pow2_ge_0 (tc * (1 - alpha * (1 - mu l)) - ts); have := Rmult_le_pos _ _ (Rlt_le _ _ p) (mu0 l); lra.
have := sqrt_sqrt _ s0; rewrite /rate /other /rate_poly; set w := sqrt _ => ww.
have -> : tc * ts * ((x - (- (tc * (1 - alpha * (1 - mu l)) + ts) + w) / (2 * (tc * ts))) *
   (x - (- (tc * (1 - alpha * (1 - mu l)) + ts) - w) / (2 * (tc * ts)))) =
  ((2 * (tc * ts) * x + (tc * (1 - alpha * (1 - mu l)) + ts)) ^ 2 - w * w) / (4 * (tc * ts)) by field; lra.
by rewrite ww; field; lra.
Qed.

Lemma other_le l : other l <= rate l.
Proof.
have p : 0 < / (2 * (tc * ts)) by apply: Rinv_0_lt_compat; have := Rmult_lt_0_compat _ _ tc0 ts0; lra.
by apply: Rmult_le_compat_r; [lra | have := sqrt_pos ((tc * (1 - alpha * (1 - mu l)) - ts) ^ 2 + 4 * (tc * ts) * mu l); lra].
Qed.

Lemma rate_root l : rate_poly l (rate l) = 0.
Proof. by rewrite rate_factor; ring. Qed.

Lemma rate_largest l x : rate_poly l x = 0 -> x <= rate l.
Proof.
have p := Rmult_lt_0_compat _ _ tc0 ts0.
rewrite rate_factor => z; have o := other_le l; case: (Rmult_integral _ _ z) => [|z']; first lra.
by case: (Rmult_integral _ _ z'); lra.
Qed.

Lemma rate_beyond l x : rate l <= x -> 0 <= rate_poly l x.
Proof.
move=> h; have o := other_le l; rewrite rate_factor; apply: Rmult_le_pos; last by apply: Rmult_le_pos; lra.
by apply: Rlt_le; exact: Rmult_lt_0_compat.
Qed.

Lemma rate_gt0 l : (1 - alpha) * (1 - mu l) < 0 -> 0 < rate l.
Proof.
have -> : (1 - alpha) * (1 - mu l) = rate_poly l 0 by rewrite /rate_poly; ring.
rewrite rate_factor => h; apply: Rnot_le_lt => r; have o := other_le l.
have p := Rmult_lt_0_compat _ _ tc0 ts0.
have : 0 <= (0 - rate l) * (0 - other l) by apply: Rmult_le_pos; lra.
by move=> x; have := Rmult_le_pos _ _ (Rlt_le _ _ p) x; lra.
Qed.

Lemma unstable_mode : alpha <> 1 -> (exists i j, gram Z i j <> kdelta i j) ->
  exists l, (1 - alpha) * (1 - mu l) < 0.
Proof.
move=> a1 [i [j ne]]; apply: NNPP => none; apply: ne.
have all l : 0 <= (1 - alpha) * (1 - mu l) by apply: Rnot_lt_le => h; apply: none; exists l.
have form v : dot v (mulmv (free_matrix n) v) = sum (fun l => ((1 - alpha) * (1 - mu l)) * dot (q l) v ^ 2).
  rewrite (scaled_quadratic n 1 scaled unit) (norm_modes _ q mu basis) (quadratic_modes _ q mu basis (gram_sym Z)).
  by rewrite -!sum_scal_l -sum_plus; apply: sum_ext => l; rewrite -/alpha; ring.
have psd v : 0 <= dot v (mulmv (free_matrix n) v).
  by rewrite form; apply: sum_ge0 => l; apply: Rmult_le_pos => //; exact: pow2_ge_0.
have fk k v : mulmv (free_matrix n) (kdelta v) k = free_matrix n k v by rewrite /mulmv sum_kdelta_r.
have diag : dot (kdelta j) (mulmv (free_matrix n) (kdelta j)) = 0.
  by rewrite dot_kdelta_l fk (free_paper n own unit) kdelta_refl /gram unit2; ring.
have := BoundedEnergy.kernel_quadratic _ (free_sym n) (kdelta j) psd diag i.
rewrite fk (free_paper n own unit) -/alpha -/Z => z; case: (Rmult_integral _ _ z); lra.
Qed.

Lemma largest_rate : (0 < N)%N -> exists l rho, rate_poly l rho = 0 /\
  (forall k x, rate_poly k x = 0 -> x <= rho) /\
  (alpha <> 1 -> (exists i j, gram Z i j <> kdelta i j) -> 0 < rho).
Proof.
move=> N0; have [l h] := exists_argmax rate N0; exists l, (rate l); split; first exact: rate_root.
split=> [k x /rate_largest|a1 ne]; first by have := h k; lra.
by have [k /rate_gt0] := unstable_mode a1 ne; have := h k; lra.
Qed.

(** At a rate no root exceeds, the quadratic part of the flow is bounded. *)
Lemma quadratic_le rho (c : vec d) (s : vec N) : 0 <= rho -> (forall k x, rate_poly k x = 0 -> x <= rho) ->
  let w := mulmv (fun j nu => projection n nu j) s in
  - dot (fun i => c i - w i) (fun i => c i - w i) - dot s (mulmv (free_matrix n) s)
  <= rho * (tc * dot c c + ts * dot s s).
Proof.
move=> r0 top w; pose K := 1 + rho * tc.
have K1 : 1 <= K by rewrite /K; have := Rmult_le_pos _ _ r0 (Rlt_le _ _ tc0); lra.
have ww : dot w w = dot s (mulmv (gram Z) s).
  by rewrite -(dot_projection n s w) {1}own; apply: dot_ext => // i; rewrite -own mulmv_projection own.
have sq := dot_ge0 (fun i => K * c i - w i); rewrite dot_minus_sq !dot_scal_l dot_scal_r in sq.
have form : dot s (mulmv (free_matrix n) s) + ts * rho * dot s s + (1 - / K) * dot w w =
    sum (fun l => (rate_poly l rho / K) * dot (q l) s ^ 2).
  rewrite (scaled_quadratic n 1 scaled unit) ww (norm_modes _ q mu basis) (quadratic_modes _ q mu basis (gram_sym Z)).
  rewrite -!sum_scal_l -!sum_plus; apply: sum_ext => l; rewrite /rate_poly -/alpha /K; field; rewrite -/K; lra.
have f0 : 0 <= sum (fun l => (rate_poly l rho / K) * dot (q l) s ^ 2).
  apply: sum_ge0 => l; apply: Rmult_le_pos; last exact: pow2_ge_0.
  by apply: Rdiv_le_0_compat; [apply: rate_beyond; apply: top; exact: rate_root | lra].
rewrite dot_minus_sq.
have i0 : 0 < / K by apply: Rinv_0_lt_compat; lra.
have := Rmult_le_pos _ _ (Rlt_le _ _ i0) sq.
have -> : / K * (K * (K * dot c c) - 2 * (K * dot c w) + dot w w) = K * dot c c - 2 * dot c w + / K * dot w w by field; lra.
rewrite /K in form f0 *; rewrite -form in f0; lra.
Qed.

Section Solution.
Variables (c : R -> vec d) (s r : R -> vec N) (y : R -> vec d).
Hypothesis (sol : forall t, 0 <= t -> network_solution n c s r y t).
Variables (l : 'I_N) (rho : R).
Hypothesis (root : rate_poly l rho = 0).

Definition amplitude (t : R) : R :=
  tc * dot (q l) (mulmv (projection n) (c t)) + (1 + tc * rho) * ts * dot (q l) (s t).

Lemma amplitude_derive t : 0 <= t -> is_derive amplitude t
  (rho * amplitude t + (1 + tc * rho) * coupling n * dot (q l) (softmax (sharpness n) (r t))).
Proof.
move=> t0; have [hc [hs _]] := sol t t0.
have line (f : R -> vec N) df : (forall i, is_derive (fun h => f h i) t (df i)) ->
    is_derive (fun h => dot (q l) (f h)) t (dot (q l) df).
  by move=> h; apply: (is_derive_sum (fun i h => q l i * f h i)) => i; apply: is_derive_scal; exact: h.
evar_last.
  apply: is_derive_plus; apply: is_derive_scal; last by apply: line; exact: hs.
  apply: (line (fun h => mulmv (projection n) (c h)) (mulmv (projection n) (context_velocity n (c t) (s t)))).
  by move=> i; apply: is_derive_mulmv; exact: hc.
rewrite /plus /scal /= /mult /=.
set a := dot (q l) (mulmv (projection n) (c t)); set b := dot (q l) (s t); set g := dot (q l) (softmax _ _).
have e1 : tc * dot (q l) (mulmv (projection n) (context_velocity n (c t) (s t))) = mu l * b - a.
  rewrite -(mode_mulmv _ q mu basis (gram_sym Z)) /a -dot_scal_r -dot_minus_r; apply: dot_ext => // i.
  have -> : mulmv (gram Z) (s t) i = mulmv (projection n) (mulmv (fun j nu => projection n nu j) (s t)) i.
    by rewrite mulmv_projection own.
  by rewrite -mulmv_minus -mulmv_scal; apply: mulmv_ext => j; rewrite /context_velocity /tc; field; move: tc0; rewrite /tc; lra.
have e2 : ts * dot (q l) (gates_velocity n (c t) (s t) (r t)) = a - (1 - alpha * (1 - mu l)) * b + coupling n * g.
  rewrite -(mode_mulmv _ q _ (eigen_unit Z unit2 q mu alpha basis) (gate_matrix_sym Z alpha)) /a /g.
  rewrite -!dot_scal_r -dot_minus_r -dot_plus_r; apply: dot_ext => // i.
  by rewrite /gates_velocity mulmv_gate_matrix /alpha /Z /ts; field; move: ts0; rewrite /ts; lra.
transitivity (tc * dot (q l) (mulmv (projection n) (context_velocity n (c t) (s t))) +
  (1 + tc * rho) * (ts * dot (q l) (gates_velocity n (c t) (s t) (r t)))); first by ring.
rewrite e1 e2 /amplitude -/a -/b; apply: Rminus_diag_uniq.
by transitivity (- b * rate_poly l rho); [rewrite /rate_poly; ring | rewrite root; ring].
Qed.

Hypothesis (rho0 : 0 < rho) (lambda0 : 0 <= coupling n).
Variables (lo hi : R).
Hypothesis (entries : forall i, lo <= q l i <= hi).
Let kappa := (1 + tc * rho) * coupling n / rho.
Let size t := sqrt (squared_size n c s t).

Let N0 : (0 < N)%N := index_dim l.
Let K0 : 0 <= (1 + tc * rho) * coupling n.
Proof. by apply: Rmult_le_pos => //; have := Rmult_lt_0_compat _ _ tc0 rho0; lra. Qed.

Lemma amplitude_limit : exists a,
  forall t, 0 <= t -> amplitude t + kappa * lo <= a * exp (rho * t) <= amplitude t + kappa * hi.
Proof.
have e x : kappa * x = (1 + tc * rho) * coupling n * x / rho by rewrite /kappa; field; lra.
rewrite !e; apply: (driven_limit amplitude _ rho _ _ rho0 amplitude_derive) => t t0.
have sp : is_simplex (softmax (sharpness n) (r t)) := softmax_simplex _ _ N0.
have g0 := simplex_mean_ge _ (q l) lo sp (fun i => proj1 (entries i)).
have g1 := simplex_mean_le _ (q l) hi sp (fun i => proj2 (entries i)).
rewrite (dot_sym (q l)).
by have := Rmult_le_compat_l _ _ _ K0 g0; have := Rmult_le_compat_l _ _ _ K0 g1; lra.
Qed.

(** The amplitude is at most a constant times the size. *)
Lemma amplitude_size : exists C, 0 < C /\ forall t, Rabs (amplitude t) <= C * size t.
Proof.
pose w := mulmv (fun j nu => projection n nu j) (q l).
have t1 := sqrt_lt_R0 _ tc0; have t2 := sqrt_lt_R0 _ ts0.
have k0 : 0 < 1 + tc * rho by have := Rmult_lt_0_compat _ _ tc0 rho0; lra.
have w0 := norm_ge0 w.
exists (sqrt tc * norm w + (1 + tc * rho) * sqrt ts * norm (q l) + 1); split.
  have := Rmult_le_pos _ _ (Rlt_le _ _ t1) w0; have := Rmult_le_pos _ _ (Rlt_le _ _ (Rmult_lt_0_compat _ _ k0 t2)) (norm_ge0 (q l)); lra.
move=> t; have V0 := size_ge0 n c s pos t.
have part x (v : vec x) tau : 0 < tau -> tau * dot v v <= squared_size n c s t -> sqrt tau * norm v <= size t.
  by move=> tau0 h; rewrite /norm -sqrt_mult_alt; [exact: sqrt_le_1_alt | lra].
have pc := part _ (c t) tc tc0 ltac:(have := Rmult_le_pos _ _ (Rlt_le _ _ ts0) (dot_ge0 (s t)); rewrite /squared_size -/tc -/ts; lra).
have ps := part _ (s t) ts ts0 ltac:(have := Rmult_le_pos _ _ (Rlt_le _ _ tc0) (dot_ge0 (c t)); rewrite /squared_size -/tc -/ts; lra).
have c1 : Rabs (dot (q l) (mulmv (projection n) (c t))) <= norm w * norm (c t).
  by rewrite dot_projection; exact: cauchy_schwarz_norm.
have c2 := cauchy_schwarz_norm (q l) (s t).
apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_mult (Rabs_pos_eq tc) ?(Rabs_pos_eq ts) ?(Rabs_pos_eq (1 + _)); try lra.
have e1 : tc * (norm w * norm (c t)) = sqrt tc * norm w * (sqrt tc * norm (c t)).
  by rewrite -{1}(sqrt_sqrt tc); [ring | lra].
have e2 : (1 + tc * rho) * ts * (norm (q l) * norm (s t)) = (1 + tc * rho) * sqrt ts * norm (q l) * (sqrt ts * norm (s t)).
  by rewrite -{1}(sqrt_sqrt ts); [ring | lra].
have f1 := Rmult_le_compat_l _ _ _ (Rlt_le _ _ tc0) c1.
have f2 := Rmult_le_compat_l _ _ _ (Rlt_le _ _ (Rmult_lt_0_compat _ _ k0 ts0)) c2.
have g1 := Rmult_le_compat_l _ _ _ (Rmult_le_pos _ _ (Rlt_le _ _ t1) w0) pc.
have g2 := Rmult_le_compat_l _ _ _ (Rmult_le_pos _ _ (Rlt_le _ _ (Rmult_lt_0_compat _ _ k0 t2)) (norm_ge0 (q l))) ps.
by rewrite e1 in f1; rewrite e2 in f2; have := sqrt_pos (squared_size n c s t); rewrite -/(size t); lra.
Qed.

Lemma exp_large a b : 0 < a -> exists T, 0 <= T /\ forall t, T <= t -> b <= a * exp (rho * t).
Proof.
move=> a0; have b0 := Rabs_pos b; have b1 := Rle_abs b; exists (Rabs b / (a * rho)); split.
  by apply: Rdiv_le_0_compat => //; exact: Rmult_lt_0_compat.
move=> t ht; have e := exp_ge (rho * t).
have : Rabs b <= a * (rho * t).
  have -> : Rabs b = a * (rho * (Rabs b / (a * rho))) by field; lra.
  by apply: Rmult_le_compat_l; [lra|]; apply: Rmult_le_compat_l; lra.
by have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ a0) e; lra.
Qed.

Lemma escape a : (forall t, 0 <= t -> amplitude t + kappa * lo <= a * exp (rho * t) <= amplitude t + kappa * hi) ->
  (a <> 0 -> exists delta T, 0 < delta /\ 0 <= T /\ forall t, T <= t -> delta * exp (rho * t) <= size t) /\
  (a = 0 <-> forall t, 0 <= t -> - (kappa * hi) <= amplitude t <= - (kappa * lo)).
Proof.
move=> h; pose M := Rabs (kappa * lo) + Rabs (kappa * hi).
have far t : 0 <= t -> Rabs a * exp (rho * t) <= Rabs (amplitude t) + M.
  move=> t0; have [h0 h1] := h t t0; rewrite -(Rabs_pos_eq (exp (rho * t))); last by apply: Rlt_le; exact: exp_pos.
  by rewrite -Rabs_mult /M; move: h0 h1; set x := a * _; split_Rabs; lra.
have grow : a <> 0 -> exists T, 0 <= T /\ forall t, T <= t -> Rabs a / 2 * exp (rho * t) <= Rabs (amplitude t).
  move=> /Rabs_pos_lt a0; have [T [T0 hT]] := exp_large (Rabs a / 2) M ltac:(lra).
  by exists T; split=> // t ht; have := far t ltac:(lra); have := hT t ht; lra.
split.
  move=> a0; have [C [C0 hC]] := amplitude_size; have [T [T0 hT]] := grow a0.
  exists (Rabs a / 2 / C), T; split; first by apply: Rdiv_lt_0_compat => //; have := Rabs_pos_lt a a0; lra.
  split=> // t ht; apply: (Rmult_le_reg_l C) => //; apply: Rle_trans (hC t).
  have -> : C * (Rabs a / 2 / C * exp (rho * t)) = Rabs a / 2 * exp (rho * t) by field; lra.
  exact: hT.
split=> [z t t0|slab]; first by have := h t t0; rewrite z Rmult_0_l; lra.
apply: NNPP => a0; have [T [T0 hT]] := grow a0.
have [T' [T'0 hT']] := exp_large (Rabs a / 2) (M + 1) ltac:(have := Rabs_pos_lt a a0; lra).
have m0 : T <= Rmax T T' by exact: Rmax_l.
have m1 : T' <= Rmax T T' by exact: Rmax_r.
have := hT _ m0; have := hT' _ m1; have := slab (Rmax T T') ltac:(lra).
by set x := amplitude _; set e := _ * exp _; rewrite /M; split_Rabs; lra.
Qed.

Lemma size_upper : (forall k x, rate_poly k x = 0 -> x <= rho) ->
  forall t, 0 <= t -> size t <= exp (rho * t) * (size 0 + coupling n / (rho * sqrt ts)).
Proof.
move=> top t t0; have := size_le n c s r y pos N0 lambda0 sol rho (Rlt_le _ _ rho0)
  (fun u _ => quadratic_le rho (c u) (s u) (Rlt_le _ _ rho0) top) t t0.
rewrite -/(size t) -/(size 0) /growth; case: Req_EM_T => [|_ h]; first lra.
apply: Rle_trans h _; have t2 := sqrt_lt_R0 _ ts0; rewrite -/ts /=.
have -> : coupling n / (rho * sqrt ts) = coupling n / sqrt ts / rho by field; lra.
have b0 : 0 <= coupling n / sqrt ts / rho by apply: Rdiv_le_0_compat => //; apply: Rdiv_le_0_compat.
have -> : coupling n / sqrt ts * ((exp (rho * t) - 1) / rho) = coupling n / sqrt ts / rho * (exp (rho * t) - 1) by field; lra.
by have := exp_pos (rho * t); lra.
Qed.

Lemma exponential_growth : (forall k x, rate_poly k x = 0 -> x <= rho) ->
  (forall t, 0 <= t -> size t <= exp (rho * t) * (size 0 + coupling n / (rho * sqrt ts))) /\
  exists a,
    (forall t, 0 <= t -> amplitude t + kappa * lo <= a * exp (rho * t) <= amplitude t + kappa * hi) /\
    (a <> 0 -> exists delta T, 0 < delta /\ 0 <= T /\ forall t, T <= t -> delta * exp (rho * t) <= size t) /\
    (a = 0 <-> forall t, 0 <= t -> - (kappa * hi) <= amplitude t <= - (kappa * lo)).
Proof.
move=> top; split; first exact: size_upper.
by have [a h] := amplitude_limit; exists a; split=> //; exact: escape.
Qed.
End Solution.
End Modes.
