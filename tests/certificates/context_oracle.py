"""What is true of a context-gated memory, decided anew with flint's exact rationals and balls.

No part of the checker, or of a certificate's witness, enters it. And the instances whose certificates are attacked.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat

from gatedmem.numerics.enclosures import working_precision
from gatedmem.numerics.exact import identity, positive_semidefinite, rational
from gatedmem.proofs.certify.context import ExactContext

Certificate = dict[str, Any]


def instance(
    n: int, d: int, alpha: float, beta: float, gain: float, seed: int, *, driven: bool = True
) -> ExactContext:
    rng = np.random.default_rng(seed)
    memories = rng.standard_normal((n, d)).round(2)
    clamped = (memories[0] + 0.3 * rng.standard_normal((2, d))).round(2) if driven else np.zeros((2, d))

    def exact(values: Any) -> list[Fraction]:
        return [Fraction(float(value)) for value in values]

    numbers = (Fraction(number) for number in (alpha, beta, gain))
    rows = [exact(row) for row in memories]
    return ExactContext(rows, *numbers, query=exact(clamped[0]), context=exact(clamped[1]), tau_s=Fraction(2))


INSTANCES = {
    "contracting": instance(3, 2, 0.2, 2.0, 0.5, 1),
    "orthogonal": ExactContext([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]], *map(Fraction, (1, 2, 1))),
    # Competitors that tie: here the bound on the probability is the probability.
    "tied": ExactContext(
        [[Fraction(int(i == j)) for j in range(3)] for i in range(3)],
        *map(Fraction, (0, 1, "1/2")),
        query=[Fraction(2), Fraction(0), Fraction(0)],
    ),
    "several fixed points": instance(2, 3, 0.1, 3.0, 1.2, 4, driven=False),
    "trapped": instance(4, 3, 0.1, 3.0, 1.0, 2),
    "indefinite": instance(3, 2, 3.0, 1.0, 1.0, 5),
    "bounded free context": ExactContext(
        [[Fraction(1, 2), Fraction(0)], [Fraction(1, 4), Fraction(1, 3)]], *map(Fraction, (0, 1, 1))
    ),
}


class Truth:
    """The instance of a certificate, decided anew: flint's rationals for matrices, 300-bit balls for fixed points."""

    def __init__(self, given: Certificate) -> None:
        z = fmpq_mat([[number(entry) for entry in row] for row in given["memories"]])
        self.z, self.n = z, z.nrows()
        self.gram = z * z.transpose()
        self.alpha, self.beta, self.gain = (number(given[name]) for name in ("alpha", "beta", "gain"))
        self.taus = [Fraction(text_number(given[name])) for name in ("tau_s", "tau_r")]
        self.sigma = self.beta * self.gain * self.gain / 2
        self.a = self.gates(self.alpha)
        zero = ["0"] * z.ncols()
        column = [fmpq_mat([[number(x)] for x in given[name] or zero]) for name in ("query", "context")]
        self.evidence, self.drive = z * column[0], z * column[1]

    def gates(self, alpha: fmpq) -> fmpq_mat:
        return fmpq_mat(
            [[fmpq(1) if i == j else alpha * self.gram[i, j] for j in range(self.n)] for i in range(self.n)]
        )

    def centring(self) -> fmpq_mat:
        return identity(self.n) - fmpq_mat([[fmpq(1, self.n)] * self.n] * self.n)

    def inverse(self) -> fmpq_mat:
        return self.a.inv()

    def spread(self) -> fmpq:
        b = self.inverse()
        return max([b[i, i] + b[j, j] - 2 * b[i, j] for i in range(self.n) for j in range(i)], default=fmpq(0))

    def fixed_points(self) -> list[list[arb]]:
        """Gates of all fixed points that Newton's method finds from many starts, to about 80 digits."""
        n = self.n
        a = np.array([[float(Fraction(str(self.a[i, j]))) for j in range(n)] for i in range(n)])
        u, b = (np.array([float(Fraction(str(v[i, 0]))) for i in range(n)]) for v in (self.drive, self.evidence))
        beta, gain = (float(Fraction(str(x))) for x in (self.beta, self.gain))
        rng = np.random.default_rng(1)
        p = np.concatenate([np.eye(n), np.full((1, n), 1 / n), rng.dirichlet(np.full(n, 0.5), 150)])
        s = np.linalg.solve(a, (u + gain * p).T).T
        for _ in range(80):
            q = np.exp(beta * (b + gain * s) - (beta * (b + gain * s)).max(axis=1, keepdims=True))
            q /= q.sum(axis=1, keepdims=True)
            slope = a - beta * gain**2 * q[:, :, None] * (np.eye(n) - q[:, None, :])
            step = np.linalg.solve(slope, (s @ a - u - gain * q)[..., None])[..., 0]
            s = s - np.clip(step, -1, 1)
        near = s[np.abs(step).max(axis=1) < 1e-9]
        distinct: list[Any] = []
        for row in near:
            if all(np.abs(row - other).max() > 1e-6 for other in distinct):
                distinct.append(row)
        return [self.sharpened(row) for row in distinct]

    def sharpened(self, start: Any) -> list[arb]:
        s = [arb(float(x)) for x in start]
        a = arb_mat(self.a)
        for _ in range(7):
            q = self.gains(s)
            residual = [
                sum((a[i, j] * s[j] for j in range(self.n)), arb(0)) - arb(self.drive[i, 0]) - arb(self.gain) * q[i]
                for i in range(self.n)
            ]
            slope = arb_mat(
                [
                    [a[i, j] - 2 * arb(self.sigma) * q[i] * (int(i == j) - q[j]) for j in range(self.n)]
                    for i in range(self.n)
                ]
            )
            step = slope.mid().solve(arb_mat(self.n, 1, residual)).entries()
            s = [(x - d).mid() for x, d in zip(s, step, strict=True)]
        return s

    def gains(self, s: list[arb]) -> list[arb]:
        weights = [(arb(self.beta) * (arb(self.evidence[i, 0]) + arb(self.gain) * x)).exp() for i, x in enumerate(s)]
        return [w / sum(weights, arb(0)) for w in weights]


