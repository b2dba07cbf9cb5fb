"""The one door to the files of resources/: icons, web pages and translations."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["MissingResourceError", "resource_path"]

_PACKAGE = Path(__file__).resolve().parent


class MissingResourceError(RuntimeError):
    """A file that belongs to Folderport is not there: the installation is incomplete."""


def resource_path(*parts: str) -> Path:
    """Return the path of a file or folder below resources/, e.g. `resource_path("web")`.

    It is found in a checkout, in an installed wheel and in a frozen application alike.
    Raises MissingResourceError where it is not there.
    """
    for root in _roots():
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise MissingResourceError(
        f"{'/'.join(parts) or 'resources'} is missing from this copy of Folderport;"
        " installing Folderport again repairs it"
    )


def _roots() -> tuple[Path, ...]:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return (Path(frozen, "app", "_resources"), Path(frozen, "resources"))
    # An installed wheel holds them inside the package, a checkout beside it.
    return (_PACKAGE / "_resources", _PACKAGE.parent / "resources")
