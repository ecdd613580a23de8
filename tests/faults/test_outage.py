"""The database stops and comes back, or its disk is full: 2xx-and-stored or 503, and soon afterwards all goes on."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import requests

from gateway.embedded import is_running, start_embedded, stop_embedded
from gateway.migrate import migrate
from tests.gateway_stack import Stack, wait_until

RATE, ROUNDS = 50, 4


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="motcua-test-") as folder:
        yield Path(folder)
        stop_embedded(Path(folder), "immediate")


class Load:
    """Posts at a constant rate and keeps every status."""

    def __init__(self, stack: Stack) -> None:
        self._clients = threading.local()
        self._stack, self._stopping = stack, threading.Event()
        self._pool = ThreadPoolExecutor(24)
        self.statuses: dict[str, tuple[float, int]] = {}
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._pool.shutdown()

    def _run(self) -> None:
        began = time.monotonic()
        for number in range(100_000):
            if self._stopping.wait(max(0.0, began + number / RATE - time.monotonic())):
                return
            self._pool.submit(self._post, number)

    def _post(self, number: int) -> None:
        if not hasattr(self._clients, "made"):
            self._clients.made = [self._stack.client(f"{threading.get_ident()}-{n}") for n in range(4)]
        try:
            status = self._clients.made[number % 4].post(f"m{number}", "xin chào").status_code
        except requests.RequestException:
            status = 0
        self.statuses[f"m{number}"] = (time.monotonic(), status)


def test_while_the_database_stops_again_and_again_every_accept_is_stored_or_503(home: Path, tmp_path: Path) -> None:
    url, chance = start_embedded(home), random.Random(5)
    migrate(url)
    with Stack(url, tmp_path / "stack", MOTCUA_MESSAGES_PER_MINUTE="0") as stack:
        load, recoveries = Load(stack), []
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(2.0, 4.0))
            stop_embedded(home, "immediate")
            time.sleep(chance.uniform(0.0, 2.0))
            start_embedded(home)
            recoveries.append(_until_accepted(load))
        time.sleep(1.0)
        load.stop()
        promised = {number for number, (_, status) in load.statuses.items() if status == 202}
        assert {status for _, status in load.statuses.values()} <= {202, 503}
        wait_until(lambda: stack.query("select 1 from inbox where state = 'open'") == [], 60)
        stored = {str(row[0]).rpartition(":")[2] for row in stack.query("select event_id from inbox")}
        answers = stack.query("select inbox_id from outbox")
    assert promised <= stored
    assert len(promised) > RATE * ROUNDS
    assert len(answers) == len({row[0] for row in answers}) == len(stored)
    assert max(recoveries) < 5, recoveries


def _until_accepted(load: Load) -> float:
    """Seconds from now until a message that was posted from now on is accepted."""
    began = time.monotonic()
    wait_until(lambda: any(at > began and status == 202 for at, status in list(load.statuses.values())), 20)
    return time.monotonic() - began


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="motcua-disk-") as folder:
        place = Path(folder)
        mount = ["mount", "-t", "tmpfs", "-o", "size=112m,mode=755", "tmpfs", folder]
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("mounting a small volume needs root")
        try:
            yield place
            stop_embedded(place, "immediate")
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_answered_503_and_after_room_is_made_all_goes_on(small_disk: Path, tmp_path: Path) -> None:
    url = start_embedded(small_disk)
    migrate(url)
    with Stack(url, tmp_path / "stack", MOTCUA_MESSAGES_PER_MINUTE="0") as stack:
        client = stack.client()
        assert client.post("m0", "xin chào").status_code == 202
        client.replies(1)
        _fill(small_disk)
        promised, refused = ["m0"], 0
        for number in range(1, 4000):
            answer = client.post(f"m{number}", "đầy " * 900)
            assert answer.status_code in (202, 503)
            promised += [f"m{number}"] * (answer.status_code == 202)
            refused += answer.status_code == 503
            if refused >= 3:
                break
        assert refused >= 3
        assert shutil.disk_usage(small_disk).free < 2 * 2**20
        (small_disk / "ballast").unlink()
        if not is_running(small_disk):  # a server that cannot write its log ends itself; whoever watches it starts it
            start_embedded(small_disk)
        wait_until(lambda: client.post("last", "xin chào").status_code == 202, 20)
        wait_until(lambda: stack.query("select 1 from inbox where state = 'open'") == [], 60)
        stored = {
            str(row[0]).rpartition(":")[2] for row in stack.query("select event_id from inbox where state = 'done'")
        }
        assert {*promised, "last"} <= stored
        with psycopg.connect(url) as connection:
            connection.execute("select count(*), sum(length(body::text)) from inbox")  # all of it can be read


def _fill(folder: Path) -> None:
    """Leave about a megabyte of room."""
    room = shutil.disk_usage(folder).free - 2**20
    with (folder / "ballast").open("wb") as ballast:
        for _ in range(room // 2**16):
            ballast.write(bytes(2**16))
