"""Leadership: which of several threads runs a loop, so that the loop goes on while one waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

__all__ = ["Leadership"]


class Leadership:
    """Threads of which one leads, in a term that ends when it hands on.

    More threads do not work faster in one interpreter, they only stand in each other's way; but a
    thread that waits leaves the interpreter to others. So the thread that leads also does the work
    it finds, and another one leads from the moment that the work waits for something. Threads that
    have nothing to do are used again, or end after a while.
    """

    idle_timeout = 10.0
    """Seconds after which a thread without work ends."""

    def __init__(self, lead: Callable[[int], None]) -> None:
        """`lead(term)` is what a thread does while the term is its; it must not raise."""
        self._lead = lead
        self._lock = threading.Lock()
        self._terms: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._idle = 0
        self._term = 0
        self._is_over = False
        self._of_thread = threading.local()

    @property
    def term(self) -> int:
        """The number of the present term."""
        return self._term

    def hand_on(self, term: int) -> bool:
        """Begin the next term in another thread.

        False where `term` is over already, or the machine has no thread left: then it goes on.
        """
        with self._lock:
            if term != self._term:
                return False
            self._is_over = False
            if self._idle:
                self._idle -= 1
                self._term += 1
                self._terms.put(self._term)
                return True
            thread = threading.Thread(
                target=self._run, args=(term + 1,), name="connections", daemon=True
            )
            self._term += 1
            try:
                thread.start()
            except RuntimeError:
                self._term = term
                return False
        return True

    @property
    def is_retired(self) -> bool:
        """Whether this thread has said that it retires."""
        return getattr(self._of_thread, "is_retired", False)

    def retire(self) -> None:
        """Have this thread lead no more, and end when it is done with what it does."""
        self._of_thread.is_retired = True

    def end(self) -> None:
        """End the present term; no thread leads until somebody hands on, and idle ones end."""
        with self._lock:
            self._term += 1
            self._is_over = True
            for _ in range(self._idle):
                self._terms.put(None)
            self._idle = 0

    def _run(self, term: int) -> None:
        following: int | None = term
        while following is not None:
            self._lead(following)
            following = None if self.is_retired else self._next_term()

    def _next_term(self) -> int | None:
        """Wait for a term to lead in; None where this thread is to end."""
        with self._lock:
            if self._is_over:
                return None
            self._idle += 1
        while True:
            try:
                return self._terms.get(timeout=self.idle_timeout)
            except queue.Empty:
                with self._lock:
                    # What is in the queue by now is for one of those that wait, maybe for this one.
                    if self._terms.empty():
                        self._idle -= 1
                        return None
