"""Figure 3 of arXiv 2605.10970: the gates of a cluster around α_crit, without feedback (a-c) and with it (d).

Claims CB4 to CB8. Protocol D.2 leaves the horizon beyond α_crit open, both protocols the scaling of the noise about
the centroid, D.3 was run with at most 500 sweeps: several of each are run. With feedback only A(α) ≻ 0 is run;
beyond, the map solves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray

from gatedmem.numerics.experiments.context_transition import SETTLED_ABOVE
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.statistics import holm, mean_and_error, paired_p_values
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCALINGS = {"coordinate": "noise of size 0.3 in every coordinate", "norm": "noise of norm about 0.3"}
# 17 over the range, and 60 near α_crit = 1.
ALPHAS = tuple(float(a) for a in sorted([*np.linspace(0.0, 2.0, 17), *np.arange(0.9025, 1.2, 0.005)]))
HORIZONS = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
MOMENTS = tuple(float(t) for t in np.geomspace(1.0, 1e4, 81))
GAPS = tuple(float(gap) for gap in np.geomspace(0.5, 1e-6, 58))
WON_ALPHAS = (1.05, 1.18, 1.5, 2.0)
STARTS = ("gates at 0", "random gates")
SHARES = (*(float(share) for share in np.linspace(0.0, 0.975, 40)), 0.99, 0.999)
GAINS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
CAPS = (100, 500, 5000)
PUBLISHED_CAP = 500
# The paper's numbers: the end of its band, and the peak at α_crit.
BAND_END, PEAK = 1.18, 0.034
_GATES = "gatedmem.numerics.experiments.context_transition:gates_unit"
_FEEDBACK = "gatedmem.numerics.experiments.context_feedback:feedback_unit"
_CLUSTER = {"count": 50, "dimension": 10}


def units(quick: bool) -> list[Unit]:
    """1000 clusters for the gates alone and 60 with feedback, under both scalings of the noise."""
    blocks, draws, tests, each = (1, 30, 1, 5) if quick else (10, 100, 15, 4)
    caps = (PUBLISHED_CAP,) if quick else CAPS
    work = []
    for scaling in SCALINGS:
        work += [
            Unit(
                f"context-gates-{scaling}-{block}",
                _GATES,
                {
                    "seed": block,
                    "scaling": scaling,
                    "draws": draws,
                    "alphas": list(ALPHAS),
                    "horizons": list(HORIZONS),
                    "moments": list(MOMENTS),
                    "gaps": list(GAPS),
                    "won_alphas": list(WON_ALPHAS),
                    "beta": 3.5,
                    "bias": 0.01,
                    **_CLUSTER,
                },
            )
            for block in range(blocks)
        ]
        work += [
            Unit(
                f"context-feedback-{scaling}-{block}",
                _FEEDBACK,
                {
                    "seed": block,
                    "scaling": scaling,
                    "draws": each,
                    "alphas": list(SHARES),
                    "gains": list(GAINS),
                    "caps": list(caps),
                    "beta": 5.0,
                    "start": 1e-4,
                    **_CLUSTER,
                },
            )
            for block in range(tests)
        ]
    return work


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over scaling, cluster, and α, horizon, λ, cap."""
    dims = {
        "critical": (),
        "peak": ("horizon", "alpha"),
        "at_critical": ("moment",),
        "settled": ("gap",),
        "won_peak": ("start", "won_alpha", "horizon"),
        "won_size": ("start", "won_alpha", "horizon"),
        "as_predicted": ("start", "won_alpha", "horizon"),
        "same_winner": ("start", "won_alpha", "horizon"),
    }
    fed = {"peak": ("gain", "share"), "threshold": ("gain", "cap"), "fold": ("gain",), "formula": ("gain",)}

    def merged(function: str, name: str) -> np.ndarray:
        return np.stack(
            [
                np.concatenate(
                    [
                        result[name]
                        for unit, result in zip(units, results, strict=True)
                        if unit.function == function and unit.arguments["scaling"] == scaling
                    ]
                )
                for scaling in SCALINGS
            ]
        )

    variables: dict[str, Any] = {
        name: (("scaling", "draw", *rest), merged(_GATES, name)) for name, rest in dims.items()
    }
    for name, rest in fed.items():
        own = "fed_peak" if name == "peak" else name
        variables[own] = (("scaling", "cluster", *rest), merged(_FEEDBACK, name))
    return xarray.Dataset(
        variables,
        coords={
            "scaling": list(SCALINGS),
            "horizon": list(HORIZONS),
            "alpha": list(ALPHAS),
            "moment": list(MOMENTS),
            "gap": list(GAPS),
            "start": list(STARTS),
            "won_alpha": list(WON_ALPHAS),
            "gain": list(GAINS),
            "share": list(SHARES),
            "cap": next(unit.arguments["caps"] for unit in units if "caps" in unit.arguments),
        },
        attrs={"count": _CLUSTER["count"]},
    )


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Gates alone; gates at and next to α_crit; with feedback; thresholds."""
    from gatedmem.reproduce import context_figures

    return context_figures.draw(data)


def judge(data: xarray.Dataset) -> list[Judgement]:
    """Verdicts on CB4 to CB8."""
    gates = (
        f"protocol D.2, {data.sizes['draw']} clusters at every α, gates from 0; horizons "
        f"{', '.join(f'{horizon:g}' for horizon in data.horizon.values)} τ_s beyond α_crit (equilibrium while "
        f"λ_min(A) > {SETTLED_ABOVE}); both scalings of the noise"
    )
    feedback = (
        f"protocol D.3, {data.sizes['cluster']} clusters at every λ, α < α_crit, lost where the largest probability "
        f"exceeds ½, threshold by bisection; at most {', '.join(f'{cap}' for cap in data.cap.values)} sweeps, judged "
        f"at {PUBLISHED_CAP}; both scalings of the noise"
    )
    return [
        _jump(data, gates),
        _peak(data, gates),
        _winner(data, gates),
        _earlier(data, feedback),
        _formula(data, feedback),
    ]


def _crossing(x: np.ndarray, y: np.ndarray, level: float) -> float:
    """The first x at which y (monotone up to there) reaches the level; not a number if it does not."""
    over = np.flatnonzero(y >= level)
    if not over.size:
        return float("nan")
    at = int(over[0])
    return float(x[0]) if at == 0 else float(np.interp(level, y[at - 1 : at + 1], x[at - 1 : at + 1]))


def _jump(data: xarray.Dataset, run: str) -> Judgement:
    """CB4: is the mean peak still about 1/N at α = 0.95 and about 1 at 1.18?"""
    alphas, uniform = data.alpha.values, 1.0 / data.attrs["count"]
    critical = float(data.critical.max())
    told, good = [], []
    for scaling in data.scaling.values:
        here = data.sel(scaling=scaling)
        # The last α at which the paper takes the equilibrium.
        still = alphas[alphas < critical * (1.0 - SETTLED_ABOVE)].max()
        before = mean_and_error(here.peak.sel(alpha=still).isel(horizon=0).values)
        parts = []
        for horizon in data.horizon.values:
            peak = here.peak.sel(horizon=horizon)
            early = float(peak.sel(alpha=alphas[alphas <= 0.95].max()).mean())
            after = mean_and_error(peak.sel(alpha=alphas[alphas >= BAND_END].min()).values)
            half = _crossing(alphas, peak.mean("draw").values, 0.5)
            good.append((str(scaling), float(horizon), early <= 1.5 * uniform and after.value >= 0.95))
            parts.append(f"t = {horizon:g}: {after}, one half at α = {half:.3f}")
        settled = 1.0 - _crossing(1.0 - data.gap.values, here.settled.mean("draw").values, 0.5)
        told.append(
            f"{SCALINGS[str(scaling)]}: mean peak {before} at α = {still:.4f}, then at α = {BAND_END} "
            f"{'; '.join(parts)}; in equilibrium it passes one half at α = 1 - {settled:.1e}, without a jump"
        )
    least = {
        scaling: min((horizon for name, horizon, yes in good if yes and name == scaling), default=None)
        for scaling in SCALINGS
    }
    conditions = [f"{horizon:g} τ_s with {SCALINGS[name]}" for name, horizon in least.items() if horizon]
    everywhere = all(yes for _, _, yes in good)
    verdict = (
        HOLDS
        if everywhere
        else f"holds when the gates run for at least {', '.join(conditions)}"
        if conditions
        else FAILS
    )
    uncertainty = f"mean ± standard error over {data.sizes['draw']} clusters; about 1 means at least 0.95"
    return Judgement("CB4", verdict, "; ".join(told), uncertainty, run)


def _peak(data: xarray.Dataset, run: str) -> Judgement:
    """CB5: when is the mean peak at α_crit 0.034?"""
    moments = data.moment.values
    told, conditions = [], []
    for scaling in data.scaling.values:
        peak = data.at_critical.sel(scaling=scaling).values
        mean = peak.mean(axis=0)
        error = peak.std(axis=0, ddof=1) / np.sqrt(len(peak))
        time, latest, earliest = (
            _crossing(moments, course, PEAK) for course in (mean, mean - 2 * error, mean + 2 * error)
        )
        at = data.peak.sel(scaling=scaling).sel(alpha=1.0)
        means = [mean_and_error(at.sel(horizon=t).values) for t in data.horizon.values]
        values = ", ".join(
            f"{found.value:.4f} ± {found.error:.4f} (t = {t:g})"
            for t, found in zip(data.horizon.values, means, strict=True)
        )
        told.append(f"{SCALINGS[str(scaling)]}: mean peak at α_crit {values}")
        if np.isfinite(time):
            between = f"between {earliest:.0f} and {latest:.0f}" if np.isfinite(latest) else f"after {earliest:.0f}"
            conditions.append(f"the gates are read {between} τ_s after the start ({SCALINGS[str(scaling)]})")
    verdict = f"holds when {'; or when '.join(conditions)}" if conditions else FAILS
    uncertainty = (
        f"mean ± standard error over {data.sizes['draw']} clusters, the times from mean ± 2 standard errors; "
        "the peak grows with time without bound"
    )
    return Judgement("CB5", verdict, "; ".join(told), uncertainty, run)


def _winner(data: xarray.Dataset, run: str) -> Judgement:
    """CB6: does one gate win, is it the predicted one, and does content in the drive matter?"""
    told, least = [], []
    for start in data.start.values:
        for scaling in data.scaling.values:
            here = data.sel(start=start, scaling=scaling)
            shares = {
                name: (here[name] if name != "won_peak" else here.won_peak >= 0.95).mean(("draw", "won_alpha")).values
                for name in ("won_peak", "as_predicted", "same_winner")
            }
            last = {name: share[-1] for name, share in shares.items()}
            won = (here.won_peak >= 0.95).values
            right = float(here.as_predicted.values[won].mean()) if won.any() else float("nan")
            told.append(
                f"{start}, {SCALINGS[str(scaling)]}: at t = {float(data.horizon[-1]):g} one gate has won in "
                f"{last['won_peak']:.1%}, the predicted one in {last['as_predicted']:.1%}, the same one with another "
                f"drive in range(G) in {last['same_winner']:.1%}; of all that have won at any time the predicted one "
                f"{right:.1%}"
            )
            complete = np.min([shares["won_peak"], shares["as_predicted"], shares["same_winner"]], axis=0) >= 0.999
            least.append(float(data.horizon[complete.argmax()]) if complete.any() else np.inf)
    size = float(np.log10(data.won_size.sel(won_alpha=WON_ALPHAS[-1], horizon=200.0)).median())
    told.append(f"no attractor: at α = {WON_ALPHAS[-1]:g}, t = 200 the largest gate is about 1e{size:.0f}")
    longest = max(least)
    verdict = (
        HOLDS
        if longest <= min(HORIZONS)
        else f"holds when the gates run for at least {longest:g} τ_s at α of {WON_ALPHAS[0]:g} and more"
        if np.isfinite(longest)
        else FAILS
    )
    uncertainty = (
        f"shares of {data.sizes['draw']} clusters at α = {', '.join(f'{a:g}' for a in WON_ALPHAS)}; complete means "
        "99.9 %"
    )
    return Judgement("CB6", verdict, "; ".join(told), uncertainty, run)


def _differences(first: xarray.DataArray, second: xarray.DataArray) -> np.ndarray:
    return (first - second).transpose("scaling", ..., "cluster").values


def _earlier(data: xarray.Dataset, run: str) -> Judgement:
    """CB7: is the measured threshold smaller at every larger λ, cluster by cluster?"""
    threshold = data.threshold.sel(cap=PUBLISHED_CAP, gain=list(GAINS[1:]))
    # Without feedback the map moves to r = 0 and the gates alone are lost at α_crit.
    zero = xarray.ones_like(threshold.isel(gain=0)) * data.critical.mean("draw")
    steps = np.stack(
        [_differences(zero, threshold.isel(gain=0))]
        + [_differences(threshold.isel(gain=at), threshold.isel(gain=at + 1)) for at in range(len(GAINS) - 2)],
        axis=1,
    )
    earlier = holm(paired_p_values(steps))
    told = [
        f"{SCALINGS[str(scaling)]}: "
        + ", ".join(
            f"{mean_and_error(threshold.sel(scaling=scaling, gain=gain).values)} (λ = {gain:g})" for gain in GAINS[1:]
        )
        for scaling in data.scaling.values
    ]
    moved = [scaling for scaling, row in zip(SCALINGS, earlier, strict=True) if row.all()]
    partly = f"holds when there is {SCALINGS[moved[0]]}" if moved else FAILS
    verdict = HOLDS if len(moved) == len(SCALINGS) else partly
    longest = int(data.cap[-1])
    longer = float(np.abs(data.threshold.sel(cap=longest) / data.threshold.sel(cap=PUBLISHED_CAP) - 1.0).max())
    figure = "threshold of the map: " + "; ".join(told)
    if longest > PUBLISHED_CAP:
        figure += f"; with up to {longest} sweeps at most {longer:.2%} smaller"
    uncertainty = (
        f"mean ± standard error over {data.sizes['cluster']} clusters; paired t-tests of neighbouring λ (λ = 0: "
        f"α_crit), Holm over {earlier.size} at 0.05"
    )
    return Judgement("CB7", verdict, figure, uncertainty, run)


def _formula(data: xarray.Dataset, run: str) -> Judgement:
    """CB8: is the formula of Thm C.2 off, and further off than the fold of CG18?"""
    fed = data.sel(gain=list(GAINS[1:]))
    measured = fed.threshold.sel(cap=PUBLISHED_CAP)
    off = _differences(fed.formula, measured)
    by_fold = np.abs(_differences(fed.fold, measured)) / measured.transpose("scaling", ..., "cluster").values
    misses = np.asarray(holm(np.stack([paired_p_values(off), paired_p_values(-off)])).any(axis=0))
    worst = by_fold.max(axis=(0, 2))
    told = []
    for scaling in data.scaling.values:
        parts = [
            f"{float(fed.formula.sel(scaling=scaling, gain=gain).mean()):.3f} against "
            f"{mean_and_error(measured.sel(scaling=scaling, gain=gain).values)} (λ = {gain:g})"
            for gain in GAINS[1:]
        ]
        told.append(f"{SCALINGS[str(scaling)]}: {', '.join(parts)}")
    predicted = ", ".join(f"{value:.2%} (λ = {gain:g})" for value, gain in zip(worst, GAINS[1:], strict=True))
    figure = (
        f"formula against measured threshold: {'; '.join(told)}. The fold of CG18 is off by at most {predicted}"
        f"{'' if worst.max() < 0.01 else ': more than one per cent'}"
    )
    some = [
        f"λ = {gain:g}" for gain, found in zip(GAINS[1:], np.atleast_1d(misses.all(axis=0)), strict=True) if found
    ]
    verdict = HOLDS if misses.all() else f"holds when {' or '.join(some)}" if some else FAILS
    uncertainty = (
        f"mean ± standard error over {data.sizes['cluster']} clusters, the largest of all for the fold; two-sided "
        f"paired t-tests, Holm over {misses.size * 2} at 0.05"
    )
    return Judgement("CB8", verdict, figure, uncertainty, run)
