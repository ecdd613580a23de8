"""Commands that set up channels: ``./motcua channel --help``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.channel_messenger import app as messenger
from cli.paths import Home
from cli.specs import secret_file
from connectors.hooks import Hooks
from connectors.outbound import Outbound
from connectors.zalo.oauth import ZaloTokens, code_from, permission_url, pkce_of
from connectors.zalo.settings import ZaloSettings, load_zalo_settings
from core.errors import SetupError
from gateway.database import open_pool
from gateway.embedded import is_running, start_embedded, stop_embedded
from gateway.migrate import migrate
from gateway.sealing import Sealer
from gateway.settings import read_secrets
from gateway.token_store import PostgresTokens

app = typer.Typer(help="Set up channels.", no_args_is_help=True)
zalo = typer.Typer(help="Zalo Official Account.", no_args_is_help=True)
app.add_typer(zalo, name="zalo")
app.add_typer(messenger, name="messenger")
Redirected = Annotated[
    str | None, typer.Option("--redirected", help="The address the browser was sent back to; asked for when left out.")
]


@zalo.command()
def authorise(redirected: Redirected = None) -> None:
    """Get the first tokens of the OA: open the page, approve, and give back the address you were sent to."""
    settings = load_zalo_settings()
    if settings is None:
        raise SetupError("The Zalo channel is off: set MOTCUA_ZALO_APP_ID first (docs/channels.md).")
    if not settings.redirect_uri:
        raise SetupError("Set MOTCUA_ZALO_REDIRECT_URI to the callback address saved in Zalo's console.")
    home = Home.of_environment()
    pkce = pkce_of(secret_file(home.run / "zalo-authorise"))
    state = secret_file(home.run / "zalo-authorise-state")
    if redirected is None:
        typer.echo(f"1. Where the console has a Code Challenge, save this one: {pkce.challenge}")
        typer.echo(f"2. Open as administrator of the OA:\n{permission_url(settings, pkce.challenge, state)}")
        redirected = typer.prompt("3. Paste the address you were sent back to (valid for 10 minutes)", hide_input=True)
    exchange(settings, home, code_from(redirected, settings, state), pkce.verifier)
    (home.run / "zalo-authorise-state").unlink()  # the next authorisation is another; the verifier may be saved there
    typer.echo("The tokens are stored. The worker keeps them fresh; it need not be restarted.")


def exchange(settings: ZaloSettings, home: Home, code: str, verifier: str) -> None:
    """Turn a code into stored tokens, in the database that the assistant uses."""
    key_file = Path(os.environ.get("MOTCUA_TOKEN_KEY_FILE") or home.token_key_file)
    secret_file(key_file)
    sealer = Sealer([line.encode() for line in read_secrets(key_file)])
    external = os.environ.get("DATABASE_URL")
    ours = not external and not is_running(home.path)
    url = external or start_embedded(home.path)
    pool = open_pool(url, 2, "motcua-authorise")
    try:
        migrate(url)
        store = PostgresTokens(url, pool, sealer)
        outbound = Outbound("zalo", proxy=settings.proxy)
        ZaloTokens(settings, store, outbound, Hooks()).exchange(code, verifier)
    finally:
        pool.close()
        if ours:
            stop_embedded(home.path)