def text_number(word: str) -> str:
    top, _, below = word.partition("/")
    return f"{top}/{2 ** int(below[2:])}" if below.startswith("2^") else word


def number(word: str) -> fmpq:
    return rational(Fraction(text_number(word)))


def psd(matrix: fmpq_mat) -> bool:
    return bool(positive_semidefinite(matrix).positive)


def pd(matrix: fmpq_mat) -> bool:
    return psd(matrix) and matrix.det() != 0


def bracket(numbers: Certificate, matrix: Any) -> bool:
    return psd(matrix(number(numbers["low"]))) and not pd(matrix(number(numbers["high"])))


def level(truth: Truth, claim: Certificate, other: fmpq_mat) -> bool:
    low, high = number(claim["numbers"]["low"]), number(claim["numbers"]["high"])
    above = psd(truth.a - truth.sigma / high * other) if high else truth.sigma == 0 or truth.n == 1
    below = low <= 0 or not pd(truth.a - truth.sigma / low * other)
    return pd(truth.a) and above and below and (high < 1 if claim["verdict"] == "proved" else low >= 1)


def holds_point(truth: Truth, numbers: Certificate, points: list[list[arb]]) -> bool:
    """Whether some fixed point lies within the radius of the gates, with its gains between the bounds."""
    radius = arb(number(numbers["radius"]))
    for s in points:
        off = sum(((arb(number(g)) - x) ** 2 for g, x in zip(numbers["gates"], s, strict=True)), arb(0)).sqrt()
        if off <= radius + arb(10) ** -60 and holds_gains(truth, numbers["gains"], s):
            return True
    return False


def holds_gains(truth: Truth, pairs: list[list[str]], s: list[arb]) -> bool:
    tiny = arb(10) ** -60
    return all(
        arb(number(low)) - tiny <= p <= arb(number(high)) + tiny
        for p, (low, high) in zip(truth.gains(s), pairs, strict=True)
    )


