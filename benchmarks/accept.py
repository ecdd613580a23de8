"""Accepting messages durably: ``./motcua bench accept [--json] [--channel zalo|web]``.

Signed webhook events over HTTP into the gateway process, embedded PostgreSQL with fsync on, generator on the same
machine. ``p50_ms`` and ``p99_ms`` at a constant 200 events/s, from the moment an event was due until its 200;
``accepted_per_s`` at saturation over 16 connections; ``lost``: events answered 2xx that are not in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import json

from benchmarks.load import Make, Shot, constant_rate, percentile, saturate
from benchmarks.running import Running

RATE, SECONDS, SATURATION_SECONDS, PEOPLE = 200.0, 20.0, 8.0, 500


def measure(channel: str = "zalo", seconds: float = SECONDS) -> dict[str, float]:
    """Return the figures of the module's text."""
    with Running(workers=0) as stack:
        make = _zalo(stack) if channel == "zalo" else _web(stack)
        asyncio.run(constant_rate(stack.port, lambda n: make(10_000_000 + n), 100, 2))  # warm up
        steady = asyncio.run(constant_rate(stack.port, make, RATE, seconds))
        full = asyncio.run(saturate(stack.port, make, SATURATION_SECONDS, first=1_000_000))
        good = sum(_taken(shot) for shot in full)
        times = [shot.seconds * 1000 for shot in steady]
        return {
            "p50_ms": round(percentile(times, 0.5), 2),
            "p99_ms": round(percentile(times, 0.99), 2),
            "max_ms": round(max(times), 2),
            "accepted_per_s": round(good / SATURATION_SECONDS, 1),
            "lost": _lost(stack, steady + full),
            "refused": sum(not _taken(shot) for shot in steady),
        }


def _taken(shot: Shot) -> bool:
    return shot.status in (200, 202)


def _lost(stack: Running, shots: list[Shot]) -> int:
    stored = {int(row[0].rpartition(":")[2].removeprefix("m")) for row in stack.query("select event_id from inbox")}
    return sum(_taken(shot) and shot.number not in stored for shot in shots)


def _zalo(stack: Running) -> Make:
    def make(number: int) -> tuple[str, bytes, dict[str, str]]:
        raw, headers = stack.zalo_event(str(2468013579246800000 + number % PEOPLE), f"m{number}", f"câu {number}")
        return "/webhooks/zalo", raw, headers

    return make


def _web(stack: Running) -> Make:
    tokens = [stack.web_token(str(person)) for person in range(PEOPLE)]

    def make(number: int) -> tuple[str, bytes, dict[str, str]]:
        body = json.dumps({"id": f"m{number}", "text": f"câu {number}"}).encode()
        return "/web/messages", body, {"Authorization": f"Bearer {tokens[number % PEOPLE]}"}

    return make


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--channel", choices=("zalo", "web"), default="zalo")
    options = parser.parse_args()
    figures = measure(options.channel)
    print(json.dumps(figures) if options.json else "\n".join(f"{name:16} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
