(** * Slow neurons: how far they move, and the errors they keep (AG17, AG30) *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype finfun finset bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte defs.Signs defs.Capacity defs.Errors.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.Signs lib.Capacity.
From Gatedmem Require Import lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteLift lib.AstrocyteBounds lib.AstrocyteToy.

Open Scope R_scope.

Section Frozen.
Context {N K : nat} (m : memory N K).

Lemma neuron_displacement (x : R -> vec N) (p : R -> vec K) i :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) -> forall t, 0 <= t ->
  Rabs (x t i - x 0 i) <= (1 - exp (- (t / tau_x m))) * (Rabs (x 0 i) + INR K).
Proof.
  move=> pos bin sol s0 t t0; have tx := pos.2.2.1; case: (sol) => [CX [_ F]].
  have itx : 0 < / tau_x m by apply: Rinv_0_lt_compat.
  have := leaky_bound (fun t => x t i - x 0 i) (fun t => (drive m (x t) (p t) i - x 0 i) / tau_x m)
    (1 / tau_x m) ((INR K + Rabs (x 0 i)) / tau_x m) ltac:(rewrite /Rdiv; lra)
    (from0_minus _ _ (CX i) (from0_const (x 0 i))).
  move=> H; have {}H := H _ _ t t0.
  rewrite (Rminus_diag_eq (x 0 i) (x 0 i) erefl) Rabs_R0 Rmult_0_r Rplus_0_l in H.
  rewrite (_ : - (t / tau_x m) = - (1 / tau_x m) * t); last by rewrite /Rdiv; ring.
  rewrite Rmult_comm (Rplus_comm (Rabs _)).
  have -> : INR K + Rabs (x 0 i) = (INR K + Rabs (x 0 i)) / tau_x m / (1 / tau_x m) by field; lra.
  apply: H => s hs.
    evar_last; first by apply: is_derive_minus; [exact: (proj1 (F s hs) i) | exact: is_derive_const].
    by rewrite /velocity_x /minus /plus /opp /zero /=; field; lra.
  rewrite /Rdiv Rabs_mult (Rabs_pos_eq (/ tau_x m)); last lra.
  apply: Rmult_le_compat_r; first lra.
  apply: Rle_trans (Rabs_triang _ _) _; rewrite Rabs_Ropp; apply: Rplus_le_compat_r.
  by apply: drive_le => //; apply: (solution_simplex m x p) => //; lra.
Qed.

Lemma sign_of_near a b : a = 1 \/ a = -1 -> Rabs (b - a) < 1 -> sign_of b = a.
Proof.
  move=> ha /Rabs_def2 [h1 h2]; rewrite /sign_of.
  by case: ha h1 h2 => -> h1 h2; (case: Rlt_dec => ?; last case: Rlt_dec => ?); rewrite /=; lra.
Qed.

