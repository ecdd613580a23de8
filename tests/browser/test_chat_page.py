"""The chat page in a real browser over the real gateway and worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.gateway_stack import Stack, free_port, wait_until

pytestmark = pytest.mark.browser


class Page:
    """The chat page as a person meets it."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser = browser
        browser.get(url)
        self.wait_ready()

    def wait_ready(self) -> None:
        wait_until(lambda: self.browser.find_elements(By.CSS_SELECTOR, "#state.on"), 20)

    def say(self, text: str) -> None:
        self.browser.find_element(By.ID, "text").send_keys(text, Keys.ENTER)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        return self.browser.execute_script(script, selector)

    @property
    def mine(self) -> list[str]:
        return self.texts(".turn.in .bubble")

    @property
    def replies(self) -> list[str]:
        return self.texts(".turn.out .bubble")

    def wait_replies(self, count: int, seconds: float = 20) -> None:
        wait_until(lambda: len(self.replies) >= count, seconds)

    def errors(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture
def page(browser: Any, stack: Stack) -> Iterator[Page]:
    yield Page(browser, stack.url + "/")


def test_a_question_is_answered_and_the_page_says_what_it_is(page: Page) -> None:
    shown = page.browser.find_element(By.TAG_NAME, "main").text
    assert "hệ thống tự động" in shown
    assert "đừng gửi ảnh giấy tờ" in shown
    page.say("làm khai sinh, nguồn ở đâu?")
    page.wait_replies(1)
    assert page.mine == ["làm khai sinh, nguồn ở đâu?"]
    source = page.texts(".sources")[0]
    for words in ("1.001193", "1872/QĐ-BTP", "01/11/2026"):
        assert words in source
    link = page.browser.find_element(By.CSS_SELECTOR, ".sources a")
    assert link.get_attribute("href").startswith("https://dichvucong.gov.vn")
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert page.errors() == []


def test_a_button_is_pressed_once_and_its_title_is_shown(page: Page) -> None:
    page.say("chọn giúp tôi")
    page.wait_replies(1)
    button = page.browser.find_elements(By.CSS_SELECTOR, ".options button")[1]
    button.click()
    button.click()
    page.wait_replies(2)
    assert page.mine == ["chọn giúp tôi", "Lệ phí"]
    assert "/choose_procedure" in page.replies[1]
    assert button.get_attribute("aria-pressed") == "true"


def test_what_people_and_bots_write_stays_text(page: Page) -> None:
    page.say("<img src=x onerror=document.title='xong'> javascript:alert(1) http://a.vn https://b.vn/x.")
    page.wait_replies(1)
    assert "<img src=x" in page.mine[0]
    assert page.browser.title == "Trợ lý Một cửa"
    links = page.browser.find_elements(By.CSS_SELECTOR, ".bubble a")
    assert [link.get_attribute("href") for link in links] == ["https://b.vn/x"]


def test_the_conversation_is_there_after_a_reload_and_gone_with_a_new_one(page: Page) -> None:
    page.say("câu một")
    page.wait_replies(1)
    page.browser.refresh()
    page.wait_ready()
    page.wait_replies(1)
    assert (page.mine, len(page.replies)) == (["câu một"], 1)
    page.browser.find_element(By.ID, "fresh").click()
    page.wait_ready()
    assert (page.mine, page.replies) == ([], [])
    assert page.browser.find_element(By.ID, "welcome").is_displayed()
    page.say("câu hai")
    page.wait_replies(1)
    assert page.mine == ["câu hai"]


def test_a_killed_gateway_costs_no_message_and_doubles_none(page: Page, stack: Stack) -> None:
    page.say("câu 1")
    page.wait_replies(1)
    stack.kill(stack.gateway)
    page.say("câu 2")
    page.say("câu 3")
    stack.gateway = stack.start("gateway")
    page.wait_replies(3, 40)
    page.say("chờ 0.5 câu 4")
    wait_until(lambda: any("câu 4" in text for _, text in stack.bot.order))
    stack.kill(stack.gateway)  # after the acknowledgement, before the reply
    stack.gateway = stack.start("gateway")
    page.wait_replies(4, 40)
    asked = ["câu 1", "câu 2", "câu 3", "chờ 0.5 câu 4"]
    assert page.mine == asked
    assert page.replies == [f"Anh/Chị vừa gửi: {text}" for text in asked]
    assert [text for _, text in stack.bot.order] == asked


def test_without_sockets_the_page_polls(browser: Any, stack: Stack) -> None:
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.WebSocket"})
    page = Page(browser, stack.url + "/")
    page.say("câu 1")
    page.wait_replies(1)
    page.say("câu 2")
    page.wait_replies(2)
    assert page.mine == ["câu 1", "câu 2"]
    assert len(page.replies) == 2


def test_it_works_with_the_keyboard_alone_and_speaks_to_screen_readers(page: Page) -> None:
    body, active = page.browser.find_element(By.TAG_NAME, "body"), page.browser.switch_to
    body.send_keys(Keys.TAB)
    assert active.active_element.text == "Đến ô nhập câu hỏi"
    active.active_element.send_keys(Keys.ENTER)
    assert active.active_element.get_attribute("id") == "text"
    log = page.browser.find_element(By.ID, "log")
    assert (log.get_attribute("role"), log.get_attribute("aria-live")) == ("log", "polite")
    nameless = page.browser.execute_script(
        "return [...document.querySelectorAll('button, a, textarea')].filter((e) => e.checkVisibility() &&"
        " !(e.textContent.trim() || e.ariaLabel || (e.labels && e.labels.length))).length"
    )
    assert nameless == 0


def test_targets_are_large_enough_also_with_text_at_double_size(page: Page) -> None:
    page.say("chọn")
    page.wait_replies(1)
    measure = (
        "return [...document.querySelectorAll('button, textarea, .hint a')].filter((e) => e.checkVisibility())"
        ".map((e) => { const b = e.getBoundingClientRect(); return [e.id || e.textContent, b.width, b.height] })"
    )
    for name, width, height in page.browser.execute_script(measure):
        assert width >= 44, name
        assert height >= 44, name
    page.browser.execute_script("document.documentElement.style.fontSize = '212.5%'")
    wide = page.browser.execute_script("return document.documentElement.scrollWidth > innerWidth")
    assert wide is False
    assert page.browser.find_element(By.ID, "send").is_displayed()


def test_the_widget_opens_over_another_site_and_closes_with_escape(
    browser: Any, database_url: str, tmp_path: Path
) -> None:
    site_port = free_port()
    site = tmp_path / "site"
    site.mkdir()
    with Stack(database_url, tmp_path / "home", MOTCUA_FRAME_ANCESTORS=f"http://localhost:{site_port}") as stack:
        (site / "index.html").write_text(f'<h1>Cổng</h1><script src="{stack.url}/widget.js" defer></script>')
        handler = partial(SimpleHTTPRequestHandler, directory=str(site))
        with ThreadingHTTPServer(("127.0.0.1", site_port), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser.get(f"http://localhost:{site_port}/")
            wait_until(lambda: browser.find_elements(By.ID, "motcua-open"))
            button = browser.find_element(By.ID, "motcua-open")
            button.send_keys(Keys.ENTER)
            frame = browser.find_element(By.ID, "motcua-frame")
            browser.switch_to.frame(frame)
            wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "#state.on"), 20)
            browser.find_element(By.ID, "text").send_keys("xin chào", Keys.ENTER)
            wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, ".turn.out"))
            browser.find_element(By.ID, "text").send_keys(Keys.ESCAPE)
            browser.switch_to.default_content()
            wait_until(lambda: not frame.is_displayed())
            assert browser.switch_to.active_element == button
            server.shutdown()
