"""What a client would rather have: the weighted lists of Accept and its kin (RFC 9110 12.5)."""

from __future__ import annotations

from server_core.protocol.headers import Fields, list_members
from server_core.protocol.request import values_of

__all__ = ["preferred", "weights"]

_MEMBER_LIMIT = 32


def weights(fields: Fields, name: str) -> dict[str, float]:
    """Return what the field `name`, in lower case, lists: each in lower case, from 0 to 1.

    Parameters other than the weight (section 12.4.2) are passed over, malformed members left out.
    """
    found: dict[str, float] = {}
    for member in list(list_members(values_of(fields, name)))[:_MEMBER_LIMIT]:
        value, *parameters = member.split(";")
        weight = _weight(parameters)
        if weight is not None:
            found[value.strip(" \t").lower()] = weight
    return found


def preferred(fields: Fields, name: str) -> list[str]:
    """Return what the field lists and does not exclude, the most welcome first."""
    found = weights(fields, name)
    return sorted((value for value in found if found[value]), key=lambda value: -found[value])


def _weight(parameters: list[str]) -> float | None:
    """Return the quality value among parameters, 1 without one; None where it is malformed."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip(" \t").lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return None
            return weight if 0.0 <= weight <= 1.0 else None
    return 1.0
