"""Context-gated retrieval in a language model: claims CB10-CB15 of arXiv 2605.10970, and the theory on real memories.

The model is the small one that installs from the package registry (135 million parameters), unless another is named
in ``GATEDMEM_LANGUAGE_MODEL``; the paper's has eight billion. What is found here is said of this model only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray

from gatedmem.numerics.language.experiment import (
    FEEDBACK_GAINS,
    GAINS,
    PACKAGED,
    SHARES_OF_CRITICAL,
    STEERING_GAINS,
    VIEWS,
    cached_reader,
    feedback_cost,
    find_model,
    random_like,
    recovery,
    theory,
)
from gatedmem.numerics.language.feedback import regimes
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.statistics import Mean, mean_and_error
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOTS = (1, 4)
STATES = ("zero-shot", "1-shot", "4-shot")
CONTROLS = ("another task's context", "random, equal norm")
TASKS = ("question type", "sentiment", "topic")
REGIME_GAINS = (0.25, 0.5, 1.0, 1.5, 2.0)
_MODULE = "gatedmem.numerics.language.experiment"


def units(quick: bool) -> list[Unit]:
    """Every task at every seed, and the capitals."""
    model = os.environ.get("GATEDMEM_LANGUAGE_MODEL", PACKAGED)
    find_model(model)
    tasks, seeds, queries, spread = (TASKS[:1], range(1), 24, 4) if quick else (TASKS, range(5), 100, 20)
    work = [
        Unit(
            f"language-{task.replace(' ', '-')}-{seed}",
            f"{_MODULE}:read_unit",
            {
                "model": model,
                "task": task,
                "seed": seed,
                "queries": queries,
                "shots": list(SHOTS),
                "spread_queries": spread,
            },
        )
        for seed in seeds
        for task in tasks
    ]
    work += [
        Unit(
            f"language-capitals-{seed}",
            f"{_MODULE}:capitals_unit",
            {"model": model, "seed": seed, "queries": 16 if quick else 120, "examples": 6},
        )
        for seed in seeds
    ]
    return work


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over task, seed, shot, layer, view, λ."""
    read = {
        (unit.arguments["task"], unit.arguments["seed"]): result
        for unit, result in zip(units, results, strict=True)
        if unit.function.endswith(":read_unit")
    }
    recalled = [
        result for unit, result in zip(units, results, strict=True) if unit.function.endswith("capitals_unit")
    ]
    tasks = list(dict.fromkeys(task for task, _ in read))
    seeds = list(dict.fromkeys(seed for _, seed in read))

    def table(value: Any) -> np.ndarray:
        return np.array([[value(read[task, seed]) for seed in seeds] for task in tasks])

    reader = cached_reader(str(units[0].arguments["model"]))
    memories, epsilon = reader.model.memories(), reader.model.norm_epsilon

    def controlled(task: str, seed: int, shot: int) -> list[Any]:
        """Accuracies with contexts that know nothing of the task; no other task, no first control."""
        own = read[task, seed]
        other = tasks[(tasks.index(task) + 1) % len(tasks)]
        vectors = [read[other, seed][f"context_{shot}"][-1], random_like(own[f"context_{shot}"][-1], seed)]
        added = [recovery(memories, epsilon, own, shot, vector).added for vector in vectors]
        return added if other != task else [(np.nan, np.nan), added[1]]

    controls = {key: [controlled(*key, shot) for shot in SHOTS] for key in read}
    checks = {key: theory(memories, epsilon, unit, SHOTS[-1]) for key, unit in read.items()}
    costs = {key: feedback_cost(memories, epsilon, unit, SHOTS[-1]) for key, unit in read.items()}
    words = {task: np.asarray(memories[read[task, seeds[0]]["label_ids"]], dtype=np.float64) for task in tasks}
    lying = {task: regimes(words[task], SHARES_OF_CRITICAL, REGIME_GAINS) for task in tasks}
    shape = (len(SHARES_OF_CRITICAL), len(REGIME_GAINS))

    variables: dict[str, Any] = {
        "effective": (
            ("task", "seed", "state", "layer"),
            table(lambda unit: [np.median(unit[f"effective_{shot}"], axis=0) for shot in (0, *SHOTS)]),
        ),
        "label_mass": (
            ("task", "seed", "state", "layer"),
            table(lambda unit: [np.mean(1 - unit[f"off_mass_{shot}"], axis=0) for shot in (0, *SHOTS)]),
        ),
        "labels": (("task",), [len(words[task]) for task in tasks]),
        "plain": (
            ("task", "seed", "state", "view"),
            table(lambda unit: [unit["zero"], *(unit[f"shown_{shot}"] for shot in SHOTS)]),
        ),
        "added": (
            ("task", "seed", "shot", "layer", "view"),
            table(lambda unit: [unit[f"added_{shot}"] for shot in SHOTS]),
        ),
        "chosen": (
            ("task", "seed", "shot", "layer", "view"),
            table(lambda unit: [unit[f"chosen_{shot}"] for shot in SHOTS]),
        ),
        "curve": (
            ("task", "seed", "shot", "gain", "view"),
            table(lambda unit: [unit[f"curves_{shot}"][-1] for shot in SHOTS]),
        ),
        "controlled": (
            ("task", "seed", "shot", "control", "view"),
            np.array([[controls[task, seed] for seed in seeds] for task in tasks]),
        ),
        "separability": (("task", "seed", "layer"), table(lambda unit: unit["separability"])),
        "alignment": (("task", "seed", "layer"), table(lambda unit: unit["alignment"])),
        "steered_accuracy": (("seed", "kind", "steering_gain"), np.array([unit["accuracy"] for unit in recalled])),
        "steered_log_probability": (
            ("seed", "kind", "steering_gain"),
            np.array([unit["log_probability"] for unit in recalled]),
        ),
        "recalled": (("seed", "read"), np.array([unit["plain"] for unit in recalled])),
        "feedback_error": (
            ("task", "seed", "feedback_gain"),
            np.array([[[cost.largest for cost in costs[task, seed]] for seed in seeds] for task in tasks]),
        ),
        "feedback_bound": (("feedback_gain",), [cost.bound for cost in costs[tasks[0], seeds[0]]]),
        "critical_competition": (("task",), [lying[task][0] for task in tasks]),
        "contraction": (
            ("task", "share", "regime_gain"),
            np.array([np.reshape([row.contraction for row in lying[task][1]], shape) for task in tasks]),
        ),
        "exact_threshold": (
            ("task", "share", "regime_gain"),
            np.array([np.reshape([row.exact for row in lying[task][1]], shape) for task in tasks]),
        ),
    }
    for name in next(iter(checks.values())):
        values = np.array([[checks[task, seed][name] for seed in seeds] for task in tasks])
        variables[name] = (("task", "seed"), values.astype(float))
    kinds = [str(kind) for kind in recalled[0]["kinds"]]
    return xarray.Dataset(
        variables,
        coords={
            "task": tasks,
            "seed": seeds,
            "state": list(STATES),
            "shot": list(SHOTS),
            "view": list(VIEWS),
            "gain": list(GAINS),
            "control": list(CONTROLS),
            "kind": kinds,
            "read": ["alone", *kinds],
            "steering_gain": list(STEERING_GAINS),
            "feedback_gain": list(FEEDBACK_GAINS),
            "share": list(SHARES_OF_CRITICAL),
            "regime_gain": list(REGIME_GAINS),
        },
        attrs={
            "queries": int(units[0].arguments["queries"]),
            "model": Path(str(units[0].arguments["model"])).name,
        },
    )


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """N_eff per layer; accuracy over λ; layers; steering; feedback and regime."""
    from gatedmem.reproduce import language_figures

    return language_figures.draw(data)


