(** * The dual of ln cosh

    binary_entropy z == (1+z) ln(1+z) + (1-z) ln(1-z), for |z| <= 1 the largest value over s of
                        2 (z s - ln cosh s), taken at z = tanh s
    artanh           == the inverse of tanh on (-1, 1) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import lib.Softmax lib.Hyperbolic lib.AstrocyteToy.

Open Scope R_scope.

Definition binary_entropy (z : R) : R := (1 + z) * ln (1 + z) + (1 - z) * ln (1 - z).

Lemma ln_one_plus_tanh s : ln (1 + tanh s) = s - ln (cosh s).
Proof.
  have C := cosh_gt0 s; have E := exp_pos s.
  have -> : 1 + tanh s = exp s / cosh s by rewrite /tanh /sinh /cosh in C *; field; have := exp_pos (- s); lra.
  by rewrite ln_div // ln_exp.
Qed.

Lemma ln_one_minus_tanh s : ln (1 - tanh s) = - s - ln (cosh s).
Proof. by rewrite -cosh_opp -ln_one_plus_tanh tanh_opp; congr ln; ring. Qed.

Lemma binary_entropy_tanh s : binary_entropy (tanh s) = 2 * (s * tanh s - ln (cosh s)).
Proof. by rewrite /binary_entropy ln_one_plus_tanh ln_one_minus_tanh; ring. Qed.

Lemma binary_entropy_young z s : Rabs z <= 1 -> 2 * (z * s - ln (cosh s)) <= binary_entropy z.
Proof.
  move=> hz; have [a b] : -1 <= z <= 1 by move: hz; split_Rabs; lra.
  have [c d] := tanh_bound s.
  have := kl_term (1 + z) (1 + tanh s) ltac:(lra) ltac:(lra); rewrite ln_one_plus_tanh.
  have := kl_term (1 - z) (1 - tanh s) ltac:(lra) ltac:(lra); rewrite ln_one_minus_tanh.
  by rewrite /binary_entropy; lra.
Qed.

Lemma binary_entropy_opp z : binary_entropy (- z) = binary_entropy z.
Proof.
  by rewrite /binary_entropy (_ : 1 + - z = 1 - z) 1?(_ : 1 - - z = 1 + z); [ring | ring | ring].
Qed.

Definition artanh (v : R) : R := ln ((1 + v) / (1 - v)) / 2.

Lemma tanh_artanh v : Rabs v < 1 -> tanh (artanh v) = v.
Proof.
  move=> hv; have [a b] : -1 < v < 1 by move: hv; split_Rabs; lra.
  by rewrite /artanh tanh_ln; [field; lra | apply: Rdiv_lt_0_compat; lra].
Qed.

(** A scaled point has less of it. *)
Lemma binary_entropy_scaled z u : Rabs z <= 1 -> 0 <= u < 1 -> binary_entropy (u * z) <= binary_entropy z.
Proof.
  move=> hz [u0 u1]; have hv : Rabs (u * z) < 1.
    by rewrite Rabs_mult (Rabs_pos_eq u) //; have := Rabs_pos z; nra.
  set s := artanh (u * z); have E : tanh s = u * z by exact: tanh_artanh.
  rewrite -E binary_entropy_tanh; apply: Rle_trans (binary_entropy_young z s hz).
  suff : s * tanh s <= z * s by lra.
  have same : 0 <= z * s.
    case: (Rtotal_order s 0) => [s0|[->|s0]]; [have := tanh_lt0 s s0 | lra | have := tanh_gt0 s s0]; rewrite E; nra.
  by rewrite E; nra.
Qed.

Lemma binary_entropy_end z s : Rabs z = 1 -> 0 <= s ->
  binary_entropy (tanh s * z) + 2 * (s * (1 - tanh s)) <= binary_entropy z.
Proof.
  move=> hz s0.
  have -> : binary_entropy (tanh s * z) = binary_entropy (tanh s).
    case: (Rcase_abs z) => z0; [rewrite Rabs_left // in hz | rewrite Rabs_right // in hz].
      by rewrite -binary_entropy_opp; congr binary_entropy; nra.
    by congr binary_entropy; nra.
  have -> : binary_entropy z = 2 * ln 2.
    have e1 : binary_entropy 1 = 2 * ln 2.
      by rewrite /binary_entropy Rminus_eq_0 (_ : 1 + 1 = 2); [ring | ring].
    case: (Rcase_abs z) => z0; [rewrite Rabs_left // in hz | rewrite Rabs_right // in hz].
      by rewrite -binary_entropy_opp hz.
    by rewrite hz.
  rewrite binary_entropy_tanh.
  suff : s <= ln 2 + ln (cosh s) by lra.
  rewrite -ln_mult; [|lra|exact: cosh_gt0]; rewrite -{1}(ln_exp s); apply: ln_le; first exact: exp_pos.
  by rewrite /cosh; have := exp_pos (- s); lra.
Qed.

Lemma far_tanh s : 0 < s -> 1 - tanh s <= / s.
Proof.
  move=> s0; have P := exp_pos s; have Q := exp_pos (- s).
  have -> : 1 - tanh s = 2 * (exp (- s) / (exp s + exp (- s))) by rewrite /tanh /sinh /cosh; field; lra.
  have I : exp s * exp (- s) = 1 by rewrite -exp_plus Rplus_opp_r exp_0.
  have A : 1 + 2 * s <= exp s * exp s by rewrite -exp_plus; have := exp_ge (s + s); lra.
  have -> : exp (- s) / (exp s + exp (- s)) = / (exp s * exp s + 1).
    have -> : exp s * exp s + 1 = exp s * (exp s + exp (- s)) by rewrite -I; ring.
    by rewrite -(Rmult_1_l (/ _)) -{1}I; field; split; lra.
  have -> : / s = 2 * / (2 * s) by field; lra.
  by apply: Rmult_le_compat_l; [lra | apply: Rinv_le_contravar; lra].
Qed.
