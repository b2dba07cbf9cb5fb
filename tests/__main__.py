"""`python3 tests`: lint, format, types, import contracts, then every test with coverage.

With arguments it runs pytest alone with these, from the top of the checkout: `python3 tests -q
tests/architecture`. On a bare machine packaging/bootstrap.py first installs what is missing.
Older interpreters read this file up to the sentence that they are too old.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PYTHON = [sys.executable, "-P"]
CONTRACTS = "from importlinter.cli import lint_imports_command as run; run()"


def types_on(system: str) -> list[str]:
    """Return what checks the program as it is on another system, where some of it is never run."""
    apart = [f"--platform={system}", f"--cache-dir=.mypy_cache/{system}", "--no-warn-unreachable"]
    return [*PYTHON, "-m", "mypy", *apart, "app", "server_core"]


QUICK_CHECKS = (
    ("lint", [*PYTHON, "-m", "ruff", "check"]),
    ("format", [*PYTHON, "-m", "ruff", "format", "--check"]),
    ("types", [*PYTHON, "-m", "mypy"]),
    ("types on Windows", types_on("win32")),
    ("types on macOS", types_on("darwin")),
    ("import contracts", [*PYTHON, "-c", CONTRACTS]),
)
# A file's tests share what it sets up, and stay together. One process more than there are
# processors, since many tests wait for a disk or for another program; more than four would want
# more memory than a small machine has: each may have a browser.
AT_ONCE = (f"--numprocesses={min(4, 1 + (os.cpu_count() or 1))}", "--dist=loadfile")


def passes(name: str, command: list[str]) -> bool:
    """Run one check; it says a line, and where it fails all that it found."""
    started = time.monotonic()
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    verdict = "passed" if result.returncode == 0 else "FAILED"
    print(f"{name}: {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    if result.returncode != 0:
        print(result.stdout, flush=True)
    return result.returncode == 0


def main() -> None:
    """Go through the checks, and end as pytest ends."""
    here = os.path.join(ROOT, "tests")
    # The files in tests/ are no top-level modules, whatever their names; nor those of packaging/.
    sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]
    sys.path.insert(0, os.path.join(ROOT, "packaging"))
    bootstrap = importlib.import_module("bootstrap")
    arguments = sys.argv[1:]
    if not bootstrap.is_prepared_here("tests"):
        bootstrap.launch("tests", ["-P", here, *arguments])
    os.chdir(ROOT)
    # What tests write is UTF-8 on Windows too, as it is anyway from Python 3.15 on.
    os.environ["PYTHONUTF8"] = "1"
    if not arguments:
        failed = [name for name, command in QUICK_CHECKS if not passes(name, command)]
        if failed:
            sys.exit("The tests run once these pass: " + ", ".join(failed) + ".")
        arguments = ["--cov", "--cov-report=term", *AT_ONCE]
    print("tests: pytest " + " ".join(arguments), flush=True)
    bootstrap.become([*PYTHON, "-m", "pytest", *arguments])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
