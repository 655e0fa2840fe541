"""The Python in the guides and the README runs as it stands."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]


def blocks(page):
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_there_is_something_to_run():
    assert sum(len(blocks(page)) for page in PAGES) >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_runs(page):
    rng = np.random.default_rng(0)
    patterns = rng.choice([-1, 1], (5, 60))
    names = {"patterns": patterns, "cue": patterns[2]}
    for block in blocks(page):
        exec(block, names)
    if "found" in names:
        assert names["found"].guaranteed
