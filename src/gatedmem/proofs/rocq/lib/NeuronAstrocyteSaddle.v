(** * The fast block of the neuron-astrocyte memory at gamma_s = gamma_p = 0 is a saddle *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Analysis defs.Hopfield defs.NeuronAstrocyte.
From Gatedmem Require Import lib.Sums lib.NeuronAstrocyte lib.LinearSpectral.

Open Scope R_scope.

(** ** Matrices as vectors *)

Section Pairs.
Context {N : nat}.
Let n := #|{: 'I_N * 'I_N}|.
Let at_ (k : 'I_n) : 'I_N * 'I_N := enum_val k.
Definition unflatten (v : vec n) : mat N N := fun i j => v (enum_rank (i, j)).

Lemma pairs_card : n = (N * N)%N.
Proof. by rewrite /n card_prod !card_ord. Qed.

Lemma sum2_flat (f : mat N N) : sum2 f = sum (fun k => f (at_ k).1 (at_ k).2).
Proof.
  rewrite /sum2 /sum pair_big /=.
  by rewrite (big_enum_val (A := {: 'I_N * 'I_N}) (fun p => f p.1 p.2)).
Qed.

Lemma tensor_spectrum (T : 'I_N -> 'I_N -> 'I_N -> 'I_N -> R) : (forall i j k l, T i j k l = T k l i j) ->
  exists (q : 'I_n -> mat N N) (e : vec n),
    (forall k l, sum2 (fun i j => q k i j * q l i j) = kdelta k l) /\
    (forall k i j, sum2 (fun u v => T i j u v * q k u v) = e k * q k i j).
Proof.
  move=> sw; pose A : mat n n := fun k l => T (at_ k).1 (at_ k).2 (at_ l).1 (at_ l).2.
  have symA : symmetric A by move=> k l; exact: sw.
  have [q [e [on eig]]] := spectral A symA.
  have E k l : unflatten (q k) (at_ l).1 (at_ l).2 = q k l.
    by rewrite /unflatten -surjective_pairing /at_ enum_valK.
  exists (fun k => unflatten (q k)), e; split=> [k l|k i j].
    by rewrite sum2_flat -(on k l); apply: sum_ext => u; rewrite !E.
  rewrite sum2_flat; have := eig k (enum_rank (i, j)); rewrite /mulmv /A /at_ enum_rankK /= => <-.
  by apply: sum_ext => u; rewrite E.
Qed.
End Pairs.

(** ** Roots of the quadratic of one direction, of opposite signs *)

Lemma opposite_roots_at a b c : 0 < a -> 0 < c ->
  let D := b ^ 2 + 4 * a * c in let lo := (b - sqrt D) / (2 * a) in let hi := (b + sqrt D) / (2 * a) in
  lo < 0 /\ 0 < hi /\ a * lo ^ 2 = b * lo + c /\ a * hi ^ 2 = b * hi + c.
Proof.
  move=> a0 c0 D lo hi; have ac : 0 < a * c by apply: Rmult_lt_0_compat.
  have b2 := pow2_ge_0 b; have D0 : 0 < D by rewrite /D; nra.
  have s0 := sqrt_lt_R0 D D0; have ss : sqrt D * sqrt D = D by apply: sqrt_sqrt; lra.
  have big : Rabs b < sqrt D.
    apply: Rsqr_incrst_0; [|exact: Rabs_pos|lra].
    by rewrite -Rsqr_abs /Rsqr ss /D; nra.
  have [b1 b2'] := Rabs_def2 _ _ big.
  rewrite /lo /hi; have i0 : 0 < / (2 * a) by apply: Rinv_0_lt_compat; lra.
  split; first by rewrite /Rdiv; nra.
  split; first by rewrite /Rdiv; nra.
  split; apply: (Rmult_eq_reg_l (4 * a)); try lra.
    rewrite (_ : 4 * a * (a * ((b - sqrt D) / (2 * a)) ^ 2) = b * b - 2 * b * sqrt D + sqrt D * sqrt D); last by field; lra.
    by rewrite ss (_ : 4 * a * (b * ((b - sqrt D) / (2 * a)) + c) = 2 * b * b - 2 * b * sqrt D + 4 * a * c); [rewrite /D; ring | field; lra].
  rewrite (_ : 4 * a * (a * ((b + sqrt D) / (2 * a)) ^ 2) = b * b + 2 * b * sqrt D + sqrt D * sqrt D); last by field; lra.
  by rewrite ss (_ : 4 * a * (b * ((b + sqrt D) / (2 * a)) + c) = 2 * b * b + 2 * b * sqrt D + 4 * a * c); [rewrite /D; ring | field; lra].
Qed.

Section Block.
Context {N : nat} (w : na_network N) (x : vec N) (s p : mat N N).

(** The linearised fast block. *)
Lemma block_synapse (ds dp : mat N N) i j : is_triple (process w) -> leak_s w = 0 ->
  is_derive (fun h => velocity_s w x (fun k l => s k l + h * ds k l) (fun k l => p k l + h * dp k l) i j) 0
    (deriv (process w) (p i j) * dp i j / tau_s w).
Proof.
  move=> Tp l0; rewrite /velocity_s l0 /psi_a /Rdiv.
  apply: (is_derive_ext (fun h => act (process w) (p i j + h * dp i j) * / tau_s w
     + (phi_n w x i * phi_n w x j + input_s w i j) * / tau_s w)); first by move=> h; rewrite /=; ring.
  evar_last.
    apply: is_derive_plus; last exact: is_derive_const.
    apply: is_derive_scal_l; apply: (is_derive_comp (act (process w)) (fun h => p i j + h * dp i j)).
      by rewrite Rmult_0_l Rplus_0_r; exact: (Tp _).2.1.
    by auto_derive.
  by rewrite /plus /zero /scal /= /mult /=; ring.
Qed.

Lemma block_process (ds dp : mat N N) i j : is_triple (process w) -> is_triple (synapse w) -> leak_a w = 0 ->
  is_derive (fun h => velocity_a w (fun k l => s k l + h * ds k l) (fun k l => p k l + h * dp k l) i j) 0
    ((contract w (fun k l => deriv (process w) (p k l) * dp k l) i j + deriv (synapse w) (s i j) * ds i j) / tau_a w).
Proof.
  move=> Tp Ts l0; rewrite /velocity_a l0 /g_s /contract /psi_a /Rdiv.
  have chain (a : activation_triple) u d : is_triple a -> is_derive (fun h => act a (u + h * d)) 0 (deriv a u * d).
    move=> Ta; evar_last.
      apply: (is_derive_comp (act a) (fun h => u + h * d)).
        by rewrite Rmult_0_l Rplus_0_r; exact: (Ta _).2.1.
      by auto_derive.
    by rewrite /scal /= /mult /=; ring.
  apply: (is_derive_ext (fun h => (sum2 (fun k l => tensor w i j k l * act (process w) (p k l + h * dp k l))
      + act (synapse w) (s i j + h * ds i j)) * / tau_a w + input_a w i j * / tau_a w)).
    by move=> h; rewrite /=; ring.
  evar_last.
    apply: is_derive_plus; last exact: is_derive_const.
    apply: is_derive_scal_l; apply: is_derive_plus; last exact: chain.
    by apply: is_derive_sum2 => k l; apply: is_derive_scal; exact: chain.
  by rewrite /plus /zero /scal /= /mult /=; ring.
Qed.

Lemma fast_block_saddle (a b : R) : regular_network w -> swap_pairs w -> leak_s w = 0 -> leak_a w = 0 ->
  0 < a -> 0 < b -> (forall i j, deriv (synapse w) (s i j) = a) -> (forall i j, deriv (process w) (p i j) = b) ->
  exists (q : 'I_(N * N) -> mat N N) (lo hi : vec (N * N)),
    (forall k l, sum2 (fun i j => q k i j * q l i j) = kdelta k l) /\
    (forall k, lo k < 0 < hi k) /\
    (forall k lam, lam = lo k \/ lam = hi k -> forall i j,
       is_derive (fun h => velocity_s w x (fun u v => s u v + h * (b * q k u v))
                             (fun u v => p u v + h * (tau_s w * lam * q k u v)) i j) 0 (lam * (b * q k i j)) /\
       is_derive (fun h => velocity_a w (fun u v => s u v + h * (b * q k u v))
                             (fun u v => p u v + h * (tau_s w * lam * q k u v)) i j) 0
         (lam * (tau_s w * lam * q k i j))).
Proof.
  move=> [_ [Ts [Tp [_ [_ [_ [ts [ta _]]]]]]]] sw ls la a0 b0 ha hb.
  rewrite -pairs_card; have [q [e [on eig]]] := tensor_spectrum (tensor w) sw.
  set n := #|_| in q e on eig *.
  have tt : 0 < tau_s w * tau_a w by apply: Rmult_lt_0_compat.
  have ab : 0 < a * b by apply: Rmult_lt_0_compat.
  pose B k := tau_s w * b * e k; pose A := tau_s w * tau_a w.
  pose D k := (B k) ^ 2 + 4 * A * (a * b).
  have R k := opposite_roots_at A (B k) (a * b) tt ab.
  exists q, (fun k => (B k - sqrt (D k)) / (2 * A)), (fun k => (B k + sqrt (D k)) / (2 * A)).
  split=> //; split=> [k|k lam hl i j]; first by have [h1 [h2 _]] := R k.
  have root : A * lam ^ 2 = B k * lam + a * b.
    by have [_ [_ [h1 h2]]] := R k; case: hl => ->.
  split; evar_last.
  - exact: block_synapse.
  - by rewrite hb; field; lra.
  - exact: block_process.
  rewrite /contract (sum2_ext _ (fun u v => b * (tau_s w * lam) * (tensor w i j u v * q k u v))); last first.
    by move=> u v; rewrite hb; ring.
  rewrite sum2_scal eig ha.
  apply: (Rmult_eq_reg_r (tau_a w)); last lra.
  have -> : (b * (tau_s w * lam) * (e k * q k i j) + a * (b * q k i j)) / tau_a w * tau_a w
    = (B k * lam + a * b) * q k i j by rewrite /B; field; lra.
  by rewrite -root /A; ring.
Qed.
End Block.
