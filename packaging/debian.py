"""The package for Debian, Ubuntu and their relatives, by dpkg-deb."""

from __future__ import annotations

import email.utils
import hashlib
import re
import subprocess
import tempfile
from pathlib import Path

import build_environment
import linux_tree

MAINTAINER = "The Folderport authors <folderport@users.noreply.github.com>"
CONTROL = """\
Package: folderport
Version: {version}-1
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kibibytes}
Depends: {depends}
Suggests: {suggests}
Section: net
Priority: optional
Homepage: https://github.com/folderport/folderport
Description: share a folder with every device on the local network
 Pick a folder, and every phone and computer on the local network can open
 it in its browser: a phone scans the code in the window, a computer types
 the short address. The window shows who is connected, what they fetch and
 how fast.
 .
 The other side sees the folder as a list or a grid with small pictures,
 plays films and music, reads documents, searches, and takes away files or
 whole folders as one ZIP. Nothing is installed there, nothing leaves the
 network, and there is no account.
"""
# What only some desktops have, and Qt does without.
OPTIONAL = re.compile(r"platformthemes/libqgtk3\.so$")
_ELF = b"\x7fELF"


def build(bundle: Path, version: str, target: Path) -> Path:
    """Make the .deb of a bundle below `target`, and return its path."""
    architecture = build_environment.run(["dpkg", "--print-architecture"]).strip()
    made = target / f"folderport_{version}-1_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="folderport-deb-") as work:
        root = Path(work, "root")
        linux_tree.write(version, bundle, root)
        (root / "DEBIAN").mkdir()  # by which dpkg-shlibdeps knows where the package begins
        _leave_to_debian(root)
        _write_documents(root / "usr" / "share", version)
        depends, suggests = _libraries(root, Path(work))
        files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        control = CONTROL.format(
            version=version,
            architecture=architecture,
            maintainer=MAINTAINER,
            kibibytes=sum(-(-path.stat().st_size // 1024) for path in files),
            depends=depends,
            suggests=suggests,
        )
        if not suggests:
            control = control.replace("Suggests: \n", "")
        _write_control(root, control, files)
        build_environment.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(made)]
        )
    return made


def _leave_to_debian(root: Path) -> None:
    """Take out the libraries that Debian has packages of, and mends when they have to be.

    Not Python's, though Debian may have one of that name: it is looked for in the bundle alone.
    """
    for path in (root / "usr" / "lib" / "folderport" / "_internal").glob("lib*.so*"):
        if path.is_symlink() or path.name.startswith("libpython"):
            continue
        asked = ["dpkg-query", "--search", f"*/{path.name}"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            path.unlink()


def _libraries(root: Path, work: Path) -> tuple[str, str]:
    """List the packages of the libraries that a tree needs and does not hold, and may use."""
    control = work / "debian" / "control"
    control.parent.mkdir()
    control.write_text("Source: folderport\n\nPackage: folderport\nArchitecture: any\n")
    programs = sorted(path for path in root.rglob("*") if _is_elf(path))
    private = sorted({str(path.parent) for path in programs})
    asked = ["-dSuggests" if OPTIONAL.search(str(path)) else "-dDepends" for path in programs]
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"]
    command += [f"-l{folder}" for folder in private]
    for relation, path in zip(asked, programs, strict=True):
        command += [relation, f"-e{path}"]
    told = subprocess.run(
        command, cwd=work, capture_output=True, text=True, check=False, timeout=600
    )
    if told.returncode != 0:
        faults = [line for line in told.stderr.splitlines() if ": warning: " not in line]
        raise RuntimeError("\n".join(["dpkg-shlibdeps failed. It said:", *faults]))
    found = dict(line.split("=", 1) for line in told.stdout.splitlines())
    return found.get("shlibs:Depends", ""), found.get("shlibs:Suggests", "")


def _write_documents(share: Path, version: str) -> None:
    """Write what Debian's own tools read of a package."""
    moment = email.utils.formatdate(linux_tree.epoch())
    changes = f"""folderport ({version}-1) unstable; urgency=medium

  * New release of Folderport; what is new is in changelog.gz.

 -- {MAINTAINER}  {moment.replace("-0000", "+0000")}
"""
    changelog = share / "doc" / "folderport" / "changelog.Debian.gz"
    changelog.write_bytes(linux_tree.compressed(changes.encode()))
    overrides = share / "lintian" / "overrides" / "folderport"
    overrides.parent.mkdir(parents=True)
    overrides.write_bytes((linux_tree.SOURCE / "lintian-overrides").read_bytes())


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == _ELF


def _write_control(root: Path, control: str, files: list[Path]) -> None:
    place = root / "DEBIAN"
    (place / "control").write_text(control)
    sums = []
    for path in files:
        with path.open("rb") as file:
            # What dpkg --verify compares with; no other algorithm is known to it.
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        sums.append(f"{digest.hexdigest()}  {path.relative_to(root)}\n")
    (place / "md5sums").write_text("".join(sums))
    linux_tree.settle(root)
