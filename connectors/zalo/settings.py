"""Settings of the Zalo channel, from the environment; the channel is off unless its app id is set."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.environment import address, read_secret_file, secret_file, switch
from core.errors import SetupError

_ID = re.compile(r"\d{5,25}\Z")


@dataclass(frozen=True)
class ZaloSettings:
    """What the channel needs to know. Addresses point at a fake in tests; ``*_secrets`` hold one or two, newest first.

    The OA secret key signs the webhook; the app secret opens the token endpoint: two settings, as the console has two.
    ``buttons`` and ``lists`` may be switched off, as only projects and not the documentation show them on v3.
    ``paid`` lets answers go out between 48 hours and 7 days after the last interaction, which Zalo bills.
    ``notice_template`` is the registered template for notices of dossiers outside the reply window (``ma_ho_so`` and
    ``trang_thai``); empty: notices wait for the person's next message then.
    """

    app_id: str
    oa_id: str
    app_secret: str = field(repr=False)
    oa_secrets: tuple[str, ...] = field(repr=False)
    redirect_uri: str = ""
    api_url: str = "https://openapi.zalo.me"
    zbs_url: str = "https://business.openapi.zalo.me"
    oauth_url: str = "https://oauth.zaloapp.com"
    proxy: str | None = None
    media_hosts: tuple[str, ...] = ("zdn.vn",)
    buttons: bool = True
    lists: bool = False
    paid: bool = False
    proof: bool = False
    templates: bool = False
    notice_template: str = ""


def load_zalo_settings(env: Mapping[str, str] | None = None) -> ZaloSettings | None:
    """Read the settings, or return ``None`` when the channel is off.

    Raises:
        SetupError: the channel is on and a setting is missing or cannot be used; the text says what to set.
    """
    values = os.environ if env is None else env
    app_id = values.get("MOTCUA_ZALO_APP_ID", "").strip()
    if not app_id:
        return None
    return ZaloSettings(
        app_id=_id(app_id, "MOTCUA_ZALO_APP_ID"),
        oa_id=_id(values.get("MOTCUA_ZALO_OA_ID", "").strip(), "MOTCUA_ZALO_OA_ID"),
        app_secret=_secrets(values, "MOTCUA_ZALO_APP_SECRET_FILE", "the app's secret key")[0],
        oa_secrets=_secrets(values, "MOTCUA_ZALO_OA_SECRET_FILE", "the OA secret key of the console's webhook page"),
        redirect_uri=address(values, "MOTCUA_ZALO_REDIRECT_URI", ""),
        api_url=address(values, "MOTCUA_ZALO_API_URL", ZaloSettings.api_url),
        zbs_url=address(values, "MOTCUA_ZALO_ZBS_URL", ZaloSettings.zbs_url),
        oauth_url=address(values, "MOTCUA_ZALO_OAUTH_URL", ZaloSettings.oauth_url),
        proxy=address(values, "MOTCUA_OUTBOUND_PROXY", "") or None,
        buttons=switch(values, "MOTCUA_ZALO_BUTTONS", default=True),
        lists=switch(values, "MOTCUA_ZALO_LISTS", default=False),
        paid=switch(values, "MOTCUA_ZALO_PAID", default=False),
        proof=switch(values, "MOTCUA_ZALO_APPSECRET_PROOF", default=False),
        templates=switch(values, "MOTCUA_ZALO_TEMPLATES", default=False),
        notice_template=_notice_template(values),
    )  # fmt: skip


def _notice_template(values: Mapping[str, str]) -> str:
    name = "MOTCUA_ZALO_NOTICE_TEMPLATE"
    value = values.get(name, "").strip()
    if value and not re.fullmatch(r"[0-9]{1,20}", value):
        raise SetupError(f"Set {name} to the number of the registered template for notices.")
    if value and not switch(values, "MOTCUA_ZALO_TEMPLATES", default=False):
        raise SetupError(f"{name} is set: set MOTCUA_ZALO_TEMPLATES=yes too, or leave {name} out.")
    return value


def _id(value: str, name: str) -> str:
    if not _ID.match(value):
        raise SetupError(f"Set {name} to the number that Zalo's console shows.")
    return value


def _secrets(values: Mapping[str, str], name: str, what: str) -> tuple[str, ...]:
    return read_secret_file(secret_file(values, name, what, "MOTCUA_ZALO_APP_ID"), name)