# id, does it hold, the figure, when it holds (in place of the second) → the entry.
Verdict = Callable[..., Judgement]


def judge(data: xarray.Dataset) -> list[Judgement]:
    """Verdicts on CB10-CB15 for this model."""
    seeds = data.sizes["seed"]
    run = (
        f"{data.attrs['model']}, one small model and not the paper's; {seeds} seeds of {data.attrs['queries']} "
        "queries, examples per label 1 and 4, raw prompts, half of the queries to choose λ and half to measure"
    )
    across = f"mean ± standard error over {seeds} seeds"

    def verdict(id: str, holds: bool, figure: str, when: str = "", uncertainty: str = across) -> Judgement:
        return Judgement(id, f"holds when {when}" if when else HOLDS if holds else FAILS, figure, uncertainty, run)

    judged = [_collapse(data, verdict)]
    judged += _recovered(data, verdict)
    judged.append(_later_layers(data, verdict))
    judged.append(_steering(data, verdict))
    judged.append(_where(data, verdict))
    return judged


def _over_seeds(values: xarray.DataArray) -> Mean:
    return mean_and_error(values.values)


def _collapse(data: xarray.Dataset, verdict: Verdict) -> Judgement:
    """CB10: with examples the last layer's N_eff is at most that of the labels, and most of the mass is on them."""
    parts, collapsed = [], []
    for task in data.task.values:
        here = data.sel(task=task)
        before = _over_seeds(here.effective.sel(state="zero-shot")[:, -1])
        after = _over_seeds(here.effective.sel(state="4-shot")[:, -1])
        mass = _over_seeds(here.label_mass.sel(state="4-shot")[:, -1])
        parts.append(
            f"{task} ({int(here.labels)} labels): N_eff {before} → {after}, {mass} of the mass on the labels"
        )
        if after.value <= min(before.value, int(here.labels) + 1) and mass.value > 0.5:
            collapsed.append(str(task))
    figure = "last layer, zero-shot → 4-shot: " + "; ".join(parts)
    partly = f"the task is {' or '.join(collapsed)}" if 0 < len(collapsed) < data.sizes["task"] else ""
    return verdict("CB10", len(collapsed) == data.sizes["task"], figure, partly)


