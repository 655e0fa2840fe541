"""All theory modules live together in one process: no two give one name two notations."""

import importlib
import pkgutil

import gatedmem.theory


def test_every_theory_module_can_be_loaded_beside_the_others():
    modules = [module.name for module in pkgutil.walk_packages(gatedmem.theory.__path__, "gatedmem.theory.")]
    assert len(modules) > 20
    for module in modules:
        importlib.import_module(module)


def test_a_primed_quantity_is_squared_in_parentheses():
    """TeX refuses two superscripts on one symbol, and a prime is one."""
    from gatedmem.theory.indexed import Index, size, vector
    from gatedmem.theory.printing import latex

    n = size("n")
    i = Index("i", n)
    assert latex(vector("y'", n)[i] ** 2) == r"\left(y'_{i}\right)^{2}"
    assert latex(vector("y", n)[i] ** 2) == "y_{i}^{2}"
