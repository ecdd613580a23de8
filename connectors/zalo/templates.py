"""Template messages (ZBS, formerly ZNS): status notices to a phone or a person, outside every reply window.

They cost money and their text is registered with Zalo, so they are behind ``MOTCUA_ZALO_TEMPLATES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.base import Outcome
from connectors.tokens import TokenBusy, TokenRefused
from connectors.zalo.api import ZaloApi
from connectors.zalo.errors import Host
from connectors.zalo.send import judge
from connectors.zalo.settings import ZaloSettings
from core.errors import BadInput, SetupError

MAX_TRACKING = 48


class ZaloTemplates:
    """Sends registered templates."""

    def __init__(self, settings: ZaloSettings, api: ZaloApi) -> None:
        if not settings.templates:
            raise SetupError("Template messages are off: set MOTCUA_ZALO_TEMPLATES=yes when they are registered.")
        self._api = api

    def to_phone(self, phone: str, template_id: str, data: Mapping[str, str], tracking_id: str) -> Outcome:
        """Send to a phone; ``tracking_id`` comes back in receipts and is our key (Zalo does not promise to dedupe).

        Raises:
            BadInput: not a phone, or the tracking id is empty or over 48 characters.
        """
        if not 0 < len(tracking_id) <= MAX_TRACKING:
            raise BadInput(f"the tracking id needs 1 to {MAX_TRACKING} characters")
        body = {"phone": country_form(phone), "template_id": template_id, "template_data": dict(data),
                "tracking_id": tracking_id, "sending_mode": "1"}  # fmt: skip
        return self._send("/message/template", body, "zbs")

    def to_person(self, user_id: str, template_id: str, data: Mapping[str, str]) -> Outcome:
        """Send to a person that the OA knows by its id."""
        body = {"user_id": user_id, "template_id": template_id, "template_data": dict(data)}
        return self._send("/v3.0/oa/message/template", body, "oa")

    def _send(self, path: str, body: dict[str, Any], host: Host) -> Outcome:
        try:
            return judge(self._api.post(path, body, "template", host), host)
        except TokenBusy:
            return Outcome("retry", code="token_busy", retry_after=5.0)
        except TokenRefused:
            return Outcome("retry", code="no_token", retry_after=300.0, alarm=True)


def country_form(phone: str) -> str:
    """Return a Vietnamese phone as Zalo wants it: ``84…``, without plus sign or leading 0.

    Raises:
        BadInput: it is not a Vietnamese phone number.
    """
    digits = re.sub(r"[\s.\-()]", "", phone)
    digits = re.sub(r"\A(?:\+84|0084|84|0)(?=[1-9])", "84", digits)
    if not re.fullmatch(r"84[1-9][0-9]{8,9}", digits):
        raise BadInput("not a Vietnamese phone number")
    return digits
