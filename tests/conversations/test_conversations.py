"""User says, assistant must: every conversation in the YAML files, against the real Rasa and the real actions.

A file is a list of conversations ``{name, turns}``; a turn is ``user: TEXT`` or ``press: TITLE`` (a button of the reply
before) with what the reply must be: ``kind``, ``procedure`` (null = none), ``aspect``, ``contains`` and ``never``
(texts), ``options`` (``{min, max, titles, procedures}``), ``source`` (true: the reply names one), ``longest`` (most
characters of the text). A value may be a list where several are right (``kind: [clarify, fallback]``).
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.client import WebClient
from cli.paths import Home
from core.message import Reply
from tests.conversations.report import Conversation, Told

FILES = sorted(Path(__file__).parent.glob("test_*.yml"))
CASES = [
    pytest.param(talk["turns"], id=f"{file.stem.removeprefix('test_')}: {talk['name']}")
    for file in FILES
    for talk in yaml.safe_load(file.read_text(encoding="utf-8"))
]
KNOWN = {"user", "press", "kind", "procedure", "aspect", "contains", "never", "options", "source", "longest"}
pytestmark = pytest.mark.stack


@pytest.mark.parametrize("turns", CASES)
def test_conversation(
    turns: list[dict[str, Any]],
    stack: tuple[str, Home],
    talks: list[Conversation],
    request: pytest.FixtureRequest,
) -> None:
    base, home = stack
    talk = Conversation(request.node.callspec.id)
    talks.append(talk)
    client = WebClient(base, home, f"talk-{uuid.uuid4().hex}")
    for number, turn in enumerate(turns, start=1):
        try:
            told = one_turn(client, turn, talk.turns[-1].reply if talk.turns else None)
        except AssertionError as error:
            talk.error = f"turn {number}: {error}"
            raise
        talk.turns.append(told)
        assert not told.wrong, f"turn {number} {told.said!r}: {list(told.wrong)}\n{told.reply.text}"


def one_turn(client: WebClient, turn: dict[str, Any], last: Reply | None) -> Told:
    """Say or press what a turn says, and judge the reply."""
    assert not set(turn) - KNOWN, f"unknown keys {set(turn) - KNOWN}"
    reply = say(client, turn, last)
    return Told(turn.get("user") or f"[{turn['press']}]", reply, tuple(judge(turn, reply)))


def say(client: WebClient, turn: dict[str, Any], last: Reply | None) -> Reply:
    """Send the text of a turn, or press the button of the last reply that has its title."""
    if "user" in turn:
        return client.ask(turn["user"]).reply
    assert last is not None, "there is no reply with buttons yet"
    found = [option for option in last.options if option.title == turn["press"]]
    assert found, f"no button {turn['press']!r} among {[option.title for option in last.options]}"
    return client.ask("", found[0].payload).reply


def judge(turn: dict[str, Any], reply: Reply) -> list[str]:
    """Return what is wrong with a reply, an empty list when nothing is."""
    wrong = []
    for key in ("kind", "procedure", "aspect"):
        right = turn[key] if isinstance(turn.get(key), list) else [turn.get(key)]
        if key in turn and getattr(reply, key) not in right:
            wrong.append(f"{key} is {getattr(reply, key)}, not {turn[key]}")
    text = reply.text.lower()
    wrong += [f"does not say {part!r}" for part in turn.get("contains", ()) if part.lower() not in text]
    wrong += [f"says {part!r}" for part in turn.get("never", ()) if part.lower() in text]
    if len(text) > turn.get("longest", len(text)):
        wrong.append(f"has {len(text)} characters")
    if turn.get("source") and not reply.sources:
        wrong.append("names no source")
    return wrong + judge_options(turn.get("options", {}), reply)


def judge_options(wanted: dict[str, Any], reply: Reply) -> list[str]:
    """Return what is wrong with the choices of a reply."""
    count = len(reply.options)
    wrong = []
    if not wanted.get("min", 0) <= count <= wanted.get("max", 99):
        wrong.append(f"{count} options")
    titles = [option.title for option in reply.options]
    wrong += [f"no option {title!r} in {titles}" for title in wanted.get("titles", ()) if title not in titles]
    codes = [option.procedure for option in reply.options]
    wrong += [f"no option for {code} in {codes}" for code in wanted.get("procedures", ()) if code not in codes]
    return wrong
