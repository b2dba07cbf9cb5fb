"""How a folder's page is arranged: its order, its layout and its part, as its address says."""

from __future__ import annotations

import enum
import urllib.parse
from http import HTTPStatus
from typing import NamedTuple, Self

from server_core.errors import RequestError
from server_core.files.order import BY_NAME, Order, SortKey

__all__ = ["Arrangement", "Layout", "order_of"]

_DESCENDING_AT_FIRST = frozenset({SortKey.DATE, SortKey.SIZE})
"""What people look for by these is the newest and the largest."""
_DIRECTIONS = {"asc": False, "desc": True}
_MOST_DIGITS = 9


class Layout(enum.Enum):
    """How the entries are laid out."""

    LIST = "list"
    GRID = "grid"


class Arrangement(NamedTuple):
    """What the address of a folder's page says beside which folder it is."""

    order: Order = BY_NAME
    layout: Layout = Layout.LIST
    page: int = 1
    """Which part of a long folder, counted from 1."""
    is_selecting: bool = False
    """Whether entries are being selected, to be taken together."""

    @classmethod
    def of(cls, query: dict[str, list[str]]) -> Self:
        """Read it from the decoded parameters. Raises RequestError (400) for what it cannot be."""
        layout = _value(query, "layout", Layout.LIST.value)
        page = _value(query, "page", "1")
        if layout not in Layout._value2member_map_:
            raise RequestError(HTTPStatus.BAD_REQUEST, "Unknown layout")
        if not (page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS and int(page)):
            raise RequestError(HTTPStatus.BAD_REQUEST, "Pages are counted from 1")
        return cls(order_of(query), Layout(layout), int(page), "select" in query)

    @property
    def lasting(self) -> Self:
        """What of it is kept in other folders and other parts."""
        return self._replace(page=1, is_selecting=False)

    def by(self, name: str) -> Self:
        """Return it in another order; where it is that one already, in the other direction."""
        key = SortKey(name)
        if key is self.order.key:
            order = Order(key, not self.order.is_descending)
        else:
            order = Order(key, key in _DESCENDING_AT_FIRST)
        return self._replace(order=order, page=1)

    def laid_out(self, name: str) -> Self:
        """Return it in another layout."""
        return self._replace(layout=Layout(name))

    def at(self, page: int) -> Self:
        """Return it for another part."""
        return self._replace(page=page)

    def selecting(self) -> Self:
        """Return it for selecting entries."""
        return self._replace(is_selecting=True)

    @property
    def query(self) -> str:
        """What it adds to an address: "?" and parameters, or nothing where it is the usual one."""
        parameters: list[tuple[str, str]] = []
        if self.order != BY_NAME:
            parameters.append(("sort", self.order.key.value))
            if self.order.is_descending:
                parameters.append(("order", "desc"))
        if self.layout is not Layout.LIST:
            parameters.append(("layout", self.layout.value))
        if self.page > 1:
            parameters.append(("page", str(self.page)))
        if self.is_selecting:
            parameters.append(("select", ""))
        return f"?{urllib.parse.urlencode(parameters)}" if parameters else ""

    @property
    def view_query(self) -> str:
        """What it adds to the address of a file for the page around that."""
        return f"?view{self.lasting.query.replace('?', '&')}"


def order_of(query: dict[str, list[str]]) -> Order:
    """Read an order from decoded parameters. Raises RequestError (400) for what it cannot be."""
    key = _value(query, "sort", SortKey.NAME.value)
    direction = _value(query, "order", "asc")
    if key not in SortKey._value2member_map_:
        raise RequestError(HTTPStatus.BAD_REQUEST, "Unknown order")
    if direction not in _DIRECTIONS:
        raise RequestError(HTTPStatus.BAD_REQUEST, "Unknown direction of an order")
    return Order(SortKey(key), _DIRECTIONS[direction])


def _value(query: dict[str, list[str]], name: str, default: str) -> str:
    return query.get(name, [default])[0]