def _recovered(data: xarray.Dataset, verdict: Verdict) -> list[Judgement]:
    """CB11, CB12: how much of the gain of 4 examples the additive score recovers, last layer's context."""
    shares: dict[str, dict[str, Mean | None]] = {}
    lines: dict[str, str] = {}
    for task in data.task.values:
        here = data.sel(task=task)
        shares[str(task)], told = {}, []
        for view in VIEWS:
            zero = here.plain.sel(state="zero-shot", view=view)
            gain = here.plain.sel(state="4-shot", view=view) - zero
            back = here.added.sel(shot=4, view=view)[:, -1] - zero
            shown, added = _over_seeds(gain), _over_seeds(back)
            other = _over_seeds(here.controlled.sel(shot=4, view=view, control=CONTROLS[0]) - zero)
            random = _over_seeds(here.controlled.sel(shot=4, view=view, control=CONTROLS[1]) - zero)
            # A share of nothing means nothing.
            real = shown.value > 0 and shown.value > 2 * shown.error
            shares[str(task)][view] = Mean(added.value / shown.value, added.error / shown.value) if real else None
            told.append(
                f"{view}: examples {shown:+}, additive score {added:+} (another task's context {other:+}, "
                f"random {random:+})"
            )
        lines[str(task)] = f"{task}, change of accuracy: " + "; ".join(told)

    judged = []
    if "sentiment" in shares:
        known = {view: share for view, share in shares["sentiment"].items() if share is not None}
        most = [view for view, share in known.items() if share.value > 0.5]
        partly = f"accuracy is taken over the {most[0]}" if len(most) == 1 else ""
        judged.append(verdict("CB11", len(most) == len(VIEWS), lines["sentiment"], partly))
    others = [task for task in shares if task != "sentiment"]
    figure = "; ".join(lines[task] for task in others)
    some = [
        (task, view)
        for task in others
        for view, share in shares[task].items()
        if share is not None and share.value > 0.2
    ]
    partly = ""
    if 0 < len(some) < len(others) * len(VIEWS):
        partly = "it is " + " or ".join(f"{task} over the {view}" for task, view in some)
    judged.append(verdict("CB12", len(some) == len(others) * len(VIEWS), figure, partly))
    return judged


