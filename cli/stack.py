"""The stack: embedded PostgreSQL, action server, Rasa, gateway and worker as one thing that starts and stops."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO

from cli.environment import build_index, check_disk, install_bot, train
from cli.paths import Home
from cli.processes import Child, watch
from cli.specs import Ports, answers, child_specs, free_port, is_free, make_tracker_schema, port_setting
from core.errors import SetupError
from dossiers.source import load_source
from gateway.embedded import is_running, start_embedded, stop_embedded
from gateway.migrate import migrate

Report = Callable[[str], None]
DATABASE_AGAIN_SECONDS = 2.0


class Stack:
    """One running stack on this machine; use :func:`running` or :meth:`serve`."""

    def __init__(self, home: Home, report: Report, port: int | None = None) -> None:
        self.home = home
        self.report = report
        self.wanted_port = port
        self.children: list[Child] = []
        self.base = ""
        self.bot = ""
        self._embedded = False
        self._lock: IO[str] | None = None
        self._stop = False
        self._look_at_database = 0.0

    def prepare(self) -> None:
        """Install, index and train what changed; each step says what it does."""
        check_disk(self.home)
        install_bot(self.report)
        self.report("knowledge index: building if procedures changed")
        build_index(self.home)
        self.report("model: training if config.yml, nlu_data/ or bot/ changed")
        train(self.home)

    def start(self) -> None:
        """Start everything and wait until it answers.

        Raises:
            SetupError: another stack runs here, the port is taken, a setting is wrong, or a part does not come up.
        """
        self._take_lock()
        check_disk(self.home)
        load_source()
        ports = Ports(self._gateway_port(), free_port(), free_port())
        self.base = f"http://127.0.0.1:{ports.gateway}"
        self.bot = f"http://127.0.0.1:{ports.bot}"
        url = self._database()
        self.report("database: migrations")
        migrate(url)
        make_tracker_schema(url)
        self.children = [Child(spec) for spec in child_specs(self.home, ports, url)]
        for child in self.children:
            child.start()
        for child in self.children:
            self.report(f"waiting for {child.spec.name}")
            child.wait_ready(lambda: self._stop)
        self._write_state()

    def watch(self) -> None:
        """Keep the children running until SIGINT or SIGTERM."""
        while not self._stop:
            self._watch_database()
            watch(self.children, self.report)
            self._write_state()
            time.sleep(0.3)

    def _watch_database(self) -> None:
        """Start the embedded server again when it is gone: killed, or ended by itself on a full disk."""
        if not self._embedded or time.monotonic() < self._look_at_database:
            return
        self._look_at_database = time.monotonic() + DATABASE_AGAIN_SECONDS
        if is_running(self.home.path):
            return
        self.report("database: gone, starting it again")
        try:
            start_embedded(self.home.path)
        except SetupError as error:  # the disk is still full: the next look tries again
            self.report(f"database: {error}")

    def stop(self) -> None:
        """Stop everything in the order that lets the worker finish its turns; nothing is left behind."""
        for child in sorted(self.children, key=lambda c: ("gateway", "worker", "bot", "actions").index(c.spec.name)):
            child.stop()
        if self._embedded:
            stop_embedded(self.home.path)
        self.home.state_file.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: end the watch."""
        self._stop = True

    def _take_lock(self) -> None:
        self._lock = (self.home.run / "stack.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            running_at = read_state(self.home).get("base", "this state directory")
            raise SetupError(
                f"The assistant already runs at {running_at}: use it, or stop it with Ctrl-C there."
            ) from error

    def _gateway_port(self) -> int:
        port = self.wanted_port if self.wanted_port is not None else port_setting()
        if port and not is_free(port):
            raise SetupError(
                f"Port {port} is taken: stop the program there, or run 'MOTCUA_PORT={port + 1} ./motcua up'."
            )
        return port or free_port()

    def _database(self) -> str:
        external = os.environ.get("DATABASE_URL")
        if external:
            return external
        self.report("database: starting the embedded PostgreSQL")
        self._embedded = True
        return start_embedded(self.home.path)

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "base": self.base,
            "bot": self.bot,
            "processes": {c.spec.name: {"pid": c.pid, "restarts": c.restarts} for c in self.children},
        }
        text = json.dumps(state)
        if self.home.state_file.exists() and self.home.state_file.read_text(encoding="utf-8") == text:
            return
        fresh = self.home.state_file.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.home.state_file)


@contextmanager
def running(home: Home, report: Report) -> Iterator[str]:
    """Give the address of a running stack: the one that runs, or one started for this block only."""
    state = read_state(home)
    if state and answers(f"{state['base']}/livez"):
        yield str(state["base"])
        return
    report("no assistant runs here: starting one for this command")
    stack = Stack(home, report, port=0)
    try:
        stack.prepare()
        stack.start()
        yield stack.base
    finally:
        stack.stop()


def serve(home: Home, report: Report, ready: Callable[[str], None]) -> None:
    """Run the stack until Ctrl-C or SIGTERM; ``ready`` gets the address once it answers."""
    stack = Stack(home, report)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, stack.ask_to_stop)
    try:
        stack.prepare()
        stack.start()
        ready(stack.base)
        stack.watch()
    finally:
        report("stopping")
        stack.stop()


def read_state(home: Home) -> dict[str, object]:
    """Return what a running stack wrote of itself, or an empty dict when its process is gone."""
    try:
        state = json.loads(home.state_file.read_text(encoding="utf-8"))
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return {}
    return dict(state)
