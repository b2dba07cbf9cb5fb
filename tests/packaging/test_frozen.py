"""packaging/frozen.py: what a frozen Folderport does before it begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import frozen

HERE = str(Path(frozen.__file__).parent)
SUPPORT = """
import sys
sys.path.insert(0, {packaging!r})
import frozen
sys.path[0] = {support!r}
sys.meta_path = frozen.Finders(sys.meta_path)
from PySide6.QtCore import QObject
import shibokensupport.signature.loader
print(shibokensupport.__file__)
print(shibokensupport.signature.loader.__file__)
try:
    QObject().setProperty(1, 2)
except TypeError as error:
    print(" ".join(str(error).split()))
print(*(type(finder).__name__ for finder in sys.meta_path))
"""
EXTRACT = """
import sys, PySide6, shibokensupport
shibokensupport.__loader__.zfile.extractall(sys.argv[1])
"""


def test_what_is_started_from_it_finds_the_libraries_of_the_system() -> None:
    environment = {
        "PATH": "/usr/bin",
        "LD_LIBRARY_PATH": "/usr/lib/folderport/_internal",
        "_PYI_ARCHIVE_FILE": "/usr/lib/folderport/folderport",
        "_PYI_PARENT_PROCESS_LEVEL": "0",
    }
    frozen.forget_bundle(environment)
    assert environment == {"PATH": "/usr/bin"}


def test_the_libraries_that_a_person_named_are_named_again() -> None:
    environment = {
        "LD_LIBRARY_PATH": "/usr/lib/folderport/_internal:/srv/lib",
        "LD_LIBRARY_PATH_ORIG": "/srv/lib",
    }
    frozen.forget_bundle(environment)
    assert environment == {"LD_LIBRARY_PATH": "/srv/lib"}


def test_an_environment_without_any_of_it_stays_as_it_is() -> None:
    environment = {"PATH": "/usr/bin"}
    frozen.forget_bundle(environment)
    assert environment == {"PATH": "/usr/bin"}


@pytest.mark.parametrize(("system", "kept"), [("linux", False), ("win32", False), ("darwin", True)])
def test_qt_takes_no_plugins_of_another_qt(
    system: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    environment = {"QT_PLUGIN_PATH": "/usr/lib/qt6/plugins", "PATH": "/usr/bin"}
    frozen.forget_plugins(environment)
    assert ("QT_PLUGIN_PATH" in environment) is kept
    assert environment["PATH"] == "/usr/bin"


def test_modules_in_the_bundle_come_before_the_sources_that_pyside_has_in_itself(
    tmp_path: Path,
) -> None:
    subprocess.run([sys.executable, "-P", "-c", EXTRACT, str(tmp_path)], check=True, timeout=60)
    code = SUPPORT.format(packaging=HERE, support=str(tmp_path))
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    package, loader, error, finders = run.stdout.splitlines()
    assert package == str(tmp_path / "shibokensupport" / "__init__.py")
    assert loader == str(tmp_path / "shibokensupport" / "signature" / "loader.py")
    # Which they write.
    assert "Supported signatures:" in error
    # The other one goes again, as it does without.
    assert "EmbeddableZipImporter" not in finders


def test_without_such_modules_those_of_pyside_are_taken(tmp_path: Path) -> None:
    code = SUPPORT.format(packaging=HERE, support=str(tmp_path))
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.startswith(os.path.join("shibokensupport", "__init__.py"))
