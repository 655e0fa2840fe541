(** The energy of the four-layer context-gated memory and its descent. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Context defs.ContextFlow.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxLse lib.ContextClamped lib.ContextThreshold lib.ContextToy.

Open Scope R_scope.

Lemma is_derive_mulmv {m n} (A : mat m n) (y : R -> vec n) t dy i :
  (forall j, is_derive (fun h => y h j) t (dy j)) ->
  is_derive (fun h => mulmv A (y h) i) t (mulmv A dy i).
Proof.
by move=> h; apply: (is_derive_sum (fun j h => A i j * y h j)) => j; apply: is_derive_scal.
Qed.

Lemma is_derive_readout {d N} (Z : mat N d) (y : R -> vec N) t dy i :
  (forall j, is_derive (fun h => y h j) t (dy j)) ->
  is_derive (fun h => readout Z (y h) i) t (readout Z dy i).
Proof.
move=> h; apply: (is_derive_sum (fun mu h => y h mu * Z mu i)) => j.
by evar_last; [apply: is_derive_mult; [exact: h | exact: is_derive_const | exact: Rmult_comm] |];
  rewrite /plus /mult /zero /=; ring.
Qed.

Lemma dot_readout {d N} (Z : mat N d) (p : vec N) (q : vec d) :
  dot q (readout Z p) = dot p (fun mu => dot (Z mu) q).
Proof.
rewrite /dot /readout.
rewrite (sum_ext _ (fun i => sum (fun mu => q i * (p mu * Z mu i)))); last by move=> i; rewrite sum_scal_l.
rewrite sum_swap; apply: sum_ext => mu; rewrite -sum_scal_l; apply: sum_ext => i; ring.
Qed.

Lemma competition_sym {d N} (Z : mat N d) i j : competition Z i j = competition Z j i.
Proof. by rewrite /competition /gram eq_sym; case: (j == i) => //; rewrite dot_sym. Qed.

Section Energy.
Context {dc d N : nat} (n : network dc d N).
Let Z := stored n.
Let W := projection n.

Lemma hypersynapses_derive (c : R -> vec dc) (s p : R -> vec N) (q : R -> vec d) t dc' ds dp dq :
  (forall i, is_derive (fun h => c h i) t (dc' i)) -> (forall i, is_derive (fun h => s h i) t (ds i)) ->
  (forall i, is_derive (fun h => p h i) t (dp i)) -> (forall i, is_derive (fun h => q h i) t (dq i)) ->
  is_derive (fun h => hypersynapses n (c h) (s h) (p h) (q h)) t
    (dot dc' (fun i => - mulmv (fun j mu => W mu j) (s t) i)
     + dot ds (fun mu => - mulmv W (c t) mu + competing n * mulmv (competition Z) (s t) mu - coupling n * p t mu)
     + dot dp (fun mu => - (coupling n * s t mu) - dot (Z mu) (q t))
     + dot dq (fun i => - readout Z (p t) i)).
Proof.
move=> hc hs hp hq.
have h1 := is_derive_dot s (fun h => mulmv W (c h)) t _ _ hs (fun i => is_derive_mulmv W c t dc' i hc).
have h2 := is_derive_dot s (fun h => mulmv (competition Z) (s h)) t _ _ hs (fun i => is_derive_mulmv (competition Z) s t ds i hs).
have h3 := is_derive_dot s p t _ _ hs hp.
have h4 := is_derive_dot q (fun h => readout Z (p h)) t _ _ hq (fun i => is_derive_readout Z p t dp i hp).
evar_last.
  apply: is_derive_plus; [apply: is_derive_plus; [apply: is_derive_plus|] |].
  - exact: (is_derive_opp _ _ _ h1).
  - exact: (is_derive_scal _ _ (competing n / 2) _ h2).
  - exact: (is_derive_opp _ _ _ (is_derive_scal _ _ (coupling n) _ h3)).
  - exact: (is_derive_opp _ _ _ h4).
rewrite /plus /opp /=.
rewrite (dot_opp_r dc') (dot_opp_r dq) !dot_minus_r dot_plus_r !dot_opp_r !dot_scal_r.
rewrite (dot_readout Z dp) (dot_mulmv W (s t) dc') (dot_sym dc').
rewrite (dot_mulmv_sym (competition Z) (s t)); last exact: competition_sym.
rewrite (dot_sym (mulmv (competition Z) (s t)) ds) (dot_sym dp (s t)).
field.
Qed.

Lemma constant_coord {k} (v : vec k) (t : R) i : is_derive (fun _ : R => v i) t 0.
Proof. exact: is_derive_const. Qed.

Lemma line_coord {k} (v w : vec k) i : is_derive (fun h => v i + h * w i) 0 (w i).
Proof. by auto_derive => //; ring. Qed.

Lemma at_zero {k} (v w : vec k) : (fun i => v i + 0 * w i) = v.
Proof. by apply: functional_extensionality => i; ring. Qed.

Section Partials.
Variables (c : vec dc) (s p : vec N) (q : vec d).

Lemma partial_c i : partial (fun a => hypersynapses n a s p q) c i (- mulmv (fun j mu => W mu j) s i).
Proof.
have h := hypersynapses_derive (fun h j => c j + h * kdelta i j) (fun _ => s) (fun _ => p) (fun _ => q) 0
  (kdelta i) (fun _ => 0) (fun _ => 0) (fun _ => 0) (line_coord c (kdelta i)) (constant_coord s 0) (constant_coord p 0) (constant_coord q 0).
by evar_last; [exact: h | rewrite !dot_0_l dot_kdelta_l; ring].
Qed.

Lemma partial_s i : partial (fun a => hypersynapses n c a p q) s i
  (- mulmv W c i + competing n * mulmv (competition Z) s i - coupling n * p i).
Proof.
have h := hypersynapses_derive (fun _ => c) (fun h j => s j + h * kdelta i j) (fun _ => p) (fun _ => q) 0
  (fun _ => 0) (kdelta i) (fun _ => 0) (fun _ => 0) (constant_coord c 0) (line_coord s (kdelta i)) (constant_coord p 0) (constant_coord q 0).
by evar_last; [exact: h | rewrite !dot_0_l dot_kdelta_l at_zero; ring].
Qed.

Lemma partial_p i : partial (fun a => hypersynapses n c s a q) p i (- (coupling n * s i) - dot (Z i) q).
Proof.
have h := hypersynapses_derive (fun _ => c) (fun _ => s) (fun h j => p j + h * kdelta i j) (fun _ => q) 0
  (fun _ => 0) (fun _ => 0) (kdelta i) (fun _ => 0) (constant_coord c 0) (constant_coord s 0) (line_coord p (kdelta i)) (constant_coord q 0).
by evar_last; [exact: h | rewrite !dot_0_l dot_kdelta_l; ring].
Qed.

Lemma partial_q i : partial (fun a => hypersynapses n c s p a) q i (- readout Z p i).
Proof.
have h := hypersynapses_derive (fun _ => c) (fun _ => s) (fun _ => p) (fun h j => q j + h * kdelta i j) 0
  (fun _ => 0) (fun _ => 0) (fun _ => 0) (kdelta i) (constant_coord c 0) (constant_coord s 0) (constant_coord p 0) (line_coord q (kdelta i)).
by evar_last; [exact: h | rewrite !dot_0_l dot_kdelta_l; ring].
Qed.
End Partials.

Lemma partial_unique {k} (F : vec k -> R) v i a b : partial F v i a -> partial F v i b -> a = b.
Proof. by move=> h h'; rewrite -(is_derive_unique _ _ _ h) -(is_derive_unique _ _ _ h'). Qed.

Lemma follows_solution c s r q t : network_positive n ->
  network_follows n c s r q t <-> network_solution n c s r q t.
Proof.
move=> [b0 [tc [ts [tr tq]]]]; split.
- move=> [c' [s' [r' [q' [hc [hs [hr [hq [pc [ps [pp pq]]]]]]]]]]].
  split; [|split; [|split]] => i.
  + evar_last; first exact: hc.
    have e := partial_unique _ _ _ _ _ (pc i) (partial_c (c t) (s t) _ (q t) i).
    by apply: (Rmult_eq_reg_l (time_c n)); [rewrite /context_velocity -/W; field_simplify; lra | lra].
  + evar_last; first exact: hs.
    have e := partial_unique _ _ _ _ _ (ps i) (partial_s (c t) (s t) _ (q t) i).
    by apply: (Rmult_eq_reg_l (time_s n)); [rewrite /gates_velocity -/W -/Z; field_simplify; lra | lra].
  + evar_last; first exact: hr.
    have e := partial_unique _ _ _ _ _ (pp i) (partial_p (c t) (s t) _ (q t) i).
    by apply: (Rmult_eq_reg_l (time_r n)); [rewrite /scores_velocity -/Z; field_simplify; lra | lra].
  + evar_last; first exact: hq.
    have e := partial_unique _ _ _ _ _ (pq i) (partial_q (c t) (s t) _ (q t) i).
    by apply: (Rmult_eq_reg_l (time_q n)); [rewrite /query_velocity -/Z; field_simplify; lra | lra].
- move=> [hc [hs [hr hq]]]; do 4 eexists; do 4 (split; first eassumption).
  split; [|split; [|split]] => i.
  + by evar_last; [exact: partial_c | rewrite /context_velocity -/W; field; lra].
  + by evar_last; [exact: partial_s | rewrite /gates_velocity -/W -/Z; field; lra].
  + by evar_last; [exact: partial_p | rewrite /scores_velocity -/Z; field; lra].
  + by evar_last; [exact: partial_q | rewrite /query_velocity -/Z; field; lra].
Qed.

(** ** The layers *)

Lemma half_square_derive {k} (x : R -> vec k) t dx : (forall i, is_derive (fun h => x h i) t (dx i)) ->
  is_derive (fun h => half_square (x h)) t (dot (x t) dx).
Proof.
move=> h; evar_last; first exact: (is_derive_scal _ _ (/ 2) _ (is_derive_dot x x t dx dx h h)).
by rewrite (dot_sym dx); field.
Qed.

Lemma half_square_convex {k} : convex_with_gradient (@half_square k) (fun x => x).
Proof.
split=> [x i|x x'].
  evar_last; first exact: (half_square_derive (fun h j => x j + h * kdelta i j) 0 _ (line_coord x (kdelta i))).
  by rewrite /= at_zero dot_kdelta_r.
have := dot_ge0 (fun i => x' i - x i); rewrite dot_minus_sq dot_minus_r /half_square (dot_sym x' x); lra.
Qed.

Lemma lse_convex_gradient {k} b : (0 < k)%N -> 0 < b ->
  convex_with_gradient (@log_sum_exp k b) (softmax b).
Proof.
move=> k0 b0; split=> [x i|x x'].
  evar_last; first apply: (is_derive_lse_line b (fun h j => x j + h * kdelta i j) (kdelta i) 0 k0 _ (line_coord x (kdelta i))); first lra.
  by rewrite /= at_zero dot_kdelta_r.
have := lse_tangent b x (fun i => x' i - x i) k0 b0.
rewrite (_ : (fun i => x i + (x' i - x i)) = x'); last by apply: functional_extensionality => i; ring.
lra.
Qed.

Lemma half_square_hessian {k} (x v w : vec k) : is_hessian half_square x v w (dot v w).
Proof.
apply: (is_derive_ext (fun h => dot (fun i => x i + h * v i) w)).
  move=> h; symmetry; apply: is_derive_unique.
  evar_last; first exact: (half_square_derive (fun k i => (x i + h * v i) + k * w i) 0 _ (line_coord _ w)).
  by rewrite /= at_zero.
evar_last; first exact: (is_derive_dot _ (fun _ => w) 0 _ _ (line_coord x v) (constant_coord w 0)).
by rewrite dot_0_r Rplus_0_r.
Qed.

Lemma lse_hessian {k} b (x v w : vec k) : (0 < k)%N -> 0 < b ->
  is_hessian (log_sum_exp b) x v w (b * softcov (softmax b x) v w).
Proof.
move=> k0 b0; apply: (is_derive_ext (fun h => dot (softmax b (fun i => x i + h * v i)) w)).
  move=> h; symmetry; apply: is_derive_unique.
  evar_last; first apply: (is_derive_lse_line b (fun k i => (x i + h * v i) + k * w i) w 0 k0 _ (line_coord _ w)); first lra.
  by rewrite /= at_zero.
have ds i := is_derive_softmax_line b (fun h i => x i + h * v i) v 0 i (line_coord x v).
evar_last; first exact: (is_derive_dot _ (fun _ => w) 0 _ _ ds (constant_coord w 0)).
rewrite /= at_zero dot_0_r Rplus_0_r /softcov.
set p := softmax b x; set k1 := dot p v.
rewrite {1}/dot (sum_ext _ (fun i => b * (p i * (v i * w i)) - (b * k1) * (p i * w i))).
  by rewrite sum_minus !sum_scal_l /dot; ring.
by move=> i; ring.
Qed.

(** ** The energy along a curve: the currents are minus its derivative in the activations *)

Lemma energy_chain (c : R -> vec dc) (s r : R -> vec N) (q : R -> vec d) t dc' ds dr dq :
  network_positive n -> (0 < N)%N ->
  (forall i, is_derive (fun h => c h i) t (dc' i)) -> (forall i, is_derive (fun h => s h i) t (ds i)) ->
  (forall i, is_derive (fun h => r h i) t (dr i)) -> (forall i, is_derive (fun h => q h i) t (dq i)) ->
  let p := softmax (sharpness n) (r t) in
  is_derive (fun h => network_energy n (c h) (s h) (r h) (q h)) t
    (- (time_c n * dot (context_velocity n (c t) (s t)) dc'
        + time_s n * dot (gates_velocity n (c t) (s t) (r t)) ds
        + time_r n * (sharpness n * softcov p (scores_velocity n (s t) (r t) (q t)) dr)
        + time_q n * dot (query_velocity n (r t) (q t)) dq)).
Proof.
move=> [b0 [tc [ts [tr tq]]]] N0 hc hs hr hq p.
pose b := sharpness n; pose dp i := b * (p i * (dr i - dot p dr)).
have hp i : is_derive (fun h => softmax b (r h) i) t (dp i) := is_derive_softmax_line b r dr t i hr.
have hh := hypersynapses_derive c s (fun h => softmax b (r h)) q t _ _ _ _ hc hs hp hq.
have sq k (x : R -> vec k) dx : (forall i, is_derive (fun h => x h i) t (dx i)) ->
    is_derive (fun h => dot (x h) (x h) - half_square (x h)) t (dot dx (x t)).
  move=> hx; evar_last.
    apply: is_derive_minus; [exact: (is_derive_dot x x t _ _ hx hx) | exact: half_square_derive hx].
  by rewrite /minus /plus /opp /= (dot_sym (x t)); ring.
have hl : is_derive (fun h => dot (r h) (softmax b (r h)) - log_sum_exp b (r h)) t (dot dp (r t)).
  evar_last.
    apply: is_derive_minus; first exact: (is_derive_dot r _ t _ _ hr hp).
    by apply: is_derive_lse_line => //; rewrite /b; lra.
  rewrite /minus /plus /opp /= (dot_sym (r t) dp) (dot_sym dr (softmax b (r t))); ring.
evar_last.
  apply: is_derive_plus; last exact: hh.
  apply: is_derive_plus; [apply: is_derive_plus; [apply: is_derive_plus|]|].
  - exact: sq hc.
  - exact: sq hs.
  - exact: hl.
  - exact: sq hq.
rewrite /plus /=.
have cov w : dot dp w = b * softcov p w dr.
  rewrite /dot (sum_ext _ (fun i => b * (p i * (w i * dr i)) - (b * dot p dr) * (p i * w i))).
    by rewrite sum_minus !sum_scal_l /softcov /dot; ring.
  by move=> i; rewrite /dp; ring.
have e1 : time_c n * dot (context_velocity n (c t) (s t)) dc' =
    - (dot dc' (c t) + dot dc' (fun i => - mulmv (fun j mu => W mu j) (s t) i)).
  rewrite -dot_plus_r (dot_sym _ dc') -dot_scal_r -dot_opp_r; apply: dot_ext => // i.
  by rewrite /context_velocity -/W; field; lra.
have e2 : time_s n * dot (gates_velocity n (c t) (s t) (r t)) ds =
    - (dot ds (s t) + dot ds (fun mu => - mulmv W (c t) mu + competing n * mulmv (competition Z) (s t) mu - coupling n * p mu)).
  rewrite -dot_plus_r (dot_sym _ ds) -dot_scal_r -dot_opp_r; apply: dot_ext => // i.
  by rewrite /gates_velocity -/W -/Z -/p; field; lra.
have e3 : time_r n * (b * softcov p (scores_velocity n (s t) (r t) (q t)) dr) =
    - (dot dp (r t) + dot dp (fun mu => - (coupling n * s t mu) - dot (Z mu) (q t))).
  rewrite -dot_plus_r -dot_opp_r cov -!(Rmult_comm (b * _)) Rmult_assoc -[RHS]/(_ * _).
  have -> : softcov p (fun i => - (r t i + (- (coupling n * s t i) - dot (Z i) (q t)))) dr =
      softcov p (fun i => time_r n * scores_velocity n (s t) (r t) (q t) i) dr.
    by congr (softcov p _ dr); apply: functional_extensionality => i; rewrite /scores_velocity -/Z; field; lra.
  by rewrite softcov_scal_l; ring.
have e4 : time_q n * dot (query_velocity n (r t) (q t)) dq = - (dot dq (q t) + dot dq (fun i => - readout Z p i)).
  rewrite -dot_plus_r (dot_sym _ dq) -dot_scal_r -dot_opp_r; apply: dot_ext => // i.
  by rewrite /query_velocity -/Z -/p; field; lra.
rewrite -/b e1 e2 e3 e4 -/p; ring.
Qed.
End Energy.

Lemma competition_partial {dc d N} (n : network dc d N) s i :
  partial (competition_energy n) s i (competing n * mulmv (competition (stored n)) s i).
Proof.
have z k l (A : mat k l) j : mulmv A (fun _ => 0) j = 0 by apply: sum_eq0 => x; ring.
have h := partial_s n (fun _ => 0) s (fun _ => 0) (fun _ => 0) i.
apply: (is_derive_ext (fun h => hypersynapses n (fun _ => 0) (fun j => s j + h * kdelta i j) (fun _ => 0) (fun _ => 0))).
  move=> h'; rewrite /hypersynapses /context_energy /coupling_energy /memory_energy !dot_0_r dot_0_l.
  have e v : dot v (mulmv (projection n) (fun _ => 0)) = 0.
    by rewrite (dot_ext v v _ (fun _ => 0)) ?dot_0_r.
  rewrite e; match goal with |- ?a = ?b => change (@eq R a b) end; ring.
by evar_last; [exact: h | rewrite z; ring].
Qed.

(** Along a line of states, with p' the derivative of the activation of r. *)
Lemma energy_directional {dc d N} (n : network dc d N) (c c' : vec dc) (s s' r r' p' : vec N) (q q' : vec d) :
  network_positive n -> (0 < N)%N ->
  (forall i, is_derive (fun h => softmax (sharpness n) (fun j => r j + h * r' j) i) 0 (p' i)) ->
  is_derive (fun h => network_energy n (fun j => c j + h * c' j) (fun j => s j + h * s' j)
                        (fun j => r j + h * r' j) (fun j => q j + h * q' j)) 0
    (- (time_c n * dot (context_velocity n c s) c' + time_s n * dot (gates_velocity n c s r) s'
        + time_r n * dot (scores_velocity n s r q) p' + time_q n * dot (query_velocity n r q) q')).
Proof.
move=> pos N0 hp.
have h := energy_chain n _ _ _ _ 0 _ _ _ _ pos N0 (line_coord c c') (line_coord s s') (line_coord r r') (line_coord q q').
rewrite /= !at_zero in h; evar_last; first exact: h.
have ep i : p' i = sharpness n * (softmax (sharpness n) r i * (r' i - dot (softmax (sharpness n) r) r')).
  have e := is_derive_softmax_line (sharpness n) (fun h j => r j + h * r' j) r' 0 i (line_coord r r').
  by rewrite -(is_derive_unique _ _ _ (hp i)) (is_derive_unique _ _ _ e) at_zero.
suff -> : dot (scores_velocity n s r q) p' = sharpness n * softcov (softmax (sharpness n) r) (scores_velocity n s r q) r' by [].
set p := softmax (sharpness n) r in ep *; set v := scores_velocity n s r q; set k1 := dot p r' in ep *.
rewrite {1}/dot (sum_ext _ (fun i => sharpness n * (p i * (v i * r' i)) - (sharpness n * k1) * (p i * v i))).
  by rewrite sum_minus !sum_scal_l /softcov -/k1 /dot; ring.
by move=> i; rewrite ep; ring.
Qed.

(** ** Descent *)
Lemma network_descent {dc d N} (n : network dc d N) c s r q t : network_positive n -> (0 < N)%N ->
  network_solution n c s r q t ->
  let c' := context_velocity n (c t) (s t) in let s' := gates_velocity n (c t) (s t) (r t) in
  let r' := scores_velocity n (s t) (r t) (q t) in let q' := query_velocity n (r t) (q t) in
  exists hc hs hr hq,
    is_hessian half_square (c t) c' c' hc /\ is_hessian half_square (s t) s' s' hs /\
    is_hessian (log_sum_exp (sharpness n)) (r t) r' r' hr /\ is_hessian half_square (q t) q' q' hq /\
    is_derive (fun h => network_energy n (c h) (s h) (r h) (q h)) t
      (- (time_c n * hc + time_s n * hs + time_r n * hr + time_q n * hq)) /\
    - (time_c n * hc + time_s n * hs + time_r n * hr + time_q n * hq) <= 0.
Proof.
move=> pos N0 [hc [hs [hr hq]]] c' s' r' q'.
exists (dot c' c'), (dot s' s'), (sharpness n * softcov (softmax (sharpness n) (r t)) r' r'), (dot q' q').
case: (pos) => b0 [tc [ts [tr tq]]].
do 2 (split; first exact: half_square_hessian); split; first exact: lse_hessian.
split; first exact: half_square_hessian.
split; first exact: (energy_chain n c s r q t _ _ _ _ pos N0 hc hs hr hq).
have := dot_ge0 c'; have := dot_ge0 s'; have := dot_ge0 q'.
have := softcov_ge0 _ r' (softmax_simplex (sharpness n) (r t) N0).
set x := softcov _ _ _; move=> x0 a b e.
have := Rmult_le_pos _ _ (Rlt_le _ _ tc) e; have := Rmult_le_pos _ _ (Rlt_le _ _ ts) b.
have := Rmult_le_pos _ _ (Rlt_le _ _ tq) a; have := Rmult_le_pos _ _ (Rlt_le _ _ tr) (Rmult_le_pos _ _ (Rlt_le _ _ b0) x0).
lra.
Qed.

(** ** A small network with a solution that moves: two equal memories in R^1, W1 = 0. *)
Definition small_network : network 1 1 2 := Network 1 1 2 (fun _ _ => 1) (fun _ _ => 0) 1 1 1 1 1 1 1.

Lemma small_positive : network_positive small_network.
Proof. by rewrite /network_positive /=; lra. Qed.

Lemma small_softmax (x : R) i : softmax 1 (fun _ : 'I_2 => x) i = / 2.
Proof. by rewrite /softmax sum_n2; have := exp_pos (1 * x) => h; field; lra. Qed.

Lemma small_solution t :
  network_solution small_network (fun t _ => exp (- t)) (fun _ _ => / 4) (fun _ _ => 5 / 4) (fun _ _ => 1) t.
Proof.
split; [|split; [|split]] => i; rewrite /context_velocity /gates_velocity /scores_velocity /query_velocity /=.
- evar_last; first by auto_derive; [done | reflexivity].
  by rewrite (_ : mulmv _ _ _ = 0); [field | apply: sum_eq0 => j; ring].
- evar_last; first exact: is_derive_const.
  rewrite small_softmax /mulmv /competition /gram /dot !sum_n2 !sum_n1 /zero /=.
  by case: (ord2 i) => -> /=; lra.
- by evar_last; [exact: is_derive_const | rewrite /dot sum_n1 /zero /=; lra].
- by evar_last; [exact: is_derive_const | rewrite /readout sum_n2 !small_softmax /zero /=; lra].
Qed.
