(** Linear stability of the uniform state of the clamped context-gated memory. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.UniformState.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearInverse lib.ContextClamped lib.ContextEnergy lib.ContextSpectrum.

Open Scope R_scope.

Lemma softmax_flat {n} b c (i : 'I_n) : softmax b (fun _ => c) i = / INR n.
Proof.
rewrite softmax_sub (sum_ext _ (fun _ => 1)) ?sum_one // => j.
by rewrite Rminus_diag_eq // Rmult_0_r exp_0.
Qed.

(** A rotation and contraction of the plane fixes the origin only. *)
Lemma plane_zero k w p p' : 0 < k -> k * p = w * p' -> k * p' = - (w * p) -> p = 0 /\ p' = 0.
Proof.
move=> k0 h h'; have e : k * (p * p + p' * p') = 0.
  by rewrite Rmult_plus_distr_l -!Rmult_assoc h h'; ring.
case/Rmult_integral: e => [|e]; first lra.
have sp := Rle_0_sqr p; have sp' := Rle_0_sqr p'; rewrite /Rsqr in sp sp'.
by split; apply: Rsqr_0_uniq; rewrite /Rsqr; lra.
Qed.

Section Uniform.
Context {d N : nat} (m : retrieval d N) (c0 : R).
Let A := gates m.
Let k := beta m / INR N.

Lemma A_sym i j : A i j = A j i.
Proof. exact: gate_matrix_sym. Qed.

Lemma velocity_matrix s r i : gate_velocity m s r i =
  (gate_input m i - mulmv A s i + lambda m * softmax (beta m) r i) / tau_s m.
Proof. by rewrite /gate_velocity /A /gates mulmv_gate_matrix; congr (_ / _); ring. Qed.

(** The softmax at a uniform state sees the centred part of a change only. *)
Lemma softmax_change (z : vec N) i :
  is_derive (fun h => softmax (beta m) (fun j => c0 + h * z j) i) 0 (k * centred z i).
Proof.
have h := is_derive_softmax_line (beta m) (fun h j => c0 + h * z j) z 0 i (line_coord (fun _ => c0) z).
evar_last; first exact: h; rewrite /= (at_zero (fun _ => c0) z) softmax_flat.
rewrite (dot_ext _ (fun _ => / INR N) z z) // ?dot_const_l => [|j]; last exact: softmax_flat.
by rewrite /k /centred /Rdiv; ring.
Qed.

Lemma clamped_jacobian s (a z c v : vec N) : is_clamped_jacobian m s (fun _ => c0) a z c v <->
  (forall i, c i = (lambda m * (k * centred z i) - mulmv A a i) / tau_s m) /\
  (forall i, v i = (lambda m * a i - z i) / tau_r m).
Proof.
have hg i : is_derive (fun h => gate_velocity m (fun j => s j + h * a j) (fun j => c0 + h * z j) i) 0
    ((lambda m * (k * centred z i) - mulmv A a i) / tau_s m).
  apply: (is_derive_ext (fun h => / tau_s m * (gate_input m i - mulmv A (fun j => s j + h * a j) i
      + lambda m * softmax (beta m) (fun j => c0 + h * z j) i))).
    by move=> h; rewrite velocity_matrix /Rdiv Rmult_comm.
  evar_last.
    apply: is_derive_scal; apply: is_derive_plus.
      apply: is_derive_minus; first exact: is_derive_const.
      by apply: is_derive_mulmv => j; exact: line_coord.
    by apply: is_derive_scal; exact: softmax_change.
  by rewrite /plus /minus /zero /= /plus /opp /=; rewrite /Rdiv; ring.
have hs i : is_derive (fun h => score_velocity m (fun j => s j + h * a j) (fun j => c0 + h * z j) i) 0
    ((lambda m * a i - z i) / tau_r m).
  by rewrite /score_velocity /Rdiv; auto_derive => //; ring.
split=> [[hc hv]|[ec ev]].
  split=> i; first by rewrite -(is_derive_unique _ _ _ (hc i)); apply: is_derive_unique.
  by rewrite -(is_derive_unique _ _ _ (hv i)); apply: is_derive_unique.
by split=> i; [rewrite ec | rewrite ev].
Qed.

Hypothesis (tau_s0 : 0 < tau_s m) (tau_r0 : 0 < tau_r m) (beta0 : 0 < beta m).
Variables (eta1 eta : R).
Hypothesis (flat : forall i, mulmv A (fun _ => 1) i = eta1) (eta10 : 0 < eta1).
Hypothesis least : is_least_eig_centred A eta.

Lemma sum_mulmv (a : vec N) : sum (mulmv A a) = eta1 * sum a.
Proof.
have h := dot_mulmv_sym A (fun _ => 1) a A_sym; move: h; rewrite dot_const_l Rmult_1_l => ->.
by rewrite (dot_ext _ (fun _ => eta1) a a flat) // dot_const_l.
Qed.

Lemma dim_gt0 : 0 < INR N.
Proof. by case: least => -[v [v0 _]] _; apply: INR_gt0; apply: norm_gt0_dim v0. Qed.

Lemma centred_id (z : vec N) i : sum z = 0 -> centred z i = z i.
Proof. by move=> h; rewrite /centred h /Rdiv Rmult_0_l Rminus_0_r. Qed.

Lemma stable_when s : lambda m ^ 2 * beta m / INR N < eta -> linearly_stable m s (fun _ => c0).
Proof.
move=> lt x w [a [a' [z [z' [[i0 ne] [/clamped_jacobian [ea ez] /clamped_jacobian [ea' ez']]]]]]].
apply: Rnot_le_lt => x0.
(* the four equations, without denominators *)
have qa i : tau_s m * (x * a i - w * a' i) = lambda m * (k * centred z i) - mulmv A a i by rewrite ea; field; lra.
have qa' i : tau_s m * (x * a' i + w * a i) = lambda m * (k * centred z' i) - mulmv A a' i by rewrite ea'; field; lra.
have qz i : tau_r m * (x * z i - w * z' i) = lambda m * a i - z i by rewrite ez; field; lra.
have qz' i : tau_r m * (x * z' i + w * z i) = lambda m * a' i - z' i by rewrite ez'; field; lra.
(* the direction (1, ..., 1) *)
have sa : tau_s m * (x * sum a - w * sum a') = - (eta1 * sum a).
  rewrite -sum_mulmv -(sum_scal_l x) -(sum_scal_l w) -sum_minus -sum_scal_l (sum_ext _ _ qa) sum_minus.
  by rewrite !sum_scal_l sum_centred; ring.
have sa' : tau_s m * (x * sum a' + w * sum a) = - (eta1 * sum a').
  rewrite -sum_mulmv -(sum_scal_l x) -(sum_scal_l w) -sum_plus -sum_scal_l (sum_ext _ _ qa') sum_minus.
  by rewrite !sum_scal_l sum_centred; ring.
have sz : tau_r m * (x * sum z - w * sum z') = lambda m * sum a - sum z.
  rewrite -(sum_scal_l x) -(sum_scal_l w) -sum_minus -sum_scal_l (sum_ext _ _ qz) sum_minus.
  by rewrite !sum_scal_l.
have sz' : tau_r m * (x * sum z' + w * sum z) = lambda m * sum a' - sum z'.
  rewrite -(sum_scal_l x) -(sum_scal_l w) -sum_plus -sum_scal_l (sum_ext _ _ qz') sum_minus.
  by rewrite !sum_scal_l.
have xs : 0 <= tau_s m * x by apply: Rmult_le_pos; lra.
have xr : 0 <= tau_r m * x by apply: Rmult_le_pos; lra.
have [za za'] : sum a = 0 /\ sum a' = 0.
  by apply: (plane_zero (tau_s m * x + eta1) (tau_s m * w)); lra.
have [zz zz'] : sum z = 0 /\ sum z' = 0.
  by apply: (plane_zero (tau_r m * x + 1) (tau_r m * w)); rewrite ?za ?za' in sz sz'; lra.
(* the vectors of sum 0 *)
set X := dot a a + dot a' a'; set Y := dot z z + dot z' z'; set C := dot a z + dot a' z'.
have X0 : 0 <= X by have := dot_ge0 a; have := dot_ge0 a'; rewrite /X; lra.
have Y0 : 0 <= Y by have := dot_ge0 z; have := dot_ge0 z'; rewrite /Y; lra.
have ia : tau_s m * (x * dot a a - w * dot a a') = lambda m * (k * dot a z) - dot a (mulmv A a).
  rewrite -!dot_scal_r -dot_minus_r -dot_scal_r -dot_minus_r; apply: dot_ext => // i.
  by rewrite qa centred_id.
have ia' : tau_s m * (x * dot a' a' + w * dot a' a) = lambda m * (k * dot a' z') - dot a' (mulmv A a').
  rewrite -!dot_scal_r -dot_plus_r -dot_scal_r -dot_minus_r; apply: dot_ext => // i.
  by rewrite qa' centred_id.
have iz : tau_r m * (x * dot z z - w * dot z z') = lambda m * dot z a - dot z z.
  by rewrite -!dot_scal_r -dot_minus_r -dot_scal_r -dot_minus_r; apply: dot_ext.
have iz' : tau_r m * (x * dot z' z' + w * dot z' z) = lambda m * dot z' a' - dot z' z'.
  by rewrite -!dot_scal_r -dot_plus_r -dot_scal_r -dot_minus_r; apply: dot_ext.
rewrite (dot_sym a' a) in ia'; rewrite (dot_sym z' z) (dot_sym z' a') in iz'; rewrite (dot_sym z a) in iz.
have eX : tau_s m * x * X = k * (lambda m * C) - (dot a (mulmv A a) + dot a' (mulmv A a')) by rewrite /X /C; lra.
have eY : tau_r m * x * Y = lambda m * C - Y by rewrite /Y /C; lra.
have quad : eta * X <= dot a (mulmv A a) + dot a' (mulmv A a').
  by case: least => _ low; have := low a za; have := low a' za'; rewrite /X; lra.
have mixed : 2 * (lambda m * C) <= lambda m ^ 2 * X + Y.
  have h := dot_ge0 (fun i => lambda m * a i - z i); have h' := dot_ge0 (fun i => lambda m * a' i - z' i).
  rewrite dot_minus_sq !dot_scal_l !dot_scal_r in h; rewrite dot_minus_sq !dot_scal_l !dot_scal_r in h'.
  by rewrite /X /Y /C /=; lra.
have k0 : 0 < k by apply: Rdiv_lt_0_compat => //; exact: dim_gt0.
have pX := Rmult_le_pos _ _ xs X0; have pY := Rmult_le_pos _ _ xr Y0.
have lC : lambda m * C <= lambda m ^ 2 * X by lra.
have kC := Rmult_le_compat_l k _ _ (Rlt_le _ _ k0) lC.
have gapk : k * lambda m ^ 2 < eta by move: lt; rewrite /k /Rdiv; lra.
have X00 : X = 0.
  apply: Rle_antisym => //; apply: Rnot_lt_le => Xp.
  have := Rmult_lt_compat_r X _ _ Xp gapk; lra.
have Y00 : Y = 0 by rewrite X00 in lC; lra.
have [aa aa'] : dot a a = 0 /\ dot a' a' = 0.
  by have := dot_ge0 a; have := dot_ge0 a'; rewrite /X in X00; lra.
have [bb bb'] : dot z z = 0 /\ dot z' z' = 0.
  by have := dot_ge0 z; have := dot_ge0 z'; rewrite /Y in Y00; lra.
by case: ne => [|[|[|]]]; apply; apply: dot_eq0.
Qed.

Lemma unstable_when s : eta <= lambda m ^ 2 * beta m / INR N -> ~ linearly_stable m s (fun _ => c0).
Proof.
move=> le st; case: least => -[v [v0 [sv ev]]] _.
set P := tau_s m * tau_r m; set Q := tau_s m + tau_r m * eta; set C := eta - k * lambda m ^ 2.
have P0 : 0 < P by apply: Rmult_lt_0_compat.
have C0 : C <= 0 by move: le; rewrite /C /k /Rdiv; lra.
have disc : Rsqr Q <= Q * Q - 4 * P * C.
  have : 0 <= P * - C by apply: Rmult_le_pos; lra.
  by rewrite /Rsqr; lra.
set D := sqrt (Q * Q - 4 * P * C).
have DQ : Q <= D.
  apply: Rle_trans (Rle_abs Q) _; rewrite -sqrt_Rsqr_abs; exact: sqrt_le_1_alt.
have DD : D * D = Q * Q - 4 * P * C by apply: sqrt_sqrt; have := Rle_0_sqr Q; lra.
pose x := (D - Q) / (2 * P).
have x0 : 0 <= x by apply: Rmult_le_pos; [lra | apply: Rlt_le; apply: Rinv_0_lt_compat; lra].
have root : (tau_s m * x + eta) * (tau_r m * x + 1) = k * lambda m ^ 2.
  have : P * (x * x) + Q * x + C = 0.
    have -> : P * (x * x) + Q * x + C = (D * D - (Q * Q - 4 * P * C)) / (4 * P) by rewrite /x; field; lra.
    by rewrite DD; field; lra.
  by rewrite /P /Q /C; lra.
suff ev0 : is_clamped_eigenvalue m s (fun _ => c0) x 0 by have := st x 0 ev0; lra.
have [i vi] := norm_nonzero v v0.
have g1 : 0 < tau_r m * x + 1 by have := Rmult_le_pos _ _ (Rlt_le _ _ tau_r0) x0; lra.
have nil j : centred (fun _ : 'I_N => 0) j = 0 by rewrite centred_id // sum_0.
have cv j : centred (fun i => lambda m * v i) j = lambda m * v j by rewrite centred_id // sum_scal_l sv; ring.
exists (fun i => (tau_r m * x + 1) * v i), (fun _ => 0), (fun i => lambda m * v i), (fun _ => 0).
split; first by exists i; left; have := Rmult_integral_contrapositive_currified _ _ (Rgt_not_eq _ _ g1) vi.
split; apply/clamped_jacobian; split=> j.
- rewrite cv mulmv_scal (_ : mulmv A v j = eta * v j); last exact: ev.
  apply: (Rmult_eq_reg_r (tau_s m)); last lra.
  rewrite (_ : _ / tau_s m * tau_s m = (k * lambda m ^ 2 - (tau_r m * x + 1) * eta) * v j); last by field; lra.
  by rewrite -root; ring.
- by field; lra.
- by rewrite nil (_ : mulmv A (fun _ => 0) j = 0); [rewrite /Rdiv; ring | apply: sum_eq0 => l; ring].
- by rewrite /Rdiv; ring.
Qed.

Lemma stable_iff s : linearly_stable m s (fun _ => c0) <-> lambda m ^ 2 * beta m / INR N < eta.
Proof.
split; last exact: stable_when.
by move=> st; apply: Rnot_le_lt => le; apply: (unstable_when s le st).
Qed.
End Uniform.
