"""The input channel ``motcua``: one question in, one answer out, the same answer when the question comes again.

POST /webhooks/motcua/webhook with a bearer token; see ``Question`` and ``Turn`` for the shapes. An answer that is empty
is an error here (502), because Rasa's own channels report a failed turn as success with an empty list.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json

from viet_nlu.selftest import self_test
from viet_nlu.turns import CHANNEL, NoAnswerError, Question, answer

logger = logging.getLogger(__name__)
MAX_TEXT = 4000
MAX_ID = 255  # the width of Rasa's column for the sender
MIN_TOKEN = 16


class MotcuaInput(InputChannel):
    """Takes questions from the gateway's worker. ``token`` is the shared secret, at least 16 characters."""

    def __init__(self, token: str) -> None:
        if len(token) < MIN_TOKEN or token.startswith("${"):
            raise RasaException(
                f"The bot's token must have at least {MIN_TOKEN} characters: set MOTCUA_BOT_TOKEN before starting."
            )
        self._token = token.encode()
        self.tested = False

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, which is also its place under /webhooks/."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MotcuaInput:
        """Build the channel from its part of credentials.yml; raises ``RasaException`` when the token is missing."""
        return cls(str((credentials or {}).get("token") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the two routes; Rasa's own callback is not used, since it hides failed turns."""
        blueprint = Blueprint(f"{CHANNEL}_webhook")
        blueprint.listener("after_server_start")(self._run_self_test)

        # Sanic writes attributes on its handlers, which bound methods do not take.
        @blueprint.get("/")
        async def health(request: Request) -> HTTPResponse:
            return await self._health(request)

        @blueprint.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        return blueprint

    async def _run_self_test(self, app: Sanic, _loop: Any) -> None:
        self.tested = await self_test(app.ctx.agent)
        if not self.tested:
            logger.error("the model failed its self-test and answers nothing: train it again")

    async def _health(self, request: Request) -> HTTPResponse:
        agent = getattr(request.app.ctx, "agent", None)
        model = agent.model_id if agent else None
        return json(
            {"status": "ok" if self.tested else "refused", "model": model, "self_test": self.tested},
            status=200 if self.tested else 503,
        )

    async def _webhook(self, request: Request) -> HTTPResponse:
        if not self._authorised(request):
            return json({"error": "the bearer token is missing or wrong"}, status=401)
        try:
            question = read_question(_body(request))
        except ValueError as problem:
            return json({"error": str(problem)}, status=400)
        if not self.tested:
            return json({"error": "the model is not ready, or failed its self-test"}, status=503)
        return await self._answer(request, question)

    async def _answer(self, request: Request, question: Question) -> HTTPResponse:
        try:
            turn = await answer(request.app.ctx.agent, question)
        except NoAnswerError:
            return json({"error": "the turn gave no answer; is the action server running?"}, status=502)
        except Exception as problem:  # outer door: the caller retries, and the log names the kind without the text
            logger.error("a turn failed: %s", type(problem).__name__)  # noqa: TRY400 - a traceback may hold the text
            return json({"error": f"the turn failed ({type(problem).__name__})"}, status=502)
        return json(
            {
                "message_id": question.message_id,
                "replayed": turn.replayed,
                "intent": turn.intent,
                "messages": turn.messages,
            }
        )

    def _authorised(self, request: Request) -> bool:
        given = request.headers.get("authorization") or ""
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), b"Bearer " + self._token)


def _body(request: Request) -> Any:
    try:
        return request.json
    except InvalidUsage:
        raise ValueError("the body must be JSON") from None


def read_question(body: Any) -> Question:
    """Return the question in a body; raises ``ValueError`` with a sentence that says what to mend."""
    if not isinstance(body, dict):
        raise ValueError(  # noqa: TRY004 - one kind of error for one answer, 400
            'the body must be an object {"sender", "message_id", "text", "metadata"}'
        )
    for key in ("sender", "message_id", "text"):
        if not isinstance(body.get(key), str) or not body[key].strip():
            raise ValueError(f'"{key}" must be a text that is not empty')
    if len(body["text"]) > MAX_TEXT:
        raise ValueError(f'"text" may have at most {MAX_TEXT} characters')
    if max(len(body["sender"]), len(body["message_id"])) > MAX_ID:
        raise ValueError(f'"sender" and "message_id" may have at most {MAX_ID} characters')
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise ValueError('"metadata" must be an object')  # noqa: TRY004
    return Question(body["sender"], body["message_id"], body["text"], metadata)
