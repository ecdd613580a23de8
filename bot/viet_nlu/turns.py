"""One turn of a conversation on a Rasa agent: run once, answered again from the tracker when it comes again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered

from viet_nlu.text import normalise

CHANNEL = "motcua"


class NoAnswerError(Exception):
    """The turn ended without an answer; Rasa swallows the failure of an action, so emptiness is the sign of it."""


@dataclass(frozen=True)
class Question:
    """A message to answer: ``sender`` is the conversation, ``message_id`` unique in it."""

    sender: str
    message_id: str
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """The answer: messages with ``custom`` or ``text``, and the intent that was read. ``replayed`` = stored earlier."""

    messages: list[dict[str, Any]]
    intent: dict[str, Any]
    replayed: bool


async def answer(agent: Agent, question: Question) -> Turn:
    """Answer a question exactly once, in order within its conversation (Rasa's lock).

    Raises ``NoAnswerError`` when no action answered; the turn is then not stored, so it can be tried again.
    """
    async with agent.lock_store.lock(question.sender):
        tracker = await agent.tracker_store.retrieve(question.sender)
        stored = stored_turn(tracker.events if tracker else (), question.message_id)
        return stored or await _run(agent, question)


async def _run(agent: Agent, question: Question) -> Turn:
    processor, collector = agent.processor, CollectingOutputChannel()
    message = UserMessage(
        safe_text(question.text, trusted=question.metadata.get("trusted_payload") is True),
        collector,
        question.sender,
        input_channel=CHANNEL,
        message_id=question.message_id,
        metadata=question.metadata,
    )
    # The steps of MessageProcessor.handle_message, except that a turn without an answer is not saved.
    tracker = await processor.log_message(message, should_save_tracker=False)
    tracker = await processor.run_action_extract_slots(collector, tracker)
    await processor._run_prediction_loop(collector, tracker)
    messages = [_neutral(one) for one in collector.messages]
    if not messages:
        raise NoAnswerError
    await processor.save_tracker(tracker)
    return Turn(messages, _intent(tracker.latest_message), replayed=False)


def safe_text(text: str, *, trusted: bool) -> str:
    """Return the text as Rasa may read it: only a trusted payload keeps its leading slash (it would name an intent)."""
    clean = normalise(text)
    if trusted and clean.startswith("/"):
        return clean
    while clean.startswith("/"):
        clean = clean.lstrip("/").strip()
    return clean or "?"


def stored_turn(events: Iterable[Event], message_id: str) -> Turn | None:
    """Return the turn that answered this message in the events of a tracker, or ``None``."""
    question: UserUttered | None = None
    messages: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, UserUttered):
            if question is not None:
                break
            question = event if event.message_id == message_id else None
        elif question is not None and isinstance(event, BotUttered):
            messages.append(_neutral({"text": event.text, **(event.data or {})}))
    return Turn(messages, _intent(question), replayed=True) if question and messages else None


def _neutral(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "recipient_id" and value is not None}


def _intent(event: UserUttered | None) -> dict[str, Any]:
    intent = (event.intent if event else None) or {}
    return {"name": intent.get("name"), "confidence": float(intent.get("confidence") or 0.0)}
