"""What the conversation remembers: cases, corrections, choices by words, going back, shorter, more, two questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.abroad import abroad
from actions.asking import buttons, offered
from actions.choosing import by_title, only_number, ordinal
from actions.correcting import correction_in
from actions.dialogue import meant
from actions.server import all_actions, respond
from actions.services import Services
from actions.several import aspects_in, only_aspect
from actions.turn import Outcome, Turn
from core.errors import UnknownProcedure
from core.message import Aspect, Reply, ReplyKind
from core.procedure import Procedure
from knowledge_base.overlays import Overlay, load_overlay
from knowledge_base.service import Decision, Hit
from tests.unit.test_answers import curated

ACTIONS = {
    "ask_documents": "action_procedure", "ask_fee": "action_procedure", "ask_procedure": "action_procedure",
    "ask_time": "action_procedure", "ask_eligibility": "action_procedure",
    "emergency": "action_safety", "choose_option": "action_choose_option", "nlu_fallback": "action_fallback",
    "out_of_scope": "action_fallback", "english": "action_smalltalk", "greet": "action_smalltalk",
}  # fmt: skip


@dataclass
class Records:
    """All curated records, and no search: a text names a procedure when it holds its code or one of ``names``."""

    names: dict[str, str] = field(default_factory=dict)

    def get(self, code: str, day: date | None = None) -> Procedure:
        if code not in curated():
            raise UnknownProcedure(code)
        return curated()[code]

    @property
    def overlay(self) -> Overlay:
        return load_overlay()

    def decide(self, text: str, focus: str | None = None) -> Decision:
        return Decision("none", (), 0.0)

    def mentions_procedure(self, text: str) -> bool:
        return False


class Talk:
    """A conversation over the actions, with the intents given."""

    def __init__(self, **slots: object) -> None:
        services = Services(kb=Records(), today=lambda: date(2026, 11, 23))
        self.actions = {action.name: action for action in all_actions(services)}
        self.services, self.slots = services, dict(slots)

    def say(self, intent: str, text: str, **entities: tuple[str, ...]) -> Reply:
        action = self.actions[ACTIONS.get(intent, "action_dialogue")]
        turn = Turn(text=text, intent=intent, confidence=0.9, entities=entities, slots=dict(self.slots))
        outcome: Outcome = respond(action, turn)
        self.slots |= {**outcome.slots, "last_reply": outcome.reply.model_dump(mode="json")}
        return outcome.reply


def about(code: str, aspect: str = "documents") -> Talk:
    talk = Talk()
    talk.say("ask_procedure", f"thủ tục {code}")
    if aspect != "overview":
        talk.say(f"ask_{aspect}", f"{aspect} {code}")
    return talk


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("không, ý tôi là cấp lại", "cấp lại"),
        ("khong, y em la cap lai", "cap lai"),
        ("ý tôi là đăng ký tạm trú", "đăng ký tạm trú"),
        ("không phải cấp mới mà là cấp lại", "cấp lại"),
        ("không phải tạm trú, thường trú cơ", "thường trú"),
        ("à nhầm, xóa tạm trú", "xóa tạm trú"),
        ("tôi hỏi gia hạn tạm trú cơ mà", "gia hạn tạm trú"),
        ("cấp lại chứ không phải cấp mới", "cấp lại"),
        ("không ạ, bản sao nhé", "bản sao"),
        ("à không phải tạm trú mà là thường trú", "thường trú"),
    ],
)
def test_the_words_of_a_correction_are_heard(said: str, meaning: str) -> None:
    assert correction_in(said) == meaning


@pytest.mark.parametrize(
    "said",
    ["không", "không phải", "không phải cái này", "lệ phí bao nhiêu", "con tôi không có giấy chứng sinh", "", "??"],
)
def test_what_corrects_nothing_is_no_correction(said: str) -> None:
    assert correction_in(said) is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=120))
def test_reading_a_text_never_fails(text: str) -> None:
    turn = Turn(text=text, intent="repeat", confidence=0.5, slots={"offered": [{"procedure_code": "1.001193"}]})
    correction_in(text)
    by_title(Services(kb=Records()), turn)
    assert aspects_in(turn, Aspect.FEE)
    assert isinstance(meant(turn), str)
    assert ordinal(text) != 0


def test_a_correction_goes_to_the_sibling_and_keeps_the_aspect() -> None:
    talk = about("1.014063", "fee")
    reply = talk.say("deny", "không, ý tôi là cấp lại")
    assert (reply.procedure, reply.aspect) == ("1.014064", Aspect.FEE)


def test_a_correction_of_the_aspect_stays_with_the_procedure() -> None:
    reply = about("1.001193").say("correct", "ý tôi là lệ phí")
    assert (reply.procedure, reply.aspect) == ("1.001193", Aspect.FEE)


def test_no_without_more_words_offers_what_is_confused_with_it() -> None:
    reply = about("1.001193").say("deny", "không phải")
    assert "nói rõ hơn" in reply.text
    assert "1.004884" in [option.procedure for option in reply.options]


def test_a_correction_after_no_still_knows_what_was_answered() -> None:
    talk = about("1.014063")
    talk.say("deny", "không phải")
    assert talk.say("correct", "ý tôi là cấp lại").procedure == "1.014064"


@pytest.mark.parametrize("said", ["trẻ bị bỏ rơi", "tre bi bo roi thi sao", "bé bị bỏ rơi ạ"])
@pytest.mark.parametrize("intent", ["ask_procedure", "nlu_fallback", "out_of_scope", "choose_option", "emergency"])
def test_a_case_told_in_any_turn_changes_the_papers(said: str, intent: str) -> None:
    reply = about("1.001193").say(intent, said)
    assert reply.procedure == "1.001193"
    assert "Biên bản về việc trẻ bị bỏ rơi" in reply.text


def test_the_case_stays_for_the_next_question_and_goes_with_the_procedure() -> None:
    talk = about("1.004222")
    assert "thuê, mượn, ở nhờ" in talk.say("ask_procedure", "tôi ở nhà thuê").text
    talk.say("ask_fee", "lệ phí bao nhiêu")
    assert "thuê, mượn, ở nhờ" in talk.say("ask_documents", "cần giấy tờ gì").text
    talk.say("ask_documents", "thủ tục 1.001193")
    assert talk.slots["focus_case"] is None


def test_a_question_of_common_words_is_no_case() -> None:
    talk = about("1.001193")
    talk.say("ask_documents", "giay to gi va het bao nhieu tien")
    assert talk.slots["focus_case"] is None


def test_a_child_out_of_wedlock_is_asked_back_with_both_ways() -> None:
    reply = about("1.001193").say("ask_procedure", "con ngoài giá thú")
    assert reply.kind is ReplyKind.CLARIFY
    assert [option.procedure for option in reply.options] == ["1.001193", "1.000689"]


@pytest.mark.parametrize(
    ("said", "code"),
    [("cái cấp lại", "1.014064"), ("cap lai", "1.014064"), ("đổi thẻ", "1.014063"), ("thẻ đã mất", "1.014064")],
)
def test_an_option_is_chosen_by_words_of_its_title_or_of_the_question(said: str, code: str) -> None:
    options = buttons([("1.014063", "Đổi thẻ căn cước"), ("1.014064", "Cấp lại thẻ căn cước (mất, hỏng)")], Aspect.FEE)
    clarify = Reply(kind=ReplyKind.CLARIFY, text="Thẻ nào?", options=options).model_dump(mode="json")
    talk = Talk(offered=offered(options), last_reply=clarify)
    reply = talk.say("nlu_fallback", said)
    assert (reply.procedure, reply.aspect) == (code, Aspect.FEE)


@pytest.mark.parametrize("said", ["cái cuối cùng", "số 2 nhé", "cai thu nhat", "2"])
def test_a_number_alone_is_a_number(said: str) -> None:
    assert only_number(said)
    assert not only_number("lý lịch tư pháp số 2")


def test_words_in_two_titles_choose_nothing() -> None:
    options = offered(buttons([("1.014063", "Đổi thẻ căn cước"), ("1.014064", "Cấp lại thẻ căn cước")], Aspect.FEE))
    turn = Turn(text="thẻ căn cước", intent="choose_option", confidence=0.9, slots={"offered": options})
    assert by_title(Services(kb=Records()), turn) is None


def test_going_back_returns_through_the_last_three_procedures_and_then_says_so() -> None:
    talk = Talk()
    for code in ("1.001193", "1.000894", "1.004194", "2.000815", "1.000656"):
        talk.say("ask_documents", f"thủ tục {code}")
    seen = [talk.say("go_back", "quay lại thủ tục trước").procedure for _ in range(4)]
    assert seen == ["2.000815", "1.004194", "1.000894", None]


def test_after_another_matter_going_back_returns_to_what_was_left() -> None:
    talk = about("1.001193", "fee")
    talk.say("change_topic", "thôi hỏi việc khác")
    reply = talk.say("go_back", "quay lại cái lúc nãy")
    assert (reply.procedure, reply.aspect) == ("1.001193", Aspect.FEE)


def test_shorter_is_brief_and_more_detail_gives_all_of_it_again() -> None:
    talk = about("1.001193")
    short = talk.say("shorter", "nói ngắn thôi")
    assert (short.procedure, short.aspect) == ("1.001193", Aspect.DOCUMENTS)
    assert len(short.text) <= 250
    assert len(talk.say("more_detail", "chi tiết hơn").text) > len(short.text)


def test_more_detail_turns_the_pages_and_says_when_all_is_told() -> None:
    talk = about("1.001193")
    assert "phần 2" in talk.say("more_detail", "xem tiếp").text
    replies = [talk.say("more_detail", "chi tiết nữa") for _ in range(4)]
    assert "đã nêu hết" in replies[-1].text


def test_more_detail_of_an_overview_tells_papers_and_steps() -> None:
    text = about("1.000894", "overview").say("more_detail", "chi tiết hơn").text
    assert "1) Giấy tờ cần có" in text
    assert "2) Các bước làm" in text


def test_repeat_skips_small_talk_in_between() -> None:
    talk = about("1.000894", "fee")
    talk.say("affirm", "ừ")
    assert talk.say("repeat", "nhắc lại").aspect is Aspect.FEE


def test_words_tell_near_intents_apart() -> None:
    talk = about("1.001193")
    assert len(talk.say("repeat", "nói ngắn thôi").text) <= 250
    assert meant(Turn(text="chi tiết hơn được không", intent="repeat", confidence=0.9)) == "more_detail"
    assert meant(Turn(text="quay lại thủ tục trước", intent="change_topic", confidence=0.9)) == "go_back"


def test_yes_after_the_offer_of_a_person_gives_one() -> None:
    talk = Talk()
    talk.say("nlu_fallback", "asdf qwer")
    talk.say("nlu_fallback", "zxcv")
    assert talk.say("affirm", "ừ").kind is ReplyKind.HANDOFF


def test_yes_to_several_choices_asks_which() -> None:
    options = buttons([("1.014063", "Đổi thẻ căn cước"), ("1.014064", "Cấp lại thẻ căn cước")], Aspect.FEE)
    clarify = Reply(kind=ReplyKind.CLARIFY, text="Thẻ nào?", options=options).model_dump(mode="json")
    reply = Talk(offered=offered(options), last_reply=clarify).say("affirm", "vâng")
    assert reply.kind is ReplyKind.CLARIFY
    assert reply.options == options


@pytest.mark.parametrize(
    ("said", "aspects"),
    [
        ("cần giấy tờ gì và hết bao nhiêu tiền", (Aspect.DOCUMENTS, Aspect.FEE)),
        ("le phi bao nhieu, bao lau xong", (Aspect.FEE, Aspect.TIME)),
        ("thì ra đâu, mang gì", (Aspect.PLACE, Aspect.DOCUMENTS)),
        ("phí bao nhiêu, mấy ngày, nộp ở đâu", (Aspect.FEE, Aspect.TIME, Aspect.PLACE)),
        ("nộp online ở đâu", (Aspect.DOCUMENTS,)),
        ("mẫu tờ khai lấy ở đâu", (Aspect.DOCUMENTS,)),
        ("cần giấy tờ gì", (Aspect.DOCUMENTS,)),
    ],
)
def test_several_questions_in_one_message_are_seen(said: str, aspects: tuple[Aspect, ...]) -> None:
    assert aspects_in(Turn(text=said, intent="x", confidence=0.9), Aspect.DOCUMENTS) == aspects


def test_a_text_of_nothing_but_an_aspects_words_asks_for_that_aspect_whatever_the_intent() -> None:
    assert aspects_in(Turn(text="thời hạn thì sao", intent="ask_result", confidence=0.4), Aspect.RESULT) == (
        Aspect.TIME,
    )
    named = Turn(text="thời hạn đăng ký tạm trú thì sao", intent="ask_result", confidence=0.4)
    assert aspects_in(named, Aspect.RESULT) == (Aspect.RESULT,)


@pytest.mark.parametrize(
    "said",
    [
        "lệ phí bao nhiêu, bao lâu thì xong",
        "thời hạn thì sao",
        "thoi han bao lau",
        "bao nhiêu tiền một trang",
        "lệ phí và thời hạn thế nào",
    ],
)
def test_an_aspect_alone_is_about_the_procedure_in_focus(said: str) -> None:
    assert only_aspect(said)
    assert about("2.000815").say("ask_time", said).procedure == "2.000815"


@pytest.mark.parametrize("said", ["lệ phí khai sinh", "con tôi", "", "người mất đã lâu không có giấy báo tử"])
def test_a_text_that_names_something_is_no_aspect_alone(said: str) -> None:
    assert not only_aspect(said)


def test_two_questions_are_answered_in_one_reply() -> None:
    reply = about("1.000894").say("ask_documents", "cần giấy tờ gì và hết bao nhiêu tiền")
    assert reply.text.index("1) Giấy tờ cần có") < reply.text.index("2) Lệ phí")


def test_a_hard_word_is_explained_once_in_a_conversation() -> None:
    talk = Talk()
    first = talk.say("ask_documents", "thủ tục 2.000815").text
    assert "“Chứng thực” là" in first
    assert "“Chứng thực” là" not in talk.say("ask_documents", "thủ tục 2.000815").text


def test_english_is_answered_in_english_whatever_the_intent() -> None:
    for intent in ("english", "nlu_fallback", "out_of_scope"):
        reply = Talk().say(intent, "how to register the birth of my baby")
        assert reply.procedure == "1.001193"
        assert "Birth registration" in reply.text
        assert reply.options[0].title == "Xem bằng tiếng Việt"
    assert "in English about" in Talk().say("english", "hello can you speak english").text


@pytest.mark.parametrize(
    ("said", "aspect"),
    [
        ("em muốn mở quán trà nhỏ thì đăng ký ở đâu", Aspect.PLACE),
        ("lam lai the can cuoc het bn tien", Aspect.FEE),
        ("tôi muốn làm lý lịch tư pháp online", Aspect.OVERVIEW),
        ("tôi muốn nhận kết quả khai sinh", Aspect.OVERVIEW),
    ],
)
def test_a_wish_that_asks_one_thing_in_so_many_words_is_answered_with_that(said: str, aspect: Aspect) -> None:
    assert aspects_in(Turn(text=said, intent="ask_procedure", confidence=0.9), Aspect.OVERVIEW) == (aspect,)


@pytest.mark.parametrize("said", ["con em sinh ở Mỹ", "be de ben nhat ve", "cháu sinh ở Hàn Quốc mới về nước"])
def test_a_country_named_is_the_case_of_abroad(said: str) -> None:
    reply = about("2.000528").say("ask_documents", f"{said} cần giấy tờ gì")
    assert "Trẻ sinh ở nước ngoài" in reply.text or "trẻ sinh ở nước ngoài" in reply.text


@pytest.mark.parametrize(
    ("folded", "read"),
    [
        ("sinh o my dinh", "sinh o my dinh"),
        ("o duc giang", "o duc giang"),
        ("dung o nga tu so", "dung o nga tu so"),
        ("o thai binh", "o thai binh"),
        ("hoc ben uc ve", "hoc o nuoc ngoai ve"),
        ("ket hon o nuoc duc", "ket hon o nuoc ngoai"),
    ],
)
def test_places_at_home_are_no_countries(folded: str, read: str) -> None:
    assert abroad(folded) == read


def test_a_question_about_both_procedures_offers_each_and_asserts_nothing_of_the_two() -> None:
    talk = about("1.014062", "fee")
    talk.say("ask_procedure", "thủ tục 1.001456")
    reply = talk.say("ask_eligibility", "cả hai làm cùng lúc được không")
    assert reply.kind is ReplyKind.CLARIFY
    assert [option.procedure for option in reply.options] == ["1.014062", "1.001456"]
    assert talk.say("choose_option", "cái thứ hai", ordinal=("2",)).procedure == "1.001456"


@pytest.mark.parametrize("said", ["cả hai vợ chồng phải có mặt không", "cả hai bên đều phải ký à"])
def test_both_people_are_not_both_procedures(said: str) -> None:
    talk = about("1.014062", "fee")
    talk.say("ask_procedure", "thủ tục 1.000894")
    assert talk.say("ask_eligibility", said).kind is ReplyKind.ANSWER


def test_an_age_told_decides_the_papers_of_the_next_procedure_too_while_the_talk_goes_on() -> None:
    talk = Talk()
    talk.say("ask_fee", "con 13 tuổi làm thủ tục 1.014062 mất bao nhiêu tiền")
    reply = talk.say("ask_documents", "còn thủ tục 1.001456 thì sao")
    assert "chưa đủ 14 tuổi" in reply.text
    assert "chưa đủ 14 tuổi" not in talk.say("ask_documents", "vợ tôi làm thủ tục 1.014063 cần giấy tờ gì").text


def test_of_age_is_answered_as_of_age() -> None:
    reply = Talk().say("ask_documents", "cháu 15 tuổi làm thủ tục 1.001456 cần gì")
    assert "từ đủ 14 tuổi" in reply.text


def test_a_role_told_after_the_papers_stays_with_the_procedure_even_when_read_as_a_correction() -> None:
    reply = about("1.013076").say("correct", "tôi là người mua")
    assert (reply.procedure, reply.aspect) == ("1.013076", Aspect.DOCUMENTS)


class Named(Records):
    """A base that finds one procedure in every text."""

    def decide(self, text: str, focus: str | None = None) -> Decision:
        return Decision("answer", (Hit("1.001193", "Đăng ký khai sinh", "Đăng ký khai sinh", 0.9),), 0.9)

    def mentions_procedure(self, text: str) -> bool:
        return True


@pytest.mark.parametrize("intent", ["ask_fee", "out_of_scope", "nlu_fallback"])
@pytest.mark.parametrize(
    "said",
    ["phạt bao nhiêu nếu đăng ký khai sinh muộn", "khai sinh tre co bi phat tien khong", "mức phạt khai sinh muộn"],
)
def test_a_fine_is_never_answered_with_a_fee(intent: str, said: str) -> None:
    talk = Talk()
    talk.actions = {one.name: one for one in all_actions(Services(kb=Named(), today=lambda: date(2026, 11, 23)))}
    reply = talk.say(intent, said)
    assert reply.kind is ReplyKind.CLARIFY
    assert "không có nguồn về xử phạt" in reply.text
    assert [option.procedure for option in reply.options] == ["1.001193"]


def test_cap_phat_is_no_fine() -> None:
    assert about("1.001193", "fee").say("ask_fee", "lệ phí cấp phát bản sao").kind is ReplyKind.ANSWER


def test_what_is_understood_but_not_held_is_said_so() -> None:
    class Empty(Records):
        def mentions_procedure(self, text: str) -> bool:
            return True

    talk = Talk()
    talk.actions = {one.name: one for one in all_actions(Services(kb=Empty(), today=lambda: date(2026, 11, 23)))}
    assert "không tìm thấy thủ tục này" in talk.say("ask_documents", "đăng kiểm tàu lặn cần giấy tờ gì").text
