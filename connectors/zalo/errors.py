"""Zalo's error codes, one table for each family of hosts: the same number means other things on the other.

``-216`` is a bad token on the OA host and unknown to the template host, whose bad token is ``-124``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from connectors.base import Outcome

Host = Literal["oa", "zbs"]


class Action(StrEnum):
    """What a connector does about a code."""

    BACK_OFF = "back_off"  # too fast: soon again
    RETRY = "retry"  # a fault of the platform with this message, or not ready yet: a few times
    REFRESH = "refresh"  # the token: refresh once, then once again
    UPLOAD = "upload"  # the attachment is too old: upload again, then once again
    TEXT = "text"  # the platform does not take this shape: plain text
    SHORTEN = "shorten"  # over a limit: split or plain text
    PARK = "park"  # out of a quota or money, which other messages may not need: much later, and tell an operator
    SCHEDULE = "schedule"  # night hours: in the morning
    WINDOW = "window"  # the reply window is over
    DROP = "drop"  # this person cannot be written to
    STOP = "stop"  # the account or the app is off: nothing can be sent, tell an operator
    CONFIG = "config"  # a right or a setting is missing: tell an operator
    NEVER = "never"  # the call itself is wrong: a second try would be too


def _table(groups: dict[Action, tuple[int, ...]]) -> dict[int, Action]:
    return {code: action for action, codes in groups.items() for code in codes}


# Contract A9.
OA = _table({
    Action.BACK_OFF: (-32,),
    Action.RETRY: (-200, -214),
    Action.REFRESH: (-216, -220),
    Action.UPLOAD: (-100,),
    Action.TEXT: (-201, -233, -240),
    Action.SHORTEN: (-210,),
    Action.PARK: (-211, -218, -320, -321),
    Action.SCHEDULE: (-234,),
    Action.WINDOW: (-230, -232),
    Action.DROP: (-213, -217, -227, -237, -244, -403),
    Action.STOP: (-204, -205, -209, -219),
    Action.CONFIG: (-212, -221, -223, -224, -235, -238, -241, -242, -248, -249),
})  # fmt: skip

# Contract A13.
ZBS = _table({
    Action.REFRESH: (-124,),
    Action.DROP: (-114, -118, -119, -139, -140, -141),
    Action.PARK: (-115, -126, -144, -1441, -147, -1471, -1472, -160),
    Action.SCHEDULE: (-133,),
    Action.CONFIG: (-100, -101, -102, -103, -104, -105, -106, -107, -117, -120, -1201, -1202, -131, -135, -1351, -136,
                    -137, -138, -1381, -145, -146, -1241),
    Action.NEVER: (-108, -109, -1091, -110, -111, -112, -1121, -1122, -1123, -1124, -113, -1131, -1132, -116, -121,
                   -122, -123, -125, -127, -128, -129, -130, -132, -142, -143, -148, -149, -1491, -150, -151, -152,
                   -153, -158, -159, -161, -162),
})  # fmt: skip
_TABLES: dict[Host, dict[int, Action]] = {"oa": OA, "zbs": ZBS}

STOP_SECONDS = 600.0
PARK_SECONDS = 3600.0
_KINDS: dict[Action, Outcome] = {
    Action.BACK_OFF: Outcome("retry", retry_after=2.0, of_channel=True),
    Action.RETRY: Outcome("retry"),
    Action.REFRESH: Outcome("retry", retry_after=30.0, of_channel=True, alarm=True),  # a refresh has been tried by then
    Action.UPLOAD: Outcome("dead"),
    Action.TEXT: Outcome("dead"),
    Action.SHORTEN: Outcome("dead"),
    Action.PARK: Outcome("retry", retry_after=PARK_SECONDS, alarm=True),
    Action.SCHEDULE: Outcome("retry", retry_after=PARK_SECONDS),
    Action.WINDOW: Outcome("dead"),
    Action.DROP: Outcome("dead"),
    Action.STOP: Outcome("retry", retry_after=STOP_SECONDS, of_channel=True, alarm=True),
    Action.CONFIG: Outcome("dead", alarm=True),
    Action.NEVER: Outcome("dead"),
}


def code_of(body: dict[str, Any]) -> int:
    """Return the error code of an answer, 0 for success; a code that cannot be read is the failure -1."""
    value = body.get("error", 0)
    if isinstance(value, bool):
        return -1
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1


def action_for(host: Host, code: int) -> Action:
    """Return what to do about a code; one we do not know is taken as final, so that nothing is sent for ever."""
    return _TABLES[host].get(code, Action.NEVER)


def outcome_for(host: Host, code: int, status: int | None) -> Outcome:
    """Translate a failure into the outcome of a send, once refreshing and falling back to text have been tried."""
    kind = _KINDS[action_for(host, code)]
    return Outcome(kind.kind, status, f"{host}{code}", kind.retry_after, of_channel=kind.of_channel, alarm=kind.alarm)
