"""LaTeX for the expressions of the theory: sums with limits, indexed quantities, held derivatives.

>>> from gatedmem.theory.indexed import Index, Partial, size, total, vector
>>> n = size("n"); mu = Index("mu", n); p = vector("p", n)
>>> print(latex(total(p[mu] ** 2, mu)))
\\sum_{\\mu=1}^{n} p_{\\mu}^{2}
>>> print(latex(Partial(p[mu], p[mu])))
\\frac{\\partial p_{\\mu}}{\\partial p_{\\mu}}
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter, translate
from sympy.printing.precedence import PRECEDENCE

from gatedmem.theory.language import FUNCTIONS, Relation

__all__ = ["latex", "notation"]

_NOTATION: dict[str, str] = {}
_OPERATORS = {"=": "=", "≤": r"\le", "≥": r"\ge", "<": "<", ">": ">", "≠": r"\ne"}


def notation(name: str, tex: str) -> None:
    """Fix the LaTeX of a symbol, index or array name where the automatic one will not do.

    >>> notation("doc_pstar", r"p^{\\ast}")
    >>> print(latex(sp.Symbol("doc_pstar")))
    p^{\\ast}
    """
    if _NOTATION.setdefault(name, tex) != tex:
        raise ValueError(f"{name} already prints as {_NOTATION[name]}")


class _Printer(LatexPrinter):  # type: ignore[misc]
    """sympy's printer with the notation of the papers."""

    def _name(self, name: str) -> str:
        if name in _NOTATION:
            return _NOTATION[name]
        return name if "{" in name else str(self._deal_with_super_sub(name))

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        return self._name(expr.name)

    _print_Index = _print_Symbol  # noqa: N815

    def _print_Indexed(self, expr: Any, exp: str | None = None) -> str:
        base = self._name(str(expr.base.label))
        indices = " ".join(self._print(k) for k in expr.indices)
        if "_" in base or "^" in base:
            base = base if "_" not in base else "{" + base + "}"
        text = f"{base}_{{{indices}}}"
        if exp is not None:
            # A prime is a superscript too, and TeX allows only one.
            return f"{text}^{{{exp}}}" if "^" not in base and "'" not in base else f"\\left({text}\\right)^{{{exp}}}"
        return text

    def _print_Pow(self, expr: Any) -> str:
        base, exponent = expr.base, expr.exp
        if isinstance(base, sp.Indexed) and exponent.is_Rational and exponent.is_positive and exponent.q == 1:
            return self._print_Indexed(base, self._print(exponent))
        return str(super()._print_Pow(expr))

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        terms = self._as_ordered_terms(expr, order)
        # Positive terms first: 1 - p, not -p + 1.
        terms.sort(key=lambda term: bool(term.could_extract_minus_sign()))
        text = ""
        for term in terms:
            if term.could_extract_minus_sign():
                shown = self._print(-term)
                shown = rf"\left({shown}\right)" if term.is_Add else shown
                text += f" - {shown}" if text else f"- {shown}"
            else:
                text += f" + {self._print(term)}" if text else self._print(term)
        return text

    def _print_Mul(self, expr: Any) -> str:
        number, factors = expr.as_coeff_mul()
        if not number.is_Rational:
            return str(super()._print_Mul(expr))
        above = [f for f in factors if not _below(f)]
        below = [1 / f for f in factors if _below(f)]
        sign = "- " if number < 0 else ""
        number = abs(number)
        if not below and number.q != 1 and any(isinstance(f, sp.Sum) or f.is_Add for f in above):
            return f"{sign}{self._print(number)} {self._factors(above)}"
        upper = ([self._print(sp.Integer(number.p))] if number.p != 1 or not above else []) + (
            [self._factors(above, alone=number.p == 1)] if above else []
        )
        lower = ([self._print(sp.Integer(number.q))] if number.q != 1 else []) + (
            [self._factors(below, alone=number.q == 1)] if below else []
        )
        if lower:
            return rf"{sign}\frac{{{' '.join(upper)}}}{{{' '.join(lower)}}}"
        return sign + " ".join(upper)

    def _factors(self, factors: Any, alone: bool = False) -> str:
        ordered = sorted(factors, key=_rank)
        shown = []
        for position, factor in enumerate(ordered):
            text = self._print(factor)
            last = position == len(ordered) - 1
            single = alone and len(ordered) == 1
            if (factor.is_Add and not single) or (isinstance(factor, sp.Sum) and not last):
                text = rf"\left({text}\right)"
            shown.append(text)
        return " ".join(shown)

    def _print_Sum(self, expr: Any) -> str:
        signs = []
        body = expr
        while isinstance(body, sp.Sum):
            for index, low, high in reversed(body.limits):
                signs.append(rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}}")
            body = body.function
        text = self._print(body)
        if body.is_Add:
            text = rf"\left({text}\right)"
        return f"{' '.join(signs)} {text}"

    def _print_Partial(self, expr: Any) -> str:
        inner, variable = expr.args
        below = rf"\partial {self._print(variable)}"
        if isinstance(inner, (sp.Symbol, sp.Indexed)):
            return rf"\frac{{\partial {self._print(inner)}}}{{{below}}}"
        return rf"\frac{{\partial}}{{{below}}} \left[{self._print(inner)}\right]"

    def _print_FlowDerivative(self, expr: Any) -> str:
        inner = expr.args[0]
        if isinstance(inner, (sp.Symbol, sp.Indexed)):
            return rf"\frac{{d {self._print(inner)}}}{{dt}}"
        return rf"\frac{{d}}{{dt}} \left[{self._print(inner)}\right]"

    def _print_Permuted(self, expr: Any) -> str:
        return rf"{self._print(expr.args[0])}({self._print(expr.args[1])})"

    def _print_KroneckerDelta(self, expr: Any, exp: str | None = None) -> str:
        i, j = expr.args
        return rf"\delta_{{{self._print(i)} {self._print(j)}}}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        name = expr.func.__name__
        if name not in FUNCTIONS or name == "Abs":
            return str(super()._print_Function(expr, exp))
        head = FUNCTIONS[name].latex + ("" if exp is None else f"^{{{exp}}}")
        inside = ", ".join(self._print(a) for a in expr.args)
        return rf"{head}\left({inside}\right)"

    _print_log = _print_Function
    _print_tanh = _print_Function
    _print_cosh = _print_Function
    _print_sinh = _print_Function


