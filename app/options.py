"""What the command line asked for, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """The words of one command line; None and "" stand for what was not said."""

    folder: str = ""
    """An absolute path to a folder that was readable when it was checked."""
    headless: bool = False
    bind: str | None = None
    """Where to be reached, as in `ShareSettings.network`."""
    port: int | None = None
    """A TCP port; 0 lets the system choose any."""
    protocol: str | None = None
    """One of `settings.PROTOCOLS`."""
