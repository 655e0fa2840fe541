(** * Explicit Euler on the gains (AG27) *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat fintype bigop.
From Coquelicot Require Import Coquelicot.
From Gatedmem Require Import defs.Vectors defs.Softmax defs.Calculus defs.Frame defs.Astrocyte.
From Gatedmem Require Import lib.Sums lib.Softmax lib.Hyperbolic lib.AstrocyteFlow lib.AstrocyteEnergy lib.AstrocyteBounds.

Open Scope R_scope.

Section Euler.
Context {N K : nat} (m : memory N K).
Hypotheses (T0 : 0 < temp m) (tp : 0 < tau_p m).

Lemma euler_sum (f p : vec K) h :
  sum (fun mu => p mu + h * replicator m f p mu) - 1
  = (sum p - 1) * (1 - h * dot p (fitness m f p) / tau_p m).
Proof. by rewrite sum_plus sum_scal_l replicator_sum; field; lra. Qed.

Lemma euler_gain (f p : vec K) h mu :
  p mu + h * replicator m f p mu
  = p mu * (1 - h * (dot p (fitness m f p) - fitness m f p mu) / tau_p m).
Proof. by rewrite /replicator; field; lra. Qed.

Lemma euler_positive (f p : vec K) h mu D : 0 < p mu -> 0 < h ->
  dot p (fitness m f p) - fitness m f p mu < D -> h * D <= tau_p m ->
  0 < p mu + h * replicator m f p mu.
Proof.
  move=> pm h0 lt hD; rewrite euler_gain; apply: Rmult_lt_0_compat => //.
  have := Rmult_lt_compat_l _ _ _ h0 lt => A.
  have : h * (dot p (fitness m f p) - fitness m f p mu) / tau_p m < 1; last lra.
  apply: (Rmult_lt_reg_r (tau_p m)) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
Qed.

(** The largest deficit of fitness, simple form. *)
Lemma deficit_simple (f p : vec K) mu B : is_interior p -> (forall nu, 0 <= f nu < B) ->
  dot p (fitness m f p) - fitness m f p mu < B + temp m * ln (INR K).
Proof.
  move=> int fB; case: (int) => p0 s1; have K0 := index_dim mu; have k0 := INR_gt0 K0.
  have A : dot p f < B.
    have -> : B = sum (fun nu => p nu * B) by rewrite sum_scal_r s1; ring.
    have lt nu : p nu * f nu < p nu * B by apply: Rmult_lt_compat_l; [exact: p0 | case: (fB nu)].
    by apply: (sum_lt _ _ mu) => [nu|]; [left|]; exact: lt.
  have H := gibbs_max 1 (fun _ => 0) p Rlt_0_1 (interior_simplex _ int).
  rewrite dot_0_r sum_const in H; have e : exp (0 / 1) = 1 by rewrite /Rdiv Rmult_0_l exp_0.
  rewrite e Rmult_1_r !Rmult_1_l Rplus_0_l in H.
  rewrite mean_fitness_E; have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ T0) H.
  have : ln (p mu) <= 0.
    by have := ln_le_minus1 _ (p0 mu); have := simplex_le1 p mu (interior_simplex _ int); lra.
  rewrite /fitness; have [] := fB mu; nra.
Qed.

