"""The servers under test: the command of each, its start, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processes import ProcessTree
from programs import PEERS, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
HOST = "127.0.0.1"
MOST_CONNECTIONS = 8192
"""Connections for which every server that has such a bound is set up."""
BACKLOG = 1024
DEADLINE = 20.0
"""Seconds for a server to answer, or to end."""
_PAUSE = 0.001


class NotMeasuredError(Exception):
    """A server does not do what a workload asks for; the text says why."""


@dataclass(frozen=True)
class Setting:
    """What a server is started for."""

    folder: Path
    scratch: Path
    """A folder of its own, for its configuration and its log."""
    port: int
    certificate: Path | None
    """PEM with the key; None for HTTP."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    name: str
    port: int
    tree: ProcessTree

    def path(self, target: str) -> str:
        """Return the path under which it serves the folder's `target`."""
        return PREFIXES.get(self.name, "") + target


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(name: str, folder: Path, certificate: Path | None = None) -> Iterator[Running]:
    """Start a server, wait until it answers, and end it and all that it started afterwards."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        setting = Setting(folder, Path(scratch), free_port(), certificate)
        process = start(name, setting)
        tree = ProcessTree(process.pid)
        try:
            await_answer(process, setting.port, None if certificate else "/small.bin")
            yield Running(name, setting.port, tree)
        except NotMeasuredError as error:
            raise NotMeasuredError(f"{error}; its log ends: {log_end(setting)}") from None
        finally:
            end(process, tree)


def start(name: str, setting: Setting) -> subprocess.Popen[bytes]:
    """Start a server with its log, and whatever else it says, in a file."""
    # Without its compiled modules, Python would compile all of them at every start.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = {**inherited, "HOME": str(setting.scratch), "PYTHONPATH": str(PEERS / name)}
    if not (PEERS / name).is_dir():
        del environment["PYTHONPATH"]
    command = COMMANDS[name](setting)
    with (setting.scratch / "log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def await_answer(process: subprocess.Popen[bytes], port: int, target: str | None) -> None:
    """Wait until the server answers a request, or at least a connection; raises where it ends."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), DEADLINE) as one:
            if target is None:
                return
            one.sendall(f"GET {target} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
            if one.recv(1):
                return
        time.sleep(_PAUSE)
    raise NotMeasuredError("it does not start")


def end(process: subprocess.Popen[bytes], tree: ProcessTree) -> None:
    """End a server, at first politely."""
    members = tree.members()
    process.terminate()
    try:
        process.wait(DEADLINE)
    except subprocess.TimeoutExpired:
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        process.wait(DEADLINE)


def log_end(setting: Setting) -> str:
    """Return the end of what the server said."""
    with contextlib.suppress(OSError):
        return (setting.scratch / "log").read_text(errors="replace")[-500:]
    return ""


def server_core(setting: Setting, *options: str) -> list[str]:
    """Ours, by its own command line."""
    bounds = ("--max-connections", "--max-connections-per-address")
    tls = ["--tls-cert", str(setting.certificate)] if setting.certificate else []
    return [
        *(sys.executable, "-P", "-m", "server_core", str(setting.port)),
        *("--bind", HOST, "--directory", str(setting.folder), "--protocol", "HTTP/1.1"),
        *(part for bound in bounds for part in (bound, str(MOST_CONNECTIONS))),
        *(*tls, *options),
    ]


def share(setting: Setting) -> list[str]:
    """The application's share of a folder, with its log in memory as the window has it."""
    return [sys.executable, str(HERE / "share.py"), str(setting.port), str(setting.folder)]


def fair(setting: Setting) -> list[str]:
    """S, the base: http.server made fair."""
    tls = [str(setting.certificate)] if setting.certificate else []
    script = str(HERE / "fair.py")
    return [sys.executable, script, str(setting.port), str(setting.folder), *tls]


def as_shipped(setting: Setting) -> list[str]:
    """http.server's own command line."""
    options = ["--bind", HOST, "--directory", str(setting.folder)]
    return [sys.executable, "-P", "-m", "http.server", str(setting.port), *options]


def hooks(setting: Setting, classes: str) -> list[str]:
    """A subclass of BaseHTTPRequestHandler."""
    return [sys.executable, str(HERE / "hooks.py"), classes, str(setting.port)]


def nginx(setting: Setting) -> list[str]:
    """One worker, as Debian configures it but for one worker and no bound on a connection."""
    scratch = setting.scratch
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "user root;" if os.geteuid() == 0 else ""
    configuration = f"""
        {own} worker_processes 1; worker_rlimit_nofile {2 * MOST_CONNECTIONS};
        daemon off; pid {scratch}/pid; error_log {scratch}/log;
        events {{ worker_connections {MOST_CONNECTIONS}; }}
        http {{
            {" ".join(f"{place}_temp_path {scratch}/{place};" for place in places)}
            access_log {scratch}/access.log; sendfile on; tcp_nopush on;
            keepalive_requests 1000000000; default_type application/octet-stream;
            server {{
                listen {HOST}:{setting.port} backlog={BACKLOG};
                root {setting.folder}; autoindex on;
            }}
        }}
    """
    (scratch / "nginx.conf").write_text(configuration)
    return ["nginx", "-p", str(scratch), "-c", str(scratch / "nginx.conf")]


def lighttpd(setting: Setting) -> list[str]:
    """As it comes, with a log, listings, and no bound on a connection."""
    scratch = setting.scratch
    configuration = f"""
        server.modules = ("mod_accesslog", "mod_dirlisting")
        server.document-root = "{setting.folder}"
        server.bind = "{HOST}"
        server.port = {setting.port}
        server.max-fds = {2 * MOST_CONNECTIONS}
        server.max-connections = {MOST_CONNECTIONS}
        server.max-keep-alive-requests = 65535
        server.listen-backlog = {BACKLOG}
        server.errorlog = "{scratch}/error.log"
        accesslog.filename = "{scratch}/access.log"
        dir-listing.activate = "enable"
        mimetype.assign = ("" => "application/octet-stream")
    """
    (scratch / "lighttpd.conf").write_text(configuration)
    return ["lighttpd", "-D", "-f", str(scratch / "lighttpd.conf")]


def granian(setting: Setting) -> list[str]:
    """One worker that serves the folder in Rust: faster than by any application, but has no log."""
    mount = ["--static-path-route", PREFIXES["granian"], "--static-path-mount", str(setting.folder)]
    # Something has to be given as the application, which is not asked.
    application = ["--interface", "wsgi", "wsgiref.simple_server:demo_app"]
    address = ["--host", HOST, "--port", str(setting.port), "--backlog", str(BACKLOG)]
    return [sys.executable, "-m", "granian", *address, *mount, *application]


def copyparty(setting: Setting) -> list[str]:
    """Reading alone, over HTTP alone."""
    address = ["-i", HOST, "-p", str(setting.port), "-nc", str(MOST_CONNECTIONS)]
    volume = ["-v", f"{setting.folder}::r", "--http-only"]
    return [sys.executable, "-m", "copyparty", *address, *volume]


PREFIXES = {"granian": "/files"}
COMMANDS: dict[str, Callable[[Setting], list[str]]] = {
    "server_core": server_core,
    "server_core-names": lambda setting: server_core(setting, "--names-only"),
    "share": share,
    "S": fair,
    "server_core-hooks": lambda setting: hooks(setting, "server_core"),
    "S-hooks": lambda setting: hooks(setting, "http.server"),
    "http.server": as_shipped,
    "nginx": nginx,
    "lighttpd": lighttpd,
    "granian": granian,
    "copyparty": copyparty,
}
