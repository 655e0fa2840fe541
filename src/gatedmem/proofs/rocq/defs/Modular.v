(** * The modular energy frame, any number of layers

    What a reader must trust for BL5 (arXiv 2107.06446).  All neurons of all layers make one vector
    of R^n; [layer i] is the layer of neuron i.

    lagrangian l, activation == layer l has a Lagrangian whose gradient is the activation of its
                                own neurons, 0 elsewhere (so it depends on its own neurons only)
    interaction, interaction_gradient == E_h and its gradient, as functions of the activations
    time l                   == time constant of layer l
    modular_ok               == Lagrangians convex, gradients as said, E_h differentiable, time > 0
    locally_lipschitz g      == near every point g is Lipschitz
    modular_energy           == <x, g x> - sum_l L_l x + E_h(g x)
    modular_velocity         == tau dx_i/dt = - x_i - dE_h/dg_i
    modular_solution         == continuous on [0, oo), and the equation holds for t > 0 *)

From Coq Require Import Reals.
From mathcomp Require Import ssreflect eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis.

Open Scope R_scope.

Record modular (n L : nat) : Type := Modular {
  layer : 'I_n -> 'I_L;
  lagrangian : 'I_L -> vec n -> R;
  activations : vec n -> vec n;
  coupling_energy : vec n -> R;
  coupling_gradient : vec n -> vec n;
  time : 'I_L -> R
}.
Arguments layer {n L}. Arguments lagrangian {n L}. Arguments activations {n L}.
Arguments coupling_energy {n L}. Arguments coupling_gradient {n L}. Arguments time {n L}.

Definition differentiable {n : nat} (E : vec n -> R) (G : vec n -> vec n) : Prop :=
  forall a eps, 0 < eps -> exists delta, 0 < delta /\ forall b, distance b a < delta ->
    Rabs (E b - E a - dot (G a) (vsub b a)) <= eps * distance b a.
Definition locally_lipschitz {n : nat} (g : vec n -> vec n) : Prop :=
  forall x, exists C delta, 0 < delta /\
    lipschitz_on C (fun z => distance z x < delta) g.

Section Modular.
Context {n L : nat} (M : modular n L).

Definition modular_ok : Prop :=
  (forall l, convex_with_gradient (lagrangian M l)
     (fun x i => if layer M i == l then activations M x i else 0)) /\
  differentiable (coupling_energy M) (coupling_gradient M) /\
  (forall l, 0 < time M l).

Definition modular_energy (x : vec n) : R :=
  dot x (activations M x) - sum (fun l => lagrangian M l x) + coupling_energy M (activations M x).
Definition modular_velocity (x : vec n) : vec n :=
  fun i => (- x i - coupling_gradient M (activations M x) i) / time M (layer M i).
Definition modular_follows (x : R -> vec n) (t : R) : Prop :=
  forall i, is_derive (fun s => x s i) t (modular_velocity (x t) i).
Definition modular_solution (x : R -> vec n) : Prop :=
  (forall i, continuous_from0 (fun t => x t i)) /\ (forall t, 0 < t -> modular_follows x t).
End Modular.

(** ** Instances

    left z, right z, join x y == the two parts of a vector of R^(n+k), and their join
    two_layers F Gx Gy == the two-layer frame F as a modular one; Gx, Gy are the gradients of its
                          interaction with respect to the two activations
    classical_frame h  == the graded Hopfield network: one layer, E_h(a) = -1/2 a^T W a
    modern_frame b Z   == the modern Hopfield network: Lagrangians 1/2 |x|^2 and (1/b) ln sum e^{b y},
                          interaction -<p, Z x>; its hidden layer y is at rest when y = Z x *)

From Gatedmem Require Import defs.Softmax defs.Hopfield.

Definition left {n k : nat} (z : vec (n + k)) : vec n := fun i => z (lshift k i).
Definition right {n k : nat} (z : vec (n + k)) : vec k := fun j => z (rshift n j).
Definition join {n k : nat} (x : vec n) (y : vec k) : vec (n + k) :=
  fun i => match split i with inl a => x a | inr b => y b end.

Definition two_layers {n k : nat} (F : frame n k) (Gx : vec n -> vec k -> vec n)
    (Gy : vec n -> vec k -> vec k) : modular (n + k) 2 :=
  Modular (n + k) 2
    (fun i => match split i with inl _ => ord0 | inr _ => ord_max end)
    (fun l z => if l == ord0 then lagrangian_x F (left z) else lagrangian_y F (right z))
    (fun z => join (activation_x F (left z)) (activation_y F (right z)))
    (fun a => interaction F (left a) (right a))
    (fun a => join (Gx (left a) (right a)) (Gy (left a) (right a)))
    (fun l => if l == ord0 then time_x F else time_y F).

Definition classical_frame {N : nat} (h : hopfield N) : modular N 1 :=
  Modular N 1 (fun _ => ord0)
    (fun _ x => sum (fun i => primitive h (x i)))
    (fun x i => activation h (x i))
    (fun a => - (/ 2 * dot a (mulmv (coupling h) a)))
    (fun a i => - mulmv (coupling h) a i)
    (fun _ => time_constant h).

Definition modern_frame {d n : nat} (b : R) (Z : mat n d) (tx ty : R) : frame d n := {|
  lagrangian_x := fun x => / 2 * dot x x;
  lagrangian_y := fun y => log_sum_exp b y;
  activation_x := fun x => x;
  activation_y := fun y => softmax b y;
  interaction := fun a p => - dot p (mulmv Z a);
  time_x := tx;
  time_y := ty
|}.
