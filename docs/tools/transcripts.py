"""Writes ``docs/transcripts.md``: holds the conversations of ``transcripts.yml`` with a stack, nothing edited.

``.venv/bin/python docs/tools/transcripts.py`` uses the running stack, or starts one. Notes under bad conversations are
written by hand in the YAML, after reading what came out.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from cli.client import WebClient
from cli.paths import Home
from cli.stack import running
from core.message import Reply

HERE = Path(__file__).resolve().parent
HEAD = """# Ten conversations as they are

Real transcripts of {day} over the whole stack (gateway, worker, Rasa, actions, knowledge base), nothing edited.
Under each answer: its kind, procedure and aspect, the intent that was read with its confidence, and the buttons.
Each bad one says what it needs. How to repeat: `.venv/bin/python docs/tools/transcripts.py`.
"""


def main() -> None:
    """Hold every conversation and write the page."""
    talks = yaml.safe_load((HERE / "transcripts.yml").read_text(encoding="utf-8"))
    home = Home.of_environment()
    with running(home, lambda text: print(text, file=sys.stderr)) as base:
        pages = [_page(number, talk, WebClient(base, home)) for number, talk in enumerate(talks, 1)]
    text = "\n".join([HEAD.format(day=date.today().isoformat()), *pages])
    (HERE.parent / "transcripts.md").write_text(text, encoding="utf-8")


def _page(number: int, talk: dict[str, Any], client: WebClient) -> str:
    lines = [f"## {number}. {talk['title']}", ""]
    for said in talk["says"]:
        lines += [f"**{said}**", "", *_shown(client.ask(said).reply), ""]
    if note := talk.get("needs"):
        lines += [f"**What is wrong, and what it needs.** {note.strip()}", ""]
    return "\n".join(lines)


def _shown(reply: Reply) -> list[str]:
    parts = (reply.kind, reply.procedure, reply.aspect, f"{reply.intent} {reply.confidence or 0:.2f}")
    buttons = " | ".join(option.title for option in reply.options)
    told = [f"> {line}".rstrip() for line in reply.text.splitlines()]
    return [*told, ">", f"> *{' · '.join(str(part) for part in parts if part)}*{' – ' + buttons if buttons else ''}"]


if __name__ == "__main__":
    main()
