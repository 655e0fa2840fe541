"""Every misprint of the two papers: the right form is derived, the printed one refused, and exchanging them fails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sympy import Integer, Rational, Symbol

from gatedmem.proofs.ledger import load
from gatedmem.theory.derivation import Derivation, FalseStep, Implication, StepError, UndecidedStep
from gatedmem.theory.indexed import Relation, abstract_function, eq, gt, le
from gatedmem.theory.misprints import ASTROCYTE, CONTEXT, MISPRINTS, Misprint
from gatedmem.theory.misprints.record import Argument

EACH = pytest.mark.parametrize("misprint", MISPRINTS, ids=lambda misprint: f"{misprint.paper}-{misprint.number}")


def test_every_entry_of_the_list_of_the_astrocyte_paper_is_there() -> None:
    assert [m.number for m in ASTROCYTE] == ["1", "2", "3a", "3b", "4a", "4b", "5", "6", "7", "8", "9"]
    assert [m.number for m in CONTEXT] == ["1", "3", "5"]
    assert {m.paper for m in ASTROCYTE} == {"2604.25481"}
    assert {m.paper for m in CONTEXT} == {"2605.10970"}


@EACH
def test_the_derivation_shows_the_right_form_and_that_the_printed_one_differs(misprint: Misprint) -> None:
    d = misprint.derive()
    assert json.loads(json.dumps(d.to_json()))["conclusions"]
    concluded = [c for c in d.conclusions if isinstance(c, Relation)]
    assert any(
        c.op == misprint.right.op
        and d.normal.same(c.left, misprint.right.left)
        and d.normal.same(c.right, misprint.right.right)
        for c in concluded
    )
    assert misprint.printed not in concluded
    last = d.conclusions[-1]
    last = last.conclusion if isinstance(last, Implication) else last
    assert isinstance(last, Relation)
    assert last.op in "≠<>"
    assert misprint.printed_tex in d.to_markdown()
    assert misprint.right_tex != misprint.printed_tex


@EACH
def test_exchanging_the_two_forms_is_rejected(misprint: Misprint) -> None:
    with pytest.raises(FalseStep):
        replace(misprint, printed=misprint.right, right=misprint.printed).derive()


@EACH
def test_the_right_form_is_not_taken_for_a_misprint(misprint: Misprint) -> None:
    with pytest.raises(FalseStep, match=r"the printed form: goes through"):
        replace(misprint, printed=misprint.right).derive()


@EACH
def test_the_difference_has_to_be_shown(misprint: Misprint) -> None:
    with pytest.raises(FalseStep, match="not shown to differ"):
        replace(misprint, gap=lambda d: None).derive()


@EACH
def test_names_statements_of_the_ledger(misprint: Misprint) -> None:
    assert misprint.ledger
    assert set(misprint.ledger) <= set(load())


def test_each_misprint_has_a_witness_from_an_instance_or_a_sign() -> None:
    for misprint in MISPRINTS:
        with pytest.raises(FalseStep) as refused:
            misprint.argue(Derivation("attempt", "as printed"), misprint.printed)
        witness = refused.value.witness
        assert "at an instance" in witness or "is -, not" in witness


# What a record may not get away with --------------------------------------------------------------------------

y = Symbol("y", real=True)
unknown = abstract_function("misprint_test_unknown", latex="u")


def claims(d: Derivation, relation: Relation) -> None:
    d.claim(relation, "claim")


def gap(d: Derivation) -> None:
    d.claim(gt(y**2 + 1, 0), "a square and one")


def record(printed: Relation, right: Relation, argue: Argument = claims) -> Misprint:
    return Misprint("0000.00000", "1", "A square", "eq. 1", "A square.", printed, right, ("SM1",), argue, gap)


def test_a_sound_record_passes() -> None:
    record(eq((y + 1) ** 2, y**2 + 1), eq((y + 1) ** 2, y**2 + 2 * y + 1)).derive()


def test_a_right_form_that_is_false_is_rejected() -> None:
    with pytest.raises(FalseStep):
        record(eq((y + 1) ** 2, y**2 + 1), eq((y + 1) ** 2, y**2 + y + 1)).derive()


def test_an_argument_that_does_not_conclude_the_right_form_is_rejected() -> None:
    def evades(d: Derivation, relation: Relation) -> None:
        d.claim(eq(y, y), "something else")

    with pytest.raises(FalseStep, match="the right form: is not concluded"):
        record(eq(y, y + 1), eq((y + 1) ** 2, y**2 + 2 * y + 1), argue=evades).derive()


def test_a_printed_form_that_the_engine_cannot_decide_is_no_misprint() -> None:
    undecided = le(unknown(y), Integer(1))
    with pytest.raises(UndecidedStep):
        claims(Derivation("attempt", "as printed"), undecided)
    with pytest.raises(FalseStep, match="the printed form: is not refuted"):
        record(undecided, eq(y, y)).derive()


def test_a_printed_form_refused_for_want_of_an_instance_is_no_misprint() -> None:
    def impossible(d: Derivation, relation: Relation) -> None:
        d.assume(eq(y**2 + 1, Rational(1, 2)), "no number does this", rewrite=False)
        d.claim(relation, "claim")

    with pytest.raises(FalseStep, match="the printed form: is refused without an instance"):
        record(eq(y, y + 1), eq(y, y), argue=impossible).derive()


def test_two_forms_that_are_equal_are_not_told_apart() -> None:
    with pytest.raises(StepError):
        record(eq((y + 1) ** 2, (y + 1) ** 2), eq((y + 1) ** 2, y**2 + 2 * y + 1)).derive()
