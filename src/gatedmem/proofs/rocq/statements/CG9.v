(** * CG9.  Gates alone (lambda = 0), least eigenvalue eta of A negative: gamma = - eta > 0

    q_0, ..., q_{N-1} is an orthonormal eigenbasis of A, with eigenvalues e_k (GW5: there always is one);
    u is the drive, a_k(t) = <q_k, s(t)> and c_k = <q_k, u> are the components; P_min is the projection on
    the critical eigenspace (of eta), w = s(0) + u / gamma and xi = P_min w.  s solves the flow of the gates
    on [0, oo), from any state; the scores r(t) play no part.  R and M are transient_bound,
    unstable_bound and unstable_norm of defs/GateModes.v.

    CG9             the modes: tau_s a_k' = c_k - e_k a_k, and its solution; the critical component is
                    e^{gamma t / tau_s} xi - c_min / gamma, and e^{- gamma t / tau_s} s(t) tends to xi.
    CG9_winner      if xi has the unique argmax i*, p(t) = softmax(beta s(t)) tends to the one-hot vector
                    at i* (whatever the other modes do: stable, neutral or unstable).
    CG9_time        other modes stable, kappa = ln((1-delta)(N-1)/delta) > 0: p_{i*}(t) >= 1 - delta for all
                    t >= (tau_s/gamma) [ln(kappa/(beta Delta_xi)) + ln(1 + sqrt 2 beta R / kappa)].
    CG9_several     several unstable modes, none neutral, gamma2 < gamma at least every other growth rate:
                    p_{i*}(t) >= 1 - delta as soon as
                    kappa/beta + sqrt 2 (R + e^{gamma2 t / tau_s} M) <= e^{gamma t / tau_s} Delta_xi,
                    which holds for all t >= (tau_s/(gamma-gamma2)) ln((kappa/beta + sqrt 2 (R + M))/Delta_xi).
    CG9_necessary   other modes stable, lead = (1/beta) ln((1-delta)/delta) - sqrt 2 R > 0:
                    p_{i*}(t) >= 1 - delta only if t >= (tau_s/gamma) ln(lead / Delta_xi).
    CG9_flat        where it fails: if the critical eigenspace is span(1), the entries of every xi are equal,
                    so there is no unique argmax; with the other modes stable all gaps stay below sqrt 2 R
                    and every weight below 1 / (1 + (N-1) e^{- sqrt 2 beta R}), for ever.
    CG9_projection  P_min w is an eigenvector of eta or 0, and w - P_min w is orthogonal to all of them.
    CG9_rate        for unit norms gamma = alpha (1 - mu_min) - 1.
    CG9_solvable    from every state there is a solution. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require lib.Sums lib.LinearSpectral lib.ContextClamped lib.ContextSteering.
From Gatedmem Require lib.GateModes lib.GateTransient lib.GateWinner lib.GateRate lib.GateToy.

Open Scope R_scope.

Theorem CG9 (d N : nat) (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R) (s r : R -> vec N) :
  lambda m = 0 -> 0 < tau_s m -> eigenbasis (gates m) q e -> is_least_eig (gates m) eta -> eta < 0 ->
  gates_solution m s r ->
  let u := gate_input m in let gamma := - eta in
  let xi := critical_part q e eta (fun i => s 0 i + (u i / gamma)) in
  (forall t k, 0 < t ->
     is_derive (fun x => dot (q k) (s x)) t ((dot (q k) u - (e k * dot (q k) (s t))) / tau_s m)) /\
  (forall t k, 0 <= t -> e k <> 0 ->
     dot (q k) (s t) = (exp (- (e k / tau_s m) * t) * dot (q k) (s 0)) +
                       ((1 - exp (- (e k / tau_s m) * t)) * (dot (q k) u / e k))) /\
  (forall t k, 0 <= t -> e k = 0 -> dot (q k) (s t) = dot (q k) (s 0) + ((dot (q k) u / tau_s m) * t)) /\
  (forall t i, 0 <= t -> s t i = sum (fun k => dot (q k) (s t) * q k i)) /\
  (forall t i, 0 <= t ->
     critical_part q e eta (s t) i = (exp ((gamma / tau_s m) * t) * xi i) - (critical_part q e eta u i / gamma)) /\
  (forall i, is_lim (fun t => exp (- (gamma / tau_s m) * t) * s t i) p_infty (xi i)).
Proof.
move=> l0 t0 b least neg sol u gamma xi.
split; first by move=> t k h; apply: (lib.GateModes.mode_derive m q e l0 b s r t k); apply: (proj2 sol t h).
split; first by move=> t k h ne; rewrite (lib.GateModes.solution_amplitude m q e l0 b s r sol t h k) lib.GateModes.amplitude_moving.
split; first by move=> t k h z; rewrite (lib.GateModes.solution_amplitude m q e l0 b s r sol t h k) lib.GateModes.amplitude_neutral.
split; first by move=> t i _; apply: lib.LinearSpectral.expansion b _ i.
split; first by move=> t i h; apply: (lib.GateWinner.critical_component m q e eta l0 t0 b neg s r sol).
by move=> i; apply: (lib.GateWinner.solution_grows m q e eta l0 t0 b least neg s r sol i).
Qed.

Theorem CG9_winner (d N : nat) (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R) (s r : R -> vec N)
    (istar : 'I_N) :
  lambda m = 0 -> 0 < tau_s m -> 0 < beta m ->
  eigenbasis (gates m) q e -> is_least_eig (gates m) eta -> eta < 0 -> gates_solution m s r ->
  let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / - eta)) in
  (forall j, j <> istar -> xi j < xi istar) ->
  forall j, is_lim (fun t => softmax (beta m) (s t) j) p_infty (kdelta istar j).
