"""A Zalo of one Official Account that follows the contract: webhook deliveries, OAuth, OA and template hosts.

The hosts are folders of one server: ``api_url``, ``zbs_url`` and ``oauth_url``. The citizen's side is
:meth:`FakeZalo.says`, :meth:`FakeZalo.presses` and their like; what the citizen sees is :meth:`FakeZalo.seen`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from connectors.fakes.server import Sent
from connectors.fakes.zalo_http import Handler
from connectors.fakes.zalo_people import App, OfficialAccount
from connectors.fakes.zalo_rules import Account, message_fault, template_fault, text_fault, window_fault
from connectors.fakes.zalo_tokens import FakeTokens
from connectors.fakes.zalo_webhook import Deliverer, Manner

Json = dict[str, Any]
_ECHOES = {"file": "oa_send_file", "list": "oa_send_list", "media": "oa_send_image"}


class FakeZalo(OfficialAccount):
    """The server and what it saw.

    ``sent`` messages, ``reactions``, ``notices`` to phones, ``templates`` to people, refusals by code.
    """

    def __init__(self, webhook: str = "", app: App | None = None, manner: Manner | None = None, port: int = 0) -> None:
        app = app or App()
        super().__init__(Handler, app, Deliverer(app.app_id, app.oa_secret, webhook, manner or Manner()), port)
        self.account = Account()
        self.reactions: list[tuple[str, str, str]] = []
        self.notices: list[Json] = []
        self.templates: list[Json] = []
        self.refused: Counter[str] = Counter()
        self.uploads: dict[str, int] = {}
        self.calls: Counter[str] = Counter()
        self.tokens = FakeTokens(self.app.app_id, self.app.app_secret, self.now_ms)
        self.api_url, self.zbs_url, self.oauth_url = (f"{self.url}/{host}" for host in ("openapi", "business", "oauth"))

    def answer(self, path: str, query: Mapping[str, Any], body: Any, headers: Mapping[str, str]) -> Json:
        """Return the body for one call; Zalo answers 200 whatever it holds."""
        with self._lock:
            self.calls[path] += 1
            if path == "/oauth/v4/oa/access_token":
                return self.tokens.answer(headers, body if isinstance(body, dict) else None)
            host, _, rest = path.strip("/").partition("/")
            code = self._token_fault(host, headers)
            code, data = (code, {}) if code else self._guarded(host, f"/{rest}", query, body)
            if code:
                self.refused[f"{host}{code}"] += 1
                return {"error": code, "message": "refused"}
            return {"data": data, "error": 0, "message": "Success"}

    def _token_fault(self, host: str, headers: Mapping[str, str]) -> int:
        """Judge the token, and its proof where one is given or asked for, in the numbers of the host."""
        token, proof = headers.get("access_token", ""), headers.get("appsecret_proof")
        if fault := self.tokens.fault(token):
            return -124 if host == "business" else fault
        right = hmac.new(self.app.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof == right or (proof is None and not self.account.proof_required):
            return 0
        return -1241 if host == "business" else -242

    def _guarded(self, host: str, path: str, query: Mapping[str, Any], body: Any) -> tuple[int, Json]:
        """The account first, then the rate, then the call."""
        if host == "business":
            return self._template(body if isinstance(body, dict) else {})
        if not self.account.enabled:
            return -204, {}
        if not self.rate.take():
            return -32, {}
        return self._oa(path, query, body)

    def _oa(self, path: str, query: Mapping[str, Any], body: Any) -> tuple[int, Json]:
        if path.startswith("/v2.0/oa/upload/"):
            return self._upload(path.rpartition("/")[2], body)
        given = body if isinstance(body, dict) else {}
        calls: dict[str, Callable[[], tuple[int, Json]]] = {
            "/v3.0/oa/message/cs": lambda: self._send(given),
            "/v2.0/oa/message": lambda: self._old_message(given),
            "/v3.0/oa/message/template": lambda: self._template_to_person(given),
            "/v3.0/oa/user/detail": lambda: self._detail(str(query.get("user_id", ""))),
            "/v3.0/oa/quota/message": lambda: self._quota(str(given.get("user_id", ""))),
            "/v2.0/oa/getoa": lambda: (0, {"oa_id": self.app.oa_id, "name": "Một cửa thử", "oa_type": 4}),
        }
        return calls.get(path, lambda: (-201, {}))()

    def _template_to_person(self, body: Json) -> tuple[int, Json]:
        """A registered template with all its values reaches the person whatever the window (contract A12)."""
        wanted, data = self.account.parameters.get(str(body.get("template_id"))), body.get("template_data")
        if wanted is None or not isinstance(data, dict) or set(wanted) - set(data):
            return -249, {}
        if self.person(str(body.get("user_id"))).blocked:
            return -244, {}
        self.templates.append(body)
        return 0, {"message_id": self.new_id(), "user_id": body.get("user_id"), "sent_time": str(self.now_ms())}

    def _quota(self, user: str) -> tuple[int, Json]:
        last = self.person(user).last_ms or 0
        return 0, {"last_interaction": str(last), "cs_reply": {"remain": "8", "total": "8"}}

    def _send(self, body: Json) -> tuple[int, Json]:
        user = str((body.get("recipient") or {}).get("user_id", ""))
        if not user:
            return -201, {}
        if not self.account.package_ok:
            return -224, {}
        fault = window_fault(self.person(user), self.account, self.now_ms())
        fault = fault or message_fault(body.get("message"), self.account, self.uploads, self.now_ms())
        fault = fault or self._quota_fault()
        return (fault, {}) if fault else (0, self._shown(user, body["message"], body))

    def _old_message(self, body: Json) -> tuple[int, Json]:
        """The old address: reactions and anonymous visitors; a message to a user is refused since v2 was shut."""
        recipient, action = body.get("recipient") or {}, body.get("sender_action")
        if isinstance(action, dict):
            self.reactions.append((str(recipient.get("user_id")), str(action.get("react_message_id")),
                                   str(action.get("react_icon"))))  # fmt: skip
            return 0, {"message_id": self.new_id()}
        if "anonymous_id" in recipient and recipient.get("conversation_id"):
            message = body.get("message") or {}
            fault = text_fault(message.get("text"))
            return (fault, {}) if fault else (0, self._shown(str(recipient["anonymous_id"]), message, body))
        return -240, {}

    def _shown(self, user: str, message: Json, request: Json) -> Json:
        msg_id = self.new_id()
        self.sent.append(Sent(user, msg_id, message, request))
        self._tell_back(user, msg_id, message)
        known = self.people.get(user)
        free = known is None or known.last_ms is None or self.now_ms() - known.last_ms <= 48 * 3600 * 1000
        quota = {"quota_type": "reply", "remain": "8", "total": "8", "owner_type": "OA", "owner_id": self.app.oa_id}
        data: Json = {"message_id": msg_id, "user_id": user, "sent_time": str(self.now_ms())}
        return data | ({"quota": quota} if free else {})

    def _tell_back(self, user: str, msg_id: str, message: Json) -> None:
        """Echo and receipt after each send, as the platform does."""
        attachment = message.get("attachment") or {}
        kind = (attachment.get("payload") or {}).get("template_type") or attachment.get("type")
        if self.echoes:
            echo = {"msg_id": msg_id} | ({"text": message["text"]} if message.get("text") else {})
            self.deliver(_ECHOES.get(str(kind), "oa_send_text"), self.between(user, out=True, message=echo))
        if self.receipts:
            self.deliver("user_received_message", self.between(user, out=True, message={"msg_id": msg_id}))

    def _template(self, body: Json) -> tuple[int, Json]:
        fault = template_fault(body, self.account, self.now_ms())
        if fault or self.account.day_templates <= 0:
            return fault or -144, {}
        self.account.day_templates -= 1
        self.notices.append(body)
        msg_id = self.new_id()
        receipt = {"msg_id": msg_id, "delivery_time": str(self.now_ms()), "tracking_id": body["tracking_id"]}
        self.deliver("user_received_message", {"sender": {"id": self.app.oa_id}, "recipient": {"id": body["phone"]},
                                               "message": receipt})  # fmt: skip
        left = str(self.account.day_templates)
        return 0, {"msg_id": msg_id, "sent_time": str(self.now_ms()), "sending_mode": "1",
                   "quota": {"dailyQuota": "500", "remainingQuota": left}}  # fmt: skip

    def _upload(self, kind: str, content: Any) -> tuple[int, Json]:
        if not isinstance(content, bytes) or not content:
            return -201, {}
        if len(content) > (1_000_000 if kind == "image" else 5_000_000):
            return -210, {}
        token = f"upload-{next(self._numbers)}"
        self.uploads[token] = self.now_ms()
        return 0, {"token" if kind == "file" else "attachment_id": token}

    def _detail(self, user: str) -> tuple[int, Json]:
        known = self.people.get(user)
        if known is None:
            return -213, {}
        return 0, {"user_id": user, "display_name": known.name, "user_is_follower": known.follows,
                   "is_sensitive": False, "avatar": "https://s.zdn.vn/a.jpg"}  # fmt: skip

    def _quota_fault(self) -> int:
        if self.account.quota is None:
            return 0
        self.account.quota -= 1
        return -211 if self.account.quota < 0 else 0
