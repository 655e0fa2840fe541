(** * Energy descent of Hopfield networks *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Hopfield lib.Sums.

Open Scope R_scope.

Section Graded.
Context {N : nat} (h : hopfield N).
Let act (x : vec N) : vec N := fun i => activation h (x i).

Lemma hopfield_descent (x : R -> vec N) t : regular h -> symmetric (coupling h) ->
  hopfield_follows h x t ->
  is_derive (fun s => hopfield_energy h (x s)) t
    (- (time_constant h * sum (fun i => slope h (x t i) * hopfield_velocity h (x t) i ^ 2))).
Proof.
  move=> [tau0 reg] sym F; set v := hopfield_velocity h (x t) in F *.
  pose da i := slope h (x t i) * v i.
  have A i : is_derive (fun s => act (x s) i) t (da i).
    evar_last; first by apply: (is_derive_comp (activation h)); [exact: (reg (x t i)).2.1 | exact: F].
    by rewrite /scal /= /mult /= /da Rmult_comm.
  have P i : is_derive (fun s => primitive h (x s i)) t (act (x t) i * v i).
    evar_last; first by apply: (is_derive_comp (primitive h)); [exact: (reg (x t i)).1 | exact: F].
    by rewrite /scal /= /mult /= /act Rmult_comm.
  have M i : is_derive (fun s => mulmv (coupling h) (act (x s)) i) t (mulmv (coupling h) da i).
    by apply: (is_derive_sum (fun j s => coupling h i j * act (x s) j)) => j; apply: is_derive_scal.
  rewrite /hopfield_energy; evar_last.
    apply: is_derive_plus.
      by apply: is_derive_opp; apply: is_derive_scal; apply: is_derive_dot; [exact: A | exact: M].
    apply: (is_derive_sum (fun i s => x s i * act (x s) i - primitive h (x s i))) => i.
    apply: (is_derive_minus (fun s => x s i * act (x s) i)); last exact: P.
    by apply: is_derive_mult => [||a b]; [exact: F | exact: A | exact: Rmult_comm].
  rewrite /plus /minus /opp /plus /mult /= -/(act (x t)).
  rewrite (dot_sym (act (x t))) -(dot_mulmv_sym _ da _ sym).
  have -> : - (/ 2 * (dot da (mulmv (coupling h) (act (x t))) + dot da (mulmv (coupling h) (act (x t)))))
    = - dot da (mulmv (coupling h) (act (x t))) by field.
  rewrite /dot -sum_scal_l -!sum_opp -sum_plus; apply: sum_ext => i.
  have -> : mulmv (coupling h) (act (x t)) i = time_constant h * v i + x t i.
    by rewrite /v /hopfield_velocity -/(act (x t)); field; lra.
  by rewrite /da -/v; ring.
Qed.

Lemma hopfield_dissipation (x : vec N) : regular h ->
  let D := time_constant h * sum (fun i => slope h (x i) * hopfield_velocity h x i ^ 2) in
  0 <= D /\ (D = 0 <-> forall i, hopfield_velocity h x i = 0).
Proof.
  move=> [tau0 reg] /=.
  have term i : 0 <= slope h (x i) * hopfield_velocity h x i ^ 2.
    by apply: Rmult_le_pos; [apply: Rlt_le; exact: (reg (x i)).2.2 | exact: pow2_ge_0].
  have S0 := sum_ge0 _ term; split; first by apply: Rmult_le_pos; [lra | exact: S0].
  split=> [e i|z]; last by rewrite sum_eq0 => [|i]; rewrite ?z; ring.
  have := sum_ge0_eq0 _ term; have : sum (fun i => slope h (x i) * hopfield_velocity h x i ^ 2) = 0.
    by case: (Rmult_integral _ _ e) => // ?; lra.
  move=> z /(_ z i) /Rmult_integral [s0|]; first by have := (reg (x i)).2.2; lra.
  by rewrite -Rsqr_pow2; exact: Rsqr_0_uniq.
Qed.
End Graded.

(** ** Binary states *)

(** Two states that differ at i only. *)
Lemma binary_energy_step {n} (W : mat n n) i (s s' : vec n) : symmetric W -> W i i = 0 ->
  (forall j, j <> i -> s' j = s j) ->
  binary_energy W s' = binary_energy W s - (s' i - s i) * mulmv W s i.
Proof.
  move=> sym Wii off; pose d := s' i - s i.
  have E j : s' j = s j + d * kdelta i j.
    case: (eqVneq j i) => [->|/eqP ne]; first by rewrite kdelta_refl /d; ring.
    by rewrite off // kdelta_neq; [ring | apply: nesym].
  have Ws j : mulmv W s' j = mulmv W s j + d * W j i.
    rewrite (mulmv_ext W s' (fun j => s j + d * kdelta i j)) // mulmv_plus mulmv_scal.
    by congr (_ + _ * _); rewrite /mulmv sum_kdelta_r.
  rewrite /binary_energy.
  have -> : dot s' (mulmv W s') = dot s (mulmv W s') + d * mulmv W s' i.
    rewrite (dot_ext s' (fun j => s j + d * kdelta i j) _ (mulmv W s')) // dot_plus_l dot_scal_l.
    by rewrite dot_kdelta_l.
  have -> : dot s (mulmv W s') = dot s (mulmv W s) + d * mulmv W s i.
    rewrite (dot_ext s s _ (fun j => mulmv W s j + d * W j i)) // dot_plus_r dot_scal_r.
    congr (_ + _ * _); rewrite dot_sym; apply: sum_ext => j; by rewrite sym.
  by rewrite Ws Wii -/d; field.
Qed.

Lemma binary_descent {n} (W : mat n n) i (s s' : vec n) : symmetric W -> W i i = 0 -> sign_vector s ->
  asynchronous_step W i s s' ->
  binary_energy W s' <= binary_energy W s /\
  (s' i <> s i -> mulmv W s i <> 0 -> binary_energy W s' < binary_energy W s).
Proof.
  move=> sym Wii bin [bin' [field off]]; rewrite (binary_energy_step W i s s') //.
  by case: (bin i) field => ->; case: (bin' i) => -> f; split=> *; lra.
Qed.
