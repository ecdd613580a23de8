"""The Graph API of one Page: addresses, token and proof, and answers translated into outcomes."""

from __future__ import annotations

from typing import Any

from connectors.base import Outcome
from connectors.messenger.errors import GraphError, error_outcome, read_error
from connectors.messenger.settings import MessengerSettings, appsecret_proof
from connectors.outbound import Answer, Outbound, Request, transport_outcome

Json = dict[str, Any]


class Graph:
    """Calls of one Page. The token goes into the query as the platform's documents say; addresses are never logged."""

    def __init__(self, settings: MessengerSettings, outbound: Outbound) -> None:
        self._settings, self._outbound = settings, outbound

    def call(self, method: str, path: str, endpoint: str, body: Json | None = None, **params: str) -> Answer:
        """Make one call; ``endpoint`` is its fixed name in logs and metrics."""
        token = self._settings.page_token()
        query = params | {"access_token": token}
        if self._settings.proof and self._settings.app_secrets:
            query["appsecret_proof"] = appsecret_proof(self._settings.app_secrets[0], token)
        url = f"{self._settings.graph_url}/{self._settings.version}/{path}"
        return self._outbound.call(Request(method, url, endpoint, params=query, json=body))

    def page(self, method: str, edge: str, body: Json | None = None, **params: str) -> Answer:
        """Make one call on an edge of the Page, such as ``messages``."""
        return self.call(method, f"{self._settings.page_id}/{edge}", edge, body, **params)


def judge(answer: Answer) -> tuple[Outcome | None, GraphError | None]:
    """Return what becomes of a message after an answer that is no success, and the platform's error if it named one.

    ``None`` for the outcome: the platform did what was asked. An error body counts more than the status: transient
    faults come with 500, and so do some that are final.
    """
    error = read_error(answer.body)
    if error:
        return error_outcome(error, answer.status, answer.retry_after), error
    common = transport_outcome(answer)
    if common:
        return common, None
    if answer.status is not None and answer.status >= 300:
        return Outcome("dead", answer.status, f"http_{answer.status}"), None
    return None, None
