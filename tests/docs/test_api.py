"""The API reference: it forgets no module, and sets the formulas of docstrings as the rest of the book's."""

from __future__ import annotations

import doctest
import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import gatedmem
from gatedmem.theory.astrocyte import model

DOCS = Path(__file__).parents[2] / "docs"
LISTED = [
    name
    for path in sorted((DOCS / "api").glob("*.md"))
    for name in re.findall(r"^   ~(gatedmem\.[\w.]+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
]

# What a user does not meet: the inside of the compiled simulator and of the engine of derivations, the witnesses of
# single claims, tests of the tie to Rocq, pictures, and what the command line is made of.
LEFT_OUT = re.compile(
    r"gatedmem\.(?:"
    r"numerics\.simulate\.(?:batches|compiled|context_layout|euler|exponential|steps|vectors)"
    r"|numerics\.language\.(?:data|gguf_header)"
    r"|theory\.(?:forms|indexed|printing|sampling|signs|astrocyte\.euler_\w+|context\.winner_instances|softmax\.inequalities)"
    r"|theory\.(?:normal_form\.\w+|steps\.(?!conclusions|ground|record|refusals)\w+)"
    r"|theory\.misprints\.(?:astrocyte(?:\.\w+)?|context)"
    r"|proofs\.(?:ground|workers|ground_points|rocq_project|checkers\.\w+|certificates(?:\.(?!findings)[\w.]+)?"
    r"|falsifiers(?:\.(?!search)[\w.]+)?|certify\.proposals)"
    r"|reproduce\.(?!experiments|claims|work|statistics)\w+"
    r"|(?:book|commands|drill)(?:\.[\w.]+)?|cli|report|__main__"
    r")$"
)


def extension(name: str) -> ModuleType:
    pytest.importorskip("sphinx", reason="the book's packages are an extra: gatedmem[docs]")
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="module")
def docstring_math() -> ModuleType:
    return extension("docstring_math")


@pytest.mark.parametrize("name", ["docstring_math", "formulas", "shared_navigation"])
def test_examples_of_an_extension(name: str) -> None:
    assert doctest.testmod(extension(name)).failed == 0


def test_the_shared_list_of_contents_is_marked_as_sphinx_marks_it() -> None:
    navigation = extension("shared_navigation")

    def entry(level: int, address: str, below: str = "", mark: str = "") -> str:
        classes = "current reference internal" if address == "#" else "reference internal"
        return f'<li class="toctree-l{level}{mark}"><a class="{classes}" href="{address}">x</a>{below}</li>'

    def contents(one: str, two: str, mark_one: str, mark_two: str) -> str:
        above = " current" if mark_one or mark_two else ""
        inner = f"<ul>{entry(2, one, mark=mark_one)}{entry(2, two, mark=mark_two)}</ul>"
        return f"<ul>{entry(1, '../index.html')}{entry(1, '../up.html', inner, above)}{entry(1, '../end.html')}</ul>"

    first = contents("#", "b.html", " current", "")
    second = contents("a.html", "#", "", " current")
    neither = contents("a.html", "b.html", "", "")
    assert navigation.without_marks(first, "a.html") == neither
    assert navigation.with_marks(neither, "b.html") == second
    assert navigation.with_marks(neither, "elsewhere.html") == neither


def modules() -> list[str]:
    """The modules of the package, packages left aside."""
    package = Path(gatedmem.__file__).parent
    paths = (path.relative_to(package.parent).with_suffix("") for path in package.rglob("*.py"))
    return sorted(".".join(path.parts) for path in paths if path.name != "__init__")


def test_no_module_is_forgotten_and_none_is_listed_twice() -> None:
    missing = [name for name in modules() if name not in LISTED and not LEFT_OUT.match(name)]
    assert missing == []
    assert len(LISTED) == len(set(LISTED))


def test_what_is_left_out_is_not_listed() -> None:
    assert [name for name in LISTED if LEFT_OUT.match(name)] == []


