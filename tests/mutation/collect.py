"""Put the answers of ``mutate.py`` together for the book; every survivor has to be settled with a reason.

    python tests/mutation/collect.py engine.json checker.json … --out docs/data/mutation.json

The reasons lie in ``settled/*.toml``, one ``[[settled]]`` table a survivor: ``module``, ``before`` and ``after`` as
in the answer, and ``why``. A survivor without a reason is an error, and so is a reason for a mutant that a test
kills, or for a line that the module does not have.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "src" / "gatedmem"
NAMED = ("module", "before", "after")


def reasons(folder: Path = HERE / "settled") -> dict[tuple[str, ...], str]:
    """Why each settled survivor may stand."""
    found: dict[tuple[str, ...], str] = {}
    for file in sorted(folder.glob("*.toml")):
        for number, record in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["settled"], 1):
            if set(record) != {*NAMED, "why"} or not record["why"].strip():
                raise SystemExit(f"{file.name}: record {number}: has the fields {', '.join(NAMED)} and why")
            found[tuple(record[name] for name in NAMED)] = record["why"]
    return found


def collected(answers: list[dict[str, object]], settled: dict[tuple[str, ...], str]) -> list[dict[str, object]]:
    """One record a group: how many changes there are, how many were tried, and the survivors with their reasons."""
    groups = []
    for answer in answers:
        survivors = []
        for one in answer["tried"]:
            name = tuple(one[field] for field in NAMED)
            said = f"{name[0]}:{one['line']}: {name[1]}  →  {name[2]}"
            if one["survived"] and name not in settled:
                raise SystemExit(f"{said}: survived, and nothing says why")
            if one["survived"]:
                survivors.append({**dict(zip(NAMED, name, strict=True)), "why": settled[name]})
            elif name in settled:
                raise SystemExit(f"{said}: is settled, and yet a test kills it")
        groups.append(
            {
                "group": answer["group"],
                "mutants": answer["mutants"],
                "tried": len(answer["tried"]),
                "survivors": survivors,
            }
        )
    return groups


def stale(settled: dict[tuple[str, ...], str], package: Path = PACKAGE) -> list[str]:
    """The reasons for lines that their modules do not have (any more)."""
    texts = {name[0]: " ".join((package / name[0]).read_text(encoding="utf-8").split()) for name in settled}
    return [f"{module}: {before}" for module, before, _ in settled if before not in texts[module]]


def main() -> None:
    """Read the answers, write the record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("answers", type=Path, nargs="+", help="answers of mutate.py")
    parser.add_argument("--out", type=Path, required=True, help="where the record goes (JSON)")
    asked = parser.parse_args()
    settled = reasons()
    if lost := stale(settled):
        raise SystemExit(f"{lost[0]}: is settled, and there is no such line")
    answers = [json.loads(file.read_text(encoding="utf-8")) for file in asked.answers]
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "tool": f"cosmic-ray {metadata.version('cosmic-ray')}",
        "groups": collected(answers, settled),
    }
    asked.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
