(** The exact threshold of uniqueness for every drive. *)

From Coq Require Import Reals Lra Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxLse lib.Gronwall lib.Banach lib.Compact.
From Gatedmem Require Import lib.LinearInverse lib.LinearSpectral lib.Flow lib.ContextClamped lib.ContextSteering.

Open Scope R_scope.

(** ** The logarithmic mean is below the arithmetic mean *)

Lemma ln_gt u : 1 < u -> 2 * (u - 1) / (u + 1) < ln u.
Proof.
move=> u1; pose f x := ln x - 2 * (x - 1) / (x + 1).
pose df x := (x - 1) ^ 2 / (x * (x + 1) ^ 2).
have d x : 0 < x -> is_derive f x (df x).
  by move=> x0; rewrite /f; auto_derive; [lra | rewrite /df; field; lra].
have inc a b : 1 <= a -> a < b -> exists c, a <= c <= b /\ f b - f a = df c * (b - a).
  move=> a1 ab; have := MVT_gen f a b df; rewrite Rmin_left ?Rmax_right; try lra; apply.
  - by move=> x hx; apply: d; lra.
  - by move=> x hx; apply/continuity_pt_filterlim; apply: ex_derive_continuous; eexists; apply: d; lra.
have [c [hc e]] := inc 1 ((1 + u) / 2) ltac:(lra) ltac:(lra).
have [c' [hc' e']] := inc ((1 + u) / 2) u ltac:(lra) ltac:(lra).
have p : 0 <= df c.
  by apply: Rdiv_le_0_compat; [apply: pow2_ge_0 | apply: Rmult_lt_0_compat; [lra | apply: pow_lt; lra]].
have p' : 0 < df c'.
  by apply: Rdiv_lt_0_compat; [apply: pow_lt; lra | apply: Rmult_lt_0_compat; [lra | apply: pow_lt; lra]].
have f1 : f 1 = 0 by rewrite /f ln_1; field.
have q : 0 <= df c * ((1 + u) / 2 - 1) by apply: Rmult_le_pos; lra.
have q' : 0 < df c' * (u - (1 + u) / 2) by apply: Rmult_lt_0_compat; lra.
by have : 0 < f u by [lra]; rewrite /f; lra.
Qed.

Lemma log_mean x y : 0 < x -> 0 < y -> x <> y ->
  2 * (x - y) ^ 2 / (x + y) < (x - y) * (ln x - ln y).
Proof.
have half a b : 0 < b -> b < a -> 2 * (a - b) ^ 2 / (a + b) < (a - b) * (ln a - ln b).
  move=> b0 ba; have := ln_gt (a / b) ltac:(apply/Rlt_div_r; lra).
  rewrite ln_div; try lra; move=> h; have := Rmult_lt_compat_l (a - b) _ _ ltac:(lra) h.
  by have -> : (a - b) * (2 * (a / b - 1) / (a / b + 1)) = 2 * (a - b) ^ 2 / (a + b) by field; lra.
move=> x0 y0 ne; case: (Rlt_le_dec y x) => h; first exact: half.
have := half y x x0 ltac:(lra).
have -> : 2 * (y - x) ^ 2 / (y + x) = 2 * (x - y) ^ 2 / (x + y) by field; lra.
lra.
Qed.

Lemma log_mean_tangent x y t : 0 < x -> 0 < y ->
  4 * t * Rabs (x - y) - 2 * t ^ 2 * (x + y) <= (x - y) * (ln x - ln y) /\
  (x <> y -> 4 * t * Rabs (x - y) - 2 * t ^ 2 * (x + y) < (x - y) * (ln x - ln y)).
Proof.
move=> x0 y0; have tan : 4 * t * Rabs (x - y) - 2 * t ^ 2 * (x + y) <= 2 * (x - y) ^ 2 / (x + y).
  apply/Rle_div_r; first lra.
  have := pow2_ge_0 (Rabs (x - y) - t * (x + y)); rewrite -(pow2_abs (x - y)); nra.
split=> [|ne]; last by have := log_mean x y x0 y0 ne; lra.
case: (Req_dec x y) => [e|ne]; last by have := log_mean x y x0 y0 ne; lra.
by move: tan; rewrite e Rminus_eq_0 Rabs_R0; have := pow2_ge_0 t; nra.
Qed.

(** ** Differences of unit vectors *)

Definition spread {n} (B : mat n n) (i j : 'I_n) : R := B i i + B j j - 2 * B i j.
Definition driven {n} (beta lambda : R) (B : mat n n) (h p : vec n) : vec n :=
  softmax beta (fun i => h i + lambda ^ 2 * mulmv B p i).

Section Threshold.
Context {n : nat} (A B : mat n n) (eta beta lambda : R).
Hypothesis (sym : forall i j, A i j = A j i) (least : is_least_eig A eta) (eta0 : 0 < eta).
Hypothesis (iB : is_inverse A B) (beta0 : 0 < beta).
Lemma dim_gt0 : (0 < n)%N.
Proof. by case: least => -[v [v0 _]] _; apply: norm_gt0_dim v0. Qed.

Lemma inverse_sym i j : B i j = B j i.
Proof.
have iT : is_inverse A (fun i j => B j i).
  case: iB => h h'; split=> a b.
  - rewrite kdelta_sym -h'; apply: sum_ext => j'; rewrite sym; ring.
  - rewrite kdelta_sym -h; apply: sum_ext => j'; rewrite sym; ring.
by have e := inverse_unique A B _ iB iT; rewrite {1}e.
Qed.

Lemma quadratic_inverse v : dot v (mulmv B v) = dot (mulmv B v) (mulmv A (mulmv B v)).
Proof. by rewrite (inverse_r A B v iB) dot_sym. Qed.

Lemma quadratic_inverse_ge0 v : 0 <= dot v (mulmv B v).
Proof.
rewrite quadratic_inverse; case: least => _ pos.
by have := pos (mulmv B v); have := dot_ge0 (mulmv B v); nra.
Qed.

Definition pair (i j : 'I_n) : vec n := fun k => kdelta i k - kdelta j k.

Lemma dot_pair i j v : dot (pair i j) v = v i - v j.
Proof. by rewrite /pair dot_minus_l !dot_kdelta_l. Qed.

Lemma mulmv_pair i j k : mulmv B (pair i j) k = B k i - B k j.
Proof. by rewrite /pair mulmv_minus /mulmv !sum_kdelta_r. Qed.

Lemma quadratic_pair i j : dot (pair i j) (mulmv B (pair i j)) = spread B i j.
Proof. by rewrite dot_pair !mulmv_pair /spread (inverse_sym j i); ring. Qed.

Lemma spread_ge0 i j : 0 <= spread B i j.
Proof. by rewrite -quadratic_pair; apply: quadratic_inverse_ge0. Qed.

(** ** Sufficiency *)

Lemma quadratic_sum a b : dot a (mulmv B b) = sum (fun i => sum (fun j => a i * b j * B i j)).
Proof. by apply: sum_ext => i; rewrite /mulmv -sum_scal_l; apply: sum_ext => j; ring. Qed.

Lemma quadratic_diag (a : vec n) : (forall i, 0 <= a i) ->
  dot a (mulmv B a) <= sum a * sum (fun i => a i * B i i).
Proof.
move=> a0; rewrite quadratic_sum.
have -> : sum a * sum (fun i => a i * B i i) = sum (fun i => sum (fun j => a i * a j * ((B i i + B j j) / 2))).
  rewrite (sum_ext (fun i => sum (fun j => a i * a j * ((B i i + B j j) / 2)))
    (fun i => / 2 * sum (fun j => (a i * B i i) * a j) + / 2 * sum (fun j => a i * (a j * B j j)))).
    by rewrite sum_plus !sum_scal_l -!sum_mult; field.
  by move=> i; rewrite -!sum_scal_l -sum_plus; apply: sum_ext => j; field.
apply: sum_le => i; apply: sum_le => j; apply: Rmult_le_compat_l.
  exact: Rmult_le_pos.
by have := spread_ge0 i j; rewrite /spread; lra.
Qed.

Let up (d : vec n) : vec n := fun i => (Rabs (d i) + d i) / 2.
Let down (d : vec n) : vec n := fun i => (Rabs (d i) - d i) / 2.

Lemma quadratic_le d : sum d = 0 ->
  dot d (mulmv B d) <= sum (fun i => sum (fun j => up d i * down d j * spread B i j)).
Proof.
move=> d0; have u0 i : 0 <= up d i by rewrite /up; split_Rabs; lra.
have w0 i : 0 <= down d i by rewrite /down; split_Rabs; lra.
have e : sum (up d) = sum (down d).
  have : sum (fun i => up d i - down d i) = 0 by rewrite -d0; apply: sum_ext => i; rewrite /up /down; field.
  by rewrite sum_minus; lra.
have hu := quadratic_diag (up d) u0; have hw := quadratic_diag (down d) w0.
have -> : dot d (mulmv B d) = dot (up d) (mulmv B (up d)) + dot (down d) (mulmv B (down d)) -
    2 * dot (up d) (mulmv B (down d)).
  have ed i : d i = up d i - down d i by rewrite /up /down; field.
  have ev : d = fun i => up d i - down d i by apply: functional_extensionality.
  rewrite {1 2}ev dot_minus_l (dot_ext _ (up d) _ (fun k => mulmv B (up d) k - mulmv B (down d) k)) //; last first.
    by move=> k; apply: mulmv_minus.
  rewrite (dot_ext (down d) (down d) _ (fun k => mulmv B (up d) k - mulmv B (down d) k)) //; last first.
    by move=> k; apply: mulmv_minus.
  rewrite !dot_minus_r (dot_mulmv_sym B (down d)); last exact: inverse_sym.
  by rewrite (dot_sym (mulmv B (down d))); ring.
have -> : sum (fun i => sum (fun j => up d i * down d j * spread B i j)) =
    sum (up d) * sum (fun i => up d i * B i i) + sum (down d) * sum (fun i => down d i * B i i) -
    2 * dot (up d) (mulmv B (down d)).
  rewrite quadratic_sum {1}e -(Rmult_comm (sum (fun i => up d i * B i i))) -{2}e !sum_mult.
  rewrite -sum_scal_l -sum_plus -sum_minus; apply: sum_ext => i.
  rewrite -sum_scal_l -sum_plus -sum_minus; apply: sum_ext => j.
  by rewrite /spread; ring.
lra.
Qed.

Lemma driven_log (h p : vec n) i : driven beta lambda B h p = p ->
  ln (p i) = beta * (h i + lambda ^ 2 * mulmv B p i) -
    ln (sum (fun j => exp (beta * (h j + lambda ^ 2 * mulmv B p j)))).
Proof. by move=> e; rewrite -{1}e /driven ln_softmax. Qed.

Lemma driven_interior (h p : vec n) : driven beta lambda B h p = p -> is_interior p.
Proof. by move=> <-; apply: softmax_interior dim_gt0. Qed.

Lemma unique_below (h p q : vec n) :
  (forall i j, i <> j -> (beta * lambda ^ 2 * spread B i j) / 4 <= 1) ->
  driven beta lambda B h p = p -> driven beta lambda B h q = q -> q = p.
Proof.
move=> cond ep eq; apply: NNPP => ne.
have [p0 sp] := driven_interior h p ep; have [q0 sq] := driven_interior h q eq.
pose d : vec n := fun i => p i - q i; pose S := sum (fun i => Rabs (d i)).
have d0 : sum d = 0 by rewrite /d sum_minus sp sq; ring.
have [k nk] : exists k, d k <> 0.
  apply: NNPP => no; apply: ne; apply: functional_extensionality => i.
  by apply: NNPP => z; apply: no; exists i; rewrite /d; lra.
have logs : sum (fun i => d i * (ln (p i) - ln (q i))) = beta * lambda ^ 2 * dot d (mulmv B d).
  pose c := ln (sum (fun j => exp (beta * (h j + lambda ^ 2 * mulmv B q j)))) -
            ln (sum (fun j => exp (beta * (h j + lambda ^ 2 * mulmv B p j)))).
  rewrite (sum_ext _ (fun i => beta * lambda ^ 2 * (d i * mulmv B d i) + c * d i)).
    by rewrite sum_plus !sum_scal_l d0 /dot; ring.
  move=> i; rewrite (driven_log h p i ep) (driven_log h q i eq) /c {3}/d mulmv_minus; ring.
have upper : beta * lambda ^ 2 * dot d (mulmv B d) <= S ^ 2.
  have k0 : 0 <= beta * lambda ^ 2 by apply: Rmult_le_pos; [lra | apply: pow2_ge_0].
  apply: Rle_trans (Rmult_le_compat_l _ _ _ k0 (quadratic_le d d0)) _.
  apply: (Rle_trans _ (sum (fun i => sum (fun j => 4 * up d i * down d j)))).
    rewrite -sum_scal_l; apply: sum_le => i; rewrite -sum_scal_l; apply: sum_le => j.
    case: (eqVneq i j) => [<-|ij].
      have z : up d i * down d i = 0.
        have -> : up d i * down d i = (Rabs (d i) ^ 2 - d i ^ 2) / 4 by rewrite /up /down; field.
        by rewrite pow2_abs; lra.
      by have -> : 4 * up d i * down d i = 4 * (up d i * down d i) by [ring]; rewrite z; lra.
    have c := cond i j (elimN eqP ij).
    have w : 0 <= up d i * down d j.
      by apply: Rmult_le_pos; rewrite /up /down; split_Rabs; lra.
    have := Rmult_le_compat_l _ _ _ w c; lra.
  right; have -> : S ^ 2 = 4 * ((S / 2) * (S / 2)) by field.
  have hu : sum (up d) = S / 2 by rewrite /up sum_div sum_plus d0 /S; field.
  have hw : sum (down d) = S / 2 by rewrite /down sum_div sum_minus d0 /S; field.
  rewrite -{1}hu -hw sum_mult -sum_scal_l; apply: sum_ext => i; rewrite -sum_scal_l.
  by apply: sum_ext => j; ring.
have lower : S ^ 2 < sum (fun i => d i * (ln (p i) - ln (q i))).
  have -> : S ^ 2 = sum (fun i => 4 * (S / 2) * Rabs (d i) - 2 * (S / 2) ^ 2 * (p i + q i)).
    by rewrite sum_minus !sum_scal_l sum_plus sp sq -/S; field.
  apply: (sum_lt _ _ k) => [i|].
    exact: (proj1 (log_mean_tangent (p i) (q i) (S / 2) (p0 i) (q0 i))).
  by apply: (proj2 (log_mean_tangent (p k) (q k) (S / 2) (p0 k) (q0 k))); move: nk; rewrite /d; lra.
by rewrite logs in lower; lra.
Qed.

(** ** The energy that is left after p is minimised out: its minima give fixed points *)

Definition rest (h s : vec n) : R := / 2 * dot s (mulmv A s) - log_sum_exp beta (fun i => h i + lambda * s i).

Lemma lse_lip (r r' : vec n) : log_sum_exp beta r' - log_sum_exp beta r <= norm (fun i => r' i - r i).
Proof.
have := lse_tangent beta r' (fun i => r i - r' i) dim_gt0 beta0.
rewrite (_ : (fun i => r' i + (r i - r' i)) = r); last by apply: functional_extensionality => i; ring.
move=> h; have := dot_le_norm (softmax beta r') (fun i => r' i - r i).
have -> : dot (softmax beta r') (fun i => r' i - r i) = - dot (softmax beta r') (fun i => r i - r' i).
  by rewrite -dot_opp_r; apply: dot_ext => // i; ring.
have := simplex_norm_le1 _ (softmax_simplex beta r' dim_gt0); have := norm_ge0 (fun i => r' i - r i).
have := norm_ge0 (softmax beta r'); nra.
Qed.

Lemma lse_lip_drive (h s s' : vec n) :
  Rabs (log_sum_exp beta (fun i => h i + lambda * s' i) - log_sum_exp beta (fun i => h i + lambda * s i))
  <= Rabs lambda * distance s' s.
Proof.
have e (a b : vec n) : norm (fun i => h i + lambda * a i - (h i + lambda * b i)) = Rabs lambda * distance a b.
  by rewrite -norm_scal; apply: norm_ext => i; rewrite /vsub; ring.
have := lse_lip (fun i => h i + lambda * s i) (fun i => h i + lambda * s' i).
have := lse_lip (fun i => h i + lambda * s' i) (fun i => h i + lambda * s i).
by rewrite !e (distance_sym s s'); split_Rabs; lra.
Qed.

Lemma near_rest (h y : vec n) : continuous_near (fun s => - rest h s) y.
Proof.
move=> e e0; have l0 := Rabs_pos lambda.
have [d [d0 hd]] := near_quadratic A y e e0.
have k0 : 0 < e / (2 * (Rabs lambda + 1)) by apply: Rdiv_lt_0_compat; lra.
exists (Rmin d (e / (2 * (Rabs lambda + 1)))); split; first exact: Rmin_glb_lt.
move=> z hz; have m1 := Rmin_l d (e / (2 * (Rabs lambda + 1))); have m2 := Rmin_r d (e / (2 * (Rabs lambda + 1))).
have := hd z ltac:(lra); have := lse_lip_drive h y z.
have : Rabs lambda * distance z y < e / 2.
  apply: (Rle_lt_trans _ ((Rabs lambda + 1) * distance z y)).
    by apply: Rmult_le_compat_r; [apply: distance_ge0 | lra].
  have -> : e / 2 = (Rabs lambda + 1) * (e / (2 * (Rabs lambda + 1))) by field; lra.
  by apply: Rmult_lt_compat_l; lra.
by rewrite /rest; split_Rabs; lra.
Qed.

Lemma rest_minimum (h : vec n) : exists y, forall s, rest h y <= rest h s.
Proof.
case: least => _ pos; pose r := 2 * Rabs lambda / eta + 1.
have r0 : 0 < r.
  by have : 0 <= 2 * Rabs lambda / eta by [apply: Rdiv_le_0_compat => //; have := Rabs_pos lambda; lra]; rewrite /r; lra.
have in0 : norm (fun _ : 'I_n => 0) <= r by rewrite norm_0; lra.
have [y [yr ymin]] := max_attained (fun s => norm s <= r) (fun s => - rest h s) (compact_ball n r)
  (ex_intro (fun s : vec n => norm s <= r) _ in0) (fun y _ => near_rest h y).
exists y => s; case: (Rle_lt_dec (norm s) r) => hs; first by have := ymin s hs; lra.
have := ymin _ in0; suff : rest h (fun _ => 0) <= rest h s by lra.
have := lse_lip_drive h (fun _ => 0) s; have := pos s; rewrite -norm_sq.
have -> : distance s (fun _ => 0) = norm s by apply: norm_ext => i; rewrite /vsub; ring.
have big : 2 * Rabs lambda <= eta * norm s.
  have -> : 2 * Rabs lambda = eta * (r - 1) by rewrite /r; field; lra.
  by apply: Rmult_le_compat_l; lra.
have := Rmult_le_compat_r _ _ _ (norm_ge0 s) big.
rewrite /rest dot_0_l; split_Rabs; lra.
Qed.

Lemma rest_step (h s v : vec n) t :
  rest h (fun i => s i + t * v i) - rest h s <=
  t * (dot v (mulmv A s) - lambda * dot (softmax beta (fun i => h i + lambda * s i)) v) +
  / 2 * t ^ 2 * dot v (mulmv A v).
Proof.
have := lse_tangent beta (fun i => h i + lambda * s i) (fun i => (t * lambda) * v i) dim_gt0 beta0.
rewrite dot_scal_r (_ : (fun i => h i + lambda * s i + t * lambda * v i) =
  (fun i => h i + lambda * (s i + t * v i))); last by apply: functional_extensionality => i; ring.
move=> h1; rewrite /rest.
have -> : dot (fun i => s i + t * v i) (mulmv A (fun i => s i + t * v i)) =
    dot s (mulmv A s) + 2 * t * dot v (mulmv A s) + t ^ 2 * dot v (mulmv A v).
  rewrite (dot_ext _ (fun i => s i + t * v i) _ (fun i => mulmv A s i + t * mulmv A v i)) //; last first.
    by move=> i; rewrite mulmv_plus mulmv_scal.
  rewrite dot_plus_l !dot_plus_r !dot_scal_l !dot_scal_r (dot_mulmv_sym A s v sym) (dot_sym (mulmv A s)); ring.
lra.
Qed.

Lemma minimum_critical (h y : vec n) : (forall s, rest h y <= rest h s) ->
  forall i, mulmv A y i = lambda * softmax beta (fun i => h i + lambda * y i) i.
Proof.
move=> min i; set P := softmax beta _.
have key t := Rle_trans _ _ _ (Rplus_le_compat_r (- rest h y) _ _ (min (fun k => y k + t * kdelta i k)))
  (rest_step h y (kdelta i) t).
set g := dot (kdelta i) (mulmv A y) - lambda * dot P (kdelta i) in key.
set c := dot (kdelta i) (mulmv A (kdelta i)) in key.
have c0 : 0 <= c by case: least => _ pos; have := pos (kdelta i); have := dot_ge0 (kdelta i); rewrite -/c; nra.
have g0 : g = 0.
  apply: NNPP => ne; have g2 : 0 < g ^ 2 by have := pow2_gt_0 g ne.
  have := key (- g / (c + 1)); rewrite Rplus_opp_r.
  have -> : - g / (c + 1) * g + / 2 * (- g / (c + 1)) ^ 2 * c = - (g ^ 2 * ((c + 2) / (2 * (c + 1) ^ 2))).
    by field; lra.
  have : 0 < (c + 2) / (2 * (c + 1) ^ 2).
    by apply: Rdiv_lt_0_compat; [lra | apply: Rmult_lt_0_compat; [lra | apply: pow_lt; lra]].
  by move=> a; have := Rmult_lt_0_compat _ _ g2 a; lra.
by move: g0; rewrite /g dot_kdelta_l dot_kdelta_r; lra.
Qed.

Lemma critical_fixed (h y : vec n) : (forall i, mulmv A y i = lambda * softmax beta (fun i => h i + lambda * y i) i) ->
  let p := softmax beta (fun i => h i + lambda * y i) in
  (forall i, y i = lambda * mulmv B p i) /\ driven beta lambda B h p = p.
Proof.
move=> cr p; have ey i : y i = lambda * mulmv B p i.
  rewrite -mulmv_scal -[y](inverse_l A B y iB); apply: mulmv_ext => j; exact: cr.
split=> //; rewrite /driven /p; apply: functional_extensionality => i; apply: softmax_ext => j.
by rewrite (ey j) -/p; ring.
Qed.

Lemma driven_exists (h : vec n) : exists p, driven beta lambda B h p = p.
Proof.
have [y min] := rest_minimum h.
by have [_ e] := critical_fixed h y (minimum_critical h y min); eexists; exact: e.
Qed.

(** ** Necessity *)

Lemma softcov_centre (p v : vec n) : sum p = 1 ->
  softcov p v v = sum (fun k => p k * (v k - dot p v) ^ 2).
Proof.
move=> s; set m := dot p v.
rewrite (sum_ext _ (fun k => p k * (v k * v k) - 2 * m * (p k * v k) + m ^ 2 * p k)); last by move=> k; ring.
by rewrite sum_plus sum_minus !sum_scal_l s -/(dot p v) /softcov -/m; ring.
Qed.

Lemma softcov_two (p v : vec n) k i j : is_interior p -> i <> j -> 0 <= k -> k <= p i -> k <= p j ->
  k / 2 * (v i - v j) ^ 2 <= softcov p v v.
Proof.
move=> [p0 s] ne k0 ki kj; rewrite softcov_centre //; set m := dot p v.
apply: (Rle_trans _ (k * (v i - m) ^ 2 + k * (v j - m) ^ 2)).
  have := pow2_ge_0 (v i + v j - 2 * m); nra.
rewrite (sum_split i) (sum_split j); case: eqP => [e|_]; first by case: ne.
have : 0 <= sum (fun l => if l == j then 0 else if l == i then 0 else p l * (v l - m) ^ 2).
  apply: sum_ge0 => l; case: eqP => _; first lra; case: eqP => _; first lra.
  by apply: Rmult_le_pos; [apply: Rlt_le | apply: pow2_ge_0].
have := Rmult_le_compat_r _ _ _ (pow2_ge_0 (v i - m)) ki.
have := Rmult_le_compat_r _ _ _ (pow2_ge_0 (v j - m)) kj.
lra.
Qed.

Lemma softmax_ln (p : vec n) : is_interior p -> softmax beta (fun i => ln (p i) / beta) = p.
Proof.
move=> [p0 s]; apply: functional_extensionality => i; rewrite /softmax.
have e j : exp (beta * (ln (p j) / beta)) = p j.
  by have -> : beta * (ln (p j) / beta) = ln (p j) by [field; lra]; apply: exp_ln.
by rewrite e (sum_ext _ p) // s; field.
Qed.

Lemma rest_derive (h s v : vec n) t :
  is_derive (fun x => rest h (fun i => s i + x * v i)) t
    (dot v (mulmv A (fun i => s i + t * v i)) -
     lambda * dot (softmax beta (fun i => h i + lambda * (s i + t * v i))) v).
Proof.
have dq : is_derive (fun x => / 2 * (dot s (mulmv A s) + 2 * x * dot v (mulmv A s) + x ^ 2 * dot v (mulmv A v))) t
    (dot v (mulmv A s) + t * dot v (mulmv A v)) by auto_derive => //; field.
have dl : is_derive (fun x => log_sum_exp beta (fun i => h i + lambda * (s i + x * v i))) t
    (dot (softmax beta (fun i => h i + lambda * (s i + t * v i))) (fun i => lambda * v i)).
  apply: (is_derive_lse_line beta (fun x i => h i + lambda * (s i + x * v i)) (fun i => lambda * v i) t dim_gt0) => [|j].
    lra.
  by auto_derive => //; ring.
rewrite dot_scal_r in dl; evar_last.
  apply: (is_derive_ext (fun x => / 2 * (dot s (mulmv A s) + 2 * x * dot v (mulmv A s) + x ^ 2 * dot v (mulmv A v)) -
    log_sum_exp beta (fun i => h i + lambda * (s i + x * v i)))); last exact: (is_derive_minus _ _ _ _ _ dq dl).
  move=> x; rewrite /rest; congr (/ 2 * _ - _).
  rewrite (dot_ext (fun i => s i + x * v i) (fun i => s i + x * v i) (mulmv A _) (fun i => mulmv A s i + x * mulmv A v i)) //; last first.
    by move=> i; rewrite mulmv_plus mulmv_scal.
  by rewrite dot_plus_l !dot_plus_r !dot_scal_l !dot_scal_r (dot_mulmv_sym A s v sym) (dot_sym (mulmv A s)); ring.
rewrite /minus /plus /opp /= (dot_ext v v (mulmv A (fun i => s i + t * v i)) (fun i => mulmv A s i + t * mulmv A v i)) //; last first.
  by move=> i; rewrite mulmv_plus mulmv_scal.
by rewrite dot_plus_r dot_scal_r; ring.
Qed.

Lemma slope_derive (h s v : vec n) :
  is_derive (fun t => dot v (mulmv A (fun i => s i + t * v i)) -
     lambda * dot (softmax beta (fun i => h i + lambda * (s i + t * v i))) v) 0
    (dot v (mulmv A v) - beta * lambda ^ 2 * softcov (softmax beta (fun i => h i + lambda * s i)) v v).
Proof.
have dr j : is_derive (fun t => h j + lambda * (s j + t * v j)) 0 (lambda * v j) by auto_derive => //; ring.
have ds i := is_derive_softmax_line beta (fun t i => h i + lambda * (s i + t * v i)) (fun i => lambda * v i) 0 i dr.
have e0 : (fun i => h i + lambda * (s i + 0 * v i)) = (fun i => h i + lambda * s i).
  by apply: functional_extensionality => i; ring.
rewrite e0 in ds; set p := softmax beta _ in ds *.
have dd := is_derive_dot (fun t => softmax beta (fun i => h i + lambda * (s i + t * v i))) (fun _ => v) 0 _ (fun _ => 0)
  ds (fun i => is_derive_const (v i) 0).
have dl : is_derive (fun t => dot v (mulmv A s) + t * dot v (mulmv A v)) 0 (dot v (mulmv A v)) by auto_derive => //; ring.
evar_last.
  apply: (is_derive_ext (fun t => dot v (mulmv A s) + t * dot v (mulmv A v) -
    lambda * dot (softmax beta (fun i => h i + lambda * (s i + t * v i))) v)); last first.
    apply: is_derive_minus; first exact: dl.
    by apply: is_derive_scal; exact: dd.
  move=> t; congr (_ - _).
  rewrite (dot_ext v v (mulmv A (fun i => s i + t * v i)) (fun i => mulmv A s i + t * mulmv A v i)) //; last first.
    by move=> i; rewrite mulmv_plus mulmv_scal.
  by rewrite dot_plus_r dot_scal_r.
rewrite dot_0_r Rplus_0_r /minus /plus /opp /=; congr (_ - _).
rewrite (dot_ext _ (fun i => beta * lambda * (p i * v i - dot p v * p i)) v v) //; last first.
  by move=> i; rewrite dot_scal_r; ring.
rewrite dot_scal_l dot_minus_l dot_scal_l /softcov (sum_ext (fun i => p i * (v i * v i)) (fun i => p i * v i * v i)).
  by rewrite -/(dot (fun i => p i * v i) v); ring.
by move=> i; ring.
Qed.

Lemma two_above i j : i <> j -> 1 < (beta * lambda ^ 2 * spread B i j) / 4 ->
  exists h p q, driven beta lambda B h p = p /\ driven beta lambda B h q = q /\ p <> q.
Proof.
move=> ne big; pose K := beta * lambda ^ 2 * spread B i j; have K4 : 4 < K by rewrite /K; lra.
have N0 := INR_gt0 dim_gt0; pose th := (1 - 4 / K) / 2.
have q0 : 0 < 4 / K < 1 by split; [apply: Rdiv_lt_0_compat; lra | apply/Rlt_div_l; lra].
have th0 : 0 < th < 1 by rewrite /th; lra.
pose p : vec n := fun k => (1 - th) / 2 * (kdelta i k + kdelta j k) + th / INR n.
have tn : 0 < th / INR n by apply: Rdiv_lt_0_compat; lra.
have kd a k : 0 <= kdelta (n := n) a k by rewrite /kdelta; case: (a == k); lra.
have ip : is_interior p.
  split=> [k|].
    have : 0 <= (1 - th) / 2 * (kdelta i k + kdelta j k).
      by apply: Rmult_le_pos; [lra | have := kd i k; have := kd j k; lra].
    by rewrite /p; lra.
  by rewrite /p sum_plus sum_scal_l sum_plus !sum_kdelta sum_const; field; lra.
have pi : (1 - th) / 2 <= p i by rewrite /p kdelta_refl kdelta_neq; [lra | move=> e; apply: ne].
have pj : (1 - th) / 2 <= p j by rewrite /p kdelta_refl kdelta_neq //; lra.
pose h : vec n := fun k => ln (p k) / beta - lambda ^ 2 * mulmv B p k.
pose s : vec n := fun k => lambda * mulmv B p k.
have es : softmax beta (fun k => h k + lambda * s k) = p.
  rewrite -[RHS](softmax_ln p ip); congr (softmax beta _); apply: functional_extensionality => k.
  by rewrite /h /s; ring.
have fp : driven beta lambda B h p = p.
  rewrite -{2}es /driven; congr (softmax beta _); apply: functional_extensionality => k; rewrite /s; ring.
pose v := mulmv B (pair i j).
have vAv : dot v (mulmv A v) = spread B i j by rewrite /v -quadratic_inverse quadratic_pair.
have vd : v i - v j = spread B i j by rewrite -quadratic_pair dot_pair.
pose slope t := dot v (mulmv A (fun k => s k + t * v k)) -
   lambda * dot (softmax beta (fun k => h k + lambda * (s k + t * v k))) v.
have slope0 : slope 0 = 0.
  rewrite /slope (_ : (fun k => s k + 0 * v k) = s); last by apply: functional_extensionality => k; ring.
  rewrite (_ : (fun k => h k + lambda * (s k + 0 * v k)) = (fun k => h k + lambda * s k)); last first.
    by apply: functional_extensionality => k; ring.
  rewrite es (dot_ext v v (mulmv A s) (fun k => lambda * p k)) //; first by rewrite dot_scal_r (dot_sym v); ring.
  by move=> k; rewrite /s mulmv_scal (inverse_r A B p iB).
have [sl slneg] : exists l, is_derive slope 0 l /\ l < 0.
  eexists; split; first exact: (slope_derive h s v).
  rewrite es vAv; have := softcov_two p v ((1 - th) / 2) i j ip ne ltac:(lra) pi pj; rewrite vd.
  have sp0 : 0 < spread B i j.
    apply: Rnot_le_lt => l; have : beta * lambda ^ 2 * spread B i j <= 0; last by rewrite -/K; lra.
    by have : 0 <= beta * lambda ^ 2 by [apply: Rmult_le_pos; [lra | apply: pow2_ge_0]]; nra.
  move=> c; have k0 : 0 <= beta * lambda ^ 2 by apply: Rmult_le_pos; [lra | apply: pow2_ge_0].
  have := Rmult_le_compat_l _ _ _ k0 c.
  have -> : beta * lambda ^ 2 * ((1 - th) / 2 / 2 * spread B i j ^ 2) = (1 - th) / 4 * K * spread B i j.
    by rewrite /K; field.
  have : 1 < (1 - th) / 4 * K.
    have -> : (1 - th) / 4 * K = (K + 4) / 8 by rewrite /th; field; lra.
    lra.
  by move=> a b; have := Rmult_lt_compat_r _ _ _ sp0 a; lra.
have [dsl l0] := slneg.
have [del hdel] : exists del : posreal, forall t, 0 < t < del -> slope t < 0.
  move/is_derive_Reals: dsl => dsl.
  have [del hd] := dsl (- sl / 2) ltac:(lra); exists del => t [t0 td].
  have := hd t ltac:(lra) ltac:(rewrite Rabs_pos_eq; lra); rewrite Rplus_0_l slope0 Rminus_0_r => a.
  have b : slope t / t < 0 by move: a; split_Rabs; lra.
  apply: Rnot_le_lt => c; have : 0 <= slope t / t; last lra.
  exact: Rdiv_le_0_compat.
have d0 := cond_pos del.
pose f t := rest h (fun k => s k + t * v k).
have drop a b : 0 <= a -> a < b -> b < del -> exists c, a <= c <= b /\ f b - f a = slope c * (b - a).
  move=> a0 ab bd; have := MVT_gen f a b slope; rewrite Rmin_left ?Rmax_right; try lra; apply.
  - by move=> t _; apply: rest_derive.
  - by move=> t _; apply/continuity_pt_filterlim; apply: ex_derive_continuous; eexists; apply: rest_derive.
have [c [hc e]] := drop 0 (del / 4) ltac:(lra) ltac:(lra) ltac:(lra).
have [c' [hc' e']] := drop (del / 4) (del / 2) ltac:(lra) ltac:(lra) ltac:(lra).
have le : slope c <= 0.
  case: (Req_dec c 0) => [->|cn]; first by rewrite slope0; lra.
  by apply: Rlt_le; apply: hdel; lra.
have lt := hdel c' ltac:(lra).
have below : f (del / 2) < f 0.
  have : slope c * (del / 4 - 0) <= 0 by nra.
  have : slope c' * (del / 2 - del / 4) < 0 by nra.
  lra.
have [y min] := rest_minimum h; have cr := minimum_critical h y min.
have [ey fq] := critical_fixed h y cr; set q := softmax beta (fun k => h k + lambda * y k) in ey fq.
exists h, p, q; split=> //; split=> // epq.
have ys : y = s by apply: functional_extensionality => k; rewrite ey -epq.
have f0 : f 0 = rest h s by rewrite /f; congr rest; apply: functional_extensionality => k; ring.
by have := min (fun k => s k + del / 2 * v k); rewrite ys -/(f (del / 2)) -f0; lra.
Qed.

Lemma threshold :
  (forall h, exists p, driven beta lambda B h p = p /\ forall q, driven beta lambda B h q = q -> q = p) <->
  (forall i j, i <> j -> (beta * lambda ^ 2 * spread B i j) / 4 <= 1).
Proof.
split=> [uniq i j ne|cond h].
  apply: Rnot_lt_le => big; have [h [p [q [ep [eq dif]]]]] := two_above i j ne big.
  by have [r [_ u]] := uniq h; apply: dif; rewrite (u p ep) (u q eq).
have [p ep] := driven_exists h; exists p; split=> // q eq; exact: (unique_below h p q cond ep eq).
Qed.

(** ** The three conditions side by side *)

Lemma spread_projected c i j : i <> j -> (forall v : vec n, sum v = 0 -> dot v (mulmv B v) <= c * dot v v) ->
  spread B i j <= 2 * c.
Proof.
move=> ne h; have s0 : sum (pair i j) = 0 by rewrite /pair sum_minus !sum_kdelta; ring.
have := h _ s0; rewrite quadratic_pair dot_pair /pair !kdelta_refl (kdelta_neq j i) ?(kdelta_neq i j) //; first lra.
by move=> e; apply: ne.
Qed.

Lemma projected_norm v : dot v (mulmv B v) <= / eta * dot v v.
Proof.
case: least => _ pos; apply: Rle_trans (dot_le_norm _ _) _.
have h := inverse_norm_le A eta eta0 pos B v iB; rewrite -norm_sq.
have := Rmult_le_compat_l _ _ _ (norm_ge0 v) h; rewrite /Rdiv; lra.
Qed.
End Threshold.
