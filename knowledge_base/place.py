"""Where the knowledge base keeps its files on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent


def state_home() -> Path:
    """Return the state directory: ``MOTCUA_HOME``, or ``.motcua`` in the checkout."""
    setting = os.environ.get("MOTCUA_HOME", "").strip()
    return Path(setting) if setting else CHECKOUT / ".motcua"


def index_home() -> Path:
    """Return the directory of the search index."""
    return state_home() / "kb"


def imported_dir() -> Path | None:
    """Return the directory of imported procedures (``imported`` in the state directory), or ``None`` when absent."""
    directory = state_home() / "imported"
    return directory if any(directory.rglob("procedures.jsonl")) else None
