"""Handling: from an inbox row through the bot to outbox rows, each message once, finished in batches."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from connectors.base import Channel
from core.dossier import DossierUnavailable
from core.errors import AssistantError, BotUnavailable, StorageUnavailable
from core.message import Incoming, Reply, ReplyKind
from gateway import inbox, outbox
from gateway.bot_client import BotClient, BotDown
from gateway.database import Connection, Pool, persist, transaction
from gateway.fixed import SLOW_DOWN, fixed_reply
from gateway.inbox import LEASE_SECONDS, Claimed
from gateway.loop import ClaimLoop, ClaimTokens
from gateway.merging import behind, merge
from gateway.metrics import END_TO_END_SECONDS, FALLBACK_TOTAL, HANDLE_TOTAL, NLU_CONFIDENCE, PACED_TOTAL
from gateway.outbox import Finished, Part
from gateway.pace import COALESCE_SECONDS, Step, sort_of, step
from gateway.platform_events import is_paused
from gateway.retry import handling_delay
from gateway.switches import Switches

_log = logging.getLogger(__name__)
ROOM_PER_THREAD = 4
BOT_DOWN_SECONDS, STORAGE_AWAY_SECONDS = 2.0, 0.5
# While nobody listens at the bot's address, or the database is away, tries are not counted; a citizen is not left
# without a word for longer.
PATIENCE_SECONDS = 180.0
_NOT_OF_MESSAGE = (BotDown, StorageUnavailable, DossierUnavailable)


class Handling:
    """Claims messages, asks the bot in threads and commits results in batches, several conversations at once."""

    def __init__(  # noqa: PLR0913 - what handling leans on
        self,
        pool: Pool,
        channels: Mapping[str, Channel],
        make_bot: Callable[[], BotClient],
        owner: int,
        *,
        threads: int,
        per_minute: int = 0,
        afterwards: Callable[[Connection, Sequence[Finished]], None] | None = None,
    ) -> None:
        self._per_minute, self.switches, self._afterwards = per_minute, Switches(), afterwards
        self._pool, self._channels, self._make_bot, self._owner = pool, channels, make_bot, owner
        self._local, self._tokens = threading.local(), ClaimTokens()
        self._done: queue.SimpleQueue[Finished | None] = queue.SimpleQueue()
        self._finisher = threading.Thread(target=self._finish_batches, name="finisher")
        self.loop = ClaimLoop[Claimed]("handler", threads, threads * ROOM_PER_THREAD, self._claim, self._handle)

    def start(self) -> None:
        """Begin to handle."""
        self._finisher.start()
        self.loop.start()

    def stop(self) -> None:
        """Finish what is in hand; what no thread has begun goes back unchanged."""
        self.loop.stop()
        self._done.put(None)
        self._finisher.join()

    def _claim(self, room: int) -> list[Claimed]:
        count_to = self._per_minute and self._per_minute + 1
        with self._tokens.claiming() as token, transaction(self._pool) as connection:
            return inbox.claim(connection, self._owner, room, count_to=count_to, token=token)

    def _handle(self, item: Claimed) -> None:
        if self.loop.stopping:
            self._give_back(item, 0.0, counted=False)
            return
        try:
            answered = self._answers(item)
            message, replies = answered or (item.incoming, [])
            parts = [part for reply in replies for part in self._parts(reply, message)]
        except Exception as error:  # outer door: one message's fault must not stop the others
            self._failed(item, error)
            return
        if answered is None:
            self._give_back(item, COALESCE_SECONDS, counted=False)
            return
        for reply in replies:
            _observe(reply)
        self._done.put(Finished(item, parts))

    def _answers(self, item: Claimed) -> tuple[Incoming, list[Reply]] | None:
        """What is answered and how; nothing while a member of staff has the conversation. ``None``: not yet."""
        message, channel = item.incoming, self._channels[item.channel]
        if not channel.pulled:
            with transaction(self._pool) as connection:
                if is_paused(connection, message.conversation):
                    return message, []
        pace = self._pace(item)
        if pace is Step.WAIT:
            return None
        notices = [SLOW_DOWN] if pace is not None and item.minute == self._per_minute else []
        if pace is Step.SKIP:
            return message, notices
        if pace is Step.MERGE:
            with transaction(self._pool) as connection:
                message = merge(connection, item)
        if attend := getattr(channel, "attend", None):
            attend(message.conversation)
        return message, [*notices, *self._replies(message)]

    def _replies(self, message: Incoming) -> list[Reply]:
        fixed = self.switches.channel_notice(message.channel) or fixed_reply(message)
        return [fixed] if fixed else self.switches.checked(self._bot().handle(message))

    def _pace(self, item: Claimed) -> Step | None:
        """What to do with a message of a person who sends too fast (gateway/pace.py); ``None`` below the limit."""
        if not self._per_minute or item.minute < self._per_minute:
            return None
        with transaction(self._pool) as connection:
            next_one = behind(connection, item)
        age = (datetime.now(UTC) - item.received_at).total_seconds()
        chosen = step(sort_of(item.incoming), next_one, first=item.minute == self._per_minute, age=age)
        PACED_TOTAL.labels(chosen.value).inc()
        return chosen

    def _bot(self) -> BotClient:
        if not hasattr(self._local, "bot"):
            self._local.bot = self._make_bot()
        return self._local.bot  # type: ignore[no-any-return]

    def _parts(self, reply: Reply, message: Incoming) -> list[Part]:
        channel = self._channels[message.channel]
        seconds = channel.capabilities.reply_seconds
        return [Part(reply.kind.value, body, channel.pulled, seconds) for body in channel.render(reply, message)]

    def _failed(self, item: Claimed, error: Exception) -> None:
        age = (datetime.now(UTC) - item.received_at).total_seconds()
        reason = f"{type(error).__name__}: {error}" if isinstance(error, AssistantError) else type(error).__name__
        _log.warning("not handled", extra={"inbox": item.id, "attempts": item.attempts, "error": reason,
                                           "trace": item.trace})  # fmt: skip
        if isinstance(error, _NOT_OF_MESSAGE) and age < PATIENCE_SECONDS:
            self._give_back(
                item, BOT_DOWN_SECONDS if isinstance(error, BotDown) else STORAGE_AWAY_SECONDS, counted=False
            )
            return
        delay = None if isinstance(error, BotDown) else handling_delay(item.attempts)
        if delay is None:
            self._bury(item, reason)
        else:
            self._give_back(item, delay)

    def _give_back(self, item: Claimed, delay: float, *, counted: bool = True) -> None:
        persist(self._pool, lambda cx: inbox.postpone(cx, item, delay, counted=counted), LEASE_SECONDS)
        HANDLE_TOTAL.labels("retry" if counted else "later").inc()
        self.loop.release()

    def _bury(self, item: Claimed, reason: str) -> None:
        """Dead letter and one fixed apology, together; the conversation moves on."""
        parts = self._parts(APOLOGY, item.incoming) if item.channel in self._channels else []
        # Under a kind of its own: of a hand-off notice a second copy is worse than none, of an apology it is not.
        apology = Finished(item, [replace(part, kind="apology") for part in parts[:1]], label="dead")
        persist(self._pool, lambda cx: outbox.bury(cx, apology, reason[:200], None), LEASE_SECONDS)
        _log.error("dead letter", extra={"inbox": item.id, "attempts": item.attempts, "error": reason})
        HANDLE_TOTAL.labels("dead").inc()
        self.loop.release()

    def _finish_batches(self) -> None:
        """Commit what is ready, as one transaction for all that came ready during the last commit."""
        while (first := self._done.get()) is not None:
            batch = [first]
            while len(batch) < 64 and not self._done.empty():
                if (more := self._done.get()) is None:
                    self._done.put(None)
                    break
                batch.append(more)
            self._commit(batch)

    def _commit(self, batch: Sequence[Finished]) -> None:
        """Store a batch; while the database is away try again for as long as the leases can still be ours.

        What cannot be stored at all must take neither its neighbours nor this thread with it: it ends as a failed try.
        """
        try:
            hit = persist(self._pool, lambda cx: self._finish(cx, batch), LEASE_SECONDS)
        except StorageUnavailable:
            _log.error("answers given up, their messages will be handled again", extra={"count": len(batch)})
        except Exception as error:  # outer door: a fault of one answer
            self._commit_alone(batch, error)
            return
        else:
            _count(batch, hit)
        self.loop.release(len(batch))

    def _commit_alone(self, batch: Sequence[Finished], error: Exception) -> None:
        if len(batch) > 1:
            for done in batch:
                self._commit([done])
            return
        try:
            self._failed(batch[0].item, error)
        except StorageUnavailable:
            self.loop.release()

    def _finish(self, connection: Connection, batch: Sequence[Finished]) -> set[int]:
        """Close handled messages with their answers, and what is to follow those (notices that waited)."""
        hit = outbox.finish(connection, batch)
        if self._afterwards:
            self._afterwards(connection, [done for done in batch if done.item.id in hit])
        return hit


APOLOGY = Reply(kind=ReplyKind.HANDOFF, text=BotUnavailable.citizen_text)


def _observe(reply: Reply) -> None:
    if reply.kind == ReplyKind.FALLBACK:
        FALLBACK_TOTAL.inc()
    if reply.confidence is not None:
        NLU_CONFIDENCE.observe(reply.confidence)


def _count(batch: Sequence[Finished], hit: set[int]) -> None:
    now = datetime.now(UTC)
    for done in batch:
        if done.item.id not in hit:
            HANDLE_TOTAL.labels("fenced").inc()
            continue
        HANDLE_TOTAL.labels("done").inc()
        if any(part.pulled for part in done.parts):
            END_TO_END_SECONDS.observe((now - done.item.received_at).total_seconds())
