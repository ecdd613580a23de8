"""Notices keep to the reply windows of Zalo and Messenger: message, registered template, or the next message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from cli.platforms import MessengerCitizen
from core.dossier import Status
from dossiers import subscriptions
from gateway.database import transaction
from gateway.telling import Publisher
from tests.dossier_set import DONE, RUNNING, STOPPED
from tests.town import Town

TEMPLATE = "123456"
STATE = "select count(*) from dossier.notice where published_at is null and waiting_since is not null"


class Opened(Protocol):
    def __call__(self, name: str, template: str = "") -> AbstractContextManager[Town]: ...


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Opened:
    @contextmanager
    def open_town(name: str, template: str = "") -> Iterator[Town]:
        with Town(name, database_url, tmp_path, template) as town:
            town.citizen.says("xin chào")
            yield town

    return open_town


both = pytest.mark.parametrize("name", ["zalo", "messenger"])


@both
def test_within_the_window_a_change_comes_as_a_message_once(opened: Opened, name: str) -> None:
    with opened(name) as town:
        town.follow(RUNNING)
        town.move(RUNNING, Status.DONE)
        [told] = town.tell()
        assert "“Đã xử lý xong”" in told


@both
def test_outside_the_window_all_changes_wait_and_come_as_one_message_behind_the_next_answer(
    opened: Opened, name: str
) -> None:
    with opened(name) as town:
        town.follow(RUNNING, STOPPED)
        town.silent()
        for code, status in ((RUNNING, Status.SUPPLEMENT), (STOPPED, Status.PROCESSING), (RUNNING, Status.DONE)):
            town.move(code, status)
            assert town.tell() == []
        assert town.count(STATE) == 3
        assert town.count("select count(*) from dead_letter") == 0
        reply = town.citizen.says("cho tôi hỏi")
        answer, told = reply.text.split("\n\n")[0], reply.text
        assert answer.startswith("Anh/Chị vừa gửi")
        assert told.count("đang theo dõi:") == 1
        assert "có 2 thay đổi" in told, "of each dossier the newest"
        assert "Đã xử lý xong" in told
        assert "bổ sung" not in told
        assert "Anh/Chị có" not in town.citizen.says("cảm ơn").text
        assert town.tell() == []


@both
def test_outside_the_window_the_registered_template_is_used_where_there_is_one(opened: Opened, name: str) -> None:
    with opened(name, TEMPLATE) as town:
        if isinstance(town.platform, MessengerCitizen):
            town.platform.fake.app = replace(town.platform.fake.app, granted=replace(town.platform.fake.app.granted,
                                                                                     utility=True))  # fmt: skip
        town.follow(RUNNING)
        town.silent()
        town.move(RUNNING, Status.DONE)
        town.tell()
        [values] = town.templates()
        assert values == {"ma_ho_so": f"{RUNNING.rpartition('-')[0]}-…", "trang_thai": "Đã xử lý xong"}
        assert "Thông báo hồ sơ" not in town.citizen.says("xin chào").text


@both
def test_a_template_that_is_refused_leaves_the_notice_to_the_next_message(opened: Opened, name: str) -> None:
    with opened(name, "999") as town:  # known to no platform
        if isinstance(town.platform, MessengerCitizen):
            town.platform.fake.people[town.citizen.platform.person].blocked = True
        town.follow(RUNNING)
        town.silent()
        town.move(RUNNING, Status.DONE)
        assert town.tell() == []
        assert town.count(STATE) == 1
        if isinstance(town.platform, MessengerCitizen):
            town.platform.fake.people[town.citizen.platform.person].blocked = False
        assert town.citizen.says("xin chào").text.count("Thông báo hồ sơ") == 1


@both
def test_a_window_that_only_the_platform_takes_for_over_loses_nothing(opened: Opened, name: str) -> None:
    with opened(name) as town:
        town.follow(RUNNING)
        town.silent(in_our_books=False)
        town.move(RUNNING, Status.DONE)
        assert town.tell() == []
        assert town.count(STATE) == 1
        assert town.count("select count(*) from dead_letter") == 0
        assert town.citizen.says("xin chào").text.count("Thông báo hồ sơ") == 1
        assert town.tell() == []


def test_who_stops_following_before_his_next_message_is_told_nothing(opened: Opened) -> None:
    with opened("zalo") as town:
        town.follow(RUNNING, DONE)
        town.silent()
        town.move(RUNNING, Status.DONE)
        town.move(DONE, Status.RETURNED)
        town.tell()
        with transaction(town.pool) as connection:
            assert subscriptions.unsubscribe(connection, town.citizen.conversation) == 2
        assert "hồ sơ" not in town.citizen.says("xin chào").text


def test_an_answer_that_cannot_be_stored_keeps_what_waits(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice goes in the transaction of the answer: when that is undone, both come together later, once."""
    with opened("zalo") as town:
        town.follow(RUNNING)
        town.silent()
        town.move(RUNNING, Status.DONE)
        town.tell()
        failures = [psycopg.OperationalError("away"), psycopg.OperationalError("away")]
        real = Publisher._store

        def broken(self: Publisher, *args: Any) -> None:
            real(self, *args)
            if failures:
                raise failures.pop()

        monkeypatch.setattr(Publisher, "_store", broken)
        text = town.citizen.says("xin chào").text
        assert not failures
        assert text.count("Anh/Chị vừa gửi") == 1
        assert text.count("Thông báo hồ sơ") == 1


def test_how_often_a_person_wants_notices_outlives_what_he_follows(opened: Opened) -> None:
    with opened("zalo") as town:
        town.follow(RUNNING)
        person = town.citizen.conversation
        with transaction(town.pool) as connection:
            subscriptions.prefer(connection, person, "digest")
            subscriptions.unsubscribe(connection, person)
        town.follow(DONE)
        town.move(DONE, Status.RETURNED)
        assert town.tell() == [], "it waits for 17:00"
        with transaction(town.pool) as connection:
            assert subscriptions.preference(connection, person) == "digest"
