"""The equations of the interactive page, run by a JavaScript engine, against the Python simulator."""

import json
from pathlib import Path

import numpy as np
import pytest
from py_mini_racer import MiniRacer

from gatedmem.numerics import astrocyte, context, softmax
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.numerics.integrate import astrocyte_solution, context_solution

SOURCE = Path(__file__).parents[2] / "docs" / "_static" / "memories.js"


@pytest.fixture(scope="module")
def engine():
    racer = MiniRacer()
    racer.eval(SOURCE.read_text(encoding="utf-8"))
    return racer


def ask(engine, memory, code, **values):
    """Evaluate ``code`` with the named values in scope; the answer as Python data."""
    names = "".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
    return json.loads(
        engine.eval(f"(() => {{ {names} const memory = gatedmem.{memory}; return JSON.stringify({code}); }})()")
    )


@pytest.mark.parametrize(("temperature", "tau_p", "sigma"), [(0.3, 1.0, 1.0), (5.0, 0.05, 4.0), (0.02, 30.0, 0.4)])
def test_the_astrocyte_gated_memory_follows_the_same_flow(engine, temperature, tau_p, sigma):
    rng = np.random.default_rng(3)
    patterns = rng.choice([-1.0, 1.0], (4, 9))
    instance = AstrocyteInstance(patterns, sigma=sigma, temperature=temperature, tau_p=tau_p)
    cue = rng.normal(size=9)
    model = {
        "patterns": patterns.tolist(), "sigma": sigma, "temperature": temperature, "tauX": 1.0, "tauP": tau_p,
    }  # fmt: skip
    state = ask(
        engine, "astrocyte", "memory.advance(model, memory.start(model, cue), 2)", model=model, cue=cue.tolist()
    )
    path = astrocyte_solution(instance, cue, np.full(4, 0.25), np.array([0.0, 2.0]))
    x, p = path.x, path.p
    np.testing.assert_allclose(state["x"], x[-1], atol=2e-6)
    np.testing.assert_allclose(softmax.softmax(np.array(state["u"])), p[-1], atol=2e-6)
    energy = ask(engine, "astrocyte", "memory.energy(model, state)", model=model, state=state)
    assert energy == pytest.approx(float(astrocyte.energy(instance, x[-1], p[-1])), abs=1e-4)
    field = ask(engine, "astrocyte", "memory.field(model)(state)", model=model, state=state)
    lifted = astrocyte.lifted_velocity(instance, np.array(state["x"]), np.array(state["u"]))
    np.testing.assert_allclose(field["x"], lifted[0], atol=1e-12)
    np.testing.assert_allclose(field["u"], lifted[1], atol=1e-12)


@pytest.mark.parametrize(("alpha", "beta", "gain"), [(0.0, 1.0, 1.0), (0.6, 12.0, 3.0)])
def test_the_context_gated_memory_follows_the_same_flow(engine, alpha, beta, gain):
    rng = np.random.default_rng(4)
    memories = rng.normal(size=(5, 3)) / 2
    drive, evidence = rng.normal(size=5), rng.normal(size=5)
    instance = ContextInstance(memories, alpha=alpha, beta=beta, gain=gain, drive=drive, evidence=evidence)
    model = {
        "memories": memories.tolist(), "alpha": alpha, "beta": beta, "gain": gain,
        "drive": drive.tolist(), "evidence": evidence.tolist(), "tauS": 1.0, "tauR": 1.0,
    }  # fmt: skip
    state = ask(engine, "context", "memory.advance(model, memory.start(model), 1.5)", model=model)
    path = context_solution(instance, np.zeros(5), np.zeros(5), np.array([0.0, 1.5]))
    np.testing.assert_allclose(state["s"], path.s[-1], atol=2e-5)
    np.testing.assert_allclose(state["r"], path.r[-1], atol=2e-5)
    energy = ask(engine, "context", "memory.energy(model, state)", model=model, state=state)
    values = np.array(state["s"]), np.array(state["r"])
    assert energy == pytest.approx(float(context.energy(instance, *values)), abs=1e-10)


def test_the_softmax_does_not_overflow(engine):
    assert engine.eval("JSON.stringify(gatedmem.softmax([1e4, 0, 1e4]))") == "[0.5,0,0.5]"
