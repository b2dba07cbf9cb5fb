"""The licences of what a bundle takes from the Linux that it is built on, from Debian's notes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import build_environment

NOTES = Path("/usr/share/doc")
COMMON = re.compile(r"/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]")


def write(libraries: list[Path], place: Path) -> None:
    """Write into the folder `place`, which is made, "NAME VERSION.txt" for each source package.

    Raises CalledProcessError for a library that is of no package, RuntimeError where it has no
    notes, or this is no relative of Debian.
    """
    if shutil.which("dpkg-query") is None:
        raise RuntimeError(
            "a bundle is made on Debian or a relative, whose notes hold the licences of what it "
            "takes from the system. Build it there; it runs on other kinds of Linux."
        )
    place.mkdir(parents=True)
    # Debian's lists may know it by another way to the same folder.
    patterns = [f"*/{path.parent.name}/{path.name}" for path in libraries]
    for pattern in patterns:
        found = build_environment.run(["dpkg-query", "--search", pattern])
        package = found.partition(": ")[0].partition(",")[0]
        told = "${source:Package} ${source:Upstream-Version}"
        name = build_environment.run(["dpkg-query", "--show", f"--showformat={told}", package])
        notes = NOTES / package.partition(":")[0] / "copyright"
        if not notes.is_file():
            raise RuntimeError(f"{package} came without its licence, which has to be in a bundle")
        text = notes.read_text("utf-8")
        common = sorted(set(COMMON.findall(text)))
        whole = [text, *(Path(path).read_text("utf-8") for path in common)]
        (place / f"{name}.txt").write_text("\n\n".join(whole), "utf-8")
