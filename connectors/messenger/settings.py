"""Settings of the Messenger channel, from the environment; the channel is off unless its Page id is set."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.environment import address, read_secret_file, secret_file, switch
from core.errors import SetupError

# The Page Inbox, where staff answer.
INBOX_APP_ID = "263902037430900"
_ID = re.compile(r"\d{5,25}\Z")
_VERSION = re.compile(r"v\d{1,3}\.\d\Z")
_SWITCH = "MOTCUA_MESSENGER_PAGE_ID"


@dataclass(frozen=True)
class MessengerSettings:
    """One Page and one app. ``app_secrets`` and ``verify_tokens``: two during a rotation, the newest first.

    ``token_file`` is read at every call, so that a replaced Page token works without a restart: it has no refresh.
    ``staff_apps`` are the apps through which people answer: their echoes pause the assistant in the thread (an echo
    that names no app comes from the Page's own mobile app, and counts as well).
    ``proof`` sends ``appsecret_proof``; ``handover`` passes the thread to the Page Inbox with a hand-off reply;
    ``human_agent`` says that the platform granted the tag HUMAN_AGENT, for what people write.
    ``notice_template`` is the approved utility template for notices of dossiers outside the reply window (``ma_ho_so``
    and ``trang_thai``, in Vietnamese); empty: notices wait for the person's next message then.
    """

    page_id: str
    app_id: str
    token_file: Path = field(repr=False)
    app_secrets: tuple[str, ...] = field(repr=False)
    verify_tokens: tuple[str, ...] = field(repr=False)
    graph_url: str = "https://graph.facebook.com"
    version: str = "v25.0"
    proxy: str | None = None
    proof: bool = True
    handover: bool = False
    human_agent: bool = False
    notice_template: str = ""
    staff_apps: frozenset[str] = frozenset({INBOX_APP_ID})

    def page_token(self) -> str:
        """Return the Page's token as it is on disk now.

        Raises:
            SetupError: the file cannot be used.
        """
        return read_secret_file(self.token_file, "MOTCUA_MESSENGER_TOKEN_FILE")[0]


def load_messenger_settings(env: Mapping[str, str] | None = None) -> MessengerSettings | None:
    """Read the settings, or return ``None`` when the channel is off.

    Raises:
        SetupError: the channel is on and a setting is missing or cannot be used; the text says what to set.
    """
    values = os.environ if env is None else env
    if not values.get(_SWITCH, "").strip():
        return None
    token = "MOTCUA_MESSENGER_TOKEN_FILE"  # noqa: S105  (the name of a setting)
    settings = MessengerSettings(
        page_id=_id(values, _SWITCH, "Page"),
        app_id=_id(values, "MOTCUA_MESSENGER_APP_ID", "app"),
        token_file=secret_file(values, token, "the Page's access token", _SWITCH),
        app_secrets=_secrets(values, "MOTCUA_MESSENGER_APP_SECRET_FILE", "the app's secret"),
        verify_tokens=_secrets(values, "MOTCUA_MESSENGER_VERIFY_FILE", "the word that the app's webhook page asks for"),
        graph_url=address(values, "MOTCUA_MESSENGER_GRAPH_URL", MessengerSettings.graph_url),
        version=_version(values),
        proxy=address(values, "MOTCUA_OUTBOUND_PROXY", "") or None,
        proof=switch(values, "MOTCUA_MESSENGER_APPSECRET_PROOF", default=True),
        handover=switch(values, "MOTCUA_MESSENGER_HANDOVER", default=False),
        human_agent=switch(values, "MOTCUA_MESSENGER_HUMAN_AGENT", default=False),
        notice_template=_notice_template(values),
        staff_apps=_staff(values),
    )
    settings.page_token()
    return settings


def appsecret_proof(secret: str, token: str) -> str:
    """Return the proof that a caller with this token knows the app's secret: 64 hexadecimal digits."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _id(values: Mapping[str, str], name: str, of: str) -> str:
    value = values.get(name, "").strip()
    if not _ID.match(value):
        raise SetupError(f"Set {name} to the number of the {of} that Meta's console shows.")
    return value


def _secrets(values: Mapping[str, str], name: str, what: str) -> tuple[str, ...]:
    return read_secret_file(secret_file(values, name, what, _SWITCH), name)


def _version(values: Mapping[str, str]) -> str:
    value = values.get("MOTCUA_MESSENGER_GRAPH_VERSION", "").strip() or MessengerSettings.version
    if not _VERSION.match(value):
        raise SetupError("Set MOTCUA_MESSENGER_GRAPH_VERSION to a version like v25.0.")
    return value


def _notice_template(values: Mapping[str, str]) -> str:
    value = values.get("MOTCUA_MESSENGER_NOTICE_TEMPLATE", "").strip()
    if value and not re.fullmatch(r"[a-z0-9_]{1,512}", value):
        raise SetupError("Set MOTCUA_MESSENGER_NOTICE_TEMPLATE to the name of the approved utility template.")
    return value


def _staff(values: Mapping[str, str]) -> frozenset[str]:
    """Return the Page Inbox and the apps of a setting, such as a help desk through which staff answer."""
    more = values.get("MOTCUA_MESSENGER_STAFF_APPS", "").replace(",", " ").split()
    if not all(_ID.match(app) for app in more):
        raise SetupError("Set MOTCUA_MESSENGER_STAFF_APPS to app ids (numbers), separated by blanks.")
    return frozenset({INBOX_APP_ID, *more})
