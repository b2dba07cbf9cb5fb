"""One Folderport per person: a second start tells the first what it was asked for, and ends."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Final

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QStandardPaths, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

__all__ = ["SingleInstance"]

_LONGEST_MESSAGE: Final = 64 * 1024
"""Bytes."""
_MOST_CALLERS: Final = 8
_TAKEN: Final = b"taken\n"


class SingleInstance(QObject):
    """The claim to be the only Folderport of this person, and the line to the one that is.

    Who is first is decided by a lock file, which the system's own list of processes proves; the
    local socket only carries messages: one line each, answered by one line once it was taken.
    Where the first one listens can only be known to who may look into the folder of the lock.
    """

    received = Signal(object)
    """The message of another start, as bytes (an `Options.to_message`): come to the front."""

    connect_timeout = 500
    """Milliseconds to reach the running instance."""
    exchange_timeout = 2000
    """Milliseconds for a message to arrive and to be answered."""

    def __init__(self, directory: str | None = None, parent: QObject | None = None) -> None:
        """Use the lock and the socket in `directory`, by default one that is this person's own."""
        super().__init__(parent)
        self._directory = directory or _own_directory()
        self._lock = QLockFile(os.path.join(self._directory, "folderport.lock"))
        # The lock is held as long as the program runs: age says nothing.
        self._lock.setStaleLockTime(0)
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
        _forget_address(self._directory)
        address = _new_address(self._directory)
        QLocalServer.removeServer(address)
        if self._server.listen(address):
            _note_address(self._directory, address)
        return True

    def release(self) -> None:
        """Stop listening and let another instance be the one."""
        self._server.close()
        for caller in self._callers():
            caller.abort()
        self._lock.unlock()

    def send(self, message: bytes) -> bool:
        """Hand `message`, one line, to the running instance; False where it did not take it.

        Blocks for `connect_timeout` and `exchange_timeout` at most.
        """
        line = message + b"\n"
        address = _noted_address(self._directory)
        if len(line) > _LONGEST_MESSAGE or not address:
            return False
        socket = QLocalSocket()
        socket.connectToServer(address)
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
        message = bytes(caller.readLine(_LONGEST_MESSAGE).data()).removesuffix(b"\n")
        caller.write(_TAKEN)
        # At once: the other one waits for it, however long the slots take.
        caller.flush()
        caller.disconnectFromServer()
        self.received.emit(message)

    def _callers(self) -> list[QLocalSocket]:
        return self._server.findChildren(QLocalSocket)


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


# Named pipes are in no folder, and whoever is first may take a name. There each instance makes a
# name up, and notes it beside the lock once it listens: another name, or none, is not trusted.


def _new_address(directory: str) -> str:
    if sys.platform == "win32":
        return f"folderport-{os.urandom(16).hex()}"
    return os.path.join(directory, "folderport.socket")


def _note_address(directory: str, address: str) -> None:
    if sys.platform == "win32":
        with contextlib.suppress(OSError), open(_note(directory), "w", encoding="ascii") as note:
            note.write(address)


def _noted_address(directory: str) -> str:
    if sys.platform == "win32":
        try:
            with open(_note(directory), encoding="ascii") as note:
                return note.read(_LONGEST_MESSAGE)
        except (OSError, ValueError):
            return ""
    return _new_address(directory)


def _forget_address(directory: str) -> None:
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            os.remove(_note(directory))


def _note(directory: str) -> str:
    return os.path.join(directory, "folderport.pipe")
