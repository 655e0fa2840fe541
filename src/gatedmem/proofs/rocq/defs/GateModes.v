(** * The gates alone, mode by mode

    q_0, ..., q_{N-1} is an orthonormal eigenbasis of A, with eigenvalues e_k (eigenbasis of
    defs/Analysis.v); a mode k is critical when e_k = eta (eta: the least eigenvalue of A) and unstable
    when e_k < 0.  c_k = <q_k, u> and a_k(0) = <q_k, s0> are the components of the drive and of the start.

    gates_solution m s r            == s is continuous on [0, oo) and has the velocity of the gates of m at
                                       every t > 0, the scores being the curve r
    critical_part q e eta w         == P_min w, the sum of <q_k, w> q_k over the critical modes
    transient_bound q e eta s0 u    == R: the square root of |P_min u|^2 / eta^2 plus the sum of
                                       max (a_k(0)^2, c_k^2 / e_k^2) over the modes that are not critical
    unstable_bound q e eta s0 u     == the same, but with c_k^2 / e_k^2 alone for an unstable mode
    unstable_norm q e eta s0 u      == M: the square root of the sum of (a_k(0) - c_k / e_k)^2 over the
                                       modes that are unstable and not critical *)

From Coq Require Import Reals.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Analysis defs.Context.

Open Scope R_scope.

Definition gates_solution {d N : nat} (m : retrieval d N) (s r : R -> vec N) : Prop :=
  (forall T, curve_continuous 0 T s) /\
  (forall t, 0 < t -> curve_derive s t (gate_velocity m (s t) (r t))).

Section Modes.
Context {N : nat} (q : mat N N) (e : vec N) (eta : R).

Definition critical_part (w : vec N) : vec N := fun i =>
  sum (fun k => if Req_EM_T (e k) eta then dot (q k) w * q k i else 0).

Definition transient_bound (s0 u : vec N) : R :=
  sqrt (norm (critical_part u) ^ 2 / eta ^ 2 +
        sum (fun k => if Req_EM_T (e k) eta then 0
                      else Rmax (dot (q k) s0 ^ 2) (dot (q k) u ^ 2 / e k ^ 2))).

Definition unstable_bound (s0 u : vec N) : R :=
  sqrt (norm (critical_part u) ^ 2 / eta ^ 2 +
        sum (fun k => if Req_EM_T (e k) eta then 0
                      else if Rlt_dec (e k) 0 then dot (q k) u ^ 2 / e k ^ 2
                      else Rmax (dot (q k) s0 ^ 2) (dot (q k) u ^ 2 / e k ^ 2))).

Definition unstable_norm (s0 u : vec N) : R :=
  sqrt (sum (fun k => if Req_EM_T (e k) eta then 0
                      else if Rlt_dec (e k) 0 then (dot (q k) s0 - dot (q k) u / e k) ^ 2
                      else 0)).
End Modes.
