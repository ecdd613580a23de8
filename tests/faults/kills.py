"""The crash harness: people write on Zalo under load while processes are killed at random; then the books are read.

Each person sends one message after the other and repeats it until it is acknowledged, as a platform does; so the order
that counts is known. ``python -m tests.faults.kills 200`` prints the figures of docs/performance.md.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg
import requests

from benchmarks.running import Running
from gateway.embedded import start_embedded

PEOPLE, PAUSE = 8, 0.4
VICTIMS = ("gateway", "worker", "worker1", "bot", "database", "backend")
SENDERS = ("worker", "worker1")


@dataclass
class Report:
    """What was found. ``lost``: acknowledged but not stored, or stored and never answered."""

    kills: dict[str, int]
    acknowledged: int = 0
    lost: int = 0
    double_effects: int = 0
    out_of_order: int = 0
    sent_twice: int = 0
    dead_letters: int = 0
    dead_reasons: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    slowest_accept_s: float = 0.0

    @property
    def sender_kills(self) -> int:
        """Kills of processes that send."""
        return sum(self.kills.get(name, 0) for name in SENDERS)


class Person(threading.Thread):
    """Writes until told to stop; ``said`` are the acknowledged numbers, in order."""

    def __init__(self, stack: Running, name: str, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stack, self.person, self.stopping = stack, name, stopping
        self.said: list[int] = []
        self.slowest = 0.0
        self._session = requests.Session()

    def run(self) -> None:
        for number in itertools.count():
            if self.stopping.wait(PAUSE):
                return
            began = time.monotonic()
            while not self._acknowledged(number):
                time.sleep(0.1)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.said.append(number)

    def text(self, number: int) -> str:
        """What message ``number`` says; without the person's long number, which would be masked."""
        return f"người {self.person[-2:]} câu {number}"

    def _acknowledged(self, number: int) -> bool:
        raw, headers = self.stack.zalo_event(self.person, f"m-{self.person}-{number}", self.text(number))
        try:
            answer = self._session.post(f"{self.stack.url}/webhooks/zalo", data=raw, headers=headers, timeout=10)
        except requests.RequestException:
            return False
        assert answer.status_code in (200, 503), answer.status_code
        return answer.status_code == 200


def run(kills: int, seed: int = 1, pause: tuple[float, float] = (0.8, 2.4)) -> Report:
    """Kill so often, let everything recover, and read the books."""
    chance = random.Random(seed)
    stopping = threading.Event()
    began = time.monotonic()
    report = Report({})
    with Running(workers=2, bot_process=True) as stack:
        people = [Person(stack, str(2468013579246800000 + n), stopping) for n in range(PEOPLE)]
        for person in people:
            stack.zalo.person(person.person).last_ms = stack.zalo.now_ms()  # opens the platform's reply window
            person.start()
        counted: Counter[str] = Counter()
        for _ in range(kills):
            _let_flow(people, chance.uniform(*pause))
            victim = chance.choice(VICTIMS)
            counted[victim] += _kill(stack, victim, chance)
        stopping.set()
        for person in people:
            person.join(60)
            assert not person.is_alive(), "a message was never acknowledged"
        _settle(stack)
        report.kills = dict(counted)
        _read_books(stack, people, report)
        if os.environ.get("MOTCUA_KILLS_LOGS"):
            for log in stack.home.glob("*.log"):
                (Path(os.environ["MOTCUA_KILLS_LOGS"]) / log.name).write_bytes(log.read_bytes())
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _let_flow(people: list[Person], seconds: float) -> None:
    """Wait so long, and on a busy machine until messages are taken again: kills of what is down prove nothing."""
    before = sum(len(person.said) for person in people)
    time.sleep(seconds)
    deadline = time.monotonic() + 15
    while sum(len(person.said) for person in people) < before + 3 and time.monotonic() < deadline:
        time.sleep(0.05)


def _kill(stack: Running, victim: str, chance: random.Random) -> int:
    if victim in stack.children:
        stack.kill(victim)
        stack.start(victim)
        return 1
    postmaster = int((stack.home / "pg" / "postmaster.pid").read_text().split()[0])
    if victim == "database":
        os.kill(postmaster, signal.SIGKILL)
        start_embedded(stack.home)
        return 1
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    os.kill(int(chance.choice(children)), signal.SIGKILL)  # the server then restarts all its processes
    return 1


def _settle(stack: Running) -> None:
    """Wait until nothing is open; tries that back off are brought forward, as nobody kills any more."""
    deadline = time.monotonic() + 90
    while True:
        try:
            for table in ("inbox", "outbox"):
                stack.query(f"update {table} set next_at = now() where state = 'open' and next_at > now() returning 1")
            stack.wait_idle(3)
        except (psycopg.Error, TimeoutError):
            assert time.monotonic() < deadline, "the queue does not empty"
        else:
            return


def _read_books(stack: Running, people: list[Person], report: Report) -> None:
    stored = {row[0]: row[1] for row in stack.query("select body ->> 'text', id from inbox")}
    answered = Counter(row[0] for row in stack.query("select inbox_id from outbox"))
    report.dead_reasons = dict(stack.query("select reason, count(*) from dead_letter group by reason"))
    report.dead_letters = sum(report.dead_reasons.values())
    report.double_effects = sum(count - 1 for count in answered.values())
    report.slowest_accept_s = round(max(person.slowest for person in people), 2)
    sent = [(item.person, str(item.message.get("text", ""))) for item in stack.zalo.sent]
    report.sent_twice = len(sent) - len(set(sent))
    for person in people:
        said = [person.text(number) for number in person.said]
        report.acknowledged += len(said)
        first = list(dict.fromkeys(text for who, text in sent if who == person.person))
        wanted = [f"Anh/Chị vừa gửi: {text}" for text in said]
        report.lost += sum(text not in stored or not answered[stored[text]] for text in said)
        report.lost += len(set(wanted) - set(first))
        report.out_of_order += [text for text in first if text in set(wanted)] != [t for t in wanted if t in set(first)]


def main() -> None:
    """Print the figures of a run."""
    report = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(json.dumps(asdict(report) | {"sender_kills": report.sender_kills}))


if __name__ == "__main__":
    main()
