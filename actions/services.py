"""What the actions need, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from core.procedure import Procedure
from knowledge_base.overlays import Overlay
from knowledge_base.service import Decision

if TYPE_CHECKING:
    from actions.dossier_room import DossierRoom

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def today_in_hanoi() -> date:
    """Return the day it is in Hanoi (UTC+7, no summer time)."""
    return datetime.now(HANOI).date()


class Knowledge(Protocol):
    """The part of the knowledge base that actions use."""

    def get(self, code: str, day: date | None = None) -> Procedure:
        """Return one procedure as of a day; raises ``UnknownProcedure``."""
        ...

    def decide(self, text: str, focus: str | None = None) -> Decision:
        """Tell which procedure a text means, or which few, or none."""
        ...

    @property
    def overlay(self) -> Overlay:
        """Return what the city adds: service points, rules, channels."""
        ...

    def mentions_procedure(self, text: str) -> bool:
        """Tell whether a text itself names a procedure."""
        ...


def _no_dossiers() -> None:
    return None


@dataclass(frozen=True)
class Services:
    """Services of the actions; tests hand in small ones. ``dossiers`` opens at the first question about one."""

    kb: Knowledge
    today: Callable[[], date] = field(default=today_in_hanoi)
    dossiers: Callable[[], DossierRoom | None] = field(default=_no_dossiers)
