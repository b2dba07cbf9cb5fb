"""What the pages say, in the language that the reader's browser asks for."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server_core.protocol.headers import Fields
from server_core.protocol.negotiation import preferred

__all__ = ["SOURCE_LANGUAGE", "Catalogue", "Messages"]

_LONGEST_TAG = 35  # RFC 5646 section 4.4.1
SOURCE_LANGUAGE = "en"
"""The language that has every message, and that is used where no other one is asked for."""


class Catalogue:
    """The messages of one language, and how it writes numbers and days.

    A catalogue is one JSON file, named after its language (RFC 5646), with
    - direction: "ltr" or "rtl";
    - plural: which form a number takes, as gettext's Plural-Forms has it, e.g. "n != 1";
    - decimal, group: the signs between the digits of a number;
    - day: a day, with {year}, {month} and {day};
    - messages: by their names; texts with {places}, or lists of a text for each plural form.
    """

    def __init__(self, language: str, content: dict[str, Any]) -> None:
        """Take what the file has. Raises KeyError, TypeError or ValueError for any other."""
        self.language = language
        self.direction: str = content["direction"]
        self.decimal: str = content["decimal"]
        self._day: str = content["day"]
        self._is_iso = self._day == "{year}-{month}-{day}"
        self._group: str = content["group"]
        self._plural_form = gettext.c2py(content["plural"])
        self._messages: dict[str, str | list[str]] = content["messages"]

    def has(self, name: str) -> bool:
        """Return whether there is a message with this name."""
        return name in self._messages

    def text(self, name: str, /, **values: object) -> str:
        """Return a message with its places filled. Raises KeyError for an unknown one."""
        message = self._messages[name]
        if not isinstance(message, str):
            raise KeyError(name)
        return message.format(**values) if values else message

    def count(self, name: str, number: int, /, **values: object) -> str:
        """Return a message in the form for `number`, which {count} stands for in it.

        Raises KeyError for an unknown one.
        """
        forms = self._messages[name]
        if isinstance(forms, str):
            raise KeyError(name)
        return forms[self._plural_form(number)].format(count=self.number(number), **values)

    def number(self, number: int) -> str:
        """Return a whole number as it is written."""
        return f"{number:,}".replace(",", self._group)

    def written_day(self, day: str) -> str:
        """Return a day, given as ISO 8601 has it, as it is written."""
        if self._is_iso:
            return day
        year, month, day = day.split("-")
        return self._day.format(year=year, month=month, day=day)


class Messages:
    """Every language that the pages speak."""

    def __init__(self, folder: Path) -> None:
        """Read the folder. Raises OSError, or as Catalogue does."""
        self._catalogues = {
            path.stem.lower(): Catalogue(path.stem, json.loads(path.read_text("utf-8")))
            for path in sorted(folder.glob("*.json"))
        }
        self._source = self._catalogues[SOURCE_LANGUAGE]

    def __iter__(self) -> Iterator[Catalogue]:
        """Iterate over the catalogues."""
        return iter(self._catalogues.values())

    def choose(self, fields: Fields) -> Catalogue:
        """Return the catalogue for a request, by its Accept-Language (RFC 4647 section 3.4)."""
        for language in preferred(fields, "accept-language"):
            tag = language[:_LONGEST_TAG]
            while tag:
                found = self._catalogues.get(tag)
                if found is not None:
                    return found
                tag = tag.rpartition("-")[0]
        return self._source
