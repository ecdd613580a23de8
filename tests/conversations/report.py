"""The report of a run of the conversations: one HTML page, failures first, each turn as it was said and answered."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.message import Reply

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
details { border: 1px solid #bbb; border-radius: 6px; margin: .5rem 0; padding: .5rem 1rem; }
details.failed { border-color: #a40000; border-width: 2px; }
summary { font-weight: 600; } .failed summary { color: #a40000; }
.said { margin: .8rem 0 0; font-weight: 600; } .meta { color: #555; font-size: .9rem; }
.reply { white-space: pre-wrap; background: #f3f3f0; border-radius: 6px; padding: .5rem .8rem; margin: .2rem 0; }
.wrong { color: #a40000; font-weight: 600; }
"""


@dataclass(frozen=True)
class Told:
    """One turn: what was said or pressed, the reply, and what is wrong with it."""

    said: str
    reply: Reply
    wrong: tuple[str, ...] = ()


@dataclass
class Conversation:
    """One conversation; ``error`` is what stopped it, when it stopped before its end."""

    name: str
    turns: list[Told] = field(default_factory=list)
    error: str | None = None

    @property
    def failed(self) -> bool:
        """Tell whether anything was wrong."""
        return self.error is not None or any(turn.wrong for turn in self.turns)


def write_report(conversations: Sequence[Conversation], path: Path) -> None:
    """Write the page; its folder is made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(conversations), encoding="utf-8")


def page(conversations: Sequence[Conversation]) -> str:
    """Return the page as HTML."""
    ordered = sorted(conversations, key=lambda one: not one.failed)
    failed = sum(one.failed for one in conversations)
    turns = sum(len(one.turns) for one in conversations)
    head = f"{len(conversations)} conversations, {turns} turns, {failed} failed"
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    body = "\n".join(_conversation(one) for one in ordered)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{head}</title>'
        f"<style>{STYLE}</style></head>"
        f"<body><h1>Conversations</h1><p>{head}. {when}</p>\n{body}\n</body></html>\n"
    )


def _conversation(one: Conversation) -> str:
    parts = [_turn(turn) for turn in one.turns]
    if one.error:
        parts.append(f'<p class="wrong">{html.escape(one.error)}</p>')
    state = ' class="failed" open' if one.failed else ""
    return f"<details{state}><summary>{html.escape(one.name)}</summary>{''.join(parts)}</details>"


def _turn(turn: Told) -> str:
    reply = turn.reply
    facts = [reply.kind, reply.procedure, reply.aspect, f"{reply.intent} {reply.confidence or 0:.2f}"]
    buttons = " | ".join(option.title for option in reply.options)
    wrong = "".join(f'<p class="wrong">{html.escape(text)}</p>' for text in turn.wrong)
    return (
        f'<p class="said">{html.escape(turn.said)}</p><div class="reply" lang="vi">{html.escape(reply.text)}</div>'
        f'<p class="meta">{html.escape(" · ".join(str(fact) for fact in facts if fact))}<br>'
        f"{html.escape(buttons)}</p>{wrong}"
    )
