"""packaging/appimage.py: what appimagetool is given, and what is said where it is missing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import appimage
import linux_tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.needs("packages of Linux")
VERSION = "1.2.3"
# Takes the place of a tool that no distribution has: it notes what it was given, and ends well.
TOOL = """#!/bin/sh
[ "$1" = --no-appstream ] || exit 1; shift
[ "$1" != --runtime-file ] || { runtime="$2"; shift 2; }
echo "$ARCH $runtime" > "$2"
find "$1" -maxdepth 1 -name AppRun >> "$2"
"""


def test_what_is_looked_for_at_its_top_leads_to_where_it_is(bundle: Path, tmp_path: Path) -> None:
    root = tmp_path / "Folderport.AppDir"
    appimage.lay_out(VERSION, bundle, root)
    share = root / "usr" / "share"
    name = linux_tree.APP_ID
    leads = {
        "AppRun": root / "usr/lib/folderport/folderport",
        f"{name}.desktop": share / "applications" / f"{name}.desktop",
        f"{name}.svg": share / "icons/hicolor/scalable/apps" / f"{name}.svg",
        ".DirIcon": share / "icons/hicolor/256x256/apps" / f"{name}.png",
    }
    assert {path.name for path in root.iterdir()} == {*leads, "usr"}
    for link, target in leads.items():
        assert not os.path.isabs((root / link).readlink())
        assert (root / link).resolve() == target
        assert target.is_file()


@pytest.mark.parametrize("runtime", ["", "/where/a runtime is"])
def test_the_tool_is_given_the_folder_the_kind_of_machine_and_the_runtime(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    tool = tmp_path / "appimagetool"
    tool.write_text(TOOL)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("FOLDERPORT_APPIMAGE_RUNTIME", runtime)
    made = appimage.build(bundle, VERSION, tmp_path)
    machine = os.uname().machine
    assert made.name == f"Folderport-{VERSION}-{machine}.AppImage"
    first, second = made.read_text().splitlines()
    assert first == f"{machine} {runtime}"
    assert second.endswith("/Folderport.AppDir/AppRun")


def test_without_the_tool_the_next_step_is_told(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"^appimagetool is missing.*run the same command again"):
        appimage.build(bundle, VERSION, tmp_path)
