"""A script is bounded: in time, in what it logs, by its client's patience; none is left over."""

from __future__ import annotations

import io
import os
import re
import sys
import warnings
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server_core import RequestFinished
from server_core.cgi.process import Invocation
from server_core.cgi.spooled_script import SpooledScript
from server_core.errors import RequestError
from server_core.protocol.body import LengthBody

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import ServeScripts, Settles, Site, WriteScript

pytestmark = [
    pytest.mark.filterwarnings("ignore:'http.server.CGIHTTPRequestHandler'"),
    pytest.mark.needs("POSIX shell", "/proc"),
]

HEAD = "printf 'Content-Type: text/plain\\n\\n'"
SLEEP = "sleep 600"
NOTE_PIDS = f"{SLEEP} & echo $! >notes/child.part; mv notes/child.part notes/child"


@pytest.fixture(autouse=True)
def _in_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts have the server's working directory."""
    monkeypatch.chdir(folder)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def note(folder: Path, name: str) -> int:
    return int((folder / "notes" / name).read_text())


def test_output_is_passed_on_as_it_is_written(
    site: Site, script: WriteScript, folder: Path
) -> None:
    os.mkfifo(folder / "notes" / "go")
    (folder / "notes" / "go").chmod(0o666)
    script(f"{HEAD}; echo first; read line <notes/go; echo $line")
    client = site.connect()
    client.ask("/cgi-bin/script")
    lines = iter(client.stream.readline, b"")
    assert b"first\n" in lines
    (folder / "notes" / "go").write_text("last\n")
    assert list(lines) == [b"last\n"]


