"""Whom a CGI script runs as."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

__all__ = ["Account", "executable", "nobody_uid", "script_account"]

nobody: int | None = None
"""The user in whose name root runs scripts; found by `nobody_uid` unless it was set before."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a group, by their numbers."""

    user: int
    group: int


def executable(path: str) -> bool:
    """Return whether a file may be executed."""
    return os.access(path, os.X_OK)


def nobody_uid() -> int:
    """Return the number of the user nobody; -1 on a system without such numbers."""
    global nobody
    if nobody is None:
        if sys.platform == "win32":
            return -1
        import pwd

        try:
            nobody = pwd.getpwnam("nobody").pw_uid
        except KeyError:
            nobody = 1 + max(entry.pw_uid for entry in pwd.getpwall())
    return nobody


def script_account() -> Account | None:
    """Return nobody, where this process is root; None where scripts run as whom the server is."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    user = nobody_uid()
    try:
        return Account(user, pwd.getpwuid(user).pw_gid)
    except KeyError:
        return Account(user, user)
