"""The simulator: batches of trajectories of every memory, compiled, each with its own steps.

``simulate_astrocyte`` and its siblings take NumPy arrays and return a :class:`Run`; ``draw_trials`` draws patterns
and corrupted cues from a seed.
"""

from gatedmem.numerics.simulate.context_runs import ContextRun, simulate_context, simulate_gates
from gatedmem.numerics.simulate.draws import draw_trials
from gatedmem.numerics.simulate.memories import (
    simulate_astrocyte,
    simulate_dense,
    simulate_hopfield,
    simulate_modern,
    simulate_neuron_astrocyte,
)
from gatedmem.numerics.simulate.runs import Run

__all__ = [
    "ContextRun",
    "Run",
    "draw_trials",
    "simulate_astrocyte",
    "simulate_context",
    "simulate_dense",
    "simulate_gates",
    "simulate_hopfield",
    "simulate_modern",
    "simulate_neuron_astrocyte",
]
