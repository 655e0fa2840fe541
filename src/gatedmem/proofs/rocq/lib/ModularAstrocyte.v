(** * The astrocyte-gated memory as a modular frame *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Softmax defs.Astrocyte defs.Hopfield defs.Modern defs.Modular.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteEnergy lib.AstrocyteLift lib.Modular lib.ModularInstances.

Open Scope R_scope.

Lemma modern_instance (d n : nat) (b tx ty : R) (Z : mat n d) :
  (0 < n)%N -> 0 < b -> 0 < tx -> 0 < ty ->
  let M := two_layers (modern_frame b Z tx ty)
    (fun a p => mulmv (fun i mu => - Z mu i) p) (fun a p mu => - mulmv Z a mu) in
  modular_ok M /\
  (forall x, modular_energy M (join x (mulmv Z x)) = modern_energy b Z x) /\
  (forall x i, modular_velocity M (join x (mulmv Z x)) (lshift n i) = (- x i + modern_update b Z x i) / tx) /\
  (forall x y mu, modular_velocity M (join x y) (rshift d mu) = (- y mu + mulmv Z x mu) / ty).
Proof.
  move=> n0 b0 tx0 ty0; split.
    by apply: two_layers_ok; [exact: modern_well_formed | exact: modern_frame_differentiable].
  split; first by move=> x; rewrite two_layers_energy; exact: modern_frame_energy.
  split=> [x i|x y mu].
    rewrite /modular_velocity /= !left_join !right_join /join !split_l eqxx.
    congr (_ / _); rewrite /Rminus; congr (_ + _).
    by rewrite {1}/mulmv /modern_update -sum_opp; apply: sum_ext => mu; ring.
  rewrite /modular_velocity /= !left_join !right_join /join !split_r.
  by rewrite (_ : (ord_max == ord0 :> 'I_2) = false) //; congr (_ / _); ring.
Qed.

(** A remainder of second order near every point is enough. *)
Lemma second_order_local {n} (E : vec n -> R) G :
  (forall a, exists c, 0 < c /\ forall b, distance b a <= 1 ->
     Rabs (E b - E a - dot (G a) (vsub b a)) <= c * (distance b a * distance b a)) -> differentiable E G.
Proof.
  move=> H a eps e0; have [c [c0 h]] := H a.
  have q0 : 0 < eps / c by apply: Rdiv_lt_0_compat.
  exists (Rmin 1 (eps / c)); split; first by apply: Rmin_glb_lt; lra.
  move=> b d; have d1 := Rmin_l 1 (eps / c); have d2 := Rmin_r 1 (eps / c).
  apply: Rle_trans (h b _) _; first lra.
  rewrite -Rmult_assoc; apply: Rmult_le_compat_r; first exact: norm_ge0.
  have lt : distance b a < eps / c by lra.
  have := Rmult_lt_compat_l c _ _ c0 lt; rewrite (_ : c * (eps / c) = eps); [lra | field; lra].
Qed.

Lemma norm_left {n k} (v : vec (n + k)) : norm (left v) <= norm v.
Proof. by apply: sqrt_le_1_alt; rewrite (dot_join v v); have := dot_ge0 (right v); lra. Qed.
Lemma norm_right {n k} (v : vec (n + k)) : norm (right v) <= norm v.
Proof. by apply: sqrt_le_1_alt; rewrite (dot_join v v); have := dot_ge0 (left v); lra. Qed.

Section Astrocyte.
Context {N K : nat} (m : memory N K).
Let Gx (a : vec N) (q : vec K) : vec N := fun i => - (sum (fun mu => q mu * (dot (pattern m mu) a * pattern m mu i)) / INR N).
Let Gy (a : vec N) (q : vec K) : vec K := fun mu => - (dot (pattern m mu) a ^ 2 / (2 * INR N)).
Let M := two_layers (astrocyte_frame m) Gx Gy.


Let k : R := / (2 * INR N).

Lemma gx_dot a q v : dot (Gx a q) v = - sum (fun mu => q mu * (2 * dot (pattern m mu) a * dot (pattern m mu) v * k)).
Proof.
  rewrite /Gx dot_opp_l; congr (- _).
  rewrite {1}/dot (sum_ext _ (fun i => sum (fun mu => q mu * (2 * dot (pattern m mu) a * k) * (pattern m mu i * v i)))); last first.
    move=> i; rewrite /Rdiv Rmult_assoc -sum_scal_r; apply: sum_ext => mu.
    rewrite /k; case: (Req_dec (INR N) 0) => [->|ne]; last by field.
    by rewrite Rmult_0_r Rinv_0; ring.
  by rewrite sum_swap; apply: sum_ext => mu; rewrite sum_scal_l -/(dot (pattern m mu) v) -/(dot (pattern m mu) a); ring.
Qed.

Lemma astrocyte_remainder (a a' : vec N) (q q' : vec K) :
  - dot q' (fun mu => dot (pattern m mu) a' ^ 2 / (2 * INR N))
  - - dot q (fun mu => dot (pattern m mu) a ^ 2 / (2 * INR N))
  - (dot (Gx a q) (vsub a' a) + dot (Gy a q) (vsub q' q))
  = - sum (fun mu => k * (q mu * dot (pattern m mu) (vsub a' a) ^ 2
      + (q' mu - q mu) * (2 * dot (pattern m mu) a * dot (pattern m mu) (vsub a' a) + dot (pattern m mu) (vsub a' a) ^ 2))).
Proof.
  rewrite gx_dot /Gy dot_opp_l.
  have e mu : dot (pattern m mu) a' = dot (pattern m mu) a + dot (pattern m mu) (vsub a' a).
    by rewrite /vsub dot_minus_r; ring.
  set S1 := dot q' _; set S2 := dot q _; set S3 := sum _; set S4 := dot _ (vsub q' q).
  suff : S1 - S2 - S3 - S4 = sum (fun mu => k * (q mu * dot (pattern m mu) (vsub a' a) ^ 2
      + (q' mu - q mu) * (2 * dot (pattern m mu) a * dot (pattern m mu) (vsub a' a) + dot (pattern m mu) (vsub a' a) ^ 2))) by lra.
  rewrite /S1 /S2 /S3 /S4 /dot -!sum_minus; apply: sum_ext => mu.
  rewrite -/(dot (pattern m mu) a') -/(dot (pattern m mu) a) -/(dot (pattern m mu) (vsub a' a)) e.
  by rewrite /k /vsub /Rdiv; ring.
Qed.

Lemma astrocyte_differentiable : differentiable (coupling_energy M) (coupling_gradient M).
Proof.
  apply: second_order_local => u; set a := left u; set q := right u.
  pose B mu := Rabs k * (Rabs (q mu) * norm (pattern m mu) ^ 2
     + (2 * Rabs (dot (pattern m mu) a) * norm (pattern m mu) + norm (pattern m mu) ^ 2)).
  have B0 mu : 0 <= B mu.
    rewrite /B; have := Rabs_pos k; have := Rabs_pos (q mu); have := norm_ge0 (pattern m mu); have := Rabs_pos (dot (pattern m mu) a).
    move=> h1 h2 h3 h4; apply: Rmult_le_pos => //; have := Rmult_le_pos _ _ h1 h2; have := pow2_ge_0 (norm (pattern m mu)); nra.
  have S0 := sum_ge0 _ B0; exists (sum B + 1); split; first lra.
  move=> v dv; set a' := left v; set q' := right v; set d := distance v u in dv *.
  have d0 : 0 <= d by exact: norm_ge0.
  have -> : coupling_energy M v - coupling_energy M u - dot (coupling_gradient M u) (vsub v u)
    = - sum (fun mu => k * (q mu * dot (pattern m mu) (vsub a' a) ^ 2
      + (q' mu - q mu) * (2 * dot (pattern m mu) a * dot (pattern m mu) (vsub a' a) + dot (pattern m mu) (vsub a' a) ^ 2))).
    by rewrite -astrocyte_remainder dot_join /= left_join right_join.
  have da : norm (vsub a' a) <= d by exact: (norm_left (vsub v u)).
  have dq mu : Rabs (q' mu - q mu) <= d.
    by apply: Rle_trans (Rabs_coord_le_norm (vsub q' q) mu) _; exact: (norm_right (vsub v u)).
  rewrite Rabs_Ropp; apply: Rle_trans (Rabs_sum_le _) _.
  apply: (Rle_trans _ (sum (fun mu => B mu * (d * d)))); last first.
    by rewrite sum_scal_r; apply: Rmult_le_compat_r; [nra | lra].
  apply: sum_le => mu; set P := norm (pattern m mu); set O := dot (pattern m mu) a; set y := dot (pattern m mu) (vsub a' a).
  have P0 : 0 <= P by exact: norm_ge0.
  have hy : Rabs y <= P * d.
    by apply: Rle_trans (cauchy_schwarz_norm _ _) _; apply: Rmult_le_compat_l.
  have y0 := Rabs_pos y; have O0 := Rabs_pos O; have Q0 := Rabs_pos (q mu).
  have y2 : Rabs (y ^ 2) <= P ^ 2 * (d * d).
    by rewrite (_ : y ^ 2 = y * y) ?Rabs_mult; [have := Rmult_le_compat _ _ _ _ y0 y0 hy hy; lra | ring].
  have y2' : Rabs (y ^ 2) <= P ^ 2 * d.
    apply: Rle_trans y2 _; apply: Rmult_le_compat_l; [exact: pow2_ge_0 | nra].
  rewrite Rabs_mult; apply: (Rle_trans _ (Rabs k * ((Rabs (q mu) * P ^ 2 + (2 * Rabs O * P + P ^ 2)) * (d * d)))); last first.
    by right; rewrite /B -/P -/O; ring.
  apply: Rmult_le_compat_l; first exact: Rabs_pos.
  apply: Rle_trans (Rabs_triang _ _) _; rewrite Rmult_plus_distr_r; apply: Rplus_le_compat.
    rewrite Rabs_mult; apply: (Rle_trans _ (Rabs (q mu) * (P ^ 2 * (d * d)))); last by right; ring.
    by apply: Rmult_le_compat_l.
  rewrite Rabs_mult; apply: (Rle_trans _ (d * ((2 * Rabs O * P + P ^ 2) * d))); last by right; ring.
  apply: Rmult_le_compat => //; try exact: Rabs_pos.
  apply: Rle_trans (Rabs_triang _ _) _; rewrite Rmult_plus_distr_r; apply: Rplus_le_compat => //.
  rewrite !Rabs_mult (Rabs_pos_eq 2); last lra.
  apply: (Rle_trans _ ((2 * Rabs O) * (P * d))); last by right; ring.
  by apply: Rmult_le_compat_l; [apply: Rmult_le_pos; lra |].
Qed.

Lemma astrocyte_activations_lipschitz : 0 < sigma m -> 0 < temp m -> locally_lipschitz (activations M).
Proof.
  move=> s0 T0; have iT : 0 < / temp m by apply: Rinv_0_lt_compat.
  have K0 := pos_INR K.
  apply: (lipschitz_local _ (sigma m + INR K * (/ temp m / 2))) => z z'.
  have nl := norm_left (vsub z' z); have nr := norm_right (vsub z' z).
  rewrite -/(distance z' z) in nl nr; have d0 : 0 <= distance z' z by exact: norm_ge0.
  have phi_lip a b : Rabs (phi m a - phi m b) <= sigma m * Rabs (a - b).
    have [c [_ E]] := MVT_gen (phi m) b a (phi' m) (fun c _ => is_derive_phi m c)
      (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (is_derive_phi m c)))).
    rewrite E Rabs_mult; apply: Rmult_le_compat_r; first exact: Rabs_pos.
    have g := phi'_gt0 m c s0; rewrite Rabs_pos_eq; last lra.
    by rewrite phi'_E; have := pow2_ge_0 (phi m c); nra.
  have X : norm (fun i => phi m (left z' i) - phi m (left z i)) <= sigma m * norm (left (vsub z' z)).
    apply: norm_le_sq; first by apply: Rmult_le_pos; [lra | exact: norm_ge0].
    rewrite Rpow_mult_distr norm_sq /dot -sum_scal_l; apply: sum_le => i.
    have := phi_lip (left z' i) (left z i); set a := phi m _ - _; rewrite {2}/left /vsub -/(left z' i) -/(left z i).
    set b := left z' i - left z i => h.
    have := Rmult_le_compat _ _ _ _ (Rabs_pos a) (Rabs_pos a) h h.
    rewrite -Rabs_mult (Rabs_pos_eq (a * a)); last exact: Rle_0_sqr.
    have : Rabs b * Rabs b = b * b by rewrite -Rabs_mult Rabs_pos_eq //; exact: Rle_0_sqr.
    by rewrite /left /b /left => e1 e2; nra.
  have Y : norm (fun mu => INR K * softmax (/ temp m) (right z') mu - INR K * softmax (/ temp m) (right z) mu)
      <= INR K * (/ temp m / 2) * norm (right (vsub z' z)).
    rewrite (norm_ext _ (fun mu => INR K * (softmax (/ temp m) (right z') mu - softmax (/ temp m) (right z) mu))); last by move=> mu; ring.
    rewrite norm_scal Rabs_pos_eq // Rmult_assoc; apply: Rmult_le_compat_l => //.
    by apply: softmax_lipschitz_norm; lra.
  apply: (Rle_trans _ (norm (fun i => phi m (left z' i) - phi m (left z i))
    + norm (fun mu => INR K * softmax (/ temp m) (right z') mu - INR K * softmax (/ temp m) (right z) mu))).
    apply: norm_le_sq; first by apply: Rplus_le_le_0_compat; exact: norm_ge0.
    rewrite dot_join.
    have -> : left (vsub (activations M z') (activations M z)) = fun i => phi m (left z' i) - phi m (left z i).
      by apply: functional_extensionality => i; rewrite /left /vsub /= /join !split_l.
    have -> : right (vsub (activations M z') (activations M z)) = fun mu => INR K * softmax (/ temp m) (right z') mu - INR K * softmax (/ temp m) (right z) mu.
      by apply: functional_extensionality => i; rewrite /right /vsub /= /join !split_r.
    rewrite -!norm_sq; set A := norm _; set B := norm _.
    have a0 : 0 <= A by exact: norm_ge0. have b0 : 0 <= B by exact: norm_ge0.
    nra.
  rewrite Rmult_plus_distr_r; apply: Rplus_le_compat.
    by apply: Rle_trans X _; apply: Rmult_le_compat_l; lra.
  by apply: Rle_trans Y _; apply: Rmult_le_compat_l => //; apply: Rmult_le_pos; lra.
Qed.

Lemma astrocyte_instance : (0 < K)%N -> positive m ->
  modular_ok M /\ locally_lipschitz (activations M) /\
  (forall x u, modular_energy M (join x (fun mu => temp m * u mu)) = energy m x (softmax 1 u)) /\
  (forall x u i, modular_velocity M (join x (fun mu => temp m * u mu)) (lshift K i) = velocity_x m x (softmax 1 u) i) /\
  (forall x u mu, modular_velocity M (join x (fun mu => temp m * u mu)) (rshift N mu) = temp m * lift_velocity m x u mu).
Proof.
  move=> K0 pos; have [s0 [T0 [tx tp]]] := pos.
  split; first by apply: two_layers_ok; [exact: frame_well_formed | exact: astrocyte_differentiable].
  split; first exact: astrocyte_activations_lipschitz.
  split; first by move=> x u; rewrite two_layers_energy frame_energy_E.
  split=> [x u i|x u mu]; rewrite /modular_velocity /= !left_join !right_join /join ?split_l ?split_r.
    have N0 := INR_gt0 (index_dim i).
    rewrite eqxx /velocity_x drive_E softmax_scale; last lra.
    congr (_ / _); rewrite /Gx /Rminus; congr (_ + _).
    rewrite Ropp_involutive /Rdiv -sum_scal_r -sum_scal_l; apply: sum_ext => mu.
    by rewrite /overlap; field; lra.
  rewrite (_ : (ord_max == ord0 :> 'I_2) = false) // /lift_velocity /Gy /score /overlap.
  by set q := _ / (2 * INR N); field; lra.
Qed.
End Astrocyte.

Lemma classical_witness (N : nat) :
  let h := Hopfield N (fun _ _ => 0) tanh (fun a => / cosh a ^ 2) (fun a => ln (cosh a)) 1 in
  modular_ok (classical_frame h) /\ locally_lipschitz (activations (classical_frame h)) /\
  modular_solution (classical_frame h) (fun t _ => exp (- t)).
Proof.
  set h := Hopfield _ _ _ _ _ _; have reg : regular h.
    split=> /= [|a]; first lra.
    split; first exact: is_derive_ln_cosh.
    by split; [exact: is_derive_tanh | have := cosh_gt0 a => c; apply: Rinv_0_lt_compat; nra].
  split; first by apply: classical_ok.
  split.
    apply: (lipschitz_local _ 1) => x z; rewrite Rmult_1_l; apply: sqrt_le_1_alt; apply: sum_le => i.
    rewrite /vsub /=; have [c [_ E]] := MVT_gen tanh (x i) (z i) (fun c => / cosh c ^ 2) (fun c _ => is_derive_tanh c)
      (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (is_derive_tanh c)))).
    rewrite E inv_cosh2; have := pow2_ge_0 (tanh c); have := tanh2_lt1 c => h1 h2.
    set b := z i - x i; set y := tanh c ^ 2 in h1 h2 *.
    have b2 := Rle_0_sqr b; rewrite /Rsqr in b2.
    have -> : (1 - y) * b * ((1 - y) * b) = (1 - y) * (1 - y) * (b * b) by ring.
    have : (1 - y) * (1 - y) <= 1 by nra.
    nra.
  have D t : is_derive (fun s => exp (- s)) t (- exp (- t)) by auto_derive => //; ring.
  split=> [i|t t0 i]; last first.
    evar_last; first exact: D.
    by rewrite /modular_velocity /= /mulmv sum_eq0 => [|j]; [rewrite /Rdiv; field | ring].
  move=> t t0 eps e0; have /continuity_pt_filterlim C : continuous (fun s => exp (- s)) t.
    by apply: ex_derive_continuous; exists (- exp (- t)).
  have [d [d0 H]] := C eps e0; exists d; split=> // s s0 st.
  case: (Req_dec s t) => [->|ne]; first by rewrite Rminus_diag_eq // Rabs_R0.
  by apply: H; split=> //; split=> // e; apply: ne.
Qed.
