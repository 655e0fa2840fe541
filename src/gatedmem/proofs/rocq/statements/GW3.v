(** * GW3.  Existence and uniqueness for y' = v(y), for all t >= 0

    Let C be a compact set of R^n, v Lipschitz on the neighbourhood of all points nearer than rho > 0
    to C, and suppose that no solution leaves C ([confined]: a solution that starts in C and stays in
    the neighbourhood stays in C; a tangency condition or an a-priori bound gives this).  Then from every y0 in C there is a solution y on [0, oo), all of it
    in C; and every solution on any [0, T] from y0, wherever it may run, is equal to y there.
    Nothing is asked of v outside the neighbourhood.

    GW3_global   the same for v Lipschitz on all of R^n. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require lib.Sums lib.Banach lib.Gronwall lib.Flow lib.FlowToy.

Open Scope R_scope.

Theorem GW3 (n : nat) (C : vec n -> Prop) (rho L : R) (v : vec n -> vec n) :
  compact_set C -> 0 < rho -> lipschitz_on L (near rho C) v -> confined C rho v ->
  forall y0, C y0 ->
  exists y : R -> vec n,
    (y 0 = y0 /\ orbit v y) /\
    (forall t, 0 <= t -> C (y t)) /\
    (forall (z : R -> vec n) (T : R),
       z 0 = y0 -> curve_continuous 0 T z ->
       (forall t, 0 < t < T -> curve_derive z t (v (z t))) ->
       forall t, 0 <= t <= T -> z t = y t).
Proof.
move=> cC r0 lip conf y0 C0.
have [y [e [hy Cy]]] := lib.Flow.flow_exists C rho L v cC r0 lip conf y0 C0.
exists y; do 2 split => //; move=> z T z0 cz hz.
apply: (lib.Flow.flow_unique C rho L v cC r0 lip conf y z T) => //.
- exact: lib.Flow.orbit_continuous hy.
- by rewrite e.
- by rewrite e.
- by move=> t ht; apply: hy; lra.
Qed.

Theorem GW3_global (n : nat) (L : R) (v : vec n -> vec n) :
  lipschitz_on L (fun _ => True) v ->
  forall y0, exists y : R -> vec n,
    (y 0 = y0 /\ orbit v y) /\
    (forall (z : R -> vec n) (T : R),
       z 0 = y0 -> curve_continuous 0 T z ->
       (forall t, 0 < t < T -> curve_derive z t (v (z t))) ->
       forall t, 0 <= t <= T -> z t = y t).
Proof.
move=> lip y0; have [y [e hy]] := lib.Flow.global_exists L v y0 lip.
exists y; split=> // z T z0 cz hz t ht.
apply: lib.Banach.distance_eq0; apply: Rle_antisym; last exact: lib.Banach.distance_ge0.
have := lib.Gronwall.gronwall_solutions (fun _ => v) (fun _ => True) L z y 0 T (fun _ _ => lip) cz
  (lib.Flow.orbit_continuous v y T hy) (fun _ _ => conj I I) hz (fun t ht => hy t (Rlt_le _ _ (proj1 ht))) t ht.
by rewrite z0 e lib.Banach.distance_self Rmult_0_r.
Qed.

(** All hypotheses at once: v(x) = -x on the closed unit ball of R^n, for every n. *)
Example GW3_witness (n : nat) :
  let C := fun x : vec n => norm x <= 1 in
  let v := fun (x : vec n) i => - x i in
  compact_set C /\ 0 < 1 /\ lipschitz_on 1 (near 1 C) v /\ lipschitz_on 1 (fun _ => True) v /\
  confined C 1 v /\
  (exists y0, C y0).
Proof.
move=> C v; have lip := lib.FlowToy.toy_lip n.
split; first exact: lib.Flow.compact_ball.
split; first lra.
split; first by move=> a b _ _; apply: lip.
split; first exact: lip.
split; first exact: lib.FlowToy.toy_confined.
by exists (fun _ => 0); rewrite /C lib.Sums.norm_0; lra.
Qed.
