(** The gate matrix, its spectrum and the critical competition. *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require Import lib.Sums lib.Softmax lib.LinearInverse lib.LinearSpectral lib.ContextClamped lib.ContextEnergy lib.ContextToy.

Open Scope R_scope.

Lemma gram_sym {d N} (Z : mat N d) i j : gram Z i j = gram Z j i.
Proof. exact: dot_sym. Qed.

Lemma mulmv_gram {d N} (Z : mat N d) (v : vec N) i : mulmv (gram Z) v i = dot (Z i) (readout Z v).
Proof.
rewrite dot_readout /dot /mulmv /gram /dot; apply: sum_ext => j; rewrite Rmult_comm; congr (_ * _).
by apply: sum_ext => k; ring.
Qed.

Lemma gram_quadratic {d N} (Z : mat N d) (v w : vec N) :
  dot v (mulmv (gram Z) w) = dot (readout Z v) (readout Z w).
Proof.
rewrite (dot_sym (readout Z v)) dot_readout; apply: dot_ext => // i.
by rewrite mulmv_gram.
Qed.

Section Least.
Context {d N : nat} (Z : mat N d).

Lemma gate_quadratic a (v : vec N) :
  dot v (mulmv (gate_matrix Z a) v) = dot v v + a * dot v (mulmv (competition Z) v).
Proof.
rewrite -dot_scal_r -dot_plus_r; apply: dot_ext => // i; exact: mulmv_gate_matrix.
Qed.

Let positive_definite (a : R) : Prop :=
  forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z a) v).

Lemma norm_nonzero (v : vec N) : 0 < norm v -> exists i, v i <> 0.
Proof.
move=> v0; have s : dot v v <> 0 by rewrite -norm_sq; have := Rmult_lt_0_compat _ _ v0 v0; simpl; lra.
by have [i hi] := sum_neq0_index _ s; exists i => z; apply: hi; rewrite z; ring.
Qed.

Lemma positive_iff l a : is_least_eig (competition Z) l -> 0 <= a -> positive_definite a <-> 0 < 1 + a * l.
Proof.
move=> [[w [w0 ew]] low] a0; split=> [h|h v [i vi]].
  have := h w (norm_nonzero w w0); rewrite gate_quadratic.
  rewrite (dot_ext w w (mulmv _ w) (fun i => l * w i)) // dot_scal_r -norm_sq.
  have n2 := pow_lt _ 2 w0; nra.
have v0 := dot_gt0 v i vi; rewrite gate_quadratic.
have := Rmult_le_compat_l _ _ _ a0 (low v); nra.
Qed.

Lemma competition_negative l : is_least_eig (competition Z) l ->
  (exists i j, competition Z i j <> 0) -> l < 0.
Proof.
move=> [_ low] [i [j ne]]; apply: Rnot_le_lt => l0; apply: ne.
case: (eqVneq i j) => [->|/eqP ij]; first by rewrite /competition eqxx.
pose v t : vec N := fun k => kdelta i k + t * kdelta j k.
have q t : dot (v t) (mulmv (competition Z) (v t)) = 2 * t * competition Z i j.
  rewrite /v dot_plus_l dot_scal_l !dot_kdelta_l !mulmv_plus !mulmv_scal.
  have e k l' : mulmv (competition Z) (kdelta k) l' = competition Z l' k by exact: sum_kdelta_r.
  rewrite !e (competition_sym Z j i) {1 4}/competition !eqxx; ring.
have := low (v 1); have := low (v (-1)); rewrite !q.
have := dot_ge0 (v 1); have := dot_ge0 (v (-1)); nra.
Qed.

Lemma critical_general l : is_least_eig (competition Z) l -> (exists i j, competition Z i j <> 0) ->
  l < 0 /\ (forall a, 0 <= a -> positive_definite a <-> a < - / l) /\
  is_lub (fun a => 0 <= a /\ positive_definite a) (- / l).
Proof.
move=> least ne; have l0 := competition_negative l least ne.
have c0 : 0 < - / l by have := Rinv_lt_0_compat l l0; lra.
have cl : l * / l = 1 by field; lra.
have key a : 0 <= a -> positive_definite a <-> a < - / l.
  move=> a0; rewrite (positive_iff l a least a0); split=> h; nra.
split=> //; split=> //; split=> [a [a0 /(key a a0)]|b ub]; first lra.
have b0 : 0 <= b by apply: ub; split; [lra | apply/key; lra].
apply: Rnot_lt_le => lt; have mid : 0 <= (b - / l) / 2 by lra.
by have := ub ((b - / l) / 2) (conj mid (proj2 (key _ mid) ltac:(lra))); lra.
Qed.

Lemma critical_none : (forall i j, competition Z i j = 0) -> forall a, positive_definite a.
Proof.
move=> z a v [i vi]; rewrite gate_quadratic (dot_ext v v (mulmv _ v) (fun _ => 0)) // ?dot_0_r.
  by have := dot_gt0 v i vi; lra.
by move=> k; apply: sum_eq0 => j; rewrite z; ring.
Qed.

(** ** More memories than dimensions *)
Lemma least_wide mu : (d < N)%N -> is_least_eig (gram Z) mu -> mu = 0.
Proof.
move=> dN least; case: (least) => -[w [w0 ew]] low.
have ge : 0 <= mu.
  have h := dot_ge0 (readout Z w); rewrite -gram_quadratic in h.
  rewrite (dot_ext w w (mulmv _ w) (fun i => mu * w i)) // dot_scal_r -norm_sq in h.
  have n2 := pow_lt _ 2 w0; nra.
