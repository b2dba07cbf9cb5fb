"""The manual page folderport(1), made from the argument parser, so that both say the same."""

from __future__ import annotations

import argparse
import datetime as dt
import os

_DESCRIPTION = """\
Every phone and computer on the local network can open the folder in its browser, by the code and
the address that the window shows. Nothing is installed there. Without a FOLDER, the window lets
one be chosen. If Folderport is open already, its window takes the folder.

Only what is inside of the folder can be seen: no link leads out of it, and names that begin with a
dot are not shown. Whoever is on the network and has the address can read the rest.

Where there is no screen, the folder is shared from the terminal, as with --headless.
"""
_STATUS = (
    ("0", "It was shared until it was stopped."),
    ("1", "Sharing could not start; the reason is on standard error."),
    ("2", "The command line is wrong, or the folder cannot be shared."),
    ("130", "It was interrupted before it began to share."),
)
_FILES = (
    ("~/.config/Folderport/Folderport.ini", "What was chosen in the window."),
    ("~/.cache/folderport/", "Small pictures of pictures; may be removed at any time."),
)
_EXAMPLES = (
    ("folderport ~/Pictures", "Share the pictures in a window."),
    ("folderport --headless --port 8080 ~/Pictures", "Share them from the terminal."),
)


def man_page(parser: argparse.ArgumentParser, version: str) -> str:
    """Return the page in roff (man(7)), dated by SOURCE_DATE_EPOCH."""
    moment = dt.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), dt.UTC)
    summary = _text(f"{parser.description}")
    return "\n".join(
        [
            f'.TH FOLDERPORT 1 "{moment:%Y-%m-%d}" "Folderport {_text(version)}" "User Commands"',
            ".SH NAME",
            f"folderport \\- {summary[0].lower()}{summary[1:].rstrip('.')}",
            ".SH SYNOPSIS",
            *_synopsis(parser),
            ".SH DESCRIPTION",
            *_paragraphs(_DESCRIPTION),
            ".SH OPTIONS",
            *_entries([(_names(action), _help(parser, action)) for action in _actions(parser)]),
            ".SH EXIT STATUS",
            *_entries([(_text(status), meaning) for status, meaning in _STATUS]),
            ".SH FILES",
            *_entries([(f"\\fI{_text(path)}\\fR", meaning) for path, meaning in _FILES]),
            ".SH EXAMPLES",
            *_entries([(f"\\fB{_text(line)}\\fR", meaning) for line, meaning in _EXAMPLES]),
            ".SH SEE ALSO",
            ".UR https://github.com/folderport/folderport",
            ".UE",
            "",
        ]
    )


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - there is no other way to ask a parser for its options


def _text(text: str) -> str:
    """Escape what roff would read: a backslash, a hyphen that is to stay one, a leading dot."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _paragraphs(text: str) -> list[str]:
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return [line for part in parts for line in (".PP", _text(part))]


def _entries(entries: list[tuple[str, str]]) -> list[str]:
    return [line for head, text in entries for line in (".TP", head, _text(text))]


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices:
        return "|".join(map(str, action.choices))
    return str(action.metavar or action.dest)


def _names(action: argparse.Action) -> str:
    value = f"\\fI{_text(_value(action))}\\fR"
    if not action.option_strings:
        return value
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
    return names if action.nargs == 0 else f"{names} {value}"


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    text = action.help or ""
    known = {"prog": parser.prog, "default": action.default}
    return text % known if "%" in text else text


def _synopsis(parser: argparse.ArgumentParser) -> list[str]:
    usage = ["\\fBfolderport\\fR"]
    for action in _actions(parser):
        if action.option_strings:
            name = f"\\fB{_text(action.option_strings[-1])}\\fR"
            value = f" \\fI{_text(_value(action))}\\fR" if _value(action) else ""
            usage.append(f"[{name}{value}]")
        else:
            usage.append(f"[\\fI{_text(_value(action))}\\fR]")
    return [" ".join(usage)]
