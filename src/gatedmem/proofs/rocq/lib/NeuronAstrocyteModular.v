(** * The neuron-astrocyte memory, all leaks positive, as a modular frame of three layers

    Neurons, synapses and processes make one vector of R^(N + n + n), n the number of pairs (i, j).
    The interaction is a polynomial of degree three in the activations. *)

From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Calculus defs.Frame defs.Analysis defs.Hopfield defs.Modular.
From Gatedmem Require Import defs.NeuronAstrocyte.
From Gatedmem Require Import lib.Sums lib.Banach lib.Flow lib.Lipschitz lib.Modular lib.ModularInstances lib.ModularAstrocyte.
From Gatedmem Require Import lib.ModularContext lib.NeuronAstrocyte lib.NeuronAstrocyteSaddle.
From Gatedmem Require Import lib.ModularPolynomial.

Open Scope R_scope.

(** ** The frame *)

Section Frame.
Context {N : nat} (w : na_network N).
Let n := #|{: 'I_N * 'I_N}|.

Definition flat (s : mat N N) : vec n := fun k => s (enum_val k).1 (enum_val k).2.
Definition na_state (x : vec N) (s p : mat N N) : vec (N + (n + n)) := join x (join (flat s) (flat p)).
Definition phi_of (a : vec (N + (n + n))) : vec N := fun i => left a i / leak_n w.
Definition g_of (a : vec (N + (n + n))) : mat N N := fun i j => 2 * unflatten (left (right a)) i j / leak_s w.
Definition psi_of (a : vec (N + (n + n))) : mat N N := fun i j => 2 * unflatten (right (right a)) i j / leak_a w.

Definition na_interaction (a : vec (N + (n + n))) : R :=
  - sum (fun i => input_n w i * phi_of a i)
  - / 2 * sum2 (fun i j => input_s w i j * g_of a i j)
  - / 2 * sum2 (fun i j => input_a w i j * psi_of a i j)
  - / 2 * sum2 (fun i j => g_of a i j * (phi_of a i * phi_of a j))
  - / 2 * sum2 (fun i j => g_of a i j * psi_of a i j)
  - / 4 * sum2 (fun i j => psi_of a i j * contract w (psi_of a) i j).

Definition na_gradient (a : vec (N + (n + n))) : vec (N + (n + n)) :=
  join (fun i => - (input_n w i + / 2 * sum (fun j => (g_of a i j + g_of a j i) * phi_of a j)) / leak_n w)
       (join (flat (fun i j => - (input_s w i j + phi_of a i * phi_of a j + psi_of a i j) / leak_s w))
             (flat (fun i j => - (input_a w i j + g_of a i j + contract w (psi_of a) i j) / leak_a w))).

Definition na_frame : modular (N + (n + n)) 3 := Modular (N + (n + n)) 3
  (fun i => match split i with
            | inl _ => @Ordinal 3 0 isT
            | inr b => match split b with inl _ => @Ordinal 3 1 isT | inr _ => @Ordinal 3 2 isT end
            end)
  (fun l z => match nat_of_ord l with
              | 0 => leak_n w * sum (fun i => prim (neuron w) (left z i))
              | 1 => leak_s w / 2 * sum (fun k => prim (synapse w) (left (right z) k))
              | _ => leak_a w / 2 * sum (fun k => prim (process w) (right (right z) k))
              end)
  (fun z => join (fun i => leak_n w * act (neuron w) (left z i))
                 (join (fun k => leak_s w / 2 * act (synapse w) (left (right z) k))
                       (fun k => leak_a w / 2 * act (process w) (right (right z) k))))
  na_interaction na_gradient
  (fun l => match nat_of_ord l with
            | 0 => tau_n w / leak_n w | 1 => tau_s w / leak_s w | _ => tau_a w / leak_a w
            end).
Let M := na_frame.

Hypotheses (reg : regular_network w) (swap : swap_pairs w).
Hypotheses (ln0 : 0 < leak_n w) (ls0 : 0 < leak_s w) (la0 : 0 < leak_a w).

Lemma flat_sum (f : mat N N) : sum (flat f) = sum2 f.
Proof. by rewrite sum2_flat. Qed.
Lemma table_flat (s : mat N N) : unflatten (flat s) = s.
Proof. by apply: functional_extensionality => i; apply: functional_extensionality => j; rewrite /unflatten /flat enum_rankK. Qed.
Lemma flat_table (v : vec n) : flat (unflatten v) = v.
Proof. by apply: functional_extensionality => k; rewrite /flat /unflatten -surjective_pairing enum_valK. Qed.

