"""The installer for Windows, by NSIS, which runs on Linux as well."""

from __future__ import annotations

import tempfile
from pathlib import Path, PureWindowsPath

import build_environment
import icons
import windows_signature
from windows_version import four_numbers

SCRIPT = build_environment.ROOT / "packaging" / "windows" / "folderport.nsi"


def build(bundle: Path, version: str, target: Path) -> Path:
    """Make the installer of a bundle below `target`, and return its path."""
    made = target / f"Folderport-{version}-setup.exe"
    with tempfile.TemporaryDirectory(prefix="folderport-setup-") as work:
        files, removals, icon = (
            Path(work, name) for name in ("files.nsh", "removals.nsh", "i.ico")
        )
        files.write_text(_additions(bundle), "utf-8-sig")
        removals.write_text(_removals(bundle), "utf-8-sig")
        icons.write_ico(icon)
        size = sum(path.stat().st_size for path in _files(bundle)) // 1024
        given: dict[str, object] = {
            "VERSION": version,
            "FOUR_NUMBERS": ".".join(map(str, four_numbers(version))),
            "TARGET": made,
            "ICON": icon,
            "SIZE": size,
            "FILES": files,
            "REMOVALS": removals,
        }
        signing = windows_signature.in_a_shell()
        if signing:
            given["SIGN"] = signing
        defined = [f"-D{name}={value}" for name, value in given.items()]
        build_environment.run(
            ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defined, str(SCRIPT)]
        )
    return made


def _files(bundle: Path) -> list[Path]:
    return sorted(path for path in bundle.rglob("*") if path.is_file())


def _folders(bundle: Path) -> list[Path]:
    return sorted(path for path in bundle.rglob("*") if path.is_dir())


def _inside(bundle: Path, path: Path) -> str:
    """Quote where a file will be; there, unlike in what is read now, $ begins a variable."""
    relative = str(PureWindowsPath(path.relative_to(bundle))).replace("$", "$$")
    return f'"$INSTDIR\\{relative}"'


def _additions(bundle: Path) -> str:
    lines = []
    for folder in [bundle, *_folders(bundle)]:
        where = '"$INSTDIR"' if folder == bundle else _inside(bundle, folder)
        lines.append(f"SetOutPath {where}")
        lines += [f'File "{path}"' for path in sorted(folder.iterdir()) if path.is_file()]
    return "\n".join(lines) + "\n"


def _removals(bundle: Path) -> str:
    """List each file by its name: what else a person put there is theirs."""
    files = [f"!insertmacro TAKE_AWAY {_inside(bundle, path)}" for path in _files(bundle)]
    folders = [f"RMDir {_inside(bundle, path)}" for path in reversed(_folders(bundle))]
    return "\n".join([*files, *folders]) + "\n"
