"""The Flatpak: the folder from which flatpak-builder makes it, without a network."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import build_environment
import linux_tree

MANIFEST = f"{linux_tree.APP_ID}.yaml"
PYTHON = "3.13"
"""What the runtime that the manifest names comes with."""
IN_THE_BASE = ("pyside6", "shiboken6")
"""How the wheels begin that the manifest's base application has already, made for its Qt."""


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
    runtime. Those of Qt are left out.
    """
    found = sorted(
        path for path in wheels.glob("*.whl") if not path.name.lower().startswith(IN_THE_BASE)
    )
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
    linux_tree.settle(target)
