"""``./motcua channel zalo authorise``: from the permission page to stored tokens, and what goes wrong on the way."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from cli import channel_zalo
from cli.channel import app
from cli.specs import secret_file
from connectors.fakes.zalo import FakeZalo
from core.errors import AssistantError, SetupError
from gateway import authorising
from gateway.app import create_app
from gateway.database import open_pool
from gateway.main import build_channels
from gateway.sealing import Sealer
from gateway.settings import load_settings, read_secrets
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


# ---- by the gateway's page ----


@pytest.fixture
def page(fake: FakeZalo, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """The gateway, with the key that the command seals with."""
    for name in ("secret", "bot-token"):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text("x" * 32)
    (tmp_path / "home" / "run").mkdir(parents=True)
    secret_file(tmp_path / "home" / "run" / "token-key")
    settings = load_settings(os.environ | {
        "MOTCUA_SECRET_FILE": str(tmp_path / "secret"), "MOTCUA_BOT_TOKEN_FILE": str(tmp_path / "bot-token"),
        "MOTCUA_TOKEN_KEY_FILE": str(tmp_path / "home" / "run" / "token-key"),
    })  # fmt: skip
    with TestClient(create_app(settings, build_channels(settings))) as client:
        yield client


def begun(monkeypatch: pytest.MonkeyPatch, at_the_browser: Callable[[str], None]) -> str:
    """Run the command; when it waits, an administrator does ``at_the_browser`` with what was printed."""
    printed: list[str] = []
    echo = typer.echo
    monkeypatch.setattr("cli.channel_zalo.typer.echo", lambda text: (printed.append(text), echo(text)))
    wait = channel_zalo._wait_for_browser

    def waiting(desk: channel_zalo.Desk, state: str) -> None:
        at_the_browser("\n".join(printed))
        wait(desk, state)

    monkeypatch.setattr(channel_zalo, "_wait_for_browser", waiting)
    return run("--page")


def test_the_page_takes_the_browser_back_and_stores_the_tokens(
    fake: FakeZalo, page: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []

    def browse(printed: str) -> None:
        query = urlsplit(approve(fake, printed)).query
        answers.extend(page.get(f"/authorise/zalo?{query}") for _ in range(2))  # the second time it is nobody's

    assert "stored" in begun(monkeypatch, browse)
    assert [answer.status_code for answer in answers] == [200, 400]
    assert "Đã lưu" in answers[0].text and "code-" not in answers[0].text
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert fake.tokens.issued == 1


def test_a_page_called_with_a_state_that_nobody_gave_out_asks_the_platform_nothing(
    fake: FakeZalo, page: TestClient
) -> None:
    code = fake.tokens.approve("challenge")
    for query in (f"code={code}&state=falsch", f"code={code}", ""):
        assert page.get(f"/authorise/zalo?{query}").status_code == 400
    assert page.get("/authorise/web?state=x").status_code == 404
    assert fake.calls["/oauth/v4/oa/access_token"] == 0


def test_a_refused_code_is_said_on_the_page_and_by_the_command(
    fake: FakeZalo, page: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_zalo, "PAGE_SECONDS", 0.5)

    def browse(printed: str) -> None:
        query = urlsplit(approve(fake, printed).replace("code=code-", "code=other-")).query
        answer = page.get(f"/authorise/zalo?{query}")
        assert (answer.status_code, "không chấp nhận" in answer.text) == (400, True)

    with pytest.raises(SetupError, match="the page says why"):
        begun(monkeypatch, browse)
    assert fake.tokens.issued == 0


def test_an_authorisation_that_nobody_ended_is_over_after_a_quarter_of_an_hour(
    database_url: str, tmp_path: Path
) -> None:
    sealer = Sealer([b"k" * 32])
    with psycopg.connect(database_url) as connection:
        state = authorising.begin(connection, sealer, "zalo", "verifier")
        assert authorising.take(connection, sealer, "messenger", state) is None
        connection.execute("update authorisation set until = now() - interval '1 s'")
        assert authorising.take(connection, sealer, "zalo", state) is None
        assert not authorising.waits(connection, state)
