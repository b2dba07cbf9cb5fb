"""CGIHTTPRequestHandler: GET, HEAD and POST of scripts.

send_head | do_POST -> is_cgi -> run_cgi
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import warnings
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from server_core.cgi.account import executable, script_account
from server_core.cgi.answer import ScriptAnswer
from server_core.cgi.environment import ScriptTarget, request_octets, script_environment
from server_core.cgi.process import Invocation, ScriptProcess
from server_core.cgi.spooled_script import SpooledScript
from server_core.cgi.target import ScriptFolders, decoded, split_target
from server_core.server import client_host
from server_core.static import SimpleHTTPRequestHandler

if sys.platform != "win32":
    from server_core.cgi.streamed_script import StreamedScript

if TYPE_CHECKING:
    import io

__all__ = ["CGIHTTPRequestHandler"]

_ECHO_LIMIT = 200
# The machine has no descriptor, process or memory left for now; the script is not to blame.
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


class CGIHTTPRequestHandler(SimpleHTTPRequestHandler):
    """Serves a folder, and runs the programs in its CGI folders instead of sending them.

    The answer to a request for a script begins with status 200, "Script output follows", and goes
    on with what the script writes: header fields, an empty line, the body. The connection closes
    after it. Scripts have the server's working directory and user; where that is root, they run as
    nobody. Whatever is in a CGI folder is never sent, by whatever name it is reached.

    Subclasses may override the methods without a leading underscore and set the class attributes.
    """

    cgi_directories: ClassVar[list[str]] = ["/cgi-bin", "/htbin"]
    """URL paths below which everything is a script; may be changed in place."""
    have_fork = hasattr(os, "fork")
    """Whether a script has to have the permission to be executed, and says by what."""
    script_timeout = 300.0
    """Seconds that a script may take in all; it is ended then."""
    max_script_errors = 16384
    """Bytes of a script's standard error that are logged."""

    cgi_info: tuple[str, str]
    """The present request's CGI folder and what follows it, both as a URL has them."""

    _input: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if sys.version_info >= (3, 13):
            warnings.warn(
                "'http.server.CGIHTTPRequestHandler' is deprecated, and so is this one",
                DeprecationWarning,
                stacklevel=2,
            )
        super().__init__(*args, **kwargs)

    def setup(self) -> None:
        """Prepare `connection`, `rfile` and `wfile`."""
        super().setup()
        self._input = self.rfile

    def do_POST(self) -> None:
        """Run a script; nothing else can be posted to."""
        if self.is_cgi():
            self.run_cgi()
        else:
            self.send_error(HTTPStatus.NOT_IMPLEMENTED, "Can only POST to CGI scripts")

    def send_head(self) -> BinaryIO | io.IOBase | None:
        """Run a script, or send the head of a file or listing and return a stream of its body."""
        if self.is_cgi():
            self.run_cgi()
            return None
        path = self.translate_path(self.path)
        indexes = self.index_pages if path.endswith("/") else ()
        folders = ScriptFolders(self.cgi_directories, self.translate_path)
        if any(map(folders.hold, (path, *(os.path.join(path, name) for name in indexes)))):
            self.send_error(HTTPStatus.FORBIDDEN, "CGI scripts are not shown")
            return None
        return super().send_head()

    def is_cgi(self) -> bool:
        """Return whether `path` lies below one of `cgi_directories`; sets `cgi_info` where so."""
        info = split_target(self.path, self.cgi_directories)
        if info is not None:
            self.cgi_info = info
        return info is not None

    def is_executable(self, path: str) -> bool:
        """Return whether a file may be executed."""
        return executable(path)

    def is_python(self, path: str) -> bool:
        """Return whether a file is a Python script, by its name."""
        return os.path.splitext(path)[1].lower() in (".py", ".pyw")

    def run_cgi(self) -> None:
        """Run the script that `cgi_info` names, and send what it writes.

        Answers 404 for a script that is not there; 403 for one that is no plain file, may not be
        executed, cannot be started or writes nothing; 504 for one that writes nothing in time; 411
        for a body whose length the script could not be told.
        """
        if self.headers.get("Transfer-Encoding"):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        target, path = self._find_script()
        shown = repr(target.name)[:_ECHO_LIMIT]
        if not self._may_be_run(path, shown):
            return
        try:
            script = self._start(path, target)
        except ValueError:
            # A NUL, or what is no character: neither can be told to a program.
            self.send_error(HTTPStatus.NOT_FOUND, f"No such CGI script ({shown})")
        except OSError as error:
            self._refuse_script(error, shown, "cannot be started")
        else:
            self._relay(script, shown)

    # -- private

    def _find_script(self) -> tuple[ScriptTarget, str]:
        """Return what `cgi_info` means: its last folder's file, and what follows that name."""
        folder, rest = self.cgi_info
        rest, _, query = rest.partition("?")
        while True:
            name, slash, after = rest.partition("/")
            script = f"{folder.rstrip('/')}/{name}"
            if not (slash and name and self._is_directory(self.translate_path(script))):
                break
            folder, rest = script, after
        info = slash + after
        translated = self.translate_path(info)
        target = ScriptTarget(decoded(script), decoded(info), translated, query)
        return target, self.translate_path(script)

    def _is_directory(self, path: str) -> bool:
        try:
            with self._open(path) as found:
                return found.is_directory
        except OSError:
            return False

    def _may_be_run(self, path: str, shown: str) -> bool:
        """Return whether a path is a script's; False once the refusal has been sent."""
        try:
            with self._open(path) as found:
                is_plain = not found.is_directory
        except OSError as error:
            if error.errno not in _ABSENT:
                self._refuse_script(error, shown, "cannot be read")
                return False
            if not _is_special(path):
                self.send_error(HTTPStatus.NOT_FOUND, f"No such CGI script ({shown})")
                return False
            is_plain = False
        if not is_plain:
            self.send_error(HTTPStatus.FORBIDDEN, f"CGI script is not a plain file ({shown})")
            return False
        if (self.have_fork or not self.is_python(path)) and not self.is_executable(path):
            self.send_error(HTTPStatus.FORBIDDEN, f"CGI script is not executable ({shown})")
            return False
        return True

    def _refuse_script(self, error: OSError, shown: str, failure: str) -> None:
        if error.errno not in _EXHAUSTED:
            self.log_error("CGI script %s %s: %s", shown, failure, error.strerror)
            self.send_error(HTTPStatus.FORBIDDEN, f"CGI script {failure} ({shown})")
            return
        with self.joined():
            self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Retry-After", "2")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _start(self, path: str, target: ScriptTarget) -> ScriptProcess:
        program = os.path.abspath(path)
        command = [os.path.basename(path)]
        if not self.have_fork and self.is_python(path):
            # Not pythonw.exe, which has no output.
            interpreter = os.path.join(os.path.dirname(sys.executable), "python.exe")
            interpreter = interpreter if os.path.exists(interpreter) else sys.executable
            program, command = interpreter, [interpreter, "-u", program]
        words = target.query.replace("+", " ")
        # RFC 3875 section 4.4; but nothing that a program could take for an option of its own, and
        # nothing for Windows's batch files, whose interpreter takes its command line apart again.
        if words and "=" not in words and not words.startswith("-") and self.have_fork:
            command.append(request_octets(words))
        environment = script_environment(
            os.environ, self._connection_variables(), target, self.headers
        )
        invocation = Invocation(
            program,
            command,
            environment,
            script_account(),
            self.script_timeout,
            self.max_script_errors,
        )
        if sys.platform == "win32":
            return SpooledScript(invocation, self._body)
        return self._streamed(invocation)

    if sys.platform != "win32":

        def _streamed(self, invocation: Invocation) -> ScriptProcess:
            has_read_ahead = self._has_read_ahead()
            script = StreamedScript(invocation, self.connection, self._body)
            if has_read_ahead:
                script.feed()
            return script

    def _connection_variables(self) -> dict[str, str]:
        local = self.connection.getsockname()
        address, port = local[:2] if isinstance(local, tuple) else (local, "")
        authority = str(self.headers.get("Host", ""))
        host = authority if authority.endswith("]") else authority.partition(":")[0]
        if authority.startswith("["):
            host = authority.partition("]")[0] + "]"
        variables = {
            "SERVER_SOFTWARE": self.version_string(),
            # Not `server_name`: for that, the name servers may be waited for.
            "SERVER_NAME": request_octets(host) or str(address),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.protocol_version,
            "REQUEST_METHOD": str(self.command),
            "REMOTE_ADDR": client_host(self.client_address),
        }
        if hasattr(self.connection, "cipher"):
            variables["HTTPS"] = "on"
        return variables

    def _has_read_ahead(self) -> bool:
        """Return whether a part of the body came together with the head; does not wait."""
        if self._body is None:
            return False
        if self._input is None:
            # A `setup` of one's own: better to wait for the body than to overlook it.
            return True
        peek = getattr(self._input, "peek", None)
        if peek is None:
            return False
        timeout = self.connection.gettimeout()
        self.connection.settimeout(0)
        try:
            return bool(peek(1))
        except OSError:  # nothing there that TLS could decrypt
            return False
        finally:
            self.connection.settimeout(timeout)

    def _relay(self, script: ScriptProcess, shown: str) -> None:
        """Send what a script writes, as it writes it, and log how it ended."""
        answer = ScriptAnswer(
            wants_head=self.request_version != "HTTP/0.9", wants_body=self.command != "HEAD"
        )
        began = False
        try:
            for piece in script.output():
                if not began:
                    began = True
                    self._begin_answer()
                self.wfile.write(answer.take(piece))
                # What is kept here, to leave together with more, would wait for the script.
                self.wfile.flush()
        finally:
            code = script.close()
            self._log_script(script, code, shown)
        if script.out_of_time:
            if began:
                self._exchange.complete = False
            else:
                self.send_error(HTTPStatus.GATEWAY_TIMEOUT, f"CGI script takes too long ({shown})")
        elif began:
            self.wfile.write(answer.end())
        else:
            self.send_error(HTTPStatus.FORBIDDEN, f"CGI script writes nothing ({shown})")

    def _begin_answer(self) -> None:
        self.send_response(HTTPStatus.OK, "Script output follows")
        self.send_header("Connection", "close")
        if self._exchange.unlogged:
            self._log_answer()
        self.flush_headers()
        self._exchange.body_start = getattr(self.wfile, "accepted", 0)

    def _log_script(self, script: ScriptProcess, code: int | None, shown: str) -> None:
        errors = script.errors.decode("utf-8", "backslashreplace")
        for line in filter(None, errors.split("\n")):
            self.log_error("CGI script %s: %s", shown, line)
        if script.out_of_time:
            self.log_error("CGI script %s was ended after %g s", shown, self.script_timeout)
        elif code:
            self.log_error("CGI script exit code %d", code)


def _is_special(path: str) -> bool:
    """Return whether a path is a pipe's, socket's or device's; links are not followed."""
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
