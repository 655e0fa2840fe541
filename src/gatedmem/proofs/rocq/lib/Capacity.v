(** * One-step retrieval and capacity

    alternation_sign   == AG31: a leading score with the gap T ln(K-1) is retrieved in one step
    hoeffding_sq       == Hoeffding for the square of the sum, at any real level
    resample           == a count over matrices, by resampling one row
    capacity           == AG32 with the flips a function of the retrieved pattern *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun finset bigop binomial.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Astrocyte defs.Signs defs.Capacity.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Signs.

Open Scope R_scope.

(** ** The deterministic step *)

Section Step.
Context {N K : nat} (m : memory N K).

Lemma drive_overlaps x p i :
  drive m x p i = INR K / INR N * sum (fun mu => p mu * overlap m x mu * pattern m mu i).
Proof.
  rewrite /drive /mulmv /weight.
  rewrite (sum_ext _ (fun j => INR K / INR N *
      sum (fun mu => p mu * (pattern m mu i * pattern m mu j) * phi m (x j)))); last first.
    by move=> j; rewrite sum_scal_r; ring.
  rewrite sum_scal_l sum_swap; congr (_ * _); apply: sum_ext => mu.
  by rewrite /overlap /dot -!sum_scal_l -sum_scal_r; apply: sum_ext => j; ring.
Qed.

(** The rest of a softmax when one score leads by more than T ln (K - 1). *)
Lemma softmax_majority T (f : vec K) mu : 0 < T ->
  (forall nu, nu <> mu -> T * ln (INR K - 1) < f mu - f nu) ->
  sum (fun nu => if nu == mu then 0 else softmax (/ T) f nu) < softmax (/ T) f mu.
Proof.
  move=> T0 gap; set p := softmax _ _; have p0 := softmax_gt0 (/ T) f mu; rewrite -/p in p0.
  have iT : 0 < / T by apply: Rinv_0_lt_compat.
  case: (boolP [forall nu, nu == mu]) => [/forallP all|/forallPn [k km]].
    by rewrite sum_eq0 // => nu; rewrite all.
  have k1 : 1 <= INR K - 1.
    have : (1 < K)%N.
      by rewrite -(card_ord K); apply/card_gt1P; exists k, mu.
    by move/ltP/le_INR; rewrite S_INR /=; lra.
  have -> : p mu = sum (fun nu => if nu == mu then 0 else p mu / (INR K - 1)).
    by rewrite sum_off_const; field; lra.
  have term nu : nu <> mu -> p nu < p mu / (INR K - 1).
    move=> ne; rewrite /p (softmax_ratio _ f nu mu) -/p /Rdiv; apply: Rmult_lt_compat_l => //.
    rewrite -(exp_ln (INR K - 1)) -?exp_Ropp; last lra.
    apply: exp_increasing; apply: (Rmult_lt_reg_l T) => //.
    have := gap nu ne; have -> : T * (/ T * (f nu - f mu)) = f nu - f mu by field; lra.
    lra.
  apply: (sum_lt _ _ k) => [nu|].
    by case: eqP => [_|/term]; lra.
  by rewrite (negbTE km); apply: term; apply/eqP.
Qed.

Lemma alternation_sign x mu : binary m -> 0 < temp m -> overlap m x mu <> 0 ->
  (forall nu, score m x nu <= score m x mu) ->
  (forall nu, nu <> mu -> temp m * ln (INR K - 1) < score m x mu - score m x nu) ->
  forall i, 0 < drive m x (gate_target m x) i * (overlap m x mu * pattern m mu i).
Proof.
  move=> bin T0 m0 top gap i; rewrite drive_overlaps.
  have N0 : 0 < INR N by apply: INR_gt0; apply: index_dim i.
  have K0 : 0 < INR K by apply: INR_gt0; apply: index_dim mu.
  have := softmax_majority (temp m) (score m x) mu T0 gap; rewrite -/(gate_target m x).
  have := fun nu => softmax_gt0 (/ temp m) (score m x) nu; rewrite -/(gate_target m x).
  set p := gate_target m x => p0 maj.
  set M := overlap m x mu; have M2 : 0 < M ^ 2 by rewrite -Rsqr_pow2; apply: Rlt_0_sqr.
  have sq nu : overlap m x nu ^ 2 <= M ^ 2.
    have := top nu; rewrite /score -/M /Rdiv => /Rmult_le_reg_r; apply.
    by apply: Rinv_0_lt_compat; lra.
  rewrite (_ : _ * _ * _ = INR K / INR N * (sum (fun nu => p nu * overlap m x nu * pattern m nu i) * (M * pattern m mu i))); last ring.
  apply: Rmult_lt_0_compat; first by apply: Rdiv_lt_0_compat.
  rewrite (sum_split mu) -/M Rmult_plus_distr_r -sum_scal_r.
  have b1 : pattern m mu i * pattern m mu i = 1 by case: (bin mu i) => ->; ring.
  rewrite (_ : p mu * M * pattern m mu i * (M * pattern m mu i) = p mu * M ^ 2 * (pattern m mu i * pattern m mu i)); last ring.
  rewrite b1 Rmult_1_r.
  have : - (sum (fun nu => if nu == mu then 0 else p nu) * M ^ 2) <=
     sum (fun nu => (if nu == mu then 0 else p nu * overlap m x nu * pattern m nu i) * (M * pattern m mu i)).
    rewrite -sum_scal_r -sum_opp; apply: sum_le => nu; case: (nu == mu); first lra.
    have := sq nu; have := p0 nu; set O := overlap m x nu => pn On.
    have : - M ^ 2 <= O * pattern m nu i * (M * pattern m mu i).
      have := pow2_ge_0 (O - M); have := pow2_ge_0 (O + M).
      by case: (bin nu i) => ->; case: (bin mu i) => ->; nra.
    nra.
  nra.
Qed.
End Step.

(** ** Counting *)

(** Hoeffding for the square, at any level r: for r <= 0 the bound is more than everything. *)
Lemma hoeffding_sq {n} (c : vec n) (r : R) : (0 < n)%N -> (forall i, c i = 1 \/ c i = -1) ->
  how_many (fun s : signs n => Rle_dec r (sum (fun i => c i * sgn (s i)) ^ 2))
  <= 2 * exp (- (r / (2 * INR n))) * 2 ^ n.
Proof.
  move=> n0 bin; have N0 := INR_gt0 n0; case: (Rle_dec 0 r) => r0.
    have -> : 2 * exp (- (r / (2 * INR n))) * 2 ^ n = 2 * 2 ^ n * exp (- (sqrt r ^ 2 / (2 * INR n))).
      by rewrite -Rsqr_pow2 Rsqr_sqrt //; ring.
    apply: Rle_trans (hoeffding_signs c (sqrt r) n0 (sqrt_pos r) bin); apply: how_many_sub => s /Rle_decP h.
    by apply/Rle_decP; rewrite -sqrt_Rsqr_abs; apply: sqrt_le_1_alt; rewrite Rsqr_pow2.
  apply: (Rle_trans _ (2 ^ n)); first by rewrite -how_many_signs; apply: how_many_sub.
  have P : 0 < 2 ^ n by apply: pow_lt; lra.
  suff : 1 <= exp (- (r / (2 * INR n))) by nra.
  rewrite -exp_0; apply: exp_le.
  have : 0 < / (2 * INR n) by apply: Rinv_0_lt_compat; lra.
  rewrite /Rdiv; nra.
Qed.

Section Resample.
Context {K N : nat} (mu nu : 'I_K) (ne : mu != nu).

Definition resample_row (Xb : pattern_matrices K N * signs N) : pattern_matrices K N * signs N :=
  ([ffun k => if k == nu then Xb.2 else Xb.1 k], Xb.1 nu).

Lemma resample_rowK : involutive resample_row.
Proof.
  move=> [X b]; rewrite /resample_row /=; congr pair; last by rewrite ffunE eqxx.
  by apply/ffunP => k; rewrite !ffunE; case: eqP => [->|].
Qed.

Lemma resample (A : pred (signs N)) (Q : signs N -> pred (signs N)) (b : R) :
  (forall a, how_many (Q a) <= b * 2 ^ N) ->
  how_many (fun X : pattern_matrices K N => A (X mu) && Q (X mu) (X nu))
  <= b * how_many (fun X : pattern_matrices K N => A (X mu)).
Proof.
  move=> h; have P : 0 < 2 ^ N by apply: pow_lt; lra.
  pose g (X : pattern_matrices K N) := if A (X mu) && Q (X mu) (X nu) then 1 else 0.
  have swap : 2 ^ N * total g = total (fun X => total (fun s => g (resample_row (X, s)).1)).
    rewrite -total_scal (total_ext _ (fun X => total (fun _ : signs N => g X))); last first.
      by move=> X; rewrite total_const card_signs.
    rewrite (total_pair (fun X (_ : signs N) => g X)) (total_pair (fun X s => g (resample_row (X, s)).1)).
    rewrite /total (reindex_inj (inv_inj resample_rowK)); apply: eq_bigr => -[X s] _ //.
  apply: (Rmult_le_reg_l (2 ^ N)) => //.
  rewrite (how_many_total (fun X : pattern_matrices K N => A (X mu) && Q (X mu) (X nu))) -/g swap.
  rewrite (how_many_total (fun X : pattern_matrices K N => A (X mu))).
  have -> : 2 ^ N * (b * total (fun X : pattern_matrices K N => if A (X mu) then 1 else 0))
    = (b * 2 ^ N) * total (fun X : pattern_matrices K N => if A (X mu) then 1 else 0) by ring.
  rewrite -total_scal; apply: total_le => X.
  rewrite (total_ext _ (fun s => (if A (X mu) then 1 else 0) * (if Q (X mu) s then 1 else 0))); last first.
    move=> s; rewrite /g /resample_row /= !ffunE eqxx (negbTE ne).
    by case: (A (X mu)); case: (Q (X mu) s) => /=; ring.
  rewrite total_scal -how_many_total; have := h (X mu).
  by case: (A (X mu)); lra.
Qed.
End Resample.

(** ** The cue *)

Lemma cue_bin {N} (s : signs N) F i : cue s F i = 1 \/ cue s F i = -1.
Proof. by rewrite /cue; case: (s i); case: (i \in F); rewrite /sgn /=; [right | left | left | right]; ring. Qed.

Lemma sum_mem {N} (F : {set 'I_N}) : sum (fun i => if i \in F then 1 else 0) = INR #|F|.
Proof. by rewrite -/(how_many (mem F)) (how_many_total (mem F)). Qed.

Lemma dot_cue {N} (s : signs N) F :
  sum (fun i => cue s F i * sgn (s i)) = INR N - 2 * INR #|F|.
Proof.
  rewrite -sum_mem -sum_scal_l -[INR N]sum_one -sum_minus; apply: sum_ext => i.
  by rewrite /cue; case: (s i); case: (i \in F); rewrite /sgn; ring.
Qed.

Section Recall.
Context {K N : nat} (mu : 'I_K) (sigma T : R) (sigma0 : 0 < sigma) (T0 : 0 < T).
Let t := tanh sigma.

Lemma overlap_cue (X : pattern_matrices K N) s F nu :
  overlap (stored sigma T X) (cue s F) nu = t * sum (fun i => cue s F i * sgn (X nu i)).
Proof.
  rewrite /overlap /dot -sum_scal_l; apply: sum_ext => i; rewrite /phi /=.
  by case: (cue_bin s F i) => ->; rewrite ?Rmult_1_r -?Ropp_mult_distr_r ?Rmult_1_r ?tanh_opp -/t; ring.
Qed.

(** The level that a squared overlap has to reach to spoil the retrieval. *)
Definition spoil (n : nat) : R := (INR N - 2 * INR n) ^ 2 - 2 * INR N * T * ln (INR K - 1) / t ^ 2.

Lemma t_gt0 : 0 < t. Proof. exact: tanh_gt0. Qed.

Lemma recall_sure (X : pattern_matrices K N) (F : {set 'I_N}) n : (#|F| <= n)%N -> (2 * n < N)%N ->
  (forall nu, nu != mu -> sum (fun i => cue (X mu) F i * sgn (X nu i)) ^ 2 < spoil n) ->
  returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) F)).
Proof.
  move=> Fn nN h; set m := stored sigma T X; set x := cue (X mu) F; have t0 := t_gt0.
  have nN' : 0 < INR N - 2 * INR n.
    by move/ltP/lt_INR: nN; rewrite mult_INR /=; lra.
  have Fn' : INR #|F| <= INR n by apply: le_INR; apply/leP.
  have N0 : 0 < INR N by have := pos_INR n; lra.
  have top : overlap m x mu = t * (INR N - 2 * INR #|F|) by rewrite overlap_cue dot_cue.
  have O0 : 0 < overlap m x mu by rewrite top; apply: Rmult_lt_0_compat; lra.
  have gap nu : nu <> mu -> T * ln (INR K - 1) < score m x mu - score m x nu.
    move=> /eqP /h; rewrite /score top overlap_cue; set S := sum _ => hS.
    have t2 : 0 < t ^ 2 by apply: pow_lt.
    have : t ^ 2 * S ^ 2 < t ^ 2 * spoil n by apply: Rmult_lt_compat_l.
    have -> : t ^ 2 * spoil n = t ^ 2 * (INR N - 2 * INR n) ^ 2 - 2 * INR N * (T * ln (INR K - 1)).
      by rewrite /spoil; field; lra.
    move=> lt; apply: (Rmult_lt_reg_l (2 * INR N)); first lra.
    have -> : 2 * INR N * ((t * (INR N - 2 * INR #|F|)) ^ 2 / (2 * INR N) - (t * S) ^ 2 / (2 * INR N))
      = t ^ 2 * (INR N - 2 * INR #|F|) ^ 2 - t ^ 2 * S ^ 2 by field; lra.
    have : (INR N - 2 * INR n) ^ 2 <= (INR N - 2 * INR #|F|) ^ 2 by apply: pow_incr; lra.
    nra.
  have top' nu : score m x nu <= score m x mu.
    case: (eqVneq nu mu) => [->|/eqP ne]; first lra.
    have K1 : 1 <= INR K - 1.
      have : (1 < K)%N by rewrite -(card_ord K); apply/card_gt1P; exists nu, mu; split=> //; apply/eqP.
      by move/ltP/le_INR; rewrite S_INR /=; lra.
    have := gap nu ne; have : 0 <= T * ln (INR K - 1).
      by apply: Rmult_le_pos; [lra | rewrite -ln_1; case: K1 => [/(ln_increasing 1 _ Rlt_0_1)|<-]; lra].
    lra.
  apply/forallP => i; have bin : binary m by move=> nu j; exact: sgn_bin.
  have := alternation_sign m x mu bin T0 (Rgt_not_eq _ _ O0) top' gap i.
  rewrite -/(gains_first m x); set y := gains_first m x i => pos.
  have {}pos : 0 < y * pattern m mu i by apply: (Rmult_lt_reg_l (overlap m x mu)) => //; lra.
  case: Req_EM_T => // ne; case: ne; rewrite /sign_of.
  by case: (bin mu i) pos => ->; case: Rlt_dec => // a; try case: Rlt_dec => // b; lra.
Qed.

Lemma spoil_bound n : (0 < N)%N ->
  (INR K - 1) * (2 * exp (- (spoil n / (2 * INR N)))) =
  2 * ((INR K - 1) * Rpower (INR K - 1) (T / t ^ 2)) * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N))).
Proof.
  move=> /INR_gt0 N0; have t0 := t_gt0.
  rewrite /Rpower (_ : - (spoil n / _) = T / t ^ 2 * ln (INR K - 1) + - ((INR N - 2 * INR n) ^ 2 / (2 * INR N))).
    by rewrite exp_plus; ring.
  by rewrite /spoil; field; lra.
Qed.

Lemma how_many_others : how_many (fun nu : 'I_K => nu != mu) = INR K - 1.
Proof.
  rewrite how_many_total -(Rmult_1_r (INR K - 1)) -(sum_off_const mu); apply: eq_bigr => nu _.
  by case: (nu == mu).
Qed.

Lemma capacity (A : pred (signs N)) (F : signs N -> {set 'I_N}) n :
  (2 * n < N)%N -> (forall s, #|F s| <= n)%N ->
  how_many (fun X : pattern_matrices K N => A (X mu) &&
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) (F (X mu)))))
  <= 2 * ((INR K - 1) * Rpower (INR K - 1) (T / t ^ 2))
     * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N)))
     * how_many (fun X : pattern_matrices K N => A (X mu)).
Proof.
  move=> nN Fn; have N0 : (0 < N)%N by apply: leq_ltn_trans nN.
  rewrite -spoil_bound // -how_many_others Rmult_assoc.
  pose Q a s := Rle_dec (spoil n) (sum (fun i => cue a (F a) i * sgn (s i)) ^ 2) : bool.
  apply: (how_many_union _ _ (fun nu (X : pattern_matrices K N) => A (X mu) && Q (X mu) (X nu))) => [X /andP [AX]|nu ne].
    case: (boolP [exists nu, (nu != mu) && Q (X mu) (X nu)]).
      by move=> /existsP [nu /andP [ne q]] _; exists nu => //; rewrite AX.
    move=> /existsPn none /negP []; apply: recall_sure (Fn _) nN _ => nu ne.
    have := none nu; rewrite ne /= /Q; case: Rle_dec => // h _; lra.
  have ne' : mu != nu by rewrite eq_sym.
  apply: (resample mu nu ne' A Q) => a.
  by apply: hoeffding_sq => // i; exact: cue_bin.
Qed.

Lemma capacity_fixed (s : signs N) (F : {set 'I_N}) n :
  (2 * n < N)%N -> (#|F| <= n)%N ->
  how_many (fun X : pattern_matrices K N => (X mu == s) &&
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue s F)))
  <= 2 * ((INR K - 1) * Rpower (INR K - 1) (T / t ^ 2))
     * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N)))
     * how_many (fun X : pattern_matrices K N => X mu == s).
Proof.
  move=> nN Fn; apply: Rle_trans (capacity (pred1 s) (fun _ => F) n nN (fun _ => Fn)).
  by apply: how_many_sub => X /= /andP [/eqP -> h]; rewrite eqxx.
Qed.

(** The worst flips: one set of flips after the other. *)
Lemma capacity_worst (A : pred (signs N)) n : (2 * n < N)%N ->
  how_many (fun X : pattern_matrices K N => A (X mu) && [exists F : {set 'I_N}, (#|F| == n) &&
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) F))])
  <= INR 'C(N, n) * (2 * ((INR K - 1) * Rpower (INR K - 1) (T / t ^ 2))
     * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N)))
     * how_many (fun X : pattern_matrices K N => A (X mu))).
