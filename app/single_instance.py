"""One Folderport per person: a second start hands its folder to the first and ends."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from typing import Final

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QStandardPaths, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

__all__ = ["SingleInstance"]

_VERSION: Final = 1
_LONGEST_MESSAGE: Final = 64 * 1024
"""Bytes."""
_MOST_CALLERS: Final = 8
_TAKEN: Final = b"taken\n"


class SingleInstance(QObject):
    """The claim to be the only Folderport of this person, and the line to the one that is.

    Who is first is decided by a lock file, which the system's own list of processes proves; the
    local socket beside it only carries messages: one line of JSON with a version, answered by one
    line once it was taken.
    """

    activated = Signal(str)
    """Another start has sent its folder, or "" where it had none: come to the front."""

    connect_timeout = 500
    """Milliseconds to reach the running instance."""
    exchange_timeout = 2000
    """Milliseconds for a message to arrive and to be answered."""

    def __init__(self, directory: str | None = None, parent: QObject | None = None) -> None:
        """Use the lock and the socket in `directory`, by default one that is this person's own."""
        super().__init__(parent)
        directory = directory or _own_directory()
        self._lock = QLockFile(os.path.join(directory, "folderport.lock"))
        # The lock is held as long as the program runs: age says nothing.
        self._lock.setStaleLockTime(0)
        self._name = _server_name(directory)
        self._server = QLocalServer(self)
        if sys.platform == "win32":
            # Elsewhere the folder is private, and with this option Qt replaces a socket in use.
            self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_new_connection)

    def acquire(self) -> bool:
        """Become the one instance and listen for others; False where another one is it already.

        True as well where the place for the lock cannot be written to: two windows are better than
        none. For the same reason go on where `send` then does not reach the other one.
        """
        if not self._lock.tryLock(0):
            return self._lock.error() is not QLockFile.LockError.LockFailedError
        # What a crash left behind: nobody else listens while the lock is held.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def release(self) -> None:
        """Stop listening and let another instance be the one."""
        self._server.close()
        for caller in self._callers():
            caller.abort()
        self._lock.unlock()

    def send(self, folder: str) -> bool:
        """Hand `folder` ("" for none) to the running instance; False where it did not take it.

        Blocks for `connect_timeout` and `exchange_timeout` at most.
        """
        line = json.dumps({"version": _VERSION, "folder": folder}).encode() + b"\n"
        if len(line) > _LONGEST_MESSAGE:
            return False
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(self.connect_timeout):
            return False
        socket.write(line)
        deadline = QDeadlineTimer(self.exchange_timeout)
        while not socket.canReadLine():
            if not socket.waitForReadyRead(deadline.remainingTime()):
                return False
        taken = socket.readLine(len(_TAKEN) + 1).data() == _TAKEN
        socket.disconnectFromServer()
        return taken

    @Slot()
    def _on_new_connection(self) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            caller.disconnected.connect(caller.deleteLater)
            if len(self._callers()) > _MOST_CALLERS:
                caller.abort()
                continue
            caller.setReadBufferSize(_LONGEST_MESSAGE)
            # Not a lambda that holds the caller: with one, destroying both later is a crash.
            caller.readyRead.connect(self._on_ready_read)
            QTimer.singleShot(self.exchange_timeout, caller, caller.abort)
            self._read(caller)

    @Slot()
    def _on_ready_read(self) -> None:
        caller = self.sender()
        assert isinstance(caller, QLocalSocket)
        self._read(caller)

    def _read(self, caller: QLocalSocket) -> None:
        if not caller.canReadLine():
            if caller.bytesAvailable() >= _LONGEST_MESSAGE:
                caller.abort()
            return
        folder = _folder_of(bytes(caller.readLine(_LONGEST_MESSAGE).data()))
        if folder is None:
            caller.abort()
            return
        caller.write(_TAKEN)
        # At once: the other one waits for it, however long the slots take.
        caller.flush()
        caller.disconnectFromServer()
        self.activated.emit(folder)

    def _callers(self) -> list[QLocalSocket]:
        return self._server.findChildren(QLocalSocket)


def _folder_of(line: bytes) -> str | None:
    """Return the folder in a message, "" where it holds none; None where it is no message."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict) or not isinstance(message.get("version"), int):
        return None
    folder = message.get("folder")
    # Another version's message still says that somebody wants to see the window.
    return folder if message["version"] == _VERSION and isinstance(folder, str) else ""


def _own_directory() -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isdir(runtime):
        return runtime
    cache = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    directory = os.path.join(cache, "folderport")
    # Where it cannot be made, the lock says so when it is asked for.
    with contextlib.suppress(OSError):
        os.makedirs(directory, mode=0o700, exist_ok=True)
    return directory


def _server_name(directory: str) -> str:
    if sys.platform == "win32":
        # Named pipes are in no folder.
        return f"folderport-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}"
    return os.path.join(directory, "folderport.socket")
