"""Child processes of the stack: started in order, watched, restarted when they crash, stopped without a trace."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import SetupError

_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15.0
CRASH_WINDOW = 60.0
MAX_CRASHES = 5


@dataclass(frozen=True)
class ChildSpec:
    """How a child is started and how it is known to be ready.

    ``ready`` is asked until it returns true; ``on_fail`` is the sentence that says what to do when it never does.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    ready: Callable[[], bool]
    ready_seconds: float
    on_fail: str


@dataclass
class Child:
    """One child process with its restarts."""

    spec: ChildSpec
    process: subprocess.Popen[bytes] | None = None
    crashes: list[float] = field(default_factory=list)
    restarts: int = 0
    restart_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def start(self) -> None:
        """Start the process in a session of its own; it gets SIGTERM when this process dies, however it dies."""
        rotate(self.spec.log)
        with self.spec.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own programs)
                list(self.spec.argv),
                env=dict(self.spec.env),
                cwd=self.spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  (started from the main thread only)
            )
        self.restart_at = None

    def wait_ready(self, stopping: Callable[[], bool]) -> None:
        """Wait until the child is ready.

        Raises:
            SetupError: it ended, or was not ready in time; the text says what to do and where the log is.
        """
        deadline = time.monotonic() + self.spec.ready_seconds
        while not self.spec.ready():
            if stopping():
                return
            if self.process is not None and self.process.poll() is not None:
                raise SetupError(f"{self.spec.name} ended while starting: {self.spec.on_fail} (log: {self.spec.log})")
            if time.monotonic() > deadline:
                seconds = round(self.spec.ready_seconds)
                raise SetupError(
                    f"{self.spec.name} was not ready in {seconds} s: {self.spec.on_fail} (log: {self.spec.log})"
                )
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask the child to end; after 15 s end it and everything it started."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        _kill_group(self.process.pid)


class Crashed(SetupError):
    """A child crashed too often to be restarted."""


def watch(children: Sequence[Child], report: Callable[[str], None]) -> None:
    """Look once at every child: report and restart those that crashed, with a growing pause.

    Raises:
        Crashed: a child crashed five times within a minute.
    """
    now = time.monotonic()
    for child in children:
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.start()
                report(f"{child.spec.name} was started again (process {child.pid})")
            continue
        if child.process is None or child.process.poll() is None:
            continue
        code = child.process.returncode
        _kill_group(child.process.pid)
        child.crashes = [moment for moment in child.crashes if now - moment < CRASH_WINDOW] + [now]
        if len(child.crashes) >= MAX_CRASHES:
            raise Crashed(f"{child.spec.name} crashed {MAX_CRASHES} times in a minute: see {child.spec.log}")
        pause = min(0.2 * 2 ** (len(child.crashes) - 1), 5.0)
        child.restarts += 1
        child.restart_at = now + pause
        report(f"{child.spec.name} ended unexpectedly (code {code}); starting it again in {pause:.1f} s")


def rotate(log: Path, limit: int = 10_000_000) -> None:
    """Keep one older log beside the current one when it is over ``limit`` bytes."""
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_suffix(".log.1"))


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
