"""The header fields of a handler's request, as `http.server` gives them: made when asked for.

Few handlers look at more than a field or two, and what is in `http.client` takes as long to load as
all else that answers a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server_core.protocol.headers import Fields
from server_core.protocol.request import values_of

if TYPE_CHECKING:
    import email.message

__all__ = ["RequestHeaders"]


class _HTTPMessage:
    """`http.client.HTTPMessage`, as an attribute that is loaded when it is read."""

    def __get__(self, instance: object, owner: type) -> type[email.message.Message]:
        import http.client

        return http.client.HTTPMessage


class RequestHeaders:
    """What of a handler holds the fields of its request; `MessageClass` may be overridden."""

    if TYPE_CHECKING:
        MessageClass: type[email.message.Message]
    else:
        MessageClass = _HTTPMessage()

    _received_fields: Fields | None = None
    _request_message: email.message.Message | None = None

    @property
    def headers(self) -> email.message.Message:
        """The header fields of the request. Raises AttributeError where there is no request yet."""
        if self._request_message is None:
            if self._received_fields is None:
                raise AttributeError("headers")
            message = self.MessageClass()
            for name, value in self._received_fields:
                message.set_raw(name, value)
            # As http.client leaves it: without one, a message of several parts is shown with its
            # parts.
            message.set_payload("")
            self._request_message = message
        return self._request_message

    @headers.setter
    def headers(self, message: email.message.Message) -> None:
        self._request_message = message

    def _take_fields(self, fields: Fields) -> None:
        """Let these be the request's."""
        self._received_fields = fields
        self._request_message = None

    def _request_fields(self) -> Fields:
        """Return the fields as they are by now: whoever asked for them may have changed them."""
        if self._request_message is not None:
            return self._request_message.items()
        return self._received_fields or ()

    def _request_field(self, name: str) -> str | None:
        """Return the value of the first field called `name`, given in lower case."""
        values = values_of(self._request_fields(), name)
        return values[0] if values else None
