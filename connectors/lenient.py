"""Reading what platforms post, where any field may be missing or of another type: an empty value in its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import BadInput

Json = dict[str, Any]
# A clock far off would open reply windows that are not there, and bar true ones.
_AHEAD = timedelta(days=1)


def read_object(raw: bytes) -> Json:
    """Return the JSON object of a body.

    Raises:
        BadInput: it is not a JSON object.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadInput("not JSON") from None
    if not isinstance(body, dict):
        raise BadInput("not a JSON object")
    return body


def as_dict(value: Any) -> Json:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """Return an id, a time or a text as a string: platforms write numbers here and there."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30 else ""


def as_time(value: Any) -> datetime | None:
    """Return a time given in milliseconds; ``None`` when it cannot be read or lies in the future."""
    try:
        moment = datetime.fromtimestamp(int(as_text(value)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment < datetime.now(UTC) + _AHEAD else None


def place(latitude: Any, longitude: Any) -> Json:
    """Return coordinates, given as numbers or as text, under our names; empty when they are no place on Earth."""
    if isinstance(latitude, bool) or isinstance(longitude, bool):
        return {}
    try:
        north, east = float(latitude), float(longitude)
    except (TypeError, ValueError, OverflowError):
        return {}
    return {"latitude": north, "longitude": east} if abs(north) <= 90 and abs(east) <= 180 else {}
