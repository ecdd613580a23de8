"""What a person asked to be erased goes, in the database as it is; the request, its fences and the audits stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.subject_requests import ask
from connectors.fakes.zalo import FakeZalo
from core.dossier import Status
from dossiers import audit
from dossiers.vault import Vault
from gateway.audit import first_broken
from gateway.database import transaction
from gateway.erasure import erase_due
from tests.conversations.citizens import on_platform
from tests.dossier_set import RUNNING
from tests.gateway_stack import wait_until
from tests.town import Town

SAID = "chuyện riêng của tôi"
# Every column of every table that could hold what a person said or who he is, beside the fences.
TABLES = (
    "inbox", "outbox", "platform_event", "contact", "send_charge", "dead_letter", "rasa.events",
    "dossier.subscription", "dossier.notice", "dossier.preference", "dossier.verified", "dossier.vault",
)  # fmt: skip


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with Town("zalo", database_url, tmp_path, "") as opened:
        opened.query("create schema rasa")
        opened.query("create table rasa.events (id serial, sender_id text, data text)")
        for one in ("zalo:x:other", opened.citizen.conversation):
            opened.query("insert into rasa.events (sender_id, data) values (%s, %s)", one, SAID)
        opened.citizen.says(SAID)
        opened.follow(RUNNING)
        yield opened


def held(town: Town) -> str:
    return "\n".join(str(row) for table in TABLES for row in town.query(f"select * from {table}"))


def withdraw(town: Town) -> None:
    fake = town.platform.fake
    assert isinstance(fake, FakeZalo)
    fake.does(town.citizen.platform.person, "user_withdraw")
    wait_until(lambda: fake.webhook.settled() and town.sandbox.idle())


def test_a_withdrawal_on_zalo_erases_all_and_is_audited(town: Town) -> None:
    vault = Vault(lambda: transaction(town.pool), town.secret)
    vault.set_note(town.citizen.conversation, "asked", "|")
    assert SAID in held(town)
    withdraw(town)
    assert erase_due(town.pool, town.secret) == 1
    left = held(town).replace("zalo:x:other', '" + SAID, "")
    assert SAID not in left
    assert RUNNING not in left
    assert town.count("select count(*) from dossier.subscription") == 0
    assert town.count("select count(*) from dossier.vault") == 0
    assert town.query("select kind, state from subject_request") == [("withdraw", "done")]
    assert town.query("select action, reason from audit_log") == [("erase", "withdraw")]
    assert town.query("select event, outcome from dossier.audit order by id desc limit 1") == [("erase", "done")]
    with transaction(town.pool) as connection:
        assert first_broken(connection) is None
        assert audit.first_broken(connection) is None


def test_other_people_lose_nothing(town: Town) -> None:
    other = on_platform(town.platform, 2468013579246800000, town.url)
    other.says(SAID)
    withdraw(town)
    erase_due(town.pool, town.secret)
    assert town.query("select body ->> 'text' from inbox where conversation = %s", other.conversation) == [(SAID,)]
    assert town.query("select sender_id, data from rasa.events") == [("zalo:x:other", SAID)]


def test_nothing_is_told_afterwards_and_a_new_conversation_begins(town: Town) -> None:
    withdraw(town)
    erase_due(town.pool, town.secret)
    town.move(RUNNING, Status.DONE)
    assert town.tell() == []
    assert "xin chào" in town.citizen.says("xin chào").text
    assert erase_due(town.pool, town.secret) == 0
    assert town.count("select count(*) from inbox where body is not null") == 1


def test_a_late_copy_of_an_erased_message_is_not_handled_again(town: Town) -> None:
    fake = town.platform.fake
    assert isinstance(fake, FakeZalo)
    message = fake.says(town.citizen.platform.person, SAID)
    wait_until(lambda: fake.webhook.settled() and town.sandbox.idle())
    withdraw(town)
    erase_due(town.pool, town.secret)
    person, seen = town.citizen.platform.person, len(fake.sent)
    fake.deliver("user_send_text", fake.between(person, message={"msg_id": message, "text": SAID}), opens=person)
    wait_until(lambda: fake.webhook.settled() and town.sandbox.idle())
    assert len(fake.sent) == seen
    assert SAID not in held(town).replace("zalo:x:other', '" + SAID, "")


def test_a_request_in_chat_waits_for_its_answer_to_be_sent_and_is_one_however_often_asked(town: Town) -> None:
    person = town.citizen.conversation
    for _ in range(3):
        ask(lambda: transaction(town.pool), person, "erase")
    assert town.query("select kind, state from subject_request") == [("erase", "open")]
    later = "next_at = clock_timestamp() + interval '1 hour'"
    town.query(f"update outbox set state = 'open', {later} where conversation = %s", person)
    assert erase_due(town.pool, town.secret) == 0
    assert SAID in held(town)
    town.query("update outbox set state = 'sent' where conversation = %s", person)
    assert erase_due(town.pool, town.secret) == 1
    assert town.count("select count(*) from outbox where body is not null") == 0


def test_what_is_said_after_the_request_stays(town: Town) -> None:
    ask(lambda: transaction(town.pool), town.citizen.conversation, "erase")
    town.citizen.says("câu hỏi mới")
    erase_due(town.pool, town.secret)
    assert town.query("select body ->> 'text' from inbox where body is not null") == [("câu hỏi mới",)]
    assert town.count("select count(*) from outbox where body is not null") == 1
