"""Mutation testing of the code that judges: change it in one place, and see whether its tests notice.

    pip install -e ".[test,mutation]"
    python tests/mutation/mutate.py engine --sample 120 --out engine.json
    python tests/mutation/mutate.py engine --again engine.json --out engine.json    # the survivors once more

The changes are those of cosmic-ray (a comparison, a connective, a number, a sign, a decorator, an exception); of its
many replacements of one operator by another only near ones are used. Each worker has a copy of the project in a
temporary folder, loads the libraries once and forks a child for each mutant, so the checkout is never touched. A
mutant is *killed* when a test fails or nothing answers in time; otherwise it *survived*.
"""

from __future__ import annotations

import argparse
import compileall
import concurrent.futures
import contextlib
import difflib
import importlib
import json
import os
import py_compile
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PACKAGE = Path("src/gatedmem")

OPERATORS = (
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("FloorDiv_Div", "Mod_FloorDiv", "BitOr_BitAnd", "BitAnd_BitOr")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_Gt", "LtE_GtE", "Gt_Lt", "GtE_LtE")),
    *(f"ReplaceUnaryOperator_{change}" for change in ("Delete_Not", "Delete_USub", "UAdd_USub", "USub_UAdd")),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "AddNot"),
    *("NumberReplacer", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
    *("ExceptionReplacer", "RemoveDecorator"),
)
LIBRARIES = ("sympy", "numpy", "scipy.optimize", "scipy.integrate", "flint", "cvxpy", "pytest")
LIMIT_S = 300


@dataclass(frozen=True)
class Mutant:
    """One change: where, of which kind, and the lines before and after."""

    module: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Group:
    """Modules, and the tests that have to notice a change in them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


def group(name: str) -> Group:
    """Read one group of ``groups.toml``."""
    record = tomllib.loads((HERE / "groups.toml").read_text(encoding="utf-8"))[name]
    modules = []
    for entry in record["modules"]:
        path = PROJECT / PACKAGE / entry
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        modules += [str(file.relative_to(PROJECT / PACKAGE)) for file in files]
    left_out = [f"--deselect={test}" for test in record.get("deselect", ())]
    return Group(tuple(modules), (*record["tests"], *left_out))


def places(module: str) -> list[tuple[str, str, int]]:
    """Every change that can be made to a module: the module, the operator, and which of its occurrences."""
    from cosmic_ray.ast import Visitor, get_ast
    from cosmic_ray.plugins import get_operator

    class Count(Visitor):
        def __init__(self, operator: object) -> None:
            self.operator, self.number = operator, 0

        def visit(self, node: object) -> object:
            self.number += sum(1 for _ in self.operator.mutation_positions(node))
            return node

    tree = get_ast((PROJECT / PACKAGE / module).read_text(encoding="utf-8"))
    found = []
    for operator in OPERATORS:
        count = Count(get_operator(f"core/{operator}")())
        count.walk(tree)
        found += [(module, operator, occurrence) for occurrence in range(count.number)]
    return found


def mutated(module: str, operator: str, occurrence: int) -> str:
    """The text of a module with one change made."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (PROJECT / PACKAGE / module).read_text(encoding="utf-8")
    text = mutate_code(source, get_operator(f"core/{operator}")(), occurrence)
    if text is None:
        raise SystemExit(f"{module}: {operator}: there is no occurrence {occurrence}; the module has changed since")
    return text


def mutant(module: str, operator: str, occurrence: int) -> Mutant:
    """A change with the lines that it touches."""
    old = (PROJECT / PACKAGE / module).read_text(encoding="utf-8").splitlines()
    new = mutated(module, operator, occurrence).splitlines()
    matched = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    _, low, high, new_low, new_high = next(code for code in matched if code[0] != "equal")
    before, after = " ".join(old[low:high]), " ".join(new[new_low:new_high])
    return Mutant(module, operator, occurrence, low + 1, " ".join(before.split()), " ".join(after.split()))


