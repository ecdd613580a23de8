"""A seeded citizen who presses buttons, asks, and types noise; and a plain stand-in for the classifier.

The stand-in gives the intent whose example shares most words with the text. It is wrong at times, as a classifier is:
the walk asks that no reply breaks a rule, not that it is the best one.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from viet_nlu.text import fold

from actions.server import respond
from actions.turn import TopicAction, Turn
from core.message import Button, Reply, ReplyKind

ROOT = Path(__file__).resolve().parents[2]
_MARKUP = re.compile(r"\[([^\]]+)\]\([^)]*\)|\[([^\]]+)\]\{[^}]*\}")
NOISE = "asdf qwe ơ ừm ??? !!! 123 😀 hả zxc :))) ... <b> \\ {} / '; -- null".split()  # noqa: SIM905
CASES = (
    "trẻ bị bỏ rơi", "con ngoài giá thú", "tôi ở nhà thuê", "nha thue", "nhờ người khác làm thay", "đã ly hôn",
    "không, ý tôi là cấp lại", "ý tôi là lệ phí", "không phải cấp mới mà là cấp lại", "cái cấp lại", "bản sao",
    "cần giấy tờ gì và hết bao nhiêu tiền", "phí bao nhiêu, bao lâu, ở đâu", "how to register a birth", "passport fee",
)  # fmt: skip


def examples() -> dict[str, list[str]]:
    """Return the training examples by intent, without their marks of entities."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu", ()):
            if "intent" in block:
                lines = (line.removeprefix("- ").strip() for line in block["examples"].splitlines())
                found[block["intent"]] = [_MARKUP.sub(lambda m: m[1] or m[2], line) for line in lines if line]
    return found


def rules() -> dict[str, str]:
    """Return the action of each intent."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "nlu_data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            intent, action = rule["steps"][0]["intent"], rule["steps"][1]["action"]
            found[intent] = action
    return found


class StandIn:
    """Ranks intents by the share of words that a text has in common with their vocabulary."""

    def __init__(self, known: dict[str, list[str]]) -> None:
        self._exact = {fold(text): intent for intent, texts in known.items() for text in texts}
        self._words = {intent: Counter(w for t in texts for w in fold(t).split()) for intent, texts in known.items()}
        self._totals = Counter(word for words in self._words.values() for word in words.elements())

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Return the five likeliest intents; below 0.35 the first is ``nlu_fallback``."""
        folded = fold(text)
        if folded in self._exact:
            return [(self._exact[folded], 0.95)]
        words = folded.split()
        scores = {
            intent: sum(seen[word] / self._totals[word] for word in words if word in seen) / (len(words) or 1)
            for intent, seen in self._words.items()
        }
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:5]
        return best if best[0][1] >= 0.35 else [("nlu_fallback", 0.3), *best]


@dataclass
class Walker:
    """Decides what to say or press next, from a seed."""

    dice: random.Random
    sayings: Sequence[str]

    def next(self, options: Sequence[Button]) -> str | Button:
        """Return a button of the last reply, a question, a turn that leans on the last one, or noise."""
        turn = self.dice.random()
        if options and turn < 0.35:
            return self.dice.choice(options)
        if turn < 0.75:
            return self._blurred(self.dice.choice(self.sayings))
        if turn < 0.9:
            return self.dice.choice(CASES)
        return " ".join(self.dice.choices(NOISE, k=self.dice.randint(1, 5)))

    def _blurred(self, text: str) -> str:
        """Drop the marks or a letter of some texts, as people do."""
        kind = self.dice.random()
        if kind < 0.3:
            return fold(text)
        if kind < 0.45 and len(text) > 4:
            at = self.dice.randrange(len(text))
            return text[:at] + text[at + 1 :]
        return text


@dataclass
class Conversation:
    """The actions with the slots of one conversation, as Rasa would keep them."""

    actions: dict[str, TopicAction]
    ranking: StandIn
    rules: dict[str, str]
    slots: dict[str, Any] = field(default_factory=dict)

    def take(self, said: str | Button) -> Reply:
        """Answer one turn and keep what it changes."""
        turn = self._pressed(said) if isinstance(said, Button) else self._typed(said)
        outcome = respond(self.actions[self.rules[turn.intent]], turn)
        json.dumps(dict(outcome.slots))  # the tracker store keeps slots as JSON
        self.slots |= {**outcome.slots, "last_reply": outcome.reply.model_dump(mode="json")}
        return outcome.reply

    def _typed(self, text: str) -> Turn:
        ranking = self.ranking.rank(text)
        return Turn(text, ranking[0][0], ranking[0][1], slots=dict(self.slots), ranking=tuple(ranking))

    def _pressed(self, button: Button) -> Turn:
        name, _, entities = button.payload.removeprefix("/").partition("{")
        values = json.loads("{" + entities) if entities else {}
        return Turn("", name, 1.0, {key: (str(value),) for key, value in values.items()}, dict(self.slots))


def broken_rules(reply: Reply) -> Iterator[str]:
    """Yield what no reply may be, whatever was said."""
    if not reply.text.strip():
        yield "is empty"
    if reply.kind is ReplyKind.ANSWER and not reply.sources:
        yield "answers without a source"
    if "None" in reply.text or "{" in reply.text:
        yield "shows what is meant for machines"
    if len(reply.text) > 3000:
        yield f"has {len(reply.text)} characters"
    if len(reply.options) > 4:
        yield f"has {len(reply.options)} options"
    if len({option.title for option in reply.options}) < len(reply.options):
        yield "offers the same title twice"
