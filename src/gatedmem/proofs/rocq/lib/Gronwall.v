(** Groenwall's inequality in one real variable. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Analysis lib.Sums.

Open Scope R_scope.

(** ** A function on [lo, hi], held constant outside *)

Definition clip (lo hi t : R) : R := Rmax lo (Rmin hi t).

Lemma clip_in lo hi t : lo <= hi -> interval lo hi (clip lo hi t).
Proof. by move=> h; rewrite /clip /interval /Rmax /Rmin; repeat case: Rle_dec; lra. Qed.

Lemma clip_id lo hi t : interval lo hi t -> clip lo hi t = t.
Proof. by rewrite /interval => h; rewrite /clip /Rmax /Rmin; repeat case: Rle_dec; lra. Qed.

Lemma clamp_lip lo hi s t : Rabs (clip lo hi s - clip lo hi t) <= Rabs (s - t).
Proof.
by rewrite /clip /Rmax /Rmin; repeat case: Rle_dec; move=> *; split_Rabs; lra.
Qed.

Lemma continuous_clamp lo hi (f : R -> R) :
  lo <= hi -> continuous_on (interval lo hi) f -> forall t, continuous (fun s => f (clip lo hi s)) t.
Proof.
move=> h cf t; apply: (filterlim_comp _ _ _ (clip lo hi) f) (cf _ (clip_in lo hi t h)).
move=> P [e he]; exists e => s hs; apply: he; last exact: clip_in.
by apply: Rle_lt_trans (clamp_lip _ _ _ _) hs.
Qed.

Lemma ex_RInt_all (f : R -> R) a b : (forall t, continuous f t) -> ex_RInt f a b.
Proof. by move=> cf; apply: ex_RInt_continuous => t _. Qed.

Lemma is_derive_RInt_all (f : R -> R) a t :
  (forall s, continuous f s) -> is_derive (fun s => RInt f a s) t (f t).
Proof.
move=> cf; apply: (is_derive_RInt f _ a t) => //.
by apply: filter_forall => s; apply: RInt_correct; apply: ex_RInt_all.
Qed.

Lemma RInt_clamp (f : R -> R) lo hi s t :
  interval lo hi s -> interval lo hi t -> RInt (fun x => f (clip lo hi x)) s t = RInt f s t.
Proof.
move=> hs ht; apply: RInt_ext => x hx; rewrite clip_id //.
by move: hs ht hx; rewrite /interval /Rmin /Rmax; case: Rle_dec; lra.
Qed.

(** ** A function whose derivative is not positive does not rise *)

Lemma not_rising (u : R -> R) (du : R -> R) lo hi :
  lo <= hi -> (forall t, lo < t < hi -> is_derive u t (du t)) ->
  (forall t, continuous u t) -> (forall t, lo < t < hi -> du t <= 0) -> u hi <= u lo.
Proof.
move=> h hd hc hn.
pose dv := fun t => match Rlt_dec lo t, Rlt_dec t hi with left _, left _ => du t | _, _ => 0 end.
case: (MVT_gen u lo hi dv).
- move=> t; rewrite Rmin_left // Rmax_right // => ht.
  rewrite /dv; case: Rlt_dec; last lra; case: Rlt_dec; last lra; move=> _ _; exact: hd.
- by move=> t _; apply/continuity_pt_filterlim; exact: hc.
move=> c [_ e]; have : dv c <= 0.
  by rewrite /dv; case: Rlt_dec => h1; last lra; case: Rlt_dec => h2; last lra; apply: hn.
by move=> h1; have : dv c * (hi - lo) <= 0; nra.
Qed.

(** ** The differential form *)

Lemma gronwall_all (y dy a b : R -> R) lo hi :
  lo <= hi -> (forall t, continuous a t) -> (forall t, continuous b t) -> (forall t, continuous y t) ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= a t * y t + b t) ->
  y hi <= exp (RInt a lo hi) * y lo + RInt (fun s => exp (RInt a s hi) * b s) lo hi.
