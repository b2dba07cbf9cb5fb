"""The order of `python3 tests`: every quick check, then pytest where they all pass."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
PASSES = [sys.executable, "-c", "print('nothing to say')"]
FAILS = [sys.executable, "-c", "print('line 3 is wrong'); raise SystemExit(1)"]


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that `python3 tests` would have become."""
    commands: list[list[str]] = []
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    import bootstrap

    monkeypatch.setattr(bootstrap, "is_prepared_here", lambda _purpose: True)
    monkeypatch.setattr(bootstrap, "become", commands.append)
    return commands


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch, became: list[list[str]]) -> ModuleType:
    spec = importlib.util.spec_from_file_location("checks", ROOT / "tests" / "__main__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["tests"])
    assert became == []
    return module


def test_pytest_with_coverage_follows_the_quick_checks(
    checks: ModuleType,
    became: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(checks, "QUICK_CHECKS", (("lint", PASSES), ("types", PASSES)))
    checks.main()
    lint, types, tests = capfd.readouterr().out.splitlines()
    assert lint.startswith("lint: passed")
    assert types.startswith("types: passed")
    wanted = ["--cov", "--cov-report=term", *checks.AT_ONCE]
    assert tests == "tests: pytest " + " ".join(wanted)
    assert became == [[sys.executable, "-P", "-m", "pytest", *wanted]]


def test_all_quick_checks_run_before_a_failing_one_ends_it(
    checks: ModuleType,
    became: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(checks, "QUICK_CHECKS", (("lint", FAILS), ("types", PASSES)))
    with pytest.raises(SystemExit, match="The tests run once these pass: lint"):
        checks.main()
    said = capfd.readouterr().out
    assert "lint: FAILED" in said
    assert "line 3 is wrong" in said
    assert "types: passed" in said
    assert became == []


def test_arguments_are_for_pytest_alone(
    checks: ModuleType, became: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "QUICK_CHECKS", (("lint", FAILS),))
    monkeypatch.setattr(sys, "argv", ["tests", "-q", "tests/http"])
    checks.main()
    assert became == [[sys.executable, "-P", "-m", "pytest", "-q", "tests/http"]]


def test_the_quick_checks_are_lint_format_types_and_contracts(checks: ModuleType) -> None:
    words = [" ".join(command[2:]) for _, command in checks.QUICK_CHECKS]
    assert words[:3] == ["-m ruff check", "-m ruff format --check", "-m mypy"]
    assert words[3].startswith("-m mypy --platform=win32 ")
    assert words[4].startswith("-m mypy --platform=darwin ")
    assert "lint_imports" in words[5]
