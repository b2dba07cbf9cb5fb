"""What a CGI script is told of its request (RFC 3875 section 4.1)."""

from __future__ import annotations

import base64
import binascii
import email.message
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ScriptTarget", "request_octets", "script_environment"]

# A field's hyphens become underscores, so one that has an underscore could pass for another.
_NAME = re.compile(r"[A-Za-z0-9\-]+")
# Not for scripts: the password; what is said of the connection; and Proxy, which would be
# HTTP_PROXY, the variable by which programs are told the proxy to send everything through.
_WITHHELD = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "keep-alive",
        "proxy",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_JOINTS = {"accept": ",", "cookie": "; "}
# What the server's own environment has of these would pass for part of the request.
_OF_THE_REQUEST = frozenset(
    {
        "AUTH_TYPE",
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "HTTPS",
        "PATH_INFO",
        "PATH_TRANSLATED",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "REMOTE_HOST",
        "REMOTE_IDENT",
        "REMOTE_USER",
        "REQUEST_METHOD",
        "SCRIPT_NAME",
    }
)
# http.server gives them a value always: scripts read them without asking.
_NEVER_ABSENT = (
    "QUERY_STRING",
    "REMOTE_HOST",
    "CONTENT_LENGTH",
    "HTTP_ACCEPT",
    "HTTP_USER_AGENT",
    "HTTP_COOKIE",
    "HTTP_REFERER",
)


@dataclass(frozen=True, slots=True)
class ScriptTarget:
    """A request target, taken apart into the script and what is left for it."""

    name: str
    """The URL's path up to the end of the script's name, decoded."""
    path_info: str
    """What follows the name in the path, decoded; empty or beginning with a slash."""
    path_translated: str
    """The file that `path_info` would name, if it were a path below the shared folder."""
    query: str
    """As it was sent, without the question mark."""


def script_environment(
    inherited: Mapping[str, str],
    connection: Mapping[str, str],
    target: ScriptTarget,
    headers: email.message.Message,
) -> dict[str, str]:
    """Return the environment of a script, made anew for each request.

    It is the server's own, less whatever would pass for part of a request, with the variables of
    `connection`, of the target and of the header fields. AUTH_TYPE and REMOTE_USER repeat what the
    client says: no password has been checked.
    """
    variables = {
        name: value
        for name, value in inherited.items()
        if name.upper() not in _OF_THE_REQUEST and not name.upper().startswith("HTTP_")
    }
    variables |= connection
    variables |= {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SCRIPT_NAME": target.name,
        "PATH_INFO": target.path_info,
        "PATH_TRANSLATED": target.path_translated,
        "QUERY_STRING": request_octets(target.query),
        "CONTENT_TYPE": request_octets(headers.get("Content-Type") or headers.get_content_type()),
        "CONTENT_LENGTH": headers.get("Content-Length", "").partition(",")[0].strip(),
    }
    variables |= _credentials(headers.get("Authorization", ""))
    variables |= _field_variables(headers)
    for name in _NEVER_ABSENT:
        variables.setdefault(name, "")
    return variables


def request_octets(text: str) -> str:
    """Return text of a request's head, which is read as Latin-1, so that its octets are passed on.

    Where the system's environment is made of characters and not of octets, it stays as it is.
    """
    return os.fsdecode(text.encode("latin-1")) if os.name == "posix" else text


def _field_variables(headers: email.message.Message) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in headers.items():
        if _NAME.fullmatch(name) and name.lower() not in _WITHHELD and value:
            values.setdefault(name.lower(), []).append(value)
    variables = {}
    for name, lines in values.items():
        joined = _JOINTS.get(name, ", ").join(lines)
        variables["HTTP_" + name.upper().replace("-", "_")] = request_octets(joined)
    return variables


def _credentials(authorization: str) -> dict[str, str]:
    words = authorization.split()
    if len(words) != 2:
        return {}
    scheme, credentials = words
    variables = {"AUTH_TYPE": request_octets(scheme)}
    if scheme.lower() == "basic":
        try:
            user, colon, _ = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return variables
        if colon and user.isprintable():
            variables["REMOTE_USER"] = user
    return variables
