"""Where things are: the checkout, and the one directory that holds all state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Home:
    """The state directory (``MOTCUA_HOME``, by default ``.motcua`` in the checkout, which git ignores)."""

    path: Path

    @classmethod
    def of_environment(cls) -> Home:
        """Return the state directory of this environment, made if it is not there."""
        home = cls(Path(os.environ.get("MOTCUA_HOME") or ROOT / ".motcua").expanduser().resolve())
        for folder in (home.path, home.logs, home.run, home.models, home.kb):
            folder.mkdir(parents=True, exist_ok=True)
        return home

    @property
    def logs(self) -> Path:
        """Logs of the processes, one file each."""
        return self.path / "logs"

    @property
    def run(self) -> Path:
        """Files of the running stack: lock, ports, generated settings, secrets."""
        return self.path / "run"

    @property
    def models(self) -> Path:
        """Trained Rasa models."""
        return self.path / "models"

    @property
    def kb(self) -> Path:
        """The knowledge index."""
        return self.path / "kb"

    @property
    def state_file(self) -> Path:
        """What a running stack tells others: process id, ports, base address."""
        return self.run / "stack.json"

    @property
    def secret_file(self) -> Path:
        """Secret of the web tokens and button payloads."""
        return self.run / "secret"

    @property
    def token_key_file(self) -> Path:
        """Key that seals platform tokens in the database; without it they have to be authorised again."""
        return self.run / "token-key"

    @property
    def bot_token_file(self) -> Path:
        """Bearer token between worker and bot."""
        return self.run / "bot-token"


def bot_python() -> Path:
    """Return the interpreter of the bot's own environment."""
    return ROOT / "bot" / ".venv" / "bin" / "python"


def service_python() -> Path:
    """Return the interpreter of the service's environment."""
    return ROOT / ".venv" / "bin" / "python"
