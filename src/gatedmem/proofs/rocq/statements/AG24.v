(** * AG24  Exact retrieval at an equilibrium

    At an interior equilibrium with p_mu > 1/2 (for K = 1 also m_mu <> 0), mu has the
    largest score, every neuron has the sign of sign(m_mu) xi_mu, so the Hamming error is zero
    up to the global sign, and |x_i| >= (2 p_mu - 1) K |m_mu| / N.
    A score gap above T log(K - 1) over every other pattern gives p_mu > 1/2. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds lib.AstrocyteRetrieval lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG24 N K (m : memory N K) (x : vec N) (p : vec K) (mu : 'I_K) :
  positive m -> binary m -> is_interior p -> equilibrium m x p ->
  / 2 < p mu -> (2 <= K)%N \/ overlap m x mu <> 0 ->
  (forall nu, nu <> mu -> score m x nu < score m x mu) /\
  (forall i, sign (x i) = sign (overlap m x mu) * pattern m mu i /\
             (2 * p mu - 1) * (INR K * Rabs (overlap m x mu) / INR N) <= Rabs (x i)).
Proof. by move=> pos bin; exact: equilibrium_retrieves. Qed.

Theorem AG24_gap N K (m : memory N K) (x : vec N) (mu : 'I_K) :
  positive m ->
  (forall nu, nu <> mu -> temp m * ln (INR K - 1) < score m x mu - score m x nu) ->
  / 2 < softmax (/ temp m) (score m x) mu.
Proof. by move=> /pos_temp T0; exact: gap_half. Qed.

(** One neuron, one pattern, sigma = ln 3: x = 1/2 is an equilibrium. *)
Example AG24_witness : exists (m : memory 1 1) (x p : vec 1),
  positive m /\ binary m /\ is_interior p /\ equilibrium m x p /\
  / 2 < p ord0 /\ ((2 <= 1)%N \/ overlap m x ord0 <> 0).
Proof.
  have T : tanh (ln 3 * / 2) = / 2.
    have l3 : 0 < ln 3 by rewrite -ln_1; apply: ln_increasing; lra.
    rewrite /tanh /sinh /cosh exp_Ropp; set a := exp (ln 3 * / 2).
    have a0 : 0 < a by exact: exp_pos.
    have a3 : a * a = 3.
      by rewrite /a -exp_plus; have -> : ln 3 * / 2 + ln 3 * / 2 = ln 3 by [field]; rewrite exp_ln //; lra.
    have -> : (a - / a) / 2 / ((a + / a) / 2) = (a * a - 1) / (a * a + 1) by field; split; nra.
    by rewrite a3; field.
  pose m := Memory 1 1 (fun _ _ => 1) (ln 3) 1 1 1.
  exists m, (fun _ => / 2), (fun _ => 1).
  have pos : positive m.
    by rewrite /positive /=; repeat split; try lra; rewrite -ln_1; apply: ln_increasing; lra.
  split; first exact: pos; split; first by move=> mu i; left.
  split; first exact: one_interior; split.
    apply/(equilibrium_interior m _ _ pos one_interior); split=> [i|mu].
      by rewrite /drive /mulmv /weight !sum_n1 /phi /= T; field.
    by rewrite /gate_target /softmax sum_n1 (ord1 mu); field; apply: Rgt_not_eq; exact: exp_pos.
  split; first lra; right; rewrite /overlap /dot sum_n1 /phi /= T; lra.
Qed.

(** Two orthogonal patterns, the state on the first: the gap condition holds. *)
Example AG24_witness_gap : exists (m : memory 2 2) (x : vec 2) (mu : 'I_2),
  positive m /\ binary m /\
  (forall nu, nu <> mu -> temp m * ln (INR 2 - 1) < score m x mu - score m x nu).
Proof.
  exists (Memory 2 2 (fun mu i => if (mu == ord0) || (i == ord0) then 1 else -1) 1 1 1 1), (fun _ => 1), ord0.
  split; first by rewrite /positive /=; lra.
  split; first by move=> mu i /=; case: (_ || _); [left | right].
  move=> nu /eqP ne; have -> : INR 2 - 1 = 1 by rewrite /=; ring.
  rewrite ln_1 Rmult_0_r /score /overlap /dot !sum_n2 /= (negbTE ne) /phi /=.
  have t0 : 0 < tanh (1 * 1) by apply: tanh_gt0; lra.
  by field_simplify; nra.
Qed.
