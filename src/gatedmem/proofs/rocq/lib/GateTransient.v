(** Gates alone, above criticality: how far the solution is from its critical modes, and the times this gives. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearSpectral lib.ContextSteering lib.GateModes.

Open Scope R_scope.

Lemma mix_sq_le x y c : 0 <= c <= 1 -> (c * x + (1 - c) * y) ^ 2 <= Rmax (x ^ 2) (y ^ 2).
Proof.
move=> hc; have hx := Rmax_l (x ^ 2) (y ^ 2); have hy := Rmax_r (x ^ 2) (y ^ 2).
apply: (Rle_trans _ (c * x ^ 2 + (1 - c) * y ^ 2)).
  have : 0 <= c * (1 - c) * (x - y) ^ 2 by apply: Rmult_le_pos; [apply: Rmult_le_pos; lra | apply: pow2_ge_0].
  by simpl; nra.
have := Rmult_le_compat_l c _ _ ltac:(lra) hx; have := Rmult_le_compat_l (1 - c) _ _ ltac:(lra) hy; lra.
Qed.

Section Transient.
Context {d N : nat} (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R).
Hypothesis (alone : lambda m = 0) (tau0 : 0 < tau_s m) (basis : eigenbasis (gates m) q e).
Hypothesis (least : is_least_eig (gates m) eta) (neg : eta < 0).
Let u := gate_input m.
Let gamma := - eta.
Let E t := exp (gamma / tau_s m * t).

Lemma mode_least k : eta <= e k.
Proof.
case: least => _ low; have := low (q k); case: basis => on eig.
rewrite (dot_ext (q k) (q k) (mulmv _ _) (fun i => e k * q k i)) // dot_scal_r on kdelta_refl; lra.
Qed.

(** What is left of a mode when the growth of the critical ones is taken away: a part that stays put and a
    part that moves away. *)
Definition still (s0 : vec N) (t : R) (k : 'I_N) : R :=
  if Req_EM_T (e k) eta then dot (q k) u / eta
  else if Rlt_dec (e k) 0 then dot (q k) u / e k else amplitude m q e s0 t k.
Definition moving (s0 : vec N) (t : R) (k : 'I_N) : R :=
  if Req_EM_T (e k) eta then 0
  else if Rlt_dec (e k) 0 then exp (- (e k / tau_s m) * t) * (dot (q k) s0 - dot (q k) u / e k) else 0.

Lemma amplitude_split s0 t k : amplitude m q e s0 t k =
  E t * (if Req_EM_T (e k) eta then dot (q k) (fun i => s0 i + u i / gamma) else 0)
  + (still s0 t k + moving s0 t k).
Proof.
rewrite /still /moving; case: Req_EM_T => [ek|ne] /=; last first.
  case: Rlt_dec => [lt|ge] /=; last ring.
  by rewrite amplitude_moving //; [rewrite /u; ring | lra].
rewrite amplitude_moving //; last lra.
rewrite (_ : - (e k / tau_s m) * t = gamma / tau_s m * t); last by rewrite ek /gamma; field; lra.
rewrite dot_plus_r (dot_ext (q k) (q k) (fun i => u i / gamma) (fun i => / gamma * u i)) // ?dot_scal_r.
  by rewrite -/(E t) ek /gamma /u; field; lra.
by move=> i; rewrite /Rdiv Rmult_comm.
Qed.

Lemma growth_split s0 t i : combination q (amplitude m q e s0 t) i =
  E t * critical_part q e eta (fun i => s0 i + u i / gamma) i
  + combination q (fun k => still s0 t k + moving s0 t k) i.
Proof.
rewrite critical_combination /combination -sum_scal_l -sum_plus; apply: sum_ext => k.
by rewrite amplitude_split; ring.
Qed.

(** ** The part that stays put *)

Lemma still_norm s0 t : 0 <= t -> (forall k, e k <> 0) -> norm (still s0 t) <= unstable_bound q e eta s0 u.
Proof.
move=> t0 nz; apply: sqrt_le_1_alt; rewrite (critical_norm _ q e basis) -sum_div -sum_plus.
apply: sum_le => k; rewrite /still; case: Req_EM_T => [ek|ne] /=.
  by right; field; lra.
have ek := nz k; case: Rlt_dec => [lt|ge] /=; first by right; field; lra.
rewrite amplitude_moving //.
have -> : 0 / (eta * (eta * 1)) = 0 by rewrite /Rdiv Rmult_0_l.
have -> : dot (q k) u * (dot (q k) u * 1) / (e k * (e k * 1)) = (dot (q k) u / e k) ^ 2 by field.
have p := exp_pos (- (e k / tau_s m) * t).
have p1 : exp (- (e k / tau_s m) * t) <= 1.
  rewrite -exp_0; apply: exp_le.
  have : 0 <= e k / tau_s m * t; last lra.
  by apply: Rmult_le_pos => //; apply: Rmult_le_pos; [lra | apply: Rlt_le; apply: Rinv_0_lt_compat].
have := mix_sq_le (dot (q k) s0) (dot (q k) u / e k) _ (conj (Rlt_le _ _ p) p1).
by rewrite /u /= /Rdiv; lra.
Qed.

(** ** The part that moves away *)

Lemma moving_norm s0 t gamma2 : 0 <= t -> (forall k, eta < e k -> - e k <= gamma2) ->
  norm (moving s0 t) <= exp (gamma2 / tau_s m * t) * unstable_norm q e eta s0 u.
Proof.
move=> t0 h2; have x0 := exp_pos (gamma2 / tau_s m * t).
rewrite -[exp _]Rabs_pos_eq; last exact: Rlt_le.
rewrite -(sqrt_Rsqr_abs (exp _)) /unstable_norm -sqrt_mult_alt; last exact: Rle_0_sqr.
apply: sqrt_le_1_alt; rewrite -sum_scal_l; apply: sum_le => k; rewrite /moving.
case: Req_EM_T => [ek|ne] /=; first lra.
case: Rlt_dec => [lt|ge] /=; last lra.
set x := exp (- _ * _); set y := exp (gamma2 / _ * _); set w := _ - _.
have x1 : 0 < x := exp_pos _; have xy : x <= y.
  apply: exp_le; apply: Rmult_le_compat_r => //.
  have := h2 k ltac:(have := mode_least k; lra) => le.
  have i0 : 0 <= / tau_s m by apply: Rlt_le; apply: Rinv_0_lt_compat.
  by have := Rmult_le_compat_r _ _ _ i0 le; rewrite /Rdiv; lra.
have -> : x * w * (x * w) = x ^ 2 * (w * (w * 1)) by ring.
apply: Rmult_le_compat_r; first by have := pow2_ge_0 w; simpl.
by rewrite /Rsqr /=; nra.
Qed.

(** ** Gaps *)

Variables (s r : R -> vec N).
Hypothesis (solves : gates_solution m s r).
Let xi := critical_part q e eta (fun i => s 0 i + u i / gamma).

Lemma gap_growth gamma2 t i j : (forall k, e k <> 0) -> (forall k, eta < e k -> - e k <= gamma2) -> 0 <= t ->
  Rabs (s t i - s t j - E t * (xi i - xi j)) <=
  sqrt 2 * (unstable_bound q e eta (s 0) u + exp (gamma2 / tau_s m * t) * unstable_norm q e eta (s 0) u).
Proof.
move=> nz h2 t0.
rewrite !(solution_modes m q e alone basis s r solves t t0) !growth_split -/xi.
set v := combination q (fun k => _ + _).
have -> : E t * xi i + v i - (E t * xi j + v j) - E t * (xi i - xi j) = v i - v j by ring.
apply: Rle_trans (entries_apart v i j) _; apply: Rmult_le_compat_l; first exact: sqrt_pos.
rewrite /v (combination_norm (gates m) q e basis); apply: Rle_trans (norm_triangle _ _) _.
by apply: Rplus_le_compat; [apply: still_norm | apply: moving_norm].
Qed.

(** ** When all other modes are stable *)

Lemma stable_bound s0 : (forall k, e k <> eta -> 0 < e k) ->
  unstable_bound q e eta s0 u = transient_bound q e eta s0 u /\ unstable_norm q e eta s0 u = 0.
Proof.
move=> st; split.
  congr sqrt; congr (_ + _); apply: sum_ext => k; case: Req_EM_T => [//|ne] /=.
  by case: Rlt_dec => [lt|//]; have := st k ne; lra.
rewrite /unstable_norm sum_eq0 ?sqrt_0 // => k; case: Req_EM_T => [//|ne] /=.
by case: Rlt_dec => [lt|//]; have := st k ne; lra.
Qed.

Lemma gap_stable t i j : (forall k, e k <> eta -> 0 < e k) -> 0 <= t ->
  Rabs (s t i - s t j - E t * (xi i - xi j)) <= sqrt 2 * transient_bound q e eta (s 0) u.
Proof.
move=> st t0; have [<- z] := stable_bound (s 0) st.
have := gap_growth 0 t i j _ _ t0; rewrite z Rmult_0_r Rplus_0_r; apply=> k.
- by case: (Req_dec (e k) eta) => [->|/st]; lra.
- by move=> lt; have := st k; lra.
Qed.

(** ** Times *)

Variables (istar : 'I_N) (gap : R) (delta : R).
Hypothesis (beta0 : 0 < beta m) (delta01 : 0 < delta < 1).
Let kappa := ln ((1 - delta) * (INR N - 1) / delta).

Lemma clear_weight t : 2 <= INR N -> (forall j, j <> istar -> kappa / beta m <= s t istar - s t j) ->
  1 - delta <= softmax (beta m) (s t) istar.
Proof.
move=> n2 h; have k : / beta m * kappa <= kappa / beta m by right; rewrite /Rdiv; ring.
apply: Rle_trans (gap_threshold (beta m) delta _ beta0 delta01 n2 k) _.
exact: (proj1 (softmax_gap_beta (beta m) (s t) istar _ beta0 h)).
Qed.

Hypothesis (winner : is_gap xi istar gap) (gap0 : 0 < gap).

Lemma winner_several gamma2 t : (forall k, e k <> 0) -> (forall k, eta < e k -> - e k <= gamma2) -> 0 <= t ->
  kappa / beta m + sqrt 2 * (unstable_bound q e eta (s 0) u
      + exp (gamma2 / tau_s m * t) * unstable_norm q e eta (s 0) u) <= E t * gap ->
  1 - delta <= softmax (beta m) (s t) istar.
Proof.
move=> nz h2 t0 h; apply: clear_weight => [|j ne]; first exact: gap_dim winner.
have := gap_growth gamma2 t istar j nz h2 t0; case: winner => lo _.
have := Rmult_le_compat_l (E t) _ _ (Rlt_le _ _ (exp_pos _)) (lo j ne).
by move=> h3 /Rabs_le_between; lra.
Qed.

Lemma winner_stable t : (forall k, e k <> eta -> 0 < e k) -> 0 <= t ->
  kappa / beta m + sqrt 2 * transient_bound q e eta (s 0) u <= E t * gap ->
  1 - delta <= softmax (beta m) (s t) istar.
Proof.
move=> st t0 h; apply: clear_weight => [|j ne]; first exact: gap_dim winner.
have := gap_stable t istar j st t0; case: winner => lo _.
have := Rmult_le_compat_l (E t) _ _ (Rlt_le _ _ (exp_pos _)) (lo j ne).
by move=> h3 /Rabs_le_between; lra.
Qed.

(** From the condition on E t to a time. *)
Lemma time_enough (c a T t : R) : 0 < c -> 0 < a -> 0 < T -> T / c * ln a <= t -> a <= exp (c / T * t).
Proof.
move=> c0 a0 T0 h; rewrite -[X in X <= _](exp_ln a a0); apply: exp_le.
have cT : 0 <= c / T by apply: Rmult_le_pos; [lra | apply: Rlt_le; apply: Rinv_0_lt_compat].
by have := Rmult_le_compat_l _ _ _ cT h; rewrite -Rmult_assoc (_ : c / T * (T / c) = 1); [lra | field; lra].
Qed.

Lemma winner_time t : (forall k, e k <> eta -> 0 < e k) -> 0 < kappa -> 0 <= t ->
  tau_s m / gamma * (ln (kappa / (beta m * gap))
    + ln (1 + sqrt 2 * beta m * transient_bound q e eta (s 0) u / kappa)) <= t ->
  1 - delta <= softmax (beta m) (s t) istar.
Proof.
move=> st k0 t0 h; apply: winner_stable => //; set B := transient_bound q e eta (s 0) u in h *.
have B0 : 0 <= sqrt 2 * beta m * B / kappa.
  apply: Rmult_le_pos; last by apply: Rlt_le; apply: Rinv_0_lt_compat.
  by apply: Rmult_le_pos; [apply: Rmult_le_pos; [apply: sqrt_pos | lra] | apply: sqrt_pos].
have x0 : 0 < kappa / (beta m * gap) by apply: Rdiv_lt_0_compat => //; apply: Rmult_lt_0_compat.
rewrite -ln_mult // in h; last lra.
have := time_enough gamma _ _ t ltac:(rewrite /gamma; lra) _ tau0 h.
move=> /(_ ltac:(apply: Rmult_lt_0_compat => //; lra)) le.
have := Rmult_le_compat_r gap _ _ (Rlt_le _ _ gap0) le; rewrite -/(E t).
by rewrite (_ : _ * (1 + _) * gap = kappa / beta m + sqrt 2 * B) //; field; lra.
Qed.

Lemma several_time gamma2 t : (forall k, e k <> 0) -> (forall k, eta < e k -> - e k <= gamma2) ->
  0 <= gamma2 < gamma -> 0 < kappa -> 0 <= t ->
  tau_s m / (gamma - gamma2) * ln ((kappa / beta m + sqrt 2 *
     (unstable_bound q e eta (s 0) u + unstable_norm q e eta (s 0) u)) / gap) <= t ->
  kappa / beta m + sqrt 2 * (unstable_bound q e eta (s 0) u
      + exp (gamma2 / tau_s m * t) * unstable_norm q e eta (s 0) u) <= E t * gap.
Proof.
move=> nz h2 [g0 lt] k0 t0 h; set B := unstable_bound q e eta (s 0) u in h *.
set M := unstable_norm q e eta (s 0) u in h *.
have B0 : 0 <= B := sqrt_pos _; have M0 : 0 <= M := sqrt_pos _; have r0 := sqrt_pos 2.
set F := exp (gamma2 / tau_s m * t).
have F1 : 1 <= F.
  rewrite -exp_0; apply: exp_le; apply: Rmult_le_pos => //.
  by apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
have kb : 0 < kappa / beta m by apply: Rdiv_lt_0_compat.
have rBM : 0 <= sqrt 2 * (B + M) by apply: Rmult_le_pos => //; lra.
have rB : 0 <= sqrt 2 * B by apply: Rmult_le_pos.
have a0 : 0 < (kappa / beta m + sqrt 2 * (B + M)) / gap by apply: Rdiv_lt_0_compat => //; lra.
have := time_enough (gamma - gamma2) _ _ t ltac:(lra) a0 tau0 h => le.
have -> : E t = F * exp ((gamma - gamma2) / tau_s m * t).
  by rewrite /F -exp_plus; congr exp; field; lra.
have := Rmult_le_compat_r gap _ _ (Rlt_le _ _ gap0) le.
rewrite (_ : _ / gap * gap = kappa / beta m + sqrt 2 * (B + M)); last by field; lra.
move=> le'; have := Rmult_le_compat_l F _ _ ltac:(lra) le'.
have : 0 <= (F - 1) * (kappa / beta m + sqrt 2 * B) by apply: Rmult_le_pos; lra.
lra.
Qed.

Lemma necessary_time t : (forall k, e k <> eta -> 0 < e k) -> 0 <= t ->
  let lead := / beta m * ln ((1 - delta) / delta) - sqrt 2 * transient_bound q e eta (s 0) u in
  0 < lead -> 1 - delta <= softmax (beta m) (s t) istar ->
  tau_s m / gamma * ln (lead / gap) <= t.
Proof.
move=> st t0 lead l0 w; case: (winner) => _ [j [ne ej]].
have := gap_stable t istar j st t0; rewrite -ej => /Rabs_le_between [_ up].
have sm : softmax (beta m) (s t) j <= delta.
  have n0 := index_dim istar; have := softmax_sum (beta m) (s t) n0.
  rewrite (sum_split istar) (sum_split j (fun x => if x == istar then _ else _)).
  case: eqP => [ee|_]; first by case: ne.
  have : 0 <= sum (fun x => if x == j then 0 else if x == istar then 0 else softmax (beta m) (s t) x).
    apply: sum_ge0 => x; case: (x == j); first lra.
    by case: (x == istar); [lra | apply: Rlt_le; apply: softmax_gt0].
  lra.
have x0 : 0 < (1 - delta) / delta by apply: Rdiv_lt_0_compat; lra.
have lo : ln ((1 - delta) / delta) <= beta m * (s t istar - s t j).
  rewrite -[X in _ <= X]ln_exp; apply: ln_le => //.
  rewrite (softmax_ratio (beta m) (s t) istar j) in w.
  have p := exp_pos (beta m * (s t istar - s t j)).
  apply: (Rmult_le_reg_l delta); first lra.
  rewrite (_ : delta * ((1 - delta) / delta) = 1 - delta); last by field; lra.
  apply: Rle_trans w _; apply: Rmult_le_compat_r => //; exact: Rlt_le.
have lo' : / beta m * ln ((1 - delta) / delta) <= s t istar - s t j.
  have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ (Rinv_0_lt_compat _ beta0)) lo.
  by rewrite -[X in _ <= X]Rmult_assoc Rinv_l ?Rmult_1_l; lra.
have le : lead / gap <= E t.
  by apply/Rle_div_l => //; rewrite /lead; lra.
have lg : ln (lead / gap) <= gamma / tau_s m * t.
  by rewrite -[X in _ <= X]ln_exp; apply: ln_le => //; apply: Rdiv_lt_0_compat.
have Tg : 0 <= tau_s m / gamma by apply: Rlt_le; apply: Rdiv_lt_0_compat => //; rewrite /gamma; lra.
have := Rmult_le_compat_l _ _ _ Tg lg; rewrite -Rmult_assoc (_ : tau_s m / gamma * (gamma / tau_s m) = 1); first lra.
by rewrite /gamma; field; lra.
Qed.
End Transient.
