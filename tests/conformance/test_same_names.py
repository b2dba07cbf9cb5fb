"""What can be imported from http.server, and what its classes have, server_core has too.

Compared with the http.server of the running Python, so that no list here grows old.
"""

from __future__ import annotations

import http.server
import inspect

import pytest

import server_core

CLASSES = [
    "HTTPServer",
    "ThreadingHTTPServer",
    "HTTPSServer",
    "ThreadingHTTPSServer",
    "BaseHTTPRequestHandler",
    "SimpleHTTPRequestHandler",
    "CGIHTTPRequestHandler",
]
THERE = [name for name in CLASSES if hasattr(http.server, name)]
"""HTTPS came with Python 3.14, CGI left with 3.15."""
VARIABLES = {"nobody"}
"""Not to be imported: it has its value once nobody_uid was called."""


def public(owner: object) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("_")]


def is_its_own(name: str) -> bool:
    value = getattr(http.server, name)
    return not inspect.ismodule(value) and getattr(value, "__module__", "") in ("", "http.server")


def test_every_class_is_there() -> None:
    assert [name for name in CLASSES if not isinstance(getattr(server_core, name), type)] == []


def test_every_name_can_be_imported() -> None:
    names = {*http.server.__all__, *filter(is_its_own, public(http.server))} - VARIABLES
    assert "executable" in names or "CGIHTTPRequestHandler" not in THERE
    assert sorted(name for name in names if name not in server_core.__all__) == []
    assert sorted(name for name in names if not hasattr(server_core, name)) == []


@pytest.mark.parametrize("name", THERE)
def test_a_class_has_every_attribute(name: str) -> None:
    ours = public(getattr(server_core, name))
    assert [found for found in public(getattr(http.server, name)) if found not in ours] == []


@pytest.mark.parametrize("name", [*THERE, "test"])
def test_methods_are_called_in_the_same_way(name: str) -> None:
    theirs, ours = getattr(http.server, name), getattr(server_core, name)
    owners = [("", theirs, ours)] if inspect.isfunction(theirs) else []
    owners += [
        (method, getattr(theirs, method), getattr(ours, method))
        for method in ("__init__", *public(theirs))
        if inspect.isfunction(getattr(theirs, method))
    ]
    assert owners
    differences = [
        (method, str(inspect.signature(their)), str(inspect.signature(our)))
        for method, their, our in owners
        if not can_replace(inspect.signature(their), inspect.signature(our))
    ]
    assert differences == []


def can_replace(theirs: inspect.Signature, ours: inspect.Signature) -> bool:
    """Return whether every call that `theirs` takes is understood in the same way."""
    known = dict(ours.parameters)
    hands_on = any(found.kind is found.VAR_KEYWORD for found in known.values())
    places = [found.name for found in known.values() if found.kind is not found.KEYWORD_ONLY]
    for place, found in enumerate(theirs.parameters.values()):
        own = known.pop(found.name, None)
        if own is None and hands_on and found.kind is found.KEYWORD_ONLY:
            continue
        if own is None or own.kind is not found.kind:
            return False
        if found.kind is found.POSITIONAL_OR_KEYWORD and places[place] != found.name:
            return False
        # Classes stand for each other, ours for theirs.
        if not inspect.isclass(found.default) and own.default != found.default:
            return False
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(own.default is not own.empty or own.kind in optional for own in known.values())
