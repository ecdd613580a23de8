"""Reading procedures: what fits is read, what does not is named with its file and a sentence."""

from pathlib import Path

import pytest
import yaml

from core.procedure import Procedure
from knowledge_base.catalogue import Catalogue
from knowledge_base.load import load_curated


def record(code: str = "1.000001", **changes: object) -> dict[str, object]:
    source = {"publisher": "Cổng thử", "url": "https://example.org", "gathered": "2026-07-20", "checked": "2026-07-20"}
    methods = [
        {
            "kind": "in_person",
            "times": [{"value": 3, "unit": "working_day"}],
            "fees": [{"name": "Lệ phí", "kind": "fixed", "amount": 8000}],
        }
    ]
    return {
        "code": code,
        "name": f"Thủ tục thử {code}",
        "title": f"Thử {code}",
        "field": "Thử",
        "levels": ["commune"],
        "cases": [{"id": "chung", "name": "Chung", "papers": [{"name": "Tờ khai"}]}],
        "methods": methods,
        "places": [{"office": "Ủy ban nhân dân cấp xã", "level": "commune"}],
        "source": source,
        **changes,
    }


def write(directory: Path, name: str, value: object) -> None:
    text = value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True)
    (directory / name).write_text(text, encoding="utf-8")


def test_every_broken_file_is_named_and_the_good_ones_are_still_read(tmp_path: Path) -> None:
    write(tmp_path, "1.000001.yaml", record())
    write(tmp_path, "1.000002.yaml", "code: [unclosed")
    write(tmp_path, "1.000003.yaml", record("1.000003", title=""))
    write(tmp_path, "1.000004.yaml", record("1.000004", colour="red"))
    loaded = load_curated(tmp_path)
    assert list(loaded.procedures) == ["1.000001"]
    assert {problem.where for problem in loaded.problems} == {"1.000002.yaml", "1.000003.yaml", "1.000004.yaml"}


def test_a_key_written_twice_is_an_error_and_not_silently_the_last(tmp_path: Path) -> None:
    write(tmp_path, "1.000001.yaml", 'code: "1.000001"\ncode: "1.000002"\n')
    assert "line 2" in load_curated(tmp_path).problems[0].sentence


def test_a_file_named_after_another_code_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "1.000009.yaml", record("1.000001"))
    assert "name the file 1.000001.yaml" in load_curated(tmp_path).problems[0].sentence


@pytest.mark.parametrize(
    "methods",
    [
        pytest.param(
            [{"kind": "online", "times": [{"value": 1}], "fees": [{"name": "Phí", "kind": "free"}]}], id="no unit"
        ),
        pytest.param([{"kind": "online", "times": [{"value": 1, "unit": "day"}], "fees": []}], id="no fee stated"),
        pytest.param(
            [{"kind": "online", "times": [{"value": 1, "unit": "day"}], "fees": [{"name": "Phí", "kind": "unknown"}]}],
            id="unknown without reason",
        ),
    ],
)
def test_a_fact_that_cannot_be_stated_is_refused(tmp_path: Path, methods: object) -> None:
    write(tmp_path, "1.000001.yaml", record(methods=methods))
    loaded = load_curated(tmp_path)
    assert not loaded.procedures
    assert loaded.problems


def test_a_curated_procedure_overrides_the_imported_one_of_its_code(tmp_path: Path) -> None:
    curated, imported = tmp_path / "curated", tmp_path / "imported"
    curated.mkdir()
    imported.mkdir()
    write(curated, "1.000001.yaml", record(title="Người viết"))
    rows = [record("1.000001", origin="imported"), record("1.000002", origin="imported")]
    lines = [Procedure.model_validate(row).model_dump_json() for row in rows]
    write(imported, "procedures.jsonl", "\n".join([*lines, '{"code": "x"}', ""]))
    catalogue = Catalogue.read(curated, imported)
    assert [(one.code, one.origin) for one in catalogue.procedures.values()] == [
        ("1.000001", "curated"),
        ("1.000002", "imported"),
    ]
    assert catalogue.procedures["1.000001"].title == "Người viết"
    assert catalogue.problems[0].where == "procedures.jsonl:3"


def test_an_absent_import_says_what_to_run(tmp_path: Path) -> None:
    catalogue = Catalogue.read(None, tmp_path / "nowhere")
    assert "kb import" in catalogue.problems[0].sentence
