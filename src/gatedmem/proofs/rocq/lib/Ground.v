(** Ground instances: proving that a definition has a given value at a given point.

    Points are rational, or rational multiples of ln 2; there exp is a power of 2 and tanh and cosh are rational.
    Values are rational combinations of 1, ln 2 and ln 5.

    csum      == the sum over ['I_n] written out
    table a   == the list a as a vector (0 beyond its end),  table2 for matrices
    ground    == the tactic: unfold to numbers, take the transcendental functions, compare *)

From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors lib.Sums.

Open Scope R_scope.

Fixpoint csum (n : nat) : vec n -> R :=
  match n with
  | O => fun _ => 0
  | S k => fun a => a ord0 + csum k (fun i => a (lift ord0 i))
  end.

Lemma sum_written : @sum = csum.
Proof.
apply: functional_extensionality_dep => n; apply: functional_extensionality => a.
by elim: n a => [|n IH] a; [exact: sum_n0 | rewrite sum_recl IH].
Qed.

Definition table {n : nat} (a : seq R) : vec n := fun i => nth 0 a i.
Definition table2 {m n : nat} (a : seq (seq R)) : mat m n := fun i j => nth 0 (nth [::] a i) j.

Lemma exp_power k x : x = IZR k * ln 2 -> exp x = powerRZ 2 k.
Proof. by move=> ->; rewrite powerRZ_Rpower; lra || reflexivity. Qed.

Lemma ln_power a b y : y = powerRZ 2 a * powerRZ 5 b -> ln y = IZR a * ln 2 + IZR b * ln 5.
Proof.
have p2 : 0 < 2 by lra. have p5 : 0 < 5 by lra.
move=> ->; rewrite ln_mult; try exact: powerRZ_lt.
by rewrite !powerRZ_Rpower // /Rpower !ln_exp.
Qed.

Lemma cosh_power k x : x = IZR k * ln 2 -> cosh x = (powerRZ 2 k + / powerRZ 2 k) / 2.
Proof. by move=> e; rewrite /cosh exp_Ropp (exp_power k x e). Qed.

Lemma tanh_power k x : x = IZR k * ln 2 ->
  tanh x = (powerRZ 2 k - / powerRZ 2 k) / (powerRZ 2 k + / powerRZ 2 k).
Proof.
move=> e; rewrite /tanh /sinh /cosh exp_Ropp (exp_power k x e).
have p : 0 < powerRZ 2 k by apply: powerRZ_lt; lra.
have q := Rinv_0_lt_compat _ p; have pp : 0 < powerRZ 2 k * powerRZ 2 k by nra.
by field; lra.
Qed.

Lemma sqrt_square y x : x = IZR y * IZR y -> 0 <= IZR y -> sqrt x = IZR y.
Proof. by move=> -> y0; exact: R_sqrt.sqrt_square. Qed.

Ltac numbers := cbv -[Rplus Rmult Ropp Rinv Rminus Rdiv IZR exp ln tanh cosh sqrt Rabs sum].

(** [field] alone decides equations between numbers; what is left says that no denominator vanishes. *)
Ltac equal_numbers := numbers; solve [field; repeat split; lra].

Ltac try_powers tac :=
  first [tac 0%Z | tac 1%Z | tac (-1)%Z | tac 2%Z | tac (-2)%Z | tac 3%Z | tac (-3)%Z].

Ltac take_function :=
  match goal with
  | |- context [exp ?x] => try_powers ltac:(fun k => rewrite (exp_power k x ltac:(equal_numbers)))
  | |- context [tanh ?x] => try_powers ltac:(fun k => rewrite (tanh_power k x ltac:(equal_numbers)))
  | |- context [cosh ?x] => try_powers ltac:(fun k => rewrite (cosh_power k x ltac:(equal_numbers)))
  | |- context [sqrt ?x] =>
      first [ rewrite (sqrt_square 1 x ltac:(equal_numbers) ltac:(lra))
            | rewrite (sqrt_square 2 x ltac:(equal_numbers) ltac:(lra))
            | rewrite (sqrt_square 5 x ltac:(equal_numbers) ltac:(lra)) ]
  | |- context [ln ?y] =>
      lazymatch y with
      | IZR 2 => fail
      | IZR 5 => fail
      | _ =>
          let take a b := (rewrite (ln_power a b y ltac:(equal_numbers))) in
          first [ take (-1)%Z 0%Z | take (-2)%Z 0%Z | take (-2)%Z 1%Z | take 0%Z 0%Z | take 1%Z 0%Z
                | take 2%Z 0%Z | take 3%Z 0%Z | take 0%Z 1%Z | take (-3)%Z 0%Z ]
      end
  end.

Ltac ground := numbers; rewrite ?sum_written; numbers; repeat take_function; first [equal_numbers | lra].
