"""A small HTTP load generator: constant rate (an open model), or as fast as the answers come.

Times are taken from the moment a request was due, not from when it was sent: a slow server cannot hide its queue.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

Make = Callable[[int], tuple[str, bytes, dict[str, str]]]
"""Gives path, body and headers of request number n."""


@dataclass(frozen=True)
class Shot:
    """One request: its number, status (0: no answer) and seconds from when it was due."""

    number: int
    status: int
    seconds: float


class Connection:
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Post and return the status, 0 when the connection broke."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                           if line.startswith(b"content-length:")), 0)  # fmt: skip
            await reader.readexactly(length)
            return int(head.split(b" ", 2)[1])
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return 0

    def close(self) -> None:
        """Close."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def constant_rate(port: int, make: Make, rate: float, seconds: float, connections: int = 64) -> list[Shot]:
    """Send ``rate`` requests a second, whatever the answers do; waits for a connection count as the server's time."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(Connection(port))
    began, shots = time.perf_counter() + 0.1, []

    async def fire(number: int, due: float) -> None:
        path, body, headers = make(number)
        connection = await free.get()
        status = await connection.post(path, body, headers)
        free.put_nowait(connection)
        shots.append(Shot(number, status, time.perf_counter() - due))

    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(fire(number, due))
    while not free.empty():
        free.get_nowait().close()
    return shots


async def saturate(port: int, make: Make, seconds: float, connections: int = 16, first: int = 0) -> list[Shot]:
    """Send as fast as the answers come."""
    shots: list[Shot] = []
    stop = time.perf_counter() + seconds

    async def run(lane: int) -> None:
        connection, number = Connection(port), first + lane
        while time.perf_counter() < stop:
            began = time.perf_counter()
            status = await connection.post(*make(number))
            shots.append(Shot(number, status, time.perf_counter() - began))
            number += connections
        connection.close()

    await asyncio.gather(*(run(lane) for lane in range(connections)))
    return shots


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