@pytest.mark.parametrize(
    ("plain", "tex"),
    [
        ("φ(x) = tanh(σx)", r"\varphi (x) = \tanh (\sigma x)"),
        ("τ_nẋ = -γ_n x", r"\tau _{n}\dot{x} = -\gamma _{n} x"),
        ("Σ_{i<j} p_ip_j", r"\sum _{i<j} p_{i}p_{j}"),
        ("βλ² max_{i≠j}(B_ii - 2B_ij)/4", r"\beta \lambda ^{2} \max _{i\ne j}(B_{ii} - 2B_{ij})/4"),
        ("Zᵀq, A⁻¹u, W₁c", r"Z^{\mathsf{T}}q, A^{-1}u, W_{1}c"),
        ("ξ_μi, p_μm_μ", r"\xi _{\mu i}, p_{\mu}m_{\mu}"),
        ("λ_min(W₂) ≤ α_crit", r"\lambda _{\mathrm{min}}(W_{2}) \le  \alpha _{\mathrm{crit}}"),
        ("s* = A⁻¹u ∈ {-1, 1}", r"s^{*} = A^{-1}u \in  \{-1, 1\}"),
        ("e^{-hT/τ_p}u", r"e^{-hT/\tau _{p}}u"),
    ],
)
def test_a_formula_in_plain_characters_becomes_tex(docstring_math: ModuleType, plain: str, tex: str) -> None:
    assert docstring_math.is_formula(plain)
    assert docstring_math.to_tex(plain) == tex


@pytest.mark.parametrize(
    "code", ["tau_p", "simulate_astrocyte", "holds when …", '"0.1 ± 1e-30"', "log_ratio ≥ N/(2T)"]
)
def test_a_name_or_a_quotation_is_no_formula(docstring_math: ModuleType, code: str) -> None:
    assert not docstring_math.is_formula(code)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("with μ its index", r"with :math:`\mu` its index"),
        ("up to which A(α) ≻ 0; infinite", r"up to which :math:`A(\alpha ) \succ  0`; infinite"),
        ("Z₂ is ``W₁c`` of ``alpha``.", r":math:`Z_{2}` is :math:`W_{1}c` of ``alpha``."),
        ("where diag p - ppᵀ [8].", r"where :math:`\operatorname{diag} p - pp^{\mathsf{T}}` [8]."),
        ("a box (κ < 1)", r"a box :math:`(\kappa  < 1)`"),
        # Not one formula as a whole: nothing of it is set, and its bars are no markup.
        ("so that |log(p_μ/p_ν) stays", r"so that \|log(p_μ/p_ν) stays"),
        ("np.bool_ stays", r"np.bool\_ stays"),
        (":func:`σ` stays", ":func:`σ` stays"),
    ],
)
def test_running_text(docstring_math: ModuleType, line: str, shown: str) -> None:
    assert docstring_math.marked_up(line) == shown


def test_examples_blocks_and_titles_are_left_alone(docstring_math: ModuleType) -> None:
    lines = [
        "σ", "", ">>> σ", "σ", "", "As follows::", "", "    σ", "", "σ", "Zᵀ", "----", "==  ==", "σ   τ", "==  ==",
    ]  # fmt: skip
    before = list(lines)
    docstring_math._process(None, "module", "x", None, None, lines)
    changed = [number for number, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
    assert changed == [0, 9]


def test_the_reference_of_a_module(book: Path) -> None:
    html = (book / "_generated" / "api" / "gatedmem.theory.astrocyte.model.html").read_text(encoding="utf-8")
    public = [name for name, value in vars(model).items() if getattr(value, "__module__", "") == model.__name__]
    for name in public:
        if not name.startswith("_") and callable(getattr(model, name)) and getattr(model, name).__doc__:
            assert f'id="gatedmem.theory.astrocyte.model.{name}"' in html
    assert html.count('class="katex"') > 20
    assert "_modules/gatedmem/theory/astrocyte/model.html#" in html
    assert (book / "_modules" / "gatedmem" / "theory" / "astrocyte" / "model.html").is_file()
