"""packaging/constraints.txt: the exact versions that installers ship and tests use."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "packaging" / "constraints.txt").read_text().splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def same(name: str) -> str:
    """Return a distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


VERSIONS = {same(line.partition("==")[0]): line.partition("==")[2] for line in LINES}


def wanted() -> list[str]:
    project = PROJECT["project"]
    asked = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        asked += extra
    return sorted({same(re.split(r"[\[<>=!~; ]", line)[0]) for line in asked})


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_a_name_and_a_version(line: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)


def test_lines_are_in_order_and_none_is_there_twice() -> None:
    assert sorted(LINES, key=str.lower) == LINES
    assert len(VERSIONS) == len(LINES)


@pytest.mark.parametrize("name", wanted())
def test_what_the_project_asks_for_has_its_version_here(name: str) -> None:
    assert name in VERSIONS


def test_these_tests_run_with_these_versions() -> None:
    installed = {
        same(found.metadata["Name"]): found.version for found in importlib.metadata.distributions()
    }
    others = {
        name: (version, VERSIONS[name])
        for name, version in installed.items()
        if VERSIONS.get(name, version) != version
    }
    assert others == {}
    # A new dependency of a dependency belongs here as well; pip and what it brings do not.
    assert set(installed) - set(VERSIONS) - {"folderport", "pip", "setuptools", "wheel"} == set()
