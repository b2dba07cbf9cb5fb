"""The disk image for macOS, and what Folderport.app says of itself to the system."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path

import build_environment

IDENTIFIER = "io.github.folderport.folderport"
ATTEMPTS = 5
PAUSE = 5.0
"""Seconds between two attempts."""


def info_plist(version: str) -> dict[str, object]:
    """Return what is in the Info.plist of the application, beside what PyInstaller puts there."""
    return {
        "CFBundleDisplayName": "Folderport",
        "CFBundleName": "Folderport",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDevelopmentRegion": "en",
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": "13.0",  # that of the Qt in constraints.txt
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "The Folderport authors, MIT License",
        # Where macOS asks whether it may use the local network, it does so with this sentence.
        "NSLocalNetworkUsageDescription": (
            "Folderport lets the phones and computers on your network open the folder you share."
        ),
        # What the menu of a folder in the Finder calls, of app/services_menu.py.
        "NSServices": [
            {
                "NSMenuItem": {"default": "Share with Folderport"},
                "NSMessage": "shareFolder",
                "NSPortName": "Folderport",
                "NSRequiredContext": {},
                "NSSendFileTypes": ["public.folder"],
            }
        ],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Folder",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.folder"],
            }
        ],
    }


def build(bundle: Path, version: str, target: Path) -> Path:
    """Make the .dmg of Folderport.app below `target`, and return its path.

    It is signed where FOLDERPORT_CODESIGN_IDENTITY names a certificate, and notarized where
    FOLDERPORT_NOTARY_PROFILE names a profile of Apple's notarytool. Raises RuntimeError where this
    is no macOS, or Apple does not accept it.
    """
    if platform.system() != "Darwin":
        raise RuntimeError("only macOS has hdiutil, which makes disk images. Build this one there.")
    made = target / f"Folderport-{version}-macos-{platform.machine()}.dmg"
    with tempfile.TemporaryDirectory(prefix="folderport-dmg-") as work:
        # ditto keeps the signature, which a copy by Python would break.
        build_environment.run(["ditto", str(bundle), str(Path(work, bundle.name))])
        Path(work, "Applications").symlink_to("/Applications")
        image = ["-volname", "Folderport", "-srcfolder", work, "-format", "UDZO", "-ov"]
        _run_patiently(["hdiutil", "create", *image, str(made)])
    identity = os.environ.get("FOLDERPORT_CODESIGN_IDENTITY")
    if identity:
        build_environment.run(["codesign", "--sign", identity, "--timestamp", str(made)])
    profile = os.environ.get("FOLDERPORT_NOTARY_PROFILE")
    if profile:
        _notarize(made, ["--keychain-profile", profile])
    return made


def _run_patiently(command: list[str]) -> None:
    """Run a step that fails now and then while the system looks at the image ("Resource busy")."""
    for _ in range(ATTEMPTS - 1):
        try:
            build_environment.run(command)
        except subprocess.CalledProcessError:
            time.sleep(PAUSE)
        else:
            return
    build_environment.run(command)


def _notarize(image: Path, credentials: list[str]) -> None:
    """Have Apple look at the image, and staple its answer to it."""
    notarytool = ["xcrun", "notarytool"]
    submit = [*notarytool, "submit", "--wait", "--output-format", "json", *credentials]
    said = build_environment.run([*submit, str(image)])
    # What is refused ends with 0 as well; and words about its progress may stand around it.
    told = json.loads(said[said.find("{") : said.rfind("}") + 1] or "{}")
    if told.get("status") != "Accepted":
        reasons = said
        if "id" in told:
            reasons = build_environment.run([*notarytool, "log", told["id"], *credentials])
        raise RuntimeError(f"Apple does not accept {image.name}. It said:\n{reasons}")
    build_environment.run(["xcrun", "stapler", "staple", str(image)])
