"""The quality report of an import: what an editor has to look at, as a table, as JSON and as a page."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from html import escape
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from knowledge_base.importers.issues import MEANING, Issue, IssueKind, Severity
from knowledge_base.importers.run import Outcome

JSON_FILE: Final = "quality.json"
HTML_FILE: Final = "quality.html"
SEVERITY_WORDS: Final[dict[Severity, str]] = {"lost": "Không nhập được", "marked": "Đã đánh dấu", "repaired": "Đã sửa"}
REPAIRED_ROWS: Final = 100  # of a kind that is good again, a sample is enough to look at
_ORDER: Final[tuple[Severity, ...]] = ("lost", "marked", "repaired")
_PAGE: Final = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Báo cáo chất lượng nhập thủ tục</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0; }}
th, td {{ border: 1px solid #767676; padding: .35rem .6rem; text-align: left; vertical-align: top; }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
th {{ background: #eef2f6; }}
summary {{ cursor: pointer; padding: .4rem 0; font-weight: 600; }}
code {{ font-size: .95em; }}
</style>
</head>
<body>
<h1>Báo cáo chất lượng nhập thủ tục</h1>
<p>Nguồn: <code>{source}</code> (định dạng <code>{format}</code>). Đã đọc {read} bản ghi, nhập được {written},
không nhập được {lost}; {clean} bản ghi không có điểm nào cần xem. Thời gian: {seconds} giây.</p>
<p>“Đã sửa”: giá trị nay dùng được. “Đã đánh dấu”: trợ lý sẽ nói là chưa rõ, hoặc biên tập viên cần xem lại.
“Không nhập được”: bản ghi bị bỏ qua.</p>
<h2>Tổng hợp</h2>
<table><thead><tr><th scope="col">Loại</th><th scope="col">Ý nghĩa</th><th scope="col">Xử lý</th>
<th scope="col">Số thủ tục</th></tr></thead>
<tbody>
{summary}
</tbody></table>
<h2>Chi tiết</h2>
{details}
</body>
</html>
"""
_DETAIL: Final = """<details id="{kind}"><summary>{meaning} ({count})</summary>
<table><thead><tr><th scope="col">Mã</th><th scope="col">Thủ tục</th><th scope="col">Trường</th>
<th scope="col">Nội dung thấy được</th></tr></thead>
<tbody>
{rows}
</tbody></table></details>"""


def by_kind(outcome: Outcome) -> dict[IssueKind, list[Issue]]:
    """Return the issues of each kind, the gravest kinds first and then the commonest."""
    groups: dict[IssueKind, list[Issue]] = defaultdict(list)
    for issue in outcome.issues:
        groups[issue.kind].append(issue)
    return dict(sorted(groups.items(), key=lambda item: (_ORDER.index(item[1][0].severity), -len(item[1]))))


def report(outcome: Outcome) -> dict[str, Any]:
    """Return the report as plain data: counts of records by kind, then every issue."""
    touched = {issue.code for issue in outcome.issues if issue.severity != "repaired"}
    return {
        "source": outcome.source,
        "format": outcome.format,
        "read": outcome.read,
        "written": outcome.written,
        "lost": outcome.lost,
        "clean": outcome.read - len(touched),
        "seconds": round(outcome.seconds, 2),
        "records_by_kind": {kind: len({issue.code for issue in group}) for kind, group in by_kind(outcome).items()},
        "records_by_field": dict(Counter(outcome.fields).most_common()),
        "issues": [issue.model_dump() | {"severity": issue.severity} for issue in outcome.issues],
    }


def html_page(outcome: Outcome) -> str:
    """Return the report as one page in Vietnamese that needs no script and no network."""
    data = report(outcome)
    groups = by_kind(outcome)
    summary = "\n".join(
        f'<tr><td><a href="#{kind}"><code>{kind}</code></a></td><td>{escape(MEANING[kind])}</td>'
        f"<td>{SEVERITY_WORDS[group[0].severity]}</td><td class=n>{data['records_by_kind'][kind]}</td></tr>"
        for kind, group in groups.items()
    )
    details = "\n".join(_details(kind, group, outcome.names) for kind, group in groups.items())
    plain = {key: escape(str(value)) for key, value in data.items() if key not in ("issues",)}
    return _PAGE.format(**plain, summary=summary, details=details)


def _details(kind: IssueKind, group: list[Issue], names: dict[str, str]) -> str:
    shown = group[:REPAIRED_ROWS] if group[0].severity == "repaired" else group
    rows = "\n".join(
        f"<tr><td><code>{escape(issue.code)}</code></td><td>{escape(names.get(issue.code, ''))}</td>"
        f"<td>{escape(issue.field)}</td><td>{escape(issue.detail)}</td></tr>"
        for issue in shown
    )
    if len(group) > len(shown):
        rows += f"\n<tr><td colspan=4>… và {len(group) - len(shown)} mục nữa, xem quality.json.</td></tr>"
    return _DETAIL.format(kind=kind, meaning=escape(MEANING[kind]), count=len(group), rows=rows)


def write_report(outcome: Outcome, out: Path) -> tuple[Path, Path]:
    """Write ``quality.json`` and ``quality.html`` into the folder and return their paths."""
    json_path, html_path = out / JSON_FILE, out / HTML_FILE
    json_path.write_text(json.dumps(report(outcome), ensure_ascii=False, indent=1), encoding="utf-8")
    html_path.write_text(html_page(outcome), encoding="utf-8")
    return json_path, html_path


def print_report(outcome: Outcome, console: Console) -> None:
    """Print the counts as a table."""
    data = report(outcome)
    table = Table(title=f"Nhập {outcome.source}: đọc {outcome.read}, nhập {outcome.written}, bỏ qua {outcome.lost}")
    table.add_column("Loại", no_wrap=True)
    table.add_column("Ý nghĩa")
    table.add_column("Xử lý")
    table.add_column("Số thủ tục", justify="right")
    for kind, group in by_kind(outcome).items():
        count = str(data["records_by_kind"][kind])
        table.add_row(kind, MEANING[kind], SEVERITY_WORDS[group[0].severity], count)
    console.print(table)
    console.print(f"{data['clean']} bản ghi không cần xem lại; {data['seconds']} giây.")
