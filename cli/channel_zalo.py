"""Commands that set up Zalo: ``./motcua channel zalo --help``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.database import database_address
from cli.paths import Home
from cli.specs import secret_file
from connectors.hooks import Hooks
from connectors.outbound import Outbound
from connectors.zalo.oauth import Pkce, ZaloTokens, code_from, permission_url, pkce_of
from connectors.zalo.settings import ZaloSettings, load_zalo_settings
from core.errors import SetupError
from gateway import authorising
from gateway.database import Pool, open_pool, transaction
from gateway.sealing import Sealer
from gateway.settings import read_secrets
from gateway.token_store import PostgresTokens

app = typer.Typer(help="Zalo Official Account.", no_args_is_help=True)
Redirected = Annotated[
    str | None, typer.Option("--redirected", help="The address the browser was sent back to; asked for when left out.")
]
ByPage = Annotated[
    bool, typer.Option("--page", help="The callback address is https://HOST/authorise/zalo of the running assistant.")
]
# The page stores the tokens after it has taken the browser back: a call to Zalo lies in between.
PAGE_SECONDS = 20.0


@app.callback()
def zalo() -> None:
    """Zalo Official Account."""


@dataclass(frozen=True)
class Desk:
    """What an authorisation needs; the verifier stays the same, as its challenge may be saved in the console."""

    settings: ZaloSettings
    run: Path
    url: str
    pool: Pool
    sealer: Sealer
    pkce: Pkce


@app.command()
def authorise(redirected: Redirected = None, page: ByPage = False) -> None:
    """Get the first tokens of the OA: open the page, approve, and give back the address you were sent to."""
    settings = load_zalo_settings()
    if settings is None:
        raise SetupError("The Zalo channel is off: set MOTCUA_ZALO_APP_ID first (docs/channels.md).")
    if not settings.redirect_uri:
        raise SetupError("Set MOTCUA_ZALO_REDIRECT_URI to the callback address saved in Zalo's console.")
    with _desk(settings, Home.of_environment()) as desk:
        _by_page(desk) if page else _by_hand(desk, redirected)
    typer.echo("The tokens are stored. The worker keeps them fresh; it need not be restarted.")


def exchange(settings: ZaloSettings, home: Home, code: str, verifier: str) -> None:
    """Turn a code into stored tokens, in the database that the assistant uses."""
    with _desk(settings, home) as desk:
        _tokens(desk).exchange(code, verifier)


@contextmanager
def _desk(settings: ZaloSettings, home: Home) -> Iterator[Desk]:
    with database_address(home) as url:
        pool = open_pool(url, 2, "motcua-authorise")
        try:
            yield Desk(settings, home.run, url, pool, _sealer(home), pkce_of(secret_file(home.run / "zalo-authorise")))
        finally:
            pool.close()


def _tokens(desk: Desk) -> ZaloTokens:
    store = PostgresTokens(desk.url, desk.pool, desk.sealer)
    return ZaloTokens(desk.settings, store, Outbound("zalo", proxy=desk.settings.proxy), Hooks())


def _by_hand(desk: Desk, redirected: str | None) -> None:
    """Ask for the address that the browser was sent back to, and turn its code into tokens."""
    kept = desk.run / "zalo-authorise-state"
    state = secret_file(kept)
    if redirected is None:
        _say_where(desk, state)
        redirected = typer.prompt("3. Paste the address you were sent back to (valid for 10 minutes)", hide_input=True)
    _tokens(desk).exchange(code_from(redirected, desk.settings, state), desk.pkce.verifier)
    kept.unlink()  # the next authorisation is another one


def _by_page(desk: Desk) -> None:
    """Wait until the gateway's page has taken the browser back and stored the tokens.

    Raises:
        SetupError: nobody came within a quarter of an hour, or the platform gave no tokens.
    """
    before = _refreshed_at(desk)
    with transaction(desk.pool) as connection:
        state = authorising.begin(connection, desk.sealer, "zalo", desk.pkce.verifier)
    _say_where(desk, state)
    typer.echo("3. The running assistant's page takes you back. Waiting (Ctrl-C gives up).")
    _wait_for_browser(desk, state)
    deadline = time.monotonic() + PAGE_SECONDS
    while _refreshed_at(desk) == before:
        if time.monotonic() > deadline:
            raise SetupError("No tokens came; the page says why. Run this again.")
        time.sleep(0.3)


def _wait_for_browser(desk: Desk, state: str) -> None:
    deadline = time.monotonic() + authorising.SECONDS
    while time.monotonic() < deadline:
        with transaction(desk.pool) as connection:
            if not authorising.waits(connection, state):
                return
        time.sleep(0.3)
    raise SetupError("Nobody came back in a quarter of an hour. Run this again.")


def _refreshed_at(desk: Desk) -> object:
    pair = PostgresTokens(desk.url, desk.pool, desk.sealer).read("zalo", desk.settings.oa_id)
    return pair and pair.refreshed_at


def _say_where(desk: Desk, state: str) -> None:
    typer.echo(f"1. Where the console has a Code Challenge, save this one: {desk.pkce.challenge}")
    typer.echo(f"2. Open as administrator of the OA:\n{permission_url(desk.settings, desk.pkce.challenge, state)}")


def _sealer(home: Home) -> Sealer:
    key_file = Path(os.environ.get("MOTCUA_TOKEN_KEY_FILE") or home.token_key_file)
    secret_file(key_file)
    return Sealer([line.encode() for line in read_secrets(key_file)])
