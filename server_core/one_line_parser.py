"""A parser of command lines that says what is wrong with one in one line."""

from __future__ import annotations

import argparse
from typing import NoReturn

__all__ = ["OneLineParser"]


class OneLineParser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        """End the process with status 2, after the line that names the cause."""
        self.exit(2, f"{self.prog}: error: {message} (--help says what there is)\n")
