"""What an HTTPSServer is made with: the key's password, and the protocols to agree on."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from server_core import HTTPSServer, SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDRESS = ("127.0.0.1", 0)
DEADLINE = 10.0


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certfile(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(path)
    return path


@pytest.mark.parametrize(
    "password", ["open sesame", b"open sesame", bytearray(b"open sesame"), lambda: "open sesame"]
)
def test_a_key_under_a_password_is_used(
    certfile: Path, tmp_path: Path, password: str | bytes | bytearray | Callable[[], str]
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(
        load_pem_private_key(certfile.read_bytes(), None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")
        )
    )

    def make(word: str | bytes | bytearray | Callable[[], str] | None) -> HTTPSServer:
        return HTTPSServer(
            ADDRESS, SimpleHTTPRequestHandler, certfile=certfile, keyfile=key, password=word
        )

    make(password).server_close()
    for wrong in ("close sesame", None):
        with pytest.raises(ssl.SSLError):
            make(wrong)


def test_the_protocols_to_agree_on_can_be_chosen(authority: trustme.CA, certfile: Path) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.set_alpn_protocols(["http/1.1", "gulls/1"])
    with HTTPSServer(
        ADDRESS, SimpleHTTPRequestHandler, certfile=certfile, alpn_protocols=["gulls/1"]
    ) as server:
        server.timeout = DEADLINE
        serving = threading.Thread(target=server.handle_request)
        serving.start()
        plain = socket.create_connection(server.bound_address, DEADLINE)
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
            assert client.selected_alpn_protocol() == "gulls/1"
        serving.join(DEADLINE)
        assert not serving.is_alive()
