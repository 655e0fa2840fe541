(** * Updating neurons and gains at once can raise the energy (AG25)

    Two orthogonal patterns; the neurons lean to the first, the gains sit on the
    second.  Each half step alone lowers L; together they swap the two and raise it. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteAlternation lib.AstrocyteToy.

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

(** ** The same with finite steps and interior gains (AG29) *)

Lemma limits_lt (a b : nat -> R) (A B : R) :
  is_lim_seq a A -> is_lim_seq b B -> A < B -> exists n, a n < b n.
Proof.
  move=> HA HB lt; case: (Classical_Prop.classic (exists n, a n < b n)) => // none; exfalso.
  have := is_lim_seq_le b a B A => /(_ _ HB HA) /=; suff H : forall n, b n <= a n by move/(_ H); lra.
  by move=> n; apply: Rnot_lt_le => h; apply: none; exists n.
Qed.

(** A mixture that tends to its second part. *)
Lemma lim_mix q (a b : R) : Rabs q < 1 -> is_lim_seq (fun n => q ^ n * a + (1 - q ^ n) * b) b.
Proof.
  move=> hq; have G := is_lim_seq_geom q hq.
  have : is_lim_seq (fun n => q ^ n * a + (1 - q ^ n) * b) (0 * a + (1 - 0) * b).
    apply: is_lim_seq_plus'; apply: is_lim_seq_mult'; try exact: is_lim_seq_const; first exact: G.
    by apply: is_lim_seq_minus'; [exact: is_lim_seq_const | exact: G].
  by have -> : 0 * a + (1 - 0) * b = b by ring.
Qed.

Lemma lim_softmax n (u : nat -> vec n) (v : vec n) i : (forall j, is_lim_seq (fun k => u k j) (v j)) ->
  is_lim_seq (fun k => softmax 1 (u k) i) (softmax 1 v i).
Proof.
  move=> U; have E j : is_lim_seq (fun k => exp (1 * u k j)) (exp (1 * v j)).
    by apply: (lim_comp exp); [exact: continuous_exp | apply: lim_scal].
  apply: is_lim_seq_div' => //; first by apply: (lim_sum (fun k j => exp (1 * u k j))).
  by apply: Rgt_not_eq; apply: partition_gt0; exact: (index_dim i).
Qed.

Lemma jacobi_raises : exists (m : memory 2 2) (x x' u u' : vec 2) (h : R),
  positive m /\ binary m /\ 0 < h /\
  (forall mu, u' mu = exp (- (h * temp m / tau_p m)) * u mu
                      + (1 - exp (- (h * temp m / tau_p m))) * (score m x mu / temp m)) /\
  (forall i, x' i = exp (- (h / tau_x m)) * x i
                    + (1 - exp (- (h / tau_x m))) * drive m x (softmax 1 u) i) /\
  energy m x (softmax 1 u) < energy m x' (softmax 1 u').
Proof.
  have [m [x [p [pos [bin [sp up]]]]]] := simultaneous_raises.
  have T0 := pos_temp m pos; have tp := pos_tau_p m pos; have tx := pos_tau_x m pos.
  (* interior gains near p *)
  have hq : Rabs (/ 2) < 1 by rewrite Rabs_pos_eq; lra.
  pose P n : vec 2 := fun mu => (/ 2) ^ n * / INR 2 + (1 - (/ 2) ^ n) * p mu.
  have LP mu : is_lim_seq (fun n => P n mu) (p mu) by exact: lim_mix.
  have [n lt] : exists n, energy m x (P n) < energy m (drive m x (P n)) (gate_target m x).
    apply: (limits_lt _ _ _ _ _ _ up).
      by apply: (lim_energy m pos (fun _ => x) P) => // i; exact: is_lim_seq_const.
    apply: (lim_energy m pos (fun n => drive m x (P n)) (fun _ => gate_target m x)) => [i|mu]; last exact: is_lim_seq_const.
    by apply: (lim_drive m (fun _ => x) P) => // j; exact: is_lim_seq_const.
  have iP : is_interior (P n).
    have e0 : 0 < (/ 2) ^ n by apply: pow_lt; lra.
    have e1 : (/ 2) ^ n <= 1 by rewrite -(pow1 n); apply: pow_incr; lra.
    case: (sp) => p0 s1; split; last first.
      by rewrite /P sum_plus sum_const sum_scal_l s1 /=; field.
    move=> mu; apply: Rplus_lt_le_0_compat; first by apply: Rmult_lt_0_compat => //=; lra.
    by apply: Rmult_le_pos => //; lra.
  pose u : vec 2 := fun mu => ln (P n mu) + 0.
  have uP : softmax 1 u = P n by exact: softmax_ln.
  pose qu := exp (- (temp m / tau_p m)); pose qx := exp (- (1 / tau_x m)).
  have geo c : 0 < c -> Rabs (exp (- c)) < 1.
    move=> c0; rewrite Rabs_pos_eq; last by left; exact: exp_pos.
    by rewrite -[X in _ < X]exp_0; apply: exp_increasing; lra.
  have hu : Rabs qu < 1 by apply: geo; exact: Rdiv_lt_0_compat.
  have hx : Rabs qx < 1 by apply: geo; apply: Rdiv_lt_0_compat; lra.
  pose V k : vec 2 := fun mu => qu ^ k * u mu + (1 - qu ^ k) * (score m x mu / temp m).
  pose X k : vec 2 := fun i => qx ^ k * x i + (1 - qx ^ k) * drive m x (P n) i.
  have gE : softmax 1 (fun mu => score m x mu / temp m) = gate_target m x.
    rewrite /gate_target -(softmax_scale _ (temp m) (fun mu => score m x mu / temp m)); last lra.
    by congr softmax; apply: FunctionalExtensionality.functional_extensionality => mu; field; lra.
  have [k ltk] : exists k, (fun _ => energy m x (P n)) k < energy m (X (S k)) (softmax 1 (V (S k))).
    apply: (limits_lt (fun _ => energy m x (P n)) (fun k => energy m (X (S k)) (softmax 1 (V (S k)))) _ _ _ _ lt).
      exact: is_lim_seq_const.
    apply: (proj1 (is_lim_seq_incr_1 (fun k => energy m (X k) (softmax 1 (V k))) _)).
    apply: (lim_energy m pos X (fun k => softmax 1 (V k))) => [i|mu]; first exact: lim_mix.
    by rewrite -gE; apply: lim_softmax => nu; exact: lim_mix.
  have pw c j : exp (- c) ^ j = exp (- (INR j * c)).
    elim: j => [|j IH]; first by rewrite /= Rmult_0_l Ropp_0 exp_0.
    by rewrite [_ ^ _]/= IH -exp_plus S_INR; congr exp; ring.
  exists m, x, (X (S k)), u, (V (S k)), (INR (S k)); split=> //; split=> //.
  split; first by apply: lt_0_INR; apply/ltP.
  split; first by move=> mu; rewrite /V /qu pw /Rdiv Rmult_assoc.
  split; last by rewrite uP.
  by move=> i; rewrite uP /X /qx pw /Rdiv Rmult_1_l.
Qed.
