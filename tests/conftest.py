"""Shared by all tests: a cache of their own, and reproducible property tests."""

import pytest
from hypothesis import settings

settings.register_profile("repository", deadline=None, derandomize=True, max_examples=50, database=None)
settings.load_profile("repository")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEDMEM_CACHE", str(tmp_path / "cache"))
