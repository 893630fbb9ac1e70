"""axe-core finds nothing serious in any state of the page, light or dark."""

from importlib.resources import files

import pytest

from tests.browser.conftest import ask, helped

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def assert_accessible(page):
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    grave = [
        (issue["id"], [node["html"][:200] for node in issue["nodes"]])
        for issue in found["violations"]
        if issue["impact"] in ("serious", "critical")
    ]
    assert grave == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_page_is_accessible(open_page, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    assert page.get_attribute("html", "lang") == "en"
    assert_accessible(page)
    ask(page, "Will it give me weird dreams?")
    helped(page)
    assert_accessible(page)
    page.locator(".open-source").first.click()
    page.locator("#source-pane mark#quote").wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    ask(page, "Can I give it to my dog?")
    helped(page)
    assert_accessible(page)
    ask(page, "I took too many pills and I can't breathe")
    helped(page)
    assert_accessible(page)


def test_a_screen_reader_is_told_the_answer(open_page):
    page = open_page()
    turn = ask(page, "Will it give me weird dreams?")
    quote = turn.locator("blockquote").first.text_content()
    status = page.locator("body > [role=status]")
    assert " ".join(quote.split())[:40] in " ".join(status.text_content().split())
