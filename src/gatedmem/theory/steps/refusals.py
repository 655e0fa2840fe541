"""What is raised where a step is not proved."""

from __future__ import annotations

from typing import Any

from gatedmem.theory.steps.ground import Ground

__all__ = ["FalseStep", "StepError", "UndecidedStep"]


class StepError(Exception):
    """A step was not proved. Holds the derivation so far, the rule, both sides and a witness."""

    def __init__(self, derivation: Ground, rule: str, left: Any, right: Any, witness: str) -> None:
        self.derivation = derivation
        self.rule = rule
        self.left = left
        self.right = right
        self.witness = witness
        super().__init__(f"{derivation.id}: {rule}: {witness}")


class FalseStep(StepError):
    """A step that the engine refutes."""


class UndecidedStep(StepError):
    """A step that the engine can neither prove nor refute."""
