"""The whole path of a turn, measured on the real stack: ``./motcua bench turn [--json]``.

Keys (milliseconds unless named otherwise): ``parse_*`` Rasa's own parse over its HTTP door of the channel's process is
measured inside the bot's environment; ``search_p50_ms`` the knowledge base with its encoder in this process;
``turn_*`` one message a second from sending to reading the reply; ``turn10_p95_ms`` ten a second at constant rate (open
model: a late answer does not delay the next question); ``rss_service_mb`` gateway + worker + actions + supervisor,
database left out; ``startup_s`` from start to ready with everything built; ``train_s`` a forced training.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import psutil

from actions.settings import open_services
from cli.client import WebClient
from cli.environment import train
from cli.paths import ROOT, Home, bot_python
from cli.stack import Stack, read_state

QUESTIONS = (
    "làm khai sinh cho con cần giấy tờ gì",
    "lam khai sinh cho con can giay to gi",
    "thế lệ phí bao nhiêu",
    "đăng ký kết hôn ở đâu",
    "dang ky tam tru mat bao lau",
    "cấp lại căn cước bị mất",
    "chứng thực bản sao bao nhiêu tiền",
    "mở hộ kinh doanh nộp online được không",
    "xin chào",
    "thời tiết hôm nay thế nào",
    "sang tên xe máy cần gì",
    "xin giấy xác nhận độc thân",
)
ONE_A_SECOND = 40
TEN_A_SECOND = 200


def measure(*, with_training: bool = True) -> dict[str, float]:
    """Return every figure of the module's text."""
    home = Home.of_environment()
    figures: dict[str, float] = {}
    if with_training:
        started = time.monotonic()
        train(home, force=True)
        figures["train_s"] = round(time.monotonic() - started, 1)
    figures |= _parse(home)
    figures |= _search()
    figures |= _stack(home)
    return figures


def _parse(home: Home) -> dict[str, float]:
    """Parse times inside the bot's environment, where the pipeline runs."""
    argv = [str(bot_python()), "-m", "viet_nlu.parse_bench", "--models", str(home.models)]
    done = subprocess.run(
        argv, input=json.dumps(QUESTIONS), capture_output=True, text=True, check=True, cwd=ROOT / "bot"
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {"parse_p50_ms": found["p50_ms"], "parse_p95_ms": found["p95_ms"]}


def _search() -> dict[str, float]:
    kb = open_services().kb
    times = []
    for question in QUESTIONS * 10:
        started = time.perf_counter()
        kb.decide(question)
        times.append((time.perf_counter() - started) * 1000)
    return {"search_p50_ms": round(statistics.median(times), 2)}


def _stack(home: Home) -> dict[str, float]:
    stack = Stack(home, lambda text: print(text, file=sys.stderr), port=0)
    started = time.monotonic()
    try:
        stack.start()
        startup = time.monotonic() - started
        _turns(stack.base, home, 6, 1.0)
        slow = _turns(stack.base, home, ONE_A_SECOND, 1.0)
        fast = _turns(stack.base, home, TEN_A_SECOND, 10.0)
        memory = _memory(home)
    finally:
        stack.stop()
    return {
        "turn_p50_ms": round(statistics.median(slow), 1),
        "turn_p95_ms": round(percentile(slow, 95), 1),
        "turn10_p95_ms": round(percentile(fast, 95), 1),
        **memory,
        "startup_s": round(startup, 1),
    }


def _turns(base: str, home: Home, count: int, rate: float) -> list[float]:
    """Send ``count`` questions at a constant rate, each from a conversation of its own turn, and return the times."""
    times: list[float] = []
    threads = []
    started = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        thread = threading.Thread(target=_one_turn, args=(base, home, number, times))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    if len(times) != count:
        raise RuntimeError(f"{count - len(times)} of {count} turns had no reply")
    return times


def _one_turn(base: str, home: Home, number: int, times: list[float]) -> None:
    client = WebClient(base, home, f"bench-{os.getpid()}-{number % 20}-{threading.get_ident()}")
    times.append(client.ask(QUESTIONS[number % len(QUESTIONS)]).ms)


def _memory(home: Home) -> dict[str, float]:
    """Resident memory in MB (10^6 bytes), children included; this process stands in for the supervisor."""
    processes: dict[str, Any] = dict(read_state(home)["processes"])  # type: ignore[call-overload]
    rss = {name: _rss(int(child["pid"])) for name, child in processes.items()}
    return {
        "rss_service_mb": round(sum(v for k, v in rss.items() if k != "bot"), 1),
        "rss_bot_mb": round(rss["bot"], 1),
    }


def _rss(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family)) / 1e6


def percentile(values: list[float], share: int) -> float:
    """Return the value below which ``share`` % of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share / 100 * len(ordered)))]


def main() -> None:
    """Print the figures as a table, or with ``--json`` as one flat object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-train", action="store_true", help="leave out the forced training")
    wanted = parser.parse_args()
    figures = measure(with_training=not wanted.no_train)
    if wanted.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:18} {value:10.1f}")


if __name__ == "__main__":
    main()
