"""Cases for the falsifiers of the baselines: signs, symmetric tables, neuron-astrocyte memories and their states.

What is on trial are ``numerics.hopfield``, ``modern``, ``dense`` and ``neuron_astrocyte``. Derivatives are taken by
the complex step; formulas that a statement names are written out beside its check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.numerics.instances import Array
from gatedmem.proofs.falsifiers.search import row


def signs(rng: np.random.Generator, *shape: int) -> Array:
    """Draw entries -1 and +1."""
    return rng.choice(np.array([-1.0, 1.0]), size=shape)


@dataclass(frozen=True)
class Tripartite:
    """A neuron-astrocyte memory and a batch of states."""

    instance: tripartite.NeuronAstrocyteInstance
    state: tripartite.State
    symmetric: bool

    def where(self, at: tuple[int, ...]) -> str:
        """Describe the state at an index of the batch."""
        x, s, p = (np.atleast_1d(part[at[0]]).ravel() for part in self.state)
        return f"N={len(x)} x={row(x)} s={row(s)} p={row(p)} γ={self.instance.gamma} τ={self.instance.tau}"


def full_tensor(tensor: tripartite.Tensor | tripartite.PatternTensor) -> Array:
    """All N⁴ entries, for small N."""
    if isinstance(tensor, tripartite.PatternTensor):
        xi = tensor.patterns
        return np.asarray(tensor.scale * np.einsum("mi,mj,mk,ml->ijkl", xi, xi, xi, xi))
    return np.asarray((tensor.left[:, :, :, None, None] * tensor.right[:, None, None, :, :]).sum(axis=0))


def mirrored(values: Array) -> Array:
    """Return the symmetric part in the last two axes."""
    return np.asarray(0.5 * (values + np.swapaxes(values, -1, -2)))


def draw_tripartite(rng: np.random.Generator, n: int, symmetric: bool) -> Tripartite:
    """Draw a memory of N neurons and 25 states; all that descent asks to be symmetric is so, or nothing is."""

    def square(*lead: int) -> Array:
        values = rng.standard_normal((*lead, n, n))
        return mirrored(values) if symmetric else values

    factors = square(3)
    tensor: tripartite.Tensor | tripartite.PatternTensor
    if symmetric and rng.random() < 0.5:
        tensor = tripartite.PatternTensor(signs(rng, 3, n), float(rng.uniform(-1.0, 1.0)))
    elif symmetric:
        tensor = tripartite.Tensor(factors, np.array([1.0, -0.5, 2.0])[:, None, None] * factors)
    else:
        tensor = tripartite.Tensor(factors, square(3))
    linear = rng.random() < 0.3
    act = [tripartite.IDENTITY if linear else tripartite.tanh_activation(float(rng.uniform(0.3, 3.0))) for _ in "xsp"]
    gamma = (float(rng.choice([0.0, 1.0, 2.5])), float(rng.choice([0.0, 1.0])), float(rng.choice([0.0, 0.3])))
    tau = (float(rng.uniform(0.1, 5.0)), float(rng.uniform(0.1, 5.0)), float(rng.uniform(0.1, 5.0)))
    instance = tripartite.NeuronAstrocyteInstance(
        tensor, rng.standard_normal(n), square(), square(), gamma, tau, act[0], act[1], act[2]
    )
    state = tripartite.State(rng.standard_normal((25, n)), square(25), square(25))
    return Tripartite(instance, state, symmetric)
