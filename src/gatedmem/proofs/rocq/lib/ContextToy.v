(** A small context-gated memory on which all hypotheses hold: two equal memories in R^1, competition
    1/2, so that A = ((1, 1/2), (1/2, 1)) has the eigenvalues 1/2 and 3/2. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context lib.Sums.

Open Scope R_scope.

Definition toy : retrieval 1 2 :=
  Retrieval 1 2 (fun _ _ => 1) (/ 2) (/ 2) 1 1 1 (fun mu => if mu == ord0 then 1 else 0) (fun _ => 0).

Lemma ord2 (i : 'I_2) : i = ord0 \/ i = lift ord0 ord0.
Proof. by case: i => -[|[|//]] h; [left | right]; apply: val_inj. Qed.

Lemma mulmv_toy (v : vec 2) :
  mulmv (gates toy) v ord0 = v ord0 + / 2 * v (lift ord0 ord0) /\
  mulmv (gates toy) v (lift ord0 ord0) = / 2 * v ord0 + v (lift ord0 ord0).
Proof.
rewrite /mulmv /gates /gate_matrix /competition /gram /dot /kdelta !sum_n2 !sum_n1 /=.
by split; lra.
Qed.

Lemma toy_least : is_least_eig (gates toy) (/ 2).
Proof.
split.
- exists (fun i => if i == ord0 then 1 else -1); split.
    by apply: (norm_gt0 _ ord0); rewrite eqxx; lra.
  move=> i; have [e0 e1] := mulmv_toy (fun i => if i == ord0 then 1 else -1).
  by case: (ord2 i) => ->; [rewrite e0 | rewrite e1]; rewrite /= ; lra.
- move=> v; rewrite /dot !sum_n2; have [-> ->] := mulmv_toy v.
  have := pow2_ge_0 (v ord0 + v (lift ord0 ord0)); lra.
Qed.
