"""The options of the command line, and what is wrong with them, in a sentence."""

from __future__ import annotations

import argparse
import functools
import os
import re

from server_core.errors import HeaderInjectionError
from server_core.one_line_parser import OneLineParser
from server_core.protocol.headers import check_field
from server_core.static import SimpleHTTPRequestHandler

__all__ = ["UsageError", "check_headers", "key_password", "parser"]

_PASSWORD_LIMIT = 65536
_VERSION = re.compile(r"HTTP/[0-9]\.[0-9]")


class UsageError(Exception):
    """An option that cannot be meant; its text tells the person why."""


def parser() -> argparse.ArgumentParser:
    """Return the parser, which refuses every value that can be told to be wrong by itself."""
    result = OneLineParser(
        prog="python -m server_core",
        description="Serve a folder over HTTP or HTTPS.",
        # Each option below has one made; to ask for the terminal's width would load shutil.
        formatter_class=functools.partial(argparse.HelpFormatter, width=80),
    )
    result.add_argument(
        "port", nargs="?", type=_port, default=8000, help="listen on this port (default: 8000)"
    )
    result.add_argument(
        "-b", "--bind", metavar="ADDRESS", help="listen on this address (default: on every one)"
    )
    result.add_argument(
        "-d", "--directory", default=os.curdir, help="serve this folder (default: the current one)"
    )
    result.add_argument(
        "-p",
        "--protocol",
        metavar="VERSION",
        type=_version,
        default="HTTP/1.0",
        help="speak this HTTP version; HTTP/1.1 keeps connections open (default: %(default)s)",
    )
    result.add_argument(
        "--cgi", action="store_true", help="run the programs below /cgi-bin and /htbin"
    )
    answers = result.add_argument_group("what is served")
    answers.add_argument(
        "-H",
        "--header",
        nargs=2,
        action="append",
        metavar=("NAME", "VALUE"),
        help="send this header field with files and listings; may be repeated",
    )
    answers.add_argument(
        "--content-type",
        metavar="TYPE",
        default=SimpleHTTPRequestHandler.default_content_type,
        help="the media type of files that tell none by their name (default: %(default)s)",
    )
    answers.add_argument(
        "--follow-symlinks",
        action="store_true",
        help="serve what symbolic links have outside of the folder, too",
    )
    answers.add_argument(
        "--hide-dotfiles",
        action="store_true",
        help="neither list nor serve names that begin with a dot",
    )
    answers.add_argument(
        "--names-only", action="store_true", help="leave sizes and dates out of listings"
    )
    tls = result.add_argument_group("HTTPS")
    tls.add_argument("--tls-cert", metavar="FILE", help="the certificate chain, as PEM")
    tls.add_argument("--tls-key", metavar="FILE", help="the key, where --tls-cert has none")
    tls.add_argument("--tls-password-file", metavar="FILE", help="the password of the key")
    limits = result.add_argument_group("limits")
    limits.add_argument(
        "--max-connections", metavar="N", type=_count, help="most connections at a time"
    )
    limits.add_argument(
        "--max-connections-per-address",
        metavar="N",
        type=_count,
        help="most connections at a time from one address",
    )
    result.formatter_class = argparse.HelpFormatter  # what is read is as wide as the terminal
    return result


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: they go from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of connections")
    return int(text)


def _version(text: str) -> str:
    if not _VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no HTTP version, like HTTP/1.1")
    return text


def key_password(options: argparse.Namespace) -> str | None:
    """Return the key's password; raises UsageError for options that do not go together."""
    if options.tls_cert is None:
        for name in ("tls_key", "tls_password_file"):
            if getattr(options, name) is not None:
                raise UsageError(f"--{name.replace('_', '-')} needs --tls-cert")
    if options.tls_password_file is None:
        return None
    try:
        with open(options.tls_password_file, encoding="utf-8") as file:
            return file.read(_PASSWORD_LIMIT).strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"the password file cannot be read: {reason}") from error


def check_headers(options: argparse.Namespace) -> None:
    """Raise UsageError for header fields that cannot be sent."""
    try:
        for name, value in (*(options.header or ()), ("Content-Type", options.content_type)):
            check_field(name, value)
            value.encode("latin-1")
    except (HeaderInjectionError, UnicodeError) as error:
        raise UsageError(f"this cannot be a header field: {error}") from error
