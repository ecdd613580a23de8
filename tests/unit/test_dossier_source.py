"""Which registry is asked is a setting; a wrong one is told at the start, with what to set."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SetupError
from dossiers.facts import Secret
from dossiers.http import HttpRegistry
from dossiers.postgres import PostgresRegistry
from dossiers.source import CODES, TOKEN_FILE, URL, Source, load_source

SECRET = Secret(b"k" * 32)


def nobody() -> None:
    raise AssertionError("no database is needed")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text("portal-token-of-the-city\n")
    return {URL: "https://mot-cua.example.vn/", TOKEN_FILE: str(token), CODES: r"H26\..*"}


def test_without_a_setting_it_is_the_registry_in_postgresql() -> None:
    assert load_source({}) == Source()
    assert isinstance(load_source({}).registry(nobody, SECRET), PostgresRegistry)  # type: ignore[arg-type]


def test_with_an_address_it_is_the_one_stop_system_and_only_its_codes_are_asked_there(env: dict[str, str]) -> None:
    registry = load_source(env).registry(nobody, SECRET)  # type: ignore[arg-type]
    assert isinstance(registry, HttpRegistry)
    assert registry.base_url == "https://mot-cua.example.vn"
    assert registry.accepts("H26.9-261102-0001")
    assert not registry.accepts("G22.99-261102-0001")
    assert "portal-token" not in repr(load_source(env)) + repr(registry)


def test_each_system_has_a_cursor_of_its_own(env: dict[str, str]) -> None:
    feeds = [load_source(values).feed(nobody, SECRET).name for values in ({}, env, env | {URL: "https://x.vn"})]  # type: ignore[arg-type]
    assert len(set(feeds)) == 3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({URL: "http://mot-cua.example.vn"}, URL),
        ({URL: "mot-cua.example.vn"}, URL),
        ({URL: ""}, TOKEN_FILE),
        ({TOKEN_FILE: ""}, TOKEN_FILE),
        ({TOKEN_FILE: "nowhere"}, TOKEN_FILE),
        ({CODES: "H26.("}, CODES),
    ],
)
def test_a_wrong_setting_says_which_and_what_to_do(env: dict[str, str], change: dict[str, str], named: str) -> None:
    with pytest.raises(SetupError, match=named):
        load_source(env | change)


def test_a_token_that_others_can_read_is_refused(env: dict[str, str]) -> None:
    Path(env[TOKEN_FILE]).chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        load_source(env)
