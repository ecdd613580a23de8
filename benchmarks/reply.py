"""A Zalo message to its reply's arrival at the platform: ``./motcua bench reply [--json]``.

The fake Zalo delivers signed events at 20 a second; gateway and worker are processes of their own with the embedded
PostgreSQL (fsync on); the bot is the scripted one, so the figure is the path and not the understanding, which
``bench turn`` measures. ``p50_ms`` and ``p95_ms``: from the person's pressing "send" to the reply at the fake.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from benchmarks.load import percentile
from benchmarks.running import Running

RATE, SECONDS, PEOPLE = 20.0, 20.0, 100


class Arrivals(list[Any]):
    """The fake's list of sent messages, which notes when each arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, float] = {}

    def append(self, item: Any) -> None:
        """Keep a message and the time."""
        self.at.setdefault(str(item.message.get("text", "")), time.perf_counter())
        super().append(item)


def measure(seconds: float = SECONDS) -> dict[str, float]:
    """Return the figures of the module's text."""
    with Running() as stack:
        stack.zalo.sent = arrivals = Arrivals()
        _send(stack, "nóng máy", 2.0)
        stack.wait_idle()
        sent = _send(stack, "câu", seconds)
        stack.wait_idle()
        found = {text: arrivals.at.get(f"Anh/Chị vừa gửi: {text}") for text in sent}
        times = [(found_at - sent[text]) * 1000 for text, found_at in found.items() if found_at]
        return {
            "p50_ms": round(percentile(times, 0.5), 1),
            "p95_ms": round(percentile(times, 0.95), 1),
            "max_ms": round(max(times), 1),
            "sent": len(sent),
            "unanswered": len(sent) - len(times),
            "sent_twice": len(arrivals) - len(arrivals.at),
        }


def _send(stack: Running, word: str, seconds: float) -> dict[str, float]:
    sent: dict[str, float] = {}
    began = time.perf_counter()
    for number in range(int(RATE * seconds)):
        time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        text = f"{word} {number}"
        sent[text] = time.perf_counter()
        stack.zalo.says(str(2468013579246800000 + number % PEOPLE), text)
    return sent


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure()
    print(json.dumps(figures) if options.json else "\n".join(f"{name:12} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
