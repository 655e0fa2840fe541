(** * From computed inequalities to the claims on a context-gated memory

    least_above        == a number that c |v|^2 < <v, A v> proves to lie below the least eigenvalue
    contraction_below  == kappa < 1 from c = beta lambda^2 / 2
    horner y p m       == 1 + y/(p+1) (1 + y/(p+2) (... )), a lower bound of exp y at p = 0
    horner_num         == the same in integers
    gap_entry          == integer form of (gap of the total scores) - g, worst case over the enclosure
    probability_check  == the computation that bounds a retrieval probability from below *)

From Coq Require Import Reals Lra ZArith Lia Factorial.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context lib.Sums lib.Softmax lib.CertificateTables.

Open Scope R_scope.

Lemma least_above n (A : mat n n) c eta : (forall v, 0 < norm v -> c * dot v v < dot v (mulmv A v)) ->
  is_least_eig A eta -> c < eta.
Proof.
move=> pos [[v [v0 eig]] _]; have := pos v v0.
have -> : dot v (mulmv A v) = eta * dot v v.
  by rewrite /dot -sum_scal_l; apply: sum_ext => i; rewrite eig; ring.
have : 0 < dot v v by rewrite -norm_sq; nra.
nra.
Qed.

Lemma contraction_below n (A : mat n n) b l c eta : c = (b * l ^ 2) / 2 -> 0 <= c ->
  (forall v, 0 < norm v -> c * dot v v < dot v (mulmv A v)) ->
  is_least_eig A eta -> 0 < eta /\ (b * l ^ 2) / (2 * eta) < 1.
Proof.
move=> ec c0 pos least; have h := least_above n A c eta pos least.
split; first lra.
have -> : (b * l ^ 2) / (2 * eta) = c / eta by rewrite ec; field; lra.
apply: (Rmult_lt_reg_r eta); first lra.
by rewrite /Rdiv Rmult_assoc Rinv_l; lra.
Qed.

(** ** A lower bound of the exponential *)

Fixpoint horner (y : R) (p m : nat) : R :=
  match m with
  | O => 1
  | S m' => 1 + y / INR (S p) * horner y (S p) m'
  end.

Lemma horner_sum y p m :
  horner y p m = sum_f_R0 (fun j => y ^ j * (INR (fact p) / INR (fact (p + j)))) m.
Proof.
elim: m p => [|m ih] p.
  rewrite /= addn0; field; exact: INR_fact_neq_0.
rewrite decomp_sum; last by apply/ltP.
have -> : horner y p (S m) = 1 + y / INR (S p) * horner y (S p) m by [].
rewrite ih scal_sum addn0; change (Init.Nat.pred (S m)) with m; congr (_ + _).
  rewrite [y ^ 0]/=; field; exact: INR_fact_neq_0.
apply: PartSum.sum_eq => j _; rewrite addnS addSn fact_simpl mult_INR.
have f1 := INR_fact_neq_0 (S (p + j)); have f2 := INR_fact_neq_0 p.
have s0 : INR (S p) <> 0 by apply: not_0_INR.
by rewrite [y ^ S j]/=; field.
Qed.

Lemma horner_le_exp y m : 0 <= y -> horner y 0 m <= exp y.
Proof.
move=> y0; rewrite horner_sum /exp; case: (exist_exp y) => e /= he.
have -> : sum_f_R0 (fun j => y ^ j * (INR (fact 0) / INR (fact (0 + j)))) m =
  sum_f_R0 (fun i => / INR (fact i) * y ^ i) m.
  by apply: PartSum.sum_eq => j _; rewrite /= /Rdiv Rmult_1_l Rmult_comm.
apply: (sum_incr (fun i => / INR (fact i) * y ^ i)) => [|k]; first exact: he.
apply: Rmult_le_pos; last exact: pow_le.
by apply: Rlt_le; apply: Rinv_0_lt_compat; apply: INR_fact_lt_0.
Qed.

Fixpoint horner_num (yn yd : Z) (p : Z) (m : nat) : Z * Z :=
  match m with
  | O => (1, 1)%Z
  | S m' => let (num, den) := horner_num yn yd (p + 1) m' in
            let den' := ((p + 1) * yd * den)%Z in ((den' + yn * num)%Z, den')
  end.

Lemma horner_num_real yn yd p m : (0 < yd)%Z ->
  (0 < (horner_num yn yd (Z.of_nat p) m).2)%Z /\
  IZR (horner_num yn yd (Z.of_nat p) m).1 / IZR (horner_num yn yd (Z.of_nat p) m).2 = horner (IZR yn / IZR yd) p m.
Proof.
move=> d0; elim: m p => [|m ih] p; first by split=> //=; lra.
have [den0 val] := ih (S p).
have -> : horner_num yn yd (Z.of_nat p) (S m) =
  (let (num, den) := horner_num yn yd (Z.of_nat (S p)) m in
   let den' := (Z.of_nat (S p) * yd * den)%Z in ((den' + yn * num)%Z, den')).
  by rewrite Nat2Z.inj_succ.
