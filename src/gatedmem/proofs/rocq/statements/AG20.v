(** * AG20  How overlaps and scores move

    Along the flow, with any gains,
    tau_x dm_mu/dt = - sum_i xi_mu^i phi'(x_i) x_i
                     + (K/N) sum_nu p_nu m_nu sum_i xi_mu^i phi'(x_i) xi_nu^i,
    and df_mu/dt = (m_mu/N) dm_mu/dt.  With uniform gains K p_nu = 1. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteToy.

Open Scope R_scope.

Theorem AG20 N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) (mu : 'I_K) :
  follows m x p t ->
  is_derive (fun s => overlap m (x s) mu) t
    ((- sum (fun i => pattern m mu i * phi' m (x t i) * x t i)
      + (INR K / INR N) * sum (fun nu => p t nu * overlap m (x t) nu
            * sum (fun i => pattern m mu i * phi' m (x t i) * pattern m nu i)))
     / tau_x m).
Proof.
  move=> [X _]; evar_last; first by apply: is_derive_overlap; exact: X.
  rewrite /overlap_rate /dot /velocity_x.
  rewrite (sum_ext _ (fun i => / tau_x m * (- (pattern m mu i * phi' m (x t i) * x t i)
     + INR K / INR N * sum (fun nu => p t nu * overlap m (x t) nu * (pattern m mu i * phi' m (x t i) * pattern m nu i))))).
    rewrite sum_scal_l sum_plus sum_opp sum_scal_l sum_swap /Rdiv Rmult_comm.
    by congr ((_ + _ * _) * _); apply: sum_ext => nu; rewrite sum_scal_l.
  move=> i; rewrite drive_E.
  rewrite [in RHS](sum_ext _ (fun nu => (pattern m mu i * phi' m (x t i))
     * (p t nu * overlap m (x t) nu * pattern m nu i))); last by move=> nu; ring.
  by rewrite sum_scal_l /Rdiv; ring.
Qed.

Theorem AG20_uniform N K (m : memory N K) (x : R -> vec N) (p : R -> vec K) (t : R) (mu : 'I_K) :
  follows m x p t -> (forall nu, p t nu = / INR K) ->
  is_derive (fun s => overlap m (x s) mu) t
    ((- sum (fun i => pattern m mu i * phi' m (x t i) * x t i)
      + (/ INR N) * sum (fun nu => overlap m (x t) nu
            * sum (fun i => pattern m mu i * phi' m (x t i) * pattern m nu i)))
     / tau_x m).
Proof.
  move=> F U; evar_last; first exact: AG20 F.
  have K0 := INR_gt0 (index_dim mu).
  congr ((_ + _) / _); rewrite -!sum_scal_l; apply: sum_ext => nu; rewrite U /Rdiv.
  by set n := / INR N; field; lra.
Qed.

Theorem AG20_score N K (m : memory N K) (x : R -> vec N) (t : R) (mu : 'I_K) (dx : vec N) (dm : R) :
  (forall i, is_derive (fun s => x s i) t (dx i)) ->
  is_derive (fun s => overlap m (x s) mu) t dm ->
  is_derive (fun s => score m (x s) mu) t ((overlap m (x t) mu / INR N) * dm).
Proof.
  move=> X M; rewrite -(is_derive_unique _ _ _ M).
  by rewrite (is_derive_unique _ _ _ (is_derive_overlap m x t dx mu X)); exact: is_derive_score.
Qed.

Example AG20_witness : exists (x : R -> vec 3) (p : R -> vec 2),
  follows (toy 3 2) x p 0 /\ (forall nu, p 0 nu = / INR 2).
Proof.
  exists (fun s i => 1 + s * velocity_x (toy 3 2) (fun _ => 1) (fun _ => / INR 2) i),
      (fun s mu => / INR 2 + s * velocity_p (toy 3 2) (fun _ => 1) (fun _ => / INR 2) mu).
  by split; [exact: line_follows | move=> nu; ring].
Qed.
