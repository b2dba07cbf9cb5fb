"""The system packages that Folderport and its tests use: one table, and how to ask for them.

Standard library only; see bootstrap.py, which uses it before anything is installed.
"""

from __future__ import annotations

import os
import sys

PURPOSES = ("terminal", "window", "tests")
"""What a checkout can be prepared for; each includes the ones before it."""

NEEDED_FOR = {
    # What is looked for (a library's soname or a command), its package for apt-get and for pacman.
    "terminal": (),
    "window": (
        ("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
        ("libEGL.so.1", "libegl1", "libglvnd"),
        ("libGL.so.1", "libgl1", "libglvnd"),
        ("libdbus-1.so.3", "libdbus-1-3", "dbus"),
        ("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
        ("libbrotlidec.so.1", "libbrotli1", "brotli"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2", "krb5"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
        ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
        ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
        ("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
        ("libwayland-cursor.so.0", "libwayland-cursor0", "wayland"),
        ("libwayland-egl.so.1", "libwayland-egl1", "wayland"),
    ),
    "tests": (
        ("Xvfb", "xvfb", "xorg-server-xvfb"),
        ("xauth", "xauth", "xorg-xauth"),
        ("openbox", "openbox", "openbox"),
        ("chromium", "chromium", "chromium"),
        ("chromedriver", "chromium-driver", "chromium"),
        ("curl", "curl", "curl"),
        ("rclone", "rclone", "rclone"),
        ("ip", "iproute2", "iproute2"),
        ("wget", "wget", "wget"),
        ("aria2c", "aria2", "aria2"),
        ("unzip", "unzip", "unzip"),
        ("7z", "p7zip-full", "7zip"),
        ("bsdtar", "libarchive-tools", "libarchive"),
        ("lftp", "lftp", "lftp"),
        ("zsync", "zsync", "zsync"),
        ("ffmpeg", "ffmpeg", "ffmpeg"),
        ("import", "imagemagick", "imagemagick"),
        ("xdotool", "xdotool", "xdotool"),
        ("openssl", "openssl", "openssl"),
        ("man", "man-db", "man-db"),
        ("desktop-file-validate", "desktop-file-utils", "desktop-file-utils"),
        ("appstreamcli", "appstream", "appstream"),
        ("dpkg-shlibdeps", "dpkg-dev", "dpkg"),
        ("makensis", "nsis", "nsis"),
        ("shellcheck", "shellcheck", "shellcheck"),
        ("flatpak-builder", "flatpak-builder", "flatpak-builder"),
    ),
}


def needed_for(purpose: str) -> list[tuple[str, str, str]]:
    """List the rows of the table that `purpose` needs on Linux."""
    parts = PURPOSES[: PURPOSES.index(purpose) + 1]
    return [row for part in parts for row in NEEDED_FOR[part]]


def missing_for(purpose: str) -> list[tuple[str, str, str]]:
    """List the rows of the table that `purpose` needs and this Linux does not have."""
    import ctypes
    import shutil

    if sys.platform != "linux":
        return []
    missing = []
    for row in needed_for(purpose):
        if ".so." not in row[0]:
            if shutil.which(row[0]) is None:
                missing.append(row)
            continue
        try:
            ctypes.CDLL(row[0])
        except OSError:
            missing.append(row)
    if purpose == "tests" and not _has_own_tests():
        python = "python{}.{}".format(*sys.version_info)
        missing.append(("python3-test", f"lib{python}-testsuite", "python"))
    return missing


def _has_own_tests() -> bool:
    """Tell whether this Python came with the tests of its own library, which ours run again."""
    from importlib.util import find_spec

    try:
        return find_spec("test.test_httpservers") is not None
    except ModuleNotFoundError:
        return False


def missing_for_environments() -> list[tuple[str, str, str]]:
    """List the row without which this Python makes no environment: Debian packs ensurepip apart."""
    from importlib.util import find_spec

    python = "python{}.{}".format(*sys.version_info)
    if sys.platform != "linux" or find_spec("ensurepip") is not None:
        return []
    return [(python, f"{python}-venv", "python")]


def apt_names(rows: list[tuple[str, str, str]]) -> list[str]:
    """List the Debian packages of these rows, sorted."""
    return sorted({row[1] for row in rows})


def command_line(rows: list[tuple[str, str, str]]) -> str:
    """Give the line that a person types to install these rows on this system."""
    import shutil

    privilege = "sudo " if os.name == "posix" and os.geteuid() != 0 else ""
    if shutil.which("apt-get"):
        return f"{privilege}apt-get install " + " ".join(apt_names(rows))
    if shutil.which("pacman"):
        return f"{privilege}pacman -S --needed " + " ".join(sorted({row[2] for row in rows}))
    # RPM finds the package by what is in it, whatever it is called.
    contents = " ".join(_rpm_capability(row[0]) for row in rows)
    for tool in ("dnf", "zypper"):
        if shutil.which(tool):
            return f"{privilege}{tool} install {contents}"
    return "what contains " + " ".join(row[0] for row in rows)


def _rpm_capability(wanted: str) -> str:
    if ".so." in wanted:
        return f"'{wanted}()(64bit)'"
    return wanted if wanted == "python3-test" else f"/usr/bin/{wanted}"


def main() -> None:
    """Print the packages for apt-get that are missing for a purpose, each in a line."""
    purpose = sys.argv[1] if len(sys.argv) == 2 else ""
    if purpose not in PURPOSES:
        sys.exit("usage: python packaging/system_packages.py {" + ",".join(PURPOSES) + "}")
    print(*apt_names(missing_for(purpose)), sep="\n")


if __name__ == "__main__":
    main()
