"""What tests of the queue begin with: messages that are stored, answered, handled by an echoing bot, and looked at."""

from __future__ import annotations

from connectors.base import Body
from connectors.memory import MemoryChannel
from core.message import Incoming, Reply
from gateway import inbox, outbox
from gateway.database import Pool, transaction
from gateway.outbox import Finished, Part


def rows(pool: Pool, query: str) -> list[tuple[object, ...]]:
    """Rows of the database."""
    with transaction(pool) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def store(pool: Pool, *events: str, conversation: str = "memory:x:1", channel: str = "memory") -> None:
    """Accept messages."""
    with transaction(pool) as connection:
        inbox.accept(connection, [
            Incoming(channel=channel, event_id=event, conversation=conversation, text=f"câu {event}")
            for event in events
        ])  # fmt: skip


def answer(pool: Pool, event: str, kind: str = "answer", conversation: str = "memory:x:1") -> None:
    """Accept a message and give it one reply to send."""
    store(pool, event, conversation=conversation)
    with transaction(pool) as connection:
        (item,) = inbox.claim(connection, 1, 1)
    with transaction(pool) as connection:
        outbox.finish(connection, [Finished(item, [Part(kind, {"text": event})])])


def all_done(pool: Pool) -> bool:
    """Whether every message is handled."""
    return rows(pool, "select count(*) from inbox where state = 'open'") == [(0,)]


class Echo:
    """A bot that answers with what it is told; ``faults`` come first, one a call."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.faults: list[Exception] = []

    def handle(self, message: Incoming) -> list[Reply]:
        """Answer one message."""
        if self.faults:
            raise self.faults.pop()
        self.seen.append(message.text)
        return [Reply.model_validate({"kind": "answer", "text": f"đáp {message.text}", "intent": "ask_fee"})]


class Pulled(MemoryChannel):
    """A channel whose replies are fetched."""

    pulled = True

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        """Return the text alone."""
        return [{"text": reply.text}]
