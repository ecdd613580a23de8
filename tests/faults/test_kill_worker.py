"""kill -9 in mid-handling: no accepted message is lost, none is answered twice, and order holds."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.gateway_stack import Stack, wait_until


def test_a_worker_killed_in_mid_handling_loses_nothing_and_doubles_nothing(stack: Stack) -> None:
    clients = {name: stack.client(name) for name in ("a", "b", "c")}
    for number in range(4):
        for client in clients.values():
            assert client.post(f"m{number}", f"chờ 0.3 câu {number}").status_code == 202
    for _ in range(3):
        calls = stack.bot.calls
        wait_until(lambda before=calls: stack.bot.calls > before)
        time.sleep(0.05)
        stack.kill(stack.worker)
        stack.worker = stack.start("gateway.worker")
    for name, client in clients.items():
        replies = client.replies(4)
        assert [entry["reply_to"] for entry in replies] == ["m0", "m1", "m2", "m3"], name
    assert set(stack.bot.turns.values()) == {1}
    assert stack.bot.calls > 12  # some were asked again, and got the stored answer
    for name in clients:
        asked = [text for sender, text in stack.bot.order if sender == f"web:test:{name}"]
        assert asked == [f"chờ 0.3 câu {number}" for number in range(4)]


def test_a_killed_worker_is_noticed_by_another_within_seconds(stack: Stack) -> None:
    client = stack.client()
    client.post("m1", "chờ 1.5")
    wait_until(lambda: stack.bot.calls == 1)
    stack.start("gateway.worker")
    time.sleep(1.0)
    stack.kill(stack.worker)
    started = time.monotonic()
    assert len(client.replies(1)) == 1
    assert time.monotonic() - started < 5  # the lease would have been a minute


def test_a_worker_that_slept_through_its_lease_writes_nothing(stack: Stack) -> None:
    client = stack.client()
    client.post("m1", "chờ 0.5")
    wait_until(lambda: stack.bot.calls == 1)
    stack.worker.send_signal(signal.SIGSTOP)
    assert stack.query("update inbox set lease_until = now() returning 1") == [(1,)]
    with_second = stack.start("gateway.worker")
    assert len(client.replies(1)) == 1
    stack.worker.send_signal(signal.SIGCONT)
    time.sleep(1.5)
    assert len(client.replies(1)) == 1
    assert with_second.poll() is None


def test_a_worker_killed_in_a_merged_turn_loses_no_text_and_doubles_none(database_url: str, tmp_path: Path) -> None:
    with Stack(database_url, tmp_path / "home", MOTCUA_MESSAGES_PER_MINUTE="2") as stack:
        client = stack.client()
        for number in range(6):
            client.post(f"m{number}", f"chờ 0.4 câu {number}")
        wait_until(lambda: stack.bot.calls == 3)  # the third one is over the pace, and has the others with it
        stack.kill(stack.worker)
        client.post("m6", "câu 6")
        stack.worker = stack.start("gateway.worker")
        wait_until(lambda: stack.query("select 1 from inbox where state = 'open'") == [], 20)
        texts = [line for _, text in stack.bot.order for line in text.split("\n")]
        assert [text[-1] for text in texts] == [str(number) for number in range(7)]
        assert set(stack.bot.turns.values()) == {1}
        assert stack.bot.calls == len(stack.bot.turns) + 1  # the merged turn was asked for twice, and stored once


def test_sigterm_drains_what_is_in_hand(stack: Stack) -> None:
    client = stack.client()
    client.post("m1", "chờ 0.8")
    wait_until(lambda: stack.bot.calls == 1)
    stack.worker.terminate()
    assert stack.worker.wait(10) == 0
    assert len(client.replies(1)) == 1


def test_a_gateway_killed_after_its_202_has_lost_nothing(stack: Stack) -> None:
    client = stack.client()
    stack.worker.terminate()
    stack.worker.wait(10)
    assert client.post("m1", "xin chào").status_code == 202
    stack.kill(stack.gateway)
    stack.gateway = stack.start("gateway")
    stack.worker = stack.start("gateway.worker")
    wait_until(stack.ready)
    assert stack.client().post("m1", "xin chào").json()["duplicate"] is True
    assert [entry["reply_to"] for entry in stack.client().replies(1)] == ["m1"]


def test_a_bot_that_fails_leads_to_one_apology_and_the_next_message_is_answered(stack: Stack) -> None:
    client = stack.client()
    client.post("m1", "hỏng")
    client.post("m2", "còn đó không")
    wait_until(lambda: stack.bot.calls >= 2)
    # Five more tries would take a minute and a half: bring them forward.
    for _ in range(200):
        stack.query("update inbox set next_at = now() where state = 'open' returning 1")
        if stack.query("select 1 from dead_letter"):
            break
        time.sleep(0.1)
    first, second = client.replies(2)
    assert (first["reply_to"], first["reply"]["kind"]) == ("m1", "handoff")
    assert "19001009" in first["reply"]["text"]
    assert second["reply_to"] == "m2"
    assert len(stack.query("select 1 from dead_letter")) == 1
