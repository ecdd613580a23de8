"""What a citizen of a simulated platform sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Shown:
    """One message as the citizen sees it; ``buttons`` are (title, what a press sends, or an address to open)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)
