"""The desk and the commands over the embedded registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import ConnectionPool
from typer.testing import CliRunner

from core.dossier import HANOI, DossierUnavailable, Status, StatusEvent
from dossiers.commands import Store, dossier_app
from dossiers.facts import Secret
from dossiers.load import load
from dossiers.lookup import Locked, NotMatched, Shown
from dossiers.postgres import PostgresRegistry, set_status
from dossiers.reading import Row
from dossiers.schema import Transactions
from dossiers.service import DossierDesk, NeedCode, NeedFact, NotOurs, hear, open_desk
from dossiers.statistics import GROUPINGS, count
from dossiers.synthetic import exact_shares, generate
from tests.contract.test_dossier_registry import CODE, FACTS, NOW, dossier, fresh

SECRET = Secret(b"k" * 32)
LAN, MINH = "zalo:oa:lan", "web:site:minh"
OTHER = "H26.1-261102-0002"


@pytest.fixture
def transactions(database_url: str) -> Iterator[Transactions]:
    fresh(database_url)
    with ConnectionPool(database_url, min_size=1, max_size=4) as pool:
        yield pool.connection


@pytest.fixture
def desk(transactions: Transactions) -> DossierDesk:
    load(transactions, SECRET, [Row(1, dossier(), FACTS), Row(2, dossier(OTHER), FACTS)])
    return open_desk(transactions, SECRET)


def test_a_conversation_asks_for_code_then_fact_then_shows(desk: DossierDesk) -> None:
    assert desk.look_up(LAN, None, None) == NeedCode()
    assert desk.look_up(LAN, CODE, None) == NeedFact(CODE)
    assert desk.look_up(LAN, "H26.1-261102-9999", None) == NeedFact("H26.1-261102-9999")
    assert isinstance(desk.look_up(LAN, CODE, "5678"), Shown)
    again = desk.look_up(LAN, None, None)
    assert isinstance(again, Shown)
    assert "Đăng ký khai sinh" in desk.say(again)


def test_with_two_verified_dossiers_the_person_is_asked_which(desk: DossierDesk) -> None:
    desk.look_up(LAN, CODE, "5678")
    desk.look_up(LAN, OTHER, "5678")
    asked = desk.look_up(LAN, None, None)
    assert isinstance(asked, NeedCode)
    assert set(asked.known) == {CODE, OTHER}


def test_another_person_at_the_same_phone_starts_anew_after_forgetting(desk: DossierDesk) -> None:
    desk.look_up(LAN, CODE, "5678")
    desk.forget(LAN)
    assert desk.look_up(LAN, None, None) == NeedCode()
    assert desk.look_up(LAN, CODE, None) == NeedFact(CODE)


def test_every_outcome_has_a_sentence_that_never_repeats_code_or_fact(desk: DossierDesk) -> None:
    heard = hear(f"{CODE} 0000")
    outcomes = [desk.look_up(LAN, heard.code, heard.fact) for _ in range(6)]
    assert [type(outcome) for outcome in outcomes] == [NotMatched] * 5 + [Locked]
    outcomes += [NeedCode(), NeedFact(CODE), NotOurs(), desk.look_up(MINH, CODE, "5678")]
    for outcome in outcomes:
        said = desk.say(outcome)
        assert said
        assert CODE not in said
        assert "0000" not in said.replace("0001.", "")


def test_a_database_that_is_away_is_told_as_such() -> None:
    away = open_desk(lambda: psycopg.connect("postgresql://127.0.0.1:9/none?connect_timeout=1"), SECRET)
    for ask in (
        lambda: away.look_up(LAN, CODE, "5678"),
        lambda: away.followed(LAN),
        lambda: away.lookup.registry.read(CODE),
    ):
        with pytest.raises(DossierUnavailable, match="away"):
            ask()


def test_following_listing_and_erasing(desk: DossierDesk) -> None:
    shown = desk.look_up(LAN, CODE, "5678")
    assert isinstance(shown, Shown)
    assert desk.subscribe(LAN, shown.dossier)
    assert [followed.code for followed in desk.followed(LAN)] == [CODE]
    assert desk.unsubscribe(LAN, CODE) == 1
    desk.subscribe(LAN, shown.dossier)
    desk.prefer(LAN, "digest")
    desk.erase(LAN)
    assert desk.followed(LAN) == []
    assert desk.look_up(LAN, None, None) == NeedCode()


def test_sql_and_python_count_alike(transactions: Transactions) -> None:
    rows = list(generate(3_000, date(2026, 11, 23)))
    load(transactions, SECRET, rows, batch=700)
    registry = PostgresRegistry(transactions, SECRET)
    since, until = date(2025, 6, 1), date(2026, 10, 31)
    for by in GROUPINGS:
        every = [row.dossier for row in rows]
        assert registry.tallies(by, NOW) == count(every, by, NOW)
        assert registry.tallies(by, NOW, since, until) == count(every, by, NOW, since, until)


def test_importing_again_changes_nothing(transactions: Transactions) -> None:
    rows = list(generate(500, date(2026, 11, 23)))
    assert load(transactions, SECRET, rows).added == 500
    again = load(transactions, SECRET, rows)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 500)
    assert list(PostgresRegistry(transactions, SECRET).changes(0)) == []


def test_an_import_keeps_changes_made_meanwhile_in_order(transactions: Transactions) -> None:
    load(transactions, SECRET, [Row(1, dossier(), FACTS)])
    with transactions() as connection:
        set_status(connection, CODE, StatusEvent(at=NOW, status=Status.PAYMENT))
    report = load(transactions, SECRET, [Row(1, dossier(status=Status.DONE, finished_at=NOW), FACTS)])
    assert report.changed == 1
    changes = PostgresRegistry(transactions, SECRET).changes(0)
    assert [(change.version, change.status) for change in changes] == [(2, Status.PAYMENT), (3, Status.DONE)]


@pytest.fixture
def run(database_url: str, transactions: Transactions, tmp_path: Path) -> Iterator[tuple[CliRunner, object]]:
    yield CliRunner(), dossier_app(Store(lambda: database_url, lambda: SECRET))


def test_the_documents_shares_come_out_of_the_commands_exactly(run: tuple[CliRunner, object], tmp_path: Path) -> None:
    runner, app = run
    file, chart = tmp_path / "all.jsonl", tmp_path / "chart.svg"
    assert runner.invoke(app, ["generate", str(file), "--document"]).exit_code == 0  # type: ignore[arg-type]
    imported = runner.invoke(app, ["import", str(file), "--json"])  # type: ignore[arg-type]
    assert json.loads(imported.output) == {"added": 40_000, "changed": 0, "unchanged": 0, "failed": 0, "errors": []}
    stats = runner.invoke(app, ["stats", "--json", "--plot", str(chart)])  # type: ignore[arg-type]
    found = json.loads(stats.output)
    assert {row["key"]: row["share"] for rows in found.values() for row in rows} == {
        "all": 99.80, "city": 99.46, "district": 99.86, "commune": 99.82,
    }  # fmt: skip
    assert "99,46 %" in chart.read_text(encoding="utf-8")


def test_a_bad_line_is_told_and_the_rest_is_imported(run: tuple[CliRunner, object], tmp_path: Path) -> None:
    runner, app = run
    file = tmp_path / "a.csv"
    file.write_text(
        "code,procedure_name,unit,level,status,received_at\n"
        "H26,Khai sinh,UBND,commune,4,2026-11-02\n"
        f"{CODE},Khai sinh,UBND,commune,4,2026-11-02\n"
    )
    result = runner.invoke(app, ["import", str(file)])  # type: ignore[arg-type]
    assert result.exit_code == 2
    assert "line 2: code: not a dossier code" in result.output
    assert "1 added, 0 changed, 0 unchanged, 1 left out" in result.output
    assert "commune" in runner.invoke(app, ["stats"]).output  # type: ignore[arg-type]
    assert "whole" in runner.invoke(app, ["audit"]).output  # type: ignore[arg-type]


def test_the_document_set_gives_its_share_in_memory_too_and_is_about_its_year() -> None:
    made = [row.dossier for row in exact_shares()]
    assert [tally.share for tally in count(made, "all", NOW)] == [99.80]
    years = {dossier.received_at.astimezone(HANOI).year for dossier in made}
    assert years == {2021}
