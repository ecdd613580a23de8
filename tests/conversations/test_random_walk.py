"""A random walk of buttons, questions and noise: no crash, no empty answer, no answer without source, no loop.

10,000 turns run in this process over the real knowledge base with a stand-in for the classifier, 300 over the real
stack. The seeds are fixed, so a failure can be walked again.
"""

from __future__ import annotations

import random
import uuid

import pytest

from actions.server import all_actions
from actions.settings import open_services
from actions.turn import procedure_button
from cli.client import WebClient
from cli.paths import Home
from core.errors import SetupError
from core.message import Aspect, Button, Reply
from tests.conversations.walk import Conversation, StandIn, Walker, broken_rules, examples, rules

TURNS, STACK_TURNS, LENGTH = 10_000, 300, 25
MORE_PAGES = 12  # "Xem thêm" leads to an end within so many presses


@pytest.fixture(scope="module")
def rooms() -> tuple[Conversation, Walker]:
    """A conversation over the real knowledge base, and a citizen."""
    try:
        services = open_services()
    except SetupError as error:
        pytest.skip(str(error))
    known = examples()
    actions = {action.name: action for action in all_actions(services)}
    sayings = [text for intent in sorted(known) for text in known[intent]]
    return Conversation(actions, StandIn(known), rules()), Walker(random.Random(20261123), sayings)


def test_ten_thousand_turns_break_no_rule(rooms: tuple[Conversation, Walker]) -> None:
    conversation, walker = rooms
    trail: list[str] = []
    options: tuple[Button, ...] = ()
    for number in range(TURNS):
        if number % LENGTH == 0:
            conversation.slots.clear()
            trail, options = [], ()
        said = walker.next(options)
        trail.append(said.title if isinstance(said, Button) else said)
        reply = conversation.take(said)
        wrong = list(broken_rules(reply))
        assert not wrong, f"turn {number} {wrong}: {trail}\n{reply.text}"
        options = reply.options


def test_turning_pages_comes_to_an_end(rooms: tuple[Conversation, Walker]) -> None:
    conversation, _ = rooms
    for code in ("1.001193", "1.004222", "1.013978", "1.014632", "2.000575"):
        conversation.slots.clear()
        reply = conversation.take(f"thủ tục {code} cần giấy tờ gì")
        seen = [reply.text]
        while more := [option for option in reply.options if option.title == "Xem thêm"]:
            reply = conversation.take(more[0])
            assert reply.text not in seen
            seen.append(reply.text)
            assert len(seen) <= MORE_PAGES
        said = [conversation.take("chi tiết hơn").text for _ in range(MORE_PAGES)]
        assert len(set(said[-3:])) <= 1, "asking for more comes to rest"


def test_going_back_comes_to_an_end(rooms: tuple[Conversation, Walker]) -> None:
    conversation, _ = rooms
    conversation.slots.clear()
    for code in ("1.001193", "1.004222", "1.000894", "2.000815"):
        conversation.take(procedure_button("Thông tin chung", code, Aspect.OVERVIEW))
    back = [conversation.take("quay lại thủ tục trước").procedure for _ in range(6)]
    assert back[-1] is None
    assert len(set(back[:3])) == 3


@pytest.mark.stack
def test_three_hundred_turns_over_the_real_stack_break_no_rule(stack: tuple[str, Home]) -> None:
    base, home = stack
    known = examples()
    walker = Walker(random.Random(4), [text for intent in sorted(known) for text in known[intent]])
    client, reply = WebClient(base, home, f"walk-{uuid.uuid4().hex}"), None
    for number in range(STACK_TURNS):
        if number % LENGTH == 0:
            client, reply = WebClient(base, home, f"walk-{uuid.uuid4().hex}"), None
        reply = _turn(client, walker.next(reply.options if reply else ()))
        wrong = list(broken_rules(reply))
        assert not wrong, f"turn {number}: {wrong}\n{reply.text}"


def _turn(client: WebClient, said: str | Button) -> Reply:
    if isinstance(said, Button):
        return client.ask("", said.payload).reply
    return client.ask(said).reply