Proof.
move=> h ca cb cy hd hle.
pose A (t : R) : R := RInt a lo t.
have dA t : is_derive A t (a t) by apply: is_derive_RInt_all.
have cA t : continuous A t by apply: ex_derive_continuous; exists (a t).
pose g t := exp (- A t) * b t.
have cE t : continuous (fun s => exp (- A s)) t.
  by apply: (continuous_comp (fun s => - A s) exp); [apply: continuous_opp | apply: continuous_exp].
have cg t : continuous g t by apply: (continuous_mult (fun s => exp (- A s)) b).
pose B (t : R) : R := RInt g lo t.
have dB t : is_derive B t (g t) by apply: is_derive_RInt_all.
pose u t := exp (- A t) * y t - B t.
have dE t : is_derive (fun s => exp (- A s)) t (- a t * exp (- A t)).
  by evar_last; [apply: (is_derive_comp exp (fun s => - A s));
    [apply: is_derive_exp | apply: is_derive_opp; apply: dA] | rewrite /scal /= /mult /= /opp /=; ring].
have hu : u hi <= u lo.
  apply: (not_rising u (fun t => (- a t * exp (- A t)) * y t + exp (- A t) * dy t - g t)) => //.
  - move=> t ht; apply: is_derive_minus; last exact: dB.
    by apply: is_derive_mult; [exact: dE | exact: hd | exact: Rmult_comm].
  - move=> t; apply: continuous_minus; first by apply: (continuous_mult (fun s => exp (- A s)) y).
    by apply: ex_derive_continuous; exists (g t).
  - by move=> t ht; rewrite /g; have := hle t ht; have := exp_pos (- A t); nra.
have eA0 : A lo = 0 by rewrite /A RInt_point.
have eB0 : B lo = 0 by rewrite /B RInt_point.
move: hu; rewrite /u eA0 eB0 Ropp_0 exp_0 => hu.
have e1 : exp (A hi) * exp (- A hi) = 1 by rewrite -exp_plus Rplus_opp_r exp_0.
have -> : RInt (fun s => exp (RInt a s hi) * b s) lo hi = exp (A hi) * B hi.
  rewrite /B -[exp (A hi) * _]/(scal (exp (A hi)) (RInt g lo hi)) -RInt_scal; last exact: ex_RInt_all.
  apply: RInt_ext => s _; rewrite /scal /= /mult /= /g -Rmult_assoc -exp_plus; congr (exp _ * _).
  have e : RInt a lo s + RInt a s hi = RInt a lo hi :> R.
    exact: (RInt_Chasles a lo s hi (ex_RInt_all a lo s ca) (ex_RInt_all a s hi ca)).
  have shift (p q : R) : q = p + q + - p by ring.
  by rewrite /A -e; apply: shift.
rewrite -/(A hi); move: hu e1 (exp_pos (A hi)).
move: (exp (A hi)) (exp (- A hi)) (B hi : R) => E E' b' hu e1 hE.
have -> : y hi = E * (E' * y hi) by rewrite -Rmult_assoc e1; ring.
have : E * (E' * y hi - b') <= E * (1 * y lo - 0) by apply: Rmult_le_compat_l => //; lra.
lra.
Qed.

(** Holding a function constant outside [lo, t] changes nothing that the inequality sees. *)

Lemma continuous_on_sub (f : R -> R) lo t hi :
  t <= hi -> continuous_on (interval lo hi) f -> continuous_on (interval lo t) f.
Proof. by move=> h; apply: continuous_on_subset => x; rewrite /interval; lra. Qed.

Lemma is_derive_clamp (f : R -> R) lo hi t l :
  lo < t < hi -> is_derive f t l -> is_derive (fun s => f (clip lo hi s)) t l.
Proof.
move=> ht; apply: is_derive_ext_loc.
have e : 0 < Rmin (t - lo) (hi - t) by apply: Rmin_glb_lt; lra.
exists (mkposreal _ e) => x hx; rewrite clip_id //.
have := Rmin_l (t - lo) (hi - t); have := Rmin_r (t - lo) (hi - t).
by move: hx; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= /interval; split_Rabs; lra.
Qed.

Lemma gronwall_kernel_clamp (a b : R -> R) lo t : lo <= t ->
  RInt (fun s => exp (RInt (fun x => a (clip lo t x)) s t) * b (clip lo t s)) lo t =
  RInt (fun s => exp (RInt a s t) * b s) lo t.
Proof.
move=> h; apply: RInt_ext => s; rewrite Rmin_left // Rmax_right // => hs.
by rewrite RInt_clamp ?clip_id //; rewrite /interval; lra.
Qed.

Lemma gronwall (y dy a b : R -> R) lo hi :
  continuous_on (interval lo hi) a -> continuous_on (interval lo hi) b ->
  continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= a t * y t + b t) ->
  forall t, lo <= t <= hi ->
  y t <= exp (RInt a lo t) * y lo + RInt (fun s => exp (RInt a s t) * b s) lo t.
