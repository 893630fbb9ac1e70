"""The real page in a real browser; every test here needs chromium."""

import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa.live import LiveAssistant
from qa.settings import Settings
from qa.web.server import bound, create_app, server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]


def pytest_sessionfinish():
    """Let workers end that still read for a page that is closed: torch can't be cut short."""
    for worker in threading.enumerate():
        if worker.name.startswith("AnyIO worker"):
            worker.join(15)


@contextmanager
def served(assistant, settings):
    """Serve an assistant at a free port; gives (address, what is live)."""
    with bound(settings.model_copy(update={"port": 0})) as listening:
        port = listening.getsockname()[1]
        live = LiveAssistant(assistant)
        running = server(create_app(live, settings))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}/", live
        finally:
            running.should_exit = True
            thread.join(30)


@pytest.fixture(scope="session")
def page_url(assistant):
    """Address of the page as it is by default, over the session's assistant."""
    with served(assistant, Settings()) as (url, _):
        yield url


@pytest.fixture(scope="session")
def browser():
    """One chromium for all tests."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser):
    """Makes a page of its own session; every request is noted in `page.requested`."""
    contexts = []

    def new(width=1280, height=860, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(new_page, page_url):
    """Opens the patients' page in a fresh session."""

    def open_(width=1280, height=860, url=page_url, **options):
        page = new_page(width, height, **options)
        page.goto(url)
        page.wait_for_selector("#question textarea")
        return page

    return open_


def ask(page, question):
    """Ask, and wait for the answer; gives its turn."""
    turns = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    return answered(page, turns)


def answered(page, turns):
    """Wait until there are more than `turns` turns, the last one answered."""
    page.wait_for_function(
        "turns => document.querySelectorAll('.turn').length > turns"
        " && !document.querySelector('.looking')",
        arg=turns,
        timeout=60_000,
    )
    return page.locator(".turn").last


def helped(page):
    """Wait until what helps to read the last turn has come."""
    page.wait_for_selector(".turn:last-child[data-helped=done]", timeout=60_000)