Proof.
move=> l0 t0 b0 b least neg sol xi top j.
exact: (lib.GateWinner.winner_takes_all m q e eta l0 t0 b least neg s r sol b0 istar top j).
Qed.

Theorem CG9_time (d N : nat) (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R) (s r : R -> vec N)
    (istar : 'I_N) (gap delta : R) :
  lambda m = 0 -> 0 < tau_s m -> 0 < beta m ->
  eigenbasis (gates m) q e -> is_least_eig (gates m) eta -> eta < 0 -> gates_solution m s r ->
  let gamma := - eta in
  let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / gamma)) in
  let kappa := ln (((1 - delta) * (INR N - 1)) / delta) in
  let bound := transient_bound q e eta (s 0) (gate_input m) in
  is_gap xi istar gap -> 0 < gap -> 0 < delta < 1 -> 0 < kappa ->
  (forall k, e k <> eta -> 0 < e k) ->
  forall t, 0 <= t ->
    (tau_s m / gamma) * (ln (kappa / (beta m * gap)) + ln (1 + (((sqrt 2 * beta m) * bound) / kappa))) <= t ->
    1 - delta <= softmax (beta m) (s t) istar.
Proof.
move=> l0 t0 b0 b least neg sol gamma xi kappa bound hg g0 d01 k0 st t ht le.
exact: (lib.GateTransient.winner_time m q e eta l0 t0 b least neg s r sol istar gap delta b0 d01 hg g0 t st k0 ht le).
Qed.

Theorem CG9_several (d N : nat) (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R) (s r : R -> vec N)
    (istar : 'I_N) (gap delta gamma2 : R) :
  lambda m = 0 -> 0 < tau_s m -> 0 < beta m ->
  eigenbasis (gates m) q e -> is_least_eig (gates m) eta -> eta < 0 -> gates_solution m s r ->
  let gamma := - eta in
  let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / gamma)) in
  let kappa := ln (((1 - delta) * (INR N - 1)) / delta) in
  let bound := unstable_bound q e eta (s 0) (gate_input m) in
  let others := unstable_norm q e eta (s 0) (gate_input m) in
  let clear := fun t => (kappa / beta m) + (sqrt 2 * (bound + (exp ((gamma2 / tau_s m) * t) * others))) <=
                        exp ((gamma / tau_s m) * t) * gap in
  is_gap xi istar gap -> 0 < gap -> 0 < delta < 1 -> 0 < kappa ->
  (forall k, e k <> 0) -> (forall k, eta < e k -> - e k <= gamma2) -> 0 <= gamma2 < gamma ->
  (forall t, 0 <= t -> clear t -> 1 - delta <= softmax (beta m) (s t) istar) /\
  (forall t, 0 <= t ->
     (tau_s m / (gamma - gamma2)) * ln (((kappa / beta m) + (sqrt 2 * (bound + others))) / gap) <= t -> clear t).
