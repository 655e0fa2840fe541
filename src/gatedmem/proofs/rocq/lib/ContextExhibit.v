(** Two orthonormal memories, no competition, beta = 1/4: with the gates at their self-consistent value
    the total gap of a memory can fall when lambda rises although its gate leads. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.ContextClamped lib.ContextToy.

Open Scope R_scope.

(** tanh (delta / 8), as the difference of the two softmax weights at the score gap delta. *)
Definition w0 (delta : R) : R := / (1 + exp (- (/ 4 * delta))).
Definition w1 (delta : R) : R := / (1 + exp (/ 4 * delta)).
Definition tilt (delta : R) : R := w0 delta - w1 delta.

Lemma tilt_sum delta : w0 delta + w1 delta = 1.
Proof.
rewrite /w0 /w1 exp_Ropp; have := exp_pos (/ 4 * delta); move: (exp _) => x x0.
by field; split; lra.
Qed.

Definition first2 (a b : R) : vec 2 := fun i => if i == ord0 then a else b.

Lemma softmax_two (r : vec 2) : softmax (/ 4) r = first2 (w0 (r ord0 - r (lift ord0 ord0))) (w1 (r ord0 - r (lift ord0 ord0))).
Proof.
apply: functional_extensionality => i; rewrite softmax_sub sum_n2 /first2 /w0 /w1.
case: (ord2 i) => -> /=; congr (/ _); rewrite Rminus_eq_0 Rmult_0_r exp_0.
- by congr (_ + exp _); ring.
- by rewrite Rplus_comm.
Qed.

(** drive and evidence that put the score gap at -1 for lambda = 1 and at -11/10 for lambda = 2 *)
Definition slope : R := - / 10 - 4 * tilt (- (11 / 10)) + tilt (-1).
Definition offset : R := -1 - slope - tilt (-1).
Definition exhibit (l : R) : retrieval 2 2 :=
  Retrieval 2 2 kdelta 0 l (/ 4) 1 1 (first2 slope 0) (first2 offset 0).

Lemma gates_exhibit l : gates (exhibit l) = kdelta.
Proof.
apply: functional_extensionality => i; apply: functional_extensionality => j.
by rewrite /gates /gate_matrix /=; ring.
Qed.

Lemma exhibit_least l : is_least_eig (gates (exhibit l)) 1.
Proof.
rewrite gates_exhibit; split.
- exists (kdelta ord0); split; first by apply: (norm_gt0 _ ord0); rewrite kdelta_refl; lra.
  by move=> i; rewrite Rmult_1_l; apply: sum_kdelta_l.
- move=> v; right; rewrite Rmult_1_l; apply: dot_ext => // i; symmetry; exact: sum_kdelta_l.
Qed.

Definition state_r (l delta : R) : vec 2 := first2 (delta + l ^ 2 * w1 delta) (l ^ 2 * w1 delta).
Definition state_s (l delta : R) : vec 2 := first2 (slope + l * w0 delta) (l * w1 delta).

Lemma exhibit_equilibrium l delta : offset + l * slope + l ^ 2 * tilt delta = delta ->
  clamped_equilibrium (exhibit l) (state_s l delta) (state_r l delta).
Proof.
move=> e; split=> i; rewrite /gate_velocity /score_velocity /= ?softmax_two.
- have -> : state_r l delta ord0 - state_r l delta (lift ord0 ord0) = delta by rewrite /state_r /first2 /=; ring.
  by rewrite /state_s /first2; case: (ord2 i) => -> /=; field.
- move: e; rewrite /state_s /state_r /first2 /tilt; case: (ord2 i) => -> /= e; last by field.
  apply: (Rmult_eq_reg_r 1); last lra.
  rewrite /Rdiv Rinv_1 Rmult_0_l !Rmult_1_r; nra.
Qed.

Lemma exhibit_1 : offset + 1 * slope + 1 ^ 2 * tilt (-1) = -1.
Proof. by rewrite /offset; ring. Qed.

Lemma exhibit_2 : offset + 2 * slope + 2 ^ 2 * tilt (- (11 / 10)) = - (11 / 10).
Proof. by rewrite /offset /slope; field. Qed.

Lemma gap_two (r : vec 2) : is_gap r ord0 (r ord0 - r (lift ord0 ord0)).
Proof.
split; last by exists (lift ord0 ord0).
by move=> nu ne; case: (ord2 nu) => e; [case: ne | rewrite e; lra].
Qed.

Lemma gate_leads : 0 < state_s 1 (-1) ord0 - state_s 1 (-1) (lift ord0 ord0).
Proof.
have -> : state_s 1 (-1) ord0 - state_s 1 (-1) (lift ord0 ord0) = slope + tilt (-1).
  by rewrite /state_s /first2 /tilt /=; ring.
have mono : w0 (- (11 / 10)) <= w0 (-1).
  apply: Rinv_le_contravar; first by have := exp_pos (- (/ 4 * -1)); lra.
  by apply: Rplus_le_compat_l; apply: exp_le; lra.
have e1 := tilt_sum (-1); have e2 := tilt_sum (- (11 / 10)).
have low : w0 (-1) <= / (9 / 4).
  apply: Rinv_le_contravar; first lra.
  have -> : - (/ 4 * -1) = / 4 by field.
  by have := exp_ge (/ 4); lra.
have -> : slope + tilt (-1) = - / 10 - 4 * (2 * w0 (- (11 / 10)) - 1) + 2 * (2 * w0 (-1) - 1).
  by rewrite /slope /tilt; lra.
have : / (9 / 4) = 4 / 9 by field.
lra.
Qed.

Lemma exhibit_falls : exists (m : R -> retrieval 2 2) (mu : 'I_2) (s1 r1 s2 r2 : vec 2) (gs g1 g2 : R),
  (forall l, m l = Retrieval 2 2 (memories (m 0)) (alpha (m 0)) l (beta (m 0)) (tau_s (m 0)) (tau_r (m 0))
                     (gate_input (m 0)) (evidence (m 0))) /\
  (forall s r, clamped_equilibrium (m 1) s r <-> s = s1 /\ r = r1) /\
  (forall s r, clamped_equilibrium (m 2) s r <-> s = s2 /\ r = r2) /\
  is_gap s1 mu gs /\ 0 < gs /\ is_gap r1 mu g1 /\ is_gap r2 mu g2 /\ g2 < g1.
Proof.
have only l delta : beta (exhibit l) * lambda (exhibit l) ^ 2 / (2 * 1) < 1 ->
    offset + l * slope + l ^ 2 * tilt delta = delta ->
    forall s r, clamped_equilibrium (exhibit l) s r <-> s = state_s l delta /\ r = state_r l delta.
  move=> k e s r; split=> [h|[-> ->]]; last exact: exhibit_equilibrium.
  have [s' [r' [_ u]]] := one_equilibrium (exhibit l) 1 ltac:(simpl; lra) ltac:(simpl; lra)
    ltac:(simpl; lra) (exhibit_least l) ltac:(lra) k.
  have [-> ->] := u s r h; have [<- <-] := u _ _ (exhibit_equilibrium l delta e); by split.
exists exhibit, ord0, (state_s 1 (-1)), (state_r 1 (-1)), (state_s 2 (- (11 / 10))), (state_r 2 (- (11 / 10))).
exists (state_s 1 (-1) ord0 - state_s 1 (-1) (lift ord0 ord0)).
exists (state_r 1 (-1) ord0 - state_r 1 (-1) (lift ord0 ord0)).
exists (state_r 2 (- (11 / 10)) ord0 - state_r 2 (- (11 / 10)) (lift ord0 ord0)).
split; first by [].
split; first by apply: only; [simpl; lra | exact: exhibit_1].
split; first by apply: only; [simpl; lra | exact: exhibit_2].
split; first exact: gap_two.
split; first exact: gate_leads.
do 2 (split; first exact: gap_two).
by rewrite /state_r /first2 /=; lra.
Qed.
