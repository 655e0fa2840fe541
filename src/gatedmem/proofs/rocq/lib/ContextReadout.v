(** Readout error, and the flow of the gates alone. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Gronwall lib.Banach lib.LinearInverse.
From Gatedmem Require Import lib.ContextClamped lib.ContextSteering.

Open Scope R_scope.

(** ** CG7 *)

Lemma norm_sum_le {n d} (a : 'I_n -> vec d) : norm (fun i => sum (fun k => a k i)) <= sum (fun k => norm (a k)).
Proof.
elim: n a => [|n IH] a.
  by rewrite sum_n0 (norm_ext _ (fun _ => 0)) ?norm_0 => [|i]; [lra | rewrite sum_n0].
rewrite sum_recl (norm_ext _ (fun i => a ord0 i + sum (fun k => a (lift ord0 k) i))).
  by apply: Rle_trans (norm_triangle _ _) _; apply: Rplus_le_compat_l; apply: (IH (fun k => a (lift ord0 k))).
by move=> i; rewrite sum_recl.
Qed.

Lemma readout_error {d N} (Z : mat N d) (p : vec N) mu M : is_simplex p -> (forall nu, norm (Z nu) <= M) ->
  distance (readout Z p) (Z mu) <= 2 * M * (1 - p mu).
Proof.
move=> [p0 s1] hM.
have -> : distance (readout Z p) (Z mu) = norm (fun i => sum (fun nu => p nu * (Z nu i - Z mu i))).
  apply: norm_ext => i; rewrite /vsub /readout (sum_ext (fun nu => p nu * (Z nu i - Z mu i))
    (fun nu => p nu * Z nu i - p nu * Z mu i)); last by move=> nu; ring.
  by rewrite sum_minus sum_scal_r s1; ring.
apply: Rle_trans (norm_sum_le (fun nu i => p nu * (Z nu i - Z mu i))) _.
have -> : 2 * M * (1 - p mu) = sum (fun nu => if nu == mu then 0 else 2 * M * p nu).
  rewrite (sum_ext (fun nu => if nu == mu then 0 else _) (fun nu => 2 * M * (if nu == mu then 0 else p nu))).
    by rewrite sum_scal_l; have := sum_split mu p; rewrite s1 => ->; ring.
  by move=> nu; case: (nu == mu); ring.
apply: sum_le => nu; rewrite norm_scal Rabs_pos_eq //; case: eqP => [->|_].
  by rewrite (norm_ext _ (fun _ => 0)) ?norm_0 => [|i]; [lra | ring].
have : norm (fun i => Z nu i - Z mu i) <= 2 * M.
  have := norm_triangle (Z nu) (fun i => - Z mu i); rewrite norm_opp.
  by have := hM nu; have := hM mu; rewrite /Rminus; lra.
by move=> h; have := Rmult_le_compat_l _ _ _ (p0 nu) h; lra.
Qed.

Lemma readout_gap {N} beta (r : vec N) mu g : 0 < beta -> (forall nu, nu <> mu -> g <= r mu - r nu) ->
  1 - softmax beta r mu <= (INR N - 1) * exp (- (beta * g)).
Proof.
move=> b0 h; have [le _] := softmax_gap_beta beta r mu g b0 h.
have n1 : 0 <= INR N - 1.
  by have : (1 <= N)%coq_nat by [apply/ltP; exact: index_dim mu]; move/le_INR; rewrite /=; lra.
have x0 : 0 <= (INR N - 1) * exp (- (beta * g)).
  by apply: Rmult_le_pos => //; apply: Rlt_le; apply: exp_pos.
set x := (INR N - 1) * _ in le x0 *.
have : 1 - x <= / (1 + x); last lra.
apply: (Rmult_le_reg_r (1 + x)); first lra.
by rewrite Rinv_l; [nra | lra].
Qed.

(** ** CG8 *)

Section GatesAlone.
Context {d N : nat} (m : retrieval d N) (B : mat N N) (eta : R).
Hypothesis (alone : lambda m = 0) (tau0 : 0 < tau_s m) (iB : is_inverse (gates m) B).
Hypothesis (least : is_least_eig (gates m) eta).
Let rest := mulmv B (gate_input m).

Lemma gate_velocity_alone s r i : gate_velocity m s r i = - mulmv (gates m) (fun j => s j - rest j) i / tau_s m.
Proof.
rewrite mulmv_minus /rest (inverse_r (gates m) B _ iB) /gates mulmv_gate_matrix /gate_velocity alone.
by congr (_ / _); ring.
Qed.

Lemma gates_rest s r : (forall i, gate_velocity m s r i = 0) <-> s = rest.
Proof.
split=> [h|-> i]; last first.
  rewrite gate_velocity_alone (mulmv_ext _ _ (fun _ => 0)) => [|j]; last ring.
  by rewrite /mulmv sum_eq0 => [|j]; [rewrite /Rdiv; ring | ring].
rewrite /rest -[LHS](inverse_l (gates m) B s iB); congr (mulmv B).
apply: functional_extensionality => i; have := h i; rewrite gate_velocity_alone.
rewrite mulmv_minus /rest (inverse_r (gates m) B _ iB) => e.
by case/Rmult_integral: e => [|/Rinv_neq_0_compat]; [lra | case; lra].
Qed.

Lemma gates_decay (s r : R -> vec N) T : curve_continuous 0 T s ->
  (forall t, 0 < t < T -> curve_derive s t (gate_velocity m (s t) (r t))) ->
  forall t, 0 <= t <= T -> distance (s t) rest <= exp (- (eta / tau_s m) * t) * distance (s 0) rest.
Proof.
move=> cs hs t ht.
have := gronwall_norm (fun t => vsub (s t) rest) (fun t => gate_velocity m (s t) (r t))
  (fun _ => - (eta / tau_s m)) (fun _ => 0) 0 T
  (continuous_on_const _ _ _) (continuous_on_const _ _ _) _ _ _ _ t ht.
rewrite (RInt_ext (fun s => _ * 0) (fun _ => 0)); last by move=> x _; apply: Rmult_0_r.
rewrite !RInt_const /scal /= /mult /= Rmult_0_r Rplus_0_r Rminus_0_r (Rmult_comm t); apply.
- by move=> i; apply: continuous_on_minus; [apply: cs | apply: continuous_on_const].
- move=> x hx i; rewrite -[gate_velocity _ _ _ _]Rminus_0_r.
  by apply: is_derive_minus; [apply: hs | apply: is_derive_const].
- by move=> x _; lra.
- move=> x _; have -> : dot (vsub (s x) rest) (gate_velocity m (s x) (r x)) =
      - / tau_s m * dot (vsub (s x) rest) (mulmv (gates m) (vsub (s x) rest)).
    by rewrite -dot_scal_r; apply: dot_ext => // i; rewrite gate_velocity_alone /vsub; field; lra.
  case: least => _ pos; have := pos (vsub (s x) rest); rewrite -norm_sq => h.
  have i0 : 0 < / tau_s m by apply: Rinv_0_lt_compat.
  by have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ i0) h; rewrite /Rdiv; lra.
Qed.

Lemma gates_slowest (v : vec N) r : (forall i, mulmv (gates m) v i = eta * v i) ->
  forall t, curve_derive (fun t i => rest i + exp (- (eta / tau_s m) * t) * v i) t
    (gate_velocity m (fun i => rest i + exp (- (eta / tau_s m) * t) * v i) r).
Proof.
move=> ev t i; rewrite gate_velocity_alone.
rewrite (mulmv_ext _ _ (fun j => exp (- (eta / tau_s m) * t) * v j)) => [|j]; last ring.
by rewrite mulmv_scal ev; auto_derive => //; field; lra.
Qed.
End GatesAlone.
