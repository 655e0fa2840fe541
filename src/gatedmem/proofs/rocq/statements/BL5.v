(** * BL5.  The modular energy frame

    Any number of layers, each with a convex Lagrangian whose gradient is the layer's activation;
    tau dx/dt = - x - dE_h/d(activation), one time constant for each layer, E_h differentiable.
    E = sum over layers of <x, g> - L, plus E_h.

    BL5_descent       if the activations are locally Lipschitz, E falls (does not rise) along every solution
    BL5_rate          where the activations have the derivatives da along the curve,
                      dE/dt = - sum tau x_i' da_i <= 0  (da = Hessian of L times x' if L is C^2)
    BL5_convergence   if activations and the gradient of E_h are locally Lipschitz, then along every bounded
                      solution dx/dt -> 0; limit points exist, all are equilibria, and the solution
                      approaches the set of equilibria
    BL5_two_layers    a two-layer frame is an instance: same energy, same equations
    BL5_classical     the graded Hopfield network is an instance: same energy, same velocity
    BL5_modern        the modern Hopfield network is an instance, with a hidden layer y: at y = Z x the
                      energies are the same
    BL5_astrocyte     the astrocyte-gated memory is an instance (through AG28's frame)
    BL5_context       the context-gated memory, all four layers c, s, r, q free, is an instance: same
                      energy, same four velocities; its activations and the gradient of its E_h are
                      locally Lipschitz, as BL5_convergence asks (activations: join (join c s) (join p q))
    BL5_neuron_astrocyte  the neuron-astrocyte memory with all leaks gamma > 0 and T_ijkl = T_klij is
                      an instance with the layers x, s, p (s and p laid out as vectors over the N^2
                      pairs), Lagrangians gamma_n L_n, (gamma_s/2) L_s, (gamma_p/2) L_p, time constants
                      tau/gamma, and for E_h what its energy holds besides the Legendre terms, written
                      in phi = a_x/gamma_n, g = 2 a_s/gamma_s, psi = 2 a_p/gamma_p.  Same energy at every
                      state; same velocity where s is symmetric; so its solutions that start from
                      symmetric s, p (c, d symmetric, T_ijkl = T_jikl) solve the frame.  Its activations
                      (if phi is) and the gradient of its E_h are locally Lipschitz *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis.
From Gatedmem Require Import defs.Hopfield defs.Modern defs.Modular.
From Gatedmem Require Import lib.Sums lib.Modular lib.ModularInstances lib.ModularAstrocyte.
From Gatedmem Require defs.Context defs.ContextFlow lib.ModularLimit lib.ModularContext.
From Gatedmem Require defs.NeuronAstrocyte lib.NeuronAstrocyteTanh lib.NeuronAstrocyteModular.

Open Scope R_scope.

Theorem BL5_descent (n L : nat) (M : modular n L) (x : R -> vec n) :
  modular_ok M -> locally_lipschitz (activations M) -> modular_solution M x ->
  forall t1 t2, 0 <= t1 -> t1 <= t2 -> modular_energy M (x t2) <= modular_energy M (x t1).
Proof. by move=> ok; exact: modular_descent. Qed.

Theorem BL5_rate (n L : nat) (M : modular n L) (x : R -> vec n) (t : R) (da : vec n) :
  modular_ok M -> modular_follows M x t ->
  (forall i, is_derive (fun s => activations M (x s) i) t (da i)) ->
  is_derive (fun s => modular_energy M (x s)) t
    (- sum (fun i => time M (layer M i) * (modular_velocity M (x t) i * da i))) /\
  - sum (fun i => time M (layer M i) * (modular_velocity M (x t) i * da i)) <= 0.
Proof.
  move=> ok F D; split; first exact: modular_rate.
  by have := modular_rate_sign M ok x t da F D; lra.
Qed.

Theorem BL5_convergence (n L : nat) (M : modular n L) (x : R -> vec n) (B : R) :
  modular_ok M -> locally_lipschitz (activations M) -> locally_lipschitz (coupling_gradient M) ->
  modular_solution M x -> (forall t, 0 <= t -> norm (x t) <= B) ->
  (forall i, is_lim (fun t => modular_velocity M (x t) i) p_infty 0) /\
  (exists w, limit_point x w) /\
  (forall w, limit_point x w -> forall i, modular_velocity M w i = 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists w, (forall i, modular_velocity M w i = 0) /\ distance (x t) w < eps).
Proof. by move=> ok lg lG sol bd; exact: (lib.ModularLimit.modular_convergence M ok lg lG x B sol bd). Qed.

Theorem BL5_two_layers (n k : nat) (F : frame n k) (Gx : vec n -> vec k -> vec n)
    (Gy : vec n -> vec k -> vec k) :
  well_formed F ->
  differentiable (coupling_energy (two_layers F Gx Gy)) (coupling_gradient (two_layers F Gx Gy)) ->
  modular_ok (two_layers F Gx Gy) /\
  (forall x y, modular_energy (two_layers F Gx Gy) (join x y) = frame_energy F x y) /\
  (forall x y t, modular_follows (two_layers F Gx Gy) (fun s => join (x s) (y s)) t -> frame_follows F x y t).
Proof.
  move=> wf df; split; first exact: two_layers_ok.
  by split; [exact: two_layers_energy | move=> x y t; exact: two_layers_follows].
Qed.

Theorem BL5_classical (N : nat) (h : hopfield N) : regular h -> symmetric (coupling h) ->
  modular_ok (classical_frame h) /\
  (forall x, modular_energy (classical_frame h) x = hopfield_energy h x) /\
  (forall x i, modular_velocity (classical_frame h) x i = hopfield_velocity h x i).
Proof.
  move=> reg sym; split; first exact: classical_ok.
  by split; [exact: classical_energy | exact: classical_velocity].
Qed.

Theorem BL5_modern (d n : nat) (b tx ty : R) (Z : mat n d) :
  (0 < n)%N -> 0 < b -> 0 < tx -> 0 < ty ->
  let M := two_layers (modern_frame b Z tx ty)
    (fun a p => mulmv (fun i mu => - Z mu i) p) (fun a p mu => - mulmv Z a mu) in
  modular_ok M /\
  (forall x, modular_energy M (join x (mulmv Z x)) = modern_energy b Z x) /\
  (forall x i, modular_velocity M (join x (mulmv Z x)) (lshift n i) = (- x i + modern_update b Z x i) / tx) /\
  (forall x y mu, modular_velocity M (join x y) (rshift d mu) = (- y mu + mulmv Z x mu) / ty).
Proof. exact: modern_instance. Qed.

Theorem BL5_astrocyte (N K : nat) (m : memory N K) : (0 < K)%N -> positive m ->
  let M := two_layers (astrocyte_frame m)
    (fun a q i => - (sum (fun mu => q mu * (dot (pattern m mu) a * pattern m mu i)) / INR N))
    (fun a q mu => - (dot (pattern m mu) a ^ 2 / (2 * INR N))) in
  modular_ok M /\ locally_lipschitz (activations M) /\
  (forall x u, modular_energy M (join x (fun mu => temp m * u mu)) = energy m x (softmax 1 u)) /\
  (forall x u i, modular_velocity M (join x (fun mu => temp m * u mu)) (lshift K i) = velocity_x m x (softmax 1 u) i) /\
  (forall x u mu, modular_velocity M (join x (fun mu => temp m * u mu)) (rshift N mu) = temp m * lift_velocity m x u mu).
Proof. exact: astrocyte_instance. Qed.

Theorem BL5_context (dc d N : nat) (w : ContextFlow.network dc d N) :
  (0 < N)%N -> ContextFlow.network_positive w ->
  let M := Modular ((dc + N) + (N + d)) 4
    (fun i => match split i with
              | inl a => match split a with inl _ => @Ordinal 4 0 isT | inr _ => @Ordinal 4 1 isT end
              | inr b => match split b with inl _ => @Ordinal 4 2 isT | inr _ => @Ordinal 4 3 isT end
              end)
    (fun l z => match nat_of_ord l with
                | 0 => ContextFlow.half_square (left (left z))
                | 1 => ContextFlow.half_square (right (left z))
                | 2 => log_sum_exp (ContextFlow.sharpness w) (left (right z))
                | _ => ContextFlow.half_square (right (right z))
                end)
    (fun z => join (left z) (join (softmax (ContextFlow.sharpness w) (left (right z))) (right (right z))))
    (fun a => ContextFlow.hypersynapses w (left (left a)) (right (left a)) (left (right a)) (right (right a)))
    (fun a => join
       (join (fun i => - mulmv (fun j mu => ContextFlow.projection w mu j) (right (left a)) i)
             (fun i => - mulmv (ContextFlow.projection w) (left (left a)) i
                       + ContextFlow.competing w * mulmv (Context.competition (ContextFlow.stored w)) (right (left a)) i
                       - ContextFlow.coupling w * left (right a) i))
       (join (fun i => - (ContextFlow.coupling w * right (left a) i) - dot (ContextFlow.stored w i) (right (right a)))
             (fun i => - Context.readout (ContextFlow.stored w) (left (right a)) i)))
    (fun l => match nat_of_ord l with
              | 0 => ContextFlow.time_c w | 1 => ContextFlow.time_s w
              | 2 => ContextFlow.time_r w | _ => ContextFlow.time_q w
              end) in
  modular_ok M /\ locally_lipschitz (activations M) /\ locally_lipschitz (coupling_gradient M) /\
  (forall c s r q, modular_energy M (join (join c s) (join r q)) = ContextFlow.network_energy w c s r q) /\
  (forall c s r q, modular_velocity M (join (join c s) (join r q))
     = join (join (ContextFlow.context_velocity w c s) (ContextFlow.gates_velocity w c s r))
            (join (ContextFlow.scores_velocity w s r q) (ContextFlow.query_velocity w r q))).
Proof. exact: lib.ModularContext.four_layers_instance. Qed.

Theorem BL5_neuron_astrocyte (N : nat) (w : NeuronAstrocyte.na_network N) :
  NeuronAstrocyte.regular_network w -> NeuronAstrocyte.swap_pairs w ->
  0 < NeuronAstrocyte.leak_n w -> 0 < NeuronAstrocyte.leak_s w -> 0 < NeuronAstrocyte.leak_a w ->
  let n := #|{: 'I_N * 'I_N}| in
  let flat := fun (s : mat N N) (k : 'I_n) => s (enum_val k).1 (enum_val k).2 in
  let table := fun (v : vec n) (i j : 'I_N) => v (enum_rank (i, j)) in
  let state := fun (x : vec N) (s p : mat N N) => join x (join (flat s) (flat p)) in
  let phi_of := fun (a : vec (N + (n + n))) i => left a i / NeuronAstrocyte.leak_n w in
  let g_of := fun (a : vec (N + (n + n))) i j => (2 * table (left (right a)) i j) / NeuronAstrocyte.leak_s w in
  let psi_of := fun (a : vec (N + (n + n))) i j => (2 * table (right (right a)) i j) / NeuronAstrocyte.leak_a w in
  let M := Modular (N + (n + n)) 3
    (fun i => match split i with
              | inl _ => @Ordinal 3 0 isT
              | inr b => match split b with inl _ => @Ordinal 3 1 isT | inr _ => @Ordinal 3 2 isT end
              end)
    (fun l z => match nat_of_ord l with
                | 0 => NeuronAstrocyte.leak_n w
                       * sum (fun i => NeuronAstrocyte.prim (NeuronAstrocyte.neuron w) (left z i))
                | 1 => (NeuronAstrocyte.leak_s w / 2)
                       * sum (fun k => NeuronAstrocyte.prim (NeuronAstrocyte.synapse w) (left (right z) k))
                | _ => (NeuronAstrocyte.leak_a w / 2)
                       * sum (fun k => NeuronAstrocyte.prim (NeuronAstrocyte.process w) (right (right z) k))
                end)
    (fun z => join
       (fun i => NeuronAstrocyte.leak_n w * NeuronAstrocyte.act (NeuronAstrocyte.neuron w) (left z i))
       (join (fun k => (NeuronAstrocyte.leak_s w / 2) * NeuronAstrocyte.act (NeuronAstrocyte.synapse w) (left (right z) k))
             (fun k => (NeuronAstrocyte.leak_a w / 2) * NeuronAstrocyte.act (NeuronAstrocyte.process w) (right (right z) k))))
    (fun a => - sum (fun i => NeuronAstrocyte.input_n w i * phi_of a i)
       - (/ 2) * NeuronAstrocyte.sum2 (fun i j => NeuronAstrocyte.input_s w i j * g_of a i j)
       - (/ 2) * NeuronAstrocyte.sum2 (fun i j => NeuronAstrocyte.input_a w i j * psi_of a i j)
       - (/ 2) * NeuronAstrocyte.sum2 (fun i j => g_of a i j * (phi_of a i * phi_of a j))
       - (/ 2) * NeuronAstrocyte.sum2 (fun i j => g_of a i j * psi_of a i j)
       - (/ 4) * NeuronAstrocyte.sum2 (fun i j => psi_of a i j * NeuronAstrocyte.contract w (psi_of a) i j))
    (fun a => join
       (fun i => - (NeuronAstrocyte.input_n w i + (/ 2) * sum (fun j => (g_of a i j + g_of a j i) * phi_of a j))
                 / NeuronAstrocyte.leak_n w)
       (join (flat (fun i j => - (NeuronAstrocyte.input_s w i j + phi_of a i * phi_of a j + psi_of a i j)
                               / NeuronAstrocyte.leak_s w))
             (flat (fun i j => - (NeuronAstrocyte.input_a w i j + g_of a i j + NeuronAstrocyte.contract w (psi_of a) i j)
                               / NeuronAstrocyte.leak_a w))))
    (fun l => match nat_of_ord l with
              | 0 => NeuronAstrocyte.tau_n w / NeuronAstrocyte.leak_n w
              | 1 => NeuronAstrocyte.tau_s w / NeuronAstrocyte.leak_s w
              | _ => NeuronAstrocyte.tau_a w / NeuronAstrocyte.leak_a w
              end) in
  modular_ok M /\
  (locally_lipschitz (NeuronAstrocyte.phi_n w) -> locally_lipschitz (activations M)) /\
  locally_lipschitz (coupling_gradient M) /\
  (forall x s p, modular_energy M (state x s p) = NeuronAstrocyte.na_energy w x s p) /\
  (forall x s p, symmetric s ->
     modular_velocity M (state x s p) = state (NeuronAstrocyte.velocity_n w x s)
       (NeuronAstrocyte.velocity_s w x s p) (NeuronAstrocyte.velocity_a w s p)) /\
  (forall x s p, NeuronAstrocyte.swap_first w ->
     symmetric (NeuronAstrocyte.input_s w) -> symmetric (NeuronAstrocyte.input_a w) ->
     NeuronAstrocyte.na_solution w x s p -> symmetric (s 0) -> symmetric (p 0) ->
     modular_solution M (fun t => state (x t) (s t) (p t))).
Proof. exact: lib.NeuronAstrocyteModular.na_frame_instance. Qed.

(** tanh units with zero coupling, from (1, ..., 1) at the rate e^{-t}. *)
Example BL5_witness (N : nat) :
  let h := Hopfield N (fun _ _ => 0) tanh (fun a => / cosh a ^ 2) (fun a => ln (cosh a)) 1 in
  modular_ok (classical_frame h) /\ locally_lipschitz (activations (classical_frame h)) /\
  modular_solution (classical_frame h) (fun t _ => exp (- t)).
Proof. exact: classical_witness. Qed.

(** The same solution is bounded, and the gradient of its E_h is locally Lipschitz. *)
Example BL5_witness_convergence (N : nat) :
  let h := Hopfield N (fun _ _ => 0) tanh (fun a => / cosh a ^ 2) (fun a => ln (cosh a)) 1 in
  modular_ok (classical_frame h) /\ locally_lipschitz (activations (classical_frame h)) /\
  locally_lipschitz (coupling_gradient (classical_frame h)) /\
  modular_solution (classical_frame h) (fun t _ => exp (- t)) /\
  (forall t, 0 <= t -> norm (fun _ : 'I_N => exp (- t)) <= INR N).
Proof.
  move=> h; have [ok [lip sol]] := classical_witness N.
  split=> //; split=> //; split; last split=> //.
    apply: (lipschitz_local _ 0) => x z; rewrite Rmult_0_l /distance (norm_ext _ (fun _ => 0)) ?norm_0; first lra.
    by move=> i; rewrite /vsub /= /mulmv !sum_eq0 => [|j|j]; ring.
  move=> t t0; apply: Rle_trans (norm_le_sum_abs _) _; rewrite sum_const -{2}(Rmult_1_r (INR N)).
  apply: Rmult_le_compat_l; first exact: pos_INR.
  rewrite Rabs_pos_eq; last by apply: Rlt_le; exact: exp_pos.
  by rewrite -exp_0; case: t0 => [t0|<-]; [left; apply: exp_increasing; lra | right; rewrite Ropp_0].
Qed.

Example BL5_witness_context (dc d N : nat) : exists w : ContextFlow.network dc d N, ContextFlow.network_positive w.
Proof.
  exists (ContextFlow.Network dc d N (fun _ _ => 1) (fun _ _ => 1) 1 1 1 1 1 1 1).
  by rewrite /ContextFlow.network_positive /=; lra.
Qed.

(** tanh as every activation, the Hebbian tensor of one pattern, leaks 1; the solution at rest. *)
Example BL5_witness_neuron_astrocyte (N : nat) : exists (w : NeuronAstrocyte.na_network N)
    (x : R -> vec N) (s p : R -> mat N N),
  NeuronAstrocyte.regular_network w /\ NeuronAstrocyte.swap_pairs w /\ NeuronAstrocyte.swap_first w /\
  0 < NeuronAstrocyte.leak_n w /\ 0 < NeuronAstrocyte.leak_s w /\ 0 < NeuronAstrocyte.leak_a w /\
  symmetric (NeuronAstrocyte.input_s w) /\ symmetric (NeuronAstrocyte.input_a w) /\
  locally_lipschitz (NeuronAstrocyte.phi_n w) /\
  NeuronAstrocyte.na_solution w x s p /\ symmetric (s 0) /\ symmetric (p 0).
Proof.
  exists (lib.NeuronAstrocyteTanh.hyperbolic_network N 1
    (NeuronAstrocyte.hebbian_tensor 1 (fun (_ : 'I_1) (_ : 'I_N) => 1))), (fun _ _ => 0), (fun _ _ _ => 0), (fun _ _ _ => 0).
  by have := lib.NeuronAstrocyteTanh.rest_witness N => /=; intuition.
Qed.
