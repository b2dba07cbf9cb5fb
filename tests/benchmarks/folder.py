"""The folder that is shared: made in memory where there is room, so that no disk is measured."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Self

import trustme

SMALL = 1024
BIG = 1 << 30
"""Bytes."""
SETTLING = 2.5
"""Seconds after a change before which a careful server takes nothing for unchanged."""
LISTINGS = (100, 1_000, 10_000, 100_000)
"""Numbers of entries of the folders whose listings are asked for."""
_MEMORY = Path("/dev/shm")
_ROOM = 3 * BIG
_PIECE = 1 << 20


class SharedFolder:
    """A folder with what the workloads ask for, each made when it is asked for first."""

    def __init__(self) -> None:
        has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
        self._place = tempfile.TemporaryDirectory(
            prefix="folderport-benchmarks-", dir=_MEMORY if has_room else None
        )
        self.path = Path(self._place.name, "shared")
        self.path.mkdir()
        (self.path / "small.bin").write_bytes(os.urandom(SMALL))
        time.sleep(SETTLING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._place.cleanup()

    def big(self) -> str:
        """Return the target of a file of BIG bytes, all of them really there."""
        path = self.path / "big.bin"
        if not path.exists():
            piece = os.urandom(_PIECE)
            with path.open("wb") as file:
                for _ in range(BIG // _PIECE):
                    file.write(piece)
        return "/big.bin"

    def listing(self, entries: int) -> str:
        """Return the target of a folder with so many files."""
        path = self.path / f"listing-{entries}"
        if not path.exists():
            path.mkdir()
            for number in range(entries):
                (path / f"IMG_{number:06}.jpg").touch()
        return f"/{path.name}/"

    def files(self, count: int, size: int) -> str:
        """Return the target of a folder with so many files of this size, all of it really there."""
        path = self.path / f"files-{count}-{size}"
        if not path.exists():
            path.mkdir()
            piece = os.urandom(min(size, _PIECE))
            for number in range(count):
                with (path / f"IMG_{number:06}.jpg").open("wb") as file:
                    for _ in range(size // len(piece)):
                        file.write(piece)
        return f"/{path.name}/"

    def change(self, target: str) -> None:
        """Change a folder and change it back, so that nobody may take it for unchanged."""
        passing = self.path / target.strip("/") / "passing"
        passing.touch()
        passing.unlink()

    def certificate(self) -> Path:
        """Return a certificate for this computer with its key, as PEM."""
        path = self.path.parent / "certificate.pem"
        if not path.exists():
            issued = trustme.CA().issue_cert("127.0.0.1")
            issued.private_key_and_cert_chain_pem.write_to_path(path)
        return path
