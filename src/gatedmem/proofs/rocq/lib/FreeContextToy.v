(** Solutions of the four-layer system with W1 = Z^T that escape, for two equal memories in R^1: exponentially at
    the rate 1/2 (alpha = 0, tau_s = 2/3), and linearly (alpha = 1). *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.ContextFlow.
From Gatedmem Require Import lib.Sums lib.ContextEnergy lib.ContextSpectrum lib.ContextToy.

Open Scope R_scope.

(** Memories 1 and 1, W1 = k Z^T, lambda = beta = 1; all time constants 1, but tau_s. *)
Definition twin (k alpha tau_s : R) : network 1 1 2 :=
  Network 1 1 2 (fun _ _ => 1) (fun _ _ => k) alpha 1 1 1 tau_s 1 1.

Lemma twin_positive k alpha tau_s : 0 < tau_s -> network_positive (twin k alpha tau_s).
Proof. by rewrite /network_positive /=; lra. Qed.

Lemma twin_unit k alpha tau_s mu : norm (stored (twin k alpha tau_s) mu) = 1.
Proof. by rewrite /norm /dot sum_n1 /= Rmult_1_r sqrt_1. Qed.

Lemma twin_gram k alpha tau_s i j : gram (stored (twin k alpha tau_s)) i j = 1.
Proof. by rewrite /gram /dot sum_n1 /=; ring. Qed.

(** The same gate and score in both places. *)
Lemma twin_solution alpha tau_s (c s r : R -> R) t dc ds dr : tau_s <> 0 ->
  is_derive c t dc -> is_derive s t ds -> is_derive r t dr ->
  dc = 2 * s t - c t -> tau_s * ds = c t - (1 + alpha) * s t + / 2 -> dr = s t + 1 - r t ->
  network_solution (twin 1 alpha tau_s) (fun t _ => c t) (fun t _ => s t) (fun t _ => r t) (fun _ _ => 1) t.
Proof.
move=> t0 hc hs hr ec es er.
split; [|split; [|split]] => i; rewrite /context_velocity /gates_velocity /scores_velocity /query_velocity /=.
- by evar_last; [exact: hc | rewrite ec /mulmv sum_n2; field].
- evar_last; first exact: hs.
  rewrite small_softmax /mulmv /competition /gram /dot !sum_n2 !sum_n1 /=.
  apply: (Rmult_eq_reg_l tau_s) => //; rewrite es.
  by case: (ord2 i) => -> /=; field.
- by evar_last; [exact: hr | rewrite er /dot sum_n1; field].
- by evar_last; [exact: is_derive_const | rewrite /readout sum_n2 !small_softmax /zero /=; lra].
Qed.

Lemma twin_exponential t : network_solution (twin 1 0 (2 / 3))
  (fun t _ => 4 * exp (/ 2 * t) - 1) (fun t _ => 3 * exp (/ 2 * t) - / 2) (fun t _ => 2 * exp (/ 2 * t) + / 2)
  (fun _ _ => 1) t.
Proof.
apply: (twin_solution 0 (2 / 3) _ _ _ t (2 * exp (/ 2 * t)) (3 / 2 * exp (/ 2 * t)) (exp (/ 2 * t))); try lra;
  by auto_derive => //; field.
Qed.

Lemma twin_linear t : network_solution (twin 1 1 1)
  (fun t _ => t / 3) (fun t _ => (t + 1) / 6) (fun t _ => t / 6 + 1) (fun _ _ => 1) t.
Proof.
apply: (twin_solution 1 1 _ _ _ t (/ 3) (/ 6) (/ 6)); try lra; by auto_derive => //; field.
Qed.

(** Eigenvectors of G = ((1, 1), (1, 1)): (1, 1) / sqrt 2 with 2, and (1, -1) / sqrt 2 with 0. *)
Definition twin_modes : mat 2 2 := fun l i =>
  if l == ord0 then / sqrt 2 else if i == ord0 then / sqrt 2 else - / sqrt 2.
Definition twin_spectrum : vec 2 := fun l => if l == ord0 then 2 else 0.

Lemma twin_basis k alpha tau_s : eigenbasis (gram (stored (twin k alpha tau_s))) twin_modes twin_spectrum.
Proof.
have h : / sqrt 2 * / sqrt 2 = / 2 by rewrite -Rinv_mult sqrt_sqrt; lra.
split=> l i.
  by case: (ord2 l) => ->; case: (ord2 i) => ->; rewrite /dot sum_n2 /twin_modes /kdelta /=; lra.
rewrite /mulmv sum_n2 !twin_gram /twin_modes /twin_spectrum.
by case: (ord2 l) => ->; rewrite /=; lra.
Qed.
