"""Topic "office": addresses, hours and hotlines of the one-stop units; what no source gives is said plainly."""

from __future__ import annotations

from dataclasses import dataclass

from actions.answering import answer
from actions.answers.wording import day_text
from actions.misses import HUMAN
from actions.nearby import moved, place_named
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Aspect, Reply, ReplyKind, Source
from knowledge_base.overlays import Overlay, ServicePoint
from knowledge_base.places import Ambiguous, Place, Resolved

UNKNOWN_POINT = "Tôi chưa có địa chỉ đã xác nhận của điểm tiếp nhận ở từng xã, phường"


@dataclass(frozen=True)
class ActionOffice:
    """Answers where the counters are, when they open and whom to call, from the city's overlay."""

    services: Services
    name: str = "action_office"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent; an address asked for a named procedure is answered with that procedure's office."""
        place = place_named(turn)
        if turn.intent == "ask_office_address" and place is None and self.services.kb.mentions_procedure(turn.text):
            decision = self.services.kb.decide(turn.text, turn.focus)
            if decision.kind == "answer":
                return answer(self.services, turn, decision.hits[0].code, Aspect.PLACE)
        overlay = self.services.kb.overlay.as_of(self.services.today())
        lines = {"ask_opening_hours": hours, "ask_hotline": hotlines}.get(turn.intent, addresses)(overlay)
        reply = Reply(
            kind=ReplyKind.ANSWER,
            text="\n".join([*for_place(place), *lines]),
            aspect=Aspect.PLACE,
            options=(HUMAN,),
            sources=sources_of(overlay),
        )
        return Outcome(reply, {"misses": 0})


def for_place(place: Place | None) -> list[str]:
    """Say which unit a named place belongs to now, or ask when an old ward was split."""
    if isinstance(place, Resolved):
        counter = f"Việc cấp xã nộp tại Điểm phục vụ hành chính công {place.unit.name}."
        return [line for line in (moved(place), counter) if line]
    return [place.question] if isinstance(place, Ambiguous) else []


def addresses(overlay: Overlay) -> list[str]:
    """Write the points whose address a source gives, and say what is not known."""
    known = [f"• {point.name}: {point.address}" for point in overlay.service_points if point.address]
    return [f"Nơi tiếp nhận hồ sơ của thành phố ({as_of(overlay)}):", *known, f"{UNKNOWN_POINT}; {call(overlay)}"]


def hours(overlay: Overlay) -> list[str]:
    """Write the hours that a source gives, and say what is not known."""
    known = [f"• {point.name}: {point.hours}" for point in overlay.service_points if point.hours]
    channels = [f"• {channel.name}: {channel.note}" for channel in overlay.channels if channel.opens]
    unknown = [] if known else ["Giờ làm việc của từng điểm tiếp nhận chưa được nguồn nào của tôi xác nhận."]
    return [*unknown, *known, *channels, f"Trước khi đi: {call(overlay)}"]


def hotlines(overlay: Overlay) -> list[str]:
    """Write the telephone numbers."""
    return [f"Tổng đài hỗ trợ thủ tục hành chính: {' và '.join(numbers(overlay))} ({as_of(overlay)})."]


def call(overlay: Overlay) -> str:
    """Say whom to call."""
    return f"Anh/Chị gọi {numbers(overlay)[0]} để được chỉ dẫn." if numbers(overlay) else "Anh/Chị hỏi nơi gần nhất."


def numbers(overlay: Overlay) -> list[str]:
    """Return the distinct telephone numbers, the first of the overlay first."""
    return list(dict.fromkeys(number for point in overlay.service_points for number in point.hotlines))


def as_of(overlay: Overlay) -> str:
    """Say of which day the points are known."""
    days = [point.source.checked for point in overlay.service_points]
    return f"thông tin ngày {day_text(min(days))}" if days else "chưa rõ ngày"


def sources_of(overlay: Overlay) -> tuple[Source, ...]:
    """Return where the points were read, each page or decision once."""
    read = {(one.url, one.decision, one.checked_on): one for one in map(source_of, reversed(overlay.service_points))}
    return tuple(reversed(read.values()))


def source_of(point: ServicePoint) -> Source:
    """Return the source of a point; it has no procedure code, so its own id stands there."""
    source = point.source
    return Source(code=point.id, decision=source.decision, url=source.url, checked_on=source.checked)


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionOffice(services)]
