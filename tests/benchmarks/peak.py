"""The machine's multiply-add rate, and the right-hand side alone, for the benchmark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import cgutils
from numba.extending import intrinsic

from gatedmem.numerics.simulate import fields
from gatedmem.numerics.simulate.batches import aligned_zeros, padded
from gatedmem.numerics.simulate.compiled import compiled, like
from gatedmem.numerics.simulate.vectors import VectorCode, ir, wide

CHAINS = 16


def _chains(_: Any, model: Any, count: Any) -> Any:
    """``count`` times s ← s·f + f in CHAINS independent vector registers."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = VectorCode(context, builder, signature.args[0])
        sums, first = code.slots(CHAINS), ir.Constant(ir.IntType(32), 0)
        factor = builder.insert_element(ir.Constant(code.vector, ir.Undefined), arguments[0], first)
        factor = code.shuffle(factor, factor, [0] * code.lanes)
        with cgutils.for_range(builder, arguments[1]):
            for slot in sums:
                product = builder.fmul(builder.load(slot), factor, flags=("contract",))
                builder.store(builder.fadd(product, factor, flags=("contract",)), slot)
        total = builder.load(sums[0])
        for slot in sums[1:]:
            total = code.add(total, builder.load(slot))
        return builder.extract_element(total, first)

    return model(model, count), build


chains: Any = intrinsic(_chains)


@compiled
def burn(model, count):  # type: ignore[no-untyped-def]
    """Run the chains: 16 · lanes · count multiply-adds."""
    return chains(model, count)


@compiled
def repeat(times, table, count, numbers, bias, y, out, activity, weights):  # type: ignore[no-untyped-def]
    """Evaluate the right-hand side again and again, each time from what the last gave."""
    wide()
    for _ in range(times):
        fields.field(fields.SQUARED, table, count, numbers, bias, like(y[0], 0.0), y, out, activity, weights)
        y[0] = out[0] * like(y[0], 1e-3)


def evaluate(n: int, k: int, kind: Any) -> Callable[[int], None]:
    """Return what evaluates the right-hand side for N neurons and K patterns so many times."""
    rows, columns, lead = padded(n, 4), padded(k, 16), padded(n, 16)
    table = aligned_zeros((rows, columns), kind)
    table[:n, :k] = np.random.default_rng(0).choice([-1.0, 1.0], (n, k))
    y, out = aligned_zeros((lead + columns,), kind), aligned_zeros((lead + columns,), kind)
    y[:n], y[lead + k :] = 1.0, fields.PINNED
    constants = np.array([1.0, 1.0, 0.1, 0.01, 1.0], kind)
    workspace = aligned_zeros((lead,), kind), aligned_zeros((columns,), kind)
    return lambda times: repeat(times, table, k, constants, np.zeros(1, kind), y, out, *workspace)


def operations(n: int, k: int) -> int:
    """Arithmetic of one right-hand side, an operation on one number being one, a fused multiply-add too.

    The passes 2NK; for each pattern the exponential (17) and score, weight and sum (4); for each neuron tanh (13).
    """
    return 2 * n * k + 21 * k + 13 * n