Proof.
move=> l0 t0 b0 b least neg sol gamma xi kappa bound others clear hg g0 d01 k0 nz h2 g2.
split=> t ht h; first exact: (lib.GateTransient.winner_several m q e eta l0 t0 b least neg s r sol istar gap delta b0 d01 hg gamma2 t nz h2 ht h).
exact: (lib.GateTransient.several_time m q e eta t0 s gap delta b0 g0 gamma2 t nz h2 g2 k0 ht h).
Qed.

Theorem CG9_necessary (d N : nat) (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R) (s r : R -> vec N)
    (istar : 'I_N) (gap delta : R) :
  lambda m = 0 -> 0 < tau_s m -> 0 < beta m ->
  eigenbasis (gates m) q e -> is_least_eig (gates m) eta -> eta < 0 -> gates_solution m s r ->
  let gamma := - eta in
  let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / gamma)) in
  let lead := (/ beta m * ln ((1 - delta) / delta)) - (sqrt 2 * transient_bound q e eta (s 0) (gate_input m)) in
  is_gap xi istar gap -> 0 < gap -> 0 < delta < 1 -> 0 < lead ->
  (forall k, e k <> eta -> 0 < e k) ->
  forall t, 0 <= t -> 1 - delta <= softmax (beta m) (s t) istar -> (tau_s m / gamma) * ln (lead / gap) <= t.
Proof.
move=> l0 t0 b0 b least neg sol gamma xi lead hg g0 d01 h0 st t ht p.
exact: (lib.GateTransient.necessary_time m q e eta l0 t0 b least neg s r sol istar gap delta b0 d01 hg g0 t st ht h0 p).
Qed.

