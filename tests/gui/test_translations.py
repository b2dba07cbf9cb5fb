"""Every text can be translated, and English has its plural forms."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sysconfig
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from app.i18n import tr
from app.resources import resource_path

APP = Path(__file__).parents[2] / "app"
SOURCES = sorted(str(path) for path in APP.rglob("*.py"))


def tool(name: str) -> str:
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found is not None, name
    return found


def texts(catalogue: Path) -> dict[str, bool]:
    """Return the texts of a catalogue, and whether each has plural forms."""
    messages = ET.parse(catalogue).iter("message")
    return {m.findtext("source", ""): m.get("numerus") == "yes" for m in messages}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    catalogue = tmp_path_factory.mktemp("texts") / "all.ts"
    command = [tool("pyside6-lupdate"), "-silent", *SOURCES, "-ts", str(catalogue)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return texts(catalogue)


def test_the_tool_finds_every_text_that_is_shown(extracted: dict[str, bool]) -> None:
    written = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                written.add(node.args[0].value)
    assert len(written) > 80
    # Inside an f-string, for one, it would not be found.
    assert written - set(extracted) == set()


def test_english_has_a_singular_and_a_plural_for_every_number(extracted: dict[str, bool]) -> None:
    plurals = {text for text, is_plural in extracted.items() if is_plural}
    assert plurals == set(texts(resource_path("translations", "folderport_en.ts")))


def test_the_compiled_catalogue_is_the_one_that_is_written(tmp_path: Path) -> None:
    compiled = tmp_path / "folderport_en.qm"
    written = str(resource_path("translations", "folderport_en.ts"))
    command = [tool("pyside6-lrelease"), "-silent", written, "-qm", str(compiled)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert compiled.read_bytes() == resource_path("translations", "folderport_en.qm").read_bytes()


@pytest.mark.usefixtures("appearance")
def test_numbers_are_counted_in_english() -> None:
    told = [tr("%Ln item(s)", "", count) for count in (0, 1, 2, 2080)]
    assert told == ["0 items", "1 item", "2 items", "2,080 items"]
