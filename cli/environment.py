"""Makes the machine ready: the bot's environment, the knowledge index and the model, each only when needed."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cli.paths import ROOT, Home, bot_python, service_python
from core.errors import SetupError

Report = Callable[[str], None]
MIN_FREE_MB = 300
INSTALL_MB = 3000


def check_disk(home: Home, needed_mb: int = MIN_FREE_MB) -> None:
    """Make sure there is room for the state.

    Raises:
        SetupError: less than ``needed_mb`` MB are free.
    """
    free = shutil.disk_usage(home.path).free // 1_000_000
    if free < needed_mb:
        raise SetupError(
            f"Only {free} MB are free at {home.path}: free at least {needed_mb} MB, or set MOTCUA_HOME to another disk."
        )


def install_bot(report: Report) -> None:
    """Install the bot's locked environment (Rasa on Python 3.11) when its lock changed."""
    lock = ROOT / "bot" / "uv.lock"
    project = ROOT / "bot" / "pyproject.toml"
    stamp = ROOT / "bot" / ".venv" / ".motcua-lock"
    digest = hashlib.sha256(lock.read_bytes() + project.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest and bot_python().exists():
        return
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < INSTALL_MB:
        raise SetupError(f"Only {free} MB are free at {ROOT}: Rasa's environment needs {INSTALL_MB} MB.")
    report("installing Rasa's environment (once; about 2 GB)")
    uv = shlex.split(os.environ.get("MOTCUA_UV", "uv"))
    python = os.environ.get("MOTCUA_PYTHON", sys.executable)
    env = dict(os.environ)
    env.pop("VIRTUAL_ENV", None)
    if not bot_python().exists():
        made = "Rasa's environment could not be made: check that the folder bot/ can be written."
        run([*uv, "venv", "--quiet", "--python", python, str(ROOT / "bot" / ".venv")], made, env)
    run(
        [*uv, "sync", "--project", str(ROOT / "bot"), "--frozen", "--inexact", "--extra", "rasa"],
        "Rasa's environment could not be installed: check the network and the free disk space, then run this again.",
        env,
    )
    stamp.write_text(digest)


def build_index(home: Home) -> None:
    """Build the knowledge index when procedures changed (else it is reused)."""
    run(
        [str(service_python()), "-m", "knowledge_base", "build"],
        "The knowledge index could not be built: run './motcua kb check' and mend what it names.",
        env=state_env(home),
    )


def train(home: Home, *, force: bool = False) -> Path:
    """Train the model when ``config.yml``, ``nlu_data/`` or ``bot/`` changed, and return the current one."""
    command = [str(bot_python()), "-W", "ignore", "-m", "viet_nlu.train", "--out", str(home.models)]
    run(
        [*command, "--force"] if force else command,
        "Training failed: read the lines above, mend config.yml, nlu_data/ or bot/domain/, and run './motcua train'.",
        env=state_env(home),
    )
    return current_model(home)


def current_model(home: Home) -> Path:
    """Return the model that was trained last.

    Raises:
        SetupError: there is none, or its file is gone.
    """
    pointer = home.models / "current.json"
    try:
        model = home.models / str(json.loads(pointer.read_text(encoding="utf-8"))["model"])
    except (OSError, ValueError, KeyError) as error:
        raise SetupError("There is no trained model: run './motcua train'.") from error
    if not model.exists():
        raise SetupError(f"The model {model.name} is gone: run './motcua train --force'.")
    return model


def state_env(home: Home) -> dict[str, str]:
    """Return the environment of every process of ours."""
    return {
        **os.environ,
        "MOTCUA_HOME": str(home.path),
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
    }


def run(argv: Sequence[str], on_fail: str, env: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run one program with its output shown on the error stream, as the other one is for answers (JSON).

    Raises:
        SetupError: it failed; the text is ``on_fail``.
    """
    try:
        code = subprocess.run(list(argv), env=env, cwd=cwd, check=False, stdout=2).returncode  # noqa: S603  (ours)
    except OSError as error:
        raise SetupError(f"{on_fail} ({argv[0]}: {error.strerror})") from error
    if code != 0:
        raise SetupError(on_fail)
