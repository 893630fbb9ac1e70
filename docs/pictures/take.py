"""Take the pictures of the page: `python docs/pictures/take.py URL` while it is served.

Needs Debian's chromium and playwright.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"desktop": (1280, 860), "phone": (390, 800)}
HERE = Path(__file__).parent


def ask(page: Page, question: str, turn: int) -> None:
    """Ask and wait until the answer is shown."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.turn').length >= n"
        " && !document.querySelector('.looking')",
        arg=turn,
        timeout=60_000,
    )
    page.wait_for_timeout(900)


def main(url: str) -> None:
    """Answer, source pane, refusal and urgent notice, each on a desktop and on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for name, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(url)
            page.wait_for_selector("#question textarea")
            ask(page, "Will it give me weird dreams?", 1)
            page.screenshot(path=HERE / f"answer-{name}.png")
            page.locator("article.quote").first.click()
            page.wait_for_selector("#source-pane #quote")
            page.wait_for_timeout(500)
            page.screenshot(path=HERE / f"source-{name}.png")
            page.keyboard.press("Escape")
            ask(page, "Can I give it to my dog?", 2)
            page.screenshot(path=HERE / f"refusal-{name}.png")
            ask(page, "I took too much and I can't breathe", 3)
            page.screenshot(path=HERE / f"urgent-{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