have p0 : (0 < Z.of_nat (S p))%Z by lia.
have rk : IZR (Z.of_nat (S p)) = INR (S p) by rewrite INR_IZR_INZ.
have -> : horner (IZR yn / IZR yd) p (S m) = 1 + IZR yn / IZR yd / INR (S p) * horner (IZR yn / IZR yd) (S p) m by [].
move: (Z.of_nat (S p)) (INR (S p)) p0 rk den0 val => k ip p0 rk; case: (horner_num _ _ _ _) => num den /= den0 val.
have r1 := IZR_lt _ _ den0; have r2 := IZR_lt _ _ d0; have r3 := IZR_lt _ _ p0.
split; first by apply: Z.mul_pos_pos => //; apply: Z.mul_pos_pos.
by rewrite -val -rk plus_IZR !mult_IZR; field; lra.
Qed.

(** ** A retrieval probability from below, for every s in an enclosure *)

Section Probability.
Variables (N d : nat) (dz dq ds bn bd ln ld rn rd gn gd qn qd : Z) (t : seq (seq Z)) (q s : seq Z).
Variables (mu m : nat).

Definition gap_entry (nu : nat) : Z :=
  ((zdot (nth [::] t mu) q - zdot (nth [::] t nu) q) * (ld * ds * rd * gd)
   + ln * (nth 0%Z s mu - nth 0%Z s nu) * (dz * dq * rd * gd)
   - 2 * ln * rn * (ds * dz * dq * gd) - gn * (dz * dq * ld * ds * rd))%Z.

Definition positive_inputs : bool :=
  [&& (0 <? dz)%Z, (0 <? dq)%Z, (0 <? ds)%Z, (0 <? bn)%Z & (0 <? bd)%Z] &&
  [&& (0 <? ld)%Z, (0 <? rd)%Z, (0 <? gd)%Z & (0 <? qd)%Z] && [&& (0 <=? ln)%Z, (0 <=? rn)%Z & (0 <=? gn)%Z].
Definition wide_gap : bool := all (fun nu => (nu == mu) || (0 <=? gap_entry nu)%Z) (iota 0 N).
Definition small_odds : bool :=
  let (num, den) := horner_num (bn * gn) (bd * gd) 0 m in
  ((0 <? num) && (qn * (num + (Z.of_nat N - 1) * den) <=? qd * num))%Z.
Definition probability_check : bool := positive_inputs && short d t && wide_gap && small_odds.