def _later_layers(data: xarray.Dataset, verdict: Verdict) -> Judgement:
    """CB13: the best context vector of the later half does as well as the best of all, over the whole vocabulary."""
    added = data.added.sel(shot=4, view=VIEWS[1])
    middle = data.sizes["layer"] // 2
    losses = _over_seeds((added.max("layer") - added.isel(layer=slice(middle, None)).max("layer")).mean("task"))
    last_only = _over_seeds((added.max("layer") - added.isel(layer=-1)).mean("task"))
    late = added.isel(layer=slice(middle, -3)).max("layer") - data.plain.sel(state="zero-shot", view=VIEWS[1])
    figure = (
        f"accuracy lost against the best of all layers: {losses} with the later half, {last_only} with the last "
        f"layer alone; without the last three layers the later half gains {_over_seeds(late.mean('task'))}"
    )
    return verdict("CB13", losses.value <= max(2 * losses.error, 0.02), figure)


def _steering(data: xarray.Dataset, verdict: Verdict) -> Judgement:
    """CB14: at one and the same λ of the paper's, right examples raise the right token's log-probability and wrong
    ones lower it. The wrong ones of the claim are the exchanged capitals; unrelated words are told apart from them.
    """
    start = data.steered_log_probability.sel(steering_gain=0.0)
    moved = data.steered_log_probability - start
    told, both = [], {str(kind): False for kind in data.kind.values if kind != "right"}
    for gain in (gain for gain in data.steering_gain.values if gain >= 1):
        here = moved.sel(steering_gain=gain)
        change = {str(kind): _over_seeds(here.sel(kind=kind)) for kind in data.kind.values}
        for kind in both:
            up, down = change["right"], change[kind]
            both[kind] |= up.value > 2 * up.error and down.value < -2 * down.error
        apart = _over_seeds(here.sel(kind="right") - here.sel(kind="exchanged"))
        changes = ", ".join(f"{kind} {mean:+}" for kind, mean in change.items())
        told.append(f"λ = {gain:g}: {changes}, right less exchanged {apart:+}")
    figure = "change of the right token's mean log-probability at " + "; ".join(told)
    plain = ", ".join(f"{name} {_over_seeds(data.recalled.sel(read=name))}" for name in data.read.values)
    partly = "" if both["exchanged"] or not both["unrelated"] else "the wrong examples are unrelated words"
    return verdict("CB14", both["exchanged"], f"{figure}; accuracy of plain reading: {plain}", partly)


def _where(data: xarray.Dataset, verdict: Verdict) -> Judgement:
    """CB15: where separability and alignment peak, as a share of the depth."""
    depth = data.sizes["layer"] - 1
    told, early, late = [], [], []
    for task in data.task.values:
        here = data.sel(task=task)
        apart = int(here.separability.mean("seed").argmax("layer"))
        aligned = int(here.alignment.mean("seed").argmax("layer"))
        last = _over_seeds(here.separability.max("layer") - here.separability[:, -1])
        told.append(
            f"{task}: separability peaks at layer {apart} (falls by {last} to the last), alignment at {aligned}, "
            f"of {depth}"
        )
        early.append(apart <= 2 * depth / 3)
        late.append(aligned >= depth - 2)
    partly = (
        ""
        if all(early) == all(late)
        else "only the alignment is meant"
        if all(late)
        else "only the separability is meant"
    )
    return verdict("CB15", all(early) and all(late), "; ".join(told), partly)