Lemma na_convex l : convex_with_gradient (lagrangian M l) (fun x i => if layer M i == l then activations M x i else 0).
Proof.
  have [Tn [Ts [Tp _]]] := reg; case: l => [[|[|[|l]]] hl] //.
  - rewrite (_ : (fun x i => _) = fun z => join (fun i => leak_n w * act (neuron w) (left z i)) (fun _ => 0)).
      by apply: (convex_left _ _ (convex_separable N (neuron w) (leak_n w) Tn _)); lra.
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a //; case: (split a).
  - rewrite (_ : (fun x i => _) = fun z => join (fun _ => 0) (join (fun k => leak_s w / 2 * act (synapse w) (left (right z) k)) (fun _ => 0))).
      by apply: (convex_right _ _ (convex_left _ _ (convex_separable n (synapse w) (leak_s w / 2) Ts _))); lra.
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a //; case: (split a).
  - rewrite (_ : (fun x i => _) = fun z => join (fun _ => 0) (join (fun _ => 0) (fun k => leak_a w / 2 * act (process w) (right (right z) k)))).
      by apply: (convex_right _ _ (convex_right _ _ (convex_separable n (process w) (leak_a w / 2) Tp _))); lra.
    apply: functional_extensionality => z; apply: functional_extensionality => i; rewrite /= /join.
    by case: (split i) => a //; case: (split a).
Qed.

Lemma second_phi i : second (fun a => phi_of a i) (fun _ h => phi_of h i).
Proof.
  apply: (second_ext _ _ _ _ _ _ (second_scal (/ leak_n w) _ _ (second_coord (lshift (n + n) i)))) => *;
    by rewrite /phi_of /left /Rdiv Rmult_comm.
Qed.
Lemma second_g i j : second (fun a => g_of a i j) (fun _ h => g_of h i j).
Proof.
  apply: (second_ext _ _ _ _ _ _ (second_scal (2 / leak_s w) _ _ (second_coord (rshift N (lshift n (enum_rank (i, j))))))) => *;
    cbv beta; rewrite /g_of /unflatten /left /right /Rdiv; rewrite [RHS]Rmult_assoc [LHS]Rmult_assoc; congr (_ * _); exact: Rmult_comm.
Qed.
Lemma second_psi i j : second (fun a => psi_of a i j) (fun _ h => psi_of h i j).
Proof.
  apply: (second_ext _ _ _ _ _ _ (second_scal (2 / leak_a w) _ _ (second_coord (rshift N (rshift n (enum_rank (i, j))))))) => *;
    cbv beta; rewrite /psi_of /unflatten /right /Rdiv [RHS]Rmult_assoc [LHS]Rmult_assoc; congr (_ * _); exact: Rmult_comm.
Qed.
Lemma second_contract i j : second (fun a => contract w (psi_of a) i j) (fun _ h => contract w (psi_of h) i j).
Proof.
  apply: (second_sum2 _ _ (fun k l a => tensor w i j k l * psi_of a k l) (fun k l _ h => tensor w i j k l * psi_of h k l)) => k l.
  by apply: second_scal; exact: second_psi.
Qed.

Lemma na_gradient_dot a h : dot (na_gradient a) h
  = - sum (fun i => input_n w i * phi_of h i)
    - / 2 * sum2 (fun i j => input_s w i j * g_of h i j)
    - / 2 * sum2 (fun i j => input_a w i j * psi_of h i j)
    - / 2 * sum2 (fun i j => g_of h i j * (phi_of a i * phi_of a j) + g_of a i j * (phi_of h i * phi_of a j + phi_of a i * phi_of h j))
    - / 2 * sum2 (fun i j => g_of h i j * psi_of a i j + g_of a i j * psi_of h i j)
    - / 4 * sum2 (fun i j => psi_of h i j * contract w (psi_of a) i j + psi_of a i j * contract w (psi_of h) i j).