def _below(factor: Any) -> bool:
    """True for a factor that belongs under the line of a fraction."""
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp < 0)


def _rank(factor: Any) -> tuple[int, str]:
    """Order of factors: scalars, deltas, indexed quantities, brackets, functions, exponentials, derivatives, sums."""
    base = factor.base if factor.is_Pow and not isinstance(factor, sp.exp) else factor
    kinds: list[Any] = [sp.Symbol, sp.KroneckerDelta, sp.Indexed, sp.Add, sp.exp, sp.Function]
    for rank, kind in enumerate(kinds):
        if isinstance(base, kind):
            return (rank, str(factor))
    return (len(kinds) + (base.func.__name__ == "Sum"), str(factor))


PRECEDENCE.setdefault("Partial", PRECEDENCE["Mul"])
PRECEDENCE.setdefault("FlowDerivative", PRECEDENCE["Mul"])


def latex(thing: Any) -> str:
    """LaTeX of an expression or a relation, without dollar signs."""
    if isinstance(thing, Relation):
        return f"{latex(thing.left)} {_OPERATORS[thing.op]} {latex(thing.right)}"
    result = _Printer({"mul_symbol": None, "fold_short_frac": False}).doprint(sp.sympify(thing))
    return str(result)


def greek(name: str) -> str:
    """Greek letter names with their backslash, other names unchanged.

    >>> greek("mu"), greek("x")
    ('\\\\mu', 'x')
    """
    translated: str = translate(name)
    return translated
