"""The Flatpak: the folder from which flatpak-builder makes it, without a network."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import build_environment
import linux_tree

MANIFEST = f"{linux_tree.APP_ID}.yaml"
PYTHON = "3.13"
"""What the runtime that the manifest names comes with."""


def build(wheel: Path, version: str, target: Path) -> Path:
    """Lay out the folder below `target` with the wheels that a wheel of ours needs."""
    made = target / f"folderport-{version}-flatpak"
    shutil.rmtree(made, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="folderport-flatpak-") as work:
        pip = [str(build_environment.python()), "-I", "-m", "pip", "download", "--quiet"]
        pip += ["--only-binary=:all:", f"--python-version={PYTHON}", f"--dest={work}"]
        constraints = ["--constraint", str(build_environment.CONSTRAINTS)]
        build_environment.run([*pip, *constraints, f"{wheel}[heic]"])
        write(version, Path(work), made)
    return made


def write(version: str, wheels: Path, target: Path) -> None:
    """Lay out in the folder `target`, which is made, the manifest and all that it names.

    `wheels` is a folder with the wheel of Folderport and those it needs, for the Python of the
    runtime.
    """
    found = sorted(wheels.glob("*.whl"))
    if not any(path.name.startswith(f"folderport-{version}-") for path in found):
        raise RuntimeError(
            f"{wheels} holds no wheel of Folderport {version}. Make it first, and get the wheels"
            " it needs."
        )
    if target.exists():
        # A wheel of an older version would be installed too.
        raise RuntimeError(f"{target} is there already. Remove it, or name another folder.")
    linux_tree.write(version, None, target)
    (target / "usr" / "share").rename(target / "share")
    (target / "usr").rmdir()
    (target / "wheels").mkdir()
    for path in found:
        shutil.copyfile(path, target / "wheels" / path.name)
    shutil.copyfile(linux_tree.SOURCE / MANIFEST, target / MANIFEST)
    _open_no_folders(target / "share")
    linux_tree.settle(target)


def _open_no_folders(share: Path) -> None:
    """Tell desktops to hand over no folders: into the sandbox, they hand over files alone."""
    name = linux_tree.APP_ID
    entry = share / "applications" / f"{name}.desktop"
    lines = entry.read_text("utf-8").splitlines()
    kept = [line.replace(" %f", "") for line in lines if not line.startswith("MimeType=")]
    entry.write_text("\n".join(kept) + "\n", "utf-8")
    metainfo = share / "metainfo" / f"{name}.metainfo.xml"
    told = metainfo.read_text("utf-8")
    metainfo.write_text(re.sub(r"\n *<mediatype>.*</mediatype>", "", told), "utf-8")
