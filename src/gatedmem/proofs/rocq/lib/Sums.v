(** * Finite sums, inner products and norms

    Base library over the definitions of [defs.Vectors].  Nothing here has to be
    trusted: the statements use the definitions only.

    Rplus_law, Rplus_comlaw, Rmult_law, ... == [Rplus], [Rmult] as monoid laws for bigop
    sum_ext, sum_eq0          == sum of pointwise equal / vanishing terms
    sum_plus, sum_minus, sum_opp, sum_scal_l, sum_scal_r, sum_div == linearity
    sum_const, sum_one        == sum of a constant
    sum_swap                  == exchange of a double sum
    sum_mult                  == product of two sums as a double sum
    sum_split i, sum_off i    == the term i, the rest ("j <> i") of a sum
    sum_kdelta_l/_r           == sum_j delta_ij a_j, sum_j a_j delta_ij (also with delta_ji: _l', _r')
    sum_reindex, sum_perm     == change of index by a bijection / injection 'I_n -> 'I_n
    sum_recl, sum_recr, sum_n0, sum_n1, sum_n2 == small sizes and induction on the size
    sum_ge0, sum_le, sum_lt, sum_gt0, sum_gt0_one, sum_term_le, sum_ge0_eq0, Rabs_sum_le == order
    dot_sym, dot_plus_l/_r, dot_minus_l/_r, dot_opp_l/_r, dot_scal_l/_r, dot_0_l/_r == bilinearity
    dot_ge0, dot_eq0          == the squared norm is positive definite
    cauchy_schwarz, cauchy_schwarz_norm == Cauchy-Schwarz, squared and with norms
    norm_ge0, norm_sq, norm_0, norm_eq0, norm_opp, norm_scal, norm_triangle, norm_sym,
    Rabs_coord_le_norm        == the Euclidean norm
    simplex_*                 == elementary facts on the simplex
    mulmv_plus, mulmv_scal, dot_mulmv_sym == matrix times vector
    is_derive_sum, is_derive_dot, continuous_sum == calculus under a finite sum
    upd r j t                 == the vector r with coordinate j set to t *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors.

Open Scope R_scope.

(** ** Monoid laws *)

Lemma RplusA : associative Rplus. Proof. by move=> x y z; ring. Qed.
Lemma RplusC : commutative Rplus. Proof. by move=> x y; ring. Qed.
Lemma Rplus0l : left_id 0 Rplus. Proof. by move=> x; ring. Qed.
Lemma Rplus0r : right_id 0 Rplus. Proof. by move=> x; ring. Qed.
Lemma RmultA : associative Rmult. Proof. by move=> x y z; ring. Qed.
Lemma RmultC : commutative Rmult. Proof. by move=> x y; ring. Qed.
Lemma Rmult1l : left_id 1 Rmult. Proof. by move=> x; ring. Qed.
Lemma Rmult1r : right_id 1 Rmult. Proof. by move=> x; ring. Qed.
Lemma Rmult0l : left_zero 0 Rmult. Proof. by move=> x; ring. Qed.
Lemma Rmult0r : right_zero 0 Rmult. Proof. by move=> x; ring. Qed.
Lemma RmultDl : left_distributive Rmult Rplus. Proof. by move=> x y z; ring. Qed.
Lemma RmultDr : right_distributive Rmult Rplus. Proof. by move=> x y z; ring. Qed.

Canonical Rplus_law := Monoid.Law RplusA Rplus0l Rplus0r.
Canonical Rplus_comlaw := Monoid.ComLaw RplusC.
Canonical Rmult_law := Monoid.Law RmultA Rmult1l Rmult1r.
Canonical Rmult_comlaw := Monoid.ComLaw RmultC.
Canonical Rmult_mullaw := Monoid.MulLaw Rmult0l Rmult0r.
Canonical Rplus_addlaw := Monoid.AddLaw RmultDl RmultDr.

(** ** Linearity *)

Section Linear.
Context {n : nat}.
Implicit Types a b : vec n.

Lemma sum_ext a b : (forall i, a i = b i) -> sum a = sum b.
Proof. by move=> e; apply: eq_bigr => i _; apply: e. Qed.

Lemma sum_eq0 a : (forall i, a i = 0) -> sum a = 0.
Proof. by move=> e; apply: big1 => i _; apply: e. Qed.

Lemma sum_0 : sum (fun _ : 'I_n => 0) = 0.
Proof. by apply: sum_eq0. Qed.

Lemma sum_plus a b : sum (fun i => a i + b i) = sum a + sum b.
Proof. exact: big_split. Qed.

Lemma sum_scal_l c a : sum (fun i => c * a i) = c * sum a.
Proof. by rewrite /sum big_distrr. Qed.

Lemma sum_scal_r c a : sum (fun i => a i * c) = sum a * c.
Proof. by rewrite /sum big_distrl. Qed.

Lemma sum_div c a : sum (fun i => a i / c) = sum a / c.
Proof. exact: sum_scal_r. Qed.

Lemma sum_opp a : sum (fun i => - a i) = - sum a.
Proof.
  have -> : - sum a = -1 * sum a by ring.
  by rewrite -sum_scal_l; apply: sum_ext => i; ring.
Qed.

Lemma sum_minus a b : sum (fun i => a i - b i) = sum a - sum b.
Proof. by rewrite /Rminus -sum_opp -sum_plus. Qed.

Lemma sum_const c : sum (fun _ : 'I_n => c) = INR n * c.
Proof.
  rewrite /sum big_const card_ord.
  elim: n => [|k IH]; first by rewrite /= Rmult_0_l.
  by rewrite iterS IH S_INR; ring.
Qed.

Lemma sum_one : sum (fun _ : 'I_n => 1) = INR n.
Proof. by rewrite sum_const Rmult_1_r. Qed.

Lemma sum_split (i : 'I_n) a : sum a = a i + sum (fun j => if j == i then 0 else a j).
Proof.
  rewrite /sum (bigD1 i) //=; congr (_ + _).
  by rewrite big_mkcond /=; apply: eq_bigr => j _; case: (j == i).
Qed.

(** The rest of a constant: n - 1 terms. *)
Lemma sum_off_const (i : 'I_n) c : sum (fun j => if j == i then 0 else c) = (INR n - 1) * c.
Proof. by have := sum_split i (fun _ => c); rewrite sum_const; lra. Qed.

Lemma sum_if_eq (i : 'I_n) a : sum (fun j => if j == i then a j else 0) = a i.
Proof.
  rewrite (sum_split i) eqxx (sum_eq0 (fun j => if j == i then 0 else _)); first by ring.
  by move=> j; case: (j == i).
Qed.

(** ** Kronecker delta *)

Lemma kdelta_refl (i : 'I_n) : kdelta i i = 1.
Proof. by rewrite /kdelta eqxx. Qed.

Lemma kdelta_neq (i j : 'I_n) : i <> j -> kdelta i j = 0.
Proof. by rewrite /kdelta; case: eqP. Qed.

Lemma kdelta_sym (i j : 'I_n) : kdelta i j = kdelta j i.
Proof. by rewrite /kdelta eq_sym. Qed.

Lemma kdelta_sq (i j : 'I_n) : kdelta i j * kdelta i j = kdelta i j.
Proof. by rewrite /kdelta; case: (i == j); ring. Qed.

Lemma sum_kdelta_r' (i : 'I_n) a : sum (fun j => a j * kdelta j i) = a i.
Proof.
  rewrite -[RHS]sum_if_eq; apply: sum_ext => j.
  by rewrite /kdelta; case: (j == i); ring.
Qed.

Lemma sum_kdelta_r (i : 'I_n) a : sum (fun j => a j * kdelta i j) = a i.
Proof. by rewrite -[RHS]sum_kdelta_r'; apply: sum_ext => j; rewrite kdelta_sym. Qed.

Lemma sum_kdelta_l (i : 'I_n) a : sum (fun j => kdelta i j * a j) = a i.
Proof. by rewrite -[RHS]sum_kdelta_r; apply: sum_ext => j; ring. Qed.

Lemma sum_kdelta_l' (i : 'I_n) a : sum (fun j => kdelta j i * a j) = a i.
Proof. by rewrite -[RHS]sum_kdelta_r'; apply: sum_ext => j; ring. Qed.

Lemma sum_kdelta (i : 'I_n) : sum (fun j => kdelta i j) = 1.
Proof. by rewrite -(sum_kdelta_l i (fun _ => 1)); apply: sum_ext => j; ring. Qed.

(** ** Change of index *)

Lemma sum_perm (s : 'I_n -> 'I_n) a : injective s -> sum (fun i => a (s i)) = sum a.
Proof.
  move=> inj; rewrite [RHS]/sum (reindex s) //.
  by apply: onW_bij; apply: injF_bij.
Qed.

End Linear.

Lemma sum_mult {m n} (a : vec m) (b : vec n) : sum a * sum b = sum (fun i => sum (fun j => a i * b j)).
Proof. by rewrite -sum_scal_r; apply: sum_ext => i; rewrite sum_scal_l. Qed.

Lemma sum_swap {m n} (a : 'I_m -> 'I_n -> R) :
  sum (fun i => sum (fun j => a i j)) = sum (fun j => sum (fun i => a i j)).
Proof. exact: exchange_big. Qed.

Lemma sum_reindex {m n} (s : 'I_m -> 'I_n) (a : vec n) :
  bijective s -> sum (fun i => a (s i)) = sum a.
Proof. by move=> bij; rewrite [RHS]/sum (reindex s) //; apply: onW_bij. Qed.

(** ** Small sizes *)

Lemma sum_n0 (a : vec 0) : sum a = 0.
Proof. exact: big_ord0. Qed.

Lemma sum_recl {n} (a : vec n.+1) : sum a = a ord0 + sum (fun i => a (lift ord0 i)).
Proof. exact: big_ord_recl. Qed.

Lemma sum_recr {n} (a : vec n.+1) :
  sum a = sum (fun i : 'I_n => a (widen_ord (leqnSn n) i)) + a ord_max.
Proof. exact: big_ord_recr. Qed.

Lemma sum_n1 (a : vec 1) : sum a = a ord0.
Proof. by rewrite sum_recl sum_n0 Rplus_0_r. Qed.

Lemma sum_n2 (a : vec 2) : sum a = a ord0 + a (lift ord0 ord0).
Proof. by rewrite sum_recl sum_n1. Qed.

(** ** Order *)

Section Order.
Context {n : nat}.
Implicit Types a b : vec n.

Lemma sum_ge0 a : (forall i, 0 <= a i) -> 0 <= sum a.
Proof. by move=> h; rewrite /sum; elim/big_ind: _ => *; try apply: h; lra. Qed.

Lemma sum_le a b : (forall i, a i <= b i) -> sum a <= sum b.
Proof.
  move=> h; have: 0 <= sum (fun i => b i - a i) by apply: sum_ge0 => i; have := h i; lra.
  by rewrite sum_minus; lra.
Qed.

Lemma sum_term_le a (i : 'I_n) : (forall j, 0 <= a j) -> a i <= sum a.
Proof.
  move=> h; rewrite (sum_split i).
  suff: 0 <= sum (fun j => if j == i then 0 else a j) by lra.
  by apply: sum_ge0 => j; case: (j == i); [lra | apply: h].
Qed.

Lemma sum_gt0_one a (i : 'I_n) : (forall j, 0 <= a j) -> 0 < a i -> 0 < sum a.
Proof. by move=> h p; have := sum_term_le a i h; lra. Qed.

Lemma sum_lt a b (i : 'I_n) : (forall j, a j <= b j) -> a i < b i -> sum a < sum b.
Proof.
  move=> h p; suff: 0 < sum (fun j => b j - a j) by rewrite sum_minus; lra.
  by apply: (sum_gt0_one _ i); [move=> j; have := h j; lra | lra].
Qed.

Lemma sum_gt0 a : (0 < n)%N -> (forall i, 0 < a i) -> 0 < sum a.
Proof. by move=> n0 h; apply: (sum_gt0_one a (Ordinal n0)) => // j; apply: Rlt_le. Qed.

Lemma sum_ge0_eq0 a : (forall i, 0 <= a i) -> sum a = 0 -> forall i, a i = 0.
Proof. by move=> h e i; have := sum_term_le a i h; have := h i; lra. Qed.

Lemma sum_neq0_index a : sum a <> 0 -> exists i, a i <> 0.
Proof.
  move=> ne; case: (boolP [exists i, ~~ Req_EM_T (a i) 0]) => [/existsP [i]|].
    by case: (Req_EM_T (a i) 0) => // h _; exists i.
  move/existsPn => h; case: ne; apply: sum_eq0 => i.
  by have := h i; case: (Req_EM_T (a i) 0).
Qed.

Lemma Rabs_sum_le a : Rabs (sum a) <= sum (fun i => Rabs (a i)).
Proof.
  apply: Rabs_le; split; last by apply: sum_le => i; apply: Rle_abs.
  rewrite -sum_opp; apply: sum_le => i.
  by have := Rle_abs (- a i); rewrite Rabs_Ropp; lra.
Qed.

End Order.

(** ** Inner product *)

Section Dot.
Context {n : nat}.
Implicit Types a b c : vec n.

Lemma dot_sym a b : dot a b = dot b a.
Proof. by apply: sum_ext => i; ring. Qed.

Lemma dot_ext a a' b b' :
  (forall i, a i = a' i) -> (forall i, b i = b' i) -> dot a b = dot a' b'.
Proof. by move=> e f; apply: sum_ext => i; rewrite e f. Qed.

Lemma dot_plus_l a b c : dot (fun i => a i + b i) c = dot a c + dot b c.
Proof. by rewrite /dot -sum_plus; apply: sum_ext => i; ring. Qed.

Lemma dot_plus_r a b c : dot c (fun i => a i + b i) = dot c a + dot c b.
Proof. by rewrite /dot -sum_plus; apply: sum_ext => i; ring. Qed.

Lemma dot_minus_l a b c : dot (fun i => a i - b i) c = dot a c - dot b c.
Proof. by rewrite /dot -sum_minus; apply: sum_ext => i; ring. Qed.

Lemma dot_minus_r a b c : dot c (fun i => a i - b i) = dot c a - dot c b.
Proof. by rewrite /dot -sum_minus; apply: sum_ext => i; ring. Qed.

Lemma dot_scal_l k a b : dot (fun i => k * a i) b = k * dot a b.
Proof. by rewrite /dot -sum_scal_l; apply: sum_ext => i; ring. Qed.

Lemma dot_scal_r k a b : dot a (fun i => k * b i) = k * dot a b.
Proof. by rewrite /dot -sum_scal_l; apply: sum_ext => i; ring. Qed.

Lemma dot_opp_l a b : dot (fun i => - a i) b = - dot a b.
Proof. by rewrite /dot -sum_opp; apply: sum_ext => i; ring. Qed.

Lemma dot_opp_r a b : dot a (fun i => - b i) = - dot a b.
Proof. by rewrite /dot -sum_opp; apply: sum_ext => i; ring. Qed.

Lemma dot_0_l a : dot (fun _ => 0) a = 0.
Proof. by apply: sum_eq0 => i; ring. Qed.

Lemma dot_0_r a : dot a (fun _ => 0) = 0.
Proof. by apply: sum_eq0 => i; ring. Qed.

Lemma dot_const_r a k : dot a (fun _ => k) = sum a * k.
Proof. exact: sum_scal_r. Qed.

Lemma dot_const_l a k : dot (fun _ => k) a = k * sum a.
Proof. exact: sum_scal_l. Qed.

Lemma dot_kdelta_l (i : 'I_n) a : dot (kdelta i) a = a i.
Proof. exact: sum_kdelta_l. Qed.

Lemma dot_kdelta_r (i : 'I_n) a : dot a (kdelta i) = a i.
Proof. exact: sum_kdelta_r. Qed.

Lemma dot_ge0 a : 0 <= dot a a.
Proof. by apply: sum_ge0 => i; apply: Rle_0_sqr. Qed.

Lemma dot_eq0 a : dot a a = 0 -> forall i, a i = 0.
Proof.
  move=> e i; apply: Rsqr_0_uniq.
  by apply: (sum_ge0_eq0 (fun i => a i * a i)) => // j; apply: Rle_0_sqr.
Qed.

Lemma dot_gt0 a (i : 'I_n) : a i <> 0 -> 0 < dot a a.
Proof.
  move=> ne; apply: (sum_gt0_one _ i); first by move=> j; apply: Rle_0_sqr.
  by apply: Rlt_0_sqr.
Qed.

Lemma sq_coord_le_dot a (i : 'I_n) : a i * a i <= dot a a.
Proof. by apply: (sum_term_le (fun i => a i * a i)) => j; apply: Rle_0_sqr. Qed.

(** |a|^2 of a sum, by polarisation. *)
Lemma dot_plus_sq a b :
  dot (fun i => a i + b i) (fun i => a i + b i) = dot a a + 2 * dot a b + dot b b.
Proof. by rewrite dot_plus_l !dot_plus_r (dot_sym b a); ring. Qed.

Lemma dot_minus_sq a b :
  dot (fun i => a i - b i) (fun i => a i - b i) = dot a a - 2 * dot a b + dot b b.
Proof. by rewrite dot_minus_l !dot_minus_r (dot_sym b a); ring. Qed.

Lemma cauchy_schwarz a b : (dot a b) ^ 2 <= dot a a * dot b b.
Proof.
  case: (Req_dec (dot b b) 0) => [e|ne].
    have z := dot_eq0 b e.
    rewrite (dot_ext a a b (fun _ => 0)) // dot_0_r e; lra.
  have b0 : 0 < dot b b by have := dot_ge0 b; lra.
  have h := dot_ge0 (fun i => dot b b * a i - dot a b * b i).
  rewrite dot_minus_sq !dot_scal_l !dot_scal_r in h.
  have : 0 <= dot b b * (dot a a * dot b b - dot a b ^ 2) by nra.
  by move=> k; apply: Rnot_lt_le => l; nra.
Qed.

(** ** Euclidean norm *)

Lemma norm_ge0 a : 0 <= norm a.
Proof. exact: sqrt_pos. Qed.

Lemma norm_sq a : norm a ^ 2 = dot a a.
Proof. by rewrite /norm -Rsqr_pow2 Rsqr_sqrt //; apply: dot_ge0. Qed.

Lemma norm_ext a b : (forall i, a i = b i) -> norm a = norm b.
Proof. by move=> e; rewrite /norm (dot_ext a b a b). Qed.

Lemma norm_0 : norm (fun _ : 'I_n => 0) = 0.
Proof. by rewrite /norm dot_0_l sqrt_0. Qed.

Lemma norm_eq0 a : norm a = 0 -> forall i, a i = 0.
Proof. by move=> e; apply: dot_eq0; rewrite -norm_sq e; ring. Qed.

Lemma norm_gt0 a (i : 'I_n) : a i <> 0 -> 0 < norm a.
Proof. by move=> ne; apply: sqrt_lt_R0; apply: (dot_gt0 a i). Qed.

Lemma norm_le_sq a k : 0 <= k -> dot a a <= k ^ 2 -> norm a <= k.
Proof. by move=> k0 h; apply: Rsqr_incr_0_var => //; rewrite !Rsqr_pow2 norm_sq. Qed.

Lemma norm_scal k a : norm (fun i => k * a i) = Rabs k * norm a.
Proof.
  rewrite /norm dot_scal_l dot_scal_r -Rmult_assoc sqrt_mult_alt; last by apply: Rle_0_sqr.
  by rewrite -/(Rsqr k) sqrt_Rsqr_abs.
Qed.

Lemma norm_opp a : norm (fun i => - a i) = norm a.
Proof. by rewrite /norm dot_opp_l dot_opp_r Ropp_involutive. Qed.

Lemma norm_sym a b : norm (fun i => a i - b i) = norm (fun i => b i - a i).
Proof. by rewrite -norm_opp; apply: norm_ext => i; ring. Qed.

Lemma cauchy_schwarz_norm a b : Rabs (dot a b) <= norm a * norm b.
Proof.
  rewrite -sqrt_Rsqr_abs /norm -sqrt_mult_alt; last by apply: dot_ge0.
  by apply: sqrt_le_1_alt; rewrite Rsqr_pow2; apply: cauchy_schwarz.
Qed.

Lemma dot_le_norm a b : dot a b <= norm a * norm b.
Proof. by apply: Rle_trans (Rle_abs _) (cauchy_schwarz_norm a b). Qed.

Lemma norm_triangle a b : norm (fun i => a i + b i) <= norm a + norm b.
Proof.
  apply: norm_le_sq; first by have := norm_ge0 a; have := norm_ge0 b; lra.
  rewrite dot_plus_sq -!norm_sq; have := dot_le_norm a b; nra.
Qed.

Lemma norm_triangle_minus a b c :
  norm (fun i => a i - c i) <= norm (fun i => a i - b i) + norm (fun i => b i - c i).
Proof.
  rewrite (norm_ext (fun i => a i - c i) (fun i => (a i - b i) + (b i - c i))).
    exact: norm_triangle.
  by move=> i; ring.
Qed.

Lemma Rabs_coord_le_norm a (i : 'I_n) : Rabs (a i) <= norm a.
Proof. by rewrite -sqrt_Rsqr_abs; apply: sqrt_le_1_alt; apply: sq_coord_le_dot. Qed.

(** ** Simplex *)

Lemma interior_simplex a : is_interior a -> is_simplex a.
Proof. by case=> p s; split=> // i; apply: Rlt_le. Qed.

Lemma simplex_dim a : is_simplex a -> (0 < n)%N.
Proof.
  case=> _ s; rewrite lt0n; apply/eqP => n0; move: s.
  by rewrite sum_eq0 => [|[i /= hi]]; [lra | exfalso; move: hi; rewrite n0].
Qed.

Lemma simplex_ge0 a (i : 'I_n) : is_simplex a -> 0 <= a i.
Proof. by case. Qed.

Lemma simplex_le1 a (i : 'I_n) : is_simplex a -> a i <= 1.
Proof. by case=> p <-; apply: sum_term_le. Qed.

Lemma interior_dim a : is_interior a -> (0 < n)%N.
Proof. by move/interior_simplex/simplex_dim. Qed.

Lemma simplex_mean_ge a b k : is_simplex a -> (forall i, k <= b i) -> k <= dot a b.
Proof.
  case=> p s h; have -> : k = dot a (fun _ => k) by rewrite dot_const_r s; ring.
  by apply: sum_le => i; apply: Rmult_le_compat_l.
Qed.

Lemma simplex_mean_le a b k : is_simplex a -> (forall i, b i <= k) -> dot a b <= k.
Proof.
  case=> p s h; have -> : k = dot a (fun _ => k) by rewrite dot_const_r s; ring.
  by apply: sum_le => i; apply: Rmult_le_compat_l.
Qed.

Lemma INR_gt0 : (0 < n)%N -> 0 < INR n.
Proof. by move/ltP; apply: lt_0_INR. Qed.

Lemma uniform_interior : (0 < n)%N -> is_interior (fun _ : 'I_n => / INR n).
Proof.
  move=> n0; have := INR_gt0 n0 => p; split=> [i|]; first by apply: Rinv_0_lt_compat.
  by rewrite sum_const; apply: Rinv_r; lra.
Qed.

End Dot.

(** ** Matrix times vector *)

Lemma mulmv_ext {m n} (A : mat m n) (v w : vec n) :
  (forall j, v j = w j) -> forall i, mulmv A v i = mulmv A w i.
Proof. by move=> e i; apply: sum_ext => j; rewrite e. Qed.

Lemma mulmv_plus {m n} (A : mat m n) (v w : vec n) i :
  mulmv A (fun j => v j + w j) i = mulmv A v i + mulmv A w i.
Proof. by rewrite /mulmv -sum_plus; apply: sum_ext => j; ring. Qed.

Lemma mulmv_minus {m n} (A : mat m n) (v w : vec n) i :
  mulmv A (fun j => v j - w j) i = mulmv A v i - mulmv A w i.
Proof. by rewrite /mulmv -sum_minus; apply: sum_ext => j; ring. Qed.

Lemma mulmv_scal {m n} (A : mat m n) k (v : vec n) i :
  mulmv A (fun j => k * v j) i = k * mulmv A v i.
Proof. by rewrite /mulmv -sum_scal_l; apply: sum_ext => j; ring. Qed.

(** <v, A w> = <A^T v, w>. *)
Lemma dot_mulmv {m n} (A : mat m n) (v : vec m) (w : vec n) :
  dot v (mulmv A w) = dot (mulmv (fun j i => A i j) v) w.
Proof.
  rewrite /dot /mulmv.
  rewrite (sum_ext _ (fun i => sum (fun j => v i * (A i j * w j)))); last first.
    by move=> i; rewrite sum_scal_l.
  by rewrite sum_swap; apply: sum_ext => j; rewrite -sum_scal_r; apply: sum_ext => i; ring.
Qed.

Lemma dot_mulmv_sym {n} (A : mat n n) (v w : vec n) :
  (forall i j, A i j = A j i) -> dot v (mulmv A w) = dot (mulmv A v) w.
Proof.
  move=> s; rewrite dot_mulmv; apply: sum_ext => i; congr (_ * _).
  by apply: sum_ext => j; rewrite s.
Qed.

(** ** Calculus *)

Lemma is_derive_sum {n} (f : 'I_n -> R -> R) (t : R) (d : vec n) :
  (forall i, is_derive (f i) t (d i)) -> is_derive (fun s => sum (fun i => f i s)) t (sum d).
Proof.
  move=> h; rewrite /sum; elim: (index_enum _) => [|i l IH].
    rewrite big_nil; apply: is_derive_ext (is_derive_const 0 t) => s; by rewrite big_nil.
  rewrite big_cons; apply: is_derive_ext (is_derive_plus _ _ _ _ _ (h i) IH) => s.
  by rewrite big_cons.
Qed.

Lemma is_derive_dot {n} (x y : R -> vec n) (t : R) (dx dy : vec n) :
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  (forall i, is_derive (fun s => y s i) t (dy i)) ->
  is_derive (fun s => dot (x s) (y s)) t (dot dx (y t) + dot (x t) dy).
Proof.
  move=> hx hy; rewrite /dot -sum_plus; apply: is_derive_sum => i.
  by apply: is_derive_mult => // p q; apply: Rmult_comm.
Qed.

Lemma continuous_sum {n} (f : 'I_n -> R -> R) (t : R) :
  (forall i, continuous (f i) t) -> continuous (fun s => sum (fun i => f i s)) t.
Proof.
  move=> h; rewrite /sum; elim: (index_enum _) => [|i l IH].
    apply: continuous_ext (continuous_const 0 t) => s; by rewrite big_nil.
  apply: continuous_ext (continuous_plus _ _ _ (h i) IH) => s.
  by rewrite big_cons.
Qed.

(** ** Changing one coordinate *)

Definition upd {n : nat} (r : vec n) (j : 'I_n) (t : R) : vec n :=
  fun i => if i == j then t else r i.

Lemma upd_same {n} (r : vec n) j : forall i, upd r j (r j) i = r i.
Proof. by move=> i; rewrite /upd; case: eqP => [->|]. Qed.

Lemma upd_eq {n} (r : vec n) j t : upd r j t j = t.
Proof. by rewrite /upd eqxx. Qed.

Lemma upd_neq {n} (r : vec n) j t i : i <> j -> upd r j t i = r i.
Proof. by rewrite /upd; case: eqP. Qed.

Lemma is_derive_upd {n} (r : vec n) (j i : 'I_n) (t : R) :
  is_derive (fun s => upd r j s i) t (kdelta i j).
Proof.
  rewrite /upd /kdelta; case: (i == j); first exact: is_derive_id.
  exact: is_derive_const.
Qed.
