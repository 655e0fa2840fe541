(** Two memories without drive: exactly three fixed points beyond the threshold. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearInverse lib.ContextClamped lib.ContextThreshold lib.ContextToy.

Open Scope R_scope.

Section Scalar.
Variable k : R.
Hypothesis k1 : 1 < k.
Let psi y := ln (1 + y) - ln (1 - y) - 2 * k * y.

Lemma psi_derive y : -1 < y < 1 -> is_derive psi y (2 / (1 - y ^ 2) - 2 * k).
Proof. by move=> h; have q : 0 < 1 - y ^ 2 by [nra]; rewrite /psi; auto_derive; [lra | field; lra]. Qed.

Lemma psi_0 : psi 0 = 0.
Proof. by rewrite /psi Rplus_0_r Rminus_0_r ln_1; ring. Qed.

Lemma psi_odd y : psi (- y) = - psi y.
Proof. by rewrite /psi (_ : 1 - - y = 1 + y); [have -> : 1 + - y = 1 - y by [ring]; ring | ring]. Qed.

Lemma psi_rolle a b : -1 < a -> a < b -> b < 1 -> psi a = psi b -> exists c, a < c < b /\ 1 = k * (1 - c ^ 2).
Proof.
move=> ha ab hb e; have [|c [e' hc]] := MVT_cor2 psi (fun y => 2 / (1 - y ^ 2) - 2 * k) a b ab.
  by move=> c hc; apply/is_derive_Reals; apply: psi_derive; lra.
exists c; split=> //; have q : 0 < 1 - c ^ 2 by nra.
have z : 2 / (1 - c ^ 2) - 2 * k = 0 by apply: (Rmult_eq_reg_r (b - a)); lra.
have : 2 / (1 - c ^ 2) * (1 - c ^ 2) = 2 by field; lra.
by have -> : 2 / (1 - c ^ 2) = 2 * k by [lra]; lra.
Qed.

Lemma psi_unique a b : 0 < a < 1 -> 0 < b < 1 -> psi a = 0 -> psi b = 0 -> a = b.
Proof.
have half x y : 0 < x -> x < y -> y < 1 -> psi x = 0 -> psi y = 0 -> False.
  move=> x0 xy y1 px py.
  have [c [hc e]] := psi_rolle 0 x ltac:(lra) x0 ltac:(lra) ltac:(rewrite psi_0; lra).
  have [c' [hc' e']] := psi_rolle x y ltac:(lra) xy y1 ltac:(lra).
  have : c ^ 2 < c' ^ 2 by nra.
  by nra.
move=> ha hb pa pb; case: (Rtotal_order a b) => [h|[//|h]].
- by case: (half a b); lra.
- by case: (half b a); lra.
Qed.

Lemma psi_zero : exists y, 0 < y < 1 /\ psi y = 0.
Proof.
pose E := exp (2 * k); have E1 : 1 < E by rewrite /E -exp_0; apply: exp_increasing; lra.
pose hi := (E - 1) / (E + 1).
have hi1 : 0 < hi < 1.
  by split; [apply: Rdiv_lt_0_compat; lra | apply/Rlt_div_l; lra].
have phi : 0 < psi hi.
  have -> : psi hi = 2 * k - 2 * k * hi.
    rewrite /psi -ln_div; try lra.
    have -> : (1 + hi) / (1 - hi) = E by rewrite /hi; field; lra.
    by rewrite /E ln_exp.
  nra.
have s0 : 0 < sqrt (1 - / k).
  apply: sqrt_lt_R0; have : / k < 1 by [rewrite -Rinv_1; apply: Rinv_lt_contravar; lra]; lra.
pose lo := Rmin (sqrt (1 - / k)) hi / 2.
have l1 : lo < sqrt (1 - / k) by have := Rmin_l (sqrt (1 - / k)) hi; rewrite /lo; lra.
have l2 : lo < hi by have := Rmin_r (sqrt (1 - / k)) hi; rewrite /lo; lra.
have l0 : 0 < lo by rewrite /lo; have := Rmin_glb_lt _ _ _ s0 (proj1 hi1); lra.
have plo : psi lo < 0.
  have [|c [e hc]] := MVT_cor2 psi (fun y => 2 / (1 - y ^ 2) - 2 * k) 0 lo l0.
    by move=> c hc; apply/is_derive_Reals; apply: psi_derive; lra.
  have ik : / k < 1 by rewrite -Rinv_1; apply: Rinv_lt_contravar; lra.
  have cs : c ^ 2 < 1 - / k.
    by have := sqrt_sqrt (1 - / k) ltac:(lra); nra.
  have kk : k * / k = 1 by field; lra.
  have q : 0 < 1 - c ^ 2 by have := Rinv_0_lt_compat k; lra.
  have neg : 2 / (1 - c ^ 2) < 2 * k by apply/Rlt_div_l => //; nra.
  rewrite psi_0 in e; nra.
have [|y [hy e]] := Ranalysis5.IVT_interv psi lo hi _ l2 plo phi; last by exists y; split=> //; lra.
move=> x hx; apply/continuity_pt_filterlim; apply: ex_derive_continuous.
by eexists; apply: psi_derive; lra.
Qed.

Lemma psi_zeros : exists y, 0 < y < 1 /\ psi y = 0 /\
  forall z, -1 < z < 1 -> psi z = 0 <-> z = - y \/ z = 0 \/ z = y.
Proof.
have [y [hy e]] := psi_zero; exists y; split=> //; split=> // z hz; split=> [ez|]; last first.
  by case=> [->|[->|->]] //; [rewrite psi_odd e; ring | exact: psi_0].
case: (Rtotal_order z 0) => [h|[h|h]]; [left | right; left | right; right] => //.
  have := psi_unique (- z) y ltac:(lra) hy; rewrite psi_odd => /(_ ltac:(lra) e); lra.
by apply: psi_unique => //; lra.
Qed.
End Scalar.

Section Pair.
Context {d : nat} (m : retrieval d 2) (B : mat 2 2) (eta : R).
Hypothesis (iB : is_inverse (gates m) B) (beta0 : 0 < beta m) (eta0 : eta <> 0).
Hypothesis (noB : forall mu, evidence m mu = 0) (noU : forall mu, gate_input m mu = 0).
Let i0 : 'I_2 := ord0.
Let i1 : 'I_2 := lift ord0 ord0.
Let w : vec 2 := fun mu => if mu == ord0 then 1 else -1.
Hypothesis ew : forall mu, mulmv B w mu = / eta * w mu.
Let k := (beta m * (lambda m) ^ 2) / (2 * eta).
Let point (y : R) : vec 2 := fun mu => (1 + y * w mu) / 2.

Lemma w0 : w i0 = 1. Proof. by []. Qed.
Lemma w1 : w i1 = -1. Proof. by []. Qed.
Lemma dot_w p : dot w p = p i0 - p i1.
Proof. by rewrite /dot sum_n2 -/i0 -/i1 w0 w1; ring. Qed.

Lemma pair_score p : score_state m B p i0 - score_state m B p i1 = lambda m ^ 2 / eta * (p i0 - p i1).
Proof.
have sym i j : B i j = B j i := inverse_sym (gates m) B (gate_matrix_sym (memories m) (alpha m)) iB i j.
have e : mulmv B p i0 - mulmv B p i1 = / eta * (p i0 - p i1).
  rewrite -(dot_w (mulmv B p)) -(dot_w p) (dot_mulmv_sym B w p sym) (dot_ext _ (fun mu => / eta * w mu) p p ew) // dot_scal_l //.
have z i : mulmv B (gate_input m) i = 0 by apply: sum_eq0 => j; rewrite noU; ring.
have es i : score_state m B p i = lambda m ^ 2 * mulmv B p i by rewrite /score_state noB z; ring.
rewrite !es; have -> : lambda m ^ 2 / eta * (p i0 - p i1) = lambda m ^ 2 * (/ eta * (p i0 - p i1)) by field.
by rewrite -e; ring.
Qed.

Lemma pair_point p : is_interior p -> exists y, -1 < y < 1 /\ p = point y.
Proof.
move=> [p0 s]; rewrite sum_n2 in s; have := p0 ord0; have := p0 (lift ord0 ord0) => a b.
exists (p ord0 - p (lift ord0 ord0)); split; first lra.
by apply: functional_extensionality => i; rewrite /point; case: (ord2 i) => ->; rewrite -/i0 -/i1 ?w0 ?w1 /i0 /i1; lra.
Qed.

Lemma pair_fixed y : -1 < y < 1 -> retrieval_map m B (point y) = point y <-> ln (1 + y) - ln (1 - y) - 2 * k * y = 0.
Proof.
move=> hy; set p := point y; set r := score_state m B p.
have e0 : p i0 = (1 + y) / 2 by rewrite /p /point w0; field.
have e1 : p i1 = (1 - y) / 2 by rewrite /p /point w1; field.
have es : beta m * (r i0 - r i1) = 2 * k * y by rewrite pair_score e0 e1 /k; field.
have ln2 a : -1 < a -> ln ((1 + a) / 2) = ln (1 + a) - ln 2 by move=> h; rewrite ln_div; lra.
split=> [fp|z].
  have l0 := ln_softmax (beta m) r i0; have l1 := ln_softmax (beta m) r i1.
  rewrite -/(retrieval_map m B p) fp e0 ln2 in l0; last lra.
  rewrite -/(retrieval_map m B p) fp e1 (ln2 (- y)) in l1; last lra.
  rewrite -/(Rminus 1 y) in l1; lra.
have ra := softmax_ratio (beta m) r i0 i1; rewrite es in ra.
have ex : exp (2 * k * y) = (1 + y) / (1 - y).
  have -> : 2 * k * y = ln ((1 + y) / (1 - y)) by rewrite ln_div; lra.
  by apply: exp_ln; apply: Rdiv_lt_0_compat; lra.
have su := softmax_sum (beta m) r isT; rewrite sum_n2 -/i0 -/i1 ra ex in su.
have s1 : softmax (beta m) r i1 = (1 - y) / 2.
  apply: (Rmult_eq_reg_r (2 / (1 - y))); last by apply: Rgt_not_eq; apply: Rdiv_lt_0_compat; lra.
  have -> : (1 - y) / 2 * (2 / (1 - y)) = 1 by field; lra.
  set q1 := softmax (beta m) r i1 in su *.
  have -> : q1 * (2 / (1 - y)) = q1 * ((1 + y) / (1 - y)) + q1 by field; lra.
  exact: su.
apply: functional_extensionality => i; rewrite /retrieval_map -/r.
case: (ord2 i) => ->; rewrite -/i0 -/i1; last by rewrite s1 e1.
by rewrite ra s1 ex e0; field; lra.
Qed.

Lemma three_fixed : 1 < k -> exists p q o : vec 2, p <> q /\ p <> o /\ q <> o /\
  forall x, retrieval_map m B x = x <-> x = p \/ x = q \/ x = o.
Proof.
move=> k1; have [y [hy [ey all]]] := psi_zeros k k1.
have dif a b : a <> b -> point a <> point b.
  by move=> ne e; apply: ne; have := f_equal (fun v : vec 2 => v i0) e; rewrite /point w0; lra.
exists (point (- y)), (point 0), (point y).
split; first by apply: dif; lra. split; first by apply: dif; lra. split; first by apply: dif; lra.
move=> x; split=> [fx|].
  have [z [hz ez]] : exists z, -1 < z < 1 /\ x = point z.
    by apply: pair_point; rewrite -fx; apply: softmax_interior.
  rewrite ez in fx *; move: fx; rewrite (pair_fixed z hz) (all z hz).
  by case=> [->|[->|->]]; [left | right; left | right; right].
have F z : -1 < z < 1 -> z = - y \/ z = 0 \/ z = y -> retrieval_map m B (point z) = point z.
  by move=> hz h; apply/pair_fixed => //; apply/all.
by case=> [->|[->|->]]; apply: F; lra.
Qed.

(** (B_11 + B_22 - 2 B_12) / 4 = 1 / (2 eta). *)
Lemma pair_spread : B i0 i0 + B i1 i1 - 2 * B i0 i1 = 2 / eta.
Proof.
have sym : B i1 i0 = B i0 i1 := inverse_sym (gates m) B (gate_matrix_sym (memories m) (alpha m)) iB i1 i0.
have a := ew i0; have b := ew i1; rewrite /mulmv !sum_n2 -/i0 -/i1 w0 w1 in a b.
by rewrite /Rdiv; lra.
Qed.
End Pair.

(** ** The eigenvalue on (1, -1) *)
Section Eta.
Context {d : nat} (m : retrieval d 2).
Let i0 : 'I_2 := ord0.
Let i1 : 'I_2 := lift ord0 ord0.
Let w : vec 2 := fun mu => if mu == ord0 then 1 else -1.
Let g := gram (memories m) i0 i1.
Let eta := 1 - alpha m * g.

Lemma pair_gates v : mulmv (gates m) v i0 = v i0 + alpha m * g * v i1 /\
  mulmv (gates m) v i1 = alpha m * g * v i0 + v i1.
Proof.
have c01 : competition (memories m) i0 i1 = g by [].
have c10 : competition (memories m) i1 i0 = g by rewrite /competition /= /g /gram dot_sym.
have c00 : competition (memories m) i0 i0 = 0 by [].
have c11 : competition (memories m) i1 i1 = 0 by [].
rewrite /gates !mulmv_gate_matrix /mulmv !sum_n2 -/i0 -/i1 c01 c10 c00 c11; split; ring.
Qed.

Lemma pair_eigen mu : mulmv (gates m) w mu = eta * w mu.
Proof.
have [a b] := pair_gates w; have w0 : w i0 = 1 by []. have w1 : w i1 = -1 by [].
by rewrite w0 w1 in a b; case: (ord2 mu) => ->; rewrite -/i0 -/i1 ?a ?b ?w0 ?w1 /eta; ring.
Qed.

Lemma pair_quadratic v : dot v (mulmv (gates m) v) = v i0 ^ 2 + v i1 ^ 2 + 2 * (alpha m * g) * (v i0 * v i1).
Proof. by have [a b] := pair_gates v; rewrite /dot sum_n2 -/i0 -/i1 a b; ring. Qed.

Lemma pair_dot v : dot v v = v i0 ^ 2 + v i1 ^ 2.
Proof. by rewrite /dot sum_n2 -/i0 -/i1; ring. Qed.

Lemma pair_eta (B : mat 2 2) least : is_least_eig (gates m) least -> 0 < least -> is_inverse (gates m) B ->
  least <= eta /\ (forall mu, mulmv (gates m) w mu = eta * w mu) /\ (forall mu, mulmv B w mu = / eta * w mu).
Proof.
move=> [_ low] l0 iB; have w0 : w i0 = 1 by []. have w1 : w i1 = -1 by [].
have le : least <= eta by have := low w; rewrite pair_quadratic pair_dot w0 w1 /eta; lra.
split=> //; split=> [|mu]; first exact: pair_eigen.
have e : w = fun mu => / eta * mulmv (gates m) w mu.
  by apply: functional_extensionality => nu; rewrite pair_eigen; field; lra.
by rewrite {1}e mulmv_scal (inverse_l (gates m) B w iB).
Qed.

Lemma pair_least_cases least : is_least_eig (gates m) least ->
  least <= eta /\ least <= 1 + alpha m * g /\ (least = eta \/ least = 1 + alpha m * g).
Proof.
move=> [[v [v0 ev]] low]; have w0 : w i0 = 1 by []. have w1 : w i1 = -1 by [].
split; first by have := low w; rewrite pair_quadratic pair_dot w0 w1 /eta; lra.
split; first by have := low (fun _ => 1); rewrite pair_quadratic pair_dot; lra.
have [a b] := pair_gates v; rewrite !ev in a b.
case: (Req_dec (v i0) (v i1)) => h.
  right; apply: (Rmult_eq_reg_r (v i0)); first by rewrite -h in a; lra.
  move=> z; rewrite z in h; have : norm v = 0.
    rewrite -(@norm_0 2); apply: norm_ext => i; case: (ord2 i) => ->; rewrite -/i0 -/i1; [exact: z | by rewrite -h].
  by lra.
by left; apply: (Rmult_eq_reg_r (v i0 - v i1)); rewrite /eta; lra.
Qed.

Lemma pair_least least : is_least_eig (gates m) least -> 0 <= alpha m -> 0 <= g -> least = eta.
Proof.
move=> h a0 g0; have [le [le' c]] := pair_least_cases least h; have := Rmult_le_pos _ _ a0 g0.
by move: le; rewrite /eta in c *; case: c; lra.
Qed.

Lemma pair_least_strict least : is_least_eig (gates m) least -> 0 < alpha m -> g < 0 -> least < eta.
Proof.
move=> h a0 g0; have [_ [le _]] := pair_least_cases least h.
by have := Rmult_lt_0_compat (alpha m) (- g) a0 ltac:(lra); rewrite /eta; lra.
Qed.
End Eta.
