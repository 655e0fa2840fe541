"""Hostile files: the checker refuses them in one line, quickly, whatever they hold."""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from fractions import Fraction
from typing import Any

import pytest

from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.checker.certificate import check
from gatedmem.proofs.checker.reading import Malformed, Rejected

Certificate = dict[str, Any]


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    memories = [[Fraction(1), Fraction(1, 10)], [Fraction(1, 2), Fraction(-1)], [Fraction(0), Fraction(3, 4)]]
    half = Fraction(1, 2)
    return certify(ExactContext(memories, Fraction(1, 5), Fraction(2), half, query=memories[0], context=memories[1]))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[]", "a JSON object"),
        (b"[" * 40_000, "not valid JSON|nested deeper"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "nested deeper"),
        (b"[" * 60_000, "more than 50000 lists"),
        (b"{" + b'"a":[[[[[[[[[[1]]]]]]]]]]' + b"}", "nested deeper"),
        (b'{"a": ' + b"9" * 1301 + b"}", "more than 1300 digits"),
        (b'{"a": ' + b"9" * 5000 + b"}", "more than 1300 digits"),
        (b'{"a": NaN}', "not exact"),
        (b'{"a": -Infinity}', "not exact"),
        (b'{"a": 1e999}', "not exact"),
        (b'{"a": 1, "a": 2}', "same key twice"),
        (b'{"a": "' + b"x" * (16 * 2**20) + b'"}', "larger than"),
        (b'{"format": "gatedmem certificate", "version": 1, "model": "context", "instance": {}}', "lacks 'claims'"),
    ],
)
def test_hostile_files_are_refused_quickly(data: bytes, rule: str) -> None:
    start = time.process_time()
    with pytest.raises(Malformed, match=rule):
        check(data)
    assert time.process_time() - start < 2.0


def frame(base: Certificate, **instance_fields: Any) -> bytes:
    changed = copy.deepcopy(base)
    changed["instance"].update(instance_fields)
    return dump(changed).encode()


def test_instances_made_to_be_slow_are_refused_quickly(certificate: Certificate) -> None:
    long = "7" * 1200
    primes = [str(3**k + 2) for k in range(300, 800)]
    hostile = [
        frame(certificate, memories=[[f"1/{primes[(i + j) % 500]}" for j in range(60)] for i in range(200)]),
        frame(certificate, memories=[[long] * 300 for _ in range(30)]),
        frame(certificate, memories=[["1"] * 600 for _ in range(600)], query=None, context=None),
        frame(certificate, memories=[["1"] * 601], query=None, context=None),
        frame(certificate, memories=[["1"], ["1", "2"]]),
        frame(certificate, alpha="-1"),
        frame(certificate, beta="0"),
        frame(certificate, gain=long),
        frame(certificate, beta=long + "/" + "3" * 1200),
        frame(certificate, query=["1"]),
        frame(certificate, tau_s="0"),
    ]
    for data in hostile:
        start = time.process_time()
        with pytest.raises(Rejected):
            check(data)
        assert time.process_time() - start < 5.0


def test_a_reason_cannot_hide_control_characters(certificate: Certificate) -> None:
    for reason in ("\u001b[31mproved", "two\nlines", "x" * 501, "\u202eproved"):
        changed = copy.deepcopy(certificate)
        changed["claims"][0]["reason"] = reason
        with pytest.raises(Malformed, match="printable"):
            check(dump(changed).encode())


def test_checking_needs_no_numerical_library(certificate: Certificate, tmp_path: Any) -> None:
    file = tmp_path / "c.json"
    file.write_text(dump(certificate), encoding="utf-8")
    script = (
        "import sys\n"
        "for name in ('numpy', 'scipy', 'cvxpy', 'flint', 'sympy', 'mpmath'): sys.modules[name] = None\n"
        "from gatedmem.cli import cli\n"
        f"cli.main(['check', {str(file)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "CG11  proved     contraction: κ is between" in done.stdout
