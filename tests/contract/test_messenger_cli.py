"""Messenger's commands against the fake platform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.channel_messenger import app
from cli.platforms import MessengerCitizen
from connectors.fakes.graph import FakeGraph
from gateway.payload import PayloadSigner
from gateway.settings import read_secrets
from tests.messenger_books import environment


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    with FakeGraph("http://127.0.0.1:9/") as fake:
        for name, value in environment(tmp_path, fake.url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("MOTCUA_SECRET_FILE", str(tmp_path / "secret"))
        yield fake


def test_the_profile_is_set_shown_and_removed(graph: FakeGraph, tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(app, ["profile"]).exit_code == 0
    signer = PayloadSigner([line.encode() for line in read_secrets(tmp_path / "secret")])
    assert signer.verify(graph.profile.values["get_started"]["payload"]) == "/greet"
    assert "tự động" in graph.profile.values["greeting"][0]["text"]
    printed = json.loads(run.invoke(app, ["profile", "--show"]).output)
    assert printed == graph.profile.values
    assert run.invoke(app, ["profile", "--remove"]).exit_code == 0
    assert graph.profile.values == {}


def test_the_app_is_subscribed(graph: FakeGraph) -> None:
    assert CliRunner().invoke(app, ["subscribe"]).exit_code == 0
    assert graph.errors == []


def test_a_channel_that_is_off_says_what_to_set(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTCUA_MESSENGER_PAGE_ID")
    error = CliRunner().invoke(app, ["profile"]).exception
    assert "MOTCUA_MESSENGER_PAGE_ID" in str(error)


def test_a_simulated_citizen_taps_what_was_shown() -> None:
    platform = MessengerCitizen("http://127.0.0.1:9/")
    quick = {"text": "Nào?", "quick_replies": [{"title": "1", "payload": "mc1.a.b"}]}
    card = {"attachment": {"payload": {"elements": [{"title": "Khai sinh", "buttons": [{"payload": "mc1.c.d"}]}]}}}
    assert platform.shown(quick).buttons == (("1", "mc1.a.b"),)
    assert platform.shown(card).buttons == (("Khai sinh", "mc1.c.d"),)
    platform._folder.cleanup()
