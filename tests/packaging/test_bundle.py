"""packaging/bundle.py: what is done to the folder that PyInstaller makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bundle

if TYPE_CHECKING:
    from pathlib import Path


def test_where_a_part_was_installed_is_not_in_its_metadata(tmp_path: Path) -> None:
    about = tmp_path / "part-1.0.dist-info"
    (about / "licenses").mkdir(parents=True)
    for name in ("direct_url.json", "INSTALLER", "METADATA", "licenses/LICENSE"):
        (about / name).write_text(name)
    (about / "RECORD").write_text(
        "../../../bin/part,sha256=of-a-path,200\n"
        "part/__init__.py,,\n"
        "part-1.0.dist-info/INSTALLER,,\n"
        "part-1.0.dist-info/METADATA,sha256=a,9\n"
        "part-1.0.dist-info/direct_url.json,,\n"
        "part-1.0.dist-info/licenses/LICENSE,sha256=b,16\n"
    )
    bundle.forget_installation(about)
    assert (about / "RECORD").read_text() == (
        "part-1.0.dist-info/METADATA,sha256=a,9\npart-1.0.dist-info/licenses/LICENSE,sha256=b,16\n"
    )
    assert sorted(path.name for path in about.iterdir()) == ["METADATA", "RECORD", "licenses"]
