(** * Cluster points of the step-free alternation (AG25) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds lib.AstrocyteSteps.

Open Scope R_scope.

(** ** Sequential continuity *)

Lemma lim_sum {n} (a : nat -> vec n) (l : vec n) :
  (forall i, is_lim_seq (fun k => a k i) (l i)) -> is_lim_seq (fun k => sum (a k)) (sum l).
Proof.
  move=> H; rewrite /sum; elim: (index_enum _) => [|i s IH].
    rewrite big_nil; apply: (is_lim_seq_ext (fun _ => 0)); last exact: is_lim_seq_const.
    by move=> k; rewrite big_nil.
  rewrite big_cons; apply: (is_lim_seq_ext (fun k => a k i + \big[Rplus/0]_(j <- s) a k j)).
    by move=> k; rewrite big_cons.
  exact: is_lim_seq_plus'.
Qed.

Lemma lim_comp (f : R -> R) (a : nat -> R) (l : R) :
  continuous f l -> is_lim_seq a l -> is_lim_seq (fun k => f (a k)) (f l).
Proof. by move=> C A; apply: is_lim_seq_continuous => //; apply/continuity_pt_filterlim. Qed.

Lemma lim_scal c (a : nat -> R) (l : R) : is_lim_seq a l -> is_lim_seq (fun k => c * a k) (c * l).
Proof. by move=> A; apply: is_lim_seq_mult' => //; exact: is_lim_seq_const. Qed.

Section Limits.
Context {N K : nat} (m : memory N K).
Hypothesis pos : positive m.

Variables (x : nat -> vec N) (p : nat -> vec K) (y : vec N) (q : vec K).
Hypothesis X : forall i, is_lim_seq (fun k => x k i) (y i).
Hypothesis P : forall mu, is_lim_seq (fun k => p k mu) (q mu).

Lemma lim_phi i : is_lim_seq (fun k => phi m (x k i)) (phi m (y i)).
Proof.
  by apply: lim_comp => //; apply: ex_derive_continuous; exists (phi' m (y i)); exact: is_derive_phi.
Qed.

Lemma lim_overlap mu : is_lim_seq (fun k => overlap m (x k) mu) (overlap m y mu).
Proof. by apply: (lim_sum (fun k i => pattern m mu i * phi m (x k i))) => i; apply: lim_scal; exact: lim_phi. Qed.

Lemma lim_score mu : is_lim_seq (fun k => score m (x k) mu) (score m y mu).
Proof.
  have O := lim_overlap mu; rewrite /score /Rdiv; apply: is_lim_seq_mult'; last exact: is_lim_seq_const.
  rewrite -Rsqr_pow2; apply: (is_lim_seq_ext (fun k => overlap m (x k) mu * overlap m (x k) mu)).
    by move=> k; ring.
  exact: is_lim_seq_mult'.
Qed.

Lemma lim_gate mu : is_lim_seq (fun k => gate_target m (x k) mu) (gate_target m y mu).
Proof.
  have E nu : is_lim_seq (fun k => exp (/ temp m * score m (x k) nu)) (exp (/ temp m * score m y nu)).
    by apply: (lim_comp exp); [exact: continuous_exp | apply: lim_scal; exact: lim_score].
  apply: is_lim_seq_div' => //; first by apply: (lim_sum (fun k nu => exp (/ temp m * score m (x k) nu))).
  by apply: Rgt_not_eq; apply: partition_gt0; exact: (index_dim mu).
Qed.

Lemma lim_drive i : is_lim_seq (fun k => drive m (x k) (p k) i) (drive m y q i).
Proof.
  rewrite drive_E; apply: (is_lim_seq_ext (fun k => INR K / INR N * sum (fun mu => p k mu * overlap m (x k) mu * pattern m mu i))).
    by move=> k; rewrite drive_E.
  apply: lim_scal; apply: (lim_sum (fun k mu => p k mu * overlap m (x k) mu * pattern m mu i)) => mu.
  apply: is_lim_seq_mult'; last exact: is_lim_seq_const.
  by apply: is_lim_seq_mult' => //; exact: lim_overlap.
Qed.

Lemma lim_energy : is_lim_seq (fun k => energy m (x k) (p k)) (energy m y q).
Proof.
  apply: is_lim_seq_plus'; first apply: is_lim_seq_plus'.
  - apply: lim_scal; apply: (lim_sum (fun k mu => p k mu * score m (x k) mu)) => mu.
    by apply: is_lim_seq_mult' => //; exact: lim_score.
  - apply: lim_scal; apply: (lim_sum (fun k mu => p k mu * ln (p k mu))) => mu.
    by apply: (lim_comp (fun z => z * ln z)) => //; exact: continuous_xlnx.
  - apply: (lim_sum (fun k i => x k i * phi m (x k i) - Lambda m (x k i))) => i.
    apply: is_lim_seq_minus'; first by apply: is_lim_seq_mult' => //; exact: lim_phi.
    apply: (lim_comp (Lambda m)) => //; apply: ex_derive_continuous; exists (phi m (y i)).
    by apply: is_derive_Lambda; have := pos_sigma m pos; lra.
Qed.
End Limits.

Section Alternation.
Context {N K : nat} (m : memory N K) (x : nat -> vec N) (p : nat -> vec K).
Hypotheses (pos : positive m) (bin : binary m) (N0 : (0 < N)%N).
Hypothesis start : is_simplex (p 0%N).
Hypothesis gains : forall k mu, p (S k) mu = gate_target m (x k) mu.
Hypothesis neurons : forall k i, x (S k) i = drive m (x k) (p (S k)) i.

Let pS k : p (S k) = gate_target m (x k).
Proof. by apply: FunctionalExtensionality.functional_extensionality => mu. Qed.
Let xS k : x (S k) = drive m (x k) (p (S k)).
Proof. by apply: FunctionalExtensionality.functional_extensionality => i. Qed.

Lemma alternation_simplex k : is_simplex (p k).
Proof.
  by case: k => [|k] //; rewrite pS; apply: softmax_simplex; exact: simplex_dim start.
Qed.

Lemma alternation_decreases k :
  energy m (x (S k)) (p (S k)) <= energy m (x k) (p (S k)) <= energy m (x k) (p k).
Proof.
  split; last by rewrite pS; apply: gain_full_step => //; exact: alternation_simplex.
  by rewrite xS; apply: neuron_full_step => // mu; case: (alternation_simplex (S k)).
Qed.

Lemma alternation_cluster (y : vec N) (q : vec K) (k : nat -> nat) :
  filterlim k eventually eventually ->
  (forall i, is_lim_seq (fun n => x (k n) i) (y i)) ->
  (forall mu, is_lim_seq (fun n => p (k n) mu) (q mu)) ->
  is_interior q /\ equilibrium m y q.
Proof.
  move=> kinf X P.
  pose L n := energy m (x n) (p n).
  have [l Ll] : ex_finite_lim_seq L.
    apply: (ex_finite_lim_seq_decr L (- (INR K * INR N / 2) - INR K * temp m * ln (INR K))).
      by move=> n; have := alternation_decreases n; rewrite /L; lra.
    by move=> n; left; have [] := energy_range m (x n) (p n) pos bin N0 (alternation_simplex n).
  have LS : is_lim_seq (fun n => L (S n)) l by apply: (proj1 (is_lim_seq_incr_1 L l) Ll).
  have D : is_lim_seq (fun n => L (k n) - L (S (k n))) (l - l).
    apply: is_lim_seq_minus'; first exact: (is_lim_seq_subseq L l k).
    exact: (is_lim_seq_subseq (fun n => L (S n)) l k).
  have G mu := lim_gate m (fun n => x (k n)) y X mu.
  have PS n : p (S (k n)) = gate_target m (x (k n)) by exact: pS.
  have E1 : is_lim_seq (fun n => energy m (x (k n)) (p (k n))) (energy m y q) by exact: lim_energy.
  have E2 : is_lim_seq (fun n => energy m (x (k n)) (gate_target m (x (k n)))) (energy m y (gate_target m y)).
    exact: (lim_energy m pos (fun n => x (k n)) (fun n => gate_target m (x (k n)))).
  have E3 : is_lim_seq (fun n => energy m (drive m (x (k n)) (gate_target m (x (k n)))) (gate_target m (x (k n))))
      (energy m (drive m y (gate_target m y)) (gate_target m y)).
    apply: (lim_energy m pos (fun n => drive m (x (k n)) (gate_target m (x (k n)))) (fun n => gate_target m (x (k n)))) => //.
    exact: (lim_drive m (fun n => x (k n)) (fun n => gate_target m (x (k n)))).
  have D' : is_lim_seq (fun n => L (k n) - L (S (k n)))
     (energy m y q - energy m (drive m y (gate_target m y)) (gate_target m y)).
    apply: (is_lim_seq_ext (fun n => energy m (x (k n)) (p (k n))
       - energy m (drive m (x (k n)) (gate_target m (x (k n)))) (gate_target m (x (k n))))).
      by move=> n; rewrite /L xS PS.
    exact: is_lim_seq_minus'.
  have Z : energy m y q - energy m (drive m y (gate_target m y)) (gate_target m y) = l - l.
    by have := is_lim_seq_unique _ _ D; rewrite (is_lim_seq_unique _ _ D') => -[].
  have sq : is_simplex q.
    split=> [mu|].
      have := is_lim_seq_le (fun _ => 0) (fun n => p (k n) mu) 0 (q mu) => /(_ _ _ (P mu)); apply.
        by move=> n; case: (alternation_simplex (k n)).
      exact: is_lim_seq_const.
    have S1 : is_lim_seq (fun n => sum (p (k n))) (sum q) by exact: lim_sum.
    have S2 : is_lim_seq (fun n => sum (p (k n))) 1.
      by apply: (is_lim_seq_ext (fun _ => 1)); [move=> n; case: (alternation_simplex (k n)) | exact: is_lim_seq_const].
    by have := is_lim_seq_unique _ _ S1; rewrite (is_lim_seq_unique _ _ S2) => -[].
  have ig : is_interior (gate_target m y) by apply: softmax_interior; exact: simplex_dim sq.
  have g0 mu : 0 <= gate_target m y mu by case: ig => ? _; left.
  have A := gain_full_step m pos y q sq; have B := neuron_full_step m pos y (gate_target m y) g0.
  have Q : q = gate_target m y.
    apply: FunctionalExtensionality.functional_extensionality => mu.
    by apply: (gain_full_step_eq m pos y q sq) => //; lra.
  have Y : forall i, y i = drive m y (gate_target m y) i by apply: neuron_step_eq => //; lra.
  rewrite {1 2}Q; split=> //; apply/(equilibrium_interior m y _ pos ig); split=> // i; exact: Y.
Qed.
End Alternation.
