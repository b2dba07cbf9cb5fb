"""The command line: what was asked for, and whether it happens in a window or in the terminal."""

from __future__ import annotations

import argparse
import gc
import ipaddress
import os
import sys
import threading
from typing import TYPE_CHECKING, Final, TypeVar

from app import __version__
from app.bind_errors import check_folder
from app.display import display_problem
from app.options import Options
from app.printable import printable
from app.settings import PROTOCOLS
from server_core.one_line_parser import OneLineParser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main", "parser"]

_T = TypeVar("_T")

_WRONG_USE: Final = 2
_INTERRUPTED: Final = 130
_FOLDER_SECONDS: Final = 2.0
"""How long a folder may take to be looked at before anything else is done."""
_DISPLAY_SECONDS: Final = 5.0
"""How long a display may take to answer, which may be far away at the end of a slow line."""
_SILENT_DISPLAY: Final = "the display does not answer"


def main(argv: Sequence[str] | None = None) -> int:
    """Run Folderport with the words of `argv`, by default this process's, and return its status.

    The status is 0, or 2 for a wrong command line and a folder that cannot be shared, or 1 where
    sharing could not start. Ends the process, as argparse does, after --help and --version.
    """
    given = parser().parse_args(argv)
    try:
        return _run(given)
    except KeyboardInterrupt:
        return _INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = OneLineParser(
        prog="folderport",
        # Before anything is installed, packaging/bootstrap.py looks for whole words.
        allow_abbrev=False,
        description="Pick a folder, and every phone and computer on the local network can use it.",
    )
    made.add_argument("folder", metavar="FOLDER", nargs="?", help="the folder to share")
    made.add_argument(
        "--headless",
        action="store_true",
        help="share from the terminal, without a window; SIGINT (Ctrl+C) and SIGTERM end it",
    )
    made.add_argument(
        "--bind",
        metavar="ADDRESS",
        type=_address,
        help="where to be reached: a numeric address of this computer, 'all' for all of them, or "
        "'local' for this computer alone (default: the likeliest address on the local network)",
    )
    made.add_argument(
        "--port",
        metavar="PORT",
        type=_port,
        help="the TCP port, 0 for any (default: 8000, or the next one that is free)",
    )
    made.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        help=f"the protocol version of the answers (default: {PROTOCOLS[0]})",
    )
    made.add_argument(
        "--ask",
        action="store_true",
        help="show the folder in the window, and share it once you say so there",
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return made


def _within(seconds: float, ask: Callable[[], _T], default: _T) -> _T:
    """Return the answer of `ask`, or `default` where it takes longer than `seconds`."""
    answers: list[_T] = []
    # A thread, because nothing ends a call that waits for a drive or a screen.
    asking = threading.Thread(target=lambda: answers.append(ask()), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else default


def _run(given: argparse.Namespace) -> int:
    folder = given.folder
    if folder is not None:
        # A drive that does not answer in time is left to who shares it: a window is there by then.
        failure = _within(_FOLDER_SECONDS, lambda: check_folder(folder), None)
        if failure is not None:
            print(f"folderport: {failure.message}", file=sys.stderr)
            return _WRONG_USE
    options = Options(
        folder=os.path.abspath(folder) if folder else "",
        bind=given.bind,
        port=given.port,
        protocol=given.protocol,
        ask=given.ask,
    )
    if given.headless:
        return _share_from_the_terminal(options)
    problem = _within(_DISPLAY_SECONDS, lambda: display_problem(os.environ), _SILENT_DISPLAY)
    if problem:
        return _share_from_the_terminal(options, printable(problem))
    # All that is made until the window is there stays: to look for garbage in it takes time alone.
    gc.disable()
    path = os.environ.get("PATH")
    try:
        from app.application import run
    except ImportError as error:
        gc.enable()
        if not _is_qt(error):
            raise
        reason = f"Qt cannot be loaded ({printable(str(error))})"
        return _share_from_the_terminal(options, reason)
    if sys.platform == "win32" and path is not None:
        # PySide6 puts its folder before all others, where what is started from here would find its
        # libraries. It finds them itself by another way.
        os.environ["PATH"] = path
    return run(options)


def _share_from_the_terminal(options: Options, reason: str = "") -> int:
    """Share without a window, of which `reason` says why there is none, where one was wanted."""
    if options.ask:
        cause = reason or "--headless shares without a window"
        print(f"folderport: {cause}, and --ask needs one to ask in.", file=sys.stderr)
        return _WRONG_USE
    if reason:
        print(f"folderport: {reason}; sharing from the terminal.", file=sys.stderr)
    # Only now, because a window needs nothing of it.
    from app.headless import share

    return share(options.folder, options.bind or "", options.port, options.protocol or PROTOCOLS[0])


def _is_qt(error: ImportError) -> bool:
    """Return whether what could not be imported is Qt or one of its libraries."""
    package = (error.name or "").partition(".")[0]
    folders = (error.path or "").replace("\\", "/").split("/")
    return bool({"PySide6", "shiboken6"} & {package, *folders})


def _address(text: str) -> str:
    if text in ("all", "local"):
        return text
    if text == "localhost":
        return "local"
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{printable(text)!r} is neither a numeric address nor 'all' or 'local'"
        ) from None
    if address.is_multicast:
        # Some systems would listen there, and nobody would be heard.
        raise argparse.ArgumentTypeError(f"{address} stands for a group, not for this computer")
    return str(address)


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{printable(text)!r} is no number from 0 to 65535")
