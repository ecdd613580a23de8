"""The Zalo channel: verify, parse, render and send, put together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.base import STORAGE_AWAY, Body, Outcome, Reach
from connectors.events import Ledger, Received
from connectors.hooks import Hooks
from connectors.outbound import Outbound
from connectors.tokens import TokenStore
from connectors.zalo import verify as signature
from connectors.zalo.api import ZaloApi
from connectors.zalo.oauth import ZaloTokens, code_from
from connectors.zalo.parse import ANONYMOUS, parse, text_hash
from connectors.zalo.render import capabilities, render
from connectors.zalo.send import ZaloSender
from connectors.zalo.settings import ZaloSettings
from connectors.zalo.templates import ZaloTemplates
from connectors.zalo.windows import Window, window
from core.errors import SetupError, StorageUnavailable
from core.message import Incoming, Reply


class ZaloChannel:
    """Zalo Official Account. A bad signature is answered 200 and dropped, as the console's check insists on 200."""

    name = "zalo"
    pulled = False
    refuse_status = 200

    def __init__(self, settings: ZaloSettings, tokens: TokenStore, ledger: Ledger, hooks: Hooks | None = None) -> None:
        hooks = hooks or Hooks()
        self.settings = settings
        self.capabilities = capabilities(settings)
        self._ledger, self._now = ledger, hooks.now
        outbound = Outbound(self.name, hooks.observer, settings.proxy)
        self.tokens = ZaloTokens(settings, tokens, outbound, hooks)
        self.api = ZaloApi(settings, self.tokens, outbound)
        self._sender = ZaloSender(settings, self.api, ledger, hooks.now)

    def verify(self, headers: Mapping[str, str], raw: bytes) -> str:
        """Check the signature and return our OA's id."""
        signature.verify(headers, raw, self.settings.app_id, self.settings.oa_secrets)
        return self.settings.oa_id

    def challenge(self, params: Mapping[str, str]) -> str | None:
        """Zalo has no GET challenge."""
        return None

    def receive(self, raw: bytes, proven: str) -> Received:
        """Translate a verified body."""
        return parse(raw, self.settings.oa_id)

    def parse(self, raw: bytes, proven: str) -> list[Incoming]:
        """Translate the messages of a verified body."""
        return list(self.receive(raw, proven).messages)

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        """Translate a reply into bodies to send, in order."""
        return render(reply, message, self.capabilities, self._now())

    def send(self, conversation: str, body: Body) -> Outcome:
        """Send one body."""
        if "template" in body:
            return self._by_template(conversation, body["template"])
        return self._sender.send(conversation, body)

    def reach(self, conversation: str, *, refused: bool = False) -> Reach:
        """Tell how the person can be reached unasked (contract A8); anonymous visitors never by template."""
        now = window(self._ledger.last_interaction(conversation), self._now())
        if not refused and (now in (Window.FREE, Window.UNKNOWN) or (now is Window.PAID and self.settings.paid)):
            return "open"
        anonymous = conversation.rpartition(":")[2].startswith(ANONYMOUS)
        return "template" if self.settings.notice_template and not anonymous else "closed"

    def template(self, data: Mapping[str, str]) -> Body:
        """Return a body that sends the registered notice (contract A12)."""
        return {"template": dict(data)}

    def _by_template(self, conversation: str, data: Mapping[str, str]) -> Outcome:
        person = conversation.rpartition(":")[2]
        try:
            return ZaloTemplates(self.settings, self.api).to_person(person, self.settings.notice_template, data)
        except StorageUnavailable:  # before the call: the tokens cannot be read
            return STORAGE_AWAY
        except SetupError:  # templates were switched off after the notice was stored
            return Outcome("dead", code="templates_off")

    def arrived(self, conversation: str, body: Body, since: datetime) -> str | None:
        """Return the id of a message that seems lost but came back as an echo: then it must not be sent again."""
        texts = [body.get("fallback"), body.get("message", {}).get("text")]
        for text in texts:
            if text and (found := self._ledger.echoed(conversation, text_hash(str(text)), since)):
                return found
        return None

    def authorise(self, redirected: str, state: str, verifier: str) -> None:
        """Store the tokens that the address, to which the platform sent the administrator's browser, is good for."""
        self.tokens.exchange(code_from(redirected, self.settings, state), verifier)

    def maintain(self) -> None:
        """Do what is due from time to time: keep the token fresh."""
        self.tokens.keep_fresh()

    def token_expires(self) -> datetime | None:
        """Return when the access token ends."""
        return self.tokens.expires_at()
