"""The benchmark compares like with like: its contenders solve the same equations; its table is what was measured."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from gatedmem.numerics.simulate import draw_trials, simulate_astrocyte


@pytest.fixture(scope="module")
def contenders():
    return load("contenders")


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "setting", "bound"),
    [
        ("ours", ("single", 1e-3), 1e-3),
        ("ours", ("double", 1e-7), 1e-6),
        ("plain Euler", None, 0.03),
        ("batched Euler", None, 0.03),
        ("scipy", ("DOP853", 1e-8), 1e-6),
        ("scipy", ("LSODA", 1e-8), 1e-5),
    ],
)
def test_contenders_solve_the_same_equations(contenders, name, setting, bound):
    patterns, cues, _ = draw_trials(0, 2, 8, 5, 1)
    exact = simulate_astrocyte(patterns, cues, times=contenders.TIMES, path=True, tolerance=1e-11)
    contender = contenders.CONTENDERS[name]()
    contender.prepare(patterns, cues, 1.0)
    x, p, evaluations = contender.solve(setting)
    assert np.abs(np.tanh(x) - np.tanh(exact.path_x)).max() < bound
    assert np.abs(p - exact.path_gains).max() < bound
    assert evaluations > 20


def test_the_table_gives_ratios_and_says_what_failed():
    speed = load("speed")
    row = {"evaluations": 10, "median_error": 1e-7, "ninetieth_percentile": 1e-6, "compared": 16, "version": ""}
    record = {
        "machine": dict.fromkeys(("model", "cores", "system", "python", "numpy", "numba"), "A") | {"load": 1.0},
        "workloads": [
            {
                "N": 20,
                "K": 10,
                "tau_p": 1.0,
                "levels": {"1e-6": 1e-6},
                "contenders": {
                    "ours": {"1e-6": row | {"trajectories_per_second": 300.0}},
                    "scipy": {"1e-6": row | {"trajectories_per_second": 100.0}},
                    "heyoka": {"failed": "ModuleNotFoundError: No module named 'heyoka'"},
                },
            }
        ],
        "right_hand_side": [],
        "figure_4": {"trajectories": 109450, "threads": 2, "seconds": 5.0, "processor_seconds": 9.0, "drawing": 1.0},
        "many_patterns": {"bytes": 1, "seconds": 1.0, "process_grew_by": 2},
    }
    text = speed.to_markdown(record)
    assert "| scipy | 100 | 10 | 1.0e-07 | 1.0e-06 | 16 | 3 |" in text
    assert "| heyoka | ModuleNotFoundError: No module named 'heyoka' |" in text
