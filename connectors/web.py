"""The web channel: our own chat page, widget and terminal. Replies are stored, and fetched by their number."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.base import Body, Capabilities, Outcome
from connectors.web_token import read_token
from core.errors import BadInput, NotAllowed, TooLarge
from core.message import Incoming, Reply

ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class WebMessage(BaseModel):
    """What a client posts: its own id, and a text or a button's payload (then ``text`` is the button's title)."""

    model_config = ConfigDict(extra="forbid")
    id: ClientId
    text: str = Field(default="", max_length=100_000)
    payload: str | None = Field(default=None, min_length=1, max_length=2000)


class WebChannel:
    """The web channel; ``secrets`` sign its tokens, the first for new ones."""

    name = "web"
    pulled = True
    capabilities = Capabilities(text_chars=4000, buttons=8, button_chars=120, links=True)

    def __init__(self, secrets: Sequence[bytes], text_chars: int = 4000) -> None:
        self._secrets = tuple(secrets)
        self._text_chars = text_chars

    def verify(self, headers: Mapping[str, str], raw: bytes) -> str:
        """Return the conversation that the bearer token opens."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAllowed("a bearer token is missing")
        return self.verify_token(token.strip())

    def verify_token(self, token: str) -> str:
        """Return the conversation that a token opens."""
        return read_token(self._secrets, token)

    def parse(self, raw: bytes, proven: str) -> list[Incoming]:
        """Translate one posted message."""
        try:
            message = WebMessage.model_validate_json(raw)
        except ValidationError as error:
            fields = sorted({str(item["loc"][0]) if item["loc"] else "body" for item in error.errors()})
            raise BadInput(f"cannot use: {', '.join(fields)}") from None
        return [self.incoming(message, proven)]

    def incoming(self, message: WebMessage, conversation: str) -> Incoming:
        """Return a posted message as ours: composed characters, no control characters, neither empty nor too long."""
        text = clean_text(message.text)
        if len(text) > self._text_chars:
            raise TooLarge(f"text over {self._text_chars} characters")
        if not text and message.payload is None:
            raise BadInput("text is empty")
        return Incoming(
            channel=self.name,
            event_id=f"{conversation}:{message.id}",
            conversation=conversation,
            text=text,
            payload=message.payload,
        )

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        """One body a reply, with the client's id of the message that it answers."""
        return [{"reply": reply.model_dump(mode="json"), "reply_to": client_id(message.event_id)}]

    def send(self, conversation: str, body: Body) -> Outcome:
        """Nothing is left to do: the stored row is what clients read."""
        return Outcome("sent")


def client_id(event_id: str) -> str:
    """Return the id that the client gave to the message with this event id."""
    return event_id.rpartition(":")[2]


def clean_text(text: str) -> str:
    """Return a text in NFC without control characters (line breaks stay) and lone surrogates, and trimmed."""
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()
