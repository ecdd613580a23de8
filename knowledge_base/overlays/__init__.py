"""Overlays: what a city adds to the national facts, each with its dates and its source."""

from knowledge_base.overlays.apply import apply_overlay
from knowledge_base.overlays.model import (
    AnywhereRule,
    Channel,
    FeeRule,
    Notice,
    Overlay,
    ServiceModel,
    ServicePoint,
    load_overlay,
)

__all__ = [
    "AnywhereRule",
    "Channel",
    "FeeRule",
    "Notice",
    "Overlay",
    "ServiceModel",
    "ServicePoint",
    "apply_overlay",
    "load_overlay",
]
