"""Requests made from the gateway's own OpenAPI: none fails, none hangs, and nothing unsigned is stored."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cli.specs import answers, free_port
from connectors.fakes.graph_people import App as GraphApp
from connectors.fakes.zalo_people import App as ZaloApp
from connectors.fakes.zalo_webhook import signature
from connectors.messenger import MessengerSettings
from connectors.messenger.verify import sign
from connectors.web_token import mint_token
from connectors.zalo import ZaloSettings
from connectors.zalo.names import ANONYMOUS_MESSAGES, KINDS, USER_MESSAGES
from gateway.app import create_app
from gateway.main import build_channels
from gateway.migrate import migrate
from gateway.settings import Settings

KEY = b"k" * 32
PAGE, OA = GraphApp(), ZaloApp()
BASE = Settings("", Path("home"), "127.0.0.1", 0, "http://127.0.0.1:9", "t" * 16, (KEY,), token_keys=(KEY,))
SCHEMA = schemathesis.openapi.from_dict(create_app(BASE, {}).openapi()).include(path_regex="^/(web|webhooks)/")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# A long poll is meant to take its time; a longer one would only make the test longer.
LONGEST_POLL, HANG = 0.2, 1.0
STAMP = "1767225600000"
bounded = settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
                   suppress_health_check=list(HealthCheck))  # fmt: skip


@dataclass
class Api:
    """A gateway without a worker, so that whatever was stored stays as it came."""

    url: str
    database: psycopg.Connection[Any]
    session: requests.Session

    def rows(self) -> tuple[int, int]:
        """How many messages and platform events are stored."""
        count = "select (select count(*) from inbox), (select count(*) from platform_event)"
        row = self.database.execute(count).fetchone()
        assert row is not None
        return row[0], row[1]

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Send a request and demand an answer in time; a busy machine may be slow once, a hang is slow again."""
        took = 2 * HANG
        for _ in range(2):
            started = time.monotonic()
            answer = self.session.send(request, timeout=10, allow_redirects=False)
            took = time.monotonic() - started
            if took < HANG:
                break
        assert took < HANG, f"{request.method} {request.url}: {took:.1f} s"
        return answer

    def prepared(self, case: Any, headers: dict[str, str] | None = None) -> requests.PreparedRequest:
        """The request of a case with its body as bytes, and further headers."""
        if (wait := case.query.get("wait")) and isinstance(wait, int | float) and LONGEST_POLL < wait <= 25:
            case.query["wait"] = LONGEST_POLL
        parts = case.as_transport_kwargs(base_url=self.url)
        parts["headers"] = {**parts["headers"], **(headers or {})}
        names = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
        return self.session.prepare_request(requests.Request(**{name: parts.get(name) for name in names}))


