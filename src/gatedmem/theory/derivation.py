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
gatedmem.theory.steps.refusals.FalseStep: DOC: a wrong sign: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr, IndexedBase

from gatedmem.theory.indexed import Index, Relation, eq, ge, put
from gatedmem.theory.printing import latex
from gatedmem.theory.rendering import USUAL, markdown, plain_data, tex
from gatedmem.theory.steps import equivalences, lemmas, links, premises, theorems
from gatedmem.theory.steps.chains import Chain, RelationChain
from gatedmem.theory.steps.checks import NONZERO, decided, defined, prove_order, prove_zero, require_sign
from gatedmem.theory.steps.conclusions import Combination, Conclusion, Equivalence, Implication, conclusion_latex
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.record import Step, slack_latex
from gatedmem.theory.steps.refusals import FalseStep, StepError, UndecidedStep
from gatedmem.theory.steps.sameness import is_known, same_relation

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


@dataclass
class Derivation(Ground):
    """A checked derivation; see the module for what a step may be.

    ``id`` is the ledger id it belongs to, ``title`` a line for the reader. ``prepare`` helps to find numerical
    instances of special hypotheses (see ``sampling.draw``).
    """

    # -- what is given -----------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """A sentence for the reader; nothing is checked."""
        self.steps.append(Step("text", text))

    def define(self, left: Expr, right: Expr, why: str = "", source: str = "", *, opaque: bool = False) -> Relation:
        """Define a symbol, or an indexed quantity ``p[i]``; the engine unfolds it wherever it occurs.

        An ``opaque`` definition is not unfolded: it serves in explicit combinations only, and derivatives treat
        what it defines as constant.
        """
        relation = premises.define(self, left, right, opaque=opaque)
        self.steps.append(Step("define", latex(relation), why, source=source))
        return relation

    def symmetric(self, base: IndexedBase, why: str = "") -> None:
        """Declare a matrix symmetric: a hypothesis; nothing to declare where its definition shows it."""
        premises.declare_symmetric(self, base)
        i, j = Index("i", base.shape[0]), Index("j", base.shape[0])
        self.steps.append(Step("assume", f"{latex(base[i, j])} = {latex(base[j, i])}", why or "symmetric"))

    def assume(self, relation: Relation, why: str = "", *, rewrite: bool = True) -> Relation:
        """A hypothesis, for all values of its free indices that are not fixed.

        An equality becomes a rewriting rule where its left side allows (``rewrite=False`` keeps it for explicit
        combinations); an inequality becomes a known sign.
        """
        premises.assume(self, relation, rewrite=rewrite)
        self.steps.append(Step("assume", latex(relation), why))
        return relation

    # -- chains of expressions ---------------------------------------------------------------------------------

    def start(self, expression: Any, text: str = "") -> Expr:
        """Begin a chain."""
        expression = sp.sympify(expression)
        decided(self, lambda: self.normal.form(expression), text or "start", expression, expression)
        self.chain = Chain(expression, expression)
        self.relations = None
        self.steps.append(Step("start", latex(expression), text))
        return expression

    def equal(self, expression: Any, rule: str, using: Iterable[Combination] = ()) -> Expr:
        """The next expression equals the previous one, up to the stated multiples of known equalities."""
        expression = sp.sympify(expression)
        chain = links.open_chain(self, rule)
        prove_zero(self, chain.last - expression, rule, chain.last, expression, using)
        return links.link(self, "=", expression, rule)

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
        return links.bound(self, "<" if strict else "≤", sp.sympify(expression), rule, slack, using)

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
        return links.bound(self, ">" if strict else "≥", sp.sympify(expression), rule, slack, using)

    def conclude(self, relation: Conclusion | None = None, text: str = "") -> Any:
        """State what the current chain shows; without ``relation``, its first and last members.

        A relation has to have the chain's first and last members as its sides (in either order), up to equality
        of normal forms, and an operator that the chain supports. The conclusion is known from here on.
        """
        return links.conclude(self, relation, text)

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
        sides = (rule, relation.left, relation.right)
        defined(self, *sides)
        if (
            relation.op == "="
            and not using
            and decided(self, lambda: self.normal.sign(relation.difference), *sides) == "0"
        ):
            require_sign(self, relation.difference, ("0",), *sides)
        elif relation.op == "=":
            prove_zero(self, relation.difference, *sides, using)
        elif relation.op == "≠":
            require_sign(self, relation.difference, NONZERO, *sides)
        else:
            prove_order(self, relation, rule, slack, using)
        self.keep(relation, label)
        self.steps.append(Step("claim", latex(relation), rule, USUAL, slack=slack_latex(slack)))
        return relation

    # -- chains of relations -----------------------------------------------------------------------------------

    def given(self, relation: Relation, text: str = "") -> Relation:
        """Begin a chain of relations."""
        defined(self, text or "given", relation.left, relation.right)
        self.chain = None
        self.relations = RelationChain(relation, relation)
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
        chain = links.open_relations(self, rule)
        old = chain.last
        if forward is not None and backward is not None:
            equivalences.linear_consequence(self, old, relation, rule, forward, over)
            equivalences.linear_consequence(self, relation, old, rule, backward, over)
        elif root:
            equivalences.by_root(self, old, relation, rule, root)
        elif monotone is not None:
            equivalences.by_monotone(self, old, relation, rule, monotone)
        else:
            factor = sp.Integer(1) if scale is None else sp.sympify(scale)
            equivalences.by_scale(self, old, relation, rule, factor, using)
        return links.next_relation(self, relation, rule, "⟺")

    def iff_each(
        self, relation: Relation, rule: str, *, weight: Any, over: tuple[Index, ...], rest: Any = 0
    ) -> Relation:
        """previous: Σ_over weight · term (+ rest) = 0; next: term = 0 for all values of the indices ``over``.

        Equivalent when weight > 0 and term ≥ 0 (``rest``, a sum of other non-negative terms, makes it one-way:
        pass it only when its vanishing follows, and use ``implies`` otherwise).
        """
        chain = links.open_relations(self, rule)
        equivalences.term_by_term(self, chain.last, relation, rule, weight, over, rest)
        one_way = sp.sympify(rest) != 0
        return links.next_relation(self, relation, rule, "⟹" if one_way else "⟺")

    def iff_by(self, relation: Relation, rule: str, lemma: Equivalence) -> Relation:
        """The next relation is equivalent to the previous one by a known equivalence (see ``use``)."""
        chain = links.open_relations(self, rule)
        if lemma not in self.conclusions:
            raise FalseStep(self, rule, lemma, relation, "the equivalence is not known here: use it first")
        for left, right, allowed in ((lemma.left, lemma.right, True), (lemma.right, lemma.left, not lemma.one_way)):
            if (
                allowed
                and same_relation(self.normal, chain.last, left)
                and same_relation(self.normal, relation, right)
            ):
                return links.next_relation(self, relation, rule, "⟹" if lemma.one_way else "⟺")
        raise FalseStep(self, rule, chain.last, relation, "the equivalence does not link these relations")

    def implies(
        self,
        relation: Relation,
        rule: str,
        forward: Callable[[Callable[..., Expr]], Expr],
        over: tuple[Index, ...] = (),
    ) -> Relation:
        """The next equality follows from the previous one: its difference is forward(D), see ``iff``."""
        chain = links.open_relations(self, rule)
        equivalences.linear_consequence(self, chain.last, relation, rule, forward, over)
        return links.next_relation(self, relation, rule, "⟹")

    def detach(self, equivalence: Equivalence, rule: str, label: str = "") -> Relation:
        """The right side of a known equivalence whose left side is known too."""
        if equivalence not in self.conclusions or not is_known(self, equivalence.left):
            raise FalseStep(self, rule, equivalence.left, equivalence.right, "the premise is not known")
        self.keep(equivalence.right, label)
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
        signs = theorems.slope_changes_sign(self, expression, variable, at, slope, rule)
        value = put(expression, {variable: at})
        bound = ge(expression, value)
        equality = Equivalence(eq(expression, value), eq(variable, at))
        self.steps.append(Step("claim", latex(signs), rule, USUAL + ", sign of the derivative"))
        links.record(self, bound, "minimum")
        links.record(self, equality, "equality")
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
        relation = theorems.mean_value(self, sp.sympify(expression), variable, low, high, between, rule, shown)
        self.hypotheses.append(relation)
        self.granted[relation] = between
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
        found = lemmas.instance_of(self, lemma, values or {}, which, text, shown)
        if lemma.id not in (self.id, *self.lemmas):
            self.lemmas.append(lemma.id)
        self.keep(found, label)
        self.steps.append(Step("fact", conclusion_latex(found), text, f"instance of {lemma.id}"))
        return found

    def branch(self, text: str = "") -> Derivation:
        """A sub-derivation in which more may be assumed; its steps appear in this one. See ``discharge``."""
        twin = Derivation(self.id, self.title, self.normal.copy(), self.steps)
        for name in ("conclusions", "hypotheses", "definitions", "hypotheses_before", "opaque"):
            getattr(twin, name).extend(getattr(self, name))
        twin.labels.update(self.labels)
        twin.granted.update(self.granted)
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
        found, added = lemmas.taken_home(self, branch, which, text)
        self.keep(found, text)
        under = ", ".join(f"${latex(hypothesis)}$" for hypothesis in added)
        self.steps.append(Step("discharge", conclusion_latex(found), text, source=under))
        return found

    def cite(self, theorem: str, text: str) -> None:
        """Quote a theorem of analysis that the engine does not prove; listed in ``cited``."""
        self.cited.append(theorem)
        self.steps.append(Step("text", f"**{theorem}** (quoted): {text}", method="quoted theorem"))

    # -- rendering ---------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Everything a page or a program needs, as plain data."""
        return plain_data(self)

    def to_markdown(self) -> str:
        """MyST markdown: prose, inline ``$…$``, and display maths on lines of its own."""
        return markdown(self)

    def to_latex(self) -> str:
        """A LaTeX fragment with ``align*`` environments."""
        return tex(self)
