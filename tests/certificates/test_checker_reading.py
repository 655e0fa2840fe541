"""The rules of the certificates' format, on either side of each limit; the frame of a file; numbers in sentences."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gatedmem.proofs.checker import reading, wording
from gatedmem.proofs.checker.certificate import CLAIMS, FORMAT, VERDICTS, Checked, Report, check
from gatedmem.proofs.checker.reading import Malformed, Rejected


def test_a_file_may_be_as_large_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading.LARGEST_FILE == 16 * 2**20
    monkeypatch.setattr(reading, "LARGEST_FILE", 10)
    assert reading.load(b'{"a": 123}') == {"a": 123}
    with pytest.raises(Malformed, match="larger than 10 bytes"):
        reading.load(b'{"a": 1234}')


def test_a_file_may_hold_as_many_containers_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading.MOST_CONTAINERS == 50_000
    monkeypatch.setattr(reading, "MOST_CONTAINERS", 3)
    assert reading.load(b'{"a": [], "b": {}}') == {"a": [], "b": {}}
    for data in (b'{"a": [[]], "b": {}}', b'{"a": [], "b": {"c": {}}}'):
        with pytest.raises(Malformed, match="more than 3 lists and objects"):
            reading.load(data)


@pytest.mark.parametrize(("open", "close"), [("[", "]"), ('{"a":', "}")])
def test_eight_layers_and_no_more(open: str, close: str) -> None:
    assert reading.DEEPEST == 8

    def nested(layers: int) -> bytes:
        return f'{{"a": {open * (layers - 1)}1{close * (layers - 1)}}}'.encode()

    assert isinstance(reading.load(nested(8)), dict)
    with pytest.raises(Malformed, match="nested deeper than 8"):
        reading.load(nested(9))


def test_integers_of_so_many_digits() -> None:
    assert reading.load(b'{"a": ' + b"9" * 1300 + b"}") == {"a": 10**1300 - 1}
    with pytest.raises(Malformed, match="more than 1300 digits"):
        reading.load(b'{"a": 1' + b"0" * 1300 + b"}")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 0.125}', '0.125 is not exact: numbers are integers, or strings such as "1/10"'),
        (
            b'{"a": 0.' + b"3" * 60 + b"}",
            f'0.{"3" * 38} is not exact: numbers are integers, or strings such as "1/10"',
        ),
        (b'{"a": 1, "a": 1}', "an object has the same key twice"),
        (b'"a"', "a certificate is a JSON object"),
        (b"\xff", "the file is not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_stands_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(Malformed) as refusal:
        reading.load(data)
    assert str(refusal.value) == message


def test_a_complaint_about_json_is_short() -> None:
    with pytest.raises(Malformed, match=r"^not valid JSON") as refusal:
        reading.load(b'{"a": 1,}')
    assert len(str(refusal.value)) <= 200


def test_fields_are_all_there_and_no_others() -> None:
    assert reading.fields({"b": 1, "a": 2}, "x", ("a", "b")) == {"a": 2, "b": 1}
    assert reading.fields({}, "x", ()) == {}
    for value, message in (
        ([], "x: must be an object"),
        (None, "x: must be an object"),
        ({"b": 1}, "x: lacks 'a'"),
        ({"c": 1}, "x: lacks 'a'"),
        ({"a": 1, "b": 1, "d": 1, "c": 1}, "x: has an unknown field 'c'"),
        ({"a": 1, "b": 1, "k" * 90: 1}, f"x: has an unknown field '{'k' * 40}'"),
    ):
        with pytest.raises(Malformed) as refusal:
            reading.fields(value, "x", ("b", "a"))
        assert str(refusal.value) == message


def test_a_choice_is_one_of_the_strings() -> None:
    assert reading.choice("b", "x", iter(["a", "b"])) == "b"
    for value in ("c", 1, None, ["a"], ""):
        with pytest.raises(Malformed, match="x: must be one of a, b"):
            reading.choice(value, "x", ["a", "b"])


def test_a_text_is_one_printable_line_of_bounded_length() -> None:
    for value in ("", "λ ≤ 1/2", "x" * 500):
        assert reading.text(value, "x") == value
    for wrong in ("x" * 501, "a\nb", "\t", "\u202e", 1, None, ["a"]):
        with pytest.raises(Malformed, match="x: must be a line of at most 500 printable characters"):
            reading.text(wrong, "x")


def test_exact_numbers_are_read_as_they_stand() -> None:
    for word, value in (
        ("0", Fraction(0)),
        ("-0", Fraction(0)),
        ("007/14", Fraction(1, 2)),
        ("-6/4", Fraction(-3, 2)),
        ("5/2^3", Fraction(5, 8)),
        ("5/2^0", Fraction(5)),
        ("1/2^4400", Fraction(1, 2**4400)),
        ("9" * 1300 + "/" + "7" * 1300, Fraction(10**1300 - 1, int("7" * 1300))),
    ):
        assert reading.rational(word, "x") == value
        assert reading.rational(reading.write(value), "x") == value
    malformed = (
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e5",
        "1/-2",
        "1/",
        "/2",
        "1/2^",
        "1/2^-1",
        "1/3^2",
        "--1",
        "\u0661",
    )
    for wrong in (*malformed, "1\n", "1/2/3", "9" * 1301, "1/" + "9" * 1301, 1, None, ["1"], True):
        with pytest.raises(Malformed, match="x: must be an exact number"):
            reading.rational(wrong, "x")
    with pytest.raises(Malformed, match="x: its power of 2 is beyond 4400"):
        reading.rational("1/2^4401", "x")
    with pytest.raises(Malformed, match="x: has denominator 0"):
        reading.rational("1/0", "x")


def test_exact_numbers_are_written_shortly() -> None:
    written = [
        reading.write(Fraction(*pair)) for pair in ((0, 1), (-7, 1), (1, 2), (-3, 8), (1, 6), (2, 3), (1, 2**70))
    ]
    assert written == ["0", "-7", "1/2^1", "-3/2^3", "1/6", "2/3", "1/2^70"]


def test_signs_of_exact_numbers() -> None:
    assert reading.positive("1/9", "x") == Fraction(1, 9)
    assert reading.not_negative("0", "x") == 0
    assert reading.not_negative("1/9", "x") == Fraction(1, 9)
    for wrong in ("0", "-1/9"):
        with pytest.raises(Malformed, match="x: must be greater than 0"):
            reading.positive(wrong, "x")
    with pytest.raises(Malformed, match="x: must be at least 0"):
        reading.not_negative("-1/9", "x")


def test_integers_between_two_bounds() -> None:
    assert [reading.integer(value, "x", -1, 2) for value in (-1, 0, 2)] == [-1, 0, 2]
    for wrong in (-2, 3, True, False, "1", None, [1]):
        with pytest.raises(Malformed, match="x: must be an integer from -1 to 2"):
            reading.integer(wrong, "x", -1, 2)


def test_lists_have_their_length_and_their_type() -> None:
    assert reading.integers([1, -2], "x", 2) == [1, -2]
    for wrong in ([1], [1, 2, 3], [1, True], [1, "2"], (1, 2), None, {1: 1, 2: 2}):
        with pytest.raises(Malformed, match="x: must be a list of 2 integers"):
            reading.integers(wrong, "x", 2)
    assert reading.rationals(["1", "1/2"], "x", 2) == [1, Fraction(1, 2)]
    for wrong in (["1"], ["1"] * 3, ("1", "2"), None, {"1": 1, "2": 1}):
        with pytest.raises(Malformed, match="x: must be a list of 2 exact numbers"):
            reading.rationals(wrong, "x", 2)
    with pytest.raises(Malformed, match="x: must be an exact number"):
        reading.rationals(["1", 2], "x", 2)


def test_tables_have_rows_of_one_length() -> None:
    widest = [[0] * 600]
    for table in ([[1]], [[1, 2], [3, 4]], widest, [[1]] * 600):
        assert reading.rows(table, "x") == table
    for wrong in ([], [[1]] * 601, None, {"a": [1]}, ([1],)):
        with pytest.raises(Malformed, match="x: must be a list of 1 to 600 rows"):
            reading.rows(wrong, "x")
    for wrong in ([[1], 1], [1, [1]], [[1], (1,)]):
        with pytest.raises(Malformed, match="x: every row must be a list"):
            reading.rows(wrong, "x")
    for wrong in ([[]], [[], []], [[0] * 601], [[1], [1, 2]], [[1, 2], [1]], [[1], []]):
        with pytest.raises(Malformed, match="x: every row must have the same length, from 1 to 600"):
            reading.rows(wrong, "x")


def test_numbers_in_sentences_are_exact_when_short_and_else_rounded_the_safe_way() -> None:
    assert wording.short(Fraction(123, 4567)) == "123/4567", "eight characters"
    assert wording.short(Fraction(1, 1234567)) == "8.10000591300432e-7", "nine"
    value = Fraction(2**70 + 1, 3**45)
    low, near, high = (
        Fraction(Decimal(function(value))) for function in (wording.at_least, wording.short, wording.at_most)
    )
    assert low < value < high
    assert near in (low, high)
    assert high - low == Fraction(1, 10**15), "the fifteenth digit of 0.39…"
    assert (wording.at_least(-value), wording.at_most(-value)) == (
        "-" + wording.at_most(value),
        "-" + wording.at_least(value),
    )


INSTANCE = {
    **{"memories": [["1", "0"], ["0", "1"]], "alpha": "1/2", "beta": "1", "gain": "1", "tau_s": "1", "tau_r": "1"},
    **{"query": None, "context": None},
}
CLAIM = {
    **{"id": "CG4", "claim": "gate_matrix_definite", "verdict": "proved", "reason": "its diagonal", "numbers": {}},
    **{"witness": {"congruence": []}},
}


def file(**changes: Any) -> bytes:
    frame = {"format": FORMAT, "version": 1, "model": "context", "instance": INSTANCE, "claims": [CLAIM]}
    return json.dumps({**frame, **changes}).encode()


def test_the_frame_of_a_certificate() -> None:
    report = check(file())
    [claim] = report.claims
    assert claim == Checked("CG4", "gate_matrix_definite", "proved", "the gate matrix A is positive definite")
    assert (report.model, report.instance) == ("context", "2 memories in dimension 2, α = 1/2, β = 1, λ = 1")
    assert VERDICTS == ("proved", "refuted", "undecided")
    for changes, message in (
        ({"format": "certificate"}, "format: must be one of gatedmem certificate"),
        ({"version": 0}, "version: must be an integer from 1 to 1"),
        ({"version": 2}, "version: must be an integer from 1 to 1"),
        ({"version": True}, "version: must be an integer from 1 to 1"),
        ({"model": "other"}, "model: must be one of context, astrocyte"),
        ({"claims": []}, "claims: must be a list with at least one claim"),
        ({"claims": {"0": CLAIM}}, "claims: must be a list with at least one claim"),
        ({"claims": [[CLAIM]]}, "claim: must be an object"),
        ({"claims": [CLAIM, CLAIM]}, "gate_matrix_definite: occurs twice"),
        ({"claims": [CLAIM | {"id": "CG3"}]}, "gate_matrix_definite: id: must be one of CG4"),
        ({"claims": [CLAIM | {"claim": "gain_floor"}]}, f"claim: must be one of {', '.join(CLAIMS['context'])}"),
        ({"more": 1}, "certificate: has an unknown field 'more'"),
    ):
        with pytest.raises(Malformed) as refusal:
            check(file(**changes))
        assert str(refusal.value) == message


def test_an_undecided_claim_says_nothing_and_decides_nothing() -> None:
    undecided = CLAIM | {"verdict": "undecided", "reason": "no time", "witness": {}}
    report = check(file(claims=[undecided]))
    assert report.claims == (Checked("CG4", "gate_matrix_definite", "undecided", "no time"),)
    assert not report.decided
    assert check(file()).decided
    other = {**CLAIM, "id": "CG3", "claim": "critical_competition", "verdict": "undecided", "witness": {}}
    assert not check(file(claims=[CLAIM, other])).decided
    for part in ("numbers", "witness"):
        with pytest.raises(Malformed, match=f"gate_matrix_definite: {part}: has an unknown field 'x'"):
            check(file(claims=[{**undecided, part: {"x": 1}}]))
    with pytest.raises(Malformed, match="critical_competition: verdict: must be one of proved, undecided"):
        check(file(claims=[other | {"verdict": "refuted"}]))


def test_a_refusal_keeps_its_kind_and_names_the_claim() -> None:
    for witness, kind in (({"congruence": [[1]]}, Malformed), ({"congruence": [[1], [9, 1]]}, Rejected)):
        with pytest.raises(Rejected, match=r"^gate_matrix_definite: congruence: ") as refusal:
            check(file(claims=[CLAIM | {"witness": witness}]))
        assert type(refusal.value) is kind


def test_what_was_checked_cannot_be_changed_afterwards() -> None:
    report = check(file())
    for record, name in ((report, "claims"), (report.claims[0], "verdict")):
        with pytest.raises(AttributeError, match="cannot assign"):
            setattr(record, name, "proved")
    assert report == Report(report.model, report.instance, report.claims)
