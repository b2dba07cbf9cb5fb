"""Downloads of whole folders by curl and aria2, cut off in the middle and resumed."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import RunClient

CURL = ("curl", "-q", "--noproxy", "*", "-sS", "--fail")
FILES = 300
PIECE = 65536


class CuttingProxy:
    """Passes connections on to a server, and cuts the first ones after so many bytes each."""

    def __init__(self, port: int, cut_after: int, cuts: int) -> None:
        self._target = port
        self._cut_after = cut_after
        self._cuts = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        # A thread that waits in accept() does not see that its socket was closed.
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                left = self._cut_after if self._cuts > 0 else None
                self._cuts -= 1
                self._threads.append(threading.Thread(target=self._pass, args=(client, left)))
                self._threads[-1].start()

    def _pass(self, client: socket.socket, left: int | None) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        there = threading.Thread(target=self._copy, args=(client, server, None))
        there.start()
        self._copy(server, client, left)
        there.join()
        client.close()
        server.close()

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket, left: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(PIECE if left is None else min(PIECE, left)):
                target.sendall(data)
                if left is not None:
                    left -= len(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of many small files and two larger ones: some 30 MiB."""
    root = tmp_path / "Holiday"
    (root / "sub").mkdir(parents=True)
    source = random.Random(11)
    for number in range(FILES):
        (root / f"{number}.bin").write_bytes(source.randbytes(20_000))
    (root / "film.bin").write_bytes(source.randbytes(15 << 20))
    (root / "sub" / "clip.bin").write_bytes(source.randbytes(9 << 20))
    return root


@pytest.fixture
def cut(folder: Path, run_folderport: Callable[..., object]) -> Iterator[Callable[..., str]]:
    """Serves the folder, and gives an address at which connections are cut."""
    words = ("--headless", folder, "--bind", "127.0.0.1", "--port", "0")
    address = run_folderport(*words).address()  # type: ignore[attr-defined]
    port = int(re.search(r":(\d+)/", address)[1])  # type: ignore[index]
    proxies: list[CuttingProxy] = []

    def proxy(after: int = 0, cuts: int = 0) -> str:
        proxies.append(CuttingProxy(port, after, cuts))
        return f"http://127.0.0.1:{proxies[-1].port}/"

    yield proxy
    for one in proxies:
        one.close()


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.programs("curl")
def test_curl_goes_on_where_the_connection_was_cut(
    cut: Callable[..., str],
    kind: str,
    tmp_path: Path,
    run_client: RunClient,
    sha256: Callable[[Path], str],
) -> None:
    whole, copy = tmp_path / "whole", tmp_path / "copy"
    run_client(*CURL, "-o", whole, f"{cut()}?{kind}")
    address = cut(after=10 << 20, cuts=2)
    for _ in range(2):
        with pytest.raises(AssertionError, match="curl ended with 18"):
            run_client(*CURL, "-C", "-", "-o", copy, f"{address}?{kind}")
    assert (10 << 20) < copy.stat().st_size < whole.stat().st_size
    run_client(*CURL, "-C", "-", "-o", copy, f"{address}?{kind}")
    assert sha256(copy) == sha256(whole)


@pytest.mark.programs("aria2c", "unzip")
def test_aria2_fetches_a_zip_on_four_connections_of_which_some_are_cut(
    cut: Callable[..., str],
    folder: Path,
    tmp_path: Path,
    run_client: RunClient,
    sha256: Callable[[Path], str],
    hashes: Callable[[Path], dict[bytes, str]],
) -> None:
    aria2 = ["aria2c", "--no-conf", "--all-proxy=", "--quiet", "--dir", str(tmp_path)]
    aria2 += ["--out=copy.zip", "-x4", "-s4", "-k1M", "--max-tries=9", "--retry-wait=1"]
    run_client(*aria2, f"{cut(after=2 << 20, cuts=5)}?zip")
    whole = tmp_path / "whole.zip"
    run_client(*CURL, "-o", whole, f"{cut()}?zip")
    assert sha256(tmp_path / "copy.zip") == sha256(whole)
    run_client("unzip", "-q", whole, "-d", tmp_path / "out")
    assert hashes(tmp_path / "out" / "Holiday") == hashes(folder)
