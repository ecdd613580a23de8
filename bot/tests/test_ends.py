"""Names end where the convention of CONTRIBUTING.md says, whatever the tagger cut short or let run on."""

import pytest
from viet_nlu.ends import tidied
from viet_nlu.evidence import Evidence, chunks
from viet_nlu.mentions import Lexicon
from viet_nlu.patterns import Found
from viet_nlu.text import strip_marks, syllables

PROCEDURES = [
    ("[làm căn cước] cho bé 6 tuổi hết bao nhiêu", "làm căn cước cho bé 6 tuổi"),
    ("[kết hôn với người] nước ngoài ở đâu", "kết hôn với người nước ngoài"),
    ("[đăng ký khai sinh] quá hạn có bị phạt không", "đăng ký khai sinh quá hạn"),
    ("[cấp lại căn cước] bị mất", "cấp lại căn cước bị mất"),
    ("[căn cước] bị mất", "căn cước"),
    ("[khai sinh] cho con hỏi chút", "khai sinh"),
    ("mẫu đơn [xin trợ cấp xã hội]", "trợ cấp xã hội"),
    ("[đơn xin tách thửa] viết sao", "tách thửa"),
    ("phải [đi đổi căn cước] không", "đổi căn cước"),
    ("tôi muốn [di dời mộ]", "di dời mộ"),
    ("[làm hộ chiếu online] được không", "làm hộ chiếu"),
    ("[đăng ký kết hôn qua VNeID]", "đăng ký kết hôn"),
    ("đóng cửa [hộ kinh doanh] thế nào", "đóng cửa hộ kinh doanh"),
    ("giúp em thay [đổi tên] với", "thay đổi tên"),
    ("hỏi [chứng thực chữ ký] mà", "chứng thực chữ ký"),
    ("[căn cước bị gãy] thì sao", "căn cước"),
    ("[hộ chiếu] quá hạn lâu rồi", "hộ chiếu"),
    ("[sổ đỏ ghi sai diện tích]", "sổ đỏ"),
    ("nơi cấp lại giấy [phép lái xe] ở đâu", "cấp lại giấy phép lái xe"),
    ("có thể [đăng ký tạm trú] không", "đăng ký tạm trú"),
    ("file tờ [khai thường trú]", "thường trú"),
    ("tờ [khai sinh] bị mờ", "khai sinh"),
    ("[thuế cho tặng nhà đất]", "cho tặng nhà đất"),
    ("[thường trú khác tạm trú] ra sao", "thường trú"),
    ("có vợ thì [kết hôn với người khác] được không", "kết hôn với người khác"),
    ("[rút bảo hiểm xã hội] một lần", "rút bảo hiểm xã hội một lần"),
    ("[cấp phép xây dựng nhà] ở riêng lẻ", "cấp phép xây dựng nhà ở riêng lẻ"),
    ("[tặng đất cho con] gái", "tặng đất cho con gái"),
    ("cần làm [giấy báo tử]", "làm giấy báo tử"),
    ("tôi muốn xin [mở quán karaoke]", "xin mở quán karaoke"),
    ("[mở quán phở ở vỉa hè] nhà mình", "mở quán phở"),
    ("[làm hộ chiếu đi du lịch]", "làm hộ chiếu"),
]
PLACES = [
    ("quận [Thanh Xuân] cũ", "quận Thanh Xuân"),
    ("thị [xã Sơn Tây] giờ đổi thành gì", "thị xã Sơn Tây"),
    ("ở [Hà Đông] làm ở đâu", "Hà Đông"),
]


def read(marked, entity):
    text, start = marked.replace("[", "").replace("]", ""), marked.index("[")
    return text, Found(entity, start, marked.index("]") - 1, "")


@pytest.mark.parametrize(("marked", "name"), PROCEDURES)
def test_a_procedure_has_its_verb_and_case_and_nothing_of_how_and_where(marked, name):
    text, found = read(marked, "procedure")
    assert tidied(text, found).value == name


@pytest.mark.parametrize(("marked", "name"), PROCEDURES)
def test_the_ends_are_the_same_without_marks(marked, name):
    text, found = read(strip_marks(marked), "procedure")
    assert tidied(text, found).value == strip_marks(name)


@pytest.mark.parametrize(("marked", "name"), PLACES)
def test_a_place_has_its_kind_of_unit(marked, name):
    text, found = read(marked, "place")
    moved = tidied(text, found)
    assert (moved.value, text[moved.start : moved.end]) == (name, name)


def test_a_text_that_folding_makes_shorter_keeps_its_ends():
    found = Found("place", 6, 12, "Hà Ðông")
    assert tidied("qua\u0323n Ha Dong", found) == found


def test_there_is_one_row_for_each_syllable_with_and_without_known_names():
    text = "cho em hỏi đăng ký kết hôn ở đâu"
    for names in ({"procedure": ["đăng ký kết hôn"], "place": []}, {"city": []}):
        assert len(Evidence(names).rows(text, syllables(text))) == 9


def test_the_longest_phrase_is_the_chunk():
    assert chunks(["xin", "giay", "phep", "ruou"], {"giay", "giay phep", "ruou"}) == ["O", "B", "I", "B"]


def test_a_name_that_is_only_begun_is_seen():
    assert Lexicon(["cấp lại bằng lái xe"]).begun(["cap", "lai", "bang", "gi", "cap"]) == [3, 0, 0, 0, 0]