Proof.
  rewrite /na_gradient !dot_join !left_join !right_join ?left_join ?right_join ?left_join ?right_join.
  have ph i : left h i = leak_n w * phi_of h i by rewrite /phi_of; field; lra.
  have gh i j : unflatten (left (right h)) i j = leak_s w / 2 * g_of h i j by rewrite /g_of; field; lra.
  have sh i j : unflatten (right (right h)) i j = leak_a w / 2 * psi_of h i j by rewrite /psi_of; field; lra.
  rewrite -(flat_table (left (right h))) -(flat_table (right (right h))).
  have fd (A B : mat N N) : dot (flat A) (flat B) = sum2 (fun i j => A i j * B i j) by rewrite sum2_flat.
  rewrite !fd.
  rewrite (sum2_ext (fun i j => _ * unflatten (left (right h)) i j) (fun i j => - / 2 * (input_s w i j * g_of h i j
    + (g_of h i j * (phi_of a i * phi_of a j) + g_of h i j * psi_of a i j)))); last first.
    by move=> i j; rewrite gh; field; lra.
  rewrite (sum2_ext (fun i j => _ * unflatten (right (right h)) i j) (fun i j => - / 2 * (input_a w i j * psi_of h i j
    + (g_of a i j * psi_of h i j + psi_of h i j * contract w (psi_of a) i j)))); last first.
    by move=> i j; rewrite sh; field; lra.
  rewrite !sum2_scal !sum2_plus.
  have E1 : dot (fun i => - (input_n w i + / 2 * sum (fun j => (g_of a i j + g_of a j i) * phi_of a j)) / leak_n w) (left h)
    = - sum (fun i => input_n w i * phi_of h i) - / 2 * sum (fun i => phi_of h i * sum (fun j => (g_of a i j + g_of a j i) * phi_of a j)).
    rewrite -sum_scal_l -sum_opp -sum_minus; apply: sum_ext => i; rewrite ph; field; lra.
  have E2 : sum2 (fun i j => g_of a i j * (phi_of h i * phi_of a j + phi_of a i * phi_of h j))
    = sum (fun i => phi_of h i * sum (fun j => (g_of a i j + g_of a j i) * phi_of a j)).
    rewrite (sum2_ext _ (fun i j => phi_of h i * (g_of a i j * phi_of a j) + phi_of h j * (g_of a i j * phi_of a i))); last first.
      by move=> i j; ring.
    rewrite sum2_plus /sum2 (sum_swap (fun i j => phi_of h j * _)) -sum_plus; apply: sum_ext => i.
    by rewrite -sum_plus -sum_scal_l; apply: sum_ext => j; ring.
  have E3 : sum2 (fun i j => psi_of a i j * contract w (psi_of h) i j) = sum2 (fun i j => psi_of h i j * contract w (psi_of a) i j).
    rewrite (sum2_ext _ (fun i j => sum2 (fun k l => psi_of a i j * (tensor w i j k l * psi_of h k l)))); last first.
      by move=> i j; rewrite sum2_scal.
    rewrite sum2_swap; apply: sum2_ext => k l; rewrite -sum2_scal; apply: sum2_ext => i j.
    by rewrite (swap k l); ring.
  by rewrite E1 E2 E3; field.
Qed.

