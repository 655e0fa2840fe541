(** * Continuous functions on R^n: sums, products, compositions

    cont y f == f is continuous at y, as a limit along the neighbourhoods of y *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Banach lib.Compact.

Open Scope R_scope.

Definition nbhd {n} (y : vec n) (P : vec n -> Prop) : Prop :=
  exists d, 0 < d /\ forall z, distance z y < d -> P z.

Global Instance nbhd_filter n (y : vec n) : Filter (nbhd y).
Proof.
  split; first by exists 1; split=> //; lra.
  - move=> P Q [d [d0 h]] [d' [d0' h']]; exists (Rmin d d'); split; first exact: Rmin_glb_lt.
    by have := Rmin_l d d'; have := Rmin_r d d' => a b z hz; split; [apply: h | apply: h']; lra.
  - by move=> P Q PQ [d [d0 h]]; exists d; split=> // z /h; exact: PQ.
Qed.

Section Continuous.
Context {n : nat} (y : vec n).
Definition cont (f : vec n -> R) : Prop := filterlim f (nbhd y) (locally (f y)).

Lemma cont_near f : cont f -> continuous_near f y.
Proof.
  move=> C e e0; have [d [d0 h]] := C (fun r => Rabs (r - f y) < e) (locally_ball (f y) (mkposreal e e0)).
  by exists d.
Qed.

Lemma cont_ext f g : (forall z, f z = g z) -> cont f -> cont g.
Proof. by move=> E C; rewrite /cont -E; exact: filterlim_ext C. Qed.

Lemma cont_const c : cont (fun _ => c).
Proof. exact: filterlim_const. Qed.

Lemma cont_coord i : cont (fun z => z i).
Proof.
  move=> P [e he]; exists e; split; first exact: cond_pos.
  by move=> z hz; apply: he; apply: Rle_lt_trans hz; exact: Rabs_coord_le_distance.
Qed.

Lemma cont_plus f g : cont f -> cont g -> cont (fun z => f z + g z).
Proof.
  move=> F G; apply: (filterlim_comp_2 (G := locally (f y)) (H := locally (g y))) => //.
  exact: (filterlim_plus (f y) (g y)).
Qed.

Lemma cont_mult f g : cont f -> cont g -> cont (fun z => f z * g z).
Proof.
  move=> F G; apply: (filterlim_comp_2 (G := locally (f y)) (H := locally (g y))) => //.
  exact: (filterlim_mult (f y) (g y)).
Qed.

Lemma cont_scal c f : cont f -> cont (fun z => c * f z).
Proof. by move=> F; apply: cont_mult => //; exact: cont_const. Qed.

Lemma cont_comp (h : R -> R) f : (forall r, continuous h r) -> cont f -> cont (fun z => h (f z)).
Proof. by move=> H F; apply: (filterlim_comp _ _ _ f h) F (H (f y)). Qed.

Lemma cont_sum k (f : 'I_k -> vec n -> R) : (forall i, cont (f i)) -> cont (fun z => sum (fun i => f i z)).
Proof.
  elim: k f => [|k IH] f F.
    by apply: (cont_ext (fun _ => 0)); [move=> z; rewrite sum_n0 | exact: cont_const].
  apply: (cont_ext (fun z => f ord0 z + sum (fun i => f (lift ord0 i) z))); first by move=> z; rewrite sum_recl.
  by apply: cont_plus => //; exact: (IH (fun i => f (lift ord0 i))).
Qed.
End Continuous.
