"""ThumbnailMaker: who waits for which thumbnail, and the processes that make them."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from server_core.files.resource import FileResource
from server_core.share.thumbnails.cache import Key, ThumbnailCache

if TYPE_CHECKING:
    from server_core.share.thumbnails.process import DecodingProcess

__all__ = ["BusyError", "ThumbnailMaker"]


class BusyError(Exception):
    """A thumbnail cannot be had now: too many are waited for, or its file is being written."""


class _Job:
    """A picture to be made small; it owns the open file."""

    def __init__(self, picture: FileResource) -> None:
        self.picture = picture
        self._has_ended = threading.Event()
        self._thumbnail: bytes | None = None

    def end(self, thumbnail: bytes | None) -> None:
        """Tell all who wait for it what has become of it, None where that is nothing."""
        self.picture.close()
        self._thumbnail = thumbnail
        self._has_ended.set()

    def wait(self, seconds: float) -> bytes:
        """Return the thumbnail, b"" where there is none. Raises BusyError."""
        if not self._has_ended.wait(seconds) or self._thumbnail is None:
            raise BusyError
        return self._thumbnail


class ThumbnailMaker:
    """Makes the thumbnails of one share; safe to use from any thread.

    Its processes begin when they are needed, and end when they have not been for a while. Of the
    pictures that wait, the last one comes first: whoever scrolls looks at that one.
    """

    max_waiting = 64
    """Pictures that wait to be decoded; with one more, the first of them is given up."""
    max_processes = 2
    seconds_each = 10.0
    """Seconds that a picture may take, until its process is ended."""
    seconds_to_wait = 20.0
    """Seconds that a request waits."""
    seconds_idle = 30.0
    """Seconds until a process ends that has nothing to do."""

    def __init__(self, folder: Path | None = None, command: list[str] | None = None) -> None:
        """Keep thumbnails in `folder` too; `command` starts worker.py."""
        self.cache = ThumbnailCache(folder)
        self._command = command
        self._changed = threading.Condition()
        self._jobs: dict[Key, _Job] = {}
        self._waiting: list[Key] = []
        """Those of them that nobody has begun with, the last one at the end."""
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._processes: set[DecodingProcess] = set()
        self._is_closed = False

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes that run."""
        with self._changed:
            return [process.pid for process in self._processes]

    def make(self, picture: FileResource) -> bytes:
        """Return the thumbnail of an open picture, which is closed; b"" where there is none.

        Waits. Raises BusyError.
        """
        return self._join(picture).wait(self.seconds_to_wait)

    def close(self) -> None:
        """End every process at once; whoever waits is told that there is nothing to be had."""
        with self._changed:
            self._is_closed = True
            given_up = [self._jobs.pop(key) for key in self._waiting]
            self._waiting.clear()
            for process in self._processes:
                process.kill()
            threads = list(self._threads)
            self._changed.notify_all()
        for job in given_up:
            job.end(None)
        for thread in threads:
            thread.join(1.0)

    def _join(self, picture: FileResource) -> _Job:
        """Return the job for a picture, a new one unless there is one already."""
        key = picture.identity
        given_up = None
        with self._changed:
            job = self._jobs.get(key)
            if job is not None:
                picture.close()
                return job
            job = _Job(picture)
            if self._is_closed or not self._has_thread():
                job.end(None)
                return job
            self._jobs[key] = job
            self._waiting.append(key)
            if len(self._waiting) > self.max_waiting:
                given_up = self._jobs.pop(self._waiting.pop(0))
            self._changed.notify()
        if given_up is not None:
            given_up.end(None)
        return job

    def _has_thread(self) -> bool:
        """Start another thread where it would be of use; return whether there is one at all."""
        if self._idle <= len(self._waiting) and len(self._threads) < self.max_processes:
            thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)
            with contextlib.suppress(RuntimeError):  # no more threads on this machine
                thread.start()
                self._threads.add(thread)
        return bool(self._threads)

    def _run(self) -> None:
        process: DecodingProcess | None = None
        try:
            while (key := self._next()) is not None:
                process = self._do(self._jobs[key], process)
        finally:
            with self._changed:
                self._threads.discard(threading.current_thread())
            if process is not None:
                self._end(process)

    def _next(self) -> Key | None:
        """Return the next picture; None where there has been none for long, and at the end."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._waiting or self._is_closed, self.seconds_idle)
            self._idle -= 1
            if self._waiting and not self._is_closed:
                return self._waiting.pop()
            self._threads.discard(threading.current_thread())  # at once: none waits for it
            return None

    def _do(self, job: _Job, process: DecodingProcess | None) -> DecodingProcess | None:
        """Do a job; return the process for the next one."""
        picture, result = job.picture, None
        key = picture.identity
        try:
            if process is None:
                process = self._start()
            result = process.make(picture, self.seconds_each)
        except OSError:
            if process is not None:
                self._end(process)
                # It ended over this picture: so would the next one.
                result = b""
                process = None
        is_certain = result is not None and not self._is_closed and picture.is_unchanged()
        if result is not None and is_certain:
            self.cache.store(key, result)
        with self._changed:
            del self._jobs[key]
        job.end(result if is_certain else None)
        return process

    def _start(self) -> DecodingProcess:
        # Late: a start would wait for all that it takes to start another process.
        from server_core.share.thumbnails.process import DecodingProcess, worker_command

        with self._changed:
            if self._is_closed:
                raise OSError("it is closed")
            process = DecodingProcess(self._command or worker_command())
            self._processes.add(process)
            return process

    def _end(self, process: DecodingProcess) -> None:
        with self._changed:
            self._processes.discard(process)
        process.close()
