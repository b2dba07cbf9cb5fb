"""The orders of folders, kept for some seconds: a folder is read once for many pages of it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from server_core.files.directory import DirectoryListing
from server_core.files.order import Order
from server_core.kept_pages import KeptPages

__all__ = ["KeptOrders"]

_BETWEEN = "/"
"""What no name has in it."""


class KeptOrders(KeptPages):
    """The orders of a share's folders; safe to use from any thread.

    Each is kept as one text, a seventh of the memory of its names. By size or date, it is at most
    `lifetime` behind files that were written to; names are those that are there, as KeptPages has
    it. What a symbolic link leads to is looked at again when its row is made.
    """

    lifetime = 10.0
    """Seconds for which an order is kept from when its folder began to be read."""

    def divided(self, listing: DirectoryListing, order: Order) -> tuple[list[str], list[str]]:
        """Return what `listing.divided(order)` does, or did for a listing of the same folder.

        Where it did, nothing is read. Raises OSError where the directory cannot be read.
        """
        key = (listing.scope, order)
        kept = self.find(key, listing.directory)
        if kept is None:
            made = self.keeping(key, listing.directory, _text(listing, order), lambda: True)
            kept = b"".join(made)
        folders, files = os.fsdecode(kept).split(_BETWEEN * 2)
        return _names(folders), _names(files)


def _text(listing: DirectoryListing, order: Order) -> Iterator[bytes]:
    folders, files = listing.divided(order)
    yield os.fsencode((_BETWEEN * 2).join((_BETWEEN.join(folders), _BETWEEN.join(files))))


def _names(text: str) -> list[str]:
    return text.split(_BETWEEN) if text else []
