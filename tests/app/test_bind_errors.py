"""Why a share cannot start is one sentence, about the setting that is to be changed."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

import pytest

from app.bind_errors import check_folder, create_on_port, explain, free_port
from app.state import Field, StartFailure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of 127.0.0.1 that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def failure_of(host: str, port: int) -> OSError:
    """Return the error of listening where it cannot be done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        try:
            listener.bind((host, port))
        except OSError as error:
            return error
    pytest.fail(f"{host} can be listened on")


def test_a_taken_port_is_explained_with_one_that_is_free(taken: int) -> None:
    explained = explain(failure_of("127.0.0.1", taken), "127.0.0.1", taken)
    assert explained.field is Field.PORT
    suggested = explained.suggested_port
    assert suggested is not None
    assert suggested != taken
    assert explained.message == (
        f"Port {taken} is taken by another program; port {suggested} is free."
    )
    with socket.create_server(("127.0.0.1", suggested)):
        pass


def test_the_last_port_is_followed_by_any(taken: int) -> None:
    error = failure_of("127.0.0.1", taken)
    assert (explain(error, "127.0.0.1", 65535).suggested_port or 0) > 0


def test_a_port_of_the_system_is_explained_with_one_that_is_not() -> None:
    error = PermissionError(errno.EACCES, "Permission denied")
    explained = explain(error, "127.0.0.1", 80)
    assert explained.field is Field.PORT
    # Windows keeps none for itself.
    keeps_some = os.name == "posix"
    assert ("below 1024" in explained.message) is keeps_some
    assert (explained.suggested_port or 0) >= (1024 if keeps_some else 81)


def test_a_port_that_the_system_forbids_is_explained() -> None:
    error = PermissionError(errno.EPERM, "Operation not permitted")
    explained = explain(error, "127.0.0.1", 8000)
    assert explained.field is Field.PORT
    assert "8000" in explained.message


@pytest.mark.parametrize("host", ["198.51.100.7", "2001:db8::7"])
def test_an_address_that_vanished_is_explained_beside_the_network(host: str) -> None:
    explained = explain(failure_of(host, 0), host, 8000)
    assert explained == StartFailure(
        Field.NETWORK,
        f"This computer does not have the address {host} now; choose another network.",
    )


def test_an_address_of_one_link_without_its_zone_is_explained() -> None:
    explained = explain(failure_of("fe80::1", 0), "fe80::1", 8000)
    assert explained.field is Field.NETWORK
    assert "fe80::1" in explained.message


def test_a_name_that_is_no_address_is_explained() -> None:
    with pytest.raises(socket.gaierror) as raised:
        free_port("no address\n", 8000)
    explained = explain(raised.value, "no address\n", 8000)
    assert explained.field is Field.NETWORK
    assert r"“no address\n” is no address" in explained.message


def test_too_many_open_files_are_explained() -> None:
    error = OSError(errno.EMFILE, "Too many open files")
    assert "too many files" in explain(error, "127.0.0.1", 8000).message


def test_an_error_that_nobody_foresaw_is_given_in_the_words_of_the_system() -> None:
    error = OSError(errno.EIO, "Input/output error")
    explained = explain(error, "127.0.0.1", 8000)
    assert explained.message == "Sharing on 127.0.0.1 did not start: Input/output error."


def test_a_suggestion_is_left_out_where_no_port_can_be_had() -> None:
    error = OSError(errno.EADDRINUSE, "Address already in use")
    explained = explain(error, "198.51.100.7", 8000)
    assert explained.suggested_port is None
    assert explained.message == "Port 8000 is taken by another program; choose another one."


def test_a_free_port_is_the_preferred_one_or_one_after_it(taken: int) -> None:
    found = free_port("127.0.0.1", taken)
    assert found != taken
    free_again = free_port("127.0.0.1", found)
    assert free_again == found


def test_a_port_that_is_asked_for_is_the_only_one_that_is_tried(taken: int) -> None:
    tried: list[int] = []

    def create(port: int) -> socket.socket:
        tried.append(port)
        return socket.create_server(("127.0.0.1", port))

    with pytest.raises(OSError, match=r"in use" if os.name == "posix" else r"10048"):
        create_on_port("127.0.0.1", taken, create)
    assert tried == [taken]


def test_what_keeps_a_server_from_any_port_is_not_tried_again() -> None:
    tried: list[int] = []

    def create(port: int) -> None:
        tried.append(port)
        raise OSError(errno.EMFILE, "Too many open files")

    with pytest.raises(OSError, match="Too many"):
        create_on_port("127.0.0.1", None, create)
    assert len(tried) == 1


def test_any_port_is_tried_where_all_that_are_usual_are_taken() -> None:
    tried: list[int] = []

    def create(port: int) -> int:
        tried.append(port)
        if port:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        return 49152

    assert create_on_port("127.0.0.1", None, create) == 49152
    assert tried == [*range(8000, 8020), 0]


def test_an_address_that_is_a_name_is_not_looked_up() -> None:
    with pytest.raises(socket.gaierror):
        create_on_port("localhost", None, int)


def test_a_port_counts_as_taken_however_it_is_listened_on(taken: int) -> None:
    assert free_port("0.0.0.0", taken) != taken
    assert free_port("::", taken) != taken


def test_a_port_whose_last_connections_linger_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = listener.accept()
        # Who closes first keeps the port in TIME_WAIT.
        accepted.close()
        assert client.recv(1) == b""
        client.close()
    assert free_port("127.0.0.1", port) == port


def test_a_folder_that_can_be_read_is_fine(tmp_path: Path) -> None:
    assert check_folder(str(tmp_path)) is None


def test_no_folder_is_explained() -> None:
    failure = check_folder("")
    assert failure is not None
    assert failure.field is Field.FOLDER


@pytest.mark.needs("names that Windows forbids")
def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    failure = check_folder(str(tmp_path / "gone\n"))
    assert failure is not None
    assert failure.field is Field.FOLDER
    assert failure.message == (f"“{tmp_path}/gone\\n” does not exist; choose another folder.")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.touch()
    failure = check_folder(str(file))
    assert failure is not None
    assert failure.message == f"“{file}” is not a folder; choose the folder that holds it."


@pytest.mark.parametrize("path", ["/a\0b", "/" + "a" * 300])
def test_a_path_that_no_system_takes_is_explained(path: str) -> None:
    failure = check_folder(path)
    assert failure is not None
    assert failure.field is Field.FOLDER
    # Windows finds none where POSIX has an error of its own.
    said = "cannot be read" if os.name == "posix" else "does not exist"
    assert said in failure.message


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
@pytest.mark.needs("permissions for owner, group and others")
def test_a_folder_that_may_not_be_read_is_explained(unreadable: Path, mode: int) -> None:
    user = os.geteuid()
    os.seteuid(os.getuid())
    unreadable.chmod(mode)
    os.seteuid(user)
    failure = check_folder(str(unreadable))
    assert failure is not None
    assert failure.message.startswith(f"“{unreadable}” may not be read by you")
