(** * The neuron-astrocyte memory with tanh as every activation: witnesses *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis defs.Hopfield defs.Modular defs.NeuronAstrocyte.
From Gatedmem Require Import lib.Sums lib.Banach lib.Flow lib.ModularInstances lib.NeuronAstrocyte.
From Gatedmem Require lib.AstrocyteFlow lib.Hyperbolic.

Open Scope R_scope.

Definition hyperbolic : activation_triple := Triple tanh (fun u => / cosh u ^ 2) (fun u => ln (cosh u)).

Lemma hyperbolic_slope u : 0 < deriv hyperbolic u.
Proof. by have := Hyperbolic.cosh_gt0 u => /= h; apply: Rinv_0_lt_compat; nra. Qed.

Lemma hyperbolic_ok : is_triple hyperbolic.
Proof.
  move=> u; split; first exact: Hyperbolic.is_derive_ln_cosh.
  by split; [exact: Hyperbolic.is_derive_tanh | apply: Rlt_le; exact: hyperbolic_slope].
Qed.

Lemma tanh_lipschitz u v : Rabs (tanh u - tanh v) <= Rabs (u - v).
Proof.
  have [c [_ ->]] := MVT_gen tanh v u (fun c => / cosh c ^ 2) (fun c _ => Hyperbolic.is_derive_tanh c)
      (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (Hyperbolic.is_derive_tanh c)))).
  rewrite Rabs_mult Hyperbolic.inv_cosh2 Rabs_pos_eq; last by have := Hyperbolic.tanh2_lt1 c; lra.
  by have := pow2_ge_0 (tanh c); have := Rabs_pos (u - v); nra.
Qed.

Lemma hyperbolic_lipschitz : is_lipschitz (act hyperbolic).
Proof. by exists 1 => u v; rewrite Rmult_1_l; exact: tanh_lipschitz. Qed.

Definition hyperbolic_network (N : nat) (leak : R) (T : 'I_N -> 'I_N -> 'I_N -> 'I_N -> R) : na_network N :=
  NaNetwork N hyperbolic hyperbolic hyperbolic leak leak leak 1 1 1 (fun _ => 0) (fun _ _ => 0) (fun _ _ => 0) T.

Lemma hyperbolic_network_regular N leak T : 0 <= leak -> regular_network (hyperbolic_network N leak T).
Proof.
  move=> l0; do 3?(split; first exact: hyperbolic_ok); do 2?(split; first exact: hyperbolic_lipschitz).
  by rewrite /=; lra.
Qed.

(** Slopes that differ from pair to pair, no leak. *)
Lemma saddle_general_witness : exists (w : na_network 2) (s p : mat 2 2),
  regular_network w /\ swap_pairs w /\ leak_s w = 0 /\ leak_a w = 0 /\
  (forall i j, 0 < deriv (synapse w) (s i j)) /\ (forall i j, 0 < deriv (process w) (p i j)) /\
  deriv (synapse w) (s ord0 ord0) <> deriv (synapse w) (s ord0 (lift ord0 ord0)) /\
  (exists i j k l, tensor w i j k l <> 0).
Proof.
  exists (hyperbolic_network 2 0 (fun _ _ _ _ => 1)), (fun _ j => if j == ord0 then 0 else 1), (fun _ _ => 0).
  split; first by apply: hyperbolic_network_regular; lra.
  do 3?(split; first by []); do 2?(split; first by move=> i j; exact: hyperbolic_slope).
  split; last by exists ord0, ord0, ord0, ord0; rewrite /=; lra.
  have E u : deriv hyperbolic u = 1 - tanh u ^ 2 by exact: Hyperbolic.inv_cosh2.
  have := E 0; have := E 1; rewrite /hyperbolic_network /synapse Hyperbolic.tanh_0 eqxx /= => -> ->.
  by have := Hyperbolic.tanh_gt0 1 Rlt_0_1 => h; nra.
Qed.

(** The Hebbian tensor of one pattern, leaks 1, at rest. *)
Lemma rest_witness (N : nat) :
  let w := hyperbolic_network N 1 (hebbian_tensor 1 (fun (_ : 'I_1) (_ : 'I_N) => 1)) in
  let rest := fun (_ : R) (_ _ : 'I_N) => 0 in
  regular_network w /\ swap_pairs w /\ swap_first w /\ 0 < leak_n w /\ 0 < leak_s w /\ 0 < leak_a w /\
  symmetric (input_s w) /\ symmetric (input_a w) /\ locally_lipschitz (phi_n w) /\
  na_solution w (fun _ _ => 0) rest rest /\ symmetric (rest 0).
Proof.
  move=> w rest; split; first by apply: hyperbolic_network_regular; lra.
  split; first by move=> i j k l; rewrite /= /hebbian_tensor; congr (_ * _); apply: sum_ext => mu; ring.
  split; first by move=> i j k l; rewrite /= /hebbian_tensor; congr (_ * _); apply: sum_ext => mu; ring.
  do 3?(split; first by rewrite /=; lra); do 2?(split; first by move=> i j).
  split.
    apply: (lipschitz_local _ (INR N + 1)) => x z; apply: distance_le_coord; first exact: norm_ge0.
    by move=> i; apply: Rle_trans (tanh_lipschitz _ _) (Rabs_coord_le_distance z x i).
  split; last by move=> i j.
  do 3?(split; first by move=> *; exact: AstrocyteFlow.from0_const).
  move=> t _; have z0 : tanh 0 = 0 by exact: Hyperbolic.tanh_0.
  split=> [i|]; last split=> i j; evar_last; try exact: is_derive_const.
  - rewrite /velocity_n /g_s /phi_n /= sum_eq0; first by rewrite /zero /= /Rdiv; ring.
    by move=> j; rewrite z0; ring.
  - by rewrite /rest /velocity_s /phi_n /psi_a /zero /= !z0 /Rdiv Rinv_1; ring.
  - rewrite /rest /velocity_a /contract /g_s /psi_a /= !z0 [sum2 _]sum_eq0; first by rewrite /zero /= /Rdiv; ring.
    by move=> k; apply: sum_eq0 => l; ring.
Qed.
