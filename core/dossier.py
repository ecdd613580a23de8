"""Dossiers: a citizen's case of a procedure, its ten statuses, its five steps, and the port to the system holding it.

A ``Dossier`` carries nothing that identifies its holder beyond a masked name: phone, personal number and PIN are known
to a registry only as keyed hashes, so that no code path can print them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum, IntEnum
from typing import Annotated, Literal, Protocol

from pydantic import AwareDatetime, Field

from core.errors import Unavailable
from core.facts import Record, Text, TimeUnit

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

DossierLevel = Literal["city", "district", "commune"]
Grouping = Literal["all", "level", "field", "unit", "month"]
LEVEL_WORDS: dict[str, str] = {"city": "cấp Thành phố", "district": "cấp huyện (trước 01/7/2025)", "commune": "cấp xã"}


class DossierUnavailable(Unavailable):
    """The system that holds the dossiers gave no usable answer; the same question may succeed later."""

    citizen_text = (
        "Xin lỗi Anh/Chị, hệ thống hồ sơ đang không phản hồi nên tôi chưa xem được tình trạng hồ sơ. "
        "Anh/Chị vui lòng thử lại sau ít phút, hoặc gọi 19001009 để được cán bộ tra cứu giúp."
    )


class Status(IntEnum):
    """The ten statuses of the national portal, by its numbers."""

    REGISTERED = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10

    @property
    def word(self) -> str:
        """The portal's own words for this status."""
        return _WORDS[self]


_WORDS = {
    Status.REGISTERED: "Mới đăng ký",
    Status.ACCEPTED: "Được tiếp nhận",
    Status.NOT_ACCEPTED: "Không được tiếp nhận",
    Status.PROCESSING: "Đang xử lý",
    Status.SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    Status.PAYMENT: "Yêu cầu thực hiện nghĩa vụ tài chính",
    Status.WITHDRAWN: "Công dân yêu cầu rút hồ sơ",
    Status.STOPPED: "Dừng xử lý",
    Status.DONE: "Đã xử lý xong",
    Status.RETURNED: "Đã trả kết quả",
}
FINISHED = frozenset({Status.DONE, Status.RETURNED})
CLOSED = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.STOPPED})


class Step(Enum):
    """The closed five steps of the one-stop shop, in order."""

    RECEIVE = "Tiếp nhận"
    APPRAISE = "Thẩm định"
    APPROVE = "Phê duyệt"
    SEAL = "Đóng dấu"
    RETURN = "Trả kết quả"


class StatusEvent(Record):
    """A status that a dossier got at a moment; ``step`` where the back end tells which of the five it means."""

    at: AwareDatetime
    status: Status
    step: Step | None = None
    note: Text | None = None


class Dossier(Record):
    """One dossier as a citizen may see it.

    ``due_at`` is the appointment on the receipt, which binds the office; ``new_due_at`` the date of an apology.
    ``allowed`` with ``allowed_unit`` is the time of the procedure. ``version`` grows by 1 with every change of status.
    ``as_of`` is when the back end was last heard, so that an old state is never shown as today's.
    """

    code: Text
    procedure_code: Text | None = None
    procedure_name: Text
    field: Text | None = None
    unit: Text
    level: DossierLevel
    holder: Text | None = None
    status: Status
    step: Step | None = None
    received_at: AwareDatetime
    due_at: AwareDatetime | None = None
    new_due_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    allowed: Annotated[int, Field(ge=0)] | None = None
    allowed_unit: TimeUnit | None = None
    reason: Text | None = None
    supplement: tuple[Text, ...] = ()
    return_place: Text | None = None
    version: Annotated[int, Field(ge=1)] = 1
    events: tuple[StatusEvent, ...] = ()
    as_of: AwareDatetime
    stale: bool = False


class Change(Record):
    """One line of a registry's change feed; ``cursor`` grows strictly and is what to ask after next time."""

    cursor: int
    code: Text
    version: Annotated[int, Field(ge=1)]
    status: Status
    at: AwareDatetime
    procedure_name: Text


@dataclass(frozen=True)
class Tally:
    """Counts of dossiers of one group; ``key`` is the level, field, unit or month (``2026-11``), or ``all``.

    ``early`` finished on a day before the appointed one, ``on_time`` by the appointed moment, ``late`` after it;
    ``undated`` finished without an appointed time, left out of the share. ``overdue`` are in progress, past their time.
    """

    key: str
    early: int = 0
    on_time: int = 0
    late: int = 0
    undated: int = 0
    in_progress: int = 0
    overdue: int = 0
    closed: int = 0

    @property
    def hundredths(self) -> int | None:
        """Share returned on time or early in hundredths of a percent, rounded half up; ``None`` without any returned.

        Formula of the source document (2022): (early + on time) / (early + on time + late).
        """
        counted = self.early + self.on_time + self.late
        return ((self.early + self.on_time) * 20_000 + counted) // (2 * counted) if counted else None

    @property
    def share(self) -> float | None:
        """The share as a percentage with two decimals: ``99.8``."""
        return None if self.hundredths is None else self.hundredths / 100


class DossierRegistry(Protocol):
    """A system that holds dossiers. Adapters fit by shape; one contract suite runs over all of them."""

    def accepts(self, code: str) -> bool:
        """Tell whether a well-formed code can be one of this registry's, by its shape alone."""
        ...

    def look_up(self, code: str, fact: str) -> Dossier | None:
        """Return the dossier when ``fact`` fits it; ``None``, by the same work, for a wrong fact and an unknown code.

        Raises:
            DossierUnavailable: no usable answer.
        """
        ...

    def read(self, code: str) -> Dossier | None:
        """Return a dossier to somebody already verified for it; the last known state (``stale``) when cut off.

        Raises:
            DossierUnavailable: no usable answer and no last known state.
        """
        ...

    def changes(self, after: int, limit: int = 500) -> Sequence[Change]:
        """Return changes of status behind a cursor, oldest first.

        Raises:
            DossierUnavailable: no usable answer.
        """
        ...

    def tallies(
        self, by: Grouping, now: datetime, since: date | None = None, until: date | None = None
    ) -> Sequence[Tally]:
        """Count dossiers received from ``since`` to ``until`` (both days included), sorted by key.

        ``month`` is the month in which a dossier was received, in Hanoi. ``now`` decides what is overdue.

        Raises:
            DossierUnavailable: no usable answer.
        """
        ...
