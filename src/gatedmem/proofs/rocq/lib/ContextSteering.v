(** Gaps, steering by a frozen gate, and the cost of dropping the feedback. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Gronwall lib.Banach lib.LinearInverse lib.ContextClamped.

Open Scope R_scope.

(** ** CG6: the gap bound *)

Section Gap.
Context {n : nat}.
Implicit Types (r b s : vec n) (mu nu : 'I_n).

Lemma softmax_gap_beta beta r mu g : 0 < beta -> (forall nu, nu <> mu -> g <= r mu - r nu) ->
  / (1 + (INR n - 1) * exp (- (beta * g))) <= softmax beta r mu /\
  (softmax beta r mu = / (1 + (INR n - 1) * exp (- (beta * g))) <->
   forall nu, nu <> mu -> r mu - r nu = g).
Proof.
move=> b0 h; have := softmax_gap (/ beta) r mu g (Rinv_0_lt_compat _ b0) h.
rewrite Rinv_inv.
by have -> : - g / / beta = - (beta * g) by field; lra.
Qed.

Lemma gap_unique r mu g g' : is_gap r mu g -> is_gap r mu g' -> g = g'.
Proof.
move=> [lo [nu [ne e]]] [lo' [nu' [ne' e']]].
by have := lo nu' ne'; have := lo' nu ne; lra.
Qed.

Lemma gap_dim r mu g : is_gap r mu g -> 2 <= INR n.
Proof.
move=> [_ [nu [ne _]]]; have : (2 <= n)%N.
  case: n mu nu ne r => [[]|[|k]] // mu nu ne; by case: ne; rewrite (ord1 mu) (ord1 nu).
by move/leP/le_INR; rewrite /=; lra.
Qed.

Lemma gap_sum b s mu l gb gs g : 0 <= l -> is_gap b mu gb -> is_gap s mu gs ->
  is_gap (scores b l s) mu g -> gb + l * gs <= g.
Proof.
move=> l0 [lb _] [ls _] [_ [nu [ne ->]]]; rewrite /scores.
by have := lb nu ne; have := Rmult_le_compat_l _ _ _ l0 (ls nu ne); lra.
Qed.

Lemma gap_le b s mu l gb gs : 0 <= l -> is_gap b mu gb -> is_gap s mu gs ->
  forall nu, nu <> mu -> gb + l * gs <= scores b l s mu - scores b l s nu.
Proof.
move=> l0 [lb _] [ls _] nu ne; rewrite /scores.
by have := lb nu ne; have := Rmult_le_compat_l _ _ _ l0 (ls nu ne); lra.
Qed.

Lemma gap_eq b s mu l gb gs : 0 < l -> is_gap b mu gb -> is_gap s mu gs ->
  (forall nu, nu <> mu -> scores b l s mu - scores b l s nu = gb + l * gs) <->
  (forall nu, nu <> mu -> b mu - b nu = gb /\ s mu - s nu = gs).
Proof.
move=> l0 [lb _] [ls _]; split=> h nu ne; last by case: (h nu ne) => <- <-; rewrite /scores; ring.
have := h nu ne; have := lb nu ne; have := ls nu ne; rewrite /scores => a c e.
have q : l * (s mu - s nu - gs) <= 0 by lra.
have q' : 0 <= l * (s mu - s nu - gs) by apply: Rmult_le_pos; lra.
have : s mu - s nu - gs = 0 by apply: (Rmult_eq_reg_l l); lra.
by move=> z; have z' : l * (s mu - s nu) = l * gs by [congr (_ * _); lra]; split; lra.
Qed.

Lemma gap_threshold beta eps g : 0 < beta -> 0 < eps < 1 -> 2 <= INR n ->
  / beta * ln ((1 - eps) * (INR n - 1) / eps) <= g ->
  1 - eps <= / (1 + (INR n - 1) * exp (- (beta * g))).
Proof.
move=> b0 [e0 e1] n2 h; set x := (1 - eps) * (INR n - 1) / eps in h.
have x0 : 0 < x by apply: Rdiv_lt_0_compat => //; apply: Rmult_lt_0_compat; lra.
have h' : ln x <= beta * g.
  have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ b0) h; rewrite -Rmult_assoc Rinv_r ?Rmult_1_l; lra.
have : exp (- (beta * g)) <= / x.
  by rewrite -(exp_ln x x0) -exp_Ropp; apply: exp_le; lra.
have -> : / x = eps / ((1 - eps) * (INR n - 1)) by rewrite /x; field; lra.
move=> k; have k' : (INR n - 1) * exp (- (beta * g)) <= eps / (1 - eps).
  have -> : eps / (1 - eps) = (INR n - 1) * (eps / ((1 - eps) * (INR n - 1))) by field; lra.
  by apply: Rmult_le_compat_l; lra.
