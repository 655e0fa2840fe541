(** * One-step retrieval from a cue of signs, decided by computation

    sign_table_check   == the table holds rows of length N with entries 1 and -1
    cue_check          == the computation that shows the hypotheses of AG31 at a cue of signs:
                          with tau <= tanh sigma and ln (K - 1) <= L, for all nu <> mu,
                          T L < tau^2 (M_mu^2 - M_nu^2) / (2 N), M the integer overlaps
    cue_checked        == the hypotheses of AG31 *)

From Coq Require Import Reals Lra ZArith Lia.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.CertificateTables lib.CertificateContext.

Open Scope R_scope.

Lemma tanh_exp a : tanh a = 1 - 2 / (exp (2 * a) + 1).
Proof.
have e : exp (2 * a) = exp a * exp a by rewrite -exp_plus; congr exp; ring.
have i : exp (- a) = / exp a by rewrite exp_Ropp.
have p := exp_pos a; rewrite /tanh /sinh /cosh e i; field; nra.
Qed.

Lemma tanh_ge a h t : 0 < h -> h <= exp (2 * a) -> t * (h + 1) <= h - 1 -> t <= tanh a.
Proof.
move=> h0 le ok; rewrite tanh_exp.
have k : / (exp (2 * a) + 1) <= / (h + 1) by apply: Rinv_le_contravar; lra.
have : t <= 1 - 2 * / (h + 1).
  apply: (Rmult_le_reg_r (h + 1)); first lra.
  by have -> : (1 - 2 * / (h + 1)) * (h + 1) = h - 1 by field; lra.
rewrite /Rdiv; lra.
Qed.

