"""Import of the portal's flattened records: tables undone, doubts marked, nothing guessed."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.procedure import Procedure
from knowledge_base.importers import Outcome, run_import
from knowledge_base.importers.cells import short_title
from knowledge_base.importers.draft import to_procedure
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.legal import split_legal, split_results
from knowledge_base.importers.methods import split_rows
from knowledge_base.importers.papers import split_cases
from knowledge_base.importers.portal import read_portal

METHODS = "Hình thức nộpThời gianPhí, lệ phíMô tả"
PAPERS = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"


def record(**changes: Any) -> dict[str, Any]:
    """A made-up record in the portal's shape."""
    base = {
        "ma_thu_tuc": "1.999001",
        "detail_url": "https://example.org/thu-tuc/1",
        "ten_thu_tuc": "Thủ tục cấp phép nuôi rùa cảnh",
        "so_quyet_dinh": "12/QĐ-VD",
        "cap_thuc_hien": "Cấp tỉnh, Cấp xã",
        "linh_vuc": "Rùa cảnh",
        "doi_tuong_thuc_hien": "Công dân Việt Nam, Cán bộ, công chức, viên chức, Tổ chức (không gồm hội, nhóm)",
        "co_quan_thuc_hien": "Ủy ban nhân dân cấp xã",
        "co_quan_co_tham_quyen": "",
        "dia_chi_tiep_nhan": "",
        "trinh_tu_thuc_hien": "Bước 1: Người nuôi kê khai.\nBước 2: Cơ quan trả giấy.",
        "cach_thuc_thuc_hien": f"{METHODS}Trực tiếp3 Ngày làm việc20,000 VNĐ(20.000 đồng/giấy)Đến quầy số 2",
        "thanh_phan_ho_so": f"--{PAPERS}Đơn xin nuôi rùa1 bản chính",
        "can_cu_phap_ly": "Tên văn bản pháp lýMã văn bảnLuật Rùa01/2024/QH15",
        "yeu_cau_dieu_kien": "Không có thông tin",
        "ket_qua_xu_ly": "Giấy phép nuôi rùaMã: KQ.G99.000001Từ khóaKhông có thông tinMô tảKhông có thông tinNộp hồ sơ",
        "bo_nganh": "bo-tu-phap",
        "ngay_thu_thap": "2026-07",
    }
    return base | changes


def read(**changes: Any) -> tuple[Procedure, Issues]:
    issues = Issues("1.999001")
    return to_procedure(read_portal(record(**changes), issues), issues, date(2026, 7, 1)), issues


def run(tmp_path: Path, lines: list[str]) -> Outcome:
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    return run_import(source, "portal-jsonl", tmp_path / "out")


def test_a_record_becomes_an_imported_procedure_with_its_source() -> None:
    procedure, issues = read()
    assert (procedure.origin, procedure.levels, procedure.title) == (
        "imported",
        ("province", "commune"),
        "Cấp phép nuôi rùa cảnh",
    )
    assert procedure.source.decision == "12/QĐ-VD"
    assert procedure.source.gathered == date(2026, 7, 1)
    assert procedure.audience[1] == "Cán bộ, công chức, viên chức"
    assert procedure.steps[0].text.startswith("Bước 1")
    assert procedure.results[0].name == "Giấy phép nuôi rùa"
    assert procedure.conditions == ()
    assert issues.kinds() == {"page_chrome"}


def test_words_of_the_first_column_inside_a_description_start_no_row() -> None:
    rows = split_rows(
        f"{METHODS}Trực tuyến5 NgàyKhông có thông tinNộp Trực tuyến qua cổng hoặc Trực tiếp tại quầy"
        "Dịch vụ bưu chínhKhông có thông tinMiễn phí"
    )
    assert [(row.kind, row.time) for row in rows] == [("online", "5 Ngày"), ("postal", "")]
    assert rows[0].description == "Nộp Trực tuyến qua cổng hoặc Trực tiếp tại quầy"


def test_a_time_in_words_is_kept_as_words() -> None:
    cells = (
        "Trực tuyếnKhông phải trả kết quả cho người nuôiMiễn phíTrực tiếpKhông phải trả kết quả cho người nuôiMiễn phí"
    )
    procedure, issues = read(cach_thuc_thuc_hien=METHODS + cells)
    assert [method.kind for method in procedure.methods] == ["online", "in_person"]
    assert procedure.methods[0].times[0].unknown == "Nguồn ghi: Không phải trả kết quả cho người nuôi"
    assert "time_not_whole" in issues.kinds()