Theorem CG9_flat (d N : nat) (m : retrieval d N) (q : mat N N) (e : vec N) (eta : R) :
  eigenbasis (gates m) q e ->
  (forall v : vec N, (forall i, mulmv (gates m) v i = eta * v i) <-> (forall i j, v i = v j)) ->
  (forall w i j, critical_part q e eta w i = critical_part q e eta w j) /\
  (forall (w : vec N) (istar : 'I_N), (1 < N)%N ->
     ~ (forall j, j <> istar -> critical_part q e eta w j < critical_part q e eta w istar)) /\
  (forall s r : R -> vec N,
     lambda m = 0 -> 0 < tau_s m -> 0 < beta m -> is_least_eig (gates m) eta -> eta < 0 ->
     gates_solution m s r -> (forall k, e k <> eta -> 0 < e k) ->
     let bound := transient_bound q e eta (s 0) (gate_input m) in
     forall t, 0 <= t ->
       (forall i j, Rabs (s t i - s t j) <= sqrt 2 * bound) /\
       (forall i, softmax (beta m) (s t) i <= / (1 + ((INR N - 1) * exp (- (beta m * (sqrt 2 * bound))))))).
Proof.
move=> b span; have flat v : (forall i, mulmv (gates m) v i = eta * v i) -> forall i j, v i = v j := proj1 (span v).
have part := lib.GateWinner.flat_part m q e eta b flat.
split=> //; split=> [w istar N1 top|s r l0 t0 b0 least neg sol st bound t ht].
  have [j ne] := lib.GateWinner.other_index istar N1.
  by have := top j ne; rewrite (part w j istar); lra.
split=> i; first by move=> j; apply: (lib.GateWinner.flat_gap m q e eta l0 t0 b least neg flat s r sol st).
exact: (lib.GateWinner.flat_weight m q e eta l0 t0 b least neg flat s r sol b0 st).
Qed.

Theorem CG9_projection (N : nat) (A q : mat N N) (e w : vec N) (eta : R) :
  (forall i j, A i j = A j i) -> eigenbasis A q e ->
  (forall i, mulmv A (critical_part q e eta w) i = eta * critical_part q e eta w i) /\
  (forall v, (forall i, mulmv A v i = eta * v i) -> dot v (fun i => w i - critical_part q e eta w i) = 0).
Proof.
move=> sym b; split=> [i|v ev]; first exact: (lib.GateModes.critical_eigen A q e b).
exact: (lib.GateModes.critical_orthogonal A q e b eta sym).
Qed.

Theorem CG9_rate (d N : nat) (m : retrieval d N) (mu eta : R) :
  (forall nu, norm (memories m nu) = 1) -> 0 <= alpha m ->
  is_least_eig (gram (memories m)) mu -> is_least_eig (gates m) eta ->
  - eta = (alpha m * (1 - mu)) - 1.
Proof.
by move=> unit a0 lm le; rewrite (lib.GateRate.rate_unit (memories m) (alpha m) a0 unit mu eta lm le); ring.
Qed.

Theorem CG9_solvable (d N : nat) (m : retrieval d N) (q : mat N N) (e s0 : vec N) (r : R -> vec N) :
  lambda m = 0 -> 0 < tau_s m -> eigenbasis (gates m) q e ->
  exists s : R -> vec N, (forall i, s 0 i = s0 i) /\ gates_solution m s r.
Proof.
move=> l0 t0 b; eexists; exact: (lib.GateModes.modes_solve m q e l0 b s0 r).
Qed.

(** All hypotheses at once, but for those of CG9_flat: two pairs of equal unit vectors in R^2, whose modes are
    the Walsh vectors; beta = 1, from (1, 0, 0, -1), with a drive along it.  With alpha = 3/2 two modes are
    critical and two stable; with alpha = 3 one of these is unstable too. *)
Example CG9_witness : exists (m m' : retrieval 2 4) (q : mat 4 4) (e e' : vec 4) (eta eta' mu : R)
    (s s' r : R -> vec 4) (istar : 'I_4) (gap gap' delta gamma2 t : R),
  (* alpha = 3/2 *)
  lambda m = 0 /\ 0 < tau_s m /\ 0 < beta m /\ eigenbasis (gates m) q e /\ is_least_eig (gates m) eta /\ eta < 0 /\
  gates_solution m s r /\ (exists i, gate_input m i <> 0) /\ (exists k, e k <> eta) /\
  (forall k, e k <> eta -> 0 < e k) /\ 0 < delta < 1 /\ 0 < ln (((1 - delta) * (INR 4 - 1)) / delta) /\
  0 < (/ beta m * ln ((1 - delta) / delta)) - (sqrt 2 * transient_bound q e eta (s 0) (gate_input m)) /\
  (let xi := critical_part q e eta (fun i => s 0 i + (gate_input m i / - eta)) in
   is_gap xi istar gap /\ 0 < gap /\ (forall j, j <> istar -> xi j < xi istar)) /\
  0 <= t /\ 1 - delta <= softmax (beta m) (s t) istar /\
  (forall nu, norm (memories m nu) = 1) /\ 0 <= alpha m /\ is_least_eig (gram (memories m)) mu /\
  (* alpha = 3 *)
  lambda m' = 0 /\ 0 < tau_s m' /\ 0 < beta m' /\ eigenbasis (gates m') q e' /\ is_least_eig (gates m') eta' /\
  eta' < 0 /\ gates_solution m' s' r /\ (exists k, eta' < e' k < 0) /\
  (forall k, e' k <> 0) /\ (forall k, eta' < e' k -> - e' k <= gamma2) /\ 0 <= gamma2 < - eta' /\
  (let xi := critical_part q e' eta' (fun i => s' 0 i + (gate_input m' i / - eta')) in
   is_gap xi istar gap' /\ 0 < gap').
