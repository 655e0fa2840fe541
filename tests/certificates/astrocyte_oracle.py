"""What is true of an astrocyte-gated memory, decided anew in balls from the definitions; the instances attacked."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq_mat
from scipy.integrate import solve_ivp

from gatedmem.numerics.enclosures import ball, softmax, working_precision
from gatedmem.numerics.exact import identity, positive_semidefinite, rational
from gatedmem.proofs.certify.astrocyte import ExactAstrocyte

Certificate = dict[str, Any]


def drawn(n: int, k: int, seed: int, flips: int = 0, **constants: float) -> ExactAstrocyte:
    patterns = np.random.default_rng(seed).choice([-1, 1], size=(k, n))
    cue = np.where(np.arange(n) < flips, -patterns[0], patterns[0])
    exact = {name: Fraction(value) for name, value in constants.items()}
    return ExactAstrocyte(patterns.tolist(), [Fraction(int(entry)) for entry in cue], **exact)


PAIR = [[1, 1], [1, -1]]
INSTANCES = {
    "retrieves": drawn(5, 3, 0, 1, sigma=3.0, temperature=0.1, tau_x=0.5, tau_p=2.0),
    "decays": drawn(4, 3, 1, sigma=0.125, temperature=0.5),
    "one pattern": ExactAstrocyte([[1, -1, 1]], [Fraction(-1), Fraction(1, 3), Fraction(0)], sigma=Fraction(3)),
    "saddle": ExactAstrocyte(PAIR, [Fraction(1), Fraction(0)], sigma=Fraction(3), temperature=Fraction(2)),
    "rests at 0": ExactAstrocyte(PAIR, [Fraction(0)] * 2, sigma=Fraction(5, 3), temperature=Fraction(1, 3)),
    "mixture": drawn(4, 4, 5, 1, sigma=2.0, temperature=50.0),
    "twins": ExactAstrocyte([[1, 1, -1], [1, 1, -1]], [Fraction(1)] * 3, sigma=Fraction(2)),
}


def number(word: str) -> Fraction:
    top, _, below = word.partition("/")
    return Fraction(int(top), 2 ** int(below[2:]) if below.startswith("2^") else int(below or 1))


class Truth:
    """The instance of a certificate, evaluated anew in balls from the definitions."""

    def __init__(self, given: Certificate) -> None:
        self.rows = [[1 if sign == "+" else -1 for sign in row] for row in given["patterns"]]
        self.k, self.n = len(self.rows), len(self.rows[0])
        names = ("sigma", "temperature", "tau_x", "tau_p")
        self.sigma, self.t, self.tau_x, self.tau_p = (number(given[name]) for name in names)
        self.cue = [number(word) for word in given["cue"]]
        table = fmpq_mat(self.rows)
        self.hebbian = rational(self.sigma / self.n) * (table.transpose() * table)

    def evaluate(self, x: list[arb]) -> tuple[list[arb], list[arb], list[arb]]:
        """m, p and h(x)."""
        z = [(ball(self.sigma) * entry).tanh() for entry in x]
        m = [sum((s * a for s, a in zip(row, z, strict=True)), arb(0)) for row in self.rows]
        p = softmax([a * a / ball(2 * self.n * self.t) for a in m])
        drive = [
            sum((self.rows[mu][i] * p[mu] * m[mu] for mu in range(self.k)), arb(0)) * self.k / self.n
            for i in range(self.n)
        ]
        return m, p, drive

    def derivative(self, x: list[arb]) -> arb_mat:
        """D(x - h) column by column, from differences of h at 2^-60 steps: good to about 30 digits."""
        step, columns = arb(2) ** -60, []
        for j in range(self.n):
            ends = [self.evaluate([e + side * step * (i == j) for i, e in enumerate(x)])[2] for side in (1, -1)]
            columns.append([(i == j) - (a - b) / (2 * step) for i, (a, b) in enumerate(zip(*ends, strict=True))])
        return arb_mat([[columns[j][i].mid() for j in range(self.n)] for i in range(self.n)])

    def root(self, start: list[Fraction]) -> list[arb] | None:
        """The equilibrium that Newton's steps lead to, or None."""
        x = [ball(entry).mid() for entry in start]
        for _ in range(40):
            off = [a - b for a, b in zip(x, self.evaluate(x)[2], strict=True)]
            if max(float(abs(entry).upper()) for entry in off) < 1e-60:
                return x
            try:
                step = self.derivative(x).solve(arb_mat(self.n, 1, off)).entries()
            except ZeroDivisionError:
                return None
            x = [(a - b).mid() for a, b in zip(x, step, strict=True)]
            if not all(entry.is_finite() for entry in x):
                return None
        return None

    def below(self, level: Fraction, *, strictly: bool) -> bool:
        """Whether σλ_max(W_H) is below (at most) a level."""
        gap = rational(level) * identity(self.n) - self.hebbian
        return bool(positive_semidefinite(gap).positive) and (not strictly or gap.det() != 0)

    def unstable(self, x: list[arb]) -> int:
        """Unstable directions of the flow in (x, log p) at an equilibrium, from its Jacobian in doubles."""
        at = np.array([float(entry) for entry in x])
        signs, sigma, t = np.array(self.rows, dtype=float), float(self.sigma), float(self.t)
        z, slope = np.tanh(sigma * at), sigma / np.cosh(np.clip(sigma * at, -300, 300)) ** 2
        m = signs @ z
        p = np.array([float(entry) for entry in self.evaluate(x)[1]])
        jacobian = np.zeros((self.n + self.k, self.n + self.k))
        load = self.k / self.n
        jacobian[: self.n, : self.n] = load * signs.T @ (p[:, None] * signs) * slope - np.eye(self.n)
        jacobian[: self.n, self.n :] = load * (signs.T * m) @ (np.diag(p) - np.outer(p, p))
        jacobian[self.n :, : self.n] = m[:, None] / self.n * signs * slope
        jacobian[self.n :, self.n :] = -t * np.eye(self.k)
        return int((np.linalg.eigvals(jacobian).real > 1e-9).sum())

    def retrieved(self, x: list[arb], numbers: Certificate) -> bool:
        row, sign = self.rows[numbers["pattern"]], numbers["sign"]
        return sign in (1, -1) and all(
            sign * b * e >= ball(number(numbers["amplitude"])) - TINY for b, e in zip(row, x, strict=True)
        )

    def ends(self, numbers: Certificate, point: list[arb], rng: random.Random) -> bool:
        """Whether solutions from the corner of a region, and from inside it, stay there and end at the point."""
        n, k, sigma, t = self.n, self.k, float(self.sigma), float(self.t)
        signs, index = np.array(self.rows, dtype=float), numbers["pattern"]
        least, side = float(number(numbers["amplitude"])), numbers["sign"] * signs[index]
        gap = 0.0 if numbers["gap"] == "infinite" else float(number(numbers["gap"]))
        taus = np.concatenate([np.full(n, float(self.tau_x)), np.full(k, float(self.tau_p))])

        def velocity(_: float, state: Any) -> Any:
            z, u = np.tanh(sigma * state[:n]), state[n:]
            m, p = signs @ z, np.exp(u - u.max())
            return np.concatenate([k / n * signs.T @ (p / p.sum() * m) - state[:n], m * m / (2 * n) - t * u]) / taus

        for spare in (0.0, 0.0, 1.0):
            away = np.array([rng.expovariate(1) for _ in range(n)]) * spare
            lead = np.array([gap + spare * rng.expovariate(1) for _ in range(k)])
            lead[index] = 0.0
            start = np.concatenate([side * (least + away), -lead])
            horizon = 60 * max(float(self.tau_x), float(self.tau_p) / t)
            way = solve_ivp(velocity, (0, horizon), start, method="LSODA", rtol=1e-8, atol=1e-8).y
            inside = (side[:, None] * way[:n]).min() >= least - 1e-6
            leads = np.delete(way[n + index] - way[n:], index, axis=0)
            if not inside or (k > 1 and leads.min() < gap - 1e-6):
                return False
            if np.abs(way[:n, -1] - [float(entry) for entry in point]).max() > 1e-3:
                return False
        return True

    def of_no_pattern(self, x: list[arb]) -> bool:
        found = [1 if entry > TINY else -1 if entry < -TINY else 0 for entry in x]
        return all(found not in (row, [-bit for bit in row]) for row in self.rows)


