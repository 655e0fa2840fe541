(** * CG5.  With the context free, the paper's own setting diverges; the repair

    Equations 1 to 4 with all four layers free; A~ = A(alpha) - W1 W1^T.  The paper's setting is W1 = Z^T
    (projection = stored) with unit norms.

    CG5_free         with the context at rest, c = W1^T s, A is replaced by A~ in the energy and in the
                     flow of the gates; any other context costs |c - W1^T s|^2 / 2 more.
    CG5              W1 = Z^T, unit norms, lambda > 0: A~ = (1 - alpha) (I - G), and the energy is
                     unbounded below, for every Z and every alpha.
    CG5_rates        W1 = Z^T, unit norms, mu_k the eigenvalues of G: the equations
                     tau_c tau_s x^2 + (tau_c (1 - alpha (1 - mu_k)) + tau_s) x + (1 - alpha) (1 - mu_k) = 0
                     have a largest real root rho over all k; rho > 0 if alpha <> 1 and G is not I.
    CG5_exponential  let rho > 0 be this root, attained at the mode q_l with entries between lo and hi.
                     With size = sqrt (tau_c |c|^2 + tau_s |s|^2) and the amplitude of the mode
                     z = tau_c <q_l, W1 c> + (1 + tau_c rho) tau_s <q_l, s>, for every solution on [0, oo):
                     size <= e^{rho t} (size(0) + lambda / (rho sqrt tau_s)); there is a number a with
                     z + kappa lo <= a e^{rho t} <= z + kappa hi, kappa = (1 + tau_c rho) lambda / rho;
                     if a <> 0, then size >= delta e^{rho t} from some time on, delta > 0.
                     And a = 0 exactly when z stays between - kappa hi and - kappa lo for ever; so the
                     solution grows at the rate rho from every initial state with z(0) outside this slab.
    CG5_linear       A~ = 0 (alpha = 1 or G = I): along every solution <1, tau_s s + tau_c W1 c> grows by
                     exactly lambda t, and size by at most lambda t / sqrt tau_s.
    CG5_repair       W1 = k Z^T, unit norms, lambda > 0: the energy is bounded below exactly when
                     k^2 < alpha + (1 - alpha) / mu_max for alpha < 1; when k^2 < 1 and all mu > 0 for
                     alpha = 1; when mu_min > 0 and k^2 < alpha - (alpha - 1) / mu_min for alpha > 1. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.ContextFlow.
From Gatedmem Require lib.Sums lib.Softmax lib.FreeContext lib.FreeContextSize lib.FreeContextModes lib.FreeContextToy.

Open Scope R_scope.

Theorem CG5_free (dc d N : nat) (n : network dc d N) (c : vec dc) (s r : vec N) (y : vec d) :
  network_positive n ->
  let rest := mulmv (fun j mu => projection n mu j) s in
  let tilde := fun mu nu => gate_matrix (stored n) (competing n) mu nu - dot (projection n mu) (projection n nu) in
  let p := softmax (sharpness n) r in
  network_energy n c s r y = network_energy n rest s r y + ((/ 2) * ((distance c rest) ^ 2)) /\
  network_energy n rest s r y =
    (((/ 2) * dot s (mulmv tilde s)) - (coupling n * dot s p))
    + (dot r p - log_sum_exp (sharpness n) r) + (((/ 2) * dot y y) - dot y (readout (stored n) p)) /\
  (forall mu, gates_velocity n rest s r mu = ((coupling n * p mu) - mulmv tilde s mu) / time_s n).
Proof. exact: lib.FreeContext.free_rest. Qed.

Theorem CG5 (d N : nat) (n : network d d N) :
  projection n = stored n -> (forall mu, norm (stored n mu) = 1) ->
  (forall mu nu, gate_matrix (stored n) (competing n) mu nu - dot (projection n mu) (projection n nu) =
     (1 - competing n) * (kdelta mu nu - gram (stored n) mu nu)) /\
  ((0 < N)%N -> 0 < sharpness n -> 0 < coupling n ->
     forall b, exists c s r y, network_energy n c s r y < b).
Proof.
move=> own unit; split; first exact: lib.FreeContext.free_paper.
exact: lib.FreeContext.energy_unbounded.
Qed.

Theorem CG5_rates (d N : nat) (n : network d d N) (q : mat N N) (mu : vec N) :
  network_positive n -> projection n = stored n -> (forall nu, norm (stored n nu) = 1) ->
  eigenbasis (gram (stored n)) q mu -> (0 < N)%N ->
  let equation := fun k x =>
    (((time_c n * time_s n) * (x ^ 2))
     + (((time_c n * (1 - (competing n * (1 - mu k)))) + time_s n) * x))
    + ((1 - competing n) * (1 - mu k)) in
  exists l rho, equation l rho = 0 /\ (forall k x, equation k x = 0 -> x <= rho) /\
    (competing n <> 1 -> (exists i j, gram (stored n) i j <> kdelta i j) -> 0 < rho).
Proof.
move=> pos own unit basis N0 equation; exact: (lib.FreeContextModes.largest_rate n q mu pos own unit basis N0).
Qed.

Theorem CG5_exponential (d N : nat) (n : network d d N) (q : mat N N) (mu : vec N) (l : 'I_N) (rho lo hi : R)
    (c : R -> vec d) (s r : R -> vec N) (y : R -> vec d) :
  network_positive n -> projection n = stored n -> (forall nu, norm (stored n nu) = 1) ->
  eigenbasis (gram (stored n)) q mu -> 0 < coupling n ->
  let equation := fun k x =>
    (((time_c n * time_s n) * (x ^ 2))
     + (((time_c n * (1 - (competing n * (1 - mu k)))) + time_s n) * x))
    + ((1 - competing n) * (1 - mu k)) in
  0 < rho -> equation l rho = 0 -> (forall k x, equation k x = 0 -> x <= rho) ->
  (forall i, lo <= q l i <= hi) ->
  (forall t, 0 <= t -> network_solution n c s r y t) ->
  let size := fun t => sqrt ((time_c n * dot (c t) (c t)) + (time_s n * dot (s t) (s t))) in
  let z := fun t => (time_c n * dot (q l) (mulmv (projection n) (c t)))
                    + (((1 + (time_c n * rho)) * time_s n) * dot (q l) (s t)) in
  let kappa := ((1 + (time_c n * rho)) * coupling n) / rho in
  (forall t, 0 <= t -> size t <= exp (rho * t) * (size 0 + (coupling n / (rho * sqrt (time_s n))))) /\
  exists a,
    (forall t, 0 <= t -> z t + (kappa * lo) <= a * exp (rho * t) <= z t + (kappa * hi)) /\
    (a <> 0 -> exists delta T, 0 < delta /\ 0 <= T /\ forall t, T <= t -> delta * exp (rho * t) <= size t) /\
    (a = 0 <-> forall t, 0 <= t -> - (kappa * hi) <= z t <= - (kappa * lo)).
Proof.
move=> pos own unit basis l0 equation rho0 root top entries sol size z kappa.
exact: (lib.FreeContextModes.exponential_growth n q mu pos own unit basis c s r y sol l rho root rho0
  (Rlt_le _ _ l0) lo hi entries top).
Qed.

Theorem CG5_linear (d N : nat) (n : network d d N) (c : R -> vec d) (s r : R -> vec N) (y : R -> vec d) :
  network_positive n -> projection n = stored n -> (forall nu, norm (stored n nu) = 1) ->
  (0 < N)%N -> 0 < coupling n ->
  (competing n = 1 \/ forall i j, gram (stored n) i j = kdelta i j) ->
  (forall t, 0 <= t -> network_solution n c s r y t) ->
  let size := fun t => sqrt ((time_c n * dot (c t) (c t)) + (time_s n * dot (s t) (s t))) in
  let total := fun t => sum (fun mu => (time_s n * s t mu) + (time_c n * mulmv (projection n) (c t) mu)) in
  forall t, 0 <= t ->
    total t = total 0 + (coupling n * t) /\
    size t <= size 0 + ((coupling n / sqrt (time_s n)) * t).
Proof.
move=> pos own unit N0 l0 flat sol size total.
have zero i j : lib.FreeContext.free_matrix n i j = 0.
  by rewrite lib.FreeContext.free_paper //; case: flat => ->; ring.
have e t : total t = time_s n * sum (s t) + time_c n * sum (mulmv (projection n) (c t)).
  by rewrite /total lib.Sums.sum_plus !lib.Sums.sum_scal_l.
move=> t t0; rewrite !e; split; first exact: (lib.FreeContextSize.total_linear n c s r y pos N0 sol zero t t0).
exact: (lib.FreeContextSize.size_linear n c s r y pos N0 (Rlt_le _ _ l0) sol zero t t0).
Qed.

Theorem CG5_repair (d N : nat) (n : network d d N) (k : R) (q : mat N N) (mu : vec N) :
  0 < sharpness n -> (0 < N)%N -> 0 < coupling n -> (forall nu, norm (stored n nu) = 1) ->
  projection n = (fun nu i => k * stored n nu i) -> eigenbasis (gram (stored n)) q mu ->
  let bounded := exists b, forall c s r y, b <= network_energy n c s r y in
  (competing n < 1 -> forall top, (exists l, mu l = top) -> (forall l, mu l <= top) ->
     bounded <-> k ^ 2 < competing n + ((1 - competing n) / top)) /\
  (competing n = 1 -> bounded <-> (k ^ 2 < 1 /\ forall l, 0 < mu l)) /\
  (1 < competing n -> forall low, (exists l, mu l = low) -> (forall l, low <= mu l) ->
     bounded <-> (0 < low /\ k ^ 2 < competing n - ((competing n - 1) / low))).
Proof.
move=> b0 N0 l0 unit scaled basis.
exact: (lib.FreeContext.repair n k scaled unit q mu basis b0 N0 l0).
Qed.

(** All hypotheses at once: two equal memories in R^1.  tau_s = 2/3 and alpha = 0 have the rate 1/2 at (1, 1) / sqrt 2,
    and a solution with z(0) outside the slab; alpha = 1 a solution that grows linearly. *)
Example CG5_witness :
  let n := lib.FreeContextToy.twin 1 0 (2 / 3) in
  let n' := lib.FreeContextToy.twin 1 1 1 in
  let q := lib.FreeContextToy.twin_modes in
  let mu := lib.FreeContextToy.twin_spectrum in
  let equation := fun k x =>
    (((time_c n * time_s n) * (x ^ 2))
     + (((time_c n * (1 - (competing n * (1 - mu k)))) + time_s n) * x))
    + ((1 - competing n) * (1 - mu k)) in
  let c := fun (t : R) (_ : 'I_1) => 4 * exp (/ 2 * t) - 1 in
  let s := fun (t : R) (_ : 'I_2) => 3 * exp (/ 2 * t) - / 2 in
  let r := fun (t : R) (_ : 'I_2) => 2 * exp (/ 2 * t) + / 2 in
  network_positive n /\ projection n = stored n /\ (forall nu, norm (stored n nu) = 1) /\
  eigenbasis (gram (stored n)) q mu /\ (0 < 2)%N /\ 0 < coupling n /\ 0 < sharpness n /\ competing n <> 1 /\
  (exists i j, gram (stored n) i j <> kdelta i j) /\
  0 < / 2 /\ equation ord0 (/ 2) = 0 /\ (forall k x, equation k x = 0 -> x <= / 2) /\
  (forall i, / sqrt 2 <= q ord0 i <= / sqrt 2) /\
  (forall t, 0 <= t -> network_solution n c s r (fun _ _ => 1) t) /\
  0 < (time_c n * dot (q ord0) (mulmv (projection n) (c 0)))
      + (((1 + (time_c n * / 2)) * time_s n) * dot (q ord0) (s 0)) /\
  (network_positive n' /\ projection n' = stored n' /\ (forall nu, norm (stored n' nu) = 1) /\
   competing n' = 1 /\
   forall t, 0 <= t ->
     network_solution n' (fun t _ => t / 3) (fun t _ => (t + 1) / 6) (fun t _ => t / 6 + 1) (fun _ _ => 1) t) /\
  (let n2 := lib.FreeContextToy.twin (/ 2) 0 1 in
   projection n2 = (fun nu i => / 2 * stored n2 nu i) /\ (forall nu, norm (stored n2 nu) = 1) /\
   eigenbasis (gram (stored n2)) q mu /\ competing n2 < 1 /\ (exists l, mu l = 2) /\ (forall l, mu l <= 2) /\
   exists b, forall c s r y, b <= network_energy n2 c s r y).
Proof.
move=> n n' q mu equation c s r.
have r2 : 0 < / sqrt 2 by apply: Rinv_0_lt_compat; apply: sqrt_lt_R0; lra.
have two (P : 'I_2 -> Prop) : P ord0 -> P (lift ord0 ord0) -> forall i, P i.
  by move=> p0 p1 i; case: (lib.ContextToy.ord2 i) => ->.
split; first by apply: lib.FreeContextToy.twin_positive; lra.
split; first by [].
split; first exact: lib.FreeContextToy.twin_unit.
split; first exact: lib.FreeContextToy.twin_basis.
do 4 (split; first by [] || (simpl; lra)).
split; first by exists ord0, (lift ord0 ord0); rewrite lib.FreeContextToy.twin_gram /kdelta /=; lra.
split; first lra.
split; first by rewrite /equation /mu /lib.FreeContextToy.twin_spectrum /=; lra.
split.
  by apply: two => x; rewrite /equation /mu /lib.FreeContextToy.twin_spectrum /= => h; apply: Rnot_lt_le => lt; nra.
split; first by apply: two; rewrite /q /lib.FreeContextToy.twin_modes /=; lra.
split; first by move=> t _; exact: lib.FreeContextToy.twin_exponential.
split.
  rewrite /dot /mulmv !lib.Sums.sum_n2 !lib.Sums.sum_n1 /q /lib.FreeContextToy.twin_modes /c /s /= Rmult_0_r exp_0.
  by nra.
split.
  split; first by apply: lib.FreeContextToy.twin_positive; lra.
  split; first by [].
  split; first exact: lib.FreeContextToy.twin_unit.
  by split=> // t _; exact: lib.FreeContextToy.twin_linear.
move=> n2; have sc : projection n2 = (fun nu i => / 2 * stored n2 nu i).
  by rewrite /n2 /lib.FreeContextToy.twin /= Rmult_1_r.
have un := lib.FreeContextToy.twin_unit (/ 2) 0 1; have ba := lib.FreeContextToy.twin_basis (/ 2) 0 1.
have at2 : exists l, mu l = 2 by exists ord0.
have le2 : forall l, mu l <= 2 by apply: two; rewrite /mu /lib.FreeContextToy.twin_spectrum /=; lra.
do 6 (split; first by [] || (simpl; lra)).
apply/(proj1 (CG5_repair 1 2 n2 (/ 2) q mu ltac:(simpl; lra) erefl ltac:(simpl; lra) un sc ba) ltac:(simpl; lra) 2 at2 le2).
by simpl; lra.
Qed.
