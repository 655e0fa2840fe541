"""The checker's own arithmetic against 300-bit balls, its packed products against flint, and what it may import."""

from __future__ import annotations

import ast
import random
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from flint import arb, fmpq, fmpq_mat, fmpz_mat

import gatedmem.proofs.checker
from gatedmem.numerics.enclosures import working_precision
from gatedmem.numerics.exact import positive_semidefinite, rational_matrix
from gatedmem.proofs.checker import context, intervals, matrices
from gatedmem.proofs.checker.intervals import BITS, Interval
from gatedmem.proofs.checker.reading import Rejected

FOLDER = Path(gatedmem.proofs.checker.__file__).parent


def ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def arguments(count: int) -> list[Fraction]:
    rng = random.Random(7)
    scales = [Fraction(1), Fraction(1, 10**12), Fraction(40), Fraction(1, 10**50)]
    drawn = [Fraction(rng.uniform(-60, 60)) * rng.choice(scales) for _ in range(count)]
    corners = [Fraction(n, d) for n in (-4096, -133, -1, 0, 1, 63, 700) for d in (1, 64, 2**190, 3)]
    return drawn + corners


def test_exp_log_and_tanh_hold_the_true_value_and_are_narrow() -> None:
    with working_precision(7000):
        for x in arguments(400):
            cases = [(Interval.of(x).exp(), ball(x).exp()), (Interval.of(x).tanh(), ball(x).tanh())]
            if x * 2**BITS >= 1:
                cases.append((Interval.of(x).log(), ball(x).log()))
            for enclosure, true in cases:
                assert not true < ball(enclosure.lower()), x
                assert not true > ball(enclosure.upper()), x
                width = enclosure.upper() - enclosure.lower()
                # The argument itself was rounded to 2^-BITS, which the slope of exp and log magnifies.
                slope = max(abs(true), 1 / abs(ball(x)) if x else arb(0), arb(1))
                assert ball(width) <= slope * 2.0 ** (8 - BITS), x


def test_interval_operations_hold_every_value() -> None:
    rng = random.Random(3)

    def draw() -> tuple[Interval, Fraction]:
        low = Fraction(rng.randint(-50, 50), rng.randint(1, 30))
        high = low + Fraction(rng.randint(0, 20), rng.randint(1, 30))
        return Interval.of(low, high), low + (high - low) * Fraction(rng.randint(0, 9), 9)

    for _ in range(500):
        (one, a), (other, b) = draw(), draw()
        assert (one + other).contains(a + b)
        assert (one - other).contains(a - b)
        assert (one * other).contains(a * b)
        assert one.square().contains(a * a)
        assert one.square().lower() >= 0
        assert (-one).contains(-a)
        if not other.contains(0):
            assert (one / other).contains(a / b)
        else:
            with pytest.raises(Rejected):
                one / other
        assert intervals.square_root(a * a) >= abs(a)


def test_softmax_ranges_hold_every_value_and_are_attained() -> None:
    rng = random.Random(5)
    with working_precision(300):
        for _ in range(60):
            n = rng.randint(1, 5)
            ends = [sorted(Fraction(rng.randint(-90, 90), 10) for _ in range(2)) for _ in range(n)]
            gains = intervals.softmax([Interval.of(low, high) for low, high in ends])
            for i, gain in enumerate(gains):
                for best in (True, False):
                    corner = [end[1 if (j == i) == best else 0] for j, end in enumerate(ends)]
                    weights = [ball(score).exp() for score in corner]
                    true = weights[i] / sum(weights, arb(0))
                    attained = gain.upper() if best else gain.lower()
                    assert abs(ball(attained) - true) < 1e-50
                    assert not (true > ball(attained) if best else true < ball(attained))


def test_packed_products_equal_flint_at_every_sign_and_length() -> None:
    rng = random.Random(11)
    for _ in range(60):
        n, m, k = (rng.randint(1, 7) for _ in range(3))
        bits = rng.choice([1, 3, 60, 400])
        # Extreme entries at the same time in all places would overflow a slot that is one bit too short.
        value = rng.choice([lambda b: rng.randint(-(2**b), 2**b), lambda b: 2**b, lambda b: -(2**b)])
        left = [[value(bits) for _ in range(m)] for _ in range(n)]
        right = [[value(rng.choice([1, bits])) for _ in range(k)] for _ in range(m)]
        expected = (fmpz_mat(left) * fmpz_mat(right)).tolist()
        assert matrices.product(left, right) == [[int(entry) for entry in row] for row in expected]


