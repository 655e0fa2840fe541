(** * Extremal examples for the softmax bounds

    sum_first_two           == a sum whose terms vanish from index 2 on
    half_half, plus_minus   == p = (1/2, 1/2, 0, ...), v = (1, -1, 0, ...)
    plus_minus_sq, half_half_simplex == their squared norm and mass
    softcov_half_attained   == they meet the bound 1/2 of SM4
    tilted h m              == the scores (h, -h, -m, -m, ...)
    softmax_lipschitz_sup   == no constant below b/2 will do in SM5 *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Lemma sum_first_two {m} (a : vec m.+2) (x y z : R) :
  a ord0 = x -> a (lift ord0 ord0) = y -> (forall i, a (lift ord0 (lift ord0 i)) = z) ->
  sum a = x + y + INR m * z.
Proof.
  move=> ex ey ez; rewrite sum_recl sum_recl ex ey -(sum_const z).
  by rewrite (sum_ext (fun i => a (lift ord0 (lift ord0 i))) (fun _ => z)) // Rplus_assoc.
Qed.

Definition half_half {n : nat} : vec n := fun i => if (i < 2)%N then / 2 else 0.
Definition plus_minus {n : nat} : vec n :=
  fun i => if nat_of_ord i is O then 1 else if nat_of_ord i is 1%N then -1 else 0.

Lemma half_half_simplex n : (2 <= n)%N -> is_simplex (half_half : vec n).
Proof.
  case: n => [|[|m]] // _; split=> [i|].
    by rewrite /half_half; case: (i < 2)%N; lra.
  by rewrite (sum_first_two _ (/ 2) (/ 2) 0) //; lra.
Qed.

Lemma plus_minus_sq n : (2 <= n)%N -> dot (plus_minus : vec n) plus_minus = 2.
Proof.
  case: n => [|[|m]] // _; rewrite /dot (sum_first_two _ 1 1 0) => [|||i]; rewrite /plus_minus /=; lra.
Qed.

(** Stated for any p and v with these coordinates. *)
Lemma softcov_half_attained n k (p v : vec n) : (2 <= n)%N -> k <> 0 ->
  (forall i : 'I_n, p i = match nat_of_ord i with 0%nat => / 2 | 1%nat => / 2 | _ => 0 end) ->
  (forall i : 'I_n, v i = match nat_of_ord i with 0%nat => k | 1%nat => - k | _ => 0 end) ->
  is_simplex p /\ 0 < dot v v /\ softcov p v v = / 2 * dot v v.
Proof.
  case: n p v => [|[|m]] // p v _ k0 hp hv.
  have e2 : dot v v = 2 * (k * k).
    by rewrite /dot (sum_first_two _ (k * k) (k * k) 0) => [|||i]; rewrite ?hv /=; ring.
  split; [split=> [i|] | split].
  - by rewrite hp; case: (nat_of_ord i) => [|[|_]]; lra.
  - by rewrite (sum_first_two _ (/ 2) (/ 2) 0) => [|||i]; rewrite ?hp /=; lra.
  - by rewrite e2; have := Rlt_0_sqr k k0; rewrite /Rsqr; lra.
  rewrite e2 /softcov.
  have -> : dot p v = 0.
    by rewrite /dot (sum_first_two _ (/ 2 * k) (- / 2 * k) 0) => [|||i]; rewrite ?hp ?hv /=; ring.
  by rewrite (sum_first_two _ (/ 2 * (k * k)) (/ 2 * (k * k)) 0) => [|||i]; rewrite ?hp ?hv /=; field.
Qed.

(** ** SM5: the Lipschitz constant is a supremum *)

Definition tilted {n : nat} (h m : R) : vec n :=
  fun i => if nat_of_ord i is O then h else if nat_of_ord i is 1%N then - h else - m.

Lemma sinh_ge x : 0 <= x -> 2 * x <= exp x - exp (- x).
Proof.
  move=> x0; case: (Req_dec x 0) => [->|ne]; first by rewrite Ropp_0; lra.
  pose g t := exp t - exp (- t) - 2 * t.
  have dg t : is_derive g t (exp t + exp (- t) - 2) by rewrite /g; auto_derive => //; ring.
  have [c [hc _]] := MVT_cor2 g _ 0 x ltac:(lra) (fun t _ => proj1 (is_derive_Reals _ _ _) (dg t)).
  have e0 : g 0 = 0 by rewrite /g Ropp_0 exp_0; ring.
  have : 0 <= exp c + exp (- c) - 2 by have := exp_ge c; have := exp_ge (- c); lra.
  move=> k; have : 0 <= (exp c + exp (- c) - 2) * (x - 0) by apply: Rmult_le_pos; lra.
  by rewrite -hc e0 /g; lra.
Qed.

(** The normaliser at (h, -h, -m, ...) does not feel the sign of h. *)
Lemma tilted_partition b h m k : sum (fun j : 'I_k.+2 => exp (b * tilted h m j)) =
  exp (b * h) + exp (- (b * h)) + INR k * exp (- (b * m)).
Proof.
  by apply: sum_first_two => [||i]; congr exp; rewrite /tilted /=; ring.
Qed.

Lemma tilted_diff b h m k (Z := exp (b * h) + exp (- (b * h)) + INR k * exp (- (b * m))) :
  forall i : 'I_k.+2, softmax b (tilted h m) i - softmax b (tilted (- h) m) i =
    (exp (b * h) - exp (- (b * h))) / Z * plus_minus i.
Proof.
  have z : 0 < Z by rewrite /Z -tilted_partition; apply: partition_gt0.
  have z' : exp (b * - h) + exp (- (b * - h)) + INR k * exp (- (b * m)) = Z.
    by rewrite /Z Ropp_mult_distr_r_reverse Ropp_involutive; ring.
  case=> -[|[|i]] hi; rewrite /softmax !tilted_partition z' -/Z /tilted /plus_minus /=.
  - by rewrite Ropp_mult_distr_r_reverse; field; lra.
  - by rewrite Ropp_involutive Ropp_mult_distr_r_reverse; field; lra.
  - by rewrite Rmult_0_r; ring.
Qed.

Lemma tilted_centred h m k : forall i : 'I_k.+2,
  centred (fun j => tilted h m j - tilted (- h) m j) i = 2 * h * plus_minus i.
Proof.
  have e j : @tilted k.+2 h m j - tilted (- h) m j = 2 * h * plus_minus j.
    by case: j => -[|[|j]] hj; rewrite /tilted /plus_minus /=; ring.
  move=> i; rewrite /centred e (sum_ext _ _ e).
  rewrite (sum_first_two _ (2 * h) (- (2 * h)) 0) => [|||j]; rewrite ?e /plus_minus /=; try ring.
  by rewrite /Rdiv; ring.
Qed.

Lemma softmax_lipschitz_sup n b c : (2 <= n)%N -> 0 < b -> c < b / 2 ->
  exists r r' : vec n, c * norm (centred (fun i => r i - r' i)) <
    norm (fun i => softmax b r i - softmax b r' i).
Proof.
  move=> n2 b0 cb.
  (* it is enough to treat a positive constant *)
  wlog c0 : c cb / 0 < c => [H|].
    have [||r [r' h]] := H (Rmax c (b / 4)).
    - by apply: Rmax_lub_lt; lra.
    - by apply: Rlt_le_trans (Rmax_r _ _); lra.
    exists r, r'; apply: Rle_lt_trans h; apply: Rmult_le_compat_r; first exact: norm_ge0.
    exact: Rmax_l.
  case: n n2 => [|[|k]] // _; have k0 := pos_INR k.
  pose a := Rmin 1 ((b / c - 2) / (INR k + 2)).
  have bc : 2 < b / c by apply: (Rmult_lt_reg_r c) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
  have a0 : 0 < a.
    by apply: Rmin_pos; [lra | apply: Rdiv_lt_0_compat; lra].
  have a1 : a <= 1 by apply: Rmin_l.
  have a2 : (INR k + 2) * a <= b / c - 2.
    have -> : b / c - 2 = (INR k + 2) * ((b / c - 2) / (INR k + 2)) by field; lra.
    by apply: Rmult_le_compat_l; [lra | apply: Rmin_r].
  pose h := ln (1 + a) / b; pose m := - (ln a / b).
  exists (tilted h m), (tilted (- h) m).
  rewrite (norm_ext _ _ (tilted_centred h m k)) (norm_ext _ _ (tilted_diff b h m k)) !norm_scal.
  have N0 : 0 < norm (plus_minus : vec k.+2).
    by rewrite /norm plus_minus_sq //; apply: sqrt_lt_R0; lra.
  rewrite -Rmult_assoc; apply: Rmult_lt_compat_r => //.
  have ebh : b * h = ln (1 + a) by rewrite /h; field; lra.
  have ebm : - (b * m) = ln a by rewrite /m; field; lra.
  have h0 : 0 < b * h by rewrite ebh -ln_1; apply: ln_increasing; lra.
  have hp : 0 < h by apply: (Rmult_lt_reg_l b); lra.
  have s := sinh_ge (b * h) ltac:(lra).
  set Z := _ + _ + _.
  have Zle : Z < b / c.
    rewrite /Z ebm exp_Ropp ebh !exp_ln //; try lra.
    have : / (1 + a) <= 1 - a + a * a.
      by apply: (Rmult_le_reg_l (1 + a)); first lra; rewrite Rinv_r; [nra | lra].
    nra.
  have Z0 : 0 < Z.
    rewrite /Z; have := exp_pos (b * h); have := exp_pos (- (b * h)); have := exp_pos (- (b * m)); nra.
  rewrite !Rabs_pos_eq; [| apply: Rle_mult_inv_pos; lra | lra].
  apply: (Rmult_lt_reg_r Z) => //.
  have -> : (exp (b * h) - exp (- (b * h))) / Z * Z = exp (b * h) - exp (- (b * h)) by field; lra.
  have cZ : c * Z < b.
    have -> : b = c * (b / c) by field; lra.
    by apply: Rmult_lt_compat_l.
  apply: Rlt_le_trans s; nra.
Qed.
