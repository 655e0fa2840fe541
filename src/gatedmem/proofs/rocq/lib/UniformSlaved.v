(** Linear stability of the uniform state with fast gates, and its bound on the competition. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.UniformState.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearInverse lib.ContextClamped lib.ContextEnergy lib.ContextSpectrum lib.UniformState.

Open Scope R_scope.

Section Slaved.
Context {d N : nat} (m : retrieval d N) (B : mat N N) (c0 : R).
Let A := gates m.
Let k := beta m / INR N.

Lemma slaved_jacobian (z v : vec N) : is_slaved_jacobian m B (fun _ => c0) z v <->
  forall i, v i = (lambda m ^ 2 * k * mulmv B (centred z) i - z i) / tau_r m.
Proof.
have h i : is_derive (fun h => let y := fun j => c0 + h * z j in
    score_velocity m (gate_state m B (softmax (beta m) y)) y i) 0
    ((lambda m ^ 2 * k * mulmv B (centred z) i - z i) / tau_r m).
  apply: (is_derive_ext (fun h => / tau_r m * (lambda m *
      mulmv B (fun nu => gate_input m nu + lambda m * softmax (beta m) (fun j => c0 + h * z j) nu) i
      + evidence m i - (c0 + h * z i)))).
    by move=> t; rewrite /score_velocity /gate_state /Rdiv Rmult_comm.
  evar_last.
    apply: is_derive_scal; apply: is_derive_minus.
      apply: is_derive_plus; last exact: is_derive_const.
      apply: is_derive_scal; apply: is_derive_mulmv => j.
      apply: is_derive_plus; first exact: is_derive_const.
      by apply: is_derive_scal; exact: softmax_change.
    exact: (line_coord (fun _ => c0) z i).
  rewrite (mulmv_ext B _ (fun j => lambda m * k * centred z j)) => [|j].
    by rewrite mulmv_scal /minus /plus /opp /zero /= /Rdiv; ring.
  by rewrite /plus /zero /= /k; ring.
split=> [hv i|e i]; last by rewrite e.
by rewrite -(is_derive_unique _ _ _ (hv i)); apply: is_derive_unique.
Qed.

Hypothesis (inv : is_inverse A B) (tau_r0 : 0 < tau_r m) (beta0 : 0 < beta m).
Variables (eta1 eta : R).
Hypothesis (flat : forall i, mulmv A (fun _ => 1) i = eta1) (eta10 : 0 < eta1).
Hypothesis (least : is_least_eig_centred A eta) (eta0 : 0 < eta).

Lemma sum_inverse v : sum v = 0 -> sum (mulmv B v) = 0.
Proof.
move=> s0; have := sum_mulmv m eta1 flat (mulmv B v); rewrite (inverse_r A B v inv) s0 => e.
by case/Rmult_integral: (esym e) => //; lra.
Qed.

Lemma inverse_quadratic v : sum v = 0 -> eta * dot v (mulmv B v) <= dot v v.
Proof.
move=> s0; set y := mulmv B v; have ay : mulmv A y = v := inverse_r A B v inv.
case: least => _ low; have := low y (sum_inverse v s0); rewrite ay (dot_sym y v) => h.
have := dot_ge0 (fun i => v i - eta * y i); rewrite dot_minus_sq !dot_scal_r dot_scal_l => p.
have := Rmult_le_compat_l eta _ _ (Rlt_le _ _ eta0) h; lra.
Qed.

Lemma slaved_when : lambda m ^ 2 * beta m / INR N < eta -> slaved_stable m B (fun _ => c0).
Proof.
move=> lt x w z z' [i0 ne] /slaved_jacobian ez /slaved_jacobian ez'; apply: Rnot_le_lt => x0.
set g := lambda m ^ 2 * k in ez ez'.
have qz i : tau_r m * (x * z i - w * z' i) = g * mulmv B (centred z) i - z i by rewrite ez; field; lra.
have qz' i : tau_r m * (x * z' i + w * z i) = g * mulmv B (centred z') i - z' i by rewrite ez'; field; lra.
have sz : tau_r m * (x * sum z - w * sum z') = - sum z.
  rewrite -(sum_scal_l x) -(sum_scal_l w) -sum_minus -sum_scal_l (sum_ext _ _ qz) sum_minus sum_scal_l.
  by rewrite sum_inverse ?sum_centred; ring.
have sz' : tau_r m * (x * sum z' + w * sum z) = - sum z'.
  rewrite -(sum_scal_l x) -(sum_scal_l w) -sum_plus -sum_scal_l (sum_ext _ _ qz') sum_minus sum_scal_l.
  by rewrite sum_inverse ?sum_centred; ring.
have xr : 0 <= tau_r m * x by apply: Rmult_le_pos; lra.
have [zz zz'] : sum z = 0 /\ sum z' = 0.
  by apply: (plane_zero (tau_r m * x + 1) (tau_r m * w)); lra.
have cz : centred z = z by apply: functional_extensionality => i; apply: centred_id.
have cz' : centred z' = z' by apply: functional_extensionality => i; apply: centred_id.
rewrite cz in qz; rewrite cz' in qz'.
have iz : tau_r m * (x * dot z z - w * dot z z') = g * dot z (mulmv B z) - dot z z.
  by rewrite -!dot_scal_r -dot_minus_r -dot_scal_r -dot_minus_r; apply: dot_ext.
have iz' : tau_r m * (x * dot z' z' + w * dot z' z) = g * dot z' (mulmv B z') - dot z' z'.
  by rewrite -!dot_scal_r -dot_plus_r -dot_scal_r -dot_minus_r; apply: dot_ext.
rewrite (dot_sym z' z) in iz'.
set Y := dot z z + dot z' z'; set C := dot z (mulmv B z) + dot z' (mulmv B z').
have Y0 : 0 <= Y by have := dot_ge0 z; have := dot_ge0 z'; rewrite /Y; lra.
have eY : (tau_r m * x + 1) * Y = g * C by rewrite /Y /C; lra.
have C1 : eta * C <= Y by have := inverse_quadratic z zz; have := inverse_quadratic z' zz'; rewrite /Y /C; lra.
have n0 : 0 < INR N by exact: (dim_gt0 m eta least).
have g0 : 0 <= g by apply: Rmult_le_pos; [apply: pow2_ge_0 | apply: Rlt_le; apply: Rdiv_lt_0_compat].
have ge : g < eta by move: lt; rewrite /g /k /Rdiv; lra.
have Y00 : Y = 0.
  apply: Rle_antisym => //; apply: Rnot_lt_le => Yp.
  have p1 := Rmult_le_compat_l g _ _ g0 C1.
  have p2 := Rmult_lt_compat_r Y _ _ Yp ge.
  have p3 := Rmult_le_pos _ _ (Rlt_le _ _ eta0) (Rmult_le_pos _ _ xr Y0).
  have : eta * ((tau_r m * x + 1) * Y) = eta * (g * C) by rewrite eY.
  lra.
have [aa aa'] : dot z z = 0 /\ dot z' z' = 0.
  by have := dot_ge0 z; have := dot_ge0 z'; rewrite /Y in Y00; lra.
by case: ne => [|]; apply; apply: dot_eq0.
Qed.

Lemma slaved_fails : eta <= lambda m ^ 2 * beta m / INR N -> ~ slaved_stable m B (fun _ => c0).
Proof.
move=> le st; case: least => -[v [v0 [sv ev]]] _.
set g := lambda m ^ 2 * k; have ge : eta <= g by move: le; rewrite /g /k /Rdiv; lra.
pose x := (g / eta - 1) / tau_r m.
have x0 : 0 <= x.
  apply: Rmult_le_pos; last by apply: Rlt_le; apply: Rinv_0_lt_compat.
  by have : 1 <= g / eta by [apply/Rle_div_r; lra]; lra.
have [i vi] := norm_nonzero v v0.
have bv j : mulmv B v j = v j / eta.
  have e := inverse_l A B v inv; rewrite -[in RHS]e.
  rewrite (mulmv_ext B (mulmv A v) (fun l => eta * v l)) ?mulmv_scal //; field; lra.
have nil j : centred (fun _ : 'I_N => 0) j = 0 by rewrite centred_id // sum_0.
have := st x 0 v (fun _ => 0) (ex_intro _ i (or_introl vi)).
suff [h h'] : is_slaved_jacobian m B (fun _ => c0) v (fun i => x * v i - 0 * 0) /\
    is_slaved_jacobian m B (fun _ => c0) (fun _ => 0) (fun i => x * 0 + 0 * v i) by move/(_ h h'); lra.
split; apply/slaved_jacobian => j.
- rewrite (mulmv_ext B _ v) => [|l]; last exact: centred_id.
  by rewrite bv -/g /x; field; lra.
- rewrite (mulmv_ext B _ (fun _ => 0)) // (_ : mulmv B (fun _ => 0) j = 0); first by rewrite /Rdiv; ring.
  by apply: sum_eq0 => l; ring.
Qed.

Lemma slaved_iff : slaved_stable m B (fun _ => c0) <-> lambda m ^ 2 * beta m / INR N < eta.
Proof.
split; last exact: slaved_when.
by move=> st; apply: Rnot_le_lt => le; apply: (slaved_fails le st).
Qed.
End Slaved.

(** ** Unit norms and a Gram matrix with constant row sums *)

Section Rows.
Context {d N : nat} (m : retrieval d N) (muG u0 b0 : R).
Let Z := memories m.
Hypothesis (unit : forall mu, norm (Z mu) = 1) (rows : forall i, mulmv (gram Z) (fun _ => 1) i = muG).

Lemma unit_one mu : dot (Z mu) (Z mu) = 1.
Proof. by rewrite -norm_sq unit; ring. Qed.

Lemma mulmv_gates v i : mulmv (gates m) v i = (1 - alpha m) * v i + alpha m * mulmv (gram Z) v i.
Proof. by rewrite mulmv_gate_matrix (mulmv_competition_unit Z unit_one); ring. Qed.

Lemma gates_flat i : mulmv (gates m) (fun _ => 1) i = 1 - alpha m * (1 - muG).
Proof. by rewrite mulmv_gates rows; ring. Qed.

Lemma least_centred mu : 0 <= alpha m -> is_least_eig_centred (gram Z) mu ->
  is_least_eig_centred (gates m) (1 - alpha m * (1 - mu)).
Proof.
move=> a0 [[v [v0 [sv ev]]] low]; split.
  by exists v; split=> //; split=> // i; rewrite mulmv_gates ev; ring.
move=> w sw; have := Rmult_le_compat_l _ _ _ a0 (low w sw).
have -> : dot w (mulmv (gates m) w) = (1 - alpha m) * dot w w + alpha m * dot w (mulmv (gram Z) w).
  by rewrite -!dot_scal_r -dot_plus_r; apply: dot_ext => // i; rewrite mulmv_gates.
lra.
Qed.

Lemma critical_competition mu g : mu < 1 ->
  (g < 1 - alpha m * (1 - mu)) <-> (alpha m < / (1 - mu) * (1 - g)).
Proof.
move=> m1; have i0 : 0 < / (1 - mu) by apply: Rinv_0_lt_compat; lra.
have e : / (1 - mu) * (1 - g) * (1 - mu) = 1 - g by field; lra.
split=> h.
  by apply: (Rmult_lt_reg_r (1 - mu)); rewrite ?e; lra.
by have := Rmult_lt_compat_r (1 - mu) _ _ ltac:(lra) h; rewrite e; lra.
Qed.

Hypothesis (context : forall i, gate_input m i = u0) (query : forall i, evidence m i = b0).
Hypothesis (tau_s0 : 0 < tau_s m) (tau_r0 : 0 < tau_r m) (below : alpha m * (1 - muG) < 1) (dim : (0 < N)%N).
Let sigma := (u0 + lambda m / INR N) / (1 - alpha m * (1 - muG)).

Lemma uniform_state x y : clamped_equilibrium m (fun _ => x) (fun _ => y) <->
  x = sigma /\ y = lambda m * sigma + b0.
Proof.
have i : 'I_N := Ordinal dim.
have vs j : gate_velocity m (fun _ => x) (fun _ => y) j =
    (u0 - (1 - alpha m * (1 - muG)) * x + lambda m * / INR N) / tau_s m.
  rewrite velocity_matrix softmax_flat context.
  rewrite (mulmv_ext _ (fun _ => x) (fun _ => x * 1)) => [|l]; last by rewrite Rmult_1_r.
  by rewrite mulmv_scal gates_flat (Rmult_comm x).
have n0 := INR_gt0 dim.
split=> [[hs hr]|[ex ey]].
  have := hs i; rewrite vs; case/Rmult_integral => [e|/Rinv_neq_0_compat]; last by case; lra.
  have es : (1 - alpha m * (1 - muG)) * sigma = u0 + lambda m * / INR N by rewrite /sigma; field; lra.
  have ex : x = sigma by apply: (Rmult_eq_reg_l (1 - alpha m * (1 - muG))); [rewrite es; lra | lra].
  split=> //; have := hr i; rewrite /score_velocity query ex.
  by case/Rmult_integral => [e'|/Rinv_neq_0_compat]; [lra | case; lra].
split=> j; first by rewrite vs ex /sigma; field; lra.
by rewrite /score_velocity query ey ex; field; lra.
Qed.
End Rows.
