"""The page of a large folder leaves while it is made: whole, in order, in little memory."""

from __future__ import annotations

import io
import re
import threading
import tracemalloc
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from server_core import RequestFinished, SimpleHTTPRequestHandler
from server_core.files.directory import DirectoryListing
from server_core.files.resource import open_anywhere
from server_core.listing import listing_pieces
from server_core.page_stream import MAX_WHOLE_PAGE, open_page
from server_core.share import Pages
from server_core.share.arrangement import Arrangement
from server_core.share.pages import FolderPage

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from conftest import Answer, Serve, Site

    Arrange = Callable[[list[str]], list[str]]

COUNT = 12_000
PLAIN = b"twelve gulls\n"
TEMPLATES = Path(__file__).parents[2] / "resources" / "web"


IN_ORDER = list(range(COUNT))
"""The case of a name's letter makes no difference."""


@pytest.fixture(scope="session")
def put_many(
    put_names: Callable[[Path, Iterable[str]], None],
) -> Callable[[Path, int], None]:
    """Make a folder of that many files."""

    def put(folder: Path, count: int) -> None:
        folder.mkdir()
        # Long names, so that no page of them fits into the buffers on its way.
        put_names(folder, (f"{'aA'[number % 2]}{number:06d}{' &' * 60}" for number in range(count)))

    return put


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, put_many: Callable[[Path, int], None]) -> Path:
    """A folder with so many files that its page is streamed; not to be changed."""
    root = tmp_path_factory.mktemp("many")
    put_many(root / "files", COUNT)
    return root


@pytest.fixture
def large(serve: Serve, many: Path) -> Site:
    """A server of that folder."""
    return serve(directory=many)


def numbers(page: bytes) -> list[int]:
    """Return the numbers in the names of the files that a page links to, in its order."""
    hrefs = re.findall(rb'<a [^>]*href="(?:\./)?([aA]\d[^"]*)"', page)
    assert all(urllib.parse.unquote(href.decode()).endswith(" &") for href in hrefs)
    return [int(href[1:7]) for href in hrefs]


def head(answer: Answer) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name != "Date"]


def test_a_large_folder_comes_whole_and_in_order_in_chunks(large: Site) -> None:
    client = large.connect()
    answer = client.get("/files/")
    assert answer["Transfer-Encoding"] == "chunked"
    assert answer["Content-Length"] is None
    assert answer["Connection"] is None
    assert numbers(answer.body) == IN_ORDER
    assert answer.body.endswith(b"</html>\n")
    assert client.get("/files").status == 301, "the connection goes on"


