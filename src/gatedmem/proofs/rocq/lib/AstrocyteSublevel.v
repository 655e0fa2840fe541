(** * Sublevel sets of the energy (AG9)

    A state (z, p) is glued into one vector, with z as [neurons] and p in the place of [log_gains].
    L extends continuously to z = phi(x) in the closed cube.  A sublevel set {L <= c}, unbounded in x,
    has a limit point (z, p) with z on the boundary of the cube, where the extended energy is at most c.
    Conversely from such a boundary point step inside to tanh(s) z: the entropy-like term falls by at
    least s (1 - tanh s)/sigma and the quadratic one rises by at most a multiple of 1 - tanh s. *)

From Coq Require Import Reals Lra Psatz Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Astrocyte defs.Analysis defs.ExtendedEnergy.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Banach lib.Compact lib.Continuity lib.BinaryEntropy.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.Lipschitz lib.AstrocyteOrbit.

Open Scope R_scope.

Section Sublevel.
Context {N K : nat} (m : memory N K).
Hypothesis pos : positive m.

Let s0 : 0 < sigma m := pos_sigma m pos.

Lemma extended_energy_E x p : extended_energy m (fun i => phi m (x i)) p = energy m x p.
Proof.
  rewrite /extended_energy /energy /neuron_energy; congr (_ + _); apply: sum_ext => i.
  rewrite -/(binary_entropy (phi m (x i))) /phi binary_entropy_tanh /Lambda; field; lra.
Qed.

Lemma extended_cont w : cont w (fun w => extended_energy m (neurons w) (log_gains w)).
Proof.
  have xln (f : vec (N + K) -> R) : cont w f -> cont w (fun v => f v * ln (f v)).
    by move=> F; apply: (cont_comp w (fun r => r * ln r)) => //; exact: continuous_xlnx.
  have Z i : cont w (fun v => neurons v i) := cont_coord w (lshift K i).
  have P mu : cont w (fun v => log_gains v mu) := cont_coord w (rshift N mu).
  apply: cont_plus; first apply: cont_plus.
  - apply: cont_scal; apply: (cont_sum w _ (fun mu v => log_gains v mu * (dot (pattern m mu) (neurons v) ^ 2 / (2 * INR N)))) => mu.
    apply: cont_mult => //.
    have D : cont w (fun v => dot (pattern m mu) (neurons v)).
      by apply: (cont_sum w _ (fun i v => pattern m mu i * neurons v i)) => i; exact: cont_scal.
    apply: (cont_ext w (fun v => / (2 * INR N) * (dot (pattern m mu) (neurons v) * dot (pattern m mu) (neurons v)))).
      by move=> v; rewrite /Rdiv; ring.
    by apply: cont_scal; exact: cont_mult.
  - by apply: cont_scal; apply: (cont_sum w _ (fun mu v => log_gains v mu * ln (log_gains v mu))) => mu; exact: xln.
  - apply: (cont_sum w _ (fun i v => ((1 + neurons v i) * ln (1 + neurons v i) + (1 - neurons v i) * ln (1 - neurons v i)) / (2 * sigma m))) => i.
    apply: (cont_ext w (fun v => / (2 * sigma m) * ((1 + neurons v i) * ln (1 + neurons v i) + (1 + -1 * neurons v i) * ln (1 + -1 * neurons v i)))).
      by move=> v; rewrite (_ : 1 + -1 * neurons v i = 1 - neurons v i); [rewrite /Rdiv; ring | ring].
    apply: cont_scal; apply: cont_plus; apply: xln; apply: cont_plus; try exact: cont_const; first exact: Z.
    exact: cont_scal.
Qed.

(** ** Boundary points above c: the sublevel set is bounded *)

