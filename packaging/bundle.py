"""The folder that every installer holds: Folderport, Python, Qt and the rest, by PyInstaller."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from pathlib import Path

import build_environment
import distributions
import windows_signature
import windows_version

PLACE = build_environment.ROOT / "build" / "bundle"
OPTIONAL = ("isal.isal_zlib", "pi_heif", "PIL.WebPImagePlugin", "PIL._webp", "PIL._avif")
"""What makes Folderport faster, and pictures smaller; it also works without."""
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
            FOLDERPORT_VERSION_RESOURCE=_version_resource(version, Path(work)),
            FOLDERPORT_PYTHON_LICENCE=_python_licence(Path(work)),
            # Sets are written into the modules in the order of their hashes.
            PYTHONHASHSEED="0",
            # On macOS, what is not signed as it should be is no bundle.
            PYINSTALLER_STRICT_BUNDLE_CODESIGN_ERROR="1",
            PYINSTALLER_VERIFY_BUNDLE_SIGNATURE="1",
        )
    check_imports(interpreter, PLACE)
    if sys.platform == "win32":
        windows_signature.sign(PLACE / "folderport")
    if sys.platform == "linux":
        _strip_python(PLACE / "folderport" / "_internal")
    return PLACE / ("Folderport.app" if sys.platform == "darwin" else "folderport")


def check_imports(interpreter: Path, bundle: Path) -> None:
    """Import from a bundle what it would silently do without. Raises CalledProcessError."""
    inside = next(path.parent for path in sorted(bundle.rglob("PIL")) if path.is_dir())
    code = "import sys; sys.path.insert(0, sys.argv[1]); " + "; ".join(
        f"import {module}" for module in OPTIONAL
    )
    build_environment.run([str(interpreter), "-I", "-S", "-B", "-c", code, str(inside)])


def forget_installation(about: Path) -> None:
    """Take out of a distribution's metadata where it was installed, which is not where it will be.

    What is left are its own files, of which the application reads the licences.
    """
    of_place = {"direct_url.json", "INSTALLER", "REQUESTED"}
    for name in of_place:
        (about / name).unlink(missing_ok=True)
    record = about / "RECORD"
    lines = [line for line in record.read_text("utf-8").splitlines() if line.startswith(about.name)]
    kept = [line for line in lines if line.partition(",")[0].rpartition("/")[2] not in of_place]
    record.write_text("".join(f"{line}\n" for line in kept), "utf-8", newline="\n")


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


def _version_resource(version: str, work: Path) -> str:
    """Write what programs for Windows say of themselves; those of other systems say nothing."""
    if platform.system() != "Windows":
        return ""
    place = work / "version.txt"
    place.write_text(windows_version.resource(version), "utf-8")
    return str(place)


def _python_licence(work: Path) -> str:
    """Write the licence of Python to where app/licences.py looks for it in the bundle."""
    from app import licences

    text = licences.python().text
    if "PYTHON SOFTWARE FOUNDATION LICENSE" not in text:
        raise RuntimeError("this Python came without its licence, which has to be in a bundle")
    place = work / "Python.txt"
    place.write_text(text, "utf-8")
    return str(place)


def _strip_python(folder: Path) -> None:
    """Take the symbols for debuggers out of Python, where its builder left them: some 20 MiB.

    Not out of what came in wheels, which the tool may break.
    """
    python = [*folder.glob("libpython3*.so*"), *folder.glob("python3*/lib-dynload/*.so")]
    build_environment.run(["strip", "--strip-unneeded", *map(str, sorted(python))])
