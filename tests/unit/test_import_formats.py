"""Import of the other formats: API detail, defence records, catalogue sheet, converted Word sheet; and the report."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook
from typer.testing import CliRunner

from core.errors import BadInput
from core.procedure import Procedure
from knowledge_base.import_commands import app
from knowledge_base.importers import Outcome, run_import
from knowledge_base.quality import html_page, report, write_report

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def imported(source: Path, form: str, out: Path) -> tuple[Outcome, list[Procedure]]:
    outcome = run_import(source, form, out, gathered=date(2026, 10, 1))
    lines = (out / "procedures.jsonl").read_text(encoding="utf-8").splitlines()
    return outcome, [Procedure.model_validate_json(line) for line in lines]


def api_record() -> dict[str, Any]:
    return {
        "code": "1.999003",
        "name": "Cấp thẻ người nuôi rùa",
        "procedureProposal": {"proposalNumber": "7/QĐ-VD"},
        "isWard": True,
        "categoriesDetails": [{"name": "Rùa cảnh"}],
        "subjectTypesDetails": [{"name": "Công dân Việt Nam"}],
        "departmentsExecuting": [{"name": "Ủy ban nhân dân cấp xã"}],
        "dossierReceivingAddresses": ["Quầy 1", {"address": "Quầy 2"}],
        "executionSteps": [{"name": "Bước 1", "description": "Kê khai"}],
        "executionMethods": [
            {
                "submissionMethod": "ONLINE",
                "processingTime": 2,
                "processingTimeUnit": "WORKING_DAY",
                "fees": [{"name": "Lệ phí", "amount": 0, "description": "Hội đồng nhân dân tỉnh quyết định mức thu"}],
            },
            {
                "submissionMethod": "DIRECT",
                "processingTime": 3,
                "processingTimeUnit": "",
                "fees": [{"name": "Phí", "amount": 15000, "description": "15.000 đồng/thẻ"}],
            },
            {"submissionMethod": "PIGEON"},
        ],
        "executionCases": [
            {
                "name": "Cấp lần đầu",
                "profileComponents": [
                    {"name": "Tờ khai", "originalQty": 1, "copyQty": 0, "attachments": [{"fileName": "tk.docx"}]}
                ],
            },
            {"name": "Cấp lại", "profileComponents": [{"name": "Đơn trình báo mất", "originalQty": 1}]},
        ],
        "legalBasisesDetails": [{"name": "Luật Rùa", "code": "01/2024/QH15"}],
        "resultsDetails": [{"name": "Thẻ người nuôi rùa"}],
        "keywords": "rùa, thẻ",
    }


def test_an_api_answer_keeps_papers_by_case_and_marks_a_missing_unit(tmp_path: Path) -> None:
    source = tmp_path / "one.json"
    source.write_text(json.dumps({"data": api_record()}, indent=1), encoding="utf-8")
    outcome, (procedure,) = imported(source, "portal-api", tmp_path / "out")
    assert [case.name for case in procedure.cases] == ["Cấp lần đầu", "Cấp lại"]
    assert procedure.cases[0].papers[0].form is not None
    online, direct = procedure.methods
    assert (online.times[0].value, online.times[0].unit, online.fees[0].kind) == (2, "working_day", "set_locally")
    assert (direct.times[0].value, direct.fees[0].amount, direct.fees[0].unit) == (None, 15_000, "thẻ")
    assert {issue.kind for issue in outcome.issues} == {"fee_placeholder", "time_unit_lost", "method_missing"}
    assert procedure.keywords == ("rùa", "thẻ")


def test_api_answers_may_be_one_a_line(tmp_path: Path) -> None:
    source = tmp_path / "many.jsonl"
    records = [api_record(), api_record() | {"code": "1.999004.000.00.00.H55"}]
    source.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    _, procedures = imported(source, "portal-api", tmp_path / "out")
    assert [procedure.code for procedure in procedures] == ["1.999003", "1.999004"]


def test_a_defence_record_reads_counts_from_the_shifted_column(tmp_path: Path) -> None:
    record = {
        "thu_tuc_id": "1.999005",
        "metadata": {
            "tên_thủ_tục": "Thủ tục mượn rùa canh gác",
            "số_quyết_định": "Quyết định số 8/QĐ-VD",
            "cấp_thực_hiện": "Cấp Xã",
            "lĩnh_vực": "Rùa",
        },
        "content": {
            "trình_tự_thực_hiện": "Bước 1: Xin mượn. Bước 2: Nhận rùa.",
            "đối_tượng_thực_hiện": "Công dân Việt Nam",
            "cơ_quan_thực_hiện": "Ban Chỉ huy quân sự cấp xã",
            "cơ_quan_có_thẩm_quyền": "Không có thông tin",
            "địa_chỉ_tiếp_nhận_hs": "Không có thông tin",
            "kết_quả_thực_hiện": "Rùa",
            "yêu_cầu_điều_kiện_thực_hiện": "Không",
        },
        "tables": {
            "hinh_thuc_nop": [
                {
                    "hinh_thuc": "Trực tiếp",
                    "thoi_han_giai_quyet": "01 Giờ",
                    "phi_le_phi": "Phí : 0 Đồng",
                    "mo_ta": "",
                },
                {
                    "hinh_thuc": "Trực tuyến",
                    "thoi_han_giai_quyet": "Không quy định",
                    "phi_le_phi": "Phí : 50.000 Đồng (50.000 đồng/hồ sơ)\nLệ phí : 1.5 USD (Người nước ngoài)",
                    "mo_ta": "",
                },
            ],
            "thanh_phan_ho_so": [
                {"ten_giay_to": "- Đơn mượn;", "so_luong": "don.docx", "ghi_chu": "Bản chính: 1\nBản sao: 2"}
            ],
            "can_cu_phap_ly": [{"so_ky_hieu": "01/2024/QH15", "trich_yeu": "Luật Rùa"}],
        },
    }
    source = tmp_path / "d.jsonl"
    source.write_text(json.dumps(record), encoding="utf-8")
    _, (procedure,) = imported(source, "defence-jsonl", tmp_path / "out")
    (paper,) = procedure.cases[0].papers
    assert (paper.name, paper.originals, paper.copies) == ("Đơn mượn", 1, 2)
    assert len(procedure.steps) == 2
    direct, online = procedure.methods
    assert (direct.times[0].value, direct.times[0].unit, direct.fees[0].kind) == (1, "hour", "unknown")
    assert [(fee.name, fee.kind, fee.amount) for fee in online.fees] == [
        ("Phí", "per_unit", 50_000),
        ("Lệ phí", "unknown", None),
    ]
    assert online.times[0].unknown


def test_a_catalogue_sheet_gives_names_and_leaves_contents_unknown(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["DANH MỤC"],
        ["STT", "Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"],
        [1, "1.999006.H26", "Đăng ký rùa", "Bộ Rùa", "UBND cấp xã", "Rùa"],
        [None, None, None, None, None, None],
        [2, "hỏng", "Không mã", "", "", ""],
    ):
        sheet.append(row)
    source = tmp_path / "list.xlsx"
    book.save(source)
    outcome, (procedure,) = imported(source, "xlsx", tmp_path / "out")
    assert (procedure.code, procedure.ministry, procedure.levels) == ("1.999006", "Bộ Rùa", ("commune",))
    assert procedure.cases[0].unknown
    assert procedure.methods[0].times[0].unknown
    assert procedure.methods[0].fees[0].reason
    assert (outcome.read, outcome.lost) == (2, 1)


def word_sheet(path: Path) -> None:
    document = Document()
    for line in (
        "Mã thủ tục: 1.999007",
        "Số quyết định: 9/QĐ-VD",
        "Tên thủ tục: Cấp lại thẻ rùa",
        "Cấp thực hiện: Cấp Xã",
        "Lĩnh vực: Rùa",
        "Trình tự thực hiện:",
        "Bước 1: Trình báo",
        "Bước 2: Nhận thẻ",
        "Cách thức thực hiện:",
    ):
        document.add_paragraph(line)
    fill(
        document,
        [["Hình thức nộp", "Thời hạn", "Phí", "Mô tả"], ["Trực tiếp", "02 Ngày làm việc", "Phí : 7.000 Đồng", ""]],
    )
    document.add_paragraph("Thành phần hồ sơ:")
    document.add_paragraph("Khi mất thẻ")
    fill(document, [["Tên giấy tờ", "Mẫu", "Số lượng"], ["Đơn báo mất", "m.docx", "Bản chính: 1\nBản sao: 0"]])
    for line in ("Cơ quan thực hiện: Ủy ban nhân dân cấp xã", "Kết quả thực hiện: Thẻ", "Căn cứ pháp lý:"):
        document.add_paragraph(line)
    fill(document, [["Số ký hiệu", "Trích yếu"], ["01/2024/QH15", "Luật Rùa"]])
    document.add_paragraph("Yêu cầu, điều kiện thực hiện: Không có thông tin")
    document.save(str(path))


def fill(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def test_a_folder_of_word_sheets_is_read_and_a_broken_file_is_noted(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    word_sheet(folder / "ChiTietTTHC_1.999007.docx")
    (folder / "ChiTietTTHC_1.999008.docx").write_bytes(b"not a document")
    outcome, (procedure,) = imported(folder, "docx", tmp_path / "out")
    assert (procedure.code, procedure.title, procedure.source.decision) == ("1.999007", "Cấp lại thẻ rùa", "9/QĐ-VD")
    assert (procedure.methods[0].times[0].unit, procedure.methods[0].fees[0].amount) == ("working_day", 7_000)
    assert (procedure.cases[0].name, procedure.cases[0].papers[0].originals) == ("Khi mất thẻ", 1)
    assert procedure.legal[0].number == "01/2024/QH15"
    assert procedure.places[0].office == "Ủy ban nhân dân cấp xã"
    assert [issue.kind for issue in outcome.issues if issue.severity == "lost"] == ["bad_record"]


@pytest.mark.parametrize(
    ("name", "form"), [("x.xlsx", "xlsx"), ("x.jsonl", "no-such"), ("missing.jsonl", "portal-jsonl")]
)
def test_a_wrong_file_or_format_is_told_in_a_sentence(tmp_path: Path, name: str, form: str) -> None:
    if name != "missing.jsonl":
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match=r"XLSX|format|file"):
        run_import(tmp_path / name, form, tmp_path / "out")


def test_the_report_counts_records_and_its_page_escapes_what_it_shows(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    records = [api_record(), api_record() | {"code": "<script>alert(1)</script>"}]
    source.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    outcome, _ = imported(source, "portal-api", tmp_path / "out")
    data = report(outcome)
    assert (data["read"], data["written"], data["lost"], data["records_by_kind"]["bad_code"]) == (2, 1, 1, 1)
    page = html_page(outcome)
    assert '<html lang="vi">' in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    json_path, html_path = write_report(outcome, tmp_path / "out")
    assert json.loads(json_path.read_text(encoding="utf-8"))["issues"]
    assert html_path.read_text(encoding="utf-8") == page


def test_the_command_writes_all_three_files_and_prints_the_table(tmp_path: Path) -> None:
    source = tmp_path / "a.json"
    source.write_text(json.dumps([api_record()]), encoding="utf-8")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["--format", "portal-api", str(source), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "time_unit_lost" in result.output
    assert {path.name for path in out.iterdir()} == {"procedures.jsonl", "quality.json", "quality.html"}
    assert CliRunner().invoke(app, ["--format", "nothing", str(source), "--out", str(out)]).exit_code == 2
