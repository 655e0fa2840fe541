(** * Instances given by tables of integers, and positive definiteness decided by computation

    entry t i j          == entry j of row i of a table, 0 outside it
    table below t        == the matrix with the entries (entry t i j) / below
    zdot a b, zsum n f   == inner product and sum of integers
    sum_zdot, sum_zsum   == they are the real sums
    dominant_form        == a symmetric matrix with 2 E_ii > sum_j |E_ij| is positive definite
    gate_entry           == the integer gate_matrix entry over ad * dz^2
    excess               == the integer matrix of K (A - c I - L L^T / ld^2), K = ad dz^2 cd ld^2
    definite_check       == the computation that decides c |v|^2 < <v, A v> for all v <> 0 *)

From Coq Require Import Reals Lra ZArith Lia.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Gatedmem Require Import defs.Vectors defs.Context lib.Sums.

Open Scope R_scope.

Definition entry (t : seq (seq Z)) (i j : nat) : Z := nth 0%Z (nth [::] t i) j.
Definition table {m n : nat} (below : Z) (t : seq (seq Z)) : mat m n := fun i j => IZR (entry t i j) / IZR below.
Definition row {n : nat} (below : Z) (a : seq Z) : vec n := fun i => IZR (nth 0%Z a i) / IZR below.

Fixpoint zdot (a b : seq Z) : Z :=
  match a, b with
  | x :: a', y :: b' => (x * y + zdot a' b')%Z
  | _, _ => 0%Z
  end.
Definition zsum (n : nat) (f : nat -> Z) : Z := foldr (fun k acc => (f k + acc)%Z) 0%Z (iota 0 n).

