"""What people want of a dossier, by their words; and the answer without a registry."""

from __future__ import annotations

import pytest

from actions.dossier import ActionDossier
from actions.dossier_words import asks_about_notices, is_stop, question_of, wish_of
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
        ("tôi phải bổ sung gì", "supplement"),
        ("toi phai bo sung gi", "supplement"),
        ("hs e thiếu giấy j v ạ", "supplement"),
        ("ng khác lấy kq hộ đc k", "proxy"),
        ("nhờ ng nhà lấy hs hộ đc ko", "proxy"),
        ("vì sao hồ sơ bị trả lại", "why_returned"),
        ("hs bị trả về vì sao v", "why_returned"),
        ("sao hồ sơ của em lại bị trả về", "why_returned"),
        ("lý do hồ sơ của tôi bị từ chối là gì", "why_returned"),
        ("tại sao người ta không nhận hồ sơ của tôi", "why_returned"),
        ("bh có kq", "when"),
        ("bn ngày nữa hs của e xong", "when"),
        ("mấy hôm nữa thì có kết quả", "when"),
        ("ngày nào tôi được trả kết quả", "when"),
        ("nhận kq hs ở đâu v ạ", "where"),
        ("tôi đến đâu để nhận kết quả hồ sơ", "where"),
        ("kết quả hồ sơ của em trả ở chỗ nào", "where"),
        ("hồ sơ của tôi tới đâu rồi", None),
        ("có báo cho tôi khi xong không", None),
        ("tra cứu hồ sơ ở đâu", None),
        ("làm sao để tra cứu hồ sơ", None),
    ],
)
def test_questions_are_read_from_words(text: str, question: str | None) -> None:
    assert question_of(text) == question


@pytest.mark.parametrize(
    "text",
    [
        "có báo cho tôi khi xong không", "co bao cho toi khi xong khong", "xong có báo k ạ", "có kq có nhắn mình ko",
        "khi nào xong có báo cho tôi không", "hồ sơ xong có ai gọi không", "có nhắn tin báo khi xong không",
        "xong hồ sơ có thông báo qua Zalo không", "có tb khi hs xong k",
    ],
)  # fmt: skip
def test_whether_one_is_told_is_a_question_of_its_own(text: str) -> None:
    assert asks_about_notices(text)


@pytest.mark.parametrize(
    "text",
    [
        "có kết quả chưa", "báo cho tôi khi xong nhé", "bao giờ có kết quả", "có nhận kết quả hộ được không",
        "mất bao lâu", "có nhận hồ sơ thứ bảy không", "có báo cáo gì không", "người khác nhận hộ có được không",
    ],
)  # fmt: skip
def test_other_questions_are_not_taken_for_it(text: str) -> None:
    assert not asks_about_notices(text)


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
