"""Citizens of the crash harness: each writes one message after the other and repeats it until it is acknowledged.

So does a platform; so the order that counts is known.
"""

from __future__ import annotations

import itertools
import threading
import time

import requests

from benchmarks.running import Running

PEOPLE = 8
# So many answers may be missing before a person waits for one: the queue is tried, and no slow machine is drowned.
PATIENCE = 4
# For the real bot: turns that need the index, the memory of the turn before, and no knowledge at all.
QUESTIONS = (
    "làm khai sinh cho con cần giấy tờ gì",
    "thế lệ phí bao nhiêu",
    "bao lâu thì xong",
    "xin chào",
    "dang ky ket hon o dau",
    "đăng ký tạm trú mất bao lâu",
    "nộp online được không",
    "thời tiết hôm nay thế nào",
    "cảm ơn",
)


class Person(threading.Thread):
    """Writes every ``pause`` seconds until told to stop, never far ahead of the answers.

    ``said`` are the acknowledged numbers, in order.
    """

    def __init__(self, stack: Running, number: int, pause: float, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stack, self.pause, self.stopping = stack, pause, stopping
        self.person = str(2468013579246800000 + number)
        self.said: list[int] = []
        self.slowest = 0.0
        self._session = requests.Session()

    @property
    def conversation(self) -> str:
        """The key of order."""
        return f"zalo:{self.stack.zalo.app.oa_id}:{self.person}"

    def run(self) -> None:
        for number in itertools.count():
            if self.stopping.wait(self.pause) or not self._answered_enough():
                return
            began = time.monotonic()
            while not self._acknowledged(number):
                time.sleep(0.1)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.said.append(number)

    def _answered_enough(self) -> bool:
        """Wait until few answers are missing; false when it is time to leave."""
        while len(self.stack.zalo.seen(self.person)) < len(self.said) - PATIENCE:
            if self.stopping.wait(0.1):
                return False
        return True

    def event_id(self, number: int) -> str:
        """The platform's id of message ``number``."""
        return f"m-{self.person}-{number}"

    def text(self, number: int) -> str:
        """What message ``number`` says; without the person's long number, which would be masked."""
        if self.stack.bot_kind == "rasa":
            return QUESTIONS[(number + int(self.person[-2:])) % len(QUESTIONS)]
        return f"người {self.person[-2:]} câu {number}"

    def _acknowledged(self, number: int) -> bool:
        raw, headers = self.stack.zalo_event(self.person, self.event_id(number), self.text(number))
        try:
            answer = self._session.post(f"{self.stack.url}/webhooks/zalo", data=raw, headers=headers, timeout=10)
        except requests.RequestException:
            return False
        assert answer.status_code in (200, 503), answer.status_code
        return answer.status_code == 200


class Crowd:
    """The people who write at a time, and those who wrote before them; leaving, each is acknowledged his last word."""

    def __init__(self, stack: Running, pause: float) -> None:
        self.stack, self.pause = stack, pause
        self.people: list[Person] = []
        self._stopping = threading.Event()

    def change(self) -> None:
        """Let everybody leave and as many new people come."""
        self.leave()
        self._stopping = threading.Event()
        first = len(self.people)
        fresh = [Person(self.stack, number, self.pause, self._stopping) for number in range(first, first + PEOPLE)]
        for person in fresh:
            self.stack.zalo.person(person.person).last_ms = self.stack.zalo.now_ms()  # opens the reply window
            person.start()
        self.people += fresh

    def leave(self) -> None:
        """Stop writing."""
        self._stopping.set()
        for person in self.people:
            person.join(60)
            assert not person.is_alive(), "a message was never acknowledged"

    def said(self) -> int:
        """How many messages are acknowledged."""
        return sum(len(person.said) for person in self.people)
