(** * Fast gains: distance from the slaved solution (AG16)

    d = x - y obeys tau_x d' = - d + W(q) (phi(x) - phi(y)) + (W(p) - W(q)) phi(x), with p = softmax(u) and
    q = softmax(f(y)/T).  The middle term is at most K sigma |d|, the last at most
    K sqrt(N) sum_mu |p_mu - q_mu| <= K sqrt(N) max_mu |u_mu - f_mu(y)/T|: the softmax is 1-Lipschitz from the
    greatest entry to the sum of entries, because a covariance with signs is at most half the spread. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Astrocyte defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Gronwall lib.Banach.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteContraction.
From Gatedmem Require Import lib.AstrocyteGains lib.AstrocyteClassical lib.AstrocyteSlaving.
From Gatedmem Require lib.AstrocyteOrbit lib.Flow.

Open Scope R_scope.

(** sum |softmax(u) - softmax(v)| <= max |u - v|. *)
Lemma softmax_sum_lipschitz {n} (u v : vec n) e : (0 < n)%N -> (forall i, Rabs (u i - v i) <= e) ->
  sum (fun i => Rabs (softmax 1 u i - softmax 1 v i)) <= e.
Proof.
  move=> n0 h; have e0 : 0 <= e by apply: Rle_trans (Rabs_pos _) (h (Ordinal n0)).
  pose w i := if Rle_dec (softmax 1 v i) (softmax 1 u i) then 1 else -1.
  have [c [_ E]] := segment_mvt 1 u v w 0 1 Rlt_0_1.
  set q := softmax 1 (segment u v c) in E.
  have sq : is_simplex q by apply: softmax_simplex.
  have D : sum (fun i => Rabs (softmax 1 u i - softmax 1 v i)) = dot w (softmax 1 u) - dot w (softmax 1 v).
    rewrite -dot_minus_r; apply: sum_ext => i; rewrite /w.
    case: Rle_dec => /= l; last by rewrite Rabs_left1; lra.
    by rewrite Rabs_pos_eq; lra.
  move: E; rewrite segment_1 segment_0 -D softcov_centred; last exact: softmax_sum.
  rewrite Rmult_1_l Rminus_0_r Rmult_1_r => ->.
  have C := softcov_cauchy q w (fun i => u i - v i) sq.
  have W : softcov q w w <= 1.
    rewrite /softcov (sum_ext _ q); last by move=> i; rewrite /w; case: Rle_dec => /= _; ring.
    by rewrite softmax_sum //; have := Rle_0_sqr (dot q w); rewrite /Rsqr; lra.
  have V : softcov q (fun i => u i - v i) (fun i => u i - v i) <= (2 * e / 2) ^ 2.
    have uni : is_interior (fun _ : 'I_n => / INR n) by exact: uniform_interior.
    apply: (softcov_spread (fun _ => / INR n)) => // i j.
    by have := h i; have := h j; split_Rabs; lra.
  have W0 := softcov_ge0 q w sq; have V0 := softcov_ge0 q (fun i => u i - v i) sq.
  by apply: Rnot_lt_le => lt; nra.
Qed.

Lemma softmax_inv_temp {n} T (f : vec n) : softmax (/ T) f = softmax 1 (fun i => f i / T).
Proof.
  have E i : exp (/ T * f i) = exp (1 * (f i / T)) by congr exp; rewrite /Rdiv; ring.
  by apply: functional_extensionality => i; rewrite /softmax E (sum_ext _ _ E).
Qed.

Section Close.
Context {N K : nat} (m : memory N K).
Hypotheses (pos : positive m) (bin : binary m) (K0 : (0 < K)%N).

Let s0 := pos_sigma m pos.
Let T0 := pos_temp m pos.
Let tx := pos_tau_x m pos.
Let tp := pos_tau_p m pos.
Let n0 := pos_INR N.
Let k0 : 0 < INR K := INR_gt0 K0.

(** The gains of the slaved system are always a probability vector. *)
Lemma target_simplex (y : vec N) : is_simplex (gate_target m y).
Proof. exact: softmax_simplex. Qed.

Lemma score_lipschitz (x y : vec N) mu :
  Rabs (score m x mu - score m y mu) <= sqrt (INR N) * (sigma m * norm (vsub x y)).
Proof.
  have d0 := norm_ge0 (vsub x y).
  have R0 : 0 <= sqrt (INR N) * (sigma m * norm (vsub x y)).
    by apply: Rmult_le_pos; [exact: sqrt_pos | apply: Rmult_le_pos; lra].
  have O : Rabs (overlap m x mu - overlap m y mu) <= sqrt (INR N) * (sigma m * norm (vsub x y)).
    have -> : overlap m x mu - overlap m y mu = dot (pattern m mu) (fun i => phi m (x i) - phi m (y i)).
      by rewrite dot_minus_r.
    apply: Rle_trans (cauchy_schwarz_norm _ _) _.
    have -> : norm (pattern m mu) = sqrt (INR N).
      by rewrite -(pattern_norm m bin mu) sqrt_pow2 //; exact: norm_ge0.
    by apply: Rmult_le_compat_l; [exact: sqrt_pos | exact: phi_difference].
  case: (posnP N) => [N0|/INR_gt0 n1].
    have Z (z : vec N) : overlap m z mu = 0 by apply: sum_eq0 => -[i hi]; exfalso; rewrite N0 in hi.
    by rewrite /score !Z Rminus_eq_0 Rabs_R0.
  apply: Rle_trans O; have A := overlap_le m bin x mu; have B := overlap_le m bin y mu.
  have -> : score m x mu - score m y mu
    = (overlap m x mu - overlap m y mu) * ((overlap m x mu + overlap m y mu) / (2 * INR N)).
    by rewrite /score; field; lra.
  rewrite Rabs_mult -[X in _ <= X]Rmult_1_r; apply: Rmult_le_compat_l; first exact: Rabs_pos.
  rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ _)); last by left; apply: Rinv_0_lt_compat; lra.
  apply: (Rmult_le_reg_r (2 * INR N)); first lra.
  rewrite Rmult_assoc Rinv_l; last lra.
  by rewrite Rmult_1_r Rmult_1_l; apply: Rle_trans (Rabs_triang _ _) _; lra.