Lemma probability_checked (i : 'I_N) (state : vec N) : probability_check = true -> nat_of_ord i = mu ->
  (forall k, Rabs (state k - row ds s k) <= IZR rn / IZR rd) ->
  IZR qn / IZR qd <= softmax (IZR bn / IZR bd)
    (scores (fun k => dot (table dz t k : vec d) (row dq q)) (IZR ln / IZR ld) state) i.
Proof.
case/andP => /andP [/andP [/andP [/andP [/and5P [z0 q0 s0 b0 bd0] /and4P [l0 r0 g0 p0]] /and3P [ln0 rn0 gn0]] st] gap] odds.
move=> im near.
move: z0 q0 s0 b0 bd0 l0 r0 g0 p0 ln0 rn0 gn0.
do 9 move=> /Z.ltb_lt /IZR_lt ?; do 3 move=> /Z.leb_le /IZR_le ?.
set b := (fun k : 'I_N => dot (table dz t k : vec d) (row dq q)).
have ev k : b k = IZR (zdot (nth [::] t k) q) / (IZR dz * IZR dq).
  rewrite /b /dot -(sum_zdot d) ?short_row // /Rdiv -sum_scal_r; apply: sum_ext => j.
  by rewrite /table /row /entry; field; lra.
have wide nu : nu <> i -> IZR gn / IZR gd <= scores b (IZR ln / IZR ld) state i - scores b (IZR ln / IZR ld) state nu.
  move=> ne; have := all_iota _ _ gap nu; case: eqP => [e|_ /=].
    by case: ne; apply: ord_inj; rewrite e im.
  move=> /Z.leb_le /IZR_le; rewrite /gap_entry !minus_IZR !plus_IZR !mult_IZR !minus_IZR -im => h.
  have k1 := near i; have k2 := near nu; rewrite /row in k1 k2.
  have u1 := Rle_abs (- (state i - IZR (nth 0%Z s i) / IZR ds)); rewrite Rabs_Ropp in u1.
  have u2 := Rle_abs (state nu - IZR (nth 0%Z s nu) / IZR ds).
  have e : (IZR (zdot (nth [::] t i) q) - IZR (zdot (nth [::] t nu) q)) / (IZR dz * IZR dq)
      + IZR ln / IZR ld * (IZR (nth 0%Z s i) / IZR ds - IZR (nth 0%Z s nu) / IZR ds - 2 * (IZR rn / IZR rd))
      - IZR gn / IZR gd =
    ((IZR (zdot (nth [::] t i) q) - IZR (zdot (nth [::] t nu) q)) * (IZR ld * IZR ds * IZR rd * IZR gd) +
     IZR ln * (IZR (nth 0%Z s i) - IZR (nth 0%Z s nu)) * (IZR dz * IZR dq * IZR rd * IZR gd) -
     2 * IZR ln * IZR rn * (IZR ds * IZR dz * IZR dq * IZR gd) -
     IZR gn * (IZR dz * IZR dq * IZR ld * IZR ds * IZR rd)) *
    / (IZR dz * IZR dq * IZR ld * IZR ds * IZR rd * IZR gd) by field; lra.
  have i0 : 0 < / (IZR dz * IZR dq * IZR ld * IZR ds * IZR rd * IZR gd).
    by apply: Rinv_0_lt_compat; do ?apply: Rmult_lt_0_compat.
  have pos := Rmult_le_pos _ _ h (Rlt_le _ _ i0); rewrite -e in pos.
  have l1 : 0 <= IZR ln / IZR ld by apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
  have := Rmult_le_compat_l _ _ _ l1 (_ : IZR (nth 0%Z s i) / IZR ds - IZR (nth 0%Z s nu) / IZR ds
    - 2 * (IZR rn / IZR rd) <= state i - state nu).
  move=> /(_ ltac:(lra)); rewrite /scores !ev; lra.
have beta0 : 0 < IZR bn / IZR bd by apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
have [low _] := softmax_gap (/ (IZR bn / IZR bd)) _ _ _ (Rinv_0_lt_compat _ beta0) wide.
rewrite Rinv_inv in low.
have turn : - (IZR gn / IZR gd) / / (IZR bn / IZR bd) = - (IZR bn / IZR bd * (IZR gn / IZR gd)) by field; lra.
rewrite turn in low; apply: Rle_trans low; move: odds; rewrite /small_odds.
have bgd : (0 < bd * gd)%Z by apply: Z.mul_pos_pos; apply: lt_IZR.
have := horner_num_real (bn * gn) (bd * gd) 0 m bgd; rewrite [Z.of_nat 0]/=.
case: (horner_num _ _ _ _) => num den /= [/IZR_lt den0 val] /andP [/Z.ltb_lt /IZR_lt num0 /Z.leb_le /IZR_le].
rewrite !mult_IZR plus_IZR mult_IZR minus_IZR -INR_IZR_INZ => odds.
have y0 : 0 <= IZR bn / IZR bd * (IZR gn / IZR gd).
  by apply: Rmult_le_pos; [lra | apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat].
have := horner_le_exp _ m y0.
have -> : IZR bn / IZR bd * (IZR gn / IZR gd) = IZR (bn * gn) / IZR (bd * gd) by rewrite !mult_IZR; field; lra.
rewrite -val exp_Ropp; set e := exp _ => le.
have n1 : 1 <= INR N by have := le_INR 1 N; rewrite /=; apply; apply/ltP; exact: index_dim i.
have h0 : 0 < IZR num / IZR den by apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
have ei : / e <= IZR den / IZR num.
  have -> : IZR den / IZR num = / (IZR num / IZR den) by field; lra.
  exact: Rinv_le_contravar.
have e0 : 0 < / e by apply: Rinv_0_lt_compat; lra.
have bound : 1 + (INR N - 1) * / e <= (IZR num + (INR N - 1) * IZR den) / IZR num.
  have -> : (IZR num + (INR N - 1) * IZR den) / IZR num = 1 + (INR N - 1) * (IZR den / IZR num) by field; lra.
  by have := Rmult_le_compat_l (INR N - 1) _ _ ltac:(lra) ei; lra.
have w0 : 0 < 1 + (INR N - 1) * / e by have := Rmult_le_pos (INR N - 1) (/ e) ltac:(lra) ltac:(lra); lra.
apply: Rle_trans (Rinv_le_contravar _ _ w0 bound).
have v0 : 0 < IZR num + (INR N - 1) * IZR den by have := Rmult_le_pos (INR N - 1) (IZR den) ltac:(lra) ltac:(lra); lra.
have -> : / ((IZR num + (INR N - 1) * IZR den) / IZR num) = IZR num / (IZR num + (INR N - 1) * IZR den) by field; lra.
apply: (Rmult_le_reg_r (IZR qd * (IZR num + (INR N - 1) * IZR den))); first exact: Rmult_lt_0_compat.
have -> : IZR qn / IZR qd * (IZR qd * (IZR num + (INR N - 1) * IZR den)) = IZR qn * (IZR num + (INR N - 1) * IZR den) by field; lra.
have -> : IZR num / (IZR num + (INR N - 1) * IZR den) * (IZR qd * (IZR num + (INR N - 1) * IZR den)) = IZR qd * IZR num by field; lra.
lra.
Qed.
End Probability.
