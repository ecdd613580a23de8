"""What the crash harness finds afterwards: the tables, the tracker and what the platform showed, side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.running import Running
from tests.faults.people import Person

SENDERS = ("worker", "worker1")


@dataclass
class Report:
    """What was found. ``lost``: acknowledged but not stored, never answered, or its answer never shown.

    ``double_effects``: messages handled twice (rows of the outbox, turns in Rasa's tracker); ``sent_twice``: copies
    that a person saw; ``out_of_order``: conversations whose turns or shown replies stand in another order.
    """

    kills: dict[str, int]
    acknowledged: int = 0
    lost: int = 0
    double_effects: int = 0
    out_of_order: int = 0
    sent_twice: int = 0
    dead_letters: int = 0
    dead_reasons: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    slowest_accept_s: float = 0.0

    @property
    def sender_kills(self) -> int:
        """Kills of processes that send."""
        return sum(self.kills.get(name, 0) for name in SENDERS)

    @property
    def faults(self) -> tuple[int, int, int, int]:
        """What must be nothing, whoever was killed."""
        return self.lost, self.double_effects, self.out_of_order, self.dead_letters


def read_books(stack: Running, people: Sequence[Person], report: Report) -> None:
    """Fill a report."""
    report.dead_reasons = dict(stack.query("select reason, count(*) from dead_letter group by reason"))
    report.dead_letters = sum(report.dead_reasons.values())
    report.acknowledged = sum(len(person.said) for person in people)
    report.slowest_accept_s = round(max(person.slowest for person in people), 2)
    books = _Books(stack)
    for person in people:
        wanted = [person.event_id(number) for number in person.said]
        report.lost += len(set(wanted) - books.shown_events)
        report.out_of_order += not books.in_order(person, wanted)
    report.double_effects = books.double_rows() + books.double_turns()
    report.sent_twice = len(stack.zalo.sent) - len(books.shown_rows)
    if stack.bot_kind != "rasa":
        report.lost += books.wrong_words()


class _Books:
    """Rows of the outbox with the message they answer, and what was shown of them."""

    def __init__(self, stack: Running) -> None:
        self._stack = stack
        self._rows = {
            row[0]: row[1:]
            for row in stack.query(
                "select o.id, i.event_id, o.reference, o.state, i.body ->> 'text', o.inbox_id"
                " from outbox o left join inbox i on i.id = o.inbox_id"
            )
        }
        self._row_of = {row[1]: number for number, row in self._rows.items() if row[1]}
        self.shown_rows = {self._row_of[item.msg_id] for item in stack.zalo.sent if item.msg_id in self._row_of}
        unshown = {row[0] for number, row in self._rows.items() if number not in self.shown_rows}
        self.shown_events = {self._rows[number][0] for number in self.shown_rows} - unshown
        self._turns: defaultdict[str, list[str]] = defaultdict(list)
        if stack.bot_kind == "rasa":
            for sender, message in stack.query(
                "select sender_id, data::json ->> 'message_id' from rasa.events where type_name = 'user' order by id"
            ):
                self._turns[sender].append(str(message).removeprefix("zalo:"))

    def in_order(self, person: Person, wanted: list[str]) -> bool:
        """Whether the person saw replies, and the bot took turns, in the order of the messages."""
        rank = {event: number for number, event in enumerate(wanted)}
        shown = [
            (rank[self._rows[number][0]], number)
            for item in self._stack.zalo.sent
            if item.person == person.person and (number := self._row_of.get(item.msg_id)) is not None
            and self._rows[number][0] in rank
        ]  # fmt: skip
        turns = [rank[event] for event in self._turns[person.conversation] if event in rank]
        return all(a < b for a, b in pairwise(shown)) and all(a <= b for a, b in pairwise(turns))

    def double_rows(self) -> int:
        """Answers beside the first one, of the scripted bot's one reply a message."""
        if self._stack.bot_kind == "rasa":
            return 0
        return sum(count - 1 for count in Counter(row[4] for row in self._rows.values()).values())

    def double_turns(self) -> int:
        """Turns in Rasa's tracker beside the first one of a message."""
        return sum(len(turns) - len(set(turns)) for turns in self._turns.values())

    def wrong_words(self) -> int:
        """Shown replies that answer another message than their row says."""
        return sum(
            str(item.message.get("text", "")) != f"Anh/Chị vừa gửi: {self._rows[number][3]}"
            for item in self._stack.zalo.sent
            if (number := self._row_of.get(item.msg_id)) is not None
        )
