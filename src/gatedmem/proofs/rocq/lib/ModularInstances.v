(** * Instances of the modular frame *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Softmax defs.Hopfield defs.Modern defs.Modular.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxLse lib.Modular.

Open Scope R_scope.

Lemma split_l {n k} (i : 'I_n) : split (lshift k i) = inl i.
Proof. by have := unsplitK (inl i : 'I_n + 'I_k). Qed.
Lemma split_r {n k} (j : 'I_k) : split (rshift n j) = inr j.
Proof. by have := unsplitK (inr j : 'I_n + 'I_k). Qed.

Lemma left_join {n k} (x : vec n) (y : vec k) : left (join x y) = x.
Proof. by apply: functional_extensionality => i; rewrite /left /join split_l. Qed.
Lemma right_join {n k} (x : vec n) (y : vec k) : right (join x y) = y.
Proof. by apply: functional_extensionality => i; rewrite /right /join split_r. Qed.

Lemma sum_join {n k} (a : vec (n + k)) : sum a = sum (left a) + sum (right a).
Proof. exact: big_split_ord. Qed.

Lemma dot_join {n k} (a b : vec (n + k)) : dot a b = dot (left a) (left b) + dot (right a) (right b).
Proof. exact: sum_join. Qed.

Section Two.
Context {n k : nat} (F : frame n k) (Gx : vec n -> vec k -> vec n) (Gy : vec n -> vec k -> vec k).
Let M := two_layers F Gx Gy.

Lemma mask_left z : (fun i => if layer M i == ord0 then activations M z i else 0)
  = join (activation_x F (left z)) (fun _ => 0).
Proof.
  apply: functional_extensionality => i; rewrite /= /join.
  by case: (split i).
Qed.
Lemma mask_right z l : l != ord0 -> (fun i => if layer M i == l then activations M z i else 0)
  = join (fun _ => 0) (activation_y F (right z)).
Proof.
  move=> ne; have -> : l = ord_max by case: l ne => [[|[|j]] hj] //= ne; apply: val_inj.
  by apply: functional_extensionality => i; rewrite /= /join; case: (split i).
Qed.

Lemma left_kdelta (z : vec (n + k)) i h :
  left (fun j => z j + h * kdelta i j) = fun a => left z a + h * (match split i with inl b => kdelta b a | inr _ => 0 end).
Proof.
  apply: functional_extensionality => a; rewrite /left; congr (_ + _ * _).
  rewrite -{1}(splitK i); case: (split i) => b /=; rewrite /kdelta.
    by rewrite (inj_eq (@lshift_inj n k)).
  by rewrite eq_sym eq_lrshift.
Qed.
Lemma right_kdelta (z : vec (n + k)) i h :
  right (fun j => z j + h * kdelta i j) = fun a => right z a + h * (match split i with inl _ => 0 | inr b => kdelta b a end).
Proof.
  apply: functional_extensionality => a; rewrite /right; congr (_ + _ * _).
  rewrite -{1}(splitK i); case: (split i) => b /=; rewrite /kdelta.
    by rewrite eq_lrshift.
  by rewrite (inj_eq (@rshift_inj n k)).
Qed.

Lemma two_layers_ok : well_formed F ->
  differentiable (coupling_energy M) (coupling_gradient M) -> modular_ok M.
Proof.
  move=> [[px cx] [[py cy] [tx ty]]] df; split; last first.
    by split=> // l /=; case: (l == ord0).
  move=> l; case: (boolP (l == ord0)) => [/eqP ->|ne].
    rewrite (functional_extensionality _ _ mask_left); split=> [z i|z z']; last first.
      by rewrite dot_join left_join right_join /= dot_0_l Rplus_0_r; exact: cx.
    rewrite /partial /directional /=.
    apply: (is_derive_ext (fun h => lagrangian_x F (fun a => left z a + h * (match split i with inl b => kdelta b a | inr _ => 0 end)))).
      by move=> h; rewrite left_kdelta.
    rewrite /join; case: (split i) => b; first exact: px.
    apply: (is_derive_ext (fun _ => lagrangian_x F (left z))); last exact: is_derive_const.
    by move=> h; congr lagrangian_x; apply: functional_extensionality => a; ring.
  rewrite (functional_extensionality _ _ (fun z => mask_right z l ne)); split=> [z i|z z']; last first.
    by rewrite dot_join left_join right_join /= (negbTE ne) dot_0_l Rplus_0_l; exact: cy.
  rewrite /partial /directional /= (negbTE ne).
  apply: (is_derive_ext (fun h => lagrangian_y F (fun a => right z a + h * (match split i with inl _ => 0 | inr b => kdelta b a end)))).
    by move=> h; rewrite right_kdelta.
  rewrite /join; case: (split i) => b; last exact: py.
  apply: (is_derive_ext (fun _ => lagrangian_y F (right z))); last exact: is_derive_const.
  by move=> h; congr lagrangian_y; apply: functional_extensionality => a; ring.
Qed.

Lemma two_layers_energy x y : modular_energy M (join x y) = frame_energy F x y.
Proof.
  by rewrite /modular_energy /frame_energy /= dot_join !left_join !right_join sum_n2 /=; ring.
Qed.

(** A differentiable function has the partial derivatives its gradient says. *)
Lemma differentiable_directional {m} (E : vec m -> R) G a w :
  differentiable E G -> directional E a w (dot (G a) w).
Proof.
  move=> df; rewrite /directional; apply/is_derive_Reals => eps eps0.
  have nw := norm_ge0 w.
  have e0 : 0 < eps / (norm w + 1) / 2 by apply: Rdiv_lt_0_compat; [apply: Rdiv_lt_0_compat|]; lra.
  have [d [d0 H]] := df a _ e0.
  have q0 : 0 < d / (norm w + 1) by apply: Rdiv_lt_0_compat; lra.
  exists (mkposreal _ q0) => h h0 /= hd.
  have e : (fun j => a j + 0 * w j) = a by apply: functional_extensionality => j; ring.
  rewrite Rplus_0_l e.
  have D : distance (fun j => a j + h * w j) a = Rabs h * norm w.
    by rewrite -norm_scal; apply: norm_ext => j; rewrite /vsub; ring.
  have hp : 0 < Rabs h by exact: Rabs_pos_lt.
  have lt : distance (fun j => a j + h * w j) a < d.
    rewrite D; have := Rmult_lt_compat_r (norm w + 1) _ _ ltac:(lra) hd.
    rewrite (_ : d / (norm w + 1) * (norm w + 1) = d); [nra | field; lra].
  have := H _ lt; rewrite D.
  have -> : dot (G a) (vsub (fun j => a j + h * w j) a) = h * dot (G a) w.
    by rewrite -dot_scal_r; apply: sum_ext => j; rewrite /vsub; ring.
  move=> le.
  have -> : (E (fun j => a j + h * w j) - E a) / h - dot (G a) w
    = (E (fun j => a j + h * w j) - E a - h * dot (G a) w) / h by field.
  rewrite /Rdiv Rabs_mult Rabs_inv.
  apply: (Rmult_lt_reg_r (Rabs h)) => //; rewrite Rmult_assoc Rinv_l ?Rmult_1_r; last lra.
  apply: (Rle_lt_trans _ _ _ le).
  have -> : eps / (norm w + 1) / 2 * (Rabs h * norm w) = eps * Rabs h * (norm w / (norm w + 1) / 2) by field; lra.
  have q1 : norm w / (norm w + 1) / 2 < 1.
    apply: (Rmult_lt_reg_r (2 * (norm w + 1))); first lra.
    by rewrite (_ : norm w / (norm w + 1) / 2 * (2 * (norm w + 1)) = norm w); [lra | field; lra].
  have : 0 < eps * Rabs h by apply: Rmult_lt_0_compat.
  nra.
Qed.

Lemma two_layers_follows (x : R -> vec n) (y : R -> vec k) t : well_formed F ->
  differentiable (coupling_energy M) (coupling_gradient M) ->
  modular_follows M (fun s => join (x s) (y s)) t -> frame_follows F x y t.
Proof.
  move=> [_ [_ [tx ty]]] df fl; set a := activation_x F (x t); set b := activation_y F (y t).
  have velx i := fl (lshift k i); have vely j := fl (rshift n j).
  exists (left (modular_velocity M (join (x t) (y t)))), (right (modular_velocity M (join (x t) (y t)))).
  have par i := differentiable_directional (coupling_energy M) _ (join a b) (kdelta i) df.
  split; first by move=> i; apply: is_derive_ext (velx i) => s; rewrite /join split_l.
  split; first by move=> j; apply: is_derive_ext (vely j) => s; rewrite /join split_r.
  split.
    move=> i; have := par (lshift k i); rewrite /partial /directional /= !left_join !right_join -/a -/b => P.
    evar_last; first apply: is_derive_ext P => h.
      rewrite left_kdelta right_kdelta left_join right_join split_l; congr interaction.
      by apply: functional_extensionality => j; ring.
    rewrite dot_kdelta_r /left /modular_velocity /= left_join right_join /join !split_l left_join right_join -/a -/b.
    by rewrite eqxx; field; lra.
  move=> j; have := par (rshift n j); rewrite /partial /directional /= !left_join !right_join -/a -/b => P.
  evar_last; first apply: is_derive_ext P => h.
    rewrite left_kdelta right_kdelta left_join right_join split_r; congr interaction.
    by apply: functional_extensionality => i; ring.
  rewrite dot_kdelta_r /right /modular_velocity /= left_join right_join /join !split_r left_join right_join -/a -/b.
  by rewrite (_ : (ord_max == ord0 :> 'I_2) = false) //; field; lra.
Qed.
End Two.

(** ** Classical and modern Hopfield networks *)

Lemma lipschitz_local {n} (g : vec n -> vec n) C : (forall x z, distance (g z) (g x) <= C * distance z x) ->
  locally_lipschitz g.
Proof. by move=> h x; exists C, 1; split; [lra | move=> a b _ _; exact: h]. Qed.

(** A bilinear bound: |<u, A v>| <= c |u| |v|. *)
Lemma bilinear_bound {m n} (A : mat m n) : exists c, 0 < c /\ forall u v, Rabs (dot u (mulmv A v)) <= c * (norm u * norm v).
Proof.
  pose c := sum (fun i => norm (A i)).
  have c0 : 0 <= c by apply: sum_ge0 => i; exact: norm_ge0.
  exists (c + 1); split; first lra.
  move=> u v; have nu := norm_ge0 u; have nv := norm_ge0 v.
  apply: Rle_trans (Rabs_sum_le _) _.
  apply: (Rle_trans _ (sum (fun i => norm (A i) * (norm u * norm v)))); last first.
    by rewrite sum_scal_r -/c; apply: Rmult_le_compat_r; [apply: Rmult_le_pos | lra].
  apply: sum_le => i; rewrite Rabs_mult.
  have h1 := Rabs_coord_le_norm u i; have h2 := cauchy_schwarz_norm (A i) v.
  rewrite -/(mulmv A v i) in h2.
  apply: (Rle_trans _ (norm u * (norm (A i) * norm v))); last by right; ring.
  by apply: Rmult_le_compat => //; exact: Rabs_pos.
Qed.

(** A remainder of second order is a derivative. *)
Lemma second_order {n} (E : vec n -> R) G c : 0 < c ->
  (forall a b, Rabs (E b - E a - dot (G a) (vsub b a)) <= c * (distance b a * distance b a)) -> differentiable E G.
Proof.
  move=> c0 h a eps e0; exists (eps / c); split; first exact: Rdiv_lt_0_compat.
  move=> b d; apply: Rle_trans (h a b) _; rewrite -Rmult_assoc; apply: Rmult_le_compat_r; first exact: norm_ge0.
  have := Rmult_lt_compat_l c _ _ c0 d; rewrite (_ : c * (eps / c) = eps); [lra | field; lra].
Qed.

Section Classical.
Context {N : nat} (h : hopfield N).

Lemma classical_ok : regular h -> symmetric (coupling h) -> modular_ok (classical_frame h).
Proof.
  move=> [tau0 reg] sym; split; last split => //.
    move=> l; rewrite (_ : (fun x i => _) = fun (x : vec N) i => activation h (x i)); last first.
      by apply: functional_extensionality => x; apply: functional_extensionality => i; rewrite /= (ord1 l).
    split=> [x i|x z] /=.
      rewrite /partial /directional; evar_last.
        apply: (is_derive_sum (fun j s => primitive h (x j + s * kdelta i j)) 0 (fun j => activation h (x j) * kdelta i j)) => j.
        evar_last.
          apply: (is_derive_comp (primitive h) (fun s => x j + s * kdelta i j)).
            by rewrite Rmult_0_l Rplus_0_r; exact: (reg (x j)).1.
          by auto_derive.
        by rewrite /scal /= /mult /=; ring.
      by rewrite sum_kdelta_r.
    rewrite /dot -sum_plus; apply: sum_le => i.
    have [c [hc E]] := MVT_gen (primitive h) (x i) (z i) (activation h) (fun c _ => (reg c).1)
      (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (reg c).1))).
    have mono a b : a <= b -> activation h a <= activation h b.
      move=> ab; have [e [_ E']] := MVT_gen (activation h) a b (slope h) (fun c _ => (reg c).2.1)
        (fun c _ => proj2 (continuity_pt_filterlim _ c) (ex_derive_continuous _ c (ex_intro _ _ (reg c).2.1))).
      have := (reg e).2.2; nra.
    suff : activation h (x i) * (z i - x i) <= activation h c * (z i - x i) by lra.
    case: (Rle_lt_dec (x i) (z i)) => [le|lt]; move: hc.
      by rewrite Rmin_left // Rmax_right // => hc; apply: Rmult_le_compat_r; [lra | apply: mono; lra].
    rewrite Rmin_right ?Rmax_left; try lra; move=> hc.
    have := mono c (x i) ltac:(lra); nra.
  have [c [c0 bb]] := bilinear_bound (coupling h).
  apply: (second_order _ _ c c0) => a b /=.
  have -> : - (/ 2 * dot b (mulmv (coupling h) b)) - - (/ 2 * dot a (mulmv (coupling h) a))
      - dot (fun i => - mulmv (coupling h) a i) (vsub b a)
    = - (/ 2) * dot (vsub b a) (mulmv (coupling h) (vsub b a)).
    rewrite dot_opp_l /vsub.
    rewrite (dot_ext (fun i => b i - a i) (fun i => b i - a i) (mulmv (coupling h) (fun i => b i - a i))
      (fun i => mulmv (coupling h) b i - mulmv (coupling h) a i)) //; last by move=> i; rewrite mulmv_minus.
    rewrite !dot_minus_l !dot_minus_r (dot_sym (mulmv _ a) b) (dot_sym (mulmv _ a) a).
    by rewrite [dot a (mulmv (coupling h) b)]dot_mulmv_sym // (dot_sym (mulmv _ a) b); field.
  rewrite Rabs_mult Rabs_Ropp (Rabs_pos_eq (/ 2)); last lra.
  have := bb (vsub b a) (vsub b a); rewrite -/(distance b a); have := Rabs_pos (dot (vsub b a) (mulmv (coupling h) (vsub b a))); lra.
Qed.

Lemma classical_energy x : modular_energy (classical_frame h) x = hopfield_energy h x.
Proof. by rewrite /modular_energy /hopfield_energy /= sum_n1 sum_minus /dot; ring. Qed.

Lemma classical_velocity x i : modular_velocity (classical_frame h) x i = hopfield_velocity h x i.
Proof. by rewrite /modular_velocity /hopfield_velocity /=; congr (_ / _); ring. Qed.
End Classical.

Section ModernFrame.
Context {d n : nat} (b : R) (Z : mat n d) (tx ty : R).
Let F := modern_frame b Z tx ty.
Let Gx (a : vec d) (p : vec n) : vec d := mulmv (fun i mu => - Z mu i) p.
Let Gy (a : vec d) (p : vec n) : vec n := fun mu => - mulmv Z a mu.

Lemma modern_well_formed : (0 < n)%N -> 0 < b -> 0 < tx -> 0 < ty -> well_formed F.
Proof.
  move=> n0 b0 tx0 ty0; split; last split => //.
    split=> [x i|x x'] /=.
      rewrite /partial /directional; evar_last.
        apply: is_derive_scal; apply: (is_derive_dot (fun s j => x j + s * kdelta i j) (fun s j => x j + s * kdelta i j) 0 (kdelta i) (kdelta i)) => j; auto_derive => //; ring.
      rewrite dot_kdelta_l dot_kdelta_r; field.
    have S := dot_minus_sq x' x; have P := dot_ge0 (fun i => x' i - x i); rewrite S in P.
    by rewrite dot_minus_r; rewrite (dot_sym x' x) in P; lra.
  split=> [y j|y y'] /=.
    rewrite /partial /directional; evar_last.
      by apply: (is_derive_lse_line b (fun s i => y i + s * kdelta j i) (kdelta j)) => [//||i]; [lra | auto_derive => //; ring].
    rewrite dot_kdelta_r; apply: softmax_ext => i; ring.
  have := lse_tangent b y (fun i => y' i - y i) n0 b0.
  rewrite (_ : (fun i => y i + (y' i - y i)) = y'); first lra.
  by apply: functional_extensionality => i; ring.
Qed.

Lemma modern_frame_energy x : frame_energy F x (mulmv Z x) = modern_energy b Z x.
Proof. by rewrite /frame_energy /modern_energy /= (dot_sym (mulmv Z x)); field. Qed.

Lemma modern_frame_differentiable :
  differentiable (coupling_energy (two_layers F Gx Gy)) (coupling_gradient (two_layers F Gx Gy)).
Proof.
  have [c [c0 bb]] := bilinear_bound Z; apply: (second_order _ _ c c0) => u v /=.
  rewrite dot_join left_join right_join.
  set a := left u; set p := right u; set a' := left v; set p' := right v.
  have el : left (vsub v u) = vsub a' a by [].
  have er : right (vsub v u) = vsub p' p by [].
  rewrite el er.
  have -> : dot (Gx a p) (vsub a' a) = - dot p (mulmv Z (vsub a' a)).
    rewrite dot_mulmv -dot_opp_l; apply: sum_ext => i; congr (_ * _).
    by rewrite /Gx /mulmv -sum_opp; apply: sum_ext => mu; ring.
  rewrite /Gy dot_opp_l (dot_sym (mulmv Z a)).
  have ez : mulmv Z (vsub a' a) = fun mu => mulmv Z a' mu - mulmv Z a mu.
    by apply: functional_extensionality => mu; rewrite /vsub mulmv_minus.
  have -> : - dot p' (mulmv Z a') - - dot p (mulmv Z a) - (- dot p (mulmv Z (vsub a' a)) + - dot (vsub p' p) (mulmv Z a))
    = - dot (vsub p' p) (mulmv Z (vsub a' a)).
    by rewrite ez /vsub !dot_minus_l !dot_minus_r; ring.
  rewrite Rabs_Ropp; apply: Rle_trans (bb _ _) _; apply: Rmult_le_compat_l; first lra.
  have D : dot (vsub v u) (vsub v u) = dot (vsub a' a) (vsub a' a) + dot (vsub p' p) (vsub p' p) by rewrite dot_join el er.
  have sub w : dot w w <= dot (vsub v u) (vsub v u) -> sqrt (dot w w) <= distance v u.
    by move=> le; apply: sqrt_le_1_alt.
  have g1 := dot_ge0 (vsub a' a); have g2 := dot_ge0 (vsub p' p).
  apply: Rmult_le_compat; try exact: norm_ge0.
    by apply: sqrt_le_1_alt; lra.
  by apply: sqrt_le_1_alt; lra.
Qed.
End ModernFrame.

(** ** The exact rate, where the activations are differentiable along the curve *)

Lemma is_derive_squeeze (f lo hi : R -> R) t d :
  (forall s, lo s <= f s - f t <= hi s) -> lo t = 0 -> hi t = 0 ->
  is_derive lo t d -> is_derive hi t d -> is_derive f t d.
Proof.
  move=> H l0 h0 /is_derive_Reals Dl /is_derive_Reals Dh; apply/is_derive_Reals => eps eps0.
  have [d1 H1] := Dl eps eps0; have [d2 H2] := Dh eps eps0.
  have p1 := cond_pos d1; have p2 := cond_pos d2.
  have m0 : 0 < Rmin d1 d2 by apply: Rmin_glb_lt.
  exists (mkposreal _ m0) => h hn /= hd.
  have := H1 h hn (Rlt_le_trans _ _ _ hd (Rmin_l _ _)); have := H2 h hn (Rlt_le_trans _ _ _ hd (Rmin_r _ _)).
  rewrite l0 h0 !Rminus_0_r => /Rabs_def2 [a1 a2] /Rabs_def2 [b1 b2].
  have [c1 c2] := H (t + h).
  case: (Rlt_le_dec 0 h) => hp.
    have ip := Rinv_0_lt_compat _ hp.
    have e1 := Rmult_le_compat_r _ _ _ (Rlt_le _ _ ip) c1; have e2 := Rmult_le_compat_r _ _ _ (Rlt_le _ _ ip) c2.
    by rewrite /Rdiv in a1 a2 b1 b2 *; apply: Rabs_def1; lra.
  have hneg : h < 0 by case: hp.
  have ip := Rinv_lt_0_compat _ hneg.
  have e1 := Rmult_le_compat_neg_l _ _ _ (Rlt_le _ _ ip) c1; have e2 := Rmult_le_compat_neg_l _ _ _ (Rlt_le _ _ ip) c2.
  by rewrite /Rdiv in a1 a2 b1 b2 *; apply: Rabs_def1; lra.
Qed.

Lemma differentiable_chain {n} (E : vec n -> R) G (a : R -> vec n) t da : differentiable E G ->
  (forall i, is_derive (fun s => a s i) t (da i)) -> is_derive (fun s => E (a s)) t (dot (G (a t)) da).
Proof.
  move=> df D.
  (* the remainder has derivative 0 *)
  suff R0 : is_derive (fun s => E (a s) - E (a t) - dot (G (a t)) (vsub (a s) (a t))) t 0.
    have P : is_derive (fun s => E (a t) + dot (G (a t)) (vsub (a s) (a t))) t (dot (G (a t)) da).
      evar_last.
        apply: is_derive_plus; first exact: is_derive_const.
        apply: (is_derive_sum (fun i s => G (a t) i * (a s i - a t i)) t (fun i => G (a t) i * da i)) => i.
        apply: is_derive_scal; evar_last; first by apply: is_derive_minus; [exact: D | exact: is_derive_const].
        by rewrite /minus /plus /opp /zero /=; ring.
      exact: Rplus_0_l.
    evar_last; first apply: is_derive_ext (is_derive_plus _ _ _ _ _ R0 P) => s.
      by rewrite /plus /=; ring.
    by rewrite /plus /=; ring.
  apply/is_derive_Reals => eps eps0.
  pose V := sum (fun i => Rabs (da i) + 1).
  have V0 : 0 <= V by apply: sum_ge0 => i; have := Rabs_pos (da i); lra.
  have e0 : 0 < eps / (V + 1) by apply: Rdiv_lt_0_compat; lra.
  have [d1 [d10 near]] := df (a t) _ e0.
  have [d2 [d20 step]] : exists d, 0 < d /\ forall i h, 0 < h < d -> forall k, Rabs k = h ->
      Rabs (a (t + k) i - a t i) <= (Rabs (da i) + 1) * h.
    apply: common_delta => i; have /is_derive_Reals /(_ 1 Rlt_0_1) [d H] := D i.
    exists d; split; first exact: cond_pos.
    move=> h hh k kh; have k0 : k <> 0 by move=> z; move: kh; rewrite z Rabs_R0; lra.
    have kd : Rabs k < d by lra.
    have L1 := H k k0 kd.
    have -> : a (t + k) i - a t i = ((a (t + k) i - a t i) / k) * k by field.
    rewrite Rabs_mult kh; apply: Rmult_le_compat_r; first lra.
    have := Rabs_triang ((a (t + k) i - a t i) / k - da i) (da i).
    rewrite (_ : (a (t + k) i - a t i) / k - da i + da i = (a (t + k) i - a t i) / k); [lra | ring].
  have q0 : 0 < d1 / (V + 1) by apply: Rdiv_lt_0_compat; lra.
  have m0 : 0 < Rmin d2 (d1 / (V + 1)) by apply: Rmin_glb_lt.
  exists (mkposreal _ m0) => h hn /= hd.
  have hp : 0 < Rabs h by exact: Rabs_pos_lt.
  have h2 : Rabs h < d2 by apply: Rlt_le_trans hd (Rmin_l _ _).
  have h1 : Rabs h < d1 / (V + 1) by apply: Rlt_le_trans hd (Rmin_r _ _).
  have dist : distance (a (t + h)) (a t) <= V * Rabs h.
    apply: Rle_trans (norm_le_sum_abs _) _; rewrite /V -sum_scal_r; apply: sum_le => i; rewrite /vsub.
    by apply: (step i (Rabs h)) => //; lra.
  have small : distance (a (t + h)) (a t) < d1.
    apply: (Rle_lt_trans _ _ _ dist).
    have := Rmult_lt_compat_r (V + 1) _ _ ltac:(lra) h1; rewrite (_ : d1 / (V + 1) * (V + 1) = d1); [nra | field; lra].
  have := near _ small.
  have -> : dot (G (a t)) (vsub (a t) (a t)) = 0 by apply: sum_eq0 => i; rewrite /vsub; ring.
  set r := E (a (t + h)) - _ - _ => le.
  rewrite (_ : (r - (E (a t) - E (a t) - 0)) / h - 0 = r / h); last by rewrite /Rdiv; ring.
  rewrite /Rdiv Rabs_mult Rabs_inv; apply: (Rmult_lt_reg_r (Rabs h)) => //.
  rewrite Rmult_assoc Rinv_l ?Rmult_1_r; last lra.
  apply: (Rle_lt_trans _ _ _ le); apply: (Rle_lt_trans _ (eps / (V + 1) * (V * Rabs h))).
    by apply: Rmult_le_compat_l; lra.
  have -> : eps / (V + 1) * (V * Rabs h) = eps * Rabs h * (V / (V + 1)) by field; lra.
  have q1 : V / (V + 1) < 1 by apply: (Rmult_lt_reg_r (V + 1)); [lra | rewrite /Rdiv Rmult_assoc Rinv_l; lra].
  have : 0 < eps * Rabs h by apply: Rmult_lt_0_compat.
  nra.
Qed.

Section Rate.
Context {n L : nat} (M : modular n L) (ok : modular_ok M).

Lemma modular_rate (x : R -> vec n) t da : modular_follows M x t ->
  (forall i, is_derive (fun s => activations M (x s) i) t (da i)) ->
  is_derive (fun s => modular_energy M (x s)) t
    (- sum (fun i => time M (layer M i) * (modular_velocity M (x t) i * da i))).
Proof.
  move=> F D; set g := activations M in D *.
  pose leg s := dot (x s) (g (x s)) - sum (fun l => lagrangian M l (x s)).
  have Dleg : is_derive leg t (dot (x t) da).
    have DA i : is_derive (fun s => g (x s) i - g (x t) i) t (da i).
      evar_last; first by apply: is_derive_minus; [exact: D | exact: is_derive_const].
      by rewrite /minus /plus /opp /zero /=; ring.
    apply: (is_derive_squeeze leg (fun s => dot (x t) (vsub (g (x s)) (g (x t)))) (fun s => dot (x s) (vsub (g (x s)) (g (x t))))).
    - move=> s; have h1 := energy_rise M ok (x t) (x s); have h2 := energy_fall M ok (x t) (x s).
      rewrite /modular_energy -/g in h1 h2; rewrite /leg; lra.
    - by apply: sum_eq0 => i; rewrite /vsub; ring.
    - by apply: sum_eq0 => i; rewrite /vsub; ring.
    - by apply: (is_derive_sum (fun i s => x t i * (g (x s) i - g (x t) i))) => i; apply: is_derive_scal.
    - evar_last; first by apply: (is_derive_dot x (fun s => vsub (g (x s)) (g (x t))) t (modular_velocity M (x t)) da F DA).
      rewrite (_ : dot (modular_velocity M (x t)) _ = 0); first by ring.
      by apply: sum_eq0 => i; rewrite /vsub; ring.
  have Dc := differentiable_chain _ _ (fun s => g (x s)) t da ok.2.1 D.
  evar_last; first exact: is_derive_plus Dleg Dc.
  rewrite /plus /= -sum_opp /dot -sum_plus; apply: sum_ext => i.
  by rewrite /modular_velocity -/g; field; have := ok.2.2 (layer M i); lra.
Qed.

Lemma modular_rate_sign (x : R -> vec n) t da : modular_follows M x t ->
  (forall i, is_derive (fun s => activations M (x s) i) t (da i)) ->
  0 <= sum (fun i => time M (layer M i) * (modular_velocity M (x t) i * da i)).
Proof.
  move=> F D; pose q s := sum (fun i => time M (layer M i) * ((x s i - x t i) * (activations M (x s) i - activations M (x t) i))).
  (* q(t + h) / h^2 tends to this sum and is never negative *)
  pose S := sum (fun i => time M (layer M i) * (modular_velocity M (x t) i * da i)).
  apply: Rnot_lt_le; rewrite -/S => neg.
  pose w i h := time M (layer M i) * (((x (t + h) i - x t i) / h) * ((activations M (x (t + h)) i - activations M (x t) i) / h)).
  have quot (f : R -> R) l : is_derive f t l -> is_lim (fun h => (f (t + h) - f t) / h) 0 l.
    move/is_derive_Reals => H; apply/is_lim_spec => eps; have [d Hd] := H eps (cond_pos eps).
    exists d => h hd h0; apply: Hd => //; move: hd; rewrite /ball /= /AbsRing_ball /= /minus /plus /opp /=.
    by rewrite /abs /= Ropp_0 Rplus_0_r.
  have W i : is_lim (w i) 0 (time M (layer M i) * (modular_velocity M (x t) i * da i)).
    apply: (is_lim_scal_l _ (time M (layer M i)) 0 (modular_velocity M (x t) i * da i)).
    apply: (is_lim_mult (fun h => (x (t + h) i - x t i) / h) _ 0 (modular_velocity M (x t) i) (da i)) => //.
      exact: (quot (fun s => x s i)).
    exact: (quot (fun s => activations M (x s) i)).
  have lim : is_lim (fun h => sum (fun i => w i h)) 0 S.
    rewrite /S /sum; elim: (index_enum _) => [|i l IH].
      by apply: (is_lim_ext (fun _ => 0)); [move=> h; rewrite big_nil | rewrite big_nil; exact: is_lim_const].
    rewrite big_cons; apply: (is_lim_ext (fun h => w i h + \big[Rplus/0]_(j <- l) w j h)).
      by move=> h; rewrite big_cons.
    by apply: is_lim_plus'.
  have neg' : 0 < - S / 2 by lra.
  have /is_lim_spec /(_ (mkposreal _ neg')) [d Hd] := lim; have d0 := cond_pos d.
  have hd : 0 < d / 2 by lra.
  have b0 : ball 0 d (d / 2).
    by rewrite /ball /= /AbsRing_ball /= /minus /plus /opp /abs /= Ropp_0 Rplus_0_r Rabs_pos_eq; lra.
  have := Hd (d / 2) b0 ltac:(lra) => /= /Rabs_def2 [up _].
  have := activation_monotone M ok (x t) (x (t + d / 2)).
  have -> : sum (fun i => time M (layer M i) * ((x (t + d / 2) i - x t i) * (activations M (x (t + d / 2)) i - activations M (x t) i)))
     = d / 2 * (d / 2) * sum (fun i => w i (d / 2)).
    by rewrite -sum_scal_l; apply: sum_ext => i; rewrite /w; field; lra.
  have : 0 < d / 2 * (d / 2) by apply: Rmult_lt_0_compat.
  nra.
Qed.
End Rate.
