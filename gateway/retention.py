"""Retention: what is old enough goes, in small steps (the periods are those of the reliability page §3)."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.database import Pool, transaction

_LOCK = 0x70757267  # "purg": one purge at a time over all workers
_STEP = 1000
# Each takes at most _STEP rows, so that no purge holds locks for long.
_PURGES = {
    "raw": "update inbox set raw = null where id in (select id from inbox"
    " where raw is not null and received_at < %(now)s::timestamptz - interval '7 days' limit %(step)s)",
    "dead_letter": "delete from dead_letter where id in (select id from dead_letter"
    " where at < %(now)s::timestamptz - interval '30 days' limit %(step)s)",
    "echo": "delete from platform_event where id in (select id from platform_event"
    " where received_at < %(now)s::timestamptz - interval '7 days' and kind = 'echo' limit %(step)s)",
    "platform_event": "delete from platform_event where id in (select id from platform_event"
    " where received_at < %(now)s::timestamptz - interval '90 days' limit %(step)s)",
    "thread_pause": "delete from thread_pause where conversation in (select conversation from thread_pause"
    " where until < %(now)s::timestamptz - interval '1 day' limit %(step)s)",
    "send_charge": "delete from send_charge where id in (select id from send_charge"
    " where at < %(now)s::timestamptz - interval '90 days' limit %(step)s)",
    "contact": "delete from contact where conversation in (select conversation from contact"
    " where updated_at < %(now)s::timestamptz - interval '365 days' limit %(step)s)",
    "outbox": "delete from outbox where id in (select id from outbox"
    " where finished_at < %(now)s::timestamptz - interval '90 days' limit %(step)s)",
    "inbox": "delete from inbox where id in (select id from inbox"
    " where finished_at < %(now)s::timestamptz - interval '90 days' limit %(step)s)",
}


# The bot's own table, in a schema of its own that is not there before the bot's first start.
_TRACKER = (
    "delete from rasa.events where id in (select id from rasa.events"
    " where timestamp < extract(epoch from %(now)s::timestamptz - interval '90 days') limit %(step)s)"
)


def purge(pool: Pool, now: datetime | None = None) -> dict[str, int]:
    """Delete what is over its period and return the number of rows by table; skips when another process purges.

    ``now`` may lie ahead: a soak lets 90 days pass in a minute.
    """
    values = {"now": now or datetime.now(UTC), "step": _STEP}
    purges = dict(_PURGES)
    with transaction(pool) as connection:
        row = connection.execute("select to_regclass('rasa.events') is not null").fetchone()
    if row and row[0]:
        purges["tracker"] = _TRACKER
    gone = dict.fromkeys(purges, 0)
    for name, statement in purges.items():
        count = _STEP
        while count == _STEP:
            with transaction(pool) as connection:
                row = connection.execute("select pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone()
                if not row or not row[0]:
                    return gone
                count = connection.execute(statement.encode(), values).rowcount
                gone[name] += count
    return gone
