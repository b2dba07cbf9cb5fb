"""packaging/macos_image.py: what Folderport.app says of itself to macOS."""

from __future__ import annotations

import platform
import plistlib
import subprocess
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


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of what is asked of the tools of a macOS, which stand here for those of Apple."""
    tools = tmp_path / "tools"
    tools.mkdir()
    asked = tmp_path / "asked"
    for name in ("ditto", "hdiutil", "codesign", "xcrun"):
        (tools / name).write_text(
            f'#!/bin/sh\necho {name} "$@" >> "{asked}"\n'
            f'[ -e "{tools}/{name}-$2" ] && exec sh "{tools}/{name}-$2"\nexit 0\n'
        )
        (tools / name).chmod(0o755)
    (tools / "xcrun-submit").write_text("""echo Conducting pre-submission checks
        echo '{"id": "12-34", "status": "Accepted", "message": "Processing complete"}'""")
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setattr(macos_image, "PAUSE", 0.01)
    for name in ("CODESIGN_IDENTITY", "NOTARY_PROFILE"):
        monkeypatch.delenv(f"FOLDERPORT_{name}", raising=False)
    return asked


def asked_of(mac: Path) -> list[str]:
    """Give the tools that were called, and what each was to do first."""
    return [" ".join(line.split()[:2]) for line in mac.read_text().splitlines()]


@pytest.mark.needs("packages of Linux")
def test_without_a_certificate_the_image_is_made_and_no_more(mac: Path, tmp_path: Path) -> None:
    made = macos_image.build(tmp_path / "Folderport.app", "1.2.3", tmp_path)
    assert made.name == "Folderport-1.2.3-macos-arm64.dmg"
    assert [tool.split()[0] for tool in asked_of(mac)] == ["ditto", "hdiutil"]


@pytest.mark.needs("packages of Linux")
def test_the_image_is_signed_before_apple_looks_at_it(
    mac: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDERPORT_CODESIGN_IDENTITY", "Ann")
    monkeypatch.setenv("FOLDERPORT_NOTARY_PROFILE", "folderport")
    macos_image.build(tmp_path / "Folderport.app", "1.2.3", tmp_path)
    assert asked_of(mac)[1:] == [
        "hdiutil create",
        "codesign --sign",
        "xcrun notarytool",
        "xcrun stapler",
    ]


@pytest.mark.needs("packages of Linux")
def test_what_apple_does_not_accept_is_no_image_and_its_reasons_are_told(
    mac: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDERPORT_NOTARY_PROFILE", "folderport")
    tools = tmp_path / "tools"
    (tools / "xcrun-submit").write_text("""echo '{"id": "12-34", "status": "Invalid"}'""")
    (tools / "xcrun-log").write_text("echo The signature of the binary is invalid.")
    with pytest.raises(RuntimeError, match=r"does not accept .*\n.*signature of the binary"):
        macos_image.build(tmp_path / "Folderport.app", "1.2.3", tmp_path)
    assert "xcrun stapler" not in asked_of(mac)


@pytest.mark.needs("packages of Linux")
def test_an_image_that_the_system_looks_at_is_made_again(mac: Path, tmp_path: Path) -> None:
    busy = tmp_path / "tools" / "hdiutil--volname"
    busy.write_text(f'rm "{busy}"; echo Resource busy; exit 1')
    macos_image.build(tmp_path / "Folderport.app", "1.2.3", tmp_path)
    assert asked_of(mac) == ["ditto " + str(tmp_path / "Folderport.app"), *["hdiutil create"] * 2]


@pytest.mark.needs("packages of Linux")
def test_what_is_never_made_is_told(mac: Path, tmp_path: Path) -> None:
    (tmp_path / "tools" / "hdiutil--volname").write_text("echo Resource busy; exit 1")
    with pytest.raises(subprocess.CalledProcessError) as failure:
        macos_image.build(tmp_path / "Folderport.app", "1.2.3", tmp_path)
    assert failure.value.stdout == "Resource busy\n"
    assert asked_of(mac).count("hdiutil create") == macos_image.ATTEMPTS
