"""What Folderport consists of, and under which licences: read from what is installed."""

from __future__ import annotations

import platform
import re
import sys
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from app.resources import MissingResourceError, resource_path

__all__ = ["Component", "components", "python"]

_OWN: Final = "folderport"
_EXTRAS: Final = ("heic",)
"""Those that people install for themselves; the others are for who changes Folderport."""
_LONGEST: Final = 1 << 20
"""Bytes of a licence that are shown."""
_LONGEST_NAME: Final = 80
_TEXT: Final = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE)[^/]*$", re.IGNORECASE)
# Their wheels name the licence and do not hold it.
_QT: Final = ("pyside6-essentials", "shiboken6")
_QT_TEXTS: Final = ("LGPL-3.0.txt", "GPL-3.0.txt", "Qt-parts.txt")
_SEE_TEXT: Final = "see its text"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of Folderport that is somebody's work."""

    name: str
    version: str
    licence: str
    """Its name, as short as whoever made the part gives it."""
    text: str
    """The whole licence; where it is not there, a sentence that says so."""


def components() -> list[Component]:
    """List Folderport, Python, and all that Folderport needs and came with, by their names."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [_OWN]
    while wanted:
        name = wanted.pop()
        if _same(name) in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # not for this system, or an extra that nobody installed
        found[_same(name)] = distribution
        wanted += _needed_by(distribution, _EXTRAS if name == _OWN else ())
    own = found.pop(_OWN, None)
    others = [_component(distribution) for distribution in found.values()]
    others += [python(), *_libraries()]
    others.sort(key=lambda component: component.name.lower())
    return others if own is None else [_component(own), *others]


def _same(name: str) -> str:
    # As PEP 503 compares names.
    return re.sub(r"[-_.]+", "-", name).lower()


def _needed_by(distribution: metadata.Distribution, extras: tuple[str, ...]) -> list[str]:
    needed = []
    for requirement in distribution.requires or ():
        asked, _, marker = requirement.partition(";")
        extra = re.search(r"""extra\s*==\s*["']([^"']+)""", marker)
        if extra is None or extra[1] in extras:
            needed += re.findall(r"^[A-Za-z0-9._-]+", asked.strip())
    return needed


def _component(distribution: metadata.Distribution) -> Component:
    told = distribution.metadata
    fields = (told.get_all(field) for field in ("License-Expression", "License"))
    licence = next((str(values[0]).strip() for values in fields if values), "")
    if not licence or len(licence) > _LONGEST_NAME or "\n" in licence:
        classifiers = map(str, told.get_all("Classifier") or ())
        names = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License")]
        licence = ", ".join(names) or _SEE_TEXT
    name = str(told["Name"])
    name = name.capitalize() if name == _OWN else name
    return Component(name, distribution.version, licence, _text(distribution))


def _text(distribution: metadata.Distribution) -> str:
    if _same(str(distribution.metadata["Name"])) in _QT:
        return _joined([_resource(name) for name in _QT_TEXTS])
    own = [file for file in distribution.files or () if ".dist-info/" in str(file)]
    texts = [file for file in own if _TEXT.search(str(file))]
    return _joined([_read(Path(str(distribution.locate_file(file)))) for file in texts])


def python() -> Component:
    """Return the component that runs all others."""
    # In a frozen application beside the other resources, else where Python's makers put it, or
    # Debian's.
    version = ".".join(map(str, sys.version_info[:2]))
    places = [
        Path(sysconfig.get_path("stdlib"), "LICENSE.txt"),
        Path(sys.base_prefix, "LICENSE.txt"),
        Path(f"/usr/share/doc/python{version}/copyright"),
    ]
    texts = [_resource("Python.txt"), *map(_read, places)]
    text = next(filter(None, texts), "")
    return Component("Python", platform.python_version(), "PSF-2.0", _joined([text]))


def _libraries() -> list[Component]:
    """Return what a frozen application on Linux has taken from the system it was built on."""
    try:
        place = resource_path("licences", "libraries")
    except MissingResourceError:
        return []
    named = ((path, *path.stem.partition(" ")) for path in place.glob("*.txt"))
    return [
        Component(name, version, _SEE_TEXT, _joined([_read(path)]))
        for path, name, _, version in named
    ]


def _resource(name: str) -> str:
    try:
        return _read(resource_path("licences", name))
    except MissingResourceError:
        return ""


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _joined(texts: list[str]) -> str:
    whole = "\n\n".join(text for text in texts if text)
    return whole or "This copy of Folderport does not hold the text of this licence."
