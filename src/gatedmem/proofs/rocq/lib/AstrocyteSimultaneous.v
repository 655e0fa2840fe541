(** * Updating neurons and gains at once can raise the energy (AG25)

    Two orthogonal patterns; the neurons lean to the first, the gains sit on the
    second.  Each half step alone lowers L; together they swap the two and raise it. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds lib.AstrocyteToy.

Open Scope R_scope.

Lemma simultaneous_raises : exists (m : memory 2 2) (x p : vec 2),
  positive m /\ binary m /\ is_simplex p /\
  energy m x p < energy m (drive m x p) (gate_target m x).
Proof.
  pose T := / 200; pose m := crossed 20 T.
  have T0 : 0 < T by rewrite /T; lra.
  pose za := ln 9 / 2; pose zb := ln (3 / 2) / 2.
  pose x : vec 2 := fun i => if i == ord0 then za / 20 else zb / 20.
  pose e1 : 'I_2 := lift ord0 ord0; pose p : vec 2 := kdelta e1.
  have sp : is_simplex p by exact: kdelta_simplex.
  have pos : positive m by apply: crossed_positive => //; lra.
  have bin : binary m by exact: crossed_binary.
  exists m, x, p; split=> //; split=> //; split=> //.
  have pa : phi m (x ord0) = 4 / 5.
    rewrite /phi /x /=; have -> : 20 * (za / 20) = ln 9 / 2 by rewrite /za; field.
    by rewrite tanh_ln; lra.
  have pb : phi m (x e1) = / 5.
    rewrite /phi /x /=; have -> : 20 * (zb / 20) = ln (3 / 2) / 2 by rewrite /zb; field.
    by rewrite tanh_ln; lra.
  have m0 : overlap m x ord0 = 1 by rewrite /overlap /dot sum_n2 -/e1 pa pb /=; field.
  have m1 : overlap m x e1 = 3 / 5 by rewrite /overlap /dot sum_n2 -/e1 pa pb /=; field.
  have f0 : score m x ord0 = / 4 by rewrite /score m0 /=; field.
  have f1 : score m x e1 = 9 / 100 by rewrite /score m1 /=; field.
  have l2 : ln 2 < 1.
    by rewrite -[X in _ < X]ln_exp; apply: ln_increasing; [lra | have := exp_gt 1 ltac:(lra); lra].
  have NE (y : vec 2) (i : 'I_2) : y i * phi m (y i) - Lambda m (y i) < / 20.
    by apply: Rlt_trans (neuron_term_lt m (y i) _) _ => /=; lra.
  have A : energy m x p < - (9 / 50) + / 10.
    rewrite /energy /p dot_kdelta_l f1 sum_kdelta_l /neuron_energy sum_n2.
    have -> : ln (kdelta e1 e1) = 0 by rewrite kdelta_refl ln_1.
    by have := NE x ord0; have := NE x (lift ord0 ord0); rewrite /=; lra.
  pose q := gate_target m x.
  have iq : is_interior q by exact: softmax_interior.
  case: (iq) => q0 s1; rewrite sum_n2 -/e1 in s1.
  have q1 : q e1 <= T / (4 / 25).
    have R : q ord0 = q e1 * exp (/ T * (score m x ord0 - score m x e1)) by exact: softmax_ratio.
    rewrite f0 f1 in R; have E := exp_ge (/ T * (/ 4 - 9 / 100)).
    have := q0 e1; have := q0 ord0; move: E R; rewrite /T => E R Q0 Q1.
    have : q e1 * 32 <= q ord0 by rewrite R; apply: Rmult_le_compat_l; lra.
    lra.
  have B : - (2 * (q e1 + T)) <= energy m (drive m x p) q.
    set y := drive m x p; rewrite energy_free.
    have C : 0 <= neuron_energy m y by apply: sum_ge0 => i; apply: neuron_term_ge0 => /=; lra.
    have y0 : y ord0 = 3 / 5.
      by rewrite /y drive_E /p (sum_ext _ (fun mu => kdelta e1 mu * (overlap m x mu * pattern m mu ord0))) => [|mu]; [rewrite sum_kdelta_l m1 /=; field | ring].
    have y1 : y e1 = - (3 / 5).
      by rewrite /y drive_E /p (sum_ext _ (fun mu => kdelta e1 mu * (overlap m x mu * pattern m mu e1))) => [|mu]; [rewrite sum_kdelta_l m1 /=; field | ring].
    have g0 : score m y ord0 = 0.
      rewrite /score; have -> : overlap m y ord0 = 0; last by rewrite /Rdiv; ring.
      by rewrite /overlap /dot sum_n2 -/e1 y0 y1 phi_opp /=; ring.
    have g1 : score m y e1 <= 1 by have := score_le m y e1 bin; rewrite /=; lra.
    have H : entropy q <= ln 2.
      have := gibbs_max 1 (fun _ => 0) q Rlt_0_1 (interior_simplex _ iq).
      rewrite dot_0_r sum_const /=; have -> : (1 + 1) * exp (0 / 1) = 2 by rewrite /Rdiv Rmult_0_l exp_0; ring.
      lra.
    have -> : dot q (score m y) = q e1 * score m y e1 by rewrite /dot sum_n2 -/e1 g0; ring.
    have D : q e1 * score m y e1 <= q e1 by have := q0 e1; nra.
    have E : temp m * entropy q <= T by rewrite /=; nra.
    have -> : INR 2 = 2 by rewrite /=; ring.
    lra.
  by move: q1 B; rewrite /T -/q => q1 B; lra.
Qed.
