(** * The exact threshold of uniqueness, from an approximate inverse in integers

    spread_bound       == B_ii + B_jj - 2 B_ij from an approximate inverse X of A: with y = X (e_i - e_j),
                          <d, B d> <= 2 <d, y> - <y, A y> + |d - A y|^2 / c
    difference i j     == e_i - e_j
    product_check      == the table w holds the rows of X A, times the denominators
    spread_check       == the computation that bounds every pair *)

From Coq Require Import Reals Lra ZArith Lia.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Gatedmem Require Import defs.Vectors defs.Context lib.Sums lib.LinearInverse lib.CertificateTables
  lib.CertificateContext.

Open Scope R_scope.

Section Bound.
Context {n : nat}.
Variables (A B : mat n n) (eta c : R).
Hypothesis symA : forall i j, A i j = A j i.
Hypothesis least : is_least_eig A eta.
Hypothesis c0 : 0 < c.
Hypothesis above : c < eta.
Hypothesis iB : is_inverse A B.

Lemma inverse_form (r : vec n) : dot r (mulmv B r) <= dot r r / c.
Proof.
set z := mulmv B r.
have az : mulmv A z = r by exact: inverse_r A B r iB.
have le : eta * dot z z <= dot r z by rewrite (dot_sym r z); case: least => _ /(_ z); rewrite az.
have z0 := dot_ge0 z.
have sq : dot (fun k => r k - c * z k) (fun k => r k - c * z k) = dot r r - 2 * c * dot r z + c * (c * dot z z).
  by rewrite dot_minus_l !dot_minus_r !dot_scal_l !dot_scal_r (dot_sym z r); ring.
have pos := dot_ge0 (fun k => r k - c * z k); rewrite sq in pos.
apply: (Rmult_le_reg_l c) => //; have -> : c * (dot r r / c) = dot r r by field; lra.
have : c * (c * dot z z) <= c * dot r z by apply: Rmult_le_compat_l; nra.
lra.
Qed.

Lemma inverse_symmetric i j : B i j = B j i.
Proof.
have iT : is_inverse A (fun i j => B j i).
  case: iB => h h'; split=> a b.
  - by rewrite kdelta_sym -h'; apply: sum_ext => k; rewrite symA; ring.
  - by rewrite kdelta_sym -h; apply: sum_ext => k; rewrite symA; ring.
by rewrite {1}(inverse_unique A B _ iB iT).
Qed.

