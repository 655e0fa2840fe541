(** * Energies of the clamped context-gated memory

    clamped_energy m s r  == energy of gates and scores with context and query clamped: the layers'
                             |s|^2 / 2 and <r, r^> - L(r), r^ = softmax (beta r), L = log_sum_exp, and the
                             interactions - s^T u, (alpha/2) s^T W2 s, - lambda s^T r^, - b^T r^
    reduced_energy m B p  == F(p) = - <b + lambda B u, p> - (lambda^2/2) p^T B p + (1/beta) <p, ln p>
                             (B stands for the inverse of A(alpha); Rocq's ln is 0 on x <= 0,
                             so that 0 ln 0 = 0)
    strictly_convex_on D F == F(t p + (1-t) q) < t F p + (1-t) F q for p, q in D that differ, 0 < t < 1 *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Context.

Open Scope R_scope.

Definition clamped_energy {d N : nat} (m : retrieval d N) (s r : vec N) : R :=
  let p := softmax (beta m) r in
  / 2 * dot s s + (dot r p - log_sum_exp (beta m) r)
  - dot s (gate_input m) + (alpha m / 2) * dot s (mulmv (competition (memories m)) s)
  - lambda m * dot s p - dot (evidence m) p.

Definition reduced_energy {d N : nat} (m : retrieval d N) (B : mat N N) (p : vec N) : R :=
  - dot (fun mu => evidence m mu + lambda m * mulmv B (gate_input m) mu) p
  - (lambda m) ^ 2 / 2 * dot p (mulmv B p)
  + / beta m * sum (fun mu => p mu * ln (p mu)).

Definition strictly_convex_on {n : nat} (D : vec n -> Prop) (F : vec n -> R) : Prop :=
  forall p q t, D p -> D q -> (exists i, p i <> q i) -> 0 < t < 1 ->
  F (fun i => t * p i + (1 - t) * q i) < t * F p + (1 - t) * F q.
