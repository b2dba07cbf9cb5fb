"""packaging/bundle.py: what is done to the folder that PyInstaller makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bundle


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


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a bundle with modules that may be missing."""
    monkeypatch.setattr(bundle, "OPTIONAL", ("quick.part", "PIL.small"))
    inside = tmp_path / "folderport" / "_internal"
    for name in ("quick", "PIL"):
        (inside / name).mkdir(parents=True)
        (inside / name / "__init__.py").touch()
    (inside / "PIL" / "small.py").touch()
    return inside


def test_what_a_bundle_would_silently_do_without_is_in_it(imported: Path) -> None:
    (imported / "quick" / "part.py").touch()
    bundle.check_imports(Path(sys.executable), imported.parents[1])


def test_a_bundle_in_which_such_a_module_cannot_be_imported_is_none(imported: Path) -> None:
    (imported / "quick" / "part.py").write_text("import a_module_that_nobody_saw")
    with pytest.raises(subprocess.CalledProcessError) as failure:
        bundle.check_imports(Path(sys.executable), imported.parents[1])
    assert "a_module_that_nobody_saw" in failure.value.stdout