have p := exp_pos (- (beta * g)).
have -> : 1 - eps = / (1 + eps / (1 - eps)) by field; lra.
apply: Rinv_le_contravar; last lra.
by have : 0 < (INR n - 1) * exp (- (beta * g)) by [apply: Rmult_lt_0_compat; lra]; lra.
Qed.

(** The total gap, as a function of the weight of a frozen gate, rises throughout iff its slope at
    infinity, the gap of the gate, is positive. *)
Lemma frozen_gap_rises b s mu gs (D : R -> R) : is_gap s mu gs ->
  (forall l, 0 <= l -> is_gap (scores b l s) mu (D l)) ->
  (0 < gs <-> forall l l', 0 <= l -> l < l' -> D l < D l').
Proof.
move=> [ls [nu0 [ne0 e0]]] hD; split=> [g0 l l' l0 ll|rise].
  have [_ [nu [ne ->]]] := hD l' ltac:(lra); have [lo _] := hD l l0.
  have := lo nu ne; have := ls nu ne; rewrite /scores => a c.
  by have := Rmult_lt_compat_r (s mu - s nu) _ _ ltac:(lra) ll; lra.
apply: Rnot_le_lt => g0.
pose c nu := b mu - b nu; pose sl nu := s mu - s nu.
have line l nu : scores b l s mu - scores b l s nu = c nu + l * sl nu by rewrite /scores /c /sl; ring.
have top l : 0 <= l -> D l <= c nu0.
  move=> l0; have [lo _] := hD l l0; have := lo nu0 ne0; rewrite line /sl -e0.
  by have := Rmult_le_compat_l _ _ _ l0 g0; lra.
pose t nu := Rabs ((c nu0 - c nu) / sl nu); pose big := sum t.
have big0 : 0 <= big by apply: sum_ge0 => nu; apply: Rabs_pos.
have low l : big < l -> exists nu, nu <> mu /\ D l = c nu + l * sl nu /\ sl nu <= 0.
  move=> hl; have [_ [nu [ne e]]] := hD l ltac:(lra); exists nu; split=> //.
  rewrite line in e; split=> //; apply: Rnot_lt_le => p; have := top l ltac:(lra); rewrite e.
  have : t nu <= big by apply: sum_term_le => j; apply: Rabs_pos.
  have : (c nu0 - c nu) / sl nu <= t nu by apply: Rle_abs.
  move=> a a'; have : (c nu0 - c nu) / sl nu * sl nu < l * sl nu by apply: Rmult_lt_compat_r; lra.
  have -> : (c nu0 - c nu) / sl nu * sl nu = c nu0 - c nu by field; lra.
  lra.
have [nu [ne [e p]]] := low (big + 1) ltac:(lra).
have [lo _] := hD (big + 2) ltac:(lra); have := lo nu ne; rewrite line.
by have := rise (big + 1) (big + 2) ltac:(lra) ltac:(lra); rewrite e; lra.
Qed.
End Gap.

(** ** CG19: steering *)

Section Steering.
Context {n : nat} (beta : R) (b g : vec n) (mu : 'I_n).

Lemma is_derive_scores l j : is_derive (fun x => scores b x g j) l (g j).
Proof. by rewrite /scores; auto_derive => //; ring. Qed.

Lemma steering l : is_derive (fun x => softmax beta (scores b x g) mu) l
  (beta * (softmax beta (scores b l g) mu * (g mu - dot (softmax beta (scores b l g)) g))).
Proof. exact: (is_derive_softmax_line beta (fun x => scores b x g) g l mu (is_derive_scores l)). Qed.

Lemma log_odds l nu :
  ln (softmax beta (scores b l g) mu) - ln (softmax beta (scores b l g) nu) =
  beta * (b mu - b nu) + l * (beta * (g mu - g nu)).
Proof. by rewrite !ln_softmax /scores; ring. Qed.

Hypothesis (beta0 : 0 < beta) (top : forall nu, g nu <= g mu).

Lemma steering_mono l l' : l <= l' -> softmax beta (scores b l g) mu <= softmax beta (scores b l' g) mu.
Proof.
move=> ll; rewrite !softmax_sub; apply: Rinv_le_contravar.
  by apply: sum_gt0 (index_dim mu) _ => j; apply: exp_pos.
apply: sum_le => j; apply: exp_le; apply: Rmult_le_compat_l; first lra.
by rewrite /scores; have := Rmult_le_compat_r (g mu - g j) _ _ ltac:(have := top j; lra) ll; lra.
Qed.

Lemma steering_strict l l' nu : g nu < g mu -> l < l' ->
  softmax beta (scores b l g) mu < softmax beta (scores b l' g) mu.
Proof.
move=> gn ll; rewrite !softmax_sub; apply: Rinv_lt_contravar.
  by apply: Rmult_lt_0_compat; apply: sum_gt0 (index_dim mu) _ => j; apply: exp_pos.
apply: (sum_lt _ _ nu).
  move=> j; apply: exp_le; apply: Rmult_le_compat_l; first lra.
  by rewrite /scores; have := Rmult_le_compat_r (g mu - g j) _ _ ltac:(have := top j; lra) (Rlt_le _ _ ll); lra.
apply: exp_increasing; apply: Rmult_lt_compat_l => //.
by rewrite /scores; have := Rmult_lt_compat_r (g mu - g nu) _ _ ltac:(lra) ll; lra.
Qed.

Lemma steering_constant l l' : (forall nu, g nu = g mu) ->
  softmax beta (scores b l g) mu = softmax beta (scores b l' g) mu.
Proof.
move=> e; rewrite !softmax_sub; congr (/ _); apply: sum_ext => j; congr (exp (beta * _)).
by rewrite /scores e; ring.
Qed.

Lemma softmax_order (r : vec n) i j : softmax beta r i <= softmax beta r j <-> r i <= r j.
Proof.
split=> h; last first.
  have z := partition_gt0 beta r (index_dim i); apply: Rmult_le_compat_r.
    by apply: Rlt_le; apply: Rinv_0_lt_compat.
  by apply: exp_le; apply: Rmult_le_compat_l => //; lra.
apply: Rnot_lt_le => l; have z := partition_gt0 beta r (index_dim i).
have : softmax beta r j < softmax beta r i; last lra.
apply: Rmult_lt_compat_r; first exact: Rinv_0_lt_compat.
by apply: exp_increasing; apply: Rmult_lt_compat_l.
Qed.

Lemma steering_argmax l l' : l <= l' ->
  (forall nu, softmax beta (scores b l g) nu <= softmax beta (scores b l g) mu) ->
  forall nu, softmax beta (scores b l' g) nu <= softmax beta (scores b l' g) mu.
Proof.
move=> ll h nu; apply/softmax_order; move/softmax_order: (h nu); rewrite /scores.
by have := Rmult_le_compat_r (g mu - g nu) _ _ ltac:(have := top nu; lra) ll; lra.
Qed.
End Steering.

(** ** CG21: dropping the feedback *)

Lemma simplex_norm_le1 {n} (p : vec n) : is_simplex p -> norm p <= 1.
Proof.
move=> sp; apply: norm_le_sq; first lra.
have [p0 s1] := sp; rewrite pow1 -s1; apply: sum_le => i.
by have := p0 i; have := simplex_le1 p i sp; nra.
Qed.

Lemma feedback_error {d N} (m : retrieval d N) (B : mat N N) (eta : R) (p : vec N) :
  0 < beta m -> is_inverse (gates m) B -> is_least_eig (gates m) eta -> 0 < eta ->
  retrieval_map m B p = p ->
  distance p (softmax (beta m) (scores (evidence m) (lambda m) (mulmv B (gate_input m)))) <=
    (beta m * (lambda m) ^ 2) / (2 * eta).
Proof.
move=> b0 iB [[w [w0 _]] pos] eta0 fp; rewrite -{1}fp /retrieval_map /distance.
have sp : is_simplex p by rewrite -fp; apply: softmax_simplex; apply: norm_gt0_dim w0.
apply: Rle_trans (softmax_lipschitz_norm _ _ _ (Rlt_le _ _ b0)) _.
have -> : norm (fun i => score_state m B p i -
    scores (evidence m) (lambda m) (mulmv B (gate_input m)) i) = (lambda m) ^ 2 * norm (mulmv B p).
  rewrite -[lambda m ^ 2]Rabs_pos_eq; last exact: pow2_ge_0.
  by rewrite -norm_scal; apply: norm_ext => i; rewrite /score_state /scores; ring.
have -> : beta m * lambda m ^ 2 / (2 * eta) = beta m / 2 * (lambda m ^ 2 * (1 / eta)) by field; lra.
apply: Rmult_le_compat_l; first lra.
apply: Rmult_le_compat_l; first exact: pow2_ge_0.
apply: Rle_trans (inverse_norm_le (gates m) eta eta0 pos B p iB) _.
apply: Rmult_le_compat_r; last exact: simplex_norm_le1.
by apply: Rlt_le; apply: Rinv_0_lt_compat.
Qed.