Proof.
pose m := lib.GateToy.pairs (3 / 2) 1; pose m' := lib.GateToy.pairs 3 1.
have b : eigenbasis (gates m) _ _ := lib.GateToy.pairs_basis (3 / 2) 1.
have b' : eigenbasis (gates m') _ _ := lib.GateToy.pairs_basis 3 1.
have least : is_least_eig (gates m) (1 - 3 / 2) by apply: lib.GateToy.pairs_least; lra.
have least' : is_least_eig (gates m') (1 - 3) by apply: lib.GateToy.pairs_least; lra.
have [s [s0 sol]] := CG9_solvable 2 4 m _ _ lib.GateToy.tip (fun _ _ => 0) erefl ltac:(simpl; lra) b.
have [s' [s0' sol']] := CG9_solvable 2 4 m' _ _ lib.GateToy.tip (fun _ _ => 0) erefl ltac:(simpl; lra) b'.
have st k : lib.GateToy.pairs_rates (3 / 2) k <> 1 - 3 / 2 -> 0 < lib.GateToy.pairs_rates (3 / 2) k.
  by rewrite /lib.GateToy.pairs_rates /lib.GateToy.pairs_spectrum; case: (lib.GateToy.ord4 k) => -> /=; lra.
have xiE i : critical_part lib.GateToy.walsh_modes (lib.GateToy.pairs_rates (3 / 2)) (1 - 3 / 2)
    (fun i => s 0 i + gate_input m i / - (1 - 3 / 2)) i = 5 / 4 * lib.GateToy.tip i.
  rewrite (lib.GateModes.critical_ext _ _ _ _ (fun i => lib.GateToy.tip i + gate_input m i / - (1 - 3 / 2))).
    by rewrite lib.GateToy.pairs_part; [congr (_ * _); field | lra].
  by move=> j; rewrite s0.
have xiE' i : critical_part lib.GateToy.walsh_modes (lib.GateToy.pairs_rates 3) (1 - 3)
    (fun i => s' 0 i + gate_input m' i / - (1 - 3)) i = 17 / 16 * lib.GateToy.tip i.
  rewrite (lib.GateModes.critical_ext _ _ _ _ (fun i => lib.GateToy.tip i + gate_input m' i / - (1 - 3))).
    by rewrite lib.GateToy.pairs_part; [congr (_ * _); field | lra].
  by move=> j; rewrite s0'.
have gapE (xi : vec 4) c : 0 < c -> (forall i, xi i = c * lib.GateToy.tip i) -> is_gap xi ord0 c.
  move=> c0 h; have [lo [nu [ne ee]]] := lib.GateToy.tip_gap c c0.
  split; first by move=> j nj; rewrite !h; apply: lo.
  by exists nu; rewrite !h.
have g := gapE _ (5 / 4) ltac:(lra) xiE; have g' := gapE _ (17 / 16) ltac:(lra) xiE'.
have d4 : 0 < 1 / 4 < 1 by lra.
have e3 : exp 1 <= 3 := exp_le_3.
have ln3 : 1 <= ln 3 by rewrite -(ln_exp 1); apply: Rcomplements.ln_le => //; apply: exp_pos.
have k9 : 0 < ln ((1 - 1 / 4) * (INR 4 - 1) / (1 / 4)).
  have -> : (1 - 1 / 4) * (INR 4 - 1) / (1 / 4) = 3 * 3 by simpl; field.
  by rewrite ln_mult; lra.
have Rle : sqrt 2 * transient_bound lib.GateToy.walsh_modes (lib.GateToy.pairs_rates (3 / 2)) (1 - 3 / 2) (s 0) (gate_input m) = / 2.
  exact: lib.GateToy.pairs_transient.
pose T := tau_s m / - (1 - 3 / 2) * (ln (ln ((1 - 1 / 4) * (INR 4 - 1) / (1 / 4)) / (beta m * (5 / 4))) +
  ln (1 + sqrt 2 * beta m * transient_bound lib.GateToy.walsh_modes (lib.GateToy.pairs_rates (3 / 2)) (1 - 3 / 2) (s 0) (gate_input m) /
    ln ((1 - 1 / 4) * (INR 4 - 1) / (1 / 4)))).
have w := CG9_time 2 4 m _ _ (1 - 3 / 2) s (fun _ _ => 0) ord0 (5 / 4) (1 / 4) erefl ltac:(simpl; lra) ltac:(simpl; lra)
  b least ltac:(lra) sol g ltac:(lra) d4 k9 st (Rmax 0 T) (Rmax_l 0 T) (Rmax_r 0 T).
have [mu lm] := lib.LinearSpectral.least_eig_exists (gram (memories m)) isT (lib.ContextSpectrum.gram_sym (memories m)).
exists m, m', lib.GateToy.walsh_modes, (lib.GateToy.pairs_rates (3 / 2)), (lib.GateToy.pairs_rates 3), (1 - 3 / 2), (1 - 3), mu,
  s, s', (fun _ _ => 0), ord0, (5 / 4), (17 / 16), (1 / 4), (38 / 169), (Rmax 0 T).
do 2 (split; first by simpl; lra); split; first by simpl; lra.
do 2 (split; first by []); split; first lra.
split; first by [].
split; first by exists ord0; rewrite /= /lib.GateToy.tip /=; lra.
split; first by exists ord0; rewrite /lib.GateToy.pairs_rates /lib.GateToy.pairs_spectrum /=; lra.
split; first exact: st.
split; first exact: d4.
split; first exact: k9.
split.
  rewrite Rle (_ : (1 - 1 / 4) / (1 / 4) = 3); last field.
  by rewrite (_ : beta m = 1) // Rinv_1; lra.
split.
  split=> //; split; first lra.
  by move=> j ne; have [lo _] := g; have := lo j ne; lra.
split; first exact: Rmax_l.
split; first exact: w.
split; first exact: lib.GateToy.pairs_unit.
split; first by simpl; lra.
split; first by [].
do 2 (split; first by simpl; lra); split; first by simpl; lra.
do 2 (split; first by []); split; first lra.
split; first by [].
have rates k : lib.GateToy.pairs_rates 3 k = match nat_of_ord k with 0%nat => - (38 / 169) | 3%nat => 1390 / 169 | _ => -2 end.
  by rewrite /lib.GateToy.pairs_rates /lib.GateToy.pairs_spectrum; case: (lib.GateToy.ord4 k) => -> /=; lra.
split; first by exists ord0; rewrite rates /=; lra.
split; first by move=> k; rewrite rates; case: (lib.GateToy.ord4 k) => -> /=; lra.
split; first by move=> k; rewrite rates; case: (lib.GateToy.ord4 k) => -> /=; lra.
split; first lra.
by split=> //; lra.
Qed.

(** The hypotheses of CG9_flat: two opposite unit vectors in R^1, alpha = 2. *)
Example CG9_flat_witness : exists (m : retrieval 1 2) (q : mat 2 2) (e : vec 2) (eta : R) (s r : R -> vec 2),
  eigenbasis (gates m) q e /\
  (forall v : vec 2, (forall i, mulmv (gates m) v i = eta * v i) <-> (forall i j, v i = v j)) /\ (1 < 2)%N /\
  lambda m = 0 /\ 0 < tau_s m /\ 0 < beta m /\ is_least_eig (gates m) eta /\ eta < 0 /\
  gates_solution m s r /\ (forall k, e k <> eta -> 0 < e k) /\ (exists k, e k <> eta) /\ s 0 <> (fun _ => 0).
Proof.
have b := lib.GateToy.opposite_basis.
have [s [s0 sol]] := CG9_solvable 1 2 lib.GateToy.opposite _ _ (fun _ => 1) (fun _ _ => 0) erefl ltac:(simpl; lra) b.
exists lib.GateToy.opposite, lib.GateToy.opposite_modes, lib.GateToy.opposite_rates, (-1), s, (fun _ _ => 0).
split; first by []; split; first exact: lib.GateToy.opposite_flat.
do 2 (split; first by []); do 2 (split; first by simpl; lra).
split; first exact: lib.GateToy.opposite_least; split; first lra; split; first by [].
split; first by move=> k; rewrite /lib.GateToy.opposite_rates; case: (k == ord0); lra.
split; first by exists (lift ord0 ord0); rewrite /lib.GateToy.opposite_rates /=; lra.
by move=> z; have := s0 ord0; rewrite z; lra.
Qed.
