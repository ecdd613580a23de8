"""Upkeep of channels, and the answers that need no understanding."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from core.errors import StorageUnavailable
from core.message import Incoming
from gateway.fixed import fixed_reply
from gateway.upkeep import Upkeep


class Kept:
    """A channel with upkeep."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.done = error, threading.Event()

    def maintain(self) -> None:
        self.done.set()
        if self.error:
            raise self.error

    def token_expires(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=5)


@pytest.mark.parametrize("error", [StorageUnavailable("away"), ValueError("odd")])
def test_one_channels_fault_does_not_end_the_upkeep_of_the_others(error: Exception) -> None:
    first, second = Kept(error), Kept()
    channels: Any = {"first": first, "plain": object(), "second": second}
    upkeep = Upkeep(channels)
    upkeep.start()
    assert first.done.wait(5) and second.done.wait(5)
    upkeep.stop()
    age = REGISTRY.get_sample_value("token_expires_seconds", {"channel": "second"})
    assert age is not None and 17_000 < age <= 18_000


def incoming(**fields: Any) -> Incoming:
    return Incoming(channel="zalo", event_id="m", conversation="zalo:1:2", **fields)


def test_a_greeting_says_that_the_assistant_is_automatic() -> None:
    reply = fixed_reply(incoming(metadata={"event": "greet"}))
    assert reply is not None and "trả lời tự động" in reply.text


@pytest.mark.parametrize("kind", ["image", "file", "video", "audio", "sticker", "location", "other"])
def test_an_attachment_alone_is_answered_courteously_and_never_asks_for_papers(kind: str) -> None:
    reply = fixed_reply(incoming(metadata={"attachments": [{"type": kind}]}))
    assert reply is not None and "Anh/Chị" in reply.text and "gửi ảnh giúp" not in reply.text


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "làm khai sinh"}, {"payload": "mc1.a.b"}, {"text": ""},
        {"text": "đây ạ", "metadata": {"attachments": [{"type": "image"}]}},
    ],
)  # fmt: skip
def test_what_can_be_understood_goes_to_the_bot(fields: dict[str, Any]) -> None:
    assert fixed_reply(incoming(**fields)) is None