Proof.
move=> ca cb cy hd hle t [ht ht1].
have cl (f : R -> R) : continuous_on (interval lo hi) f -> forall s, continuous (fun s => f (clip lo t s)) s.
  by move=> cf; apply: continuous_clamp => //; apply: continuous_on_sub cf.
have := gronwall_all (fun s => y (clip lo t s)) dy (fun s => a (clip lo t s))
  (fun s => b (clip lo t s)) lo t ht (cl a ca) (cl b cb) (cl y cy).
rewrite !clip_id; try by rewrite /interval; lra.
rewrite RInt_clamp ?gronwall_kernel_clamp //; try by rewrite /interval; lra.
apply.
- by move=> s hs; apply: is_derive_clamp => //; apply: hd; lra.
- by move=> s hs; rewrite clip_id; [apply: hle; lra | rewrite /interval; lra].
Qed.

Lemma continuous_on_const lo hi (c : R) : continuous_on (interval lo hi) (fun _ : R => c).
Proof. by apply: continuous_on_forall => t _; apply: continuous_const. Qed.

(** No drive. *)
Lemma gronwall_free (y dy a : R -> R) lo hi :
  continuous_on (interval lo hi) a -> continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= a t * y t) ->
  forall t, lo <= t <= hi -> y t <= exp (RInt a lo t) * y lo.
Proof.
move=> ca cy hd hle t ht.
have := gronwall y dy a (fun _ => 0) lo hi ca (continuous_on_const _ _ _) cy hd _ t ht.
rewrite (RInt_ext (fun s => _ * 0) (fun _ => 0)); last by move=> s _; apply: Rmult_0_r.
rewrite RInt_const /scal /= /mult /= Rmult_0_r Rplus_0_r; apply => s hs.
by rewrite Rplus_0_r; apply: hle.
Qed.

(** Constant coefficients. *)
Lemma gronwall_constant (y dy : R -> R) (a b : R) lo hi : a <> 0 ->
  continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= a * y t + b) ->
  forall t, lo <= t <= hi ->
  y t <= exp (a * (t - lo)) * y lo + b * ((exp (a * (t - lo)) - 1) / a).
Proof.
move=> a0 cy hd hle t ht.
have := gronwall_free (fun s => y s + b / a) dy (fun _ => a) lo hi (continuous_on_const _ _ _) _ _ _ t ht.
rewrite RInt_const /scal /= /mult /= (Rmult_comm (t - lo)) => h.
have {h} : y t + b / a <= exp (a * (t - lo)) * (y lo + b / a).
  apply: h.
  - move=> s hs; apply: (filterlim_comp_2 (G := locally (y s)) (H := locally (b / a))).
    + exact: cy.
    + exact: filterlim_const.
    + exact: (filterlim_plus (y s) (b / a)).
  - move=> s hs; rewrite -[dy s]Rplus_0_r; apply: (is_derive_plus y (fun _ => b / a)); first exact: hd.
    exact: is_derive_const.
  - by move=> s hs; rewrite Rmult_plus_distr_l /Rdiv -(Rmult_assoc a) (Rmult_comm a b) Rmult_assoc Rinv_r //;
      have := hle s hs; lra.
