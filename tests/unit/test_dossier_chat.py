"""What people want of a dossier, by their words; and the answer without a registry."""

from __future__ import annotations

import pytest

from actions.dossier import ActionDossier
from actions.dossier_words import is_stop, question_of, wish_of
from actions.services import Services
from actions.turn import Turn
from core.dossier import DossierUnavailable
from core.message import ReplyKind


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("theo dõi hồ sơ này giúp tôi", "follow"),
        ("bao cho toi khi co thay doi", "follow"),
        ("hủy theo dõi", "unfollow"),
        ("đừng nhắn tin nữa, bỏ theo dõi đi", "unfollow"),
        ("khong nhan thong bao nua", "unfollow"),
        ("tôi đang theo dõi những hồ sơ nào", "followed"),
        ("danh sách hồ sơ đang theo dõi", "followed"),
        ("gộp thông báo một lần mỗi ngày", "digest"),
        ("nhắn từng lần thay đổi", "each"),
        ("quên hồ sơ của tôi đi", "forget"),
        ("người khác dùng máy này", "forget"),
        ("cho hỏi hồ sơ khác", "other"),
        ("quên mã hồ sơ", None),
    ],
)
def test_wishes_are_read_from_words(text: str, wish: str | None) -> None:
    assert wish_of(text) == wish


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("vì sao hồ sơ của tôi bị trả lại", "why_returned"),
        ("bao gio co ket qua", "when"),
        ("nhận kết quả ở đâu", "where"),
        ("người khác lấy hộ được không", "proxy"),
        ("can bo sung gi", "supplement"),
        ("hồ sơ của tôi tới đâu rồi", None),
        ("tra cứu hồ sơ ở đâu", None),
        ("làm sao để tra cứu hồ sơ", None),
    ],
)
def test_questions_are_read_from_words(text: str, question: str | None) -> None:
    assert question_of(text) == question


def test_only_the_words_that_we_teach_stop_notices_whatever_the_intent() -> None:
    assert is_stop("huy theo doi giup toi")
    assert not is_stop("sao không thấy nhắn tin báo gì")


def test_without_a_registry_the_answer_says_where_to_look_and_never_repeats_the_code() -> None:
    turn = Turn("hồ sơ H00-000000-0001 xong chưa", "ask_dossier_status", 0.9, {"dossier_code": ("H00-000000-0001",)})
    reply = ActionDossier(Services(kb=None)).respond(turn).reply  # type: ignore[arg-type]
    assert reply.kind is ReplyKind.STATUS
    assert "chưa được kết nối" in reply.text
    assert "đúng dạng" in reply.text
    assert "H00" not in reply.text


def test_a_registry_that_is_away_is_told_as_such() -> None:
    def away() -> None:
        raise DossierUnavailable("away")

    turn = Turn("hồ sơ của tôi sao rồi", "ask_dossier_status", 0.9)
    reply = ActionDossier(Services(kb=None, dossiers=away)).respond(turn).reply  # type: ignore[arg-type]
    assert reply.text == DossierUnavailable.citizen_text
    assert reply.options


@pytest.mark.parametrize(
    ("text", "slots", "taken"),
    [
        ("bao giờ có kết quả", {"dossier_open": True}, True),
        ("người khác lấy hộ được không", {"dossier_open": True}, True),
        ("bao giờ có kết quả", {"dossier_open": None}, False),
        ("bao giờ có kết quả", {"dossier_open": True, "focus_procedure": "1.000894"}, False),
        ("làm khai sinh bao lâu", {"dossier_open": True}, False),
        ("lệ phí bao nhiêu", {"dossier_open": True}, False),
    ],
)
def test_a_question_after_a_dossier_was_shown_is_about_it(text: str, slots: dict[str, object], taken: bool) -> None:
    action = ActionDossier(Services(kb=None))  # type: ignore[arg-type]
    named = {"procedure": ("khai sinh",)} if "khai sinh" in text else {}
    assert action.takes(Turn(text, "ask_time", 0.9, named, slots), "action_procedure") is taken
    assert not action.takes(Turn(text, "greet", 0.9, slots=slots), "action_smalltalk")
