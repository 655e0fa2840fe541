(** * AG18.  Temperature to zero

    AG18            at a fixed score the softmax tends to the uniform law on the argmax (SM8).
    AG18_weights    along scores f_T that move with T: if all (f_T,i - f_T,k) / T tend to finite c_i, the
                    weights tend to e^{c_i} / sum e^{c_j}: gaps of order T decide.
    AG18_need_not   so a tie in the limit need not give equal weights: two scores that both tend to 0,
                    with weights 1/3 and 2/3 at every T.
    AG18_branch     if the gap from M to the rest stays above g > 0 for small T, and the ties inside M
                    are o(T), the softmax does tend to the uniform law on M.
    AG18_stationary at T = 0 the replicator is stationary at p in the simplex exactly if the scores are
                    equal on the support of p: all of a face of equal scores is stationary. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxCold lib.ColdBranch.

Open Scope R_scope.

Theorem AG18 (K : nat) (f : vec K) (M : pred 'I_K) (mu : 'I_K) :
  (forall i, M i <-> (forall j, f j <= f i)) ->
  filterlim (fun T => softmax (/ T) f mu) (at_right 0) (locally (if M mu then 1 / INR #|M| else 0)).
Proof. by move=> am; rewrite [1 / _]Rmult_1_l; apply: softmax_cold => //; apply: index_dim mu. Qed.

Theorem AG18_weights (K : nat) (f : R -> vec K) (c : vec K) (k mu : 'I_K) :
  (forall i, filterlim (fun T => (f T i - f T k) / T) (at_right 0) (locally (c i))) ->
  filterlim (fun T => softmax (/ T) (f T) mu) (at_right 0) (locally (exp (c mu) / sum (fun j => exp (c j)))).
Proof. exact: softmax_branch_weights. Qed.

Theorem AG18_need_not : exists f : R -> vec 2,
  (forall i, filterlim (fun T => f T i) (at_right 0) (locally 0)) /\
  (forall T, 0 < T -> softmax (/ T) (f T) ord0 = / 3 /\ softmax (/ T) (f T) ord_max = 2 / 3).
Proof. exact: tie_exhibit. Qed.

Theorem AG18_branch (K : nat) (f : R -> vec K) (M : pred 'I_K) (g T0 : R) (mu : 'I_K) :
  0 < g -> 0 < T0 -> (exists i, M i) ->
  (forall T i j, 0 < T < T0 -> M i -> ~~ M j -> g <= f T i - f T j) ->
  (forall i j, M i -> M j -> filterlim (fun T => (f T i - f T j) / T) (at_right 0) (locally 0)) ->
  filterlim (fun T => softmax (/ T) (f T) mu) (at_right 0) (locally (if M mu then 1 / INR #|M| else 0)).
Proof. by move=> g0 T00 [k Mk] gap tie; rewrite [1 / _]Rmult_1_l; exact: (softmax_branch K f M g T0 k mu). Qed.

Theorem AG18_stationary (N K : nat) (m : memory N K) (f p : vec K) :
  temp m = 0 -> tau_p m <> 0 -> is_simplex p ->
  (forall mu, replicator m f p mu = 0) <-> (forall mu nu, p mu <> 0 -> p nu <> 0 -> f mu = f nu).
Proof. exact: replicator_cold. Qed.

Example AG18_witness : exists (f : R -> vec 3) (M : pred 'I_3) (g T0 : R) (m : memory 1 3) (p : vec 3),
  0 < g /\ 0 < T0 /\ (exists i, M i) /\ (exists i, ~~ M i) /\
  (forall T i j, 0 < T < T0 -> M i -> ~~ M j -> g <= f T i - f T j) /\
  (forall i j, M i -> M j -> filterlim (fun T => (f T i - f T j) / T) (at_right 0) (locally 0)) /\
  temp m = 0 /\ tau_p m <> 0 /\ is_simplex p.
Proof. exact: cold_witness. Qed.