Lemma phi_compact z : Rabs z < 1 -> exists a, 0 <= a /\ (0 < a /\ forall r, Rabs (phi m r - z) < / a -> Rabs r <= a).
Proof.
  move=> hz; have q0 : 0 < (1 - Rabs z) / 2 by lra.
  have i0 : 0 < / ((1 - Rabs z) / 2) by exact: Rinv_0_lt_compat.
  pose a := (1 + / sigma m) * / ((1 - Rabs z) / 2).
  have j0 := Rinv_0_lt_compat _ s0.
  have a0 : 0 < a by apply: Rmult_lt_0_compat; lra.
  exists a; split; first lra; split=> // r hr; apply: Rnot_lt_le => lt.
  have ia : / a <= (1 - Rabs z) / 2.
    rewrite -(Rinv_inv ((1 - Rabs z) / 2)); apply: Rinv_le_contravar => //; rewrite /a; nra.
  have h1 : Rabs (phi m r) < 1 - (1 - Rabs z) / 2 by move: hr; split_Rabs; lra.
  have r0 : 0 < Rabs r by lra.
  have e1 : Rabs (phi m r) = tanh (sigma m * Rabs r).
    rewrite /phi; case: (Rcase_abs r) => hr0.
      have := tanh_lt0 (sigma m * r) ltac:(nra) => t0.
      by rewrite (Rabs_left r) // Rabs_left // -tanh_opp; congr tanh; ring.
    rewrite (Rabs_right r) // Rabs_pos_eq //; rewrite Rabs_right // in r0.
    by left; apply: tanh_gt0; nra.
  have sr : 0 < sigma m * Rabs r by exact: Rmult_lt_0_compat.
  have := far_tanh _ sr; rewrite -e1.
  suff : / (sigma m * Rabs r) <= (1 - Rabs z) / 2 by lra.
  rewrite -(Rinv_inv ((1 - Rabs z) / 2)); apply: Rinv_le_contravar => //.
  have : sigma m * a <= sigma m * Rabs r by apply: Rmult_le_compat_l; lra.
  suff : / ((1 - Rabs z) / 2) <= sigma m * a by lra.
  have -> : sigma m * a = (sigma m + 1) * / ((1 - Rabs z) / 2) by rewrite /a; field; lra.
  nra.
Qed.

Lemma sublevel_bounded c :
  (forall z p, is_simplex p -> cube_boundary z -> c < extended_energy m z p) ->
  exists B, forall x p, is_simplex p -> energy m x p <= c -> forall i, Rabs (x i) <= B.
