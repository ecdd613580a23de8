"""Takes the pictures of ``docs/images`` on a running assistant: ``python docs/tools/screenshots.py URL``.

Needs Debian's chromium and chromium-driver; fonts-noto-core makes them look as on a phone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

IMAGES = Path(__file__).resolve().parents[1] / "images"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip
QUESTIONS = ("lam khai sinh cho con can giay to gi", "sao y giấy tờ hết bao nhiêu tiền?")


def main(url: str) -> None:
    """Ask two questions at phone width and at desktop width and save what a person sees."""
    for name, width, height, ratio in (("chat-phone", 390, 844, 2), ("chat-desktop", 1280, 800, 1)):
        with tempfile.TemporaryDirectory() as profile:
            browser = open_browser(profile)
            try:
                size = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": width < 500}
                browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                talk(browser, url)
                browser.save_screenshot(str(IMAGES / f"{name}.png"))
            finally:
                browser.quit()


def open_browser(profile: str) -> webdriver.Chrome:
    """Return a headless Chromium with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def talk(browser: webdriver.Chrome, url: str) -> None:
    """Ask the questions one after the other, each after the reply of the one before."""
    browser.get(url)
    for number, question in enumerate(QUESTIONS, start=1):
        box = browser.find_element(By.ID, "text")
        box.send_keys(question + Keys.ENTER)
        WebDriverWait(browser, 20).until(lambda b, n=number: replies(b) >= n)
        time.sleep(0.8)


def replies(browser: webdriver.Chrome) -> int:
    """Count the replies on the page."""
    return len(browser.find_elements(By.CSS_SELECTOR, "#log article"))


if __name__ == "__main__":
    main(sys.argv[1])
