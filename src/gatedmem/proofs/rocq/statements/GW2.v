(** * GW2.  Groenwall's inequality

    GW2             y' <= a(t) y + b(t) inside [lo, hi], y continuous up to the ends, gives
                    y(t) <= e^{int_lo^t a} y(lo) + int_lo^t e^{int_s^t a} b(s) ds.
                    (No sign is asked of y, a or b.)
    GW2_constant    the same with constant a <> 0 and b, the integral done.
    GW2_drift       the same with a = 0.
    GW2_integral    the integral form: y(t) <= c(t) + int_lo^t a y with a >= 0.
    GW2_integral_constant   the same with constant c.
    GW2_norm        for the Euclidean norm of a curve z in R^n: if <z, z'> <= a |z|^2 + b |z| with
                    b >= 0 then |z(t)| obeys the bound of GW2 (|z| need not be differentiable).
    GW2_compare     a solution y of y' = v(t, y) against a curve z with |v(t, z) - z'| <= b(t),
                    where v is L-Lipschitz on a set that holds both.
    GW2_solutions   two solutions: |y(t) - z(t)| <= e^{L (t - lo)} |y(lo) - z(lo)|; in particular
                    equal starts give equal solutions.

    Derivatives are asked in the open interval only, and continuity at its ends only from inside,
    so that solutions on half-lines are covered.  [RInt f a b] is the Riemann integral. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require lib.Sums lib.Gronwall.

Open Scope R_scope.

Theorem GW2 (y dy a b : R -> R) (lo hi : R) :
  continuous_on (interval lo hi) a ->
  continuous_on (interval lo hi) b ->
  continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= (a t * y t) + b t) ->
  forall t, lo <= t <= hi ->
    y t <= (exp (RInt a lo t) * y lo) + RInt (fun s => exp (RInt a s t) * b s) lo t.
Proof. exact: lib.Gronwall.gronwall. Qed.

Theorem GW2_constant (y dy : R -> R) (a b lo hi : R) :
  a <> 0 ->
  continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= (a * y t) + b) ->
  forall t, lo <= t <= hi ->
    y t <= (exp (a * (t - lo)) * y lo) + (b * ((exp (a * (t - lo)) - 1) / a)).
Proof. exact: lib.Gronwall.gronwall_constant. Qed.

Theorem GW2_drift (y dy : R -> R) (b lo hi : R) :
  continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= b) ->
  forall t, lo <= t <= hi -> y t <= y lo + (b * (t - lo)).
Proof. exact: lib.Gronwall.gronwall_drift. Qed.

Theorem GW2_integral (y a c : R -> R) (lo hi : R) :
  continuous_on (interval lo hi) y ->
  continuous_on (interval lo hi) a ->
  continuous_on (interval lo hi) c ->
  (forall t, lo <= t <= hi -> 0 <= a t) ->
  (forall t, lo <= t <= hi -> y t <= c t + RInt (fun s => a s * y s) lo t) ->
  forall t, lo <= t <= hi ->
    y t <= c t + RInt (fun s => exp (RInt a s t) * (a s * c s)) lo t.
Proof. exact: lib.Gronwall.gronwall_integral. Qed.

Theorem GW2_integral_constant (y a : R -> R) (c lo hi : R) :
  continuous_on (interval lo hi) y ->
  continuous_on (interval lo hi) a ->
  (forall t, lo <= t <= hi -> 0 <= a t) ->
  (forall t, lo <= t <= hi -> y t <= c + RInt (fun s => a s * y s) lo t) ->
  forall t, lo <= t <= hi -> y t <= c * exp (RInt a lo t).
Proof. exact: lib.Gronwall.gronwall_integral_constant. Qed.

Theorem GW2_norm (n : nat) (z w : R -> vec n) (a b : R -> R) (lo hi : R) :
  continuous_on (interval lo hi) a ->
  continuous_on (interval lo hi) b ->
  curve_continuous lo hi z ->
  (forall t, lo < t < hi -> curve_derive z t (w t)) ->
  (forall t, lo < t < hi -> 0 <= b t) ->
  (forall t, lo < t < hi -> dot (z t) (w t) <= (a t * (norm (z t)) ^ 2) + (b t * norm (z t))) ->
  forall t, lo <= t <= hi ->
    norm (z t) <= (exp (RInt a lo t) * norm (z lo)) + RInt (fun s => exp (RInt a s t) * b s) lo t.
Proof. exact: lib.Gronwall.gronwall_norm. Qed.

