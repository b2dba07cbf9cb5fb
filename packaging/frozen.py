"""Where a frozen Folderport starts: the command `folderport`, as a file for PyInstaller."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, SupportsIndex

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from _typeshed.importlib import MetaPathFinderProtocol


class Finders(list["MetaPathFinderProtocol"]):
    """`sys.meta_path`, where modules in the bundle come before those that PySide6 has in itself.

    PySide6 has the sources of its support modules in a library, which it would compile at each
    start: an eighth of the time until the window is there. The bundle holds them compiled.
    """

    def insert(self, index: SupportsIndex, finder: MetaPathFinderProtocol) -> None:
        """Put a finder before the one at `index`, but the one for those sources last."""
        if type(finder).__name__ == "EmbeddableZipImporter":
            index = len(self)
        super().insert(index, finder)


def forget_bundle(environment: MutableMapping[str, str]) -> None:
    """Give back the environment as it was before PyInstaller's bootloader began this process.

    It leads to the libraries in the bundle. The loader of this process has read that already; what
    is started from here, such as the web browser, must find its own.
    """
    for name in [name for name in environment if name.startswith("_PYI_")]:
        del environment[name]
    environment.pop("LD_LIBRARY_PATH", None)
    of_the_person = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    if of_the_person is not None:
        environment["LD_LIBRARY_PATH"] = of_the_person
    if sys.platform == "win32":
        import ctypes

        # Nor is the folder that Windows looks in first for all programs that come from this one.
        ctypes.windll.kernel32.SetDllDirectoryW(None)


def forget_plugins(environment: MutableMapping[str, str]) -> None:
    """Let Qt take none of the plug-ins that a person told all programs of: they are another Qt's.

    On macOS, PyInstaller has named those of the bundle there instead, and they stay.
    """
    if sys.platform != "darwin":
        environment.pop("QT_PLUGIN_PATH", None)


if __name__ == "__main__":
    forget_bundle(os.environ)
    forget_plugins(os.environ)
    sys.meta_path = Finders(sys.meta_path)
    from app.__main__ import main

    sys.exit(main())
