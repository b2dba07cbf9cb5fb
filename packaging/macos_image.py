"""The disk image for macOS, and what Folderport.app says of itself to the system."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

import build_environment

IDENTIFIER = "io.github.folderport.folderport"


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
        # macOS asks with this sentence before anyone on the network is let in.
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

    The application in it is notarized where FOLDERPORT_NOTARY_PROFILE names a profile of Apple's
    notarytool. Raises RuntimeError where this is no macOS.
    """
    if platform.system() != "Darwin":
        raise RuntimeError("only macOS has hdiutil, which makes disk images. Build this one there.")
    made = target / f"Folderport-{version}-macos-{platform.machine()}.dmg"
    with tempfile.TemporaryDirectory(prefix="folderport-dmg-") as work:
        # ditto keeps the signature, which a copy by Python would break.
        build_environment.run(["ditto", str(bundle), str(Path(work, bundle.name))])
        Path(work, "Applications").symlink_to("/Applications")
        image = ["-volname", "Folderport", "-srcfolder", work, "-format", "UDZO", "-ov"]
        build_environment.run(["hdiutil", "create", *image, str(made)])
    profile = os.environ.get("FOLDERPORT_NOTARY_PROFILE")
    if profile:
        notarytool = ["xcrun", "notarytool", "submit", "--wait", "--keychain-profile", profile]
        build_environment.run([*notarytool, str(made)])
        build_environment.run(["xcrun", "stapler", "staple", str(made)])
    return made
