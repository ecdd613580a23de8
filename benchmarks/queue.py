"""Handling a backlog in order: ``./motcua bench queue [--json]``, with Procrastinate beside it on the same server.

2,000 messages wait in 100 conversations. ``handled_per_s``: our worker's handling with a bot that answers at once,
8 threads; ``ordered``: every conversation was asked in its order, each message once. ``procrastinate_per_s``: the same
backlog as jobs of Procrastinate 3.10 with ``lock=<conversation>``, which is its way to keep order, 8 at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import procrastinate
from procrastinate import PsycopgConnector

from connectors.web import WebChannel
from core.message import Incoming, Reply
from gateway import inbox
from gateway.database import open_pool, transaction
from gateway.embedded import start_embedded, stop_embedded
from gateway.migrate import migrate
from gateway.settings import Limits, Settings
from gateway.worker import Worker

MESSAGES, CONVERSATIONS, THREADS = 2000, 100, 8
Order = dict[str, list[int]]


class NullBot:
    """Answers at once and writes down who asked what."""

    def __init__(self) -> None:
        self.order: Order = defaultdict(list)
        self._lock = threading.Lock()

    def handle(self, message: Incoming) -> list[Reply]:
        """Answer."""
        with self._lock:
            self.order[message.conversation].append(int(message.text))
        return [Reply.model_validate({"kind": "answer", "text": "Dạ"})]


def measure() -> dict[str, object]:
    """Return the figures of the module's text."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        home = Path(folder)
        url = start_embedded(home)
        try:
            migrate(url)
            per_s, ours = _ours(url, home)
            theirs_per_s, theirs = asyncio.run(_procrastinate(url))
        finally:
            stop_embedded(home, "immediate")
    return {
        "handled_per_s": round(per_s, 1), "ordered": _ordered(ours), "procrastinate_per_s": round(theirs_per_s, 1),
        "procrastinate_ordered": _ordered(theirs), "procrastinate_version": procrastinate.__version__,
        "messages": MESSAGES, "conversations": CONVERSATIONS,
    }  # fmt: skip


def _backlog() -> list[tuple[str, int]]:
    return [(f"web:bench:{number % CONVERSATIONS}", number) for number in range(MESSAGES)]


def _ordered(order: Order) -> bool:
    """Whether every conversation was asked in order, each message once."""
    wanted: Order = defaultdict(list)
    for conversation, number in _backlog():
        wanted[conversation].append(number)
    return dict(order) == dict(wanted)


def _ours(url: str, home: Path, per_minute: int = 0) -> tuple[float, Order]:
    pool = open_pool(url, 4, "bench")
    messages = [Incoming(channel="web", event_id=f"{conversation}:{number}", conversation=conversation,
                         text=str(number)) for conversation, number in _backlog()]  # fmt: skip
    for start in range(0, MESSAGES, 100):
        with transaction(pool) as connection:
            inbox.accept(connection, messages[start : start + 100])
    key = b"bench" * 8
    settings = Settings(
        url,
        home,
        "127.0.0.1",
        0,
        "http://127.0.0.1:9",
        "-",
        (key,),
        handlers=THREADS,
        limits=Limits(messages_per_minute=per_minute),
    )  # the backlog is no person's pace
    bot = NullBot()
    worker = Worker(settings, {"web": WebChannel((key,))}, lambda: bot)  # type: ignore[arg-type,return-value]
    began = time.perf_counter()
    worker.start()
    while _open(pool):
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    worker.stop()
    pool.close()
    return MESSAGES / seconds, bot.order


def _open(pool: object) -> bool:
    with transaction(pool) as connection:  # type: ignore[arg-type]
        row = connection.execute("select exists (select 1 from inbox where state = 'open')").fetchone()
    return bool(row and row[0])


async def _procrastinate(url: str) -> tuple[float, Order]:
    order: Order = defaultdict(list)
    app = procrastinate.App(connector=PsycopgConnector(conninfo=url, min_size=2, max_size=THREADS + 2))

    @app.task(name="handle")
    async def handle(conversation: str, number: int) -> None:
        order[conversation].append(number)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for conversation, number in _backlog():
            await handle.configure(lock=conversation).defer_async(conversation=conversation, number=number)
        began = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=THREADS, install_signal_handlers=False)
        seconds = time.perf_counter() - began
    return sum(map(len, order.values())) / seconds, order


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure()
    print(json.dumps(figures) if options.json else "\n".join(f"{name:22} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
