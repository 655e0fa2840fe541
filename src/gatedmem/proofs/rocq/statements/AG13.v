(** * AG13  Equilibria are mixtures of rank-one experts

    At an equilibrium x = sum_mu p_mu E_mu with the experts
    E_mu = (K/N) xi_mu <xi_mu, phi(x)>, on any face; in the interior the weights
    are the softmax of the scores. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG13 N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> equilibrium m x p ->
  forall i, x i = sum (fun mu => p mu * ((INR K / INR N) * pattern m mu i
                         * dot (pattern m mu) (fun j => phi m (x j)))).
Proof.
  move=> pos [X _] i; have tx := pos_tau_x m pos.
  rewrite {1}(proj1 (neurons_stationary m x p ltac:(lra)) X i) drive_E -sum_scal_l.
  by apply: sum_ext => mu; rewrite /overlap; ring.
Qed.

Theorem AG13_routing N K (m : memory N K) (x : vec N) (p : vec K) :
  positive m -> is_interior p -> equilibrium m x p ->
  forall i, x i = sum (fun mu => softmax (/ temp m) (score m x) mu
                         * ((INR K / INR N) * pattern m mu i
                            * dot (pattern m mu) (fun j => phi m (x j)))).
Proof.
  move=> pos int E i; rewrite {1}(AG13 N K m x p pos E i); apply: sum_ext => mu.
  by have [_ P] := proj1 (equilibrium_interior m x p pos int) E; rewrite P.
Qed.

Example AG13_witness : positive (toy 3 2) /\ is_interior (fun _ : 'I_2 => / INR 2) /\
  equilibrium (toy 3 2) (fun _ => 0) (fun _ => / INR 2).
Proof.
  split; first exact: toy_positive; split; first exact: uniform_interior.
  exact: origin_equilibrium.
Qed.
