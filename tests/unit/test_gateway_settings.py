from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SetupError
from gateway.pages import policy
from gateway.retry import HANDLING, SENDING, handling_delay, sending_delay
from gateway.settings import load_settings
from gateway.web_socket import origin_allowed


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    for name in ("secret", "token"):
        (tmp_path / name).write_text("k" * 32 + "\n" + "j" * 32 + "\n")
        (tmp_path / name).chmod(0o600)
    return {
        "DATABASE_URL": "postgresql:///x",
        "MOTCUA_SECRET_FILE": str(tmp_path / "secret"),
        "MOTCUA_BOT_TOKEN_FILE": str(tmp_path / "token"),
    }


def test_settings_have_defaults_and_both_secrets(env: dict[str, str]) -> None:
    settings = load_settings(env)
    assert (settings.port, settings.bot_url, settings.secrets) == (
        8080, "http://127.0.0.1:5005", (b"k" * 32, b"j" * 32))  # fmt: skip


@pytest.mark.parametrize("name", ["DATABASE_URL", "MOTCUA_SECRET_FILE", "MOTCUA_BOT_TOKEN_FILE"])
def test_a_missing_setting_says_what_to_set(env: dict[str, str], name: str) -> None:
    del env[name]
    with pytest.raises(SetupError, match=name):
        load_settings(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MOTCUA_PORT", "http"), ("MOTCUA_PORT", "70000"), ("MOTCUA_HANDLERS", "0"), ("MOTCUA_ORIGINS", "example.vn"),
     ("MOTCUA_FRAME_ANCESTORS", "https://a.vn/path"), ("MOTCUA_FRAME_ANCESTORS", "https://a.vn;script-src *")],
)  # fmt: skip
def test_a_wrong_setting_says_how_to_mend_it(env: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SetupError, match=f"Set {name}"):
        load_settings(env | {name: value})


def test_a_secret_that_others_can_read_is_refused(env: dict[str, str]) -> None:
    Path(env["MOTCUA_SECRET_FILE"]).chmod(0o640)
    with pytest.raises(SetupError, match="chmod 600"):
        load_settings(env)


def test_a_short_secret_is_refused(env: dict[str, str]) -> None:
    Path(env["MOTCUA_SECRET_FILE"]).write_text("short\n")
    with pytest.raises(SetupError, match="16 characters"):
        load_settings(env)


def test_handling_is_tried_by_its_table_with_full_jitter_and_then_buried() -> None:
    longest = [handling_delay(n, lambda _, high: high) for n in range(1, 7)]
    shortest = [handling_delay(n, lambda low, _: low) for n in range(1, 7)]
    assert longest == [*HANDLING, None]
    assert shortest == [0.0] * 5 + [None]


def test_sending_waits_by_its_table_and_at_least_as_long_as_asked() -> None:
    assert [sending_delay(n, None, lambda _, high: high) for n in range(1, 11)] == [*SENDING, SENDING[-1], SENDING[-1]]
    assert sending_delay(1, 90.0, lambda low, _: low) == 90.0


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(None, True), ("https://tro-ly.vn", True), ("https://portal.vn", True), ("https://evil.vn", False),
     ("null", False), ("https://tro-ly.vn.evil.vn", False), ("", False)],
)  # fmt: skip
def test_a_socket_opens_only_for_known_pages(origin: str | None, allowed: bool) -> None:
    assert origin_allowed(origin, "tro-ly.vn", ("https://portal.vn",)) is allowed


def test_a_strange_host_name_does_not_get_into_the_policy() -> None:
    assert "evil" not in policy("n", "'self'", "a.vn; script-src evil")
    assert "ws://a.vn:8080" in policy("n", "'self'", "a.vn:8080")
