"""The bot's process on a real model: who may ask, what is answered, and that a question is answered once."""

from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture(scope="module")
def bot(start_bot):
    return start_bot("turns.db")


def test_the_health_route_names_the_model_and_its_self_test(bot):
    status, body = bot.get()
    assert (status, body["status"], body["self_test"]) == (200, "ok", True)
    assert len(body["model"]) == 32


def test_a_question_gets_its_intent_and_the_action_s_message_unchanged(bot):
    status, body = bot.ask("web:a:1", "m1", "lam khai sinh can giay to gi")
    assert status == 200
    assert (body["message_id"], body["replayed"], body["intent"]["name"]) == ("m1", False, "ask_documents")
    assert body["messages"] == [
        {"custom": {"text": "answer", "heard": "lam khai sinh can giay to gi", "entities": ["procedure"]}}
    ]


@pytest.mark.parametrize("token", [None, "wrong", "a-token-for-tests-onlyx", "mã-sai"])
def test_a_wrong_or_missing_token_is_401(bot, token):
    status, body = bot.post({"sender": "s", "message_id": "m", "text": "chào"}, token=token)
    assert status == 401
    assert "error" in body


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", {}, {"sender": "s", "message_id": "m"}, {"sender": "", "message_id": "m", "text": "x"},
        {"sender": "s", "message_id": 5, "text": "x"}, {"sender": "s", "message_id": "m", "text": "x" * 4001},
        {"sender": "s" * 256, "message_id": "m", "text": "x"},
        {"sender": "s", "message_id": "m", "text": "x", "metadata": "y"},
    ],
)  # fmt: skip
def test_a_bad_body_is_400_and_says_what_is_wrong(bot, body):
    status, answer = bot.post(body)
    assert status == 400
    assert len(answer["error"]) > 10


def test_the_same_message_again_gives_the_stored_answer_and_no_second_turn(bot, actions):
    first = bot.ask("web:a:2", "x1", "cảm ơn")[1]
    before = len(actions[1])
    again = bot.ask("web:a:2", "x1", "cảm ơn")[1]
    assert len(actions[1]) == before
    assert again == first | {"replayed": True}


def test_the_same_message_at_the_same_time_runs_one_turn(bot, actions):
    before = len(actions[1])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: bot.ask("web:a:3", "y1", "xin chào")[1], range(4)))
    assert len(actions[1]) == before + 1
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]


def test_the_same_id_of_another_conversation_is_another_message(bot):
    bot.ask("web:a:4", "z1", "xin chào")
    assert bot.ask("web:a:5", "z1", "xin chào")[1]["replayed"] is False


def test_a_failed_action_is_502_and_the_message_can_be_tried_again(bot, actions):
    status, body = bot.ask("web:a:6", "k1", "KAPUTT lệ phí bao nhiêu")
    assert status == 502
    assert "action server" in body["error"]
    before = len(actions[1])
    assert bot.ask("web:a:6", "k1", "lệ phí bao nhiêu")[1]["replayed"] is False
    assert len(actions[1]) == before + 1


@pytest.mark.parametrize("text", ["/restart", "//restart", " / /restart", "\u200b/restart", "/choose_procedure{}"])
def test_a_typed_slash_is_never_a_command(bot, text):
    status, body = bot.ask("web:a:7", f"slash {text!r}", text)
    assert status == 200
    assert not body["messages"][0]["custom"]["heard"].startswith("/")
    assert body["intent"]["name"] != "choose_procedure"


@pytest.mark.parametrize(
    "text", ["\x00\x01 chào", "\ud800", "🙂", "chào " * 700, "%s {x} {{y}}", "'; drop table events; --"]
)
def test_strange_text_gets_an_answer(bot, text):
    assert bot.ask("web:a:10", f"strange {len(text)} {text[:1]!r}", text)[0] == 200


def test_a_trusted_payload_is_read_as_its_intent(bot):
    payload = '/choose_procedure{"procedure_code": "1.001193"}'
    body = bot.ask("web:a:8", "p1", payload, trusted_payload=True)[1]
    assert body["intent"]["name"] == "choose_procedure"
    assert body["messages"][0]["custom"]["entities"] == ["procedure_code"]


def test_a_truthy_mark_of_trust_is_not_enough(bot):
    body = bot.ask("web:a:8", "p2", '/choose_procedure{"procedure_code": "1.001193"}', trusted_payload="yes")[1]
    assert body["intent"]["name"] != "choose_procedure"


def test_no_text_of_a_citizen_reaches_the_log(bot):
    bot.ask("web:a:9", "l1", "KAPUTT 0912345678 Nguyễn Văn Bí Mật")
    log = bot.log.read_text()
    assert "exception" in log
    assert not [secret for secret in ("0912345678", "Bí Mật", "KAPUTT", "a-token") if secret in log]


def test_a_stored_answer_survives_a_restart_and_sigterm_ends_cleanly(start_bot, actions):
    bot = start_bot("restart.db")
    first = bot.ask("web:b:1", "r1", "xin chào")[1]
    assert bot.stop() == 0
    before, bot = len(actions[1]), start_bot("restart.db")
    assert bot.ask("web:b:1", "r1", "xin chào")[1] == first | {"replayed": True}
    assert len(actions[1]) == before
    assert bot.stop() == 0
