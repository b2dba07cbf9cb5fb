"""The share of a folder as the window runs it: what happened on it is kept in memory.

python share.py PORT FOLDER
"""

from __future__ import annotations

import collections
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server_core.share import create_server

if TYPE_CHECKING:
    from server_core.events import Event

TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "web"
MOST_CONNECTIONS = 8192
KEPT = 20_000
"""Events, as many as the window's relay keeps at a time."""


def main() -> None:
    """Serve until a signal."""
    port, folder = sys.argv[1:]
    events: collections.deque[Event] = collections.deque(maxlen=KEPT)
    server = create_server(
        ("127.0.0.1", int(port)), folder, templates=TEMPLATES, on_event=events.append
    )
    server.connections.max_connections = MOST_CONNECTIONS
    server.connections.max_per_address = MOST_CONNECTIONS
    server.serve_forever()


if __name__ == "__main__":
    main()
