"""Starting and stopping: migrations that are killed, a database that comes late, and a drain on SIGTERM."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from gateway import migrate
from tests.gateway_stack import ROOT, Stack, wait_until

_MIGRATE = "import sys; from pathlib import Path; from gateway import migrate; migrate.FOLDER = Path(sys.argv[2]); " \
           "migrate._migrate(sys.argv[1])"  # fmt: skip


def test_a_migration_killed_in_the_middle_leaves_nothing_and_is_done_anew(postgres_server: str, tmp_path: Path) -> None:
    (tmp_path / "001_a.sql").write_text("create table a (x int);")
    (tmp_path / "002_b.sql").write_text("create table b (x int); select pg_sleep(20); create table c (x int);")
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("create database migrate_sigkill")
    url = postgres_server.replace("/motcua?", "/migrate_sigkill?")
    child = subprocess.Popen([sys.executable, "-c", _MIGRATE, url, str(tmp_path)], cwd=ROOT)
    with psycopg.connect(url, autocommit=True) as admin:
        wait_until(lambda: admin.execute("select 1 from pg_stat_activity where wait_event = 'PgSleep'").fetchall(), 20)
        child.kill()
        child.wait()
        tables = "select relname from pg_class where relname in ('a', 'b', 'c') order by 1"
        assert admin.execute(tables).fetchall() == [("a",)]
        (tmp_path / "002_b.sql").write_text("create table b (x int); create table c (x int);")
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", _MIGRATE, url, str(tmp_path)], cwd=ROOT, check=True)
        assert time.monotonic() - began < 10  # the killed one's lock and statement did not hold it up
        assert admin.execute(tables).fetchall() == [("a",), ("b",), ("c",)]


def test_a_database_that_comes_late_is_waited_for(database_url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    away = database_url.replace(f"/{name}?", f"/{name}_late?")
    with psycopg.connect(database_url, autocommit=True) as admin:
        timer = threading.Timer(1.0, lambda: admin.execute(f"create database {name}_late"))  # type: ignore[arg-type]
        timer.start()
        assert "001_queue.sql" in migrate.migrate(away, 15)
        timer.join()


def test_a_gateway_asked_to_stop_finishes_what_it_was_given(stack: Stack) -> None:
    answers: list[int] = []

    def post(number: int) -> None:
        answers.append(stack.client(str(number)).post("m", "xin chào").status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) >= 1)
    stack.gateway.send_signal(signal.SIGTERM)
    assert stack.gateway.wait(15) in (0, -signal.SIGTERM)  # uvicorn drains, then ends by the signal it was given
    stack.children.remove(stack.gateway)
    for thread in threads:
        thread.join(10)
    stored = stack.query("select count(*) from inbox")[0][0]
    assert stored >= answers.count(202) >= 1
    assert set(answers) <= {202, 503}


def test_two_workers_asked_to_stop_finish_what_they_hold_and_the_rest_waits_for_the_next(stack: Stack) -> None:
    second = stack.start("gateway.worker")
    wait_until(lambda: stack.log_path.read_text().count("worker ready") == 2, 20)
    client = stack.client()
    for number in range(6):
        assert client.post(f"m{number}", "chờ 0.4").status_code == 202
    wait_until(lambda: stack.bot.calls >= 2)
    for worker in (stack.worker, second):
        worker.send_signal(signal.SIGTERM)
    for worker in (stack.worker, second):
        assert worker.wait(15) == 0
        stack.children.remove(worker)
    assert stack.query("select 1 from inbox where state = 'open' and lease_until > now()") == []
    assert set(stack.bot.turns.values()) == {1}
    stack.start("gateway.worker")
    assert [entry["reply_to"] for entry in client.replies(6)] == [f"m{number}" for number in range(6)]
    assert set(stack.bot.turns.values()) == {1}
