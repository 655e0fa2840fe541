(** * AG32.  Capacity at finite size

    K patterns, independent and uniform on {-1,+1}^N; the cue is pattern mu with n < N/2 entries
    flipped, x(0) = cue, t = tanh sigma.  One alternation, gains first, fails to return pattern mu
    exactly (all signs right, and no global change of sign) for at most the part
      2 (K-1)^{1 + T/t^2} e^{-(N-2n)^2/(2N)}
    of all pattern matrices.  (The power is written as (K-1) (K-1)^{T/t^2}: it is 0 for K = 1.)

    The flips may be any function of the retrieved pattern, but not of the others; the count holds
    also with the retrieved pattern held fixed, and for flips drawn from any law q.  If the n flips
    are the worst for the whole matrix, a factor C(N,n) comes in.  With the neurons first the step is
    that of the classical Hopfield network: on five patterns of three entries it turns a sign of an
    uncorrupted cue, where the alternation with the gains first returns the pattern. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype finfun finset binomial.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Astrocyte defs.Signs defs.Capacity.
From Gatedmem Require Import lib.Sums lib.Signs lib.Capacity.

Open Scope R_scope.

Theorem AG32 (K N n : nat) (mu : 'I_K) (sigma T : R) (F : signs N -> {set 'I_N}) :
  0 < sigma -> 0 < T -> (2 * n < N)%N -> (forall s, #|F s| = n) ->
  how_many (fun X : pattern_matrices K N =>
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) (F (X mu)))))
  <= (2 * ((INR K - 1) * Rpower (INR K - 1) (T / (tanh sigma) ^ 2))
      * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N))))
     * how_many (fun _ : pattern_matrices K N => true).
Proof. by move=> s0 T0 nN Fn; apply: (capacity mu sigma T s0 T0 predT) => // s; rewrite Fn. Qed.

Theorem AG32_pattern_fixed (K N n : nat) (mu : 'I_K) (sigma T : R) (s : signs N) (F : {set 'I_N}) :
  0 < sigma -> 0 < T -> (2 * n < N)%N -> #|F| = n ->
  how_many (fun X : pattern_matrices K N => (X mu == s) &&
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue s F)))
  <= (2 * ((INR K - 1) * Rpower (INR K - 1) (T / (tanh sigma) ^ 2))
      * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N))))
     * how_many (fun X : pattern_matrices K N => X mu == s).
Proof. by move=> s0 T0 nN Fn; apply: capacity_fixed => //; rewrite Fn. Qed.

Theorem AG32_random_flips (K N n w : nat) (mu : 'I_K) (sigma T : R)
    (F : 'I_w -> signs N -> {set 'I_N}) (q : vec w) :
  0 < sigma -> 0 < T -> (2 * n < N)%N -> (forall k s, #|F k s| = n) -> is_simplex q ->
  sum (fun k => q k * how_many (fun X : pattern_matrices K N =>
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) (F k (X mu))))))
  <= (2 * ((INR K - 1) * Rpower (INR K - 1) (T / (tanh sigma) ^ 2))
      * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N))))
     * how_many (fun _ : pattern_matrices K N => true).
Proof.
  move=> s0 T0 nN Fn sq; apply: (simplex_mean_le q _ _ sq) => k.
  by apply: (capacity mu sigma T s0 T0 predT) => // s; rewrite Fn.
Qed.

Theorem AG32_worst_flips (K N n : nat) (mu : 'I_K) (sigma T : R) :
  0 < sigma -> 0 < T -> (2 * n < N)%N ->
  how_many (fun X : pattern_matrices K N => [exists F : {set 'I_N}, (#|F| == n) &&
    ~~ returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) F))])
  <= INR 'C(N, n)
     * ((2 * ((INR K - 1) * Rpower (INR K - 1) (T / (tanh sigma) ^ 2))
         * exp (- ((INR N - 2 * INR n) ^ 2 / (2 * INR N))))
        * how_many (fun _ : pattern_matrices K N => true)).
Proof. by move=> s0 T0 nN; exact: (capacity_worst mu sigma T s0 T0 predT). Qed.

Theorem AG32_neurons_first (N K : nat) (m : memory N K) (x : vec N) (i : 'I_N) : (0 < K)%N ->
  neurons_first m x i = / INR N * sum (fun mu => overlap m x mu * pattern m mu i).
Proof. exact: neurons_first_hopfield. Qed.

Theorem AG32_neurons_first_fails : exists (K N : nat) (mu : 'I_K) (i : 'I_N) (X : pattern_matrices K N),
  forall sigma T, 0 < sigma -> 0 < T -> 2 * T <= (tanh sigma) ^ 2 ->
  returns (stored sigma T X) mu (gains_first (stored sigma T X) (cue (X mu) set0)) /\
  sign_of (neurons_first (stored sigma T X) (cue (X mu) set0) i) = - (sgn (X mu i)).
Proof.
  exists 5%N, 3%N, ord0, ord0, crowd => sigma T s0 T0 hT; split; first exact: crowd_gains_first.
  by rewrite crowd_neurons_first // !ffunE.
Qed.

Example AG32_witness : exists (K N n w : nat) (sigma T : R) (F : 'I_w -> signs N -> {set 'I_N}) (q : vec w),
  (1 < K)%N /\ 0 < sigma /\ 0 < T /\ (0 < n)%N /\ (2 * n < N)%N /\ (forall k s, #|F k s| = n) /\
  is_simplex q /\ 2 * T <= (tanh sigma) ^ 2.
Proof.
  have t0 : 0 < (tanh 1) ^ 2 by apply: pow_lt; apply: lib.Hyperbolic.tanh_gt0; lra.
  exists 2%N, 3%N, 1%N, 1%N, 1, ((tanh 1) ^ 2 / 2), (fun _ _ => [set ord0]), (fun _ => 1).
  do 2?(split; first by [|lra]); split; first lra; do 2?split=> //.
  split; first by move=> k s; rewrite cards1.
  by split; last lra; split; [move=> _; lra | rewrite sum_n1].
Qed.
