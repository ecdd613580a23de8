"""Metrics by the names of the reliability page §4; labels are bounded and never name a person or a dossier."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gateway.database import Pool, transaction

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SLOW = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)

ACCEPT_SECONDS = Histogram("accept_seconds", "From the request to its commit.", buckets=_FAST)
ACCEPT_TOTAL = Counter("accept_total", "Requests to accept messages, by result.", ["result"])
END_TO_END_SECONDS = Histogram("end_to_end_seconds", "From acceptance to the reply on its way.", buckets=_SLOW)
SEND_TOTAL = Counter("send_total", "Tries to send, by channel and outcome.", ["channel", "outcome"])
HANDLE_TOTAL = Counter("handle_total", "Tries to handle a message, by outcome.", ["outcome"])
FALLBACK_TOTAL = Counter("fallback_total", "Replies that say the assistant did not understand.")
NLU_CONFIDENCE = Histogram("nlu_confidence", "Certainty of replies.", buckets=[n / 10 for n in range(1, 11)])
WEBHOOK_TOTAL = Counter(
    "webhook_total", "Webhook calls and their events, by channel and result.", ["channel", "result"]
)
CALL_SECONDS = Histogram("call_seconds", "Calls to platforms.", ["channel", "endpoint", "outcome"], buckets=_SLOW)
ALARM_TOTAL = Counter("alarm_total", "What an operator has to see to.", ["channel", "reason"])
TOKEN_EXPIRES = Gauge("token_expires_seconds", "Until the platform token ends; below 0 it has.", ["channel"])
SOCKETS = Gauge("sockets", "Open web sockets.")
LANE_OPEN = Gauge("lane_open", "Whether messages to a channel flow (1) or its lane is closed (0).", ["channel"])
HANDOFF_WAIT = Histogram("handoff_wait_seconds", "From handing over to the first word of staff.", buckets=_SLOW)
SILENT = Gauge("channel_silent_office_minutes", "Office minutes without any event of a channel.", ["channel"])
PACED_TOTAL = Counter("paced_total", "Messages over a person's pace, by what was done.", ["outcome"])

_GAUGES = CollectorRegistry()
INBOX_AGE = Gauge("inbox_oldest_age_seconds", "Age of the oldest open inbox row.", registry=_GAUGES)
OUTBOX_AGE = Gauge("outbox_oldest_age_seconds", "Age of the oldest open row.", ["channel"], registry=_GAUGES)
DEAD_OPEN = Gauge("dead_open", "Dead letters nobody has settled.", registry=_GAUGES)

_AGES = """
    select 'inbox', null, extract(epoch from clock_timestamp() - min(received_at)) from inbox where state = 'open'
    union all
    select 'outbox', channel, extract(epoch from clock_timestamp() - min(created_at))
    from outbox where state = 'open' group by channel
    union all
    select 'dead', null, count(*) from dead_letter where resolved_at is null
"""


def exposition(pool: Pool) -> bytes:
    """Return this process's metrics and the database's gauges in Prometheus text format.

    Raises:
        StorageUnavailable: the gauges cannot be read.
    """
    with transaction(pool) as connection:
        rows = connection.execute(_AGES).fetchall()
    OUTBOX_AGE.clear()
    for table, channel, value in rows:
        number = float(value or 0)
        if table == "inbox":
            INBOX_AGE.set(number)
        elif table == "outbox":
            OUTBOX_AGE.labels(channel).set(number)
        else:
            DEAD_OPEN.set(number)
    return generate_latest(REGISTRY) + generate_latest(_GAUGES)
