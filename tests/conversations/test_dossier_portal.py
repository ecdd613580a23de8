"""The same conversation with a one-stop information system behind it: the setting, the fake portal, its faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.dossier import HANOI, Status, StatusEvent
from dossiers.facts import Secret
from dossiers.fakes.portal import FakePortal
from dossiers.memory import MemoryRegistry
from dossiers.source import CODES, TOKEN_FILE, URL
from tests.conversations.citizens import Citizen
from tests.conversations.city import CHANNELS, City
from tests.dossier_set import OVERDUE, RUNNING, rows

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def portal(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakePortal]:
    """The fake portal with the made-up dossiers; action server and worker of the stack are pointed at it."""
    memory = MemoryRegistry(Secret(b"p" * 32))
    for row in rows():
        memory.add(row.dossier, row.facts)
    city.empty_registry()
    with FakePortal(memory) as running:
        token: Path = tmp_path_factory.mktemp("portal") / "token"
        token.touch(0o600)
        token.write_text(running.token)
        with city.processes_with(**{URL: running.url, TOKEN_FILE: str(token), CODES: r"H26\..*"}):
            yield running


@pytest.fixture(params=CHANNELS)
def citizen(request: pytest.FixtureRequest, city: City, portal: FakePortal) -> Iterator[Citizen]:
    yield city.citizen(request.param)
    portal.fault = None


def test_code_then_fact_then_questions(citizen: Citizen) -> None:
    assert "4 số cuối" in citizen.says(f"hồ sơ {RUNNING} tới đâu rồi").text
    assert "Đang xử lý" in citizen.says("5678").text
    assert "Nơi nhận kết quả" in citizen.says("nhận kết quả ở đâu").text


def test_an_unknown_code_a_wrong_fact_and_a_code_of_another_system(city: City, citizen: Citizen) -> None:
    unknown = citizen.says("H26.9.1-261102-9999 5678").text
    wrong = city.citizen("web").says(f"{RUNNING} 1111").text
    assert unknown == wrong
    assert "không thuộc hệ thống" in citizen.says("hồ sơ G22.99-251225-020175 xong chưa").text


def test_a_fault_is_told_honestly_and_the_last_known_state_with_its_time(citizen: Citizen, portal: FakePortal) -> None:
    portal.fault = "html"
    refused = citizen.says(f"{OVERDUE} 5678").text
    assert "không đoán" in refused
    assert "quá hạn" not in refused
    portal.fault = None
    assert "quá hạn" in citizen.says(f"{OVERDUE} 5678").text
    portal.fault = "500"
    assert "chưa lấy được thông tin mới" in citizen.says("hồ sơ của tôi sao rồi").text


def test_a_change_in_the_system_reaches_who_follows(city: City, portal: FakePortal) -> None:
    people = [city.citizen(channel) for channel in CHANNELS]
    for one in people:
        assert "Đang xử lý" in one.says(f"{RUNNING} 5678").text
        assert "mỗi khi hồ sơ đổi" in one.says("theo dõi hồ sơ này giúp tôi").text
    at = portal.registry.read(RUNNING)
    assert at is not None
    portal.registry.set_status(RUNNING, StatusEvent(at=at.received_at.astimezone(HANOI), status=Status.SUPPLEMENT))
    city.tell()
    for one in people:
        [told] = one.news()
        assert "Yêu cầu bổ sung" in told
