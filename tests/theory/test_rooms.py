"""All theory modules live together in one process: no two give one name two notations."""

import importlib
import pkgutil

import gatedmem.theory


def test_every_theory_module_can_be_loaded_beside_the_others():
    modules = [module.name for module in pkgutil.walk_packages(gatedmem.theory.__path__, "gatedmem.theory.")]
    assert len(modules) > 20
    for module in modules:
        importlib.import_module(module)
