"""packaging/smoke_test.py, which says of an artefact whether it starts, shares and stops."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.needs("packages of Linux")
ROOT = Path(__file__).parents[2]
WHOLE = f"#!/bin/sh\nexec '{sys.executable}' -P -m app \"$@\"\n"
BROKEN = {
    "tells another version": ("#!/bin/sh\necho folderport 9.9\n", "--version tells"),
    "does not start": ("#!/bin/sh\necho no library >&2; exit 3\n", "ends with 3: no library"),
    "tells no address": (
        f"#!/bin/sh\n[ $1 = --version ] && echo folderport {__version__}\n",
        "it tells no address and ended with",
    ),
    "serves another file": (
        f"""#!/bin/sh
[ $1 = --version ] && exec echo folderport {__version__}
for folder; do :; done
mkdir "$folder/other"
touch "$folder/other/a file ä.bin"
exec '{sys.executable}' -P -m app --headless --bind local --port 0 "$folder/other"
""",
        "is not what is in the folder",
    ),
    "is killed by what asks it to stop": (
        f"""#!/bin/sh
[ $1 = --version ] && exec echo folderport {__version__}
exec '{sys.executable}' -P -c 'import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path[:0] = [""]
signal.signal = lambda *_: None
from app.command_line import main
main(sys.argv[1:])' "$@"
""",
        "it ends with -2 where it is asked to stop",
    ),
}


def smoke_test(artefact: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "packaging" / "smoke_test.py", artefact]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """A folder with a program of this text, as a bundle is one."""

    def write(text: str) -> Path:
        folder = tmp_path / "folderport"
        folder.mkdir()
        (folder / "folderport").write_text(text)
        (folder / "folderport").chmod(0o755)
        return folder

    return write


def test_what_starts_shares_and_stops_passes(program: Callable[[str], Path]) -> None:
    told = smoke_test(program(WHOLE))
    assert told.stderr == ""
    assert told.stdout.splitlines() == [
        f"folderport {__version__}",
        "from the terminal: shared, fetched and stopped",
        "from the window: shared, fetched and stopped",
        "folderport: passed",
    ]
    assert told.returncode == 0


@pytest.mark.parametrize("fault", BROKEN)
def test_what_does_not_is_told_in_a_sentence(program: Callable[[str], Path], fault: str) -> None:
    text, sentence = BROKEN[fault]
    told = smoke_test(program(text))
    assert told.returncode == 1
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr


def test_an_archive_is_unpacked_for_it(program: Callable[[str], Path], tmp_path: Path) -> None:
    folder = program("#!/bin/sh\necho folderport 9.9\n")
    artefact = tmp_path / "folderport-9.9-linux.tar.xz"
    with tarfile.open(artefact, "w:xz") as archive:
        archive.add(folder, "folderport-9.9-linux")
    shutil.rmtree(folder)
    assert "tells 'folderport 9.9'" in smoke_test(artefact).stderr


def test_an_appimage_is_unpacked_for_it(tmp_path: Path) -> None:
    artefact = tmp_path / "Folderport-9.9-x86_64.AppImage"
    artefact.write_text("""#!/bin/sh
[ "$1" = --appimage-extract ] || exit 1
mkdir squashfs-root
printf '#!/bin/sh\\necho folderport 9.9\\n' > squashfs-root/AppRun
chmod +x squashfs-root/AppRun
""")
    artefact.chmod(0o755)
    assert "tells 'folderport 9.9'" in smoke_test(artefact).stderr


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    told = smoke_test(tmp_path / "folderport.deb")
    assert told.returncode == 1
    assert told.stderr == "smoke test of folderport.deb: there is no such file\n"
