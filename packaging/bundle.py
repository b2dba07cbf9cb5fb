"""The folder that every installer holds: Folderport, Python, Qt and the rest, by PyInstaller."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import build_environment
import distributions

PLACE = build_environment.ROOT / "build" / "bundle"
SPEC = build_environment.ROOT / "packaging" / "folderport.spec"


def build(version: str) -> Path:
    """Make the bundle from this checkout's wheel, and return its folder (macOS: the .app)."""
    interpreter = build_environment.python()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="folderport-build-") as work:
        wheel = distributions.build("wheel", Path(work))
        # Its dependencies; then itself, though another build had the same version.
        build_environment.install(interpreter, f"{wheel}[heic]")
        build_environment.install(interpreter, "--force-reinstall", "--no-deps", str(wheel))
        options = ["--noconfirm", "--clean", "--log-level", "WARN"]
        options += ["--distpath", str(PLACE), "--workpath", work]
        build_environment.run(
            [str(interpreter), "-P", "-m", "PyInstaller", *options, str(SPEC)],
            FOLDERPORT_VERSION=version,
            FOLDERPORT_ICON=_icon(Path(work)),
            FOLDERPORT_PYTHON_LICENCE=_python_licence(Path(work)),
            # Sets are written into the modules in the order of their hashes.
            PYTHONHASHSEED="0",
        )
    if sys.platform == "linux":
        _strip_python(PLACE / "folderport" / "_internal")
    return PLACE / ("Folderport.app" if sys.platform == "darwin" else "folderport")


def _icon(work: Path) -> str:
    """Write the icon in the form that programs of this system hold; Linux' hold none."""
    suffix = {"win32": ".ico", "darwin": ".icns"}.get(sys.platform)
    if suffix is None:
        return ""
    import icons  # late: it draws with Qt

    icon = work / f"folderport{suffix}"
    write = icons.write_ico if suffix == ".ico" else icons.write_icns
    write(icon)
    return str(icon)


def _python_licence(work: Path) -> str:
    """Write the licence of Python to where app/licences.py looks for it in the bundle."""
    from app import licences

    place = work / "Python.txt"
    place.write_text(licences.python().text, "utf-8")
    return str(place)


def _strip_python(folder: Path) -> None:
    """Take the symbols for debuggers out of Python, where its builder left them: some 20 MiB.

    Not out of what came in wheels, which the tool may break.
    """
    python = [*folder.glob("libpython3*.so*"), *folder.glob("python3*/lib-dynload/*.so")]
    build_environment.run(["strip", "--strip-unneeded", *map(str, sorted(python))])
