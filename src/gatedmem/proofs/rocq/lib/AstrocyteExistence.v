(** * Solutions exist for all t >= 0 (AG3)

    In (x, u), p = softmax(u), the flow is globally Lipschitz: every term is a
    coordinate or a product of bounded Lipschitz functions. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteContraction.
From Gatedmem Require lib.Flow.

Open Scope R_scope.

Section Lipschitz.
Context {n : nat}.
Implicit Types F G : vec n -> R.

Definition lip F := exists L, 0 <= L /\ forall a b e, 0 <= e -> (forall j, Rabs (a j - b j) <= e) -> Rabs (F a - F b) <= L * e.
Definition bounded F := exists B, 0 <= B /\ forall a, Rabs (F a) <= B.

Lemma lip_coord j : lip (fun a => a j).
Proof. by exists 1; split; [lra | move=> a b e _ h; rewrite Rmult_1_l]. Qed.

Lemma lip_plus F G : lip F -> lip G -> lip (fun a => F a + G a).
Proof.
  move=> [L [L0 HL]] [M [M0 HM]]; exists (L + M); split; first lra.
  move=> a b e e0 h; have -> : F a + G a - (F b + G b) = (F a - F b) + (G a - G b) by ring.
  by apply: Rle_trans (Rabs_triang _ _) _; have := HL a b e e0 h; have := HM a b e e0 h; lra.
Qed.

Lemma lip_mult F G : lip F -> bounded F -> lip G -> bounded G -> lip (fun a => F a * G a).
Proof.
  move=> [L [L0 HL]] [B [B0 HB]] [M [M0 HM]] [C [C0 HC]]; exists (L * C + B * M); split; first nra.
  move=> a b e e0 h; have -> : F a * G a - F b * G b = (F a - F b) * G a + F b * (G a - G b) by ring.
  apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_mult.
  have : Rabs (F a - F b) * Rabs (G a) <= L * e * C.
    by apply: Rmult_le_compat; [exact: Rabs_pos | exact: Rabs_pos | exact: HL | exact: HC].
  have : Rabs (F b) * Rabs (G a - G b) <= B * (M * e).
    by apply: Rmult_le_compat; [exact: Rabs_pos | exact: Rabs_pos | exact: HB | exact: HM].
  lra.
Qed.

Lemma bounded_mult F G : bounded F -> bounded G -> bounded (fun a => F a * G a).
Proof.
  move=> [B [B0 HB]] [C [C0 HC]]; exists (B * C); split; first nra.
  by move=> a; rewrite Rabs_mult; apply: Rmult_le_compat; [exact: Rabs_pos | exact: Rabs_pos | exact: HB | exact: HC].
Qed.

Lemma lip_const c : lip (fun _ => c).
Proof. by exists 0; split; [lra | move=> a b e _ _; rewrite Rminus_eq_0 Rabs_R0; lra]. Qed.

Lemma bounded_const c : bounded (fun _ => c).
Proof. by exists (Rabs c); split; [exact: Rabs_pos | move=> a; lra]. Qed.

Lemma lip_scal c F : lip F -> lip (fun a => c * F a).
Proof.
  move=> [L [L0 HL]]; exists (Rabs c * L); split; first by apply: Rmult_le_pos => //; exact: Rabs_pos.
  move=> a b e e0 h; rewrite -Rmult_minus_distr_l Rabs_mult Rmult_assoc.
  by apply: Rmult_le_compat_l; [exact: Rabs_pos | exact: HL].
Qed.

Lemma bounded_scal c F : bounded F -> bounded (fun a => c * F a).
Proof. by move=> B; apply: bounded_mult => //; exact: bounded_const. Qed.

Lemma lip_sum {k} (F : 'I_k -> vec n -> R) : (forall i, lip (F i)) -> lip (fun a => sum (fun i => F i a)).
Proof.
  move=> /fin_all_exists [L HL]; exists (sum L); split; first by apply: sum_ge0 => i; case: (HL i).
  move=> a b e e0 h; rewrite -sum_minus -sum_scal_r; apply: Rle_trans (Rabs_sum_le _) _; apply: sum_le => i.
  by case: (HL i) => _; apply.
Qed.

Lemma bounded_sum {k} (F : 'I_k -> vec n -> R) : (forall i, bounded (F i)) -> bounded (fun a => sum (fun i => F i a)).
Proof.
  move=> /fin_all_exists [B HB]; exists (sum B); split; first by apply: sum_ge0 => i; case: (HB i).
  move=> a; apply: Rle_trans (Rabs_sum_le _) _; apply: sum_le => i; by case: (HB i).
Qed.
End Lipschitz.

(** A field with Lipschitz entries is Lipschitz. *)
Lemma lip_field {n} (v : vec n -> vec n) : (forall i, lip (fun a => v a i)) ->
  exists L, lipschitz_on L (fun _ => True) v.
Proof.
  move=> /fin_all_exists [L HL]; exists ((INR n + 1) * sum L) => a b _ _.
  have e0 : 0 <= distance a b by exact: norm_ge0.
  rewrite Rmult_assoc; apply: lib.Flow.distance_le_coord.
    by apply: Rmult_le_pos => //; apply: sum_ge0 => i; case: (HL i).
  move=> j; case: (HL j) => L0 H; apply: Rle_trans (H a b _ e0 (fun i => Rabs_coord_le_norm (vsub a b) i)) _.
  by apply: Rmult_le_compat_r => //; apply: sum_term_le => i; case: (HL i).
Qed.

Section Existence.
Context {N K : nat} (m : memory N K).
Hypothesis pos : positive m.

Definition neurons_of (w : vec (N + K)) : vec N := fun i => w (lshift K i).
Definition gates_of (w : vec (N + K)) : vec K := fun mu => w (rshift N mu).
Definition lifted_field (w : vec (N + K)) : vec (N + K) := fun j =>
  match split j with
  | inl i => velocity_x m (neurons_of w) (softmax 1 (gates_of w)) i
  | inr mu => lift_velocity m (neurons_of w) (gates_of w) mu
  end.

Lemma phi_lip i : lip (fun w => phi m (neurons_of w i)).
Proof.
  have s0 := pos_sigma m pos; exists (sigma m); split; first lra.
  move=> a b e e0 h; apply: Rle_trans (phi_lipschitz m pos _ _) _.
  by apply: Rmult_le_compat_l; [lra | exact: h].
Qed.

Lemma phi_bounded i : bounded (fun w => phi m (neurons_of w i)).
Proof. by exists 1; split; [lra | move=> a; left; exact: phi_abs]. Qed.

Lemma overlap_lip mu : lip (fun w => overlap m (neurons_of w) mu).
Proof. by apply: (lip_sum (fun i w => pattern m mu i * phi m (neurons_of w i))) => i; apply: lip_scal; exact: phi_lip. Qed.

Lemma overlap_bounded mu : bounded (fun w => overlap m (neurons_of w) mu).
Proof. by apply: (bounded_sum (fun i w => pattern m mu i * phi m (neurons_of w i))) => i; apply: bounded_scal; exact: phi_bounded. Qed.

Lemma softmax_lip mu : lip (fun w => softmax 1 (gates_of w) mu).
Proof.
  exists (1 / 2 * (INR K + 1)); split; first by have := pos_INR K; nra.
  move=> a b e e0 h; apply: Rle_trans (Rabs_coord_le_norm (fun nu => softmax 1 (gates_of a) nu - softmax 1 (gates_of b) nu) mu) _.
  apply: Rle_trans (softmax_lipschitz_norm 1 _ _ Rle_0_1) _; rewrite Rmult_assoc.
  apply: Rmult_le_compat_l; first lra.
  by apply: (lib.Flow.distance_le_coord (gates_of a) (gates_of b)) => // nu; exact: h.
Qed.

Lemma softmax_bounded mu : bounded (fun w => softmax 1 (gates_of w) mu).
Proof.
  exists 1; split; first lra; move=> a; rewrite Rabs_pos_eq; last by left; exact: softmax_gt0.
  by apply: simplex_le1; apply: softmax_simplex; exact: (index_dim mu).
Qed.

Lemma lip_ext {n} (F G : vec n -> R) : (forall a, F a = G a) -> lip F -> lip G.
Proof. by move=> E [L [L0 H]]; exists L; split=> // a b e e0 h; rewrite -!E; exact: H. Qed.

Lemma lifted_lip j : lip (fun w => lifted_field w j).
Proof.
  rewrite /lifted_field; case: (split j) => [i|mu].
    apply: (lip_ext (fun w => / tau_x m * (-1 * w (lshift K i) + INR K / INR N * sum (fun mu =>
      pattern m mu i * (softmax 1 (gates_of w) mu * overlap m (neurons_of w) mu))))).
      move=> w; rewrite /velocity_x drive_E /Rdiv [RHS]Rmult_comm; congr (_ * (_ + _ * _)).
        by rewrite /neurons_of; ring.
      by apply: sum_ext => mu; ring.
    apply: lip_scal; apply: lip_plus; first by apply: lip_scal; exact: lip_coord.
    apply: lip_scal; apply: (lip_sum (fun mu w => pattern m mu i * (softmax 1 (gates_of w) mu * overlap m (neurons_of w) mu))) => mu.
    by apply: lip_scal; apply: lip_mult; [exact: softmax_lip | exact: softmax_bounded | exact: overlap_lip | exact: overlap_bounded].
  apply: (lip_ext (fun w => / tau_p m * (/ (2 * INR N) * (overlap m (neurons_of w) mu * overlap m (neurons_of w) mu)
     + - temp m * w (rshift N mu)))).
    by move=> w; rewrite /lift_velocity /score /gates_of /Rdiv; ring.
  apply: lip_scal; apply: lip_plus; last by apply: lip_scal; exact: lip_coord.
  by apply: lip_scal; apply: lip_mult; [exact: overlap_lip | exact: overlap_bounded | exact: overlap_lip | exact: overlap_bounded].
Qed.

Lemma split_l (i : 'I_N) : split (lshift K i) = inl i.
Proof. exact: (@unsplitK N K (inl i)). Qed.

Lemma split_r (mu : 'I_K) : split (rshift N mu) = inr mu.
Proof. exact: (@unsplitK N K (inr mu)). Qed.

Lemma from0_derive (f : R -> R) : (forall t, 0 <= t -> continuous f t) -> continuous_from0 f.
Proof.
  move=> C t t0 eps e0; have [d [d0 H]] := proj2 (continuity_pt_filterlim f t) (C t t0) eps e0.
  exists d; split=> // s s0 sd; case: (Req_dec s t) => [->|ne]; first by rewrite Rminus_eq_0 Rabs_R0.
  by apply: H; split=> //; split=> //; exact: not_eq_sym.
Qed.

Lemma lift_solution_exists (x0 : vec N) (u0 : vec K) :
  exists (x : R -> vec N) (u : R -> vec K), x 0 = x0 /\ u 0 = u0 /\ lift_solution m x u.
Proof.
  have [L HL] := lip_field lifted_field lifted_lip.
  pose w0 : vec (N + K) := fun j => match split j with inl i => x0 i | inr mu => u0 mu end.
  have [y [y0 O]] := lib.Flow.global_exists L lifted_field w0 HL.
  have C j : continuous_from0 (fun t => y t j).
    by apply: from0_derive => t t0; apply: ex_derive_continuous; eexists; exact: O.
  exists (fun t => neurons_of (y t)), (fun t => gates_of (y t)).
  split; first by rewrite y0; apply: functional_extensionality => i; rewrite /neurons_of /w0 split_l.
  split; first by rewrite y0; apply: functional_extensionality => mu; rewrite /gates_of /w0 split_r.
  split; first by move=> i; exact: C.
  split; first by move=> mu; exact: C.
  move=> t t0; split=> [i|mu].
    by have := O t (Rlt_le _ _ t0) (lshift K i); rewrite /lifted_field split_l.
  by have := O t (Rlt_le _ _ t0) (rshift N mu); rewrite /lifted_field split_r.
Qed.

Lemma solution_exists (x0 : vec N) (p0 : vec K) : is_interior p0 ->
  exists (x : R -> vec N) (p : R -> vec K), x 0 = x0 /\ p 0 = p0 /\ solution m x p.
Proof.
  move=> int; have [x [u [X [U [CX [CU F]]]]]] := lift_solution_exists x0 (fun mu => ln (p0 mu) + 0).
  exists x, (fun t => softmax 1 (u t)); split=> //; split; first by rewrite U softmax_ln.
  split=> //; split; last by move=> t t0; exact: (lift_follows m x u t pos (F t t0)).
  move=> mu; have D nu : continuous_from0 (fun t => exp (1 * u t nu)).
    by apply: (from0_comp (fun y => exp (1 * y))) => // y; apply: ex_derive_continuous; auto_derive.
  apply/from0P => t; apply: (continuous_mult (fun s => exp (1 * u (Rmax 0 s) mu)) (fun s => / sum (fun nu => exp (1 * u (Rmax 0 s) nu)))).
    by move/from0P: (D mu); exact.
  apply: (continuous_comp (fun s => sum (fun nu => exp (1 * u (Rmax 0 s) nu))) Rinv).
    by apply: (continuous_sum (fun nu s => exp (1 * u (Rmax 0 s) nu))) => nu; move/from0P: (D nu); exact.
  apply: ex_derive_continuous; auto_derive; apply: Rgt_not_eq; apply: partition_gt0; exact: (index_dim mu).
Qed.
End Existence.
