"""Rasa's own Facebook channel around a stub agent; runs in the bot's environment, started by rasa_facebook.py.

The stub answers each message with its text after ``--delay`` seconds, so that only the channel is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import logging

import fbmessenger
from rasa.core.channels.channel import UserMessage
from rasa.core.channels.facebook import FacebookInput
from sanic import Sanic


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser()
    for name in ("--port", "--graph", "--secret", "--verify", "--token", "--delay"):
        parser.add_argument(name, required=True)
    words = parser.parse_args()
    _point_client_at(words.graph)

    async def answer(message: UserMessage) -> None:
        await asyncio.sleep(float(words.delay))
        await message.output_channel.send_text_message(message.sender_id, f"Anh/Chị vừa gửi: {message.text}")

    app = Sanic("rasa_facebook", configure_logging=False)
    channel = FacebookInput(words.verify, words.secret, words.token)
    app.blueprint(channel.blueprint(answer), url_prefix="/webhooks/facebook")
    logging.disable(logging.CRITICAL)
    app.run(host="127.0.0.1", port=int(words.port), access_log=False)


def _point_client_at(graph: str) -> None:
    """The client has the platform's address built in."""
    made = fbmessenger.MessengerClient.__init__

    def patched(self: fbmessenger.MessengerClient, *args: object, **kwargs: object) -> None:
        made(self, *args, **kwargs)
        self.graph_url = f"{graph}/v25.0"

    fbmessenger.MessengerClient.__init__ = patched


if __name__ == "__main__":
    main()
