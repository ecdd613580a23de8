"""The database is killed or stopped: what was acknowledged is there, what was not is refused with 503."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.embedded import is_running, start_embedded, stop_embedded
from gateway.migrate import migrate
from tests.gateway_stack import Stack, wait_until


@pytest.fixture
def home() -> Iterator[Path]:
    # Not in pytest's folder: another pytest that starts meanwhile shuts that for the server's user.
    with tempfile.TemporaryDirectory(prefix="motcua-test-") as folder:
        yield Path(folder)
        stop_embedded(Path(folder), "immediate")


def _postmaster(home: Path) -> int:
    return int((home / "pg" / "postmaster.pid").read_text().split()[0])


def test_a_server_killed_with_all_its_processes_starts_again_with_its_data(home: Path) -> None:
    url = start_embedded(home)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table kept (x int)")
        connection.execute("insert into kept values (7)")
    os.kill(_postmaster(home), signal.SIGKILL)
    assert start_embedded(home) == url
    with psycopg.connect(url) as connection:
        assert connection.execute("select x from kept").fetchall() == [(7,)]


def test_a_lock_file_that_names_a_living_stranger_does_not_hinder_the_start(home: Path) -> None:
    url = start_embedded(home)
    stop_embedded(home)
    (home / "pg" / "postmaster.pid").write_text(f"{os.getppid()}\n{home}/pg\n1\n5432\n{home}/pg\n\n 0 0\nready\n")
    assert start_embedded(home) == url


def test_a_killed_set_up_is_done_anew(home: Path) -> None:
    (home / "pg.new").mkdir(parents=True)
    (home / "pg.new" / "PG_VERSION").write_text("18\n")
    start_embedded(home)
    assert is_running(home)


def test_a_stopped_server_leaves_no_process_and_starting_twice_is_one(home: Path) -> None:
    assert start_embedded(home) == start_embedded(home)
    pid = _postmaster(home)
    stop_embedded(home)
    stop_embedded(home)
    assert not is_running(home)
    assert not Path(f"/proc/{pid}/exe").exists()


def test_while_the_database_is_away_nothing_is_promised_and_afterwards_all_goes_on(home: Path, tmp_path: Path) -> None:
    url = start_embedded(home)
    migrate(url)
    with Stack(url, tmp_path / "stack") as stack:
        client, promised = stack.client(), []
        for round_number in range(2):
            os.kill(_postmaster(home), signal.SIGKILL)
            for number in range(3):
                answer = client.post(f"m{round_number}-{number}", "xin chào")
                assert answer.status_code in (202, 503)
                if answer.status_code == 202:
                    promised.append(f"m{round_number}-{number}")
                else:
                    assert int(answer.headers["Retry-After"]) > 0
            start_embedded(home)
            back = time.monotonic()
            last = f"m{round_number}-last"
            wait_until(lambda name=last: client.post(name, "xin chào").status_code == 202)
            promised.append(last)
            wait_until(lambda: {e["reply_to"] for e in client.replies(1)} >= set(promised))
            assert time.monotonic() - back < 5
        answered = [entry["reply_to"] for entry in client.replies(len(promised))]
        assert len(answered) == len(set(answered))
