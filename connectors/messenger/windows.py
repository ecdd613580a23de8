"""Reply windows: what may be sent when, and as what (contract B5).

A message of a person opens 24 hours. Between 24 hours and 7 days only what a human wrote may go out, tagged
HUMAN_AGENT, and only where the platform granted it; the older tags for events, accounts and purchases are refused
since 2026-04-27, and a bot's text under HUMAN_AGENT breaks the platform's rules. Status notices outside the window
need an approved utility template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

STANDARD = timedelta(hours=24)
HUMAN = timedelta(days=7)
# The clocks are two, and a message is on its way for a while.
MARGIN = timedelta(minutes=1)
Author = Literal["bot", "human"]


@dataclass(frozen=True)
class Grants:
    """What the platform has allowed the app: HUMAN_AGENT, and utility templates."""

    human_agent: bool = False
    utility: bool = False


def utility(name: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return a body that sends an approved utility template in Vietnamese, with its named values."""
    parameters = [{"type": "text", "parameter_name": key, "text": value} for key, value in values.items()]
    template = {"name": name, "language": {"code": "vi"}, "components": [{"type": "body", "parameters": parameters}]}
    return {"template": name, "message": {"template": template}}


def messaging_fields(
    opened: datetime | None, now: datetime, author: Author, grants: Grants, *, template: bool = False
) -> dict[str, Any] | None:
    """Return ``messaging_type`` (and ``tag``) for a message, or ``None`` when it may not be sent now.

    ``opened`` is the person's last interaction; when it is not known the platform is left to judge. ``template`` marks
    an approved utility template.
    """
    if template:
        return {"messaging_type": "UTILITY"} if grants.utility else None
    age = timedelta(0) if opened is None else now - opened
    if age <= STANDARD - MARGIN:
        return {"messaging_type": "RESPONSE"}
    if author == "human" and grants.human_agent and age <= HUMAN - MARGIN:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return None
