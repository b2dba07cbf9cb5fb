"""SimpleHTTPRequestHandler: GET and HEAD of a folder, through `http.server`'s own hooks.

do_GET -> send_head -> translate_path -> guess_type | list_directory
do_GET -> copyfile
"""

from __future__ import annotations

import errno
import io
import os
import posixpath
import re
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, BinaryIO

from server_core.events import TransferEnded, TransferStarted
from server_core.files.compression import MIN_COMPRESSED, compress_file
from server_core.files.directory import DirectoryListing
from server_core.files.media_types import (
    DEFAULT_TYPE,
    ENCODED_TYPES,
    looks_like_utf8,
    media_type,
)
from server_core.files.resource import FileBody, FileResource, open_anywhere, open_beneath
from server_core.handler import TOLD_TARGET
from server_core.kept_pages import KeptPages
from server_core.listing import listing_pieces
from server_core.page_stream import PageStream, open_page, size_of
from server_core.parts import PartsBody, PiecedBody
from server_core.protocol.conditional import Precondition, Validators, evaluate, strong_etag
from server_core.protocol.encoding import accepts_gzip, is_compressible
from server_core.protocol.headers import check_field
from server_core.protocol.multipart import MultipartRanges
from server_core.protocol.response import Representation, respond
from server_core.protocol.target import decode_path, path_of, url_segments
from server_core.repeatable import RepeatableRequestHandler
from server_core.server import client_host
from server_core.transfers import SMALL_BODY, Transfer
from server_core.writer import ConnectionWriter

__all__ = ["NO_RESOURCES", "SimpleHTTPRequestHandler"]

_SNIFFED_BYTES = 4096
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR})
NO_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


