"""The real page in a real browser; every test here needs chromium."""

import socket
from pathlib import Path

import pytest

from qa.settings import Settings
from qa.web.page import build_page, launch_options

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def page_url(assistant):
    """Address of the page, served over the session's assistant."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(host="127.0.0.1", port=port)
    page = build_page(assistant, settings)
    page.launch(**launch_options(assistant, settings), prevent_thread_lock=True)
    yield f"http://127.0.0.1:{port}/"
    page.close()


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
def open_page(browser, page_url):
    """Opens the page in a fresh session; every request is noted in `page.requested`."""
    contexts = []

    def open_(width=1280, height=860):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.goto(page_url)
        page.wait_for_selector("#question textarea")
        return page

    yield open_
    for context in contexts:
        context.close()
