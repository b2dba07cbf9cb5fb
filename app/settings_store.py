"""What is kept between two starts, and where; the only user of QSettings."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QByteArray, QSettings

from app.options import Options
from app.settings import PROTOCOLS, RECENT_FOLDERS, THEMES, ShareSettings

__all__ = ["SessionSettings", "SettingsStore"]

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
        self._file.setValue("share/port", str(settings.port or ""))
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


class SessionSettings:
    """The settings of one session: what is kept, with the words of command lines in its place.

    Such words are for once. They are not kept, until the person chooses something else there.
    """

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._kept = store.load()
        self._once: dict[str, Any] = {}
        """Fields of ShareSettings, with the values that a command line gave them."""
        self._takes_any_port = False
        self._unshared = ""
        """The folder of the latest command line, as long as nobody has chosen it here."""

    @property
    def kept(self) -> ShareSettings:
        """What the next start will find."""
        return self._kept

    def apply(self, options: Options, settings: ShareSettings) -> ShareSettings:
        """Return `settings` with what `options` say in their place."""
        said: dict[str, Any] = {}
        if options.bind is not None:
            said["network"] = options.bind
        if options.port is not None:
            # A form shows no 0: it is the same to it as a port that is found.
            said["port"] = options.port or None
            self._takes_any_port = options.port == 0
        if options.protocol in PROTOCOLS:
            said["protocol"] = options.protocol
        settings = replace(settings, **said)
        if options.folder:
            said["folder"] = self._unshared = options.folder
            settings = settings.with_folder(options.folder)
        self._once |= said
        return settings

    def to_share(self, settings: ShareSettings) -> ShareSettings:
        """Return what the server is to be told where the window has `settings`."""
        if self._takes_any_port and settings.port is None:
            return replace(settings, port=0)
        return settings

    def save(self, settings: ShareSettings) -> None:
        """Keep `settings`, which the person has chosen, for the next start."""
        # What differs was chosen since.
        self._once = {
            name: value for name, value in self._once.items() if getattr(settings, name) == value
        }
        self._takes_any_port = self._takes_any_port and "port" in self._once
        if settings.folder == self._unshared and "folder" not in self._once:
            self._unshared = ""
        recents = tuple(
            folder
            for folder in settings.recent_folders
            if folder != self._unshared or folder in self._kept.recent_folders
        )
        before = {name: getattr(self._kept, name) for name in self._once}
        self._keep(replace(settings, recent_folders=recents, **before))

    def keep_folder(self, folder: str) -> None:
        """Keep `folder`, wherever it was named: now it is shared."""
        self._once.pop("folder", None)
        self._keep(self._kept.with_folder(folder))

    def _keep(self, settings: ShareSettings) -> None:
        self._kept = settings
        self._store.save(settings)


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