Proof.
  move=> nN; have -> : INR 'C(N, n) = how_many (fun F : {set 'I_N} => #|F| == n).
    rewrite -{1}(card_ord N) -card_draws cardsE /how_many; congr INR; exact: eq_card.
  apply: (how_many_union _ _ (fun (F : {set 'I_N}) (X : pattern_matrices K N) => A (X mu) &&
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) F)))) => [X /andP [AX]|F /eqP Fn].
    by move=> /existsP [F /andP [Fn r]]; exists F => //; rewrite AX.
  by apply: (capacity A (fun _ => F)) => // s; rewrite Fn.
Qed.
End Recall.

(** ** Neurons first: the classical step *)

Lemma neurons_first_hopfield {N K} (m : memory N K) x i : (0 < K)%N ->
  neurons_first m x i = / INR N * sum (fun mu => overlap m x mu * pattern m mu i).
Proof.
  move=> /INR_gt0 K0; rewrite /neurons_first drive_overlaps.
  rewrite (sum_ext _ (fun mu => / INR K * (overlap m x mu * pattern m mu i))).
    by rewrite sum_scal_l /Rdiv; set n := / INR N; field; lra.
  by move=> mu; rewrite /Rdiv; ring.
Qed.

(** Pattern 0 all ones, and four copies of it with entry 0 turned. *)
Definition crowd : pattern_matrices 5 3 := [ffun mu => [ffun i => (mu == ord0) || (i != ord0)]].

