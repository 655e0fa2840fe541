(** * Exact retrieval (AG24, AG31)

    A gain above one half on a pattern of largest overlap outweighs all others:
    every neuron is driven to the sign that pattern asks for. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds.

Open Scope R_scope.

Lemma sign_mul_self a : sign a * a = Rabs a.
Proof.
  case: (Rtotal_order a 0) => [a0|[->|a0]].
  - by rewrite sign_eq_m1 // Rabs_left //; ring.
  - by rewrite Rabs_R0; ring.
  - by rewrite sign_eq_1 // Rabs_pos_eq; lra.
Qed.

Lemma sign_sq a : a <> 0 -> sign a * sign a = 1.
Proof.
  move=> a0; case: (Rtotal_order a 0) => [h|[//|h]]; first by rewrite sign_eq_m1 //; ring.
  by rewrite sign_eq_1 //; ring.
Qed.

Lemma sign_unit s a : s = 1 \/ s = -1 -> 0 < s * a -> sign a = s.
Proof. by case=> -> h; [rewrite sign_eq_1 | rewrite sign_eq_m1]; lra. Qed.

Section Retrieval.
Context {N K : nat} (m : memory N K).
Hypothesis bin : binary m.

Lemma sign_pattern x mu i : overlap m x mu <> 0 ->
  sign (overlap m x mu) * pattern m mu i = 1 \/ sign (overlap m x mu) * pattern m mu i = -1.
Proof.
  move=> m0; case: (Rtotal_order (overlap m x mu) 0) => [h|[//|h]];
    [rewrite sign_eq_m1 // | rewrite sign_eq_1 //]; case: (bin mu i) => ->; lra.
Qed.

Lemma drive_dominated x p mu i : is_simplex p ->
  (forall nu, Rabs (overlap m x nu) <= Rabs (overlap m x mu)) ->
  (2 * p mu - 1) * (INR K * Rabs (overlap m x mu) / INR N)
  <= sign (overlap m x mu) * pattern m mu i * drive m x p i.
Proof.
  move=> [p0 s1] big; have n0 := INR_gt0 (index_dim i); have k0 := INR_gt0 (index_dim mu).
  set M := Rabs (overlap m x mu); set s := sign (overlap m x mu) * pattern m mu i.
  have c0 : 0 <= INR K / INR N by apply: Rmult_le_pos; [lra | left; exact: Rinv_0_lt_compat].
  have -> : (2 * p mu - 1) * (INR K * M / INR N) = INR K / INR N * ((2 * p mu - 1) * M) by rewrite /Rdiv; ring.
  have -> : s * drive m x p i = INR K / INR N * sum (fun nu => p nu * (overlap m x nu * pattern m nu i * s)).
    rewrite drive_E -Rmult_assoc (Rmult_comm s) Rmult_assoc; congr (_ * _).
    by rewrite -sum_scal_l; apply: sum_ext => nu; ring.
  apply: Rmult_le_compat_l => //.
  have -> : (2 * p mu - 1) * M = sum (fun nu => - (p nu * M) + 2 * p mu * M * kdelta mu nu).
    by rewrite sum_plus sum_opp sum_scal_r s1 sum_scal_l sum_kdelta; ring.
  apply: sum_le => nu; rewrite /kdelta; case: eqP => [<-|_].
    have -> : overlap m x mu * pattern m mu i * s = M.
      have -> : overlap m x mu * pattern m mu i * s
         = sign (overlap m x mu) * overlap m x mu * (pattern m mu i * pattern m mu i) by rewrite /s; ring.
      by rewrite sign_mul_self pattern_sq // Rmult_1_r.
    lra.
  rewrite Rmult_0_r Rplus_0_r Ropp_mult_distr_r; apply: Rmult_le_compat_l => //.
  have S : Rabs s <= 1.
    rewrite /s Rabs_mult pattern_abs // Rmult_1_r; apply: Rabs_le.
    by case: (Rtotal_order (overlap m x mu) 0) => [h|[->|h]]; rewrite ?sign_0 ?(sign_eq_m1 _ h) ?(sign_eq_1 _ h); lra.
  have : Rabs (overlap m x nu * pattern m nu i * s) <= M.
    rewrite Rabs_mult (Rabs_mult (overlap m x nu)) pattern_abs // Rmult_1_r -[M]Rmult_1_r.
    by apply: Rmult_le_compat; [exact: Rabs_pos | exact: Rabs_pos | exact: big | exact: S].
  by move=> B; move: (Rle_abs (- (overlap m x nu * pattern m nu i * s))); rewrite Rabs_Ropp; lra.
Qed.

Lemma drive_sign x p mu i : is_simplex p -> / 2 < p mu -> overlap m x mu <> 0 ->
  (forall nu, Rabs (overlap m x nu) <= Rabs (overlap m x mu)) ->
  sign (drive m x p i) = sign (overlap m x mu) * pattern m mu i /\
  (2 * p mu - 1) * (INR K * Rabs (overlap m x mu) / INR N) <= Rabs (drive m x p i).
Proof.
  move=> sp half m0 big; have D := drive_dominated x p mu i sp big.
  have n0 := INR_gt0 (index_dim i); have k0 := INR_gt0 (index_dim mu).
  have P : 0 < (2 * p mu - 1) * (INR K * Rabs (overlap m x mu) / INR N).
    apply: Rmult_lt_0_compat; first lra; apply: Rdiv_lt_0_compat => //.
    by apply: Rmult_lt_0_compat => //; exact: Rabs_pos_lt.
  have u := sign_pattern x mu i m0; split; first by apply: sign_unit => //; lra.
  apply: Rle_trans D _; apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult.
  have -> : Rabs (sign (overlap m x mu) * pattern m mu i) = 1; last by lra.
  by case: u => ->; rewrite ?Rabs_R1 // Rabs_Ropp Rabs_R1.
Qed.

(** Larger scores are larger overlaps. *)
Lemma overlap_of_score x mu nu : (0 < N)%N -> score m x nu <= score m x mu ->
  Rabs (overlap m x nu) <= Rabs (overlap m x mu).
Proof.
  move=> /INR_gt0 n0 h; apply: Rsqr_le_abs_0; rewrite !Rsqr_pow2.
  by apply: (Rmult_le_reg_r (/ (2 * INR N))) => //; apply: Rinv_0_lt_compat; lra.
Qed.

Lemma score_of_gain x mu nu : positive m -> (gate_target m x nu < gate_target m x mu) ->
  score m x nu < score m x mu.
Proof.
  move=> /pos_temp T0; rewrite /gate_target (softmax_ratio _ _ mu nu) => h.
  have g := softmax_gt0 (/ temp m) (score m x) nu.
  have : 1 < exp (/ temp m * (score m x mu - score m x nu)) by nra.
  rewrite -exp_0 => /exp_lt_inv; have := Rinv_0_lt_compat _ T0; nra.
Qed.

(** A score gap above T ln (K - 1) gives a gain above one half. *)
Lemma gap_half (T : R) (f : vec K) mu : 0 < T ->
  (forall nu, nu <> mu -> T * ln (INR K - 1) < f mu - f nu) -> / 2 < softmax (/ T) f mu.
Proof.
  move=> T0 gap; rewrite softmax_sub (sum_split mu) Rminus_eq_0 Rmult_0_r exp_0.
  set S := sum _.
  have S0 : 0 <= S by apply: sum_ge0 => j; case: (j == mu); [lra | left; exact: exp_pos].
  have S1 : S < 1.
    case: (boolP [exists nu, nu != mu]) => [/existsP [nu ne]|/existsPn none]; last first.
      rewrite /S sum_eq0; first lra.
      by move=> j; have := none j; rewrite negbK => ->.
    have K2 : 0 < INR K - 1.
      have : INR 2 <= INR K; last by rewrite /=; lra.
      apply: le_INR; apply/leP; rewrite -[K]card_ord.
      by rewrite (cardD1 mu) (cardD1 nu) !inE ne.
    have -> : 1 = sum (fun j => if j == mu then 0 else / (INR K - 1)).
      by rewrite sum_off_const; field; lra.
    have term j : j != mu -> exp (/ T * (f j - f mu)) < / (INR K - 1).
      move=> /eqP jm; rewrite -[/ (INR K - 1)]exp_ln; last exact: Rinv_0_lt_compat.
      apply: exp_increasing; rewrite ln_Rinv //; apply: (Rmult_lt_reg_l T) => //.
      rewrite -Rmult_assoc Rinv_r ?Rmult_1_l; last lra.
      by have := gap j jm; lra.
    apply: (sum_lt _ _ nu); last by rewrite (negbTE ne); exact: term.
    by move=> j; case jm: (j == mu); [lra | left; apply: term; rewrite jm].
  by apply: Rinv_lt_contravar; lra.
Qed.

Lemma equilibrium_retrieves x p mu : positive m -> is_interior p -> equilibrium m x p ->
  / 2 < p mu -> ((2 <= K)%N \/ overlap m x mu <> 0) ->
  (forall nu, nu <> mu -> score m x nu < score m x mu) /\
  forall i, sign (x i) = sign (overlap m x mu) * pattern m mu i /\
    (2 * p mu - 1) * (INR K * Rabs (overlap m x mu) / INR N) <= Rabs (x i).
Proof.
  move=> pos int E half hK; have [X P] := proj1 (equilibrium_interior m x p pos int) E.
  case: (int) => p0 s1.
  have less nu : nu <> mu -> p nu < p mu.
    move=> ne; have : p nu + p mu <= 1; last lra.
    rewrite -s1 (sum_split mu) (sum_split nu (fun j => if j == mu then 0 else p j)).
    have -> : nu == mu = false by apply/eqP.
    suff : 0 <= sum (fun j => if j == nu then 0 else if j == mu then 0 else p j) by lra.
    by apply: sum_ge0 => j; case: (j == nu); [lra | case: (j == mu); [lra | left]].
  have sc nu : nu <> mu -> score m x nu < score m x mu.
    by move=> ne; apply: score_of_gain => //; rewrite -!P; exact: less.
  split=> // i; have N0 := index_dim i.
  have m0 : overlap m x mu <> 0.
    case: hK => // K2.
    have [nu ne] : exists nu : 'I_K, nu <> mu.
      case: (boolP [exists nu, nu != mu]) => [/existsP [nu /eqP ne]|/existsPn none]; first by exists nu.
      have : (1 < #|'I_K|)%N by rewrite card_ord.
      rewrite (cardD1 mu) inE (eq_card0 (A := [predD1 'I_K & mu])) //.
      by move=> nu; rewrite !inE andbT; exact: (negbTE (none nu)).
    move=> z; have := sc nu ne; have := score_ge0 m x nu; rewrite [score m x mu]/score z.
    by rewrite /Rdiv; lra.
  rewrite (X i); apply: drive_sign => //; first exact: interior_simplex.
  move=> nu; case: (eqVneq nu mu) => [->|/eqP ne]; first lra.
  by apply: overlap_of_score => //; left; exact: sc.
Qed.

Lemma one_step x mu i : positive m -> overlap m x mu <> 0 ->
  (forall nu, nu <> mu -> temp m * ln (INR K - 1) < score m x mu - score m x nu) ->
  sign (drive m x (gate_target m x) i) = sign (overlap m x mu) * pattern m mu i.
Proof.
  move=> pos m0 gap; have T0 := pos_temp m pos; have N0 := index_dim i.
  have h : / 2 < gate_target m x mu by apply: gap_half.
  have sp : is_simplex (gate_target m x) by apply: softmax_simplex; exact: (index_dim mu).
  have [] := drive_sign x (gate_target m x) mu i sp h m0 => // nu.
  case: (eqVneq nu mu) => [->|/eqP ne]; first lra.
  apply: overlap_of_score => //.
  have K2 : 0 < INR K - 1.
    have : INR 2 <= INR K; last by rewrite /=; lra.
    apply: le_INR; apply/leP; rewrite -[K]card_ord.
    by rewrite (cardD1 mu) (cardD1 nu) !inE; move/eqP: ne => ->.
  have K1 : 1 <= INR K - 1.
    have : INR 2 <= INR K; last by rewrite /=; lra.
    apply: le_INR; apply/leP; rewrite -[K]card_ord.
    by rewrite (cardD1 mu) (cardD1 nu) !inE; move/eqP: ne => ->.
  have : 0 <= ln (INR K - 1).
    by rewrite -ln_1; case: K1 => [h1|<-]; [left; apply: ln_increasing; lra | lra].
  by have := gap nu ne; nra.
Qed.
End Retrieval.
