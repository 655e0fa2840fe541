(** * Inertia of a symmetric block matrix with a zero block, and of the fast block of the
    neuron-astrocyte memory at gamma_s = gamma_p = 0

    [[0, D], [D, Q]] with D diagonal and positive, Q symmetric, both n x n: the form is 0 on the first
    n coordinates, so neither sign can have more than n eigenvalues, and 0 is none. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Analysis defs.Hopfield defs.Modular defs.NeuronAstrocyte.
From Gatedmem Require defs.Context lib.ContextSpectrum.
From Gatedmem Require Import lib.Sums lib.ModularInstances lib.NeuronAstrocyte lib.LinearSpectral.
From Gatedmem Require Import lib.NeuronAstrocyteSaddle.

Open Scope R_scope.

(** More than n vectors of R^n are linearly dependent. *)
Lemma dependent m n (Z : mat m n) : (n < m)%N ->
  exists c : vec m, 0 < norm c /\ forall i, sum (fun k => c k * Z k i) = 0.
Proof.
  move=> nm; have m0 : (0 < m)%N by exact: leq_ltn_trans nm.
  have [mu least] := least_eig_exists (Context.gram Z) m0 (ContextSpectrum.gram_sym Z).
  have mu0 := ContextSpectrum.least_wide Z mu nm least; case: least => [[c [c0 ev]] _].
  exists c; split=> //; apply: dot_eq0.
  have -> : dot (fun i => sum (fun k => c k * Z k i)) (fun i => sum (fun k => c k * Z k i)) = dot c (mulmv (Context.gram Z) c).
    by rewrite ContextSpectrum.gram_quadratic.
  by apply: sum_eq0 => k; rewrite ev mu0; ring.
Qed.

Section Inertia.
Context {n : nat} (D : vec n) (Q : mat n n).
Hypotheses (D0 : forall i, 0 < D i) (symQ : symmetric Q).

Definition saddle_matrix : mat (n + n) (n + n) := fun i j =>
  match split i, split j with
  | inl a, inl b => 0
  | inr a, inr b => Q a b
  | inl a, inr b | inr a, inl b => D a * kdelta a b
  end.
Let S := saddle_matrix.

Lemma saddle_sym i j : S i j = S j i.
Proof.
  rewrite /S /saddle_matrix; case: (split i) => a; case: (split j) => b //; rewrite (kdelta_sym b a) /kdelta.
  - by case: eqP => [->|_]; ring.
  - by case: eqP => [->|_]; ring.
Qed.

Lemma saddle_left z i : mulmv S z (lshift n i) = D i * right z i.
Proof.
  rewrite /mulmv sum_join /left /right /S /saddle_matrix split_l sum_eq0; last by move=> j; rewrite split_l; ring.
  rewrite Rplus_0_l (sum_ext _ (fun j => D i * (kdelta i j * z (rshift n j)))); last by move=> j; rewrite split_r; ring.
  by rewrite sum_scal_l sum_kdelta_l.
Qed.

Lemma saddle_right z i : mulmv S z (rshift n i) = D i * left z i + mulmv Q (right z) i.
Proof.
  rewrite /mulmv sum_join /left /right /S /saddle_matrix split_r; congr (_ + _); last first.
    by apply: sum_ext => j; rewrite split_r.
  rewrite (sum_ext _ (fun j => D i * (kdelta i j * z (lshift n j)))); last by move=> j; rewrite split_l; ring.
  by rewrite sum_scal_l sum_kdelta_l.
Qed.

Lemma saddle_form z : (forall i, right z i = 0) -> dot z (mulmv S z) = 0.
Proof.
  move=> z0; rewrite dot_join (dot_ext (left z) (left z) (left (mulmv S z)) (fun _ => 0)) //; last first.
    by move=> i; rewrite /left saddle_left z0; ring.
  by rewrite dot_0_r (dot_ext (right z) (fun _ => 0) (right (mulmv S z)) (right (mulmv S z))) // dot_0_l Rplus_0_l.
Qed.

Lemma saddle_regular z : (forall i, mulmv S z i = 0) -> forall i, z i = 0.
Proof.
  move=> z0.
  have r0 j : right z j = 0.
    by have := z0 (lshift n j); rewrite saddle_left => /Rmult_integral [e|//]; have := D0 j; lra.
  have l0 j : left z j = 0.
    have q0 : mulmv Q (right z) j = 0 by apply: sum_eq0 => k; rewrite r0; ring.
    by have := z0 (rshift n j); rewrite saddle_right q0 Rplus_0_r => /Rmult_integral [e|//]; have := D0 j; lra.
  move=> i; rewrite -(splitK i); case: (split i) => j /=; [exact: l0 | exact: r0].
Qed.

Variables (q : mat (n + n) (n + n)) (e : vec (n + n)).
Hypothesis basis : eigenbasis S q e.

(** At most n eigenvalues of one sign. *)
Lemma sign_count (P : pred 'I_(n + n)) (sg : R) : (forall k, P k -> 0 < sg * e k) -> (#|P| <= n)%N.
Proof.
  move=> pos; rewrite leqNgt; apply/negP => lt; have [on eig] := basis.
  have [c [c0 dep]] := dependent #|P| n (fun k => right (q (enum_val k))) lt.
  pose z : vec (n + n) := fun i => sum (fun k : 'I_#|P| => c k * q (enum_val k) i).
  have := saddle_form z dep; rewrite (dot_ext z z (mulmv S z) (fun i => sum (fun k => (c k * e (enum_val k)) * q (enum_val k) i))) //; last first.
    by move=> i; rewrite /z mulmv_sum; apply: sum_ext => k; rewrite eig; ring.
  rewrite /dot (sum_ext _ (fun i => sum (fun k => (c k * e (enum_val k)) * (z i * q (enum_val k) i)))); last first.
    by move=> i; rewrite -sum_scal_l; apply: sum_ext => k; ring.
  rewrite sum_swap (sum_ext _ (fun k => e (enum_val k) * (c k * c k))); last first.
    move=> k; rewrite sum_scal_l -/(dot z (q (enum_val k))).
    have -> : dot z (q (enum_val k)) = c k; last by ring.
    rewrite /dot /z (sum_ext _ (fun i => sum (fun l => c l * (q (enum_val l) i * q (enum_val k) i)))); last first.
      by move=> i; rewrite -sum_scal_r; apply: sum_ext => l; ring.
    rewrite sum_swap (sum_ext _ (fun l => c l * kdelta l k)); last first.
      by move=> l; rewrite sum_scal_l -/(dot _ _) on /kdelta (inj_eq enum_val_inj).
    exact: sum_kdelta_r'.
  move=> h; have {h} : sum (fun k => sg * (e (enum_val k) * (c k * c k))) = 0 by rewrite sum_scal_l h; ring.
  have pk (k : 'I_#|P|) : 0 < sg * e (enum_val k) by apply: pos; exact: (enum_valP k).
  have ge (k : 'I_#|P|) : 0 <= sg * (e (enum_val k) * (c k * c k)).
    by have := pk k; have := Rle_0_sqr (c k); rewrite /Rsqr -Rmult_assoc => a b; apply: Rmult_le_pos; lra.
  move/(sum_ge0_eq0 _ ge) => z0; move: c0; rewrite (norm_ext c (fun _ => 0)) ?norm_0; first lra.
  move=> k; have := z0 k; rewrite -Rmult_assoc => /Rmult_integral [h|]; first by have := pk k; lra.
  by move/Rmult_integral => [].
Qed.

Lemma eigenvalue_neq0 k : e k <> 0.
Proof.
  move=> e0; have [on eig] := basis; have := on k k; rewrite kdelta_refl.
  rewrite (dot_ext (q k) (fun _ => 0) (q k) (q k)) ?dot_0_l //; first lra.
  by apply: saddle_regular => i; rewrite eig e0; ring.
Qed.

Let up : pred 'I_(n + n) := fun k => if Rlt_dec 0 (e k) then true else false.

Lemma up_pos k : up k -> 0 < e k. Proof. by rewrite /up; case: Rlt_dec. Qed.
Lemma up_neg k : ~~ up k -> e k < 0.
Proof. by rewrite /up; case: Rlt_dec => // h _; have := eigenvalue_neq0 k; lra. Qed.

Lemma sign_counts : #|up| = n /\ #|[predC up]| = n.
Proof.
  have a : (#|up| <= n)%N by apply: (sign_count up 1) => k /up_pos; lra.
  have b : (#|[predC up]| <= n)%N by apply: (sign_count [predC up] (-1)) => k /up_neg; lra.
  have c := cardC up; rewrite card_ord in c.
  split; apply/eqP; rewrite eqn_leq ?a ?b /=.
    by rewrite -(leq_add2r n) -{1}c leq_add2l.
  by rewrite -(leq_add2l n) -{1}c leq_add2r.
Qed.
End Inertia.

Lemma saddle_inertia n (D : vec n) (Q : mat n n) : (forall i, 0 < D i) -> symmetric Q ->
  exists (u v : 'I_n -> vec (n + n)) (hi lo : vec n),
    (forall k, lo k < 0 < hi k) /\
    (forall k l, dot (u k) (u l) = kdelta k l /\ dot (v k) (v l) = kdelta k l /\ dot (u k) (v l) = 0) /\
    (forall k i, mulmv (saddle_matrix D Q) (u k) i = hi k * u k i /\ mulmv (saddle_matrix D Q) (v k) i = lo k * v k i) /\
    (forall z i, z i = sum (fun k => dot (u k) z * u k i) + sum (fun k => dot (v k) z * v k i)).
Proof.
  move=> D0 symQ; have [q [e b]] := spectral (saddle_matrix D Q) (saddle_sym D Q symQ).
  have [on eig] := b; pose up : pred 'I_(n + n) := fun k => if Rlt_dec 0 (e k) then true else false.
  have [cu cd] := sign_counts D Q D0 q e b; rewrite -/up in cu cd.
  pose f (k : 'I_n) : 'I_(n + n) := enum_val (cast_ord (esym cu) k).
  pose g (k : 'I_n) : 'I_(n + n) := enum_val (cast_ord (esym cd) k).
  have fP k : up (f k) by exact: (enum_valP (cast_ord (esym cu) k)).
  have gP k : ~~ up (g k) by exact: (enum_valP (cast_ord (esym cd) k)).
  have fI : injective f by move=> k l /enum_val_inj /cast_ord_inj.
  have gI : injective g by move=> k l /enum_val_inj /cast_ord_inj.
  exists (fun k => q (f k)), (fun k => q (g k)), (fun k => e (f k)), (fun k => e (g k)).
  split; first by move=> k; split; [exact: (up_neg D Q D0 q e b _ (gP k)) | exact: (up_pos e _ (fP k))].
  split.
    move=> k l; rewrite !on /kdelta (inj_eq fI) (inj_eq gI); split=> //; split=> //.
    by case: eqP => // E; have := fP k; rewrite E (negbTE (gP l)).
  split; first by move=> k i; rewrite !eig.
  pose h (i : 'I_(n + n)) := match split i with inl k => f k | inr k => g k end.
  have hI : injective h.
    move=> i j; rewrite /h -{2}(splitK i) -{2}(splitK j); case: (split i) => k; case: (split j) => l /= E.
    - by rewrite (fI _ _ E).
    - by have := fP k; rewrite E (negbTE (gP l)).
    - by have := fP l; rewrite -E (negbTE (gP k)).
    - by rewrite (gI _ _ E).
  move=> z i; rewrite (expansion _ q e b z i) -(sum_perm h _ hI) sum_join /left /right.
  by congr (_ + _); apply: sum_ext => k; rewrite /h ?split_l ?split_r.
Qed.

(** ** The fast block: in the inner product sum tau_s g' v v' + tau_a psi' w w' it is such a matrix *)

Section Block.
Context {N : nat} (w : na_network N) (x : vec N) (s p : mat N N).
Hypotheses (reg : regular_network w) (swap : swap_pairs w) (ls0 : leak_s w = 0) (la0 : leak_a w = 0).
Hypotheses (g0 : forall i j, 0 < deriv (synapse w) (s i j)) (h0 : forall i j, 0 < deriv (process w) (p i j)).

Definition fast_inner (v d v' d' : mat N N) : R :=
  sum2 (fun i j => tau_s w * (deriv (synapse w) (s i j) * (v i j * v' i j))
                   + tau_a w * (deriv (process w) (p i j) * (d i j * d' i j))).

Let n := #|{: 'I_N * 'I_N}|.
Let at1 (k : 'I_n) : 'I_N := (enum_val k).1.
Let at2 (k : 'I_n) : 'I_N := (enum_val k).2.
Let a (k : 'I_n) := sqrt (deriv (synapse w) (s (at1 k) (at2 k))).
Let b (k : 'I_n) := sqrt (deriv (process w) (p (at1 k) (at2 k))).
Let st := sqrt (tau_s w).
Let rt := sqrt (tau_a w).
Let D : vec n := fun k => a k * b k / (st * rt).
Let Q : mat n n := fun k l => b k * b l / (rt * rt) * tensor w (at1 k) (at2 k) (at1 l) (at2 l).

Let a0 k : 0 < a k. Proof. by apply: sqrt_lt_R0; exact: g0. Qed.
Let b0 k : 0 < b k. Proof. by apply: sqrt_lt_R0; exact: h0. Qed.
Let st0 : 0 < st. Proof. by apply: sqrt_lt_R0; case: reg => [_ [_ [_ [_ [_ [_ [ts _]]]]]]]. Qed.
Let rt0 : 0 < rt. Proof. by apply: sqrt_lt_R0; case: reg => [_ [_ [_ [_ [_ [_ [_ [ta _]]]]]]]]. Qed.
Let ga k : deriv (synapse w) (s (at1 k) (at2 k)) = a k * a k.
Proof. by rewrite sqrt_sqrt //; apply: Rlt_le; exact: g0. Qed.
Let hb k : deriv (process w) (p (at1 k) (at2 k)) = b k * b k.
Proof. by rewrite sqrt_sqrt //; apply: Rlt_le; exact: h0. Qed.
Let ts2 : tau_s w = st * st.
Proof. by rewrite sqrt_sqrt //; case: reg => [_ [_ [_ [_ [_ [_ [ts _]]]]]]]; lra. Qed.
Let ta2 : tau_a w = rt * rt.
Proof. by rewrite sqrt_sqrt //; case: reg => [_ [_ [_ [_ [_ [_ [_ [ta _]]]]]]]]; lra. Qed.

Let synapses (z : vec (n + n)) : mat N N := unflatten (fun k => left z k / (st * a k)).
Let processes (z : vec (n + n)) : mat N N := unflatten (fun k => right z k / (rt * b k)).

Lemma synapses_at z k : synapses z (at1 k) (at2 k) = left z k / (st * a k).
Proof. by rewrite /synapses /unflatten -surjective_pairing enum_valK. Qed.
Lemma processes_at z k : processes z (at1 k) (at2 k) = right z k / (rt * b k).
Proof. by rewrite /processes /unflatten -surjective_pairing enum_valK. Qed.

Lemma pair_at i j : exists k, i = at1 k /\ j = at2 k.
Proof. by exists (enum_rank (i, j)); rewrite /at1 /at2 enum_rankK. Qed.

Lemma fast_inner_dot (v d : mat N N) z :
  fast_inner v d (synapses z) (processes z)
  = dot z (join (fun k => st * a k * v (at1 k) (at2 k)) (fun k => rt * b k * d (at1 k) (at2 k))).
Proof.
  rewrite /fast_inner sum2_flat dot_join left_join right_join /dot -sum_plus; apply: sum_ext => k.
  rewrite -/(at1 k) -/(at2 k) synapses_at processes_at ga hb ts2 ta2.
  by field; have := a0 k; have := b0 k; lra.
Qed.

Lemma fast_inner_modes z z' : fast_inner (synapses z) (processes z) (synapses z') (processes z') = dot z' z.
Proof.
  rewrite fast_inner_dot; congr dot; apply: functional_extensionality => i; rewrite -(splitK i) /join.
  case: (split i) => k /=; rewrite ?split_l ?split_r ?synapses_at ?processes_at /left /right.
    by field; have := a0 k; lra.
  by field; have := b0 k; lra.
Qed.

Lemma fast_image z i j :
  is_derive (fun h => velocity_s w x (fun k l => s k l + h * synapses z k l) (fun k l => p k l + h * processes z k l) i j) 0
    (synapses (mulmv (saddle_matrix D Q) z) i j) /\
  is_derive (fun h => velocity_a w (fun k l => s k l + h * synapses z k l) (fun k l => p k l + h * processes z k l) i j) 0
    (processes (mulmv (saddle_matrix D Q) z) i j).
Proof.
  have [_ [Ts [Tp _]]] := reg; have [k [-> ->]] := pair_at i j.
  have ak := a0 k; have bk := b0 k.
  rewrite synapses_at [processes (mulmv _ _) _ _]processes_at /left /right saddle_left saddle_right -/(left z) -/(right z).
  split; evar_last; first exact: block_synapse.
  - rewrite processes_at hb ts2 /D; field; lra.
  - exact: block_process.
  rewrite synapses_at ga ta2 /contract sum2_flat.
  have -> : sum (fun l : 'I_n => tensor w (at1 k) (at2 k) (at1 l) (at2 l)
      * (deriv (process w) (p (at1 l) (at2 l)) * processes z (at1 l) (at2 l)))
    = rt / b k * mulmv Q (right z) k.
    rewrite /mulmv -sum_scal_l; apply: sum_ext => l; rewrite hb processes_at /Q.
    by field; have := b0 l; lra.
  rewrite /D; field; lra.
Qed.

Let coordinates (ds dp : mat N N) : vec (n + n) :=
  join (fun k => st * a k * ds (at1 k) (at2 k)) (fun k => rt * b k * dp (at1 k) (at2 k)).

Lemma coordinatesK ds dp : synapses (coordinates ds dp) = ds /\ processes (coordinates ds dp) = dp.
Proof.
  split; apply: functional_extensionality => i; apply: functional_extensionality => j; have [k [-> ->]] := pair_at i j.
    by rewrite synapses_at /coordinates left_join; field; have := a0 k; lra.
  by rewrite processes_at /coordinates right_join; field; have := b0 k; lra.
Qed.

Lemma synapses_modes (c d : vec n) (u v : 'I_n -> vec (n + n)) (z : vec (n + n)) i j :
  (forall r, z r = sum (fun k => c k * u k r) + sum (fun k => d k * v k r)) ->
  synapses z i j = sum (fun k => c k * synapses (u k) i j) + sum (fun k => d k * synapses (v k) i j) /\
  processes z i j = sum (fun k => c k * processes (u k) i j) + sum (fun k => d k * processes (v k) i j).
Proof.
  move=> E; have [k [-> ->]] := pair_at i j.
  rewrite !synapses_at !processes_at /left /right !E /Rdiv !Rmult_plus_distr_r -!sum_scal_r.
  by split; congr (_ + _); apply: sum_ext => l; rewrite ?synapses_at ?processes_at /left /right /Rdiv; ring.
Qed.

Lemma fast_block_saddle_general :
  exists (us ua vs va : 'I_(N * N) -> mat N N) (hi lo : vec (N * N)),
    (forall k, lo k < 0 < hi k) /\
    (forall k l, fast_inner (us k) (ua k) (us l) (ua l) = kdelta k l /\
       fast_inner (vs k) (va k) (vs l) (va l) = kdelta k l /\ fast_inner (us k) (ua k) (vs l) (va l) = 0) /\
    forall ds dp : mat N N, forall i j,
      (ds i j = sum (fun k => fast_inner ds dp (us k) (ua k) * us k i j) + sum (fun k => fast_inner ds dp (vs k) (va k) * vs k i j) /\
       dp i j = sum (fun k => fast_inner ds dp (us k) (ua k) * ua k i j) + sum (fun k => fast_inner ds dp (vs k) (va k) * va k i j)) /\
      is_derive (fun h => velocity_s w x (fun r c => s r c + h * ds r c) (fun r c => p r c + h * dp r c) i j) 0
        (sum (fun k => (hi k * fast_inner ds dp (us k) (ua k)) * us k i j) + sum (fun k => (lo k * fast_inner ds dp (vs k) (va k)) * vs k i j)) /\
      is_derive (fun h => velocity_a w (fun r c => s r c + h * ds r c) (fun r c => p r c + h * dp r c) i j) 0
        (sum (fun k => (hi k * fast_inner ds dp (us k) (ua k)) * ua k i j) + sum (fun k => (lo k * fast_inner ds dp (vs k) (va k)) * va k i j)).
Proof.
  rewrite -pairs_card -/n.
  have D0 k : 0 < D k.
    by apply: Rdiv_lt_0_compat; apply: Rmult_lt_0_compat.
  have symQ : symmetric Q by move=> k l; rewrite /Q (Rmult_comm (b k)); congr (_ * _); exact: swap.
  have [u [v [hi [lo [sg [on [eig ex]]]]]]] := saddle_inertia n D Q D0 symQ.
  exists (fun k => synapses (u k)), (fun k => processes (u k)), (fun k => synapses (v k)), (fun k => processes (v k)), hi, lo.
  split=> //; split.
    move=> k l; have [o1 [o2 _]] := on l k; have [_ [_ o3]] := on k l.
    by rewrite !fast_inner_modes o1 o2 (dot_sym (v l)) o3 kdelta_sym.
  move=> ds dp i j; have [es ep] := coordinatesK ds dp; set z := coordinates ds dp in es ep.
  have inn y : fast_inner ds dp (synapses y) (processes y) = dot y z by rewrite fast_inner_dot.
  split.
    have := synapses_modes _ _ u v z i j (ex z); rewrite es ep => -[-> ->].
    by split; congr (_ + _); apply: sum_ext => k; rewrite inn.
  have Sz r : mulmv (saddle_matrix D Q) z r = sum (fun k => hi k * dot (u k) z * u k r) + sum (fun k => lo k * dot (v k) z * v k r).
    rewrite (mulmv_ext _ _ _ (ex z)) mulmv_plus !mulmv_sum.
    by congr (_ + _); apply: sum_ext => k; rewrite ?(eig k r).1 ?(eig k r).2; ring.
  have [E1 E2] := synapses_modes _ _ u v _ i j Sz.
  have [D1 D2] := fast_image z i j; rewrite E1 es ep in D1; rewrite E2 es ep in D2.
  split; evar_last; [exact: D1 | | exact: D2 |]; congr (_ + _); apply: sum_ext => k; rewrite inn //.
Qed.
End Block.
