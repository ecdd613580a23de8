"""Fetching what citizens attached: only from the platform's own hosts, without any token, up to a cap."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from connectors.outbound import Outbound, Request
from core.errors import BadInput, Unavailable

MAX_BYTES = 5_000_000


def allowed(url: str, hosts: Sequence[str]) -> bool:
    """Tell whether an address is on one of the hosts or below it, by name, on the usual port, without credentials."""
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    usual = port in (None, 80, 443)
    plain = parts.username is None and parts.password is None and url.isascii() and not set(url) & set(" \\\t\r\n")
    on_host = any(name == host or name.endswith(f".{host}") for host in hosts)
    return parts.scheme in ("http", "https") and usual and plain and on_host


def fetch(outbound: Outbound, url: str, hosts: Sequence[str], max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes at an allowed address; plain ``http`` is asked for over https. Redirects are not followed.

    Raises:
        BadInput: the address is not allowed, or what is there is over the cap.
        Unavailable: it cannot be fetched now.
    """
    if not allowed(url, hosts):
        raise BadInput("media from this host are not fetched")
    parts = urlsplit(url)
    secure = urlunsplit(("https", parts.hostname or "", parts.path, parts.query, ""))
    answer = outbound.call(Request("GET", secure, "media"), want_json=False, max_bytes=max_bytes)
    if answer.fault == "too_large":
        raise BadInput("the attachment is too large")
    if answer.fault or answer.status != 200:
        raise Unavailable("the attachment cannot be fetched now")
    return answer.raw
