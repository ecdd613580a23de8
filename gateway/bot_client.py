"""The bot over HTTP: the Rasa channel ``motcua`` as a port (``core.ports.Bot``)."""

from __future__ import annotations

import unicodedata
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BadSignature, BotUnavailable
from core.message import Incoming, Reply
from gateway.payload import PayloadSigner, looks_signed

_CONNECT_SECONDS = 2.0
_MAX_ANSWER_BYTES = 1024 * 1024
STALE_BUTTON = "Nút này không còn dùng được. Anh/Chị vui lòng gõ câu hỏi để tôi hỗ trợ tiếp ạ."


class BotDown(BotUnavailable):
    """The bot or its action server is starting or gone: the message is not to blame."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")
    custom: Reply


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")
    messages: list[_Message] = Field(min_length=1)


class BotClient:
    """Asks the bot; use one for a thread (a ``requests`` session is not shared between threads).

    ``needs`` is the address at which the bot finds its action server; a turn that failed is laid to its charge when
    nobody listens there.
    """

    def __init__(self, url: str, token: str, signer: PayloadSigner, seconds: float = 10.0, needs: str = "") -> None:
        self._url = f"{url}/webhooks/motcua/webhook"
        self._signer = signer
        self._seconds, self._needs = seconds, needs
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the machine has no say about a private address
        self._session.headers["Authorization"] = f"Bearer {token}"

    def handle(self, message: Incoming) -> list[Reply]:
        """Answer one message; the same ``event_id`` again gives the bot's stored answer.

        Raises:
            BotDown: nobody listens, or the bot says that it is not ready.
            BotUnavailable: no answer in time, or not a good one.
        """
        try:
            text, trusted = self._text(message)
        except BadSignature:
            return [Reply.model_validate({"kind": "fallback", "text": STALE_BUTTON})]
        body = {"sender": message.conversation, "message_id": f"{message.channel}:{message.event_id}",
                "text": text, "metadata": {**message.metadata, "trusted_payload": trusted}}  # fmt: skip
        answer = self._call(body)
        return [self._signed(item.custom) for item in answer.messages]

    def _text(self, message: Incoming) -> tuple[str, bool]:
        """What the bot gets, and whether it may be a command: a verified payload, or typed text made harmless."""
        if message.payload is not None:
            return self._signer.verify(message.payload), True
        if looks_signed(message.text.strip()):
            return self._signer.verify(message.text.strip()), True
        return plain_text(message.text), False

    def _call(self, body: dict[str, Any]) -> _Answer:
        try:
            response = self._session.post(self._url, json=body, timeout=(_CONNECT_SECONDS, self._seconds))
        except requests.ConnectionError as error:
            raise BotDown("the bot does not listen") from error
        except requests.RequestException as error:
            raise BotUnavailable(f"the bot did not answer: {type(error).__name__}") from error
        if response.status_code == requests.codes.unavailable:
            raise BotDown("the bot is not ready")
        if response.status_code == requests.codes.bad_gateway and not self._has_what_it_needs():
            raise BotDown("the action server does not listen")
        if response.status_code != requests.codes.ok or len(response.content) > _MAX_ANSWER_BYTES:
            raise BotUnavailable(f"the bot answered {response.status_code}")
        try:
            return _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise BotUnavailable(f"the bot's answer has {error.error_count()} faults") from None

    def _has_what_it_needs(self) -> bool:
        """Whether somebody listens at the action server's address, whatever he answers."""
        try:
            self._session.head(self._needs, timeout=_CONNECT_SECONDS, headers={"Authorization": None})
        except requests.ConnectionError:
            return False
        except requests.RequestException:  # no address is known, or it is slow: that says nothing
            return True
        return True

    def _signed(self, reply: Reply) -> Reply:
        options = tuple(
            option.model_copy(update={"payload": self._signer.sign(option.payload)}) for option in reply.options
        )
        return reply.model_copy(update={"options": options})


def plain_text(text: str) -> str:
    """Return typed text in a form that Rasa cannot take for an intent (it reads ``/name{…}`` as one, after a strip).

    Leading blanks, invisible characters and everything that some normalisation makes a slash are dropped.
    """
    for start, char in enumerate(text):
        if not _droppable(char):
            return text[start:].strip()
    return "?"


def _droppable(char: str) -> bool:
    folded = unicodedata.normalize("NFKC", char).strip()
    return not folded or folded.startswith("/") or unicodedata.category(char)[0] in "CZ" or char in "⁄∕⧸╱"
