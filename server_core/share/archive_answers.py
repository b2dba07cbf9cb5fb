"""Answers with an archive of a folder, or of what is selected in it."""

from __future__ import annotations

import io
import os
from http import HTTPStatus
from typing import BinaryIO

from server_core.files.gathering import NoteText, TooMuchError
from server_core.protocol.conditional import Validators
from server_core.protocol.disposition import attachment
from server_core.protocol.response import Representation, respond
from server_core.protocol.target import parse_parameters, path_of, query_of, url_segments
from server_core.share.answers import AnsweringRequestHandler
from server_core.share.archives import (
    FORMATS,
    ArchiveBody,
    Archives,
    WantedArchive,
    address_of,
    presence_check,
    selection_of,
)

__all__ = ["ArchiveRequestHandler"]

_FORM = "application/x-www-form-urlencoded"
_LONGEST_FORM = 1 << 20
_MOST_SELECTED = 16384
"""Entries of a form; to take so many apart keeps all other threads waiting for 50 ms."""


class ArchiveRequestHandler(AnsweringRequestHandler):
    """Sends folders and selections as one file, and takes the forms that select."""

    archives: Archives
    _parameters: dict[str, list[str]]
    _posted: dict[str, list[str]]

    def send_head(self) -> BinaryIO | io.IOBase | None:
        """Send the head of what is asked for; as SimpleHTTPRequestHandler."""
        self._told_name = ""
        return super().send_head()

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
        posted = parse_parameters(form.decode("utf-8", "surrogateescape"), _MOST_SELECTED)
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

    def _archive_kind(self, parameters: dict[str, list[str]]) -> str | None:
        return next((kind for kind in FORMATS if kind in parameters), None)

    def _send_archive(self, kind: str, path: str | os.PathLike[str]) -> ArchiveBody | None:
        """Send the head of an archive of a folder, and return a stream of it."""
        guard = self._guard
        check = presence_check(self.connection, None if guard is None else guard.pause)
        if guard is not None:
            guard.about_to_wait()
        try:
            wanted = self._wanted_archive(kind, os.fspath(path))
            is_part = self._request_field("range") is not None
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
        response = respond(str(self.command), self._request_fields(), representation)
        self.send_response(response.status)
        for name, value in response.fields:
            self.send_header(name, value)
        self._told_name = wanted.name + archive.extension
        self.send_header("Content-Disposition", attachment(self._told_name))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        if response.body is None:
            return None
        if self.command != "HEAD":
            self.wfile.flush()  # what comes next may have to be read first
        return ArchiveBody(archive, response.body, check, self.archives.note_change)

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