@pytest.mark.parametrize("cell", ["Trực tuyến1Miễn phí", "Trực tiếp15Không có thông tin", "Trực tiếp125 VNĐ"])
def test_a_time_that_lost_its_unit_is_unknown_and_its_number_is_not_kept(cell: str) -> None:
    procedure, issues = read(cach_thuc_thuc_hien=METHODS + cell)
    (time,) = procedure.methods[0].times
    assert time.value is None
    assert time.unknown is not None
    assert not any(char.isdigit() for char in time.unknown)
    assert "time_unit_lost" in issues.kinds()


def test_an_amount_glued_to_a_time_is_not_taken_for_a_fee() -> None:
    procedure, _ = read(cach_thuc_thuc_hien=f"{METHODS}Trực tiếp120,000 VNĐ")
    assert procedure.methods[0].fees[0].kind == "unknown"
    assert procedure.methods[0].fees[0].amount is None


@pytest.mark.parametrize(
    ("cell", "kind", "issue"),
    [
        ("Miễn phí", "unknown", "fee_not_entered"),
        ("Không có thông tin", "unknown", "fee_not_entered"),
        ("Miễn phí(Không thu lệ phí)", "free", None),
        ("Miễn phí(Mức thu do Hội đồng nhân dân cấp tỉnh quyết định)", "set_locally", "fee_placeholder"),
        ("Miễn phí(Theo Thông tư về giá rùa)", "unknown", "fee_placeholder"),
        ("Miễn phí(40.000 đồng/con lớn, 20.000 đồng/con nhỏ)", "unknown", "fee_many_amounts"),
        ("20 VNĐ(tờ khai)", "unknown", "fee_placeholder"),
        ("50,000 VNĐ(Mức thu là 70.000 đồng)", "unknown", "fee_conflict"),
        ("5 USD(/giấy)", "unknown", "fee_foreign_currency"),
        ("50,000 VNĐ", "fixed", None),
        ("50,000 Việt Nam Đồng(/hồ sơ)", "per_unit", None),
    ],
)
def test_a_fee_is_stated_only_where_the_source_says_it(cell: str, kind: str, issue: str | None) -> None:
    procedure, issues = read(cach_thuc_thuc_hien=f"{METHODS}Trực tiếp3 Ngày{cell}")
    assert procedure.methods[0].fees[0].kind == kind
    assert {found for found in issues.kinds() if found.startswith("fee")} == ({issue} if issue else set())


def test_a_lower_fee_for_a_time_carries_its_dates() -> None:
    words = "áp dụng mức phí 30.000 đồng/hồ sơ kể từ ngày 01/7/2025 đến hết ngày 31/12/2026"
    procedure, _ = read(cach_thuc_thuc_hien=f"{METHODS}Trực tiếp3 Ngày60,000 VNĐ({words})")
    (fee,) = procedure.methods[0].fees
    assert (fee.amount, fee.valid_from, fee.valid_until) == (30_000, date(2025, 7, 1), date(2026, 12, 31))
    later = procedure.as_of(date(2027, 1, 1))
    assert later is not None
    assert later.methods[0].fees == ()


def test_rows_of_one_way_of_filing_become_one_method_with_conditions() -> None:
    cells = "Trực tiếp3 Ngày20,000 VNĐCon nhỏTrực tiếp9 Ngày50,000 VNĐCon lớnTrực tiếp3 Ngày20,000 VNĐCon nhỏ"
    procedure, _ = read(cach_thuc_thuc_hien=METHODS + cells)
    (method,) = procedure.methods
    assert [(time.value, time.condition) for time in method.times] == [(3, "Con nhỏ"), (9, "Con lớn")]
    assert [(fee.amount, fee.condition) for fee in method.fees] == [(20_000, "Con nhỏ"), (50_000, "Con lớn")]


def test_papers_are_split_by_case_with_counts_and_forms() -> None:
    text = (
        f"--{PAPERS}- Đơn xin nuôiMẫu số 01.docx1 bản chínhẢnh rùa0 bản chính,2 bản sao"
        f"Trường hợp mất giấy:{PAPERS}Bản khai (01 bản chính) có xác nhận;1 bản chính"
    )
    first, second = read(thanh_phan_ho_so=text)[0].cases
    assert [(paper.name, paper.originals, paper.copies) for paper in first.papers] == [
        ("Đơn xin nuôi", 1, None),
        ("Ảnh rùa", 0, 2),
    ]
    assert first.papers[0].form is not None
    assert first.papers[0].form.name == "Mẫu số 01.docx"
    assert (second.name, second.id) == ("Trường hợp mất giấy", "th-2")
    assert second.papers[0].name == "Bản khai (01 bản chính) có xác nhận"


def test_a_count_glued_to_a_year_is_told_from_it_and_noted() -> None:
    issues = Issues("x")
    (case,) = split_cases(f"--{PAPERS}Đơn theo Nghị định ngày 02/3/20241 bản chính", issues)
    assert (case.rows[0].name, case.rows[0].originals) == ("Đơn theo Nghị định ngày 02/3/2024", 1)
    assert issues.kinds() == {"quantity_glued"}