Section Cue.
Variables (N K : nat) (sn sd Tn Td tn td ln' ld : Z) (t : seq (seq Z)) (c : seq Z) (mu m1 m2 : nat).
Variables (tau_x tau_p : R).

Definition is_sign (z : Z) : bool := ((z =? 1) || (z =? -1))%Z.
Definition signs_check : bool :=
  [&& short N t, all is_sign c & size c == N].
Definition numbers_check : bool :=
  [&& (0 <? sn)%Z, (0 <? sd)%Z, (0 <? Tn)%Z & (0 <? Td)%Z] && [&& (0 <? tn)%Z, (0 <? td)%Z, (0 <=? ln')%Z & (0 <? ld)%Z].
Definition tanh_check : bool :=
  let (num, den) := horner_num (2 * sn) sd 0 m1 in ((0 <? num) && (tn * (num + den) <=? td * (num - den)))%Z.
Definition log_check : bool :=
  let (num, den) := horner_num ln' ld 0 m2 in ((Z.of_nat K - 1) * den <=? num)%Z.
Definition count (nu : nat) : Z := zdot (nth [::] t nu) c.
Definition lead_check : bool :=
  negb (count mu =? 0)%Z &&
  all (fun nu => (nu == mu) || (Tn * ln' * (td * td) * (2 * Z.of_nat N)
    <? tn * tn * (count mu * count mu - count nu * count nu) * (Td * ld))%Z) (seq.iota 0 K).
Definition cue_check : bool :=
  [&& (0 < N)%N, signs_check, numbers_check & [&& tanh_check, log_check & lead_check]].

Let m := Memory N K (table 1 t) (IZR sn / IZR sd) (IZR Tn / IZR Td) tau_x tau_p.
Let x : vec N := row 1 c.

Lemma cue_checked (i : 'I_K) : cue_check = true -> nat_of_ord i = mu ->
  overlap m x i <> 0 /\
  (forall nu, nu <> i -> temp m * ln (INR K - 1) < score m x i - score m x nu).
Proof.
case/and4P => N0 /and3P [st sc /eqP cN] /andP [/and4P [s0 sd0 T0 Td0] /and4P [t0 td0 l0 ld0]] /and3P [th lg /andP [nz lead]] im.
have sdz : (0 < sd)%Z by apply/Z.ltb_lt.
have ldz : (0 < ld)%Z by apply/Z.ltb_lt.
move: s0 sd0 T0 Td0 t0 td0 ld0 l0; do 7 move=> /Z.ltb_lt /IZR_lt ?; move=> /Z.leb_le /IZR_le l0.
pose sg := IZR sn / IZR sd.
have sg0 : 0 < sg by apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
have tau : IZR tn / IZR td <= tanh sg.
  move: th; rewrite /tanh_check.
  have := horner_num_real (2 * sn) sd 0 m1 sdz; rewrite [Z.of_nat 0]/=.
  case: (horner_num _ _ _ _) => num den /= [/IZR_lt d0 val] /andP [/Z.ltb_lt /IZR_lt n0 /Z.leb_le /IZR_le].
  rewrite !mult_IZR plus_IZR minus_IZR => ok.
  have e2 : IZR (2 * sn) / IZR sd = 2 * sg by rewrite mult_IZR /sg; field; lra.
  have y0 : 0 <= IZR (2 * sn) / IZR sd by lra.
  have le := horner_le_exp _ m1 y0; rewrite -val in le.
  rewrite e2 in le; apply: (tanh_ge _ _ _ _ le); first by apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
  apply: (Rmult_le_reg_r (IZR td * IZR den)); first exact: Rmult_lt_0_compat.
  have -> : IZR tn / IZR td * (IZR num / IZR den + 1) * (IZR td * IZR den) = IZR tn * (IZR num + IZR den) by field; lra.
  have -> : (IZR num / IZR den - 1) * (IZR td * IZR den) = IZR td * (IZR num - IZR den) by field; lra.
  exact: ok.
have tau0 : 0 < IZR tn / IZR td by apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
have act (k : 'I_N) : phi m (x k) = IZR (nth 0%Z c k) * tanh sg.
  have : is_sign (nth 0%Z c k).
    have kc : (k < size c)%N by rewrite cN ltn_ord.
    by move: (nat_of_ord k) kc sc => {cN}; elim: c => [|z l ih] [|j] //= jl /andP [hz hl] //; exact: ih.
  rewrite /phi /x /row [sigma m]/= Rdiv_1 /is_sign.
  case/orP => /Z.eqb_eq ->; first by rewrite Rmult_1_r Rmult_1_l.
  have -> : IZR sn / IZR sd * IZR (-1) = - sg by rewrite /sg; lra.
  by rewrite tanh_opp; lra.
have over nu : overlap m x nu = IZR (count nu) * tanh sg.
  rewrite /overlap /dot /count -(sum_zdot N) ?short_row // -sum_scal_r; apply: sum_ext => k.
  by rewrite act [pattern m _ _]/= /table /entry Rdiv_1 Rmult_assoc.
have t1 : 0 < tanh sg by lra.
split.
  rewrite over im => e; move: nz; have : IZR (count mu) = 0 by nra.
  by move/eq_IZR => ->.
move=> nu ne.
have K1 : INR K - 1 = IZR (Z.of_nat K - 1) by rewrite minus_IZR -INR_IZR_INZ.
have two : (1 < K)%N.
  case: (leqP K 1) => // K1'; exfalso; apply: ne; apply: ord_inj.
  have a := ltn_ord nu; have b := ltn_ord i; move: (leq_trans a K1') (leq_trans b K1').
  by rewrite !ltnS !leqn0 => /eqP -> /eqP ->.
have K2 : 1 <= INR K - 1 by have := le_INR 2 K; rewrite [INR 2]/=; move=> /(_ ltac:(exact/ltP)); lra.
have lnK : ln (INR K - 1) <= IZR ln' / IZR ld.
  have [e|lt] : INR K - 1 = exp (IZR ln' / IZR ld) \/ INR K - 1 < exp (IZR ln' / IZR ld).
    move: lg; rewrite /log_check.
    have := horner_num_real ln' ld 0 m2 ldz; rewrite [Z.of_nat 0]/=.
    case: (horner_num _ _ _ _) => num den /= [/IZR_lt d0 val] /Z.leb_le /IZR_le; rewrite mult_IZR -K1 => ok.
    have y0 : 0 <= IZR ln' / IZR ld by apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
    have := horner_le_exp _ m2 y0; rewrite -val => le.
    have : INR K - 1 <= IZR num / IZR den.
      apply: (Rmult_le_reg_r (IZR den)) => //; have -> // : IZR num / IZR den * IZR den = IZR num by field; lra.
    by lra.
  - by rewrite e ln_exp; lra.
  by apply: Rlt_le; rewrite -[X in _ < X]ln_exp; apply: ln_increasing => //; lra.
have Tp : 0 < temp m by rewrite [temp m]/=; apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
apply: Rle_lt_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ Tp) lnK) _.
rewrite /score !over im.
have := all_iota _ _ lead nu; case: eqP => [e|_]; last rewrite orFb => /Z.ltb_lt /IZR_lt.
  by case: ne; apply: ord_inj; rewrite e im.
rewrite !(mult_IZR, minus_IZR) -INR_IZR_INZ => big.
have n0 : 0 < INR N by apply: lt_0_INR; apply/ltP.
set D := IZR (count mu) * IZR (count mu) - IZR (count nu) * IZR (count nu) in big *.
have -> : (IZR (count mu) * tanh sg) ^ 2 / (2 * INR N) - (IZR (count nu) * tanh sg) ^ 2 / (2 * INR N) =
  tanh sg ^ 2 * D / (2 * INR N) by rewrite /D; field; lra.
have left0 : 0 <= IZR Tn * IZR ln' * (IZR td * IZR td) * (2 * INR N).
  by do ?apply: Rmult_le_pos; lra.
have td2 : 0 < IZR tn * IZR tn by apply: Rmult_lt_0_compat.
have D0 : 0 < D.
  case: (Rlt_le_dec 0 D) => // neg; exfalso.
  have : IZR tn * IZR tn * D * (IZR Td * IZR ld) <= 0.
    have q : 0 < IZR tn * IZR tn * (IZR Td * IZR ld) by do ?apply: Rmult_lt_0_compat.
    by have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ q) neg; lra.
  lra.
have step : temp m * (IZR ln' / IZR ld) < (IZR tn / IZR td) ^ 2 * D / (2 * INR N).
  apply: (Rmult_lt_reg_r (IZR Td * IZR ld * (IZR td * IZR td) * (2 * INR N))).
    by do ?apply: Rmult_lt_0_compat => //; lra.
  have -> : temp m * (IZR ln' / IZR ld) * (IZR Td * IZR ld * (IZR td * IZR td) * (2 * INR N)) =
    IZR Tn * IZR ln' * (IZR td * IZR td) * (2 * INR N) by rewrite [temp m]/=; field; lra.
  have -> : (IZR tn / IZR td) ^ 2 * D / (2 * INR N) * (IZR Td * IZR ld * (IZR td * IZR td) * (2 * INR N)) =
    IZR tn * IZR tn * D * (IZR Td * IZR ld) by field; lra.
  exact: big.
apply: Rlt_le_trans step _; apply: Rmult_le_compat_r; first by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
apply: Rmult_le_compat_r; first lra.
by apply: pow_incr; lra.
Qed.
End Cue.
