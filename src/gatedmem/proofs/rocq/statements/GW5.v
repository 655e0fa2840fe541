(** * GW5.  Real symmetric matrices

    GW5             every symmetric A has n orthonormal eigenvectors q_k with real eigenvalues e_k.
    GW5_expansion   they span: v = sum_k <q_k, v> q_k.
    GW5_rayleigh    if lo <= e_k <= hi for all k, then lo |v|^2 <= <v, A v> <= hi |v|^2.
    GW5_norm        if |e_k| <= c for all k, then |A v| <= c |v|.
    GW5_least       for n > 0 a least eigenvalue exists: some e_k, and the minimum of <v, A v> / |v|^2.
    GW5_modal       a solution of y' = A y + c on (0, hi), continuous on [0, hi], is
                    y(t) = sum_k (e^{e_k t} <q_k, y(0)> + growth(e_k, t) <q_k, c>) q_k,
                    growth(a, t) = (e^{a t} - 1) / a, or t when a = 0.
    GW5_modal_solves   and this formula does solve y' = A y + c, from every y(0) = y0. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.Sums lib.LinearSpectral.

Open Scope R_scope.

Theorem GW5 (n : nat) (A : mat n n) :
  (forall i j, A i j = A j i) -> exists (q : mat n n) (e : vec n), eigenbasis A q e.
Proof. exact: lib.LinearSpectral.spectral. Qed.

Theorem GW5_expansion (n : nat) (A q : mat n n) (e v : vec n) :
  eigenbasis A q e -> forall i, v i = sum (fun k => dot (q k) v * q k i).
Proof. by move=> b i; apply: lib.LinearSpectral.expansion b v i. Qed.

Theorem GW5_rayleigh (n : nat) (A q : mat n n) (e : vec n) (lo hi : R) :
  (forall i j, A i j = A j i) -> eigenbasis A q e ->
  (forall k, lo <= e k <= hi) ->
  forall v, lo * dot v v <= dot v (mulmv A v) /\ dot v (mulmv A v) <= hi * dot v v.
Proof.
move=> sym b h v; split.
- by apply: (lib.LinearSpectral.rayleigh_lower A q e b sym) => k; case: (h k).
- by apply: (lib.LinearSpectral.rayleigh_upper A q e b sym) => k; case: (h k).
Qed.

Theorem GW5_norm (n : nat) (A q : mat n n) (e : vec n) (c : R) :
  (forall i j, A i j = A j i) -> eigenbasis A q e ->
  0 <= c -> (forall k, Rabs (e k) <= c) ->
  forall v, norm (mulmv A v) <= c * norm v.
Proof. by move=> sym b c0 h v; apply: (lib.LinearSpectral.rayleigh_norm A q e b sym). Qed.

Theorem GW5_least (n : nat) (A : mat n n) :
  (0 < n)%N -> (forall i j, A i j = A j i) -> exists eta, is_least_eig A eta.
Proof. exact: lib.LinearSpectral.least_eig_exists. Qed.

Theorem GW5_modal (n : nat) (A q : mat n n) (e c : vec n) (y : R -> vec n) (hi : R) :
  (forall i j, A i j = A j i) -> eigenbasis A q e ->
  curve_continuous 0 hi y ->
  (forall t, 0 < t < hi -> curve_derive y t (fun i => mulmv A (y t) i + c i)) ->
  forall t, 0 <= t <= hi -> forall i,
    y t i = sum (fun k => ((exp (e k * t) * dot (q k) (y 0)) + (growth (e k) t * dot (q k) c)) * q k i).
Proof. move=> sym b; exact: (lib.LinearSpectral.modal_unique A q e c sym b). Qed.

Theorem GW5_modal_solves (n : nat) (A q : mat n n) (e c y0 : vec n) :
  (forall i j, A i j = A j i) -> eigenbasis A q e ->
  let y := fun (t : R) i =>
    sum (fun k => ((exp (e k * t) * dot (q k) y0) + (growth (e k) t * dot (q k) c)) * q k i) in
  (forall i, y 0 i = y0 i) /\
  (forall t, curve_derive y t (fun i => mulmv A (y t) i + c i)).
Proof.
move=> sym b y; split; first exact: (lib.LinearSpectral.modal_0 A q e c b).
by move=> t; apply: (lib.LinearSpectral.modal_solves A q e c b).
Qed.

(** All hypotheses at once: A = diag(-1, -1, -1), q the unit vectors, y the solution from (1, 1, 1). *)
Example GW5_witness :
  let A := fun i j : 'I_3 => - kdelta i j in
  let q := fun i j : 'I_3 => kdelta i j in
  let e := fun _ : 'I_3 => -1 in
  (0 < 3)%N /\ (forall i j, A i j = A j i) /\ eigenbasis A q e /\
  (forall k, -1 <= e k <= -1) /\ 0 <= 1 /\ (forall k, Rabs (e k) <= 1) /\
  exists y : R -> vec 3, curve_continuous 0 1 y /\
    (forall t, 0 < t < 1 -> curve_derive y t (fun i => mulmv A (y t) i + 0)).
Proof.
move=> A q e; have sym i j : A i j = A j i by rewrite /A lib.Sums.kdelta_sym.
have b : eigenbasis A q e.
  split=> k l; first by rewrite /q lib.Sums.dot_kdelta_l lib.Sums.kdelta_sym.
  rewrite /mulmv (lib.Sums.sum_ext _ (fun j => -1 * (kdelta l j * q k j))).
    by rewrite lib.Sums.sum_scal_l lib.Sums.sum_kdelta_l.
  by move=> j; rewrite /A; ring.
do ![split] => //; try (by rewrite /e; lra); try exact: (proj1 b); try exact: (proj2 b).
  by move=> k; rewrite /e; split_Rabs; lra.
have [_ h] := GW5_modal_solves _ A q e (fun _ => 0) (fun _ => 1) sym b.
eexists; split; last by move=> t _; exact: h.
move=> i; apply: continuous_on_forall => t _; apply: ex_derive_continuous.
by eexists; apply: h.
Qed.
