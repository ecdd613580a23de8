"""Rasa's built-in Facebook channel and ours under the same fake Graph: what each does with what the platform sends.

``python -m benchmarks.rasa_facebook [--json]`` in the service's environment; Rasa runs in the bot's. Both have a stub
in place of the bot, which answers a message with its text after a fixed time. Each row is one habit of the platform.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import requests

from cli.paths import ROOT, bot_python
from connectors.fakes.graph import FakeGraph
from connectors.fakes.graph_people import INBOX, Person
from connectors.fakes.graph_webhook import Manner, body_of, signatures
from gateway.embedded import start_embedded, stop_embedded
from gateway.migrate import migrate
from tests.gateway_stack import Stack, free_port, wait_until
from tests.messenger_books import APP, VERIFY, environment

Json = dict[str, Any]
COUNT = 20
DELAY, SLOW = 0.02, 1.0
PERSON = "7770001112223334"
FREE_APP = replace(APP, proof_required=False)  # Rasa's channel never sends the proof


@dataclass
class Row:
    """One habit of the platform with what came of it."""

    habit: str
    wanted: str
    rasa: str = ""
    ours: str = ""


@contextmanager
def rasa(graph: FakeGraph, delay: float) -> Iterator[None]:
    """Rasa's channel in its own environment."""
    port = free_port()
    script = Path(__file__).with_name("rasa_facebook_server.py")
    words = {"port": port, "graph": graph.url, "secret": APP.secret, "verify": VERIFY, "token": APP.token,
             "delay": delay}  # fmt: skip
    argv = [str(bot_python()), str(script)]
    argv += [word for name, value in words.items() for word in (f"--{name}", str(value))]
    with tempfile.TemporaryFile() as log, subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log) as child:
        graph.webhook.url = f"http://127.0.0.1:{port}/webhooks/facebook/webhook"
        try:
            health = f"http://127.0.0.1:{port}/webhooks/facebook/"
            wait_until(lambda: child.poll() is not None or _answers(health), 120)
            yield
        finally:
            child.terminate()


@contextmanager
def ours(graph: FakeGraph, delay: float) -> Iterator[None]:
    """Our gateway and worker on an embedded PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        home = Path(folder)
        url = start_embedded(home)
        try:
            migrate(url)
            with Stack(url, home / "home", **environment(home, graph.url)) as stack:
                stack.bot.delay = delay
                graph.webhook.url = f"{stack.url}/webhooks/messenger"
                yield
        finally:
            stop_embedded(home, "immediate")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


class Trial:
    """One channel under the platform's habits."""

    def __init__(self, graph: FakeGraph) -> None:
        self.graph = graph
        graph.echoes = graph.receipts = False
        for person in (PERSON, APP.page_id):
            graph.people[person] = Person(graph.now_ms(), APP.app_id)

    def message(self, number: object, text: str = "", **more: Any) -> Json:
        """One message of the citizen."""
        return self._item(message={"mid": f"m_{number}"} | ({"text": text} if text else {}) | more)

    def _item(self, **part: Any) -> Json:
        return {"sender": {"id": PERSON}, "recipient": {"id": APP.page_id}, "timestamp": self.graph.now_ms(), **part}

    def post(self, *items: Json, name: str = "messaging", headers: dict[str, str] | None = None) -> str:
        """Post one body and return the status, or what kept one from coming."""
        raw = body_of(APP.page_id, [(item, name) for item in items])
        sent = signatures(raw, APP.secret) if headers is None else headers
        try:
            answer = requests.post(self.graph.webhook.url, data=raw, timeout=10,
                                   headers={"Content-Type": "application/json", **sent})  # fmt: skip
        except requests.RequestException as error:
            return type(error).__name__
        return str(answer.status_code)

    def texts(self, wait: float = 1.5) -> Counter[str]:
        """Return the texts that came for as long as new ones come, and forget them."""
        seen = -1
        while seen < len(self.graph.sent):
            seen = len(self.graph.sent)
            time.sleep(wait)
        found = Counter(str(sent.message.get("text")).removeprefix("Anh/Chị vừa gửi: ") for sent in self.graph.sent)
        self.graph.sent.clear()
        return found

    # ---- habits ----

    def plain(self) -> str:
        """Each message once, one a body."""
        for number in range(COUNT):
            self.post(self.message(f"p{number}", f"p{number}"))
        return f"{len(self.texts())} of {COUNT} answered"

    def duplicates(self) -> str:
        """Each message twice."""
        for number in range(COUNT):
            item = self.message(f"d{number}", f"d{number}")
            self.post(item)
            self.post(item)
        return f"{self.texts().total() - COUNT} of {COUNT} duplicates answered"

    def batches(self) -> str:
        """Five messages a body."""
        for start in range(0, COUNT, 5):
            self.post(*(self.message(f"b{number}", f"b{number}") for number in range(start, start + 5)))
        return f"{COUNT - len(self.texts())} of {COUNT} messages dropped"

    def slow_bot(self) -> str:
        """A bot slower than the deadline (both scaled down: 1 s and 0.5 s), and the retries that follow."""
        deliverer = self.graph.webhook
        deliverer.manner, before = Manner(deadline=SLOW / 2, speed=400), deliverer.manner
        tries = len(deliverer.tries)
        deliverer.put(self.message("s1", "s1"))
        wait_until(deliverer.settled, 300)
        deliverer.manner = before
        answers = self.texts(3 * SLOW).total()
        late = sum(attempt.status is None for attempt in deliverer.tries[tries:])
        return f"{late} deliveries over the deadline, answered {answers} times"

    def standby(self) -> str:
        """A message in a thread that another app owns."""
        status = self.post(self.message("t1", "t1"), name="standby")
        return f"HTTP {status}, {self.texts().total()} answered"

    def echoes(self) -> str:
        """Pictures that staff sent from the Page's inbox."""
        picture = {"type": "image", "payload": {"url": "https://scontent.example/i.jpg"}}
        item = self.message("e1", is_echo=True, app_id=int(INBOX), attachments=[picture])
        item["sender"], item["recipient"] = item["recipient"], item["sender"]
        status = self.post(item)
        return f"HTTP {status}, {self.texts().total()} answered"

    def stickers(self) -> str:
        """A sticker, a shared link without an address, and a text after them in one body."""
        items = [self.message("k1", attachments=[{"type": "sticker", "payload": {"sticker_id": 1}}]),
                 self.message("k2", attachments=[{"type": "fallback"}]), self.message("k3", "k3")]  # fmt: skip
        status = self.post(*items)
        return f"HTTP {status}, the text was {'answered' if self.texts()['k3'] else 'dropped'}"

    def commands(self) -> str:
        """A citizen types an intent."""
        self.post(self.message("c1", "/restart"))
        return "reached the bot as a command" if self.texts()["/restart"] else "reached the bot as plain text"

    def bad_signatures(self) -> str:
        """No signature, a wrong one, one of an unknown method."""
        headers = ({}, {"X-Hub-Signature": "sha1=00", "X-Hub-Signature-256": "sha256=00"},
                   {"X-Hub-Signature": "rot13=00", "X-Hub-Signature-256": "rot13=00"})  # fmt: skip
        statuses = [self.post(self.message(f"x{n}", f"x{n}"), headers=given) for n, given in enumerate(headers)]
        return f"HTTP {', '.join(statuses)}; {self.texts().total()} answered"

    def only_sha1(self) -> str:
        """The right old signature (SHA-1) beside a wrong new one."""
        item = self.message("y1", "y1")
        raw = body_of(APP.page_id, [(item, "messaging")])
        given = {"X-Hub-Signature": signatures(raw, APP.secret)["X-Hub-Signature"], "X-Hub-Signature-256": "sha256=00"}
        answer = requests.post(self.graph.webhook.url, data=raw, headers={"Content-Type": "application/json", **given},
                               timeout=10)  # fmt: skip
        return f"HTTP {answer.status_code}, {self.texts().total()} answered"

    def wrong_word(self) -> str:
        """Verification with a wrong word."""
        return f"HTTP {self.graph.verify('wrong')[0]}"


