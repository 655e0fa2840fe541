"""Counting what the layers caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gatedmem.drill.run import CAUGHT, Outcome, Result
from gatedmem.drill.variants import Variant
from gatedmem.proofs.cache import environment
from gatedmem.proofs.evidence import Layer


def counts(results: Sequence[Result]) -> dict[Layer, dict[str, int]]:
    """For each layer the number of trials, of each outcome, and of catches.

    >>> one = Result("SM4", Layer.DERIVATION, "third", Outcome.FAILED, "", 0.1)
    >>> counts([one])[Layer.DERIVATION]["caught"]
    1
    """
    table: dict[Layer, dict[str, int]] = {}
    for layer in Layer:
        mine = Counter(result.outcome for result in results if result.layer is layer)
        wrong = sum(number for outcome, number in mine.items() if outcome is not Outcome.CONTROL)
        table[layer] = {
            "wrong": wrong,
            "caught": sum(mine[outcome] for outcome in CAUGHT),
            **{str(outcome): mine[outcome] for outcome in Outcome},
        }
    return table


def to_json(results: Sequence[Result], variants: Mapping[tuple[str, str], Variant]) -> dict[str, Any]:
    """The answer of ``drill --json``: the counts, and every trial with the variant's words."""
    rows = []
    for result in results:
        variant = variants.get((result.statement, result.variant))
        rows.append(
            {
                "id": result.statement,
                "layer": str(result.layer),
                "variant": result.variant,
                "kind": variant.kind if variant else "",
                "words": variant.words if variant else "the statement as it stands",
                "outcome": str(result.outcome),
                "detail": result.detail,
                "explained": variant.posed[result.layer].survives if variant else "",
            }
        )
    cannot = [
        {
            "id": variant.statement,
            "layer": str(layer),
            "variant": variant.name,
            "words": variant.words,
            "reason": posing.cannot,
        }
        for variant in variants.values()
        for layer, posing in variant.posed.items()
        if posing.cannot
    ]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "environment": environment(),
        "counts": {str(layer): row for layer, row in counts(results).items()},
        "trials": rows,
        "not_posed": cannot,
    }