def is_true(truth: Truth, claim: Certificate, earlier: list[Certificate]) -> bool:
    """Whether a decided claim is true of the instance."""
    name, proved, numbers = claim["claim"], claim["verdict"] == "proved", claim["numbers"]
    unit = identity(truth.n)
    if name == "gate_matrix_definite":
        return pd(truth.a) == proved
    if name == "smallest_eigenvalue":
        return bracket(numbers, lambda c: truth.a - c * unit)
    if name == "critical_competition":
        if numbers["low"] == "infinite":
            return truth.gates(fmpq(1)) == unit
        return number(numbers["low"]) >= 0 and bracket(numbers, truth.gates)
    if name == "contraction":
        return level(truth, claim, unit)
    if name == "projected_contraction":
        return level(truth, claim, truth.centring())
    if name == "free_context_bounded":
        matrix = truth.a - truth.gram
        return pd(matrix) if proved else not (psd(matrix) if truth.gain == 0 else pd(matrix))
    if name == "largest_context_weight":
        return pd(truth.a) and bracket(numbers, lambda c: truth.a - c * truth.gram)
    if not pd(truth.a):
        return False
    if name == "inverse":
        rows = claim["witness"]["rows"]
        scale = fmpq(1, 2 ** claim["witness"]["bits"])
        x = fmpq_mat([[rows[max(i, j)][min(i, j)] * scale for j in range(truth.n)] for i in range(truth.n)])
        off = truth.inverse() - x
        return psd(number(numbers["error"]) ** 2 * unit - off * off.transpose())
    if name == "uniqueness_for_every_drive":
        value = truth.sigma / 2 * truth.spread()
        inside = number(numbers["low"]) <= value <= number(numbers["high"])
        return inside and (value <= 1) == proved
    if name == "rate":
        rate = Fraction(text_number(numbers["rate"]))
        beta, gain = Fraction(str(truth.beta)), Fraction(str(truth.gain))
        gates, scores = 1 - rate * truth.taus[1], rational(rate * truth.taus[0])
        if gates < 0:
            return False
        if gates == 0:
            return gain == 0 and psd(truth.a - scores * unit)
        # (η - ρτ_s)(1 - ρτ_r) ≥ βλ²/2 says that η is at least this.
        return psd(truth.a - (scores + rational(beta * gain**2 / 2 / gates)) * unit)
    points = truth.fixed_points()
    if name == "unique_fixed_point":
        return (len(points) == 1 and holds_point(truth, numbers, points)) if proved else len(points) > 1
    if name == "stable_fixed_points":
        return all(holds_point(truth, point, points) for point in numbers["points"])
    if name == "all_fixed_points":
        claimed = numbers["points"]
        found = all(any(holds_gains(truth, point["gains"], s) for s in points) for point in claimed)
        return found and len(claimed) == len(points) and sum(point["degree"] for point in claimed) == 1
    listed = [
        point
        for other in earlier
        for point in (
            other["numbers"]["points"]
            if other["claim"] == "stable_fixed_points" and other["verdict"] == "proved"
            else [other["numbers"]]
            if other["claim"] == "unique_fixed_point" and other["verdict"] == "proved"
            else []
        )
    ]
    point, index, tiny = listed[numbers["point"]], numbers["memory"], arb(10) ** -50
    s = next(s for s in points if holds_point(truth, point, [s]))
    p = truth.gains(s)
    if name == "retrieval_probability":
        totals = [arb(truth.evidence[i, 0]) + arb(truth.gain) * x for i, x in enumerate(s)]
        gap = all(
            arb(number(numbers["gap"])) <= totals[index] - other + tiny
            for i, other in enumerate(totals)
            if i != index
        )
        return gap and arb(number(numbers["at_least"])) <= p[index] + tiny
    assert name == "readout_error"
    read = [sum((p[i] * arb(truth.z[i, k]) for i in range(truth.n)), arb(0)) for k in range(truth.z.ncols())]
    off = sum(((x - arb(truth.z[index, k])) ** 2 for k, x in enumerate(read)), arb(0)).sqrt()
    return off <= arb(number(numbers["at_most"])) + tiny


def false_claim(certificate: Certificate) -> str | None:
    """The first decided claim that is false, or None."""
    with working_precision(300):
        truth = Truth(certificate["instance"])
        for at, claim in enumerate(certificate["claims"]):
            if claim["claim"] == "fold":
                continue  # has its own oracle and attacks, in test_fold_claim
            if claim["verdict"] != "undecided" and not is_true(truth, claim, certificate["claims"][:at]):
                return str(claim["claim"])
    return None
