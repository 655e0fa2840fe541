(** * Solutions of the astrocyte-gated memory as orbits of a Lipschitz field (AG3)

    In (x, u), p = softmax(u), the field is Lipschitz on the whole of R^(N+K): phi and the softmax
    are bounded and Lipschitz, and so is what is built from them by sums and products.

    glue x u, neurons y, log_gains y == a state of the lifted flow as one vector, and its two parts
    lift_field                       == the lifted field on R^(N+K) *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Astrocyte defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Gronwall lib.Banach lib.Flow lib.Lipschitz.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteContraction.

Open Scope R_scope.

(** ** Two vectors as one *)

Section Join.
Context {N K : nat}.
Definition glue (x : vec N) (u : vec K) : vec (N + K) :=
  fun i => match split i with inl a => x a | inr b => u b end.
Definition neurons (y : vec (N + K)) : vec N := fun i => y (lshift K i).
Definition log_gains (y : vec (N + K)) : vec K := fun mu => y (rshift N mu).

Lemma glue_l x u i : glue x u (lshift K i) = x i.
Proof. by rewrite /glue (unsplitK (inl i)). Qed.

Lemma glue_r x u mu : glue x u (rshift N mu) = u mu.
Proof. by rewrite /glue (unsplitK (inr mu)). Qed.

Lemma neurons_glue x u : neurons (glue x u) = x.
Proof. by apply: functional_extensionality => i; exact: glue_l. Qed.

Lemma log_gains_glue x u : log_gains (glue x u) = u.
Proof. by apply: functional_extensionality => i; exact: glue_r. Qed.

Lemma glue_parts y : glue (neurons y) (log_gains y) = y.
Proof.
  apply: functional_extensionality => i; rewrite /glue /neurons /log_gains.
  by have := splitK i; case: (split i) => j /= <-.
Qed.

Lemma glue_index (P : 'I_(N + K) -> Prop) :
  (forall i, P (lshift K i)) -> (forall mu, P (rshift N mu)) -> forall i, P i.
Proof. by move=> L G i; rewrite -(splitK i); case: (split i) => j; [exact: L | exact: G]. Qed.

Lemma dot_parts y : dot y y = dot (neurons y) (neurons y) + dot (log_gains y) (log_gains y).
Proof. exact: big_split_ord. Qed.

Lemma neurons_distance a b : distance (neurons a) (neurons b) <= distance a b.
Proof.
  apply: sqrt_le_1_alt; rewrite (dot_parts (vsub a b)).
  by have := dot_ge0 (log_gains (vsub a b)); rewrite /neurons /vsub; lra.
Qed.

Lemma log_gains_distance a b : distance (log_gains a) (log_gains b) <= distance a b.
Proof.
  apply: sqrt_le_1_alt; rewrite (dot_parts (vsub a b)).
  by have := dot_ge0 (neurons (vsub a b)); rewrite /log_gains /vsub; lra.
Qed.
End Join.

(** ** The lifted field *)

Section Existence.
Context {N K : nat} (m : memory N K).
Hypothesis pos : positive m.

Definition lift_field (y : vec (N + K)) : vec (N + K) :=
  glue (velocity_x m (neurons y) (softmax 1 (log_gains y))) (lift_velocity m (neurons y) (log_gains y)).

Section On.
Variable D : vec (N + K) -> Prop.

Lemma nice_phi i : nice D (fun y => phi m (neurons y i)).
Proof.
  split; last by exists 1; split=> [|y _]; [lra | left; exact: phi_abs].
  exists (sigma m); split=> [|a b _ _]; first by left; exact: pos_sigma.
  apply: Rle_trans (phi_lipschitz m pos _ _) _; apply: Rmult_le_compat_l; first by left; exact: pos_sigma.
  exact: (Rabs_coord_le_distance a b (lshift K i)).
Qed.

Lemma nice_overlap mu : nice D (fun y => overlap m (neurons y) mu).
Proof.
  by apply: (nice_sum D _ (fun i y => pattern m mu i * phi m (neurons y i))) => i; apply: nice_scal; exact: nice_phi.
Qed.

Lemma nice_score mu : nice D (fun y => score m (neurons y) mu).
Proof.
  apply: (nice_ext D (fun y => / (2 * INR N) * (overlap m (neurons y) mu * overlap m (neurons y) mu))).
    by move=> y; rewrite /score /Rdiv; ring.
  by apply: nice_scal; apply: nice_mult; exact: nice_overlap.
Qed.

Lemma nice_softmax mu : nice D (fun y => softmax 1 (log_gains y) mu).
Proof.
  split.
    exists (1 / 2); split=> [|a b _ _]; first lra.
    apply: Rle_trans (Rabs_coord_le_norm (fun mu => softmax 1 (log_gains a) mu - softmax 1 (log_gains b) mu) mu) _.
    apply: Rle_trans (softmax_lipschitz_norm 1 (log_gains a) (log_gains b) Rle_0_1) _.
    by apply: Rmult_le_compat_l; [lra | exact: log_gains_distance].
  exists 1; split=> [|y _]; first lra.
  rewrite Rabs_pos_eq; last by left; exact: softmax_gt0.
  by apply: simplex_le1; apply: softmax_simplex; exact: index_dim mu.
Qed.

Lemma nice_drive i : nice D (fun y => drive m (neurons y) (softmax 1 (log_gains y)) i).
Proof.
  apply: (nice_ext D (fun y => INR K / INR N * sum (fun mu => pattern m mu i * (softmax 1 (log_gains y) mu * overlap m (neurons y) mu)))).
    by move=> y; rewrite drive_E; congr (_ * _); apply: sum_ext => mu; ring.
  apply: nice_scal; apply: (nice_sum D _ (fun mu y => pattern m mu i * (softmax 1 (log_gains y) mu * overlap m (neurons y) mu))) => mu.
  by apply: nice_scal; apply: nice_mult; [exact: nice_softmax | exact: nice_overlap].
Qed.

Lemma lips_lift_field i : lips D (fun y => lift_field y i).
Proof.
  move: i; apply: glue_index => [i|mu].
    apply: (lips_ext D (fun y => / tau_x m * (-1 * y (lshift K i) + drive m (neurons y) (softmax 1 (log_gains y)) i))).
      by move=> y; rewrite /lift_field glue_l /velocity_x /neurons; rewrite /Rdiv; ring.
    apply: lips_scal; apply: lips_plus; last by case: (nice_drive i).
    by apply: lips_scal; exact: (lips_coord D (lshift K i)).
  apply: (lips_ext D (fun y => / tau_p m * (score m (neurons y) mu + - temp m * y (rshift N mu)))).
    by move=> y; rewrite /lift_field glue_r /lift_velocity /log_gains /Rdiv; ring.
  apply: lips_scal; apply: lips_plus; first by case: (nice_score mu).
  by apply: lips_scal; exact: (lips_coord D (rshift N mu)).
Qed.

Lemma lipschitz_lift_field : exists L, lipschitz_on L D lift_field.
Proof. by apply: lips_field; exact: lips_lift_field. Qed.
End On.

(** ** Orbits of the field and solutions of the model *)

Lemma derive_from0 (f : R -> R) : (forall t, 0 <= t -> ex_derive f t) -> continuous_from0 f.
Proof.
  move=> H t t0 e e0; have := proj1 (continuous_eps f t) (ex_derive_continuous f t (H t t0)) e e0.
  by move=> [d [d0 h]]; exists d; split=> // s _; exact: h.
Qed.

Lemma orbit_follows y t : orbit lift_field y -> 0 <= t ->
  follows_lift m (fun s => neurons (y s)) (fun s => log_gains (y s)) t.
Proof.
  move=> O t0; split=> [i|mu].
    by evar_last; [exact: (O t t0 (lshift K i)) | rewrite /lift_field glue_l].
  by evar_last; [exact: (O t t0 (rshift N mu)) | rewrite /lift_field glue_r].
Qed.

Lemma orbit_solution y : orbit lift_field y ->
  solution m (fun t => neurons (y t)) (fun t => softmax 1 (log_gains (y t))).
Proof.
  move=> O; have F t (t0 : 0 <= t) := lift_follows m _ _ t pos (orbit_follows y t O t0).
  split=> [i|]; first by apply: derive_from0 => t t0; eexists; exact: (proj1 (F t t0) i).
  split=> [mu|t t0]; last by apply: F; lra.
  by apply: derive_from0 => t t0; eexists; exact: (proj2 (F t t0) mu).
Qed.

Lemma existence x0 p0 : is_interior p0 ->
  exists y, orbit lift_field y /\ neurons (y 0) = x0 /\ softmax 1 (log_gains (y 0)) = p0.
Proof.
  move=> int; have [L lip] := lipschitz_lift_field (fun _ => True).
  have [y [y0 O]] := global_exists L lift_field (glue x0 (fun mu => ln (p0 mu) + 0)) lip.
  by exists y; split=> //; rewrite y0 neurons_glue log_gains_glue softmax_ln.
Qed.

Lemma from0_continuous_on (f : R -> R) hi : continuous_from0 f -> continuous_on (interval 0 hi) f.
Proof.
  move=> C t [t0 t1] P [e he]; have [d [d0 h]] := C t t0 e (cond_pos e).
  by exists (mkposreal d d0) => s st [s0 _]; apply: he; exact: h.
Qed.

(** Logarithms of equal gains differ by a constant. *)
Lemma softmax_const (u v : vec K) : softmax 1 u = softmax 1 v -> exists c, forall mu, u mu = v mu + c.
Proof.
  move=> E; exists (ln (sum (fun j => exp (1 * u j))) - ln (sum (fun j => exp (1 * v j)))) => mu.
  by have := ln_softmax 1 u mu; rewrite E ln_softmax; lra.
Qed.

Lemma follows_lift_shift x u c t : follows_lift m x u t ->
  follows_lift m x (fun s mu => u s mu + c * exp (- (temp m / tau_p m) * s)) t.
Proof.
  move=> [X U]; have tp := pos_tau_p_neq0 m pos.
  have S s : softmax 1 (fun mu => u s mu + c * exp (- (temp m / tau_p m) * s)) = softmax 1 (u s).
    by apply: functional_extensionality => mu; exact: softmax_shift.
  split=> [i|mu]; first by rewrite S.
  evar_last.
    apply: (is_derive_plus (fun s => u s mu) (fun s => c * exp (- (temp m / tau_p m) * s))); first exact: U.
    apply: is_derive_scal; apply: (is_derive_comp exp (fun s => - (temp m / tau_p m) * s)); first exact: is_derive_exp.
    by apply: is_derive_scal; exact: is_derive_id.
  by rewrite /plus /scal /= /mult /= /one /= /lift_velocity; field.
Qed.

(** A solution of the lifted flow is given by its start. *)
Lemma lift_unique x u y : lift_solution m x u -> orbit lift_field y -> y 0 = glue (x 0) (u 0) ->
  forall t, 0 <= t -> glue (x t) (u t) = y t.
Proof.
  move=> [CX [CU F]] O e t t0; have [L lip] := lipschitz_lift_field (fun _ => True).
  apply: distance_eq0; apply: Rle_antisym; last exact: distance_ge0.
  have := gronwall_solutions (fun _ => lift_field) (fun _ => True) L (fun s => glue (x s) (u s)) y 0 t
    (fun _ _ => lip) _ (orbit_continuous lift_field y t O) (fun _ _ => conj I I) _
    (fun s hs => O s (Rlt_le _ _ (proj1 hs))) t (conj t0 (Rle_refl t)).
  rewrite e distance_self Rmult_0_r; apply.
    apply: glue_index => [i|mu]; apply: from0_continuous_on.
      by apply: from0_ext (CX i) => s _; rewrite glue_l.
    by apply: from0_ext (CU mu) => s _; rewrite glue_r.
  move=> s [s0 _]; have [X U] := F s s0; apply: glue_index => [i|mu].
    rewrite /lift_field glue_l neurons_glue log_gains_glue.
    by apply: is_derive_ext (X i) => r; rewrite glue_l.
  rewrite /lift_field glue_r neurons_glue log_gains_glue.
  by apply: is_derive_ext (U mu) => r; rewrite glue_r.
Qed.

(** A solution from the interior is the projection of the orbit from its start. *)
Lemma solution_orbit x p y : solution m x p -> is_interior (p 0) -> orbit lift_field y ->
  neurons (y 0) = x 0 -> softmax 1 (log_gains (y 0)) = p 0 ->
  forall t, 0 <= t -> x t = neurons (y t) /\ p t = softmax 1 (log_gains (y t)).
Proof.
  move=> sol int O xe pe t t0; have [u [CU [P F]]] := lift_exists m x p pos sol int.
  have S s : 0 <= s -> p s = softmax 1 (u s) by move=> s0; apply: functional_extensionality => mu; exact: P.
  have [c C] : exists c, forall mu, log_gains (y 0) mu = u 0 mu + c.
    by apply: softmax_const; rewrite pe; apply: S; lra.
  pose w s := fun mu => u s mu + c * exp (- (temp m / tau_p m) * s).
  have LS : lift_solution m x w.
    split; first by case: sol.
    split=> [mu|s s0]; last by apply: follows_lift_shift; exact: F.
    by apply: from0_plus => //; apply: from0_scal; exact: from0_exp.
  have e : y 0 = glue (x 0) (w 0).
    rewrite -xe -[LHS]glue_parts; congr glue; apply: functional_extensionality => mu.
    by rewrite C /w Rmult_0_r exp_0 Rmult_1_r.
  have J := lift_unique x w y LS O e t t0; rewrite -J neurons_glue log_gains_glue; split=> //.
  rewrite S //; apply: functional_extensionality => mu; rewrite /w; symmetry; exact: softmax_shift.
Qed.

Lemma solution_unique x p x' p' : solution m x p -> solution m x' p' -> is_interior (p 0) ->
  x' 0 = x 0 -> p' 0 = p 0 -> forall t, 0 <= t -> x' t = x t /\ p' t = p t.
Proof.
  move=> sol sol' int xe pe t t0; have [y [O [xy py]]] := existence (x 0) (p 0) int.
  have [-> ->] := solution_orbit x p y sol int O xy py t t0.
  by apply: (solution_orbit x' p' y) => //; rewrite ?xe ?pe.
Qed.

Theorem existence_uniqueness x0 p0 : is_interior p0 ->
  exists x p, (x 0 = x0 /\ p 0 = p0) /\ solution m x p /\ (forall t, 0 <= t -> is_interior (p t)) /\
    forall x' p', x' 0 = x0 -> p' 0 = p0 -> solution m x' p' ->
      forall t, 0 <= t -> x' t = x t /\ p' t = p t.
Proof.
  move=> int; have [y [O [xy py]]] := existence x0 p0 int; have sol := orbit_solution y O.
  exists (fun t => neurons (y t)), (fun t => softmax 1 (log_gains (y t))); split=> //; split=> //.
  split=> [t t0|x' p' xe pe sol' t t0]; first by apply: softmax_interior; exact: interior_dim int.
  by apply: (solution_orbit x' p' y) => //; rewrite ?xe ?pe.
Qed.
End Existence.
