(** * CG17.  Linear stability of the uniform state with feedback

    Unit norms, G 1 = mu_G 1, alpha >= 0, alpha (1 - mu_G) < 1, context and query uniform (u = u0 1, b = b0 1).
    eta and mu are the least eigenvalues of A(alpha) and of G on the vectors of sum 0.  Linearly stable: every
    eigenvalue, real or complex, of the Jacobian has a negative real part (defs/UniformState.v).

    CG17               there is one uniform equilibrium; as an equilibrium of the clamped flow of gates and
                       scores (2N x 2N Jacobian) it is linearly stable iff lambda^2 beta / N < eta.  This holds
                       for every tau_s, tau_r: the gates need not be fast.
    CG17_competition   eta = 1 - alpha (1 - mu); and if mu < 1 the state is linearly stable iff
                       alpha < alpha_crit (1 - lambda^2 beta / N), alpha_crit = 1 / (1 - mu).
    CG17_fast          the same condition decides with fast gates, s = A^{-1} (u + lambda softmax(beta r)) at
                       all times (N x N Jacobian of the scores alone; eta > 0, so that A is positive definite). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.UniformState.
From Gatedmem Require lib.Sums lib.ContextClamped lib.ContextSpectrum lib.LinearSpectral lib.LinearInverse lib.UniformState lib.UniformSlaved lib.GateToy.

Open Scope R_scope.

Theorem CG17 (d N : nat) (m : retrieval d N) (muG u0 b0 eta : R) :
  (forall mu, norm (memories m mu) = 1) -> 0 <= alpha m -> 0 < beta m -> 0 < tau_s m -> 0 < tau_r m ->
  (forall i, mulmv (gram (memories m)) (fun _ => 1) i = muG) -> alpha m * (1 - muG) < 1 ->
  (forall i, gate_input m i = u0) -> (forall i, evidence m i = b0) ->
  is_least_eig_centred (gates m) eta ->
  let sigma := (u0 + (lambda m / INR N)) / (1 - (alpha m * (1 - muG))) in
  let rho := (lambda m * sigma) + b0 in
  (forall x y, clamped_equilibrium m (fun _ => x) (fun _ => y) <-> (x = sigma /\ y = rho)) /\
  (linearly_stable m (fun _ => sigma) (fun _ => rho) <-> ((lambda m ^ 2) * beta m) / INR N < eta).
Proof.
move=> unit a0 be0 ts tr rows below hu hb least sigma rho; have flat := lib.UniformSlaved.gates_flat m muG unit rows.
have dim : (0 < N)%N by case: least => -[v [v0 _]] _; apply: lib.ContextClamped.norm_gt0_dim v0.
split; first exact: (lib.UniformSlaved.uniform_state m muG u0 b0 unit rows hu hb ts tr below dim).
apply: (lib.UniformState.stable_iff m rho ts tr be0 _ eta flat) => //; lra.
Qed.

Theorem CG17_competition (d N : nat) (m : retrieval d N) (muG mu u0 b0 : R) :
  (forall nu, norm (memories m nu) = 1) -> 0 <= alpha m -> 0 < beta m -> 0 < tau_s m -> 0 < tau_r m ->
  (forall i, mulmv (gram (memories m)) (fun _ => 1) i = muG) -> alpha m * (1 - muG) < 1 ->
  (forall i, gate_input m i = u0) -> (forall i, evidence m i = b0) ->
  is_least_eig_centred (gram (memories m)) mu ->
  let sigma := (u0 + (lambda m / INR N)) / (1 - (alpha m * (1 - muG))) in
  let rho := (lambda m * sigma) + b0 in
  is_least_eig_centred (gates m) (1 - (alpha m * (1 - mu))) /\
  (mu < 1 ->
   (linearly_stable m (fun _ => sigma) (fun _ => rho) <->
    alpha m < (1 / (1 - mu)) * (1 - (((lambda m ^ 2) * beta m) / INR N)))).
Proof.
move=> unit a0 be0 ts tr rows below hu hb least sigma rho.
have lg := lib.UniformSlaved.least_centred m unit mu a0 least; split=> // m1.
have [_ h] := CG17 d N m muG u0 b0 _ unit a0 be0 ts tr rows below hu hb lg.
by rewrite /Rdiv Rmult_1_l -lib.UniformSlaved.critical_competition.
Qed.

Theorem CG17_fast (d N : nat) (m : retrieval d N) (B : mat N N) (muG u0 b0 eta : R) :
  (forall mu, norm (memories m mu) = 1) -> 0 <= alpha m -> 0 < beta m -> 0 < tau_r m ->
  (forall i, mulmv (gram (memories m)) (fun _ => 1) i = muG) -> alpha m * (1 - muG) < 1 ->
  (forall i, gate_input m i = u0) -> (forall i, evidence m i = b0) ->
  is_inverse (gates m) B -> is_least_eig_centred (gates m) eta -> 0 < eta ->
  let sigma := (u0 + (lambda m / INR N)) / (1 - (alpha m * (1 - muG))) in
  let rho := (lambda m * sigma) + b0 in
  (slaved_stable m B (fun _ => rho) <-> ((lambda m ^ 2) * beta m) / INR N < eta).
Proof.
move=> unit a0 be0 tr rows below hu hb inv least eta0 sigma rho.
have flat := lib.UniformSlaved.gates_flat m muG unit rows.
apply: (lib.UniformSlaved.slaved_iff m B rho inv tr be0 _ eta flat) => //; lra.
Qed.

(** All hypotheses at once: two pairs of equal unit vectors in R^2 (mu_G = 100/169, mu = 0), alpha = 1/2, with
    lambda = 1 below the threshold and lambda = 2 above it. *)
Example CG17_witness : exists (m m' : retrieval 2 4) (B : mat 4 4),
  let muG := 100 / 169 in let mu := 0 in let eta := / 2 in
  ((forall nu, norm (memories m nu) = 1) /\ 0 <= alpha m /\ 0 < beta m /\ 0 < tau_s m /\ 0 < tau_r m /\
   (forall i, mulmv (gram (memories m)) (fun _ => 1) i = muG) /\ alpha m * (1 - muG) < 1 /\
   (forall i, gate_input m i = 1) /\ (forall i, evidence m i = 1) /\
   is_inverse (gates m) B /\ is_least_eig_centred (gates m) eta /\ 0 < eta /\
   is_least_eig_centred (gram (memories m)) mu /\ mu < 1 /\
   0 < lambda m /\ ((lambda m ^ 2) * beta m) / INR 4 < eta) /\
  ((forall nu, norm (memories m' nu) = 1) /\ 0 <= alpha m' /\ 0 < beta m' /\ 0 < tau_s m' /\ 0 < tau_r m' /\
   (forall i, mulmv (gram (memories m')) (fun _ => 1) i = muG) /\ alpha m' * (1 - muG) < 1 /\
   (forall i, gate_input m' i = 1) /\ (forall i, evidence m' i = 1) /\
   is_inverse (gates m') B /\ is_least_eig_centred (gates m') eta /\
   eta < ((lambda m' ^ 2) * beta m') / INR 4).
Proof.
pose m l := Retrieval 2 4 lib.GateToy.pairs_memories (/ 2) l 1 1 1 (fun _ => 1) (fun _ => 1).
have least : is_least_eig_centred (gram lib.GateToy.pairs_memories) 0.
  split; last first.
    by move=> v _; rewrite lib.ContextSpectrum.gram_quadratic; have := lib.Sums.dot_ge0 (readout lib.GateToy.pairs_memories v); lra.
  have [p ev] := lib.LinearSpectral.mode_eigen _ _ _ lib.GateToy.walsh_basis (lift ord0 ord0).
  exists (lib.GateToy.walsh_modes (lift ord0 ord0)); split=> //; split=> //.
  by rewrite lib.GateToy.sum_n4 /lib.GateToy.walsh_modes /=; field.
have lg l : is_least_eig_centred (gates (m l)) (/ 2).
  have -> : / 2 = 1 - alpha (m l) * (1 - 0) by rewrite /=; field.
  apply: lib.UniformSlaved.least_centred => //; [exact: lib.GateToy.pairs_unit | by simpl; lra].
have rows i : mulmv (gram lib.GateToy.pairs_memories) (fun _ => 1) i = 100 / 169.
  by rewrite /mulmv lib.GateToy.sum_n4 !lib.GateToy.pairs_gram; case: (lib.GateToy.ord4 i) => -> /=; field.
have [B inv] : exists B, is_inverse (gates (m 1)) B.
  apply: (lib.ContextClamped.gates_inverse (m 1) (1 - / 2)); last lra.
  by apply: (lib.GateToy.pairs_least (/ 2) 1); lra.
exists (m 1), (m 2), B => muG mu eta; split.
  split; first exact: lib.GateToy.pairs_unit; do 4 (split; first by simpl; lra).
  split; first exact: rows; split; first by rewrite /muG /=; lra.
  do 2 (split; first by []); split; first exact: inv; split; first exact: lg; split; first by rewrite /eta; lra.
  split; first exact: least; split; first by rewrite /mu; lra.
  by rewrite /eta /=; lra.
split; first exact: lib.GateToy.pairs_unit; do 4 (split; first by simpl; lra).
split; first exact: rows; split; first by rewrite /muG /=; lra.
do 2 (split; first by []); split; first exact: inv; split; first exact: lg.
by rewrite /eta /=; lra.
Qed.
