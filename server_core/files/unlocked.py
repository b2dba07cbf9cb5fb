"""Opening a file to read it, so that whoever owns it may rename and delete it meanwhile."""

from __future__ import annotations

import os
import sys

__all__ = ["open_unlocked"]

if sys.platform == "win32":
    import _winapi
    import msvcrt

    # FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE. The C library, and so os.open(), goes
    # without the last one: a file would stay as it is for as long as somebody downloads it.
    _EVERYTHING_ALLOWED = 0x1 | 0x2 | 0x4

    def open_unlocked(path: str, flags: int, directory: int | None = None) -> int:
        """Do what `os.open` does with a regular file; nothing can be in a `directory` here.

        Raises OSError as `os.open` does, and PermissionError for a directory.
        """
        if directory is not None:
            raise NotImplementedError
        try:
            handle = _winapi.CreateFile(
                path,
                _winapi.GENERIC_READ,
                _EVERYTHING_ALLOWED,
                _winapi.NULL,
                _winapi.OPEN_EXISTING,
                0,
                _winapi.NULL,
            )
        except OSError as error:
            error.filename = path
            raise
        try:
            return msvcrt.open_osfhandle(handle, flags)
        except BaseException:
            _winapi.CloseHandle(handle)
            raise

else:

    def open_unlocked(path: str, flags: int, directory: int | None = None) -> int:
        """Do what `os.open` does, relative to a `directory` where there is one."""
        return os.open(path, flags, dir_fd=directory)
