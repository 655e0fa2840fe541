(** * SM2: the Gibbs principle

    For T > 0, any scores f and any p in the simplex,
      - <p, f> + T <p, ln p> + T ln sum_j e^{f_j / T} = T kl(p, softmax(f / T)) >= 0,
    and it is zero exactly when p is softmax(f / T).  So the softmax, itself a point of
    the simplex, is the one maximiser of <p, f> + T entropy(p), and the value there is
    T ln sum_j e^{f_j / T}.  Terms 0 ln 0 on the faces count as 0. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax lib.Sums lib.Softmax.

Open Scope R_scope.

Theorem SM2_identity (n : nat) (T : R) (f p : vec n) : 0 < T -> is_simplex p ->
  ((- dot p f) + (T * sum (fun i => p i * ln (p i)))) + (T * ln (sum (fun j => exp (f j / T))))
  = T * kl p (softmax (/ T) f).
Proof. by move=> T0 [_ s]; apply: gibbs_kl. Qed.

Theorem SM2_nonnegative (n : nat) (T : R) (f p : vec n) : 0 < T -> is_simplex p ->
  0 <= T * kl p (softmax (/ T) f) /\
  (T * kl p (softmax (/ T) f) = 0 <-> forall i, p i = softmax (/ T) f i).
Proof. exact: gibbs_kl_ge0. Qed.

Theorem SM2_maximiser (n : nat) (T : R) (f : vec n) : (0 < n)%N -> 0 < T ->
  is_simplex (softmax (/ T) f) /\
  dot (softmax (/ T) f) f + T * entropy (softmax (/ T) f) = T * ln (sum (fun j => exp (f j / T))) /\
  forall p : vec n, is_simplex p ->
    dot p f + T * entropy p <= T * ln (sum (fun j => exp (f j / T))) /\
    (dot p f + T * entropy p = T * ln (sum (fun j => exp (f j / T))) ->
     forall i, p i = softmax (/ T) f i).
Proof. exact: gibbs_maximiser. Qed.

(** A temperature and a point on a face of the simplex. *)
Example SM2_witness :
  exists (n : nat) (T : R) (p : vec n), (0 < n)%N /\ 0 < T /\ is_simplex p /\ exists i, p i = 0.
Proof.
  exists 2%N, 1, (kdelta ord0); split=> //; split; first lra; split; last by exists ord_max.
  split; last exact: sum_kdelta.
  by move=> i; rewrite /kdelta; case: (_ == _); lra.
Qed.
