"""Look for a request's head, and for a path, that break what server_core promises of them.

    python3 tests/fuzzing/heads_and_paths.py [SECONDS]

Coverage-guided, each target for SECONDS (60 unless given), with `atheris`, which is installed into
.venv where it is missing; it has no wheel for every Python, so it is none of the packages of the
tests. What was learnt stays in build/fuzzing, where the next run goes on; an input that breaks a
promise is kept there too, and shown with the command that tries it again.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from seeds import HEADS, PATHS

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
KEPT = ROOT / "build" / "fuzzing"
TARGETS = {"heads": HEADS, "paths": PATHS}
SECONDS = 60
LONGEST = 4096
"""Bytes of an input."""
SLOWEST = 10
"""Seconds that one input may take."""


def main() -> None:
    """Run every target; exit with status 1 where one found something."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    prepare()
    verdicts = [holds(target, seconds) for target in TARGETS]
    if not all(verdicts):
        sys.exit(1)


def prepare() -> None:
    """Have atheris in .venv, or exit with what to do."""
    if not PYTHON.exists():
        sys.exit("Run `python3 tests` once: it makes .venv, in which the fuzzer runs.")
    if subprocess.run([PYTHON, "-c", "import atheris"], capture_output=True).returncode == 0:
        return
    print("installing atheris into .venv", flush=True)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--only-binary=:all:",
        "atheris",
    ]
    if subprocess.run(pip).returncode != 0:
        sys.exit("atheris has no wheel for this Python: make .venv with another one (3.11 to 3.13)")


def holds(target: str, seconds: int) -> bool:
    """Run one target, and return whether every input kept the promises."""
    corpus = KEPT / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    script = Path(__file__).with_name(f"{target}.py")
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOWEST}",
        f"-artifact_prefix={KEPT / target}-",
        f"-dict={script.with_name('tokens.dict')}",
        "-print_final_stats=1",
    ]
    result = subprocess.run(
        [PYTHON, "-P", script, corpus, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
        timeout=seconds + 120,
    )
    tried = re.search(r"number_of_executed_units: (\d+)", result.stdout)
    if result.returncode == 0 and tried:
        print(f"{target}: {int(tried[1]):,} inputs, and each kept the promises", flush=True)
        return True
    print(f"{target}: BROKEN\n{result.stdout[-6000:]}")
    found = re.search(r"Test unit written to (\S+)", result.stdout)
    if found:
        shown = script.relative_to(ROOT)
        print(f"Again: .venv/bin/python -P {shown} {os.path.relpath(found[1], ROOT)}", flush=True)
    return False


if __name__ == "__main__":
    main()
