"""The action server: Rasa's action protocol over FastAPI, with rasa-sdk's executor inside.

This is the composition root of its process: it opens the knowledge base and hands it to the actions of every topic.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import complaint, dialogue, dossier, fallback, handoff, office, privacy, procedure, safety, smalltalk
from actions.danger import danger_in
from actions.services import Services
from actions.settings import open_services
from actions.turn import Outcome, TopicAction, Turn

TOPICS = (complaint, dialogue, dossier, fallback, handoff, office, privacy, procedure, safety, smalltalk)
ONE_TURN = ("erase_asked", "dossier_said")
log = logging.getLogger("motcua.actions")


def all_actions(services: Services) -> list[TopicAction]:
    """Return the actions of every topic with their services."""
    return [action for topic in TOPICS for action in topic.actions(services)]


class Taker(TopicAction, Protocol):
    """An action that may take over a turn that was understood as another topic's."""

    def takes(self, turn: Turn, action: str) -> bool:
        """Tell whether the turn, understood as one for ``action``, is about what this topic spoke of last."""
        ...


class SdkAction(Action):  # type: ignore[misc]
    """Wraps one topic action in rasa-sdk's shape: tracker in, one custom reply and slot events out."""

    def __init__(self, action: TopicAction, takers: Sequence[Taker] = ()) -> None:
        self.action = action
        self.takers = takers

    def name(self) -> str:
        """Return the name that the rules call."""
        return self.action.name

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the turn with exactly one custom message."""
        turn = turn_of(tracker)
        outcome = respond(self.action, turn, self.takers)
        reply = outcome.reply.model_copy(update={"intent": turn.intent, "confidence": round(turn.confidence, 4)})
        dumped = reply.model_dump(mode="json")
        dispatcher.utter_message(json_message=dumped)
        slots = {**passing(turn), **outcome.slots}
        if not slots.get("dossier_said"):
            slots["last_reply"] = dumped
        return [SlotSet(name, value) for name, value in slots.items()]


def respond(action: TopicAction, turn: Turn, takers: Sequence[Taker] = ()) -> Outcome:
    """Answer a turn; danger to life in the text goes before whatever was understood, then what was just spoken of."""
    danger = danger_in(turn.text)
    if danger is not None and turn.intent not in safety.REPLIES:
        return safety.safety_outcome(danger)
    taker = next((taker for taker in takers if taker.takes(turn, action.name)), None)
    return (taker or action).respond(turn)


def passing(turn: Turn) -> dict[str, Any]:
    """Return the slots that hold for one turn only, emptied where they were set; the answer may set them again."""
    return {name: None for name in ONE_TURN if turn.slots.get(name)}


def turn_of(tracker: Tracker) -> Turn:
    """Read the turn from Rasa's tracker; the raw text, as the citizen typed it, comes with the message's metadata."""
    message: Mapping[str, Any] = tracker.latest_message or {}
    intent = message.get("intent") or {}
    entities: dict[str, tuple[str, ...]] = {}
    for entity in message.get("entities") or ():
        name = str(entity.get("entity"))
        entities[name] = (*entities.get(name, ()), str(entity.get("value")))
    return Turn(
        text=str(message.get("text") or ""),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        entities=entities,
        slots=dict(tracker.slots),
        ranking=tuple(
            (str(item.get("name")), float(item.get("confidence") or 0.0))
            for item in message.get("intent_ranking") or ()
        ),
        conversation=str(tracker.sender_id or ""),
    )


def takers_of(actions: Sequence[TopicAction]) -> list[Taker]:
    """Return the actions that take a turn over from the one that was understood, the most pressing first."""
    found: list[Taker] = [action for action in actions if isinstance(action, privacy.ActionPrivacy)]
    found += [action for action in actions if isinstance(action, dossier.ActionDossier)]
    return found


def executor_of(actions: Sequence[TopicAction]) -> ActionExecutor:
    """Return rasa-sdk's executor with every action registered."""
    executor = ActionExecutor()
    takers = takers_of(actions)
    for action in actions:
        executor.register_action(SdkAction(action, takers))
    return executor


def create_app(services: Services) -> FastAPI:
    """Return the action server: ``POST /webhook`` (Rasa's protocol), ``GET /health``, ``GET /actions``."""
    actions = all_actions(services)
    executor = executor_of(actions)
    app = FastAPI(title="Trợ lý Một cửa – actions", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/actions")
    async def names() -> list[dict[str, str]]:
        return [{"name": action.name} for action in actions]

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        return await _run(executor, await request.json())

    return app


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> JSONResponse:
    name = str(call.get("next_action"))
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, status_code=400)
    except ActionNotFoundException as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, status_code=404)
    except Exception as error:
        # The traceback is left out: it would carry the citizen's text.
        log.error(  # noqa: TRY400
            "action failed", extra={"action": name, "error": type(error).__name__}
        )
        return JSONResponse({"error": type(error).__name__, "action_name": name}, status_code=500)
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})


def main() -> None:
    """Serve the actions on 127.0.0.1: knowledge index from ``MOTCUA_HOME/kb``, port from ``MOTCUA_ACTIONS_PORT``."""
    import uvicorn  # noqa: PLC0415  (only the process that serves needs it)

    port = int(os.environ.get("MOTCUA_ACTIONS_PORT", "5055"))
    uvicorn.run(create_app(open_services()), host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
