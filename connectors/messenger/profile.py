"""The Page's Messenger profile: get started, greeting, persistent menu, ice breakers (contract B4).

The buttons carry payloads that we signed, as everywhere: after a rotation of the signing secret set the profile again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.messenger.graph import Graph, judge
from core.errors import SetupError

Json = dict[str, Any]
Sign = Callable[[str], str]
FIELDS = ("get_started", "greeting", "persistent_menu", "ice_breakers")
GREETING_CHARS, MENU_ITEMS, MENU_TITLE, ICE_BREAKERS, QUESTION_CHARS = 160, 20, 30, 4, 80
GREETING = (
    "Kính chào Anh/Chị. Đây là hệ thống trả lời tự động về thủ tục hành chính của Hà Nội. "
    "Xin đừng gửi ảnh giấy tờ hay số định danh."
)
# Titles with the intents that their presses name; the bot reads them because the payloads are signed.
MENU = (
    ("Hỏi về thủ tục", "/help"),
    ("Tra cứu hồ sơ", "/ask_dossier_howto"),
    ("Địa chỉ nộp hồ sơ", "/ask_office_address"),
    ("Giờ làm việc", "/ask_opening_hours"),
    ("Gặp cán bộ", "/request_human"),
    ("Dữ liệu cá nhân của tôi", "/ask_privacy"),
)
QUESTIONS = (
    ("Tôi có thể hỏi những thủ tục nào?", "/list_procedures"),
    ("Tra cứu tình trạng hồ sơ thế nào?", "/ask_dossier_howto"),
    ("Bộ phận Một cửa ở đâu?", "/ask_office_address"),
    ("Giờ làm việc thế nào?", "/ask_opening_hours"),
)
START = "/greet"


@dataclass(frozen=True)
class Profile:
    """Reads, sets and removes the profile; the platform takes 10 calls in 10 minutes, so one call sets it all."""

    graph: Graph
    sign: Sign

    def set(self) -> Json:
        """Set all four parts in one call and return what was set.

        Raises:
            SetupError: the platform refused.
        """
        wanted = profile_body(self.sign)
        self._done(self.graph.call("POST", "me/messenger_profile", "messenger_profile", wanted))
        return wanted

    def read(self) -> Json:
        """Return what is set now.

        Raises:
            SetupError: the platform refused.
        """
        answer = self.graph.call("GET", "me/messenger_profile", "messenger_profile", fields=",".join(FIELDS))
        data = self._done(answer).get("data")
        return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}

    def remove(self) -> None:
        """Remove all four parts; the menu first, as it needs the start button.

        Raises:
            SetupError: the platform refused.
        """
        body: Json = {"fields": list(reversed(FIELDS))}
        self._done(self.graph.call("DELETE", "me/messenger_profile", "messenger_profile", body))

    @staticmethod
    def _done(answer: Any) -> Json:
        outcome, error = judge(answer)
        if outcome:
            what = f"error {error.label} ({error.kind})" if error else outcome.code
            raise SetupError(
                f"Messenger did not take the profile: {what}. A change may be tried 10 times in 10 minutes."
            )
        return answer.body or {}


def profile_body(sign: Sign) -> Json:
    """Return the whole profile with signed payloads."""
    menu = [{"type": "postback", "title": title, "payload": sign(payload)} for title, payload in MENU]
    asked = [{"question": question, "payload": sign(payload)} for question, payload in QUESTIONS]
    return {
        "get_started": {"payload": sign(START)},
        "greeting": [{"locale": "default", "text": GREETING}],
        "persistent_menu": [{"locale": "default", "composer_input_disabled": False, "call_to_actions": menu}],
        "ice_breakers": [{"locale": "default", "call_to_actions": asked}],
    }
