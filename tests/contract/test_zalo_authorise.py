"""``./motcua channel zalo authorise``: from the permission page to stored tokens, and what goes wrong on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from cli.channel import app
from connectors.fakes.zalo import FakeZalo
from core.errors import AssistantError, SetupError
from gateway.database import open_pool
from gateway.sealing import Sealer
from gateway.settings import read_secrets
from gateway.token_store import PostgresTokens
from tests.zalo_books import environment


@pytest.fixture
def fake(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZalo]:
    with FakeZalo() as zalo:
        values = {
            **environment(tmp_path, zalo), "MOTCUA_HOME": str(tmp_path / "home"), "DATABASE_URL": database_url,
        }  # fmt: skip
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("MOTCUA_TOKEN_KEY_FILE", raising=False)
        yield zalo


def run(*words: str, typed: str = "") -> str:
    done = CliRunner().invoke(app, ["zalo", "authorise", *words], input=typed)
    if done.exception and isinstance(done.exception, AssistantError):
        raise done.exception
    return done.output


def approve(fake: FakeZalo, printed: str) -> str:
    """What the administrator's browser does: opens the page and is sent back."""
    match = re.search(r"https?://\S+/v4/oa/permission\S+", printed)
    assert match
    query = parse_qs(urlsplit(match[0]).query)
    code = fake.tokens.approve(query["code_challenge"][0])
    return f"{query['redirect_uri'][0]}?code={code}&oa_id={fake.app.oa_id}&state={query['state'][0]}"


def test_the_page_is_printed_and_the_address_pasted_back_gives_stored_tokens(
    fake: FakeZalo, database_url: str, tmp_path: Path
) -> None:
    printed = run(typed="\n")
    address = approve(fake, printed)
    output = run(typed=f"{address}\n")
    assert "stored" in output and fake.tokens.access not in output and "code-" not in output
    pool = open_pool(database_url, 1, "test")
    keys = [line.encode() for line in read_secrets(tmp_path / "home" / "run" / "token-key")]
    pair = PostgresTokens(database_url, pool, Sealer(keys)).read("zalo", fake.app.oa_id)
    pool.close()
    assert pair is not None and pair.access == fake.tokens.access


def test_an_address_is_good_for_one_authorisation(fake: FakeZalo) -> None:
    address = approve(fake, run(typed="\n"))
    run("--redirected", address)
    with pytest.raises(AssistantError, match="another authorisation"):
        run("--redirected", address)


def test_a_channel_that_is_off_says_what_to_set(fake: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTCUA_ZALO_APP_ID")
    with pytest.raises(SetupError, match="MOTCUA_ZALO_APP_ID"):
        run()


def test_without_a_callback_address_nothing_is_begun(fake: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_ZALO_REDIRECT_URI", "")
    with pytest.raises(SetupError, match="MOTCUA_ZALO_REDIRECT_URI"):
        run()
