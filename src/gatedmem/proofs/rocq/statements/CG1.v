(** * CG1.  The four currents follow from the energies

    Layers c, s, q with Lagrangian |x|^2 / 2 and activation x, layer r with Lagrangian
    (1/beta) log sum_i e^{beta r_i} and activation softmax (beta r); interactions
    E_h1 = - s^T W1 c, E_h2 = (alpha/2) s^T W2 s, E_h3 = - lambda s^T r^, E_h4 = - q^T Z r^.

    CG1              tau dx/dt = - (x + dE_h/d(activation of x)) in every layer exactly when (c, s, r, q)
                     solves equations 1 to 4 of arXiv 2605.10970.
    CG1_partials     the partial derivatives of the interactions in the four activations.
    CG1_lagrangians  the Lagrangians are convex, with the activations as gradients.
    CG1_energy       and - tau dx/dt is the derivative of the whole energy in the activation: along any
                     line of states, dE = - sum over layers of <tau velocity, d(activation)>.
    CG1_competition  dE_h2/ds = alpha W2 s, so the competition current is - alpha W2 s. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrbool ssrnat fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Context defs.ContextFlow.
From Gatedmem Require lib.Sums lib.Softmax lib.ContextEnergy.

Open Scope R_scope.

Theorem CG1 (dc d N : nat) (n : network dc d N) (c : R -> vec dc) (s r : R -> vec N) (q : R -> vec d) (t : R) :
  network_positive n -> (network_follows n c s r q t <-> network_solution n c s r q t).
Proof. exact: lib.ContextEnergy.follows_solution. Qed.

Theorem CG1_partials (dc d N : nat) (n : network dc d N) (c : vec dc) (s p : vec N) (q : vec d) :
  (forall i, partial (fun a => hypersynapses n a s p q) c i
     (- mulmv (fun j mu => projection n mu j) s i)) /\
  (forall mu, partial (fun a => hypersynapses n c a p q) s mu
     ((- mulmv (projection n) c mu + competing n * mulmv (competition (stored n)) s mu) - coupling n * p mu)) /\
  (forall mu, partial (fun a => hypersynapses n c s a q) p mu
     (- (coupling n * s mu) - dot (stored n mu) q)) /\
  (forall i, partial (fun a => hypersynapses n c s p a) q i (- readout (stored n) p i)).
Proof.
split; first exact: lib.ContextEnergy.partial_c; split; first exact: lib.ContextEnergy.partial_s.
by split; [exact: lib.ContextEnergy.partial_p | exact: lib.ContextEnergy.partial_q].
Qed.

Theorem CG1_lagrangians (n : nat) (beta : R) :
  (0 < n)%N -> 0 < beta ->
  convex_with_gradient (@half_square n) (fun x => x) /\
  convex_with_gradient (@log_sum_exp n beta) (softmax beta).
Proof.
move=> n0 b0; split; [exact: lib.ContextEnergy.half_square_convex | exact: lib.ContextEnergy.lse_convex_gradient].
Qed.

Theorem CG1_energy (dc d N : nat) (n : network dc d N) (c c' : vec dc) (s s' r r' p' : vec N) (q q' : vec d) :
  network_positive n -> (0 < N)%N ->
  (forall i, is_derive (fun h => softmax (sharpness n) (fun j => r j + h * r' j) i) 0 (p' i)) ->
  is_derive (fun h => network_energy n (fun j => c j + h * c' j) (fun j => s j + h * s' j)
                        (fun j => r j + h * r' j) (fun j => q j + h * q' j)) 0
    (- ((time_c n * dot (context_velocity n c s) c') + (time_s n * dot (gates_velocity n c s r) s')
        + (time_r n * dot (scores_velocity n s r q) p') + (time_q n * dot (query_velocity n r q) q'))).
Proof. exact: lib.ContextEnergy.energy_directional. Qed.

Theorem CG1_competition (dc d N : nat) (n : network dc d N) (s : vec N) (mu : 'I_N) :
  partial (competition_energy n) s mu (competing n * mulmv (competition (stored n)) s mu).
Proof. exact: lib.ContextEnergy.competition_partial. Qed.

(** All hypotheses at once: two equal memories in R^1, W1 = 0 and unit constants; c = e^{-t} moves. *)
Example CG1_witness :
  exists n : network 1 1 2, network_positive n /\ (0 < 2)%N /\ 0 < sharpness n /\
    (forall t, network_solution n (fun t _ => exp (- t)) (fun _ _ => / 4) (fun _ _ => 5 / 4) (fun _ _ => 1) t) /\
    exists r r' p' : vec 2, (exists i, p' i <> 0) /\
      forall i, is_derive (fun h => softmax (sharpness n) (fun j => r j + h * r' j) i) 0 (p' i).
Proof.
exists lib.ContextEnergy.small_network; split; first exact: lib.ContextEnergy.small_positive.
split=> //; split; first by simpl; lra.
split; first exact: lib.ContextEnergy.small_solution.
have h := @lib.Softmax.is_derive_softmax_line 2 1 (fun h j => 0 + h * kdelta ord0 j) (kdelta ord0) 0.
exists (fun _ => 0), (kdelta ord0); eexists; split; last by move=> i; apply: h => j; auto_derive => //; ring.
exists ord0; rewrite lib.Sums.dot_kdelta_r lib.Sums.kdelta_refl.
rewrite (lib.Softmax.softmax_ext 1 _ (fun _ => 0)) ?lib.ContextEnergy.small_softmax; [lra | move=> j; ring].
Qed.