Lemma sum_zdot n a b : (size a <= n)%N ->
  sum (fun k : 'I_n => IZR (nth 0%Z a k) * IZR (nth 0%Z b k)) = IZR (zdot a b).
Proof.
elim: n a b => [|n ih] a b.
  by case: a => [|//] _; rewrite sum_n0.
case: a => [|x a] sz.
  by rewrite sum_eq0 // => k; rewrite nth_nil Rmult_0_l.
case: b => [|y b].
  by rewrite sum_eq0 // => k; rewrite nth_nil Rmult_0_r.
rewrite sum_recl [zdot _ _]/= plus_IZR mult_IZR -(ih a b sz) /=; congr (_ + _).
Qed.

Lemma sum_zsum_from n m (f : nat -> Z) : sum (fun k : 'I_n => IZR (f (m + k)%N)) = IZR (foldr (fun k acc => (f k + acc)%Z) 0%Z (iota m n)).
Proof.
elim: n m => [|n ih] m; first by rewrite sum_n0.
rewrite sum_recl [foldr _ _ _]/= plus_IZR addn0 -(ih m.+1); congr (_ + _).
by apply: sum_ext => k; rewrite lift0 addnS.
Qed.

Lemma sum_zsum n (f : nat -> Z) : sum (fun k : 'I_n => IZR (f k)) = IZR (zsum n f).
Proof. by rewrite -(sum_zsum_from n 0 f). Qed.

Lemma all_iota n (p : nat -> bool) : all p (iota 0 n) -> forall i : 'I_n, p i.
Proof. by move=> /allP h i; apply: h; rewrite mem_iota add0n ltn_ord. Qed.

(** ** Diagonal dominance *)

Lemma dominant_form n (E : mat n n) : (forall i j, E i j = E j i) ->
  (forall i, sum (fun j => Rabs (E i j)) < 2 * E i i) -> forall v, 0 < norm v -> 0 < dot v (mulmv E v).
Proof.
move=> sym dom v v0.
pose size i := sum (fun j => Rabs (E i j)).
have low : sum (fun i => (2 * E i i - size i) * (v i) ^ 2) <= dot v (mulmv E v).
  have -> : sum (fun i => (2 * E i i - size i) * (v i) ^ 2) =
    sum (fun i => sum (fun j => (if j == i then 2 * E i j * (v j) ^ 2 else 0)
      - / 2 * (Rabs (E i j) * (v i) ^ 2) - / 2 * (Rabs (E i j) * (v j) ^ 2))).
    have swap : sum (fun i => sum (fun j => / 2 * (Rabs (E i j) * (v j) ^ 2))) =
      sum (fun i => sum (fun j => / 2 * (Rabs (E i j) * (v i) ^ 2))).
      rewrite sum_swap; apply: sum_ext => i; apply: sum_ext => j; by rewrite (sym j i).
    transitivity (sum (fun i => sum (fun j => (if j == i then 2 * E i j * (v j) ^ 2 else 0)
      - / 2 * (Rabs (E i j) * (v i) ^ 2))) - sum (fun i => sum (fun j => / 2 * (Rabs (E i j) * (v j) ^ 2)))).
      rewrite swap -sum_minus; apply: sum_ext => i.
      rewrite sum_minus (sum_if_eq i (fun j => 2 * E i j * (v j) ^ 2)).
      rewrite sum_scal_l sum_scal_r /size; lra.
    by rewrite -sum_minus; apply: sum_ext => i; rewrite -sum_minus.
  rewrite /dot; apply: sum_le => i; rewrite /mulmv -sum_scal_l; apply: sum_le => j.
  case: eqP => [->|_].
    have := Rle_abs (E i i); have := pow2_ge_0 (v i); nra.
  have a0 := Rabs_pos (E i j); have a1 := Rle_abs (E i j); have a2 := Rle_abs (- E i j).
  rewrite Rabs_Ropp in a2.
  have p := pow2_ge_0 (v i - v j); have q := pow2_ge_0 (v i + v j).
  have : 0 <= (Rabs (E i j) + E i j) * (v i + v j) ^ 2 by apply: Rmult_le_pos; lra.
  have : 0 <= (Rabs (E i j) - E i j) * (v i - v j) ^ 2 by apply: Rmult_le_pos; lra.
  nra.
apply: Rlt_le_trans low.
have [i vi] : exists i, v i <> 0.
  have [i vi] : exists i, v i * v i <> 0.
    apply: sum_neq0_index => z; have := norm_sq v; rewrite /dot z => e.
    have : 0 < norm v * norm v by apply: Rmult_lt_0_compat.
    nra.
  by exists i => z; apply: vi; rewrite z Rmult_0_l.
have gap k : 0 < 2 * E k k - size k by have := dom k; rewrite -/(size k); lra.
apply: (sum_gt0_one _ i) => [j|].
  by apply: Rmult_le_pos; [apply: Rlt_le | apply: pow2_ge_0].
by apply: Rmult_lt_0_compat => //; have := Rsqr_pos_lt _ vi; rewrite /Rsqr; lra.
Qed.

(** ** The gate matrix *)

Definition gate_entry (an ad dz : Z) (t : seq (seq Z)) (i j : nat) : Z :=
  if i == j then (ad * (dz * dz))%Z else (an * zdot (nth [::] t i) (nth [::] t j))%Z.

Definition short (n : nat) (t : seq (seq Z)) : bool := all (fun a => size a <= n)%N t.

Lemma short_row n t i : short n t -> (size (nth [::] t i) <= n)%N.
Proof.
rewrite /short; elim: t i => [|a t ih] [|i] //= /andP [ha ht] //; exact: ih.
Qed.

Section Gates.
Variables (N d : nat) (an ad dz : Z) (t : seq (seq Z)).
Hypothesis (ad0 : (0 < ad)%Z) (dz0 : (0 < dz)%Z) (sz : short d t).

Lemma gates_table (i j : 'I_N) :
  gate_matrix (table dz t : mat N d) (IZR an / IZR ad) i j = IZR (gate_entry an ad dz t i j) / IZR (ad * (dz * dz)).
Proof.
have a0 := IZR_lt _ _ ad0; have z0 := IZR_lt _ _ dz0.
rewrite /gate_matrix /competition /gate_entry /kdelta (inj_eq (@ord_inj N)).
case: eqP => [_|_]; first by rewrite !mult_IZR; field; lra.
rewrite mult_IZR -(sum_zdot d) ?short_row // !mult_IZR.
have -> : gram (table dz t : mat N d) i j =
  sum (fun k : 'I_d => IZR (nth 0%Z (nth [::] t i) k) * IZR (nth 0%Z (nth [::] t j) k)) * / (IZR dz * IZR dz).
  by rewrite -sum_scal_r /gram /dot; apply: sum_ext => k; rewrite /table /entry; field; lra.
by field; lra.
Qed.

(** ** c |v|^2 < <v, A v> *)

Variables (cn cd ld : Z) (l : seq (seq Z)).

Definition excess (i j : nat) : Z :=
  (cd * (ld * ld) * gate_entry an ad dz t i j
   - (if i == j then cn * (ad * (dz * dz)) * (ld * ld) else 0)
   - cd * (ad * (dz * dz)) * zdot (nth [::] l i) (nth [::] l j))%Z.

Hypothesis (cd0 : (0 < cd)%Z) (ld0 : (0 < ld)%Z) (lsz : short N l).
Hypothesis dom : all (fun i => (zsum N (fun j => Z.abs (excess i j)) <? 2 * excess i i)%Z) (iota 0 N).

Let A := gate_matrix (table dz t : mat N d) (IZR an / IZR ad).
Let c := IZR cn / IZR cd.
Let K := IZR cd * (IZR ld * IZR ld) * (IZR ad * (IZR dz * IZR dz)).

Lemma excess_real (i j : 'I_N) : IZR (excess i j) =
  K * (A i j - c * kdelta i j - sum (fun k : 'I_N => IZR (entry l i k) / IZR ld * (IZR (entry l j k) / IZR ld))).
Proof.
have a0 := IZR_lt _ _ ad0; have z0 := IZR_lt _ _ dz0; have c0 := IZR_lt _ _ cd0; have l0 := IZR_lt _ _ ld0.
have -> : sum (fun k : 'I_N => IZR (entry l i k) / IZR ld * (IZR (entry l j k) / IZR ld)) =
  IZR (zdot (nth [::] l i) (nth [::] l j)) * / (IZR ld * IZR ld).
  by rewrite -(sum_zdot N) ?short_row // -sum_scal_r; apply: sum_ext => k; rewrite /entry; field; lra.
rewrite /A gates_table /excess !minus_IZR !mult_IZR /K /c /kdelta (inj_eq (@ord_inj N)).
by case: eqP => _; rewrite ?mult_IZR; field; lra.
Qed.

Lemma definite_by_table (v : vec N) : 0 < norm v -> c * dot v v < dot v (mulmv A v).
Proof.
move=> v0.
have a0 := IZR_lt _ _ ad0; have z0 := IZR_lt _ _ dz0; have c0 := IZR_lt _ _ cd0; have l0 := IZR_lt _ _ ld0.
have K0 : 0 < K by rewrite /K; do ?apply: Rmult_lt_0_compat.
pose E : mat N N := fun i j => IZR (excess i j).
have symE i j : E i j = E j i.
  rewrite /E !excess_real /A /gate_matrix /competition kdelta_sym (eq_sym i j) /gram dot_sym.
  congr (_ * (_ - _)); apply: sum_ext => k; exact: Rmult_comm.
have domE i : sum (fun j => Rabs (E i j)) < 2 * E i i.
  have := all_iota _ _ dom i => /Z.ltb_lt /IZR_lt; rewrite mult_IZR -sum_zsum.
  by under [X in X < _ -> _]sum_ext => j do rewrite abs_IZR.
have pos := dominant_form N E symE domE v v0.
pose col (k : 'I_N) := sum (fun i : 'I_N => IZR (entry l i k) / IZR ld * v i).
have split : dot v (mulmv E v) = K * (dot v (mulmv A v) - c * dot v v - sum (fun k => col k * col k)).
  have -> : sum (fun k => col k * col k) = dot v (mulmv (fun i j =>
     sum (fun k : 'I_N => IZR (entry l i k) / IZR ld * (IZR (entry l j k) / IZR ld))) v).
    rewrite /dot /mulmv; under sum_ext => k do rewrite /col sum_mult.
    rewrite sum_swap; apply: sum_ext => i; rewrite sum_swap -sum_scal_l; apply: sum_ext => j.
    by rewrite -sum_scal_r -sum_scal_l; apply: sum_ext => k; ring.
  have -> : c * dot v v = dot v (mulmv (fun i j => c * kdelta i j) v).
    rewrite /dot -sum_scal_l; apply: sum_ext => i; rewrite /mulmv.
    under sum_ext => j do rewrite Rmult_assoc.
    by rewrite sum_scal_l sum_kdelta_l; ring.
  rewrite /dot -!sum_minus -sum_scal_l; apply: sum_ext => i; rewrite /mulmv.
  rewrite -!Rmult_minus_distr_l -!sum_minus -Rmult_assoc (Rmult_comm K) Rmult_assoc -sum_scal_l.
  rewrite sum_scal_l; congr (_ * _); rewrite -sum_scal_l; apply: sum_ext => j; rewrite /E excess_real; ring.
have sq : 0 <= sum (fun k => col k * col k) by apply: sum_ge0 => k; apply: Rle_0_sqr.
rewrite split in pos.
have : 0 < dot v (mulmv A v) - c * dot v v - sum (fun k => col k * col k).
  by apply: (Rmult_lt_reg_l K) => //; rewrite Rmult_0_r.
lra.
Qed.
End Gates.

Definition definite_check (N d : nat) (an ad dz : Z) (t : seq (seq Z)) (cn cd ld : Z) (l : seq (seq Z)) : bool :=
  [&& (0 <? ad)%Z, (0 <? dz)%Z, (0 <? cd)%Z, (0 <? ld)%Z, short d t, short N l &
      all (fun i => (zsum N (fun j => Z.abs (excess an ad dz t cn cd ld l i j)) <? 2 * excess an ad dz t cn cd ld l i i)%Z)
          (iota 0 N)].

Lemma definite_checked N d an ad dz t cn cd ld l : definite_check N d an ad dz t cn cd ld l = true ->
  forall v : vec N, 0 < norm v ->
  IZR cn / IZR cd * dot v v < dot v (mulmv (gate_matrix (table dz t : mat N d) (IZR an / IZR ad)) v).
Proof.
case/and5P => /Z.ltb_lt a0 /Z.ltb_lt z0 /Z.ltb_lt c0 /Z.ltb_lt l0 /and3P [st sl dom] v v0.
exact: (definite_by_table N d an ad dz t a0 z0 st cn cd ld l c0 l0 sl dom v v0).
Qed.
