"""The archive for Windows: it is unpacked wherever one likes, and started there."""

from __future__ import annotations

import datetime as dt
import os
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def build(bundle: Path, version: str, target: Path) -> Path:
    """Make the .zip of a bundle below `target`, and return its path."""
    made = target / f"Folderport-{version}-windows.zip"
    moment = dt.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), dt.UTC)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
            name = f"Folderport-{version}/{path.relative_to(bundle).as_posix()}"
            member = zipfile.ZipInfo(name, moment.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # made on any system, it is the same
            archive.writestr(member, path.read_bytes())
    return made
