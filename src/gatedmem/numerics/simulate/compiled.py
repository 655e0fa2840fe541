"""Compilation: numba's options in one place, and an exponential and a tanh that become vector code.

numba finds no vector library on most machines, and a call to the scalar one in a loop keeps the loop scalar. The
functions here are plain polynomials, for single and double precision, chosen by the type of the argument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.caching import FunctionCache
from numba.extending import intrinsic, overload

LOG2_E = 1.4426950408889634
# log 2 in two parts, the first with trailing zeros, so that n·log 2 is exact to more than one word.
LOG_2 = {32: (0.693359375, -2.12194440e-4), 64: (0.693147180369123816490, 1.90821492927058770002e-10)}


@lru_cache
def _fingerprint() -> str:
    """A digest of all sources here: a cached function holds those that were inlined into it from other files."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compile(function: Callable[..., Any], fast: set[str]) -> Any:
    made = numba.njit(nogil=True, error_model="numpy", fastmath=fast)(function)
    with suppress(RuntimeError):  # neither this folder nor the user's cache can be written to: compiled in every run
        cache = FunctionCache(function)
        cache._cache_file._source_stamp = _fingerprint()
        made._cache = cache
    return made


def compiled(function: Callable[..., Any]) -> Any:
    """Compile for this machine, cached on disk, without the interpreter's lock.

    Sums may be reordered (that is what lets them run on vectors); not-a-number and infinity keep their meaning.
    """
    return _compile(function, {"contract", "reassoc", "nsz"})


def exactly_compiled(function: Callable[..., Any]) -> Any:
    """Compile without reordering, for code that relies on the order of its operations."""
    return _compile(function, {"contract"})


def _like(_: Any, model: Any, value: Any) -> Any:
    """``value`` (double precision) in the precision of ``model``: literals would otherwise widen the arithmetic."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.cast(builder, arguments[1], signature.args[1], signature.return_type)

    return model(model, value), build


def _power_of_two(_: Any, exponent: Any) -> Any:
    """``2^n`` for an integer n given as a floating-point number, written straight into the bits of the result."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = signature.return_type == types.float64
        kind = types.int64 if wide else types.int32
        whole = builder.fptosi(arguments[0], context.get_value_type(kind))
        biased = builder.add(whole, context.get_constant(kind, 1023 if wide else 127))
        bits = builder.shl(biased, context.get_constant(kind, 52 if wide else 23))
        return builder.bitcast(bits, arguments[0].type)

    return exponent(exponent), build


