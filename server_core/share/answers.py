"""What all answers of a share have in common: their fields, their language, pages for errors."""

from __future__ import annotations

import io
import os
from http import HTTPStatus

from server_core.protocol.encoding import accepts_gzip
from server_core.protocol.target import path_of
from server_core.share.access import is_own_name
from server_core.share.content_policy import COMMON_FIELDS, PAGE_POLICY
from server_core.share.messages import Catalogue
from server_core.share.pages import Pages
from server_core.static import NO_RESOURCES, SimpleHTTPRequestHandler

__all__ = ["AnsweringRequestHandler"]

_A_DAY = 86400
_A_YEAR = 365 * _A_DAY
_FAVICON = "/favicon.ico"
_OF_FILES = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_CONNECTION_STAYS = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE}
)


class AnsweringRequestHandler(SimpleHTTPRequestHandler):
    """Answers in the name of Folderport, and with what its pages are made of.

    Nothing is written to standard error: every request is told to the server's observer.
    """

    server_version = "Folderport"
    sys_version = ""
    quiet = True
    show_hidden = False
    index_pages = ()
    pages: Pages

    def parse_request(self) -> bool:
        """Parse a request; refuse one that was sent to a name which cannot be this computer's."""
        if not super().parse_request():
            return False
        if is_own_name(self._request_field("host") or ""):
            return True
        self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        return False

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send a page for an error; the connection stays where the request was understood."""
        status = HTTPStatus(code)
        shown = status.phrase if message is None else message
        page = self.pages.error(
            code,
            shown,
            status.description if explain is None else explain,
            self._catalogue(),
            has_folder=status not in _OF_FILES or os.access(str(self.directory), os.R_OK | os.X_OK),
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
        return self.pages.messages.choose(self._request_fields())

    def _send_icon(self) -> None:
        """Send what every browser asks for when it opens a file by itself."""
        with self.joined():
            icon = self._send_asset("mark.svg", _A_DAY)
            if icon is not None and self.command != "HEAD":
                self.wfile.write(icon.getbuffer())

    def _send_code(self) -> io.BytesIO | None:
        """Send the head of the QR code of the folder's address, and return a stream of it."""
        host, path = self._request_field("host") or "", path_of(self.path)
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

    def _send_asset(self, name: str, max_age: int = _A_YEAR) -> io.BytesIO | None:
        """Send the head of something that the pages are made with, and return a stream of it."""
        asset = self.pages.assets.find(name)
        if asset is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        is_coded = accepts_gzip(self._request_fields())
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

    def _send_page_head(self, size: int | None, policy: str = PAGE_POLICY) -> None:
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_framing(size)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Vary", "Accept, Accept-Language")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
