(** * Unstable directions and the negative index of the Hessian (AG23)

    Vectors (a, z) of R^N x R^K are weighted by the square roots of the metric, so that the metric becomes the
    inner product of R^{N+K} and the Jacobian on the tangent space the symmetric matrix of
    [AstrocyteSpectrum].  The tangent space is the complement of one unit vector, an eigenvector with
    eigenvalue 0; an orthonormal eigenbasis that starts with it leaves one of the tangent space. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Stability defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteExistence lib.AstrocyteStability lib.AstrocyteSpectrum.
From Gatedmem Require Import lib.LinearSpectral.

Open Scope R_scope.

(** ** Linear algebra *)

(** More unknowns than equations: a solution other than 0. *)
Lemma kernel_exists {r d} (B : mat r d) : (r < d)%N ->
  exists c : vec d, (exists j, c j <> 0) /\ forall i, mulmv B c i = 0.
Proof.
  move=> rd; pose G (i j : 'I_d) := dot (fun k => B k i) (fun k => B k j).
  have sym i j : G i j = G j i by exact: dot_sym.
  have [q [e [on eig]]] := spectral G sym.
  have BG c c' : dot (mulmv B c) (mulmv B c') = dot c (mulmv G c').
    rewrite dot_sym dot_mulmv dot_sym; apply: dot_ext => // j; rewrite /mulmv.
    rewrite (sum_ext (fun k => B k j * _) (fun k => sum (fun l => B k j * B k l * c' l))); last first.
      by move=> k; rewrite -sum_scal_l; apply: sum_ext => l; ring.
    by rewrite sum_swap; apply: sum_ext => l; rewrite sum_scal_r.
  have GG k l : dot (mulmv B (q k)) (mulmv B (q l)) = e l * kdelta k l.
    by rewrite BG (dot_ext _ (q k) _ (fun i => e l * q l i)) // dot_scal_r on.
  case: (classic (exists k, e k = 0)) => [[k ek]|none].
    exists (q k); split; last by apply: dot_eq0; rewrite GG ek; ring.
    have [|j hj] := sum_neq0_index (fun j => q k j * q k j).
      by have := on k k; rewrite kdelta_refl /dot => ->; lra.
    by exists j => z; apply: hj; rewrite z; ring.
  exfalso.
  have e0 k : 0 < e k.
    have : 0 <= e k by have := dot_ge0 (mulmv B (q k)); rewrite GG kdelta_refl; lra.
    by case=> // z; case: none; exists k.
  pose f (j : nat) : vec r := if insub j is Some k then (fun i => / sqrt (e k) * mulmv B (q k) i) else (fun _ => 0).
  have onf : orthonormal_upto d f.
    move=> a b ha hb; rewrite -[a]/(val (Ordinal ha)) -[b]/(val (Ordinal hb)) /f !valK.
    rewrite dot_scal_l dot_scal_r GG /kdelta -val_eqE /=; case: eqP => [E|_]; last ring.
    have -> : Ordinal ha = Ordinal hb by apply: val_inj.
    have h := e0 (Ordinal hb); have s := sqrt_lt_R0 _ h.
    by rewrite -{3}(sqrt_sqrt (e (Ordinal hb))); [field; lra | lra].
  have := residual_count d f onf.
  have := sum_ge0 (fun i : 'I_r => dot (residual d f (kdelta i)) (residual d f (kdelta i))) (fun i => dot_ge0 _).
  by move=> h E; have := lt_INR r d (elimT ltP rd); lra.
Qed.

(** A family on whose span the form of A is positive has no more members than A has positive eigenvalues. *)
Lemma positive_count {n d} (A q : mat n n) (e : vec n) (v : 'I_d -> vec n) :
  eigenbasis A q e -> (forall i j, A i j = A j i) ->
  (forall c : vec d, (exists j, c j <> 0) ->
     0 < dot (fun i => sum (fun j => c j * v j i)) (mulmv A (fun i => sum (fun j => c j * v j i)))) ->
  (d <= #|[pred k | Rlt_dec 0 (e k)]|)%N.
Proof.
  move=> basis sym H; rewrite leqNgt; apply/negP => lt.
  pose P := [pred k | Rlt_dec 0 (e k)].
  pose B (i : 'I_#|P|) (j : 'I_d) := dot (q (enum_val i)) (v j).
  have [c [ne Z]] := kernel_exists B lt.
  have := H c ne; rewrite (quadratic_modes A q e basis sym); set u := fun i => sum _.
  suff : forall k, e k * dot (q k) u ^ 2 <= 0.
    move=> h; have : 0 <= sum (fun k => - (e k * dot (q k) u ^ 2)) by apply: sum_ge0 => k; have := h k; lra.
    by rewrite sum_opp; lra.
  move=> k; have D : dot (q k) u = sum (fun j => c j * dot (q k) (v j)).
    rewrite /u /dot (sum_ext _ (fun i => sum (fun j => c j * (q k i * v j i)))).
      by rewrite sum_swap; apply: sum_ext => j; rewrite sum_scal_l.
    by move=> i; rewrite -sum_scal_l; apply: sum_ext => j; ring.
  case hk: (k \in P).
    have E := Z (enum_rank_in hk k); rewrite /mulmv /B enum_rankK_in // in E.
    have -> : dot (q k) u = 0; last by rewrite /= Rmult_0_l Rmult_0_r; lra.
    by rewrite D -E; apply: sum_ext => j; ring.
  move: hk; rewrite inE; case: (Rlt_dec 0 (e k)) => //= h _.
  by have := pow2_ge_0 (dot (q k) u); nra.
Qed.

(** An eigenfamily can be completed. *)
Lemma eigen_extend {n} (A : mat n n) k0 q0 e0 k : (forall i j, A i j = A j i) ->
  eigen_upto A k0 q0 e0 -> (k0 <= k)%N -> (k <= n)%N ->
  exists q e, eigen_upto A k q e /\ forall j, (j < k0)%N -> q j = q0 j /\ e j = e0 j.
Proof.
  move=> sym E0; elim: k => [|k IH]; first by rewrite leqn0 => /eqP k00 _; exists q0, e0; rewrite -k00.
  rewrite leq_eqVlt => /orP [/eqP <- _|]; first by exists q0, e0.
  rewrite ltnS => k0k kn; have [q [e [[on eig] same]]] := IH k0k (ltnW kn).
  have [y [mu [y1 [yq ey]]]] := next_eigen A sym k q e (conj on eig) kn.
  exists (fun j => if j == k then y else q j), (fun j => if j == k then mu else e j); split.
    split.
    - move=> i j; rewrite !ltnS (leq_eqVlt i) (leq_eqVlt j).
      case: (altP (i =P k)) => [->|ik] /=; case: (altP (j =P k)) => [->|jk] //= hi hj.
      + by rewrite eqxx.
      + by rewrite dot_sym yq // eq_sym (negbTE jk).
      + by rewrite yq // (negbTE ik).
      + exact: on.
    - move=> j; rewrite ltnS (leq_eqVlt j); case: (altP (j =P k)) => [-> _|jk] /= hj; first exact: ey.
      exact: eig.
  by move=> j jk0; have jk := leq_trans jk0 k0k; rewrite (ltn_eqF jk); exact: same.
Qed.

Lemma sum_shift (f : nat -> R) n : (0 < n)%N ->
  sum (fun j : 'I_n => f j) = f 0%N + sum (fun j : 'I_n.-1 => f j.+1).
Proof. by case: n => // n _; rewrite sum_recl. Qed.

(** ** Scaled coordinates *)

Section Index.
Context {N K : nat} (m : memory N K) (x : vec N) (p : vec K).
Hypotheses (pos : positive m) (int : is_interior p) (eqm : equilibrium m x p).

Let p0 := proj1 int.
Let S := symmetric_jac m x p.
Let K0 : (0 < K)%N := interior_dim p int.

Definition root j := sqrt (weights m x p j).
Definition scaled (a : vec N) (z : vec K) : vec (N + K) := fun j => root j * joined a z j.
Definition neurons_part (v : vec (N + K)) : vec N := fun i => v (lshift K i) / root (lshift K i).
Definition gains_part (v : vec (N + K)) : vec K := fun mu => v (rshift N mu) / root (rshift N mu).
Definition normal : vec (N + K) := joined (fun _ => 0) (fun mu => sqrt (p mu)).

Lemma root_gt0 j : 0 < root j.
Proof. by apply: sqrt_lt_R0; exact: weights_gt0. Qed.

Lemma root_sq j : root j * root j = weights m x p j.
Proof. by apply: sqrt_sqrt; left; exact: weights_gt0. Qed.

Lemma scaled_parts v : scaled (neurons_part v) (gains_part v) = v.
Proof.
  apply: functional_extensionality => j; rewrite /scaled /joined -[j in v j]splitK.
  rewrite -{1}[j]splitK; case: (split j) => i /=; rewrite /neurons_part /gains_part; field;
    by apply: Rgt_not_eq; exact: root_gt0.
Qed.

Lemma parts_scaled a z : neurons_part (scaled a z) = a /\ gains_part (scaled a z) = z.
Proof.
  split; apply: functional_extensionality => i; rewrite /neurons_part /gains_part /scaled ?joined_l ?joined_r;
    by field; apply: Rgt_not_eq; exact: root_gt0.
Qed.

Lemma dot_scaled a z a' z' : dot (scaled a z) (scaled a' z') = flow_metric m x p a z a' z'.
Proof.
  rewrite /dot sum_cat /flow_metric -!sum_scal_l; congr (_ + _); apply: sum_ext => i; rewrite /scaled.
    have := root_sq (lshift K i); rewrite !joined_l /weights joined_l => E.
    have -> : root (lshift K i) * a i * (root (lshift K i) * a' i)
      = root (lshift K i) * root (lshift K i) * (a i * a' i) by ring.
    by rewrite E; ring.
  have := root_sq (rshift N i); rewrite !joined_r /weights joined_r => E.
  have -> : root (rshift N i) * z i * (root (rshift N i) * z' i)
    = root (rshift N i) * root (rshift N i) * (z i * z' i) by ring.
  by rewrite E /Rdiv; ring.
Qed.

Lemma scaled_jac a z : sum z = 0 ->
  mulmv S (scaled a z) = scaled (flow_jac_x m x p a z) (flow_jac_p m x p a z).
Proof.
  move=> z0; have W : neurons_of (joined a z) = a /\ gates_of (joined a z) = z.
    by split; apply: functional_extensionality => i; [exact: joined_l | exact: joined_r].
  apply: functional_extensionality => j.
  have := symmetric_jac_E m x p pos int eqm (joined a z) j; cbv zeta; rewrite -/S => E.
  have F : flat p (joined a z) = z by rewrite flat_tangent ?(proj2 W).
  by rewrite [LHS]E /jac F (proj1 W).
Qed.

Lemma S_sym i j : S i j = S j i.
Proof. exact: symmetric_jac_sym. Qed.

Lemma flow_jac_0 : (forall i, flow_jac_x m x p (fun _ => 0) (fun _ => 0) i = 0) /\
  (forall mu, flow_jac_p m x p (fun _ => 0) (fun _ => 0) mu = 0).
Proof.
  have [A B] := flow_jacobian_unique m x p _ _ _ _ p0 (flow_jacobian_0 m x p).
  by rewrite -A -B.
Qed.

Let scale := sqrt (INR K * tau_p m).
Let scale_gt0 : 0 < scale.
Proof. by apply: sqrt_lt_R0; apply: Rmult_lt_0_compat; [exact: INR_gt0 | exact: pos_tau_p]. Qed.

Lemma root_gain mu : root (rshift N mu) * sqrt (p mu) = scale.
Proof.
  have := p0 mu => pm; have k0 := INR_gt0 K0; have tp := pos_tau_p m pos.
  rewrite /root /weights joined_r -sqrt_mult_alt; last by left; apply: Rdiv_lt_0_compat => //; exact: Rmult_lt_0_compat.
  by rewrite /scale; congr sqrt; field; lra.
Qed.

Lemma dot_normal a z : dot normal (scaled a z) = scale * sum z.
Proof.
  rewrite /dot sum_cat sum_eq0 => [|i]; last by rewrite /normal joined_l; ring.
  rewrite Rplus_0_l -sum_scal_l; apply: sum_ext => mu.
  by rewrite /normal /scaled !joined_r -(root_gain mu); ring.
Qed.

Lemma normal_unit : dot normal normal = 1.
Proof.
  rewrite /dot sum_cat sum_eq0 => [|i]; last by rewrite /normal joined_l; ring.
  rewrite Rplus_0_l -(proj2 int); apply: sum_ext => mu; rewrite /normal joined_r.
  by apply: sqrt_sqrt; left.
Qed.

Lemma normal_flat : normal = scaled (fun _ => 0) (fun mu => p mu / scale).
Proof.
  apply: functional_extensionality => j; rewrite /normal /scaled /joined -[j]splitK unsplitK.
  case: (split j) => i /=; first ring.
  have := root_gain i => E; have s := scale_gt0; have r := root_gt0 (rshift N i).
  have pm := p0 i; have sp := sqrt_lt_R0 _ pm.
  rewrite -{2}(sqrt_sqrt (p i)); last lra.
  have -> : root (rshift N i) * (sqrt (p i) * sqrt (p i) / scale)
    = root (rshift N i) * sqrt (p i) * (sqrt (p i) / scale) by rewrite /Rdiv; ring.
  by rewrite E; field; lra.
Qed.

Lemma normal_eigen i : mulmv S normal i = 0 * normal i.
Proof.
  rewrite Rmult_0_l normal_flat.
  have := symmetric_jac_E m x p pos int eqm (joined (fun _ => 0) (fun mu => p mu / scale)) i; cbv zeta; rewrite -/S => E.
  rewrite [LHS]E; set w := joined _ _.
  have G : gates_of w = fun mu => p mu / scale by apply: functional_extensionality => mu; exact: joined_r.
  have F : flat p w = fun _ => 0.
    apply: functional_extensionality => mu; rewrite /flat /project G sum_div (proj2 int) /Rdiv; ring.
  have A : neurons_of w = fun _ => 0 by apply: functional_extensionality => k; exact: joined_l.
  have [X P] := flow_jac_0; rewrite /jac F A /joined; case: (split i) => k; rewrite ?X ?P; ring.
Qed.

(** An orthonormal eigenbasis whose first member is the normal. *)
Lemma adapted_basis : exists (q : nat -> vec (N + K)) (e : nat -> R),
  eigen_upto S (N + K) q e /\ q 0%N = normal /\ e 0%N = 0.
Proof.
  have one : eigen_upto S 1 (fun _ => normal) (fun _ => 0).
    split; first by move=> i j; rewrite !ltnS !leqn0 => /eqP -> /eqP ->; rewrite normal_unit.
    by move=> j _; exact: normal_eigen.
  have [||q [e [E same]]] := eigen_extend S 1 _ _ (N + K) S_sym one.
  - by rewrite addn_gt0 K0 orbT.
  - by [].
  by exists q, e; split=> //; exact: same.
Qed.

Lemma tangent_of v : dot normal v = 0 -> sum (gains_part v) = 0.
Proof.
  rewrite -{1}(scaled_parts v) dot_normal => /Rmult_integral [] //.
  by have := scale_gt0; lra.
Qed.

(** Eigenvectors of S in the tangent space are eigenvectors of the flow. *)
Lemma eigen_flow v lam : dot normal v = 0 -> (forall j, mulmv S v j = lam * v j) ->
  is_flow_jacobian m x p (neurons_part v) (gains_part v)
    (fun i => lam * neurons_part v i) (fun mu => lam * gains_part v mu).
Proof.
  move=> t E; have T := tangent_of v t; have J := scaled_jac (neurons_part v) (gains_part v) T.
  rewrite scaled_parts in J.
  have [X P] := parts_scaled (flow_jac_x m x p (neurons_part v) (gains_part v)) (flow_jac_p m x p (neurons_part v) (gains_part v)).
  rewrite -J in X P; have [C D] := flow_jacobian_is m x p (neurons_part v) (gains_part v) p0.
  split=> i; evar_last.
  - exact: C.
  - by rewrite -X /neurons_part E /Rdiv; ring.
  - exact: D.
  - by rewrite -P /gains_part E /Rdiv; ring.
Qed.

Lemma hessian_scaled a z a' z' : sum z = 0 -> sum z' = 0 ->
  is_energy_hessian m x p a z a' z' (- dot (mulmv S (scaled a z)) (scaled a' z')).
Proof. by move=> t t'; rewrite scaled_jac // dot_scaled; exact: hessian_is. Qed.

Lemma hessian_value a z a' z' h : is_energy_hessian m x p a z a' z' h -> sum z = 0 -> sum z' = 0 ->
  h = - dot (mulmv S (scaled a z)) (scaled a' z').
Proof.
  by move=> H t t'; rewrite -(is_derive_unique _ _ _ H); apply: is_derive_unique; exact: hessian_scaled.
Qed.

Lemma scaled_sum d (c : vec d) (a : 'I_d -> vec N) (z : 'I_d -> vec K) :
  scaled (fun i => sum (fun j => c j * a j i)) (fun mu => sum (fun j => c j * z j mu))
  = fun k => sum (fun j => c j * scaled (a j) (z j) k).
Proof.
  apply: functional_extensionality => k; rewrite /scaled /joined; case: (split k) => i;
    by rewrite -sum_scal_l; apply: sum_ext => j; ring.
Qed.

Lemma tangent_sum d (c : vec d) (z : 'I_d -> vec K) : (forall j, sum (z j) = 0) ->
  sum (fun mu => sum (fun j => c j * z j mu)) = 0.
Proof. by move=> t; rewrite sum_swap; apply: sum_eq0 => j; rewrite sum_scal_l t; ring. Qed.

(** A basis of the tangent space that diagonalises the metric, the Jacobian and the Hessian. *)
Lemma flow_basis : exists (a : 'I_(N + K).-1 -> vec N) (z : 'I_(N + K).-1 -> vec K) (lambda : vec (N + K).-1),
  (forall j, sum (z j) = 0) /\
  (forall i j, flow_metric m x p (a i) (z i) (a j) (z j) = kdelta i j) /\
  (forall (b : vec N) (w : vec K), sum w = 0 -> exists c : vec (N + K).-1,
     (forall i, b i = sum (fun j => c j * a j i)) /\ (forall mu, w mu = sum (fun j => c j * z j mu))) /\
  (forall j, is_flow_jacobian m x p (a j) (z j) (fun i => lambda j * a j i) (fun mu => lambda j * z j mu)) /\
  (forall i j, is_energy_hessian m x p (a i) (z i) (a j) (z j) (- (lambda i * kdelta i j))).
Proof.
  have [q [e [[on eig] [q0 e0]]]] := adapted_basis; have nk : (0 < N + K)%N by rewrite addn_gt0 K0 orbT.
  have lt (j : 'I_(N + K).-1) : (j.+1 < N + K)%N by rewrite -[X in (_ < X)%N](prednK nk) ltnS.
  have tan (j : 'I_(N + K).-1) : dot normal (q j.+1) = 0 by rewrite -q0 on.
  have T (j : 'I_(N + K).-1) := tangent_of _ (tan j).
  have D (i j : 'I_(N + K).-1) : dot (q i.+1) (q j.+1) = kdelta i j by rewrite on // /kdelta -val_eqE.
  exists (fun j => neurons_part (q j.+1)), (fun j => gains_part (q j.+1)), (fun j => e j.+1).
  split; first exact: T.
  split; first by move=> i j; rewrite -dot_scaled !scaled_parts.
  split; last split.
  - move=> b w w0; exists (fun j => dot (q j.+1) (scaled b w)).
    have V : scaled b w = fun k => sum (fun j : 'I_(N + K).-1 => dot (q j.+1) (scaled b w) * q j.+1 k).
      apply: functional_extensionality => k.
      have := residual_full q (scaled b w) on k; rewrite /residual.
      rewrite (sum_shift (fun j => dot (q j) (scaled b w) * q j k)) // q0 dot_normal w0; lra.
    have [A B] := parts_scaled b w; split=> i.
    + rewrite -{1}A {1}V /neurons_part /Rdiv -sum_scal_r; apply: sum_ext => j; ring.
    + rewrite -{1}B {1}V /gains_part /Rdiv -sum_scal_r; apply: sum_ext => j; ring.
  - by move=> j; apply: eigen_flow => // k; apply: eig.
  - move=> i j; evar_last; first by apply: hessian_scaled; exact: T.
    rewrite !scaled_parts (dot_ext _ (fun k => e i.+1 * q i.+1 k) _ (q j.+1)) //; last by move=> k; exact: eig.
    by rewrite dot_scal_l D.
Qed.

(** ** As many unstable directions as the Hessian has negative ones *)
Section Count.
Variable d : nat.

Definition independent_family (a : 'I_d -> vec N) (z : 'I_d -> vec K) : Prop :=
  forall c : vec d, (forall i, sum (fun j => c j * a j i) = 0) -> (forall mu, sum (fun j => c j * z j mu) = 0) ->
  forall j, c j = 0.

Lemma index_unstable (a : 'I_d -> vec N) (z : 'I_d -> vec K) (lambda : vec d) :
  (forall j, sum (z j) = 0) -> (forall j, 0 < lambda j) ->
  (forall j, is_flow_jacobian m x p (a j) (z j) (fun i => lambda j * a j i) (fun mu => lambda j * z j mu)) ->
  independent_family a z ->
  forall c : vec d, (exists j, c j <> 0) -> exists h,
    is_energy_hessian m x p (fun i => sum (fun j => c j * a j i)) (fun mu => sum (fun j => c j * z j mu))
      (fun i => sum (fun j => c j * a j i)) (fun mu => sum (fun j => c j * z j mu)) h /\ h < 0.
Proof.
  move=> t l0 J ind c ne; have [q [e basis]] := spectral S S_sym; have T := tangent_sum d c z t.
  eexists; split; first exact: (hessian_scaled _ _ _ _ T T).
  rewrite scaled_sum; set u := fun k => sum _.
  have eig j k : mulmv S (scaled (a j) (z j)) k = lambda j * scaled (a j) (z j) k.
    have [X P] := flow_jacobian_unique m x p _ _ _ _ p0 (J j).
    rewrite scaled_jac // -X -P /scaled /joined; case: (split k) => i; ring.
  rewrite dot_sym (quadratic_modes S q e basis S_sym).
  (* a mode that is not unstable does not occur *)
  have off k : e k <= 0 -> dot (q k) u = 0.
    move=> ek; rewrite /u /dot (sum_ext _ (fun i => sum (fun j => c j * (q k i * scaled (a j) (z j) i)))); last first.
      by move=> i; rewrite -sum_scal_l; apply: sum_ext => j; ring.
    rewrite sum_swap; apply: sum_eq0 => j; rewrite sum_scal_l -/(dot (q k) (scaled (a j) (z j))).
    have E := mode_mulmv S q e basis S_sym k (scaled (a j) (z j)).
    rewrite (dot_ext _ (q k) _ (fun i => lambda j * scaled (a j) (z j) i)) // dot_scal_r in E.
    have : (lambda j - e k) * dot (q k) (scaled (a j) (z j)) = 0 by lra.
    by case/Rmult_integral => [|->]; [have := l0 j; lra | ring].
  have g k : 0 <= e k * dot (q k) u ^ 2.
    case: (Rle_lt_dec (e k) 0) => ek; first by rewrite off // /= Rmult_0_l Rmult_0_r; lra.
    by apply: Rmult_le_pos; [lra | exact: pow2_ge_0].
  case: (sum_ge0 _ g) => [|Z]; first lra.
  exfalso; have z0 k : dot (q k) u = 0.
    case: (Rle_lt_dec (e k) 0) => ek; first exact: off.
    have := sum_ge0_eq0 _ g (esym Z) k => /Rmult_integral [|h]; first lra.
    by apply: Rsqr_0_uniq; rewrite Rsqr_pow2.
  have u0 k : u k = 0.
    by rewrite (expansion S q e basis); apply: sum_eq0 => l; rewrite z0; ring.
  have U : scaled (fun i => sum (fun j => c j * a j i)) (fun mu => sum (fun j => c j * z j mu)) = u.
    exact: scaled_sum.
  case: ne => j; apply; apply: ind => i.
    have := u0 (lshift K i); rewrite -U /scaled joined_l => /Rmult_integral [] //.
    by have := root_gt0 (lshift K i); lra.
  have := u0 (rshift N i); rewrite -U /scaled joined_r => /Rmult_integral [] //.
  by have := root_gt0 (rshift N i); lra.
Qed.

Lemma index_negative (b : 'I_d -> vec N) (w : 'I_d -> vec K) :
  (forall j, sum (w j) = 0) ->
  (forall c : vec d, (exists j, c j <> 0) -> exists h,
    is_energy_hessian m x p (fun i => sum (fun j => c j * b j i)) (fun mu => sum (fun j => c j * w j mu))
      (fun i => sum (fun j => c j * b j i)) (fun mu => sum (fun j => c j * w j mu)) h /\ h < 0) ->
  exists (a : 'I_d -> vec N) (z : 'I_d -> vec K) (lambda : vec d),
    (forall j, sum (z j) = 0) /\ (forall j, 0 < lambda j) /\
    (forall j, is_flow_jacobian m x p (a j) (z j) (fun i => lambda j * a j i) (fun mu => lambda j * z j mu)) /\
    independent_family a z.
Proof.
  move=> t H; have [q [e basis]] := spectral S S_sym.
  have le := @positive_count _ d S q e (fun j => scaled (b j) (w j)) basis S_sym.
  have {}le : (d <= #|[pred k | Rlt_dec 0 (e k)]|)%N.
    apply: le => c /H [h [Hh neg]]; have T := tangent_sum d c w t.
    have := hessian_value _ _ _ _ _ Hh T T; rewrite scaled_sum dot_sym; lra.
  pose s (j : 'I_d) := enum_val (widen_ord le j).
  have sinj i j : s i = s j -> i = j.
    by move=> /enum_val_inj h; apply: val_inj; have := f_equal val h.
  have s0 j : 0 < e (s j).
    by have := enum_valP (widen_ord le j); rewrite -/(s j) inE; case: (Rlt_dec 0 (e (s j))).
  have [on eig] := basis.
  have tan j : dot normal (q (s j)) = 0.
    have := mode_mulmv S q e basis S_sym (s j) normal.
    rewrite (dot_ext _ (q (s j)) _ (fun i => 0 * normal i)) //; last exact: normal_eigen.
    rewrite dot_scal_r Rmult_0_l => /esym /Rmult_integral [|h]; first by have := s0 j; lra.
    by rewrite dot_sym.
  exists (fun j => neurons_part (q (s j))), (fun j => gains_part (q (s j))), (fun j => e (s j)).
  split; first by move=> j; exact: tangent_of.
  split=> //; split; first by move=> j; apply: eigen_flow => // k; exact: eig.
  move=> c X P j.
  have Z k : sum (fun i => c i * q (s i) k) = 0.
    have E := scaled_sum d c (fun i => neurons_part (q (s i))) (fun i => gains_part (q (s i))).
    have := f_equal (fun v => v k) E; rewrite /= (sum_ext _ (fun i => c i * q (s i) k)); last by move=> i; rewrite scaled_parts.
    move=> <-; rewrite /scaled /joined; case: (split k) => i; rewrite ?X ?P; ring.
  have : dot (q (s j)) (fun k => sum (fun i => c i * q (s i) k)) = 0.
    by rewrite /dot; apply: sum_eq0 => k; rewrite Z; ring.
  rewrite /dot (sum_ext _ (fun k => sum (fun i => c i * (q (s j) k * q (s i) k)))); last first.
    by move=> k; rewrite -sum_scal_l; apply: sum_ext => i; ring.
  rewrite sum_swap (sum_ext _ (fun i => c i * kdelta j i)); first by rewrite sum_kdelta_r.
  move=> i; rewrite sum_scal_l -/(dot (q (s j)) (q (s i))) on; congr (_ * _).
  rewrite /kdelta; case: (altP (j =P i)) => [->|ne]; first by rewrite eqxx.
  by case: eqP => // /sinj E; rewrite E eqxx in ne.
Qed.
End Count.
End Index.