@pytest.fixture(scope="module")
def api(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("create database schemathesis")
    url = postgres_server.replace("/motcua?", "/schemathesis?")
    migrate(url)
    zalo = ZaloSettings(OA.app_id, OA.oa_id, OA.app_secret, (OA.oa_secret,))
    page = MessengerSettings(PAGE.page_id, PAGE.app_id, Path("token"), (PAGE.secret,), ("verify",))
    given_settings = replace(BASE, database_url=url, home=tmp_path_factory.mktemp("home"), port=free_port(), zalo=zalo,
                             messenger=page)  # fmt: skip
    app = create_app(given_settings, build_channels(given_settings))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=given_settings.port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{given_settings.port}"
    deadline = time.monotonic() + 20
    while not answers(f"{address}/livez"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with requests.Session() as session, psycopg.connect(url, autocommit=True) as database:
        session.trust_env = False
        yield Api(address, database, session)
    server.should_exit = True
    thread.join(10)


def test_the_description_of_the_interface_is_not_served(api: Api) -> None:
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert requests.get(api.url + path, timeout=5).status_code == 404


def test_the_description_has_every_route_of_the_web_channel_and_the_webhooks() -> None:
    found = {f"{result.ok().method.upper()} {result.ok().path}" for result in SCHEMA.get_all_operations()}
    assert found == {"POST /web/conversations", "POST /web/messages", "GET /web/messages", "GET /webhooks/{name}",
                     "POST /webhooks/{name}"}  # fmt: skip


@SCHEMA.parametrize()
@bounded
def test_whatever_comes_unsigned_is_answered_in_time_and_not_stored(api: Api, case: Any) -> None:
    before = api.rows()
    for name in ("zalo", "messenger", None) if case.path == "/webhooks/{name}" else (None,):
        if name:
            case.path_parameters["name"] = name
        request = api.prepared(case)
        answer = api.send(request)
        case.validate_response(answer, checks=CHECKS)
        assert case.method != "POST" or case.path == "/web/conversations" or answer.status_code != 202
    assert api.rows() == before


@SCHEMA.include(path="/web/messages").parametrize()
@bounded
def test_with_its_token_a_conversation_takes_a_message_or_says_why_not(api: Api, case: Any) -> None:
    before = api.rows()[0]
    token = mint_token(KEY, "web:test:schema")
    answer = api.send(api.prepared(case, {"Authorization": f"Bearer {token}"}))
    case.validate_response(answer, checks=CHECKS)
    new = answer.status_code == 202 and not answer.json()["duplicate"]
    assert api.rows()[0] - before == new


def test_the_signature_decides_what_is_stored(api: Api) -> None:
    message = {"event_name": "user_send_text", "sender": {"id": "7"}, "message": {"msg_id": "signed", "text": "a"}}
    item = {"sender": {"id": "7"}, "recipient": {"id": PAGE.page_id}, "message": {"mid": "signed", "text": "a"}}
    for name, (raw, headers) in {"zalo": zalo_body(message), "messenger": messenger_body([item])}.items():
        for given_headers, stored in (({}, 0), (headers, 1)):
            before = api.rows()[0]
            requests.post(f"{api.url}/webhooks/{name}", data=raw, headers=given_headers, timeout=5)
            assert api.rows()[0] - before == stored


# What platforms might put anywhere: plain values, and those on which readers and databases stumble.
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["\x00", "\ud800", "9" * 400, 10**400, STAMP, OA.oa_id, PAGE.page_id, "7", "é" * 5000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "text", "mid", "msg_id", "payload", "type", "attachments", "coordinates", "lat", "long", "latitude",
         "longitude", "quick_reply", "metadata", "app_id", "is_echo"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


def fields(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), VALUES, max_size=5)


def zalo_body(event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    raw = json.dumps({**event, "app_id": OA.app_id, "timestamp": STAMP}).encode()
    return raw, {"X-ZEvent-Signature": f"mac={signature(OA.app_id, raw, STAMP, OA.oa_secret)}"}


def messenger_body(items: list[dict[str, Any]]) -> tuple[bytes, dict[str, str]]:
    raw = json.dumps({"object": "page", "entry": [{"id": PAGE.page_id, "time": 1, "messaging": items}]}).encode()
    return raw, {"X-Hub-Signature-256": sign(raw, PAGE.secret)}


ZALO = st.builds(
    lambda name, event, person: zalo_body({"sender": {"id": person}, **event, "event_name": name}),
    st.sampled_from(sorted({*KINDS, *USER_MESSAGES, *ANONYMOUS_MESSAGES})),
    fields("sender", "recipient", "message", "follower", "user_id", "oa_id", "info", "data", "source", "reason"),
    st.sampled_from(["7", "8"]),
)
MESSENGER = st.lists(fields("sender", "recipient", "timestamp", "message", "postback", "reaction", "read", "referral",
                            "optin", "pass_thread_control", "policy_enforcement", "response_feedback").map(
    lambda item: {"sender": {"id": "7"}, **item}), max_size=3).map(messenger_body)  # fmt: skip


@pytest.mark.parametrize("name", ["zalo", "messenger"])
@settings(bounded, max_examples=40)
@given(data=st.data())
def test_a_signed_body_is_taken_whatever_its_fields_hold_and_stored_once(api: Api, name: str, data: Any) -> None:
    raw, headers = data.draw(ZALO if name == "zalo" else MESSENGER)
    before = api.rows()[0]
    request = requests.Request("POST", f"{api.url}/webhooks/{name}", data=raw, headers=headers)
    answer = api.send(api.session.prepare_request(request))
    assert answer.status_code == 200
    assert api.rows()[0] - before == answer.json()["accepted"]
    stored = api.rows()
    assert api.send(api.session.prepare_request(request)).json() == {"accepted": 0}
    assert api.rows() == stored
