"""The Graph API's errors: what each means for the message, by code and subcode (contract B7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectors.base import Outcome


class ErrorClass(StrEnum):
    """What to do about an error."""

    RETRY = "retry"  # transient
    RATE = "rate"  # too fast: wait longer
    TOKEN = "token"  # noqa: S105 - the Page token is dead; page tokens have no refresh call, a person must make a new one
    CONFIG = "config"  # permissions, app mode, restrictions, proof: a person must mend it
    WINDOW = "window"  # outside the reply window: never retry
    PARK = "park"  # another app owns the thread
    GONE = "gone"  # the person cannot be written to
    CONTENT = "content"  # this message will never be taken


@dataclass(frozen=True)
class GraphError:
    """An error body without its texts, which may quote what was sent."""

    code: int
    subcode: int
    kind: ErrorClass

    @property
    def label(self) -> str:
        """Code and subcode for logs and dead letters."""
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


# Subcodes say more than codes, so they are looked up first.
_SUBCODES = {
    2018278: ErrorClass.WINDOW,
    2534022: ErrorClass.WINDOW,
    2018108: ErrorClass.GONE,
    1893063: ErrorClass.CONFIG,
    2018001: ErrorClass.GONE,
    2018008: ErrorClass.CONTENT,
    2018047: ErrorClass.CONTENT,
    2018074: ErrorClass.CONTENT,
    2018109: ErrorClass.CONTENT,
    2018028: ErrorClass.CONFIG,
    1545041: ErrorClass.GONE,
    2018300: ErrorClass.PARK,
    1200: ErrorClass.RETRY,
}
_CODES = {
    1: ErrorClass.RETRY,
    2: ErrorClass.RETRY,
    4: ErrorClass.RATE,
    32: ErrorClass.RATE,
    613: ErrorClass.RATE,
    10: ErrorClass.CONFIG,
    190: ErrorClass.TOKEN,
    200: ErrorClass.CONFIG,
    551: ErrorClass.GONE,
    2018300: ErrorClass.PARK,
}
# Seconds before the next try where the platform does not say; what a person has to mend is not asked for every second.
_WAITS = {
    ErrorClass.RETRY: None,
    ErrorClass.RATE: 30.0,
    ErrorClass.TOKEN: 60.0,
    ErrorClass.CONFIG: 300.0,
    ErrorClass.PARK: 300.0,
}
_FINAL = frozenset({ErrorClass.WINDOW, ErrorClass.GONE, ErrorClass.CONTENT})
# Tells of the Page or the app: until it is over no other message would be taken either.
_OF_CHANNEL = frozenset({ErrorClass.RATE, ErrorClass.TOKEN, ErrorClass.CONFIG})
_ALARMS = frozenset({ErrorClass.TOKEN, ErrorClass.CONFIG})


def read_error(body: dict[str, Any] | None) -> GraphError | None:
    """Return the error that an answer holds, or ``None``."""
    error = body.get("error") if body else None
    code = _number(error.get("code")) if isinstance(error, dict) else 0
    if not isinstance(error, dict) or not code:  # without a code the status has to tell
        return None
    subcode = _number(error.get("error_subcode"))
    return GraphError(code, subcode, _classify(code, subcode, str(error.get("message"))))


def error_outcome(error: GraphError, status: int | None, retry_after: float | None = None) -> Outcome:
    """Return what becomes of a message that was refused with this error."""
    alarm = error.kind in _ALARMS
    if error.kind in _FINAL:
        return Outcome("dead", status, f"{error.kind}:{error.label}")
    of_channel = error.kind in _OF_CHANNEL
    wait = retry_after if retry_after is not None else _WAITS[error.kind]
    return Outcome("retry", status, f"{error.kind}:{error.label}", wait, of_channel=of_channel, alarm=alarm)


def _classify(code: int, subcode: int, message: str) -> ErrorClass:
    if "appsecret_proof" in message:  # comes as 100 without a subcode, like a fault of the message itself
        return ErrorClass.CONFIG
    known = _SUBCODES.get(subcode) or _CODES.get(code)
    return known or ErrorClass.CONTENT


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
