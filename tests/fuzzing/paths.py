"""Request targets: whatever is asked for, nothing but what lies in the folder is opened.

Run by heads_and_paths.py; alone, with a file of bytes, it tries these again.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

with atheris.instrument_imports(include=["server_core"]):
    from server_core.files.resource import FileResource, open_beneath
    from server_core.protocol.target import url_segments
    from server_core.static import SimpleHTTPRequestHandler

LINKS = {
    "to_sub": "sub",
    "out": "../outside",
    "up": "..",
    "etc": "/etc",
    "loop": "loop",
    "sub/back": "../..",
    "sub/secret": "../../outside/secret.txt",
    "sub/plain": "../plain.txt",
}


class Folder:
    """A shared folder between others that are not shared, with links of every kind."""

    def __init__(self, place: Path) -> None:
        self.root = place / "root"
        for name in ("outside", "root-2", "root/sub/deeper"):
            (place / name).mkdir(parents=True)
        for name in ("outside/secret.txt", "root-2/secret.txt"):
            (place / name).write_text("not shared")
        for name in ("plain.txt", "name é.txt", ".hidden", "sub/inner.txt", "sub/deeper/x"):
            (self.root / name).write_text("shared")
        Path(os.fsdecode(os.fsencode(self.root) + b"/\xff.txt")).write_text("shared")
        for name, target in LINKS.items():
            (self.root / name).symlink_to(target)
        os.mkfifo(self.root / "pipe")
        # os.walk follows no links.
        shared = [self.root, *self.root.rglob("*")]
        kept = [path for path in shared if not path.is_symlink()]
        self.identities = {(s.st_dev, s.st_ino) for s in (path.stat() for path in kept)}
        self.handlers = [self._handler(hidden) for hidden in (True, False)]

    def _handler(self, show_hidden: bool) -> SimpleHTTPRequestHandler:
        handler = object.__new__(SimpleHTTPRequestHandler)
        handler.directory = str(self.root)
        handler.show_hidden = show_hidden
        return handler

    def try_target(self, data: bytes) -> None:
        """Open what a target names by every way there is; raises what is no OSError."""
        target = data.decode("latin-1")
        segments = url_segments(target)
        for segment in segments:
            assert segment not in ("", ".", "..")
        ways: list[Callable[[], FileResource]] = [
            lambda: open_beneath(str(self.root), segments),
            # As they come, for whoever uses it without url_segments.
            lambda: open_beneath(str(self.root), target.split("/")),
            *(partial(self._open, handler, target) for handler in self.handlers),
        ]
        for way in ways:
            with contextlib.suppress(OSError), way() as resource:
                self.check(resource)

    def _open(self, handler: SimpleHTTPRequestHandler, target: str) -> FileResource:
        return handler._open(handler.translate_path(target))

    def check(self, resource: FileResource) -> None:
        """Fail where something was opened that is not in the folder."""
        status = resource.status
        assert (status.st_dev, status.st_ino) in self.identities, resource.path
        assert os.path.samestat(os.fstat(resource.descriptor), status)


def main() -> None:
    """Fuzz, with libFuzzer's options."""
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place))
        atheris.Setup(sys.argv, folder.try_target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