def _nearest(_: Any, value: Any) -> Any:
    """The nearest integer, as a floating-point number."""

    def build(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        kind = arguments[0].type
        function = builder.module.declare_intrinsic("llvm.rint", [kind])
        return builder.call(function, arguments)

    return value(value), build


def _exponent(_: Any, value: Any) -> Any:
    """The exponent n of a positive normal number 2^n·m, 1 ≤ m < 2, as a floating-point number."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = signature.return_type == types.float64
        kind = types.int64 if wide else types.int32
        bits = builder.bitcast(arguments[0], context.get_value_type(kind))
        biased = builder.lshr(bits, context.get_constant(kind, 52 if wide else 23))
        return builder.sitofp(
            builder.sub(biased, context.get_constant(kind, 1023 if wide else 127)), arguments[0].type
        )

    return value(value), build


# The names are typed loosely: inside compiled code they are not the functions that they are here.
like: Any = intrinsic(_like)
power_of_two: Any = intrinsic(_power_of_two)
nearest: Any = intrinsic(_nearest)
exponent: Any = intrinsic(_exponent)


@exactly_compiled
def _parts_single(x):  # type: ignore[no-untyped-def]
    """2^n and e^r - 1 with x = n log 2 + r, |r| ≤ log 2 / 2."""
    # e^-60 leaves room for products above the subnormal numbers, which are a hundred times slower.
    x = like(x, -60.0) if x < like(x, -60.0) else x
    x = like(x, 88.0) if x > like(x, 88.0) else x
    n = nearest(x * like(x, LOG2_E))
    r = (x - n * like(x, 0.693359375)) - n * like(x, -2.12194440e-4)
    q = like(x, 1.9875691500e-4)
    q = q * r + like(x, 1.3981999507e-3)
    q = q * r + like(x, 8.3334519073e-3)
    q = q * r + like(x, 4.1665795894e-2)
    q = q * r + like(x, 1.6666665459e-1)
    q = q * r + like(x, 5.0000001201e-1)
    return power_of_two(n), q * (r * r) + r


@exactly_compiled
def _parts_double(x):  # type: ignore[no-untyped-def]
    x = -600.0 if x < -600.0 else x
    x = 709.0 if x > 709.0 else x
    n = nearest(x * LOG2_E)
    r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    q = 1.0 / 6227020800.0
    q = q * r + 1.0 / 479001600.0
    q = q * r + 1.0 / 39916800.0
    q = q * r + 1.0 / 3628800.0
    q = q * r + 1.0 / 362880.0
    q = q * r + 1.0 / 40320.0
    q = q * r + 1.0 / 5040.0
    q = q * r + 1.0 / 720.0
    q = q * r + 1.0 / 120.0
    q = q * r + 1.0 / 24.0
    q = q * r + 1.0 / 6.0
    q = q * r + 0.5
    return power_of_two(n), q * (r * r) + r


def _either(x: Any) -> Any:
    raise NotImplementedError("only inside compiled code")


def _choose_parts(x):  # type: ignore[no-untyped-def]
    if x == types.float32:
        return lambda x: _parts_single(x)
    return lambda x: _parts_double(x)


overload(_either)(_choose_parts)
_parts: Any = _either


@exactly_compiled
def exp(x):  # type: ignore[no-untyped-def]
    """``e^x`` to a unit or two in the last place; flat below -60 (single) or -600 (double)."""
    scale, rest = _parts(x)
    return scale * rest + scale


@exactly_compiled
def _tanh_single(x):  # type: ignore[no-untyped-def]
    """A quotient of polynomials fitted to tanh on [-9.1, 9.1], where its relative error is below 3e-8."""
    x = like(x, -9.0) if x < like(x, -9.0) else x
    x = like(x, 9.0) if x > like(x, 9.0) else x
    square = x * x
    above = like(x, 1.317760407e-08)
    above = above * square + like(x, 2.048125278e-05)
    above = above * square + like(x, 3.487815381e-03)
    above = above * square + like(x, 1.337447895e-01)
    above = above * square + like(x, 9.999999772e-01)
    below = like(x, 7.704081643e-07)
    below = below * square + like(x, 3.272927047e-04)
    below = below * square + like(x, 2.584740540e-02)
    below = below * square + like(x, 4.670779274e-01)
    below = below * square + like(x, 1.000000000e00)
    return x * (above / below)


@exactly_compiled
def _tanh_double(x):  # type: ignore[no-untyped-def]
    size = -x if x < 0.0 else x
    size = 20.0 if size > 20.0 else size
    scale, rest = _parts_double(size + size)
    above = scale * rest + (scale - 1.0)
    value = above / (above + 2.0)
    return -value if x < 0.0 else value


def _any_tanh(x: Any) -> Any:
    raise NotImplementedError("only inside compiled code")


def _choose_tanh(x):  # type: ignore[no-untyped-def]
    if x == types.float32:
        return lambda x: _tanh_single(x)
    return lambda x: _tanh_double(x)


overload(_any_tanh)(_choose_tanh)
_tanh: Any = _any_tanh


@exactly_compiled
def tanh(x):  # type: ignore[no-untyped-def]
    """``tanh x`` to a few units in the last place, also near zero."""
    return _tanh(x)


@exactly_compiled
def times_log(p):  # type: ignore[no-untyped-def]
    """``p log p``: 0 at 0, not a number below it."""
    safe = p if p > like(p, 1.2e-38) else like(p, 1.2e-38)
    n = exponent(safe)
    mantissa = safe * power_of_two(like(p, 0.0) - n)
    high = mantissa > like(p, 1.4142135623730951)
    mantissa = mantissa * like(p, 0.5) if high else mantissa
    n = n + like(p, 1.0) if high else n
    s = (mantissa - like(p, 1.0)) / (mantissa + like(p, 1.0))
    square = s * s
    q = like(p, 1.0 / 21.0)
    q = q * square + like(p, 1.0 / 19.0)
    q = q * square + like(p, 1.0 / 17.0)
    q = q * square + like(p, 1.0 / 15.0)
    q = q * square + like(p, 1.0 / 13.0)
    q = q * square + like(p, 1.0 / 11.0)
    q = q * square + like(p, 1.0 / 9.0)
    q = q * square + like(p, 1.0 / 7.0)
    q = q * square + like(p, 0.2)
    q = q * square + like(p, 1.0 / 3.0)
    q = q * square + like(p, 1.0)
    value = p * (n * like(p, 0.6931471805599453) + (s + s) * q)
    return value if p >= like(p, 0.0) else like(p, np.nan)
