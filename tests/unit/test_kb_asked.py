"""Whole sentences by which people asked: a situation finds its procedure, and one line alone does not shout."""

from pathlib import Path

import numpy as np

from knowledge_base.build import EncoderChoice, build
from knowledge_base.features import FIRST as COLUMNS
from knowledge_base.features import NOTHING, Hidden, survey
from knowledge_base.service import KnowledgeBase
from tests.unit.test_kb_index import CountingEncoder, procedure

STORY = "bên cho vay đòi tờ chứng minh tôi ở một mình"
SINGLE = procedure(
    "1.000003", "Cấp giấy xác nhận tình trạng hôn nhân", asked=[STORY, "ngân hàng hỏi vợ con tôi thế nào"]
)
BIRTH = procedure("1.000001", "Đăng ký khai sinh", asked=["vợ tôi vừa vào viện hôm qua, bé trai ba cân"])
PLAIN = procedure("1.000002", "Đăng ký khai tử")


def knowledge(home: Path) -> KnowledgeBase:
    build([BIRTH, PLAIN, SINGLE], home)
    return KnowledgeBase.open(home)


def column(base: KnowledgeBase, name: str, text: str, absent: Hidden = NOTHING) -> np.ndarray:
    found = survey(base.index, base.searcher.query(text), None, absent)
    return found.columns[:, COLUMNS.index(name)]


def test_a_situation_without_any_word_of_the_name_finds_the_procedure(tmp_path: Path) -> None:
    assert knowledge(tmp_path).search("ben cho vay bat chung minh o mot minh", 1)[0].code == SINGLE.code


def test_a_line_that_is_hidden_does_not_find_itself(tmp_path: Path) -> None:
    base = knowledge(tmp_path)
    places = [place for place, owner in enumerate(base.index.asked.owner) if base.codes()[owner] == SINGLE.code]
    assert column(base, "asked_dice", STORY)[2] > 0.99
    assert column(base, "asked_dice", STORY, Hidden(lines=places[:1]))[2] < 0.5


def test_a_procedure_without_lines_has_none_of_their_weight(tmp_path: Path) -> None:
    base = knowledge(tmp_path)
    assert column(base, "asked", STORY)[1] == 0.0
    assert base.search("đăng ký khai tử", 1)[0].code == PLAIN.code


def test_a_catalogue_without_any_line_is_searched_as_before(tmp_path: Path) -> None:
    build([PLAIN], tmp_path)
    assert KnowledgeBase.open(tmp_path).search("khai tử", 1)[0].code == PLAIN.code


def test_lines_are_encoded_as_questions_and_only_those_with_marks(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    unmarked = procedure("1.000004", "Cấp hộ chiếu", asked=["di nuoc ngoai can giay gi", "đi nước ngoài chơi một tuần"])
    build([unmarked], tmp_path, EncoderChoice(encoder, "counting"))
    vectors = KnowledgeBase.open(tmp_path, None).index.asked.vectors
    assert vectors is not None
    assert sorted(np.round(np.linalg.norm(vectors, axis=1), 3).tolist()) == [0.0, 1.0]
