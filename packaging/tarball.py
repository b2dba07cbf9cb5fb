"""The archive for any Linux: it is unpacked wherever one likes, and started there."""

from __future__ import annotations

import os
import platform
import tarfile
from pathlib import Path


def build(bundle: Path, version: str, target: Path) -> Path:
    """Make the .tar.xz of a bundle below `target`, and return its path."""
    name = f"folderport-{version}-linux-{platform.machine()}"
    made = target / f"{name}.tar.xz"
    with tarfile.open(made, "w:xz", format=tarfile.PAX_FORMAT, preset=6) as archive:
        for path in sorted(bundle.rglob("*")):
            archive.add(
                path, f"{name}/{path.relative_to(bundle)}", recursive=False, filter=_anonymous
            )
    return made


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who built it and when, which make two builds of the same differ."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member
