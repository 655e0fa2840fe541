"""What goes into the archives that are installed from: all of the package, nothing that was made from it."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE = {".vo", ".vok", ".vos", ".glob", ".aux", ".pyc", ".nbi", ".nbc", ".cache"}

pytest.importorskip("hatchling")


def build(kind, checkout, folder):
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True, timeout=120)
    (file,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return file


def sources():
    """Every file of the package in the checkout that nobody made from another one."""
    return {
        str(file.relative_to(ROOT / "src"))
        for file in (ROOT / "src" / "gatedmem").rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and not MADE & set(file.suffixes)
        and file.name[0] != "."
    }


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """A source archive from the checkout, a wheel from the checkout and one from the source archive."""
    folder = tmp_path_factory.mktemp("archives")
    archive = build("sdist", ROOT, folder)
    with tarfile.open(archive) as file:
        file.extractall(folder / "unpacked", filter="data")
        names = {name.partition("/")[2] for name in file.getnames()}
    (unpacked,) = (folder / "unpacked").iterdir()
    wheels = [build("wheel", checkout, folder / name) for checkout, name in ((ROOT, "direct"), (unpacked, "through"))]
    return names, [set(zipfile.ZipFile(wheel).namelist()) for wheel in wheels]


def test_a_wheel_holds_the_whole_package_whichever_way_it_is_built(archives):
    _, wheels = archives
    for held in wheels:
        assert {name for name in held if name.startswith("gatedmem/")} == sources()
        others = {name.split("/")[0] for name in held} - {"gatedmem"}
        assert len(others) == 1  # what the installer reads
        assert others.pop().endswith(".dist-info")


def test_the_data_files_are_there(archives):
    for held in archives[1]:
        for name in ("proofs/ledger/softmax.toml", "proofs/rocq/defs/Softmax.v", "proofs/rocq/statements/SM4.v"):
            assert f"gatedmem/{name}" in held
        for name in ("reproduce/claims.toml", "numerics/language/data/questions.csv", "py.typed"):
            assert f"gatedmem/{name}" in held


def test_the_source_archive_holds_what_is_needed_to_test_and_build_the_book_and_no_more(archives):
    names, _ = archives
    for needed in (
        "run",
        "README.md",
        "LICENSE",
        "CITATION.cff",
        "docs/conf.py",
        "docs/proofs/SM4.md",
        "tests/conftest.py",
    ):
        assert needed in names
    assert {f"src/{name}" for name in sources()} <= names
    assert not [name for name in names if "_build" in name or "_generated" in name or "__pycache__" in name]
    assert not [name for name in names if name.endswith(tuple(MADE))]
    top = {name.split("/")[0] for name in names if name}
    assert top <= {
        *(
            "src",
            "docs",
            "tests",
            "run",
            "Makefile",
            "README.md",
            "LICENSE",
            "PKG-INFO",
            "pyproject.toml",
            ".gitignore",
        ),
        *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md"),
    }
