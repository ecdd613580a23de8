"""The Zalo channel: verify, parse, render and send, put together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.base import Body, Outcome
from connectors.events import Ledger, Received
from connectors.hooks import Hooks
from connectors.outbound import Outbound
from connectors.tokens import TokenStore
from connectors.zalo import verify as signature
from connectors.zalo.api import ZaloApi
from connectors.zalo.oauth import ZaloTokens
from connectors.zalo.parse import parse, text_hash
from connectors.zalo.render import capabilities, render
from connectors.zalo.send import ZaloSender
from connectors.zalo.settings import ZaloSettings
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
        return self._sender.send(conversation, body)

    def arrived(self, conversation: str, body: Body, since: datetime) -> str | None:
        """Return the id of a message that seems lost but came back as an echo: then it must not be sent again."""
        texts = [body.get("fallback"), body.get("message", {}).get("text")]
        for text in texts:
            if text and (found := self._ledger.echoed(conversation, text_hash(str(text)), since)):
                return found
        return None

    def maintain(self) -> None:
        """Do what is due from time to time: keep the token fresh."""
        self.tokens.keep_fresh()

    def token_expires(self) -> datetime | None:
        """Return when the access token ends."""
        return self.tokens.expires_at()