TINY = arb(10) ** -50


def is_true(truth: Truth, claim: Certificate, point: list[arb] | None) -> bool:
    """Whether a decided claim is true of the instance; ``point`` is the equilibrium claimed before."""
    name, proved, numbers = claim["claim"], claim["verdict"] == "proved", claim["numbers"]
    n, k, t = truth.n, truth.k, ball(truth.t)
    logs = arb(k).log()
    if name == "gain_floor":
        ratio = ball(n) / (2 * t)
        return (
            number(numbers["log_ratio"]) >= n / (2 * truth.t) and ball(number(numbers["log_floor"])) >= ratio + logs
        )
    if name == "neuron_bound":
        return number(numbers["at_most"]) >= max([k, *map(abs, truth.cue)])
    if name == "energy_bounds":
        low, high = ball(number(numbers["low"])), ball(number(numbers["high"]))
        return (
            low <= -ball(Fraction(k * n, 2)) - k * t * logs + TINY
            and high >= n * arb(2).log() / ball(truth.sigma) - TINY
        )
    if name == "uniform_state_stable":
        low, high = number(numbers["low"]), number(numbers["high"])
        bracketed = not truth.below(low, strictly=True) and truth.below(high, strictly=False)
        return bracketed and truth.below(Fraction(1), strictly=True) == proved
    if name == "everything_decays":
        load = truth.sigma * k
        if proved:
            return load <= 1 and number(numbers["rate"]) <= (1 - load) / truth.tau_x
        other = point is not None and any(abs(entry) > TINY for entry in point)
        return other or not truth.below(Fraction(1), strictly=False)
    if name == "retrieval_in_one_step":
        m, _, step = truth.evaluate([ball(entry) for entry in truth.cue])
        if not proved:
            return truth.of_no_pattern(step)
        scores = [a * a / (2 * n) for a in m]
        mu = numbers["pattern"]
        rivals = [scores[mu] - score for nu, score in enumerate(scores) if nu != mu]
        gap = (
            numbers["gap"] == "infinite"
            if not rivals
            else all(r >= ball(number(numbers["gap"])) - TINY for r in rivals)
        )
        return gap and truth.retrieved(step, numbers)
    assert point is not None
    if name == "equilibrium":
        state, reach = [number(word) for word in numbers["state"]], number(numbers["reach"])
        radius = ball(number(numbers["radius"]))
        if not all(abs(a - ball(b)) <= radius + TINY for a, b in zip(point, state, strict=True)):
            return False
        rng = random.Random(1)
        others = [truth.root([s + reach * Fraction(rng.uniform(-1, 1)) for s in state]) for _ in range(3)]
        return not any(
            other is not None
            and all(abs(a - ball(b)) < ball(reach) for a, b in zip(other, state, strict=True))
            and any(abs(a - b) > TINY for a, b in zip(other, point, strict=True))
            for other in others
        )
    if name == "attracting_region":
        return truth.ends(numbers, point, random.Random(2))
    if name == "equilibrium_stable":
        return numbers["unstable"] == truth.unstable(point) and proved == (numbers["unstable"] == 0)
    assert name == "retrieval_at_equilibrium"
    if not proved:
        return truth.of_no_pattern(point)
    gains = truth.evaluate(point)[1]
    return gains[numbers["pattern"]] >= ball(number(numbers["gain"])) - TINY and truth.retrieved(point, numbers)


def false_claim(certificate: Certificate) -> str | None:
    """The first decided claim that is false, or None."""
    with working_precision(300):
        truth, point = Truth(certificate["instance"]), None
        for claim in certificate["claims"]:
            if claim["verdict"] == "undecided":
                continue
            if claim["claim"] == "equilibrium":
                point = truth.root([number(word) for word in claim["numbers"]["state"]])
            if not is_true(truth, claim, point):
                return str(claim["claim"])
    return None
