"""What each topic answers, with a small knowledge base handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pytest

from actions.server import all_actions
from actions.services import Services
from actions.turn import Outcome, Turn
from core.errors import UnknownProcedure
from core.message import Aspect, ReplyKind
from core.procedure import Procedure
from knowledge_base.load import CURATED_DIR, load_files
from knowledge_base.overlays import Overlay, load_overlay
from knowledge_base.service import Decision, Hit

CODES = ("1.001193", "1.000894", "1.004222", "2.000815")


@cache
def curated() -> dict[str, Procedure]:
    return load_files([CURATED_DIR / f"{code}.yaml" for code in CODES]).procedures


@dataclass
class SmallKnowledge:
    """Four real procedures; a text names one when it holds a word of ``words``."""

    decision: Decision
    words: tuple[str, ...] = ("khai sinh", "kết hôn")
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.records = curated()

    def get(self, code: str, day: date | None = None) -> Procedure:
        if code not in CODES:
            raise UnknownProcedure(code)
        return self.records[code]

    @property
    def overlay(self) -> Overlay:
        return load_overlay()

    def decide(self, text: str, focus: str | None = None) -> Decision:
        self.asked.append(text)
        return self.decision

    def mentions_procedure(self, text: str) -> bool:
        return any(word in text for word in self.words)


def hit(code: str, score: float = 0.9) -> Hit:
    return Hit(code=code, title=f"Thủ tục {code}", name=f"Thủ tục {code}", score=score)


def decision(kind: str, *codes: str, question: str | None = None) -> Decision:
    return Decision(kind=kind, hits=tuple(hit(code) for code in codes), confidence=0.9, question=question)  # type: ignore[arg-type]


def respond(name: str, turn: Turn, found: Decision | None = None) -> Outcome:
    services = Services(kb=SmallKnowledge(found or decision("answer", "1.001193")), today=lambda: date(2026, 11, 23))
    return {action.name: action for action in all_actions(services)}[name].respond(turn)


def turn(text: str, intent: str, **more: object) -> Turn:
    return Turn(text=text, intent=intent, confidence=0.95, **more)  # type: ignore[arg-type]


def test_a_named_procedure_is_answered_in_the_aspect_asked_and_put_in_focus() -> None:
    outcome = respond("action_procedure", turn("làm khai sinh cần giấy tờ gì", "ask_documents"))
    assert outcome.reply.kind is ReplyKind.ANSWER
    assert outcome.reply.procedure == "1.001193"
    assert outcome.reply.aspect is Aspect.DOCUMENTS
    assert outcome.slots["focus_procedure"] == "1.001193"


def test_a_follow_up_without_a_name_is_about_the_procedure_in_focus() -> None:
    asked = turn("thế lệ phí bao nhiêu", "ask_fee", slots={"focus_procedure": "1.000894"})
    reply = respond("action_procedure", asked).reply
    assert (reply.procedure, reply.aspect) == ("1.000894", Aspect.FEE)


def test_an_aspect_without_procedure_or_focus_is_asked_back_and_remembered() -> None:
    outcome = respond("action_procedure", turn("lệ phí bao nhiêu", "ask_fee"))
    assert outcome.reply.kind is ReplyKind.CLARIFY
    assert outcome.reply.procedure is None
    assert 2 <= len(outcome.reply.options) <= 4
    assert outcome.slots["focus_aspect"] == Aspect.FEE
    named = turn("làm khai sinh", "ask_procedure", slots={"focus_aspect": "fee"})
    assert respond("action_procedure", named).reply.aspect is Aspect.FEE


def test_low_certainty_gives_choices_with_the_question_that_tells_them_apart() -> None:
    unsure = decision("clarify", "1.001193", "1.000894", question="Cha mẹ đã kết hôn chưa ạ?")
    outcome = respond("action_procedure", turn("khai sinh", "ask_fee"), unsure)
    assert outcome.reply.kind is ReplyKind.CLARIFY
    assert outcome.reply.text == "Cha mẹ đã kết hôn chưa ạ?"
    assert [option.procedure for option in outcome.reply.options] == ["1.001193", "1.000894"]
    second = turn("cái thứ hai", "choose_option", entities={"ordinal": ("hai",)}, slots=dict(outcome.slots))
    reply = respond("action_choose_option", second).reply
    assert (reply.procedure, reply.aspect) == ("1.000894", Aspect.FEE)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("số 1", "1.001193"),
        ("thứ nhất", "1.001193"),
        ("cái cuối cùng", "1.000894"),
        ("2", "1.000894"),
        ("nhi", "1.000894"),
    ],
)
def test_an_option_is_chosen_by_number_or_ordinal(said: str, code: str) -> None:
    options = [{"procedure_code": c, "aspect": "fee"} for c in ("1.001193", "1.000894")]
    reply = respond("action_choose_option", turn(said, "choose_option", slots={"offered": options})).reply
    assert reply.procedure == code


def test_a_number_in_the_name_of_a_procedure_chooses_nothing() -> None:
    options = [{"procedure_code": "1.000894", "aspect": "fee"}]
    asked = turn("khai sinh mẫu số 1", "choose_option", slots={"offered": options})
    assert respond("action_choose_option", asked).reply.procedure == "1.001193"


def test_a_number_that_was_not_offered_is_asked_back() -> None:
    reply = respond("action_choose_option", turn("số 7", "choose_option", slots={"offered": []})).reply
    assert reply.kind is ReplyKind.CLARIFY


def test_nothing_found_is_an_honest_fallback_without_procedure() -> None:
    outcome = respond("action_procedure", turn("khai sinh sao Hỏa", "ask_fee"), decision("none"))
    assert outcome.reply.kind is ReplyKind.FALLBACK
    assert outcome.reply.procedure is None
    assert outcome.slots["misses"] == 1


def test_after_two_misses_a_person_is_offered_first() -> None:
    reply = respond("action_fallback", turn("abc", "nlu_fallback", slots={"misses": 1.0})).reply
    assert reply.options[0].payload == "/request_human"
    assert "gặp cán bộ" in reply.text


def test_an_aspect_alone_that_was_not_understood_is_about_the_focus_or_asked_back() -> None:
    asked = turn("thời hạn bao lâu", "nlu_fallback", slots={"focus_procedure": "1.000894"})
    reply = respond("action_fallback", asked).reply
    assert (reply.procedure, reply.aspect) == ("1.000894", Aspect.TIME)
    back = respond("action_fallback", turn("thời hạn bao lâu", "nlu_fallback")).reply
    assert (back.kind, back.aspect) == (ReplyKind.CLARIFY, Aspect.TIME)


def test_a_name_in_full_is_answered_though_the_intent_was_read_as_out_of_scope() -> None:
    sure = Decision(kind="answer", hits=(hit("1.001193"),), confidence=1.0)
    assert respond("action_fallback", turn("khai sinh làm sao", "out_of_scope"), sure).reply.procedure == "1.001193"


def test_a_likely_procedure_is_offered_though_the_intent_was_read_as_out_of_scope() -> None:
    likely = Decision(kind="answer", hits=(hit("1.001193"), hit("1.000894", 0.05)), confidence=0.85)
    reply = respond("action_fallback", turn("khai sinh làm sao", "out_of_scope"), likely).reply
    assert (reply.kind, [option.procedure for option in reply.options[:2]]) == (
        ReplyKind.CLARIFY,
        ["1.001193", "1.000894"],
    )


def test_a_question_out_of_scope_with_an_unlikely_procedure_is_turned_away() -> None:
    unlikely = Decision(kind="answer", hits=(hit("1.001193"), hit("1.000894")), confidence=0.7)
    reply = respond("action_fallback", turn("khai sinh thời tiết", "out_of_scope"), unlikely).reply
    assert reply.kind is ReplyKind.FALLBACK


def test_an_uncertain_question_about_a_procedure_keeps_its_likeliest_aspect() -> None:
    ranking = (("nlu_fallback", 0.3), ("ask_place", 0.28), ("greet", 0.1))
    reply = respond("action_fallback", turn("khai sinh chỗ nào", "nlu_fallback", ranking=ranking)).reply
    assert (reply.procedure, reply.aspect) == ("1.001193", Aspect.PLACE)
    vague = respond("action_fallback", turn("khai sinh", "nlu_fallback", ranking=(("ask_fee", 0.05),))).reply
    assert vague.aspect is Aspect.OVERVIEW


def test_another_topic_in_the_words_of_a_question_is_not_answered_with_the_procedure_in_focus() -> None:
    cake = Turn(text="cách làm bánh chưng cần những gì", intent="ask_documents", confidence=0.5)
    assert respond("action_procedure", cake).reply.kind is ReplyKind.FALLBACK
    in_focus = Turn(text=cake.text, intent=cake.intent, confidence=0.5, slots={"focus_procedure": "1.001193"})
    assert respond("action_procedure", in_focus).reply.kind is ReplyKind.FALLBACK


def test_a_typed_code_is_answered_and_an_unknown_one_is_said_plainly() -> None:
    assert respond("action_procedure", turn("thủ tục 1.000894", "ask_procedure")).reply.procedure == "1.000894"
    reply = respond("action_procedure", turn("thủ tục 9.999999", "ask_procedure")).reply
    assert reply.kind is ReplyKind.FALLBACK
    assert "9.999999" in reply.text


def test_a_pressed_button_is_answered_as_it_says() -> None:
    entities = {"procedure_code": ("1.001193",), "aspect": ("documents",), "case": ("mang-thai-ho",)}
    reply = respond("action_choose_procedure", turn("", "choose_procedure", entities=entities)).reply
    assert "mang thai hộ" in reply.text


def test_repeat_says_the_last_reply_again() -> None:
    first = respond("action_procedure", turn("khai sinh phí", "ask_fee")).reply
    again = turn("nhắc lại", "repeat", slots={"last_reply": first.model_dump(mode="json")})
    assert respond("action_dialogue", again).reply == first


def test_an_emergency_gives_the_numbers_to_call() -> None:
    text = respond("action_safety", turn("cháy nhà", "emergency")).reply.text
    assert all(number in text for number in ("113", "114", "115"))


def test_a_dossier_code_is_never_repeated() -> None:
    reply = respond("action_dossier", turn("H26-251225-0001 tới đâu", "ask_dossier_status")).reply
    assert reply.kind is ReplyKind.STATUS
    assert "chưa được kết nối" in reply.text
    assert respond("action_dossier", turn("H26-251231-4321", "inform_dossier_code")).reply.text.count("4321") == 0


@pytest.mark.parametrize("intent", ["greet", "goodbye", "thanks", "help", "ask_identity", "praise", "chitchat"])
def test_small_talk_is_short_and_courteous(intent: str) -> None:
    reply = respond("action_smalltalk", turn("…", intent)).reply
    assert reply.kind is ReplyKind.SMALLTALK
    assert len(reply.text) < 400


def test_every_action_has_its_own_name() -> None:
    names = [action.name for action in all_actions(Services(kb=SmallKnowledge(decision("none"))))]
    assert len(names) == len(set(names))


def test_an_event_of_life_gives_its_procedures_in_order_when_search_is_not_certain() -> None:
    reply = respond("action_procedure", turn("nhà em mới sinh con", "ask_procedure")).reply
    assert reply.kind is ReplyKind.CLARIFY
    assert reply.text.startswith("Mới sinh con")
    assert "1.001193" in [option.procedure for option in reply.options]


def test_an_address_of_before_the_merger_is_answered_with_the_unit_of_today() -> None:
    reply = respond("action_office", turn("một cửa phường Trúc Bạch ở đâu", "ask_office_address")).reply
    assert "nay thuộc Phường Ba Đình" in reply.text
    assert "chưa có địa chỉ đã xác nhận" in reply.text
    assert "258 Võ Chí Công" in reply.text
    assert reply.sources


def test_the_place_of_filing_names_the_unit_of_the_address_given() -> None:
    asked = turn("nộp ở phường Trúc Bạch được không", "ask_place", slots={"focus_procedure": "1.001193"})
    reply = respond("action_procedure", asked).reply
    assert reply.aspect is Aspect.PLACE
    assert "phường Ba Đình" in reply.text


def test_hours_that_no_source_gives_are_not_invented() -> None:
    reply = respond("action_office", turn("mấy giờ mở cửa", "ask_opening_hours")).reply
    assert "chưa được nguồn nào của tôi xác nhận" in reply.text
    assert "19001009" in reply.text
    assert "anh/Chị" not in reply.text
    assert len({(one.url, one.decision) for one in reply.sources}) == len(reply.sources)
