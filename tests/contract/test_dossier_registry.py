"""One suite over every registry of dossiers: in memory, in PostgreSQL, behind HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from core.dossier import HANOI, Dossier, DossierRegistry, Status, StatusEvent, Step
from dossiers.facts import FactKind, Secret
from dossiers.fakes.portal import FakePortal
from dossiers.http import HttpRegistry
from dossiers.load import load
from dossiers.memory import MemoryRegistry
from dossiers.postgres import PostgresRegistry, set_status
from dossiers.reading import Row
from dossiers.schema import Connection, Transactions, migrate

SECRET = Secret(b"k" * 32)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
CODE = "H26.1-261102-0001"
FACTS: dict[FactKind, str] = {"phone": "0912 345 678", "personal": "001099123456", "pin": "246813"}


@dataclass(frozen=True)
class Filled:
    """A registry with the means to fill it."""

    registry: DossierRegistry
    add: Callable[[Dossier, Mapping[FactKind, str]], None]
    set_status: Callable[[str, StatusEvent, Sequence[str]], int | None]


def transactions_of(url: str) -> Transactions:
    @contextlib.contextmanager
    def transaction() -> Iterator[Connection]:
        with psycopg.connect(url) as connection:
            yield connection

    return transaction


def in_memory() -> tuple[MemoryRegistry, Filled]:
    memory = MemoryRegistry(SECRET)
    return memory, Filled(memory, memory.add, memory.set_status)


def fresh(url: str) -> None:
    """Make an empty schema of dossiers."""
    with psycopg.connect(url) as connection:
        connection.execute("drop schema if exists dossier cascade")
    migrate(url)


def in_postgres(url: str) -> Filled:
    fresh(url)
    transactions = transactions_of(url)

    def add(dossier: Dossier, facts: Mapping[FactKind, str]) -> None:
        report = load(transactions, SECRET, [Row(1, dossier, facts)])
        assert report.added == 1

    def change(code: str, event: StatusEvent, supplement: Sequence[str]) -> int | None:
        with transactions() as connection:
            return set_status(connection, code, event, supplement)

    return Filled(PostgresRegistry(transactions, SECRET), add, change)


@pytest.fixture(params=["memory", "postgres", "http"])
def filled(request: pytest.FixtureRequest) -> Iterator[Filled]:
    if request.param == "memory":
        yield in_memory()[1]
    elif request.param == "postgres":
        yield in_postgres(request.getfixturevalue("database_url"))
    else:
        memory, kept = in_memory()
        with FakePortal(memory) as portal:
            yield replace(kept, registry=HttpRegistry(portal.url, portal.token))


def dossier(code: str = CODE, status: Status = Status.PROCESSING, **more: Any) -> Dossier:
    values: dict[str, Any] = {
        "code": code, "procedure_code": "1.001193", "procedure_name": "Đăng ký khai sinh", "field": "Hộ tịch",
        "unit": "UBND phường Trúc Bạch", "level": "commune", "holder": "Nguyễn V. A.", "status": status,
        "received_at": NOW - timedelta(days=10), "due_at": NOW + timedelta(days=2), "as_of": NOW,
        "return_place": "Điểm phục vụ hành chính công phường Trúc Bạch",
        "events": [{"at": NOW - timedelta(days=10), "status": 2}, {"at": NOW - timedelta(days=9), "status": 4}],
    }  # fmt: skip
    return Dossier.model_validate(values | more)


def same(found: Dossier | None, expected: Dossier) -> bool:
    return found is not None and found.model_dump(exclude={"as_of"}) == expected.model_dump(exclude={"as_of"})


@pytest.mark.parametrize("fact", ["5678", "0912345678", "3456", "001099123456", "246813", "4 số cuối là 5678 ạ"])
def test_a_code_with_any_of_its_facts_shows_the_dossier(filled: Filled, fact: str) -> None:
    filled.add(dossier(), FACTS)
    assert same(filled.registry.look_up(CODE, fact), dossier())


@pytest.mark.parametrize("fact", ["", "0000", "246814", "6813", "không nhớ", "none", "5678a5679"])
def test_a_wrong_fact_shows_nothing(filled: Filled, fact: str) -> None:
    filled.add(dossier(), FACTS)
    assert filled.registry.look_up(CODE, fact) is None


def test_an_unknown_code_shows_nothing_before_between_and_behind_the_known_ones(filled: Filled) -> None:
    filled.add(dossier(), FACTS)
    assert [filled.registry.look_up(f"H26.1-261102-{n:04}", "5678") for n in range(2, 30)] == [None] * 28


def test_an_empty_registry_answers_too(filled: Filled) -> None:
    assert filled.registry.look_up(CODE, "5678") is None
    assert filled.registry.read(CODE) is None
    assert list(filled.registry.changes(0)) == []
    assert list(filled.registry.tallies("all", NOW)) == []


def test_a_missing_fact_is_not_an_empty_one(filled: Filled) -> None:
    filled.add(dossier(), {"phone": "0912345678"})
    assert [filled.registry.look_up(CODE, fact) for fact in ("", "none", "000000", "0000")] == [None] * 4


def test_one_dossiers_fact_opens_no_other(filled: Filled) -> None:
    filled.add(dossier(), FACTS)
    filled.add(dossier("H26.1-261102-0002"), {"phone": "0987654321"})
    assert filled.registry.look_up("H26.1-261102-0002", "5678") is None


def test_reading_gives_the_state_with_the_time_it_was_heard(filled: Filled) -> None:
    filled.add(dossier(), FACTS)
    found = filled.registry.read(CODE)
    assert same(found, dossier())
    assert found is not None
    assert not found.stale
    assert abs(found.as_of - datetime.now(UTC)) < timedelta(minutes=1)
    assert filled.registry.read("H26.1-261102-0002") is None


def test_every_field_of_a_dossier_comes_through(filled: Filled) -> None:
    full = dossier(
        step=Step.APPROVE, new_due_at=NOW + timedelta(days=5), allowed=5, allowed_unit="working_day",
        reason="Thiếu chữ ký", supplement=["Tờ khai", "Giấy chứng sinh"], level="city",
        events=[{"at": NOW, "status": 5, "step": "Thẩm định", "note": "bổ sung"}],
    )  # fmt: skip
    filled.add(full, FACTS)
    assert same(filled.registry.read(CODE), full)


def test_a_change_of_status_is_seen_and_is_in_the_feed_once(filled: Filled) -> None:
    filled.add(dossier(), FACTS)
    event = StatusEvent(at=NOW, status=Status.SUPPLEMENT, note="Thiếu giấy chứng sinh")
    assert filled.set_status(CODE, event, ["Giấy chứng sinh"]) == 2
    assert filled.set_status(CODE, event, ["Giấy chứng sinh"]) is None
    found = filled.registry.read(CODE)
    assert found is not None
    assert (found.status, found.version, found.supplement) == (Status.SUPPLEMENT, 2, ("Giấy chứng sinh",))
    assert found.events[-1] == event
    changes = filled.registry.changes(0)
    assert [(change.code, change.version, change.status, change.at) for change in changes] == [
        (CODE, 2, Status.SUPPLEMENT, NOW)
    ]
    assert list(filled.registry.changes(changes[-1].cursor)) == []


def test_the_feed_is_read_in_pieces_without_loss(filled: Filled) -> None:
    filled.add(dossier(), FACTS)
    for status in (Status.PAYMENT, Status.PROCESSING, Status.DONE, Status.RETURNED):
        filled.set_status(CODE, StatusEvent(at=NOW, status=status), ())
    seen, cursor = [], 0
    while piece := filled.registry.changes(cursor, 3):
        seen += [change.version for change in piece]
        cursor = piece[-1].cursor
    assert seen == [2, 3, 4, 5]


def test_finishing_sets_the_time_of_finishing_once(filled: Filled) -> None:
    filled.add(dossier(), FACTS)
    filled.set_status(CODE, StatusEvent(at=NOW, status=Status.DONE), ())
    filled.set_status(CODE, StatusEvent(at=NOW + timedelta(days=1), status=Status.RETURNED), ())
    found = filled.registry.read(CODE)
    assert found is not None
    assert found.finished_at == NOW


def test_a_change_of_an_unknown_dossier_changes_nothing(filled: Filled) -> None:
    assert filled.set_status(CODE, StatusEvent(at=NOW, status=Status.DONE), ()) is None
    assert list(filled.registry.changes(0)) == []


def test_counts_tell_early_on_time_late_and_in_progress(filled: Filled) -> None:
    due = datetime(2026, 11, 20, 17, 0, tzinfo=HANOI)
    done = {"status": Status.RETURNED, "due_at": due}
    shapes: list[dict[str, Any]] = [
        {**done, "finished_at": due - timedelta(days=1)},
        {**done, "finished_at": due.replace(hour=0)},
        {**done, "finished_at": due},
        {**done, "finished_at": due + timedelta(minutes=1)},
        {**done, "finished_at": due + timedelta(days=9), "level": "city"},
        {**done, "due_at": None, "finished_at": due},
        {"status": Status.PROCESSING, "due_at": due},
        {"status": Status.SUPPLEMENT, "due_at": due},
        {"status": Status.WITHDRAWN},
        {"status": Status.PROCESSING, "received_at": NOW - timedelta(days=70), "unit": "UBND xã Đông Anh"},
    ]
    for number, shape in enumerate(shapes):
        filled.add(dossier(f"H26.1-261102-{number:04}", **shape), {})
    [every] = filled.registry.tallies("all", NOW)
    assert (every.early, every.on_time, every.late, every.undated) == (1, 2, 2, 1)
    assert (every.in_progress, every.overdue, every.closed) == (3, 1, 1)
    assert every.share == 60.0
    assert [(t.key, t.late) for t in filled.registry.tallies("level", NOW)] == [("city", 1), ("commune", 1)]
    assert [t.key for t in filled.registry.tallies("month", NOW)] == ["2026-09", "2026-11"]
    assert [t.key for t in filled.registry.tallies("unit", NOW)] == ["UBND phường Trúc Bạch", "UBND xã Đông Anh"]
    assert [t.key for t in filled.registry.tallies("field", NOW)] == ["Hộ tịch"]
    recent = filled.registry.tallies("unit", NOW, date(2026, 11, 13), date(2026, 11, 13))
    assert [t.key for t in recent] == ["UBND phường Trúc Bạch"]


@pytest.mark.parametrize("code", ["h26.1-261102-0001", "H26", "1.001193", "H26-261302-0001", ""])
def test_a_code_of_another_shape_is_not_accepted(filled: Filled, code: str) -> None:
    assert filled.registry.accepts(CODE)
    assert not filled.registry.accepts(code)
