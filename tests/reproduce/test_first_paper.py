"""The experiments of arXiv 2604.25481: small runs end to end, and verdicts that follow the data, not the author."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray

from gatedmem.numerics.astrocyte import hamming_error
from gatedmem.numerics.experiments import ambiguity, load_grid
from gatedmem.numerics.experiments.decades import STANDARD, euler_unit, sweep_unit
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.integrate import astrocyte_solution
from gatedmem.numerics.simulate import draw_trials
from gatedmem.reproduce import digits, dynamics, hot_gains, slow_gains, slow_neurons
from gatedmem.reproduce import load_grid as grid
from gatedmem.reproduce.claims import FAILS, HOLDS, UNTESTED, Judgement, claims
from gatedmem.reproduce.decades import more
from gatedmem.reproduce.experiments import experiment, run_experiment

VALUES = np.array([1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4])
TRIALS = 8


def verdicts(judged: list[Judgement]) -> dict[str, str]:
    return {judgement.id: judgement.verdict for judgement in judged}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Quick runs, each done once."""
    folder, done = tmp_path_factory.mktemp("results"), {}

    def get(name: str) -> tuple[Path, dict[str, Any], xarray.Dataset]:
        if name not in done:
            done[name] = run_experiment(name, folder, quick=True)
        with xarray.open_dataset(folder / f"{name}.nc", engine="scipy") as data:
            return folder, done[name], data.load()

    return get


