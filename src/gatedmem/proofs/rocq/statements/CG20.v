(** * CG20.  The winner ignores the content of the drive

    Unit norms, N > d, alpha >= 0; gates alone (lambda = 0) above criticality: the least eigenvalue eta of A
    is negative.  Words of CG9: xi = P_min (s(0) + u / gamma), gamma = - eta.

    CG20          the critical eigenspace is ker G (and eta = 1 - alpha).
    CG20_drive    with u + G y for u, y any vector, xi is the same; so if i* is its unique argmax, the softmax
                  of the gates tends to the one-hot vector at i* with the one drive and with the other. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require lib.Sums lib.GateModes lib.GateWinner lib.GateRate lib.GateContent lib.GateToy.

Open Scope R_scope.

Theorem CG20 (d N : nat) (m : retrieval d N) (eta : R) :
  (forall mu, norm (memories m mu) = 1) -> (d < N)%N -> 0 <= alpha m ->
  is_least_eig (gates m) eta -> eta < 0 ->
  eta = 1 - alpha m /\
  (forall v : vec N, (forall i, mulmv (gates m) v i = eta * v i) <->
                     (forall i, mulmv (gram (memories m)) v i = 0)).
Proof. move=> unit dN a0 least neg; exact: lib.GateRate.critical_kernel. Qed.

Theorem CG20_drive (d N : nat) (m : retrieval d N) (q : mat N N) (e y : vec N) (eta : R) (istar : 'I_N)
    (s r s' r' : R -> vec N) :
  (forall mu, norm (memories m mu) = 1) -> (d < N)%N -> 0 <= alpha m ->
  lambda m = 0 -> 0 < tau_s m -> 0 < beta m ->
  eigenbasis (gates m) q e -> is_least_eig (gates m) eta -> eta < 0 ->
  let m' := Retrieval d N (memories m) (alpha m) (lambda m) (beta m) (tau_s m) (tau_r m)
              (fun i => gate_input m i + mulmv (gram (memories m)) y i) (evidence m) in
  let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / - eta)) in
  let xi' := critical_part q e eta (fun i => s' 0 i + (gate_input m' i / - eta)) in
  gates_solution m s r -> gates_solution m' s' r' -> (forall i, s' 0 i = s 0 i) ->
  (forall i, xi' i = xi i) /\
  ((forall j, j <> istar -> xi j < xi istar) ->
   forall j, is_lim (fun t => softmax (beta m) (s t) j) p_infty (kdelta istar j) /\
             is_lim (fun t => softmax (beta m') (s' t) j) p_infty (kdelta istar j)).
Proof.
move=> unit dN a0 l0 t0 b0 b least neg m' xi xi' sol sol' start.
have same i : xi' i = xi i.
  rewrite /xi -(lib.GateContent.content_ignored _ _ q e eta unit a0 dN b least neg (s 0) (gate_input m) y i).
  by apply: lib.GateModes.critical_ext => j; rewrite start.
split=> // top j; split.
  exact: (lib.GateWinner.winner_takes_all m q e eta l0 t0 b least neg s r sol b0 istar top j).
apply: (lib.GateWinner.winner_takes_all m' q e eta l0 t0 b least neg s' r' sol' b0 istar _ j) => k ne.
by rewrite -/xi' !same; apply: top.
Qed.

(** All hypotheses at once: two pairs of equal unit vectors in R^2, alpha = 3/2, a drive and a change of it that
    is not 0. *)
Example CG20_witness : exists (m : retrieval 2 4) (q : mat 4 4) (e y : vec 4) (eta : R) (istar : 'I_4)
    (s r s' r' : R -> vec 4),
  (forall mu, norm (memories m mu) = 1) /\ (2 < 4)%N /\ 0 <= alpha m /\
  lambda m = 0 /\ 0 < tau_s m /\ 0 < beta m /\
  eigenbasis (gates m) q e /\ is_least_eig (gates m) eta /\ eta < 0 /\
  (exists i, mulmv (gram (memories m)) y i <> 0) /\
  gates_solution m s r /\
  gates_solution (Retrieval 2 4 (memories m) (alpha m) (lambda m) (beta m) (tau_s m) (tau_r m)
                    (fun i => gate_input m i + mulmv (gram (memories m)) y i) (evidence m)) s' r' /\
  (forall i, s' 0 i = s 0 i) /\
  (let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / - eta)) in
   forall j, j <> istar -> xi j < xi istar).
Proof.
pose m := lib.GateToy.pairs (3 / 2) 1; pose y := @kdelta 4 ord0.
pose m' := Retrieval 2 4 (memories m) (alpha m) (lambda m) (beta m) (tau_s m) (tau_r m)
  (fun i => gate_input m i + mulmv (gram (memories m)) y i) (evidence m).
have b : eigenbasis (gates m) _ _ := lib.GateToy.pairs_basis (3 / 2) 1.
have b' : eigenbasis (gates m') _ _ := b.
pose s t := lib.GateModes.combination lib.GateToy.walsh_modes
  (lib.GateModes.amplitude m lib.GateToy.walsh_modes (lib.GateToy.pairs_rates (3 / 2)) lib.GateToy.tip t).
pose s' t := lib.GateModes.combination lib.GateToy.walsh_modes
  (lib.GateModes.amplitude m' lib.GateToy.walsh_modes (lib.GateToy.pairs_rates (3 / 2)) lib.GateToy.tip t).
have [s0 sol] : (forall i, s 0 i = lib.GateToy.tip i) /\ gates_solution m s (fun _ _ => 0).
  exact: (lib.GateModes.modes_solve m _ _ erefl b).
have [s0' sol'] : (forall i, s' 0 i = lib.GateToy.tip i) /\ gates_solution m' s' (fun _ _ => 0).
  exact: (lib.GateModes.modes_solve m' _ _ erefl b').
exists m, lib.GateToy.walsh_modes, (lib.GateToy.pairs_rates (3 / 2)), y, (1 - 3 / 2), ord0, s, (fun _ _ => 0), s', (fun _ _ => 0).
split; first exact: lib.GateToy.pairs_unit; split; first by []; do 4 (split; first by simpl; lra).
split; first by []; split; first by apply: lib.GateToy.pairs_least; lra.
split; first lra.
split.
  exists ord0; rewrite /mulmv lib.Sums.sum_kdelta_r.
  by rewrite lib.GateToy.pairs_gram /=; lra.
split; first by []; split; first by []; split; first by move=> i; rewrite s0 s0'.
have xiE i : critical_part lib.GateToy.walsh_modes (lib.GateToy.pairs_rates (3 / 2)) (1 - 3 / 2)
    (fun i => s 0 i + gate_input m i / - (1 - 3 / 2)) i = 5 / 4 * lib.GateToy.tip i.
  rewrite (lib.GateModes.critical_ext _ _ _ _ (fun i => lib.GateToy.tip i + gate_input m i / - (1 - 3 / 2))).
    by rewrite lib.GateToy.pairs_part; [congr (_ * _); field | lra].
  by move=> j; rewrite s0.
have [lo _] := lib.GateToy.tip_gap (5 / 4) ltac:(lra).
by move=> xi j ne; rewrite /xi !xiE; have := lo j ne; lra.
Qed.
