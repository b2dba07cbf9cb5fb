"""The servers that are compared, each a process of its own on a free port of loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PYTHON = str(ROOT / ".venv" / "bin" / "python")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
DEADLINE = 20.0
MANY = "20000"

NGINX = """\
worker_processes 1; daemon off; pid {place}/nginx.pid; error_log {place}/nginx.err;
events {{ worker_connections 8192; }}
http {{ access_log {place}/nginx.log; sendfile on; tcp_nopush on; tcp_nodelay on;
keepalive_requests 1000000000; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
fastcgi_temp_path {place}/fcgi; uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}; autoindex on; }} }}
"""
# S: http.server of the same interpreter, made fair.
FAIR = """\
import functools, socket, ssl, sys
from http.server import *
class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(sys.argv) > 3:
            connection = context.wrap_socket(connection, server_side=True)
        return connection, address
if len(sys.argv) > 3:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
server = Server(("127.0.0.1", int(sys.argv[1])), functools.partial(Handler, directory=sys.argv[2]))
server.serve_forever()
"""
OWN_GET = """\
class Own(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "1024")
        self.end_headers()
        self.wfile.write(b"x" * 1024)
"""
OURS_OWN = f"""\
import sys
from server_core import *
{OWN_GET}
server = PooledHTTPServer(("127.0.0.1", int(sys.argv[1])), Own)
server.connections.max_connections = server.connections.max_per_address = {MANY}
server.serve_forever()
"""
FAIR_OWN = (
    FAIR.partition("class Handler")[0]
    + OWN_GET
    + FAIR.partition("\nserver = ")[1]
    + ('Server(("127.0.0.1", int(sys.argv[1])), Own)\nserver.serve_forever()\n')
)
SHARE = f"""\
import collections, pathlib, sys
from server_core.share import create_server
log = collections.deque(maxlen=50_000)
server = create_server(("127.0.0.1", int(sys.argv[1])), sys.argv[2],
    templates=pathlib.Path("resources/web"), on_event=log.append)
server.connections.max_connections = server.connections.max_per_address = {MANY}
server.serve_forever()
"""


@dataclass
class Peer:
    """A server that runs."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Return the processor time of its processes so far."""
        return sum(_stat(pid)[0] for pid in self._processes())

    def memory(self) -> int:
        """Return the resident bytes of its processes."""
        return sum(_stat(pid)[1] for pid in self._processes())

    def _processes(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]


def _stat(pid: int) -> tuple[float, int]:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE
    return 0.0, 0


def command(name: str, port: int, folder: Path, place: Path) -> list[str]:
    """Return the command line of a server."""
    many = ["--max-connections", MANY, "--max-connections-per-address", MANY]
    core = [PYTHON, "-P", "-m", "server_core", str(port), "-b", "127.0.0.1", "-d", str(folder)]
    tls = [str(place / "server.pem"), str(place / "server.key")]
    if name == "nginx":
        text = NGINX.format(place=place, port=port, folder=folder)
        (place / "nginx.conf").write_text(text)
        return [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(place / "nginx.conf")]
    return {
        "ours": [*core, "-p", "HTTP/1.1", *many],
        "ours, names only": [*core, "-p", "HTTP/1.1", "--names-only", *many],
        "ours, HTTPS": [*core, "-p", "HTTP/1.1", "--tls-cert", tls[0], "--tls-key", tls[1]],
        "ours, do_GET": [PYTHON, "-c", OURS_OWN, str(port)],
        "share": [PYTHON, "-c", SHARE, str(port), str(folder)],
        "S": [PYTHON, "-c", FAIR, str(port), str(folder)],
        "S, HTTPS": [PYTHON, "-c", FAIR, str(port), str(folder), *tls],
        "S, do_GET": [PYTHON, "-c", FAIR_OWN, str(port)],
    }[name]


@contextlib.contextmanager
def running(names: list[str], folder: Path, place: Path) -> Iterator[dict[str, Peer]]:
    """Start these servers, each with its log in a file, and end them."""
    peers: dict[str, Peer] = {}
    try:
        for name in names:
            port = _free_port()
            log = (place / f"{name}.log").open("wb")
            words = command(name, port, folder, place)
            process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log)
            peers[name] = Peer(name, port, process)
        for peer in peers.values():
            _wait_for(peer)
        yield peers
    finally:
        for peer in peers.values():
            peer.process.terminate()
            peer.process.wait(DEADLINE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(peer: Peer) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and peer.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", peer.port)):
            return
        time.sleep(0.02)
    sys.exit(f"{peer.name} does not start")
