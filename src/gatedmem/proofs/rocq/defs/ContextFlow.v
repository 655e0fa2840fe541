(** * Context-gated retrieval, four free layers

    What a reader must trust for the system with context and query free (arXiv 2605.10970,
    equations in brackets).

    half_square x       == |x|^2 / 2, Lagrangian of the context, gate and query layers
    is_hessian L x v w q == the second derivative of L at x along v and w is q
    network dc d N      == memories Z, projection W1 and constants; layers c, s, r, q
    context_energy      == E_h1 = - s^T W1 c
    competition_energy  == E_h2 = (alpha / 2) s^T W2 s,  W2 = G - diag G
    coupling_energy     == E_h3 = - lambda s^T p            (p stands for the activation of r)
    memory_energy       == E_h4 = - q^T Z p
    hypersynapses       == E_h1 + E_h2 + E_h3 + E_h4
    network_energy      == sum over layers of <x, activation x> - L x, plus the four interactions
    context_velocity, gates_velocity, scores_velocity, query_velocity == right-hand sides of [1]-[4]
    network_solution t  == the curve (c, s, r, q) has these velocities at time t
    network_follows t   == at time t, in every layer: tau dx/dt = - (x + dE_h/d(activation of x)).
                           Here x is the derivative of <x, activation x> - L x in the activation
    clamp n c q         == the clamped model of defs/Context.v: u = W1 c, b = Z^T q *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Context.

Open Scope R_scope.

Definition half_square {n : nat} (x : vec n) : R := / 2 * dot x x.
Definition is_hessian {n : nat} (L : vec n -> R) (x v w : vec n) (q : R) : Prop :=
  is_derive (fun h => Derive (fun k => L (fun i => (x i + h * v i) + k * w i)) 0) 0 q.

Record network (dc d N : nat) : Type := Network {
  stored : mat N d;            (* stored mu = zeta^mu, a vector of R^d *)
  projection : mat N dc;       (* W1 *)
  competing : R;               (* alpha *)
  coupling : R;                (* lambda *)
  sharpness : R;               (* beta *)
  time_c : R; time_s : R; time_r : R; time_q : R
}.
Arguments stored {dc d N}. Arguments projection {dc d N}. Arguments competing {dc d N}.
Arguments coupling {dc d N}. Arguments sharpness {dc d N}. Arguments time_c {dc d N}.
Arguments time_s {dc d N}. Arguments time_r {dc d N}. Arguments time_q {dc d N}.

Section Network.
Context {dc d N : nat} (n : network dc d N).

Definition network_positive : Prop :=
  0 < sharpness n /\ 0 < time_c n /\ 0 < time_s n /\ 0 < time_r n /\ 0 < time_q n.

Definition context_energy (c : vec dc) (s : vec N) : R := - dot s (mulmv (projection n) c).
Definition competition_energy (s : vec N) : R :=
  (competing n / 2) * dot s (mulmv (competition (stored n)) s).
Definition coupling_energy (s p : vec N) : R := - (coupling n * dot s p).
Definition memory_energy (p : vec N) (q : vec d) : R := - dot q (readout (stored n) p).
Definition hypersynapses (c : vec dc) (s p : vec N) (q : vec d) : R :=
  context_energy c s + competition_energy s + coupling_energy s p + memory_energy p q.

Definition network_energy (c : vec dc) (s r : vec N) (q : vec d) : R :=
  (dot c c - half_square c) + (dot s s - half_square s)
  + (dot r (softmax (sharpness n) r) - log_sum_exp (sharpness n) r)
  + (dot q q - half_square q)
  + hypersynapses c s (softmax (sharpness n) r) q.

Definition context_velocity (c : vec dc) (s : vec N) : vec dc := fun i =>
  (mulmv (fun j mu => projection n mu j) s i - c i) / time_c n.
Definition gates_velocity (c : vec dc) (s r : vec N) : vec N := fun mu =>
  (mulmv (projection n) c mu - competing n * mulmv (competition (stored n)) s mu
   + coupling n * softmax (sharpness n) r mu - s mu) / time_s n.
Definition scores_velocity (s r : vec N) (q : vec d) : vec N := fun mu =>
  (coupling n * s mu + dot (stored n mu) q - r mu) / time_r n.
Definition query_velocity (r : vec N) (q : vec d) : vec d := fun i =>
  (readout (stored n) (softmax (sharpness n) r) i - q i) / time_q n.

Definition network_solution (c : R -> vec dc) (s r : R -> vec N) (q : R -> vec d) (t : R) : Prop :=
  (forall i, is_derive (fun h => c h i) t (context_velocity (c t) (s t) i)) /\
  (forall i, is_derive (fun h => s h i) t (gates_velocity (c t) (s t) (r t) i)) /\
  (forall i, is_derive (fun h => r h i) t (scores_velocity (s t) (r t) (q t) i)) /\
  (forall i, is_derive (fun h => q h i) t (query_velocity (r t) (q t) i)).

Definition network_follows (c : R -> vec dc) (s r : R -> vec N) (q : R -> vec d) (t : R) : Prop :=
  let p := softmax (sharpness n) (r t) in
  exists (c' : vec dc) (s' r' : vec N) (q' : vec d),
    (forall i, is_derive (fun h => c h i) t (c' i)) /\
    (forall i, is_derive (fun h => s h i) t (s' i)) /\
    (forall i, is_derive (fun h => r h i) t (r' i)) /\
    (forall i, is_derive (fun h => q h i) t (q' i)) /\
    (forall i, partial (fun a => hypersynapses a (s t) p (q t)) (c t) i (- (time_c n * c' i + c t i))) /\
    (forall i, partial (fun a => hypersynapses (c t) a p (q t)) (s t) i (- (time_s n * s' i + s t i))) /\
    (forall i, partial (fun a => hypersynapses (c t) (s t) a (q t)) p i (- (time_r n * r' i + r t i))) /\
    (forall i, partial (fun a => hypersynapses (c t) (s t) p a) (q t) i (- (time_q n * q' i + q t i))).

Definition clamp (c : vec dc) (q : vec d) : retrieval d N :=
  Retrieval d N (stored n) (competing n) (coupling n) (sharpness n) (time_s n) (time_r n)
    (mulmv (projection n) c) (fun mu => dot (stored n mu) q).
End Network.
