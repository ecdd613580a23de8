"""Making the environment of the encoder tests: done once, gone on with when unfinished, ended when it hangs."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from cli import quality
from cli.paths import Home
from tests.encoder_env import SCRIPT, STAMP, encoder_python

# Stands for an environment's interpreter: notes what it was asked; `pip install` does as the test says.
INTERPRETER = """#!/bin/sh
echo "$*" >>"$(dirname "$0")/calls"
case "$*" in *"pip install"*) {install} ;; esac
"""


def prepared(folder: Path, install: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text(INTERPRETER.format(install=install), encoding="utf-8")
    python.chmod(0o755)
    return folder


def make(folder: Path, seconds: int = 20) -> int:
    env = {**os.environ, "MOTCUA_ENV_SECONDS": str(seconds)}
    return subprocess.run(["sh", str(SCRIPT), str(folder)], env=env, timeout=30, check=False).returncode


def test_a_finished_environment_is_left_as_it_is(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "env", "exit 0")
    assert make(folder) == 0
    calls = (folder / "bin" / "calls").read_text(encoding="utf-8")
    assert "pip install" in calls
    assert make(folder) == 0
    assert (folder / "bin" / "calls").read_text(encoding="utf-8") == calls


def test_a_failed_install_leaves_an_unfinished_environment_that_is_gone_on_with(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "env", "exit 1")
    assert make(folder) != 0
    assert not (folder / STAMP).exists()
    (folder / "bin" / "python").write_text(INTERPRETER.format(install="exit 0"), encoding="utf-8")
    assert make(folder) == 0
    assert (folder / STAMP).exists()


def test_an_install_that_hangs_is_ended(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "env", "exec sleep 60")
    started = time.monotonic()
    assert make(folder, seconds=1) != 0
    assert time.monotonic() - started < 15
    assert not (folder / STAMP).exists()


def test_without_the_environment_the_run_says_that_tests_skip_and_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    monkeypatch.delenv("MOTCUA_ST_ENV", raising=False)
    prepared(tmp_path / "envs" / "sentence-transformers", "exit 1")
    said: list[str] = []
    quality._install_encoders(Home.of_environment(), said.append)
    assert "will skip" in said[-1]
    with pytest.raises(pytest.skip.Exception, match="no environment with sentence-transformers"):
        encoder_python()


def test_what_the_run_makes_is_what_the_tests_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    monkeypatch.delenv("MOTCUA_ST_ENV", raising=False)
    folder = prepared(tmp_path / "envs" / "sentence-transformers", "exit 0")
    quality._install_encoders(Home.of_environment(), lambda _text: None)
    assert encoder_python() == folder / "bin" / "python"
