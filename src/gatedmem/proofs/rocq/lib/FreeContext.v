(** The four-layer energy with the context free: what is left of it once context and query are at rest, and
    for which projections W1 = k Z^T it is bounded below. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.ContextFlow.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxLse lib.LinearInverse lib.LinearSpectral.
From Gatedmem Require Import lib.ContextClamped lib.ContextEnergy lib.ContextSpectrum lib.SoftmaxCold lib.BoundedEnergy.

Open Scope R_scope.

Lemma dot_none {n} (v : vec n) : dot (fun i => v i - v i) (fun i => v i - v i) = 0.
Proof. by apply: sum_eq0 => i; ring. Qed.

Section Free.
Context {dc d N : nat} (n : network dc d N).
Let Z := stored n.
Let W := projection n.
Let alpha := competing n.
Let tr : vec N -> vec dc := mulmv (fun j mu => W mu j).

(** A - W1 W1^T. *)
Definition free_matrix : mat N N := fun mu nu => gate_matrix Z alpha mu nu - dot (W mu) (W nu).

Lemma free_sym i j : free_matrix i j = free_matrix j i.
Proof. by rewrite /free_matrix gate_matrix_sym dot_sym. Qed.

Lemma mulmv_projection (s : vec N) mu : mulmv W (tr s) mu = sum (fun nu => dot (W mu) (W nu) * s nu).
Proof.
rewrite /tr /mulmv (sum_ext _ (fun j => sum (fun nu => W mu j * W nu j * s nu))); last first.
  by move=> j; rewrite -sum_scal_l; apply: sum_ext => nu; ring.
by rewrite sum_swap; apply: sum_ext => nu; rewrite /dot -sum_scal_r.
Qed.

Lemma dot_projection (s : vec N) (c : vec dc) : dot s (mulmv W c) = dot (tr s) c.
Proof. exact: dot_mulmv. Qed.

Lemma mulmv_free (s : vec N) mu : mulmv free_matrix s mu = mulmv (gate_matrix Z alpha) s mu - mulmv W (tr s) mu.
Proof. by rewrite mulmv_projection /mulmv -sum_minus; apply: sum_ext => nu; rewrite /free_matrix; ring. Qed.

Lemma free_quadratic (s : vec N) :
  dot s (mulmv free_matrix s) = dot s (mulmv (gate_matrix Z alpha) s) - dot (tr s) (tr s).
Proof.
rewrite (dot_ext s s _ (fun mu => mulmv (gate_matrix Z alpha) s mu - mulmv W (tr s) mu)) //; last exact: mulmv_free.
by rewrite dot_minus_r dot_projection.
Qed.

(** The context at rest is W1^T s, the query at rest Z p. *)
Lemma energy_split (c : vec dc) (s r : vec N) (q : vec d) : let p := softmax (sharpness n) r in
  network_energy n c s r q =
  / 2 * dot (fun i => c i - tr s i) (fun i => c i - tr s i) +
  (/ 2 * dot s (mulmv free_matrix s) - coupling n * dot s p) +
  (dot r p - log_sum_exp (sharpness n) r) +
  (/ 2 * dot q q - dot q (readout Z p)).
Proof.
move=> p; rewrite /network_energy /hypersynapses /context_energy /competition_energy /coupling_energy /memory_energy.
rewrite -/p /half_square dot_projection free_quadratic (gate_quadratic Z alpha s) dot_minus_sq (dot_sym c (tr s)).
by rewrite -/Z -/alpha; field.
Qed.

Lemma free_rest (c : vec dc) (s r : vec N) (q : vec d) : network_positive n ->
  let p := softmax (sharpness n) r in
  network_energy n c s r q = network_energy n (tr s) s r q + / 2 * distance c (tr s) ^ 2 /\
  network_energy n (tr s) s r q = (/ 2 * dot s (mulmv free_matrix s) - coupling n * dot s p) +
    (dot r p - log_sum_exp (sharpness n) r) + (/ 2 * dot q q - dot q (readout Z p)) /\
  (forall mu, gates_velocity n (tr s) s r mu = (coupling n * p mu - mulmv free_matrix s mu) / time_s n).
Proof.
move=> [_ [_ [ts _]]] p; rewrite !energy_split dot_none /distance norm_sq /vsub -/p.
split; first ring; split; first ring.
by move=> mu; rewrite mulmv_free /gates_velocity mulmv_gate_matrix -/p /W /Z /alpha; field; lra.
Qed.

Definition rest_query (r : vec N) : vec d := readout Z (softmax (sharpness n) r).

Hypothesis (beta0 : 0 < sharpness n) (N0 : (0 < N)%N).

Lemma readout_bound (p : vec N) : is_simplex p -> (forall mu, norm (Z mu) = 1) -> dot (readout Z p) (readout Z p) <= 1.
Proof.
move=> sp unit; rewrite -gram_quadratic {1}/dot; rewrite -(proj2 sp); apply: sum_le => mu.
have p0 := simplex_ge0 p mu sp; rewrite -[X in _ <= X]Rmult_1_r; apply: Rmult_le_compat_l => //.
rewrite /mulmv (sum_ext _ (fun nu => p nu * gram Z mu nu)); last by move=> nu; ring.
apply: (simplex_mean_le p _ 1 sp) => nu.
by have := dot_le_norm (Z mu) (Z nu); rewrite !unit /gram; lra.
Qed.

Hypothesis (unit : forall mu, norm (Z mu) = 1).

Lemma energy_core : (exists k, forall c s r q, k <= network_energy n c s r q) <->
  balanced free_matrix (fun _ => 0) (coupling n).
Proof.
have z (r : vec N) : dot (fun _ : 'I_N => 0) (softmax (sharpness n) r) = 0 := dot_0_l _.
have S0 : sum (fun _ : 'I_N => Rabs 0) = 0 by apply: sum_eq0 => i; exact: Rabs_R0.
have cr (s r : vec N) : core free_matrix (fun _ => 0) (coupling n) (sharpness n) s r =
    / 2 * dot s (mulmv free_matrix s) - coupling n * dot s (softmax (sharpness n) r).
  rewrite /core; congr (_ - _); rewrite -dot_scal_r; apply: dot_ext => // i; ring.
rewrite -(bounded_iff free_matrix (fun _ => 0) (coupling n) (sharpness n) free_sym beta0 N0
  (fun s r => network_energy n (tr s) s r (rest_query r)) (- (ln (INR N) / sharpness n) - / 2) 0); last first.
  move=> s r; rewrite energy_split cr.
  have := remainder_bound N0 (fun _ => 0) (sharpness n) r beta0; rewrite /= z S0.
  have := readout_bound _ (softmax_simplex (sharpness n) r N0) unit.
  have := dot_ge0 (readout Z (softmax (sharpness n) r)).
  rewrite dot_none /rest_query.
  lra.
split=> [[k h]|[k h]]; first by exists k => s r; exact: h.
exists k => c s r q; apply: Rle_trans (h s r) _; rewrite !energy_split.
set p := softmax _ r; have := dot_ge0 (fun i => c i - tr s i).
have := dot_ge0 (fun i => q i - readout Z p i); rewrite dot_minus_sq /rest_query -/p.
rewrite dot_none.
lra.
Qed.

(** For lambda > 0 the balance leaves no kernel: u = 0 does not offset lambda. *)
Lemma energy_definite : 0 < coupling n ->
  (exists k, forall c s r q, k <= network_energy n c s r q) <->
  (forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv free_matrix v)).
Proof.
move=> l0; rewrite energy_core; split=> [bal v [i vi]|]; last by apply: definite_balanced; exact: free_sym.
have [pos slope] := bal; case: (pos v) => // z; case: vi.
have kv := kernel_quadratic free_matrix free_sym v pos (esym z).
have cst := balanced_constant free_matrix (fun _ => 0) (coupling n) N0 v ltac:(lra) bal kv.
have iu := uniform_interior N0; have := slope v _ kv iu.
rewrite (dot_ext v (fun _ => v i) _ (fun _ => coupling n * / INR N)); [|by move=> j; exact: cst|by move=> j; ring].
rewrite dot_const_l sum_scal_l (proj2 iu) => e.
by case: (Rmult_integral _ _ e) => //; lra.
Qed.
End Free.

(** ** W1 = k Z^T, unit norms *)
Section Scaled.
Context {d N : nat} (n : network d d N) (k : R).
Let Z := stored n.
Let alpha := competing n.
Hypothesis (scaled : projection n = (fun mu i => k * Z mu i)).
Hypothesis (unit : forall mu, norm (Z mu) = 1).

Let unit2 mu : dot (Z mu) (Z mu) = 1.
Proof. by rewrite -norm_sq unit; ring. Qed.

Lemma free_scaled i j : free_matrix n i j = (1 - alpha) * kdelta i j + (alpha - k ^ 2) * gram Z i j.
Proof.
rewrite /free_matrix (gate_unit Z unit2) scaled dot_scal_l dot_scal_r -/alpha -/Z /gram; ring.
Qed.

Lemma scaled_quadratic (v : vec N) : dot v (mulmv (free_matrix n) v) =
  (1 - alpha) * dot v v + (alpha - k ^ 2) * dot v (mulmv (gram Z) v).
Proof.
rewrite -!dot_scal_r -dot_plus_r; apply: dot_ext => // i.
rewrite -[v i in RHS](sum_kdelta_l i v) /mulmv -!sum_scal_l -sum_plus; apply: sum_ext => j.
by rewrite free_scaled; ring.
Qed.

Variables (q : mat N N) (mu : vec N).
Hypothesis (basis : eigenbasis (gram Z) q mu).

Lemma scaled_definite :
  (forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (free_matrix n) v)) <->
  (forall l, 0 < (1 - alpha) + (alpha - k ^ 2) * mu l).
Proof.
have [on eig] := basis; have sym := gram_sym Z.
have form v : dot v (mulmv (free_matrix n) v) = sum (fun l => ((1 - alpha) + (alpha - k ^ 2) * mu l) * dot (q l) v ^ 2).
  rewrite scaled_quadratic (norm_modes _ q mu basis) (quadratic_modes _ q mu basis sym) -!sum_scal_l -sum_plus.
  by apply: sum_ext => l; ring.
split=> [h l|h v [i vi]].
  have nz : dot (q l) (q l) <> 0 by rewrite on kdelta_refl; lra.
  have [i hi] := sum_neq0_index _ nz; have := h (q l).
  rewrite form (sum_ext _ (fun l' => kdelta l l' * ((1 - alpha) + (alpha - k ^ 2) * mu l'))).
    by rewrite sum_kdelta_l; apply; exists i => z; apply: hi; rewrite z; ring.
  move=> l'; rewrite on /kdelta (eq_sym l l'); case: (l' == l); ring.
have v0 := dot_gt0 v i vi; rewrite (norm_modes _ q mu basis) in v0; rewrite form.
have t0 l : 0 <= ((1 - alpha) + (alpha - k ^ 2) * mu l) * dot (q l) v ^ 2.
  by apply: Rmult_le_pos; [apply: Rlt_le | exact: pow2_ge_0].
have [l hl] := sum_neq0_index (fun l => dot (q l) v ^ 2) ltac:(lra).
apply: (sum_gt0_one _ l) => //; apply: Rmult_lt_0_compat => //.
by have := pow2_ge_0 (dot (q l) v); lra.
Qed.

(** The spectrum of G is non-negative, with mean one. *)
Lemma spectrum_ge0 l : 0 <= mu l.
Proof.
have [on eig] := basis; have := dot_ge0 (readout Z (q l)); rewrite -gram_quadratic.
rewrite (dot_ext (q l) (q l) (mulmv (gram Z) (q l)) (fun i => mu l * q l i)) //.
by rewrite dot_scal_r on kdelta_refl; lra.
Qed.

Lemma spectrum_gt0 : (0 < N)%N -> exists l, 0 < mu l.
Proof.
move=> N0; apply: NNPP => none; have z l : mu l <= 0 by apply: Rnot_lt_le => h; apply: none; exists l.
have := rayleigh_upper _ q mu basis (gram_sym Z) 0 (kdelta (Ordinal N0)) z.
rewrite dot_kdelta_l /mulmv sum_kdelta_r /gram unit2; lra.
Qed.

Lemma repair_below top : alpha < 1 -> (0 < N)%N -> (exists l, mu l = top) -> (forall l, mu l <= top) ->
  (forall l, 0 < (1 - alpha) + (alpha - k ^ 2) * mu l) <-> k ^ 2 < alpha + (1 - alpha) / top.
Proof.
move=> a1 N0 [l0 e0] le; have [l1 p1] := spectrum_gt0 N0; have t0 : 0 < top by have := le l1; lra.
have e : alpha + (1 - alpha) / top - k ^ 2 = ((1 - alpha) + (alpha - k ^ 2) * top) / top by field; lra.
split=> [h|h l].
  have := Rdiv_lt_0_compat _ _ (h l0) t0; rewrite {1}e0 -{1}e; lra.
have pt : 0 < (1 - alpha) + (alpha - k ^ 2) * top.
  have gap : 0 < alpha + (1 - alpha) / top - k ^ 2 by lra.
  have := Rmult_lt_0_compat _ _ gap t0.
  by rewrite e; have -> : ((1 - alpha) + (alpha - k ^ 2) * top) / top * top = (1 - alpha) + (alpha - k ^ 2) * top by [field; lra].
have m0 := spectrum_ge0 l; have ml := le l.
case: (Rle_dec 0 (alpha - k ^ 2)) => [s|/Rnot_le_lt s]; first by have := Rmult_le_pos _ _ s m0; lra.
by nra.
Qed.

Lemma repair_at : alpha = 1 -> (0 < N)%N ->
  (forall l, 0 < (1 - alpha) + (alpha - k ^ 2) * mu l) <-> k ^ 2 < 1 /\ forall l, 0 < mu l.
Proof.
move=> a1 N0; have [l1 p1] := spectrum_gt0 N0; rewrite a1; split=> [h|[k1 h] l].
  have k1 : k ^ 2 < 1 by have := h l1; nra.
  by split=> // l; have := h l; have := spectrum_ge0 l; nra.
by have := h l; nra.
Qed.

Lemma repair_above low : 1 < alpha -> (0 < N)%N -> (exists l, mu l = low) -> (forall l, low <= mu l) ->
  (forall l, 0 < (1 - alpha) + (alpha - k ^ 2) * mu l) <-> 0 < low /\ k ^ 2 < alpha - (alpha - 1) / low.
Proof.
move=> a1 N0 [l0 e0] le; split=> [h|[low0 h] l].
  have h0 := h l0; have m0 := spectrum_ge0 l0; rewrite e0 in h0 m0.
  have low0 : 0 < low by case: m0 => // z; rewrite -z in h0; lra.
  split=> //; have e : alpha - (alpha - 1) / low - k ^ 2 = ((1 - alpha) + (alpha - k ^ 2) * low) / low by field; lra.
  by have := Rdiv_lt_0_compat _ _ h0 low0; rewrite -e; lra.
have e : alpha - (alpha - 1) / low - k ^ 2 = ((1 - alpha) + (alpha - k ^ 2) * low) / low by field; lra.
have pt : 0 < (1 - alpha) + (alpha - k ^ 2) * low.
  have gap : 0 < alpha - (alpha - 1) / low - k ^ 2 by lra.
  have := Rmult_lt_0_compat _ _ gap low0.
  by rewrite e; have -> : ((1 - alpha) + (alpha - k ^ 2) * low) / low * low = (1 - alpha) + (alpha - k ^ 2) * low by [field; lra].
have ml := le l; have s : 0 < alpha - k ^ 2 by apply: Rnot_le_lt => s; nra.
by have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ s) ml; lra.
Qed.
Lemma repair : 0 < sharpness n -> (0 < N)%N -> 0 < coupling n ->
  let bounded := exists b, forall c s r y, b <= network_energy n c s r y in
  (alpha < 1 -> forall top, (exists l, mu l = top) -> (forall l, mu l <= top) ->
     bounded <-> k ^ 2 < alpha + (1 - alpha) / top) /\
  (alpha = 1 -> bounded <-> k ^ 2 < 1 /\ forall l, 0 < mu l) /\
  (1 < alpha -> forall low, (exists l, mu l = low) -> (forall l, low <= mu l) ->
     bounded <-> 0 < low /\ k ^ 2 < alpha - (alpha - 1) / low).
Proof.
move=> b0 N0 l0 bounded; have e : bounded <-> forall l, 0 < (1 - alpha) + (alpha - k ^ 2) * mu l.
  by rewrite -scaled_definite; exact: energy_definite.
split; [|split].
- by move=> a1 top at_top le; rewrite e; exact: repair_below.
- by move=> a1; rewrite e; exact: repair_at.
- by move=> a1 low at_low le; rewrite e; exact: repair_above.
Qed.
End Scaled.

(** ** W1 = Z^T, unit norms: one gate alone pays without end *)
Section Paper.
Context {d N : nat} (n : network d d N).
Hypothesis (own : projection n = stored n) (unit : forall mu, norm (stored n mu) = 1).

Let scaled : projection n = (fun mu i => 1 * stored n mu i).
Proof. by rewrite own; apply: functional_extensionality => mu; apply: functional_extensionality => i; ring. Qed.

Lemma free_paper i j : free_matrix n i j = (1 - competing n) * (kdelta i j - gram (stored n) i j).
Proof. by rewrite (free_scaled n 1 scaled unit); ring. Qed.

Lemma energy_unbounded : (0 < N)%N -> 0 < sharpness n -> 0 < coupling n ->
  forall k, exists c s r q, network_energy n c s r q < k.
Proof.
move=> N0 b0 l0 k; apply: NNPP => none.
have bounded : exists k, forall c s r q, k <= network_energy n c s r q.
  by exists k => c s r q; apply: Rnot_lt_le => lt; apply: none; exists c, s, r, q.
have/(_ (kdelta (Ordinal N0))) := proj1 (energy_definite n b0 N0 unit l0) bounded.
rewrite (scaled_quadratic n 1 scaled unit) dot_kdelta_l kdelta_refl dot_kdelta_l /mulmv sum_kdelta_r /gram -norm_sq unit => h.
suff : 0 < (1 - competing n) * 1 + (competing n - 1 ^ 2) * 1 ^ 2 by lra.
by apply: h; exists (Ordinal N0); rewrite kdelta_refl; lra.
Qed.
End Paper.