def test_a_count_that_cannot_be_told_from_the_name_stays_open() -> None:
    (case,) = split_cases(f"--{PAPERS}Đơn theo Mẫu số 11 bản chính", Issues("x"))
    assert case.rows[0].originals is None


def test_papers_that_are_no_table_are_unknown_with_a_reason() -> None:
    procedure, issues = read(thanh_phan_ho_so="); nộp cho cơ quan nuôi rùa")
    assert procedure.cases[0].papers == ()
    assert procedure.cases[0].unknown
    assert {"papers_not_a_table", "scrambled_text"} <= issues.kinds()


def test_legal_bases_are_split_where_the_next_name_is_glued_to_a_number() -> None:
    text = (
        "Tên văn bản pháp lýMã văn bảnNghị định số 9/2024/NĐ-CP ngày 05/6/20249/2024/NĐ-CPsửa đổi Luật Rùa11/2025/QH15"
        "Thông tư nuôi rùa12/2026/TT-BTPNghị định13/2026/NĐ-CP"
    )
    assert split_legal(text) == [
        ("Nghị định số 9/2024/NĐ-CP ngày 05/6/2024", "9/2024/NĐ-CP"),
        ("sửa đổi Luật Rùa", "11/2025/QH15"),
        ("Thông tư nuôi rùa", "12/2026/TT-BTP"),
        ("Nghị định", "13/2026/NĐ-CP"),
    ]


def test_a_legal_basis_whose_name_is_its_number_is_not_lost() -> None:
    text = "Tên văn bản pháp lýMã văn bảnNghị định 8/2015/NĐ-CP8/2015/NĐ-CPLuật 54/2014/QH1354/2014/QH13"
    assert split_legal(text) == [("Nghị định 8/2015/NĐ-CP", "8/2015/NĐ-CP"), ("Luật 54/2014/QH13", "54/2014/QH13")]


def test_keyboard_noise_is_no_result() -> None:
    issues = Issues("x")
    assert split_results("sdfgh Mã: KQ.G01.000002Giấy nuôi rùaMã: KQ.G01.000003Từ khóaKhông có thông tin", issues) == [
        "Giấy nuôi rùa"
    ]
    assert issues.kinds() == {"page_chrome", "scrambled_text"}


def test_internal_codes_abolished_levels_and_torn_lines_are_marked() -> None:
    steps = "Nộp phí rồi hoàn tất việc nuôi tại Trung \nnộp hồ sơ.\nCơ quan cấp huyện xem xét."
    procedure, issues = read(ma_thu_tuc="6.999001", trinh_tu_thuc_hien=steps)
    assert {"abolished_level", "scrambled_text"} <= issues.kinds()
    assert procedure.remarks
    assert "01/7/2025" in procedure.remarks[0]
    issues = Issues("6.999001")
    assert to_procedure(read_portal(record(ma_thu_tuc="6.999001"), issues), issues, date(2026, 7, 1)).internal
    assert "internal_code" in issues.kinds()


def test_one_bad_record_does_not_stop_the_import(tmp_path: Path) -> None:
    good, later = json.dumps(record()), json.dumps(record(ma_thu_tuc="1.999002.H19"))
    strange = [
        json.dumps(record(ma_thu_tuc="abc")),
        "{broken",
        "[1]",
        json.dumps({"ma_thu_tuc": 7}),
        good,
        json.dumps({}),
    ]
    outcome = run(tmp_path, [good, *strange, later])
    written = (tmp_path / "out" / "procedures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [Procedure.model_validate_json(line).code for line in written] == ["1.999001", "1.999002"]
    assert (outcome.read, outcome.written, outcome.lost) == (8, 2, 6)
    kinds = [issue.kind for issue in outcome.issues]
    assert kinds.count("bad_record") == 3
    assert kinds.count("bad_code") == 2
    assert kinds.count("duplicate_code") == 1
    assert kinds.count("code_suffix") == 1


def test_a_gz_file_reads_as_the_plain_one(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress(json.dumps(record()).encode()))
    assert run_import(source, "portal-jsonl", tmp_path / "out").written == 1


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120))
def test_any_text_in_any_table_gives_a_procedure_or_a_marked_loss(text: str) -> None:
    procedure, _ = read(
        cach_thuc_thuc_hien=METHODS + text,
        thanh_phan_ho_so=text + PAPERS + text,
        can_cu_phap_ly=text,
        trinh_tu_thuc_hien=text,
        co_quan_thuc_hien=text,
        ket_qua_xu_ly=text,
    )
    assert procedure.cases
    assert procedure.methods


@given(st.text(min_size=1, max_size=300).filter(lambda text: text.strip(" .,;:-–")))
def test_a_title_never_passes_60_characters(name: str) -> None:
    assert len(short_title(name)) <= 60
