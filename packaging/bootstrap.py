"""What makes `python3 app` and `python3 tests` work in a fresh checkout that has only Python.

    missing system packages -> .venv -> pip install -e . -> the command again, inside .venv

It uses the standard library alone and says each step on standard error in one line. Interpreters
older than the one Folderport needs read this file too, to say so in a sentence: its syntax is that
of Python 3.8. It runs before every start, so what only a set-up needs is imported there.
"""

from __future__ import annotations

import os
import sys

import system_packages

TYPE_CHECKING = False  # the real one is in typing, which takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO, NoReturn

PYTHON_NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PROJECT = os.path.join(ROOT, "pyproject.toml")
CONSTRAINTS = os.path.join(ROOT, "packaging", "constraints.txt")
ENVIRONMENT = os.path.join(ROOT, ".venv")
WINDOWS = os.name == "nt"
INTERPRETER = os.path.join(ENVIRONMENT, "Scripts/python.exe" if WINDOWS else "bin/python")
UNFINISHED = os.path.join(ENVIRONMENT, ".unfinished")
APT_LISTS = "/var/lib/apt/lists"
PATIENCE = 1800.0
"""Seconds that one step, or the wait for another set-up of this checkout, may take."""


class SetupError(Exception):
    """The set-up cannot go on; its text names the cause and the next step for a person."""


def launch(purpose: str, arguments: Sequence[str]) -> NoReturn:
    """Prepare this checkout for `purpose`, then become .venv's Python with these arguments."""
    try:
        _require_python()
        if not is_ready(purpose):
            prepare(purpose)
        become([INTERPRETER, *arguments])
    except SetupError as error:
        sys.exit(f"folderport: {error}")
    except OSError as error:
        cause = f"{error.strerror}: {error.filename}" if error.filename else error
        sys.exit(f"folderport: {cause}. Correct this, then run the same command again.")
    except KeyboardInterrupt:
        sys.exit("\nfolderport: stopped; the same command goes on from here.")


def become(command: list[str]) -> NoReturn:
    """Go on as another program: same process, signals and exit status, as far as there is that."""
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606 - becoming that program is the purpose
    sys.exit(_wait_for(command))


def purpose_of(arguments: Sequence[str]) -> str:
    """Tell what `python3 app` with these arguments needs: a "window" or only the "terminal"."""
    if {"--headless", "--help", "-h", "--version"}.intersection(arguments):
        return "terminal"
    # The same rule as has_display in app/display.py, of which nothing can be imported yet.
    if sys.platform in ("win32", "cygwin", "darwin"):
        return "window"
    plugins = os.environ.get("QT_QPA_PLATFORM", "").split(";")
    draws_without = any(name and not name.startswith(("xcb", "wayland")) for name in plugins)
    has_display = any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return "window" if has_display or draws_without else "terminal"


def is_prepared_here(purpose: str) -> bool:
    """Tell whether the running interpreter can go on itself, prepared by us or by uv or pip."""
    from importlib.util import find_spec

    ours = any(name.startswith(".ready-for-") for name in _names(ENVIRONMENT))
    if ours and os.path.samefile(sys.prefix, ENVIRONMENT):
        return is_ready(purpose)
    found = find_spec("app")
    here = os.path.join(ROOT, "app", "__init__.py")
    return found is not None and found.origin is not None and os.path.realpath(found.origin) == here


def is_ready(purpose: str) -> bool:
    """Tell whether .venv was completed for `purpose` as this checkout asks for it."""
    try:
        with open(_stamp(purpose), "rb") as stamp:
            return os.path.exists(INTERPRETER) and stamp.read() == _state(purpose)
    except FileNotFoundError:
        return False


def prepare(purpose: str) -> None:
    """Install what is missing for `purpose`. Raises SetupError with the next step."""
    from time import monotonic

    started = monotonic()
    with open(PROJECT, "r+b") as lock:
        _acquire(lock)
        if is_ready(purpose):  # the set-up that was waited for did it
            return
        has_environment = _environment_works()
        missing = system_packages.missing_for(purpose)
        if not has_environment:
            missing += system_packages.missing_for_environments()
        if missing:
            _install_packages(
                system_packages.apt_names(missing), system_packages.command_line(missing)
            )
        if not has_environment:
            _make_environment()
        if purpose != "window" or not is_ready("terminal"):  # these two use the same packages
            _install_project("[dev]" if purpose == "tests" else "")
        for done in system_packages.PURPOSES:
            _write_stamp(done)
            if done == purpose:
                break
    _say(f"ready after {monotonic() - started:.0f} s")


def _say(sentence: str) -> None:
    print(f"folderport: {sentence}", file=sys.stderr, flush=True)


