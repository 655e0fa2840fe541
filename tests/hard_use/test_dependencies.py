"""``docs/dependencies.md`` lists what pyproject.toml asks for, with the licences that the packages declare.

``python tests/hard_use/test_dependencies.py`` brings extras and versions up to date, drops what is not asked for.
"""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What a package is imported as, where that is not its name.
IMPORTED = {
    "python-flint": "flint",
    "scikit-learn": "sklearn",
    "mini-racer": "py_mini_racer",
    "cosmic-ray": "cosmic_ray",
}
# In the packages' own words, the licence that the table names.
SHORT = {
    "BSD-3-Clause": ["BSD-3-Clause", "BSD License", "BSD"],
    "BSD-2-Clause": ["BSD-2-Clause", "BSD License"],
    "MIT": ["MIT", "MIT License", "MIT AND LGPL-3.0-or-later"],
    "LGPL-3.0-or-later": ["MIT AND LGPL-3.0-or-later"],
    "Apache-2.0": ["Apache-2.0", "Apache Software License"],
    "MPL-2.0": ["MPL-2.0"],
    "ISC": ["ISC"],
    "PSF-based": ["Python Software Foundation License"],
}


def wanted():
    """Package → (extra or "core", lowest version)."""
    groups = {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    pairs = [(group, re.fullmatch(r"([\w.-]+)>=([\w.]+)", line)) for group, lines in groups.items() for line in lines]
    return {found[1]: (group, found[2]) for group, found in pairs}


def table():
    """Package → (extra, lowest version, licence, what for), as the page says."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \| (\S+) \| (\S+) \| ([^|]+?) \| ([^|]+?) \|$", text, re.MULTILINE)
    return {name: (extra, lowest, licence, purpose) for name, extra, lowest, licence, purpose in rows}


def test_the_page_lists_what_is_asked_for():
    assert {name: (extra, lowest) for name, (extra, lowest, _, _) in table().items()} == wanted()


@pytest.mark.parametrize("name", sorted(wanted()))
def test_the_licence_is_the_one_that_the_package_declares(name):
    try:
        declared = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    words = [declared.get("License-Expression") or "", (declared.get("License") or "").splitlines()[:1]]
    words += [entry.rpartition(" :: ")[2] for entry in declared.get_all("Classifier") or [] if "License" in entry]
    flat = [word for entry in words for word in (entry if isinstance(entry, list) else [entry])]
    # NumPy names the licences of what it bundles beside its own.
    flat += [flat[0].partition(" AND ")[0]]
    for licence in table()[name][2].split(" and "):
        assert set(SHORT[licence]) & set(flat), flat


def test_every_package_that_is_imported_is_asked_for_and_every_one_asked_for_is_used():
    imported = set()
    for part in ("src", "tests", "docs"):
        for file in (ROOT / part).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                    imported.add(node.module.partition(".")[0])
    names = {IMPORTED.get(name, name): name for name in wanted()}
    # Used as programs, as plug-ins of Sphinx, or without being imported by name.
    quiet = {
        "furo",
        "myst-parser",
        "sphinx",
        "sphinx-copybutton",
        "sphinxcontrib-bibtex",
        "mypy",
        "pytest-xdist",
        "ruff",
    }
    unused = {name for module, name in names.items() if module not in imported} - quiet - {"hatchling"}
    assert not unused
    core = {module for module, name in names.items() if wanted()[name][0] == "core"}
    needed = set()
    for file in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body:  # what stands at the top of a module is needed by everyone who imports it
            if isinstance(node, ast.Import):
                needed |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                needed.add(node.module.partition(".")[0])
    assert needed - set(sys.stdlib_module_names) - {"gatedmem"} <= core


if __name__ == "__main__":
    page = ROOT / "docs" / "dependencies.md"
    rows = table()
    whole = page.read_text(encoding="utf-8")
    for name, (extra, lowest, licence, purpose) in rows.items():
        old = f"| `{name}` | {extra} | {lowest} | {licence} | {purpose} |\n"
        new = (
            f"| `{name}` | {wanted()[name][0]} | {wanted()[name][1]} | {licence} | {purpose} |\n"
            if name in wanted()
            else ""
        )
        whole = whole.replace(old, new)
    page.write_text(whole, encoding="utf-8")
    for name in wanted().keys() - rows.keys():
        print(f"{name}: add its row, with licence and purpose")
