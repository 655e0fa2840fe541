(** * CG3.  The gate matrix, its spectrum and the critical competition

    A(alpha) = I + alpha W2 with W2 = G - diag G, alpha >= 0; A is positive definite when
    <v, A v> > 0 for every v other than 0, and alpha_crit is the supremum of such alpha.

    CG3            unit norms: A = (1 - alpha) I + alpha G, and eigenvectors of G with eigenvalues mu_k
                   are eigenvectors of A with eigenvalues 1 - alpha (1 - mu_k).
    CG3_critical   unit norms, G not I, mu the least eigenvalue of G: A(alpha) is positive definite
                   exactly for alpha < 1 / (1 - mu), and alpha_crit = 1 / (1 - mu).
    CG3_wide       unit norms and N > d: mu = 0 and alpha_crit = 1.
    CG3_general    any norms, W2 not 0, l its least eigenvalue: l < 0, A(alpha) is positive definite
                   exactly for alpha < - 1 / l, and alpha_crit = - 1 / l.
    CG3_none       if W2 = 0 (for unit norms: if G = I), A(alpha) is positive definite for every
                   alpha: alpha_crit is infinite. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.
From Gatedmem Require lib.Sums lib.LinearSpectral lib.ContextClamped lib.ContextToy lib.ContextSpectrum.

Open Scope R_scope.

Theorem CG3 (d N : nat) (Z : mat N d) (alpha : R) :
  (forall mu, norm (Z mu) = 1) ->
  (forall i j, gate_matrix Z alpha i j = ((1 - alpha) * kdelta i j) + (alpha * gram Z i j)) /\
  (forall q mu, eigenbasis (gram Z) q mu ->
     eigenbasis (gate_matrix Z alpha) q (fun k => 1 - (alpha * (1 - mu k)))).
Proof.
move=> u; have unit mu : dot (Z mu) (Z mu) = 1 by rewrite -lib.Sums.norm_sq u; ring.
split; [exact: lib.ContextSpectrum.gate_unit | move=> q mu; exact: lib.ContextSpectrum.eigen_unit].
Qed.

Theorem CG3_critical (d N : nat) (Z : mat N d) (mu : R) :
  (forall nu, norm (Z nu) = 1) -> is_least_eig (gram Z) mu -> (exists i j, gram Z i j <> kdelta i j) ->
  mu < 1 /\
  (forall alpha, 0 <= alpha ->
     (forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z alpha) v)) <->
     alpha < 1 / (1 - mu)) /\
  is_lub (fun alpha => 0 <= alpha /\
     forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z alpha) v)) (1 / (1 - mu)).
Proof.
move=> u least ne; have unit nu : dot (Z nu) (Z nu) = 1 by rewrite -lib.Sums.norm_sq u; ring.
by rewrite /Rdiv Rmult_1_l; exact: lib.ContextSpectrum.critical_unit.
Qed.

Theorem CG3_wide (d N : nat) (Z : mat N d) (mu : R) :
  (forall nu, norm (Z nu) = 1) -> (d < N)%N -> is_least_eig (gram Z) mu ->
  mu = 0 /\
  is_lub (fun alpha => 0 <= alpha /\
     forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z alpha) v)) 1.
Proof.
move=> u dN least; have unit nu : dot (Z nu) (Z nu) = 1 by rewrite -lib.Sums.norm_sq u; ring.
exact: lib.ContextSpectrum.critical_wide.
Qed.

Theorem CG3_general (d N : nat) (Z : mat N d) (l : R) :
  is_least_eig (competition Z) l -> (exists i j, competition Z i j <> 0) ->
  l < 0 /\
  (forall alpha, 0 <= alpha ->
     (forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z alpha) v)) <->
     alpha < - (1 / l)) /\
  is_lub (fun alpha => 0 <= alpha /\
     forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z alpha) v)) (- (1 / l)).
Proof. by move=> least ne; rewrite /Rdiv Rmult_1_l; exact: lib.ContextSpectrum.critical_general. Qed.

Theorem CG3_none (d N : nat) (Z : mat N d) :
  ((forall mu, norm (Z mu) = 1) -> (forall i j, gram Z i j = kdelta i j) ->
     forall i j, competition Z i j = 0) /\
  ((forall i j, competition Z i j = 0) -> forall alpha,
     forall v : vec N, (exists i, v i <> 0) -> 0 < dot v (mulmv (gate_matrix Z alpha) v)).
Proof.
split; last exact: lib.ContextSpectrum.critical_none.
move=> u g i j; have unit mu : dot (Z mu) (Z mu) = 1 by rewrite -lib.Sums.norm_sq u; ring.
by rewrite (lib.ContextSpectrum.competition_unit Z unit) g; ring.
Qed.

(** All hypotheses at once: two equal memories in R^1 (d = 1 < 2 = N), and two orthonormal ones for CG3_none. *)
Example CG3_witness :
  let Z := (fun _ _ => 1) : mat 2 1 in
  (forall mu, norm (Z mu) = 1) /\ (1 < 2)%N /\ (exists i j, gram Z i j <> kdelta i j) /\
  (exists i j, competition Z i j <> 0) /\
  (exists q mu, eigenbasis (gram Z) q mu) /\ (exists mu, is_least_eig (gram Z) mu) /\
  (exists l, is_least_eig (competition Z) l) /\ 0 <= 1 /\
  (exists v : vec 2, exists i, v i <> 0) /\
  (exists Z' : mat 2 2, (forall mu, norm (Z' mu) = 1) /\ (forall i j, gram Z' i j = kdelta i j) /\
     (forall i j, competition Z' i j = 0)).
Proof.
move=> Z; have g i j : gram Z i j = 1 by rewrite /gram /dot lib.Sums.sum_n1 /Z; ring.
have o : competition Z ord0 (lift ord0 ord0) = 1 by rewrite /competition g.
have nz : @kdelta 2 ord0 (lift ord0 ord0) = 0 by [].
split; first by move=> mu; rewrite /norm -/(gram Z mu mu) g sqrt_1.
split=> //; split; first by exists ord0, (lift ord0 ord0); rewrite g nz; lra.
split; first by exists ord0, (lift ord0 ord0); rewrite o; lra.
split; first exact: (lib.LinearSpectral.spectral _ (lib.ContextSpectrum.gram_sym Z)).
split; first by apply: lib.LinearSpectral.least_eig_exists => //; exact: lib.ContextSpectrum.gram_sym.
split; first by apply: lib.LinearSpectral.least_eig_exists => //; exact: lib.ContextEnergy.competition_sym.
split; first lra.
split; first by exists (fun _ => 1), ord0; lra.
have k (i j : 'I_2) : gram (fun i j => kdelta i j) i j = kdelta i j.
  by rewrite /gram lib.Sums.dot_kdelta_l lib.Sums.kdelta_sym.
exists (fun i j => kdelta i j).
have u mu : norm ((fun i j : 'I_2 => kdelta i j) mu) = 1.
  by rewrite /norm -/(gram (fun i j : 'I_2 => kdelta i j) mu mu) k lib.Sums.kdelta_refl sqrt_1.
split=> //; split=> //; exact: (proj1 (CG3_none 2 2 _) u k).
Qed.