def test_it_ends_with_the_connection_for_clients_that_know_no_chunks(large: Site) -> None:
    page = large.get("/files/").body
    beginning, _, body = large.raw(b"GET /files/ HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in beginning
    assert b"Content-Length" not in beginning
    assert b"\r\nConnection: close" in beginning
    assert body == page


def test_it_ends_with_the_connection_where_the_old_version_is_spoken(
    serve: Serve, many: Path
) -> None:
    answer = serve(protocol="HTTP/1.0", directory=many).get("/files/")
    assert (answer.version, answer["Transfer-Encoding"]) == ("HTTP/1.0", None)
    assert numbers(answer.body) == IN_ORDER


def test_a_small_folder_says_how_long_its_page_is(site: Site, share: Site) -> None:
    for server in (site, share):
        answer = server.get("/")
        assert answer["Transfer-Encoding"] is None
        assert answer["Content-Length"] == str(len(answer.body))


@pytest.mark.parametrize("count", [0, 100, 3_000])
def test_a_head_is_that_of_the_page(
    site: Site, share: Site, tree: Path, count: int, put_many: Callable[[Path, int], None]
) -> None:
    put_many(tree / "files", count)
    for server in (site, share):
        server.server.pages.step_of_time = -1.0  # the second is one that was kept, if it is short
        client = server.connect()
        for _ in range(2):
            asked = client.get("/files/", "HEAD")
            got = client.get("/files/")
            assert head(asked) == head(got)
            is_long = len(got.body) > MAX_WHOLE_PAGE
            assert is_long == (count > 1000)
            assert (asked["Transfer-Encoding"] == "chunked") == is_long


def test_a_share_shows_a_large_folder_whole_and_in_order(
    share: Site, tree: Path, put_many: Callable[[Path, int], None]
) -> None:
    put_many(tree / "files", 3_000)
    (tree / "files" / "a folder").mkdir()
    client = share.connect()
    answer = client.get("/files/")
    assert answer["Transfer-Encoding"] == "chunked"
    assert b"1 folder, 3,000 files" in answer.body
    assert answer.body.index(b'href="./a%20folder/"') < answer.body.index(b"000000")
    assert numbers(answer.body) == IN_ORDER[:3_000]
    assert client.get("/plain.txt").body == PLAIN


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets a folder of many files be read to its end no sooner than it is set."""
    opened = threading.Event()
    names = DirectoryListing.names

    def wait(listing: DirectoryListing, *arrange: Arrange) -> list[str]:
        assert opened.wait(10), "nobody saw the beginning of the page"
        return names(listing, *arrange)

    monkeypatch.setattr(DirectoryListing, "names", wait)
    yield opened
    opened.set()


@pytest.mark.parametrize("is_shared", [False, True], ids=["plain", "share"])
def test_the_beginning_comes_before_the_folder_is_read(
    site: Site,
    share: Site,
    tree: Path,
    gate: threading.Event,
    put_many: Callable[[Path, int], None],
    *,
    is_shared: bool,
) -> None:
    put_many(tree / "files", 11_000)
    client = (share if is_shared else site).connect()
    client.ask("/files/")
    while client.stream.readline() != b"\r\n":
        pass
    chunks = client.chunks()
    assert next(chunks).startswith(b"<!DOCTYPE html>")
    gate.set()
    assert len(numbers(b"".join(chunks))) == 11_000


@pytest.mark.parametrize("is_shared", [False, True], ids=["plain", "share"])
def test_what_vanishes_meanwhile_is_left_out(
    site: Site,
    share: Site,
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    put_many: Callable[[Path, int], None],
    *,
    is_shared: bool,
) -> None:
    put_many(tree / "files", 3_000)
    names = DirectoryListing.names

    def lose(listing: DirectoryListing, *arrange: Arrange) -> list[str]:
        found = names(listing, *arrange)
        for name in (found[0], found[1_500], found[-1]):
            (tree / "files" / name).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(DirectoryListing, "names", lose)
    answer = (share if is_shared else site).get("/files/")
    assert answer.status == 200
    assert answer.body.rstrip().endswith(b"</html>")
    assert len(numbers(answer.body)) == 2_997


def test_a_client_that_leaves_in_between_is_one_quiet_end(
    large: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    client = large.connect(receive_buffer=4096)
    client.ask("/files/")
    assert client.stream.read(10_000)
    client.reset()
    (end,) = large.wait_for(RequestFinished)
    assert isinstance(end, RequestFinished)
    assert not end.complete
    assert 0 < end.body_bytes < len(large.get("/files/").body)
    assert "Traceback" not in capfd.readouterr().err


def test_what_the_observer_is_told_are_the_bytes_of_the_page(large: Site) -> None:
    page = large.get("/files/").body
    (end,) = large.wait_for(RequestFinished)
    assert isinstance(end, RequestFinished)
    assert (end.body_bytes, end.complete) == (len(page), True)


def test_a_folder_that_fails_in_between_is_an_answer_without_an_end(
    large: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: DirectoryListing) -> list[str]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(DirectoryListing, "names", fail)
    client = large.connect()
    client.ask("/files/")
    received = client.rest()
    assert b"Transfer-Encoding: chunked" in received
    assert not received.endswith(b"\r\n0\r\n\r\n")
    large.wait_for(RequestFinished)
    assert "Input/output error" in capfd.readouterr().err


def test_overrides_read_the_page_without_its_frames(serve: Serve, many: Path) -> None:
    class Loud(SimpleHTTPRequestHandler):
        def list_directory(self, path: str | os.PathLike[str]) -> BinaryIO | io.IOBase | None:
            page = super().list_directory(path)
            assert isinstance(page, io.IOBase)
            with page:
                return io.BytesIO(page.read().replace(b"Directory listing", b"What there is"))  # type: ignore[attr-defined] # as all that is given here

    client = serve(Loud, directory=many).connect()
    for _ in range(2):
        body = client.get("/files/").body
        assert b"<h1>What there is" in body
        assert numbers(body) == IN_ORDER


def test_a_copyfile_of_ones_own_is_framed(serve: Serve, many: Path) -> None:
    class Piecemeal(SimpleHTTPRequestHandler):
        def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
            while data := source.read(100_000):
                outputfile.write(data)
                outputfile.write(b"")

    client = serve(Piecemeal, directory=many).connect()
    for _ in range(2):
        assert numbers(client.get("/files/").body) == IN_ORDER


def test_a_do_get_of_ones_own_is_framed(serve: Serve, many: Path) -> None:
    class Own(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            source = self.send_head()
            if source is not None:
                self.copyfile(source, self.wfile)
                source.close()

    client = serve(Own, directory=many).connect()
    for _ in range(2):
        assert numbers(client.get("/files/").body) == IN_ORDER


def plain(listing: DirectoryListing) -> Iterator[bytes]:
    return listing_pieces("/files/", listing)


def shared(listing: DirectoryListing) -> Iterator[bytes]:
    pages = Pages(TEMPLATES)
    page = FolderPage(("files",), Arrangement(), pages.messages.choose(()), is_for_people=False)
    return pages.listing(page, listing)


@pytest.mark.parametrize("make", [plain, shared])
def test_a_page_is_never_in_memory_as_a_whole(
    many: Path, make: Callable[[DirectoryListing], Iterator[bytes]]
) -> None:
    directory = open_anywhere(str(many / "files"))
    page = open_page(directory, None, make, hidden=True, kept=None, key=None)
    size = 0
    tracemalloc.start()
    try:
        with page:
            for _ in range(4):
                size += len(page.read(65536))
            named, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            while data := page.read(65536):
                size += len(data)
            _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 6 << 20
    assert peak - named < 3 << 20
    # Little more than the names, of which there may be two while they are sorted.
    assert named < 2 * COUNT * 200 + (2 << 20)


def test_a_stream_closes_the_folder_wherever_it_stands(many: Path) -> None:
    for count in (0, 100_000):
        directory = open_anywhere(str(many / "files"))
        page = open_page(directory, None, plain, hidden=True, kept=None, key=None)
        page.read(count)
        page.close()
        assert directory.descriptor < 0
