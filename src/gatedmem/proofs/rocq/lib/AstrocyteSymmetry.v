(** * Symmetries of the memory (AG19) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Hyperbolic lib.AstrocyteEnergy.

Open Scope R_scope.

Section Symmetry.
Context {N K : nat} (m : memory N K).

Lemma replicator_ext (f f' p : vec K) mu :
  (forall nu, f nu = f' nu) -> replicator m f p mu = replicator m f' p mu.
Proof.
  move=> E; rewrite /replicator /fitness E; congr (_ * (_ - _) / _).
  by apply: sum_ext => nu; rewrite E.
Qed.

(** ** x -> -x *)
Lemma overlap_opp x mu : overlap m (fun i => - x i) mu = - overlap m x mu.
Proof.
  rewrite /overlap -dot_opp_r; apply: sum_ext => i; by rewrite phi_opp.
Qed.

Lemma score_opp x mu : score m (fun i => - x i) mu = score m x mu.
Proof. by rewrite /score overlap_opp; congr (_ / _); ring. Qed.

Lemma drive_opp x p i : drive m (fun i => - x i) p i = - drive m x p i.
Proof.
  rewrite !drive_E Ropp_mult_distr_r -sum_opp; congr (_ * _); apply: sum_ext => mu.
  by rewrite overlap_opp; ring.
Qed.

Lemma energy_opp x p : energy m (fun i => - x i) p = energy m x p.
Proof.
  rewrite /energy /neuron_energy; congr (_ * _ + _ + _); apply: sum_ext => i.
    by rewrite score_opp.
  by rewrite phi_opp Lambda_opp; ring.
Qed.

Lemma velocity_x_opp x p i : velocity_x m (fun i => - x i) p i = - velocity_x m x p i.
Proof. by rewrite /velocity_x drive_opp /Rdiv; ring. Qed.

Lemma velocity_p_opp x p mu : velocity_p m (fun i => - x i) p mu = velocity_p m x p mu.
Proof. by apply: replicator_ext => nu; exact: score_opp. Qed.

(** ** Gauge: s_i = +1 or -1 *)
Section Gauge.
Variable s : vec N.
Hypothesis signs : forall i, s i = 1 \/ s i = -1.

Let s2 i : s i * s i = 1. Proof. by case: (signs i) => ->; ring. Qed.

Lemma phi_gauge a i : phi m (s i * a) = s i * phi m a.
Proof. by case: (signs i) => ->; rewrite ?Rmult_1_l // -Ropp_mult_distr_l Rmult_1_l phi_opp; ring. Qed.

Lemma Lambda_gauge a i : Lambda m (s i * a) = Lambda m a.
Proof. by case: (signs i) => ->; rewrite ?Rmult_1_l // -Ropp_mult_distr_l Rmult_1_l Lambda_opp. Qed.

Lemma overlap_gauge x mu : overlap (gauged s m) (fun i => s i * x i) mu = overlap m x mu.
Proof.
  apply: sum_ext => i; rewrite /= -[phi _ _]/(phi m (s i * x i)) phi_gauge.
  by rewrite -[RHS]Rmult_1_l -(s2 i); ring.
Qed.

Lemma score_gauge x mu : score (gauged s m) (fun i => s i * x i) mu = score m x mu.
Proof. by rewrite /score overlap_gauge. Qed.

Lemma energy_gauge x p : energy (gauged s m) (fun i => s i * x i) p = energy m x p.
Proof.
  rewrite /energy /neuron_energy; congr (_ * _ + _ + _); apply: sum_ext => i.
    by rewrite score_gauge.
  rewrite -[phi _ _]/(phi m (s i * x i)) -[Lambda _ _]/(Lambda m (s i * x i)) phi_gauge Lambda_gauge.
  have -> : s i * x i * (s i * phi m (x i)) = (s i * s i) * (x i * phi m (x i)) by ring.
  by rewrite s2; ring.
Qed.

Lemma velocity_x_gauge x p i :
  velocity_x (gauged s m) (fun i => s i * x i) p i = s i * velocity_x m x p i.
Proof.
  rewrite /velocity_x !drive_E /=.
  rewrite (sum_ext _ (fun mu => s i * (p mu * overlap m x mu * pattern m mu i))); last first.
    by move=> mu; rewrite overlap_gauge; ring.
  by rewrite sum_scal_l /Rdiv; ring.
Qed.

Lemma velocity_p_gauge x p mu :
  velocity_p (gauged s m) (fun i => s i * x i) p mu = velocity_p m x p mu.
Proof. by apply: (replicator_ext _ _ p mu) => nu; exact: score_gauge. Qed.
End Gauge.

(** ** Permuting patterns with their gains *)
Section Permute.
Variable pi : 'I_K -> 'I_K.
Hypothesis inj : injective pi.

Lemma energy_permute x p : energy (permuted pi m) x (fun mu => p (pi mu)) = energy m x p.
Proof.
  rewrite /energy; congr (_ * _ + _ * _ + _).
    by rewrite /dot -[RHS](sum_perm pi).
  by rewrite -[RHS](sum_perm pi).
Qed.

Lemma velocity_x_permute x p i :
  velocity_x (permuted pi m) x (fun mu => p (pi mu)) i = velocity_x m x p i.
Proof.
  rewrite /velocity_x !drive_E /=; congr ((_ + _ * _) / _).
  by rewrite -[RHS](sum_perm pi).
Qed.

Lemma velocity_p_permute x p mu :
  velocity_p (permuted pi m) x (fun mu => p (pi mu)) mu = velocity_p m x p (pi mu).
Proof.
  rewrite /velocity_p /replicator; congr (_ * (_ - _) / _).
  by rewrite /dot -[RHS](sum_perm pi).
Qed.
End Permute.
End Symmetry.