HABITS: tuple[tuple[str, str, Callable[[Trial], str]], ...] = (
    ("each message once", "20 of 20 answered", Trial.plain),
    ("each message twice", "0 of 20 duplicates answered", Trial.duplicates),
    ("five messages a body", "0 of 20 messages dropped", Trial.batches),
    ("sticker, link and text in one body", "HTTP 200, the text was answered", Trial.stickers),
    ("`standby`: another app owns the thread", "HTTP 200, 0 answered", Trial.standby),
    ("echo of a picture that staff sent", "HTTP 200, 0 answered", Trial.echoes),
    ("no, wrong and unknown signature", "HTTP 403, 403, 403; 0 answered", Trial.bad_signatures),
    ("right SHA-1, wrong SHA-256", "HTTP 403, 0 answered", Trial.only_sha1),
    ("verification with a wrong word", "HTTP 403", Trial.wrong_word),
    ("a citizen types `/restart`", "reached the bot as plain text", Trial.commands),
)
SLOW_HABIT = ("bot slower than the deadline", "0 deliveries over the deadline, answered 1 times", Trial.slow_bot)


def measure(channel: Callable[[FakeGraph, float], Any]) -> dict[str, str]:
    """Return what a channel does with every habit."""
    found = {}
    with FakeGraph(app=FREE_APP) as graph, channel(graph, DELAY):
        for habit, _, act in HABITS:
            found[habit] = act(Trial(graph))
    with FakeGraph(app=FREE_APP) as graph, channel(graph, SLOW):
        found[SLOW_HABIT[0]] = SLOW_HABIT[2](Trial(graph))
    return found


def main() -> None:
    """Measure both and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    theirs, mine = measure(rasa), measure(ours)
    rows = [Row(habit, wanted, theirs[habit], mine[habit]) for habit, wanted, _ in (*HABITS, SLOW_HABIT)]
    if words.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    print("| what the platform does | wanted | Rasa's Facebook channel | ours |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.habit} | {row.wanted} | {row.rasa} | {row.ours} |")


if __name__ == "__main__":
    main()
