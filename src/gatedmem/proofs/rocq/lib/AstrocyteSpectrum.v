(** * Negative spectrum means positive Hessian (AG23)

    On R^N x {sum = 0}, extended to R^{N+K} by the tangent projection, the Jacobian is similar
    to a symmetric matrix (its entries weighted by the square roots of the metric), so the
    spectral theorem applies. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Stability defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteExistence lib.AstrocyteStability.
From Gatedmem Require lib.LinearSpectral.

Open Scope R_scope.

Lemma sum_cat {n k} (f : vec (n + k)) : sum f = sum (fun i => f (lshift k i)) + sum (fun j => f (rshift n j)).
Proof. exact: big_split_ord. Qed.

Section Spectrum.
Context {N K : nat} (m : memory N K) (x : vec N) (p : vec K).
Hypotheses (pos : positive m) (int : is_interior p) (eqm : equilibrium m x p).

Let p0 := proj1 int.

Lemma flow_jacobian_0 : is_flow_jacobian m x p (fun _ => 0) (fun _ => 0) (fun _ => 0) (fun _ => 0).
Proof.
  have E n (v : vec n) h : (fun j => v j + h * 0) = v by apply: functional_extensionality => j; ring.
  split=> j.
    by apply: (is_derive_ext (fun _ => velocity_x m x p j)) => [h|]; [rewrite !E | exact: is_derive_const].
  by apply: (is_derive_ext (fun _ => velocity_p m x p j)) => [h|]; [rewrite !E | exact: is_derive_const].
Qed.

Lemma eigenvalue_of a z alpha : sum z = 0 -> ((exists i, a i <> 0) \/ (exists mu, z mu <> 0)) ->
  (forall i, flow_jac_x m x p a z i = alpha * a i) -> (forall mu, flow_jac_p m x p a z mu = alpha * z mu) ->
  is_flow_eigenvalue m x p alpha 0.
Proof.
  move=> z0 ne X P; exists a, (fun _ => 0), z, (fun _ => 0); split=> //; split; first exact: sum_0.
  split; first by case: ne => -[i h]; [left | right]; exists i; left.
  have [C D] := flow_jacobian_is m x p a z p0; have [C' D'] := flow_jacobian_0.
  split; split=> j.
  - by evar_last; [exact: C | rewrite /= X; ring].
  - by evar_last; [exact: D | rewrite /= P; ring].
  - by evar_last; [exact: C' | ring].
  - by evar_last; [exact: D' | ring].
Qed.

Definition joined (a : vec N) (z : vec K) : vec (N + K) := fun j =>
  match split j with inl i => a i | inr mu => z mu end.
Definition flat (w : vec (N + K)) : vec K := project p (gates_of w).
Definition jac (w : vec (N + K)) : vec (N + K) :=
  joined (flow_jac_x m x p (neurons_of w) (flat w)) (flow_jac_p m x p (neurons_of w) (flat w)).
Definition weights : vec (N + K) :=
  joined (fun i => tau_x m * phi' m (x i)) (fun mu => INR K * tau_p m / p mu).
Definition form (w w' : vec (N + K)) : R := sum (fun j => weights j * (jac w j * w' j)).

Lemma joined_l a z i : joined a z (lshift K i) = a i.
Proof. by rewrite /joined split_l. Qed.

Lemma joined_r a z mu : joined a z (rshift N mu) = z mu.
Proof. by rewrite /joined split_r. Qed.

Lemma weights_gt0 j : 0 < weights j.
Proof.
  case: (pos) => s0 [_ [tx tp]]; rewrite /weights /joined; case: (split j) => i.
    by apply: Rmult_lt_0_compat => //; exact: phi'_gt0.
  apply: Rdiv_lt_0_compat; last exact: p0.
  by apply: Rmult_lt_0_compat => //; apply: INR_gt0; exact: (index_dim i).
Qed.

Lemma form_metric w w' : form w w' =
  flow_metric m x p (flow_jac_x m x p (neurons_of w) (flat w)) (flow_jac_p m x p (neurons_of w) (flat w))
    (neurons_of w') (flat w').
Proof.
  have T := flow_jac_tangent m x p (neurons_of w) (flat w) pos int eqm (project_sum p int _).
  rewrite /form sum_cat /flow_metric; congr (_ + _).
    by rewrite -sum_scal_l; apply: sum_ext => i; rewrite /weights /jac !joined_l /neurons_of; ring.
  rewrite [shahshahani _ _ (flat w')](shahshahani_sym p) /flat (shahshahani_project p int) (shahshahani_sym p (gates_of w')).
  rewrite -/(flat w) T Rmult_0_r Rminus_0_r /shahshahani -sum_scal_l.
  by apply: sum_ext => mu; rewrite /weights /jac !joined_r /gates_of /Rdiv; ring.
Qed.

Lemma form_sym w w' : form w w' = form w' w.
Proof.
  rewrite (form_metric w) (form_metric w') flow_metric_sym.
  rewrite (metric_jac_sym m x p (neurons_of w') (flat w')) //; exact: project_sum.
Qed.

Lemma form_delta w j : form w (kdelta j) = weights j * jac w j.
Proof.
  rewrite /form (sum_ext _ (fun k => weights k * jac w k * kdelta j k)); last by move=> k; ring.
  exact: sum_kdelta_r.
Qed.

Let s j := sqrt (weights j).
Let ss j : s j * s j = weights j.
Proof. by apply: sqrt_sqrt; left; exact: weights_gt0. Qed.
Let s_gt0 j : 0 < s j.
Proof. by apply: sqrt_lt_R0; exact: weights_gt0. Qed.

Definition symmetric_jac : mat (N + K) (N + K) := fun j k => form (kdelta j) (kdelta k) / (s j * s k).

Lemma symmetric_jac_sym j k : symmetric_jac j k = symmetric_jac k j.
Proof. by rewrite /symmetric_jac form_sym (Rmult_comm (s j)). Qed.

Lemma symmetric_jac_E w j : mulmv symmetric_jac (fun k => s k * w k) j = s j * jac w j.
Proof.
  apply: (Rmult_eq_reg_l (s j)); last by have := s_gt0 j; lra.
  have -> : s j * (s j * jac w j) = form w (kdelta j) by rewrite form_delta -ss; ring.
  rewrite form_sym /form /mulmv -sum_scal_l; apply: sum_ext => k.
  by rewrite /symmetric_jac form_delta; field; split; apply: Rgt_not_eq; exact: s_gt0.
Qed.

Lemma flat_tangent w : sum (gates_of w) = 0 -> flat w = gates_of w.
Proof. by move=> z0; apply: functional_extensionality => mu; exact: project_tangent. Qed.

Lemma stable_hessian :
  (forall alpha beta, is_flow_eigenvalue m x p alpha beta -> alpha < 0) ->
  forall a z q, sum z = 0 -> ((exists i, a i <> 0) \/ (exists mu, z mu <> 0)) ->
    is_energy_hessian m x p a z a z q -> 0 < q.
Proof.
  move=> H a z q z0 ne Hq.
  have [Q [e [orth eig]]] := lib.LinearSpectral.spectral symmetric_jac symmetric_jac_sym.
  have basis : eigenbasis symmetric_jac Q e by [].
  (* every non-zero eigenvalue of the symmetric matrix is one of the flow *)
  have neg k : e k <> 0 -> e k < 0.
    move=> ek; pose w j := Q k j / s j.
    have sw : (fun j => s j * w j) = Q k.
      by apply: functional_extensionality => j; rewrite /w; field; apply: Rgt_not_eq; exact: s_gt0.
    have Jw j : jac w j = e k * w j.
      apply: (Rmult_eq_reg_l (s j)); last by have := s_gt0 j; lra.
      rewrite -symmetric_jac_E sw eig /w; field; apply: Rgt_not_eq; exact: s_gt0.
    have X i : flow_jac_x m x p (neurons_of w) (flat w) i = e k * neurons_of w i.
      by have := Jw (lshift K i); rewrite /jac joined_l.
    have P mu : flow_jac_p m x p (neurons_of w) (flat w) mu = e k * gates_of w mu.
      by have := Jw (rshift N mu); rewrite /jac joined_r.
    have T := flow_jac_tangent m x p (neurons_of w) (flat w) pos int eqm (project_sum p int _).
    have S0 : sum (gates_of w) = 0.
      rewrite (sum_ext _ (fun mu => e k * gates_of w mu)) // sum_scal_l in T.
      by case/Rmult_integral: T.
    rewrite (flat_tangent w S0) in X P.
    apply: (H (e k) 0); apply: (eigenvalue_of (neurons_of w) (gates_of w)) => //.
    have [j wj] : exists j, w j <> 0.
      have [|j hj] := sum_neq0_index (fun j => Q k j * Q k j).
        by have := orth k k; rewrite kdelta_refl /dot => ->; lra.
      exists j => wj; apply: hj; have -> : Q k j = s j * w j by rewrite /w; field; apply: Rgt_not_eq; exact: s_gt0.
      by rewrite wj; ring.
    case sj: (split j) => [i|mu].
      left; exists i; rewrite /neurons_of; have <- : j = lshift K i by rewrite -[j]splitK sj.
      exact: wj.
    right; exists mu; rewrite /gates_of; have <- : j = rshift N mu by rewrite -[j]splitK sj.
    exact: wj.
  pose w := joined a z.
  have wa : neurons_of w = a by apply: functional_extensionality => i; exact: joined_l.
  have wz : gates_of w = z by apply: functional_extensionality => mu; exact: joined_r.
  have fz : flat w = z by rewrite flat_tangent wz.
  pose u j := s j * w j.
  have V : form w w = sum (fun k => e k * dot (Q k) u ^ 2).
    rewrite -(lib.LinearSpectral.quadratic_modes symmetric_jac Q e basis symmetric_jac_sym) /form /dot.
    by apply: sum_ext => j; rewrite symmetric_jac_E /u -ss; ring.
  have term k : 0 <= - (e k * dot (Q k) u ^ 2).
    case: (Req_dec (e k) 0) => [->|ek]; first lra.
    by have := neg k ek; have := pow2_ge_0 (dot (Q k) u); nra.
  have F : q = - form w w.
    rewrite form_metric wa fz -(is_derive_unique _ _ _ Hq); apply: is_derive_unique.
    exact: (hessian_is m x p a z a z pos int eqm z0).
  have G : 0 <= - form w w by rewrite V -sum_opp; exact: sum_ge0.
  case: (Req_dec (form w w) 0) => [Z|]; last by rewrite F; lra.
  exfalso; rewrite V in Z.
  have zero k : e k * dot (Q k) u = 0.
    have := sum_ge0_eq0 (fun k => - (e k * dot (Q k) u ^ 2)) term ltac:(rewrite sum_opp Z; ring) k => t.
    case: (Req_dec (e k) 0) => [->|ek]; first ring.
    have t' : e k * dot (Q k) u ^ 2 = 0 by lra.
    case/Rmult_integral: t' => // d2.
    have -> : dot (Q k) u = 0 by apply: Rsqr_0_uniq; rewrite Rsqr_pow2.
    ring.
  have J0 j : jac w j = 0.
    apply: (Rmult_eq_reg_l (s j)); last by have := s_gt0 j; lra.
    rewrite Rmult_0_r -symmetric_jac_E (lib.LinearSpectral.expansion symmetric_jac Q e basis).
    apply: sum_eq0 => k; rewrite (dot_mulmv_sym _ _ _ symmetric_jac_sym).
    rewrite (dot_ext _ (fun j => e k * Q k j) _ u) // dot_scal_l zero; ring.
  have := H 0 0; suff E : is_flow_eigenvalue m x p 0 0 by move/(_ E); lra.
  apply: (eigenvalue_of a z) => // [i|mu].
    by have := J0 (lshift K i); rewrite /jac joined_l wa fz => ->; ring.
  by have := J0 (rshift N mu); rewrite /jac joined_r wa fz => ->; ring.
Qed.
End Spectrum.