Lemma crowd_overlap sigma T nu :
  overlap (stored sigma T crowd) (cue (crowd ord0) set0) nu = tanh sigma * (if nu == ord0 then 3 else 1).
Proof.
  rewrite overlap_cue; congr (_ * _); rewrite !sum_recl sum_n0 /cue !inE !ffunE /=.
  by case: (nu == ord0); rewrite /sgn /=; ring.
Qed.

Lemma crowd_gains_first sigma T : 0 < sigma -> 0 < T -> 2 * T <= tanh sigma ^ 2 ->
  returns (stored sigma T crowd) ord0 (gains_first (stored sigma T crowd) (cue (crowd ord0) set0)).
Proof.
  move=> s0 T0 hT; have t0 := tanh_gt0 sigma s0; have t2 : 0 < tanh sigma ^ 2 by apply: pow_lt.
  have l2 : ln 2 < 1 by rewrite -(ln_exp 1); apply: ln_increasing; have := exp_ineq1 1; lra.
  have l4 : ln (INR 5 - 1) = 2 * ln 2.
    by rewrite (_ : INR 5 - 1 = 2 * 2); [rewrite ln_mult; lra | rewrite /=; ring].
  apply: (recall_sure ord0 sigma T s0 T0 crowd set0 0) => [||nu ne] //; first by rewrite cards0.
  have -> : sum (fun i => cue (crowd ord0) set0 i * sgn (crowd nu i)) = 1.
    rewrite !sum_recl sum_n0 /cue !inE !ffunE (negbTE ne) /= /sgn; ring.
  rewrite /spoil l4; have -> : 2 * INR 3 * T * (2 * ln 2) / tanh sigma ^ 2 = 12 * (ln 2 * (T / tanh sigma ^ 2)).
    by rewrite /=; field; lra.
  have q : T / tanh sigma ^ 2 <= / 2.
    by apply: (Rmult_le_reg_r (tanh sigma ^ 2)) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
  have q0 : 0 < T / tanh sigma ^ 2 by apply: Rdiv_lt_0_compat.
  move: q q0; set y := T / _ ^ 2 => q q0; have : ln 2 * y < 1 * y by apply: Rmult_lt_compat_r.
  by rewrite /=; lra.
Qed.

Lemma crowd_neurons_first sigma T : 0 < sigma ->
  sign_of (neurons_first (stored sigma T crowd) (cue (crowd ord0) set0) ord0) = -1.
Proof.
  move=> s0; have t0 := tanh_gt0 sigma s0.
  rewrite neurons_first_hopfield // (sum_ext _ (fun nu => tanh sigma * (if nu == ord0 then 3 else -1))).
    rewrite sum_scal_l !sum_recl sum_n0 /=.
    rewrite /sign_of; case: Rlt_dec => h; first by lra.
    by case: Rlt_dec => // k; lra.
  move=> nu; rewrite crowd_overlap /= !ffunE orbF; case: (nu == ord0); rewrite /sgn; ring.
Qed.
