"""packaging/macos_image.py: what Folderport.app says of itself to macOS."""

from __future__ import annotations

import platform
import plistlib
from typing import TYPE_CHECKING

import pytest

import macos_image

if TYPE_CHECKING:
    from pathlib import Path

ROOT = macos_image.build_environment.ROOT
ENTITLEMENTS = ROOT / "packaging" / "macos" / "entitlements.plist"
SPEC = ROOT / "packaging" / "folderport.spec"


def test_folders_are_opened_by_it_and_the_network_is_asked_for() -> None:
    told = plistlib.loads(plistlib.dumps(macos_image.info_plist("1.2.3")))
    assert told["CFBundleShortVersionString"] == "1.2.3"
    [folders] = told["CFBundleDocumentTypes"]
    assert folders["LSItemContentTypes"] == ["public.folder"]
    # Finder stays what opens folders by a double click.
    assert folders["LSHandlerRank"] == "Alternate"
    [service] = told["NSServices"]
    assert service["NSSendFileTypes"] == ["public.folder"]
    # What it calls is there, under the name that macOS makes of it.
    source = (ROOT / "app" / "services_menu.py").read_text("utf-8")
    assert f"def {service['NSMessage']}_userData_error_(self, " in source
    assert f'executable("{service["NSPortName"]}" if MACOS' in SPEC.read_text("utf-8")
    assert told["NSLocalNetworkUsageDescription"].endswith(".")


def test_the_hardened_runtime_is_loosened_for_python_alone() -> None:
    assert plistlib.loads(ENTITLEMENTS.read_bytes()) == {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.disable-library-validation": True,
    }


def test_elsewhere_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    with pytest.raises(RuntimeError, match=r"only macOS has hdiutil.*\."):
        macos_image.build(tmp_path, "1.2.3", tmp_path)
