"""A person's pace: what comes too fast is stored, merged into one turn in order, and each text is in one turn only."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from core.message import Incoming
from gateway import dead, inbox
from gateway.database import Pool, transaction
from gateway.inbox import Claimed
from gateway.merging import MAX_CHARS, MOST, NotOurs, behind, merge
from gateway.pace import Sort, Step, sort_of, step
from tests.gateway_stack import wait_until
from tests.queue_desk import Echo, all_done, rows, store

HERE = "memory:x:1"


def put(pool: Pool, *messages: dict[str, object]) -> None:
    """Store messages of one conversation: texts, presses and stickers."""
    with transaction(pool) as connection:
        inbox.accept(connection, [
            Incoming.model_validate({"channel": "memory", "event_id": f"e{n}", "conversation": HERE, **message})
            for n, message in enumerate(messages)
        ])  # fmt: skip


def claimed(pool: Pool, owner: int = 1) -> Claimed:
    """The oldest open message."""
    with transaction(pool) as connection:
        (item,) = inbox.claim(connection, owner, 1)
    return item


def merged(pool: Pool, item: Claimed) -> str:
    """The text that goes to the bot."""
    with transaction(pool) as connection:
        return merge(connection, item).text


def test_a_flood_is_stored_answered_up_to_the_pace_noticed_once_and_the_rest_is_one_turn_in_order(
    pool: Pool, handled: Callable[..., Echo]
) -> None:
    store(pool, *(f"{number:02}" for number in range(40)))
    bot = handled(10)
    wait_until(lambda: all_done(pool), 15)
    assert bot.seen[:10] == [f"câu {number:02}" for number in range(10)]
    assert bot.seen[10:] == ["\n".join(f"câu {number:02}" for number in range(10, 40))]
    texts = [str(row[0]) for row in rows(pool, "select body ->> 'text' from outbox order by seq")]
    assert sum("chậm lại" in text for text in texts) == 1
    assert "chậm lại" in texts[10]
    assert rows(pool, "select count(*) from inbox where state = 'done'") == [(40,)]


def test_people_below_the_pace_are_never_told_to_slow_down(pool: Pool, handled: Callable[..., Echo]) -> None:
    for person in range(5):
        store(pool, *(f"{person}-{n}" for n in range(10)), conversation=f"memory:x:{person}")
    bot = handled(10)
    wait_until(lambda: all_done(pool))
    assert len(bot.seen) == 50


def test_the_steps_of_the_pace() -> None:
    assert step(Sort.TEXT, None, first=True, age=0) is Step.MERGE
    assert step(Sort.TEXT, Sort.TEXT, first=False, age=0.0) is Step.WAIT
    assert step(Sort.TEXT, Sort.PRESS, first=False, age=99) is Step.MERGE
    assert step(Sort.PRESS, Sort.PRESS, first=False, age=0) is Step.SKIP
    assert step(Sort.PRESS, Sort.TEXT, first=False, age=0) is Step.ANSWER
    assert step(Sort.FIXED, None, first=False, age=0) is Step.ANSWER


def test_a_person_who_goes_on_too_fast_gets_one_turn_for_what_came_meanwhile(
    pool: Pool, handled: Callable[..., Echo]
) -> None:
    store(pool, *(f"{number:02}" for number in range(4)))
    bot = handled(2)
    wait_until(lambda: all_done(pool))
    assert bot.seen[2:] == ["câu 02\ncâu 03"]
    store(pool, "04", "05", "06")
    wait_until(lambda: all_done(pool))
    assert bot.seen[3:] == ["câu 04\ncâu 05\ncâu 06"]
    notices = rows(pool, "select count(*) from outbox where body ->> 'text' like '%chậm lại%'")
    assert notices == [(1,)]


def test_texts_behind_a_press_wait_for_it(pool: Pool) -> None:
    put(pool, {"text": "một"}, {"text": "hai"}, {"payload": "p"}, {"text": "ba"})
    assert merged(pool, claimed(pool)) == "một\nhai"
    assert rows(pool, "select event_id, state from inbox order by id") == [
        ("e0", "open"), ("e1", "done"), ("e2", "open"), ("e3", "open")
    ]  # fmt: skip


def test_a_message_handled_again_has_the_texts_of_the_first_time_and_no_younger_ones(pool: Pool) -> None:
    put(pool, {"text": "một"}, {"text": "hai"})
    item = claimed(pool)
    assert merged(pool, item) == "một\nhai"
    store(pool, "ba")
    with transaction(pool) as connection:
        connection.execute("update inbox set lease_until = now()")  # its worker was killed
    again = claimed(pool, 2)
    assert (again.id, merged(pool, again)) == (item.id, "một\nhai")
    with pytest.raises(NotOurs):
        merged(pool, item)
    assert rows(pool, "select count(*) from inbox where state = 'open'") == [(2,)]


def test_a_worker_whose_lease_is_lost_fixes_nothing(pool: Pool) -> None:
    put(pool, {"text": "một"}, {"text": "hai"})
    item = claimed(pool)
    with transaction(pool) as connection:
        connection.execute("update inbox set lease_token = gen_random_uuid()")
    with pytest.raises(NotOurs):
        merged(pool, item)
    assert rows(pool, "select count(*) from inbox where state = 'open' and merged_into is null") == [(2,)]


def test_what_the_bot_may_know_already_is_not_merged(pool: Pool) -> None:
    put(pool, {"text": "một"}, {"text": "hai"}, {"text": "ba"})
    first = claimed(pool)
    with transaction(pool) as connection:
        inbox.mark_dead(connection, first, "BotUnavailable: x", None)
    claimed(pool)  # the second one is in hand while the first is replayed in front of it
    with transaction(pool) as connection:
        dead.replay(connection, 1, "an", "")
    assert merged(pool, claimed(pool)) == "một"


@pytest.mark.parametrize(("size", "count"), [(1, MOST), (1500, 1), (MAX_CHARS, 0)])
def test_a_merged_turn_has_an_upper_size(pool: Pool, size: int, count: int) -> None:
    put(pool, *({"text": "x" * size} for _ in range(MOST + 10)))
    text = merged(pool, claimed(pool))
    assert (text.count("\n"), len(text)) == (count, size * (count + 1) + count)
    assert len(text) <= MAX_CHARS


def test_a_replayed_dead_letter_brings_its_merged_texts_along(pool: Pool) -> None:
    put(pool, {"text": "một"}, {"text": "hai"})
    item = claimed(pool)
    merged(pool, item)
    with transaction(pool) as connection:
        inbox.mark_dead(connection, item, "BotUnavailable: x", None)
    with transaction(pool) as connection:
        assert dead.read_text(connection, 1, "an") == ("một\nhai", None)
        dead.replay(connection, 1, "an", "")
    assert merged(pool, claimed(pool)) == "một\nhai"


def test_the_reply_names_the_newest_message_that_it_answers(pool: Pool) -> None:
    put(pool, {"text": "một"}, {"text": "hai"}, {"text": "ba"})
    item = claimed(pool)
    for _ in range(2):
        with transaction(pool) as connection:
            assert (merge(connection, item).event_id, item.incoming.event_id) == ("e2", "e0")


def test_what_stands_behind_a_message_is_seen_by_its_sort(pool: Pool) -> None:
    sticker = {"metadata": {"attachments": [{"type": "sticker"}]}}
    put(pool, {"text": "một"}, {"payload": "p"}, sticker)
    found = []
    for _ in itertools.repeat(None, 3):
        item = claimed(pool)
        with transaction(pool) as connection:
            found.append((sort_of(item.incoming), behind(connection, item)))
            inbox.mark_done(connection, [item])
    assert found == [(Sort.TEXT, Sort.PRESS), (Sort.PRESS, Sort.FIXED), (Sort.FIXED, None)]
