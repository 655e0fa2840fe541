(** Spectral theorem for real symmetric matrices, without any axiom of choice. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Gronwall lib.Banach lib.Compact lib.LinearInverse.

Open Scope R_scope.

(** ** Continuity of linear and quadratic forms *)

Lemma near_dot {n} (a y : vec n) : continuous_near (fun x => dot a x) y.
Proof.
move=> e e0; have h := norm_ge0 a; exists (e / (norm a + 1)).
split; first by apply: Rdiv_lt_0_compat; lra.
move=> z hz; rewrite -dot_minus_r.
apply: Rle_lt_trans (cauchy_schwarz_norm a (vsub z y)) _.
apply: (Rle_lt_trans _ (norm a * (e / (norm a + 1)))).
  by apply: Rmult_le_compat_l => //; apply: Rlt_le.
have -> : norm a * (e / (norm a + 1)) = e - e / (norm a + 1) by field; lra.
have : 0 < e / (norm a + 1) by apply: Rdiv_lt_0_compat; lra.
lra.
Qed.

Lemma norm_mulmv_le {m n} (A : mat m n) v : norm (mulmv A v) <= sqrt (frobenius2 A) * norm v.
Proof.
apply: norm_le_sq; first by apply: Rmult_le_pos; [apply: sqrt_pos | apply: norm_ge0].
rewrite Rpow_mult_distr pow2_sqrt; last exact: frobenius2_ge0.
by rewrite norm_sq; apply: mulmv_sq_le.
Qed.

Lemma near_quadratic {n} (A : mat n n) y : continuous_near (fun x => dot x (mulmv A x)) y.
Proof.
move=> e e0; set f := sqrt (frobenius2 A); have f0 : 0 <= f by apply: sqrt_pos.
have y0 := norm_ge0 y; pose k := f * (2 * norm y + 1) + 1.
have k1 : 1 <= k by rewrite /k; have : 0 <= f * (2 * norm y + 1) by [apply: Rmult_le_pos; lra]; lra.
exists (Rmin 1 (e / k)); split; first by apply: Rmin_glb_lt; [lra | apply: Rdiv_lt_0_compat; lra].
move=> z hz; have h1 := Rmin_l 1 (e / k); have h2 := Rmin_r 1 (e / k).
have -> : dot z (mulmv A z) - dot y (mulmv A y) =
    dot (vsub z y) (mulmv A z) + dot y (mulmv A (vsub z y)).
  rewrite (dot_ext y y (mulmv A (vsub z y)) (fun i => mulmv A z i - mulmv A y i)) //; last first.
    by move=> i; rewrite /vsub mulmv_minus.
  by rewrite dot_minus_r /vsub dot_minus_l; ring.
have zn : norm z <= norm y + 1.
  rewrite (norm_ext z (fun i => y i + vsub z y i)); last by move=> i; rewrite /vsub; ring.
  by apply: Rle_trans (norm_triangle _ _) _; have : distance z y < 1 by [lra]; rewrite /distance; lra.
apply: Rle_lt_trans (Rabs_triang _ _) _.
have d0 := distance_ge0 z y; move: hz; rewrite /distance => hz; rewrite /distance in d0.
have a1 : Rabs (dot (vsub z y) (mulmv A z)) <= norm (vsub z y) * (f * (norm y + 1)).
  apply: Rle_trans (cauchy_schwarz_norm _ _) _; apply: Rmult_le_compat_l => //.
  by apply: Rle_trans (norm_mulmv_le A z) _; apply: Rmult_le_compat_l.
have a2 : Rabs (dot y (mulmv A (vsub z y))) <= norm y * (f * norm (vsub z y)).
  apply: Rle_trans (cauchy_schwarz_norm _ _) _; apply: Rmult_le_compat_l => //.
  exact: norm_mulmv_le.
apply: (Rle_lt_trans _ (norm (vsub z y) * (k - 1))); first by rewrite /k; lra.
apply: (Rle_lt_trans _ (e / k * (k - 1))); first by apply: Rmult_le_compat_r; lra.
have -> : e / k * (k - 1) = e - e / k by field; lra.
by have : 0 < e / k by [apply: Rdiv_lt_0_compat; lra]; lra.
Qed.

(** ** Orthonormal families q_0, ..., q_{k-1}, indexed by natural numbers *)

Section Family.
Context {n : nat}.
Implicit Types (q : nat -> vec n) (v : vec n).

Definition orthonormal_upto (k : nat) q : Prop :=
  forall i j, (i < k)%N -> (j < k)%N -> dot (q i) (q j) = (if i == j then 1 else 0).

Definition residual (k : nat) q v : vec n :=
  fun i => v i - sum (fun j : 'I_k => dot (q j) v * q j i).

Lemma dot_combination (k : nat) q (c : vec k) v :
  dot v (fun i => sum (fun j : 'I_k => c j * q j i)) = sum (fun j : 'I_k => c j * dot v (q j)).
Proof.
rewrite /dot (sum_ext _ (fun i => sum (fun j : 'I_k => c j * (v i * q j i)))).
  by rewrite sum_swap; apply: sum_ext => j; rewrite sum_scal_l.
by move=> i; rewrite -sum_scal_l; apply: sum_ext => j; ring.
Qed.

Lemma dot_residual k q v j : orthonormal_upto k q -> (j < k)%N -> dot (q j) (residual k q v) = 0.
Proof.
move=> on hj; rewrite /residual dot_minus_r dot_combination.
rewrite (sum_ext _ (fun i : 'I_k => dot (q i) v * kdelta (Ordinal hj) i)).
  by rewrite sum_kdelta_r /=; ring.
by move=> i; rewrite on // /kdelta -val_eqE.
Qed.

Lemma residual_sq k q v : orthonormal_upto k q ->
  dot (residual k q v) (residual k q v) = dot v v - sum (fun j : 'I_k => dot (q j) v ^ 2).
Proof.
move=> on; set r := residual k q v; pose c (i : 'I_n) := sum (fun j : 'I_k => dot (q j) v * q j i).
have z : dot r c = 0.
  by rewrite dot_combination; apply: sum_eq0 => j; rewrite (dot_sym r) dot_residual //; ring.
have -> : dot r r = dot r v - dot r c by rewrite -dot_minus_r.
rewrite z Rminus_0_r dot_sym /r /residual dot_minus_r dot_combination; congr (_ - _).
by apply: sum_ext => j; rewrite (dot_sym v); ring.
Qed.

(** The sum of |e_i|^2 - sum_j <q_j, e_i>^2 over the unit vectors e_i is n - k. *)
Lemma residual_count k q : orthonormal_upto k q ->
  sum (fun i : 'I_n => dot (residual k q (kdelta i)) (residual k q (kdelta i))) = INR n - INR k.
Proof.
move=> on; rewrite (sum_ext _ (fun i => 1 - sum (fun j : 'I_k => q j i * q j i))); last first.
  move=> i; rewrite residual_sq // dot_kdelta_l kdelta_refl; congr (_ - _).
  by apply: sum_ext => j; rewrite dot_kdelta_r /=; ring.
rewrite sum_minus sum_one sum_swap; congr (_ - _); rewrite -[RHS](@sum_one k).
by apply: sum_ext => j; rewrite -/(dot (q j) (q j)) on // eqxx.
Qed.

Lemma exists_orthogonal k q : orthonormal_upto k q -> (k < n)%N ->
  exists v, dot v v = 1 /\ forall j, (j < k)%N -> dot (q j) v = 0.
Proof.
move=> on kn; have c := residual_count k q on.
have [i ne] : exists i, dot (residual k q (kdelta i)) (residual k q (kdelta i)) <> 0.
  by apply: sum_neq0_index; rewrite c; have := lt_INR k n (elimT ltP kn); lra.
set w := residual k q (kdelta i) in ne.
have w0 : 0 < norm w by apply: sqrt_lt_R0; have := dot_ge0 w; lra.
exists (fun i => / norm w * w i); split.
  by rewrite dot_scal_l dot_scal_r -norm_sq; field; lra.
by move=> j hj; rewrite dot_scal_r dot_residual //; ring.
Qed.

(** n orthonormal vectors span R^n. *)
Lemma residual_full q v : orthonormal_upto n q -> forall i, residual n q v i = 0.
Proof.
move=> on i.
have z j : forall l, residual n q (kdelta j) l = 0.
  apply: dot_eq0; apply: (sum_ge0_eq0 (fun i : 'I_n =>
    dot (residual n q (kdelta i)) (residual n q (kdelta i)))) => [l|]; first exact: dot_ge0.
  by rewrite residual_count //; ring.
rewrite /residual -{1}(sum_kdelta_r' i v).
rewrite (sum_ext (fun j : 'I_n => dot (q j) v * q j i)
  (fun j : 'I_n => sum (fun l : 'I_n => v l * (q j l * q j i)))); last first.
  by move=> j; rewrite /dot -sum_scal_r; apply: sum_ext => l; ring.
rewrite sum_swap -sum_minus; apply: sum_eq0 => l; rewrite sum_scal_l.
have := z l i; rewrite /residual => e.
rewrite (sum_ext (fun j : 'I_n => q j l * q j i) (fun j : 'I_n => dot (q j) (kdelta l) * q j i)).
  by rewrite -Rmult_minus_distr_l e; ring.
by move=> j; rewrite dot_kdelta_r.
Qed.
End Family.

(** ** Eigenvectors, one after the other *)

Section Symmetric.
Context {n : nat} (A : mat n n).
Hypothesis sym : forall i j, A i j = A j i.

Definition eigen_upto (k : nat) (q : nat -> vec n) (e : nat -> R) : Prop :=
  orthonormal_upto k q /\ forall j, (j < k)%N -> forall i, mulmv A (q j) i = e j * q j i.

Lemma quadratic_homogeneous c v : dot (fun i => c * v i) (mulmv A (fun i => c * v i)) = c ^ 2 * dot v (mulmv A v).
Proof.
rewrite dot_scal_l (dot_ext v v _ (fun i => c * mulmv A v i)) // => [|i]; last exact: mulmv_scal.
by rewrite dot_scal_r; ring.
Qed.

Lemma next_eigen k q e : eigen_upto k q e -> (k < n)%N ->
  exists y mu, dot y y = 1 /\ (forall j, (j < k)%N -> dot (q j) y = 0) /\
    forall i, mulmv A y i = mu * y i.
Proof.
move=> [on eig] kn; pose D (x : vec n) := dot x x = 1 /\ forall j, (j < k)%N -> dot (q j) x = 0.
have id_q x : dot x (mulmv kdelta x) = dot x x by apply: dot_ext => // i; apply: mulmv_kdelta.
have cD : compact_set D.
  split; last by exists 1 => x [h _]; rewrite /norm h sqrt_1; lra.
  move=> l ad; split.
    rewrite -id_q; apply: (adherent_eq D (fun x => dot x (mulmv kdelta x))) => //.
      exact: near_quadratic.
    by move=> x [h _]; rewrite id_q.
  move=> j hj; apply: (adherent_eq D (fun x => dot (q j) x)) => //; first exact: near_dot.
  by move=> x [_ h]; apply: h.
have [y [[y1 yq] ymax]] := max_attained D (fun x => dot x (mulmv A x)) cD (exists_orthogonal k q on kn)
  (fun y _ => near_quadratic A y).
exists y, (dot y (mulmv A y)); set mu := dot y (mulmv A y) in ymax *.
split=> //; split=> //.
have ray z : (forall j, (j < k)%N -> dot (q j) z = 0) -> dot z (mulmv A z) <= mu * dot z z.
  move=> hz; case: (Req_dec (dot z z) 0) => [z0|ne].
    by rewrite (dot_ext z (fun _ => 0) (mulmv A z) (mulmv A z)) ?dot_0_l ?z0 //; [lra | apply: dot_eq0].
  have zp : 0 < dot z z by have := dot_ge0 z; lra.
  have np : 0 < norm z by apply: sqrt_lt_R0.
  have := ymax (fun i => / norm z * z i); rewrite quadratic_homogeneous => h.
  have : (/ norm z) ^ 2 * dot z (mulmv A z) <= mu.
    apply: h; split; first by rewrite dot_scal_l dot_scal_r -norm_sq; field; lra.
    by move=> j hj; rewrite dot_scal_r hz //; ring.
  have -> : (/ norm z) ^ 2 = / dot z z by rewrite -norm_sq; field; lra.
  move=> h'; apply: (Rmult_le_reg_l (/ dot z z)); first exact: Rinv_0_lt_compat.
  by rewrite (Rmult_comm mu) -Rmult_assoc Rinv_l ?Rmult_1_l.
pose w : vec n := fun i => mulmv A y i - mu * y i.
have wq j : (j < k)%N -> dot (q j) w = 0.
  move=> hj; rewrite /w dot_minus_r dot_scal_r yq // dot_mulmv_sym //.
  rewrite (dot_ext (mulmv A (q j)) (fun i => e j * q j i) y y) // ?dot_scal_l ?yq //; first by ring.
  exact: eig.
have key t : 2 * t * dot w w + t ^ 2 * (dot w (mulmv A w) - mu * dot w w) <= 0.
  have := ray (fun i => y i + t * w i).
  have -> : dot (fun i => y i + t * w i) (mulmv A (fun i => y i + t * w i)) =
      mu + 2 * t * dot w (mulmv A y) + t ^ 2 * dot w (mulmv A w).
    rewrite (dot_ext _ (fun i => y i + t * w i) _ (fun i => mulmv A y i + t * mulmv A w i)) //; last first.
      by move=> i; rewrite mulmv_plus mulmv_scal.
    rewrite dot_plus_l !dot_plus_r !dot_scal_l !dot_scal_r -/mu.
    by rewrite (dot_mulmv_sym A y w sym) (dot_sym (mulmv A y)); ring.
  have -> : dot (fun i => y i + t * w i) (fun i => y i + t * w i) = 1 + 2 * t * dot w y + t ^ 2 * dot w w.
    by rewrite dot_plus_sq dot_scal_l !dot_scal_r y1 (dot_sym y w); ring.
  have -> : dot w (mulmv A y) = dot w w + mu * dot w y.
    by rewrite -dot_scal_r -dot_plus_r; apply: dot_ext => // i; rewrite /w; ring.
  move=> h; have := h _; move=> {}h.
  have : mu + 2 * t * (dot w w + mu * dot w y) + t ^ 2 * dot w (mulmv A w) <=
      mu * (1 + 2 * t * dot w y + t ^ 2 * dot w w).
    by apply: h => j hj; rewrite dot_plus_r dot_scal_r yq // wq //; ring.
  lra.
have w0 : dot w w = 0.
  set c := dot w (mulmv A w) - mu * dot w w in key; have g := dot_ge0 w.
  apply: Rle_antisym => //; apply: Rnot_lt_le => l.
  have c0 : 0 < Rabs c + 1 by have := Rabs_pos c; lra.
  have := key (dot w w / (Rabs c + 1)); set t := dot w w / _.
  have t0 : 0 < t by apply: Rdiv_lt_0_compat.
  have tc : t * (Rabs c + 1) = dot w w by rewrite /t; field; lra.
  have := Rle_abs (- c); rewrite Rabs_Ropp => cc h.
  have : t * (2 * dot w w + t * c) <= 0 by lra.
  have : 0 < t * (2 * dot w w + t * c); last lra.
  apply: Rmult_lt_0_compat => //; nra.
by move=> i; have := dot_eq0 w w0 i; rewrite /w; lra.
Qed.

Lemma eigen_family k : (k <= n)%N -> exists q e, eigen_upto k q e.
Proof.
elim: k => [|k IH] kn; first by exists (fun _ _ => 0), (fun _ => 0); split.
have [q [e [on eig]]] := IH (ltnW kn).
have [y [mu [y1 [yq ey]]]] := next_eigen k q e (conj on eig) kn.
exists (fun j => if j == k then y else q j), (fun j => if j == k then mu else e j); split.
- move=> i j; rewrite !ltnS (leq_eqVlt i) (leq_eqVlt j).
  case: (altP (i =P k)) => [->|ik] /=; case: (altP (j =P k)) => [->|jk] //= hi hj.
  + by rewrite eqxx.
  + by rewrite dot_sym yq // eq_sym (negbTE jk).
  + by rewrite yq // (negbTE ik).
  + exact: on.
- move=> j; rewrite ltnS (leq_eqVlt j); case: (altP (j =P k)) => [-> _|jk] /= hj; first exact: ey.
  exact: eig.
Qed.

Lemma spectral : exists (q : mat n n) (e : vec n), eigenbasis A q e.
Proof.
have [q [e [on eig]]] := eigen_family n (leqnn n).
exists (fun k => q k), (fun k => e k); split.
- by move=> k l; rewrite on.
- by move=> k i; apply: eig.
Qed.
End Symmetric.

(** ** Expansion in an eigenbasis *)

Section Basis.
Context {n : nat} (A q : mat n n) (e : vec n).
Hypothesis basis : eigenbasis A q e.

Lemma expansion v i : v i = sum (fun k => dot (q k) v * q k i).
Proof.
case: basis => on _.
pose f (j : nat) : vec n := if insub j is Some k then q k else (fun _ => 0).
have fE (k : 'I_n) : f k = q k by rewrite /f valK.
have onf : orthonormal_upto n f.
  move=> a b ha hb; rewrite -[a]/(val (Ordinal ha)) -[b]/(val (Ordinal hb)) !fE on /kdelta.
  by rewrite -val_eqE.
have := residual_full f v onf i; rewrite /residual.
rewrite (sum_ext (fun j : 'I_n => dot (f j) v * f j i) (fun k => dot (q k) v * q k i)); first lra.
by move=> k; rewrite fE.
Qed.

Lemma parseval v w : dot v w = sum (fun k => dot (q k) v * dot (q k) w).
Proof.
rewrite (dot_ext v v w (fun i => sum (fun k => dot (q k) w * q k i))) //; last exact: expansion.
rewrite /dot (sum_ext _ (fun i => sum (fun k => dot (q k) w * (v i * q k i)))); last first.
  by move=> i; rewrite -sum_scal_l; apply: sum_ext => k; rewrite /dot; ring.
rewrite sum_swap; apply: sum_ext => k; rewrite sum_scal_l -/(dot v (q k)) (dot_sym v).
exact: Rmult_comm.
Qed.

Hypothesis sym : forall i j, A i j = A j i.

Lemma mode_mulmv k v : dot (q k) (mulmv A v) = e k * dot (q k) v.
Proof.
case: basis => _ eig; rewrite dot_mulmv_sym // -dot_scal_l.
by apply: dot_ext => // i; apply: eig.
Qed.

Lemma quadratic_modes v : dot v (mulmv A v) = sum (fun k => e k * dot (q k) v ^ 2).
Proof. by rewrite parseval; apply: sum_ext => k; rewrite mode_mulmv; ring. Qed.

Lemma norm_modes v : dot v v = sum (fun k => dot (q k) v ^ 2).
Proof. by rewrite parseval; apply: sum_ext => k; ring. Qed.

Lemma rayleigh_lower lo v : (forall k, lo <= e k) -> lo * dot v v <= dot v (mulmv A v).
Proof.
move=> h; rewrite quadratic_modes norm_modes -sum_scal_l; apply: sum_le => k.
by apply: Rmult_le_compat_r; [apply: pow2_ge_0 | apply: h].
Qed.

Lemma rayleigh_upper hi v : (forall k, e k <= hi) -> dot v (mulmv A v) <= hi * dot v v.
Proof.
move=> h; rewrite quadratic_modes norm_modes -sum_scal_l; apply: sum_le => k.
by apply: Rmult_le_compat_r; [apply: pow2_ge_0 | apply: h].
Qed.

Lemma rayleigh_norm c v : 0 <= c -> (forall k, Rabs (e k) <= c) -> norm (mulmv A v) <= c * norm v.
Proof.
move=> c0 h; apply: norm_le_sq; first by apply: Rmult_le_pos => //; apply: norm_ge0.
rewrite Rpow_mult_distr norm_sq !norm_modes -sum_scal_l; apply: sum_le => k.
rewrite mode_mulmv Rpow_mult_distr; apply: Rmult_le_compat_r; first exact: pow2_ge_0.
by apply: pow_maj_Rabs; apply: h.
Qed.

Lemma mode_eigen k : 0 < norm (q k) /\ forall i, mulmv A (q k) i = e k * q k i.
Proof.
by case: basis => on eig; split=> //; apply: sqrt_lt_R0; rewrite on kdelta_refl; lra.
Qed.
End Basis.

Lemma argmin {n} (e : vec n) : (0 < n)%N -> exists k, forall l, e k <= e l.
Proof.
elim: n e => [//|[|n] IH] e _.
  by exists ord0 => l; rewrite (ord1 l); lra.
have [k h] := IH (fun i => e (lift ord0 i)) isT.
case: (Rle_dec (e ord0) (e (lift ord0 k))) => le.
- exists ord0 => l; case: (unliftP ord0 l) => [j|] ->; last lra.
  by have := h j; lra.
- by exists (lift ord0 k) => l; case: (unliftP ord0 l) => [j|] ->; [apply: h | lra].
Qed.

Lemma least_eig_exists {n} (A : mat n n) :
  (0 < n)%N -> (forall i j, A i j = A j i) -> exists eta, is_least_eig A eta.
Proof.
move=> n0 sym; have [q [e b]] := spectral A sym; have [k h] := argmin e n0.
exists (e k); split; first by exists (q k); apply: mode_eigen b k.
by move=> v; apply: (rayleigh_lower A q e b sym).
Qed.

(** ** Modes of a linear differential equation with constant drive *)

Lemma growth_0 a : growth a 0 = 0.
Proof. by rewrite /growth; case: Req_EM_T => // _; rewrite Rmult_0_r exp_0; lra. Qed.

Lemma is_derive_growth a t : is_derive (growth a) t (exp (a * t)).
Proof.
rewrite /growth; case: Req_EM_T => [->|a0].
  by rewrite Rmult_0_l exp_0; apply: is_derive_id.
by auto_derive => //; field.
Qed.

Lemma growth_eq a t : a * growth a t + 1 = exp (a * t).
Proof. by rewrite /growth; case: Req_EM_T => [->|a0]; [rewrite !Rmult_0_l exp_0; ring | field]. Qed.

Lemma scalar_linear_le (u du : R -> R) a b hi :
  continuous_on (interval 0 hi) u -> (forall t, 0 < t < hi -> is_derive u t (du t)) ->
  (forall t, 0 < t < hi -> du t <= a * u t + b) ->
  forall t, 0 <= t <= hi -> u t <= exp (a * t) * u 0 + b * growth a t.
Proof.
move=> cu hu le t ht; rewrite /growth; case: Req_EM_T => [a0|a0].
- have := gronwall_drift u du b 0 hi cu hu _ t ht.
  rewrite a0 Rmult_0_l exp_0 Rminus_0_r Rmult_1_l; apply => s hs.
  by have := le s hs; rewrite a0; lra.
- by have := gronwall_constant u du a b 0 hi a0 cu hu le t ht; rewrite Rminus_0_r.
Qed.

Lemma scalar_linear (u : R -> R) a b hi :
  continuous_on (interval 0 hi) u -> (forall t, 0 < t < hi -> is_derive u t (a * u t + b)) ->
  forall t, 0 <= t <= hi -> u t = exp (a * t) * u 0 + b * growth a t.
Proof.
move=> cu hu t ht; apply: Rle_antisym.
  by apply: (scalar_linear_le u (fun t => a * u t + b) a b hi) => // s _; lra.
have cn : continuous_on (interval 0 hi) (fun s => - u s).
  apply: (continuous_on_ext' (fun s => -1 * u s)); first by move=> s _; ring.
  by apply: continuous_on_mult => //; apply: continuous_on_const.
have := scalar_linear_le (fun s => - u s) (fun s => - (a * u s + b)) a (- b) hi cn _ _ t ht.
move=> h; suff : - u t <= exp (a * t) * - u 0 + - b * growth a t by lra.
by apply: h => s hs; [apply: (is_derive_opp u); apply: hu | lra].
Qed.

Section Modes.
Context {n : nat} (A q : mat n n) (e c : vec n).
Hypothesis (sym : forall i j, A i j = A j i) (basis : eigenbasis A q e).

Definition modal (y0 : vec n) (t : R) : vec n := fun i =>
  sum (fun k => (exp (e k * t) * dot (q k) y0 + growth (e k) t * dot (q k) c) * q k i).

Lemma modal_unique (y : R -> vec n) hi : curve_continuous 0 hi y ->
  (forall t, 0 < t < hi -> curve_derive y t (fun i => mulmv A (y t) i + c i)) ->
  forall t, 0 <= t <= hi -> forall i, y t i = modal (y 0) t i.
Proof.
move=> cy hy t ht i; rewrite (expansion A q e basis (y t) i); apply: sum_ext => k; congr (_ * _).
rewrite (Rmult_comm (growth _ _)).
apply: (scalar_linear (fun s => dot (q k) (y s)) (e k) (dot (q k) c) hi) => // [|s hs].
- elim: (n) (q k) (y) cy => [|p IH] w z cz.
    apply: (continuous_on_ext' (fun _ => 0)); first by move=> s _; rewrite /dot sum_n0.
    exact: continuous_on_const.
  apply: (continuous_on_ext' (fun s => w ord0 * z s ord0 +
    dot (fun j => w (lift ord0 j)) (fun j => z s (lift ord0 j)))).
    by move=> s _; rewrite /dot sum_recl.
  apply: continuous_on_plus.
    by apply: continuous_on_mult; [apply: continuous_on_const | apply: cz].
  by apply: (IH _ (fun s j => z s (lift ord0 j))) => j; apply: cz.
- rewrite -(mode_mulmv A q e basis sym) -dot_plus_r.
  evar_last; first (apply: is_derive_dot; [move=> j; apply: is_derive_const | exact: hy]).
  by rewrite dot_0_l Rplus_0_l.
Qed.

Lemma modal_0 y0 i : modal y0 0 i = y0 i.
Proof.
rewrite [RHS](expansion A q e basis) /modal; apply: sum_ext => k.
by rewrite Rmult_0_r exp_0 growth_0; ring.
Qed.

Lemma mulmv_sum {m p} (B : mat m n) (a : vec p) (w : 'I_p -> vec n) i :
  mulmv B (fun j => sum (fun k => a k * w k j)) i = sum (fun k => a k * mulmv B (w k) i).
Proof.
rewrite /mulmv (sum_ext _ (fun j => sum (fun k => a k * (B i j * w k j)))).
  by rewrite sum_swap; apply: sum_ext => k; rewrite sum_scal_l.
by move=> j; rewrite -sum_scal_l; apply: sum_ext => k; ring.
Qed.

Lemma modal_solves y0 t : curve_derive (modal y0) t (fun i => mulmv A (modal y0 t) i + c i).
Proof.
move=> i; evar_last.
  apply: is_derive_sum => k; apply: (is_derive_mult _ (fun _ => q k i)); last exact: Rmult_comm.
    apply: (is_derive_plus (fun s => exp (e k * s) * dot (q k) y0)
                           (fun s => growth (e k) s * dot (q k) c)).
      by apply: (is_derive_scal_l (fun s => exp (e k * s)) t (e k * exp (e k * t))); auto_derive => //; ring.
    by apply: (is_derive_scal_l (growth (e k))); apply: is_derive_growth.
  exact: is_derive_const.
rewrite /modal mulmv_sum (expansion A q e basis c i) -sum_plus; apply: sum_ext => k.
case: basis => _ ->; rewrite /plus /mult /scal /zero /= /mult /= -(growth_eq (e k) t).
ring.
Qed.
End Modes.
