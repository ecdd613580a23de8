"""Memory, file handles and tables under a constant load: ``./motcua bench soak [--json] [--minutes N]``.

The fake Zalo delivers 20 events a second to a gateway and a worker of their own. 90 days pass for the retention purge
every half a minute, so that tables must reach a size and keep it. Thirty samples are taken; of each series the slope
over the last two thirds of the time is fitted, and ``growth`` is what it makes of that time. A series is flat when it
grows by less than its unit allows (``ALLOWED``), or by less than a twentieth.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import psutil

from benchmarks.running import Running
from gateway.database import open_pool
from gateway.retention import purge

RATE, PEOPLE, SAMPLES = 20.0, 500, 30
# A machine that was busy with other work may have to catch up in the end.
IDLE_SECONDS = 600.0
KEPT = timedelta(days=90) - timedelta(seconds=30)
TABLES = ("inbox", "outbox", "attempt", "platform_event", "send_charge", "contact")
# Growth that says nothing, by the end of a series' name.
ALLOWED = {"_mb": 2.0, "_files": 2.0, "_kb": 256.0, "_rows": 200.0, "_s": 2.0}
_SIZES = ", ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
_INBOX = """
    (select count(*) from inbox),
    (select coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0) from inbox where state = 'open')
"""


@dataclass(frozen=True)
class Series:
    """One figure over time: after a third of the time, at the end, its slope an hour, and its growth (see above)."""

    early: float
    late: float
    slope_per_hour: float
    growth: float
    flat: bool


def measure(minutes: float = 30.0, rate: float = RATE) -> dict[str, object]:
    """Return the figures of the module's text."""
    with Running() as stack, _Purging(stack.database_url) as purging:
        samples: list[dict[str, float]] = []
        count = int(minutes * 60 * rate)
        began = time.perf_counter()
        for number in range(count):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            stack.zalo.says(str(2468013579246800000 + number % PEOPLE), f"câu {number}")
            if (number + 1) * SAMPLES // count > len(samples):
                samples.append({"at": time.perf_counter() - began} | _sample(stack))
        stack.wait_idle(IDLE_SECONDS)
        answered = {str(item.message.get("text", "")) for item in stack.zalo.sent}
        return {
            "messages": count,
            "seconds": round(time.perf_counter() - began, 1),
            "unanswered": count - len(answered),
            "sent_twice": len(stack.zalo.sent) - len(answered),
            "purged": purging.gone,
            "series": {name: asdict(found) for name, found in fit(samples).items()},
        }


def fit(samples: list[dict[str, float]]) -> dict[str, Series]:
    """Return every series of the samples, which hold the time of each in seconds as ``at``."""
    late = samples[len(samples) // 3 :]
    times = [sample["at"] for sample in late]
    return {name: _series(name, times, [sample[name] for sample in late]) for name in samples[0] if name != "at"}


def _series(name: str, times: list[float], values: list[float]) -> Series:
    slope = statistics.linear_regression(times, values).slope
    growth = slope * (times[-1] - times[0])
    allowed = next(size for end, size in ALLOWED.items() if name.endswith(end))
    flat = growth < max(allowed, statistics.fmean(values) / 20)
    return Series(values[0], values[-1], round(slope * 3600, 2), round(growth, 2), flat)


class _Purging:
    def __init__(self, url: str) -> None:
        self._pool = open_pool(url, 2, "soak")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.gone = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
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
    ((*sizes, rows, age),) = stack.query(f"select {_SIZES}, {_INBOX}")
    found |= {f"{table}_kb": size / 1024 for table, size in zip(TABLES, sizes, strict=True)}
    return found | {"inbox_rows": rows, "inbox_oldest_s": round(float(age), 2)}


def _table(figures: dict[str, object]) -> str:
    series = figures["series"]
    assert isinstance(series, dict)
    lines = [f"{name:12} {value}" for name, value in figures.items() if name != "series"]
    lines.append(f"{'':20} {'a third':>10} {'end':>10} {'an hour':>10} {'growth':>10}  flat")
    for name, found in series.items():
        numbers = " ".join(f"{found[key]:10.1f}" for key in ("early", "late", "slope_per_hour", "growth"))
        lines.append(f"{name:20} {numbers}  {'yes' if found['flat'] else 'NO'}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    figures = measure(options.minutes)
    print(json.dumps(figures) if options.json else _table(figures))


if __name__ == "__main__":
    main()
