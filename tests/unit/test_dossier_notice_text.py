"""A notice is one message on every channel, however many dossiers moved and however long their names are."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from core.dossier import HANOI, Status
from dossiers.notice_text import DIGEST_LINES, STOP, Item, notice_text

LEAST_ROOM = 1900  # of Zalo and Messenger
AT = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
items = st.builds(
    Item,
    code=st.from_regex(r"000\.[0-9]{2}\.[0-9]{2}\.H26\.[0-9]{3}\.[0-9]{3}\.[0-9]{3}-261102-[0-9]{6}", fullmatch=True),
    version=st.integers(2, 9),
    status=st.sampled_from(Status),
    at=st.just(AT),
    procedure_name=st.text("Đăng ký khai sinh ", min_size=1, max_size=600),
)


@given(st.lists(items, min_size=1, max_size=50))
def test_it_fits_one_message_hides_running_numbers_and_says_how_to_stop(changes: list[Item]) -> None:
    text = notice_text(changes)
    assert len(text) <= LEAST_ROOM
    assert text.endswith(STOP)
    assert not [item for item in changes if item.code in text]


def test_a_digest_counts_all_and_lists_the_newest() -> None:
    changes = [Item(f"H26.{n}-261102-0001", 2, Status.DONE, AT, f"Thủ tục {n}.") for n in range(12)]
    text = notice_text(changes)
    assert "có 12 thay đổi" in text
    assert text.count("•") == DIGEST_LINES
    assert "Thủ tục 11." in text
    assert "Thủ tục 1." not in text
