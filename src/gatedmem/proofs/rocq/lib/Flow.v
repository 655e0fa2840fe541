(** Existence and uniqueness of solutions of y' = v(y) for all t >= 0, without any axiom of choice:
    Lipschitz extension (McShane), Picard's iteration with pointwise limits, and a continuation
    argument that keeps the solution in a compact set. *)

From Coq Require Import Reals Lra Lia Classical FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis.
From Gatedmem Require Import lib.Sums lib.Gronwall lib.Banach lib.Compact.

Open Scope R_scope.

(** ** Lipschitz extension of one function *)

Lemma glb_finite (E : R -> Prop) b x0 : E x0 -> (forall x, E x -> b <= x) ->
  (forall x, E x -> real (Glb_Rbar E) <= x) /\
  (forall c, (forall x, E x -> c <= x) -> c <= real (Glb_Rbar E)).
Proof.
move=> Ex0 hb; have [lo gr] := Glb_Rbar_correct E.
have f : is_finite (Glb_Rbar E).
  have := lo x0 Ex0; have : Rbar_le b (Glb_Rbar E) by apply: gr => x /hb.
  by case: (Glb_Rbar E).
rewrite -f in lo gr; split=> [x /lo //|c hc]; exact: (gr c).
Qed.

Section McShane.
Context {n : nat} (U : vec n -> Prop) (g : vec n -> R) (L : R) (u0 : vec n).
Hypothesis (Uu0 : U u0) (L0 : 0 <= L).
Hypothesis lip : forall a b, U a -> U b -> Rabs (g a - g b) <= L * distance a b.

Let values (x : vec n) (r : R) : Prop := exists u, U u /\ r = g u + L * distance x u.
Definition extend (x : vec n) : R := real (Glb_Rbar (values x)).

Lemma extend_spec x : (forall u, U u -> extend x <= g u + L * distance x u) /\
  (forall c, (forall u, U u -> c <= g u + L * distance x u) -> c <= extend x).
Proof.
have [||lo gr] := glb_finite (values x) (g u0 - L * distance x u0) (g u0 + L * distance x u0).
- by exists u0.
- move=> r [u [Uu ->]]; have := lip u0 u Uu0 Uu; have := Rle_abs (g u0 - g u).
  have := Rmult_le_compat_l L _ _ L0 (distance_triangle u0 x u); rewrite (distance_sym u0 x); lra.
split=> [u Uu|c h]; first by apply: lo; exists u.
by apply: gr => r [u [Uu ->]]; apply: h.
Qed.

Lemma extend_on x : U x -> extend x = g x.
Proof.
move=> Ux; have [lo gr] := extend_spec x; apply: Rle_antisym.
  by have := lo x Ux; rewrite distance_self; lra.
by apply: gr => u Uu; have := lip x u Ux Uu; have := Rle_abs (g x - g u); lra.
Qed.

Lemma extend_lip x y : Rabs (extend x - extend y) <= L * distance x y.
Proof.
have le a b : extend a <= extend b + L * distance a b.
  have [lo _] := extend_spec a; have [_ gr] := extend_spec b.
  suff : extend a - L * distance a b <= extend b by lra.
  apply: gr => u Uu; have := lo u Uu.
  by have := Rmult_le_compat_l L _ _ L0 (distance_triangle a b u); lra.
by have := le x y; have := le y x; rewrite (distance_sym y x); split_Rabs; lra.
Qed.
End McShane.

(** ** Vector fields, Lipschitz in the largest coordinate *)

Definition sup_lipschitz {n} (K : R) (v : vec n -> vec n) : Prop :=
  forall a b e, (forall j, Rabs (a j - b j) <= e) -> forall i, Rabs (v a i - v b i) <= K * e.

Lemma distance_le_coord {n} (a b : vec n) e :
  0 <= e -> (forall j, Rabs (a j - b j) <= e) -> distance a b <= (INR n + 1) * e.
Proof.
move=> e0 h; have n0 := pos_INR n; apply: norm_le_sq; first by apply: Rmult_le_pos; lra.
apply: (Rle_trans _ (sum (fun _ : 'I_n => e ^ 2))).
  apply: sum_le => i; rewrite -Rsqr_pow2 -/(Rsqr (vsub a b i)); apply: Rsqr_le_abs_1.
  by rewrite (Rabs_pos_eq e) //; apply: h.
rewrite sum_const Rpow_mult_distr; apply: Rmult_le_compat_r; first exact: pow2_ge_0.
nra.
Qed.

Lemma lipschitz_extension {n} (U : vec n -> Prop) (v : vec n -> vec n) L :
  (exists u, U u) -> lipschitz_on L U v ->
  exists w K, 0 < K /\ sup_lipschitz K w /\ forall x, U x -> w x = v x.
Proof.
move=> [u0 Uu0] lip; have n0 := pos_INR n; have L0 := Rabs_pos L.
have lipi i a b : U a -> U b -> Rabs (v a i - v b i) <= Rabs L * distance a b.
  move=> Ua Ub; apply: Rle_trans (Rabs_coord_le_distance _ _ _) _.
  apply: Rle_trans (lip a b Ua Ub) _; apply: Rmult_le_compat_r; first exact: distance_ge0.
  exact: Rle_abs.
pose w x i := extend U (fun u => v u i) (Rabs L) x.
exists w, (Rabs L * (INR n + 1) + 1); split; last split.
- by have : 0 <= Rabs L * (INR n + 1) by [apply: Rmult_le_pos; lra]; lra.
- move=> a b e h i; have e0 : 0 <= e by apply: Rle_trans (Rabs_pos _) (h i).
  apply: Rle_trans (extend_lip U (fun u => v u i) (Rabs L) u0 Uu0 L0 (lipi i) a b) _.
  have := Rmult_le_compat_l _ _ _ L0 (distance_le_coord a b e e0 h); lra.
- move=> x Ux; apply: functional_extensionality => i.
  exact: (extend_on U (fun u => v u i) (Rabs L) u0 Uu0 L0 (lipi i)).
Qed.

(** ** Continuity of v along a curve *)

Lemma continuous_eps (f : R -> R) t : continuous f t <->
  forall e, 0 < e -> exists d, 0 < d /\ forall s, Rabs (s - t) < d -> Rabs (f s - f t) < e.
Proof.
split=> [cf e e0|h P [e he]].
- have [d hd] := cf (ball (f t) (mkposreal e e0)) (locally_ball _ _).
  by exists d; split=> [|s hs]; [apply: cond_pos | apply: hd].
- have [d [d0 hd]] := h e (cond_pos e).
  by exists (mkposreal d d0) => s hs; apply: he; apply: hd.
Qed.

(** Finitely many coordinates are continuous at once. *)
Lemma uniform_eps {n} (z : R -> vec n) t e : (forall i, continuous (fun s => z s i) t) -> 0 < e ->
  exists d, 0 < d /\ forall s, Rabs (s - t) < d -> forall i, Rabs (z s i - z t i) < e.
Proof.
move=> cz e0; elim: n z cz => [|n IH] z cz.
  by exists 1; split=> [|s _ []//]; lra.
have [d [d0 h]] := IH (fun s i => z s (lift ord0 i)) (fun i => cz _).
have [d' [d0' h']] := proj1 (continuous_eps (fun s => z s ord0) t) (cz ord0) e e0.
exists (Rmin d d'); split; first exact: Rmin_glb_lt.
move=> s hs i; have := Rmin_l d d'; have := Rmin_r d d' => m m'.
by case: (unliftP ord0 i) => [j|] ->; [apply: h; lra | apply: h'; lra].
Qed.

Lemma continuous_field {n} K (v : vec n -> vec n) (z : R -> vec n) t i :
  0 < K -> sup_lipschitz K v -> (forall i, continuous (fun s => z s i) t) ->
  continuous (fun s => v (z s) i) t.
Proof.
move=> K0 lip cz; apply/continuous_eps => e e0.
have k0 : 0 < e / (2 * K) by apply: Rdiv_lt_0_compat; lra.
have [d [d0 h]] := uniform_eps z t _ cz k0; exists d; split=> // s hs.
have := lip (z s) (z t) _ (fun j => Rlt_le _ _ (h s hs j)) i.
have -> : K * (e / (2 * K)) = e / 2 by field; lra.
lra.
Qed.

(** A bound on the derivative bounds the change. *)
Lemma change_le (f df g dg : R -> R) T : 0 <= T ->
  (forall t, continuous f t) -> (forall t, continuous g t) ->
  (forall t, 0 < t < T -> is_derive f t (df t)) -> (forall t, 0 < t < T -> is_derive g t (dg t)) ->
  (forall t, 0 < t < T -> Rabs (df t) <= dg t) -> Rabs (f T - f 0) <= g T - g 0.
Proof.
move=> T0 cf cg hf hg h.
have a : f T - g T <= f 0 - g 0.
  apply: (not_rising (fun t => f t - g t) (fun t => df t - dg t)) => //.
  - by move=> t ht; apply: is_derive_minus; [apply: hf | apply: hg].
  - by move=> t; apply: continuous_minus.
  - by move=> t ht; have := h t ht; have := Rle_abs (df t); lra.
have b : - f T - g T <= - f 0 - g 0.
  apply: (not_rising (fun t => - f t - g t) (fun t => - df t - dg t)) => //.
  - by move=> t ht; apply: is_derive_minus; [apply: is_derive_opp; apply: hf | apply: hg].
  - by move=> t; apply: continuous_minus => //; apply: continuous_opp.
  - by move=> t ht; have := h t ht; have := Rle_abs (- df t); rewrite Rabs_Ropp; lra.
by split_Rabs; lra.
Qed.

(** ** Picard's iteration for a globally Lipschitz field *)

Section Picard.
Context {n : nat} (v : vec n -> vec n) (K : R) (y0 : vec n).
Hypothesis (K0 : 0 < K) (lip : sup_lipschitz K v).

Definition integral_curve (z : R -> vec n) (t : R) : vec n :=
  fun i => y0 i + RInt (fun s => v (z (Rmax 0 s)) i) 0 t.
Definition picard (k : nat) : R -> vec n := iter k integral_curve (fun _ => y0).

Lemma continuous_Rmax (f : R -> R) t : (forall s, 0 <= s -> continuous f s) -> continuous (fun s => f (Rmax 0 s)) t.
Proof.
move=> cf; apply/continuous_eps => e e0.
have [d [d0 h]] := proj1 (continuous_eps f (Rmax 0 t)) (cf _ (Rmax_l 0 t)) e e0.
exists d; split=> // s hs; apply: h; apply: Rle_lt_trans hs.
by rewrite /Rmax; do 2 case: Rle_dec => ? //; split_Rabs; lra.
Qed.

Lemma continuous_integrand z i : (forall t, 0 <= t -> forall i, continuous (fun s => z s i) t) ->
  forall t, continuous (fun s => v (z (Rmax 0 s)) i) t.
Proof.
move=> cz t; apply: (continuous_field K v (fun s => z (Rmax 0 s))) => // j.
by apply: (continuous_Rmax (fun s => z s j)) => s hs; apply: cz.
Qed.

Lemma integral_derive z : (forall t, 0 <= t -> forall i, continuous (fun s => z s i) t) ->
  forall t i, is_derive (fun s => integral_curve z s i) t (v (z (Rmax 0 t)) i).
Proof.
move=> cz t i; rewrite /integral_curve -[v _ _]Rplus_0_l.
apply: (is_derive_plus (fun _ => y0 i)); first exact: is_derive_const.
exact: (is_derive_RInt_all _ 0 t (continuous_integrand z i cz)).
Qed.

Lemma integral_continuous z : (forall t, 0 <= t -> forall i, continuous (fun s => z s i) t) ->
  forall t i, continuous (fun s => integral_curve z s i) t.
Proof. by move=> cz t i; apply: ex_derive_continuous; eexists; apply: integral_derive. Qed.

Lemma picard_continuous k t i : continuous (fun s => picard k s i) t.
Proof.
elim: k t i => [|k IH] t i; first exact: continuous_const.
by apply: integral_continuous => s _ j; apply: IH.
Qed.

Lemma integral_0 z i : integral_curve z 0 i = y0 i.
Proof. by rewrite /integral_curve RInt_point /zero /= Rplus_0_r. Qed.

Let C := norm (v y0) / (2 * K).
Let size (k : nat) (t : R) : R := C * (/ 2) ^ k * exp (2 * K * t).

Lemma C_ge0 : 0 <= C.
Proof. by apply: Rdiv_le_0_compat; [apply: norm_ge0 | lra]. Qed.

Lemma is_derive_exp2 c t : is_derive (fun s => c * exp (2 * K * s)) t (2 * K * (c * exp (2 * K * t))).
Proof. by auto_derive => //; ring. Qed.

Lemma continuous_exp2 c t : continuous (fun s => c * exp (2 * K * s)) t.
Proof. by apply: ex_derive_continuous; eexists; apply: is_derive_exp2. Qed.

Lemma picard_step k t i : 0 <= t -> Rabs (picard k.+1 t i - picard k t i) <= size k t.
Proof.
have pw j : 0 <= (/ 2) ^ j by apply: pow_le; lra.
elim: k t i => [|k IH] t i t0.
- have := change_le (fun s => picard 1 s i) (fun _ => v y0 i) (fun s => C * exp (2 * K * s))
    (fun s => 2 * K * (C * exp (2 * K * s))) t t0 (fun s => picard_continuous 1 s i) (continuous_exp2 C).
  have p0 : picard 1 0 i = y0 i := integral_0 _ i.
  rewrite p0 Rmult_0_r exp_0 => h; rewrite /size /= .
  have {h} : Rabs (picard 1 t i - y0 i) <= C * exp (2 * K * t) - C * 1.
    apply: h.
    + by move=> s _; apply: (integral_derive (fun _ => y0)) => u _ j; apply: continuous_const.
    + by move=> s _; apply: is_derive_exp2.
    + move=> s hs; apply: Rle_trans (Rabs_coord_le_norm _ _) _.
      have -> : 2 * K * (C * exp (2 * K * s)) = norm (v y0) * exp (2 * K * s) by rewrite /C; field; lra.
      have := exp_ineq1_le (2 * K * s); have : 0 <= 2 * K * s by apply: Rmult_le_pos; lra.
      by have := norm_ge0 (v y0); nra.
  by have := C_ge0; rewrite /=; lra.
- pose c := C * (/ 2) ^ k.+1; have c0 : 0 <= c by apply: Rmult_le_pos; [apply: C_ge0 | apply: pw].
  have := change_le (fun s => picard k.+2 s i - picard k.+1 s i)
    (fun s => v (picard k.+1 (Rmax 0 s)) i - v (picard k (Rmax 0 s)) i)
    (fun s => c * exp (2 * K * s)) (fun s => 2 * K * (c * exp (2 * K * s))) t t0.
  have -> : picard k.+2 0 i = y0 i := integral_0 _ i.
  have -> : picard k.+1 0 i = y0 i := integral_0 _ i.
  rewrite Rmult_0_r exp_0 => h.
  have {h} : Rabs (picard k.+2 t i - picard k.+1 t i - (y0 i - y0 i)) <= c * exp (2 * K * t) - c * 1.
    apply: h.
    + by move=> s; apply: (continuous_minus (fun s => picard k.+2 s i)); apply: picard_continuous.
    + exact: continuous_exp2.
    + by move=> s hs; apply: is_derive_minus; [apply: (integral_derive (picard k.+1)) |
        apply: (integral_derive (picard k))] => u _ j; apply: picard_continuous.
    + by move=> s _; apply: is_derive_exp2.
    + move=> s hs; rewrite Rmax_right; last lra.
      have := lip _ _ _ (fun j => IH s j (Rlt_le _ _ (proj1 hs))) i; rewrite /size /c /=; lra.
  by rewrite Rminus_eq_0 Rminus_0_r /size -/c; lra.
Qed.

Lemma picard_tail k j t i : 0 <= t -> Rabs (picard (j + k) t i - picard k t i) <= 2 * size k t.
Proof.
move=> t0; have s0 : 0 <= size k t.
  apply: Rmult_le_pos; last exact: Rlt_le (exp_pos _).
  by apply: Rmult_le_pos; [apply: C_ge0 | apply: pow_le; lra].
suff : Rabs (picard (j + k) t i - picard k t i) <= 2 * size k t * (1 - (/ 2) ^ j).
  have : 0 <= (/ 2) ^ j by apply: pow_le; lra.
  nra.
elim: j => [|j IH]; first by rewrite add0n Rminus_eq_0 Rabs_R0 /=; lra.
have := picard_step (j + k) t i t0; rewrite -addSn.
have -> : size (j + k) t = size k t * (/ 2) ^ j by rewrite /size pow_add; ring.
by rewrite /= => h; split_Rabs; lra.
Qed.

Lemma half_pow_small e : 0 < e -> exists k, (/ 2) ^ k < e.
Proof. by move=> e0; apply: pow_small => //; lra. Qed.

Lemma size_small t e : 0 < e -> exists k, 2 * size k t < e.
Proof.
move=> e0; have x0 := exp_pos (2 * K * t); have c0 := C_ge0.
have k0 : 0 < 2 * (C + 1) * exp (2 * K * t) by apply: Rmult_lt_0_compat; lra.
have [k hk] := half_pow_small (e / (2 * (C + 1) * exp (2 * K * t))) (Rdiv_lt_0_compat _ _ e0 k0).
exists k; have p0 : 0 < (/ 2) ^ k by apply: pow_lt; lra.
apply: (Rle_lt_trans _ ((/ 2) ^ k * (2 * (C + 1) * exp (2 * K * t)))).
  rewrite /size; have : 0 <= (/ 2) ^ k * exp (2 * K * t) by apply: Rmult_le_pos; lra.
  nra.
have := Rmult_lt_compat_r _ _ _ k0 hk; set D := 2 * (C + 1) * _ in k0 *.
by have -> : e / D * D = e by [field; lra].
Qed.

Definition limit_curve (t : R) : vec n := fun i => real (Lim_seq (fun k => picard k t i)).

Lemma picard_lim t i : 0 <= t -> is_lim_seq (fun k => picard k t i) (limit_curve t i).
Proof.
move=> t0; apply: Lim_seq_correct'; apply/ex_lim_seq_cauchy_corr => e.
have [k hk] := size_small t (e / 2) ltac:(have := cond_pos e; lra).
have near' j : (k <= j)%coq_nat -> Rabs (picard j t i - picard k t i) < e / 2.
  move=> hj; apply: Rle_lt_trans hk; rewrite -(Nat.sub_add k j) //.
  exact: (picard_tail k (j - k)%coq_nat).
by exists k => a b ha hb; have := near' a ha; have := near' b hb; split_Rabs; lra.
Qed.

Lemma picard_near k t i : 0 <= t -> Rabs (picard k t i - limit_curve t i) <= 2 * size k t.
Proof.
move=> t0.
have l : is_lim_seq (fun j => Rabs (picard (j + k)%coq_nat t i - picard k t i))
                    (Rabs (limit_curve t i - picard k t i)).
  apply: (is_lim_seq_abs _ (limit_curve t i - picard k t i)).
  apply: is_lim_seq_minus'; last exact: is_lim_seq_const.
  by apply/(is_lim_seq_incr_n (fun j => picard j t i)); apply: picard_lim.
rewrite Rabs_minus_sym.
have := is_lim_seq_le _ (fun _ => 2 * size k t) _ (2 * size k t) _ l (is_lim_seq_const _).
by apply => j; apply: picard_tail.
Qed.

Lemma size_mono k s t : s <= t -> size k s <= size k t.
Proof.
move=> st; apply: Rmult_le_compat_l.
  by apply: Rmult_le_pos; [apply: C_ge0 | apply: pow_le; lra].
have : 2 * K * s <= 2 * K * t by apply: Rmult_le_compat_l; lra.
by case=> [h|->]; [left; apply: exp_increasing | right].
Qed.

(** The limit on [0, oo), held at its start for t < 0, is continuous. *)
Definition held (t : R) : vec n := limit_curve (Rmax 0 t).

Lemma held_continuous t i : continuous (fun s => held s i) t.
Proof.
apply/continuous_eps => e e0.
have [k hk] := size_small (Rmax 0 t + 1) (e / 3) ltac:(lra).
have ck := continuous_Rmax (fun s => picard k s i) t (fun s _ => picard_continuous k s i).
have [d [d0 h]] := proj1 (continuous_eps _ t) ck (e / 3) ltac:(lra).
exists (Rmin d 1); split; first by apply: Rmin_glb_lt => //; lra.
move=> s hs; have m1 := Rmin_l d 1; have m2 := Rmin_r d 1.
have := h s ltac:(lra).
have := picard_near k (Rmax 0 s) i (Rmax_l 0 s); have := picard_near k (Rmax 0 t) i (Rmax_l 0 t).
have : size k (Rmax 0 s) <= size k (Rmax 0 t + 1).
  apply: size_mono; move: hs; rewrite /Rmax; do 2 case: Rle_dec; split_Rabs; lra.
have : size k (Rmax 0 t) <= size k (Rmax 0 t + 1) by apply: size_mono; lra.
rewrite /held; split_Rabs; lra.
Qed.

Definition solution_curve : R -> vec n := integral_curve held.

Lemma solution_eq t : 0 <= t -> solution_curve t = limit_curve t.
Proof.
move=> t0; apply: functional_extensionality => i.
have ch s : 0 <= s -> forall i, continuous (fun s => held s i) s by move=> _ j; apply: held_continuous.
have b k : Rabs (picard k.+1 t i - solution_curve t i) <= K * (2 * size k t) * t.
  have := change_le (fun s => picard k.+1 s i - solution_curve s i)
    (fun s => v (picard k (Rmax 0 s)) i - v (held (Rmax 0 s)) i)
    (fun s => K * (2 * size k t) * s) (fun _ => K * (2 * size k t)) t t0.
  have -> : picard k.+1 0 i = y0 i := integral_0 _ i.
  have -> : solution_curve 0 i = y0 i := integral_0 _ i.
  rewrite Rmult_0_r Rminus_eq_0 !Rminus_0_r; apply.
  - move=> s; apply: (continuous_minus (fun s => picard k.+1 s i)); first exact: picard_continuous.
    exact: integral_continuous.
  - move=> s; apply: (continuous_scal_r (K * (2 * size k t)) (fun s => s)); exact: continuous_id.
  - move=> s hs; apply: is_derive_minus; last exact: integral_derive.
    by apply: (integral_derive (picard k)) => u _ j; apply: picard_continuous.
  - by move=> s hs; auto_derive => //; ring.
  - move=> s hs; rewrite /held !Rmax_right; try lra.
    apply: lip => j; apply: Rle_trans (picard_near k s j _) _; first lra.
    by apply: Rmult_le_compat_l; [lra | apply: size_mono; lra].
apply: NNPP => ne; have p : 0 < Rabs (solution_curve t i - limit_curve t i).
  by apply: Rabs_pos_lt => z; apply: ne; lra.
set e := Rabs _ in p.
have q0 : 0 < K * t + 1 by have : 0 <= K * t by [apply: Rmult_le_pos; lra]; lra.
have [k hk] := size_small t (e / (K * t + 1)) (Rdiv_lt_0_compat _ _ p q0).
have h1 := b k; have h2 := picard_near k.+1 t i t0.
have h3 : size k.+1 t <= size k t.
  rewrite /size /=; have : 0 <= C * (/ 2) ^ k * exp (2 * K * t).
    apply: Rmult_le_pos; last exact: Rlt_le (exp_pos _).
    by apply: Rmult_le_pos; [apply: C_ge0 | apply: pow_le; lra].
  lra.
have : e <= (K * t + 1) * (2 * size k t).
  by rewrite /e; move: h1 h2; split_Rabs; lra.
have := Rmult_lt_compat_l _ _ _ q0 hk.
have -> : (K * t + 1) * (e / (K * t + 1)) = e by field; lra.
lra.
Qed.

Lemma picard_solution : solution_curve 0 = y0 /\ orbit v solution_curve.
Proof.
split; first by apply: functional_extensionality => i; apply: integral_0.
move=> t t0 i; have := integral_derive held (fun s _ j => held_continuous s j) t i.
by rewrite /held Rmax_right; [rewrite Rmax_right // solution_eq | exact: Rmax_l].
Qed.
End Picard.

(** ** Staying in a compact set *)

Lemma curve_eps {n} (y : R -> vec n) lo hi t e : curve_continuous lo hi y -> lo <= t <= hi -> 0 < e ->
  exists d, 0 < d /\ forall s, lo <= s <= hi -> Rabs (s - t) < d -> distance (y s) (y t) < e.
Proof.
move=> cy ht e0; have h : lo <= hi by lra.
have [|d [d0 hd]] := uniform_eps (fun s => y (clip lo hi s)) t (e / (INR n + 1))
  (fun i => continuous_clamp lo hi (fun s => y s i) h (cy i) t).
  by apply: Rdiv_lt_0_compat => //; have := pos_INR n; lra.
exists d; split=> // s hs st; apply: distance_lt => // i.
by have := hd s st i; rewrite !clip_id.
Qed.

Lemma stays {n} (C : vec n -> Prop) rho (y : R -> vec n) T :
  compact_set C -> 0 < rho -> curve_continuous 0 T y -> C (y 0) ->
  (forall S, 0 < S <= T -> (forall t, 0 < t < S -> near rho C (y t)) -> forall t, 0 <= t <= S -> C (y t)) ->
  forall t, 0 <= t <= T -> C (y t).
Proof.
move=> [cl _] r0 cy C0 step.
move=> t0 ht0; have T0 : 0 <= T by lra.
pose E S := 0 <= S <= T /\ forall t, 0 <= t <= S -> C (y t).
have E0 : E 0 by split; [lra | move=> t ht; have -> : t = 0 by lra].
have [||a [ub lb]] := completeness E.
- by exists T => S [hS _]; lra.
- by exists 0.
have a0 : 0 <= a by apply: ub.
have aT : a <= T by apply: lb => S [hS _]; lra.
have close e : 0 < e -> exists S, E S /\ a - e < S.
  move=> e0; apply: NNPP => no; have : a <= a - e; last lra.
  by apply: lb => S hS; apply: Rnot_lt_le => l; apply: no; exists S.
have before t : 0 <= t < a -> C (y t).
  by move=> ht; have [S [[hS hC] l]] := close (a - t) ltac:(lra); apply: hC; lra.
have Ca : C (y a).
  apply: cl => e e0; have [d [d0 hd]] := curve_eps y 0 T a e cy (conj a0 aT) e0.
  have [S [[hS hC] l]] := close d d0; have Sa : S <= a by apply: ub.
  exists (y S); split; first by apply: hC; lra.
  by apply: hd => //; split_Rabs; lra.
have upto t : 0 <= t <= a -> C (y t).
  by move=> ht; case: (Req_dec t a) => [->|ne] //; apply: before; lra.
case: (Rle_lt_dec T a) => [Ta|lt]; first by apply: upto; lra.
exfalso; have [d [d0 hd]] := curve_eps y 0 T a rho cy (conj a0 aT) r0.
pose S := Rmin T (a + d / 2); have s1 := Rmin_l T (a + d / 2); have s2 := Rmin_r T (a + d / 2).
have Sa : a < S by apply: Rmin_glb_lt; lra.
have : E S.
  split; first by rewrite -/S in s1; lra.
  apply: step; first by rewrite -/S in s1; lra.
  move=> t ht; rewrite -/S in s1 s2.
  case: (Rle_lt_dec t a) => ta; first by exists (y t); split; [apply: upto; lra | rewrite distance_self].
  by exists (y a); split=> //; apply: hd; [lra | rewrite Rabs_pos_eq; lra].
by move/ub; lra.
Qed.

Lemma orbit_continuous {n} (v : vec n -> vec n) y T : orbit v y -> curve_continuous 0 T y.
Proof.
move=> h i; apply: continuous_on_forall => t [t0 _].
by apply: ex_derive_continuous; eexists; apply: h.
Qed.

(** ** Existence and uniqueness *)

Section Existence.
Context {n : nat} (C : vec n -> Prop) (rho L : R) (v : vec n -> vec n).
Hypothesis (cC : compact_set C) (r0 : 0 < rho) (lip : lipschitz_on L (near rho C) v).
Hypothesis conf : confined C rho v.

Lemma curve_continuous_sub (y : R -> vec n) T S : S <= T -> curve_continuous 0 T y -> curve_continuous 0 S y.
Proof. by move=> ST cy i; apply: continuous_on_sub (cy i). Qed.

Lemma in_near x : C x -> near rho C x.
Proof. by move=> Cx; exists x; rewrite distance_self. Qed.

Lemma solution_stays z T : curve_continuous 0 T z -> C (z 0) ->
  (forall t, 0 < t < T -> near rho C (z t) -> curve_derive z t (v (z t))) ->
  forall t, 0 <= t <= T -> C (z t).
Proof.
move=> cz z0 hz; apply: (stays C rho) => // S hS hn.
apply: (conf z S) => //; first lra.
  by apply: curve_continuous_sub cz; lra.
by move=> t ht; split; [apply: hn | apply: hz; [lra | apply: hn]].
Qed.

Lemma flow_unique y z T : curve_continuous 0 T y -> curve_continuous 0 T z ->
  C (y 0) -> z 0 = y 0 ->
  (forall t, 0 < t < T -> curve_derive y t (v (y t))) ->
  (forall t, 0 < t < T -> curve_derive z t (v (z t))) ->
  forall t, 0 <= t <= T -> z t = y t.
Proof.
move=> cy cz y0 e hy hz t ht; have z0 : C (z 0) by rewrite e.
have Cy := solution_stays y T cy y0 (fun t h _ => hy t h).
have Cz := solution_stays z T cz z0 (fun t h _ => hz t h).
apply: distance_eq0; apply: Rle_antisym; last exact: distance_ge0.
have := gronwall_solutions (fun _ => v) (near rho C) L z y 0 T (fun _ _ => lip) cz cy _ hz hy t ht.
rewrite e distance_self Rmult_0_r; apply => s hs.
by split; apply: in_near; [apply: Cz | apply: Cy]; lra.
Qed.

Lemma flow_exists y0 : C y0 -> exists y : R -> vec n, y 0 = y0 /\ orbit v y /\ forall t, 0 <= t -> C (y t).
Proof.
move=> C0; have [w [K [K0 [lw ew]]]] := lipschitz_extension (near rho C) v L (ex_intro _ y0 (in_near y0 C0)) lip.
have [e hy] := picard_solution w K y0 K0 lw; set y := solution_curve w y0 in e hy.
have Cy t : 0 <= t -> C (y t).
  move=> t0; apply: (solution_stays y t); [exact: orbit_continuous hy | by rewrite e | | lra].
  by move=> s hs /ew <-; apply: hy; lra.
exists y; split=> //; split=> // t t0.
by rewrite -(ew (y t)); [apply: hy | apply: in_near; apply: Cy].
Qed.
End Existence.

Lemma global_exists {n} L (v : vec n -> vec n) y0 : lipschitz_on L (fun _ => True) v ->
  exists y : R -> vec n, y 0 = y0 /\ orbit v y.
Proof.
move=> lip; have [w [K [K0 [lw ew]]]] := lipschitz_extension (fun _ => True) v L (ex_intro _ y0 I) lip.
have [e hy] := picard_solution w K y0 K0 lw; exists (solution_curve w y0); split=> // t t0.
by rewrite -(ew _ I); apply: hy.
Qed.

Lemma compact_ball n M : compact_set (fun x : vec n => norm x <= M).
Proof.
split; last by exists M.
move=> l ad; apply: Rnot_lt_le => h; have [x [xM xl]] := ad (norm l - M) ltac:(lra).
have : norm l <= norm x + distance x l; last lra.
rewrite distance_sym (norm_ext l (fun i => x i + vsub l x i)); last by move=> i; rewrite /vsub; ring.
exact: norm_triangle.
Qed.
