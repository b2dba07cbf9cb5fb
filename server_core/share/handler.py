"""ShareRequestHandler: a folder for people, with a page of its own and a window as its log."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, BinaryIO

from server_core.files.directory import DirectoryListing
from server_core.files.order import Order
from server_core.files.resource import FileBody, FileResource
from server_core.files.search import Search, SearchEnd, words_of
from server_core.page_stream import PageStream, size_of
from server_core.parts import PartsBody
from server_core.protocol.disposition import attachment
from server_core.protocol.negotiation import weights
from server_core.protocol.target import decode_path, path_of, query_of, url_segments
from server_core.share.archive_answers import ArchiveRequestHandler
from server_core.share.archives import Archives
from server_core.share.arrangement import Arrangement, order_of
from server_core.share.content_policy import VIEW_POLICY, content_fields
from server_core.share.listings import (
    ListingFormat,
    ProgramRows,
    format_of,
    listing_for_programs,
)
from server_core.share.pages import FolderPage, Pages
from server_core.share.search import rows_for_programs, term_of
from server_core.share.thumbnails import (
    SVG,
    ThumbnailMaker,
    has_thumbnail,
    send_nothing,
    send_thumbnail,
)
from server_core.share.view_page import FilePage

__all__ = ["ShareRequestHandler"]


class ShareRequestHandler(ArchiveRequestHandler):
    """Serves a folder to phones and computers nearby."""

    def __init__(
        self,
        *args: Any,
        pages: Pages,
        thumbnails: ThumbnailMaker,
        archives: Archives,
        protocol: str = "HTTP/1.1",
        directory: str | os.PathLike[str],
        **kwargs: Any,
    ) -> None:
        self.pages = pages
        self.thumbnails = thumbnails
        self.archives = archives
        self.protocol_version = protocol
        self._parameters: dict[str, list[str]] = {}
        self._posted: dict[str, list[str]] = {}
        self._saved_as = ""
        super().__init__(*args, directory=directory, **kwargs)

    def send_head(self) -> BinaryIO | io.IOBase | None:
        """Send the head of what the path and its parameters ask for; as SimpleHTTPRequestHandler.

        Raises RequestError where there are too many parameters.
        """
        self._parameters = query_of(self.path) if "?" in self.path else {}
        if "asset" in self._parameters and path_of(self.path) == "/":
            # Even where the folder cannot be read: the page that says so is made with them.
            return self._send_asset(self._parameters["asset"][0])  # a new version, a new address
        return super().send_head()

    def list_directory(self, path: str | os.PathLike[str]) -> BinaryIO | io.IOBase | None:
        """Send the head of what is asked for of the folder, and return a stream of it."""
        query = self._parameters
        if "qr" in query:
            return self._send_code()
        listing_format = format_of(query)
        term = term_of(query)
        if term:
            return self._send_search(os.fspath(path), term, listing_format)
        if listing_format is not None:
            return self._send_listing(os.fspath(path), listing_format)
        kind = self._archive_kind(query)
        if kind is not None:
            return self._send_archive(kind, path)
        fields = self._request_fields()
        wanted = FolderPage(
            tuple(url_segments(self.path)),
            Arrangement.of(query),
            self._catalogue(),
            weights(fields, "accept").get("text/html", 0.0) > 0,
        )
        page = self._open_page(
            os.fspath(path), lambda listing: self.pages.listing(wanted, listing), wanted
        )
        if page is not None:
            self.send_response(HTTPStatus.OK)
            self._send_page_head(size_of(page))
        return page

    def _send_listing(
        self, path: str, listing_format: ListingFormat
    ) -> BinaryIO | io.IOBase | None:
        """Send the head of a listing for programs, and return a stream of it."""
        order, rows = order_of(self._parameters), ProgramRows()
        shown = decode_path(path_of(self.path))

        def make(listing: DirectoryListing) -> Iterator[bytes]:
            return listing_for_programs(
                listing_format,
                shown,
                (
                    rows.of(entries)
                    for names in self.pages.orders.divided(listing, order)
                    for entries in listing.entries(names)
                ),
            )

        page = self._open_page(path, make, (listing_format, order))
        if page is not None:
            self._send_listing_head(listing_format, size_of(page))
        return page

    def _send_search(
        self, path: str, term: str, listing_format: ListingFormat | None
    ) -> BinaryIO | io.IOBase | None:
        """Send the head of what is found below a folder, and return a stream of it."""
        try:
            self._open(path).close()
        except OSError as error:
            self.send_open_error(error)
            return None
        slots = self.pages.searches
        if not slots.has_turn():
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return None

        def open_folder(below: Sequence[str]) -> DirectoryListing:
            folder = self._open(os.path.join(path, *below))
            return DirectoryListing(folder, self.directory, hidden=self.show_hidden)

        search = Search(open_folder, words_of(term))
        if listing_format is None:
            segments = url_segments(self.path)
            pieces = self.pages.search(segments, term, search, self._catalogue())
        else:
            rows, shown = rows_for_programs(search, slots), decode_path(path_of(self.path))
            pieces = listing_for_programs(
                listing_format, shown, rows, lambda: search.end is SearchEnd.COMPLETE
            )
        if listing_format is None:
            self.send_response(HTTPStatus.OK)
            self._send_page_head(None)
        else:
            self._send_listing_head(listing_format, None)
        return PageStream(pieces)

    def _send_listing_head(self, listing_format: ListingFormat, size: int | None) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", listing_format.media_type)
        self.send_framing(size)
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()

    def _send_file_head(
        self, resource: FileResource, path: str
    ) -> FileBody | PartsBody | io.BytesIO | None:
        if "thumbnail" in self._parameters:
            media_type = self.guess_type(path)
            if not has_thumbnail(media_type, resource.size):
                resource.close()
                return send_nothing(self, HTTPStatus.NOT_FOUND)
            if media_type != SVG:
                return send_thumbnail(self, resource, self.thumbnails)
        if "view" in self._parameters:
            return self._send_view(resource, path)
        self._saved_as = os.path.basename(path) if "download" in self._parameters else ""
        return super()._send_file_head(resource, path)

    def _send_view(self, resource: FileResource, path: str) -> io.BytesIO:
        """Send the head of the page around a file, and return a stream of it."""
        query, folder = self._parameters, os.path.dirname(path)
        with resource:
            wanted = FilePage(
                os.path.basename(path), Arrangement.of(query), self._catalogue(), "source" in query
            )
            page = self.pages.view(
                wanted, resource, lambda: self._divided(folder, wanted.arrangement.order)
            )
        self.send_response(HTTPStatus.OK)
        self._send_page_head(len(page), VIEW_POLICY)
        return io.BytesIO(page)

    def _divided(self, folder: str, order: Order) -> tuple[list[str], list[str]]:
        """Return the folders and files of a folder in an order; none where it cannot be listed."""
        root = None if self.follow_symlinks else self.directory
        try:
            with DirectoryListing(self._open(folder), root, hidden=self.show_hidden) as listing:
                return self.pages.orders.divided(listing, order)
        except OSError:
            return [], []

    def _send_content_fields(self, content_type: str) -> None:
        for name, value in content_fields(content_type):
            self.send_header(name, value)
        if self._saved_as:
            self.send_header("Content-Disposition", attachment(self._saved_as))
