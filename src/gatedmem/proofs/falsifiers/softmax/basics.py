"""Attempts to break SM1 and SM3: what the softmax is, and its derivative."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import softmax as soft
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, STEP, Tally, attack
from gatedmem.proofs.falsifiers.softmax.cases import Case, corners, drawn


def sm1(request: Request) -> Search:
    """SM1: softmax_β is positive, normalised, unchanged by shifts, and commutes with permutations."""

    def check(case: Case, tally: Tally) -> None:
        n, beta, r = case.size, 1.0 / case.temperature, case.scores
        tally.trials += len(r)
        weights, logs = soft.softmax(r, beta), soft.log_softmax(r, beta)
        reach = 1.0 + 2.0 * beta * np.abs(r).max(axis=1, keepdims=True)
        roundings = n + 2 * CALL + 6
        # Positive: the logarithm is finite (weights below 1e-308 underflow to 0 in floating point).
        tally.at_most(
            "log p finite",
            np.where(np.isfinite(logs), 0.0, 1.0),
            0.0,
            scale=1.0,
            roundings=0,
            where=case.where,
            tight=False,
        )
        tally.equal(
            "p = exp(log p)", weights, np.exp(logs), scale=np.exp(logs) * reach, roundings=roundings, where=case.where
        )
        tally.equal("Σp = 1", weights.sum(axis=1), 1.0, scale=1.0, roundings=roundings, where=case.where)
        tally.equal(
            "log p_i/p_1 = β(r_i - r_1)",
            logs - logs[:, :1],
            beta * (r - r[:, :1]),
            scale=reach + np.log(n),
            roundings=roundings,
            where=case.where,
        )
        shift = case.vectors[:, :1]
        tally.equal(
            "softmax(r + c) = softmax(r)",
            soft.log_softmax(r + shift, beta),
            logs,
            scale=reach + beta * np.abs(shift) + np.log(n),
            roundings=roundings,
            where=lambda at: f"{case.where(at)} c={shift[at[0], 0]!r}",
        )
        order = np.argsort(case.vectors, axis=1, kind="stable")
        permuted = soft.log_softmax(np.take_along_axis(r, order, axis=1), beta)
        tally.equal(
            "softmax commutes with permutations",
            permuted,
            np.take_along_axis(logs, order, axis=1),
            scale=reach + np.log(n),
            roundings=roundings,
            where=lambda at: f"{case.where(at)} order={order[at[0]].tolist()}",
        )

    return attack(check, drawn(request.seed), corners(), seed=request.seed, examples=120)


def sm3(request: Request) -> Search:
    """SM3: the derivative of softmax_β is β(p_iδ_ij - p_ip_j), against the complex step."""

    def check(case: Case, tally: Tally) -> None:
        n, beta, r = case.size, 1.0 / case.temperature, case.scores[:12]
        tally.trials += len(r)
        stepped = r[:, None, :] + 1j * STEP * np.eye(n)
        # Row j holds the derivative in r_j; the matrix is to come out symmetric anyway.
        numerical = np.swapaxes(soft.softmax(stepped, beta).imag / STEP, 1, 2)
        p = soft.softmax(r, beta)
        formula = beta * soft.covariance(p)
        # The added constant is where the step times a derivative underflows.
        scale = beta * (p[:, :, None] * np.eye(n) + p[:, :, None] * p[:, None, :]) + 1e-240
        tally.equal(
            "∂p_i/∂r_j = β(p_iδ_ij - p_ip_j)",
            numerical,
            formula,
            scale=scale,
            roundings=2 * n + 4 * CALL + 8,
            where=lambda at: f"{case.where(at)} i={at[1] + 1} j={at[2] + 1}",
        )

    small = (case for case in drawn(request.seed) if case.size <= 60)
    return attack(check, small, corners(), seed=request.seed, examples=120)