@pytest.mark.parametrize(("name", "ids"), [("figure-1", {"CA1", "CA2", "CA3"}), ("figure-3", {"CA8"})])
def test_the_other_sweeps_run_too(name: str, ids: set[str]) -> None:
    # Drawn like figure 2, which takes most of the time.
    module = experiment(name)
    units = module.units(quick=True)
    data = module.gather(units, [unit.run() for unit in units])
    assert set(verdicts(module.judge(data))) == ids


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("figure-2", {"CA4", "CA5", "CA6", "CA7"}),
        ("figure-4", {"CA9", "CA10", "CA11"}),
        ("dynamics", {"CA12", "CA13", "CA14", "CA15"}),
        ("simplex", set()),
        ("digits", set()),
    ],
)
def test_a_quick_run_writes_arrays_figures_and_its_verdicts(runs: Any, name: str, ids: set[str]) -> None:
    if name == "digits":
        pytest.importorskip("sklearn")
    folder, manifest, data = runs(name)
    assert {claim["id"] for claim in manifest["claims"]} == ids <= set(claims())
    for claim in manifest["claims"]:
        assert claim["figure"]
        assert claim["uncertainty"]
        assert claim["run"]
        assert "nan" not in claim["figure"]
    assert manifest["figures"]
    for stem in manifest["figures"]:
        assert (folder / f"{stem}.svg").stat().st_size > 10_000
        assert (folder / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
    # What was written is what is judged: the file alone gives the same verdicts.
    assert verdicts(experiment(name).judge(data)) == {claim["id"]: claim["verdict"] for claim in manifest["claims"]}


def sweep_data(**given: float | np.ndarray) -> xarray.Dataset:
    """A made-up sweep in which every claim on τ_p, τ_x and T holds to the letter; ``given`` replaces parts of it."""
    rng = np.random.default_rng(0)
    shape = (2, 2, len(VALUES), 2, TRIALS)
    late = VALUES[:, None, None] > 10.0
    first = np.arange(2)[:, None] == 0
    base: dict[str, Any] = {
        "soft_error": np.where(late & first, 5.0, 1.0),
        "sign_error": np.where(VALUES[:, None, None] >= 100.0, 6.0, 1.0),
        "perplexity": 1.0,
        "hopfield_soft_error": 9.0,
        "hopfield_sign_error": 9.0,
        "hopfield_distance": 0.0,
        "convergence_time": VALUES[:, None],
        "settling_time": VALUES[:, None],
    } | given
    noisy = {"soft_error", "perplexity"} - set(given)
    variables = {}
    for name, value in base.items():
        timed = name.endswith("_time")
        whole = np.broadcast_to(value, shape[:3] + shape[4:] if timed else shape).astype(float)
        if name in noisy:
            whole = whole + 0.01 * rng.random(whole.shape)
        inner = ("trial",) if timed else ("horizon", "trial")
        variables[name] = (("drive", "sigma", "value", *inner), whole)
    return xarray.Dataset(
        variables,
        coords={"drive": ["K/N", "1/N"], "sigma": [1.0, 2.0], "value": VALUES, "horizon": ["t = 10", "converged"]},
        attrs={"swept": "tau_p", "trials": TRIALS, "seed": 0},
    )


AT = VALUES[:, None, None]
EARLY = np.arange(2)[:, None] == 0
JITTER = 0.01 * np.arange(TRIALS)


@pytest.mark.parametrize(
    ("claim", "module", "given", "verdict"),
    [
        ("CA1", slow_gains, {}, HOLDS),
        ("CA1", slow_gains, {"hopfield_soft_error": 0.5}, FAILS),
        ("CA1", slow_gains, {"perplexity": 3.0}, FAILS),
        ("CA2", slow_gains, {}, HOLDS),
        ("CA2", slow_gains, {"soft_error": np.where(AT > 10.0, 5.0, 1.0) + JITTER}, FAILS),  # does not go away
        ("CA2", slow_gains, {"soft_error": 1.0 + JITTER + 0.0 * AT}, FAILS),  # does not grow
        (
            "CA2",
            slow_gains,
            # Grows, and at rest is as often above as below: nothing known.
            {"soft_error": np.where(AT > 10.0, np.where(EARLY, 2.0, 1.5 + 4.0 * (-1.0) ** np.arange(TRIALS)), 1.0)},
            UNTESTED,
        ),
        ("CA3", slow_gains, {}, HOLDS),
        (
            "CA3",
            slow_gains,
            {"hopfield_distance": np.where(EARLY, 0.0, 1.0) + 0 * AT},
            "holds when the horizon is short",
        ),
        ("CA3", slow_gains, {"hopfield_distance": 1.0}, FAILS),
        ("CA4", slow_neurons, {"soft_error": np.where(AT < 1.0, 8.0, 1.0) + JITTER}, HOLDS),
        ("CA4", slow_neurons, {"soft_error": np.where(AT < 1.0, 1.0, 8.0) + JITTER}, FAILS),
        ("CA5", slow_neurons, {}, FAILS),
        (
            "CA5",
            slow_neurons,
            {
                "soft_error": np.where(AT < 1.0, 8.0, 1.0) + JITTER,
                "perplexity": np.where(EARLY & (AT > 1.0), 3.0, 1.0) + JITTER,
            },
            HOLDS,
        ),
        ("CA6", slow_neurons, {"soft_error": 6.0, "sign_error": 6.0}, HOLDS),
        (
            "CA6",
            slow_neurons,
            {"soft_error": 7.0},
            "holds when the error is that of the signs and τ_x is at least 100",
        ),
        (
            "CA6",
            slow_neurons,
            {"sign_error": np.where(AT >= 1e3, 6.0, 1.0)},
            "holds when the error is that of the sig",
        ),
        ("CA6", slow_neurons, {"sign_error": 6.5}, FAILS),
        ("CA6", slow_neurons, {"sign_error": 5.5}, FAILS),
        ("CA7", slow_neurons, {}, FAILS),  # exactly linear
        ("CA7", slow_neurons, {"convergence_time": VALUES[:, None] ** 1.2 * (1.0 + JITTER)}, HOLDS),
        (
            "CA7",
            slow_neurons,
            {"convergence_time": np.where(VALUES > 1e3, 2.0, 1.0)[:, None] * VALUES[:, None]},
            "holds when τ_x goes from 1000 to 1e+04",
        ),
        ("CA8", hot_gains, {}, HOLDS),
        ("CA8", hot_gains, {"hopfield_distance": 1.0}, "holds when T → 0 is meant"),
        ("CA8", hot_gains, {"hopfield_soft_error": 0.5}, "holds when T → ∞ is meant"),
        ("CA8", hot_gains, {"hopfield_soft_error": 0.5, "hopfield_distance": 1.0}, FAILS),
    ],
)
def test_verdicts_on_sweeps_follow_the_data(claim: str, module: Any, given: dict[str, Any], verdict: str) -> None:
    assert verdicts(module.judge(sweep_data(**given)))[claim].startswith(verdict)


def test_a_comparison_that_holds_for_one_slope_says_so() -> None:
    data = sweep_data()
    data["hopfield_soft_error"] = data.hopfield_soft_error.where(data.sigma == 2.0, 0.5)
    assert verdicts(slow_gains.judge(data))["CA1"] == "holds when σ is 2"


def test_significance_is_corrected_for_the_number_of_cells() -> None:
    rng = np.random.default_rng(1)
    noise = xarray.DataArray(rng.normal(size=(400, 20)), dims=("value", "trial"))
    assert not more(noise, xarray.zeros_like(noise)).any()
    noise[7] += 3.0
    assert np.flatnonzero(more(noise, xarray.zeros_like(noise))).tolist() == [7]


def test_swapping_the_memories_turns_the_verdicts_of_figure_4(runs: Any) -> None:
    _, _, data = runs("figure-4")
    names = data.contender.values.copy()
    ours, other = (list(names).index(name) for name in (load_grid.ASTROCYTE, load_grid.HOPFIELD))
    # Give our memory no error at all, then the classical network none.
    for winner, verdict in ((ours, HOLDS), (other, FAILS)):
        changed = data.copy(deep=True)
        changed.error[winner] = 0.0
        assert verdicts(grid.judge(changed))["CA9"] == verdict
    best = grid.best_scale(data)
    changed = data.copy(deep=True)
    changed.error[list(names).index(best)] = 0.0
    assert verdicts(grid.judge(changed))["CA10"] != HOLDS
    names[[ours, other]] = names[[other, ours]]
    swapped = data.assign_coords(contender=names)
    assert grid.advantage(swapped, load_grid.HOPFIELD).equals(-grid.advantage(data, load_grid.HOPFIELD))
    assert verdicts(grid.judge(swapped)) != verdicts(grid.judge(data))


def test_where_the_gains_are_largest_is_read_from_the_data(runs: Any) -> None:
    _, _, data = runs("figure-4")
    rng = np.random.default_rng(0)
    for rising, verdict in ((True, HOLDS), (False, FAILS)):
        made = data.copy(deep=True)
        load = made.n_patterns / made.n_patterns.max()
        height = 10.0 * (load if rising else 1.0 - load) + 0.0 * made.error
        noise = rng.random(made.error.shape)
        made["error"] = height.transpose(*made.error.dims) + noise
        made.error[list(made.contender.values).index(load_grid.ASTROCYTE)] = 0.0
        assert verdicts(grid.judge(made))["CA11"] == verdict


def test_verdicts_on_the_dynamics_follow_the_data(runs: Any) -> None:
    _, _, data = runs("dynamics")
    rising = data.copy(deep=True)
    rising.descent_rise[0, 0, 0] = 1e-3
    assert verdicts(dynamics.judge(rising))["CA12"] == FAILS
    restless = data.copy(deep=True)
    restless["descent_settled"] = xarray.zeros_like(data.descent_settled)
    assert verdicts(dynamics.judge(restless))["CA12"] == "holds when the energy alone is meant"
    for lead, verdict in ((0.0, HOLDS), (1.0, FAILS)):
        changed = data.assign(
            ambiguity_lead=xarray.full_like(data.ambiguity_lead, lead),
            ambiguity_again=xarray.ones_like(data.ambiguity_again),
        )
        assert verdicts(dynamics.judge(changed))["CA13"] == verdict
        # A leader that depends on the order of the neurons is rounding's.
        changed["ambiguity_again"] = xarray.zeros_like(data.ambiguity_again)
        assert verdicts(dynamics.judge(changed))["CA13"] == FAILS
    for perplexity, verdict in ((2.0, HOLDS), (50.0, FAILS)):
        changed = data.assign(ambiguity_perplexity=xarray.full_like(data.ambiguity_perplexity, perplexity))
        assert verdicts(dynamics.judge(changed))["CA15"] == verdict
    exact = data.assign(
        euler_failed=xarray.zeros_like(data.euler_failed),
        euler_soft_error_gap=xarray.zeros_like(data.euler_soft_error_gap),
    )
    assert verdicts(dynamics.judge(exact))["CA14"] == HOLDS
    exact.euler_soft_error_gap[:, 0, 0] = 1.0  # wrong at the least τ_p: no range below it is left
    assert verdicts(dynamics.judge(exact))["CA14"] == FAILS


@pytest.mark.parametrize("drive", ["K/N", "1/N"])
def test_a_sweep_solves_the_papers_equations(drive: str) -> None:
    # Against the reference integrator, which takes the factor of the drive as it is written.
    found = sweep_unit("temperature", [0.5], 2.0, drive, 3, 5)
    patterns, cues, targets = draw_trials(5, 3, 30, 100, 6)
    for trial in range(3):
        model = AstrocyteInstance(patterns[trial], 2.0, 0.5, STANDARD["tau_x"], STANDARD["tau_p"])
        if drive == "1/N":
            end = _without_k(model, cues[trial])
        else:
            end = astrocyte_solution(model, cues[trial], np.full(100, 0.01), np.array([0.0, 10.0]), tolerance=1e-9).x[
                -1
            ]
        assert hamming_error(end, targets[trial]) == found["sign_error"][0, 0, trial]
        soft = 0.5 * np.abs(targets[trial] - np.tanh(2.0 * end)).sum()
        assert soft == pytest.approx(found["soft_error"][0, 0, trial], abs=1e-3)


def _without_k(model: AstrocyteInstance, cue: np.ndarray) -> np.ndarray:
    """Eqs. 4-8 with 1/N for K/N, written out, by small Runge-Kutta steps."""
    n, k = model.n_neurons, model.n_patterns

    def velocity(state: np.ndarray) -> np.ndarray:
        x, u = state[:n], state[n:]
        p = np.exp(u - u.max())
        p /= p.sum()
        m = model.patterns @ np.tanh(model.sigma * x)
        return np.concatenate([(p * m) @ model.patterns / n - x, m**2 / (2 * n) - model.temperature * u])

    state, h = np.concatenate([cue, np.zeros(k)]), 0.01
    for _ in range(1000):
        a = velocity(state)
        b = velocity(state + h / 2 * a)
        c = velocity(state + h / 2 * b)
        state = state + h / 6 * (a + 2 * b + 2 * c + velocity(state + h * c))
    return state[:n]


def test_euler_gives_up_where_the_ledger_says_and_not_before() -> None:
    # AG27: dt = 0.001 and K = 100 lose Σp = 1 for T above about 434; dividing by the sum mends it.
    below, above = (euler_unit("temperature", t, 1.0, 2, 0) for t in (300.0, 700.0))
    assert not below["failed"].any()
    assert above["failed"][0].all()
    assert not above["failed"][1].any()
    assert below["soft_error_gap"].max() < 1e-3


def test_the_memories_of_the_grid_see_the_same_cues() -> None:
    given = (1.0, [5, 40], [0, 3], 4, 0)
    ours = load_grid.grid_unit(load_grid.ASTROCYTE, "", *given)["error"]
    parts = [load_grid.grid_unit(load_grid.ASTROCYTE, "", 1.0, [k], [0, 3], 4, 0)["error"] for k in (5, 40)]
    assert ours.shape == (2, 2, 4, 2)
    assert np.array_equal(ours, np.concatenate(parts))
    # A drive that is far too weak leaves the signs of the cue: its flips are the error.
    weak = load_grid.grid_unit(load_grid.NEURON_ASTROCYTE, "1/N³", 0.1, [5], [0, 3], 4, 0)["error"]
    assert np.array_equal(weak[0, :, :, 0], np.repeat([[0.0], [3.0]], 4, axis=1))


def test_ties_stay_where_a_symmetry_keeps_them() -> None:
    # K = 2: exchanging the patterns with the neurons in which they differ maps the run onto itself.
    two = ambiguity.ambiguity_unit("tie", 2, 0.01, 1.0, 10, 0)
    assert np.allclose(two["lead"][:, 0], 1.0, atol=1e-6)
    # A steep slope makes the tied state unstable: rounding errors end it, one way or the other.
    steep = ambiguity.ambiguity_unit("tie", 2, 0.01, 5.0, 40, 0)
    assert (steep["lead"][:, 1] < 0.5).all()
    assert not steep["again"][:, 1].all()
    many = ambiguity.ambiguity_unit("tie", 100, 0.01, 2.0, 10, 0)
    assert (many["lead"][:, 0] < 0.5).all()
    assert many["again"][:, 0].all()


def test_digits_without_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from gatedmem.numerics.language.gguf_file import MissingExtra

    monkeypatch.setattr(digits, "digit_patterns", lambda: None)
    with pytest.raises(MissingExtra, match=r"gatedmem\[digits\]"):
        digits.units(quick=True)