def _require_python() -> None:
    if sys.version_info < PYTHON_NEEDED:
        needed, found = ("{}.{}".format(*version) for version in (PYTHON_NEEDED, sys.version_info))
        raise SetupError(
            f"Python {needed} or newer is needed, and this is Python {found}. "
            "Install a newer Python and start this command with it."
        )


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stamp(purpose: str) -> str:
    return os.path.join(ENVIRONMENT, f".ready-for-{purpose}")


def _state(purpose: str) -> bytes:
    """All that a set-up depends on: the place, the Python, system packages, Python packages."""
    python = os.path.basename(os.path.realpath(INTERPRETER))
    with open(PROJECT, "rb") as project, open(CONSTRAINTS, "rb") as constraints:
        packages = system_packages.apt_names(system_packages.needed_for(purpose))
        return os.fsencode(f"{ROOT}\n{python}\n{packages}\n") + project.read() + constraints.read()


def _write_stamp(purpose: str) -> None:
    unfinished = f"{_stamp(purpose)}.{os.getpid()}"
    with open(unfinished, "wb") as stamp:
        stamp.write(_state(purpose))
    os.replace(unfinished, _stamp(purpose))


def _acquire(lock: IO[bytes]) -> None:
    """Take the lock that the system gives back when this process ends, however it ends."""
    from time import monotonic, sleep

    deadline = monotonic() + PATIENCE
    waiting = False
    while not _try_lock(lock):
        if not waiting:
            _say("waiting for another set-up of this checkout")
            waiting = True
        if monotonic() > deadline:
            raise SetupError("another set-up of this checkout does not end. End it and try again.")
        sleep(0.1)


def _try_lock(lock: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            lock.seek(1 << 30)  # a byte behind the end: Windows refuses to read a locked one
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _install_packages(names: Sequence[str], line: str) -> None:
    """Install Debian packages, asking a person who is not root; elsewhere, say `line`."""
    import shutil

    root = not WINDOWS and os.geteuid() == 0
    privilege = [] if root else ["sudo"]
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    may_ask = at_terminal and shutil.which("sudo") is not None
    if shutil.which("apt-get") is None or not (root or (may_ask and _agreed(line))):
        raise SetupError(
            "some system packages are missing. Install them, then run the same command again:\n"
            f"  {line}"
        )
    _say("installing " + " ".join(names))
    apt = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    apt += ["-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "--yes", "--no-install-recommends", *names]
    has_lists = any("_Packages" in name for name in _names(APT_LISTS))
    if has_lists and _run(install)[0]:
        return
    if not _run([*apt, "update"])[0]:
        _say("apt-get update failed; trying with the package lists that are here")
    _run_or_explain(install, "apt-get could not install them", line)


def _agreed(line: str) -> bool:
    question = f"folderport: some system packages are missing. Run `{line}` now? [Y/n] "
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    return answer.endswith("\n") and answer.strip().lower() in {"", "y", "yes"}


def _environment_works() -> bool:
    """Tell whether .venv is complete, new enough, and has pip."""
    if os.path.exists(UNFINISHED) or not os.path.exists(INTERPRETER):
        return False
    check = "import sys, pip; sys.exit(sys.version_info < ({}, {}))".format(*PYTHON_NEEDED)
    return _run([INTERPRETER, "-I", "-c", check])[0]


def _make_environment() -> None:
    import shutil

    _say("making .venv")
    if os.path.lexists(ENVIRONMENT):
        shutil.rmtree(ENVIRONMENT)
    os.mkdir(ENVIRONMENT)
    with open(UNFINISHED, "wb"):
        pass  # stays where this is killed half-way
    make = [sys.executable, "-I", "-m", "venv", ENVIRONMENT]
    _run_or_explain(make, "Python could not make .venv", " ".join(make))
    os.remove(UNFINISHED)


def _install_project(extra: str) -> None:
    _say("installing Python packages into .venv")
    pip = [INTERPRETER, "-I", "-m", "pip", "install", "--editable", ROOT + extra]
    pip += ["--constraint", CONSTRAINTS]
    options = ["--no-input", "--no-user", "--disable-pip-version-check", "--progress-bar", "off"]
    retry = "check the connection to the internet, then run the same command again"
    _run_or_explain([*pip, *options], "pip could not install them", retry)


def _run_or_explain(command: Sequence[str], cause: str, retry: str) -> None:
    succeeded, output = _run(command)
    if not succeeded:
        last_lines = "\n".join(output.splitlines()[-15:])
        raise SetupError(f"{cause}. It said:\n{last_lines}\nNext step: {retry}")


def _run(command: Sequence[str]) -> tuple[bool, str]:
    """Run a step quietly, and give whether it succeeded and what it said."""
    import subprocess

    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f"No end after {PATIENCE:.0f} seconds."
    except OSError as error:
        return False, str(error)
    return result.returncode == 0, result.stdout


def _wait_for(command: Sequence[str]) -> int:
    """Run a command to its end: on Windows no process becomes another one."""
    import subprocess

    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # Ctrl+C went to the command as well, which decides what it means
