"""A bar chart of the share returned in time, as SVG that needs no library and reads without colour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.dossier import LEVEL_WORDS, Tally

_ROW, _LEFT, _WIDTH, _TOP = 30, 300, 420, 56
_MOST_ROWS = 60


def svg(tallies: Sequence[Tally], title: str) -> str:
    """Return an SVG with one bar a group: its share in time on an axis from ``low`` to 100 %, and its counts.

    The axis begins at the next lower ten of the smallest share, and says so. At most 60 groups are drawn, worst first
    when there are more.
    """
    shown = list(tallies)
    if len(shown) > _MOST_ROWS:
        shown = sorted(shown, key=lambda tally: (tally.hundredths is None, tally.hundredths or 0))[:_MOST_ROWS]
    low = _low(shown)
    height = _TOP + _ROW * len(shown) + 34
    rows = "\n".join(_bar(tally, _TOP + _ROW * number, low) for number, tally in enumerate(shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" aria-label="{escape(title)}" '
        'font-family="sans-serif" font-size="14">\n'
        f'<rect width="960" height="{height}" fill="#fff"/>\n'
        f'<text x="16" y="28" font-size="18" font-weight="bold">{escape(title)}</text>\n'
        f"{rows}\n{_axis(low, height)}\n</svg>\n"
    )


def _low(tallies: Sequence[Tally]) -> int:
    shares = [tally.share for tally in tallies if tally.share is not None]
    return min(int(min(shares)) // 10 * 10, 90) if shares else 0


def _bar(tally: Tally, top: int, low: int) -> str:
    name = escape(LEVEL_WORDS.get(tally.key, "toàn thành phố" if tally.key == "all" else tally.key) or "(không ghi)")
    label = f'<text x="{_LEFT - 10}" y="{top + 15}" text-anchor="end">{name}</text>'
    if tally.share is None:
        return label + f'<text x="{_LEFT}" y="{top + 15}">chưa có hồ sơ đã trả</text>'
    width = round((tally.share - low) / (100 - low) * _WIDTH, 1)
    counted = tally.early + tally.on_time + tally.late
    share = f"{tally.share:.2f}".replace(".", ",")
    return (
        f'{label}<rect x="{_LEFT}" y="{top}" width="{width}" height="20" fill="#1d4f91"/>'
        f'<text x="{_LEFT + _WIDTH + 10}" y="{top + 15}">{share} % '
        f"({tally.early + tally.on_time}/{counted}, quá hạn {tally.late})</text>"
    )


def _axis(low: int, height: int) -> str:
    y = height - 24
    return (
        f'<path d="M{_LEFT} {y}H{_LEFT + _WIDTH}" stroke="#000"/>'
        f'<text x="{_LEFT}" y="{y + 17}" text-anchor="middle">{low} %</text>'
        f'<text x="{_LEFT + _WIDTH}" y="{y + 17}" text-anchor="middle">100 %</text>'
    )
