(** * The modular energy frame, two layers (arXiv 2107.06446)

    A frame has for each layer a Lagrangian, its activation (the Lagrangian's
    gradient) and a time constant, and an interaction energy E_h of the two
    activations.  It is well formed when the Lagrangians are convex with the
    given activations as gradients.

    frame_energy F x y      == sum over layers of <x, g x> - L x, plus E_h(g x, g y)
    frame_follows F x y t   == at time t: tau dx/dt = - x - dE_h/d(activation), and so for y *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus.

Open Scope R_scope.

Record frame (n k : nat) : Type := Frame {
  lagrangian_x : vec n -> R;
  lagrangian_y : vec k -> R;
  activation_x : vec n -> vec n;
  activation_y : vec k -> vec k;
  interaction : vec n -> vec k -> R;
  time_x : R;
  time_y : R
}.
Arguments lagrangian_x {n k}. Arguments lagrangian_y {n k}.
Arguments activation_x {n k}. Arguments activation_y {n k}.
Arguments interaction {n k}. Arguments time_x {n k}. Arguments time_y {n k}.

Definition convex_with_gradient {n : nat} (L : vec n -> R) (g : vec n -> vec n) : Prop :=
  (forall x i, partial L x i (g x i)) /\
  (forall x x', L x + dot (g x) (fun i => x' i - x i) <= L x').

Section Frame.
Context {n k : nat} (F : frame n k).

Definition well_formed : Prop :=
  convex_with_gradient (lagrangian_x F) (activation_x F) /\
  convex_with_gradient (lagrangian_y F) (activation_y F) /\
  0 < time_x F /\ 0 < time_y F.

Definition frame_energy (x : vec n) (y : vec k) : R :=
  (dot x (activation_x F x) - lagrangian_x F x)
  + (dot y (activation_y F y) - lagrangian_y F y)
  + interaction F (activation_x F x) (activation_y F y).

Definition frame_follows (x : R -> vec n) (y : R -> vec k) (t : R) : Prop :=
  exists (dx : vec n) (dy : vec k),
    (forall i, is_derive (fun s => x s i) t (dx i)) /\
    (forall j, is_derive (fun s => y s j) t (dy j)) /\
    (forall i, partial (fun a => interaction F a (activation_y F (y t))) (activation_x F (x t)) i
                 (- (time_x F * dx i + x t i))) /\
    (forall j, partial (fun b => interaction F (activation_x F (x t)) b) (activation_y F (y t)) j
                 (- (time_y F * dy j + y t j))).
End Frame.
