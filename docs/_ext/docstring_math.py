"""Formulas of docstrings, set like all others of the book.

Docstrings hold their formulas in plain characters, ``f_μ = m_μ²/(2N)``, so that they can be read in a terminal and in
an editor. In the API reference they are set: what stands between double backticks, when it holds a mathematical
letter, and such formulas in running text that a simple rule recognises. What the rule does not understand stays as
it was written. Examples (``>>>``) and literal blocks are left alone.

Loading the extension adds the listener; it needs ``sphinx.ext.autodoc``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GREEK = {
    letter: f"\\{unicodedata.name(letter).split()[-1].lower()}" for letter in "αβγδεζηθκλμνξπρστφψωΓΔΘΛΞΠΦΨΩ"
} | {"λ": r"\lambda", "Λ": r"\Lambda", "φ": r"\varphi", "ε": r"\varepsilon"}
for _capital in "ΓΔΘΛΞΠΦΨΩ":
    GREEK[_capital] = "\\" + unicodedata.name(_capital).split()[-1].capitalize().replace("Lamda", "Lambda")
LETTERS = GREEK | {"Σ": r"\sum", "∂": r"\partial", "∇": r"\nabla", "∞": r"\infty", "ℓ": r"\ell", "ℝ": r"\mathbb{R}"}
LETTERS |= {"½": r"\tfrac12", "¼": r"\tfrac14", "¾": r"\tfrac34", "∫": r"\int", "√": r"\surd"}
BRACKETS = {"⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "⌈": r"\lceil", "⌉": r"\rceil", "⌊": r"\lfloor"} | {
    "⌋": r"\rfloor"
}
OPERATORS = {
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "≻": r"\succ", "⪰": r"\succeq", "≺": r"\prec",
    "∈": r"\in", "⊂": r"\subset", "⊆": r"\subseteq", "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "⊕": r"\oplus",
    "⊗": r"\otimes", "±": r"\pm", "→": r"\to", "←": r"\gets", "↦": r"\mapsto", "∝": r"\propto", "⊥": r"\perp",
    "…": r"\dots", "−": "-", "∘": r"\circ", "∪": r"\cup", "∩": r"\cap", "≡": r"\equiv", "⇒": r"\Rightarrow",
    "⟺": r"\iff", "⇔": r"\iff", "≪": r"\ll", "≫": r"\gg", "∀": r"\forall", "∃": r"\exists",
}  # fmt: skip
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿᵏ", "0123456789-+nk", strict=True)) | {"ᵀ": r"\mathsf{T}"}
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₋₊ᵢⱼ", "0123456789-+ij", strict=True))
MARKS = {"\u0307": r"\dot", "\u0304": r"\bar", "\u0302": r"\hat", "\u0303": r"\tilde", "\u0308": r"\ddot"}
FUNCTIONS = {"log", "ln", "exp", "tanh", "cosh", "sinh", "max", "min", "sup", "inf", "arg", "ker", "det"}
NAMED = {"softmax", "sech", "diag", "sign", "KL", "span", "osc", "rms", "sqrt", "argmax", "tr", "Var", "logsumexp"}

_INDEX = "ijklmn"
# A name of the code, or a star that is not an index above.
_NAME = re.compile(r"[A-Za-z]{3,}_[A-Za-z]{2,}|(?<![\w)}'])\*|\*\w| {3}")
_CORE = frozenset(LETTERS) | frozenset(RAISED) | frozenset(LOWERED) | frozenset("⟨⟩‖") | frozenset(MARKS)
_PLAIN = frozenset("()[]{}|+-=/<>,.;:!'*#^_ 0123456789") | frozenset(BRACKETS) | frozenset(OPERATORS)
_WORD = re.compile(r"[A-Za-z]+")
# A literal with one of these is a formula even if all its letters are Latin.
_RELATIONS = frozenset("≤≥≠≈←∈·⊙∝≻⪰")


def is_formula(text: str) -> bool:
    """Whether a literal holds a mathematical letter and nothing that cannot be set.

    >>> is_formula("σ sech²(σx)"), is_formula("tau_p"), is_formula('"0.1 ± 1e-30"')
    (True, False, False)
    """
    letters = _decomposed(text)
    if _NAME.search(letters):
        return False
    return any(letter in _CORE or letter in _RELATIONS for letter in letters) and all(
        letter in _CORE or letter in _PLAIN or (letter.isascii() and letter.isalpha()) for letter in letters
    )


def to_tex(text: str) -> str:
    r"""The TeX of a formula in plain characters.

    >>> to_tex("f_μ = m_μ²/(2N)")
    'f_{\\mu} = m_{\\mu}^{2}/(2N)'
    >>> to_tex("η_min(α) = λ_min(A)")
    '\\eta _{\\mathrm{min}}(\\alpha ) = \\lambda _{\\mathrm{min}}(A)'
    """
    return "".join(_pieces(_decomposed(text))).strip()


def _decomposed(text: str) -> str:
    """Letters with a dot or bar above as the letter and the mark; everything else as it is."""
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", letter)
        parts.append(apart if len(apart) == 2 and apart[1] in MARKS else letter)
    return "".join(parts)


def _pieces(text: str) -> Iterator[str]:
    position, closing = 0, []
    while position < len(text):
        letter = text[position]
        after = text[position + 1 : position + 2]
        if letter in "_^" and after:
            index = _index(text, position + 1)
            if index is None:  # a group in braces: what it holds is set by the turns that follow
                yield letter + "{"
                closing.append("}")
                position += 2
            else:
                tex, position = index
                yield f"{letter}{{{tex}}}"
            continue
        if letter in RAISED or letter in LOWERED:
            table, sign = (RAISED, "^") if letter in RAISED else (LOWERED, "_")
            end = position
            while end < len(text) and text[end] in table:
                end += 1
            yield f"{sign}{{{''.join(table[part] for part in text[position:end])}}}"
            position = end
            continue
        if after in MARKS and after:
            yield f"{MARKS[after]}{{{_letter(letter).strip()}}}"
            position += 2
            continue
        word = _letters(text, position)
        if word:
            yield _word(word)
            position += len(word)
            continue
        if letter == "{":
            closing.append(r"\}")
            yield r"\{"
        elif letter == "}":
            yield closing.pop() if closing else r"\}"
        elif letter == "*":
            yield "^{*}"
        else:
            yield _letter(letter)
        position += 1


def _index(text: str, position: int) -> tuple[str, int] | None:
    """What an index at ``position`` is set as, and where it ends; None for a group in braces."""
    letter = text[position]
    if letter == "{":
        return None
    found = _letters(text, position)
    if found:
        found = re.sub(r"(?<=[a-z])[A-Z].*", "", found)  # ∂_xL
        if len(found) > 1 and text[position + len(found) :].startswith("_"):
            found = found[:-1]  # the next factor, as in p_iv_i
        plain = len(found) == 1 or (found not in FUNCTIONS and all(part in _INDEX for part in found))
        return (found if plain else f"\\mathrm{{{found}}}"), position + len(found)
    end = position + 1
    tex = _letter(letter).strip()
    if letter.isdigit():
        while end < len(text) and text[end].isdigit():
            end += 1
        return text[position:end], end
    # A second index, as in ξ_μi; but not the next factor, as in p_μm_μ.
    second = re.compile(r"[ijμν](?![A-Za-z_'(²³\u0307])").match(text, end)
    if letter in GREEK and second:
        return f"{tex} {_letter(second[0]).strip()}", second.end()
    return tex, end


def _letters(text: str, position: int) -> str:
    """The Latin letters that stand at ``position`` together; a letter with a mark stands alone."""
    word = _WORD.match(text, position)
    if word is None:
        return ""
    marked = word.end() < len(text) and text[word.end()] in MARKS
    return word[0][:-1] if marked else word[0]


def _word(word: str) -> str:
    if word in FUNCTIONS:
        return f"\\{word} "
    if word in NAMED:
        return f"\\operatorname{{{word}}}"
    if len(word) <= 2:
        return word
    return f"\\mathit{{{word}}}"


def _letter(letter: str) -> str:
    if letter in LETTERS:
        return LETTERS[letter] + " "
    if letter in BRACKETS:
        return BRACKETS[letter] + " "
    if letter in OPERATORS:
        return OPERATORS[letter] + " "
    return f"\\{letter}" if letter in "#%&$" else letter


# Running text -----------------------------------------------------------------------------------------

_LITERAL = re.compile(r"(``.+?``|:[a-z:]+:`[^`]+`|`[^`]+`_{0,2})")
# Behind a formula may stand the number of an equation, [8], which is no part of it, and a mark of the language.
_ENDING = re.compile(r"(?: \[\d+(?:, \d+)*\])?[.,;:!?]*$")
_WORDS = {
    "a", "an", "as", "at", "be", "by", "do", "if", "in", "is", "it", "no", "of", "on", "or", "so", "to", "up", "we",
}  # fmt: skip
_OPENING, _CLOSING = "([{⟨⌈⌊", ")]}⟩⌉⌋"
_BETWEEN = frozenset("=<>/|") | frozenset(OPERATORS) - {"…"}


def marked_up(text: str) -> str:
    r"""One line of a docstring with its formulas as roles.

    >>> marked_up("The overlap m_μ(x) = ⟨ξ_μ, φ(x)⟩ [8], of ``x``.")
    'The overlap :math:`m_{\\mu}(x) = \\langle \\xi _{\\mu}, \\varphi (x)\\rangle` [8], of ``x``.'
    """
    parts = []
    for part in _LITERAL.split(text):
        if part.startswith("``") and is_formula(part[2:-2]):
            parts.append(_role(part[2:-2]))
        elif _LITERAL.fullmatch(part):
            parts.append(part)
        else:
            parts.append(_running(part))
    return "".join(parts)


def _role(formula: str) -> str:
    return f":math:`{to_tex(formula)}`"


def _running(text: str) -> str:
    """Running text: between the words of the language, what can be set as a whole is set, the rest left alone."""
    done: list[str] = []
    stretch: list[str] = []

    def close() -> None:
        done.append(_set("".join(stretch)))
        stretch.clear()

    for part in re.split(r"(\s+)", text):
        if part and not part.isspace() and _is_word(part):
            close()
            done.append(part)
            continue
        stretch.append(part)
        if part and part[-1] in ".,;:!?" and _depth("".join(stretch)) <= 0:
            close()
    close()
    return "".join(done)


def _is_word(part: str) -> bool:
    bare = part.strip("()[]{}.,;:!?\"'’")
    if bare in FUNCTIONS | NAMED or any(letter in _CORE for letter in bare):
        return False
    return bare in _WORDS or bool(re.fullmatch(r"[A-Za-z]{3,}|[A-Za-z]+['’.-][A-Za-z'’.-]+|[A-Z]{2}\d+", bare))


def _set(stretch: str) -> str:
    """A stretch without words as a formula, if all of it is one."""
    body = stretch.strip()
    if not body:
        return stretch
    before, after = stretch.partition(body)[::2]
    end = _ENDING.search(body).start()  # type: ignore[union-attr]  # the empty ending is one too
    body, after = body[:end], body[end:] + after
    if not body:
        return stretch
    while body and body[0] in _OPENING and _depth(body) > 0:
        before, body = before + body[0], body[1:]
    while body and body[-1] in _CLOSING and _depth(body) < 0:
        body, after = body[:-1], body[-1] + after
    letters = _decomposed(body)
    longest = max((len(word) for word in _WORD.findall(re.sub(r"_[A-Za-z]+", "", letters))
                   if word not in FUNCTIONS | NAMED), default=0)  # fmt: skip
    fits = (
        any(letter in _CORE or letter in _RELATIONS for letter in letters)
        and any(letter.isalnum() for letter in letters)
        and is_formula(body)
        and _balanced(body)
        and body[0] not in _BETWEEN | {"+", ","}
        and body[-1] not in _BETWEEN | {"+", "-", "_", ","}
        and longest <= 2
    )
    return _escaped(before) + _role(body) + _escaped(after) if fits else _escaped(stretch)


def _escaped(text: str) -> str:
    """Bars and closing underlines are mathematics or names here, and markup to the reader of the docstring."""
    return re.sub(r"(?<=\w)_(?!\w)", r"\_", text.replace("|", r"\|"))


def _balanced(text: str) -> bool:
    """Whether brackets match and no bar is left alone."""
    depth = 0
    for letter in text:
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth < 0:
            return False
    return depth == 0 and text.count("|") % 2 == 0 and text.count("‖") % 2 == ("KL(" in text)


def _depth(text: str) -> int:
    return sum((letter in _OPENING) - (letter in _CLOSING) for letter in text)


def _process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    example = literal = table = False
    indent = 0
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare.startswith(">>>"):
            example = True
        elif not bare:
            example = table = False
        elif re.fullmatch(r"=+(?: +=+)+", bare):
            table = True  # its columns are counted in characters
        if literal and bare and len(line) - len(line.lstrip()) <= indent:
            literal = False
        title = re.fullmatch(r"([-=~^])\1{3,}", "".join(lines[number + 1 : number + 2]))
        if not (example or literal or table or title or bare.startswith("..")):
            lines[number] = marked_up(line)
        if bare.endswith("::") and not bare.startswith(".."):
            literal, indent = True, len(line) - len(line.lstrip())


def _signature(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returns: str
) -> tuple[str | None, str | None]:
    """Sphinx shows a type that has a short name here, inside of another, as its own wrapper of that name."""
    short = [part and re.sub(r"TypeAliasForwardRef\('([\w.]+)'\)", r"\1", part) for part in (signature, returns)]
    return short[0], short[1]


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen after napoleon, so that sections are fields already."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", _process, priority=900)
    app.connect("autodoc-process-signature", _signature)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