Lemma frozen_sign (x : R -> vec N) (p : R -> vec K) (s : signs N) (F : {set 'I_N}) t :
  positive m -> binary m -> solution m x p -> is_simplex (p 0) ->
  (forall i, x 0 i = cue s F i) -> 0 <= t -> t < tau_x m * ln (1 + 1 / INR K) ->
  forall i, sign_of (x t i) = cue s F i.
Proof.
  move=> pos bin sol s0 x0 t0 lt i; have tx := pos.2.2.1.
  have K0 : 0 < INR K by apply: INR_gt0; exact: simplex_dim s0.
  apply: sign_of_near; first exact: cue_bin.
  rewrite -x0; apply: (Rle_lt_trans _ _ _ (neuron_displacement x p i pos bin sol s0 t t0)).
  have -> : Rabs (x 0 i) = 1 by rewrite x0; case: (cue_bin s F i) => ->; rewrite ?Rabs_Ropp Rabs_R1.
  have lt' : t / tau_x m < ln (1 + 1 / INR K).
    apply: (Rmult_lt_reg_l (tau_x m)) => //; rewrite (_ : tau_x m * (t / tau_x m) = t) //; field; lra.
  have pos1 : 0 < 1 + 1 / INR K by have := Rdiv_lt_0_compat 1 _ Rlt_0_1 K0; lra.
  have : INR K / (1 + INR K) < exp (- (t / tau_x m)).
    rewrite (_ : INR K / (1 + INR K) = / (1 + 1 / INR K)); last by field; lra.
    rewrite -(exp_ln (/ (1 + 1 / INR K))); last by apply: Rinv_0_lt_compat.
    by rewrite ln_Rinv //; apply: exp_increasing; lra.
  move=> h; have := Rmult_lt_compat_l (1 + INR K) _ _ ltac:(lra) h.
  rewrite (_ : (1 + INR K) * (INR K / (1 + INR K)) = INR K); last by field; lra.
  lra.
Qed.

Lemma sign_error_cue (s : signs N) (F : {set 'I_N}) (x : vec N) :
  (forall i, sign_of (x i) = cue s F i) -> sign_error (sign_vec s) x = INR #|F|.
Proof.
  move=> e; rewrite /sign_error -sum_mem -sum_scal_l; apply: sum_ext => i; rewrite e /cue /sign_vec.
  case: (i \in F); last by rewrite Rminus_diag_eq // Rabs_R0; ring.
  rewrite (_ : sgn (s i) - - sgn (s i) = 2 * sgn (s i)); last ring.
  rewrite Rabs_mult (Rabs_pos_eq 2); last lra.
  by case: (s i); rewrite /sgn ?Rabs_Ropp Rabs_R1; field.
Qed.

Lemma soft_error_cue (s : signs N) (F : {set 'I_N}) : 0 < sigma m ->
  soft_error m (sign_vec s) (cue s F) = INR #|F| * tanh (sigma m) + INR N * (1 - tanh (sigma m)) / 2.
Proof.
  move=> s0; rewrite /soft_error -sum_mem -[INR N]sum_one -!sum_scal_l /Rdiv -!sum_scal_r -sum_plus.
  have [t0 t1] := tanh_bound (sigma m); have t2 := tanh_gt0 _ s0; apply: sum_ext => i.
  have P : phi m (cue s F i) = cue s F i * tanh (sigma m).
    case: (cue_bin s F i) => ->; first by rewrite /phi Rmult_1_r; ring.
    by rewrite /phi (_ : sigma m * -1 = - sigma m) ?tanh_opp; ring.
  rewrite P /cue /sign_vec; case: (i \in F); case: (s i); rewrite /sgn /Rabs; case: Rcase_abs => h; lra.
Qed.

Lemma is_lim_Rabs_squeeze (f e : R -> R) l : (forall u, 0 < u -> Rabs (f u - l) <= e u) ->
  is_lim e p_infty 0 -> is_lim f p_infty l.
Proof.
  move=> h he; apply: (is_lim_ext_loc (fun u => l + (f u - l))).
    by exists 0 => u _; ring.
  rewrite -[X in is_lim _ _ (Finite X)]Rplus_0_r.
  apply: (is_lim_plus' (fun _ => l) (fun u => f u - l)); first exact: is_lim_const.
  apply: (is_lim_le_le_loc (fun u => - e u) e).
  - by exists 0 => u /h /Rabs_le_between.
  - by rewrite -Ropp_0; apply: (is_lim_opp e p_infty 0).
  - by [].
Qed.
End Frozen.

Lemma phi_lipschitz {N K} (m : memory N K) a b : 0 < sigma m ->
  Rabs (phi m a - phi m b) <= sigma m * Rabs (a - b).
Proof.
  move=> s0; have [c [hc E]] := MVT_gen (phi m) b a (phi' m) (fun c _ => is_derive_phi m c)
    (fun c _ => proj2 (continuity_pt_filterlim _ c)
       (ex_derive_continuous _ c (ex_intro _ _ (is_derive_phi m c)))).
  rewrite E Rabs_mult; apply: Rmult_le_compat_r; first exact: Rabs_pos.
  have g := phi'_gt0 m c s0; rewrite Rabs_pos_eq; last lra.
  by rewrite phi'_E; have := pow2_ge_0 (phi m c); nra.
Qed.

Lemma is_lim_frozen k B : is_lim (fun tau => B * (1 - exp (- (k / tau)))) p_infty 0.
Proof.
  have E : is_lim (fun tau => exp (- (k / tau))) p_infty 1.
    rewrite -exp_0; apply: (is_lim_comp_continuous (fun tau => - (k / tau)) exp p_infty 0); last exact: continuous_exp.
    rewrite -[X in is_lim _ _ (Finite X)]Ropp_0; apply: (is_lim_opp (fun tau => k / tau) p_infty 0).
    rewrite -[X in is_lim _ _ (Finite X)](Rmult_0_r k); apply: (is_lim_scal_l (fun tau => / tau) k p_infty 0).
    by apply: (is_lim_inv (fun tau => tau) p_infty p_infty) => //; exact: is_lim_id.
  rewrite -[X in is_lim _ _ (Finite X)](Rmult_0_r B); apply: (is_lim_scal_l _ B p_infty 0).
  rewrite -[X in is_lim _ _ (Finite X)](Rminus_diag_eq 1 1 erefl).
  by apply: is_lim_minus'; [exact: is_lim_const | exact: E].
Qed.

Lemma soft_error_limit {N K} (m : memory N K) (s : signs N) (F : {set 'I_N})
    (xs : R -> R -> vec N) (ps : R -> R -> vec K) t :
  positive m -> binary m -> 0 <= t ->
  (forall tau, 0 < tau -> solution (with_tau_x m tau) (xs tau) (ps tau) /\
     is_simplex (ps tau 0) /\ (forall i, xs tau 0 i = cue s F i)) ->
  is_lim (fun tau => soft_error m (sign_vec s) (xs tau t)) p_infty
    (INR #|F| * tanh (sigma m) + INR N * (1 - tanh (sigma m)) / 2).
Proof.
  move=> pos bin t0 H; have [s0 [T0 [tx tp]]] := pos.
  rewrite -(soft_error_cue m s F) //.
  apply: (is_lim_Rabs_squeeze _ (fun tau => / 2 * (INR N * (sigma m * (1 + INR K))) * (1 - exp (- (t / tau))))).
    move=> tau tau0; have [sol [sp x0]] := H tau tau0.
    rewrite /soft_error -Rmult_minus_distr_l Rabs_mult (Rabs_pos_eq (/ 2)); last lra.
    rewrite Rmult_assoc; apply: Rmult_le_compat_l; first lra.
    rewrite -sum_minus; apply: Rle_trans (Rabs_sum_le _) _.
    rewrite Rmult_assoc -sum_const; apply: sum_le => i.
    have := neuron_displacement (with_tau_x m tau) (xs tau) (ps tau) i ltac:(by []) bin sol sp t t0.
    rewrite x0 /=; have -> : Rabs (cue s F i) = 1 by case: (cue_bin s F i) => ->; rewrite ?Rabs_Ropp Rabs_R1.
    move=> D; apply: (Rle_trans _ (Rabs (phi m (cue s F i) - phi m (xs tau t i)))).
      set a := sign_vec s i - _; set b := sign_vec s i - _; have := Rabs_triang_inv2 a b.
      by rewrite (_ : a - b = phi m (cue s F i) - phi m (xs tau t i)) // /a /b; ring.
    apply: Rle_trans (phi_lipschitz m _ _ s0) _; rewrite Rabs_minus_sym.
    by have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ s0) D; lra.
  exact: is_lim_frozen.
Qed.

Lemma sign_error_limit {N K} (m : memory N K) (s : signs N) (F : {set 'I_N})
    (xs : R -> R -> vec N) (ps : R -> R -> vec K) t :
  positive m -> binary m -> 0 <= t ->
  (forall tau, 0 < tau -> solution (with_tau_x m tau) (xs tau) (ps tau) /\
     is_simplex (ps tau 0) /\ (forall i, xs tau 0 i = cue s F i)) ->
  exists tau0, 0 < tau0 /\
    forall tau, tau0 < tau -> sign_error (sign_vec s) (xs tau t) = INR #|F|.
Proof.
  move=> pos bin t0 H; have [s0 [T0 [tx tp]]] := pos.
  have K0 : 0 < INR K by have [_ [sp _]] := H 1 Rlt_0_1; apply: INR_gt0; exact: simplex_dim sp.
  have L0 : 0 < ln (1 + 1 / INR K).
    rewrite -ln_1; apply: ln_increasing; first lra.
    by have := Rdiv_lt_0_compat 1 _ Rlt_0_1 K0; lra.
  have a0 : 0 <= t / ln (1 + 1 / INR K).
    by apply: Rmult_le_pos => //; apply: Rlt_le; apply: Rinv_0_lt_compat.
  exists (t / ln (1 + 1 / INR K) + 1); split; first lra.
  move=> tau lt; have tau0 : 0 < tau by lra.
  have [sol [sp x0]] := H tau tau0; apply: sign_error_cue.
  apply: (frozen_sign (with_tau_x m tau) (xs tau) (ps tau)) => //=.
  apply: (Rmult_lt_reg_r (/ ln (1 + 1 / INR K))); first by apply: Rinv_0_lt_compat.
  by rewrite Rmult_assoc Rinv_r; lra.
Qed.

Lemma soft_value_eq (N n : nat) s :
  INR n * tanh s + INR N * (1 - tanh s) / 2 = INR n <-> 2 * INR n = INR N.
Proof.
  have [_ t1] := tanh_bound s; split=> [e|<-]; last by field.
  by apply: (Rmult_eq_reg_r (1 - tanh s)); lra.
Qed.

Lemma is_lim_tanh : is_lim tanh p_infty 1.
Proof.
  apply: (is_lim_Rabs_squeeze _ (fun u => 2 * exp (- u))) => [u u0|].
    have P := exp_pos u; have Q := exp_pos (- u); have E : exp u * exp (- u) = 1 by rewrite -exp_plus Rplus_opp_r exp_0.
    have [_ t1] := tanh_bound u; rewrite Rabs_minus_sym Rabs_pos_eq; last lra.
    have -> : 1 - tanh u = 2 * exp (- u) * / (exp u + exp (- u)).
      by rewrite /tanh /sinh /cosh; field; lra.
    have big : 1 <= exp u + exp (- u) by have := exp_ge u; lra.
    rewrite -{2}(Rmult_1_r (2 * exp (- u))); apply: Rmult_le_compat_l; first lra.
    by rewrite -Rinv_1; apply: Rinv_le_contravar; lra.
  rewrite -[X in is_lim _ _ (Finite X)](Rmult_0_r 2); apply: (is_lim_scal_l _ 2 p_infty 0).
  apply: (is_lim_comp exp (fun u => - u) p_infty 0 m_infty); first exact: is_lim_exp_m.
    by apply: (is_lim_opp (fun u => u) p_infty p_infty); exact: is_lim_id.
  by exists 0 => u _.
Qed.

Lemma soft_value_steep (N n : nat) :
  is_lim (fun s => INR n * tanh s + INR N * (1 - tanh s) / 2) p_infty (INR n).
Proof.
  apply: (is_lim_ext (fun s => INR N / 2 + (INR n - INR N / 2) * tanh s)); first by move=> s; field.
  rewrite [X in is_lim _ _ (Finite X)](_ : INR n = INR N / 2 + (INR n - INR N / 2) * 1); last ring.
  apply: is_lim_plus'; first exact: is_lim_const.
  exact: (is_lim_scal_l tanh (INR n - INR N / 2) p_infty 1 is_lim_tanh).
Qed.

(** ** The witness: two patterns, rest at the second, one entry from the first *)

Definition rest_sigma : R := ln 3 / 2.
Definition rest_memory : memory 3 2 :=
  Memory 3 2 (fun mu i => if (mu == ord_max) && (i == ord_max) then -1 else 1) rest_sigma 1 1 1.
Definition ones : signs 3 := [ffun=> true].
Definition last_entry : {set 'I_3} := [set ord_max].

Lemma ln3_gt0 : 0 < ln 3.
Proof. rewrite -ln_1; apply: ln_increasing; lra. Qed.

Lemma tanh_rest : tanh rest_sigma = / 2.
Proof.
  have P := exp_pos rest_sigma.
  have E : exp rest_sigma * exp rest_sigma = 3.
    rewrite -exp_plus /rest_sigma (_ : ln 3 / 2 + ln 3 / 2 = ln 3) ?exp_ln; [lra | lra | field].
  rewrite /tanh /sinh /cosh exp_Ropp; set e := exp rest_sigma in P E *.
  have -> : (e - / e) / 2 / ((e + / e) / 2) = (e * e - 1) / (e * e + 1) by field; nra.
  by rewrite E; field.
Qed.

Lemma rest_positive : positive rest_memory.
Proof. by rewrite /positive /= /rest_sigma; have := ln3_gt0; lra. Qed.

Lemma rest_binary : binary rest_memory.
Proof. by move=> mu i /=; case: (_ && _); [right | left]. Qed.

Lemma rest_cue_E i : cue ones last_entry i = pattern rest_memory ord_max i.
Proof. by rewrite /cue inE ffunE /= /sgn; case: (i == ord_max). Qed.

Lemma rest_solution tau : 0 < tau ->
  solution (with_tau_x rest_memory tau) (fun _ => cue ones last_entry) (fun _ => kdelta ord_max).
Proof.
  move=> tau0; apply: constant_solution; split=> [i|mu]; last exact: replicator_kdelta.
  rewrite /velocity_x drive_overlaps rest_cue_E /= (sum_ext _ (fun mu => kdelta ord_max mu *
     (overlap (with_tau_x rest_memory tau) (cue ones last_entry) mu * pattern rest_memory mu i))); last first.
    by move=> mu; rewrite Rmult_assoc.
  rewrite sum_kdelta_l.
  have -> : overlap (with_tau_x rest_memory tau) (cue ones last_entry) ord_max = 3 / 2.
    rewrite /overlap /dot !sum_recl sum_n0 !rest_cue_E /phi /=.
    rewrite (_ : rest_sigma * -1 = - rest_sigma); last ring.
    by rewrite !Rmult_1_r tanh_opp tanh_rest; field.
  by rewrite /=; case: (i == ord_max) => /=; field; lra.
Qed.
