"""The crash harness: people write on Zalo under load while processes are killed at random; then the books are read.

``python -m tests.faults.kills 200 [--seed N] [--real] [--stops]`` prints the figures of docs/performance.md. ``--real``
puts Rasa and the action server in place of the scripted bot and kills them too; ``--stops`` does not kill but stops the
database for 0 to 2 s again and again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import signal
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from benchmarks.running import OPEN, Running
from gateway.embedded import start_embedded, stop_embedded
from gateway.inbox import OWNER_LOCKS
from tests.faults.books import Report, read_books
from tests.faults.people import Crowd

# After so many kills other people go on, as nobody writes for a quarter of an hour without a break.
SHIFT = 40
FLOW_SECONDS = 30.0
SCRIPTED = ("gateway", "worker", "worker1", "bot", "database", "backend")
REAL = (*SCRIPTED, "actions")
STOP_SECONDS = (0.0, 2.0)
# The queue may take long to empty on a busy machine, but it must go on: longer than any lease or lane's pause.
STUCK_SECONDS = 150.0


_OPEN_ROWS = """
    select id, conversation, attempts, lease_owner, lease_until - clock_timestamp(), next_at - clock_timestamp()
    from {table} where state = 'open' order by id limit 20
"""
_OWNERS = f"select objid from pg_locks where locktype = 'advisory' and classid = {OWNER_LOCKS} and granted"


@dataclass(frozen=True)
class Plan:
    """What is done to the stack: so many kills, or stops of its database, ``pause`` seconds apart (from, to).

    None begins later than ``seconds`` after the start.
    """

    count: int
    seed: int = 1
    real: bool = False
    stops: bool = False
    pause: tuple[float, float] = (0.3, 1.3)
    seconds: float = math.inf


def run(plan: Plan) -> Report:
    """Carry a plan out under load, let everything recover, and read the books."""
    chance, began = random.Random(plan.seed), time.monotonic()
    real, stops = plan.real, plan.stops
    victims = ("stop",) if stops else REAL if real else SCRIPTED
    counted: Counter[str] = Counter()
    with Running(workers=2, bot="rasa" if real else "process") as stack:
        crowd = Crowd(stack, 1.5 if real else 0.4)
        for number in range(plan.count):
            if time.monotonic() > began + plan.seconds:
                break
            if number % SHIFT == 0:
                crowd.change()
            _let_flow(stack, crowd, chance.uniform(*plan.pause), answers=3 if real else 0)
            victim = chance.choice(victims)
            _strike(stack, victim, chance)
            counted[victim] += 1
        crowd.leave()
        try:
            _settle(stack)
        finally:
            _keep_logs(stack)
        report = Report(dict(counted))
        read_books(stack, crowd.people, report)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _let_flow(stack: Running, crowd: Crowd, seconds: float, *, answers: int) -> None:
    """Wait so long, and on a busy machine until messages are taken again: kills of what is down prove nothing.

    Wait also until so many more ``answers`` are shown: the real bot needs seconds to start.
    """
    said, shown = crowd.said(), len(stack.zalo.sent)
    time.sleep(seconds)
    deadline = time.monotonic() + FLOW_SECONDS
    while time.monotonic() < deadline:
        if crowd.said() >= said + 3 and len(stack.zalo.sent) >= shown + answers:
            return
        stack.revive()
        time.sleep(0.05)


def _strike(stack: Running, victim: str, chance: random.Random) -> None:
    if victim in stack.children:
        stack.kill(victim)
        stack.start(victim)
        return
    if victim == "stop":
        stop_embedded(stack.home, "immediate")
        time.sleep(chance.uniform(*STOP_SECONDS))
        start_embedded(stack.home)
        return
    postmaster = int((stack.home / "pg" / "postmaster.pid").read_text().split()[0])
    if victim == "database":
        os.kill(postmaster, signal.SIGKILL)
        start_embedded(stack.home)
        return
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    os.kill(int(chance.choice(children)), signal.SIGKILL)  # the server then restarts all its processes


def _settle(stack: Running) -> None:
    """Wait until nothing is open; tries that back off are brought forward, as nobody kills any more."""
    stack.wait_ready()
    least, deadline = math.inf, time.monotonic() + STUCK_SECONDS
    while True:
        try:
            for table in ("inbox", "outbox"):
                stack.query(f"update {table} set next_at = now() where state = 'open' and next_at > now() returning 1")
            stack.wait_idle(3)
        except (psycopg.Error, TimeoutError):
            opened = _opened(stack)
            if opened < least:
                least, deadline = opened, time.monotonic() + STUCK_SECONDS
            if time.monotonic() > deadline:
                raise AssertionError(f"the queue does not empty: {opened} rows are open\n{_why_open(stack)}") from None
            stack.revive()
        else:
            return


def _opened(stack: Running) -> float:
    try:
        return int(stack.query(OPEN)[0][0])
    except psycopg.Error:
        return math.inf


def _why_open(stack: Running) -> str:
    """What is known of the rows that stay open, and the last warnings of those who should end them."""
    lines = [f"{table}: {row}" for table in ("inbox", "outbox") for row in stack.query(_OPEN_ROWS.format(table=table))]
    lines += [f"living owners: {stack.query(_OWNERS)}"]
    for name, child in stack.children.items():
        warnings = [line for line in (stack.home / f"{name}.log").read_text().splitlines() if '"info"' not in line]
        lines += [f"{name} (exit code {child.poll()}):", *warnings[-15:]]
    return "\n".join(lines)


def _keep_logs(stack: Running) -> None:
    if folder := os.environ.get("MOTCUA_KILLS_LOGS"):
        for log in stack.home.glob("*.log"):
            (Path(folder) / log.name).write_bytes(log.read_bytes())


def main() -> None:
    """Print the figures of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--stops", action="store_true")
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no kill after so many")
    wanted = parser.parse_args()
    pause = (5.0, 40.0) if wanted.stops else Plan.pause
    report = run(Plan(wanted.count, wanted.seed, wanted.real, wanted.stops, pause, wanted.seconds))
    print(json.dumps(asdict(report) | {"sender_kills": report.sender_kills}))


if __name__ == "__main__":
    main()
