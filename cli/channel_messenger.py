"""Commands that set up Messenger: ``./motcua channel messenger --help``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.paths import Home
from cli.specs import secret_file
from connectors.messenger import MessengerSettings, load_messenger_settings
from connectors.messenger.graph import Graph, judge
from connectors.messenger.profile import Profile
from connectors.outbound import Outbound
from core.errors import SetupError
from gateway.payload import PayloadSigner
from gateway.settings import read_secrets

app = typer.Typer(help="Facebook Messenger of one Page.", no_args_is_help=True)
FIELDS = (
    "messages", "messaging_postbacks", "messaging_referrals", "messaging_optins", "messaging_handovers",
    "message_echoes", "message_deliveries", "message_reads", "message_reactions", "message_edits", "standby",
    "messaging_policy_enforcement", "messaging_feedback",
)  # fmt: skip
Show = Annotated[bool, typer.Option("--show", help="Print what is set now, and change nothing.")]
Remove = Annotated[bool, typer.Option("--remove", help="Remove all four parts.")]


@app.command()
def profile(show: Show = False, remove: Remove = False) -> None:
    """Set the start button, the greeting, the menu and the ice breakers of the Page."""
    settings = _settings()
    page = Profile(Graph(settings, Outbound("messenger", proxy=settings.proxy)), _signer().sign)
    if show:
        typer.echo(json.dumps(page.read(), ensure_ascii=False, indent=2))
    elif remove:
        page.remove()
        typer.echo("The profile is removed.")
    else:
        page.set()
        typer.echo("The profile is set. It can take up to 24 hours until everybody sees it.")


@app.command()
def subscribe() -> None:
    """Subscribe the app to the Page's events; after an hour of failing deliveries the platform ends that."""
    settings = _settings()
    graph = Graph(settings, Outbound("messenger", proxy=settings.proxy))
    outcome, error = judge(graph.page("POST", "subscribed_apps", None, subscribed_fields=",".join(FIELDS)))
    if outcome:
        what = f"error {error.label} ({error.kind})" if error else outcome.code
        raise SetupError(f"Messenger did not subscribe the app: {what}.")
    typer.echo("The app receives the Page's events.")


def _settings() -> MessengerSettings:
    settings = load_messenger_settings()
    if settings is None:
        raise SetupError("The Messenger channel is off: set MOTCUA_MESSENGER_PAGE_ID first (docs/channels.md).")
    return settings


def _signer() -> PayloadSigner:
    """Return the signer of the running assistant: it has to know the menu's payloads again."""
    place = Path(os.environ.get("MOTCUA_SECRET_FILE") or Home.of_environment().secret_file)
    secret_file(place)
    return PayloadSigner([line.encode() for line in read_secrets(place)])
