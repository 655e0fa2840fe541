(** * AG10  Solutions approach the equilibria

    Along every solution from the interior both velocities tend to 0, and (x, p) approaches the set
    of equilibria with interior gains.
    AG10_limits   limit points (x_w, p_w) of the solution exist, and every one of them is an
                  equilibrium with p_w in the interior.
    (That the solution converges to a single equilibrium is not part of this file.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis.
From Gatedmem Require Import lib.Sums lib.AstrocyteToy lib.AstrocyteOrbit lib.AstrocyteLaSalle.

Open Scope R_scope.

Theorem AG10 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> binary m -> solution m x p -> is_interior (p 0) ->
  (forall i, is_lim (fun t => velocity_x m (x t) (p t) i) p_infty 0) /\
  (forall mu, is_lim (fun t => velocity_p m (x t) (p t) mu) p_infty 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists (x_e : vec N) (p_e : vec K), (equilibrium m x_e p_e /\ is_interior p_e) /\
       distance (x t) x_e < eps /\ distance (p t) p_e < eps).
Proof.
  move=> pos bin sol int; have [X P] := solution_velocities m pos bin x p sol int.
  split=> //; split=> // eps e0; have [T H] := solution_approaches m pos bin x p sol int eps e0.
  by exists T => t /H [xe [pe [I [E [dx dp]]]]]; exists xe, pe.
Qed.

Theorem AG10_limits N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) :
  positive m -> binary m -> solution m x p -> is_interior (p 0) ->
  let limit := fun (x_w : vec N) (p_w : vec K) =>
    forall eps T, 0 < eps -> exists t, T < t /\ distance (x t) x_w < eps /\ distance (p t) p_w < eps in
  (exists x_w p_w, limit x_w p_w) /\
  (forall x_w p_w, limit x_w p_w -> equilibrium m x_w p_w /\ is_interior p_w).
Proof.
  move=> pos bin sol int limit; have [E A] := solution_limits m pos bin x p sol int.
  by split=> // xw pw /A [].
Qed.

(** From x = 1 and uniform gains, which is no equilibrium, a solution starts. *)
Example AG10_witness : exists (x : R -> vec 1) (p : R -> vec 1),
  positive (toy 1 1) /\ binary (toy 1 1) /\ solution (toy 1 1) x p /\ is_interior (p 0) /\
  ~ equilibrium (toy 1 1) (x 0) (p 0).
Proof.
  have [x [p [[x0 p0] [sol [int _]]]]] :=
    existence_uniqueness (toy 1 1) (toy_positive 1 1) (fun _ => 1) (fun _ => 1) one_interior.
  exists x, p; split; first exact: toy_positive; split; first exact: toy_binary.
  split=> //; split; first by apply: int; lra.
  by rewrite x0 p0 => -[E _]; move: (E ord0) toy11_velocity; lra.
Qed.
