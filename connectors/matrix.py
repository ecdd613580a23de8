"""The capability matrix of docs/channels.md, made from the code: ``python -m connectors.matrix docs/channels.md``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.base import Capabilities
from connectors.messenger.render import CAPABILITIES as MESSENGER
from connectors.web import WebChannel
from connectors.zalo.render import capabilities as zalo_capabilities
from connectors.zalo.settings import ZaloSettings

BEGIN, END = "<!-- matrix: made by python -m connectors.matrix -->", "<!-- end of matrix -->"
_ZALO = ZaloSettings("", "", "", ())
CHANNELS: Mapping[str, Capabilities] = {
    "web": WebChannel.capabilities,
    "zalo": zalo_capabilities(_ZALO),
    "messenger": MESSENGER,
}


def _otherwise(can: Capabilities) -> str:
    numbered = "all choices numbered in the text"
    return f"up to {can.cards} procedures as cards, else {numbered}" if can.cards else numbered


_ROWS: Mapping[str, Callable[[Capabilities], str]] = {
    "characters in a message": lambda can: f"{can.text_chars:,}",
    "choices as buttons, at most": lambda can: str(can.buttons or "numbered"),
    "characters on a button": lambda can: str(can.button_chars),
    "one choice more, or a longer title": _otherwise,
    "sources in a list of links": lambda can: str(can.list_items or "as text"),
    "links": lambda can: _yes(can.links),
    "sends images": lambda can: _yes(can.images),
    "sends files": lambda can: _yes(can.files),
    "sends reactions": lambda can: _yes(can.reactions),
    "typing sign": lambda can: _yes(can.typing),
    "receipts": lambda can: _yes(can.receipts),
    "echoes (staff replies pause the assistant)": lambda can: _yes(can.echoes),
    "hours to answer a message": lambda can: f"{can.reply_seconds / 3600:g}",
}


def matrix(channels: Mapping[str, Capabilities] = CHANNELS) -> str:
    """Return the table in Markdown."""
    lines = ["| | " + " | ".join(channels) + " |", "|---" * (len(channels) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(row(can) for can in channels.values()) + " |" for name, row in _ROWS.items()]
    return "\n".join(lines)


def with_matrix(page: str) -> str:
    """Return a page with the table between its two marks made anew.

    Raises:
        ValueError: the page does not have both marks, in order.
    """
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{head}{BEGIN}\n\n{matrix()}\n\n{END}{tail}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def main(path: str) -> None:
    """Write the table into a page."""
    page = Path(path)
    page.write_text(with_matrix(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
