"""The second paper's experiments on small data: arrays, figures, and verdicts that follow the data."""

import io
from dataclasses import replace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from gatedmem.reproduce import context_figure_2, context_figure_3, context_regimes
from gatedmem.reproduce.experiments import EXPERIMENTS

matplotlib.use("Agg")

SMALL = {
    "accuracy_unit": {"sets": 4, "trials": 5, "flow_trials": 2, "count": 12, "dimension": 4},
    "gates_unit": {"draws": 5, "count": 12, "dimension": 4},
    "feedback_unit": {"draws": 3, "count": 12, "dimension": 4, "beta": 1.2},
    "regimes_unit": {"sets": 3, "count": 8, "dimension": 3},
}


def small(module):
    units = [
        replace(unit, arguments={**unit.arguments, **SMALL[unit.function.partition(":")[2]]})
        for unit in module.units(quick=True)
    ]
    return module.gather(units, [unit.run() for unit in units])


@pytest.fixture(scope="module")
def measured():
    modules = (context_figure_2, context_figure_3, context_regimes)
    return {module: small(module) for module in modules}


def verdicts(module, data):
    return {judgement.id: judgement.verdict for judgement in module.judge(data)}


@pytest.mark.parametrize(
    ("module", "ids"),
    [
        (context_figure_2, ["CB1", "CB2", "CB3"]),
        (context_figure_3, ["CB4", "CB5", "CB6", "CB7", "CB8"]),
        (context_regimes, ["CB9"]),
    ],
)
def test_each_experiment_is_registered_draws_and_judges_its_claims(measured, module, ids):
    assert module.__name__ in EXPERIMENTS.values()
    data = measured[module]
    judged = module.judge(data)
    assert [judgement.id for judgement in judged] == ids
    assert all(judgement.figure and judgement.uncertainty and judgement.run for judgement in judged)
    for figure in module.draw(data).values():
        figure.savefig(io.BytesIO(), format="png", dpi=40)
        for axis in figure.axes:
            assert any(np.isfinite(line.get_ydata()).any() for line in axis.lines)
            assert axis.get_xlabel()
        plt.close(figure)


@pytest.mark.parametrize("module", [context_figure_2, context_figure_3, context_regimes])
def test_the_full_size_is_that_of_the_protocols(module):
    work = module.units(quick=False)

    def total(function, field):
        units = [unit for unit in work if unit.function.endswith(function)]
        return sum(unit.arguments[field] * unit.arguments.get("trials", 1) for unit in units)

    for unit in work:
        assert (unit.arguments["count"], unit.arguments["dimension"]) == (50, 10)
    assert len({unit.key() for unit in work}) == len(work)
    if module is context_figure_2:
        assert total("accuracy_unit", "sets") == 2 * 6000
        assert len(work[0].arguments["noises"]) == 12
    if module is context_figure_3:
        assert total("gates_unit", "draws") == 2 * 1000
        assert len(set(work[0].arguments["alphas"])) == 77


def test_accuracy_that_does_not_fall(measured):
    data = measured[context_figure_2].copy(deep=True)
    rising = np.linspace(0.1, 0.9, data.sizes["gain"])
    data.right[:] = rising
    assert verdicts(context_figure_2, data)["CB1"] == "holds"
    data.right.loc[{"way": "from r = b"}] = rising[::-1]
    verdict = verdicts(context_figure_2, data)["CB1"]
    assert verdict.startswith("holds when feedback is dropped; or when the map starts at r = 0")
    assert "r = b" not in verdict
    data.right.loc[{"way": "from r = b", "scaling": "norm"}] = rising
    assert "the map starts at r = b with noise of norm" in verdicts(context_figure_2, data)["CB1"]
    data.right.loc[{"noise": 0.0, "gain": 16.0}] = 0.0  # one cell of each variant is enough
    assert verdicts(context_figure_2, data)["CB1"] == "does not hold"


def test_a_fall_within_its_uncertainty_is_none(measured):
    data = measured[context_figure_2].copy(deep=True)
    data.right[:] = 0.5
    data.right.loc[{"gain": 16.0}] = np.array([0.1, 0.9, 0.2, 0.7])[None, :, None, None]  # mean 0.475
    assert verdicts(context_figure_2, data)["CB1"] == "holds"


def test_where_the_gain_of_accuracy_is_largest(measured):
    data = measured[context_figure_2].copy(deep=True)
    noises = data.sizes["noise"]
    data.right[:] = 0.1
    assert verdicts(context_figure_2, data)["CB2"] == "does not hold"
    data.right.loc[{"gain": [1.0, 2.0, 4.0, 8.0, 16.0]}] = np.sin(np.linspace(0.2, 2.9, noises))[:, None]
    assert verdicts(context_figure_2, data)["CB2"] == "holds"
    data.right.loc[{"gain": [8.0, 16.0], "way": "from r = 0"}] = np.linspace(0.2, 0.9, noises)[:, None]
    assert verdicts(context_figure_2, data)["CB2"] == "holds when λ is 1 or 2 or 4"


