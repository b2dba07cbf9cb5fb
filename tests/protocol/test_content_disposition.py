"""The name that a client is told to save a file under, and what other parsers read in it."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server_core.protocol.disposition import attachment
from server_core.protocol.headers import field_line

# RFC 6266 section 4.1 with RFC 8187 section 3.2.1, strictly, and no escapes in the quoted string.
FORM = re.compile(
    r'attachment; filename="([ !#-\[\]-~]+)"'
    r"(?:; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?"
)
AROUND = re.compile(r'\A[\s"<>]+|[\s"<>]+\Z')
NAMES = (
    *("", ".", "..", "...", " ", "a/../b", "..\\b", "/etc/passwd", "C:\\x", "a\r\nSet-Cookie: b"),
    *('"', '";x="', "\\", "%41%2f", "100 %", "a;b", "it's", "\0", "\x85\u2028", "\u202egpj.exe"),
    *(
        "\udcff\udc80.txt",
        "\ud800",
        "e\u0301",
        "\u0301",
        "ü",
        "写真.jpg",
        "😀",
        "\uff0f",
        "\u2126;",
    ),
    *("x" * 300, "é" * 300 + ".zip", "😀" * 100 + ".tar", "." + "x" * 300, "\ufdfa" * 85),
)
ANY_NAME = st.one_of(
    st.sampled_from(NAMES),
    st.text(),
    st.binary(max_size=300).map(lambda octets: octets.decode("utf-8", "surrogateescape")),
    st.text(st.characters(codec=None), max_size=300),
)


def names_in(value: str) -> tuple[str, str]:
    """Return the name in ASCII, and the name for those who read the other one."""
    match = FORM.fullmatch(value)
    assert match is not None, value
    return match[1], match[1] if match[2] is None else unquote(match[2], errors="strict")


@given(ANY_NAME)
def test_any_name_makes_one_field_with_two_names_that_can_be_saved(name: str) -> None:
    value = attachment(name)
    assert field_line("Content-Disposition", value).count(b"\n") == 1
    for found in names_in(value):
        assert found.replace(".", "").strip()
        assert 0 < len(found.encode()) <= 255
        assert not re.search(r"[/\\\x00-\x1f\x7f-\x9f]", found)
    assert not re.search("%[0-9A-Fa-f]{2}", names_in(value)[0])


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60))
def test_a_name_is_read_as_it_is(name: str) -> None:
    if re.search(r"[/\\]", name) or not name.replace(".", "").strip():
        return
    assert names_in(attachment(name))[1] == name


@given(ANY_NAME)
@example("写真.jpg")
@example("a;b.txt")
def test_pythons_parser_reads_the_same_names(name: str) -> None:
    value = attachment(name)
    plain, exact = names_in(value)
    lenient = email.message_from_string(f"Content-Disposition: {value}\n\n")
    assert as_python_has_it(lenient.get_filename()) == as_python_has_it(plain)
    # Beside the other one, it would not be looked at.
    alone = value.replace(f' filename="{plain}";', "")
    strict = email.message_from_string(
        f"Content-Disposition: {alone}\n\n", _class=EmailMessage, policy=email.policy.default
    )
    assert strict.get_content_disposition() == "attachment"
    assert as_python_has_it(strict.get_filename()) == as_python_has_it(exact)


def as_python_has_it(name: str | None) -> str:
    """Take off what that parser takes off around any parameter: blanks, quotes, "<>"."""
    return AROUND.sub("", str(name))


@pytest.mark.parametrize(
    ("name", "plain", "exact"),
    [
        ("letter.txt", "letter.txt", "letter.txt"),
        ("Übung e\u0301.pdf", "Ubung e.pdf", "Übung e\u0301.pdf"),
        ("写真.jpg", "__.jpg", "写真.jpg"),
        ('a "b" \\ c/d.txt', "a _b_ _ c_d.txt", 'a "b" _ c_d.txt'),
        ("100%41 %.txt", "100_41 %.txt", "100%41 %.txt"),
        ("one\ntwo", "one_two", "one_two"),
        ("caf\udce9", "caf_", "caf\ufffd"),
        ("..", "download", "download"),
        ("", "download", "download"),
    ],
)
def test_what_a_client_gets_to_read(name: str, plain: str, exact: str) -> None:
    assert names_in(attachment(name)) == (plain, exact)


def test_a_name_in_ascii_is_said_once() -> None:
    assert attachment("a b.zip") == 'attachment; filename="a b.zip"'


@pytest.mark.parametrize("stem", ["x" * 255, "é" * 127, "😀" * 64])
def test_a_name_that_is_too_long_keeps_its_extension(stem: str) -> None:
    _, exact = names_in(attachment(f"{stem}.zip"))
    assert exact.endswith(".zip")
    assert stem.startswith(exact.removesuffix(".zip"))
    assert 248 <= len(exact.encode()) <= 255
