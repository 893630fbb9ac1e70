"""Take the pictures of the page: `python docs/pictures/take.py`.

Serves the bundled documents from `index/`, then with a review desk, and looks at each state on a
desktop and on a phone. Needs Debian's chromium and playwright.
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from qa.assistant import Assistant
from qa.live import LiveAssistant
from qa.settings import load_settings
from qa.web.server import bound, create_app, server

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"desktop": (1280, 860), "phone": (390, 800)}
HERE = Path(__file__).parent
QUESTION = "Will it give me weird dreams?"


def ask(page: Page, question: str) -> None:
    """Ask and wait until the answer and what helps to read it are shown."""
    turns = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.turn').length > n && !document.querySelector('.looking')",
        arg=turns,
        timeout=60_000,
    )
    page.wait_for_selector(".turn:last-child[data-helped=done]", timeout=60_000)
    page.wait_for_timeout(900)


def patients(browser: Browser, url: str) -> None:
    """Every state of the patients' page."""
    for name, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            suffix = name if scheme == "light" else f"{name}-dark"
            page.goto(url)
            page.wait_for_selector("#question textarea")
            page.wait_for_timeout(600)
            page.screenshot(path=HERE / f"start-{suffix}.png")
            ask(page, QUESTION)
            page.screenshot(path=HERE / f"answer-{suffix}.png")
            if scheme == "dark":
                page.close()
                continue
            page.locator(".term").first.hover()
            page.wait_for_timeout(300)
            page.screenshot(path=HERE / f"term-{suffix}.png")
            page.locator("article.quote cite").first.click()
            page.wait_for_selector("#source-pane #quote")
            page.wait_for_timeout(500)
            page.screenshot(path=HERE / f"source-{suffix}.png")
            page.keyboard.press("Escape")
            page.click("#again")
            page.wait_for_selector(".examples")
            ask(page, "does it make your hair fall out")
            page.screenshot(path=HERE / f"refusal-{suffix}.png")
            page.click("#again")
            page.wait_for_selector(".examples")
            ask(page, "Is it hard on the liver?")
            page.screenshot(path=HERE / f"differ-{suffix}.png")
            ask(page, "I took too much and I can't breathe")
            page.screenshot(path=HERE / f"urgent-{suffix}.png")
            page.close()


def staff(browser: Browser, url: str) -> None:
    """The desk: queue, an answer, gaps."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(url)
    page.wait_for_selector("#question textarea")
    page.check("#consent input")
    for question in (QUESTION, "does it make your hair fall out", "will my hair go thin"):
        ask(page, question)
    page.goto(f"{url}review/")
    page.fill("[name=user]", "staff")
    page.fill("[name=password]", "picture")
    page.click("button.main")
    page.screenshot(path=HERE / "desk-queue.png")
    page.locator("a.row").last.click()
    page.wait_for_selector("#source-content-here #quote")
    page.wait_for_timeout(300)
    page.screenshot(path=HERE / "desk-answer.png")
    page.goto(f"{url}review/gaps")
    page.screenshot(path=HERE / "desk-gaps.png")
    page.close()


def main() -> None:
    """Serve, look, and write the pictures beside this file."""
    settings = load_settings()
    assistant = Assistant.open(settings.index, settings)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with_desk = settings.model_copy(
            update={
                "review": Path(folder) / "kept.sqlite",
                "review_user": "staff",
                "review_password": SecretStr("picture"),
            }
        )
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for taken, look in ((settings, patients), (with_desk, staff)):
            with bound(taken.model_copy(update={"port": 0})) as listening:
                running = server(create_app(LiveAssistant(assistant), taken))
                threading.Thread(
                    target=running.run, kwargs={"sockets": [listening]}, daemon=True
                ).start()
                while not running.started:
                    time.sleep(0.05)
                look(browser, f"http://127.0.0.1:{listening.getsockname()[1]}/")
                running.should_exit = True
                time.sleep(4)
        browser.close()


if __name__ == "__main__":
    main()