class SimpleHTTPRequestHandler(RepeatableRequestHandler):
    """Serves the files below `directory`, which is the current directory unless given.

    Subclasses may override every method without a leading underscore; whatever they return is
    used. Unlike http.server's, it never serves what a symbolic link has outside of `directory`,
    unless `follow_symlinks` is set; a `translate_path` that is overridden may name any place.
    """

    extensions_map = _encodings_map_default = ENCODED_TYPES
    default_content_type = DEFAULT_TYPE
    directory: str | None = None
    follow_symlinks = False
    """Whether symbolic links may lead out of `directory`."""
    max_compressed = 1 << 20
    """Largest file, in bytes, whose text is sent in gzip to clients that accept it; 0 for none."""
    list_details = True
    """Whether listings show sizes and dates."""
    show_hidden = True
    """Whether names that begin with a dot are listed and served."""

    def __init__(
        self,
        *args: Any,
        directory: str | os.PathLike[str] | None = None,
        extra_response_headers: Iterable[Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        # With whole files and listings (200), and never beside a field that is sent anyway.
        self.extra_response_headers = list(extra_response_headers or ())
        for name, value in self.extra_response_headers:
            check_field(name, value)
        chosen = directory if directory is not None else self.directory
        self.directory = os.getcwd() if chosen is None else os.fspath(chosen)
        self._transfer: Transfer | None = None
        self._told_name = ""  # what people are told after the path of what has no file
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Send a file or a listing."""
        with self.joined():
            source = self.send_head()
            if source is not None:
                try:
                    self._send_body(source)
                finally:
                    source.close()
        self.keep_answer()

    def do_HEAD(self) -> None:
        """Send what GET would send, without the body."""
        source = self.send_head()
        if source is not None:
            source.close()
        self.keep_answer()

    def send_head(self) -> BinaryIO | io.IOBase | None:
        """Send the head of the answer; return an open stream of its body, or None for no body."""
        path = self.translate_path(self.path)
        try:
            resource = self._open(path)
        except OSError as error:
            self.send_open_error(error)
            return None
        if resource.is_directory:
            resource.close()
            return self._send_directory(path)
        if path.endswith("/"):
            # A file has nothing below it.
            resource.close()
            self.send_error(HTTPStatus.NOT_FOUND, "File not found")
            return None
        return self._send_file_head(resource, path)

    def list_directory(self, path: str | os.PathLike[str]) -> BinaryIO | io.IOBase | None:
        """Send the head of a listing; return a stream of its page, None where it cannot be read."""
        shown, details = decode_path(path_of(self.path)), self.list_details
        page = self._open_page(
            os.fspath(path), lambda listing: listing_pieces(shown, listing, details=details)
        )
        if page is None:
            return None
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_framing(size_of(page))
        self.forbid_guessing()
        self._send_extra_headers()
        self.end_headers()
        return page

    def translate_path(self, path: str) -> str:
        """Return the file system's path for a request target; ends in "/" where that did.

        Components that are not plain names (drives, "..") are dropped, so that the result lies
        below `directory` as far as its spelling goes.
        """
        result = str(self.directory)
        for segment in url_segments(path):
            if not os.path.dirname(segment):
                result = os.path.join(result, segment)
        return result + "/" if decode_path(path_of(path)).endswith("/") else result

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Copy the body from one stream to the other, by the system itself where it can."""
        if isinstance(outputfile, ConnectionWriter) and isinstance(source, FileBody):
            outputfile.send_file(source, self._transfer)
        elif isinstance(outputfile, ConnectionWriter) and isinstance(source, PiecedBody):
            outputfile.send_pieces(source.pieces(), self._transfer)
        elif isinstance(source, PageStream):
            for piece in source.pieces():
                outputfile.write(piece)
                outputfile.flush()  # to be read while the next one is made
        else:
            import shutil  # late: every compressor comes with it, and our own streams need none

            shutil.copyfileobj(source, outputfile)

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        """Return the media type for a file's name: `extensions_map` first, then our own table."""
        name = os.fspath(path)
        extension = posixpath.splitext(name)[1]
        for candidate in (extension, extension.lower()):
            if candidate in self.extensions_map:
                return self.extensions_map[candidate]
        known = media_type(name)
        return self.default_content_type if known == DEFAULT_TYPE else known

    # -- private

    def _open_page(
        self,
        path: str,
        make: Callable[[DirectoryListing], Iterator[bytes]],
        variant: Hashable = None,
    ) -> io.BytesIO | PageStream | None:
        """Return the page that `make` makes of a folder; None where the refusal has been sent.

        `variant` tells it from other pages of the same folder.
        """
        root = None if self.follow_symlinks else self.directory
        hidden, shown = self.show_hidden, decode_path(path_of(self.path))
        kept: KeptPages | None = getattr(self.server, "pages", None)
        key = (type(self), path, shown, root, hidden, self.list_details, variant)
        try:
            return open_page(self._open(path), root, make, hidden=hidden, kept=kept, key=key)
        except OSError as error:
            self.send_open_error(error, "No permission to list directory")
            return None

    def _open(self, path: str) -> FileResource:
        root = str(self.directory)
        prefix = os.path.join(root, "")
        if not (path == root or path.startswith(prefix)):
            return open_anywhere(path)
        separators = re.escape(os.sep + (os.altsep or ""))
        below = [part for part in re.split(f"[{separators}]", path[len(prefix) :]) if part]
        if not self.show_hidden and any(part.startswith(".") for part in below):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return open_beneath(root, below, may_leave=self.follow_symlinks)

    def forbid_guessing(self) -> None:
        """Add that the media type is what it is said to be, and not what a browser may think."""
        self.send_header("X-Content-Type-Options", "nosniff")

    def send_open_error(self, error: OSError, message: str = "File not found") -> None:
        """Answer a request for something that could not be opened or listed.

        404, whatever the reason, as http.server does; but 503 where this process has no descriptor
        or memory left, since then nothing is known of the file.
        """
        if error.errno in NO_RESOURCES:
            with self.joined():
                self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
                self.send_header("Retry-After", "2")
                self.send_header("Content-Length", "0")
                self.end_headers()
        else:
            self.send_error(HTTPStatus.NOT_FOUND, message)

    def _send_directory(self, path: str) -> BinaryIO | io.IOBase | None:
        # The slash as it is, not encoded: relative links begin after it.
        if not path_of(self.path).endswith("/"):
            before, mark, query = self.path.partition("?")
            # A browser reads "/\" at the beginning of a Location as "//".
            target = before.partition("#")[0].replace("\\", "%5C") + "/"
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", target + mark + query)
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        for name in self.index_pages:
            index = os.path.join(path, name)
            try:
                resource = self._open(index)
            except OSError as error:
                if error.errno in _ABSENT:
                    continue
                self.send_open_error(error)
                return None
            if not resource.is_directory:
                return self._send_file_head(resource, index)
            resource.close()
        return self.list_directory(path)

    def _send_file_head(
        self, resource: FileResource, path: str
    ) -> FileBody | PartsBody | io.BytesIO | None:
        try:
            representation, compressed = self._select(resource, path)
            response = respond(str(self.command), self._request_fields(), representation)
            self.send_response(response.status)
            for name, value in response.fields:
                self.send_header(name, value)
            self._send_content_fields(representation.content_type)
            if response.body is not None:
                self.forbid_guessing()
            if response.status == HTTPStatus.OK:
                self._send_extra_headers()
            self.end_headers()
            self.note_answer(resource, response, compressed)
        except BaseException:
            resource.close()
            raise
        if response.body is None:
            resource.close()
            return None
        if compressed is not None:
            resource.close()
            return io.BytesIO(compressed)
        if isinstance(response.body, MultipartRanges):
            return PartsBody(resource, response.body)
        return FileBody(resource, response.body.start, response.body.stop)

    def _select(self, resource: FileResource, path: str) -> tuple[Representation, bytes | None]:
        """Return the representation that is asked for, and its bytes where it is a coded one.

        A range is always one of the file itself, so that parts of it fit together.
        """
        content_type = self._content_type(resource, path)
        fields = self._request_fields()
        varies = self.max_compressed > 0 and is_compressible(content_type)
        etag = strong_etag(*resource.identity)
        # A time to come must not be said to have been (RFC 9110 section 8.8.2.1).
        modified = min(resource.modified, time.time())
        fits = MIN_COMPRESSED <= resource.size <= self.max_compressed
        if varies and fits and self._request_field("range") is None and accepts_gzip(fields):
            validators = Validators(etag[:-1] + '-gzip"', modified)
            compressed = b""
            if evaluate(fields, validators) is Precondition.HOLDS:
                compressed = compress_file(resource)
            return (
                Representation(len(compressed), content_type, validators, "gzip", varies),
                compressed,
            )
        validators = Validators(etag, modified)
        return Representation(resource.size, content_type, validators, None, varies), None

    def _send_content_fields(self, content_type: str) -> None:
        """Add what the answers for a file of this type say, of every status; here, nothing."""

    def _send_extra_headers(self) -> None:
        taken = {line.partition(b":")[0].lower() for line in self._headers_buffer}
        taken.add(b"transfer-encoding")  # the body has none
        for name, value in self.extra_response_headers:
            if name.lower().encode() not in taken:
                self.send_header(name, value)

    def _content_type(self, resource: FileResource, path: str) -> str:
        content_type = self.guess_type(path)
        own = type(self).guess_type is SimpleHTTPRequestHandler.guess_type
        is_bare_text = content_type.startswith("text/") and ";" not in content_type
        if own and is_bare_text and looks_like_utf8(resource.read_at(0, _SNIFFED_BYTES)):
            return f"{content_type}; charset=utf-8"
        return content_type

    def _send_body(self, source: BinaryIO | io.IOBase) -> None:
        transfers = getattr(self.server, "transfers", None)
        if (
            transfers is None
            or not isinstance(source, FileBody | PiecedBody)
            or source.remaining <= SMALL_BODY
        ):
            self.copyfile(source, self.wfile)
            return
        host = client_host(self.client_address)
        agent = (self._request_field("user-agent") or "")[:200]
        shown = (decode_path(path_of(self.path)) + self._told_name)[:TOLD_TARGET]
        transfer = transfers.begin(host, agent, shown, source.remaining)
        notify = self.server.notify  # type: ignore[attr-defined] # transfers and notify come together
        notify(TransferStarted(transfer.transfer_id, host, agent, shown, transfer.size))
        self._transfer = transfer
        try:
            self.copyfile(source, self.wfile)
        finally:
            self._transfer = None
            transfers.end(transfer)
            duration = time.monotonic() - transfer.started
            is_whole = transfer.sent == transfer.size
            notify(TransferEnded(transfer.transfer_id, transfer.sent, duration, is_whole))
