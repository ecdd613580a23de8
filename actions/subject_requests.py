"""Requests under data-protection law: written down here, carried out by the worker (``gateway.erasure``)."""

from __future__ import annotations

import uuid
from typing import Literal

from dossiers.schema import Transactions, guarded

Kind = Literal["erase", "withdraw"]
# Law 91/2025/QH15 and Decree 356/2025/NĐ-CP give 15 days for a withdrawal; what is asked twice is one request.
_ASK = """
    insert into subject_request (channel, event_id, conversation, kind, due_at)
    select split_part(%(conversation)s, ':', 1), %(event)s, %(conversation)s, %(kind)s,
           clock_timestamp() + interval '15 days'
    where not exists (
        select 1 from subject_request where conversation = %(conversation)s and kind = %(kind)s and state = 'open')
"""


def ask(transactions: Transactions, conversation: str, kind: Kind) -> None:
    """Write a request down.

    Raises:
        DossierUnavailable: the database is away; nothing was written.
    """
    with guarded(transactions)() as connection:
        values = {"conversation": conversation, "event": f"chat:{uuid.uuid4().hex}", "kind": kind}
        connection.execute(_ASK, values)
