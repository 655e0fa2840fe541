(** * A concrete memory for the witnesses

    All patterns are the all-ones pattern and all constants are 1: used to show
    that the hypotheses of a statement can hold at once. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Hyperbolic lib.AstrocyteFlow.

Open Scope R_scope.

Definition toy (N K : nat) : memory N K := Memory N K (fun _ _ => 1) 1 1 1 1.

Lemma toy_positive N K : positive (toy N K).
Proof. rewrite /positive /=; lra. Qed.

Lemma toy_binary N K : binary (toy N K).
Proof. by move=> mu i; left. Qed.

Lemma replicator_kdelta N K (m : memory N K) (f : vec K) (nu mu : 'I_K) :
  replicator m f (kdelta nu) mu = 0.
Proof.
  rewrite /replicator dot_kdelta_l /kdelta; case: eqP => [->|_]; rewrite /Rdiv; ring.
Qed.

Lemma constant_gain_solution N K (m : memory N K) (f : R -> vec K) (p : vec K) :
  (forall t mu, replicator m (f t) p mu = 0) -> gain_solution m f (fun _ => p).
Proof.
  move=> H; split=> [mu|t t0 mu]; first exact: from0_const.
  by rewrite H; exact: is_derive_const.
Qed.

Lemma constant_follows N K (m : memory N K) (x : vec N) (p : vec K) t :
  equilibrium m x p -> follows m (fun _ => x) (fun _ => p) t.
Proof.
  by move=> [X P]; split=> [i|mu]; rewrite ?X ?P; exact: is_derive_const.
Qed.

Lemma constant_solution N K (m : memory N K) (x : vec N) (p : vec K) :
  equilibrium m x p -> solution m (fun _ => x) (fun _ => p).
Proof.
  move=> E; split; first by move=> i; exact: from0_const.
  by split; [move=> mu; exact: from0_const | move=> t _; exact: constant_follows].
Qed.

Lemma kdelta_simplex n (i : 'I_n) : is_simplex (kdelta i).
Proof.
  split; last exact: sum_kdelta.
  by move=> j; rewrite /kdelta; case: (i == j); lra.
Qed.

(** The origin with uniform gains is an equilibrium of every memory. *)
Lemma origin_overlap N K (m : memory N K) mu : overlap m (fun _ => 0) mu = 0.
Proof. by apply: sum_eq0 => i; rewrite phi_0 Rmult_0_r. Qed.

Lemma origin_drive N K (m : memory N K) p i : drive m (fun _ => 0) p i = 0.
Proof. by apply: sum_eq0 => j; rewrite phi_0 Rmult_0_r. Qed.

Lemma origin_score N K (m : memory N K) mu : score m (fun _ => 0) mu = 0.
Proof. by rewrite /score origin_overlap /Rdiv; ring. Qed.

Lemma origin_equilibrium N K (m : memory N K) :
  (0 < K)%N -> equilibrium m (fun _ => 0) (fun _ => / INR K).
Proof.
  move=> K0; split=> [i|mu].
    by rewrite /velocity_x origin_drive /Rdiv; ring.
  rewrite /velocity_p /replicator /fitness origin_score.
  have -> : dot (fun _ => / INR K) (fun nu => score m (fun _ => 0) nu - temp m * ln (/ INR K))
      = 0 - temp m * ln (/ INR K).
    rewrite /dot (sum_ext _ (fun _ => / INR K * (0 - temp m * ln (/ INR K)))); last by move=> nu; rewrite origin_score.
    by rewrite sum_const; field; move: (INR_gt0 K0); lra.
  rewrite /Rdiv; ring.
Qed.

(** Through every point (x, p) passes a curve that has the flow's velocity there. *)
Lemma line_follows N K (m : memory N K) (x : vec N) (p : vec K) :
  follows m (fun s i => x i + s * velocity_x m x p i) (fun s mu => p mu + s * velocity_p m x p mu) 0.
Proof.
  have E n (v w : vec n) : (fun j => v j + 0 * w j) = v.
    by apply: functional_extensionality => j; ring.
  by split=> [i|mu]; rewrite !E; auto_derive => //; ring.
Qed.

Lemma toy11_velocity : velocity_x (toy 1 1) (fun _ => 1) (fun _ => 1) ord0 < 0.
Proof.
  rewrite /velocity_x /drive /mulmv /weight !sum_n1 /phi /= !Rmult_1_r.
  by have := tanh_bound 1; lra.
Qed.

Lemma one_interior : is_interior (fun _ : 'I_1 => 1).
Proof. by split; [move=> _; lra | rewrite sum_n1]. Qed.

(** Two neurons, two orthogonal patterns (1, 1) and (1, -1). *)
Definition crossed (s T : R) : memory 2 2 :=
  Memory 2 2 (fun mu i => if (mu == ord0) || (i == ord0) then 1 else -1) s T 1 1.

Lemma crossed_positive s T : 0 < s -> 0 < T -> positive (crossed s T).
Proof. by rewrite /positive /=; lra. Qed.

Lemma crossed_binary s T : binary (crossed s T).
Proof. by move=> mu i /=; case: (_ || _); [left | right]. Qed.

Lemma tanh_ln y : 0 < y -> tanh (ln y / 2) = (y - 1) / (y + 1).
Proof.
  move=> y0; rewrite /tanh /sinh /cosh exp_Ropp; set a := exp (ln y / 2).
  have a0 : 0 < a by exact: exp_pos.
  have -> : y = a * a.
    by rewrite /a -exp_plus; have -> : ln y / 2 + ln y / 2 = ln y by [field]; rewrite exp_ln.
  by field; repeat split; nra.
Qed.

(** One neuron, two equal patterns, tanh sigma = 1/2: the cue x = 1 is an equilibrium. *)
Definition balanced : memory 1 2 := Memory 1 2 (fun _ _ => 1) (ln 3 / 2) 1 1 1.

Lemma balanced_positive : positive balanced.
Proof.
  have l3 : 0 < ln 3 by rewrite -ln_1; apply: ln_increasing; lra.
  by rewrite /positive /=; lra.
Qed.

Lemma balanced_equilibrium : equilibrium balanced (fun _ => 1) (fun _ => / INR 2).
Proof.
  have T : tanh (ln 3 / 2 * 1) = / 2 by rewrite Rmult_1_r tanh_ln; lra.
  split=> [i|mu].
    rewrite /velocity_x /drive /mulmv /weight !sum_n1 !sum_n2 /phi /= T; field.
  rewrite /velocity_p /replicator /fitness /dot !sum_n2 /score /overlap /dot !sum_n1 /=.
  by rewrite /phi /= T; field.
Qed.
