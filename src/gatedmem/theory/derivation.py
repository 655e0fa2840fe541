"""Derivations: chains of expressions from definitions to a conclusion, every step checked when it is written.

A ``Derivation`` owns a ``Normaliser`` (see ``indexed``). Its methods either succeed, and the step is proved for
all sizes from the definitions and hypotheses declared so far, or raise: ``FalseStep`` where the step is refuted
(with a numerical witness), ``UndecidedStep`` where the engine cannot tell. Nothing is accepted by default.

What a step may be:

==================  ==================================================================================
``equal``           the next expression equals the previous one (normal forms; hypotheses; combinations)
``at_most`` …       their difference is a stated slack whose sign its structure shows
``claim``           an equality or inequality in one step
``given``/``iff``   a chain of relations, each equivalent to the one before
``implies``         a relation that follows from the one before
``minimum``         a global minimum, from the sign of the derivative
``mean_value``      the mean value theorem for a stated expression
``use``             an instance of a conclusion of another derivation, its hypotheses re-proved here
``cite``            a theorem of analysis, quoted as such
==================  ==================================================================================

>>> from gatedmem.theory.indexed import Index, eq, ge, size, total, vector
>>> n = size("n"); i, j = Index("i", n), Index("j", n)
>>> p, v = vector("p", n), vector("v", n)
>>> d = Derivation("DOC", "The variance of v under p")
>>> _ = d.assume(eq(total(p[i], i), 1), "p sums to one")
>>> mean = total(p[i] * v[i], i)
>>> _ = d.start(total(p[i] * (v[i] - total(p[j] * v[j], j)) ** 2, i), "second central moment")
>>> _ = d.equal(total(p[i] * v[i] ** 2, i) - mean ** 2, "expand the square, use $\\\\sum p = 1$")
>>> d.conclude().op
'='
>>> d.equal(total(p[i] * v[i] ** 2, i) + mean ** 2, "a wrong sign")
Traceback (most recent call last):
    ...
gatedmem.theory.derivation.FalseStep: DOC: a wrong sign: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import sympy as sp
from sympy import Expr, IndexedBase

from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Normaliser,
    Partial,
    Relation,
    Undecidable,
    eq,
    free_indices,
    ge,
    is_size,
    put,
)
from gatedmem.theory.printing import latex
from gatedmem.theory.rendering import USUAL, markdown, tex
from gatedmem.theory.sampling import TOLERANCE, NoSample, Sample, draw

__all__ = [
    "Combination",
    "Derivation",
    "Equivalence",
    "FalseStep",
    "Implication",
    "Step",
    "StepError",
    "UndecidedStep",
]

_FLIPPED = {"=": "=", "≤": "≥", "≥": "≤", "<": ">", ">": "<", "≠": "≠"}


@dataclass(frozen=True)
class Equivalence:
    """``left`` holds if and only if ``right`` does (``one_way``: only left ⇒ right)."""

    left: Relation
    right: Relation
    one_way: bool = False

    def map(self, change: Callable[[Expr], Expr]) -> Equivalence:
        """The equivalence with every expression changed."""
        return Equivalence(self.left.map(change), self.right.map(change), self.one_way)


@dataclass(frozen=True)
class Implication:
    """``conclusion`` holds whenever all ``hypotheses`` do."""

    hypotheses: tuple[Relation, ...]
    conclusion: Relation | Equivalence

    def map(self, change: Callable[[Expr], Expr]) -> Implication:
        """The implication with every expression changed."""
        return Implication(tuple(h.map(change) for h in self.hypotheses), self.conclusion.map(change))


Conclusion = Relation | Equivalence | Implication


@dataclass(frozen=True)
class Combination:
    """A known equality and what to multiply it by: contributes Σ_over multiplier · (left - right).

    ``at`` reads the equality at other indices: ``at={i: k}``, or at a fixed place.
    """

    multiplier: Expr
    relation: Relation
    over: tuple[Index, ...] = ()
    at: Mapping[Index, Any] = field(default_factory=dict)

    @property
    def value(self) -> Expr:
        """The contribution, zero by the relation."""
        if any(index.fixed for index in self.at):
            raise ValueError("a fixed index cannot be replaced")
        value: Expr = sp.sympify(self.multiplier) * put(self.relation.difference, self.at)
        for index in self.over:
            value = sp.Sum(value, (index, 1, index.extent))
        return value


def _parts(slack: Any) -> list[Expr]:
    return [sp.sympify(part) for part in (slack if isinstance(slack, (list, tuple)) else [slack])]


def _slack_tex(slack: Any) -> str:
    if slack is None:
        return ""
    parts = [latex(part) for part in _parts(slack)]
    return parts[0] if len(parts) == 1 else " + ".join(rf"\left[{part}\right]" for part in parts)


@dataclass(frozen=True)
class Step:
    """One line of a derivation.

    ``kind`` is one of text, define, assume, start, link (the next expression of a chain), relation (the next
    relation of a chain), claim, fact, conclusion, discharge (a conclusion of a branch with its hypotheses);
    ``method`` says how it was checked.
    """

    kind: str
    tex: str
    rule: str = ""
    method: str = ""
    op: str = ""
    slack: str = ""
    source: str = ""


class StepError(Exception):
    """A step was not proved. Holds the derivation so far, the rule, both sides and a witness."""

    def __init__(self, derivation: Derivation, rule: str, left: Any, right: Any, witness: str) -> None:
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


@dataclass
class _Chain:
    start: Expr
    last: Expr
    op: str = "="


@dataclass
class _RelationChain:
    first: Relation
    last: Relation
    one_way: bool = False


@dataclass
class Derivation:
    """A checked derivation; see the module for what a step may be.

    ``id`` is the ledger id it belongs to, ``title`` a line for the reader. ``prepare`` helps to find numerical
    instances of special hypotheses (see ``sampling.draw``).
    """

    id: str
    title: str
    normal: Normaliser = field(default_factory=Normaliser)
    steps: list[Step] = field(default_factory=list)
    conclusions: list[Conclusion] = field(default_factory=list)
    hypotheses: list[Relation] = field(default_factory=list)
    definitions: list[Relation] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    _hypotheses_before: list[int] = field(default_factory=list)
    _opaque: list[Relation] = field(default_factory=list)
    numerical_checks: list[int] = field(default_factory=list)
    prepare: Callable[[Sample], None] | None = None
    _drawn: tuple[tuple[int, ...], list[Sample]] | None = None
    _granted: dict[Relation, Any] = field(default_factory=dict)
    _chain: _Chain | None = None
    _relations: _RelationChain | None = None

    # -- what is given -----------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """A sentence for the reader; nothing is checked."""
        self.steps.append(Step("text", text))

    def define(self, left: Expr, right: Expr, why: str = "", source: str = "", *, opaque: bool = False) -> Relation:
        """Define a symbol, or an indexed quantity ``p[i]``; the engine unfolds it wherever it occurs.

        An ``opaque`` definition is not unfolded: it serves in explicit combinations only, and derivatives treat
        what it defines as constant.
        """
        relation = eq(left, right)
        name = str(left.base.label) if isinstance(left, sp.Indexed) else str(left)
        if self.normal.has_met(name):
            raise ValueError(f"{name} is in use already and cannot be defined any more")
        self._respect_assumptions(left, relation.right, f"definition of {name}")
        if opaque:
            self.normal.form(left)
            self.normal.form(relation.right)
            self._opaque.append(relation)
        else:
            self.normal.define(left, relation.right)
            self.definitions.append(relation)
        self.steps.append(Step("define", latex(relation), why, source=source))
        return relation

    def symmetric(self, base: IndexedBase, why: str = "") -> None:
        """Declare a matrix symmetric: a hypothesis; nothing to declare where its definition shows it."""
        n = base.shape[0]
        i, j = Index("i", n), Index("j", n)
        for relation in self._opaque:
            if isinstance(relation.left, sp.Indexed) and relation.left.base == base:
                row, column = relation.left.indices
                swapped = put(relation.right, {row: Index("_row", n), column: row})
                swapped = put(swapped, {Index("_row", n): column})
                self._prove_zero(relation.right - swapped, "symmetry", relation.right, swapped)
        self.normal.symmetric(base)
        self.steps.append(Step("assume", f"{latex(base[i, j])} = {latex(base[j, i])}", why or "symmetric"))

    def assume(self, relation: Relation, why: str = "", *, rewrite: bool = True) -> Relation:
        """A hypothesis, for all values of its free indices that are not fixed.

        An equality becomes a rewriting rule where its left side allows (``rewrite=False`` keeps it for explicit
        combinations); an inequality becomes a known sign.
        """
        if relation.op == "=":
            if rewrite and not self.normal.suppose(relation.left, relation.right):
                rewrite = False
        elif relation.op == "≠":
            self.normal.know(relation.difference, "≠")
        else:
            self.normal.know(relation.larger_minus_smaller, "0+" if relation.op in "≤≥" else "+")
        self.hypotheses.append(relation)
        self.steps.append(Step("assume", latex(relation), why))
        return relation

    # -- chains of expressions ---------------------------------------------------------------------------------

    def start(self, expression: Any, text: str = "") -> Expr:
        """Begin a chain."""
        expression = sp.sympify(expression)
        self._guard(lambda: self.normal.form(expression), text or "start", expression, expression)
        self._chain = _Chain(expression, expression)
        self._relations = None
        self.steps.append(Step("start", latex(expression), text))
        return expression

    def equal(self, expression: Any, rule: str, using: Iterable[Combination] = ()) -> Expr:
        """The next expression equals the previous one, up to the stated multiples of known equalities."""
        expression = sp.sympify(expression)
        chain = self._open_chain(rule)
        self._prove_zero(chain.last - expression, rule, chain.last, expression, using)
        return self._link("=", expression, rule)

    def at_most(
        self,
        expression: Any,
        rule: str,
        slack: Any = None,
        using: Iterable[Combination] = (),
        *,
        strict: bool = False,
    ) -> Expr:
        """previous ≤ next, where next - previous = slack and the structure of slack shows that it is ≥ 0.

        A slack may be a list of parts, each of them non-negative; keep apart what sympy would merge.
        """
        return self._bound("<" if strict else "≤", sp.sympify(expression), rule, slack, using)

    def at_least(
        self,
        expression: Any,
        rule: str,
        slack: Any = None,
        using: Iterable[Combination] = (),
        *,
        strict: bool = False,
    ) -> Expr:
        """previous ≥ next, where previous - next = slack and the structure of slack shows that it is ≥ 0."""
        return self._bound(">" if strict else "≥", sp.sympify(expression), rule, slack, using)

    def conclude(self, relation: Conclusion | None = None, text: str = "") -> Any:
        """State what the current chain shows; without ``relation``, its first and last members.

        A relation has to have the chain's first and last members as its sides (in either order), up to equality
        of normal forms, and an operator that the chain supports. The conclusion is known from here on.
        """
        if self._relations is not None and (relation is None or isinstance(relation, Equivalence)):
            return self._conclude_relations(relation, text)
        chain = self._open_chain(text or "conclusion")
        found = Relation(chain.start, chain.op, chain.last)
        if relation is None:
            relation = found
        if not isinstance(relation, Relation) or not self._follows(found, relation):
            raise FalseStep(self, text or "conclusion", found, relation, "the chain does not show this")
        return self._record(relation, text)

    def claim(
        self,
        relation: Relation,
        rule: str,
        slack: Any = None,
        using: Iterable[Combination] = (),
        label: str = "",
    ) -> Relation:
        """An equality or inequality proved in one step; a conclusion, known from here on.

        An equality also holds when its difference is known to be both ≥ 0 and ≤ 0.
        """
        between = relation.op == "=" and not using
        if (
            between
            and self._guard(lambda: self.normal.sign(relation.difference), rule, relation.left, relation.right) == "0"
        ):
            pass
        elif relation.op == "=":
            self._prove_zero(relation.difference, rule, relation.left, relation.right, using)
        elif relation.op == "≠":
            self._require_sign(relation.difference, ("+", "-", "≠"), rule, relation.left, relation.right)
        else:
            self._prove_order(relation, rule, slack, using)
        self._keep(relation, label)
        self.steps.append(Step("claim", latex(relation), rule, USUAL, slack=_slack_tex(slack)))
        return relation

    # -- chains of relations -----------------------------------------------------------------------------------

    def given(self, relation: Relation, text: str = "") -> Relation:
        """Begin a chain of relations."""
        self._chain = None
        self._relations = _RelationChain(relation, relation)
        self.steps.append(Step("start", latex(relation), text))
        return relation

    def iff(
        self,
        relation: Relation,
        rule: str,
        *,
        scale: Any = None,
        forward: Callable[[Callable[..., Expr]], Expr] | None = None,
        backward: Callable[[Callable[..., Expr]], Expr] | None = None,
        monotone: Callable[[Expr], Expr] | None = None,
        root: int = 0,
        using: Iterable[Combination] = (),
        over: tuple[Index, ...] = (),
    ) -> Relation:
        """The next relation is equivalent to the previous one. One of:

        * ``scale=c``: previous difference = c · next difference, c ≠ 0 (c > 0 for inequalities; default 1),
          up to the known equalities in ``using``;
        * ``forward``, ``backward``: both are equalities, next difference = forward(D) and previous difference =
          backward(D'), where D(j, …) is the previous and D' the next difference with the indices ``over``
          replaced; the functions must vanish when D does, so they have to be linear without constant term,
          which is checked;
        * ``root=m``: for equalities, previous difference = (next difference)^m; for inequalities, the previous
          sides are the m-th powers of the next sides, which are ≥ 0; m ≥ 1;
        * ``monotone=f``: the sides are f of the previous sides, f one of sympy's exp and log.
        """
        chain = self._open_relations(rule)
        old = chain.last
        if forward is not None and backward is not None:
            self._linear_consequence(old, relation, rule, forward, over)
            self._linear_consequence(relation, old, rule, backward, over)
        elif root:
            self._root(old, relation, rule, root)
        elif monotone is not None:
            self._monotone(old, relation, rule, monotone)
        else:
            self._scaled(old, relation, rule, sp.Integer(1) if scale is None else sp.sympify(scale), using)
        return self._next_relation(relation, rule, "⟺")

    def iff_each(
        self, relation: Relation, rule: str, *, weight: Any, over: tuple[Index, ...], rest: Any = 0
    ) -> Relation:
        """previous: Σ_over weight · term (+ rest) = 0; next: term = 0 for all values of the indices ``over``.

        Equivalent when weight > 0 and term ≥ 0 (``rest``, a sum of other non-negative terms, makes it one-way:
        pass it only when its vanishing follows, and use ``implies`` otherwise).
        """
        chain = self._open_relations(rule)
        old, term = chain.last, relation.difference
        if old.op != "=" or relation.op != "=":
            raise FalseStep(self, rule, old, relation, "both relations have to be equalities")
        self._require_sign(sp.sympify(weight), ("+",), rule, weight, 0)
        self._require_sign(term, ("0+", "+", "0"), rule, term, 0)
        summed: Expr = sp.sympify(weight) * term
        for index in over:
            summed = sp.Sum(summed, (index, 1, index.extent))
        if sp.sympify(rest) != 0:
            self._require_sign(rest, ("0+", "+", "0"), rule, rest, 0)
        self._prove_zero(old.difference - summed - rest, rule, old.difference, summed + rest)
        one_way = sp.sympify(rest) != 0
        return self._next_relation(relation, rule, "⟹" if one_way else "⟺")

    def iff_by(self, relation: Relation, rule: str, lemma: Equivalence) -> Relation:
        """The next relation is equivalent to the previous one by a known equivalence (see ``use``)."""
        chain = self._open_relations(rule)
        if lemma not in self.conclusions:
            raise FalseStep(self, rule, lemma, relation, "the equivalence is not known here: use it first")
        for left, right, allowed in ((lemma.left, lemma.right, True), (lemma.right, lemma.left, not lemma.one_way)):
            if allowed and self._same_relation(chain.last, left) and self._same_relation(relation, right):
                return self._next_relation(relation, rule, "⟹" if lemma.one_way else "⟺")
        raise FalseStep(self, rule, chain.last, relation, "the equivalence does not link these relations")

    def implies(
        self,
        relation: Relation,
        rule: str,
        forward: Callable[[Callable[..., Expr]], Expr],
        over: tuple[Index, ...] = (),
    ) -> Relation:
        """The next equality follows from the previous one: its difference is forward(D), see ``iff``."""
        chain = self._open_relations(rule)
        self._linear_consequence(chain.last, relation, rule, forward, over)
        return self._next_relation(relation, rule, "⟹")

    def detach(self, equivalence: Equivalence, rule: str, label: str = "") -> Relation:
        """The right side of a known equivalence whose left side is known too."""
        if equivalence not in self.conclusions or not self._is_known(equivalence.left):
            raise FalseStep(self, rule, equivalence.left, equivalence.right, "the premise is not known")
        self._keep(equivalence.right, label)
        self.steps.append(Step("claim", latex(equivalence.right), rule, USUAL))
        return equivalence.right

    # -- theorems ----------------------------------------------------------------------------------------------

    def minimum(self, expression: Any, variable: Any, at: Any, slope: Any, rule: str) -> Equivalence:
        """expression ≥ its value at ``at``, with equality only there; returns that equivalence.

        Checked: d(expression)/d(variable) = (variable - at) · slope with slope > 0, on the whole range of the
        variable (all reals, or all positive numbers when it is declared positive), ``at`` inside it. Then the
        expression falls strictly before ``at`` and rises strictly after it.
        """
        expression, at, slope = sp.sympify(expression), sp.sympify(at), sp.sympify(slope)
        if variable not in (sp.Symbol(str(variable), real=True), sp.Symbol(str(variable), positive=True)):
            raise FalseStep(self, rule, variable, at, "the variable has to be a real or positive symbol")
        if any(variable in side.free_symbols for h in self.hypotheses for side in (h.left, h.right)):
            raise FalseStep(self, rule, variable, at, "a hypothesis restricts the variable")
        if variable in at.free_symbols:
            raise FalseStep(self, rule, variable, at, "the minimiser depends on the variable")
        if variable.is_positive:
            self._require_sign(at, ("+",), rule, at, 0)
        self._require_sign(slope, ("+",), rule, slope, 0)
        derivative = Partial(expression, variable)
        self._prove_zero(derivative - (variable - at) * slope, rule, derivative, (variable - at) * slope)
        value = put(expression, {variable: at})
        bound = ge(expression, value)
        equality = Equivalence(eq(expression, value), eq(variable, at))
        tex = f"{latex(eq(derivative, (variable - at) * slope))}"
        self.steps.append(Step("claim", tex, rule, USUAL + ", sign of the derivative"))
        self._record(bound, "minimum")
        self._record(equality, "equality")
        return equality

    def mean_value(
        self,
        expression: Any,
        variable: Any,
        low: Any,
        high: Any,
        between: Any,
        rule: str,
        shown: Relation | None = None,
    ) -> Relation:
        """expression(high) - expression(low) = (high - low) · derivative at some point ``between``.

        The equality becomes a hypothesis about the new symbol: work in a ``branch``, and ``discharge`` drops it
        from conclusions that do not mention the symbol. ``between`` has to be a new symbol; the expression has to
        be free of indices. Differentiability is checked by differentiating: denominators known non-zero,
        logarithms of positive quantities only.
        """
        expression = sp.sympify(expression)
        if free_indices(expression):
            raise FalseStep(self, rule, expression, between, "the intermediate point would depend on an index")
        if between in expression.free_symbols or between.name in self.normal._names:
            raise FalseStep(self, rule, expression, between, "the intermediate point has to be a new symbol")
        slope = Partial(put(expression, {variable: between}), between)
        self._guard(lambda: self.normal.form(slope), rule, expression, slope)
        relation = eq(
            put(expression, {variable: high}) - put(expression, {variable: low}),
            (sp.sympify(high) - sp.sympify(low)) * slope,
        )
        if shown is not None:
            if not self._same_relation(relation, shown):
                raise FalseStep(self, rule, relation, shown, "this is not what the mean value theorem gives")
            relation = shown
        self.hypotheses.append(relation)
        self._granted[relation] = between
        self.steps.append(Step("claim", latex(relation), rule, "mean value theorem"))
        return relation

    def use(
        self,
        lemma: Derivation,
        values: Mapping[Any, Any] | None = None,
        which: int | str = -1,
        rule: str = "",
        *,
        shown: Conclusion | None = None,
        label: str = "",
    ) -> Any:
        """An instance of a conclusion of another derivation (or of this one); known from here on.

        ``which`` is the label (the text it was concluded with) or the position of the conclusion. ``values``
        replaces sizes, scalars and whole vectors (``{v[i]: expression}``). Every hypothesis that the lemma had
        made before this conclusion is re-proved for the instance, in the context of this derivation, and signs
        that the lemma assumed of a replaced quantity must show in the structure of its value. Definitions of the
        lemma that this derivation does not share are unfolded; ``shown`` states the instance in other words
        (checked to be the same), and is what is returned.
        """
        text = rule or f"{lemma.id}"
        sizes = {k: v for k, v in (values or {}).items() if is_size(k)}
        others = {put(k, sizes): v for k, v in (values or {}).items() if k not in sizes}
        unfold = {r.left: r.right for r in lemma.definitions if not self._shared(r, lemma, values or {})}
        defined = {r.left.base if isinstance(r.left, sp.Indexed) else r.left for r in lemma.definitions}
        for key, value in (values or {}).items():
            if (key.base if isinstance(key, sp.Indexed) else key) in defined:
                raise FalseStep(self, text, key, value, "a defined quantity of the lemma cannot be replaced")
            self._respect_assumptions(key, sp.sympify(value), text)

        def instance(expression: Any) -> Any:
            for _ in unfold:
                expression = put(expression, unfold) if unfold else expression
            return put(put(expression, sizes), others)

        for base in lemma.normal.symmetric_bases():
            i, j = Index("_row", base.shape[0]), Index("_column", base.shape[0])
            self._holds(instance(eq(base[i, j], base[j, i])), f"symmetry in {lemma.id}")

        position = lemma.position(which)
        for hypothesis in [*lemma.hypotheses[: lemma._hypotheses_before[position]], *lemma._opaque]:
            needed = instance(hypothesis)
            self._holds(needed, f"hypothesis of {lemma.id}")
        conclusion = lemma.conclusions[position]
        found: Conclusion = conclusion.map(instance)
        if shown is not None:
            if not self._same_conclusion(found, shown):
                raise FalseStep(self, text, found, shown, "this is not what the lemma gives")
            found = shown
        if lemma.id not in (self.id, *self.lemmas):
            self.lemmas.append(lemma.id)
        self._keep(found, label)
        self.steps.append(Step("fact", self._tex(found), text, f"instance of {lemma.id}"))
        return found

    def _shared(self, definition: Relation, lemma: Derivation, values: Mapping[Any, Any]) -> bool:
        """True if this derivation has the same definition and the replaced quantities do not enter it."""
        if definition not in self.definitions:
            return False
        replaced = {key.base.label if isinstance(key, sp.Indexed) else key for key in values}
        right = definition.right
        for _ in lemma.definitions:
            right = put(right, {r.left: r.right for r in lemma.definitions})
        return not replaced & right.free_symbols

    def branch(self, text: str = "") -> Derivation:
        """A sub-derivation in which more may be assumed; its steps appear in this one. See ``discharge``."""
        twin = Derivation(self.id, self.title, self.normal.copy(), self.steps)
        for name in ("conclusions", "hypotheses", "definitions", "_hypotheses_before", "_opaque"):
            getattr(twin, name).extend(getattr(self, name))
        twin.labels.update(self.labels)
        twin.prepare = self.prepare
        twin.cited, twin.lemmas, twin.numerical_checks = self.cited, self.lemmas, self.numerical_checks
        if text:
            self.say(text)
        return twin

    def discharge(self, branch: Derivation, which: int | str = -1, text: str = "") -> Any:
        """Take a conclusion of a branch home, as an implication from the hypotheses that the branch added.

        Nothing that the branch defined may occur in it. A hypothesis granted by the mean value theorem drops out;
        where no other is left, the conclusion comes home as it is.
        """
        if branch.steps is not self.steps:
            raise FalseStep(self, text, branch.id, self.id, "not a branch of this derivation")
        conclusion = branch.conclusions[branch.position(which)]
        added = branch.hypotheses[len(self.hypotheses) :]
        if isinstance(conclusion, Implication):
            raise FalseStep(self, text, conclusion, added, "an implication cannot be discharged")
        granted = {h: symbol for h, symbol in branch._granted.items() if h in added}
        added = [h for h in added if h not in granted]
        found: Conclusion = Implication(tuple(added), conclusion) if added else conclusion
        defined = [*branch.definitions[len(self.definitions) :], *branch._opaque[len(self._opaque) :]]
        names = {r.left.base.label if isinstance(r.left, sp.Indexed) else r.left for r in defined}
        names |= set(granted.values())
        stated = [conclusion] if isinstance(conclusion, Relation) else [conclusion.left, conclusion.right]
        for relation in (*added, *stated):
            if names & (relation.left.free_symbols | relation.right.free_symbols):
                raise FalseStep(self, text, relation, sorted(map(str, names)), "mentions a definition of the branch")
        if set(branch.normal.symmetric_bases()) - set(self.normal.symmetric_bases()):
            raise FalseStep(self, text, conclusion, added, "the branch assumed a symmetry")
        self._keep(found, text)
        under = ", ".join(f"${latex(hypothesis)}$" for hypothesis in added)
        self.steps.append(Step("discharge", self._tex(found), text, source=under))
        return found

    def cite(self, theorem: str, text: str) -> None:
        """Quote a theorem of analysis that the engine does not prove; listed in ``cited``."""
        self.cited.append(theorem)
        self.steps.append(Step("text", f"**{theorem}** (quoted): {text}", method="quoted theorem"))

    def position(self, which: int | str) -> int:
        """Position of a conclusion, from its label or from a position that may count from the end."""
        if isinstance(which, str):
            if self.labels.get(which, -1) < 0:
                raise KeyError(f"{self.id} has no single conclusion called {which!r}")
            return self.labels[which]
        return range(len(self.conclusions))[which]

    # -- checks ------------------------------------------------------------------------------------------------

    def _open_chain(self, rule: str) -> _Chain:
        if self._chain is None:
            raise UndecidedStep(self, rule, None, None, "no chain is open")
        return self._chain

    def _open_relations(self, rule: str) -> _RelationChain:
        if self._relations is None:
            raise UndecidedStep(self, rule, None, None, "no chain of relations is open")
        return self._relations

    def _guard(self, question: Callable[[], Any], rule: str, left: Any, right: Any) -> Any:
        try:
            return question()
        except Undecidable as why:
            raise UndecidedStep(self, rule, left, right, str(why)) from why

    def _prove_zero(
        self, difference: Expr, rule: str, left: Any, right: Any, using: Iterable[Combination] = ()
    ) -> None:
        using = list(using)
        for combination in using:
            if combination.relation.op != "=" or combination.relation not in self._equalities():
                raise FalseStep(self, rule, left, right, "a combination uses an equality that is not known")
            difference = difference - combination.value
        if not self._guard(lambda: self.normal.is_zero(difference), rule, left, right):
            self._refute(difference, self.normal.residual(difference), rule, left, right)
        if any(combination.relation in self._granted for combination in using):
            return  # true at the unknown intermediate point only
        for sample, value in self._values(difference):
            if abs(value) > TOLERANCE * (1 + self._scale_at(sample, difference)):
                raise UndecidedStep(
                    self, rule, left, right, f"proved by normal forms, yet {mpmath.nstr(value, 5)} at an instance"
                )

    def _refute(self, difference: Expr, residual: Expr, rule: str, left: Any, right: Any) -> None:
        witness = f"the sides differ by {residual}"
        tried = False
        for sample, value in self._values(difference):
            tried = True
            if abs(value) > TOLERANCE * (1 + self._scale_at(sample, difference)):
                raise FalseStep(
                    self, rule, left, right, f"{witness}, which is {mpmath.nstr(value, 5)} at an instance"
                )
        why = "equal at the instances tried" if tried else "no instance to tell whether that is zero"
        raise (UndecidedStep if tried else FalseStep)(self, rule, left, right, f"{witness}; {why}")

    def _samples(self) -> list[Sample]:
        """A few instances of the hypotheses so far, kept until there are more."""
        key = (len(self.definitions), len(self.hypotheses), len(self._opaque))
        if self._drawn is None or self._drawn[0] != key:
            found: list[Sample] = []
            names = [str(base.label) for base in self.normal.symmetric_bases()]
            for seed in range(2):
                try:
                    relations = [*self._opaque, *(h for h in self.hypotheses if h not in self._granted)]
                    found.append(draw(self.definitions, relations, names, seed, prepare=self.prepare))
                except NoSample:
                    break
            self._drawn = (key, found)
        return self._drawn[1]

    def _values(self, expression: Expr) -> Iterator[tuple[Sample, Any]]:
        for sample in self._samples():
            try:
                value = sample.value(expression)
            except (NoSample, ZeroDivisionError, OverflowError):
                continue
            self.numerical_checks.append(sample.seed)
            yield sample, value

    @staticmethod
    def _scale_at(sample: Sample, expression: Expr) -> Any:
        """Size of the terms that are to cancel."""
        return sum(abs(sample.value(term)) for term in sp.Add.make_args(expression))

    def _equalities(self) -> list[Relation]:
        known = [c for c in self.conclusions if isinstance(c, Relation) and c.op == "="]
        return [*known, *(h for h in self.hypotheses if h.op == "="), *self.definitions, *self._opaque]

    def _is_known(self, relation: Relation) -> bool:
        if relation.op == "=":
            return any(self._same_relation(known, relation) for known in self._equalities())
        if relation.op == "≠":
            return self.normal.sign(relation.difference) in ("+", "-", "≠")
        sign = self.normal.sign(relation.larger_minus_smaller)
        return sign == "+" or (relation.op in "≤≥" and sign in ("0+", "0"))

    def _require_sign(self, expression: Any, allowed: Sequence[str], rule: str, left: Any, right: Any) -> None:
        sign = self._guard(lambda: self.normal.sign(expression), rule, left, right)
        if sign not in allowed:
            kind = FalseStep if sign in ("+", "-", "0", "0-") else UndecidedStep
            raise kind(self, rule, left, right, f"the sign of {expression} is {sign}, not {' or '.join(allowed)}")
        for _, value in self._values(sp.sympify(expression)):
            small = abs(value) <= TOLERANCE
            here = ("0", "0+", "0-") if small else (("+", "0+", "≠") if value > 0 else ("-", "0-", "≠"))
            if sign not in here:
                raise UndecidedStep(
                    self, rule, left, right, f"the sign of {expression} is {sign}, yet {value} at an instance"
                )

    def _prove_order(self, relation: Relation, rule: str, slack: Any, using: Iterable[Combination]) -> None:
        gap = relation.larger_minus_smaller
        parts = [gap] if slack is None else _parts(slack)
        self._prove_zero(gap - sp.Add(*parts), rule, relation.left, relation.right, using)
        strict = relation.op in "<>"
        for part in parts:
            self._require_sign(part, ("+", "0+", "0"), rule, relation.left, relation.right)
        if strict and not any(self.normal.sign(part) == "+" for part in parts):
            raise UndecidedStep(self, rule, relation.left, relation.right, "no part of the slack is positive")

    def _bound(self, op: str, expression: Expr, rule: str, slack: Any, using: Iterable[Combination]) -> Expr:
        chain = self._open_chain(rule)
        self._prove_order(Relation(chain.last, op, expression), rule, slack, using)
        return self._link(op, expression, rule, _slack_tex(slack))

    def _link(self, op: str, expression: Expr, rule: str, slack: str = "") -> Expr:
        chain = self._open_chain(rule)
        if op != "=":
            direction = {"<": "≤", ">": "≥"}.get(op, op)
            before = {"<": "≤", ">": "≥"}.get(chain.op, chain.op)
            if chain.op != "=" and before != direction:
                raise FalseStep(self, rule, chain.last, expression, "the chain changes direction")
            chain.op = op if chain.op in ("=", direction) else chain.op
        chain.last = expression
        self.steps.append(Step("link", latex(expression), rule, USUAL, op, slack))
        return expression

    def _follows(self, found: Relation, wanted: Relation) -> bool:
        for candidate in (found, Relation(found.right, _FLIPPED[found.op], found.left)):
            op_fits = wanted.op == candidate.op or (candidate.op, wanted.op) in {
                ("=", "≤"), ("=", "≥"), ("<", "≤"), (">", "≥"), ("<", "≠"), (">", "≠"),
            }  # fmt: skip
            if (
                op_fits
                and self.normal.same(candidate.left, wanted.left)
                and self.normal.same(candidate.right, wanted.right)
            ):
                return True
        return False

    def _record(self, conclusion: Conclusion, text: str) -> Conclusion:
        self._keep(conclusion, text)
        self.steps.append(Step("conclusion", self._tex(conclusion), text))
        return conclusion

    def _keep(self, conclusion: Conclusion, label: str) -> None:
        self._know(conclusion)
        if label:
            # A text used twice names nothing.
            self.labels[label] = -1 if label in self.labels else len(self.conclusions)
        self.conclusions.append(conclusion)
        self._hypotheses_before.append(len(self.hypotheses))

    def _know(self, conclusion: Conclusion) -> None:
        if isinstance(conclusion, Relation) and conclusion.op in "≤≥<>":
            gap = conclusion.larger_minus_smaller
            if self.normal.form(gap):
                self.normal.know(gap, "0+" if conclusion.op in "≤≥" else "+")
        if isinstance(conclusion, Relation) and conclusion.op == "≠":
            self.normal.know(conclusion.difference, "≠")

    def _holds(self, relation: Relation, rule: str) -> None:
        if relation.op == "=":
            if relation in self._equalities():
                return
            self._prove_zero(relation.difference, rule, relation.left, relation.right)
        elif relation.op == "≠":
            self._require_sign(relation.difference, ("+", "-", "≠"), rule, relation.left, relation.right)
        else:
            allowed = ("+",) if relation.op in "<>" else ("+", "0+", "0")
            self._require_sign(relation.larger_minus_smaller, allowed, rule, relation.left, relation.right)

    def _respect_assumptions(self, key: Any, value: Expr, rule: str) -> None:
        assumed = key.base if isinstance(key, sp.Indexed) else key
        if isinstance(key, Index):
            return
        if assumed.is_positive:
            self._require_sign(value, ("+",), rule, key, value)
        elif assumed.is_nonnegative:
            self._require_sign(value, ("+", "0+", "0"), rule, key, value)
        elif assumed.is_nonzero:
            self._require_sign(value, ("+", "-", "≠"), rule, key, value)

    def _scaled(self, old: Relation, new: Relation, rule: str, scale: Expr, using: Iterable[Combination]) -> None:
        if (old.op == "=") != (new.op == "="):
            raise FalseStep(self, rule, old, new, "an equality and an inequality are not equivalent")
        if old.op == "=":
            self._require_sign(scale, ("+", "-", "≠"), rule, old, new)
            self._prove_zero(old.difference - scale * new.difference, rule, old, new, using)
            return
        if (old.op in "<>") != (new.op in "<>"):
            raise FalseStep(self, rule, old, new, "a strict and a weak inequality are not equivalent")
        self._require_sign(scale, ("+",), rule, old, new)
        self._prove_zero(old.larger_minus_smaller - scale * new.larger_minus_smaller, rule, old, new, using)

    def _linear_consequence(
        self,
        old: Relation,
        new: Relation,
        rule: str,
        combine: Callable[[Callable[..., Expr]], Expr],
        over: tuple[Index, ...],
    ) -> None:
        if old.op != "=" or new.op != "=":
            raise FalseStep(self, rule, old, new, "both relations have to be equalities")
        if any(index.fixed for index in over):
            raise FalseStep(self, rule, old, new, "a fixed index cannot be replaced")

        def difference(*indices: Index) -> Expr:
            return put(old.difference, dict(zip(over, indices, strict=True)))

        # The combination has to vanish with the old difference, which vanishes at a point only: put zero for it,
        # and let no derivative act on it.
        mark = sp.Symbol("_difference", real=True)
        marked = combine(lambda *_: mark)
        if any(part.has(mark) for part in marked.atoms(Partial, FlowDerivative)):
            raise FalseStep(self, rule, old, new, "a combination differentiates the relation")
        if not self._guard(lambda: self.normal.is_zero(combine(lambda *_: sp.Integer(0))), rule, old, new):
            raise FalseStep(self, rule, old, new, "the combination does not vanish with the relation")
        self._prove_zero(new.difference - combine(difference), rule, old, new)

    def _root(self, old: Relation, new: Relation, rule: str, degree: int) -> None:
        if old.op != new.op or degree < 1:
            raise FalseStep(self, rule, old, new, "a root needs a positive degree and the same operator")
        if old.op == "=":
            self._prove_zero(old.difference - new.difference**degree, rule, old, new)
            return
        for before, after in ((old.left, new.left), (old.right, new.right)):
            self._require_sign(after, ("+", "0+", "0"), rule, after, 0)
            self._prove_zero(before - after**degree, rule, before, after)

    def _monotone(self, old: Relation, new: Relation, rule: str, function: Callable[[Expr], Expr]) -> None:
        if function not in (sp.exp, sp.log) or old.op != new.op:
            raise FalseStep(self, rule, old, new, "only exp and log, and the same operator on both sides")
        for before, after in ((old.left, new.left), (old.right, new.right)):
            self._prove_zero(function(before) - after, rule, before, after)

    def _same_relation(self, a: Relation, b: Relation) -> bool:
        if a.op == _FLIPPED[b.op] and a.op != b.op:
            b = Relation(b.right, a.op, b.left)
        if a.op != b.op:
            return False
        if a.op in ("=", "≠"):
            return bool(
                self.normal.is_zero(a.difference - b.difference) or self.normal.is_zero(a.difference + b.difference)
            )
        return bool(self.normal.is_zero(a.difference - b.difference))

    def _same_conclusion(self, a: Conclusion, b: Conclusion) -> bool:
        if isinstance(a, Relation) and isinstance(b, Relation):
            return self._same_relation(a, b)
        if isinstance(a, Equivalence) and isinstance(b, Equivalence) and a.one_way == b.one_way:
            return self._same_relation(a.left, b.left) and self._same_relation(a.right, b.right)
        return False

    def _next_relation(self, relation: Relation, rule: str, arrow: str) -> Relation:
        chain = self._open_relations(rule)
        chain.last = relation
        chain.one_way = chain.one_way or arrow == "⟹"
        self.steps.append(Step("relation", latex(relation), rule, USUAL, arrow))
        return relation

    def _conclude_relations(self, wanted: Equivalence | None, text: str) -> Equivalence:
        chain = self._open_relations(text or "conclusion")
        found = Equivalence(chain.first, chain.last, chain.one_way)
        if wanted is None:
            wanted = found
        elif not (
            self._same_relation(found.left, wanted.left)
            and self._same_relation(found.right, wanted.right)
            and (wanted.one_way or not found.one_way)
        ):
            raise FalseStep(self, text or "conclusion", found, wanted, "the chain does not show this")
        self._relations = None
        self._record(wanted, text)
        return wanted

    # -- rendering ---------------------------------------------------------------------------------------------

    @staticmethod
    def _tex(conclusion: Conclusion) -> str:
        if isinstance(conclusion, Relation):
            return latex(conclusion)
        if isinstance(conclusion, Implication):
            given = r",\quad ".join(latex(h) for h in conclusion.hypotheses)
            follows = Derivation._tex(conclusion.conclusion)
            if isinstance(conclusion.conclusion, Equivalence):
                follows = rf"\bigl[ {follows} \bigr]"
            return rf"{given} \;\Longrightarrow\; {follows}"
        arrow = r"\;\Longrightarrow\;" if conclusion.one_way else r"\;\Longleftrightarrow\;"
        return f"{latex(conclusion.left)} {arrow} {latex(conclusion.right)}"

    def to_json(self) -> dict[str, Any]:
        """Everything a page or a program needs, as plain data."""
        return {
            "id": self.id,
            "title": self.title,
            "definitions": [{"tex": latex(r), "expression": str(r)} for r in (*self.definitions, *self._opaque)],
            "assumptions": [{"tex": latex(r), "expression": str(r)} for r in self.hypotheses],
            "lemmas": list(self.lemmas),
            "cited": list(self.cited),
            "numerical_checks": len(self.numerical_checks),
            "steps": [{k: v for k, v in vars(step).items() if v or k in ("kind", "tex")} for step in self.steps],
            "conclusions": [{"tex": self._tex(c), "expression": str(c)} for c in self.conclusions],
        }

    def to_markdown(self) -> str:
        """MyST markdown: prose, inline ``$…$``, and display maths on lines of its own."""
        return markdown(self)

    def to_latex(self) -> str:
        """A LaTeX fragment with ``align*`` environments."""
        return tex(self)
