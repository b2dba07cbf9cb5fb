"""CPython's own tests of http.server, and of what the standard library builds on it.

They run with server_core in its place, on every Python installed, and must pass, but for the
contradictions that are known.
Those of CGI have a file of their own, test_cpython_cgi_and_script.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("in_the_place_of_http_server.py")
DEADLINE = 100
PACKAGE = "libpython{}.{}-testsuite".format(*sys.version_info)
SUITES = {"test_httpservers": 1, "test_wsgiref": 1, "test_xmlrpc": 4, "test_docxmlrpc": 1}
"""Each with the number of processes it is divided into: xmlrpc's waits for time-outs of 3 s."""

KNOWN = {
    "test_httpservers.MiscTestCase.test_all": (
        "looks for classes that say they are defined in http.server; ours say where they are"
    ),
    "test_httpservers.BaseHTTPServerTestCase.test_request_line_trimming": (
        "sends an HTTP/1.1 request without Host, which RFC 9112 section 3.2 wants refused"
    ),
    "test_httpservers.SimpleHTTPServerTestCase.test_undecodable_parameter": (
        "wants the query in a listing's title, which Python 3.14 forbids"
    ),
    "test_xmlrpc.FailingServerTestCase.test_fail_with_info": (
        "xmlrpc.server puts the line breaks of a traceback in a header field; that is refused"
    ),
}


def run(interpreter: str, suite: str) -> dict[str, str]:
    """Return what became of each test of a suite."""
    shards = SUITES[suite]
    command = [interpreter, "-P", str(RUNNER), suite]
    started = [
        subprocess.Popen(
            [*command, str(shard), str(shards)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for shard in range(shards)
    ]
    found: dict[str, str] = {}
    try:
        for process in started:
            out, err = process.communicate(timeout=DEADLINE)
            assert process.returncode == 0, err
            found |= json.loads(out.splitlines()[-1])
    finally:
        for process in started:
            process.kill()
            process.wait()
    return found


def has_suite(interpreter: str, suite: str) -> bool:
    """Return whether a Python came with this suite."""
    program = f"import importlib.util as u, sys; sys.exit(u.find_spec('test.{suite}') is None)"
    return subprocess.run([interpreter, "-I", "-c", program], timeout=DEADLINE).returncode == 0


@pytest.mark.parametrize("suite", SUITES)
def test_the_standard_librarys_own_tests_pass(suite: str, interpreter: str) -> None:
    if not has_suite(interpreter, suite):
        if interpreter != sys.executable or not sys.platform.startswith("linux"):
            pytest.skip(f"{interpreter} came without its tests")
        pytest.fail(f"this Python has no test.{suite}: on Debian and Ubuntu, install {PACKAGE}")
    found = run(interpreter, suite)
    assert found, "no test was run"
    # Some came with a later release of the running Python.
    known = KNOWN.keys() & found.keys()
    failed = {
        name: outcome
        for name, outcome in found.items()
        if outcome != "passed" and not outcome.startswith("skipped: ")
    }
    unexpected = [f"{name}\n{failed[name]}" for name in sorted(failed.keys() - known)]
    assert not unexpected, "\n".join(unexpected)
    assert known - failed.keys() == set(), "no contradiction any more: take it off the list"
