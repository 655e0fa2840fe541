(** * Descent in the modular frame *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Modular.
From Gatedmem Require Import lib.Sums.

Open Scope R_scope.

(** ** A continuous function that rises by less than eps h in every small step does not rise *)

Lemma dini (F : R -> R) a b : a <= b ->
  (forall t, a <= t <= b -> forall eps, 0 < eps -> exists delta, 0 < delta /\
     forall s, a <= s <= b -> Rabs (s - t) < delta -> Rabs (F s - F t) < eps) ->
  (forall t, a < t < b -> forall eps, 0 < eps -> exists delta, 0 < delta /\
     forall h, 0 < h < delta -> F (t + h) <= F t + eps * h) ->
  F b <= F a.
Proof.
  move=> ab C D; case: (Req_dec a b) => [->|ne]; first lra.
  apply: Rnot_lt_le => gt.
  pose eps := (F b - F a) / (4 * (b - a)).
  have e0 : 0 < eps by apply: Rdiv_lt_0_compat; lra.
  have eE : eps * (b - a) = (F b - F a) / 4 by rewrite /eps; field; lra.
  pose bnd s := F a + (F b - F a) / 4 + eps * (s - a).
  pose S t := a <= t <= b /\ forall s, a <= s <= t -> F s <= bnd s.
  have Sa : S a.
    by split; [lra | move=> s hs; have -> : s = a by lra]; rewrite /bnd; lra.
  have [c [up least]] : {c | is_lub S c}.
    by apply: completeness; [exists b => t [[_ tb] _] | exists a].
  have ac : a <= c by exact: up.
  have cb : c <= b by apply: least => t [[_ tb] _].
  (* the bound holds below c *)
  have below s : a <= s < c -> F s <= bnd s.
    move=> [as_ sc]; have nub : ~ (forall t, S t -> t <= s).
      by move=> h; have := least s h; lra.
    have [t ht] := Classical_Pred_Type.not_all_ex_not _ _ nub.
    have [[_ St] nts] := Classical_Prop.imply_to_and _ _ ht.
    by apply: St; lra.
  (* and at c, by continuity *)
  have at_c : F c <= bnd c.
    apply: Rnot_lt_le => lt; have ca : a < c by case: ac => // e; move: lt; rewrite -e /bnd; lra.
    have [d [d0 H]] := C c (conj ac cb) ((F c - bnd c)) ltac:(lra).
    pose s := Rmax a (c - d / 2).
    have sa : a <= s by exact: Rmax_l.
    have sc : s < c by apply: Rmax_lub_lt; lra.
    have sd : c - d / 2 <= s by exact: Rmax_r.
    have sab : a <= s <= b by lra.
    have sdist : Rabs (s - c) < d by rewrite Rabs_left; lra.
    have := H s sab sdist.
    have := below s (conj sa sc); have : bnd s <= bnd c by rewrite /bnd; nra.
    by move=> h1 h2 /Rabs_def2; lra.
  have c_lt : c < b.
    by case: cb => // e; move: at_c; rewrite e /bnd eE; lra.
  (* the bound holds a little beyond c *)
  have [d [d0 beyond]] : exists d, 0 < d /\ forall h, 0 < h < d -> c + h <= b -> F (c + h) <= bnd (c + h).
    case: (Req_dec c a) => [ca|nca].
      have q0 : 0 < (F b - F a) / 4 by lra.
      have [d [d0 H]] := C a ltac:(lra) _ q0; exists d; split=> // h hh hb.
      have hab : a <= c + h <= b by lra.
      have hdist : Rabs (c + h - a) < d by rewrite Rabs_pos_eq; lra.
      have := H (c + h) hab hdist; rewrite /bnd ca => /Rabs_def2 [k _].
      nra.
    have [d [d0 H]] := D c ltac:(lra) eps e0; exists d; split=> // h hh hb.
    by have := H h hh; move: at_c; rewrite /bnd; lra.
  pose e := Rmin (d / 2) (b - c).
  have ee : 0 < e by apply: Rmin_glb_lt; lra.
  have ed : e <= d / 2 by exact: Rmin_l.
  have eb : e <= b - c by exact: Rmin_r.
  have : S (c + e).
    split; first lra.
    move=> s hs; case: (Rlt_le_dec s c) => [l|g]; first by apply: below; lra.
    case: (Req_dec s c) => [->//|ns].
    by have := beyond (s - c) ltac:(lra) ltac:(lra); rewrite (_ : c + (s - c) = s) //; ring.
  by move/up; lra.
Qed.

Lemma dot_0_bound {n} (a b : vec n) : Rabs (dot a b) <= norm a * norm b.
Proof. exact: cauchy_schwarz_norm. Qed.

Lemma norm_le_sum_abs {n} (a : vec n) : norm a <= sum (fun i => Rabs (a i)).
Proof.
  have S0 : 0 <= sum (fun i => Rabs (a i)) by apply: sum_ge0 => i; exact: Rabs_pos.
  apply: norm_le_sq => //.
  have -> : sum (fun i => Rabs (a i)) ^ 2 = sum (fun i => Rabs (a i)) * sum (fun i => Rabs (a i)) by ring.
  rewrite /dot -sum_scal_l; apply: sum_le => i.
  have -> : a i * a i = Rabs (a i) * Rabs (a i) by rewrite -Rabs_mult Rabs_pos_eq //; exact: Rle_0_sqr.
  apply: Rmult_le_compat_r; first exact: Rabs_pos.
  by apply: (sum_term_le (fun i => Rabs (a i))) => j; exact: Rabs_pos.
Qed.

(** One threshold for finitely many indices. *)
Lemma common_delta {n} (P : 'I_n -> R -> Prop) :
  (forall i, exists d, 0 < d /\ forall h, 0 < h < d -> P i h) ->
  exists d, 0 < d /\ forall i h, 0 < h < d -> P i h.
Proof.
  move=> H; suff K (l : seq 'I_n) : exists d, 0 < d /\ forall i, i \in l -> forall h, 0 < h < d -> P i h.
    have [d [d0 k]] := K (enum 'I_n); exists d; split=> // i; apply: k; exact: mem_enum.
  elim: l => [|j l [d [d0 k]]]; first by exists 1; split=> //; lra.
  have [e [e0 k']] := H j; exists (Rmin d e); split; first exact: Rmin_glb_lt.
  have m1 := Rmin_l d e; have m2 := Rmin_r d e.
  by move=> i; rewrite in_cons => /orP [/eqP ->|il] h hh; [apply: k'; lra | apply: k => //; lra].
Qed.

Section Modular.
Context {n L : nat} (M : modular n L) (ok : modular_ok M).
Let g := activations M.

(** Sums over layers of sums over their neurons. *)
Lemma layer_sum (c : 'I_L -> R) (v : vec n) :
  sum (fun l => c l * sum (fun i => if layer M i == l then v i else 0)) = sum (fun i => c (layer M i) * v i).
Proof.
  rewrite (sum_ext _ (fun l => sum (fun i => c l * (if layer M i == l then v i else 0)))); last first.
    by move=> l; rewrite sum_scal_l.
  rewrite sum_swap; apply: sum_ext => i.
  rewrite (sum_ext _ (fun l => if l == layer M i then c l * v i else 0)); first exact: sum_if_eq.
  by move=> l; rewrite eq_sym; case: (l == layer M i); ring.
Qed.

Lemma layer_dot (x v : vec n) :
  sum (fun l => dot (fun i => if layer M i == l then x i else 0) v) = dot x v.
Proof.
  have := layer_sum (fun _ => 1) (fun i => x i * v i).
  rewrite [RHS](_ : _ = dot x v); last by apply: sum_ext => i; ring.
  move=> <-; apply: sum_ext => l; rewrite Rmult_1_l; apply: sum_ext => i.
  by case: (layer M i == l); ring.
Qed.

(** Convexity, layer by layer and summed. *)
Lemma lagrangian_tangent x z :
  sum (fun l => lagrangian M l x) + dot (g x) (vsub z x) <= sum (fun l => lagrangian M l z).
Proof.
  rewrite -layer_dot -sum_plus; apply: sum_le => l; have [_ cv] := ok.1 l.
  exact: cv.
Qed.

Lemma activation_monotone x z :
  0 <= sum (fun i => time M (layer M i) * ((z i - x i) * (g z i - g x i))).
Proof.
  rewrite -layer_sum; apply: sum_ge0 => l; apply: Rmult_le_pos; first by apply: Rlt_le; exact: (ok.2.2 l).
  have [_ cv] := ok.1 l; have := cv x z; have := cv z x.
  set A := dot _ _; set B := dot _ _ => a b.
  have -> : sum (fun i => if layer M i == l then (z i - x i) * (g z i - g x i) else 0) = - A - B.
    rewrite /A /B /dot -sum_opp -sum_minus; apply: sum_ext => i.
    by case: (layer M i == l); rewrite /g; ring.
  lra.
Qed.

Lemma energy_rise x z : modular_energy M z - modular_energy M x <=
  dot z (vsub (g z) (g x)) + (coupling_energy M (g z) - coupling_energy M (g x)).
Proof.
  rewrite /modular_energy -/g; have := lagrangian_tangent x z.
  rewrite /vsub !dot_minus_r (dot_sym (g x) z) (dot_sym (g x) x); lra.
Qed.

Lemma energy_fall x z : dot x (vsub (g z) (g x)) + (coupling_energy M (g z) - coupling_energy M (g x)) <=
  modular_energy M z - modular_energy M x.
Proof.
  rewrite /modular_energy -/g; have := lagrangian_tangent z x.
  rewrite /vsub !dot_minus_r (dot_sym (g z) z) (dot_sym (g z) x); lra.
Qed.

Lemma energy_continuous x : locally_lipschitz g -> forall eta, 0 < eta ->
  exists d, 0 < d /\ forall z, distance z x < d -> Rabs (modular_energy M z - modular_energy M x) < eta.
Proof.
  move=> lip eta eta0; have [C [d1 [d10 lp]]] := lip x.
  have [d2 [d20 df]] := ok.2.1 (g x) 1 Rlt_0_1.
  pose B := norm x + 1 + norm (coupling_gradient M (g x)) + 1.
  have nx := norm_ge0 x; have ng := norm_ge0 (coupling_gradient M (g x)).
  have B0 : 0 < B by rewrite /B; lra.
  pose C' := Rabs C + 1; have C0 : 0 < C' by rewrite /C'; have := Rabs_pos C; lra.
  pose d := Rmin (Rmin d1 1) (Rmin (d2 / C') (eta / (B * C'))).
  have q2 : 0 < d2 / C' by apply: Rdiv_lt_0_compat.
  have q3 : 0 < eta / (B * C') by apply: Rdiv_lt_0_compat => //; apply: Rmult_lt_0_compat.
  have d0 : 0 < d by apply: Rmin_glb_lt; apply: Rmin_glb_lt => //; lra.
  have [m1 m2] : d <= Rmin d1 1 /\ d <= Rmin (d2 / C') (eta / (B * C')) by split; [exact: Rmin_l | exact: Rmin_r].
  have m3 := Rmin_l d1 1; have m4 := Rmin_r d1 1.
  have m5 := Rmin_l (d2 / C') (eta / (B * C')); have m6 := Rmin_r (d2 / C') (eta / (B * C')).
  exists d; split=> // z dz.
  have dz0 : 0 <= distance z x by exact: norm_ge0.
  have A1 : distance (g z) (g x) <= C' * distance z x.
    have zin : distance z x < d1 by lra.
    have xin : distance x x < d1.
      by rewrite /distance (norm_ext _ (fun _ => 0)) ?norm_0 // => i; rewrite /vsub; ring.
    have := lp z x zin xin; have := Rle_abs C; rewrite /C'; nra.
  have A0 : 0 <= distance (g z) (g x) by exact: norm_ge0.
  have A2 : distance (g z) (g x) < d2.
    apply: (Rle_lt_trans _ _ _ A1); apply: (Rmult_lt_reg_r (/ C')); first by apply: Rinv_0_lt_compat.
    rewrite (_ : C' * distance z x * / C' = distance z x); last by field; lra.
    by rewrite -/(Rdiv d2 C'); lra.
  have A3 : B * distance (g z) (g x) < eta.
    apply: (Rle_lt_trans _ (B * (C' * distance z x))); first by apply: Rmult_le_compat_l; lra.
    apply: (Rmult_lt_reg_r (/ (B * C'))); first by apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat.
    rewrite (_ : B * (C' * distance z x) * / (B * C') = distance z x); last by field; lra.
    by rewrite -/(Rdiv eta (B * C')); lra.
  have E := df (g z) A2; have Gd := cauchy_schwarz_norm (coupling_gradient M (g x)) (vsub (g z) (g x)).
  have Xd := cauchy_schwarz_norm x (vsub (g z) (g x)).
  have Zd := cauchy_schwarz_norm z (vsub (g z) (g x)).
  have nz : norm z <= norm x + 1.
    have := norm_triangle (vsub z x) x; rewrite (norm_ext (fun i => vsub z x i + x i) z).
      by rewrite -/(distance z x); lra.
    by move=> i; rewrite /vsub; ring.
  rewrite -/(distance (g z) (g x)) in Gd Xd Zd.
  have rise := energy_rise x z; have fall := energy_fall x z.
  have Zd' : norm z * distance (g z) (g x) <= (norm x + 1) * distance (g z) (g x) by apply: Rmult_le_compat_r.
  move: A3; rewrite /B => A3.
  move/Rabs_le_between: E => E; move/Rabs_le_between: Gd => Gd.
  move/Rabs_le_between: Xd => Xd; move/Rabs_le_between: Zd => Zd.
  by apply: Rabs_def1; lra.
Qed.

Lemma local_rise (x : R -> vec n) t : locally_lipschitz g -> modular_follows M x t ->
  forall eps, 0 < eps -> exists d, 0 < d /\ forall h, 0 < h < d ->
    modular_energy M (x (t + h)) <= modular_energy M (x t) + eps * h.
Proof.
  move=> lip F eps eps0; set X := x t; set v := modular_velocity M X.
  have [C [d1 [d10 lp]]] := lip X.
  pose V := sum (fun i => Rabs (v i) + 1); pose T := sum (fun i => time M (layer M i)).
  have V0 : 0 <= V by apply: sum_ge0 => i; have := Rabs_pos (v i); lra.
  have T0 : 0 <= T by apply: sum_ge0 => i; apply: Rlt_le; exact: (ok.2.2 (layer M i)).
  pose C' := Rabs C + 1; have C0 : 0 < C' by rewrite /C'; have := Rabs_pos C; lra.
  have CV0 : 0 <= C' * V by apply: Rmult_le_pos; lra.
  pose Q := 2 * ((T + 1) * (C' * V + 1)).
  have Q0 : 0 < Q by rewrite /Q; apply: Rmult_lt_0_compat; [lra | apply: Rmult_lt_0_compat; lra].
  pose e1 := Rmin 1 (eps / Q).
  have e10 : 0 < e1 by apply: Rmin_glb_lt; [lra | apply: Rdiv_lt_0_compat].
  have e11 : e1 <= 1 by exact: Rmin_l.
  have e12 : e1 * Q <= eps.
    have := Rmin_r 1 (eps / Q); rewrite -/e1 => le.
    have := Rmult_le_compat_r Q _ _ (Rlt_le _ _ Q0) le; rewrite (_ : eps / Q * Q = eps) //; field; lra.
  have [d2 [d20 df]] := ok.2.1 (g X) e1 e10.
  have [d3 [d30 step]] : exists d, 0 < d /\ forall i h, 0 < h < d -> Rabs (x (t + h) i - X i - h * v i) <= e1 * h.
    apply: common_delta => i; have := F i; move/is_derive_Reals => /(_ e1 e10) [d H].
    exists d; split; first exact: cond_pos.
    move=> h hh; have h0 : h <> 0 by lra.
    have hd : Rabs h < d by rewrite Rabs_pos_eq; lra.
    have := H h h0 hd; rewrite -/X -/v => L1.
    have -> : x (t + h) i - X i - h * v i = ((x (t + h) i - X i) / h - v i) * h by field.
    by rewrite Rabs_mult (Rabs_pos_eq h); [apply: Rmult_le_compat_r; lra | lra].
  pose K := 2 * (C' * V * V + 1).
  have K0 : 0 < K by rewrite /K; have := Rmult_le_pos _ _ CV0 V0; lra.
  pose W := C' * V + V + 1.
  have W0 : 0 < W by rewrite /W; lra.
  pose d := Rmin d3 (Rmin (eps / K) (Rmin (d1 / W) (d2 / W))).
  have d0 : 0 < d by rewrite /d; repeat apply: Rmin_glb_lt => //; apply: Rdiv_lt_0_compat.
  have n1 : d <= d3 by exact: Rmin_l.
  have n2 : d <= eps / K by apply: Rle_trans (Rmin_r _ _) (Rmin_l _ _).
  have n3 : d <= d1 / W by apply: Rle_trans (Rmin_r _ _) (Rle_trans _ _ _ (Rmin_r _ _) (Rmin_l _ _)).
  have n4 : d <= d2 / W by apply: Rle_trans (Rmin_r _ _) (Rle_trans _ _ _ (Rmin_r _ _) (Rmin_r _ _)).
  exists d; split=> // h hh; set z := x (t + h).
  have below q b : 0 < q -> d <= b / q -> q * h < b.
    move=> q0 db; apply: (Rmult_lt_reg_r (/ q)); first exact: Rinv_0_lt_compat.
    by rewrite (_ : q * h * / q = h); [rewrite -/(Rdiv b q); lra | field; lra].
  have hK := below K eps K0 n2; have hW1 := below W d1 W0 n3; have hW2 := below W d2 W0 n4.
  have r i : Rabs (z i - X i - h * v i) <= e1 * h by apply: step; lra.
  have D1 : distance z X <= V * h.
    apply: Rle_trans (norm_le_sum_abs _) _; rewrite /V -sum_scal_r; apply: sum_le => i; rewrite /vsub.
    have := Rabs_triang (z i - X i - h * v i) (h * v i); rewrite Rabs_mult (Rabs_pos_eq h); last lra.
    rewrite (_ : z i - X i - h * v i + h * v i = z i - X i); last ring.
    have := r i; have := Rabs_pos (v i); nra.
  have D0 : 0 <= distance z X by exact: norm_ge0.
  have A0 : 0 <= distance (g z) (g X) by exact: norm_ge0.
  have Vh : 0 <= V * h by apply: Rmult_le_pos; lra.
  have CVh : 0 <= C' * V * h by apply: Rmult_le_pos; lra.
  have A1 : distance (g z) (g X) <= C' * V * h.
    have zin : distance z X < d1 by move: hW1; rewrite /W; lra.
    have xin : distance X X < d1.
      by rewrite /distance (norm_ext _ (fun _ => 0)) ?norm_0 // => i; rewrite /vsub; ring.
    apply: (Rle_trans _ (C' * distance z X)).
      by have := lp z X zin xin; have := Rle_abs C; rewrite /C'; nra.
    by rewrite Rmult_assoc; apply: Rmult_le_compat_l => //; lra.
  have A2 : distance (g z) (g X) < d2 by move: hW2; rewrite /W; lra.
  have E := df (g z) A2; move/Rabs_le_between: E => E.
  have rise := energy_rise X z.
  (* <X + G, A> = - sum tau v A *)
  have drift : dot X (vsub (g z) (g X)) + dot (coupling_gradient M (g X)) (vsub (g z) (g X))
     <= e1 * T * distance (g z) (g X).
    have mono := activation_monotone X z.
    have -> : dot X (vsub (g z) (g X)) + dot (coupling_gradient M (g X)) (vsub (g z) (g X))
      = - sum (fun i => time M (layer M i) * (v i * (g z i - g X i))).
      rewrite -sum_opp /dot -sum_plus; apply: sum_ext => i; rewrite /v /modular_velocity /vsub -/g.
      by field; have := ok.2.2 (layer M i); lra.
    apply: (Rmult_le_reg_l h); first lra.
    apply: (Rle_trans _ (sum (fun i => time M (layer M i) * ((z i - X i - h * v i) * (g z i - g X i))))).
      rewrite (sum_ext (fun i => time M (layer M i) * ((z i - X i - h * v i) * (g z i - g X i)))
        (fun i => time M (layer M i) * ((z i - X i) * (g z i - g X i)) - h * (time M (layer M i) * (v i * (g z i - g X i))))).
        by rewrite sum_minus sum_scal_l; lra.
      by move=> i; ring.
    have -> : h * (e1 * T * distance (g z) (g X)) = sum (fun i => time M (layer M i) * (e1 * h * distance (g z) (g X))).
      by rewrite sum_scal_r -/T; ring.
    apply: sum_le => i; apply: Rmult_le_compat_l; first by apply: Rlt_le; exact: (ok.2.2 (layer M i)).
    apply: Rle_trans (Rle_abs _) _; rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos; first exact: r.
    exact: (Rabs_coord_le_norm (vsub (g z) (g X)) i).
  have split_dot : dot z (vsub (g z) (g X)) = dot X (vsub (g z) (g X)) + dot (vsub z X) (vsub (g z) (g X)).
    by rewrite /vsub dot_minus_l; ring.
  have cross : dot (vsub z X) (vsub (g z) (g X)) <= V * h * (C' * V * h).
    by apply: Rle_trans (dot_le_norm _ _) _; apply: Rmult_le_compat => //; exact: norm_ge0.
  have first_part : V * h * (C' * V * h) <= eps / 2 * h.
    have -> : V * h * (C' * V * h) = (C' * V * V * h) * h by ring.
    by apply: Rmult_le_compat_r; [lra | move: hK; rewrite /K; nra].
  have second_part : e1 * (T + 1) * distance (g z) (g X) <= eps / 2 * h.
    apply: (Rle_trans _ (e1 * (T + 1) * (C' * V * h))).
      by apply: Rmult_le_compat_l => //; apply: Rmult_le_pos; lra.
    have -> : e1 * (T + 1) * (C' * V * h) = e1 * ((T + 1) * (C' * V)) * h by ring.
    apply: Rmult_le_compat_r; first lra.
    move: e12; rewrite /Q => e12.
    have : 0 <= e1 * (T + 1) by apply: Rmult_le_pos; lra.
    nra.
  rewrite -/z; lra.
Qed.

Lemma modular_descent (x : R -> vec n) : locally_lipschitz g -> modular_solution M x ->
  forall t1 t2, 0 <= t1 -> t1 <= t2 -> modular_energy M (x t2) <= modular_energy M (x t1).
Proof.
  move=> lip [cont F] t1 t2 h1 h2; apply: (dini (fun t => modular_energy M (x t))) => // t ht; last first.
    by apply: local_rise => //; apply: F; lra.
  move=> eta eta0; have [d [d0 H]] := energy_continuous (x t) lip eta eta0.
  have N1 : 0 < INR n + 1 by have := pos_INR n; lra.
  have e0 : 0 < d / (INR n + 1) by apply: Rdiv_lt_0_compat.
  (* one modulus for all coordinates *)
  have [b [b0 near]] : exists b, 0 < b /\ forall i h, 0 < h < b -> forall s, 0 <= s -> Rabs (s - t) < h ->
      Rabs (x s i - x t i) < d / (INR n + 1).
    apply: common_delta => i; have [b [b0 near]] := cont i t ltac:(lra) _ e0.
    by exists b; split=> // h hh s s0 st; apply: near => //; lra.
  exists (b / 2); split; first lra.
  move=> s hs st; apply: H; apply: (Rle_lt_trans _ _ _ (norm_le_sum_abs _)).
  apply: (Rle_lt_trans _ (sum (fun _ : 'I_n => d / (INR n + 1)))).
    by apply: sum_le => i; apply: Rlt_le; apply: (near i (b / 2)) => //; lra.
  rewrite sum_const; apply: (Rmult_lt_reg_r (INR n + 1)) => //.
  by rewrite (_ : INR n * (d / (INR n + 1)) * (INR n + 1) = INR n * d); [nra | field; lra].
Qed.
End Modular.
