(** The flow of the gates alone, mode by mode. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearSpectral lib.ContextClamped lib.ContextSpectrum.

Open Scope R_scope.

(** ** Combinations of the modes *)

Section Basis.
Context {N : nat} (A q : mat N N) (e : vec N).
Hypothesis (basis : eigenbasis A q e).

Definition combination (a : vec N) : vec N := fun i => sum (fun k => a k * q k i).

Lemma combination_mode (a : vec N) k : dot (q k) (combination a) = a k.
Proof.
rewrite /dot /combination (sum_ext _ (fun i => sum (fun l => a l * (q k i * q l i)))).
  rewrite sum_swap (sum_ext _ (fun l => a l * kdelta l k)); first exact: sum_kdelta_r'.
  by move=> l; rewrite sum_scal_l -/(dot (q k) (q l)); case: basis => -> _; rewrite kdelta_sym.
by move=> i; rewrite -sum_scal_l; apply: sum_ext => l; ring.
Qed.

Lemma combination_norm (a : vec N) : norm (combination a) = norm a.
Proof.
by rewrite /norm (parseval A q e basis); congr sqrt; apply: sum_ext => k; rewrite combination_mode.
Qed.

(** ** The part of a vector on one eigenspace *)

Variable eta : R.

Lemma critical_combination w i :
  critical_part q e eta w i = combination (fun k => if Req_EM_T (e k) eta then dot (q k) w else 0) i.
Proof. by apply: sum_ext => k /=; case: Req_EM_T => ? /=; ring. Qed.

Lemma critical_mode w k : dot (q k) (critical_part q e eta w) = if Req_EM_T (e k) eta then dot (q k) w else 0.
Proof.
by rewrite (dot_ext _ (q k) _ _ (fun _ => erefl) (critical_combination w)) combination_mode.
Qed.

Lemma critical_norm w :
  norm (critical_part q e eta w) ^ 2 = sum (fun k => if Req_EM_T (e k) eta then dot (q k) w ^ 2 else 0).
Proof.
rewrite (norm_ext _ _ (critical_combination w)) combination_norm norm_sq.
by apply: sum_ext => k /=; case: Req_EM_T => ? /=; ring.
Qed.

Lemma critical_ext w w' i : (forall j, w j = w' j) -> critical_part q e eta w i = critical_part q e eta w' i.
Proof. by move=> h; apply: sum_ext => k; rewrite (dot_ext (q k) (q k) w w'). Qed.

Lemma critical_eigen w i : mulmv A (critical_part q e eta w) i = eta * critical_part q e eta w i.
Proof.
rewrite (mulmv_ext A _ _ (critical_combination w)) critical_combination /combination mulmv_sum -sum_scal_l.
by apply: sum_ext => k /=; case: basis => _ ->; case: Req_EM_T => [ek|?] /=; [rewrite ek|]; ring.
Qed.

Hypothesis (sym : forall i j, A i j = A j i).

(** An eigenvector of eta has no component on the other modes. *)
Lemma eigen_other v k : (forall i, mulmv A v i = eta * v i) -> e k <> eta -> dot (q k) v = 0.
Proof.
move=> ev ne; have := mode_mulmv A q e basis sym k v.
rewrite (dot_ext (q k) (q k) (mulmv A v) (fun i => eta * v i)) // dot_scal_r => h.
have : (e k - eta) * dot (q k) v = 0 by lra.
by case/Rmult_integral => //; lra.
Qed.

Lemma critical_orthogonal w v : (forall i, mulmv A v i = eta * v i) ->
  dot v (fun i => w i - critical_part q e eta w i) = 0.
Proof.
move=> ev; rewrite (parseval A q e basis); apply: sum_eq0 => k.
rewrite dot_minus_r critical_mode; case: Req_EM_T => [ek|ne] /=; first ring.
by rewrite (eigen_other v k ev ne); ring.
Qed.

Lemma critical_fixed v : (forall i, mulmv A v i = eta * v i) -> forall i, critical_part q e eta v i = v i.
Proof.
move=> ev i; rewrite (expansion A q e basis v i); apply: sum_ext => k.
by case: Req_EM_T => [//|ne] /=; rewrite (eigen_other v k ev ne); ring.
Qed.

Lemma critical_annihilates w v : (forall v', (forall i, mulmv A v' i = eta * v' i) -> dot v' v = 0) ->
  forall i, critical_part q e eta (fun j => w j + v j) i = critical_part q e eta w i.
Proof.
move=> h i; apply: sum_ext => k; case: Req_EM_T => //= ek.
rewrite dot_plus_r (h (q k)); first by rewrite Rplus_0_r.
by case: basis => _ eig j; rewrite eig ek.
Qed.

Lemma critical_scal w (c : R) i : critical_part q e eta (fun j => c * w j) i = c * critical_part q e eta w i.
Proof. by rewrite /critical_part -sum_scal_l; apply: sum_ext => k; rewrite dot_scal_r; case: Req_EM_T => ? /=; ring. Qed.
End Basis.

(** ** Two entries of a vector differ by at most sqrt 2 times its norm *)

Lemma entries_apart {N} (v : vec N) i j : Rabs (v i - v j) <= sqrt 2 * norm v.
Proof.
have -> : v i - v j = dot (fun k => kdelta i k - kdelta j k) v by rewrite dot_minus_l !dot_kdelta_l.
apply: Rle_trans (cauchy_schwarz_norm _ _) _; apply: Rmult_le_compat_r; first exact: norm_ge0.
apply: sqrt_le_1_alt; rewrite dot_minus_sq !dot_kdelta_l !kdelta_refl.
by rewrite /kdelta; case: (j == i); lra.
Qed.

(** ** The modes of a solution *)

Section Flow.
Context {d N : nat} (m : retrieval d N) (q : mat N N) (e : vec N).
Hypothesis (alone : lambda m = 0) (tau0 : 0 < tau_s m) (basis : eigenbasis (gates m) q e).
Let u := gate_input m.
Let tau := tau_s m.

Lemma gates_sym i j : gates m i j = gates m j i.
Proof. exact: gate_matrix_sym. Qed.

Lemma velocity_alone s r i : gate_velocity m s r i = (u i - mulmv (gates m) s i) / tau.
Proof. by rewrite /gate_velocity /gates mulmv_gate_matrix alone /u /tau; congr (_ / _); ring. Qed.

Lemma scaled_basis : eigenbasis (fun i j => - gates m i j / tau) q (fun k => - (e k / tau)).
Proof.
case: basis => on eig; split=> // k i.
rewrite (_ : mulmv _ (q k) i = - / tau * mulmv (gates m) (q k) i).
  by rewrite eig; rewrite /Rdiv; ring.
by rewrite /mulmv -sum_scal_l; apply: sum_ext => j; rewrite /Rdiv; ring.
Qed.

Lemma velocity_scaled s r i : gate_velocity m s r i =
  mulmv (fun i j => - gates m i j / tau) s i + u i / tau.
Proof.
have -> : mulmv (fun i j => - gates m i j / tau) s i = - / tau * mulmv (gates m) s i; last first.
  by rewrite velocity_alone /Rdiv; ring.
by rewrite /mulmv -sum_scal_l; apply: sum_ext => j; rewrite /Rdiv; ring.
Qed.

Lemma mode_derive (s r : R -> vec N) t k : curve_derive s t (gate_velocity m (s t) (r t)) ->
  is_derive (fun x => dot (q k) (s x)) t ((dot (q k) u - e k * dot (q k) (s t)) / tau).
Proof.
move=> h; evar_last; first (apply: is_derive_dot; [move=> j; apply: is_derive_const | exact: h]).
rewrite dot_0_l Rplus_0_l (dot_ext (q k) (q k) _ (fun i => / tau * (u i - mulmv (gates m) (s t) i))) //.
  by rewrite dot_scal_r dot_minus_r (mode_mulmv (gates m) q e basis gates_sym); rewrite /Rdiv; ring.
by move=> i; rewrite velocity_alone /Rdiv; ring.
Qed.

(** Amplitude of mode k at time t, from the state s0. *)
Definition amplitude (s0 : vec N) (t : R) (k : 'I_N) : R :=
  exp (- (e k / tau) * t) * dot (q k) s0 + growth (- (e k / tau)) t * (dot (q k) u / tau).

Lemma modal_combination s0 t i :
  modal q (fun k => - (e k / tau)) (fun i => u i / tau) s0 t i = combination q (amplitude s0 t) i.
Proof.
apply: sum_ext => k; congr (_ * _); rewrite /amplitude; congr (_ + _ * _).
by rewrite (dot_ext (q k) (q k) (fun i => u i / tau) (fun i => / tau * u i)) ?dot_scal_r => [|//|j]; rewrite /Rdiv; ring.
Qed.

Lemma scaled_sym i j : - gates m i j / tau = - gates m j i / tau.
Proof. by rewrite gates_sym. Qed.

Lemma solution_modes s r : gates_solution m s r ->
  forall t, 0 <= t -> forall i, s t i = combination q (amplitude (s 0) t) i.
Proof.
move=> [cs hs] t t0 i; rewrite -modal_combination.
apply: (modal_unique (fun i j => - gates m i j / tau) q _ _ scaled_sym scaled_basis s (t + 1)) => //; last lra.
by move=> x [x0 _] j; rewrite -(velocity_scaled (s x) (r x)); apply: hs.
Qed.

Lemma solution_amplitude s r : gates_solution m s r ->
  forall t, 0 <= t -> forall k, dot (q k) (s t) = amplitude (s 0) t k.
Proof.
move=> hs t t0 k; rewrite -[RHS](combination_mode _ q e basis).
by apply: dot_ext => // i; apply: solution_modes hs t t0 i.
Qed.

(** The formula is a solution, from every state. *)
Lemma modes_solve s0 r :
  let s := fun t => combination q (amplitude s0 t) in
  (forall i, s 0 i = s0 i) /\ gates_solution m s r.
Proof.
move=> s; have e' t i : s t i = modal q (fun k => - (e k / tau)) (fun i => u i / tau) s0 t i.
  by rewrite modal_combination.
split; first by move=> i; rewrite e' (modal_0 _ _ _ _ scaled_basis).
have h t : curve_derive s t (gate_velocity m (s t) (r t)).
  move=> i; apply: (is_derive_ext _ _ _ _ (fun x => esym (e' x i))); rewrite velocity_scaled.
  rewrite (mulmv_ext _ _ _ (e' t)).
  exact: (modal_solves _ q _ _ scaled_basis s0 t i).
split=> [T i|t _]; last exact: h.
by apply: continuous_on_forall => t _; apply: ex_derive_continuous; eexists; apply: h.
Qed.

(** The two closed forms. *)
Lemma amplitude_moving s0 t k : e k <> 0 -> amplitude s0 t k =
  exp (- (e k / tau) * t) * dot (q k) s0 + (1 - exp (- (e k / tau) * t)) * (dot (q k) u / e k).
Proof.
move=> ne; rewrite /amplitude /growth; case: Req_EM_T => [z|_]; last by field; rewrite /tau; lra.
case: ne; have : e k / tau * tau = 0 by rewrite (_ : e k / tau = 0); [ring | lra].
by rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r // /tau; lra.
Qed.

Lemma amplitude_neutral s0 t k : e k = 0 -> amplitude s0 t k = dot (q k) s0 + dot (q k) u / tau * t.
Proof.
move=> z; rewrite /amplitude /growth z; case: Req_EM_T => [_|[]]; last by rewrite /Rdiv; ring.
by rewrite (_ : - (0 / tau) * t = 0) ?exp_0; [ring | rewrite /Rdiv; ring].
Qed.
End Flow.
