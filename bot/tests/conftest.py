"""A small real model, served by the real process, beside a throw-away action server."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from hypothesis import settings

# A property is about what holds, not about how long it takes on a machine with other work.
settings.register_profile("shared_machine", deadline=None)
settings.load_profile("shared_machine")

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-for-tests-only"
SMALL = {
    "greet": ["xin chào", "chào bạn", "chào", "hello", "chào em", "alo"],
    "thanks": ["cảm ơn", "cảm ơn bạn", "cám ơn nhé", "cảm ơn nhiều"],
    "ask_fee": [
        "lệ phí bao nhiêu",
        "thế lệ phí bao nhiêu",
        "mất bao nhiêu tiền",
        "[làm hộ chiếu](procedure) hết bao nhiêu",
    ],
    "ask_documents": ["cần giấy tờ gì", "[làm khai sinh](procedure) cần giấy tờ gì", "hồ sơ gồm những gì"],
    "out_of_scope": ["thời tiết hôm nay thế nào", "giá vàng hôm nay", "đội nào vô địch", "kể chuyện cười"],
}
CONFIG = """
recipe: default.v1
assistant_id: small
language: vi
pipeline:
  - name: viet_nlu.components.VietTokenizer
  - name: viet_nlu.entities.VietEntityExtractor
  - name: viet_nlu.classifier.VietIntentClassifier
policies:
  - name: RulePolicy
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def small_root(tmp_path_factory):
    """A check-out with five intents and one action."""
    root = tmp_path_factory.mktemp("root")
    (root / "config.yml").write_text(CONFIG, encoding="utf-8")
    (root / "nlu_data").mkdir()
    (root / "bot" / "domain").mkdir(parents=True)
    (root / "bot" / "viet_nlu").symlink_to(ROOT / "bot" / "viet_nlu")
    (root / "bot" / "uv.lock").symlink_to(ROOT / "bot" / "uv.lock")
    nlu = [{"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)} for intent, lines in SMALL.items()]
    rules = [{"rule": intent, "steps": [{"intent": intent}, {"action": "action_answer"}]} for intent in SMALL]
    domain = {"intents": [*SMALL, "choose_procedure"], "entities": ["procedure", "procedure_code"]}
    rules.append({"rule": "choose", "steps": [{"intent": "choose_procedure"}, {"action": "action_answer"}]})
    (root / "nlu_data" / "data.yml").write_text(
        yaml.safe_dump({"version": "3.1", "nlu": nlu, "rules": rules}, allow_unicode=True), encoding="utf-8"
    )
    (root / "bot" / "domain" / "domain.yml").write_text(
        yaml.safe_dump({"version": "3.1", **domain, "actions": ["action_answer"]}), encoding="utf-8"
    )
    return root


@pytest.fixture(scope="session")
def small_model(small_root, tmp_path_factory):
    """The path of the trained small model, made by the real command."""
    out = tmp_path_factory.mktemp("models")
    command = [sys.executable, "-m", "viet_nlu.train", "--out", str(out), "--root", str(small_root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def actions():
    """An action server that answers with what it was asked; the text KAPUTT makes it fail. ``calls`` counts turns."""

    calls = []

    async def webhook(request):
        tracker = (await request.json())["tracker"]
        latest = tracker["latest_message"]
        calls.append(latest["text"])
        if "KAPUTT" in latest["text"]:
            return web.json_response({"error": "broken"}, status=500)
        custom = {"text": "answer", "heard": latest["text"], "entities": [e["entity"] for e in latest["entities"]]}
        return web.json_response({"events": [], "responses": [{"custom": custom}]})

    app = web.Application(client_max_size=2**24)
    app.router.add_post("/webhook", webhook)
    port, loop = free_port(), asyncio.new_event_loop()

    async def start():
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}/webhook", calls
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@dataclass
class Bot:
    """A running bot process; ``post`` sends a turn and returns (status, body)."""

    process: subprocess.Popen
    port: int
    log: Path

    def get(self):
        return self._call(urllib.request.Request(f"http://127.0.0.1:{self.port}/webhooks/motcua/"))

    def post(self, body, token=TOKEN):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        url = f"http://127.0.0.1:{self.port}/webhooks/motcua/webhook"
        return self._call(urllib.request.Request(url, data=data, headers=headers))

    def ask(self, sender, message_id, text, **metadata):
        return self.post({"sender": sender, "message_id": message_id, "text": text, "metadata": metadata})

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def _call(self, request):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="session")
def start_bot(small_model, actions, tmp_path_factory):
    """A function that starts the bot on a database file and waits until it is ready."""
    folder, running = tmp_path_factory.mktemp("bot"), []

    def start(database):
        port, log = free_port(), folder / f"{len(running)}.log"
        environment = os.environ | {
            "TRACKER_URL": f"sqlite:///{folder / database}",
            "MOTCUA_ACTIONS_URL": actions[0],
            "MOTCUA_BOT_TOKEN": TOKEN,
        }
        command = [sys.executable, "-m", "viet_nlu.serve", "--model", str(small_model), "--port", str(port)]
        command += ["--endpoints", str(ROOT / "bot" / "endpoints.yml")]
        command += ["--credentials", str(ROOT / "bot" / "credentials.yml")]
        with log.open("w") as file:
            process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
        bot = Bot(process, port, log)
        running.append(bot)
        _wait(bot)
        return bot

    yield start
    for bot in running:
        if bot.process.poll() is None:
            bot.stop()


def _wait(bot, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert bot.process.poll() is None, bot.log.read_text()
        try:
            if bot.get()[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError(bot.log.read_text())
