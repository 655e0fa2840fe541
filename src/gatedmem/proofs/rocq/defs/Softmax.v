(** * Softmax

    What a reader must trust, part 2.

    softmax b r      == the vector e^{b r_i} / sum_j e^{b r_j}
    softcov p v w    == v^T (diag p - p p^T) w
    entropy p        == - sum p_i ln p_i           (Rocq's ln is 0 on x <= 0)
    kl p q           == sum p_i (ln p_i - ln q_i) *)

From Coq Require Import Reals.
From Gatedmem Require Import defs.Vectors.

Open Scope R_scope.

Definition softmax {n : nat} (b : R) (r : vec n) : vec n :=
  fun i => exp (b * r i) / sum (fun j => exp (b * r j)).
Definition log_sum_exp {n : nat} (b : R) (r : vec n) : R :=
  ln (sum (fun j => exp (b * r j))) / b.
Definition softcov {n : nat} (p v w : vec n) : R :=
  sum (fun i => p i * (v i * w i)) - dot p v * dot p w.
Definition entropy {n : nat} (p : vec n) : R := - sum (fun i => p i * ln (p i)).
Definition kl {n : nat} (p q : vec n) : R := sum (fun i => p i * (ln (p i) - ln (q i))).
