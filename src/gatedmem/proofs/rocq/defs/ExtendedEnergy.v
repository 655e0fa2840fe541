(** * The energy as a function of the activations

    What a reader must trust for the sublevel sets in AG9.

    extended_energy m z p == L with z = phi(x) as the variable, on the closed cube [-1, 1]^N: there
                             x phi(x) - Lambda(x) is ((1+z) ln(1+z) + (1-z) ln(1-z)) / (2 sigma)
                             (Rocq's ln is 0 on x <= 0, so 0 ln 0 = 0)
    cube_boundary z       == z is in [-1, 1]^N, and some z_i is 1 or -1 *)

From Coq Require Import Reals.
From mathcomp Require Import fintype.
From Gatedmem Require Import defs.Vectors defs.Astrocyte.

Open Scope R_scope.

Definition extended_energy {N K : nat} (m : memory N K) (z : vec N) (p : vec K) : R :=
  - INR K * dot p (fun mu => dot (pattern m mu) z ^ 2 / (2 * INR N))
  + INR K * temp m * sum (fun mu => p mu * ln (p mu))
  + sum (fun i => ((1 + z i) * ln (1 + z i) + (1 - z i) * ln (1 - z i)) / (2 * sigma m)).
Definition cube_boundary {n : nat} (z : vec n) : Prop :=
  (forall i, Rabs (z i) <= 1) /\ exists i, Rabs (z i) = 1.