Lemma na_differentiable : differentiable (coupling_energy M) (coupling_gradient M).
Proof.
  apply: (second_differentiable na_interaction _ na_gradient); last by move=> a h; symmetry; exact: na_gradient_dot.
  have second_opp E D : second E D -> second (fun a : vec (N + (n + n)) => - E a) (fun a h => - D a h).
    by move=> H; apply: (second_ext _ _ _ _ _ _ (second_scal (-1) _ _ H)) => *; ring.
  have second_minus E F D D' : second E D -> second F D' -> second (fun a : vec (N + (n + n)) => E a - F a) (fun a h => D a h - D' a h).
    by move=> H H'; apply: second_plus => //; exact: second_opp.
  rewrite /na_interaction.
  apply: (second_minus); first (apply: (second_minus); first (apply: (second_minus); first (apply: (second_minus); first apply: (second_minus)))).
  - by apply: (second_opp); apply: (second_sum _ (fun i a => input_n w i * phi_of a i) (fun i _ h => input_n w i * phi_of h i)) => i;
      apply: second_scal; exact: second_phi.
  - by apply: second_scal; apply: (second_sum2 _ _ (fun i j a => input_s w i j * g_of a i j) (fun i j _ h => input_s w i j * g_of h i j)) => i j;
      apply: second_scal; exact: second_g.
  - by apply: second_scal; apply: (second_sum2 _ _ (fun i j a => input_a w i j * psi_of a i j) (fun i j _ h => input_a w i j * psi_of h i j)) => i j;
      apply: second_scal; exact: second_psi.
  - apply: second_scal; apply: (second_sum2 _ _ (fun i j a => g_of a i j * (phi_of a i * phi_of a j))
      (fun i j a h => g_of h i j * (phi_of a i * phi_of a j) + g_of a i j * (phi_of h i * phi_of a j + phi_of a i * phi_of h j))) => i j.
    apply: (second_mult (fun a => g_of a i j) (fun a => phi_of a i * phi_of a j) (fun _ h => g_of h i j)
      (fun a h => phi_of h i * phi_of a j + phi_of a i * phi_of h j)); first exact: second_g.
    exact: (second_mult (fun a => phi_of a i) (fun a => phi_of a j) (fun _ h => phi_of h i) (fun _ h => phi_of h j)) (second_phi i) (second_phi j).
  - apply: second_scal; apply: (second_sum2 _ _ (fun i j a => g_of a i j * psi_of a i j)
      (fun i j a h => g_of h i j * psi_of a i j + g_of a i j * psi_of h i j)) => i j.
    exact: (second_mult (fun a => g_of a i j) (fun a => psi_of a i j) (fun _ h => g_of h i j) (fun _ h => psi_of h i j)) (second_g i j) (second_psi i j).
  - apply: second_scal; apply: (second_sum2 _ _ (fun i j a => psi_of a i j * contract w (psi_of a) i j)
      (fun i j a h => psi_of h i j * contract w (psi_of a) i j + psi_of a i j * contract w (psi_of h) i j)) => i j.
    exact: (second_mult (fun a => psi_of a i j) (fun a => contract w (psi_of a) i j) (fun _ h => psi_of h i j)
      (fun _ h => contract w (psi_of h) i j)) (second_psi i j) (second_contract i j).
Qed.

(** ** Locally Lipschitz *)

Lemma na_gradient_lipschitz : locally_lipschitz (coupling_gradient M).
Proof.
  apply: locally_of_nice => D B bd i /=.
  have c j : nice D (fun a => a j) by exact: (nice_coord D j B bd).
  have ph j : nice D (fun a => phi_of a j).
    by apply: (nice_ext D (fun a => / leak_n w * a (lshift (n + n) j))); [move=> a; rewrite Rmult_comm | exact: nice_scal].
  have gh r l : nice D (fun a => g_of a r l).
    apply: (nice_ext D (fun a => (2 * / leak_s w) * a (rshift N (lshift n (enum_rank (r, l)))))); last exact: nice_scal.
    by move=> a; rewrite Rmult_assoc (Rmult_comm (/ leak_s w)) -Rmult_assoc.
  have sh r l : nice D (fun a => psi_of a r l).
    apply: (nice_ext D (fun a => (2 * / leak_a w) * a (rshift N (rshift n (enum_rank (r, l)))))); last exact: nice_scal.
    by move=> a; rewrite Rmult_assoc (Rmult_comm (/ leak_a w)) -Rmult_assoc.
  have ct r l : nice D (fun a => contract w (psi_of a) r l).
    apply: (nice_sum D _ (fun u a => sum (fun v => tensor w r l u v * psi_of a u v))) => u.
    by apply: (nice_sum D _ (fun v a => tensor w r l u v * psi_of a u v)) => v; exact: nice_scal.
  have over c0 (f : vec (N + (n + n)) -> R) : nice D f -> nice D (fun a => - f a / c0).
    by move=> nf; apply: (nice_ext D (fun a => - / c0 * f a)); [move=> a; rewrite /Rdiv; ring | exact: nice_scal].
  rewrite /na_gradient /join; case: (split i) => j.
    apply: (over); apply: nice_plus; first exact: nice_const.
    apply: nice_scal; apply: (nice_sum D _ (fun l a => (g_of a j l + g_of a l j) * phi_of a l)) => l.
    by apply: nice_mult => //; apply: nice_plus.
  case: (split j) => k; apply: (over); rewrite /=.
    by apply: nice_plus => //; apply: nice_plus; [exact: nice_const | exact: nice_mult].
  by apply: nice_plus => //; apply: nice_plus => //; exact: nice_const.
Qed.

Lemma na_activations_lipschitz : locally_lipschitz (phi_n w) -> locally_lipschitz (activations M).
Proof.
  move=> lip x; have [C [d [d0 H]]] := lip (left x).
  have [_ [_ [_ [[Lg Hg] [[Lq Hq] _]]]]] := reg.
  have near z : distance z x < d -> distance (left z) (left x) < d.
    by apply: Rle_lt_trans; exact: (norm_left (vsub z x)).
  have [|L HL] := lips_field (fun z => distance z x < d) (N + (n + n)) (activations M); last by exists L, d.
  have sl c K f j : (forall u v, Rabs (f u - f v) <= K * Rabs (u - v)) ->
      lips (fun z : vec (N + (n + n)) => distance z x < d) (fun z => c * f (z j)).
    move=> Hf; apply: lips_scal; exists (Rabs K); split; first exact: Rabs_pos.
    move=> a b _ _; apply: Rle_trans (Hf _ _) _; apply: Rle_trans (Rmult_le_compat_r _ _ _ (Rabs_pos _) (Rle_abs K)) _.
    by apply: Rmult_le_compat_l; [exact: Rabs_pos | exact: Rabs_coord_le_distance].
  move=> i /=; rewrite /join; case: (split i) => j; last first.
    by case: (split j) => k; [exact: (sl _ Lg) | exact: (sl _ Lq)].
  apply: lips_scal; exists (Rabs C); split; first exact: Rabs_pos.
  move=> a b /near da /near db.
  apply: Rle_trans (Rabs_coord_le_distance (phi_n w (left a)) (phi_n w (left b)) j) _.
  apply: Rle_trans (H _ _ da db) _; apply: Rle_trans (Rmult_le_compat_r _ _ _ (distance_ge0 _ _) (Rle_abs C)) _.
  by apply: Rmult_le_compat_l; [exact: Rabs_pos | exact: (norm_left (vsub a b))].
Qed.

(** ** The same energy, and on symmetric synapses the same velocity *)

Lemma na_activations x s p : activations M (na_state x s p) = na_state (fun i => leak_n w * phi_n w x i)
  (fun i j => leak_s w / 2 * g_s w s i j) (fun i j => leak_a w / 2 * psi_a w p i j).
Proof.
  change (join (fun i => leak_n w * act (neuron w) (left (na_state x s p) i))
    (join (fun k => leak_s w / 2 * act (synapse w) (left (right (na_state x s p)) k))
          (fun k => leak_a w / 2 * act (process w) (right (right (na_state x s p)) k))) = na_state
    (fun i => leak_n w * phi_n w x i) (fun i j => leak_s w / 2 * g_s w s i j) (fun i j => leak_a w / 2 * psi_a w p i j)).
  by rewrite /na_state !right_join !left_join.
Qed.

Lemma at_state x s p : phi_of (activations M (na_state x s p)) = phi_n w x /\
  g_of (activations M (na_state x s p)) = g_s w s /\ psi_of (activations M (na_state x s p)) = psi_a w p.
Proof.
  rewrite na_activations.
  rewrite /phi_of /g_of /psi_of /na_state !right_join !left_join !table_flat.
  split; first by apply: functional_extensionality => i; field; lra.
  by split; apply: functional_extensionality => i; apply: functional_extensionality => j; field; lra.
Qed.

Lemma na_frame_energy x s p : modular_energy M (na_state x s p) = na_energy w x s p.
Proof.
  have [e1 [e2 e3]] := at_state x s p.
  have -> : modular_energy M (na_state x s p) = dot (na_state x s p) (activations M (na_state x s p))
      - (leak_n w * sum (fun i => prim (neuron w) (x i)) + leak_s w / 2 * sum (fun k => prim (synapse w) (flat s k))
         + leak_a w / 2 * sum (fun k => prim (process w) (flat p k))) + na_interaction (activations M (na_state x s p)).
    rewrite /modular_energy !sum_recl sum_n0; congr (_ - _ + _); rewrite Rplus_0_r -Rplus_assoc.
    by rewrite -[s in RHS]table_flat -[p in RHS]table_flat /= /na_state !right_join !left_join !table_flat.
  rewrite /na_interaction e1 e2 e3 na_activations /na_state !dot_join !right_join !left_join.
  have fs (A : mat N N) c (f : activation_triple) : dot (flat A) (flat (fun i j => c * act f (A i j))) - c * sum (fun k => prim f (flat A k))
      = c * sum2 (fun i j => A i j * act f (A i j) - prim f (A i j)).
    by rewrite -flat_sum -!sum_scal_l -sum_minus; apply: sum_ext => k; rewrite /flat; ring.
  have f1 : dot (flat s) (flat (fun i j => leak_s w / 2 * g_s w s i j)) - leak_s w / 2 * sum (fun k => prim (synapse w) (flat s k))
    = leak_s w / 2 * sum2 (fun i j => s i j * g_s w s i j - prim (synapse w) (s i j)) by exact: fs.
  have f2 : dot (flat p) (flat (fun i j => leak_a w / 2 * psi_a w p i j)) - leak_a w / 2 * sum (fun k => prim (process w) (flat p k))
    = leak_a w / 2 * sum2 (fun i j => p i j * psi_a w p i j - prim (process w) (p i j)) by exact: fs.
  have f0 : dot x (fun i => leak_n w * phi_n w x i) - leak_n w * sum (fun i => prim (neuron w) (x i))
      = leak_n w * sum (fun i => x i * phi_n w x i - prim (neuron w) (x i)).
    by rewrite dot_scal_r -Rmult_minus_distr_l -sum_minus.
  by rewrite /na_energy -f0; lra.
Qed.

Lemma na_frame_velocity x s p : symmetric s ->
  modular_velocity M (na_state x s p) = na_state (velocity_n w x s) (velocity_s w x s p) (velocity_a w s p).
Proof.
  move=> sym; have [_ [_ [_ [_ [_ [tn [ts [ta _]]]]]]]] := reg.
  have [e1 [e2 e3]] := at_state x s p.
  apply: functional_extensionality => i; rewrite /modular_velocity.
  have -> : coupling_gradient M (activations M (na_state x s p)) i = na_gradient (activations M (na_state x s p)) i by [].
  rewrite /na_gradient e1 e2 e3 /na_state /join /=; case: (split i) => a.
    have -> : / 2 * sum (fun j => (g_s w s a j + g_s w s j a) * phi_n w x j) = sum (fun j => g_s w s a j * phi_n w x j).
      by rewrite -sum_scal_l; apply: sum_ext => j; rewrite /g_s (sym j a); field.
    by rewrite /velocity_n /=; field; lra.
  by case: (split a) => k; rewrite /flat /velocity_s /velocity_a /=; field; lra.
Qed.

Lemma na_frame_solution x s p : swap_first w -> symmetric (input_s w) -> symmetric (input_a w) ->
  na_solution w x s p -> symmetric (s 0) -> symmetric (p 0) -> modular_solution M (fun t => na_state (x t) (s t) (p t)).
Proof.
  move=> sf cs ca sol s0 p0; have [Cx [Cs [Cp F]]] := sol; split=> [i|t t0].
    by rewrite /na_state /join; case: (split i) => a; [exact: Cx | case: (split a) => k; [exact: Cs | exact: Cp]].
  have [S _] := na_symmetric w x s p reg sf cs ca sol s0 p0 t (Rlt_le _ _ t0); have [Fx [Fs Fp]] := F t t0.
  move=> i; rewrite na_frame_velocity //.
  by rewrite /na_state /join; case: (split i) => a; [exact: Fx | case: (split a) => k; [exact: Fs | exact: Fp]].
Qed.

Lemma na_frame_instance :
  modular_ok M /\ (locally_lipschitz (phi_n w) -> locally_lipschitz (activations M)) /\
  locally_lipschitz (coupling_gradient M) /\
  (forall x s p, modular_energy M (na_state x s p) = na_energy w x s p) /\
  (forall x s p, symmetric s ->
     modular_velocity M (na_state x s p) = na_state (velocity_n w x s) (velocity_s w x s p) (velocity_a w s p)) /\
  (forall x s p, swap_first w -> symmetric (input_s w) -> symmetric (input_a w) ->
     na_solution w x s p -> symmetric (s 0) -> symmetric (p 0) -> modular_solution M (fun t => na_state (x t) (s t) (p t))).
Proof.
  have [_ [_ [_ [_ [_ [tn [ts [ta _]]]]]]]] := reg.
  split; last split; last split; last split; last split.
  - split; first exact: na_convex.
    split; first exact: na_differentiable.
    by move=> [[|[|[|l]]] hl] //=; apply: Rdiv_lt_0_compat.
  - exact: na_activations_lipschitz.
  - exact: na_gradient_lipschitz.
  - exact: na_frame_energy.
  - exact: na_frame_velocity.
  - exact: na_frame_solution.
Qed.
End Frame.
