(** When the energies of the context-gated memory are bounded below.  With M the matrix of the gates,
    everything comes down to 1/2 s^T M s - <s, u + lambda softmax (beta r)>. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.ContextReduced.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxLse lib.SoftmaxEntropy lib.LinearInverse lib.LinearSpectral.
From Gatedmem Require Import lib.ContextClamped lib.ContextThreshold lib.ContextEnergy lib.ContextSpectrum lib.ContextToy.

Open Scope R_scope.

(** A parabola bounded below opens upwards, and is constant if it is a line. *)
Lemma parabola_bounded (a g k : R) : (forall t, k <= a * t ^ 2 - t * g) -> 0 <= a /\ (a = 0 -> g = 0).
Proof.
move=> h; have k0 := Rle_abs (- k); rewrite Rabs_Ropp in k0; have K := Rabs_pos k.
have G := Rabs_pos g; have g1 := Rle_abs g; have g2 := Rle_abs (- g); rewrite Rabs_Ropp in g2.
split.
  apply: Rnot_lt_le => a0; pose x := (Rabs g + Rabs k + 1) / - a.
  have ax : - a * x = Rabs g + Rabs k + 1 by rewrite /x; field; lra.
  have x0 : 0 < x by apply: Rdiv_lt_0_compat; lra.
  have := h (x + 1); have : Rabs g * (x + 1) >= - g * (x + 1) by nra.
  by nra.
move=> a0; rewrite a0 in h; case: (Req_dec g 0) => // ne.
have := h ((Rabs k + 1) / g).
by have -> : (Rabs k + 1) / g * g = Rabs k + 1 by [field]; lra.
Qed.

Section Core.
Context {n : nat} (M : mat n n) (u : vec n) (lambda beta : R).
Hypothesis (sym : forall i j, M i j = M j i) (beta0 : 0 < beta) (n0 : (0 < n)%N).

Definition core (s r : vec n) : R :=
  / 2 * dot s (mulmv M s) - dot s (fun i => u i + lambda * softmax beta r i).
Definition balanced : Prop :=
  (forall v, 0 <= dot v (mulmv M v)) /\
  (forall v p : vec n, (forall i, mulmv M v i = 0) -> is_interior p -> dot v (fun i => u i + lambda * p i) = 0).

Lemma core_line (v r : vec n) t : core (fun i => t * v i) r =
  / 2 * dot v (mulmv M v) * t ^ 2 - t * dot v (fun i => u i + lambda * softmax beta r i).
Proof.
rewrite /core dot_scal_l (dot_ext v v _ (fun i => t * mulmv M v i)) //; last by move=> i; exact: mulmv_scal.
by rewrite dot_scal_l dot_scal_r; ring.
Qed.

Lemma core_necessary k : (forall s r, k <= core s r) -> balanced.
Proof.
move=> h; have line v r := parabola_bounded _ _ k (fun t => eq_ind _ (Rle k) (h _ r) _ (core_line v r t)).
split=> [v|v p kv int]; first by have [a _] := line v (fun _ => 0); lra.
have [_ g] := line v (fun i => ln (p i) / beta).
rewrite (softmax_ln beta beta0 p int) in g; apply: g.
by rewrite (dot_ext v v _ (fun _ => 0)) // dot_0_r; ring.
Qed.

Lemma core_sufficient : balanced -> exists k, forall s r, k <= core s r.
Proof.
move=> [pos slope]; have [q [e b]] := spectral M sym.
have e0 k : 0 <= e k.
  have := pos (q k); rewrite (dot_ext (q k) (q k) _ (fun i => e k * q k i)) //; last by case: b.
  by rewrite dot_scal_r (proj1 b) kdelta_refl; lra.
pose G k := sum (fun i => Rabs (q k i) * (Rabs (u i) + Rabs lambda)).
exists (sum (fun k => if Req_EM_T (e k) 0 then 0 else - (G k ^ 2 / (2 * e k)))) => s r.
set p := softmax beta r; have sp : is_interior p := softmax_interior beta r n0.
set w := fun i => u i + lambda * p i.
rewrite /core -/p -/w (quadratic_modes M q e b sym) (parseval M q e b s w) -sum_scal_l -sum_minus.
apply: sum_le => k; set a := dot (q k) s; set g := dot (q k) w.
have gG : Rabs g <= G k.
  apply: Rle_trans (Rabs_sum_le _) _; apply: sum_le => i; rewrite Rabs_mult.
  apply: Rmult_le_compat_l; first exact: Rabs_pos.
  apply: Rle_trans (Rabs_triang _ _) _; rewrite Rabs_mult.
  have p0 := simplex_ge0 p i (interior_simplex _ sp); have p1 := simplex_le1 p i (interior_simplex _ sp).
  by rewrite (Rabs_pos_eq (p i)) //; have := Rabs_pos lambda; nra.
case: Req_EM_T => [z|ne].
  have g0 : g = 0 by apply: slope => // i; rewrite (proj2 b) z; ring.
  have -> : / 2 * (e k * a ^ 2) - a * g = 0 by rewrite z g0; ring.
  exact: Rle_refl.
have ek : 0 < e k by have := e0 k; lra.
have g2 : g ^ 2 <= G k ^ 2 by apply: pow_maj_Rabs.
have i0 : 0 < / (2 * e k) by apply: Rinv_0_lt_compat; lra.
have lower : g ^ 2 * / (2 * e k) <= G k ^ 2 * / (2 * e k) by apply: Rmult_le_compat_r => //; exact: Rlt_le.
have square : / 2 * (e k * a ^ 2) - a * g = e k * (a - g / e k) ^ 2 / 2 - g ^ 2 * / (2 * e k) by field.
have := Rmult_le_pos _ _ (Rlt_le _ _ ek) (pow2_ge_0 (a - g / e k)); rewrite square /Rdiv /=; lra.
Qed.

(** A perturbation bounded on both sides changes nothing. *)
Lemma bounded_iff (E : vec n -> vec n -> R) lo hi :
  (forall s r, lo <= E s r - core s r <= hi) ->
  (exists k, forall s r, k <= E s r) <-> balanced.
Proof.
move=> near; split=> [[k h]|/core_sufficient [k h]].
  by apply: (core_necessary (k - hi)) => s r; have := h s r; have := near s r; lra.
by exists (k + lo) => s r; have := h s r; have := near s r; lra.
Qed.

(** A positive semidefinite form vanishes on its kernel only. *)
Lemma kernel_quadratic (v : vec n) : (forall w, 0 <= dot w (mulmv M w)) -> dot v (mulmv M v) = 0 ->
  forall i, mulmv M v i = 0.
Proof.
move=> pos z; have [q [e b]] := spectral M sym.
have e0 k : 0 <= e k.
  have := pos (q k); rewrite (dot_ext (q k) (q k) _ (fun i => e k * q k i)) //; last by case: b.
  by rewrite dot_scal_r (proj1 b) kdelta_refl; lra.
rewrite (quadratic_modes M q e b sym) in z.
have t0 k : 0 <= e k * dot (q k) v ^ 2 by apply: Rmult_le_pos => //; exact: pow2_ge_0.
apply: dot_eq0; rewrite (norm_modes M q e b); apply: sum_eq0 => k.
rewrite (mode_mulmv M q e b sym); have := sum_ge0_eq0 _ t0 z k => h.
by have -> : (e k * dot (q k) v) ^ 2 = e k * (e k * dot (q k) v ^ 2) by [ring]; rewrite h; ring.
Qed.

(** *** Reading the balance *)
Lemma definite_balanced : (forall v : vec n, (exists i, v i <> 0) -> 0 < dot v (mulmv M v)) -> balanced.
Proof.
move=> pd; have zero (v : vec n) : (forall i, mulmv M v i = 0) -> forall i, v i = 0.
  move=> kv i; apply: NNPP => ne; have := pd v (ex_intro _ i ne).
  by rewrite (dot_ext v v _ (fun _ => 0)) // dot_0_r; lra.
split=> [v|v p kv _]; last first.
  by rewrite (dot_ext v (fun _ => 0) _ (fun i => u i + lambda * p i)) ?dot_0_l //; exact: zero.
case: (classic (exists i, v i <> 0)) => [ne|none]; first by have := pd v ne; lra.
rewrite (dot_ext v (fun _ => 0) _ (mulmv M v)) ?dot_0_l //; first lra.
by move=> i; apply: NNPP => ne; apply: none; exists i.
Qed.

Hypothesis (pos : forall v, 0 <= dot v (mulmv M v)).

Lemma balanced_zero : lambda = 0 ->
  balanced <-> forall v, (forall i, mulmv M v i = 0) -> dot u v = 0.
Proof.
move=> l0; have e (v p : vec n) : dot v (fun i => u i + lambda * p i) = dot u v.
  by rewrite dot_plus_r dot_scal_r l0 (dot_sym v u); ring.
split=> [[_ h] v kv|h]; last by split=> // v p kv _; rewrite e; exact: h.
by rewrite -(e v (fun _ => / INR n)); apply: h => //; exact: uniform_interior.
Qed.

(** Points of the simplex that differ in two places only. *)
Lemma balanced_constant (v : vec n) : lambda <> 0 -> balanced -> (forall i, mulmv M v i = 0) ->
  forall i j, v i = v j.
Proof.
move=> l0 [_ h] kv i j; case: (eqVneq i j) => [->//|ij].
have N0 := INR_gt0 n0; have k0 := Rinv_0_lt_compat _ N0.
pose w := fun a => / INR n + / 2 * / INR n * (kdelta i a - kdelta j a).
have iu : is_interior (fun _ : 'I_n => / INR n) := uniform_interior n0.
have iw : is_interior w.
  split=> [a|]; first by rewrite /w /kdelta; case: (i == a); case: (j == a); nra.
  rewrite /w sum_plus sum_scal_l sum_minus !sum_kdelta; have [_ ->] := iu; ring.
have := h v w kv iw; have := h v _ kv iu; rewrite !dot_plus_r !dot_scal_r => e1 e2.
have dw : dot v w = dot v (fun _ => / INR n) + / 2 * / INR n * (v i - v j).
  by rewrite /w dot_plus_r dot_scal_r dot_minus_r !dot_kdelta_r.
rewrite dw in e2.
have z : lambda * (/ 2 * / INR n * (v i - v j)) = 0 by lra.
case: (Rmult_integral _ _ z) => // z'; case: (Rmult_integral _ _ z') => [z''|]; lra.
Qed.

Lemma balanced_coupled : 0 < lambda -> (exists v : vec n, (exists i, v i <> 0) /\ forall i, mulmv M v i = 0) ->
  balanced <->
  (forall v, (forall i, mulmv M v i = 0) <-> (exists c, forall i, v i = c)) /\ sum u = - lambda.
Proof.
move=> l0 [v0 [[i0 v0i] kv0]]; split=> [bal|[ker su]]; last first.
  split=> // v p kv [_ sp]; have [c vc] := proj1 (ker v) kv.
  rewrite (dot_ext v (fun _ => c) _ (fun i => u i + lambda * p i)) // dot_const_l sum_plus sum_scal_l su sp; ring.
have cst (v : vec n) kv := balanced_constant v ltac:(lra) bal kv.
have k1 i : mulmv M (fun _ => 1) i = 0.
  have := kv0 i; rewrite (mulmv_ext M v0 (fun _ => v0 i0 * 1)); last by move=> j; rewrite Rmult_1_r; exact: cst.
  by rewrite mulmv_scal => z; case: (Rmult_integral _ _ z).
split.
  move=> v; split=> [kv|[c vc] i]; first by exists (v i0) => i; exact: cst.
  rewrite (mulmv_ext M v (fun _ => c * 1)); last by move=> j; rewrite vc; ring.
  by rewrite mulmv_scal k1; ring.
have [_ h] := bal; have iu := uniform_interior n0; have := h (fun _ => 1) _ k1 iu.
by rewrite dot_const_l sum_plus sum_scal_l (proj2 iu); lra.
Qed.
End Core.

(** ** The clamped energy *)
Section Clamped.
Context {d N : nat} (m : retrieval d N).
Hypothesis (beta0 : 0 < beta m) (N0 : (0 < N)%N).

Lemma remainder_bound (b : vec N) bt (r : vec N) : 0 < bt -> let p := softmax bt r in
  - (ln (INR N) / bt + sum (fun i => Rabs (b i)))
  <= (dot r p - log_sum_exp bt r) - dot b p <= sum (fun i => Rabs (b i)).
Proof.
move=> bt0 p; have sp : is_simplex p := softmax_simplex bt r N0.
have h0 := entropy_ge0 p sp; have h1 := entropy_le p sp.
have bp : Rabs (dot b p) <= sum (fun i => Rabs (b i)).
  apply: Rle_trans (Rabs_sum_le _) _; apply: sum_le => i; rewrite Rabs_mult.
  have p0 := simplex_ge0 p i sp; have p1 := simplex_le1 p i sp.
  by rewrite (Rabs_pos_eq (p i)) //; have := Rabs_pos (b i); nra.
have b1 := Rle_abs (dot b p); have b2 := Rle_abs (- dot b p); rewrite Rabs_Ropp in b2.
rewrite (lse_attained bt r N0 bt0) -/p (dot_sym r).
have i0 := Rinv_0_lt_compat _ bt0; rewrite /Rdiv.
have := Rmult_le_compat_r _ _ _ (Rlt_le _ _ i0) h1; have := Rmult_le_pos _ _ h0 (Rlt_le _ _ i0).
by split; lra.
Qed.

Lemma clamped_core s r : clamped_energy m s r - core (gates m) (gate_input m) (lambda m) (beta m) s r =
  (dot r (softmax (beta m) r) - log_sum_exp (beta m) r) - dot (evidence m) (softmax (beta m) r).
Proof.
rewrite /clamped_energy /core (gate_quadratic (memories m) (alpha m) s) dot_plus_r dot_scal_r.
by field; lra.
Qed.

Lemma clamped_bounded :
  (exists k, forall s r, k <= clamped_energy m s r) <->
  balanced (gates m) (gate_input m) (lambda m).
Proof.
apply: (bounded_iff (gates m) (gate_input m) (lambda m) (beta m) (gate_matrix_sym _ _) beta0 N0) => s r.
by rewrite clamped_core; exact: (remainder_bound (evidence m) (beta m) r beta0).
Qed.
End Clamped.

Lemma clamped_definite {d N : nat} (m : retrieval d N) : 0 < beta m ->
  (forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gates m) v)) ->
  exists k, forall s r, k <= clamped_energy m s r.
Proof.
move=> b0 pd; case: (posnP N) => [z|N0]; last first.
  by apply/(clamped_bounded m b0 N0); exact: definite_balanced.
have one (v w : vec N) : v = w by apply: functional_extensionality => -[i hi]; exfalso; move: hi; rewrite z.
by exists (clamped_energy m (fun _ => 0) (fun _ => 0)) => s r; rewrite (one s (fun _ => 0)) (one r (fun _ => 0)); exact: Rle_refl.
Qed.

Lemma clamped_negative {d N : nat} (m : retrieval d N) eta (v : vec N) : 0 < beta m ->
  eta < 0 -> (exists i, v i <> 0) -> (forall i, mulmv (gates m) v i = eta * v i) ->
  forall k, exists s r, clamped_energy m s r < k.
Proof.
move=> b0 e0 [i vi] ev k; apply: NNPP => none.
have [pos _] : balanced (gates m) (gate_input m) (lambda m).
  apply/(clamped_bounded m b0 (index_dim i)); exists k => s r.
  by apply: Rnot_lt_le => lt; apply: none; exists s, r.
have := pos v; rewrite (dot_ext v v _ (fun i => eta * v i)) // dot_scal_r; have := dot_gt0 v i vi; nra.
Qed.

(** ** Two opposite memories, alpha = 1: A = ((1, -1), (-1, 1)) *)
Section Opposite.
Context {d : nat} (m : retrieval d 2) (zeta : vec d).
Hypothesis (unit : norm zeta = 1) (one : alpha m = 1).
Hypothesis (first : memories m ord0 = zeta) (second : memories m (lift ord0 ord0) = (fun i => - zeta i)).

Lemma opposite_gates (v : vec 2) :
  mulmv (gates m) v ord0 = v ord0 - v (lift ord0 ord0) /\
  mulmv (gates m) v (lift ord0 ord0) = v (lift ord0 ord0) - v ord0.
Proof.
have u : dot zeta zeta = 1 by rewrite -norm_sq unit; ring.
rewrite /mulmv !sum_n2 /gates /gate_matrix /competition /gram first second one /kdelta /=.
by rewrite dot_opp_l dot_opp_r u; split; ring.
Qed.

Lemma opposite_kernel (v : vec 2) : (forall i, mulmv (gates m) v i = 0) <-> (exists c, forall i, v i = c).
Proof.
have [e0 e1] := opposite_gates v; split=> [k|[c h] i].
  exists (v ord0) => i; case: (lib.ContextToy.ord2 i) => -> //; have := k ord0; rewrite e0; lra.
by case: (lib.ContextToy.ord2 i) => ->; rewrite ?e0 ?e1 !h; ring.
Qed.

Lemma opposite_pos (v : vec 2) : 0 <= dot v (mulmv (gates m) v).
Proof.
have [e0 e1] := opposite_gates v; rewrite /dot sum_n2 e0 e1.
by have := pow2_ge_0 (v ord0 - v (lift ord0 ord0)); lra.
Qed.
End Opposite.
