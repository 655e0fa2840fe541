(** * GW4.  Falling functions along bounded solutions (Barbalat, LaSalle)

    GW4             E bounded below with E' = -D, D >= 0 uniformly continuous, on (0, oo): D(t) -> 0.

    In the other three y is a solution of y' = v(y) on [0, oo) inside a compact set C, v is Lipschitz
    on a neighbourhood of C, V is bounded below on C and falls along y at the rate W(y), where W is
    continuous and >= 0 on C (along y it is then uniformly continuous).

    GW4_dissipation   W(y(t)) -> 0; limit points of y exist, lie in C, have W = 0, and y approaches
                      the set of them.
    GW4_invariant     if no solution leaves C, the set of limit points is invariant: through each
                      of them runs a solution, for all t >= 0, that consists of limit points.
    GW4_equilibria    if moreover v = 0 at the start of every solution in C on which W stays 0, then
                      the limit points are equilibria, v(y(t)) -> 0, and y approaches the set of
                      equilibria. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require lib.Sums lib.Flow lib.FlowToy lib.LaSalle.

Open Scope R_scope.

Theorem GW4 (E D : R -> R) (m : R) :
  (forall t, 0 < t -> is_derive E t (- D t)) ->
  (forall t, 0 < t -> m <= E t) ->
  (forall t, 0 < t -> 0 <= D t) ->
  (forall eps, 0 < eps -> exists delta, 0 < delta /\
     forall s t, 0 < s -> 0 < t -> Rabs (s - t) < delta -> Rabs (D s - D t) < eps) ->
  is_lim D p_infty 0.
Proof. exact: lib.LaSalle.barbalat. Qed.

Theorem GW4_dissipation (n : nat) (C : vec n -> Prop) (rho L m : R) (v : vec n -> vec n)
    (V W : vec n -> R) (y : R -> vec n) :
  compact_set C -> 0 < rho -> lipschitz_on L (near rho C) v ->
  orbit v y -> (forall t, 0 <= t -> C (y t)) ->
  (forall t, 0 < t -> is_derive (fun s => V (y s)) t (- W (y t))) ->
  (forall x, C x -> m <= V x) -> (forall x, C x -> 0 <= W x) -> continuous_over C W ->
  is_lim (fun t => W (y t)) p_infty 0 /\
  (exists w, limit_point y w) /\
  (forall w, limit_point y w -> C w /\ W w = 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists w, limit_point y w /\ distance (y t) w < eps).
Proof.
move=> cC r0 lip hy Cy hV bV W0 cW; split; last split; last split.
- exact: (lib.LaSalle.dissipation_vanishes C rho L v cC r0 lip y hy Cy V W m hV bV W0 cW).
- exact: (lib.LaSalle.limit_exists C cC y Cy).
- move=> w hw; split; first exact: (lib.LaSalle.limit_in C cC y Cy w hw).
  exact: (lib.LaSalle.limit_dissipation C rho L v cC r0 lip y hy Cy V W m hV bV W0 cW w hw).
- exact: (lib.LaSalle.limit_attracts C cC y Cy).
Qed.

Theorem GW4_invariant (n : nat) (C : vec n -> Prop) (rho L : R) (v : vec n -> vec n) (y : R -> vec n) :
  compact_set C -> 0 < rho -> lipschitz_on L (near rho C) v -> confined C rho v ->
  orbit v y -> (forall t, 0 <= t -> C (y t)) ->
  forall w, limit_point y w ->
  exists z : R -> vec n, (z 0 = w /\ orbit v z) /\ (forall t, 0 <= t -> limit_point y (z t)).
Proof.
move=> cC r0 lip conf hy Cy w.
exact: (lib.LaSalle.limit_invariant C rho L v cC r0 lip y hy Cy conf w).
Qed.

Theorem GW4_equilibria (n : nat) (C : vec n -> Prop) (rho L m : R) (v : vec n -> vec n)
    (V W : vec n -> R) (y : R -> vec n) :
  compact_set C -> 0 < rho -> lipschitz_on L (near rho C) v -> confined C rho v ->
  orbit v y -> (forall t, 0 <= t -> C (y t)) ->
  (forall t, 0 < t -> is_derive (fun s => V (y s)) t (- W (y t))) ->
  (forall x, C x -> m <= V x) -> (forall x, C x -> 0 <= W x) -> continuous_over C W ->
  (forall z : R -> vec n, orbit v z -> (forall t, 0 <= t -> C (z t) /\ W (z t) = 0) ->
     forall i, v (z 0) i = 0) ->
  (forall w, limit_point y w -> forall i, v w i = 0) /\
  (forall i, is_lim (fun t => v (y t) i) p_infty 0) /\
  (forall eps, 0 < eps -> exists T, forall t, T < t ->
     exists w, (C w /\ forall i, v w i = 0) /\ distance (y t) w < eps).
Proof.
move=> cC r0 lip conf hy Cy hV bV W0 cW only.
have eq := lib.LaSalle.limit_equilibrium C rho L v cC r0 lip y hy Cy conf V W m hV bV W0 cW only.
split; first exact: eq; split.
- exact: (lib.LaSalle.velocity_vanishes C rho L v cC r0 lip y hy Cy conf V W m hV bV W0 cW only).
- move=> eps e0; have [T hT] := lib.LaSalle.limit_attracts C cC y Cy eps e0.
  exists T => t Tt; have [w [lw tw]] := hT t Tt; exists w; split=> //; split; last exact: eq.
  exact: (lib.LaSalle.limit_in C cC y Cy w lw).
Qed.

(** All hypotheses at once: E = D = e^{-t}; and v(x) = -x on the closed unit ball of R^n for every n,
    y(t) = e^{-t} x0, V(x) = |x|^2, W(x) = 2 |x|^2. *)
Example GW4_witness :
  let E := fun t => exp (- t) in
  (forall t, 0 < t -> is_derive E t (- E t)) /\ (forall t, 0 < t -> 0 <= E t) /\
  (forall eps, 0 < eps -> exists delta, 0 < delta /\
     forall s t, 0 < s -> 0 < t -> Rabs (s - t) < delta -> Rabs (E s - E t) < eps).
Proof.
move=> E; split; first by move=> t _; rewrite /E; auto_derive => //; ring.
split; first by move=> t _; apply: Rlt_le; apply: exp_pos.
move=> eps e0; exists eps; split=> // s t s0 t0 st.
have le a b : 0 < a -> a <= b -> Rabs (E a - E b) <= b - a.
  move=> a0 ab; have f : E b <= E a by rewrite /E; case: ab => [h|->]; [left; apply: exp_increasing; lra | lra].
  rewrite Rabs_pos_eq; last lra.
  have ea : E a <= 1 by rewrite /E -exp_0; left; apply: exp_increasing; lra.
  have := exp_ineq1_le (- (b - a)); have -> : E b = E a * exp (- (b - a)).
    by rewrite /E -exp_plus; congr exp; ring.
  have := exp_pos (- a); rewrite -/(E a); nra.
case: (Rle_dec s t) => h; first by have := le s t s0 h; move: st; split_Rabs; lra.
by have := le t s t0 ltac:(lra); move: st; rewrite (Rabs_minus_sym (E s)); split_Rabs; lra.
Qed.

Example GW4_LaSalle_witness (n : nat) (x0 : vec n) : norm x0 <= 1 ->
  let C := fun x : vec n => norm x <= 1 in
  let v := fun (x : vec n) i => - x i in
  let y := fun (t : R) i => exp (- t) * x0 i in
  let W := fun x : vec n => 2 * dot x x in
  compact_set C /\ 0 < 1 /\ lipschitz_on 1 (near 1 C) v /\ confined C 1 v /\
  orbit v y /\ (forall t, 0 <= t -> C (y t)) /\
  (forall t, 0 < t -> is_derive (fun s => dot (y s) (y s)) t (- W (y t))) /\
  (forall x, C x -> 0 <= dot x x) /\ (forall x, C x -> 0 <= W x) /\ continuous_over C W /\
  (forall z : R -> vec n, orbit v z -> (forall t, 0 <= t -> C (z t) /\ W (z t) = 0) ->
     forall i, v (z 0) i = 0).
Proof.
move=> h C v y W; split; first exact: lib.Flow.compact_ball.
split; first lra.
split; first by move=> a b _ _; apply: lib.FlowToy.toy_lip.
split; first exact: lib.FlowToy.toy_confined.
split; first exact: lib.FlowToy.toy_orbit.
split; first exact: lib.FlowToy.toy_in.
split; first by move=> t _; apply: lib.FlowToy.toy_derive.
split; first by move=> x _; apply: lib.Sums.dot_ge0.
split; first by move=> x _; rewrite /W; have := lib.Sums.dot_ge0 x; lra.
split; first exact: lib.FlowToy.toy_continuous.
by move=> z _ hz; apply: lib.FlowToy.toy_only; case: (hz 0 (Rle_refl 0)).
Qed.