Lemma two_le (mu : 'I_K) : (2 <= K)%N -> 0 < INR K - 1.
Proof. by move/leP/le_INR; rewrite /=; lra. Qed.

Lemma lambert_log B w : (2 <= K)%N -> 0 < w -> w * exp w = (INR K - 1) * exp (B / temp m - 1) ->
  B / temp m + ln (INR K - 1) = 1 + w + ln w.
Proof.
  move=> K2 w0 E; have k1 : 0 < INR K - 1 by move/leP/le_INR: K2; rewrite /=; lra.
  have : ln (w * exp w) = ln ((INR K - 1) * exp (B / temp m - 1)) by rewrite E.
  rewrite !ln_mult //; try exact: exp_pos; rewrite !ln_exp; lra.
Qed.

(** The same, with the best constant: w e^w = (K-1) e^{B/T - 1}. *)
Lemma deficit_lambert (f p : vec K) mu B w : (2 <= K)%N -> is_interior p -> (forall nu, 0 <= f nu < B) ->
  0 < w -> w * exp w = (INR K - 1) * exp (B / temp m - 1) ->
  dot p (fitness m f p) - fitness m f p mu < temp m * w.
Proof.
  move=> K2 [p0 s1] fB w0 E; have L := lambert_log B w K2 w0 E; have k1 := two_le mu K2.
  set q := p mu; pose r := 1 - q; pose off (a : vec K) := sum (fun nu => if nu == mu then 0 else a nu).
  have q0 : 0 < q by exact: p0.
  have ro : off p = r by move: s1; rewrite (sum_split mu) -/(off p) /r /q; lra.
  have [nu ne] : exists nu : 'I_K, nu != mu.
    case: (boolP [exists nu, nu != mu]) => [/existsP [nu ne]|/existsPn none]; first by exists nu.
    exfalso; have : (1 < #|'I_K|)%N by rewrite card_ord.
    rewrite (cardD1 mu) inE (eq_card0 (A := [predD1 'I_K & mu])) //.
    by move=> nu; rewrite !inE andbT; exact: (negbTE (none nu)).
  have r0 : 0 < r.
    rewrite -ro; apply: (sum_gt0_one _ nu); last by rewrite (negbTE ne).
    by move=> j; case: (j == mu); [lra | left].
  pose c := r / (INR K - 1); have c0 : 0 < c by exact: Rdiv_lt_0_compat.
  have D : dot p (fitness m f p) - fitness m f p mu
     < r * B - temp m * (r * ln c) + temp m * (r * ln q).
    have -> : dot p (fitness m f p) = q * fitness m f p mu + off (fun nu => p nu * fitness m f p nu).
      by rewrite /dot (sum_split mu).
    have S : off (fun nu => p nu * fitness m f p nu) < r * B - temp m * (r * ln c).
      apply: Rlt_le_trans (_ : _ < off (fun nu => p nu * B + temp m * (c - p nu - p nu * ln c))) _.
        apply: (sum_lt _ _ nu) => [j|].
          case: (j == mu); first lra.
          have := kl_term (p j) c (Rlt_le _ _ (p0 j)) c0; rewrite /fitness.
          have [_ h] := fB j; have := Rmult_lt_compat_l _ _ _ (p0 j) h; nra.
        rewrite (negbTE ne); have := kl_term (p nu) c (Rlt_le _ _ (p0 nu)) c0; rewrite /fitness.
        have [_ h] := fB nu; have := Rmult_lt_compat_l _ _ _ (p0 nu) h; nra.
      have -> : off (fun nu => p nu * B + temp m * (c - p nu - p nu * ln c))
        = (B - temp m - temp m * ln c) * off p + temp m * off (fun _ => c).
        rewrite /off -!sum_scal_l -sum_plus; apply: sum_ext => j; case: (j == mu); ring.
      rewrite ro /off sum_off_const; have -> : (INR K - 1) * c = r by rewrite /c; field; lra.
      by right; ring.
    have F : - temp m * ln q <= fitness m f p mu by rewrite /fitness -/q; have [] := fB mu; lra.
    have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ r0) F; rewrite /r in S *; nra.
  apply: Rlt_le_trans D _.
  have -> : ln c = ln r - ln (INR K - 1) by rewrite /c ln_div.
  have G : ln (w * q / r) <= w * q / r - 1.
    by apply: ln_le_minus1; apply: Rdiv_lt_0_compat => //; exact: Rmult_lt_0_compat.
  rewrite ln_div ?ln_mult // in G; last exact: Rmult_lt_0_compat.
  have H := Rmult_le_compat_l _ _ _ (Rlt_le _ _ r0) G.
  have e : r * (w * q / r - 1) = w * q - r by field; lra.
  rewrite e in H.
  have -> : r * B - temp m * (r * (ln r - ln (INR K - 1))) + temp m * (r * ln q)
     = temp m * (r * (B / temp m + ln (INR K - 1)) - r * ln r + r * ln q) by field; lra.
  apply: Rmult_le_compat_l; first lra.
  rewrite L; have : r + q = 1 by rewrite /r; ring.
  nra.
Qed.

(** Beyond that constant some gain turns negative. *)
Lemma euler_best B w h : (2 <= K)%N -> 0 < B -> 0 < w ->
  w * exp w = (INR K - 1) * exp (B / temp m - 1) -> tau_p m < h * (temp m * w) ->
  exists (f p : vec K) (mu : 'I_K),
    (forall nu, 0 <= f nu < B) /\ is_interior p /\ p mu + h * replicator m f p mu < 0.
Proof.
  move=> K2 B0 w0 E bad; have L := lambert_log B w K2 w0 E.
  have mu : 'I_K by exists 0%N; apply: leq_trans K2.
  have k1 := two_le mu K2.
  have h0 : 0 < h.
    have : 0 < temp m * w by exact: Rmult_lt_0_compat.
    by move=> d0; apply: Rnot_le_lt => hn; nra.
  pose q := / (1 + w); pose r := w * q; pose c := r / (INR K - 1).
  have q0 : 0 < q by apply: Rinv_0_lt_compat; lra.
  have qr : q + r = 1 by rewrite /r /q; field; lra.
  have r0 : 0 < r by exact: Rmult_lt_0_compat.
  have c0 : 0 < c by exact: Rdiv_lt_0_compat.
  pose e := Rmin B ((h * (temp m * w) - tau_p m) / (2 * h * r)).
  have hr : 0 < 2 * h * r by apply: Rmult_lt_0_compat => //; lra.
  have e0 : 0 < e by apply: Rmin_pos => //; apply: Rdiv_lt_0_compat => //; lra.
  have eB : e <= B by exact: Rmin_l.
  have er : h * (r * e) < h * (temp m * w) - tau_p m.
    have : e <= (h * (temp m * w) - tau_p m) / (2 * h * r) by exact: Rmin_r.
    move/(Rmult_le_compat_r _ _ _ (Rlt_le _ _ hr)).
    have -> : (h * (temp m * w) - tau_p m) / (2 * h * r) * (2 * h * r) = h * (temp m * w) - tau_p m by field; lra.
    lra.
  pose p : vec K := fun nu => if nu == mu then q else c.
  pose f : vec K := fun nu => if nu == mu then 0 else B - e.
  exists f, p, mu; split.
    by move=> nu; rewrite /f; case: (nu == mu); lra.
  split.
    split; first by move=> nu; rewrite /p; case: (nu == mu).
    rewrite (sum_split mu) {1}/p eqxx (sum_ext _ (fun j => if j == mu then 0 else c)).
      by rewrite sum_off_const /c -[RHS]qr; field; lra.
    by move=> j; rewrite /p; case: (j == mu).
  rewrite euler_gain.
  have -> : dot p (fitness m f p) - fitness m f p mu = temp m * w - r * e.
    rewrite /dot (sum_split mu) (sum_ext (fun j => if j == mu then 0 else _) (fun j => if j == mu then 0 else c * (B - e - temp m * ln c))).
      rewrite sum_off_const /fitness /p /f eqxx.
      have -> : ln c = ln w + ln q - ln (INR K - 1) by rewrite /c ln_div // /r ln_mult.
      have -> : (INR K - 1) * (c * (B - e - temp m * (ln w + ln q - ln (INR K - 1))))
         = r * (B - e - temp m * (ln w + ln q - ln (INR K - 1))) by rewrite /c; field; lra.
      have -> : B = temp m * (1 + w + ln w - ln (INR K - 1)) by rewrite -L; field; lra.
      have rw : r * (1 + w) = w by rewrite /r /q; field; lra.
      have -> : q = 1 - r by lra.
      set a := ln (1 - r); have -> : temp m * w = temp m * (r * (1 + w)) by rewrite rw.
      ring.
    by move=> j; rewrite /p /f /fitness; case: (j == mu).
  have P : p mu = q by rewrite /p eqxx.
  rewrite P; have : 1 < h * (temp m * w - r * e) / tau_p m.
    apply: (Rmult_lt_reg_r (tau_p m)) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
  nra.
Qed.
End Euler.