def test_one_probability_below_the_bound_is_enough(measured):
    data = measured[context_figure_2].copy(deep=True)
    assert verdicts(context_figure_2, data)["CB3"] == "does not hold"  # 12 memories: another certain lead
    data.attrs["count"] = 50
    assert int(data.below.sum()) == 0
    assert verdicts(context_figure_2, data)["CB3"] == "holds when the run has come to rest"
    data.early_below[:] = 0.0
    assert verdicts(context_figure_2, data)["CB3"] == "holds"
    data.below[0, 0, 1, 0, 0] = 0.2  # one of five trials
    assert verdicts(context_figure_2, data)["CB3"] == "does not hold"


def test_the_jump_of_the_gates(measured):
    data = measured[context_figure_3].copy(deep=True)
    data.attrs["count"] = 50
    data.peak[:] = np.where(data.alpha.values < 1.0, 0.02, 0.99)
    assert verdicts(context_figure_3, data)["CB4"] == "holds"
    data.peak.loc[{"horizon": [10.0, 20.0]}] = 0.02
    data.peak.loc[{"horizon": 50.0, "scaling": "norm"}] = 0.02
    verdict = verdicts(context_figure_3, data)["CB4"]
    assert verdict.startswith("holds when the gates run for at least 50 τ_s with noise of size")
    assert ", 100 τ_s with noise of norm" in verdict
    data.peak[:] = np.linspace(0.02, 1.0, data.sizes["alpha"])  # no jump: well above 1/N before α_crit
    assert verdicts(context_figure_3, data)["CB4"] == "does not hold"


def test_the_peak_at_criticality(measured):
    data = measured[context_figure_3].copy(deep=True)
    data.at_critical[:] = 0.02 + 0.014 * data.moment.values / 80.0
    assert verdicts(context_figure_3, data)["CB5"].count("between 80 and 80 τ_s") == 2
    data.at_critical[:] = 0.02
    assert verdicts(context_figure_3, data)["CB5"] == "does not hold"


def test_the_winner(measured):
    data = measured[context_figure_3].copy(deep=True)
    for name in ("won_peak", "as_predicted", "same_winner"):
        data[name][:] = 1.0
    assert verdicts(context_figure_3, data)["CB6"] == "holds"
    data.won_peak.loc[{"horizon": [10.0, 20.0, 50.0]}] = 0.3
    assert verdicts(context_figure_3, data)["CB6"].startswith("holds when the gates run for at least 100 τ_s")
    data.as_predicted.loc[{"start": "random gates"}] = 0.0
    assert verdicts(context_figure_3, data)["CB6"] == "does not hold"


def test_the_thresholds_with_feedback(measured):
    data = measured[context_figure_3].copy(deep=True)
    clusters = np.arange(data.sizes["cluster"])[None, :, None]
    falling = np.linspace(1.0, 0.3, data.sizes["gain"]) + 1e-3 * clusters
    data.threshold[:] = falling[..., None]
    data.formula[:] = falling + 0.05
    data.fold[:] = falling * 1.001
    assert verdicts(context_figure_3, data)["CB7"] == "holds"
    assert verdicts(context_figure_3, data)["CB8"] == "holds"
    data.formula.loc[{"gain": [0.5, 1.0]}] = falling[..., 1:3] + 1e-4 * (clusters - 1)  # off by nothing on average
    assert verdicts(context_figure_3, data)["CB8"] == "holds when λ = 1.5 or λ = 2 or λ = 2.5"
    data.formula[:] = falling + 1e-4 * (clusters - 1)
    assert verdicts(context_figure_3, data)["CB8"] == "does not hold"
    data.threshold.loc[{"scaling": "norm", "gain": 2.5}] = 0.9
    assert verdicts(context_figure_3, data)["CB7"] == "holds when there is noise of size 0.3 in every coordinate"
    data.threshold[:] = falling[..., ::-1, None]
    assert verdicts(context_figure_3, data)["CB7"] == "does not hold"


def test_a_poor_fold_is_said_to_be_poor(measured):
    data = measured[context_figure_3].copy(deep=True)
    data.threshold[:] = 0.5
    data.fold[:] = 0.501
    entries = {judgement.id: judgement for judgement in context_figure_3.judge(data)}
    assert "more than one per cent" not in entries["CB8"].figure
    data.fold[0, 0, 3] = 0.506
    entries = {judgement.id: judgement for judgement in context_figure_3.judge(data)}
    assert "1.20% (λ = 1.5)" in entries["CB8"].figure
    assert "more than one per cent" in entries["CB8"].figure


def test_regimes(measured):
    data = measured[context_regimes].copy(deep=True)
    assert verdicts(context_regimes, data)["CB9"] == "holds"
    jumping = data.copy(deep=True)
    jumping.loop.loc[{"number": 0.5}] = np.where(data.tilt.values < 0, 0.0, 1.0)
    assert verdicts(context_regimes, jumping)["CB9"] == "holds when only the second half is meant"
    several = data.copy(deep=True)
    several.attractors[0, 0, 1] = 2
    assert verdicts(context_regimes, several)["CB9"] == "holds when only the second half is meant"
    moving = data.copy(deep=True)
    moving.rest[0, 0] = 0.9
    assert verdicts(context_regimes, moving)["CB9"] == "holds when only the second half is meant"
    single = data.copy(deep=True)
    single.attractors[:] = 1
    assert verdicts(context_regimes, single)["CB9"] == "holds when only the first half is meant"
    single.rest[0, 0] = 0.9
    assert verdicts(context_regimes, single)["CB9"] == "does not hold"
