"""Settings of the gateway and the worker: typed, from the environment; a wrong one says how to mend it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SetupError
from dossiers.source import Source, load_source

if TYPE_CHECKING:
    from connectors.messenger.settings import MessengerSettings
    from connectors.zalo.settings import ZaloSettings

DEFAULT_HOME = ".motcua"


@dataclass(frozen=True)
class Limits:
    """Caps that keep one caller from taking the room of the others. Bytes, counts and seconds.

    ``messages_per_minute`` is a person's (0: no limit), ``sends_per_second`` a channel's in one worker;
    ``silent_minutes`` are office minutes without any event after which a channel raises an alarm (0: never).
    """

    body_bytes: int = 256 * 1024
    body_seconds: float = 10.0
    frame_bytes: int = 16 * 1024
    text_chars: int = 4000
    sockets: int = 2000
    sockets_per_conversation: int = 5
    waiting_accepts: int = 2000
    pool_size: int = 8
    bot_seconds: float = 10.0
    messages_per_minute: int = 30
    sends_per_second: int = 50
    silent_minutes: int = 120


@dataclass(frozen=True)
class Settings:
    """Everything that the gateway and the worker read from the environment.

    ``secrets`` sign widget tokens and button payloads: the first signs, all verify (two during a rotation).
    ``token_keys`` seal platform tokens in the database; ``zalo`` and ``messenger`` are ``None`` while off.
    ``dossiers`` says which system holds them.
    ``actions_url`` is where the bot finds its action server; empty: not known here.
    ``frame_ancestors`` are the sites that may show the widget; ``origins`` may open a socket beside our own page.
    """

    database_url: str
    home: Path
    host: str
    port: int
    bot_url: str
    bot_token: str
    secrets: tuple[bytes, ...]
    frame_ancestors: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    handlers: int = 8
    senders: int = 4
    metrics_port: int | None = None
    actions_url: str = ""
    limits: Limits = Limits()
    token_keys: tuple[bytes, ...] = field(default=(), repr=False)
    zalo: ZaloSettings | None = None
    messenger: MessengerSettings | None = None
    dossiers: Source = field(default_factory=Source)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        SetupError: a variable is missing or cannot be used; the text says what to set.
    """
    values = os.environ if env is None else env
    return Settings(
        database_url=_required(values, "DATABASE_URL", "the PostgreSQL address, such as postgresql://user@host/motcua"),
        home=Path(values.get("MOTCUA_HOME") or DEFAULT_HOME).resolve(),
        host=values.get("MOTCUA_HOST") or "127.0.0.1",
        port=_number(values, "MOTCUA_PORT", 8080, 0, 65535),
        bot_url=(values.get("MOTCUA_BOT_URL") or "http://127.0.0.1:5005").rstrip("/"),
        bot_token=read_secrets(Path(_required(values, "MOTCUA_BOT_TOKEN_FILE", "the file with the bot's token")))[0],
        secrets=tuple(
            line.encode()
            for line in read_secrets(Path(_required(values, "MOTCUA_SECRET_FILE", "the file with the signing secret")))
        ),
        frame_ancestors=_origins(values, "MOTCUA_FRAME_ANCESTORS"),
        origins=_origins(values, "MOTCUA_ORIGINS"),
        handlers=_number(values, "MOTCUA_HANDLERS", 8, 1, 64),
        senders=_number(values, "MOTCUA_SENDERS", 4, 1, 64),
        actions_url=values.get("MOTCUA_ACTIONS_URL", "").strip(),
        metrics_port=_number(values, "MOTCUA_METRICS_PORT", 0, 0, 65535) or None,
        limits=_limits(values),
        token_keys=_token_keys(values),
        zalo=_zalo(values),
        messenger=_messenger(values),
        dossiers=load_source(values),
    )


def _zalo(values: Mapping[str, str]) -> ZaloSettings | None:
    """Load the channel's code only where it is on: a process with the web channel alone stays small."""
    if not values.get("MOTCUA_ZALO_APP_ID", "").strip():
        return None
    from connectors.zalo.settings import load_zalo_settings  # noqa: PLC0415 - see above

    return load_zalo_settings(values)


def _messenger(values: Mapping[str, str]) -> MessengerSettings | None:
    if not values.get("MOTCUA_MESSENGER_PAGE_ID", "").strip():
        return None
    from connectors.messenger.settings import load_messenger_settings  # noqa: PLC0415 - as for Zalo

    return load_messenger_settings(values)


def _limits(values: Mapping[str, str]) -> Limits:
    return Limits(
        pool_size=_number(values, "MOTCUA_POOL", Limits.pool_size, 2, 64),
        messages_per_minute=_number(values, "MOTCUA_MESSAGES_PER_MINUTE", Limits.messages_per_minute, 0, 10_000),
        sends_per_second=_number(values, "MOTCUA_SENDS_PER_SECOND", Limits.sends_per_second, 1, 1000),
        silent_minutes=_number(values, "MOTCUA_SILENT_MINUTES", Limits.silent_minutes, 0, 100_000),
    )


def _token_keys(values: Mapping[str, str]) -> tuple[bytes, ...]:
    place = values.get("MOTCUA_TOKEN_KEY_FILE", "").strip()
    return tuple(line.encode() for line in read_secrets(Path(place))) if place else ()


def read_secrets(path: Path) -> list[str]:
    """Return the non-empty lines of a secret file, newest first.

    Raises:
        SetupError: the file is missing, empty, too short, or readable by others.
    """
    try:
        mode = path.stat().st_mode & 0o777
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except OSError as error:
        raise SetupError(f"Cannot read the secret file {path.name}: create it with mode 0600.") from error
    if mode & 0o077:
        raise SetupError(f"The secret file {path.name} can be read by others: run chmod 600 on it.")
    if not lines or any(len(line) < 16 for line in lines):
        raise SetupError(f"The secret file {path.name} needs one secret of at least 16 characters a line.")
    return lines


def _required(values: Mapping[str, str], name: str, what: str) -> str:
    value = values.get(name, "").strip()
    if not value:
        raise SetupError(f"Set {name} to {what}; './motcua up' does this by itself.")
    return value


def _number(values: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, "").strip() or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SetupError(f"Set {name} to a whole number from {low} to {high}.")
    return int(text)


def _origins(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    origins = tuple(values.get(name, "").replace(",", " ").split())
    for origin in origins:
        scheme, _, rest = origin.partition("://")
        if scheme not in ("http", "https") or not rest or set(rest) & set("/;'\"<>\\"):
            raise SetupError(f"Set {name} to origins like https://mot-cua.example.vn, without a path.")
    return origins
