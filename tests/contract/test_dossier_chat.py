"""Conversations about dossiers on a real database, with what the worker hides and fills; only Rasa is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from psycopg_pool import ConnectionPool

from actions.dossier import ActionDossier
from actions.dossier_room import DossierRoom, room_over
from actions.services import Services
from actions.turn import Turn
from core.errors import UnknownProcedure
from core.message import Incoming, Reply, ReplyKind
from core.procedure import Procedure
from dossiers import vault
from dossiers.load import load
from dossiers.place import open_secret
from dossiers.vault import Vault
from gateway.vault import GONE, Veil
from knowledge_base.load import CURATED_DIR, load_files
from tests.dossier_set import DONE, OVERDUE, RUNNING, STOPPED, SUPPLEMENT, rows

DIGITS = re.compile(r"\d{4,}")
SECRETS = ("7301", "7302", "7303", "7304", "7305", "5678", "3456", "246813", "261102", "Nguyễn V. A.", "UBND phường")


class Papers:
    """The knowledge base of one procedure."""

    def get(self, code: str, day: date | None = None) -> Procedure:
        try:
            return load_files([CURATED_DIR / "1.001193.yaml"]).procedures[code]
        except KeyError as error:
            raise UnknownProcedure(code) from error


@dataclass
class Chat:
    """A citizen; every turn is judged for what the bot and its tracker would hold of it."""

    room: DossierRoom
    conversation: str
    number: int = 0
    carried: list[str] = field(default_factory=list)

    def say(self, text: str, intent: str = "ask_dossier_status") -> Reply:
        self.number += 1
        veil = Veil(self.room.vault)
        message = Incoming(
            channel="web", event_id=f"{self.conversation}:{self.number}", conversation=self.conversation, text=text
        )
        hidden = veil.hide(message)
        assert veil.hide(message) == hidden, "handled again, it must be the same"
        return self._answered(hidden.text, intent, {})

    def press(self, reply: Reply, title: str) -> Reply:
        found = next(option.payload for option in reply.options if option.title == title)
        entities = json.loads(found[found.index("{") :]) if "{" in found else {}
        return self._answered(found, found[1:].partition("{")[0], {name: (value,) for name, value in entities.items()})

    def _answered(self, text: str, intent: str, entities: dict[str, tuple[str, ...]]) -> Reply:
        action = ActionDossier(
            Services(kb=Papers(), today=lambda: date(2026, 11, 23), dossiers=lambda: self.room)  # type: ignore[arg-type]
        )
        outcome = action.respond(Turn(text, intent, 0.9, entities, conversation=self.conversation))
        self.carried += [text, outcome.reply.model_dump_json(), json.dumps(dict(outcome.slots))]
        for held in self.carried[-3:]:
            assert not [secret for secret in SECRETS if secret in held], held
        return Veil(self.room.vault).fill(self.conversation, [outcome.reply])[0]


@pytest.fixture
def room(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DossierRoom]:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    with ConnectionPool(database_url, min_size=1, max_size=3) as pool:
        load(pool.connection, open_secret(), rows())
        yield room_over(pool.connection)


@pytest.fixture
def chat(room: DossierRoom) -> Chat:
    return Chat(room, "web:test:lan")


def test_code_then_fact_then_the_state(chat: Chat) -> None:
    asked = chat.say(f"hồ sơ {RUNNING.lower()} tới đâu rồi")
    assert asked.kind is ReplyKind.FORM
    assert "4 số cuối" in asked.text
    shown = chat.say("5678", "nlu_fallback")
    assert shown.kind is ReplyKind.STATUS
    assert "Đang xử lý" in shown.text
    assert "còn" in shown.text


def test_code_and_fact_in_one_message_and_then_without_either(chat: Chat) -> None:
    assert "Đang xử lý" in chat.say(f"{RUNNING} pin 246813", "inform_dossier_code").text
    assert "Nơi nhận kết quả" in chat.say("nhận kết quả ở đâu", "ask_dossier_howto").text
    assert "ủy quyền" in chat.say("người khác lấy hộ được không", "ask_dossier_howto").text
    assert "hẹn" in chat.say("bao giờ có kết quả").text


def test_without_a_code_it_is_asked_for(chat: Chat) -> None:
    asked = chat.say("hồ sơ của tôi tới đâu rồi")
    assert asked.kind is ReplyKind.FORM
    assert "mã hồ sơ" in asked.text
    assert chat.say(RUNNING, "inform_dossier_code").kind is ReplyKind.FORM
    assert "Đang xử lý" in chat.say("số điện thoại 0000345678", "inform_dossier_code").text


def test_an_unknown_code_and_a_wrong_fact_are_answered_alike(room: DossierRoom) -> None:
    unknown = Chat(room, "web:test:a").say("H26.9.1-261102-9999 5678")
    wrong = Chat(room, "web:test:b").say(f"{RUNNING} 0000")
    assert unknown == wrong
    assert unknown.kind is ReplyKind.FORM


def test_after_a_wrong_fact_the_right_one_is_enough(chat: Chat) -> None:
    assert "không tìm thấy" in chat.say(f"{RUNNING} 1111").text
    assert "Đang xử lý" in chat.say("5678").text


def test_five_wrong_tries_lock_with_a_way_on(chat: Chat) -> None:
    for _ in range(5):
        chat.say(f"{RUNNING} 1111")
    locked = chat.say(f"{RUNNING} 5678")
    assert locked.kind is ReplyKind.HANDOFF
    assert "19001009" in locked.text
    assert locked.options


def test_another_dossier_and_another_person(chat: Chat) -> None:
    chat.say(f"{RUNNING} 5678")
    assert chat.say("cho hỏi hồ sơ khác", "manage_dossier").kind is ReplyKind.FORM
    assert "Đã xử lý xong" in chat.say(f"{DONE} 5678").text
    which = chat.say("hồ sơ của tôi sao rồi")
    assert len(which.options) == 2
    assert "Trạng thái" in chat.press(which, which.options[0].title).text
    chat.say("người khác dùng máy này", "manage_dossier")
    assert chat.say("hồ sơ của tôi sao rồi").kind is ReplyKind.FORM
    assert chat.say(RUNNING).kind is ReplyKind.FORM


def test_a_year_in_passing_is_no_fact(chat: Chat) -> None:
    asked = chat.say("tôi nộp hồ sơ năm 2026 mà chưa thấy gì")
    assert asked.kind is ReplyKind.FORM
    assert "không tìm thấy" not in asked.text


def test_overdue_supplement_and_stopped_are_explained(chat: Chat) -> None:
    assert "Xin lỗi Anh/Chị vì sự chậm trễ" in chat.say(f"{OVERDUE} 5678").text
    chat.say("quên hồ sơ này đi", "manage_dossier")
    supplement = chat.say(f"{SUPPLEMENT} 5678").text
    assert "1. Chuẩn bị: Giấy chứng sinh (" in supplement, "with the counts that the procedure's own paper gives"
    chat.say("quên hồ sơ này đi", "manage_dossier")
    chat.say(f"{STOPPED} 5678")
    assert "Không đủ điều kiện" in chat.say("vì sao hồ sơ của tôi bị trả lại").text


def test_following_listing_and_stopping_by_word_and_button(chat: Chat) -> None:
    assert chat.say("theo dõi hồ sơ này giúp tôi", "manage_dossier").kind is ReplyKind.FORM
    followed = chat.say(f"{RUNNING} 5678", "inform_dossier_code")
    assert "mỗi khi hồ sơ đổi trạng thái" in followed.text, "the wish is remembered until the fact has come"
    assert "Đăng ký khai sinh" in chat.say("tôi đang theo dõi những hồ sơ nào", "manage_dossier").text
    assert "17:00" in chat.say("gộp thông báo một lần mỗi ngày", "manage_dossier").text
    assert "Đã ngừng theo dõi 1" in chat.say("huy theo doi", "nlu_fallback").text
    shown = chat.say("hồ sơ của tôi sao rồi")
    assert "mỗi khi hồ sơ đổi" in chat.press(shown, "Theo dõi hồ sơ này").text
    assert "Nơi nhận kết quả" in chat.press(shown, "Nhận kết quả ở đâu?").text


def test_how_to_look_up_needs_no_dossier(chat: Chat) -> None:
    told = chat.say("tra cứu hồ sơ như thế nào", "ask_dossier_howto")
    assert "dichvucong.gov.vn" in told.text
    assert "ngay tại đây" in told.text


def test_an_empty_registry_is_not_connected(room: DossierRoom, database_url: str) -> None:
    with room.vault.transactions() as connection:
        connection.execute("delete from dossier.record")
    assert "chưa được kết nối" in Chat(room, "web:test:x").say("hồ sơ của tôi tới đâu rồi").text


def test_what_is_kept_is_sealed_ends_after_15_minutes_and_is_purged(chat: Chat) -> None:
    later = [timedelta()]
    transactions, secret = chat.room.vault.transactions, chat.room.vault.secret
    kept = Vault(transactions, secret, lambda: datetime.now(UTC) + later[0])
    chat.room = DossierRoom(chat.room.desk, kept, chat.room.is_empty)
    chat.say(RUNNING)
    lent = kept.lend(chat.conversation, "Trạng thái")
    with transactions() as connection:
        rows_now = connection.execute("select * from dossier.vault").fetchall()
    assert rows_now
    assert not [row for row in rows_now for cell in row if b"7301" in (cell if isinstance(cell, bytes) else b"")]
    later[0] = timedelta(minutes=16)
    assert kept.reveal(chat.conversation, "H00-000000-0001") == "H00-000000-0001"
    filled = Veil(kept).fill(chat.conversation, [Reply(kind=ReplyKind.STATUS, text=lent)])
    assert filled[0].text == GONE
    with transactions() as connection:
        assert vault.purge(connection, datetime.now(UTC) + later[0]) == len(rows_now)


def test_a_reference_of_another_conversation_opens_nothing(room: DossierRoom) -> None:
    Chat(room, "web:test:lan").say(RUNNING)
    assert room.vault.reveal("web:test:minh", "H00-000000-0001") == "H00-000000-0001"
