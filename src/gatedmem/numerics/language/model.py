"""What the experiments ask of a language model, whatever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gatedmem.numerics.language.llama import Floats


class LanguageModel(Protocol):
    """A causal model whose final norm divides by the root mean square (plus ``norm_epsilon`` beneath the root)."""

    @property
    def norm_epsilon(self) -> float:
        """What the final norm adds to the mean square."""

    def read(self, ids: Sequence[int], prefix: Any = None) -> tuple[Floats, Any]:
        """Read tokens after a prefix: the residual stream at the last one, (layers + 1, d), and the longer prefix.

        Row 0 is the embedding, the last row what the final norm acts on.
        """

    def memories(self) -> Floats:
        """The rows of the unembedding with the final norm's gain folded in, (V, d)."""
