"""A folder with scripts, and a server that runs them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from server_core import CGIHTTPRequestHandler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Serve, Site


class WriteScript(Protocol):
    """Writes a shell script into the folder `cgi-bin`, and returns its path."""

    def __call__(self, text: str, name: str = "script") -> Path: ...


class ServeScripts(Protocol):
    """Serves the folder with a handler that has these attributes."""

    def __call__(self, **attributes: object) -> Site: ...


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that nobody, as whom scripts of root run, may enter: unlike those of pytest."""
    path = Path(os.path.realpath(tempfile.mkdtemp(prefix="folderport-cgi-")))
    path.chmod(0o755)
    (path / "cgi-bin").mkdir()
    (path / "notes").mkdir(mode=0o777)
    (path / "notes").chmod(0o777)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def script(folder: Path) -> WriteScript:
    def write(text: str, name: str = "script") -> Path:
        path = folder / "cgi-bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def serve_scripts(serve: Serve, folder: Path) -> ServeScripts:
    def start(**attributes: object) -> Site:
        handler = type("Handler", (CGIHTTPRequestHandler,), attributes)
        return serve(handler, directory=folder)

    return start


@pytest.fixture
def site(serve_scripts: ServeScripts) -> Site:
    """A threading server of `folder` that runs its scripts."""
    return serve_scripts()
