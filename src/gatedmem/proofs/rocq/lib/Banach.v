(** Distances and limits in R^n, and Banach's fixed-point theorem. *)

From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis lib.Sums.

Open Scope R_scope.

(** ** The Euclidean distance *)

Section Distance.
Context {n : nat}.
Implicit Types a b c : vec n.

Lemma distance_ge0 a b : 0 <= distance a b.
Proof. exact: norm_ge0. Qed.

Lemma distance_sym a b : distance a b = distance b a.
Proof. exact: norm_sym. Qed.

Lemma distance_self a : distance a a = 0.
Proof. by rewrite -[RHS](@norm_0 n); apply: norm_ext => i; rewrite /vsub; ring. Qed.

Lemma distance_eq0 a b : distance a b = 0 -> a = b.
Proof.
move=> e; apply: functional_extensionality => i.
by have := norm_eq0 _ e i; rewrite /vsub; lra.
Qed.

Lemma distance_triangle a b c : distance a c <= distance a b + distance b c.
Proof. exact: norm_triangle_minus. Qed.

Lemma Rabs_coord_le_distance a b i : Rabs (a i - b i) <= distance a b.
Proof. exact: (Rabs_coord_le_norm (vsub a b)). Qed.
End Distance.

(** ** Limits *)

Lemma is_lim_seq_sum {n} (u : nat -> vec n) (l : vec n) :
  (forall i, is_lim_seq (fun k => u k i) (l i)) -> is_lim_seq (fun k => sum (u k)) (sum l).
Proof.
elim: n u l => [|n IH] u l h.
  apply: is_lim_seq_ext; last by rewrite sum_n0; apply: is_lim_seq_const.
  by move=> k; rewrite sum_n0.
rewrite sum_recl; apply: (is_lim_seq_ext (fun k => u k ord0 + sum (fun i => u k (lift ord0 i)))).
  by move=> k; rewrite sum_recl.
by apply: is_lim_seq_plus'; [exact: h | apply: IH].
Qed.

Lemma converges_distance {n} (x : nat -> vec n) l :
  converges x l <-> is_lim_seq (fun k => distance (x k) l) 0.
Proof.
split=> h.
- rewrite -sqrt_0; apply: (is_lim_seq_continuous sqrt (fun k => dot (vsub (x k) l) (vsub (x k) l)) 0).
    by apply/continuity_pt_filterlim; apply: continuous_sqrt.
  have -> : Finite 0 = Finite (sum (fun _ : 'I_n => 0)) by rewrite sum_0.
  apply: is_lim_seq_sum => i; rewrite -(Rmult_0_r 0).
  have e : is_lim_seq (fun k => vsub (x k) l i) 0.
    rewrite -(Rminus_eq_0 (l i)); apply: is_lim_seq_minus'; first exact: h.
    exact: is_lim_seq_const.
  exact: is_lim_seq_mult'.
- move=> i; apply: (is_lim_seq_ext (fun k => (x k i - l i) + l i)); first by move=> k; ring.
  have -> : Finite (l i) = Finite (0 + l i) by rewrite Rplus_0_l.
  apply: is_lim_seq_plus'; last exact: is_lim_seq_const.
  apply/is_lim_seq_abs_0; apply: is_lim_seq_le_le h; last exact: (is_lim_seq_const 0).
  by move=> k; split; [apply: Rabs_pos | apply: Rabs_coord_le_distance].
Qed.

Lemma lim_unique {n} (x : nat -> vec n) l l' : converges x l -> converges x l' -> l = l'.
Proof.
move=> h h'; apply: functional_extensionality => i.
have := is_lim_seq_unique _ _ (h i); rewrite (is_lim_seq_unique _ _ (h' i)).
by move/Rbar_finite_eq.
Qed.

Lemma pow_small k e : 0 <= k < 1 -> 0 < e -> exists m, k ^ m < e.
Proof.
move=> [k0 k1] e0.
have [m h] := pow_lt_1_zero k ltac:(rewrite Rabs_pos_eq //; lra) e e0.
by exists m; have := h m (le_n m); have := Rle_abs (k ^ m); lra.
Qed.

(** ** Contractions *)

Section Contraction.
Context {n : nat} (D : vec n -> Prop) (f : vec n -> vec n) (k : R).
Hypothesis (k0 : 0 <= k < 1) (inD : forall x, D x -> D (f x)) (lip : lipschitz_on k D f).

Lemma iter_inD x m : D x -> D (iter m f x).
Proof. by move=> h; elim: m => [|m IH] //=; apply: inD. Qed.

Lemma step_le x m : D x -> distance (iter m.+1 f x) (iter m f x) <= k ^ m * distance (f x) x.
Proof.
move=> h; elim: m => [|m IH]; first by rewrite /=; lra.
apply: (Rle_trans _ (k * distance (iter m.+1 f x) (iter m f x))).
  exact: (lip _ _ (iter_inD x m.+1 h) (iter_inD x m h)).
by rewrite -tech_pow_Rmult Rmult_assoc; apply: Rmult_le_compat_l; [lra | exact: IH].
Qed.

Lemma steps_le x m j : D x ->
  distance (iter (j + m) f x) (iter m f x) <= k ^ m / (1 - k) * distance (f x) x.
Proof.
move=> h; suff : distance (iter (j + m) f x) (iter m f x) <= (1 - k ^ j) * (k ^ m / (1 - k) * distance (f x) x).
  have : 0 <= k ^ j by apply: pow_le; lra.
  have : 0 <= k ^ m / (1 - k) * distance (f x) x.
    apply: Rmult_le_pos; last exact: distance_ge0.
    by apply: Rdiv_le_0_compat; [apply: pow_le | ]; lra.
  move: (distance (f x) x) => d; nra.
elim: j => [|j IH]; first by rewrite /= distance_self; lra.
apply: Rle_trans (distance_triangle _ (iter (j + m) f x) _) _.
rewrite addSn; have := step_le x (j + m) h; rewrite pow_add => s.
have e : k ^ j * k ^ m * distance (f x) x = (k ^ j - k ^ j.+1) * (k ^ m / (1 - k) * distance (f x) x).
  by rewrite /=; field; lra.
lra.
Qed.

Lemma unique_fixed p q : D p -> D q -> f p = p -> f q = q -> p = q.
Proof.
move=> Dp Dq fp fq; apply: distance_eq0.
by have := lip _ _ Dp Dq; rewrite fp fq; have := distance_ge0 p q; nra.
Qed.

Lemma to_fixed p x m : D p -> f p = p -> D x -> distance (iter m f x) p <= k ^ m * distance x p.
Proof.
move=> Dp fp Dx; elim: m => [|m IH]; first by rewrite /=; lra.
have := lip _ _ (iter_inD x m Dx) Dp; rewrite fp => s; apply: Rle_trans s _.
by rewrite -tech_pow_Rmult Rmult_assoc; apply: Rmult_le_compat_l; [lra | exact: IH].
Qed.

Lemma a_priori p x m : D p -> f p = p -> D x ->
  distance (iter m f x) p <= k ^ m / (1 - k) * distance (f x) x.
Proof.
move=> Dp fp Dx; apply: Rle_trans (to_fixed p x m Dp fp Dx) _.
rewrite /Rdiv Rmult_assoc; apply: Rmult_le_compat_l; first by apply: pow_le; lra.
have s := lip _ _ Dx Dp; rewrite fp in s.
have := distance_triangle x (f x) p; rewrite (distance_sym x (f x)) => t.
apply: (Rmult_le_reg_l (1 - k)); first lra.
rewrite -Rmult_assoc Rinv_r; last lra.
lra.
Qed.

Lemma converges_fixed p x : D p -> f p = p -> D x -> converges (fun m => iter m f x) p.
Proof.
move=> Dp fp Dx; apply/converges_distance.
apply: (is_lim_seq_le_le (fun _ => 0) _ (fun m => k ^ m * distance x p)).
- by move=> m; split; [apply: distance_ge0 | apply: to_fixed].
- exact: is_lim_seq_const.
- rewrite -(Rmult_0_l (distance x p)); apply: (is_lim_seq_scal_r _ (distance x p) 0).
  by apply: is_lim_seq_geom; rewrite Rabs_pos_eq; lra.
Qed.

Hypothesis closed : closed_set D.

(** The fixed point as the limit of the iteration: a plain function of the start. *)
Definition fixed_of (x : vec n) : vec n := fun i => real (Lim_seq (fun m => iter m f x i)).

Lemma converges_fixed_of x : D x -> converges (fun m => iter m f x) (fixed_of x).
Proof.
move=> Dx i; apply: Lim_seq_correct'.
apply/ex_lim_seq_cauchy_corr => e.
pose d := distance (f x) x; have d0 : 0 <= d by apply: distance_ge0.
have c0 : 0 < 2 * (d + 1) / (1 - k) by apply: Rdiv_lt_0_compat; lra.
have [m hm] := pow_small k (e / (2 * (d + 1) / (1 - k))) k0 (Rdiv_lt_0_compat _ _ (cond_pos e) c0).
have hb : k ^ m / (1 - k) * d < e / 2.
  have -> : k ^ m / (1 - k) * d = k ^ m * (d / (1 - k)) by rewrite /Rdiv; ring.
  have p0 : 0 <= k ^ m by apply: pow_le; lra.
  have q0 : 0 <= / (1 - k) by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
  apply: (Rle_lt_trans _ (k ^ m * ((d + 1) / (1 - k)))).
    by apply: Rmult_le_compat_l => //; apply: Rmult_le_compat_r => //; lra.
  apply: (Rlt_le_trans _ (e / (2 * (d + 1) / (1 - k)) * ((d + 1) / (1 - k)))).
    by apply: Rmult_lt_compat_r => //; apply: Rdiv_lt_0_compat; lra.
  by right; field; lra.
have near j : (m <= j)%coq_nat -> Rabs (iter j f x i - iter m f x i) < e / 2.
  move=> hj; apply: Rle_lt_trans hb; rewrite -(Nat.sub_add m j) //.
  by apply: Rle_trans (Rabs_coord_le_distance _ _ _) _; apply: (steps_le x m (j - m)%coq_nat).
exists m => a b ha hb'; have := near a ha; have := near b hb'; split_Rabs; lra.
Qed.

Lemma fixed_ofP x : D x -> D (fixed_of x) /\ f (fixed_of x) = fixed_of x.
Proof.
move=> Dx; have c := converges_fixed_of x Dx.
have Dp : D (fixed_of x) by apply: closed c => m; apply: iter_inD.
split=> //; apply: (lim_unique (fun m => iter m.+1 f x)).
- apply/converges_distance; apply: (is_lim_seq_le_le (fun _ => 0) _ (fun m => k * distance (iter m f x) (fixed_of x))).
  + by move=> m; split; [apply: distance_ge0 | apply: lip => //; apply: iter_inD].
  + exact: is_lim_seq_const.
  + rewrite -(Rmult_0_r k); apply: (is_lim_seq_scal_l _ k 0).
    by apply/converges_distance.
- by move=> i; apply/(is_lim_seq_incr_1 (fun m => iter m f x i)); apply: c.
Qed.

End Contraction.

Lemma banach {n} (D : vec n -> Prop) (f : vec n -> vec n) (k : R) :
  0 <= k < 1 -> (exists x, D x) -> closed_set D -> (forall x, D x -> D (f x)) -> lipschitz_on k D f ->
  exists p, (D p /\ f p = p) /\ (forall q, D q -> f q = q -> q = p) /\
    forall x, D x -> converges (fun m => iter m f x) p /\
      (forall m, distance (iter m f x) p <= k ^ m / (1 - k) * distance (f x) x).
Proof.
move=> k0 [x Dx] cl inD lip; have [Dp fp] := fixed_ofP D f k k0 inD lip cl x Dx.
exists (fixed_of f x); do ![split] => //.
- by move=> q Dq fq; apply: (unique_fixed D f k).
- by apply: (converges_fixed D f k).
- by move=> m; apply: (a_priori D f k).
Qed.