def test_a_congruence_that_is_only_weakly_dominant_is_refused() -> None:
    matrices.definite([[2, 1], [1, 2]], [[1], [0, 1]], "R")
    for singular in ([[1, 1], [1, 1]], [[0, 0], [0, 1]], [[1, -1], [-1, 1]]):
        with pytest.raises(Rejected, match="not diagonally dominant"):
            matrices.definite(singular, [[1], [0, 1]], "R")
    # The zero factor would make everything dominant, were dominance not strict.
    with pytest.raises(Rejected, match="not diagonally dominant"):
        matrices.definite([[-1]], [[0]], "R")


def test_a_shortened_matrix_lies_below_the_matrix() -> None:
    """M - 2^shift·S ⪰ 0 exactly, also where every off-diagonal entry loses nearly a whole unit."""
    rng, cut = random.Random(13), 0
    for trial in range(40):
        n, bits = rng.randint(1, 5), rng.choice([70, 81, 200, 700])
        rows = [[rng.choice([-1, 1]) * rng.getrandbits(bits) for _ in range(n)] for _ in range(n)]
        if trial % 2:
            rows = [[(1 << bits) - 1 if i == j else -1 for j in range(n)] for i in range(n)]
        symmetric = [[rows[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]
        short = matrices.shortened(symmetric)
        shift = max(0, matrices.length(symmetric) - matrices.FORM_BITS)
        cut += shift > 0
        assert max(abs(entry) for row in short for entry in row) <= 2**matrices.FORM_BITS + n
        rest = [[a - (b << shift) for a, b in zip(*pair, strict=True)] for pair in zip(symmetric, short, strict=True)]
        assert positive_semidefinite(rational_matrix(rest)).positive, (n, bits)
    assert cut > 10


def test_what_is_lost_in_shortening_is_not_proved() -> None:
    """Definite by one unit in a million million million million: true, but out of reach for so few bits."""
    one = 1 << 100
    for off, proved in ((one - (one >> 60), True), (one - 1, False)):
        symmetric, factor = [[one, off], [off, one]], [[1], [-(2**40) + 1, 2**40]]
        try:
            matrices.definite(symmetric, factor, "R")
        except Rejected:
            assert not proved
        else:
            assert proved


def test_a_direction_must_not_be_zero() -> None:
    matrices.not_definite([[0]], [1], "v")
    with pytest.raises(Rejected):
        matrices.not_definite([[1]], [0], "v")
    with pytest.raises(Rejected):
        matrices.not_definite([[0]], [1], "v", strictly=True)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_the_checker_imports_the_standard_library_and_itself_only(path: Path) -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        assert not (
            isinstance(node, ast.Name) and node.id in ("eval", "exec", "compile", "__import__", "open", "float")
        )
    own = {name for name in imported if name.startswith("gatedmem.proofs.checker")}
    assert {name.split(".")[0] for name in imported - own} <= set(sys.stdlib_module_names)
    assert not {"subprocess", "os", "pickle", "importlib", "math.exp"} & imported


def test_what_rounding_the_gate_matrix_costs_the_inverse_is_counted() -> None:
    """X inverts the rounded matrix to 400 bits: its residual is that of the rounding, which the bound must hold."""
    memory = context.read(
        {
            "memories": [["1", f"{3**200}/2^320"], ["1/3", f"{5**130}/2^303"]],
            **{"alpha": "1/7", "beta": "1", "gain": "1", "tau_s": "1", "tau_r": "1", "query": None, "context": None},
        }
    )
    bits, shift = 400, matrices.length(memory.gates) - matrices.MATRIX_BITS
    assert shift > 0
    rounded = fmpq_mat(
        [[fmpq((entry >> shift) << shift, memory.gates_below) for entry in row] for row in memory.gates]
    )
    exact = fmpq_mat([[fmpq(entry, memory.gates_below) for entry in row] for row in memory.gates])
    inverse = rounded.inv()
    lower = int((inverse[1, 0] * 2**bits).floor())
    rows = [[int((inverse[0, 0] * 2**bits).floor()), lower], [lower, int((inverse[1, 1] * 2**bits).floor())]]
    x = fmpq_mat([[fmpq(entry, 2**bits) for entry in row] for row in rows])
    off = fmpq_mat([[int(i == j) for j in range(2)] for i in range(2)]) - exact * x
    norm = max(abs(off[i, j]) for i in range(2) for j in range(2))
    bound = context.residual_of_inverse(memory, rows, bits)
    assert fmpq(1, 2**110) < norm <= fmpq(bound.numerator, bound.denominator) < fmpq(1, 2**80)