Definition difference (i j : 'I_n) : vec n := fun k => kdelta i k - kdelta j k.

Lemma dot_difference i j v : dot (difference i j) v = v i - v j.
Proof.
rewrite /difference dot_minus_l /dot.
by congr (_ - _); rewrite -[RHS](sum_kdelta_l _ v).
Qed.

Lemma spread_form i j : dot (difference i j) (mulmv B (difference i j)) = B i i + B j j - 2 * B i j.
Proof.
have col k : mulmv B (difference i j) k = B k i - B k j.
  by rewrite /mulmv -[RHS](dot_difference i j (B k)) dot_sym.
by rewrite dot_difference !col (inverse_symmetric j i); ring.
Qed.

Lemma residual_bound (d y : vec n) : let r := fun k => d k - mulmv A y k in
  dot d (mulmv B d) <= 2 * dot d y - dot y (mulmv A y) + dot r r / c.
Proof.
move=> r.
have pn := inverse_form r.
have br : mulmv B r = fun k => mulmv B d k - y k.
  rewrite -[in RHS](inverse_l A B y iB).
  apply: FunctionalExtensionality.functional_extensionality => k.
  by rewrite /r /mulmv -sum_minus; apply: sum_ext => j; ring.
have e : dot r (mulmv B r) = dot d (mulmv B d) - 2 * dot d y + dot y (mulmv A y).
  rewrite br dot_minus_r /r !dot_minus_l.
  rewrite -(dot_mulmv_sym A y (mulmv B d) symA) (inverse_r A B d iB).
  rewrite (dot_sym (mulmv A y) y) (dot_sym y d); ring.
lra.
Qed.
End Bound.

Section Pairs.
Variables (N d : nat) (an ad dz : Z) (t : seq (seq Z)).
Variables (cn cd xd sn sd : Z) (g x w : seq (seq Z)).

(** The tables g and w are those of A and X A, times ad dz^2 and ad dz^2 xd. *)
Definition gates_check : bool :=
  all (fun k => all (fun l => entry g k l =? gate_entry an ad dz t k l)%Z (iota 0 N)) (iota 0 N).
Definition product_check : bool :=
  all (fun i => all (fun k => entry w i k =? zdot (nth [::] g k) (nth [::] x i))%Z (iota 0 N)) (iota 0 N).

Definition below : Z := (ad * (dz * dz))%Z.
Definition pair_bound (i j : nat) : Z :=
  let y := fun k => (entry x i k - entry x j k)%Z in
  let v := fun k => (entry w i k - entry w j k)%Z in
  let r := fun k => ((if k == i then below * xd else 0) - (if k == j then below * xd else 0) - v k)%Z in
  (sd * (below * below) * (xd * xd) * cn
   - sn * (2 * (y i - y j) * (below * below) * xd * cn
           - zsum N (fun k => y k * v k) * below * cn + zsum N (fun k => r k * r k) * cd))%Z.
Definition pairs_check : bool :=
  all (fun i => all (fun j => (i == j) || (0 <=? pair_bound i j)%Z) (iota 0 N)) (iota 0 N).
Definition spread_check : bool :=
  [&& (0 <? ad)%Z, (0 <? dz)%Z, (0 <? cn)%Z, (0 <? cd)%Z & (0 <? xd)%Z] &&
  [&& (0 <? sd)%Z, (0 <=? sn)%Z, short d t & short N g] && [&& gates_check, product_check & pairs_check].

Let A : mat N N := gate_matrix (table dz t : mat N d) (IZR an / IZR ad).

Lemma spread_checked (B : mat N N) eta : spread_check = true ->
  (forall v, 0 < norm v -> IZR cn / IZR cd * dot v v < dot v (mulmv A v)) ->
  is_least_eig A eta -> is_inverse A B ->
  forall i j, i <> j -> IZR sn / IZR sd * (B i i + B j j - 2 * B i j) <= 1.
Proof.
case/andP => /andP [/and5P [a0 z0 n0 c0 x0] /and4P [s0 sn0 st sg]] /and3P [gc pc bc] pos least iB i j ne.
move/Z.ltb_lt: a0 => a0; move/Z.ltb_lt: z0 => z0.
move: n0 c0 x0 s0 sn0; do 4 move=> /Z.ltb_lt /IZR_lt ?; move=> /Z.leb_le /IZR_le sn0.
have a1 := IZR_lt _ _ a0; have z1 := IZR_lt _ _ z0.
have b0 : 0 < IZR below by apply: IZR_lt; rewrite /below; do ?apply: Z.mul_pos_pos.
have ent k l : A k l = IZR (entry g k l) / IZR below.
  rewrite /A (gates_table N d an ad dz t a0 z0 st) -/below; congr (IZR _ / _).
  by have := all_iota _ _ (all_iota _ _ gc k) l => /Z.eqb_eq.
have symA k l : A k l = A l k.
  by rewrite /A /gate_matrix /competition kdelta_sym (eq_sym k l) /gram dot_sym.
pose e : vec N := difference i j.
pose y : vec N := fun k => (IZR (entry x i k) - IZR (entry x j k)) / IZR xd.
have image k : mulmv A y k = (IZR (entry w i k) - IZR (entry w j k)) / (IZR below * IZR xd).
  have one (a : 'I_N) : sum (fun l => A k l * IZR (entry x a l)) = IZR (entry w a k) / IZR below.
    have := all_iota _ _ (all_iota _ _ pc a) k => /Z.eqb_eq ->.
    rewrite -(sum_zdot N) ?short_row // /Rdiv -sum_scal_r; apply: sum_ext => l.
    by rewrite ent /entry; field; lra.
  have -> : mulmv A y k = (sum (fun l => A k l * IZR (entry x i l)) - sum (fun l => A k l * IZR (entry x j l))) * / IZR xd.
    by rewrite -sum_minus -sum_scal_r /mulmv; apply: sum_ext => l; rewrite /y; field; lra.
  by rewrite !one; field; lra.
have eta0 : IZR cn / IZR cd < eta := least_above N A _ eta pos least.
have cc : 0 < IZR cn / IZR cd by apply: Rmult_lt_0_compat => //; apply: Rinv_0_lt_compat.
have := residual_bound A B eta (IZR cn / IZR cd) symA least cc eta0 iB e y.
rewrite (spread_form A B symA iB) => /= bound.
have := all_iota _ _ (all_iota _ _ bc i) j; case: eqP => [/ord_inj //|_ /= /Z.leb_le /IZR_le].
rewrite /pair_bound; set zy := zsum N _; set zr := zsum N _.
rewrite !(minus_IZR, plus_IZR, mult_IZR) => ok.
have ey : dot e y = (IZR (entry x i i) - IZR (entry x j i) - (IZR (entry x i j) - IZR (entry x j j))) / IZR xd.
  by rewrite /e dot_difference /y; field; lra.
have ea : dot y (mulmv A y) = IZR zy / (IZR below * (IZR xd * IZR xd)).
  rewrite /zy -sum_zsum /Rdiv -sum_scal_r /dot; apply: sum_ext => k.
  by rewrite image /y !(mult_IZR, minus_IZR); field; lra.
have er : sum (fun k => (e k - mulmv A y k) * (e k - mulmv A y k)) = IZR zr / ((IZR below * IZR xd) * (IZR below * IZR xd)).
  rewrite /zr -sum_zsum /Rdiv -sum_scal_r; apply: sum_ext => k.
  rewrite image /e /difference /kdelta !(mult_IZR, minus_IZR) !(inj_eq (@ord_inj N)) (eq_sym k i) (eq_sym k j).
  by case: eqP => _; case: eqP => _; rewrite ?mult_IZR; field; lra.
rewrite {3}/dot er ey ea in bound.
have D0 : IZR below = IZR ad * (IZR dz * IZR dz) by rewrite /below !mult_IZR.
have sq : 0 <= IZR sn / IZR sd by apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
apply: Rle_trans (Rmult_le_compat_l _ _ _ sq bound) _.
rewrite -!D0 in ok.
set D := IZR below in ok b0 D0 *.
apply: (Rmult_le_reg_r (IZR sd * (D * D) * (IZR xd * IZR xd) * IZR cn)).
  by do ?apply: Rmult_lt_0_compat.
rewrite Rmult_1_l.
set u := IZR (entry x i i) - IZR (entry x j i) - (IZR (entry x i j) - IZR (entry x j j)) in ok *.
have -> : IZR sn / IZR sd * (2 * (u / IZR xd) - IZR zy / (D * (IZR xd * IZR xd))
    + IZR zr / (D * IZR xd * (D * IZR xd)) / (IZR cn / IZR cd)) * (IZR sd * (D * D) * (IZR xd * IZR xd) * IZR cn) =
  IZR sn * (2 * u * (D * D) * IZR xd * IZR cn - IZR zy * D * IZR cn + IZR zr * IZR cd) by field; lra.
lra.
Qed.
End Pairs.
