(** * Dense associative memories: sign updates never raise the energy *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Hopfield defs.Dense lib.Sums.

Open Scope R_scope.

(** A differentiable convex function lies above its tangents. *)
Lemma convex_tangent F F' a b : convex_function F F' -> F a + F' a * (b - a) <= F b.
Proof.
  case=> D C; apply: Rnot_lt_le => lt; pose e := F a + F' a * (b - a) - F b.
  have e0 : 0 < e by rewrite /e; lra.
  pose g t := F (t * b + (1 - t) * a).
  have G : is_derive g 0 (F' a * (b - a)).
    rewrite /g; evar_last.
      apply: (is_derive_comp F (fun t => t * b + (1 - t) * a)).
        by rewrite (_ : 0 * b + (1 - 0) * a = a); [exact: D | ring].
      by auto_derive.
    by rewrite /scal /= /mult /=; ring.
  move/is_derive_Reals: G => /(_ e e0) [del H].
  have d0 := cond_pos del; pose h := Rmin (del / 2) (/ 2).
  have h0 : 0 < h by apply: Rmin_glb_lt; lra.
  have h1 : h <= / 2 by exact: Rmin_r.
  have hd : h < del by apply: Rle_lt_trans (Rmin_l _ _) _; lra.
  have := H h ltac:(lra) ltac:(by rewrite Rabs_pos_eq; lra).
  have g0 : g 0 = F a by rewrite /g; congr F; ring.
  rewrite Rplus_0_l g0 => /Rabs_def2 [_ lo].
  have up : (g h - F a) / h <= F b - F a.
    apply: (Rmult_le_reg_r h) => //; rewrite /Rdiv Rmult_assoc Rinv_l; last lra.
    have := C b a h ltac:(lra); rewrite -/(g h); lra.
  rewrite /e in lo; lra.
Qed.

Section Dense.
Context {K N : nat} (F F' : R -> R) (Xi : mat K N).

Lemma set_entry_self (s s' : vec N) i : (forall j, j <> i -> s' j = s j) -> s' = set_entry s i (s' i).
Proof.
  by move=> off; apply: functional_extensionality => j; rewrite /set_entry; case: eqP => [->|/off].
Qed.

Lemma energy_descent_step i s s' : sign_vector s -> energy_step F Xi i s s' ->
  dense_energy F Xi s' <= dense_energy F Xi s.
Proof.
  move=> bin [bin' [le off]]; move: le; rewrite sum_minus /dense_energy.
  pose G a := sum (fun mu => F (dot (Xi mu) (set_entry s i a))).
  rewrite -/(G 1) -/(G (-1)).
  have -> : sum (fun mu => F (dot (Xi mu) s')) = G (s' i) by rewrite /G -(set_entry_self s s' i off).
  have -> : sum (fun mu => F (dot (Xi mu) s)) = G (s i) by rewrite /G -(set_entry_self s s i).
  by case: (bin i) => ->; case: (bin' i) => ->; lra.
Qed.

Lemma field_descent s s' : convex_function F F' -> sign_vector s -> field_step F' Xi s s' ->
  dense_energy F Xi s' <= dense_energy F Xi s.
Proof.
  move=> cv bin [bin' st]; rewrite /dense_energy; apply: Ropp_le_contravar.
  have T : sum (fun mu => F (dot (Xi mu) s) + F' (dot (Xi mu) s) * (dot (Xi mu) s' - dot (Xi mu) s))
     <= sum (fun mu => F (dot (Xi mu) s')) by apply: sum_le => mu; exact: convex_tangent.
  apply: Rle_trans T; rewrite sum_plus.
  suff : 0 <= sum (fun mu => F' (dot (Xi mu) s) * (dot (Xi mu) s' - dot (Xi mu) s)) by lra.
  have -> : sum (fun mu => F' (dot (Xi mu) s) * (dot (Xi mu) s' - dot (Xi mu) s))
     = sum (fun i => field F' Xi s i * (s' i - s i)).
    rewrite (sum_ext _ (fun mu => sum (fun i => Xi mu i * F' (dot (Xi mu) s) * (s' i - s i)))).
      by rewrite sum_swap; apply: sum_ext => i; rewrite -sum_scal_r.
    by move=> mu; rewrite -dot_minus_r /dot -sum_scal_l; apply: sum_ext => i; ring.
  apply: sum_ge0 => i; case: (st i) => [->|]; first lra.
  by case: (bin i) => ->; case: (bin' i) => ->; lra.
Qed.
End Dense.