def test_a_script_that_writes_nothing_in_time_is_504_and_ended_with_its_children(
    serve_scripts: ServeScripts,
    script: WriteScript,
    folder: Path,
    settles: Settles,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site = serve_scripts(script_timeout=1.0)
    script(f"echo $$ >notes/script; {NOTE_PIDS}; wait")
    answer = site.get("/cgi-bin/script")
    assert (answer.status, answer.reason) == (
        504,
        "CGI script takes too long ('/cgi-bin/script')",
    )
    for name in ("script", "child"):
        settles(lambda name=name: not is_running(note(folder, name)), f"{name} has ended")
    assert "CGI script '/cgi-bin/script' was ended after 1 s" in capsys.readouterr().err


def test_a_script_that_does_not_want_to_end_is_made_to(
    serve_scripts: ServeScripts, script: WriteScript, folder: Path
) -> None:
    site = serve_scripts(script_timeout=1.0)
    script(f"trap '' TERM; {HEAD}; echo $$ | tee notes/script; while :; do sleep 600; done")
    answer = site.get("/cgi-bin/script")
    assert answer.body == b"%d\n" % note(folder, "script")
    assert not is_running(note(folder, "script"))
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(finished, RequestFinished)
    assert (finished.status, finished.complete) == (200, False)


def test_a_script_that_is_told_to_end_may_put_things_in_order(
    serve_scripts: ServeScripts, script: WriteScript, folder: Path
) -> None:
    site = serve_scripts(script_timeout=1.0)
    script(f"trap 'echo 1 >notes/order; exit' TERM; {HEAD}; while :; do sleep 0.05; done")
    assert site.get("/cgi-bin/script").status == 504 or (folder / "notes" / "order").exists()
    assert note(folder, "order") == 1


def test_a_client_that_resets_the_connection_ends_its_script_at_once(
    site: Site,
    script: WriteScript,
    folder: Path,
    settles: Settles,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server_core.cgi.streamed_script._FAREWELL", 600.0)
    script(f"echo $$ >notes/script; {NOTE_PIDS}; wait")
    client = site.connect()
    client.ask("/cgi-bin/script")
    settles((folder / "notes" / "child").exists, "the script runs")
    client.reset()
    for name in ("script", "child"):
        settles(lambda name=name: not is_running(note(folder, name)), f"{name} has ended")


def test_a_client_that_leaves_quietly_ends_its_script_after_a_while(
    site: Site,
    script: WriteScript,
    folder: Path,
    settles: Settles,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("server_core.cgi.streamed_script._FAREWELL", 0.1)
    script(NOTE_PIDS + "; wait")
    client = site.connect()
    client.ask("/cgi-bin/script")
    settles((folder / "notes" / "child").exists, "the script runs")
    client.close()
    settles(lambda: not is_running(note(folder, "child")), "it has ended")
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(finished, RequestFinished)
    assert not finished.complete
    assert "Traceback" not in capsys.readouterr().err


def test_a_client_that_only_has_no_more_to_send_gets_its_answer(
    site: Site, script: WriteScript
) -> None:
    script(f"sleep 0.3; {HEAD}; echo late")
    assert site.raw(b"GET /cgi-bin/script HTTP/1.0\r\n\r\n").endswith(b"\n\nlate\n")


def test_a_client_that_takes_nothing_is_cut_off_and_its_script_ended(
    serve_scripts: ServeScripts, script: WriteScript, folder: Path, settles: Settles
) -> None:
    site = serve_scripts()
    site.server.connections.stall_timeout = 0.5
    script(f"{HEAD}; echo $$ >notes/script; exec cat /dev/zero")
    client = site.connect(receive_buffer=4096)
    client.ask("/cgi-bin/script")
    settles((folder / "notes" / "script").exists, "the script runs")
    settles(lambda: not is_running(note(folder, "script")), "it has ended")


def test_a_body_that_is_cut_short_does_not_pass_for_a_whole_one(
    site: Site,
    script: WriteScript,
    folder: Path,
    settles: Settles,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server_core.cgi.streamed_script._FAREWELL", 0.5)
    script("echo $$ >notes/script; cat >notes/part; echo 1 >notes/whole")
    client = site.connect()
    client.send(b"POST /cgi-bin/script HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    settles(
        lambda: (
            (folder / "notes" / "part").exists()
            and (folder / "notes" / "part").read_bytes() == b"half"
        ),
        "the script has the half",
    )
    client.close()
    settles(lambda: not is_running(note(folder, "script")), "it has ended")
    assert not (folder / "notes" / "whole").exists()


def test_a_length_that_is_a_lie_costs_neither_memory_nor_time(
    serve_scripts: ServeScripts, script: WriteScript
) -> None:
    site = serve_scripts(timeout=0.05)
    script(f"{HEAD}; echo hello")
    for exponent in (18, 40, 63):
        client = site.connect()
        client.send(
            b"POST /cgi-bin/script HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\nx"
            % (1 << exponent)
        )
        assert client.answer().body == b"hello\n"


def test_what_a_script_complains_of_is_logged_bounded_and_harmless(
    serve_scripts: ServeScripts, script: WriteScript, capsys: pytest.CaptureFixture[str]
) -> None:
    site = serve_scripts(max_script_errors=1000)
    script(
        f"{HEAD}; printf 'odd \\033[31mred\\nline\\n' >&2; head -c 300000 /dev/zero >&2; echo ok"
    )
    assert site.get("/cgi-bin/script").body == b"ok\n"
    site.wait_for(RequestFinished)
    logged = capsys.readouterr().err
    assert re.search(r"CGI script '/cgi-bin/script': odd \\x1b\[31mred\n.*: line\n", logged)
    assert len(logged) < 5000 + 4 * 1000
    assert "\0" not in logged


def test_a_failing_script_is_logged_with_its_status(
    site: Site, script: WriteScript, capsys: pytest.CaptureFixture[str]
) -> None:
    script(f"{HEAD}; echo partly; exit 3")
    assert site.get("/cgi-bin/script").body == b"partly\n"
    site.wait_for(RequestFinished)
    assert "CGI script exit code 3" in capsys.readouterr().err


def test_what_a_script_leaves_running_does_not_hold_its_answer_up(
    site: Site, script: WriteScript, folder: Path
) -> None:
    script(f"{HEAD}; {NOTE_PIDS}; echo done")
    assert site.get("/cgi-bin/script").body == b"done\n"
    assert is_running(note(folder, "child"))
    os.kill(note(folder, "child"), 15)


def test_a_script_that_closes_its_output_is_still_waited_for(
    site: Site, script: WriteScript, folder: Path
) -> None:
    script(f"{HEAD}; echo done; exec >&- 2>&-; sleep 0.3; echo 1 >notes/after")
    assert site.get("/cgi-bin/script").body == b"done\n"
    assert note(folder, "after") == 1


def test_scripts_leave_neither_processes_nor_descriptors(
    site: Site,
    script: WriteScript,
    settles: Settles,
    descriptors: Callable[[], int],
) -> None:
    script(f"{HEAD}; echo $$; cat >/dev/null")
    site.get("/cgi-bin/script", "POST", b"x")
    before = descriptors()
    pids = [int(site.get("/cgi-bin/script", "POST", bytes(1000)).body) for _ in range(20)]
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    settles(lambda: descriptors() <= before, "every descriptor is closed")


def test_a_stop_ends_the_scripts_that_run(
    site: Site, script: WriteScript, folder: Path, settles: Settles
) -> None:
    script(f"{HEAD}; echo begun; {NOTE_PIDS}; wait")
    client = site.connect()
    client.ask("/cgi-bin/script")
    settles((folder / "notes" / "child").exists, "the script runs")
    site.server.stop()
    settles(lambda: not is_running(note(folder, "child")), "it has ended")


def invocation(folder: Path, seconds: float = 60.0) -> Invocation:
    script = str(folder / "cgi-bin" / "script")
    return Invocation(script, [script], dict(os.environ), None, seconds, 100)


def body(length: int) -> LengthBody:
    return LengthBody(io.BytesIO(bytes(length)), length)


def test_where_pipes_cannot_be_waited_for_the_body_is_received_first(
    script: WriteScript, folder: Path
) -> None:
    script("wc -c; printf 'oh\\n%01000d' 0 >&2; exit 4")
    running = SpooledScript(invocation(folder), body(200_000))
    assert b"".join(running.output()) == b"200000\n"
    assert running.close() == 4
    assert len(running.errors) == 100
    assert running.errors.startswith(b"oh\n000")
    running = SpooledScript(invocation(folder), None)
    assert b"".join(running.output()) == b"0\n"
    assert running.close() == 4


def test_where_pipes_cannot_be_waited_for_time_is_bounded_too(
    script: WriteScript, folder: Path
) -> None:
    script(f"echo $$; exec {SLEEP}")
    running = SpooledScript(invocation(folder, seconds=0.5), None)
    pid = int(b"".join(running.output()))
    assert running.out_of_time
    assert running.close() == -15
    assert not is_running(pid)


def test_where_pipes_cannot_be_waited_for_a_body_has_a_bound(
    script: WriteScript, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_core.cgi.spooled_script._BODY_LIMIT", 1000)
    script("echo 1 >notes/ran")
    with pytest.raises(RequestError) as refused:
        SpooledScript(invocation(folder), body(2000))
    assert refused.value.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert not (folder / "notes" / "ran").exists()


def test_it_is_deprecated_just_where_http_servers_is(site: Site) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        is_served = site.raw(b"GET / HTTP/1.0\r\n\r\n") != b""
    assert is_served == (sys.version_info < (3, 13))
