"""Where the secret of dossiers is: one file for the worker, the action server and the commands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dossiers.facts import Secret, read_secret


def key_file(env: Mapping[str, str] | None = None) -> Path:
    """Return the key file: ``MOTCUA_DOSSIER_KEY_FILE``, by default ``run/dossier.key`` of the state directory."""
    values = os.environ if env is None else env
    named = values.get("MOTCUA_DOSSIER_KEY_FILE", "").strip()
    return Path(named) if named else Path(values.get("MOTCUA_HOME") or ".motcua").resolve() / "run" / "dossier.key"


def open_secret(env: Mapping[str, str] | None = None) -> Secret:
    """Return the secret of dossiers, made (mode 0600) the first time.

    Raises:
        SetupError: the file holds something else.
    """
    return read_secret(key_file(env))
