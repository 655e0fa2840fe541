(** The winner above criticality does not depend on the part of the drive in the range of G. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context defs.GateModes.
From Gatedmem Require Import lib.Sums lib.ContextClamped lib.ContextSpectrum lib.GateModes lib.GateRate.

Open Scope R_scope.

Section Content.
Context {d N : nat} (Z : mat N d) (a : R) (q : mat N N) (e : vec N) (eta : R).
Hypothesis (unit : forall mu, norm (Z mu) = 1) (a0 : 0 <= a) (wide : (d < N)%N).
Hypothesis (basis : eigenbasis (gate_matrix Z a) q e).
Hypothesis (least : is_least_eig (gate_matrix Z a) eta) (neg : eta < 0).

Lemma kernel_range (v y : vec N) : (forall i, mulmv (gate_matrix Z a) v i = eta * v i) ->
  dot v (mulmv (gram Z) y) = 0.
Proof.
move=> ev; rewrite dot_mulmv_sym; last exact: gram_sym.
have [_ ker] := critical_kernel Z a a0 unit eta wide least neg.
rewrite (dot_ext _ (fun _ => 0) y y) ?dot_0_l // => i; exact: (proj1 (ker v) ev i).
Qed.

Lemma content_ignored (s0 u y : vec N) i :
  critical_part q e eta (fun i => s0 i + (u i + mulmv (gram Z) y i) / - eta) i =
  critical_part q e eta (fun i => s0 i + u i / - eta) i.
Proof.
rewrite -(critical_annihilates (gate_matrix Z a) q e basis eta
  (fun i => s0 i + u i / - eta) (fun i => / - eta * mulmv (gram Z) y i)).
  by apply: critical_ext => j; rewrite /Rdiv; ring.
by move=> v ev; rewrite dot_scal_r kernel_range //; ring.
Qed.
End Content.
