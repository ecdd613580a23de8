"""Children of the stack: ready, restarted, stopped without a trace."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from cli.processes import MAX_CRASHES, Child, ChildSpec, Crashed, rotate, watch
from core.errors import SetupError


def child(tmp_path: Path, code: str, *, seconds: float = 5.0) -> Child:
    flag = tmp_path / "ready"
    return Child(
        ChildSpec(
            name="probe", argv=[sys.executable, "-c", code.replace("FLAG", repr(str(flag)))], env=dict(os.environ),
            cwd=tmp_path, log=tmp_path / "probe.log", ready=flag.exists, ready_seconds=seconds,
            on_fail="mend the probe",
        )
    )  # fmt: skip


READY_AND_WAIT = "import pathlib, time; pathlib.Path(FLAG).touch(); time.sleep(60)"


def test_a_child_is_waited_for_until_ready_and_stopped(tmp_path: Path) -> None:
    probe = child(tmp_path, READY_AND_WAIT)
    probe.start()
    probe.wait_ready(lambda: False)
    pid = probe.pid
    assert pid is not None
    probe.stop()
    assert not psutil.pid_exists(pid)


def test_grandchildren_are_stopped_too(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, pathlib, time;"
        "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "pathlib.Path(FLAG).write_text(str(c.pid)); time.sleep(60)"
    )
    probe = child(tmp_path, code)
    probe.start()
    probe.wait_ready(lambda: False)
    time.sleep(0.1)
    grandchild = psutil.Process(int((tmp_path / "ready").read_text()))
    probe.stop()
    _, alive = psutil.wait_procs([grandchild], timeout=5)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_child_that_ends_while_starting_says_what_to_do(tmp_path: Path) -> None:
    probe = child(tmp_path, "raise SystemExit(3)")
    probe.start()
    with pytest.raises(SetupError, match="mend the probe"):
        probe.wait_ready(lambda: False)


def test_a_child_that_is_never_ready_says_what_to_do(tmp_path: Path) -> None:
    probe = child(tmp_path, "import time; time.sleep(60)", seconds=0.3)
    probe.start()
    with pytest.raises(SetupError, match="not ready"):
        probe.wait_ready(lambda: False)
    probe.stop()


def test_a_crashed_child_is_reported_and_started_again(tmp_path: Path) -> None:
    probe = child(tmp_path, READY_AND_WAIT)
    probe.start()
    probe.wait_ready(lambda: False)
    assert probe.process is not None
    probe.process.kill()
    probe.process.wait()
    said: list[str] = []
    deadline = time.monotonic() + 5
    while probe.pid is None and time.monotonic() < deadline:
        watch([probe], said.append)
        time.sleep(0.05)
    assert probe.pid is not None
    assert probe.restarts == 1
    assert "ended unexpectedly (code -9)" in said[0]
    probe.stop()


def test_a_child_that_keeps_crashing_is_given_up(tmp_path: Path) -> None:
    probe = child(tmp_path, "raise SystemExit(1)")
    probe.crashes = [time.monotonic()] * (MAX_CRASHES - 1)
    probe.start()
    assert probe.process is not None
    probe.process.wait()
    with pytest.raises(Crashed, match="crashed 5 times"):
        watch([probe], lambda _text: None)


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("a" * 50)
    rotate(log, limit=10)
    assert not log.exists()
    assert (tmp_path / "x.log.1").exists()
