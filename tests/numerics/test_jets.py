"""Derivatives in balls against difference quotients taken at 900 bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import ball, matrix, vector, working_precision
from gatedmem.numerics.jets import Jet, join, system

WEIGHTS = matrix(np.random.default_rng(1).standard_normal((2, 3)))

FUNCTIONS: dict[str, Callable[[Jet], Jet]] = {
    "sum of products": lambda x: x * x + x * x.sum(),
    "difference and negation": lambda x: -(x - x * 3) - x.sum(),
    "quotient": lambda x: x / (x * x + 2),
    "quotient by a scalar": lambda x: x.exp() / x.exp().sum(),
    "tanh": lambda x: x.scaled(0.7).tanh(),
    "log": lambda x: (x * x + 1).log(),
    "log cosh": lambda x: x.log_cosh(),
    "matrix": lambda x: (x * x).apply(WEIGHTS),
    "softmax": lambda x: x.scaled(3).softmax(),
    "log-sum-exp": lambda x: x.shifted(2).log_sum_exp(),
    "selection and join": lambda x: join((x * x)[[2, 0]], Jet([arb(5)])),
    "a constant factor": lambda x: x * Jet(vector([1, 2, 3])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_tangents_are_derivatives(name: str) -> None:
    function = FUNCTIONS[name]
    with working_precision(900):
        point = vector([0.3, -1.25, 2.0])
        step = arb(2) ** -300
        found = function(Jet.variable(point))
        base = function(Jet(point)).value
        assert all(a.overlaps(b) for a, b in zip(found.value, base, strict=True))
        for j in range(3):
            moved = [entry + (step if i == j else 0) for i, entry in enumerate(point)]
            quotients = [(a - b) / step for a, b in zip(function(Jet(moved)).value, base, strict=True)]
            for row, quotient in zip(found.tangent, quotients, strict=True):
                assert abs(row[j] - quotient) < 1e-80


@pytest.mark.parametrize("name", FUNCTIONS)
def test_tangents_over_a_box_contain_those_inside(name: str) -> None:
    function = FUNCTIONS[name]
    wide = function(Jet.variable([arb(0.3, 0.1), arb(-1.25, 0.1), arb(2.0, 0.1)]))
    thin = function(Jet.variable(vector([0.35, -1.3, 1.95])))
    for outer, inner in zip(wide.tangent, thin.tangent, strict=True):
        assert all(a.overlaps(b) for a, b in zip(outer, inner, strict=True))
        assert any(a.rad() > 0 for a in outer) or all(a.is_exact() for a in outer)


def test_motion_differentiates_in_time() -> None:
    moving = Jet.along(vector([1, 2]), vector([3, -1]))
    assert (moving * moving).sum().tangent[0][0] == 2 * (1 * 3 + 2 * -1)


def test_a_constant_in_a_join_does_not_move() -> None:
    joined = join(Jet.variable([ball(2)]), Jet([ball(7)]))
    assert [float(row[0]) for row in joined.tangent] == [1.0, 0.0]


def test_a_system_hands_over_value_and_jacobian() -> None:
    cubes = system(lambda x: x * x * x)
    assert [float(entry) for entry in cubes.value(vector([2, 3]))] == [8.0, 27.0]
    assert cubes.jacobian(vector([2, 3])) == arb_mat([[12, 0], [0, 27]])
