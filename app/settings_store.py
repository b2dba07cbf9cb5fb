"""Where settings are kept between two starts; the only user of QSettings."""

from __future__ import annotations

import ipaddress
import os
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

from app.settings import PROTOCOLS, RECENT_FOLDERS, THEMES, ShareSettings

__all__ = ["SettingsStore"]

_GEOMETRY: Final = "window/geometry"
_LONGEST_PATH: Final = 32_767
"""Characters; the longest of any system."""


class SettingsStore:
    """The settings file of the person who runs Folderport, in INI format.

    Reading takes whatever the file holds: a value that makes no sense counts as not there. A file
    that cannot be written leaves the settings as they were at the last start.
    """

    def __init__(self, path: str | None = None) -> None:
        """Keep the settings in the file `path`, or in the person's own place for settings."""
        ini = QSettings.Format.IniFormat
        self._file = (
            QSettings(ini, QSettings.Scope.UserScope, "Folderport", "Folderport")
            if path is None
            else QSettings(path, ini)
        )

    def load(self) -> ShareSettings:
        """Return what was saved, with the default for each value that is missing or wrong."""
        folder = self._text("share/folder")
        return ShareSettings(
            folder=folder if _is_folder_name(folder) else "",
            network=_network(self._text("share/network")),
            port=_port(self._text("share/port")),
            protocol=_one_of(PROTOCOLS, self._text("share/protocol")),
            recent_folders=self._recent_folders(),
            theme=_one_of(THEMES, self._text("window/theme")),
        )

    def save(self, settings: ShareSettings) -> None:
        """Write `settings` to the file at once."""
        folder = settings.folder if _is_folder_name(settings.folder) else ""
        recents = [recent for recent in settings.recent_folders if _is_folder_name(recent)]
        self._file.setValue("share/folder", folder)
        self._file.setValue("share/network", settings.network)
        self._file.setValue("share/port", "" if settings.port is None else str(settings.port))
        self._file.setValue("share/protocol", settings.protocol)
        self._file.setValue("share/recent_folders", recents)
        self._file.setValue("window/theme", settings.theme)
        self._file.sync()

    def window_geometry(self) -> bytes:
        """Return what was given to `save_window_geometry`; empty where there is nothing."""
        value = self._file.value(_GEOMETRY)
        return bytes(value.data()) if isinstance(value, QByteArray) else b""

    def save_window_geometry(self, geometry: bytes) -> None:
        """Keep `geometry`, as `QWidget.saveGeometry` gives it."""
        self._file.setValue(_GEOMETRY, QByteArray(geometry))
        self._file.sync()

    def _text(self, key: str) -> str:
        value = self._file.value(key)
        return value if isinstance(value, str) else ""

    def _recent_folders(self) -> tuple[str, ...]:
        value = self._file.value("share/recent_folders")
        # A list of one comes back as a text.
        listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        folders = (folder for folder in listed if isinstance(folder, str))
        # A dict, because it drops what stands there twice and keeps the order.
        known = dict.fromkeys(folder for folder in folders if _is_folder_name(folder))
        return tuple(known)[:RECENT_FOLDERS]


def _is_folder_name(path: str) -> bool:
    if not os.path.isabs(path) or "\0" in path or len(path) > _LONGEST_PATH:
        return False
    try:
        # A name that is no Unicode does not survive the file, and would come back as another one.
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _network(text: str) -> str:
    if text in ("all", "local"):
        return text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= len("65535")):
        return None
    return int(text) if 0 < int(text) <= 65535 else None


def _one_of(choices: tuple[str, ...], text: str) -> str:
    return text if text in choices else choices[0]
