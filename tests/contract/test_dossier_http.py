"""Against the fake portal with every fault: never a wrong state, never a long wait, and what the citizen reads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cli.dossier_faults import markdown
from core.dossier import HANOI, DossierUnavailable, Status, StatusEvent
from dossiers.breaker import Breaker
from dossiers.facts import Secret
from dossiers.fakes.portal import FAULTS, FakePortal, Fault
from dossiers.http import HttpRegistry
from dossiers.memory import MemoryRegistry
from dossiers.wire import DossierUnreadable
from tests.contract.test_dossier_registry import CODE, FACTS, NOW, dossier

UNREADABLE = {"html", "encoding", "mojibake", "missing", "status", "other"}


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    memory = MemoryRegistry(Secret(b"k" * 32))
    memory.add(dossier(), FACTS)
    with FakePortal(memory, slow_seconds=0.8) as running:
        yield running


@pytest.fixture
def registry(portal: FakePortal) -> HttpRegistry:
    return HttpRegistry(portal.url, portal.token, timeout=0.4)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_never_taken_for_a_state_and_costs_little_time(
    portal: FakePortal, registry: HttpRegistry, fault: Fault
) -> None:
    portal.fault = fault
    started = time.monotonic()
    with pytest.raises(DossierUnavailable) as caught:
        registry.look_up(CODE, "5678")
    assert time.monotonic() - started < 3
    assert isinstance(caught.value, DossierUnreadable) == (fault in UNREADABLE)
    assert "19001009" in caught.value.citizen_text
    assert CODE not in str(caught.value)
    assert "5678" not in str(caught.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_person_already_verified_gets_the_last_known_state_with_its_time(
    portal: FakePortal, registry: HttpRegistry, fault: Fault
) -> None:
    before = registry.look_up(CODE, "5678")
    assert before is not None
    portal.registry.set_status(CODE, StatusEvent(at=NOW, status=Status.DONE))
    portal.fault = fault
    last = registry.read(CODE)
    assert last is not None
    assert (last.stale, last.status, last.as_of) == (True, Status.PROCESSING, before.as_of)
    portal.fault = None
    fresh = registry.read(CODE)
    assert fresh is not None
    assert (fresh.stale, fresh.status) == (False, Status.DONE)


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"missing", "status", "other"}))
def test_no_fault_of_one_dossier_is_a_wrong_count_or_change(
    portal: FakePortal, registry: HttpRegistry, fault: Fault
) -> None:
    for number in range(10):
        status = Status.PAYMENT if number % 2 else Status.SUPPLEMENT
        portal.registry.set_status(CODE, StatusEvent(at=NOW, status=status))
    portal.fault = fault
    with pytest.raises(DossierUnavailable):
        registry.changes(0)


def test_reading_is_tried_again_and_verifying_is_not(portal: FakePortal, registry: HttpRegistry) -> None:
    portal.faults = ["503"]
    assert registry.read(CODE) is not None
    assert portal.requests == [f"GET /api/dossiers/{CODE}"] * 2
    portal.requests.clear()
    portal.faults = ["503"]
    with pytest.raises(DossierUnavailable):
        registry.look_up(CODE, "5678")
    assert portal.requests == ["POST /api/dossiers/verify"]


def test_a_portal_that_is_not_there_is_unavailable(registry: HttpRegistry) -> None:
    gone = HttpRegistry("http://127.0.0.1:9", "token", timeout=0.4)
    with pytest.raises(DossierUnavailable):
        gone.look_up(CODE, "5678")


def test_after_failures_in_a_row_the_portal_is_left_alone_for_a_while(portal: FakePortal) -> None:
    now = [0.0]
    registry = HttpRegistry(portal.url, portal.token, breaker=Breaker(3, 30.0, lambda: now[0]))
    portal.fault = "500"
    for _ in range(6):
        with pytest.raises(DossierUnavailable):
            registry.look_up(CODE, "5678")
    assert len(portal.requests) == 3
    portal.fault = None
    now[0] = 31.0
    assert registry.look_up(CODE, "5678") is not None
    assert registry.look_up(CODE, "5678") is not None


def test_while_one_call_tests_an_open_circuit_the_others_stay_out() -> None:
    now = [0.0]
    breaker = Breaker(1, 30.0, lambda: now[0])
    breaker.failed()
    now[0] = 30.0
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_codes_of_another_system_are_not_accepted(portal: FakePortal) -> None:
    registry = HttpRegistry(portal.url, portal.token, code_pattern=r"H26\..*")
    assert registry.accepts(CODE)
    assert not registry.accepts("G22.99-251225-020175")


def test_a_name_sent_in_full_is_masked_on_its_way_in(portal: FakePortal, registry: HttpRegistry) -> None:
    portal.registry.add(dossier(holder="Nguyễn Văn An"), FACTS)
    found = registry.look_up(CODE, "5678")
    assert found is not None
    assert found.holder == "Nguyễn V. A."


def test_times_without_a_zone_are_hanois(portal: FakePortal) -> None:
    from dossiers.wire import dossier_from, dossier_to

    sent = dossier_to(dossier()) | {"ngayTiepNhan": "2026-11-13T09:00:00", "trangThai": "4"}
    assert dossier_from(sent, NOW).received_at == datetime(2026, 11, 13, 9, 0, tzinfo=HANOI)


def test_the_recorded_run_is_what_the_page_shows(database_url: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "dossier-faults.md"
    assert page.read_text(encoding="utf-8") == markdown(database_url), "run './motcua dossier faults'"
