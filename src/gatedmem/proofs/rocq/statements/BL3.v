(** * BL3.  Dense associative memories: descent

    E(s) = - sum_mu F(<xi_mu, s>).  Setting one neuron to the sign of the energy difference between its
    two values never raises E, whatever F.  If F is convex, setting any neurons, one or all at once,
    to the signs of their fields sum_mu xi_mu^i F'(<xi_mu, s>) does not raise E either.
    (Where the difference or the field is 0 the neuron may take either sign.) *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Hopfield defs.Dense lib.Sums lib.Softmax lib.Dense.

Open Scope R_scope.

Theorem BL3_energy_update (K N : nat) (F : R -> R) (Xi : mat K N) (i : 'I_N) (s s' : vec N) :
  sign_vector s -> energy_step F Xi i s s' ->
  dense_energy F Xi s' <= dense_energy F Xi s.
Proof. exact: energy_descent_step. Qed.

Theorem BL3_field_update (K N : nat) (F F' : R -> R) (Xi : mat K N) (s s' : vec N) :
  convex_function F F' -> sign_vector s -> field_step F' Xi s s' ->
  dense_energy F Xi s' <= dense_energy F Xi s.
Proof. exact: field_descent. Qed.

(** One pattern, F = exp; both neurons of the state (1, -1) may move, the second does. *)
Example BL3_witness : exists (Xi : mat 1 2) (s s' : vec 2),
  sign_vector s /\ convex_function exp exp /\ field_step exp Xi s s' /\
  energy_step exp Xi ord_max s s' /\ s' ord_max <> s ord_max.
Proof.
  exists (fun _ _ => 1), (fun i => if i == ord0 then 1 else -1), (fun _ => 1).
  split; first by move=> i; case: (i == ord0); [left | right].
  split.
    split=> [a|a b t [t0 t1]]; first exact: is_derive_exp.
    set c := t * a + (1 - t) * b.
    have tan u : exp c + exp c * (u - c) <= exp u.
      have := exp_ge (u - c); have := exp_pos c => c0 h.
      by rewrite (_ : exp u = exp c * exp (u - c)); [nra | rewrite -exp_plus; congr exp; ring].
    have A := Rmult_le_compat_l t _ _ t0 (tan a).
    have B := Rmult_le_compat_l (1 - t) _ _ ltac:(lra) (tan b).
    have : t * (exp c + exp c * (a - c)) + (1 - t) * (exp c + exp c * (b - c)) = exp c.
      by rewrite /c; ring.
    lra.
  split.
    split=> [i|i]; first by left.
    by right; rewrite /field sum_n1 !Rmult_1_l; apply: Rlt_le; exact: exp_pos.
  split; last by rewrite /=; lra.
  split; first by left.
  split; last by case=> [[|[|k]] hk] //= ne; case: ne; apply: val_inj.
  rewrite sum_n1 /dot !sum_n2 /set_entry /= Rmult_1_l.
  suff : exp (1 * 1 + 1 * -1) <= exp (1 * 1 + 1 * 1) by lra.
  by apply: exp_le; lra.
Qed.