Theorem GW2_compare (n : nat) (v : R -> vec n -> vec n) (D : vec n -> Prop) (L : R)
    (y z w : R -> vec n) (b : R -> R) (lo hi : R) :
  (forall t, lo < t < hi -> lipschitz_on L D (v t)) ->
  curve_continuous lo hi y ->
  curve_continuous lo hi z ->
  continuous_on (interval lo hi) b ->
  (forall t, lo < t < hi -> D (y t) /\ D (z t)) ->
  (forall t, lo < t < hi -> curve_derive y t (v t (y t))) ->
  (forall t, lo < t < hi -> curve_derive z t (w t)) ->
  (forall t, lo < t < hi -> distance (v t (z t)) (w t) <= b t) ->
  forall t, lo <= t <= hi ->
    distance (y t) (z t) <=
      (exp (L * (t - lo)) * distance (y lo) (z lo)) + RInt (fun s => exp (L * (t - s)) * b s) lo t.
Proof. exact: lib.Gronwall.gronwall_compare. Qed.

Theorem GW2_solutions (n : nat) (v : R -> vec n -> vec n) (D : vec n -> Prop) (L : R)
    (y z : R -> vec n) (lo hi : R) :
  (forall t, lo < t < hi -> lipschitz_on L D (v t)) ->
  curve_continuous lo hi y ->
  curve_continuous lo hi z ->
  (forall t, lo < t < hi -> D (y t) /\ D (z t)) ->
  (forall t, lo < t < hi -> curve_derive y t (v t (y t))) ->
  (forall t, lo < t < hi -> curve_derive z t (v t (z t))) ->
  forall t, lo <= t <= hi -> distance (y t) (z t) <= exp (L * (t - lo)) * distance (y lo) (z lo).
Proof. exact: lib.Gronwall.gronwall_solutions. Qed.

(** All hypotheses at once: y = z = 2 e^t solves y' = y (so y' <= y + 1), on [0, hi] with hi > 0. *)
Example GW2_witness (hi : R) : 0 < hi ->
  let y := fun t => 2 * exp t in
  continuous_on (interval 0 hi) (fun _ => 1) /\ continuous_on (interval 0 hi) y /\
  (forall t, 0 < t < hi -> is_derive y t (y t)) /\
  (forall t, 0 < t < hi -> y t <= (1 * y t) + 1) /\
  (forall t, 0 <= t <= hi -> 0 <= 1) /\
  (forall t, 0 <= t <= hi -> y t <= 2 + RInt (fun s => 1 * y s) 0 t).
Proof.
move=> h0 y.
have d t : is_derive y t (y t) by rewrite /y; auto_derive => //; ring.
split; first exact: lib.Gronwall.continuous_on_const.
split; first by apply: continuous_on_forall => t _; apply: ex_derive_continuous; exists (y t).
split; first by move=> t _; apply: d.
split; first by move=> t _; lra.
split; first by move=> t _; lra.
move=> t ht; right.
have e : RInt (fun s => 1 * y s) 0 t = y t - y 0.
  apply: is_RInt_unique; apply: (is_RInt_ext y); first by move=> s _; rewrite Rmult_1_l.
  by apply: (is_RInt_derive y y) => s _; [apply: d | apply: ex_derive_continuous; exists (y s)].
by rewrite e /y exp_0; ring.
Qed.

Example GW2_norm_witness (hi : R) : 0 < hi ->
  let z := fun (t : R) (_ : 'I_3) => 2 * exp t in
  curve_continuous 0 hi z /\
  (forall t, 0 < t < hi -> curve_derive z t (z t)) /\
  (forall t, 0 < t < hi -> 0 <= 1) /\
  (forall t, 0 < t < hi -> dot (z t) (z t) <= (1 * (norm (z t)) ^ 2) + (1 * norm (z t))) /\
  (forall t, 0 < t < hi -> lipschitz_on 1 (fun _ => True) (fun x : vec 3 => x)) /\
  (forall t, 0 < t < hi -> distance (z t) (z t) <= 1).
Proof.
move=> h0 z.
have d t i : is_derive (fun s => z s i) t (z t i) by rewrite /z; auto_derive => //; ring.
split.
  by move=> i; apply: continuous_on_forall => t _; apply: ex_derive_continuous; exists (z t i).
split; first by move=> t _ i; apply: d.
split; first by move=> t _; lra.
split; first by move=> t _; rewrite lib.Sums.norm_sq; have := lib.Sums.norm_ge0 (z t); lra.
split; first by move=> t _ a b _ _; lra.
move=> t _; rewrite /distance (lib.Sums.norm_ext _ (fun _ => 0)); first by rewrite lib.Sums.norm_0; lra.
by move=> i; rewrite /vsub; ring.
Qed.
