"""The misprints and gaps of the astrocyte-gated memory (arXiv 2604.25481; equation numbers in brackets)."""

from gatedmem.theory.misprints.astrocyte.descent import astrocyte_7, astrocyte_9
from gatedmem.theory.misprints.astrocyte.factors import astrocyte_4a, astrocyte_4b, astrocyte_5
from gatedmem.theory.misprints.astrocyte.gains import astrocyte_6, astrocyte_8
from gatedmem.theory.misprints.astrocyte.gradients import astrocyte_1, astrocyte_2, astrocyte_3a, astrocyte_3b

__all__ = ["ASTROCYTE"]

ASTROCYTE = (
    astrocyte_1, astrocyte_2, astrocyte_3a, astrocyte_3b, astrocyte_4a, astrocyte_4b, astrocyte_5, astrocyte_6,
    astrocyte_7, astrocyte_8, astrocyte_9,
)  # fmt: skip
