(** Inverse of a matrix with positive quadratic form, and the norm of its action. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Banach.

Open Scope R_scope.

(** ** Products *)

Lemma mulmv_mulmv {l m n} (A : mat l m) (B : mat m n) (v : vec n) i :
  mulmv A (mulmv B v) i = sum (fun k => sum (fun j => A i j * B j k) * v k).
Proof.
rewrite /mulmv (sum_ext _ (fun j => sum (fun k => A i j * B j k * v k))).
  by rewrite sum_swap; apply: sum_ext => k; rewrite sum_scal_r.
by move=> j; rewrite -sum_scal_l; apply: sum_ext => k; ring.
Qed.

Lemma mulmv_kdelta {n} (v : vec n) i : mulmv kdelta v i = v i.
Proof. exact: sum_kdelta_l. Qed.

Lemma inverse_r {n} (A B : mat n n) v : is_inverse A B -> mulmv A (mulmv B v) = v.
Proof.
move=> [h _]; apply: functional_extensionality => i; rewrite mulmv_mulmv -[RHS](sum_kdelta_l i v).
by apply: sum_ext => k; rewrite h.
Qed.

Lemma inverse_l {n} (A B : mat n n) v : is_inverse A B -> mulmv B (mulmv A v) = v.
Proof. by move=> [h h']; apply: inverse_r. Qed.

(** ** The operator norm is at most the Frobenius norm *)

Definition frobenius2 {m n} (A : mat m n) : R := sum (fun i => dot (A i) (A i)).

Lemma frobenius2_ge0 {m n} (A : mat m n) : 0 <= frobenius2 A.
Proof. by apply: sum_ge0 => i; apply: dot_ge0. Qed.

Lemma mulmv_sq_le {m n} (A : mat m n) v :
  dot (mulmv A v) (mulmv A v) <= frobenius2 A * dot v v.
Proof.
rewrite /frobenius2 -sum_scal_r; apply: sum_le => i.
by have := cauchy_schwarz (A i) v; rewrite /= Rmult_1_r.
Qed.

(** ** Existence of the inverse *)

Section Positive.
Context {n : nat} (A : mat n n) (eta : R).
Hypothesis (eta0 : 0 < eta) (pos : forall v : vec n, eta * dot v v <= dot v (mulmv A v)).

Let M := frobenius2 A + eta ^ 2.
Let step (y s : vec n) : vec n := fun i => s i - eta / M * (mulmv A s i - y i).
Let rate := sqrt (1 - eta ^ 2 / M).

Lemma M_gt0 : 0 < M.
Proof. by rewrite /M; have := frobenius2_ge0 A; nra. Qed.

Lemma ratio_le1 : eta ^ 2 / M <= 1.
Proof. by apply/Rle_div_l; [exact: M_gt0 | rewrite /M; have := frobenius2_ge0 A; lra]. Qed.

Lemma rate_lt1 : 0 <= rate < 1.
Proof.
have M0 := M_gt0; have r1 := ratio_le1; split; first exact: sqrt_pos.
rewrite -sqrt_1; apply: sqrt_lt_1_alt.
have : 0 < eta ^ 2 / M by apply: Rdiv_lt_0_compat => //; apply: pow_lt.
lra.
Qed.

Lemma step_lip y : lipschitz_on rate (fun _ => True) (step y).
Proof.
have M0 := M_gt0; move=> a b _ _; pose d := vsub a b.
have q0 : 0 <= 1 - eta ^ 2 / M by have := ratio_le1; lra.
apply: norm_le_sq; first by apply: Rmult_le_pos; [apply: sqrt_pos | apply: distance_ge0].
rewrite Rpow_mult_distr /rate pow2_sqrt // /distance norm_sq -/d.
have -> : dot (vsub (step y a) (step y b)) (vsub (step y a) (step y b)) =
    dot (fun i => d i - eta / M * mulmv A d i) (fun i => d i - eta / M * mulmv A d i).
  by apply: dot_ext => i; rewrite /vsub /step /d /vsub mulmv_minus; ring.
rewrite dot_minus_sq !dot_scal_r dot_scal_l.
have h := pos d; have f : dot (mulmv A d) (mulmv A d) <= M * dot d d.
  apply: Rle_trans (mulmv_sq_le A d) _; apply: Rmult_le_compat_r; first exact: dot_ge0.
  by rewrite /M; nra.
have t0 : 0 < eta / M by apply: Rdiv_lt_0_compat.
have h' := Rmult_le_compat_l _ _ _ (Rlt_le _ _ t0) h.
have f' := Rmult_le_compat_l _ _ _ (Rle_0_sqr (eta / M)) f.
have e1 : eta / M * (eta * dot d d) = eta ^ 2 / M * dot d d by field; lra.
have e2 : Rsqr (eta / M) * (M * dot d d) = eta ^ 2 / M * dot d d by rewrite /Rsqr; field; lra.
rewrite e1 in h'; rewrite e2 /Rsqr in f'; lra.
Qed.

Let column (j : 'I_n) : vec n := fixed_of (step (kdelta j)) (fun _ => 0).

Lemma column_eq j i : mulmv A (column j) i = kdelta j i.
Proof.
have cl : closed_set (fun _ : vec n => True) by [].
have [_ h] := fixed_ofP (fun _ => True) _ _ rate_lt1 (fun _ _ => I) (step_lip (kdelta j)) cl (fun _ => 0) I.
have {h} := f_equal (fun v : vec n => v i) h; rewrite -/(column j) /step => h.
have : eta / M * (mulmv A (column j) i - kdelta j i) = 0 by lra.
have t0 : 0 < eta / M by apply: Rdiv_lt_0_compat => //; apply: M_gt0.
by case/Rmult_integral; lra.
Qed.

Lemma positive_injective v w : (forall i, mulmv A v i = mulmv A w i) -> forall i, v i = w i.
Proof.
move=> e i; have h := pos (vsub v w).
have z : dot (vsub v w) (mulmv A (vsub v w)) = 0.
  rewrite -[RHS](dot_0_r (vsub v w)); apply: dot_ext => // j.
  by rewrite /vsub mulmv_minus e; ring.
have d0 : dot (vsub v w) (vsub v w) = 0 by rewrite z in h; have := dot_ge0 (vsub v w); nra.
by have := dot_eq0 _ d0 i; rewrite /vsub; lra.
Qed.

Lemma positive_inverse : exists B : mat n n, is_inverse A B.
Proof.
exists (fun i j => column j i).
have right i k : sum (fun j => A i j * column k j) = kdelta i k.
  by rewrite kdelta_sym -column_eq.
split=> // i k.
rewrite (kdelta_sym i k).
apply: (positive_injective (fun i => sum (fun j => column j i * A j k)) (kdelta k)) => l.
rewrite [RHS](_ : _ = A l k); last exact: sum_kdelta_r.
have := mulmv_mulmv A (fun i j => column j i) (fun j => A j k) l.
rewrite /mulmv => ->; rewrite -[RHS](sum_kdelta_l l (fun j => A j k)).
by apply: sum_ext => j; rewrite right.
Qed.

Lemma inverse_norm_le B v : is_inverse A B -> norm (mulmv B v) <= norm v / eta.
Proof.
move=> iB; set s := mulmv B v.
have h := pos s; rewrite (inverse_r A B v iB) -norm_sq in h.
have c := dot_le_norm s v; have s0 := norm_ge0 s.
case: (Req_dec (norm s) 0) => [z|nz].
  by rewrite z; apply: Rdiv_le_0_compat => //; apply: norm_ge0.
apply: (Rmult_le_reg_l (eta * norm s)); first by apply: Rmult_lt_0_compat; lra.
have -> : eta * norm s * (norm v / eta) = norm s * norm v by field; lra.
have -> : eta * norm s * norm s = eta * norm s ^ 2 by ring.
lra.
Qed.
End Positive.

Lemma inverse_unique {n} (A B C : mat n n) : is_inverse A B -> is_inverse A C -> B = C.
Proof.
move=> hB hC; apply: functional_extensionality => i; apply: functional_extensionality => k.
have e : mulmv B (mulmv A (fun j => C j k)) i = C i k by rewrite inverse_l.
rewrite -e /mulmv -[LHS](sum_kdelta_r' k (fun j => B i j)).
by apply: sum_ext => j; case: hC => h _; rewrite h kdelta_sym // kdelta_sym.
Qed.
