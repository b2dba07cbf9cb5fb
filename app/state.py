"""The states of a share, and why one did not start: values known to the window and the server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Field", "ServerState", "StartFailure"]


class ServerState(Enum):
    """Where the server stands between one Start and the next."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Field(Enum):
    """What a person set that can keep a share from starting."""

    FOLDER = "folder"
    NETWORK = "network"
    PORT = "port"


@dataclass(frozen=True, slots=True)
class StartFailure:
    """Why a share did not start, in words for the person who asked for it."""

    field: Field
    """The setting to change; the message stands beside it."""
    message: str
    """One sentence with the cause, and where there is one, the next step."""
    suggested_port: int | None = None
    """A port that is free at this moment, where another port would help."""
