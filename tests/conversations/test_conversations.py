"""User says, assistant must: every conversation in the YAML files, against the real Rasa and the real actions.

A file is a list of conversations ``{name, turns}``; a turn is ``user: TEXT`` or ``press: TITLE`` (a button of the reply
before) with what the reply must be: ``kind``, ``procedure`` (null = none), ``aspect``, ``contains`` and ``never``
(texts), ``options`` (``{min, max, titles, procedures}``), ``source`` (true: the reply names one), ``longest`` (most
characters of the text). A value may be a list where several are right (``kind: [clarify, fallback]``).
``moves: CODE`` with ``to: STATUS`` changes a dossier, and ``told`` says what each message that comes of it must hold
(an empty list: nothing comes; without it nobody is told yet).

The files of ``EVERYWHERE`` run on the web and, through the fakes, on Zalo and Messenger: signed webhooks in, and out
what the fake says that the person sees. There ``procedure``, ``aspect`` and ``source`` are not looked at: nobody sees
them.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.dossier import Status
from core.message import Reply
from tests.conversations.citizens import Citizen
from tests.conversations.city import CHANNELS, City
from tests.conversations.report import Conversation, Told

EVERYWHERE = ("test_dossier", "test_privacy")
FILES = sorted(Path(__file__).parent.glob("test_*.yml"))


def channels_of(file: Path) -> tuple[str, ...]:
    """Return the channels on which the conversations of a file are held."""
    return CHANNELS if file.stem in EVERYWHERE else CHANNELS[:1]


CASES = [
    pytest.param(channel, talk["turns"], id=f"{file.stem.removeprefix('test_')}: {talk['name']} ({channel})")
    for file in FILES
    for talk in yaml.safe_load(file.read_text(encoding="utf-8"))
    for channel in channels_of(file)
]
SAID = {"user", "press", "kind", "procedure", "aspect", "contains", "never", "options", "source", "longest"}
MOVED = {"moves", "to", "told"}
UNSEEN = frozenset({"procedure", "aspect", "source"})
TOLD_SECONDS = 10.0
pytestmark = pytest.mark.stack


@pytest.mark.parametrize(("channel", "turns"), CASES)
def test_conversation(
    channel: str, turns: list[dict[str, Any]], city: City, talks: list[Conversation], request: pytest.FixtureRequest
) -> None:
    talk = Conversation(request.node.callspec.id)
    talks.append(talk)
    citizen = city.citizen(channel)
    for number, turn in enumerate(turns, start=1):
        try:
            if "moves" in turn:
                moved(city, citizen, turn)
                continue
            told = one_turn(citizen, turn, talk.turns[-1].reply if talk.turns else None)
        except AssertionError as error:
            talk.error = f"turn {number}: {error}"
            raise
        talk.turns.append(told)
        assert not told.wrong, f"turn {number} {told.said!r}: {list(told.wrong)}\n{told.reply.text}"


def moved(city: City, citizen: Citizen, turn: dict[str, Any]) -> None:
    """Change a dossier and judge what the citizen is told of it without having asked."""
    assert not set(turn) - MOVED, f"unknown keys {set(turn) - MOVED}"
    city.move(turn["moves"], Status(turn["to"]))
    if "told" not in turn:
        return
    city.tell()
    deadline = time.monotonic() + TOLD_SECONDS
    news = citizen.news()
    while len(news) < len(turn["told"]) and time.monotonic() < deadline:
        time.sleep(0.05)
        news += citizen.news()
    assert len(news) == len(turn["told"]), f"{len(news)} messages came: {news}"
    for text, part in zip(news, turn["told"], strict=True):
        assert part.lower() in text.lower(), f"does not say {part!r}: {text}"


def one_turn(citizen: Citizen, turn: dict[str, Any], last: Reply | None) -> Told:
    """Say or press what a turn says, and judge the reply."""
    assert not set(turn) - SAID, f"unknown keys {set(turn) - SAID}"
    reply = say(citizen, turn, last)
    looked_at = turn if citizen.exact else {key: value for key, value in turn.items() if key not in UNSEEN}
    return Told(turn.get("user") or f"[{turn['press']}]", reply, tuple(judge(looked_at, reply)))


def say(citizen: Citizen, turn: dict[str, Any], last: Reply | None) -> Reply:
    """Send the text of a turn, or press the button of the last reply that has its title."""
    if "user" in turn:
        return citizen.says(turn["user"])
    assert last is not None, "there is no reply with buttons yet"
    found = [option for option in last.options if option.title == turn["press"]]
    assert found, f"no button {turn['press']!r} among {[option.title for option in last.options]}"
    return citizen.presses(found[0])


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