Proof.
  move=> above; apply: NNPP => no.
  pose F (P : vec N * vec K -> Prop) := exists B, forall x p, is_simplex p -> energy m x p <= c ->
    (exists i, B < Rabs (x i)) -> P (x, p).
  have FF : ProperFilter F.
    split.
      move=> P [B h]; apply: NNPP => none; apply: no; exists B => x p sp ec i; apply: Rnot_lt_le => lt.
      by apply: none; exists (x, p); apply: h => //; exists i.
    split; first by exists 0.
    - move=> P Q [B h] [B' h']; exists (Rmax B B') => x p sp ec [i hi].
      have := Rmax_l B B'; have := Rmax_r B B' => a b.
      by split; [apply: h | apply: h'] => //; exists i; lra.
    - by move=> P Q PQ [B h]; exists B => x p sp ec ex; apply: PQ; exact: h.
  pose y (t : vec N * vec K) : vec (N + K) := glue (fun i => phi m (t.1 i)) t.2.
  have good : F (fun t => is_simplex t.2 /\ energy m t.1 t.2 <= c) by exists 0.
  have [|w hw] := cluster F y (norm (fun _ : 'I_(N + K) => 1)).
    exists 0 => x p sp _ _; apply: norm_le_sq; first exact: norm_ge0.
    rewrite norm_sq; apply: sum_le => j; rewrite -!/(Rsqr _); apply: Rsqr_le_abs_1; rewrite Rabs_R1 /y /=.
    move: j; apply: glue_index => [i|mu]; rewrite ?glue_l ?glue_r; first by left; exact: phi_abs.
    by rewrite Rabs_pos_eq; [exact: simplex_le1 | exact: simplex_ge0].
  have z1 i : Rabs (neurons w i) <= 1.
    apply: Rnot_lt_le => lt; have [|t [_ ht]] := hw _ (Rabs (neurons w i) - 1) good; first lra.
    have := Rle_lt_trans _ _ _ (Rabs_coord_le_distance _ _ (lshift K i)) ht.
    rewrite /y glue_l -/(neurons w i); have := phi_abs m (t.1 i); split_Rabs; lra.
  have sw : is_simplex (log_gains w).
    split=> [mu|].
      apply: Rnot_lt_le => lt; have [|t [[st _] ht]] := hw _ (- log_gains w mu) good; first lra.
      have := Rle_lt_trans _ _ _ (Rabs_coord_le_distance _ _ (rshift N mu)) ht.
      by rewrite /y glue_r -/(log_gains w mu); have := simplex_ge0 _ mu st; split_Rabs; lra.
    apply: NNPP => ne; have d0 : 0 < Rabs (1 - sum (log_gains w)) by apply: Rabs_pos_lt => e; apply: ne; lra.
    have C : cont w (fun v => sum (log_gains v)) by apply: (cont_sum w _ (fun mu v => log_gains v mu)) => mu; exact: cont_coord.
    have [d [dp h]] := cont_near w _ C _ d0; have [t [[st _] ht]] := hw _ d good dp.
    by have := h _ ht; rewrite /y log_gains_glue; case: st => _ ->; lra.
  have ew : extended_energy m (neurons w) (log_gains w) <= c.
    apply: Rnot_lt_le => lt; have [d [dp h]] := cont_near w _ (extended_cont w) _ (Rlt_Rminus _ _ lt).
    have [t [[st et] ht]] := hw _ d good dp; have := h _ ht.
    by rewrite /y neurons_glue log_gains_glue extended_energy_E; split_Rabs; lra.
  have inside i : Rabs (neurons w i) < 1.
    apply: Rnot_le_lt => le; have := above (neurons w) (log_gains w) sw; move: ew; suff cb : cube_boundary (neurons w).
      by move=> e1 /(_ cb); lra.
    by split=> //; exists i; have := z1 i; lra.
  have mono i : forall a b, a <= b ->
      (0 < a /\ forall r, Rabs (phi m r - neurons w i) < / a -> Rabs r <= a) ->
      (0 < b /\ forall r, Rabs (phi m r - neurons w i) < / b -> Rabs r <= b).
    move=> a b ab [a0 H]; split=> [|r hr]; first lra.
    apply: (Rle_trans _ a) => //; apply: H; apply: Rlt_le_trans hr _.
    by apply: Rinv_le_contravar.
  have [a [a0 A]] := common_bound N _ mono (fun i => phi_compact _ (inside i)).
  have far : F (fun t => exists i, a + 1 < Rabs (t.1 i)) by exists (a + 1).
  have [|t [[i ti] ht]] := hw _ (/ (a + 1)) far; first by apply: Rinv_0_lt_compat; lra.
  have [_ H] := mono i a (a + 1) ltac:(lra) (A i).
  have := H (t.1 i); have := Rle_lt_trans _ _ _ (Rabs_coord_le_distance _ _ (lshift K i)) ht.
  by rewrite /y glue_l -/(neurons w i) => h /(_ h); lra.
Qed.

(** ** A boundary point at most c: the sublevel set is unbounded *)

Lemma step_inside z p s : is_simplex p -> cube_boundary z -> 0 <= s ->
  sigma m * (INR K * dot p (fun mu => dot (pattern m mu) z ^ 2 / (2 * INR N))) * 2 <= s ->
  extended_energy m (fun i => tanh s * z i) p <= extended_energy m z p.
Proof.
  move=> sp [z1 [i zi]] hs big; set A := INR K * dot _ _ in big.
  have [_ u1] := tanh_bound s; have u0 : 0 <= tanh s by case: hs => [/tanh_gt0|<-]; rewrite ?tanh_0; lra.
  have A0 : 0 <= A.
    apply: Rmult_le_pos; first exact: pos_INR; apply: sum_ge0 => mu.
    apply: Rmult_le_pos; first exact: simplex_ge0.
    have n0 := INR_gt0 (index_dim i).
    by apply: Rmult_le_pos; [exact: pow2_ge_0 | left; apply: Rinv_0_lt_compat; lra].
  have Q : INR K * dot p (fun mu => dot (pattern m mu) (fun i => tanh s * z i) ^ 2 / (2 * INR N)) = tanh s ^ 2 * A.
    have -> : tanh s ^ 2 * A = INR K * dot p (fun mu => tanh s ^ 2 * (dot (pattern m mu) z ^ 2 / (2 * INR N))).
      by rewrite (dot_scal_r (tanh s ^ 2) p) /A; ring.
    congr (_ * _); apply: dot_ext => // mu.
    by rewrite dot_scal_r /Rdiv; ring.
  pose g (v : vec N) := sum (fun i => binary_entropy (v i) / (2 * sigma m)).
  have G : g (fun i => tanh s * z i) + s * (1 - tanh s) / sigma m <= g z.
    have i0 : 0 < / (2 * sigma m) by apply: Rinv_0_lt_compat; lra.
    have E : s * (1 - tanh s) / sigma m = sum (fun j => if j == i then s * (1 - tanh s) / sigma m else 0).
      by rewrite (sum_if_eq i (fun _ => s * (1 - tanh s) / sigma m)).
    rewrite E /g -sum_plus; apply: sum_le => j; case: eqP => [->|_]; last first.
      rewrite Rplus_0_r; apply: Rmult_le_compat_r; first lra.
      exact: binary_entropy_scaled.
    have -> : s * (1 - tanh s) / sigma m = 2 * (s * (1 - tanh s)) / (2 * sigma m) by field; lra.
    rewrite /Rdiv -Rmult_plus_distr_r; apply: Rmult_le_compat_r; first lra.
    exact: binary_entropy_end.
  have D : (1 - tanh s ^ 2) * A <= s * (1 - tanh s) / sigma m.
    have -> : s * (1 - tanh s) / sigma m = (1 - tanh s) * (s / sigma m) by field; lra.
    have -> : (1 - tanh s ^ 2) * A = (1 - tanh s) * ((1 + tanh s) * A) by ring.
    apply: Rmult_le_compat_l; first lra.
    apply: (Rle_trans _ (2 * A)); first by nra.
    apply: (Rmult_le_reg_r (sigma m)) => //.
    have -> : s / sigma m * sigma m = s by field; lra.
    lra.
  rewrite /extended_energy -!/(g _).
  move: Q G D; rewrite /A; set q1 := dot p _; set q2 := dot p _; set e1 := g _; set e2 := g _; nra.
Qed.

Lemma sublevel_unbounded c z p B : is_simplex p -> cube_boundary z -> extended_energy m z p <= c ->
  exists x, energy m x p <= c /\ exists i, B < Rabs (x i).
Proof.
  move=> sp bz ez; set A := sigma m * (INR K * dot p (fun mu => dot (pattern m mu) z ^ 2 / (2 * INR N))) * 2.
  pose s := Rabs A + sigma m * (Rabs B + 1).
  have sB : sigma m * (Rabs B + 1) <= s by rewrite /s; have := Rabs_pos A; lra.
  have sB0 : 0 < sigma m * (Rabs B + 1) by apply: Rmult_lt_0_compat => //; have := Rabs_pos B; lra.
  have [u0 u1] : 0 < tanh s < 1 by split; [apply: tanh_gt0; lra | case: (tanh_bound s)].
  have le1 i : Rabs (tanh s * z i) < 1.
    by rewrite Rabs_mult (Rabs_pos_eq (tanh s)); [have := proj1 bz i; have := Rabs_pos (z i); nra | lra].
  pose x (i : 'I_N) := artanh (tanh s * z i) / sigma m.
  have X i : phi m (x i) = tanh s * z i.
    rewrite /phi /x; have -> : sigma m * (artanh (tanh s * z i) / sigma m) = artanh (tanh s * z i) by field; lra.
    exact: tanh_artanh.
  exists x; split.
    rewrite -extended_energy_E; have -> : (fun i => phi m (x i)) = (fun i => tanh s * z i).
      by apply: functional_extensionality.
    apply: Rle_trans ez; apply: step_inside => //; first lra.
    by rewrite -/A /s; have := Rle_abs A; lra.
  case: (proj2 bz) => i zi; exists i; apply: (Rlt_le_trans _ (s / sigma m)).
    apply: (Rmult_lt_reg_r (sigma m)) => //; have -> : s / sigma m * sigma m = s by field; lra.
    by have := Rle_abs B; nra.
  have e : sigma m * Rabs (x i) = s.
    have := X i; rewrite /phi; case: (Rcase_abs (z i)) zi => z0 zi; [rewrite Rabs_left // in zi | rewrite Rabs_right // in zi].
      have -> : tanh s * z i = - tanh s by nra.
      by rewrite -tanh_opp => /tanh_inj E; rewrite Rabs_left; nra.
    rewrite zi Rmult_1_r => /tanh_inj E; rewrite Rabs_pos_eq //; nra.
  by right; rewrite -e; field; lra.
Qed.

Lemma sublevel_iff c :
  (exists B, forall x p, is_simplex p -> energy m x p <= c -> forall i, Rabs (x i) <= B) <->
  (forall z p, is_simplex p -> cube_boundary z -> c < extended_energy m z p).
Proof.
  split=> [[B H] z p sp bz|]; last exact: sublevel_bounded.
  apply: Rnot_le_lt => le; have [x [ex [i hi]]] := sublevel_unbounded c z p B sp bz le.
  by have := H x p sp ex i; lra.
Qed.

(** ** The minimum over the boundary is attained *)
Lemma boundary_minimum : (0 < N)%N -> (0 < K)%N ->
  exists z p, (is_simplex p /\ cube_boundary z) /\
    forall z' p', is_simplex p' -> cube_boundary z' -> extended_energy m z p <= extended_energy m z' p'.
Proof.
  move=> N0 K0.
  pose D (w : vec (N + K)) := cube_boundary (neurons w) /\ is_simplex (log_gains w).
  have near_l (w w' : vec (N + K)) i : Rabs (neurons w i - neurons w' i) <= distance w w'
    := Rabs_coord_le_distance w w' (lshift K i).
  have near_r (w w' : vec (N + K)) mu : Rabs (log_gains w mu - log_gains w' mu) <= distance w w'
    := Rabs_coord_le_distance w w' (rshift N mu).
  have cD : compact_set D.
    split=> [l ad|]; last first.
      exists (norm (fun _ : 'I_(N + K) => 1)) => w [[z1 _] sp]; apply: norm_le_sq; first exact: norm_ge0.
      rewrite norm_sq; apply: sum_le => j; rewrite -!/(Rsqr _); apply: Rsqr_le_abs_1; rewrite Rabs_R1.
      move: j; apply: glue_index => [i|mu]; first exact: z1.
      have := simplex_ge0 _ mu sp; have := simplex_le1 _ mu sp; rewrite /log_gains => a b.
      by rewrite Rabs_pos_eq.
    split; last first.
      split=> [mu|].
        apply: Rnot_lt_le => lt; have [w [[_ sp] h]] := ad (- log_gains l mu) ltac:(lra).
        by have := simplex_ge0 _ mu sp; have := near_r w l mu; split_Rabs; lra.
      apply: (adherent_eq D (fun v => sum (log_gains v)) 1 l) => //; last by move=> w [_ []].
      by apply: cont_near; apply: (cont_sum l _ (fun mu v => log_gains v mu)) => mu; exact: cont_coord.
    have l1 i : Rabs (neurons l i) <= 1.
      apply: Rnot_lt_le => lt; have [w [[[z1 _] _] h]] := ad (Rabs (neurons l i) - 1) ltac:(lra).
      by have := z1 i; have := near_l w l i; split_Rabs; lra.
    split=> //; apply: NNPP => none.
    have inside i : exists a, 0 <= a /\ (0 < a /\ / a <= 1 - Rabs (neurons l i)).
      have lt : Rabs (neurons l i) < 1.
        by apply: Rnot_le_lt => le; apply: none; exists i; have := l1 i; lra.
      have q : 0 < / (1 - Rabs (neurons l i)) by apply: Rinv_0_lt_compat; lra.
      by exists (/ (1 - Rabs (neurons l i))); split; [lra | split=> //; rewrite Rinv_inv; lra].
    have mono i : forall a b, a <= b -> (0 < a /\ / a <= 1 - Rabs (neurons l i)) -> (0 < b /\ / b <= 1 - Rabs (neurons l i)).
      move=> a b ab [a0 h]; split; first lra.
      by apply: Rle_trans h; apply: Rinv_le_contravar.
    have [a [a0 A]] := common_bound N _ mono inside.
    have a1 : 0 < a by case: (A (Ordinal N0)).
    have [w [[[_ [i wi]] _] h]] := ad (/ a) (Rinv_0_lt_compat _ a1).
    by have [_] := A i; have := near_l w l i; split_Rabs; lra.
  have [||w [[bz sp] H]] := max_attained D (fun w => - extended_energy m (neurons w) (log_gains w)) cD.
  - exists (glue (fun _ => 1) (fun _ => / INR K)); rewrite /D neurons_glue log_gains_glue.
    split; last by apply: interior_simplex; exact: uniform_interior.
    by split=> [i|]; [rewrite Rabs_R1; lra | exists (Ordinal N0); exact: Rabs_R1].
  - move=> w _; apply: cont_near; apply: (cont_ext w (fun v => -1 * extended_energy m (neurons v) (log_gains v))).
      by move=> v; ring.
    by apply: cont_scal; exact: extended_cont.
  - exists (neurons w), (log_gains w); split=> // z p spp bzz.
    by have := H (glue z p); rewrite /D neurons_glue log_gains_glue => /(_ (conj bzz spp)); lra.
Qed.
Lemma sublevel_threshold : (0 < N)%N -> (0 < K)%N ->
  exists z0 p0, (cube_boundary z0 /\ is_simplex p0) /\
    (forall z p, cube_boundary z -> is_simplex p -> extended_energy m z0 p0 <= extended_energy m z p) /\
    (forall c, (exists B, forall x p, is_simplex p -> energy m x p <= c -> forall i, Rabs (x i) <= B) <->
       c < extended_energy m z0 p0).
Proof.
  move=> N0 K0; have [z0 [p0 [[sp bz] H]]] := boundary_minimum N0 K0.
  exists z0, p0; split=> //; split=> [z p hz hp|c]; first exact: H.
  by rewrite sublevel_iff; split=> [h|h z p hp hz]; [exact: h | apply: Rlt_le_trans h (H z p hp hz)].
Qed.
End Sublevel.

Lemma glue_distance N K (x x' : vec N) (u u' : vec K) :
  distance (glue x u) (glue x' u') <= distance x x' + distance u u'.
Proof.
  have a := distance_ge0 x x'; have b := distance_ge0 u u'; apply: norm_le_sq; first lra.
  rewrite dot_parts; set A := dot _ _; set B := dot _ _.
  have -> : A = distance x x' ^ 2.
    by rewrite /distance norm_sq; apply: dot_ext => i; rewrite /neurons /vsub !glue_l.
  have -> : B = distance u u' ^ 2.
    by rewrite /distance norm_sq; apply: dot_ext => i; rewrite /log_gains /vsub !glue_r.
  nra.
Qed.

Lemma extended_continuous N K (m : memory N K) z p eps : 0 < eps ->
  exists delta, 0 < delta /\ forall z' p', distance z' z < delta -> distance p' p < delta ->
    Rabs (extended_energy m z' p' - extended_energy m z p) < eps.
Proof.
  move=> e0; have [d [d0 h]] := cont_near _ _ (extended_cont m (glue z p)) eps e0.
  exists (d / 2); split=> [|z' p' hz hp]; first lra.
  have := h (glue z' p'); rewrite !neurons_glue !log_gains_glue; apply.
  by apply: Rle_lt_trans (glue_distance _ _ _ _ _ _) _; lra.
Qed.
