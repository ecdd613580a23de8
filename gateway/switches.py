"""Kill switches: a channel or an intent that an operator has turned off, with the reason, on the audit log.

What is sent to a channel that is off is stored as always and answered with a courteous notice; an answer of an intent
that is off is replaced by one. Workers keep the few names in memory and look at the table about every second.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.errors import BadInput
from core.message import Reply, ReplyKind
from gateway.audit import write_audit
from gateway.database import Connection

Kind = Literal["channel", "intent"]
_log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_CALL = "Anh/Chị vui lòng gọi 19001009 hoặc đến Bộ phận Một cửa để được cán bộ hỗ trợ ạ."
CHANNEL_OFF = Reply(
    kind=ReplyKind.HANDOFF,
    text=f"Xin lỗi Anh/Chị, Trợ lý Một cửa đang tạm ngừng trả lời trên kênh này. {_CALL}",
)
INTENT_OFF = Reply(
    kind=ReplyKind.HANDOFF,
    text=f"Xin lỗi Anh/Chị, phần tra cứu này đang tạm ngừng để rà soát thông tin. {_CALL}",
)


@dataclass(frozen=True)
class Switch:
    """One switch that is off."""

    kind: Kind
    name: str
    reason: str
    actor: str
    at: datetime


class Switches:
    """The names that are off, as this process knows them."""

    def __init__(self) -> None:
        self._off: frozenset[tuple[str, str]] = frozenset()

    def refresh(self, connection: Connection) -> None:
        """Read the table."""
        off = frozenset((item.kind, item.name) for item in read_switches(connection))
        if off != self._off:
            names = ", ".join(sorted(f"{kind} {name}" for kind, name in off)) or "none"
            _log.warning("switched off", extra={"event": names})
        self._off = off

    def channel_notice(self, channel: str) -> Reply | None:
        """Return what citizens of a channel that is off are told."""
        return CHANNEL_OFF if ("channel", channel) in self._off else None

    def checked(self, replies: Sequence[Reply]) -> list[Reply]:
        """Return the replies, or the notice alone when one of them is of an intent that is off."""
        if any(("intent", reply.intent) in self._off for reply in replies):
            return [INTENT_OFF]
        return list(replies)


def read_switches(connection: Connection) -> list[Switch]:
    """Return what is off, oldest first."""
    rows = connection.execute("select kind, name, reason, actor, at from kill_switch order by at")
    return [Switch(*row) for row in rows]


def turn_off(connection: Connection, kind: Kind, name: str, reason: str, actor: str) -> None:
    """Turn a channel or an intent off; call it in a transaction.

    Raises:
        BadInput: the name cannot be one, or there is no reason.
    """
    if not _NAME.match(name) or not reason.strip():
        raise BadInput("a switch needs a name in small letters and a reason")
    connection.execute(
        "insert into kill_switch (kind, name, reason, actor) values (%s, %s, %s, %s)"
        " on conflict (kind, name) do update set reason = excluded.reason, actor = excluded.actor, at = excluded.at",
        (kind, name, reason.strip(), actor),
    )
    write_audit(connection, actor, "switch_off", f"{kind}:{name}", reason.strip())


def turn_on(connection: Connection, kind: Kind, name: str, reason: str, actor: str) -> bool:
    """Turn a channel or an intent on again; false when it was not off. Call it in a transaction."""
    if connection.execute("delete from kill_switch where kind = %s and name = %s", (kind, name)).rowcount != 1:
        return False
    write_audit(connection, actor, "switch_on", f"{kind}:{name}", reason.strip())
    return True
