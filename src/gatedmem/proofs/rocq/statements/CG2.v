(** * CG2.  The four-layer energy falls

    Along a solution of equations 1 to 4 of arXiv 2605.10970, with x' the velocity of layer x and
    h_x = x'^T (Hessian of the layer's Lagrangian at x) x',
    dE/dt = - (tau_c h_c + tau_s h_s + tau_r h_r + tau_q h_q) <= 0. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context defs.ContextFlow.
From Gatedmem Require lib.ContextEnergy.

Open Scope R_scope.

Theorem CG2 (dc d N : nat) (n : network dc d N) (c : R -> vec dc) (s r : R -> vec N) (q : R -> vec d) (t : R) :
  network_positive n -> (0 < N)%N -> network_solution n c s r q t ->
  let c' := context_velocity n (c t) (s t) in
  let s' := gates_velocity n (c t) (s t) (r t) in
  let r' := scores_velocity n (s t) (r t) (q t) in
  let q' := query_velocity n (r t) (q t) in
  exists hc hs hr hq,
    is_hessian half_square (c t) c' c' hc /\
    is_hessian half_square (s t) s' s' hs /\
    is_hessian (log_sum_exp (sharpness n)) (r t) r' r' hr /\
    is_hessian half_square (q t) q' q' hq /\
    is_derive (fun h => network_energy n (c h) (s h) (r h) (q h)) t
      (- ((time_c n * hc) + (time_s n * hs) + (time_r n * hr) + (time_q n * hq))) /\
    - ((time_c n * hc) + (time_s n * hs) + (time_r n * hr) + (time_q n * hq)) <= 0.
Proof. exact: lib.ContextEnergy.network_descent. Qed.

(** All hypotheses at once, with a solution that moves. *)
Example CG2_witness :
  exists n : network 1 1 2, network_positive n /\ (0 < 2)%N /\
    forall t, network_solution n (fun t _ => exp (- t)) (fun _ _ => / 4) (fun _ _ => 5 / 4) (fun _ _ => 1) t.
Proof.
exists lib.ContextEnergy.small_network; split; first exact: lib.ContextEnergy.small_positive.
by split=> //; exact: lib.ContextEnergy.small_solution.
Qed.
