"""Whether a window can be opened here: Qt does not ask, it ends the process where it cannot."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["display_problem", "has_display"]

_ALWAYS_HAVE_ONE: Final = ("win32", "cygwin", "darwin")
_WAYLAND_SECONDS: Final = 2.0


def has_display(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether there is a screen to open a window on, as the environment tells.

    The same rule as in packaging/bootstrap.py, which asks before anything is installed.
    """
    if platform in _ALWAYS_HAVE_ONE:
        return True
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return True
    # Qt can also draw without a display server: offscreen, minimal, vnc, linuxfb ...
    plugins = environment.get("QT_QPA_PLATFORM", "").split(";")
    return any(plugin and not plugin.startswith(("xcb", "wayland")) for plugin in plugins)


def display_problem(environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """Return why no window can be opened, in a few words; "" where one can.

    What is loaded to find out is what Qt loads next, so that it costs a millisecond or two. A
    display that accepts the connection and then says nothing is waited for without end.
    """
    if not has_display(environment, platform):
        return "there is no display"
    if platform in _ALWAYS_HAVE_ONE:
        return ""
    problem = ""
    for plugin in _platform_plugins(environment):
        problem = _plugin_problem(plugin, environment)
        if not problem:
            return ""
    return problem


def _platform_plugins(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the plugins that Qt tries, in its order."""
    asked_for = environment.get("QT_QPA_PLATFORM", "")
    if asked_for:
        return [plugin.partition(":")[0] for plugin in asked_for.split(";") if plugin]
    servers = (("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "xcb"))
    return [plugin for variable, plugin in servers if environment.get(variable)]


def _plugin_problem(plugin: str, environment: Mapping[str, str]) -> str:
    if plugin.startswith("xcb"):
        return _loading_problem("xcb") or _x11_problem(environment)
    if plugin.startswith("wayland"):
        return _loading_problem("wayland") or _wayland_problem(environment)
    return ""


def _loading_problem(plugin: str) -> str:
    """Return what the system says when it loads Qt's plugin with all its libraries; "" is well."""
    import ctypes
    from importlib.util import find_spec

    qt = find_spec("PySide6")
    package = os.path.dirname((qt and qt.origin) or "")
    path = os.path.join(package, "Qt", "plugins", "platforms", f"libq{plugin}.so")
    if not os.path.exists(path):
        return ""  # a system's own packages of Qt lie elsewhere, and bring what they need
    try:
        ctypes.CDLL(path)
    except OSError as error:
        return f"Qt cannot be loaded ({error})"
    return ""


def _x11_problem(environment: Mapping[str, str]) -> str:
    import ctypes

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return f"Qt cannot be loaded ({error})"
    xcb.xcb_connect.restype = ctypes.c_void_p
    # The name and the key come from the environment, as they do for Qt.
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return _not_open(environment.get("DISPLAY", "")) if failed else ""


def _wayland_problem(environment: Mapping[str, str]) -> str:
    import socket

    # With a socket given, the connection is open already, and may be taken once only.
    if sys.platform == "win32" or environment.get("WAYLAND_SOCKET"):
        return ""
    name = environment.get("WAYLAND_DISPLAY") or "wayland-0"
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_WAYLAND_SECONDS)
            line.connect(os.path.join(environment.get("XDG_RUNTIME_DIR", ""), name))
    except OSError:
        return _not_open(name)
    return ""


def _not_open(name: str) -> str:
    return f"the display {name} cannot be opened" if name else "there is no display"
