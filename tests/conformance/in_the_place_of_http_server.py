"""Runs one of CPython's own test suites with server_core in the place of http.server.

    python in_the_place_of_http_server.py SUITE SHARD SHARDS

Prints what became of each test of that share of the suite as one line of JSON. The suites are the
running interpreter's; none of their code stands here.
"""

from __future__ import annotations

import http
import importlib
import json
import os
import sys
import types
import unittest

import server_core


class Outcomes(unittest.TestResult):
    """What became of each test, by its name without the package."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.note(test, "passed")

    def addError(self, test: unittest.TestCase, err: tuple) -> None:
        self.note(test, self._exc_info_to_string(err, test))

    def addFailure(self, test: unittest.TestCase, err: tuple) -> None:
        self.note(test, self._exc_info_to_string(err, test))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.note(test, f"skipped: {reason}")

    def addSubTest(
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: tuple | None
    ) -> None:
        del subtest
        if err is not None:
            self.note(test, self._exc_info_to_string(err, test))

    def note(self, test: unittest.TestCase, outcome: str) -> None:
        self.found.setdefault(test.id().removeprefix("test."), outcome)


def replace() -> None:
    """Let whoever imports http.server from now on get server_core."""
    module = types.ModuleType("http.server")
    for name in server_core.__all__:
        setattr(module, name, getattr(server_core, name))
    module.__all__ = server_core.__all__  # type: ignore[attr-defined] # a module has any
    module.os = os  # type: ignore[attr-defined] # one test exchanges os.path in it
    sys.modules["http.server"] = module
    http.server = module  # type: ignore[attr-defined, assignment]


def cases(suite: unittest.TestSuite) -> list[unittest.TestCase]:
    """Return the single tests of a suite."""
    found: list[unittest.TestCase] = []
    for part in suite:
        found += cases(part) if isinstance(part, unittest.TestSuite) else [part]
    return found


def main(suite: str, shard: str, shards: str) -> None:
    """Run every test of `suite` whose turn it is."""
    replace()
    module = importlib.import_module(f"test.{suite}")
    chosen = cases(unittest.defaultTestLoader.loadTestsFromModule(module))
    # Those of CGI skip themselves as root: test_cpython_cgi_and_script.py runs them as nobody.
    chosen = [case for case in chosen if not type(case).__name__.startswith("CGI")]
    result = Outcomes()
    unittest.TestSuite(chosen[int(shard) :: int(shards)]).run(result)
    print(json.dumps(result.found))


if __name__ == "__main__":
    main(*sys.argv[1:])