apply: Rle_antisym => //; apply: Rnot_lt_le => mu0.
have [q [e bas]] := spectral (gram Z) (gram_sym Z); case: (bas) => on eig.
have e0 k : 0 < e k.
  have h := low (q k); rewrite (dot_ext (q k) (q k) (mulmv _ _) (fun i => e k * q k i)) // in h.
  by rewrite dot_scal_r on kdelta_refl in h; lra.
pose f (k : 'I_N) : vec d := fun i => / sqrt (e k) * readout Z (q k) i.
have fo k l : dot (f k) (f l) = kdelta k l.
  rewrite /f dot_scal_l dot_scal_r -gram_quadratic.
  rewrite (dot_ext (q k) (q k) (mulmv _ _) (fun i => e l * q l i)) // dot_scal_r on.
  case: (eqVneq k l) => [<-|/eqP ne]; last by rewrite (kdelta_neq k l ne); ring.
  by rewrite kdelta_refl -{3}(sqrt_sqrt (e k)); [field; have := sqrt_lt_R0 _ (e0 k); lra | have := e0 k; lra].
pose g (j : nat) : vec d := oapp f (fun _ => 0) (insub j).
have go : orthonormal_upto N g.
  move=> i j hi hj; rewrite /g (insubT (fun x => (x < N)%N) hi) (insubT (fun x => (x < N)%N) hj) /= fo /kdelta.
  by [].
have h := residual_count N g go.
have p : 0 <= INR d - INR N by rewrite -h; apply: sum_ge0 => i; apply: dot_ge0.
by have := lt_INR d N (elimT ltP dN); lra.
Qed.

(** ** Unit norms *)
Section Unit.
Hypothesis unit : forall mu, dot (Z mu) (Z mu) = 1.

Lemma competition_unit i j : competition Z i j = gram Z i j - kdelta i j.
Proof.
rewrite /competition /kdelta; case: eqP => [<-|_]; last ring.
by rewrite /gram unit; ring.
Qed.

Lemma gate_unit a i j : gate_matrix Z a i j = (1 - a) * kdelta i j + a * gram Z i j.
Proof. by rewrite /gate_matrix competition_unit; ring. Qed.

Lemma mulmv_competition_unit v i : mulmv (competition Z) v i = mulmv (gram Z) v i - v i.
Proof.
rewrite -[v i in RHS](sum_kdelta_l i v) /mulmv -sum_minus; apply: sum_ext => j; rewrite competition_unit; ring.
Qed.

Lemma eigen_unit q mu a : eigenbasis (gram Z) q mu -> eigenbasis (gate_matrix Z a) q (fun k => 1 - a * (1 - mu k)).
Proof.
move=> [on eig]; split=> // k i; rewrite mulmv_gate_matrix mulmv_competition_unit eig; ring.
Qed.

Lemma least_unit mu : is_least_eig (gram Z) mu <-> is_least_eig (competition Z) (mu - 1).
Proof.
have e v : dot v (mulmv (competition Z) v) = dot v (mulmv (gram Z) v) - dot v v.
  by rewrite -dot_minus_r; apply: dot_ext => // i; apply: mulmv_competition_unit.
split=> -[[v [v0 ev]] low]; split.
- by exists v; split=> // i; rewrite mulmv_competition_unit ev; ring.
- by move=> w; rewrite e; have := low w; lra.
- by exists v; split=> // i; have := ev i; rewrite mulmv_competition_unit; lra.
- by move=> w; have := low w; rewrite e; lra.
Qed.

Lemma critical_unit mu : is_least_eig (gram Z) mu -> (exists i j, gram Z i j <> kdelta i j) ->
  mu < 1 /\ (forall a, 0 <= a -> positive_definite a <-> a < / (1 - mu)) /\
  is_lub (fun a => 0 <= a /\ positive_definite a) (/ (1 - mu)).
Proof.
move=> least [i [j ne]].
have h := critical_general (mu - 1) (proj1 (least_unit mu) least).
have [l0 [k l]] : mu - 1 < 0 /\ (forall a, 0 <= a -> positive_definite a <-> a < - / (mu - 1)) /\
    is_lub (fun a => 0 <= a /\ positive_definite a) (- / (mu - 1)).
  by apply: h; exists i, j; rewrite competition_unit; lra.
have e : - / (mu - 1) = / (1 - mu) by field; lra.
by rewrite e in k l; split=> //; lra.
Qed.

Lemma critical_wide mu : (d < N)%N -> is_least_eig (gram Z) mu ->
  mu = 0 /\ is_lub (fun a => 0 <= a /\ positive_definite a) 1.
Proof.
move=> dN least; have z := least_wide mu dN least; split=> //.
have [|_ [_ h]] := critical_unit mu least; last by move: h; rewrite z Rminus_0_r Rinv_1.
case: least => -[v [v0 ev]] _; have [i vi] := norm_nonzero v v0; exists i.
case: (Classical_Prop.classic (exists j, gram Z i j <> kdelta i j)) => // no; case: vi.
have := ev i; rewrite z Rmult_0_l => <-; rewrite -(sum_kdelta_l i v); apply: sum_ext => j.
by case: (Req_dec (gram Z i j) (kdelta i j)) => [->//|h]; case: no; exists j.
Qed.
End Unit.
End Least.
