"""What a device is called, told from the User-Agent its browser sends: "iPhone · Safari".

A table of what is common on home and office networks. It costs a microsecond where a complete
database costs a noticeable pause at its first question, and a name that is not in it is still
shown: by its address.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.printable import printable

__all__ = ["device_name"]

_READ_LENGTH: Final = 512
"""Characters of a User-Agent that are looked at."""

# Order decides: almost every browser also claims to be Mozilla, Safari or Chrome, and Android
# claims to be Linux.
_DEVICES: Final = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("ipod", "iPod touch"),
    ("playstation", "PlayStation"),
    ("xbox", "Xbox"),
    ("nintendo", "Nintendo"),
    ("appletv", "Apple TV"),
    ("kindle", "Kindle"),
    ("smart-tv", "TV"),
    ("smarttv", "TV"),
    ("web0s", "TV"),
    ("googletv", "TV"),
    ("cros ", "Chromebook"),
    ("windows phone", "Windows Phone"),
    ("windows", "Windows PC"),
    ("macintosh", "Mac"),
    ("freebsd", "FreeBSD PC"),
    ("openbsd", "OpenBSD PC"),
    ("x11; linux", "Linux PC"),
    ("x11; ubuntu", "Linux PC"),
    ("x11; fedora", "Linux PC"),
    ("wayland", "Linux PC"),
)
_BROWSERS: Final = (
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("opt/", "Opera"),
    ("vivaldi", "Vivaldi"),
    ("samsungbrowser", "Samsung Internet"),
    ("miuibrowser", "Mi Browser"),
    ("huaweibrowser", "Huawei Browser"),
    ("duckduckgo", "DuckDuckGo"),
    ("fxios", "Firefox"),
    ("focus/", "Firefox Focus"),
    ("firefox", "Firefox"),
    ("seamonkey", "SeaMonkey"),
    ("crios", "Chrome"),
    ("chromium", "Chromium"),
    ("headlesschrome", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
    ("trident", "Internet Explorer"),
    ("gecko", "Gecko"),
)
# Programs that say their own name first and nothing about the device.
_PROGRAMS: Final = {
    "curl": "curl",
    "wget": "Wget",
    "wget2": "Wget",
    "aria2": "aria2",
    "vlc": "VLC",
    "libvlc": "VLC",
    "lavf": "FFmpeg",
    "python-urllib": "Python",
    "python-requests": "Python",
    "python-httpx": "Python",
    "go-http-client": "Go",
    "okhttp": "Android app",
    "gvfs": "Linux files",
    "davfs2": "davfs2",
    "microsoft-webdav-miniredir": "Windows Explorer",
    "webdavfs": "Finder",
    "darwin": "Apple app",
    "cfnetwork": "Apple app",
    "kodi": "Kodi",
    "rclone": "rclone",
}

_ANDROID: Final = re.compile(r"android[^;)]*;\s*(?:[a-z]{2}-[a-z]{2};\s*)?([^;)]*)", re.IGNORECASE)
_PROGRAM: Final = re.compile(r"([A-Za-z][\w.+-]{0,39})(?=/|\s|$)")


@lru_cache(maxsize=1_024)
def device_name(user_agent: str, host: str) -> str:
    """Return a name for the device at `host`: what it is and its browser, else its address."""
    agent = user_agent[:_READ_LENGTH]
    lowered = agent.lower()
    program = _program(agent)
    if not lowered.startswith(("mozilla/", "opera/")):
        return f"{host} · {program}" if program else host
    device = _device(agent, lowered) or host
    browser = next((name for mark, name in _BROWSERS if mark in lowered), "")
    return f"{device} · {browser}" if browser else device


def _device(agent: str, lowered: str) -> str:
    # Windows Phone claimed to be Android as well.
    if "android" in lowered and "windows" not in lowered:
        return _android(agent, lowered)
    return next((name for mark, name in _DEVICES if mark in lowered), "")


def _android(agent: str, lowered: str) -> str:
    found = _ANDROID.search(agent)
    model = found[1].partition(" Build/")[0].strip() if found else ""
    # Browsers that keep the model to themselves say K, Firefox says Mobile or Tablet.
    if len(model) > 1 and model not in ("Mobile", "Tablet") and not model.startswith("rv:"):
        return printable(model[:40])
    return "Android phone" if "mobile" in lowered else "Android tablet"


def _program(agent: str) -> str:
    found = _PROGRAM.match(agent)
    return _PROGRAMS.get(found[1].lower(), found[1]) if found else ""
