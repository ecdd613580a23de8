"""Dossiers at their size, on an embedded PostgreSQL of its own: ``./motcua bench dossier [--json]``.

Keys: ``lookup_p95_ms`` a safe look-up (right, wrong and unknown in turn) with its counting and audit, at 100,000
dossiers; ``timing_ks`` and ``timing_p`` compare the answer times of wrong facts and unknown codes (Kolmogorov-Smirnov;
a small p would mean that time tells them apart); ``fanout_lost``, ``fanout_double`` of 10,000 status changes told
to subscribers by a worker killed twice; ``stats_s`` the slowest grouping over 100,000; ``import_s`` the import.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics as numbers
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg_pool import ConnectionPool

from benchmarks.samples import ks_distance, ks_probability
from core.dossier import HANOI, Status, StatusEvent
from dossiers.facts import Secret
from dossiers.load import load
from dossiers.lookup import SafeLookup
from dossiers.notices import Feed, Notice, release
from dossiers.postgres import PostgresRegistry, set_status
from dossiers.reading import Row
from dossiers.schema import Connection, migrate
from dossiers.statistics import GROUPINGS
from dossiers.synthetic import generate
from gateway.embedded import start_embedded, stop_embedded

SECRET = Secret(b"benchmark secret of 32 bytes....")
COUNT = 100_000
CHANGES = 10_000
TRIES = 1_500
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=HANOI)
Pool = ConnectionPool[Any]


def measure() -> dict[str, float]:
    """Return every figure of the module's text."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        url = start_embedded(Path(folder))
        try:
            migrate(url)
            with ConnectionPool(url, min_size=1, max_size=4) as pool:
                return _measure(url, pool)
        finally:
            stop_embedded(Path(folder))


def _measure(url: str, pool: Pool) -> dict[str, float]:
    rows = list(generate(COUNT, date(2026, 11, 23)))
    started = time.perf_counter()
    load(pool.connection, SECRET, rows)
    figures = {"dossiers": COUNT, "import_s": round(time.perf_counter() - started, 1)}
    return figures | _statistics(pool) | _lookup(pool, rows) | _fanout(url, pool, rows)


def _statistics(pool: Pool) -> dict[str, float]:
    registry, times = PostgresRegistry(pool.connection, SECRET), []
    for by in GROUPINGS:
        started = time.perf_counter()
        registry.tallies(by, NOON)
        times.append(time.perf_counter() - started)
    return {"stats_s": round(max(times), 3)}


def _lookup(pool: Pool, rows: list[Row]) -> dict[str, float]:
    """Right, wrong and unknown in a random order, each by another sender, so that nothing is locked."""
    lookup = SafeLookup(PostgresRegistry(pool.connection, SECRET), pool.connection, SECRET)
    chance = random.Random(7)
    picked = chance.sample(rows, 3 * TRIES)
    cases = [("right", row.dossier.code, row.facts["pin"]) for row in picked[:TRIES]]
    cases += [("wrong", row.dossier.code, "99") for row in picked[TRIES : 2 * TRIES]]
    cases += [("unknown", f"{row.dossier.code[:-4]}9{row.dossier.code[-3:]}", "99") for row in picked[2 * TRIES :]]
    chance.shuffle(cases)
    times: dict[str, list[float]] = {"right": [], "wrong": [], "unknown": []}
    for number, (kind, code, fact) in enumerate(cases):
        started = time.perf_counter()
        lookup.look_up(f"bench:{number}", code, fact)
        times[kind].append((time.perf_counter() - started) * 1000)
    every = sorted(value for kind in times.values() for value in kind)
    distance = ks_distance(times["wrong"], times["unknown"])
    return {
        "lookup_p50_ms": round(numbers.median(every), 2),
        "lookup_p95_ms": round(every[int(len(every) * 0.95)], 2),
        "wrong_median_ms": round(numbers.median(times["wrong"]), 3),
        "unknown_median_ms": round(numbers.median(times["unknown"]), 3),
        "timing_ks": round(distance, 4),
        "timing_p": round(ks_probability(distance, TRIES, TRIES), 3),
    }


def _fanout(url: str, pool: Pool, rows: list[Row]) -> dict[str, float]:
    """Change 10,000 dossiers with two subscribers each; two workers tell them, and each is killed once on the way."""
    open_rows = rows[:CHANGES]
    with pool.connection() as connection:
        connection.execute("create table bench_outbox (dedupe_key text primary key, covers text[])")
        connection.cursor().executemany(
            "insert into dossier.subscription (code, subscriber, procedure_name, since_version)"
            " values (%s, %s, '-', 1)",
            [(row.dossier.code, f"zalo:oa:{(n * 7 + k) % 4000}") for n, row in enumerate(open_rows) for k in (0, 1)],
        )
        for row in open_rows:
            status = Status.PAYMENT if row.dossier.status is not Status.PAYMENT else Status.PROCESSING
            assert set_status(connection, row.dossier.code, StatusEvent(at=NOON, status=status)) == 2
    started = time.perf_counter()
    kills = _tell(url, pool)
    seconds = time.perf_counter() - started
    with pool.connection() as connection:
        found = Counter(key for (keys,) in connection.execute("select covers from bench_outbox") for key in keys)
    wanted = {
        f"dossier:{SECRET.code(row.dossier.code).hex()[:16]}:2:zalo:oa:{(n * 7 + k) % 4000}"
        for n, row in enumerate(open_rows)
        for k in (0, 1)
    }
    return {
        "fanout_changes": CHANGES, "fanout_notices": len(wanted), "fanout_kills": kills,
        "fanout_lost": len(wanted - set(found)), "fanout_double": sum(n - 1 for n in found.values()),
        "fanout_s": round(seconds, 1),
    }  # fmt: skip


def _tell(url: str, pool: Pool) -> int:
    """Run the worker process to the end, killing it (SIGKILL) twice in the middle of its work."""
    kills = 0
    while True:
        worker = subprocess.Popen([sys.executable, "-m", "benchmarks.dossier", "--worker", url])
        if kills < 2:
            _wait_for_work(pool, after=kills)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            kills += 1
        elif worker.wait() == 0:
            return kills


def _wait_for_work(pool: Pool, after: int) -> None:
    """Wait until the worker is in the middle: first of gathering, then of releasing."""
    query = ("select cursor from dossier.feed", "select count(*) from bench_outbox")[after]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with pool.connection() as connection:
            row = connection.execute(query.encode()).fetchone()
        if row and row[0] > (CHANGES // 4 if after == 0 else 500):
            return
        time.sleep(0.01)
    raise TimeoutError("the worker does no work")


def work(url: str) -> None:
    """Gather and release until nothing is left: the loop of a gateway's worker."""
    with ConnectionPool(url, min_size=1, max_size=2) as pool:
        feed = Feed("postgres", PostgresRegistry(pool.connection, SECRET), SECRET)
        while True:
            with pool.connection() as connection:
                gathered = feed.gather(connection, NOON, 250)
            with pool.connection() as connection:
                told = release(connection, _publish, NOON + timedelta(hours=2), 100)
            if not gathered and not told:
                return


def _publish(connection: Connection, notices: Sequence[Notice]) -> tuple[str, ...]:
    connection.cursor().executemany(
        "insert into bench_outbox (dedupe_key, covers) values (%s, %s)",
        [(notice.dedupe_key, list(notice.covers)) for notice in notices],
    )
    return ()


def main() -> None:
    """Print the figures as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker")
    options = parser.parse_args()
    if options.worker:
        return work(options.worker)
    figures = measure() | {"measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:20} {value}" for name, value in figures.items()))
    return None


if __name__ == "__main__":
    main()
