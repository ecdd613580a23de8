"""Files of an office are read line by line; a bad line is told in words and never stops the run."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dossier import HANOI, LEVEL_WORDS, Status, Step
from core.errors import SetupError
from dossiers.plot import svg
from dossiers.reading import LineError, Row, read_rows
from dossiers.synthetic import DISTRICTS_ENDED, generate, write

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
HEAD = "code,procedure_name,unit,level,status,received_at,phone,holder"
GOOD = (
    "H26.1-261102-0001,Đăng ký khai sinh,UBND phường Trúc Bạch,cấp xã,Đang xử lý,02/11/2026 09:30,0912345678,"
    "Nguyễn Văn An"
)


def read(path: Path, text: str | bytes) -> list[Row | LineError]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_rows(path, NOW))


def test_a_csv_line_is_read_with_the_portals_words_and_vietnamese_days(tmp_path: Path) -> None:
    [row] = read(tmp_path / "a.csv", f"{HEAD}\n{GOOD}\n")
    assert isinstance(row, Row)
    assert (row.dossier.status, row.dossier.level, row.dossier.holder) == (Status.PROCESSING, "commune", "Nguyễn V. A.")
    assert row.dossier.received_at == datetime(2026, 11, 2, 9, 30, tzinfo=HANOI)
    assert row.facts == {"phone": "0912345678"}
    assert "0912345678" not in repr(row)


def test_a_file_of_a_spreadsheet_with_semicolons_and_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    text = f"\ufeff{HEAD}\n{GOOD}\n".replace(",", ";")
    assert isinstance(read(tmp_path / "a.csv", text)[0], Row)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (GOOD.replace("H26.1-261102-0001", "H26"), "code: not a dossier code"),
        (GOOD.replace("Đang xử lý", "Chờ liên thông"), "status: neither a number"),
        (GOOD.replace("02/11/2026", "31/02/2026"), "received_at: not a time"),
        (GOOD.replace("cấp xã", "cấp thôn"), "level: Input should be"),
        (GOOD.replace("Đăng ký khai sinh", " "), "procedure_name: "),
        (GOOD + ",x", "9 cells where the header has 8 columns"),
        (GOOD.replace("0001", "0001").replace("UBND", "UBND \udcff"), "not UTF-8"),
    ],
)
def test_a_bad_line_is_told_by_number_and_the_others_are_read(tmp_path: Path, bad: str, reason: str) -> None:
    other = GOOD.replace("0001", "0002")
    raw = f"{HEAD}\n{bad}\n\n{other}\n".encode("utf-8", "surrogateescape")
    error, row = read(tmp_path / "a.csv", raw)
    assert isinstance(error, LineError)
    assert error.line == 2
    assert error.reason.startswith(reason)
    assert isinstance(row, Row)
    assert row.line == 4


def test_no_error_repeats_a_value_of_its_line(tmp_path: Path) -> None:
    bad = GOOD.replace("cấp xã", "Nguyễn Văn Bí Mật").replace("Đang xử lý", "0912345678")
    [error] = read(tmp_path / "a.csv", f"{HEAD}\n{bad}\n")
    assert isinstance(error, LineError)
    assert "Mật" not in error.reason
    assert "0912" not in error.reason


def test_a_dossier_that_comes_twice_is_told_at_the_second_line(tmp_path: Path) -> None:
    rows = read(tmp_path / "a.csv", f"{HEAD}\n{GOOD}\n{GOOD}\n")
    assert rows[1] == LineError(3, "code: the same dossier is already on line 2")


def test_json_lines_hold_history_and_papers(tmp_path: Path) -> None:
    record = {
        "code": "H26.1-261102-0001", "procedure_name": "Đăng ký khai sinh", "unit": "UBND", "level": "commune",
        "status": 5, "received_at": "2026-11-02T09:30:00+07:00", "supplement": ["Giấy chứng sinh"],
        "step": "Thẩm định", "events": [{"at": "2026-11-02", "status": "Được tiếp nhận"}],
    }  # fmt: skip
    lines = ["[]", "{", json.dumps(record), json.dumps(record | {"mau": 1}), json.dumps(record | {"events": 3}),
             json.dumps(record | {"due_at": "2026-11-01"}), '{"code": "\\ud800"}']  # fmt: skip
    found = read(tmp_path / "a.jsonl", "\n".join(lines))
    reasons = [row.reason if isinstance(row, LineError) else "" for row in found]
    assert reasons[:2] == ["not a JSON object"] * 2
    assert [reason.split(" ")[0] for reason in reasons[2:]] == ["", "unknown", "events:", "due_at:", "not"]
    assert isinstance(found[2], Row)
    assert found[2].dossier.step is Step.APPRAISE
    assert found[2].dossier.events[0].status is Status.ACCEPTED


@pytest.mark.parametrize(("name", "text", "says"), [("a.xlsx", "", "neither"), ("a.csv", "code,unit\n", "lacks")])
def test_a_file_of_another_shape_is_refused_as_a_whole(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        read(tmp_path / name, text)


@given(st.lists(st.binary(max_size=60), max_size=5), st.sampled_from(["a.csv", "a.jsonl"]))
@settings(max_examples=60, deadline=None)
def test_no_bytes_stop_the_run(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], name: str) -> None:
    head = f"{HEAD}\n".encode() if name == "a.csv" else b""
    rows = read(tmp_path_factory.mktemp("x") / name, head + b"\n".join(lines))
    assert all(isinstance(row, LineError) for row in rows)


def test_made_up_dossiers_are_the_same_for_the_same_seed_and_read_back_as_written(tmp_path: Path) -> None:
    made = list(generate(300, date(2026, 11, 23), 5))
    assert made == list(generate(300, date(2026, 11, 23), 5))
    assert made != list(generate(300, date(2026, 11, 23), 6))
    assert write(iter(made), tmp_path / "a.jsonl") == 300
    back = [row for row in read_rows(tmp_path / "a.jsonl", made[0].dossier.as_of) if isinstance(row, Row)]
    assert [(row.dossier, row.facts) for row in back] == [(row.dossier, row.facts) for row in made]


def test_made_up_dossiers_know_that_districts_ended() -> None:
    made = [row.dossier for row in generate(2_000, date(2026, 11, 23))]
    districts = [dossier for dossier in made if dossier.level == "district"]
    assert districts
    assert all(dossier.received_at.date() < DISTRICTS_ENDED for dossier in districts)
    assert {dossier.level for dossier in made} == set(LEVEL_WORDS)
    assert len({dossier.code for dossier in made}) == 2_000


def test_the_chart_shows_each_group_with_its_share_and_escapes_names() -> None:
    from core.dossier import Tally

    drawn = svg([Tally("city", 1, 1, 0), Tally("<b>", 9, 0, 1), Tally("", in_progress=2)], "Tỷ lệ")
    assert "100,00 %" in drawn
    assert "90,00 %" in drawn
    assert "&lt;b&gt;" in drawn
    assert "<b>" not in drawn
    assert "chưa có hồ sơ đã trả" in drawn
