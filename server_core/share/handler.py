"""ShareRequestHandler: a folder for people, with a page of its own and a window as its log."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, BinaryIO

from server_core.files.directory import DirectoryListing
from server_core.files.gathering import NoteText, TooMuchError
from server_core.files.order import Order
from server_core.files.resource import FileBody, FileResource
from server_core.files.search import Search, SearchEnd, words_of
from server_core.page_stream import PageStream, size_of
from server_core.parts import PartsBody
from server_core.protocol.conditional import Validators
from server_core.protocol.disposition import attachment
from server_core.protocol.encoding import accepts_gzip
from server_core.protocol.negotiation import weights
from server_core.protocol.response import Representation, respond
from server_core.protocol.target import (
    decode_path,
    parse_parameters,
    path_of,
    query_of,
    url_segments,
)
from server_core.share.access import is_own_name
from server_core.share.archives import (
    FORMATS,
    ArchiveBody,
    Archives,
    WantedArchive,
    address_of,
    presence_check,
    selection_of,
)
from server_core.share.arrangement import Arrangement, order_of
from server_core.share.content_policy import COMMON_FIELDS, content_fields
from server_core.share.listings import (
    ListingFormat,
    ProgramRows,
    format_of,
    listing_for_programs,
)
from server_core.share.messages import Catalogue
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
from server_core.static import NO_RESOURCES, SimpleHTTPRequestHandler

__all__ = ["ShareRequestHandler"]


class ShareRequestHandler(SimpleHTTPRequestHandler):
    """Serves a folder to phones and computers nearby.

    Nothing is written to standard error: every request is told to the server's observer.
    """

    server_version = "Folderport"
    sys_version = ""
    quiet = True
    show_hidden = False
    index_pages = ()

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

    def parse_request(self) -> bool:
        """Parse a request; refuse one that was sent to a name which cannot be this computer's."""
        if not super().parse_request():
            return False
        if is_own_name(self.headers.get("Host", "")):
            return True
        self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        return False

    def do_POST(self) -> None:
        """Send an archive of what a form selects in a folder, or the address of that archive.

        From its address, a download goes on where it was cut off.
        """
        kind = self._archive_kind(query_of(self.path))
        path = path_of(self.path)
        if kind is None or not path.endswith("/"):
            self.send_error(HTTPStatus.NOT_IMPLEMENTED, "Unsupported method ('POST')")
            return
        if self.headers.get_content_type() != _FORM:
            self.send_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            return
        form = b"" if self._body is None else self._body.read(_LONGEST_FORM + 1)
        if len(form) > _LONGEST_FORM:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        posted = parse_parameters(form.decode("utf-8", "surrogateescape"))
        hrefs = posted.get("href", [])
        address = address_of(path, kind, hrefs) if hrefs else f"{path}?select"
        if address is None:
            self._posted = posted
            try:
                self.do_GET()
            finally:
                self._posted = {}
        else:
            self.send_response(HTTPStatus.SEE_OTHER)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def send_head(self) -> BinaryIO | io.IOBase | None:
        """Send the head of what the path and its parameters ask for; as SimpleHTTPRequestHandler.

        Raises RequestError where there are too many parameters.
        """
        self._parameters = query_of(self.path) if "?" in self.path else {}
        return super().send_head()

    def list_directory(self, path: str | os.PathLike[str]) -> BinaryIO | io.IOBase | None:
        """Send the head of what is asked for of the folder, and return a stream of it."""
        query = self._parameters
        if "asset" in query:
            return self._send_asset(query["asset"][0], _A_YEAR)  # a new version has a new address
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
        fields = self.headers.items()
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
        if not slots.acquire(blocking=False):
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
            rows, shown = rows_for_programs(search), decode_path(path_of(self.path))
            pieces = listing_for_programs(
                listing_format, shown, rows, lambda: search.end is SearchEnd.COMPLETE
            )
        page = PageStream(pieces, slots.release)
        try:
            if listing_format is None:
                self.send_response(HTTPStatus.OK)
                self._send_page_head(None)
            else:
                self._send_listing_head(listing_format, None)
        except BaseException:
            page.close()
            raise
        return page

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
        self._send_page_head(len(page), _VIEW_POLICY)
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

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send a page for an error; the connection stays where the request was understood."""
        status = HTTPStatus(code)
        shown = status.phrase if message is None else message
        page = self.pages.error(
            code, shown, status.description if explain is None else explain, self._catalogue()
        )
        with self.joined():
            self.send_response(code, shown)
            if status not in _CONNECTION_STAYS or not self.command:
                self.send_header("Connection", "close")
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                self.send_header("Retry-After", "2")
            self._send_page_head(len(page))
            if self.command != "HEAD":
                self.wfile.write(page)

    def send_open_error(self, error: OSError, message: str = "File not found") -> None:
        """Answer with a page that says whether something is not there, not allowed or not now."""
        if error.errno in NO_RESOURCES:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
        elif self.path == _FAVICON:
            self._send_icon()
        elif isinstance(error, PermissionError):
            self.send_error(HTTPStatus.FORBIDDEN)
        else:
            self.send_error(HTTPStatus.NOT_FOUND, message)

    def forbid_guessing(self) -> None:
        """Add nothing to some answers: `end_headers` says it in all."""

    def end_headers(self) -> None:
        """Add what every answer of a share says."""
        for name, value in COMMON_FIELDS:
            self.send_header(name, value)
        super().end_headers()

    def version_string(self) -> str:
        """Return the product's name alone: its version is nobody's business on the network."""
        return self.server_version

    def _catalogue(self) -> Catalogue:
        """Return the messages in the language that the client asks for, as far as that is known."""
        headers = getattr(self, "headers", None)
        return self.pages.messages.choose(() if headers is None else headers.items())

    def _archive_kind(self, parameters: dict[str, list[str]]) -> str | None:
        return next((kind for kind in FORMATS if kind in parameters), None)

    def _send_archive(self, kind: str, path: str | os.PathLike[str]) -> ArchiveBody | None:
        """Send the head of an archive of a folder, and return a stream of it."""
        check = presence_check(self.connection)
        if self._guard is not None:
            self._guard.about_to_wait()
        try:
            wanted = self._wanted_archive(kind, os.fspath(path))
            is_part = "Range" in self.headers
            archive = self.archives.find(wanted, is_part=is_part, check=check)
        except TooMuchError:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        except ConnectionError:
            raise
        except OSError as error:
            self.send_open_error(error)
            return None
        # No time tells whether a file came or went: its tag alone does.
        representation = Representation(
            archive.size, archive.media_type, Validators(archive.etag, None)
        )
        response = respond(str(self.command), self.headers.items(), representation)
        self.send_response(response.status)
        for name, value in response.fields:
            self.send_header(name, value)
        self.send_header("Content-Disposition", attachment(wanted.name + archive.extension))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        if response.body is None:
            return None
        if self.command != "HEAD":
            self.wfile.flush()  # what comes next may have to be read first
        return ArchiveBody(archive, response.body, check)

    def _wanted_archive(self, kind: str, path: str) -> WantedArchive:
        """Return what the parameters ask for. Raises FileNotFoundError for what cannot be."""
        catalogue = self._catalogue()
        root, segments = str(self.directory), tuple(url_segments(self.path))
        selected = selection_of(self._posted or self._parameters)
        if selected is not None and len(selected) == 1:
            with self._open(os.path.join(path, selected[0])) as only:
                if only.is_directory:
                    segments, selected = (*segments, selected[0]), None
        name = segments[-1] if segments else os.path.basename(os.path.realpath(root))
        return WantedArchive(
            kind=kind,
            root=root,
            segments=segments,
            name=name or catalogue.text("shared-folder"),
            selected=selected,
            note=NoteText(catalogue.text("archive-note"), catalogue.text("archive-note-more")),
            hidden=self.show_hidden,
            may_leave=self.follow_symlinks,
        )

    def _send_icon(self) -> None:
        """Send what every browser asks for when it opens a file by itself."""
        with self.joined():
            icon = self._send_asset("mark.svg", _A_DAY)
            if icon is not None and self.command != "HEAD":
                self.wfile.write(icon.getbuffer())

    def _send_code(self) -> io.BytesIO | None:
        """Send the head of the QR code of the folder's address, and return a stream of it."""
        host, path = self.headers.get("Host", ""), path_of(self.path)
        try:
            code = self.pages.code(f"http://{host}{path}")
        except ValueError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "image/svg+xml")
        self.send_header("Content-Length", str(len(code)))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        return io.BytesIO(code)

    def _send_asset(self, name: str, max_age: int) -> io.BytesIO | None:
        """Send the head of something that the pages are made with, and return a stream of it."""
        asset = self.pages.assets.find(name)
        if asset is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        is_coded = accepts_gzip(self.headers.items())
        content = asset.compressed if is_coded else asset.content
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", asset.content_type)
        self.send_header("Content-Length", str(len(content)))
        if is_coded:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Cache-Control", f"max-age={max_age}")
        self.end_headers()
        return io.BytesIO(content)

    def _send_page_head(self, size: int | None, policy: str = "") -> None:
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_framing(size)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Vary", "Accept, Accept-Language")
        self.send_header("Content-Security-Policy", policy or _PAGE_POLICY)
        self.end_headers()


_FORM = "application/x-www-form-urlencoded"
_LONGEST_FORM = 1 << 20
_A_DAY = 86400
_A_YEAR = 365 * _A_DAY
_FAVICON = "/favicon.ico"
_CONNECTION_STAYS = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE}
)
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_VIEW_POLICY = f"{_PAGE_POLICY}; media-src 'self'; frame-src 'self'"