have -> : b * ((exp (a * (t - lo)) - 1) / a) = exp (a * (t - lo)) * (b / a) - b / a by field.
lra.
Qed.

Lemma gronwall_drift (y dy : R -> R) (b : R) lo hi :
  continuous_on (interval lo hi) y ->
  (forall t, lo < t < hi -> is_derive y t (dy t)) ->
  (forall t, lo < t < hi -> dy t <= b) ->
  forall t, lo <= t <= hi -> y t <= y lo + b * (t - lo).
Proof.
move=> cy hd hle t ht.
have := gronwall y dy (fun _ => 0) (fun _ => b) lo hi (continuous_on_const _ _ _)
  (continuous_on_const _ _ _) cy hd _ t ht.
rewrite (RInt_ext (fun s => _ * b) (fun _ => b)); last first.
  by move=> s _; rewrite RInt_const /scal /= /mult /= Rmult_0_r exp_0; ring.
rewrite !RInt_const /scal /= /mult /= Rmult_0_r exp_0 => h.
suff : y t <= 1 * y lo + (t - lo) * b by lra.
by apply: h => s hs; have := hle s hs; lra.
Qed.

(** ** The integral form *)

Lemma is_derive_RInt_on (f : R -> R) lo hi :
  continuous_on (interval lo hi) f -> forall t, lo < t < hi ->
  is_derive (fun s => RInt f lo s) t (f t).
Proof.
move=> cf t ht; have h : lo <= hi by lra.
apply: (is_derive_ext_loc (fun s => RInt (fun x => f (clip lo hi x)) lo s)).
  have e : 0 < Rmin (t - lo) (hi - t) by apply: Rmin_glb_lt; lra.
  exists (mkposreal _ e) => x hx; apply: RInt_clamp; rewrite /interval; first lra.
  have := Rmin_l (t - lo) (hi - t); have := Rmin_r (t - lo) (hi - t).
  by move: hx; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /=; split_Rabs; lra.
have := is_derive_RInt_all (fun x => f (clip lo hi x)) lo t (continuous_clamp lo hi f h cf).
by rewrite clip_id // /interval; lra.
Qed.

Lemma continuous_on_ext' (f g : R -> R) lo hi :
  (forall t, interval lo hi t -> f t = g t) -> continuous_on (interval lo hi) f ->
  continuous_on (interval lo hi) g.
Proof. exact: continuous_on_ext. Qed.

Lemma continuous_on_RInt (f : R -> R) lo hi :
  continuous_on (interval lo hi) f -> continuous_on (interval lo hi) (fun s => RInt f lo s).
