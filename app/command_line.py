"""The command line: what was asked for, and whether it happens in a window or in the terminal."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from typing import TYPE_CHECKING

from app import __version__
from app.bind_errors import check_folder
from app.options import Options
from app.printable import printable
from app.settings import PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["has_display", "main", "parser"]

_WRONG_USE = 2
_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run Folderport with the words of `argv`, by default this process's, and return its status.

    The status is 0, or 2 for a wrong command line and a folder that cannot be shared, or 1 where
    sharing could not start. Ends the process, as argparse does, after --help and --version.
    """
    given = parser().parse_args(argv)
    if given.folder is not None and (failure := check_folder(given.folder)) is not None:
        print(f"folderport: {failure.message}", file=sys.stderr)
        return _WRONG_USE
    options = Options(
        folder=os.path.abspath(given.folder) if given.folder else "",
        headless=given.headless,
        bind=given.bind,
        port=given.port,
        protocol=given.protocol,
    )
    try:
        return _run(options)
    except KeyboardInterrupt:
        return _INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="folderport",
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
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return made


def has_display(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether there is a screen to open a window on, as the environment tells."""
    if platform in ("win32", "cygwin", "darwin"):
        return True
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return True
    # Qt can also draw without a display server: offscreen, minimal, vnc, linuxfb ...
    plugins = environment.get("QT_QPA_PLATFORM", "").split(";")
    return any(plugin and not plugin.startswith(("xcb", "wayland")) for plugin in plugins)


def _run(options: Options) -> int:
    if options.headless:
        return _share_from_the_terminal(options)
    if not has_display(os.environ):
        print("folderport: there is no display; sharing from the terminal.", file=sys.stderr)
        return _share_from_the_terminal(options)
    try:
        from app.application import run
    except ImportError as error:
        if not _is_qt(error):
            raise
        print(
            f"folderport: Qt cannot be loaded ({printable(str(error))});"
            " sharing from the terminal.",
            file=sys.stderr,
        )
        return _share_from_the_terminal(options)
    return run(options)


def _share_from_the_terminal(options: Options) -> int:
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