Qed.

(** |(W(p) - W(q)) phi(x)| <= K sqrt(N) sum |p - q|. *)
Lemma drive_gain_lipschitz x (p q : vec K) :
  norm (fun i => drive m x p i - drive m x q i) <= INR K * sqrt (INR N) * sum (fun mu => Rabs (p mu - q mu)).
Proof.
  set S := sum _; have S0 : 0 <= S by apply: sum_ge0 => mu; exact: Rabs_pos.
  have kS : 0 <= INR K * S by apply: Rmult_le_pos; lra.
  apply: norm_le_sq.
    by apply: Rmult_le_pos => //; apply: Rmult_le_pos; [lra | exact: sqrt_pos].
  have -> : (INR K * sqrt (INR N) * S) ^ 2 = sum (fun _ : 'I_N => (INR K * S) ^ 2).
    by rewrite sum_const -{2}(sqrt_sqrt _ n0); ring.
  apply: sum_le => i; rewrite -[X in _ <= X]Rsqr_pow2 -/(Rsqr _); apply: Rsqr_le_abs_1.
  rewrite (Rabs_pos_eq (INR K * S)) // !drive_E -Rmult_minus_distr_l -sum_minus Rabs_mult.
  have n1 := INR_gt0 (index_dim i).
  rewrite Rabs_pos_eq; last by apply: Rmult_le_pos; [lra | left; exact: Rinv_0_lt_compat].
  have -> : INR K * S = INR K / INR N * (INR N * S) by field; lra.
  apply: Rmult_le_compat_l; first by apply: Rmult_le_pos; [lra | left; exact: Rinv_0_lt_compat].
  apply: Rle_trans (Rabs_sum_le _) _; rewrite /S -sum_scal_l; apply: sum_le => mu.
  have -> : p mu * overlap m x mu * pattern m mu i - q mu * overlap m x mu * pattern m mu i
    = overlap m x mu * (p mu - q mu) * pattern m mu i by ring.
  rewrite !Rabs_mult pattern_abs // Rmult_1_r; apply: Rmult_le_compat_r; first exact: Rabs_pos.
  exact: overlap_le.
Qed.

Lemma weight_norm_le p (v : vec N) : is_simplex p -> norm (mulmv (weight m p) v) <= INR K * norm v.
Proof.
  move=> sp; have h := weight_norm m bin p (mulmv (weight m p) v) v sp; rewrite -norm_sq in h.
  have w0 := norm_ge0 (mulmv (weight m p) v); have v0 := norm_ge0 v.
  case: (Req_dec (norm (mulmv (weight m p) v)) 0) => [->|ne]; first by apply: Rmult_le_pos; lra.
  by apply: (Rmult_le_reg_l (norm (mulmv (weight m p) v))); lra.
Qed.

Lemma gates_near (x y : vec N) (u : vec K) e : (forall mu, Rabs (u mu - score m x mu / temp m) <= e) ->
  sum (fun mu => Rabs (softmax 1 u mu - gate_target m y mu))
  <= e + sqrt (INR N) * (sigma m * norm (vsub x y)) / temp m.
Proof.
  move=> h; rewrite /gate_target softmax_inv_temp; apply: softmax_sum_lipschitz => // mu.
  have -> : u mu - score m y mu / temp m
    = (u mu - score m x mu / temp m) + (score m x mu - score m y mu) * / temp m by rewrite /Rdiv; ring.
  apply: Rle_trans (Rabs_triang _ _) _; apply: Rplus_le_compat; first exact: h.
  have i0 := Rinv_0_lt_compat _ T0; rewrite Rabs_mult (Rabs_pos_eq (/ _)); last lra.
  by apply: Rmult_le_compat_r; [lra | exact: score_lipschitz].
Qed.

Let L := (sigma m * INR K * (1 + INR N / temp m) - 1) / tau_x m.
Let size := INR K * sqrt (INR N) / tau_x m.

(** The drive with nearly slaved gains, split in two. *)
Lemma drive_split (x y : vec N) (p q : vec K) i :
  drive m x p i - drive m y q i
  = mulmv (weight m q) (fun j => phi m (x j) - phi m (y j)) i + (drive m x p i - drive m x q i).
Proof. by rewrite mulmv_minus /drive; ring. Qed.

Lemma slaved_inner (x y : vec N) (u : vec K) e : (forall mu, Rabs (u mu - score m x mu / temp m) <= e) ->
  dot (vsub x y) (vsub (velocity_x m x (softmax 1 u)) (velocity_x m y (gate_target m y)))
  <= L * norm (vsub x y) ^ 2 + size * e * norm (vsub x y).
Proof.
  move=> h; set d := vsub x y; set p := softmax 1 u; set q := gate_target m y.
  pose f := fun i => phi m (x i) - phi m (y i).
  pose g := fun i => drive m x p i - drive m x q i.
  have -> : dot d (vsub (velocity_x m x p) (velocity_x m y q))
    = / tau_x m * (- dot d d + dot d (mulmv (weight m q) f) + dot d g).
    rewrite -dot_opp_r -!dot_plus_r -dot_scal_r; apply: dot_ext => // i.
    have E := drive_split x y p q i; rewrite -/f -/(g i) in E.
    have -> : g i = drive m x p i - drive m y q i - mulmv (weight m q) f i by rewrite E; ring.
    by rewrite /vsub /velocity_x /d /vsub; field; lra.
  have d0 := norm_ge0 d; have sq : is_simplex q by exact: target_simplex.
  have A : dot d (mulmv (weight m q) f) <= sigma m * INR K * norm d ^ 2.
    apply: Rle_trans (weight_norm m bin q d f sq) _.
    have : INR K * norm d * norm f <= INR K * norm d * (sigma m * norm d).
      by apply: Rmult_le_compat_l; [apply: Rmult_le_pos; lra | exact: phi_difference].
    lra.
  have B : dot d g <= INR K * sqrt (INR N) * (e + sqrt (INR N) * (sigma m * norm d) / temp m) * norm d.
    apply: Rle_trans (dot_le_norm _ _) _; rewrite Rmult_comm; apply: Rmult_le_compat_r => //.
    apply: Rle_trans (drive_gain_lipschitz x p q) _; apply: Rmult_le_compat_l.
      by apply: Rmult_le_pos; [lra | exact: sqrt_pos].
    exact: gates_near.
  have -> : L * norm d ^ 2 + size * e * norm d
    = / tau_x m * (- dot d d + sigma m * INR K * norm d ^ 2
        + INR K * sqrt (INR N) * (e + sqrt (INR N) * (sigma m * norm d) / temp m) * norm d).
    by rewrite -norm_sq /L /size -{1}(sqrt_sqrt _ n0); field; lra.
  by apply: Rmult_le_compat_l; [left; exact: Rinv_0_lt_compat | lra].
Qed.

(** The slaved field is Lipschitz, so its solutions exist. *)
Lemma slaved_lipschitz : lipschitz_on ((1 + sigma m * INR K * (1 + INR N / temp m)) / tau_x m) (fun _ => True)
  (fun y => velocity_x m y (gate_target m y)).
Proof.
  move=> x y _ _; rewrite /distance; set d := vsub x y; set p := gate_target m x; set q := gate_target m y.
  pose f := fun i => phi m (x i) - phi m (y i).
  pose g := fun i => drive m x p i - drive m x q i.
  have -> : norm (vsub (velocity_x m x p) (velocity_x m y q))
    = / tau_x m * norm (fun i => - d i + (mulmv (weight m q) f i + g i)).
    have i0 := Rinv_0_lt_compat _ tx; rewrite -[X in X * norm _](Rabs_pos_eq (/ tau_x m)); last lra.
    rewrite -norm_scal; apply: norm_ext => i; rewrite /g /f -drive_split /vsub /velocity_x /d /vsub; field; lra.
  have -> : (1 + sigma m * INR K * (1 + INR N / temp m)) / tau_x m * norm d
    = / tau_x m * (norm d + (INR K * (sigma m * norm d)
        + INR K * sqrt (INR N) * (0 + sqrt (INR N) * (sigma m * norm d) / temp m))).
    by rewrite -{1}(sqrt_sqrt _ n0); field; lra.
  apply: Rmult_le_compat_l; first by left; exact: Rinv_0_lt_compat.
  apply: Rle_trans (norm_triangle _ _) _; rewrite norm_opp; apply: Rplus_le_compat_l.
  apply: Rle_trans (norm_triangle _ _) _; apply: Rplus_le_compat.
    apply: Rle_trans (weight_norm_le q f (target_simplex y)) _.
    by apply: Rmult_le_compat_l; [lra | exact: phi_difference].
  apply: Rle_trans (drive_gain_lipschitz x p q) _; apply: Rmult_le_compat_l.
    by apply: Rmult_le_pos; [lra | exact: sqrt_pos].
  rewrite /p {1}/gate_target softmax_inv_temp; apply: (gates_near x y) => mu.
  by rewrite Rminus_eq_0 Rabs_R0; lra.
Qed.

Lemma slaved_exists (y0 : vec N) : exists y : R -> vec N, y 0 = y0 /\
  (forall i, continuous_from0 (fun t => y t i)) /\
  (forall t, 0 < t -> forall i, is_derive (fun s => y s i) t (velocity_x m (y t) (gate_target m (y t)) i)).
Proof.
  have [y [E O]] := lib.Flow.global_exists _ _ y0 slaved_lipschitz; exists y; split=> //.
  split=> [i|t t0 i]; last by apply: O; lra.
  by apply: lib.AstrocyteOrbit.derive_from0 => t t0; eexists; exact: O.
Qed.

Section Compare.
Variables (x y : R -> vec N) (u : R -> vec K).
Hypotheses (sol : lift_solution m x u).
Hypotheses (CY : forall i, continuous_from0 (fun t => y t i)).
Hypotheses (FY : forall t, 0 < t -> forall i, is_derive (fun s => y s i) t (velocity_x m (y t) (gate_target m (y t)) i)).
Hypotheses (start : forall i, y 0 i = x 0 i).

(** For any continuous bound e on the slaving error. *)
Lemma slaved_compare (e : R -> R) t : 0 <= t -> (forall s, continuous e s) ->
  (forall s mu, 0 <= s -> Rabs (u s mu - score m (x s) mu / temp m) <= e s) ->
  distance (x t) (y t) <= size * RInt (fun s => exp (L * (t - s)) * e s) 0 t.
Proof.
  move=> t0 ce he; have mu0 := Ordinal K0.
  have z0 : 0 <= size.
    apply: Rmult_le_pos; last by left; exact: Rinv_0_lt_compat.
    by apply: Rmult_le_pos; [lra | exact: sqrt_pos].
  have e0 s : 0 <= s -> 0 <= e s by move=> h; apply: Rle_trans (Rabs_pos _) (he s mu0 h).
  have cb s : continuous (fun s => size * e s) s by apply: (continuous_scal_r size e).
  have := gronwall_norm (fun s => vsub (x s) (y s))
    (fun s => vsub (velocity_x m (x s) (softmax 1 (u s))) (velocity_x m (y s) (gate_target m (y s))))
    (fun _ => L) (fun s => size * e s) 0 t
    (continuous_on_const _ _ _) (continuous_on_forall _ _ (fun s _ => cb s)) _ _ _ _ t (conj t0 (Rle_refl t)).
  have -> : norm (vsub (x 0) (y 0)) = 0.
    by rewrite -[RHS](@norm_0 N); apply: norm_ext => i; rewrite /vsub start; ring.
  have -> : RInt (fun s => exp (RInt (fun _ => L) s t) * (size * e s)) 0 t
    = size * RInt (fun s => exp (L * (t - s)) * e s) 0 t.
    rewrite -[RHS]/(scal size (RInt (fun s => exp (L * (t - s)) * e s) 0 t)) -RInt_scal.
      apply: RInt_ext => s _; rewrite RInt_const /scal /= /mult /= (Rmult_comm (t - s)); ring.
    apply: ex_RInt_all => s; apply: (continuous_mult (fun s => exp (L * (t - s))) e) => //.
    by apply: ex_derive_continuous; auto_derive.
  rewrite Rmult_0_r Rplus_0_l; apply.
  - move=> i; apply: lib.AstrocyteOrbit.from0_continuous_on; apply: from0_minus; [by case: sol | exact: CY].
  - move=> s [s1 _] i; apply: is_derive_minus; last exact: FY.
    by case: sol => _ [_ F]; exact: (proj1 (F s s1) i).
  - by move=> s [s1 _]; apply: Rmult_le_pos => //; apply: e0; lra.
  - move=> s [s1 _]; apply: slaved_inner => mu; apply: he; lra.
Qed.

Variables (X : R).
Hypotheses (N0 : (0 < N)%N) (HX : forall i, Rabs (x 0 i) <= X) (U0 : forall mu, u 0 mu = 0).

Let V := INR N * sigma m * (Rmax X (INR K) + INR K) / tau_x m.
Let k := temp m / tau_p m.
Let err s := exp (- k * s) * (INR N / (2 * temp m)) + tau_p m / temp m ^ 2 * V * (1 - exp (- k * s)).

Lemma err_continuous s : continuous err s.
Proof. by apply: ex_derive_continuous; rewrite /err; auto_derive. Qed.

Lemma close t : 0 <= t -> distance (x t) (y t) <= size * RInt (fun s => exp (L * (t - s)) * err s) 0 t.
Proof.
  move=> t0; apply: slaved_compare => // [|s mu s1]; first exact: err_continuous.
  exact: (slaving_error_explicit m x u pos bin sol K0 X mu N0 HX U0 s s1).
Qed.

Lemma speed_ge0 : 0 <= V.
Proof.
  apply: Rmult_le_pos; last by left; exact: Rinv_0_lt_compat.
  apply: Rmult_le_pos; first by apply: Rmult_le_pos; lra.
  by have := Rmax_r X (INR K); lra.
Qed.

Lemma close_linear t : 0 <= t ->
  distance (x t) (y t)
  <= tau_p m * (INR K * sqrt (INR N) / (tau_x m * temp m ^ 2) * exp (Rabs L * t) * (INR N / 2 + V * t)).
Proof.
  move=> t0; apply: Rle_trans (close t t0) _.
  have z0 : 0 <= size.
    apply: Rmult_le_pos; last by left; exact: Rinv_0_lt_compat.
    by apply: Rmult_le_pos; [lra | exact: sqrt_pos].
  have -> : tau_p m * (INR K * sqrt (INR N) / (tau_x m * temp m ^ 2) * exp (Rabs L * t) * (INR N / 2 + V * t))
    = size * (exp (Rabs L * t) * (tau_p m / temp m ^ 2 * (INR N / 2 + V * t))).
    by rewrite /size; field; lra.
  apply: Rmult_le_compat_l => //; have v0 := speed_ge0; set E := exp (Rabs L * t).
  pose G s := E * (- (INR N / (2 * temp m) / k) * exp (- k * s) + tau_p m / temp m ^ 2 * V * s).
  have kp : 0 < k by exact: Rdiv_lt_0_compat.
  have c0 : 0 <= tau_p m / temp m ^ 2 * V.
    by apply: Rmult_le_pos => //; left; apply: Rdiv_lt_0_compat => //; exact: pow_lt.
  have h0 : 0 <= INR N / (2 * temp m) by exact: half_score_ge0.
  have IG : is_RInt (fun s => E * (exp (- k * s) * (INR N / (2 * temp m)) + tau_p m / temp m ^ 2 * V)) 0 t (G t - G 0).
    apply: (is_RInt_derive G) => s _.
      by rewrite /G; auto_derive => //; field; split; lra.
    by apply: ex_derive_continuous; auto_derive.
  apply: (Rle_trans _ (G t - G 0)).
    rewrite -(is_RInt_unique _ _ _ _ IG); apply: RInt_le => //.
    - apply: ex_RInt_all => s; apply: (continuous_mult (fun s => exp (L * (t - s))) err).
        by apply: ex_derive_continuous; auto_derive.
      exact: err_continuous.
    - by eexists; exact: IG.
    - move=> s hs; apply: Rmult_le_compat.
      + by left; exact: exp_pos.
      + apply: Rplus_le_le_0_compat; first by apply: Rmult_le_pos => //; left; exact: exp_pos.
        apply: Rmult_le_pos => //; have : exp (- k * s) <= 1; last lra.
        by rewrite -exp_0; apply: exp_le; have : 0 <= k * s by [apply: Rmult_le_pos; lra]; lra.
      + apply: exp_le; have := Rle_abs L; have := Rabs_pos L.
        have a1 : L * (t - s) <= Rabs L * (t - s) by apply: Rmult_le_compat_r; [lra | exact: Rle_abs].
        by move=> a2 _; have : 0 <= Rabs L * s by [apply: Rmult_le_pos; lra]; lra.
      + rewrite /err; apply: Rplus_le_compat_l; have := exp_pos (- k * s); nra.
  rewrite /G Rmult_0_r exp_0 Rmult_0_r -Rmult_minus_distr_l; apply: Rmult_le_compat_l; first by left; exact: exp_pos.
  have -> : tau_p m / temp m ^ 2 * (INR N / 2 + V * t)
    = INR N / (2 * temp m) / k + tau_p m / temp m ^ 2 * V * t by rewrite /k; field; lra.
  have : 0 <= INR N / (2 * temp m) / k * exp (- k * t).
    apply: Rmult_le_pos; last by left; exact: exp_pos.
    by apply: Rmult_le_pos => //; left; exact: Rinv_0_lt_compat.
  lra.
Qed.
End Compare.
End Close.

(** One constant for all time constants of the gains, all solutions from the box and all times up to H. *)
Lemma close_limit N K (xi : mat K N) (s T tx X H eps : R) :
  0 < s -> 0 < T -> 0 < tx -> 0 <= H -> 0 < eps -> (forall mu i, xi mu i = 1 \/ xi mu i = -1) ->
  (0 < N)%N -> (0 < K)%N ->
  exists tau, 0 < tau /\ forall tp, 0 < tp < tau -> forall (x y : R -> vec N) (u : R -> vec K),
    let m := Memory N K xi s T tx tp in
    lift_solution m x u -> (forall i, Rabs (x 0 i) <= X) -> (forall mu, u 0 mu = 0) ->
    (forall i, continuous_from0 (fun t => y t i)) ->
    (forall t, 0 < t -> forall i, is_derive (fun r => y r i) t (velocity_x m (y t) (gate_target m (y t)) i)) ->
    (forall i, y 0 i = x 0 i) -> forall t, 0 <= t <= H -> distance (x t) (y t) < eps.
Proof.
  move=> s0 T0 tx0 H0 e0 bin N0 K0; have n0 := pos_INR N; have k0 := pos_INR K.
  set L := (s * INR K * (1 + INR N / T) - 1) / tx; set V := INR N * s * (Rmax X (INR K) + INR K) / tx.
  have V0 : 0 <= V.
    apply: Rmult_le_pos; last by left; exact: Rinv_0_lt_compat.
    apply: Rmult_le_pos; first by apply: Rmult_le_pos; lra.
    by have := Rmax_r X (INR K); lra.
  set A := INR K * sqrt (INR N) / (tx * T ^ 2).
  have A0 : 0 <= A.
    apply: Rmult_le_pos; first by apply: Rmult_le_pos => //; exact: sqrt_pos.
    by left; apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat => //; exact: pow_lt.
  set C := A * exp (Rabs L * H) * (INR N / 2 + V * H).
  have VH : 0 <= V * H by exact: Rmult_le_pos.
  have C0 : 0 <= C.
    by apply: Rmult_le_pos; [apply: Rmult_le_pos => //; left; exact: exp_pos | lra].
  exists (eps / (C + 1)); split; first by apply: Rdiv_lt_0_compat; lra.
  move=> tp [tp0 htp] x y u m sol HX U0 CY FY start t [t0 tH].
  have pos : positive m by [].
  apply: Rle_lt_trans (close_linear m pos bin K0 x y u sol CY FY start X N0 HX U0 t t0) _.
  rewrite /= -/L -/V -/A.
  apply: Rle_lt_trans (_ : tp * C < eps).
    apply: Rmult_le_compat_l; first lra.
    apply: Rmult_le_compat.
    - by apply: Rmult_le_pos => //; left; exact: exp_pos.
    - by have : 0 <= V * t by [exact: Rmult_le_pos]; lra.
    - by apply: Rmult_le_compat_l => //; apply: exp_le; apply: Rmult_le_compat_l => //; exact: Rabs_pos.
    - by apply: Rplus_le_compat_l; exact: Rmult_le_compat_l.
  have := Rmult_lt_compat_r (C + 1) _ _ ltac:(lra) htp.
  rewrite /Rdiv Rmult_assoc Rinv_l; last lra.
  lra.
Qed.
