(** * Lipschitz functions on a set: sums, products, vector fields

    lips D f == f is Lipschitz on D
    bdd D f  == f is bounded on D
    nice D f == both (then closed under products) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Banach lib.Flow.

Open Scope R_scope.

(** Finitely many existing bounds have a common one. *)
Lemma common_bound n (P : 'I_n -> R -> Prop) :
  (forall i a b, a <= b -> P i a -> P i b) -> (forall i, exists a, 0 <= a /\ P i a) ->
  exists a, 0 <= a /\ forall i, P i a.
Proof.
  elim: n P => [|n IH] P mono ex; first by exists 0; split; [lra | case].
  have [a [a0 A]] := IH (fun i => P (lift ord0 i)) (fun i => mono _) (fun i => ex _).
  have [b [b0 B]] := ex ord0; exists (a + b); split; first lra.
  move=> i; case: (unliftP ord0 i) => [j ->|->].
    by apply: mono (A j); lra.
  by apply: mono B; lra.
Qed.

Section Lipschitz.
Context {n : nat} (D : vec n -> Prop).
Definition lips (f : vec n -> R) : Prop :=
  exists L, 0 <= L /\ forall a b, D a -> D b -> Rabs (f a - f b) <= L * distance a b.
Definition bdd (f : vec n -> R) : Prop := exists M, 0 <= M /\ forall a, D a -> Rabs (f a) <= M.
Definition nice (f : vec n -> R) : Prop := lips f /\ bdd f.

Lemma lips_ext f g : (forall a, f a = g a) -> lips f -> lips g.
Proof. by move=> E [L [L0 H]]; exists L; split=> // a b; rewrite -!E; exact: H. Qed.

Lemma nice_ext f g : (forall a, f a = g a) -> nice f -> nice g.
Proof.
  move=> E [l [M [M0 H]]]; split; first exact: lips_ext l.
  by exists M; split=> // a; rewrite -E; exact: H.
Qed.

Lemma lips_coord i : lips (fun a => a i).
Proof. by exists 1; split=> [|a b _ _]; [lra | rewrite Rmult_1_l; exact: Rabs_coord_le_distance]. Qed.

Lemma lips_plus f g : lips f -> lips g -> lips (fun a => f a + g a).
Proof.
  move=> [L [L0 F]] [M [M0 G]]; exists (L + M); split=> [|a b Da Db]; first lra.
  have -> : f a + g a - (f b + g b) = (f a - f b) + (g a - g b) by ring.
  by apply: Rle_trans (Rabs_triang _ _) _; have := F a b Da Db; have := G a b Da Db; lra.
Qed.

Lemma lips_scal c f : lips f -> lips (fun a => c * f a).
Proof.
  move=> [L [L0 F]]; exists (Rabs c * L); split=> [|a b Da Db].
    by apply: Rmult_le_pos => //; exact: Rabs_pos.
  rewrite -Rmult_minus_distr_l Rabs_mult Rmult_assoc; apply: Rmult_le_compat_l; first exact: Rabs_pos.
  exact: F.
Qed.

Lemma nice_const c : nice (fun _ => c).
Proof.
  split; last by exists (Rabs c); split; [exact: Rabs_pos | move=> *; lra].
  by exists 0; split=> [|a b _ _]; [lra | rewrite Rminus_eq_0 Rabs_R0; lra].
Qed.

Lemma nice_plus f g : nice f -> nice g -> nice (fun a => f a + g a).
Proof.
  move=> [lf [M [M0 F]]] [lg [M' [M0' G]]]; split; first exact: lips_plus.
  exists (M + M'); split=> [|a Da]; first lra.
  by apply: Rle_trans (Rabs_triang _ _) _; have := F a Da; have := G a Da; lra.
Qed.

Lemma nice_mult f g : nice f -> nice g -> nice (fun a => f a * g a).
Proof.
  move=> [[L [L0 F]] [M [M0 B]]] [[L' [L0' G]] [M' [M0' B']]]; split.
    exists (M * L' + L * M'); split=> [|a b Da Db].
      by apply: Rplus_le_le_0_compat; apply: Rmult_le_pos.
    have -> : f a * g a - f b * g b = f a * (g a - g b) + (f a - f b) * g b by ring.
    apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_mult.
    have h1 : Rabs (f a) * Rabs (g a - g b) <= M * (L' * distance a b).
      by apply: Rmult_le_compat; try exact: Rabs_pos; [exact: B | exact: G].
    have h2 : Rabs (f a - f b) * Rabs (g b) <= L * distance a b * M'.
      by apply: Rmult_le_compat; try exact: Rabs_pos; [exact: F | exact: B'].
    lra.
  exists (M * M'); split=> [|a Da]; first exact: Rmult_le_pos.
  by rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos; [exact: B | exact: B'].
Qed.

Lemma nice_scal c f : nice f -> nice (fun a => c * f a).
Proof. by move=> F; apply: nice_mult => //; exact: nice_const. Qed.

Lemma nice_minus f g : nice f -> nice g -> nice (fun a => f a - g a).
Proof.
  move=> F G; apply: (nice_ext (fun a => f a + -1 * g a)); first by move=> a; ring.
  by apply: nice_plus => //; exact: nice_scal.
Qed.

Lemma nice_sum k (f : 'I_k -> vec n -> R) : (forall i, nice (f i)) -> nice (fun a => sum (fun i => f i a)).
Proof.
  elim: k f => [|k IH] f F.
    by apply: (nice_ext (fun _ => 0)); [move=> a; rewrite sum_n0 | exact: nice_const].
  apply: (nice_ext (fun a => f ord0 a + sum (fun i => f (lift ord0 i) a))); first by move=> a; rewrite sum_recl.
  by apply: nice_plus => //; exact: (IH (fun i => f (lift ord0 i))).
Qed.

Lemma nice_coord i M : (forall a, D a -> norm a <= M) -> nice (fun a => a i).
Proof.
  move=> B; split; first exact: lips_coord.
  exists (Rabs M); split=> [|a Da]; first exact: Rabs_pos.
  by apply: Rle_trans (Rabs_coord_le_norm a i) _; apply: Rle_trans (B a Da) (Rle_abs _).
Qed.

Lemma lips_continuous f : lips f -> continuous_over D f.
Proof.
  move=> [L [L0 F]] a Da e e0; exists (e / (L + 1)); split; first by apply: Rdiv_lt_0_compat; lra.
  move=> b Db ab; apply: Rle_lt_trans (F b a Db Da) _.
  apply: (Rle_lt_trans _ (L * (e / (L + 1)))); first by apply: Rmult_le_compat_l; lra.
  have d0 : 0 < e / (L + 1) by apply: Rdiv_lt_0_compat; lra.
  have -> : L * (e / (L + 1)) = e - e / (L + 1) by field; lra.
  lra.
Qed.

Lemma lips_field k (v : vec n -> vec k) : (forall i, lips (fun a => v a i)) -> exists L, lipschitz_on L D v.
Proof.
  move=> H; have [|L [L0 B]] := common_bound k (fun i L => forall a b, D a -> D b -> Rabs (v a i - v b i) <= L * distance a b) _ H.
    move=> i l l' ll F a b Da Db; apply: Rle_trans (F a b Da Db) _.
    by apply: Rmult_le_compat_r => //; exact: distance_ge0.
  exists ((INR k + 1) * L) => a b Da Db; rewrite Rmult_assoc.
  by apply: distance_le_coord; [apply: Rmult_le_pos => //; exact: distance_ge0 | move=> i; exact: B].
Qed.
End Lipschitz.
