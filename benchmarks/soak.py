"""A soak: ``./motcua bench soak [--json]`` runs 30 minutes at 20 messages/s (``--minutes N`` for another length).

Zalo messages of 500 people through gateway, worker, scripted bot and fake. Every five seconds 90 days pass for the
retention purge, so that tables must reach a size and keep it. Figures are taken after a fifth of the time and at the
end: memory and file handles of both processes, bytes of the tables, the oldest open rows, and what went missing.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from datetime import UTC, datetime, timedelta

import psutil

from benchmarks.running import Running
from gateway.database import open_pool
from gateway.retention import purge

RATE, PEOPLE = 20.0, 500
KEPT = timedelta(days=90) - timedelta(seconds=30)
TABLES = ("inbox", "outbox", "attempt", "platform_event", "send_charge", "contact")
_SIZES = " + ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
_INBOX = """
    (select count(*) from inbox),
    (select coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0) from inbox where state = 'open')
"""


def measure(minutes: float = 30.0, rate: float = RATE) -> dict[str, object]:
    """Return the figures of the module's text."""
    with Running() as stack:
        purging = _Purging(stack.database_url)
        purging.start()
        began = time.perf_counter()
        samples: list[dict[str, float]] = []
        count = int(minutes * 60 * rate)
        marks = {count // 5, *(count * share // 10 for share in range(3, 10))}
        for number in range(count):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            stack.zalo.says(str(2468013579246800000 + number % PEOPLE), f"câu {number}")
            if number in marks:
                samples.append(_sample(stack))
        stack.wait_idle()
        samples.append(_sample(stack))
        purging.stop()
        answered = {str(item.message.get("text", "")) for item in stack.zalo.sent}
        return {
            "messages": count,
            "unanswered": count - len(answered),
            "sent_twice": len(stack.zalo.sent) - len(answered),
            "purged": purging.gone,
            "early": samples[0],
            "late": samples[-1],
            "samples": samples,
        }


class _Purging:
    def __init__(self, url: str) -> None:
        self._pool = open_pool(url, 2, "soak")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.gone = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._pool.close()

    def _run(self) -> None:
        while not self._stopping.wait(5.0):
            self.gone += sum(purge(self._pool, datetime.now(UTC) + KEPT).values())


def _sample(stack: Running) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in ("gateway", "worker"):
        process = psutil.Process(stack.children[name].pid)
        found[f"{name}_mb"] = round(process.memory_info().rss / 2**20, 1)
        found[f"{name}_files"] = process.num_fds()
    ((size, rows, age),) = stack.query(f"select {_SIZES}, {_INBOX}")
    return found | {"tables_mb": round(size / 2**20, 2), "inbox_rows": rows, "inbox_oldest_s": round(float(age), 2)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    figures = measure(options.minutes)
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:12} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
