(** * AG31  One-step retrieval

    At any state x: if m_mu <> 0 and f_mu - f_nu > T log(K - 1) for all nu <> mu, then after
    p <- softmax(f/T), x <- W(p) phi(x) every neuron has the sign of sign(m_mu) xi_mu.
    (That mu maximises f is a consequence of the gap, so it is not assumed.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds lib.AstrocyteRetrieval lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG31 N K (m : memory N K) (x : vec N) (mu : 'I_K) :
  positive m -> binary m -> overlap m x mu <> 0 ->
  (forall nu, nu <> mu -> temp m * ln (INR K - 1) < score m x mu - score m x nu) ->
  forall i, sign (drive m x (softmax (/ temp m) (score m x)) i)
            = sign (overlap m x mu) * pattern m mu i.
Proof. by move=> pos bin m0 gap i; exact: one_step. Qed.

Example AG31_witness : exists (m : memory 2 2) (x : vec 2) (mu : 'I_2),
  positive m /\ binary m /\ overlap m x mu <> 0 /\
  (forall nu, nu <> mu -> temp m * ln (INR 2 - 1) < score m x mu - score m x nu).
Proof.
  exists (Memory 2 2 (fun mu i => if (mu == ord0) || (i == ord0) then 1 else -1) 1 1 1 1), (fun _ => 1), ord0.
  have t0 : 0 < tanh (1 * 1) by apply: tanh_gt0; lra.
  split; first by rewrite /positive /=; lra.
  split; first by move=> mu i /=; case: (_ || _); [left | right].
  split; first by rewrite /overlap /dot !sum_n2 /= /phi /=; lra.
  move=> nu /eqP ne; have -> : INR 2 - 1 = 1 by rewrite /=; ring.
  rewrite ln_1 Rmult_0_r /score /overlap /dot !sum_n2 /= (negbTE ne) /phi /=.
  by field_simplify; nra.
Qed.
