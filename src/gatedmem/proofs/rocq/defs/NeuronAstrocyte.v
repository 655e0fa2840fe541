(** * The neuron-astrocyte associative memory

    What a reader must trust for BL4 (arXiv 2311.08135): neurons x_i, synapses s_ij, astrocyte
    processes p_ij; activations phi, g, psi, the derivatives of the convex Lagrangians.

    activation_triple   == a function, its derivative and a primitive
    na_network N        == activations, leaks, time constants, inputs, tensor T
    velocity_n/_s/_a    == right-hand sides of the flow of x, s, p
    na_energy           == the energy
    na_follows          == the curve (x, s, p) has the velocity of the flow at time t
    na_solution         == (x, s, p) solves the flow on [0, oo): continuous there, and the
                           equation holds for t > 0
    na_dissipation      == tau_n sum phi' x'^2 + 1/2 tau_s sum g' s'^2 + 1/2 tau_p sum psi' p'^2
    regular_network     == the derivatives are what they are said to be and not negative, g and psi
                           are Lipschitz, time constants positive, leaks not negative
    swap_pairs, swap_first == T_ijkl = T_klij,  T_ijkl = T_jikl
    hebbian_tensor c Xi == T_ijkl = c sum_mu xi_i xi_j xi_k xi_l *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Hopfield.

Open Scope R_scope.

Record activation_triple : Type := Triple { act : R -> R; deriv : R -> R; prim : R -> R }.
Definition is_triple (a : activation_triple) : Prop :=
  forall u, is_derive (prim a) u (act a u) /\ is_derive (act a) u (deriv a u) /\ 0 <= deriv a u.
Definition is_lipschitz (f : R -> R) : Prop :=
  exists L, forall u v, Rabs (f u - f v) <= L * Rabs (u - v).

Record na_network (N : nat) : Type := NaNetwork {
  neuron : activation_triple;        (* phi, phi', its primitive *)
  synapse : activation_triple;       (* g *)
  process : activation_triple;       (* psi *)
  leak_n : R; leak_s : R; leak_a : R;
  tau_n : R; tau_s : R; tau_a : R;
  input_n : vec N; input_s : mat N N; input_a : mat N N;
  tensor : 'I_N -> 'I_N -> 'I_N -> 'I_N -> R
}.
Arguments neuron {N}. Arguments synapse {N}. Arguments process {N}.
Arguments leak_n {N}. Arguments leak_s {N}. Arguments leak_a {N}.
Arguments tau_n {N}. Arguments tau_s {N}. Arguments tau_a {N}.
Arguments input_n {N}. Arguments input_s {N}. Arguments input_a {N}. Arguments tensor {N}.

Definition sum2 {m n : nat} (a : mat m n) : R := sum (fun i => sum (fun j => a i j)).

Section Network.
Context {N : nat} (w : na_network N).

Definition phi_n (x : vec N) : vec N := fun i => act (neuron w) (x i).
Definition g_s (s : mat N N) : mat N N := fun i j => act (synapse w) (s i j).
Definition psi_a (p : mat N N) : mat N N := fun i j => act (process w) (p i j).
Definition contract (q : mat N N) : mat N N :=
  fun i j => sum2 (fun k l => tensor w i j k l * q k l).

Definition velocity_n (x : vec N) (s : mat N N) : vec N := fun i =>
  (- (leak_n w * x i) + sum (fun j => g_s s i j * phi_n x j) + input_n w i) / tau_n w.
Definition velocity_s (x : vec N) (s p : mat N N) : mat N N := fun i j =>
  (- (leak_s w * s i j) + phi_n x i * phi_n x j + psi_a p i j + input_s w i j) / tau_s w.
Definition velocity_a (s p : mat N N) : mat N N := fun i j =>
  (- (leak_a w * p i j) + contract (psi_a p) i j + g_s s i j + input_a w i j) / tau_a w.

Definition na_energy (x : vec N) (s p : mat N N) : R :=
  leak_n w * sum (fun i => x i * phi_n x i - prim (neuron w) (x i))
  - sum (fun i => input_n w i * phi_n x i)
  + / 2 * (leak_s w * sum2 (fun i j => s i j * g_s s i j - prim (synapse w) (s i j))
           - sum2 (fun i j => input_s w i j * g_s s i j))
  + / 2 * (leak_a w * sum2 (fun i j => p i j * psi_a p i j - prim (process w) (p i j))
           - sum2 (fun i j => input_a w i j * psi_a p i j))
  - / 2 * sum2 (fun i j => g_s s i j * (phi_n x i * phi_n x j))
  - / 2 * sum2 (fun i j => g_s s i j * psi_a p i j)
  - / 4 * sum2 (fun i j => psi_a p i j * contract (psi_a p) i j).

Definition na_follows (x : R -> vec N) (s p : R -> mat N N) (t : R) : Prop :=
  (forall i, is_derive (fun h => x h i) t (velocity_n (x t) (s t) i)) /\
  (forall i j, is_derive (fun h => s h i j) t (velocity_s (x t) (s t) (p t) i j)) /\
  (forall i j, is_derive (fun h => p h i j) t (velocity_a (s t) (p t) i j)).
Definition na_solution (x : R -> vec N) (s p : R -> mat N N) : Prop :=
  (forall i, continuous_from0 (fun t => x t i)) /\
  (forall i j, continuous_from0 (fun t => s t i j)) /\
  (forall i j, continuous_from0 (fun t => p t i j)) /\
  (forall t, 0 < t -> na_follows x s p t).

Definition na_dissipation (x : vec N) (s p : mat N N) : R :=
  tau_n w * sum (fun i => deriv (neuron w) (x i) * velocity_n x s i ^ 2)
  + / 2 * (tau_s w * sum2 (fun i j => deriv (synapse w) (s i j) * velocity_s x s p i j ^ 2))
  + / 2 * (tau_a w * sum2 (fun i j => deriv (process w) (p i j) * velocity_a s p i j ^ 2)).

Definition regular_network : Prop :=
  is_triple (neuron w) /\ is_triple (synapse w) /\ is_triple (process w) /\
  is_lipschitz (act (synapse w)) /\ is_lipschitz (act (process w)) /\
  0 < tau_n w /\ 0 < tau_s w /\ 0 < tau_a w /\ 0 <= leak_s w /\ 0 <= leak_a w.
Definition swap_pairs : Prop := forall i j k l, tensor w i j k l = tensor w k l i j.
Definition swap_first : Prop := forall i j k l, tensor w i j k l = tensor w j i k l.
End Network.

Definition hebbian_tensor {K N : nat} (c : R) (Xi : mat K N) : 'I_N -> 'I_N -> 'I_N -> 'I_N -> R :=
  fun i j k l => c * sum (fun mu => Xi mu i * Xi mu j * (Xi mu k * Xi mu l)).