Proof.
move=> cf t ht; have h : lo <= hi by move: ht; rewrite /interval; lra.
move: t ht; apply: (continuous_on_ext' (fun s => RInt (fun x => f (clip lo hi x)) lo s)).
  by move=> t ht; apply: RInt_clamp => //; rewrite /interval; lra.
apply: continuous_on_forall => t _; apply: ex_derive_continuous; exists (f (clip lo hi t)).
exact: (is_derive_RInt_all (fun x => f (clip lo hi x)) lo t (continuous_clamp lo hi f h cf)).
Qed.

Lemma continuous_on_mult (f g : R -> R) lo hi :
  continuous_on (interval lo hi) f -> continuous_on (interval lo hi) g ->
  continuous_on (interval lo hi) (fun s => f s * g s).
Proof.
move=> cf cg t ht; apply: (filterlim_comp_2 (G := locally (f t)) (H := locally (g t))).
- exact: cf.
- exact: cg.
- exact: (filterlim_mult (f t) (g t)).
Qed.

Lemma continuous_on_plus (f g : R -> R) lo hi :
  continuous_on (interval lo hi) f -> continuous_on (interval lo hi) g ->
  continuous_on (interval lo hi) (fun s => f s + g s).
Proof.
move=> cf cg t ht; apply: (filterlim_comp_2 (G := locally (f t)) (H := locally (g t))).
- exact: cf.
- exact: cg.
- exact: (filterlim_plus (f t) (g t)).
Qed.

Lemma continuous_on_minus (f g : R -> R) lo hi :
  continuous_on (interval lo hi) f -> continuous_on (interval lo hi) g ->
  continuous_on (interval lo hi) (fun s => f s - g s).
Proof.
move=> cf cg; apply: (continuous_on_ext' (fun s => f s + -1 * g s)); first by move=> s _; ring.
apply: continuous_on_plus => //; apply: continuous_on_mult => //; exact: continuous_on_const.
Qed.

Lemma gronwall_integral (y a c : R -> R) lo hi :
  continuous_on (interval lo hi) y -> continuous_on (interval lo hi) a ->
  continuous_on (interval lo hi) c ->
  (forall t, lo <= t <= hi -> 0 <= a t) ->
  (forall t, lo <= t <= hi -> y t <= c t + RInt (fun s => a s * y s) lo t) ->
  forall t, lo <= t <= hi ->
  y t <= c t + RInt (fun s => exp (RInt a s t) * (a s * c s)) lo t.
Proof.
move=> cy ca cc a0 hle t ht; have cay := continuous_on_mult a y lo hi ca cy.
pose Y (s : R) : R := RInt (fun x => a x * y x) lo s.
have := gronwall Y (fun s => a s * y s) a (fun s => a s * c s) lo hi ca
  (continuous_on_mult a c lo hi ca cc) (continuous_on_RInt _ lo hi cay)
  (is_derive_RInt_on _ lo hi cay) _ t ht.
have -> : Y lo = 0 by rewrite /Y RInt_point.
rewrite Rmult_0_r Rplus_0_l => h.
apply: Rle_trans (hle t ht) _; apply: Rplus_le_compat_l; apply: h => s hs.
by rewrite -Rmult_plus_distr_l; apply: Rmult_le_compat_l; [apply: a0; lra | have := hle s; rewrite /Y; lra].
Qed.

Lemma gronwall_integral_constant (y a : R -> R) (c lo hi : R) :
  continuous_on (interval lo hi) y -> continuous_on (interval lo hi) a ->
  (forall t, lo <= t <= hi -> 0 <= a t) ->
  (forall t, lo <= t <= hi -> y t <= c + RInt (fun s => a s * y s) lo t) ->
  forall t, lo <= t <= hi -> y t <= c * exp (RInt a lo t).
Proof.
move=> cy ca a0 hle t ht; have cay := continuous_on_mult a y lo hi ca cy.
pose Y (s : R) : R := c + RInt (fun x => a x * y x) lo s.
have h : Y t <= exp (RInt a lo t) * Y lo.
  apply: (gronwall_free Y (fun s => a s * y s) a lo hi) => //.
  - apply: continuous_on_plus; first exact: continuous_on_const.
    exact: (continuous_on_RInt (fun x => a x * y x)).
  - move=> s hs; rewrite -[a s * y s]Rplus_0_l; apply: (is_derive_plus (fun _ => c)).
      exact: is_derive_const.
    exact: (is_derive_RInt_on (fun x => a x * y x) lo hi cay).
  - by move=> s hs; apply: Rmult_le_compat_l; [apply: a0; lra | apply: hle; lra].
have e : Y lo = c by rewrite /Y RInt_point /zero /= Rplus_0_r.
by move: h; rewrite e Rmult_comm; apply: Rle_trans; apply: hle.
Qed.

(** ** The norm of a curve in R^n *)

Lemma le_of_eps (x y k : R) : (forall e, 0 < e -> x <= y + e * k) -> x <= y.
Proof.
move=> h; apply: Rnot_lt_le => l.
case: (Rle_lt_dec k 0) => hk; first by have := h 1 Rlt_0_1; lra.
have := h ((x - y) / (2 * k)) ltac:(apply: Rdiv_lt_0_compat; lra).
have -> : (x - y) / (2 * k) * k = (x - y) / 2 by field; lra.
lra.
Qed.

Lemma RInt_plus_scal (f g : R -> R) (e lo hi : R) :
  (forall t, continuous f t) -> (forall t, continuous g t) ->
  RInt (fun s => f s + e * g s) lo hi = RInt f lo hi + e * RInt g lo hi.
Proof.
move=> cf cg; apply: is_RInt_unique; apply: (is_RInt_plus f (fun s => e * g s)).
  by apply: RInt_correct; apply: ex_RInt_all.
by apply: (is_RInt_scal g); apply: RInt_correct; apply: ex_RInt_all.
Qed.

Lemma gronwall_norm_all {n} (d : R -> vec n) (w : R -> vec n) (a b : R -> R) lo hi :
  lo <= hi -> (forall t, continuous a t) -> (forall t, continuous b t) ->
  (forall i t, continuous (fun s => d s i) t) ->
  (forall t, lo < t < hi -> curve_derive d t (w t)) ->
  (forall t, lo < t < hi -> 0 <= b t) ->
  (forall t, lo < t < hi -> dot (d t) (w t) <= a t * norm (d t) ^ 2 + b t * norm (d t)) ->
  norm (d hi) <= exp (RInt a lo hi) * norm (d lo) + RInt (fun s => exp (RInt a s hi) * b s) lo hi.
Proof.
move=> h ca cb cd hd hb hle.
have cI t : continuous (fun s => RInt a s hi) t.
  apply: ex_derive_continuous; exists (opp (a t)); apply: (is_derive_RInt' a _ t hi) => //.
  by apply: filter_forall => s; apply: RInt_correct; apply: ex_RInt_all.
have cK (f : R -> R) : (forall t, continuous f t) -> forall t, continuous (fun s => exp (RInt a s hi) * f s) t.
  move=> cf t; apply: (continuous_mult (fun s => exp (RInt a s hi)) f) => //.
  by apply: (continuous_comp (fun s => RInt a s hi) exp) => //; apply: continuous_exp.
have cA t : continuous (fun s => Rabs (a s)) t.
  by apply: (continuous_comp a Rabs) => //; apply: continuous_Rabs.
have shuffle (x y z c : R) : x * (y + c * z) = x * y + c * (x * z) by ring.
apply: (le_of_eps _ _ (exp (RInt a lo hi) + RInt (fun s => exp (RInt a s hi) * Rabs (a s)) lo hi)) => e he.
pose q t := dot (d t) (d t) + e ^ 2.
pose g t := sqrt (q t).
have q0 t : e ^ 2 <= q t by rewrite /q; have := dot_ge0 (d t); lra.
have qp t : 0 < q t by apply: Rlt_le_trans (q0 t); apply: pow_lt.
have g0 t : e <= g t by rewrite /g -(sqrt_pow2 e); [apply: sqrt_le_1_alt | lra].
have gn t : norm (d t) <= g t by apply: sqrt_le_1_alt; rewrite /q; nra.
have gg t : g t * g t = norm (d t) ^ 2 + e ^ 2 by rewrite norm_sq /g sqrt_sqrt //; apply: Rlt_le.
have cg t : continuous g t.
  apply: (continuous_comp q sqrt); last exact: continuous_sqrt.
  apply: (continuous_plus (fun s => dot (d s) (d s))); last exact: continuous_const.
  by apply: continuous_sum => i; apply: (continuous_mult (fun s => d s i) (fun s => d s i)).
have dg t : lo < t < hi -> is_derive g t (dot (d t) (w t) / g t).
  move=> ht; evar_last; first apply: is_derive_sqrt => //.
    apply: (is_derive_plus (fun s => dot (d s) (d s)) (fun _ => e ^ 2)); last exact: is_derive_const.
    by apply: is_derive_dot; apply: hd.
  rewrite /plus /zero /= (dot_sym (w t)) -/(g t); field; have := g0 t; lra.
have := gronwall_all g (fun t => dot (d t) (w t) / g t) a (fun t => b t + e * Rabs (a t)) lo hi h ca _ cg dg _.
have -> : RInt (fun s => exp (RInt a s hi) * (b s + e * Rabs (a s))) lo hi =
    RInt (fun s => exp (RInt a s hi) * b s) lo hi + e * RInt (fun s => exp (RInt a s hi) * Rabs (a s)) lo hi.
  rewrite -RInt_plus_scal; try exact: cK.
  by apply: RInt_ext => s _; apply: shuffle.
move=> H; have {H} : g hi <= exp (RInt a lo hi) * g lo + (RInt (fun s => exp (RInt a s hi) * b s) lo hi +
    e * RInt (fun s => exp (RInt a s hi) * Rabs (a s)) lo hi).
  apply: H.
  - move=> t; apply: continuous_plus => //.
    by apply: (continuous_scal_r e (fun s => Rabs (a s))).
  - move=> t ht; have gp : 0 < g t by have := g0 t; lra.
    apply: (Rmult_le_reg_r (g t)) => //; rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; last lra.
    apply: Rle_trans (hle t ht) _; have := gg t; have := gn t; have := hb t ht; have := g0 t.
    have := Rle_abs (- a t); rewrite Rabs_Ropp; have := Rabs_pos (a t); have := norm_ge0 (d t).
    move: (norm (d t)) (g t) (a t) (Rabs (a t)) (b t) => m v x c y m0 c0 hx hv hy hm hvv.
    have h1 : y * m <= y * v by apply: Rmult_le_compat_l.
    have h2 : c * (e * e) <= c * (e * v) by apply: Rmult_le_compat_l => //; apply: Rmult_le_compat_l; lra.
    have h3 : - x * (e * e) <= c * (e * e) by apply: Rmult_le_compat_r => //; nra.
    have -> : m ^ 2 = v * v - e * e by rewrite hvv; ring.
    lra.
have hl : g lo <= norm (d lo) + e.
  apply: Rsqr_incr_0_var; last by have := norm_ge0 (d lo); lra.
  by rewrite /Rsqr gg; have := norm_ge0 (d lo); nra.
have := gn hi; have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos (RInt a lo hi))) hl.
rewrite Rmult_plus_distr_l Rmult_plus_distr_l (Rmult_comm e (exp _)); lra.
Qed.

Lemma gronwall_norm {n} (d : R -> vec n) (w : R -> vec n) (a b : R -> R) lo hi :
  continuous_on (interval lo hi) a -> continuous_on (interval lo hi) b -> curve_continuous lo hi d ->
  (forall t, lo < t < hi -> curve_derive d t (w t)) ->
  (forall t, lo < t < hi -> 0 <= b t) ->
  (forall t, lo < t < hi -> dot (d t) (w t) <= a t * norm (d t) ^ 2 + b t * norm (d t)) ->
  forall t, lo <= t <= hi ->
  norm (d t) <= exp (RInt a lo t) * norm (d lo) + RInt (fun s => exp (RInt a s t) * b s) lo t.
Proof.
move=> ca cb cd hd hb hle t [ht ht1].
have cl (f : R -> R) : continuous_on (interval lo hi) f -> forall s, continuous (fun s => f (clip lo t s)) s.
  by move=> cf; apply: continuous_clamp => //; apply: continuous_on_sub cf.
have := gronwall_norm_all (fun s => d (clip lo t s)) w (fun s => a (clip lo t s))
  (fun s => b (clip lo t s)) lo t ht (cl a ca) (cl b cb).
rewrite !clip_id; try by rewrite /interval; lra.
rewrite RInt_clamp ?gronwall_kernel_clamp //; try by rewrite /interval; lra.
apply.
- by move=> i; apply: (cl (fun s => d s i)); apply: cd.
- by move=> s hs i; apply: (is_derive_clamp (fun s => d s i)) => //; apply: hd; lra.
- by move=> s hs; rewrite clip_id; [apply: hb; lra | rewrite /interval; lra].
- by move=> s hs; rewrite clip_id; [apply: hle; lra | rewrite /interval; lra].
Qed.

(** Two curves, the second a solution up to the error [b]. *)
Lemma gronwall_compare {n} (v : R -> vec n -> vec n) (D : vec n -> Prop) (L : R)
    (y z w : R -> vec n) (b : R -> R) lo hi :
  (forall t, lo < t < hi -> lipschitz_on L D (v t)) ->
  curve_continuous lo hi y -> curve_continuous lo hi z -> continuous_on (interval lo hi) b ->
  (forall t, lo < t < hi -> D (y t) /\ D (z t)) ->
  (forall t, lo < t < hi -> curve_derive y t (v t (y t))) ->
  (forall t, lo < t < hi -> curve_derive z t (w t)) ->
  (forall t, lo < t < hi -> distance (v t (z t)) (w t) <= b t) ->
  forall t, lo <= t <= hi ->
  distance (y t) (z t) <=
    exp (L * (t - lo)) * distance (y lo) (z lo) + RInt (fun s => exp (L * (t - s)) * b s) lo t.
Proof.
move=> hL cy cz cb hD hy hz hb t ht.
have e s s' : RInt (fun _ => L) s s' = L * (s' - s).
  by rewrite RInt_const /scal /= /mult /= Rmult_comm.
have := gronwall_norm (fun s => vsub (y s) (z s)) (fun s => vsub (v s (y s)) (w s)) (fun _ => L) b lo hi
  (continuous_on_const _ _ _) cb _ _ _ _ t ht.
rewrite e (RInt_ext (fun s => exp (RInt _ s t) * b s) (fun s => exp (L * (t - s)) * b s)); last first.
  by move=> s _; rewrite e.
apply.
- by move=> i; apply: continuous_on_minus; [apply: cy | apply: cz].
- by move=> s hs i; apply: is_derive_minus; [apply: hy | apply: hz].
- by move=> s hs; apply: Rle_trans (hb s hs); apply: norm_ge0.
- move=> s hs; case: (hD s hs) => Dy Dz.
  have h1 := hL s hs _ _ Dy Dz; have h2 := hb s hs; move: h1 h2; rewrite /distance.
  have -> : dot (vsub (y s) (z s)) (vsub (v s (y s)) (w s)) =
    dot (vsub (y s) (z s)) (vsub (v s (y s)) (v s (z s))) + dot (vsub (y s) (z s)) (vsub (v s (z s)) (w s)).
    by rewrite -dot_plus_r; apply: dot_ext => // i; rewrite /vsub; ring.
  have := dot_le_norm (vsub (y s) (z s)) (vsub (v s (y s)) (v s (z s))).
  have := dot_le_norm (vsub (y s) (z s)) (vsub (v s (z s)) (w s)).
  have := norm_ge0 (vsub (y s) (z s)).
  move: (norm (vsub (y s) (z s))) (norm (vsub (v s (y s)) _)) (norm (vsub (v s (z s)) _)) => p q r.
  nra.
Qed.

Lemma gronwall_solutions {n} (v : R -> vec n -> vec n) (D : vec n -> Prop) (L : R)
    (y z : R -> vec n) lo hi :
  (forall t, lo < t < hi -> lipschitz_on L D (v t)) ->
  curve_continuous lo hi y -> curve_continuous lo hi z ->
  (forall t, lo < t < hi -> D (y t) /\ D (z t)) ->
  (forall t, lo < t < hi -> curve_derive y t (v t (y t))) ->
  (forall t, lo < t < hi -> curve_derive z t (v t (z t))) ->
  forall t, lo <= t <= hi -> distance (y t) (z t) <= exp (L * (t - lo)) * distance (y lo) (z lo).
Proof.
move=> hL cy cz hD hy hz t ht.
have := gronwall_compare v D L y z (fun s => v s (z s)) (fun _ => 0) lo hi hL cy cz
  (continuous_on_const _ _ _) hD hy hz _ t ht.
rewrite (RInt_ext (fun s => _ * 0) (fun _ => 0)); last by move=> s _; apply: Rmult_0_r.
rewrite RInt_const /scal /= /mult /= Rmult_0_r Rplus_0_r; apply => s _; right.
by rewrite -[RHS](@norm_0 n); apply: norm_ext => i; rewrite /vsub; ring.
Qed.
