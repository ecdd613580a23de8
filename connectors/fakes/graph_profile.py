"""The Messenger profile of the fake Page: limits, what needs what, 10 calls in 10 minutes (contract B4)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.fakes.graph_rules import Refusal

Json = dict[str, Any]
FIELDS = ("get_started", "greeting", "persistent_menu", "ice_breakers", "whitelisted_domains")
CALLS, SECONDS = 10, 600.0


class FakeProfile:
    """What is set, and when it was called."""

    def __init__(self) -> None:
        self.values: Json = {}
        self._times: list[float] = []

    def answer(self, method: str, query: Mapping[str, str], body: Json) -> Json | Refusal:
        """Answer one call."""
        now = time.monotonic()
        self._times = [moment for moment in self._times if now - moment < SECONDS] + [now]
        if len(self._times) > CALLS:
            return Refusal(613, "Too many calls to the profile")
        if method == "GET":
            wanted = query.get("fields", "").split(",")
            return {"data": [{name: self.values[name] for name in wanted if name in self.values}]}
        return self._remove(body) if method == "DELETE" else self._set(body)

    def _set(self, body: Json) -> Json | Refusal:
        for fault in _faults(body, {**self.values, **body}):
            return Refusal(100, fault)
        self.values |= body
        return {"result": "success"}

    def _remove(self, body: Json) -> Json | Refusal:
        fields = body.get("fields", [])
        if "get_started" in fields and "persistent_menu" in self.values and "persistent_menu" not in fields:
            return Refusal(100, "The persistent menu needs the get started button")
        for name in fields:
            self.values.pop(name, None)
        return {"result": "success"}


def _faults(body: Json, merged: Json) -> Iterator[str]:
    if not body or set(body) - set(FIELDS):
        yield "Unknown profile fields"
    if "persistent_menu" in body:
        yield from _menu_faults(body["persistent_menu"], merged)
    for greeting in body.get("greeting", []):
        if not 0 < len(greeting.get("text", "")) <= 160:
            yield "Greetings have at most 160 characters"
    for group in body.get("ice_breakers", []):
        actions = group.get("call_to_actions", [])
        if not 1 <= len(actions) <= 4 or any(len(action.get("question", "")) > 80 for action in actions):
            yield "At most 4 ice breakers of 80 characters"


def _menu_faults(menu: list[Json], merged: Json) -> Iterator[str]:
    if "get_started" not in merged:
        yield "You must set a get started button if you also wish to use a persistent menu"
    if not any(entry.get("locale") == "default" for entry in menu):
        yield "A menu for the locale default is needed"
    for entry in menu:
        actions = entry.get("call_to_actions", [])
        if not 1 <= len(actions) <= 20:
            yield "A menu has 1 to 20 items"
        for action in actions:
            if not 0 < len(action.get("title", "")) <= 30 or len(action.get("payload", "")) > 1000:
                yield "Menu titles have at most 30 characters, payloads 1000"
