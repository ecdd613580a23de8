"""First authorisations that wait for the browser: begun by a command, ended by a page (gateway/authorise_page.py).

What ties both ends together is a random ``state``: it is good for one return within a quarter of an hour, and the
database knows only its hash. The PKCE verifier beside it is sealed.
"""

from __future__ import annotations

import hashlib
import secrets

from gateway.database import Connection
from gateway.sealing import Sealed, Sealer

SECONDS = 900

_BEGIN = """
    insert into authorisation (state_hash, channel, key_id, verifier, until)
    values (%s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s))
"""
_TAKE = """
    delete from authorisation where state_hash = %s and channel = %s
    returning key_id, verifier, until > clock_timestamp()
"""


def begin(connection: Connection, sealer: Sealer, channel: str, verifier: str) -> str:
    """Store the verifier of an authorisation that begins, and return its state; those whose time is over go."""
    state = secrets.token_urlsafe(32)
    sealed = sealer.seal(verifier, f"authorise:{channel}")
    connection.execute("delete from authorisation where until < clock_timestamp()")
    connection.execute(_BEGIN, (_hash(state), channel, sealed.key_id, sealed.data, SECONDS))
    return state


def take(connection: Connection, sealer: Sealer, channel: str, state: str) -> str | None:
    """Return the verifier of a state, once; ``None`` when nothing waits under it."""
    row = connection.execute(_TAKE, (_hash(state), channel)).fetchone()
    if row is None or not row[2]:
        return None
    return sealer.open(Sealed(row[0], bytes(row[1])), f"authorise:{channel}")


def waits(connection: Connection, state: str) -> bool:
    """Tell whether the browser has not come back yet."""
    row = connection.execute("select 1 from authorisation where state_hash = %s", (_hash(state),)).fetchone()
    return row is not None


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