class Worker:
    """A copy of the project in which mutants are put before the tests, one after the other."""

    def __init__(self, folder: Path, tests: tuple[str, ...]) -> None:
        self.folder = folder / "project"
        ignored = shutil.ignore_patterns(".*", "__pycache__", "results", "_build", "_generated")
        shutil.copytree(PROJECT, self.folder, symlinks=True, ignore=ignored)
        # Compiled code that names the hash of its source, not its time: no mutant of the same second is missed.
        hashed = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(self.folder / "src", quiet=2, invalidation_mode=hashed)
        surroundings = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEDMEM_CACHE": str(folder / "cache"),
        }
        self.server = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), "--serve", *tests],
            cwd=self.folder,
            env=surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def passes(self) -> bool:
        """Whether the tests pass with the copy as it stands."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write("go\n")
        self.server.stdin.flush()
        return self.server.stdout.readline().strip() == "passed"

    def survives(self, module: str, text: str) -> bool:
        """Whether the tests pass with another text of one module."""
        file = self.folder / PACKAGE / module
        original = file.read_text(encoding="utf-8")
        file.write_text(text, encoding="utf-8")
        try:
            return self.passes()
        finally:
            file.write_text(original, encoding="utf-8")


def serve(tests: list[str]) -> None:
    """Run the tests in a child for each line of standard input, and answer whether they pass."""
    for library in LIBRARIES:
        importlib.import_module(library)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.setsid()
            signal.alarm(LIMIT_S)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            import pytest

            os._exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]))
        _, how = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what a test that ran too long has left behind
        sys.stdout.write("passed\n" if how == 0 else "failed\n")
        sys.stdout.flush()


def run(chosen: list[tuple[str, str, int]], tests: tuple[str, ...], jobs: int) -> list[dict[str, object]]:
    """Put each change before the tests; one record each, in the order given."""
    with tempfile.TemporaryDirectory(prefix="gatedmem-mutants-") as name:
        workers = []
        for number in range(jobs):
            (Path(name) / str(number)).mkdir()
            workers.append(Worker(Path(name) / str(number), tests))
        free = list(workers)
        try:
            if not workers[0].passes():
                raise SystemExit("the tests do not pass with the code as it stands")

            def one(place: tuple[str, str, int]) -> dict[str, object]:
                worker = free.pop()
                try:
                    survived = worker.survives(place[0], mutated(*place))
                finally:
                    free.append(worker)
                return {**asdict(mutant(*place)), "survived": survived}

            records = []
            with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                for record in pool.map(one, chosen):
                    records.append(record)
                    verdict = "survived" if record["survived"] else "killed  "
                    print(
                        f"{len(records)}/{len(chosen)} {verdict} {record['module']}:{record['line']} "
                        f"{record['before']}  →  {record['after']}",
                        flush=True,
                    )
            return records
        finally:
            for worker in workers:
                worker.server.kill()


def main() -> None:
    """Draw mutants, run the tests on them, write what became of each."""
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("group", help="a group of groups.toml")
    parser.add_argument("--sample", type=int, help="how many mutants to draw (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="fixes the draw")
    parser.add_argument("--again", type=Path, help="an earlier answer: run its survivors only, keep the rest")
    parser.add_argument("--jobs", type=int, default=1, help="workers side by side")
    parser.add_argument("--out", type=Path, required=True, help="where the answer goes (JSON)")
    asked = parser.parse_args()
    chosen_group = group(asked.group)
    kept: list[dict[str, object]] = []
    if asked.again:
        answer = json.loads(asked.again.read_text(encoding="utf-8"))
        total, kept = answer["mutants"], [one for one in answer["tried"] if not one["survived"]]
        survivors = [one for one in answer["tried"] if one["survived"]]
        chosen = [(one["module"], one["operator"], one["occurrence"]) for one in survivors]
    else:
        every = [place for module in chosen_group.modules for place in places(module)]
        total = len(every)
        chosen = sorted(random.Random(asked.seed).sample(every, min(asked.sample or total, total)))
    tried = sorted(kept + run(chosen, chosen_group.tests, asked.jobs), key=lambda one: (one["module"], one["line"]))
    answer = {"group": asked.group, "mutants": total, "tried": tried}
    temporary = asked.out.with_suffix(".tmp")
    temporary.write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(asked.out)
    for module, number in Counter(one["module"] for one in tried).items():
        alive = sum(one["module"] == module and one["survived"] for one in tried)
        print(f"{module}: {number - alive} of {number} killed")


if __name__ == "__main__":
    main()
