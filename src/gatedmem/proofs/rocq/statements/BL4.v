(** * BL4.  The neuron-astrocyte memory

    Where a curve has the velocity of the flow and s is symmetric, and T_ijkl = T_klij, the energy has
    dE/dt = - tau_n sum phi' x'^2 - 1/2 tau_s sum g' s'^2 - 1/2 tau_p sum psi' p'^2 <= 0.
    If s(0), p(0), c, d are symmetric and T_ijkl = T_jikl, then s(t) and p(t) are symmetric for all
    t >= 0, so the energy falls along the whole solution.  Without the symmetry of s, or without
    T_ijkl = T_klij, it can rise: the two counterexamples have everything else.

    Where the velocities of s and p vanish, with gamma_s = gamma_p = 0, gamma_n = 1, b = c = d = 0:
    psi_ij = - phi_i phi_j, g_ij = sum_kl T_ijkl phi_k phi_l, tau_n x_i' = -x_i + sum T_ijkl phi_j phi_k phi_l, and
    E = sum [x_i phi_i - Lambda(x_i)] - 1/4 sum T phi phi phi phi.  For T = c sum_mu xi xi xi xi this is the
    quartic dense memory: drive c sum_mu xi_mu m_mu^3, F(z) = c z^4 / 4.

    BL4_saddle_general: that is no fast limit.  At gamma_s = gamma_p = 0, x held, where the slopes
    g'(s_ij) and psi'(p_ij) are positive, the (s, p) block is a saddle with exactly N^2 unstable
    directions.  There are N^2 directions (v_k, q_k) and N^2 directions (v'_k, q'_k), all together
    orthonormal in the inner product sum tau_s g' v v' + tau_p psi' q q', and every (ds, dp) is the sum
    of its components along them; the derivative of the block along (ds, dp) multiplies the component
    along (v_k, q_k) by hi_k > 0, and that along (v'_k, q'_k) by lo_k < 0.
    BL4_saddle: the eigenvectors written out where the slopes g' = a and psi' = b are the same for all
    pairs: (b q_k, tau_s lam q_k) with lam = hi_k > 0 and with lam = lo_k < 0, for N^2 orthonormal
    q_k of R^(N x N). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Hopfield defs.NeuronAstrocyte.
From Gatedmem Require Import lib.Sums lib.NeuronAstrocyte.
From Gatedmem Require lib.NeuronAstrocyteSaddle lib.NeuronAstrocyteInertia lib.NeuronAstrocyteTanh.

Open Scope R_scope.

Theorem BL4_descent (N : nat) (w : na_network N) (x : R -> vec N) (s p : R -> mat N N) (t : R) :
  regular_network w -> swap_pairs w -> symmetric (s t) -> na_follows w x s p t ->
  is_derive (fun h => na_energy w (x h) (s h) (p h)) t (- na_dissipation w (x t) (s t) (p t)) /\
  - na_dissipation w (x t) (s t) (p t) <= 0.
Proof.
  move=> reg sw sym F; split; first exact: na_descent.
  by have := na_dissipation_ge0 w (x t) (s t) (p t) reg; lra.
Qed.

Theorem BL4_solution (N : nat) (w : na_network N) (x : R -> vec N) (s p : R -> mat N N) :
  regular_network w -> swap_pairs w -> swap_first w ->
  symmetric (input_s w) -> symmetric (input_a w) ->
  na_solution w x s p -> symmetric (s 0) -> symmetric (p 0) -> forall t, 0 < t ->
  symmetric (s t) /\ symmetric (p t) /\
  is_derive (fun h => na_energy w (x h) (s h) (p h)) t (- na_dissipation w (x t) (s t) (p t)) /\
  - na_dissipation w (x t) (s t) (p t) <= 0.
Proof.
  move=> reg sw sf cs ca sol s0 p0 t t0.
  have [S P] := na_symmetric w x s p reg sf cs ca sol s0 p0 t (Rlt_le _ _ t0).
  by split=> //; split=> //; apply: BL4_descent => //; case: sol => [_ [_ [_ F]]]; exact: F.
Qed.

Theorem BL4_needs_symmetric_synapses : exists (w : na_network 2) (x : R -> vec 2) (s p : R -> mat 2 2) (d : R),
  regular_network w /\ swap_pairs w /\ swap_first w /\ symmetric (input_s w) /\ symmetric (input_a w) /\
  symmetric (p 0) /\ na_follows w x s p 0 /\
  0 < d /\ is_derive (fun h => na_energy w (x h) (s h) (p h)) 0 d.
Proof.
  have [d [d0 D]] := asymmetric_synapses_rise.
  set w := linear_network 2 100 _ in D.
  exists w, (line_n w (kdelta ord0) skew_synapses), (line_s w (kdelta ord0) skew_synapses (fun _ _ => 0)),
    (line_a w skew_synapses (fun _ _ => 0)), d.
  split; first by apply: (linear_network_regular); lra.
  do 4?(split; first by move=> * ); split; last by split; [exact: na_line | split; [exact: d0 | exact: D]].
  by have [_ [_ ->]] := line_at0 w (kdelta ord0) skew_synapses (fun _ _ => 0).
Qed.

Theorem BL4_needs_symmetric_tensor : exists (w : na_network 2) (x : R -> vec 2) (s p : R -> mat 2 2) (d : R),
  regular_network w /\ swap_first w /\ symmetric (input_s w) /\ symmetric (input_a w) /\
  symmetric (s 0) /\ symmetric (p 0) /\ na_follows w x s p 0 /\
  0 < d /\ is_derive (fun h => na_energy w (x h) (s h) (p h)) 0 d.
Proof.
  have [d [d0 D]] := asymmetric_tensor_rise.
  set w := linear_network 2 1 _ in D.
  exists w, (line_n w (fun _ => 0) (fun _ _ => 0)), (line_s w (fun _ => 0) (fun _ _ => 0) corner),
    (line_a w (fun _ _ => 0) corner), d.
  split; first by apply: (linear_network_regular); lra.
  split; first exact: skew_tensor_first.
  do 2?(split; first by move=> * ).
  have [_ [e2 e3]] := line_at0 w (fun _ => 0) (fun _ _ => 0) corner.
  split; first by rewrite e2.
  split; first by rewrite e3; exact: corner_sym.
  by split; [exact: na_line | split; [exact: d0 | exact: D]].
Qed.

Theorem BL4_elimination (N : nat) (w : na_network N) (x : vec N) (s p : mat N N) :
  regular_network w -> leak_n w = 1 -> leak_s w = 0 -> leak_a w = 0 ->
  (forall i, input_n w i = 0) -> (forall i j, input_s w i j = 0) -> (forall i j, input_a w i j = 0) ->
  (forall i j, velocity_s w x s p i j = 0) -> (forall i j, velocity_a w s p i j = 0) ->
  (forall i j, psi_a w p i j = - (phi_n w x i * phi_n w x j)) /\
  (forall i j, g_s w s i j = sum2 (fun k l => tensor w i j k l * (phi_n w x k * phi_n w x l))) /\
  (forall i, velocity_n w x s i = (- x i
     + sum (fun j => sum2 (fun k l => tensor w i j k l * (phi_n w x j * phi_n w x k * phi_n w x l)))) / tau_n w) /\
  na_energy w x s p = sum (fun i => x i * phi_n w x i - prim (neuron w) (x i))
    - (/ 4) * sum2 (fun i j => sum2 (fun k l =>
        tensor w i j k l * ((phi_n w x i * phi_n w x j) * (phi_n w x k * phi_n w x l)))).
Proof.
  move=> [_ [_ [_ [_ [_ [_ [ts [ta _]]]]]]]]; apply: elimination; lra.
Qed.

Theorem BL4_quartic (K N : nat) (c : R) (Xi : mat K N) (f : vec N) :
  (forall i, sum (fun j => sum2 (fun k l => hebbian_tensor c Xi i j k l * (f j * f k * f l)))
     = c * sum (fun mu => Xi mu i * (dot (Xi mu) f) ^ 3)) /\
  (/ 4) * sum2 (fun i j => sum2 (fun k l => hebbian_tensor c Xi i j k l * ((f i * f j) * (f k * f l))))
     = sum (fun mu => c * (dot (Xi mu) f) ^ 4 / 4) /\
  (forall i j k l, hebbian_tensor c Xi i j k l = hebbian_tensor c Xi k l i j /\
     hebbian_tensor c Xi i j k l = hebbian_tensor c Xi j i k l).
Proof.
  split; first exact: hebbian_drive; split; first exact: hebbian_energy.
  by move=> i j k l; rewrite /hebbian_tensor; split; congr (_ * _); apply: sum_ext => mu; ring.
Qed.

Theorem BL4_saddle_general (N : nat) (w : na_network N) (x : vec N) (s p : mat N N) :
  regular_network w -> swap_pairs w -> leak_s w = 0 -> leak_a w = 0 ->
  (forall i j, 0 < deriv (synapse w) (s i j)) -> (forall i j, 0 < deriv (process w) (p i j)) ->
  let inner := fun v q v' q' : mat N N => sum2 (fun i j =>
    (tau_s w * (deriv (synapse w) (s i j) * (v i j * v' i j)))
    + (tau_a w * (deriv (process w) (p i j) * (q i j * q' i j)))) in
  let derivative_along := fun v q dv dq : mat N N => forall i j,
    is_derive (fun h => velocity_s w x (fun r c => s r c + h * v r c) (fun r c => p r c + h * q r c) i j) 0 (dv i j) /\
    is_derive (fun h => velocity_a w (fun r c => s r c + h * v r c) (fun r c => p r c + h * q r c) i j) 0 (dq i j) in
  exists (v q v' q' : 'I_(N * N) -> mat N N) (hi lo : vec (N * N)),
    (forall k, lo k < 0 < hi k) /\
    (forall k l, inner (v k) (q k) (v l) (q l) = kdelta k l /\ inner (v' k) (q' k) (v' l) (q' l) = kdelta k l /\
       inner (v k) (q k) (v' l) (q' l) = 0) /\
    (forall (ds dp : mat N N) i j,
       ds i j = sum (fun k => inner ds dp (v k) (q k) * v k i j) + sum (fun k => inner ds dp (v' k) (q' k) * v' k i j) /\
       dp i j = sum (fun k => inner ds dp (v k) (q k) * q k i j) + sum (fun k => inner ds dp (v' k) (q' k) * q' k i j)) /\
    (forall ds dp : mat N N, derivative_along ds dp
       (fun i j => sum (fun k => (hi k * inner ds dp (v k) (q k)) * v k i j)
                   + sum (fun k => (lo k * inner ds dp (v' k) (q' k)) * v' k i j))
       (fun i j => sum (fun k => (hi k * inner ds dp (v k) (q k)) * q k i j)
                   + sum (fun k => (lo k * inner ds dp (v' k) (q' k)) * q' k i j))).
Proof.
  move=> reg sw ls la g0 h0 inner along.
  have [v [q [v' [q' [hi [lo [sg [on H]]]]]]]] :=
    lib.NeuronAstrocyteInertia.fast_block_saddle_general w x s p reg sw ls la g0 h0.
  exists v, q, v', q', hi, lo; split=> //; split; first exact: on.
  by split=> ds dp i j; [exact: (H ds dp i j).1 | exact: (H ds dp i j).2].
Qed.

Theorem BL4_saddle (N : nat) (w : na_network N) (x : vec N) (s p : mat N N) (a b : R) :
  regular_network w -> swap_pairs w -> leak_s w = 0 -> leak_a w = 0 -> 0 < a -> 0 < b ->
  (forall i j, deriv (synapse w) (s i j) = a) -> (forall i j, deriv (process w) (p i j) = b) ->
  exists (q : 'I_(N * N) -> mat N N) (lo hi : vec (N * N)),
    (forall k l, sum2 (fun i j => q k i j * q l i j) = kdelta k l) /\
    (forall k, lo k < 0 < hi k) /\
    (forall k lam, lam = lo k \/ lam = hi k -> forall i j,
       is_derive (fun h => velocity_s w x (fun u v => s u v + h * (b * q k u v))
                             (fun u v => p u v + h * ((tau_s w * lam) * q k u v)) i j) 0
         (lam * (b * q k i j)) /\
       is_derive (fun h => velocity_a w (fun u v => s u v + h * (b * q k u v))
                             (fun u v => p u v + h * ((tau_s w * lam) * q k u v)) i j) 0
         (lam * ((tau_s w * lam) * q k i j))).
Proof. exact: lib.NeuronAstrocyteSaddle.fast_block_saddle. Qed.

(** Identity activations, the Hebbian tensor of one pattern, at rest. *)
Example BL4_witness : exists (w : na_network 2) (x : R -> vec 2) (s p : R -> mat 2 2),
  regular_network w /\ swap_pairs w /\ swap_first w /\ symmetric (input_s w) /\ symmetric (input_a w) /\
  na_solution w x s p /\ symmetric (s 0) /\ symmetric (p 0) /\
  (exists i j k l, tensor w i j k l <> 0).
Proof.
  have [_ [_ H]] := BL4_quartic 1 2 1 (fun _ _ => 1) (fun _ => 0).
  exists (linear_network 2 1 (hebbian_tensor 1 (fun (_ : 'I_1) (_ : 'I_2) => 1))), (fun _ _ => 0), (fun _ _ _ => 0), (fun _ _ _ => 0).
  split; first by apply: linear_network_regular; lra.
  split; first by move=> i j k l; exact: (H i j k l).1.
  split; first by move=> i j k l; exact: (H i j k l).2.
  do 2?(split; first by move=> * ); split; first exact: rest_na_solution.
  do 2?(split; first by move=> * ).
  by exists ord0, ord0, ord0, ord0; rewrite /= /hebbian_tensor sum_n1; lra.
Qed.

(** The elimination's hypotheses: leaks 1, 0, 0, at rest at the origin. *)
Example BL4_witness_elimination : exists (w : na_network 2) (x : vec 2) (s p : mat 2 2),
  regular_network w /\ leak_n w = 1 /\ leak_s w = 0 /\ leak_a w = 0 /\
  (forall i, input_n w i = 0) /\ (forall i j, input_s w i j = 0) /\ (forall i j, input_a w i j = 0) /\
  (forall i j, velocity_s w x s p i j = 0) /\ (forall i j, velocity_a w s p i j = 0) /\ x ord0 <> 0.
Proof. exact: elimination_witness. Qed.

(** The saddle's hypotheses, with a tensor that is not zero: the same network at the origin. *)
Example BL4_witness_saddle : exists (w : na_network 2) (s p : mat 2 2),
  regular_network w /\ swap_pairs w /\ leak_s w = 0 /\ leak_a w = 0 /\ 0 < 1 /\
  (forall i j, deriv (synapse w) (s i j) = 1) /\ (forall i j, deriv (process w) (p i j) = 1) /\
  (exists i j k l, tensor w i j k l <> 0).
Proof.
  exists (linear_network 2 1 (fun _ _ _ _ => 1)), (fun _ _ => 0), (fun _ _ => 0).
  split; first by apply: linear_network_regular; lra.
  split; first by [].
  do 2?(split; first by []); split; first lra.
  do 2?(split; first by []).
  by exists ord0, ord0, ord0, ord0; rewrite /=; lra.
Qed.

(** The same with slopes that differ from pair to pair: tanh as every activation. *)
Example BL4_witness_saddle_general : exists (w : na_network 2) (s p : mat 2 2),
  regular_network w /\ swap_pairs w /\ leak_s w = 0 /\ leak_a w = 0 /\
  (forall i j, 0 < deriv (synapse w) (s i j)) /\ (forall i j, 0 < deriv (process w) (p i j)) /\
  deriv (synapse w) (s ord0 ord0) <> deriv (synapse w) (s ord0 (lift ord0 ord0)) /\
  (exists i j k l, tensor w i j k l <> 0).
Proof. exact: lib.NeuronAstrocyteTanh.saddle_general_witness. Qed.
