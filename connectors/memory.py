"""The in-memory channel: a platform without a network, for tests and trials. Sends are pushed, as on Zalo."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from threading import Lock

from connectors.base import Body, Capabilities, Outcome
from core.errors import BadInput, BadSignature
from core.message import Incoming, Reply


class MemoryChannel:
    """Keeps what it sends in ``sent``; ``outcomes`` are given back first, in order, then every send succeeds."""

    name = "memory"
    pulled = False
    capabilities = Capabilities(text_chars=2000, buttons=0, button_chars=0, links=True)

    def __init__(self, secret: str = "memory", outcomes: Iterable[Outcome] = ()) -> None:  # noqa: S107 - no platform
        self._secret = secret
        self._outcomes = list(outcomes)
        self._lock = Lock()
        self.sent: list[tuple[str, Body]] = []

    def verify(self, headers: Mapping[str, str], raw: bytes) -> str:
        """Compare the shared word in ``x-memory-secret``."""
        if not hmac.compare_digest(headers.get("x-memory-secret", "").encode(), self._secret.encode()):
            raise BadSignature("the shared word does not fit")
        return "account"

    def parse(self, raw: bytes, proven: str) -> list[Incoming]:
        """Translate ``[{"id", "person", "text"}]``; items without a text are other events and give nothing."""
        try:
            items = json.loads(raw)
            return [
                Incoming(channel=self.name, event_id=str(item["id"]), text=str(item["text"])[:4000],
                         conversation=f"memory:{proven}:{item['person']}", payload=item.get("payload"))
                for item in items if "text" in item
            ]  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput("not a list of events") from error

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        """One text, with options numbered below it and the sources last."""
        lines = [reply.text]
        lines += [f"{number}. {option.title}" for number, option in enumerate(reply.options, 1)]
        lines += [f"Nguồn: {source.url or source.decision or source.code}" for source in reply.sources]
        return [{"text": "\n".join(lines)[: self.capabilities.text_chars]}]

    def send(self, conversation: str, body: Body) -> Outcome:
        """Keep the body, or give back the next scripted outcome."""
        with self._lock:
            outcome = self._outcomes.pop(0) if self._outcomes else Outcome("sent", 200, reference=str(len(self.sent)))
            if outcome.kind == "sent":
                self.sent.append((conversation, body))
            return outcome
