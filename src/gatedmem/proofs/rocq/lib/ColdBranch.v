(** * Temperature to zero along moving scores (AG18) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.SoftmaxCold.

Open Scope R_scope.

Lemma filterlim_exp (a : R -> R) c : filterlim a (at_right 0) (locally c) ->
  filterlim (fun T => exp (a T)) (at_right 0) (locally (exp c)).
Proof. by move=> h; apply: (filterlim_comp _ _ _ a exp _ _ _ h); exact: continuous_exp. Qed.

Lemma at_right_continuous (a : R -> R) l : continuous a 0 -> a 0 = l -> filterlim a (at_right 0) (locally l).
Proof. by move=> C <- P hP; apply: filter_le_within; exact: C. Qed.

(** Weights relative to index k that tend to w, with a positive sum, give the normalised limits. *)
Lemma softmax_relative {n} (f : R -> vec n) (w : vec n) (k mu : 'I_n) : 0 < sum w ->
  (forall i, filterlim (fun T => exp (/ T * (f T i - f T k))) (at_right 0) (locally (w i))) ->
  filterlim (fun T => softmax (/ T) (f T) mu) (at_right 0) (locally (w mu / sum w)).
Proof.
  move=> w0 h.
  apply: (filterlim_ext (fun T => exp (/ T * (f T mu - f T k)) * / sum (fun j => exp (/ T * (f T j - f T k))))).
    by move=> T; rewrite -softmax_sub (softmax_ratio _ (f T) mu k) Rmult_comm.
  have -> : w mu / sum w = mult (w mu) (/ sum w) by [].
  apply: filterlim_comp_2; [exact: h | | exact: filterlim_mult].
  apply: filterlim_comp; last by apply: continuous_Rinv; apply: Rgt_not_eq; exact: w0.
  by apply: filterlim_sum.
Qed.

Lemma softmax_branch_weights (K : nat) (f : R -> vec K) (c : vec K) (k mu : 'I_K) :
  (forall i, filterlim (fun T => (f T i - f T k) / T) (at_right 0) (locally (c i))) ->
  filterlim (fun T => softmax (/ T) (f T) mu) (at_right 0) (locally (exp (c mu) / sum (fun j => exp (c j)))).
Proof.
  move=> h; apply: (softmax_relative f (fun i => exp (c i)) k).
    by apply: sum_gt0; [exact: index_dim k | move=> i; exact: exp_pos].
  move=> i; apply: (filterlim_ext (fun T => exp ((f T i - f T k) / T))).
    by move=> T; rewrite /Rdiv Rmult_comm.
  exact: filterlim_exp.
Qed.

Lemma tie_exhibit : exists f : R -> vec 2,
  (forall i, filterlim (fun T => f T i) (at_right 0) (locally 0)) /\
  (forall T, 0 < T -> softmax (/ T) (f T) ord0 = / 3 /\ softmax (/ T) (f T) ord_max = 2 / 3).
Proof.
  exists (fun T i => if i == ord0 then 0 else T * ln 2); split=> [i|T T0].
    case: (i == ord0); first exact: filterlim_const.
    by apply: at_right_continuous; [apply: ex_derive_continuous; auto_derive | ring].
  have e : exp (/ T * (T * ln 2)) = 2 by rewrite -(Rmult_assoc (/ T)) Rinv_l ?Rmult_1_l ?exp_ln; lra.
  by rewrite /softmax !sum_n2 /= e Rmult_0_r exp_0; split; field.
Qed.

Lemma softmax_branch (K : nat) (f : R -> vec K) (M : pred 'I_K) (g T0 : R) (k mu : 'I_K) :
  0 < g -> 0 < T0 -> M k ->
  (forall T i j, 0 < T < T0 -> M i -> ~~ M j -> g <= f T i - f T j) ->
  (forall i j, M i -> M j -> filterlim (fun T => (f T i - f T j) / T) (at_right 0) (locally 0)) ->
  filterlim (fun T => softmax (/ T) (f T) mu) (at_right 0) (locally (if M mu then / INR #|M| else 0)).
Proof.
  move=> g0 T00 Mk gap tie; have c0 := card_gt0_in M k Mk.
  pose w i := if M i then 1 else 0.
  have sw : sum w = INR #|M| by rewrite /w sum_if_const Rmult_1_r.
  have -> : (if M mu then / INR #|M| else 0) = w mu / sum w.
    by rewrite sw /w; case: (M mu); rewrite /Rdiv; ring.
  apply: (softmax_relative f w k); first by rewrite sw.
  move=> i; rewrite /w; case: (boolP (M i)) => Mi.
    rewrite -exp_0; apply: (filterlim_ext (fun T => exp ((f T i - f T k) / T))).
      by move=> T; rewrite /Rdiv Rmult_comm.
    by apply: filterlim_exp; exact: tie.
  (* off M: squeezed by T / g *)
  apply: (filterlim_le_le (fun _ => 0) _ (fun T => T / g) (Finite 0)).
  - exists (mkposreal _ T00) => T TT pT; split; first by apply: Rlt_le; exact: exp_pos.
    have lt : T < T0 by move: TT; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= Ropp_0 Rplus_0_r => /Rabs_def2; lra.
    have G := gap T k i (conj pT lt) Mk Mi.
    have iT : 0 < / T by apply: Rinv_0_lt_compat.
    have q : 0 < g / T by apply: Rdiv_lt_0_compat.
    apply: (Rle_trans _ (exp (- (g / T)))); first by apply: exp_le; rewrite /Rdiv; nra.
    rewrite exp_Ropp; have E : g / T <= exp (g / T) by have := exp_ge (g / T); lra.
    rewrite (_ : T / g = / (g / T)); last by field; lra.
    by apply: Rinv_le_contravar.
  - exact: filterlim_const.
  - by apply: at_right_continuous; [apply: ex_derive_continuous; auto_derive; lra | rewrite /Rdiv; ring].
Qed.

Lemma replicator_cold (N K : nat) (m : memory N K) (f p : vec K) :
  temp m = 0 -> tau_p m <> 0 -> is_simplex p ->
  (forall mu, replicator m f p mu = 0) <-> (forall mu nu, p mu <> 0 -> p nu <> 0 -> f mu = f nu).
Proof.
  move=> T0 tp [p0 s1]; have E mu : replicator m f p mu = p mu * (f mu - dot p f) / tau_p m.
    rewrite /replicator /fitness T0; congr (_ * (_ - _) / _); first ring.
    by apply: sum_ext => nu; ring.
  split=> [z mu nu pm pn|eq mu].
    have F k : p k <> 0 -> f k = dot p f.
      move=> pk; have := z k; rewrite E /Rdiv => /Rmult_integral [|i]; last by have := Rinv_neq_0_compat _ tp.
      by case/Rmult_integral => // ?; lra.
    by rewrite !F.
  rewrite E; case: (Req_dec (p mu) 0) => [->|pm]; first by rewrite /Rdiv; ring.
  have -> : dot p f = f mu.
    rewrite -[RHS]Rmult_1_l -s1 -sum_scal_r; apply: sum_ext => nu.
    by case: (Req_dec (p nu) 0) => [->|pn]; [ring | rewrite (eq nu mu)].
  by rewrite /Rdiv; ring.
Qed.

Lemma cold_witness : exists (f : R -> vec 3) (M : pred 'I_3) (g T0 : R) (m : memory 1 3) (p : vec 3),
  0 < g /\ 0 < T0 /\ (exists i, M i) /\ (exists i, ~~ M i) /\
  (forall T i j, 0 < T < T0 -> M i -> ~~ M j -> g <= f T i - f T j) /\
  (forall i j, M i -> M j -> filterlim (fun T => (f T i - f T j) / T) (at_right 0) (locally 0)) /\
  temp m = 0 /\ tau_p m <> 0 /\ is_simplex p.
Proof.
  exists (fun _ i => if i == ord0 then 0 else 1), (fun i => i != ord0), 1, 1,
    (Memory 1 3 (fun _ _ => 1) 1 0 1 1), (fun _ => / INR 3).
  do 2?(split; first lra); split; first by exists ord_max.
  split; first by exists ord0.
  split; first by move=> T i j _ /negbTE -> /negPn ->; lra.
  split.
    move=> i j /negbTE -> /negbTE ->; apply: (filterlim_ext (fun _ => 0)); last exact: filterlim_const.
    by move=> T; rewrite /Rdiv; ring.
  do 1?split=> //; split; first by rewrite /=; lra.
  by apply: interior_simplex; apply: uniform_interior.
Qed.
