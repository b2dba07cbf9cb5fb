"""What the command line asked for, as one frozen value, and as a line for another Folderport."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, Self

__all__ = ["Options"]

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Options:
    """The words of one command line; None and "" stand for what was not said."""

    folder: str = ""
    """An absolute path; whether a folder is there, only who shares it finds out."""
    bind: str | None = None
    """Where to be reached, as in `ShareSettings.network`."""
    port: int | None = None
    """A TCP port; 0 lets the system choose any."""
    protocol: str | None = None
    """One of `settings.PROTOCOLS`."""
    ask: bool = False
    """Whether the window only shows the folder, and shares it once the person says so."""

    def to_message(self) -> bytes:
        """Return these options as one line of JSON, without its end."""
        # In ASCII, which also holds the bytes of a path that are no Unicode.
        return json.dumps({"version": _VERSION, **asdict(self)}).encode("ascii")

    @classmethod
    def from_message(cls, message: bytes) -> Self | None:
        """Return the options in a message, those left out that make no sense; None for no message.

        Another version's message still says that somebody wants to see the window: no options.
        """
        try:
            words = json.loads(message)
        except (ValueError, RecursionError):
            return None
        if not isinstance(words, dict) or type(words.get("version")) is not int:
            return None
        if words["version"] != _VERSION:
            return cls()
        folder, bind = words.get("folder"), words.get("bind")
        port, protocol = words.get("port"), words.get("protocol")
        return cls(
            folder=folder if isinstance(folder, str) else "",
            bind=bind if isinstance(bind, str) else None,
            port=port if type(port) is int and 0 <= port <= 65535 else None,
            protocol=protocol if isinstance(protocol, str) else None,
            ask=words.get("ask") is True,
        )
