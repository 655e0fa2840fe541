(** * The neuron-astrocyte memory: descent of its energy, and the elimination *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Hopfield defs.NeuronAstrocyte.
From Gatedmem Require Import lib.Sums lib.AstrocyteFlow lib.AstrocyteBounds.

Open Scope R_scope.

Section Sum2.
Context {m n : nat}.
Implicit Types a b : mat m n.

Lemma sum2_ext a b : (forall i j, a i j = b i j) -> sum2 a = sum2 b.
Proof. by move=> e; apply: sum_ext => i; apply: sum_ext => j. Qed.
Lemma sum2_plus a b : sum2 (fun i j => a i j + b i j) = sum2 a + sum2 b.
Proof. by rewrite /sum2 -sum_plus; apply: sum_ext => i; rewrite sum_plus. Qed.
Lemma sum2_scal c a : sum2 (fun i j => c * a i j) = c * sum2 a.
Proof. by rewrite /sum2 -sum_scal_l; apply: sum_ext => i; rewrite sum_scal_l. Qed.
Lemma sum2_opp a : sum2 (fun i j => - a i j) = - sum2 a.
Proof. by rewrite /sum2 -sum_opp; apply: sum_ext => i; rewrite sum_opp. Qed.
Lemma sum2_ge0 a : (forall i j, 0 <= a i j) -> 0 <= sum2 a.
Proof. by move=> h; apply: sum_ge0 => i; apply: sum_ge0 => j. Qed.
Lemma is_derive_sum2 (f : 'I_m -> 'I_n -> R -> R) t a :
  (forall i j, is_derive (f i j) t (a i j)) -> is_derive (fun h => sum2 (fun i j => f i j h)) t (sum2 a).
Proof. by move=> h; apply: is_derive_sum => i; apply: is_derive_sum => j. Qed.
End Sum2.

Lemma sum2_swap {m n m' n'} (a : 'I_m -> 'I_n -> 'I_m' -> 'I_n' -> R) :
  sum2 (fun i j => sum2 (fun k l => a i j k l)) = sum2 (fun k l => sum2 (fun i j => a i j k l)).
Proof.
  rewrite /sum2 (sum_ext _ (fun i => sum (fun k => sum (fun l => sum (fun j => a i j k l))))).
    rewrite sum_swap; apply: sum_ext => k; rewrite sum_swap; apply: sum_ext => l; exact: sum_ext.
  move=> i; rewrite sum_swap; apply: sum_ext => k; exact: sum_swap.
Qed.

Lemma is_derive_prod (f g : R -> R) t df dg :
  is_derive f t df -> is_derive g t dg -> is_derive (fun h => f h * g h) t (df * g t + f t * dg).
Proof. by move=> F G; apply: is_derive_mult => // a b; exact: Rmult_comm. Qed.

Section Network.
Context {N : nat} (w : na_network N).
Notation phi_ := (phi_n w). Notation g_ := (g_s w). Notation psi_ := (psi_a w).

(** Rate of change of the energy along any differentiable curve. *)
Lemma energy_rate (x : R -> vec N) (s p : R -> mat N N) t dx ds dp :
  is_triple (neuron w) -> is_triple (synapse w) -> is_triple (process w) ->
  (forall i, is_derive (fun h => x h i) t (dx i)) ->
  (forall i j, is_derive (fun h => s h i j) t (ds i j)) ->
  (forall i j, is_derive (fun h => p h i j) t (dp i j)) ->
  is_derive (fun h => na_energy w (x h) (s h) (p h)) t
    (sum (fun i => deriv (neuron w) (x t i) * dx i *
       (leak_n w * x t i - input_n w i
        - / 2 * sum (fun j => (g_ (s t) i j + g_ (s t) j i) * phi_ (x t) j)))
     + / 2 * sum2 (fun i j => deriv (synapse w) (s t i j) * ds i j *
         (leak_s w * s t i j - input_s w i j - phi_ (x t) i * phi_ (x t) j - psi_ (p t) i j))
     + / 2 * sum2 (fun i j => deriv (process w) (p t i j) * dp i j *
         (leak_a w * p t i j - input_a w i j - g_ (s t) i j
          - / 2 * sum2 (fun k l => (tensor w i j k l + tensor w k l i j) * psi_ (p t) k l)))).
Proof.
  move=> Tn Ts Tp Dx Ds Dp.
  have chain (a : activation_triple) (y : R -> R) dy : is_triple a -> is_derive y t dy ->
      is_derive (fun h => act a (y h)) t (deriv a (y t) * dy) /\
      is_derive (fun h => prim a (y h)) t (act a (y t) * dy).
    move=> Ta D; split; evar_last.
    - by apply: (is_derive_comp (act a)); [exact: (Ta (y t)).2.1 | exact: D].
    - by rewrite /scal /= /mult /= Rmult_comm.
    - by apply: (is_derive_comp (prim a)); [exact: (Ta (y t)).1 | exact: D].
    - by rewrite /scal /= /mult /= Rmult_comm.
  pose df i := deriv (neuron w) (x t i) * dx i.
  pose dg i j := deriv (synapse w) (s t i j) * ds i j.
  pose dq i j := deriv (process w) (p t i j) * dp i j.
  have Af i : is_derive (fun h => phi_ (x h) i) t (df i) by exact: (chain _ _ _ Tn (Dx i)).1.
  have Ag i j : is_derive (fun h => g_ (s h) i j) t (dg i j) by exact: (chain _ _ _ Ts (Ds i j)).1.
  have Aq i j : is_derive (fun h => psi_ (p h) i j) t (dq i j) by exact: (chain _ _ _ Tp (Dp i j)).1.
  have leg (a : activation_triple) (y : R -> R) dy : is_triple a -> is_derive y t dy ->
      is_derive (fun h => y h * act a (y h) - prim a (y h)) t (deriv a (y t) * dy * y t).
    move=> Ta D; have [D1 D2] := chain a y dy Ta D; evar_last.
      by apply: is_derive_minus; [apply: is_derive_prod; [exact: D | exact: D1] | exact: D2].
    by rewrite /minus /plus /opp /=; ring.
  have Ac i j : is_derive (fun h => contract w (psi_ (p h)) i j) t (contract w dq i j).
    by apply: is_derive_sum2 => k l; apply: is_derive_scal.
  rewrite /na_energy; evar_last.
    apply: is_derive_minus; first apply: is_derive_minus; first apply: is_derive_minus;
      first apply: is_derive_plus; first apply: is_derive_plus; first apply: is_derive_minus.
    - by apply: is_derive_scal; apply: is_derive_sum => i; apply: leg.
    - by apply: is_derive_sum => i; apply: is_derive_scal.
    - apply: is_derive_scal; apply: is_derive_minus.
        by apply: is_derive_scal; apply: is_derive_sum2 => i j; apply: leg.
      by apply: is_derive_sum2 => i j; apply: is_derive_scal.
    - apply: is_derive_scal; apply: is_derive_minus.
        by apply: is_derive_scal; apply: is_derive_sum2 => i j; apply: leg.
      by apply: is_derive_sum2 => i j; apply: is_derive_scal.
    - apply: is_derive_scal; apply: is_derive_sum2 => i j; apply: is_derive_prod; first exact: Ag.
      by apply: is_derive_prod; exact: Af.
    - by apply: is_derive_scal; apply: is_derive_sum2 => i j; apply: is_derive_prod; [exact: Ag | exact: Aq].
    - by apply: is_derive_scal; apply: is_derive_sum2 => i j; apply: is_derive_prod; [exact: Aq | exact: Ac].
  rewrite /minus /plus /opp /=.
  (* the three places where a symmetric sum is folded *)
  have E1 : sum2 (fun i j => dg i j * (phi_ (x t) i * phi_ (x t) j) +
       g_ (s t) i j * (df i * phi_ (x t) j + phi_ (x t) i * df j))
    = sum2 (fun i j => dg i j * (phi_ (x t) i * phi_ (x t) j))
      + sum (fun i => df i * sum (fun j => (g_ (s t) i j + g_ (s t) j i) * phi_ (x t) j)).
    rewrite sum2_plus; congr (_ + _).
    rewrite (sum2_ext _ (fun i j => df i * (g_ (s t) i j * phi_ (x t) j) + df j * (g_ (s t) i j * phi_ (x t) i))); last first.
      by move=> i j; ring.
    rewrite sum2_plus /sum2 (sum_swap (fun i j => df j * _)) -sum_plus; apply: sum_ext => i.
    by rewrite -sum_plus -sum_scal_l; apply: sum_ext => j; ring.
  have E2 : sum2 (fun i j => dq i j * contract w (psi_ (p t)) i j + psi_ (p t) i j * contract w dq i j)
    = sum2 (fun i j => dq i j * sum2 (fun k l => (tensor w i j k l + tensor w k l i j) * psi_ (p t) k l)).
    have -> : sum2 (fun i j => dq i j * sum2 (fun k l => (tensor w i j k l + tensor w k l i j) * psi_ (p t) k l))
       = sum2 (fun i j => sum2 (fun k l => dq i j * (tensor w i j k l * psi_ (p t) k l)))
         + sum2 (fun i j => sum2 (fun k l => dq i j * (tensor w k l i j * psi_ (p t) k l))).
      rewrite -sum2_plus; apply: sum2_ext => i j; rewrite -sum2_plus -sum2_scal; apply: sum2_ext => k l; ring.
    rewrite sum2_plus (sum2_swap (fun i j k l => dq i j * (tensor w k l i j * psi_ (p t) k l))).
    congr (_ + _); apply: sum2_ext => i j; rewrite -sum2_scal; apply: sum2_ext => k l; ring.
  rewrite -/df -/dg -/dq E1 E2 sum2_plus.
  have S1 (a b c : vec N) : sum (fun i => df i * (leak_n w * a i - b i - / 2 * c i))
     = leak_n w * sum (fun i => df i * a i) - sum (fun i => b i * df i) - / 2 * sum (fun i => df i * c i).
    by rewrite -!sum_scal_l -!sum_minus; apply: sum_ext => i; ring.
  rewrite (S1 (fun i => x t i) (fun i => input_n w i)).
  have S2 : sum2 (fun i j => dg i j * (leak_s w * s t i j - input_s w i j - phi_ (x t) i * phi_ (x t) j - psi_ (p t) i j))
    = leak_s w * sum2 (fun i j => dg i j * s t i j) - sum2 (fun i j => input_s w i j * dg i j)
      - sum2 (fun i j => dg i j * (phi_ (x t) i * phi_ (x t) j)) - sum2 (fun i j => dg i j * psi_ (p t) i j).
    by rewrite /Rminus -sum2_scal -!sum2_opp -!sum2_plus; apply: sum2_ext => i j; ring.
  have S3 (c : mat N N) : sum2 (fun i j => dq i j * (leak_a w * p t i j - input_a w i j - g_ (s t) i j - / 2 * c i j))
    = leak_a w * sum2 (fun i j => dq i j * p t i j) - sum2 (fun i j => input_a w i j * dq i j)
      - sum2 (fun i j => g_ (s t) i j * dq i j) - / 2 * sum2 (fun i j => dq i j * c i j).
    by rewrite /Rminus -!sum2_scal -!sum2_opp -!sum2_plus; apply: sum2_ext => i j; ring.
  by rewrite S2 S3 /df /dg /dq; field.
Qed.

Lemma na_descent (x : R -> vec N) (s p : R -> mat N N) t : regular_network w -> swap_pairs w ->
  symmetric (s t) -> na_follows w x s p t ->
  is_derive (fun h => na_energy w (x h) (s h) (p h)) t (- na_dissipation w (x t) (s t) (p t)).
Proof.
  move=> [Tn [Ts [Tp [_ [_ [tn [ts [ta _]]]]]]]] swap sym [Dx [Ds Dp]]; evar_last; first exact: energy_rate Tn Ts Tp Dx Ds Dp.
  have split3 a b c a' b' c' : a = - a' -> b = - b' -> c = - c' ->
    a + / 2 * b + / 2 * c = - (a' + / 2 * b' + / 2 * c') by move=> -> -> ->; ring.
  apply: split3.
  - rewrite -sum_scal_l -sum_opp; apply: sum_ext => i.
    have -> : / 2 * sum (fun j => (g_ (s t) i j + g_ (s t) j i) * phi_ (x t) j) = sum (fun j => g_ (s t) i j * phi_ (x t) j).
      by rewrite -sum_scal_l; apply: sum_ext => j; rewrite /g_s (sym j i); field.
    by rewrite /velocity_n; field; lra.
  - by rewrite -sum2_scal -sum2_opp; apply: sum2_ext => i j; rewrite /velocity_s; field; lra.
  - rewrite -sum2_scal -sum2_opp; apply: sum2_ext => i j.
    have -> : / 2 * sum2 (fun k l => (tensor w i j k l + tensor w k l i j) * psi_ (p t) k l) = contract w (psi_ (p t)) i j.
      by rewrite -sum2_scal; apply: sum2_ext => k l; rewrite (swap k l); field.
    by rewrite /velocity_a; field; lra.
Qed.

Lemma na_dissipation_ge0 x s p : regular_network w -> 0 <= na_dissipation w x s p.
Proof.
  move=> [Tn [Ts [Tp [_ [_ [tn [ts [ta _]]]]]]]].
  have P a u v : is_triple a -> 0 <= deriv a u * v ^ 2.
    by move=> Ta; apply: Rmult_le_pos; [exact: (Ta u).2.2 | exact: pow2_ge_0].
  have A := sum_ge0 (fun i => deriv (neuron w) (x i) * velocity_n w x s i ^ 2) (fun i => P _ _ _ Tn).
  have B := sum2_ge0 (fun i j => deriv (synapse w) (s i j) * velocity_s w x s p i j ^ 2) (fun i j => P _ _ _ Ts).
  have C := sum2_ge0 (fun i j => deriv (process w) (p i j) * velocity_a w s p i j ^ 2) (fun i j => P _ _ _ Tp).
  rewrite /na_dissipation; nra.
Qed.

(** Symmetric at the start, symmetric for ever. *)
Lemma na_symmetric (x : R -> vec N) (s p : R -> mat N N) : regular_network w -> swap_first w ->
  symmetric (input_s w) -> symmetric (input_a w) -> na_solution w x s p ->
  symmetric (s 0) -> symmetric (p 0) -> forall t, 0 <= t -> symmetric (s t) /\ symmetric (p t).
Proof.
  move=> [Tn [Ts [Tp [[Lg Hg] [[Lq Hq] [tn [ts [ta [ls la]]]]]]]]] swap cs ca [_ [Cs [Cp F]]] s0 p0.
  suff H i j t : 0 <= t -> s t i j = s t j i /\ p t i j = p t j i.
    by move=> t t0; split=> i j; have [] := H i j t t0.
  pose u h := s h i j - s h j i; pose v h := p h i j - p h j i.
  pose C := Rabs Lq / tau_s w + Rabs Lg / tau_a w.
  have its := Rinv_0_lt_compat _ ts; have ita := Rinv_0_lt_compat _ ta.
  have C0 : 0 <= C by rewrite /C /Rdiv; have := Rabs_pos Lq; have := Rabs_pos Lg; nra.
  pose q h := exp (- C * h) * (u h * u h + v h * v h).
  have Cu : continuous_from0 u by apply: from0_minus.
  have Cv : continuous_from0 v by apply: from0_minus.
  have Cq : continuous_from0 q.
    by apply: from0_mult; [exact: from0_exp | apply: from0_plus; apply: from0_mult].
  pose du h := (- (leak_s w * u h) + (psi_ (p h) i j - psi_ (p h) j i)) / tau_s w.
  pose dv h := (- (leak_a w * v h) + (g_ (s h) i j - g_ (s h) j i)) / tau_a w.
  have Du h : 0 < h -> is_derive u h (du h).
    move=> h0; have [_ [Fs _]] := F h h0; evar_last; first by apply: is_derive_minus; exact: Fs.
    by rewrite /minus /plus /opp /= /velocity_s /du /u (cs i j); field; lra.
  have Dv h : 0 < h -> is_derive v h (dv h).
    move=> h0; have [_ [_ Fp]] := F h h0; evar_last; first by apply: is_derive_minus; exact: Fp.
    have -> : velocity_a w (s h) (p h) j i = (- (leak_a w * p h j i) + contract w (psi_ (p h)) i j + g_ (s h) j i + input_a w i j) / tau_a w.
      rewrite /velocity_a (ca j i) (_ : contract w (psi_ (p h)) j i = contract w (psi_ (p h)) i j) //.
      by apply: sum2_ext => k l; rewrite swap.
    by rewrite /minus /plus /opp /= /velocity_a /dv /v; field; lra.
  pose dq h := exp (- C * h) * (2 * (u h * du h + v h * dv h) - C * (u h * u h + v h * v h)).
  have Dq h : 0 < h -> is_derive q h (dq h).
    move=> h0; evar_last.
      apply: is_derive_prod; last by apply: is_derive_plus; apply: is_derive_prod; try exact: (Du h h0); exact: (Dv h h0).
      by apply: (is_derive_comp exp); [exact: is_derive_exp | apply: is_derive_scal; exact: is_derive_id].
    by rewrite /dq /plus /scal /= /mult /= /one /=; ring.
  have neg h : 0 < h -> dq h <= 0.
    move=> h0; rewrite /dq; have P := exp_pos (- C * h).
    suff : 2 * (u h * du h + v h * dv h) <= C * (u h * u h + v h * v h) by nra.
    have ab a b L : Rabs b <= L * Rabs a -> 0 <= Rabs a -> True by [].
    have cross a b y L : Rabs y <= L * Rabs b -> 2 * (a * y) <= Rabs L * (a * a + b * b).
      move=> hy; have h1 : a * y <= Rabs a * Rabs y by rewrite -Rabs_mult; exact: Rle_abs.
      have h2 : Rabs y <= Rabs L * Rabs b.
        by apply: Rle_trans hy _; apply: Rmult_le_compat_r; [exact: Rabs_pos | exact: Rle_abs].
      have h3 : Rabs a * Rabs y <= Rabs a * (Rabs L * Rabs b) by apply: Rmult_le_compat_l; [exact: Rabs_pos|].
      have ea : a * a = Rabs a * Rabs a by rewrite -Rabs_mult Rabs_pos_eq //; exact: Rle_0_sqr.
      have eb : b * b = Rabs b * Rabs b by rewrite -Rabs_mult Rabs_pos_eq //; exact: Rle_0_sqr.
      have L0 := Rabs_pos L; have h4 := Rle_0_sqr (Rabs a - Rabs b); rewrite /Rsqr in h4.
      rewrite ea eb; nra.
    have X := cross (u h) (v h) (psi_ (p h) i j - psi_ (p h) j i) Lq (Hq _ _).
    have Y := cross (v h) (u h) (g_ (s h) i j - g_ (s h) j i) Lg (Hg _ _).
    have X' := Rmult_le_compat_r (/ tau_s w) _ _ (Rlt_le _ _ its) X.
    have Y' := Rmult_le_compat_r (/ tau_a w) _ _ (Rlt_le _ _ ita) Y.
    have lu : 0 <= leak_s w * (u h * u h) * / tau_s w by apply: Rmult_le_pos; [apply: Rmult_le_pos => //; exact: Rle_0_sqr | lra].
    have lv : 0 <= leak_a w * (v h * v h) * / tau_a w by apply: Rmult_le_pos; [apply: Rmult_le_pos => //; exact: Rle_0_sqr | lra].
    rewrite /du /dv /C /Rdiv; lra.
  move=> t0; have := from0_decreasing q dq Cq Dq neg t t0.
  have -> : q 0 = 0 by rewrite /q /u /v (s0 i j) (p0 i j); ring.
  rewrite /q; have := exp_pos (- C * t); have := Rle_0_sqr (u t); have := Rle_0_sqr (v t); rewrite /Rsqr => v2 u2 P h.
  have z : u t * u t + v t * v t = 0 by apply: Rle_antisym; nra.
  have : u t = 0 by apply: Rsqr_0_uniq; rewrite /Rsqr; lra.
  have : v t = 0 by apply: Rsqr_0_uniq; rewrite /Rsqr; lra.
  by rewrite /u /v; split; lra.
Qed.

(** ** Elimination of synapses and processes *)

Lemma elimination (x : vec N) (s p : mat N N) :
  tau_s w <> 0 -> tau_a w <> 0 -> leak_n w = 1 -> leak_s w = 0 -> leak_a w = 0 ->
  (forall i, input_n w i = 0) -> (forall i j, input_s w i j = 0) -> (forall i j, input_a w i j = 0) ->
  (forall i j, velocity_s w x s p i j = 0) -> (forall i j, velocity_a w s p i j = 0) ->
  (forall i j, psi_ p i j = - (phi_ x i * phi_ x j)) /\
  (forall i j, g_ s i j = sum2 (fun k l => tensor w i j k l * (phi_ x k * phi_ x l))) /\
  (forall i, velocity_n w x s i =
     (- x i + sum (fun j => sum2 (fun k l => tensor w i j k l * (phi_ x j * phi_ x k * phi_ x l)))) / tau_n w) /\
  na_energy w x s p =
    sum (fun i => x i * phi_ x i - prim (neuron w) (x i))
    - / 4 * sum2 (fun i j => sum2 (fun k l => tensor w i j k l * (phi_ x i * phi_ x j * (phi_ x k * phi_ x l)))).
Proof.
  move=> ts ta ln1 ls0 la0 b0 c0 d0 Vs Va.
  have numer a b : b <> 0 -> a / b = 0 -> a = 0.
    by move=> nb /Rmult_integral [//|z]; have := Rinv_neq_0_compat _ nb.
  have P i j : psi_ p i j = - (phi_ x i * phi_ x j).
    by have := numer _ _ ts (Vs i j); rewrite ls0 c0; lra.
  have G i j : g_ s i j = sum2 (fun k l => tensor w i j k l * (phi_ x k * phi_ x l)).
    have := numer _ _ ta (Va i j); rewrite la0 d0 /contract.
    rewrite (sum2_ext _ (fun k l => - (tensor w i j k l * (phi_ x k * phi_ x l)))); last by move=> k l; rewrite P; ring.
    rewrite sum2_opp; lra.
  split=> //; split=> //; split=> [i|].
    rewrite /velocity_n ln1 b0; congr (_ / _); rewrite Rmult_1_l Rplus_0_r; congr (_ + _).
    by apply: sum_ext => j; rewrite G Rmult_comm -sum2_scal; apply: sum2_ext => k l; ring.
  rewrite /na_energy ln1 ls0 la0 (sum_eq0 (fun i => input_n w i * _)); last by move=> i; rewrite b0; ring.
  have Z (a q : mat N N) : (forall i j, a i j = 0) -> sum2 (fun i j => a i j * q i j) = 0.
    by move=> z; apply: sum_eq0 => i; apply: sum_eq0 => j; rewrite z; ring.
  rewrite (Z (input_s w)) // (Z (input_a w)) //.
  have -> : sum2 (fun i j => g_ s i j * psi_ p i j) = - sum2 (fun i j => g_ s i j * (phi_ x i * phi_ x j)).
    by rewrite -sum2_opp; apply: sum2_ext => i j; rewrite P; ring.
  have -> : sum2 (fun i j => psi_ p i j * contract w (psi_ p) i j)
    = sum2 (fun i j => sum2 (fun k l => tensor w i j k l * (phi_ x i * phi_ x j * (phi_ x k * phi_ x l)))).
    apply: sum2_ext => i j; rewrite /contract -sum2_scal; apply: sum2_ext => k l.
    by rewrite !P; ring.
  by field.
Qed.
End Network.

Section Hebbian.
Context {K N : nat} (c : R) (Xi : mat K N) (f : vec N).

Lemma hebbian_pair i j : sum2 (fun k l => hebbian_tensor c Xi i j k l * (f k * f l))
  = c * sum (fun mu => Xi mu i * Xi mu j * dot (Xi mu) f ^ 2).
Proof.
  rewrite -sum_scal_l (sum2_ext _ (fun k l => sum (fun mu => c * (Xi mu i * Xi mu j) * ((Xi mu k * f k) * (Xi mu l * f l))))); last first.
    by move=> k l; rewrite /hebbian_tensor Rmult_assoc -sum_scal_r -sum_scal_l; apply: sum_ext => mu; ring.
  rewrite /sum2 (sum_ext _ (fun k => sum (fun mu => sum (fun l => c * (Xi mu i * Xi mu j) * ((Xi mu k * f k) * (Xi mu l * f l)))))); last first.
    by move=> k; rewrite sum_swap.
  rewrite sum_swap; apply: sum_ext => mu.
  rewrite (sum_ext _ (fun k => c * (Xi mu i * Xi mu j) * (Xi mu k * f k * dot (Xi mu) f))); last first.
    by move=> k; rewrite /dot -!sum_scal_l.
  by rewrite sum_scal_l sum_scal_r -/(dot (Xi mu) f); ring.
Qed.

Lemma hebbian_drive i :
  sum (fun j => sum2 (fun k l => hebbian_tensor c Xi i j k l * (f j * f k * f l)))
  = c * sum (fun mu => Xi mu i * dot (Xi mu) f ^ 3).
Proof.
  rewrite (sum_ext _ (fun j => sum (fun mu => c * (Xi mu i * dot (Xi mu) f ^ 2) * (Xi mu j * f j)))).
    rewrite sum_swap -sum_scal_l; apply: sum_ext => mu; rewrite sum_scal_l -/(dot (Xi mu) f); ring.
  move=> j; rewrite (sum2_ext _ (fun k l => f j * (hebbian_tensor c Xi i j k l * (f k * f l)))); last by move=> k l; ring.
  by rewrite sum2_scal hebbian_pair -!sum_scal_l; apply: sum_ext => mu; ring.
Qed.

Lemma hebbian_energy :
  / 4 * sum2 (fun i j => sum2 (fun k l => hebbian_tensor c Xi i j k l * (f i * f j * (f k * f l))))
  = sum (fun mu => c * dot (Xi mu) f ^ 4 / 4).
Proof.
  rewrite (sum2_ext _ (fun i j => f i * sum2 (fun k l => hebbian_tensor c Xi i j k l * (f j * f k * f l)))); last first.
    by move=> i j; rewrite -sum2_scal; apply: sum2_ext => k l; ring.
  rewrite {1}/sum2 (sum_ext _ (fun i => sum (fun mu => c * dot (Xi mu) f ^ 3 * (Xi mu i * f i)))); last first.
    by move=> i; rewrite sum_scal_l hebbian_drive -!sum_scal_l; apply: sum_ext => mu; ring.
  rewrite sum_swap -sum_scal_l; apply: sum_ext => mu; rewrite sum_scal_l -/(dot (Xi mu) f); field.
Qed.
End Hebbian.

(** ** Through every point passes a curve with the velocity of the flow *)

Section Line.
Context {N : nat} (w : na_network N) (x : vec N) (s p : mat N N).

Definition line_n (h : R) : vec N := fun i => x i + h * velocity_n w x s i.
Definition line_s (h : R) : mat N N := fun i j => s i j + h * velocity_s w x s p i j.
Definition line_a (h : R) : mat N N := fun i j => p i j + h * velocity_a w s p i j.

Lemma line_at0 : line_n 0 = x /\ line_s 0 = s /\ line_a 0 = p.
Proof.
  split; first by apply: functional_extensionality => i; rewrite /line_n; ring.
  by split; apply: functional_extensionality => i; apply: functional_extensionality => j;
    rewrite /line_s /line_a; ring.
Qed.

Lemma na_line : na_follows w line_n line_s line_a 0.
Proof.
  have [e1 [e2 e3]] := line_at0; rewrite /na_follows e1 e2 e3.
  by split=> [i|]; last split=> i j; rewrite /line_n /line_s /line_a; auto_derive => //; ring.
Qed.
End Line.

(** ** Counterexamples, with two neurons and the identity as every activation *)

Definition identity : activation_triple := Triple (fun u => u) (fun _ => 1) (fun u => u * u / 2).

Lemma identity_ok : is_triple identity.
Proof.
  move=> u; split; first by rewrite /=; auto_derive => //; field.
  by split; [exact: is_derive_id | rewrite /=; lra].
Qed.

Lemma identity_lipschitz : is_lipschitz (act identity).
Proof. by exists 1 => u v; rewrite Rmult_1_l; apply: Rle_refl. Qed.

Definition linear_network (N : nat) (ta : R) (T : 'I_N -> 'I_N -> 'I_N -> 'I_N -> R) : na_network N :=
  NaNetwork N identity identity identity 0 0 0 1 1 ta (fun _ => 0) (fun _ _ => 0) (fun _ _ => 0) T.

Lemma linear_network_regular N ta T : 0 < ta -> regular_network (linear_network N ta T).
Proof.
  move=> ta0; do 3?(split; first exact: identity_ok); do 2?(split; first exact: identity_lipschitz).
  by rewrite /=; lra.
Qed.

(** A synapse matrix that is not symmetric. *)
Definition skew_synapses : mat 2 2 := fun i j =>
  if (i == ord0) && (j != ord0) then 4 else if (i != ord0) && (j == ord0) then -1 else 0.

(** A tensor with T_ijkl = T_jikl but not T_ijkl = T_klij. *)
Definition skew_tensor : 'I_2 -> 'I_2 -> 'I_2 -> 'I_2 -> R := fun i j k l =>
  if (i == j) && (k == l) then (if (i == ord0) && (k != ord0) then 8 else if (i != ord0) && (k == ord0) then -4 else 0)
  else 0.

Definition corner : mat 2 2 := fun i j => if (i == ord0) && (j == ord0) then 1 else 0.

Lemma asymmetric_synapses_rise : let w := linear_network 2 100 (fun _ _ _ _ => 0) in
  exists d, 0 < d /\ is_derive (fun h => na_energy w (line_n w (kdelta ord0) skew_synapses h)
    (line_s w (kdelta ord0) skew_synapses (fun _ _ => 0) h) (line_a w skew_synapses (fun _ _ => 0) h)) 0 d.
Proof.
  move=> w; have [F1 [F2 F3]] := na_line w (kdelta ord0) skew_synapses (fun _ _ => 0).
  have [e1 [e2 e3]] := line_at0 w (kdelta ord0) skew_synapses (fun _ _ => 0).
  have := energy_rate w _ _ _ 0 _ _ _ identity_ok identity_ok identity_ok F1 F2 F3.
  set d := (X in is_derive _ _ X) => D; exists d; split=> //; rewrite /d !e1 !e2 !e3.
  rewrite /sum2 !sum_n2 /velocity_n /velocity_s /velocity_a /contract /sum2 !sum_n2.
  rewrite /g_s /phi_n /psi_a /skew_synapses /kdelta /=; lra.
Qed.

Lemma asymmetric_tensor_rise : let w := linear_network 2 1 skew_tensor in
  exists d, 0 < d /\ is_derive (fun h => na_energy w (line_n w (fun _ => 0) (fun _ _ => 0) h)
    (line_s w (fun _ => 0) (fun _ _ => 0) corner h) (line_a w (fun _ _ => 0) corner h)) 0 d.
Proof.
  move=> w; have [F1 [F2 F3]] := na_line w (fun _ => 0) (fun _ _ => 0) corner.
  have [e1 [e2 e3]] := line_at0 w (fun _ => 0) (fun _ _ => 0) corner.
  have := energy_rate w _ _ _ 0 _ _ _ identity_ok identity_ok identity_ok F1 F2 F3.
  set d := (X in is_derive _ _ X) => D; exists d; split=> //; rewrite /d !e1 !e2 !e3.
  rewrite /sum2 !sum_n2 /velocity_n /velocity_s /velocity_a /contract /sum2 !sum_n2.
  by rewrite /g_s /phi_n /psi_a /corner /= /skew_tensor /=; lra.
Qed.

Lemma skew_tensor_first ta : swap_first (linear_network 2 ta skew_tensor).
Proof.
  move=> i j k l; rewrite /= /skew_tensor (eq_sym j i).
  by case: (eqVneq i j) => // ->.
Qed.

Lemma corner_sym : symmetric corner.
Proof. by move=> i j; rewrite /corner andbC. Qed.

(** ** Witnesses *)

Lemma rest_na_solution N ta T : na_solution (linear_network N ta T) (fun _ _ => 0) (fun _ _ _ => 0) (fun _ _ _ => 0).
Proof.
  do 3?(split; first by move=> *; exact: from0_const).
  move=> t _; split=> [i|]; last split=> i j; evar_last; try exact: is_derive_const.
  - rewrite /velocity_n /g_s /phi_n /= sum_eq0; first by rewrite /zero /= /Rdiv; ring.
    by move=> j; ring.
  - by rewrite /velocity_s /phi_n /psi_a /zero /= /Rdiv; ring.
  - rewrite /velocity_a /contract /g_s /psi_a /= [sum2 _]sum_eq0; first by rewrite /zero /= /Rdiv; ring.
    by move=> k; apply: sum_eq0 => l; ring.
Qed.

(** One pattern of ones: x = (1, 1), psi = -1, g = 4, identity activations. *)
Lemma elimination_witness : exists (w : na_network 2) (x : vec 2) (s p : mat 2 2),
  regular_network w /\ leak_n w = 1 /\ leak_s w = 0 /\ leak_a w = 0 /\
  (forall i, input_n w i = 0) /\ (forall i j, input_s w i j = 0) /\ (forall i j, input_a w i j = 0) /\
  (forall i j, velocity_s w x s p i j = 0) /\ (forall i j, velocity_a w s p i j = 0) /\ x ord0 <> 0.
Proof.
  exists (NaNetwork 2 identity identity identity 1 0 0 1 1 1 (fun _ => 0) (fun _ _ => 0) (fun _ _ => 0)
    (fun _ _ _ _ => 1)), (fun _ => 1), (fun _ _ => 4), (fun _ _ => -1).
  split.
    do 3?(split; first exact: identity_ok); do 2?(split; first exact: identity_lipschitz).
    by rewrite /=; lra.
  do 6?(split; first by []).
  split; first by move=> i j; rewrite /velocity_s /phi_n /psi_a /=; field.
  split; last by rewrite /=; lra.
  by move=> i j; rewrite /velocity_a /contract /sum2 /g_s /psi_a !sum_n2 /=; field.
Qed.
