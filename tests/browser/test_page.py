"""What a reader sees and does on the page."""

import os
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import answered, ask, helped

pytestmark = pytest.mark.browser

QUESTION = "Will it give me weird dreams?"
NEAR_MISS = "Can I give it to my dog?"
URGENT = "I took too many pills and I can't breathe"
PHONE = 390


def assert_in_view(page, locator):
    box = locator.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]


def assert_nothing_is_wider_than_the_page(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    hidden = page.evaluate(
        "[...document.querySelectorAll('button, .quote, .turn, p, textarea')].filter(element =>"
        " element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)"
        ".map(element => element.outerHTML.slice(0, 80))"
    )
    assert hidden == []


def test_a_click_on_a_quote_shows_it_marked_and_its_address_opens_it_again(open_page):
    page = open_page()
    turn = ask(page, QUESTION)
    card = turn.locator(".answer article.quote").first
    quoted = card.locator("blockquote").text_content()
    card.locator("cite").click()
    mark = page.locator("#source-pane mark#quote")
    mark.wait_for()
    assert mark.text_content() == quoted
    assert_in_view(page, mark)
    assert "?file=" in page.url
    again = open_page(url=page.url)
    mark = again.locator("#source-pane mark#quote")
    mark.wait_for()
    assert mark.text_content() == quoted
    assert_in_view(again, mark)


def test_back_closes_the_source_and_forward_opens_it(open_page):
    page = open_page()
    ask(page, QUESTION).locator("cite").first.click()
    pane = page.locator("#source-pane")
    pane.locator("mark#quote").wait_for()
    page.go_back()
    pane.wait_for(state="hidden")
    page.go_forward()
    pane.locator("mark#quote").wait_for()


def test_the_next_mark_is_brought_into_view(open_page):
    page = open_page()
    ask(page, QUESTION)
    file, start, end = page.evaluate(
        "Object.fromEntries(new URL(document.querySelector('.open-source').href).searchParams)"
    ).values()
    page.goto(f"{page.url}?file={file}&start={start}&end={end}&other=20-60")
    pane = page.locator("#source-pane")
    pane.locator("mark#quote").wait_for()
    pane.get_by_label("Next mark").click()
    now = pane.locator("mark.now")
    assert now.get_attribute("class") == "other now"
    pane.get_by_label("Previous mark").click()
    assert_in_view(page, pane.locator("mark#quote.now"))


def test_the_whole_way_to_a_source_and_back_works_from_the_keyboard(open_page):
    page = open_page()
    page.keyboard.type(QUESTION)  # the box has the focus
    page.keyboard.press("Enter")
    answered(page, 0)
    helped(page)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "open-source":
            break
    page.keyboard.press("Enter")
    page.locator("#source-pane mark#quote").wait_for()
    assert "close" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Escape")
    assert page.locator("#source-pane").is_hidden()
    assert page.evaluate("document.activeElement.className") == "open-source"


def test_the_words_that_answer_are_emphasised_and_terms_are_explained(open_page):
    page = open_page()
    turn = ask(page, QUESTION)
    shown = turn.locator("blockquote").all_text_contents()
    helped(page)
    turn = page.locator(".turn").last
    assert turn.locator("blockquote").all_text_contents() == shown
    assert turn.locator("blockquote strong").count() >= 1
    term = turn.locator(".term").first
    definition = page.locator(f"[id='{term.get_attribute('aria-controls')}']")
    assert definition.is_hidden()
    term.hover()
    assert definition.is_visible()
    assert_in_view(page, definition)
    page.keyboard.press("Escape")
    assert definition.is_hidden()
    term.click()
    assert definition.is_visible()
    assert page.locator("#source-pane").count() == 0


def test_a_near_miss_is_refused_and_shows_no_answer(open_page):
    turn = ask(open_page(), NEAR_MISS)
    assert turn.locator(".refusal").is_visible()
    assert turn.locator(".answer").count() == 0
    shown = turn.locator("article.quote")
    assert not any(shown.nth(number).is_visible() for number in range(shown.count()))


def test_a_refusal_offers_questions_that_are_answered(open_page):
    page = open_page()
    ask(page, "does it make your hair fall out")
    helped(page)
    offered = page.locator(".turn .suggested button")
    assert 1 <= offered.count() <= 3
    offered.first.click()
    assert answered(page, 1).locator(".answer").is_visible()


def test_a_misspelt_question_is_mended_and_can_be_asked_as_typed(open_page):
    page = open_page()
    turn = ask(page, "can it cause headachs")
    assert "headache" in turn.locator(".understood").text_content()
    turn.get_by_role("button", name="Ask it as I typed it").click()
    assert answered(page, 1).locator(".understood").count() == 0


def test_a_question_may_lean_on_the_one_before(open_page):
    page = open_page()
    ask(page, QUESTION)
    turn = ask(page, "and for how long?")
    assert QUESTION in turn.locator(".understood q").text_content()


def test_an_urgent_question_shows_the_alert_first(open_page):
    page = open_page()
    turn = ask(page, URGENT)
    first = turn.locator(":scope > *").first
    assert first.get_attribute("role") == "alert"
    page.wait_for_timeout(800)  # a smooth scroll
    assert_in_view(page, first)


def test_every_example_question_is_answered_at_a_click(open_page):
    page = open_page()
    count = page.locator(".examples button").count()
    assert count == 6
    answers = 0
    for number in range(count):
        page.locator(".examples button").nth(number).click()
        answers += answered(page, 0).locator(".answer").count()
        page.click("#again")
        page.wait_for_selector(".examples")
    assert answers == count


def test_an_answer_is_copied_with_its_question_and_sources(open_page):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, QUESTION)
    turn.locator(".copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert QUESTION in copied
    assert str(datetime.now(UTC).date()) in copied
    for quote in turn.locator("blockquote").all_text_contents():
        assert quote in copied
    for title in turn.locator("cite").all_text_contents():
        assert title in copied


def test_print_shows_the_one_answer_and_no_tools(open_page):
    page = open_page()
    ask(page, QUESTION)
    ask(page, NEAR_MISS)
    page.evaluate(
        """() => { window.print = () => {
          window.printed = document.body.className;
          window.paper = document.querySelector(".turn.printed").innerText;
        }; }"""
    )
    page.locator(".turn").first.locator(".print").click()
    assert "printing" in page.evaluate("window.printed")
    assert str(datetime.now(UTC).date()) in page.evaluate("window.paper")
    page.emulate_media(media="print")
    assert page.locator("#asking").is_hidden()
    assert page.locator(".tools").first.is_hidden()


def test_a_session_does_not_see_the_questions_of_another(open_page):
    ask(open_page(), QUESTION)
    assert open_page().locator(".turn").count() == 0


def test_every_request_goes_to_the_page_s_own_origin(open_page, page_url):
    page = open_page()
    ask(page, QUESTION).locator("a.open-source").first.click()
    page.locator("#source-pane mark#quote").wait_for()
    own = urlsplit(page_url).netloc
    others = [url for url in page.requested if urlsplit(url).scheme in ("http", "https")]
    assert {urlsplit(url).netloc for url in others} == {own}


def written_since(started, folders):
    """Files below the folders that were changed since; the browser's own profile is left out."""
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = [one for one in inner if "chromium" not in one and one != ".git"]
            for path in (Path(place) / name for name in names):
                with suppress(OSError):
                    if path.is_file() and path.stat().st_mtime >= started - 2:
                        yield path, path.read_bytes()


def test_nothing_of_a_question_is_on_disk(open_page, index_dir):
    started = time.time()
    word = f"zyxomma{os.getpid()}"
    ask(open_page(), f"Does it help against {word}?")
    folders = {tempfile.gettempdir(), Path.cwd(), Path.home(), index_dir}
    told = [str(path) for path, data in written_since(started, folders) if word.encode() in data]
    assert told == []


def test_a_phone_needs_no_sideways_scrolling(open_page):
    page = open_page(PHONE, 800)
    assert_nothing_is_wider_than_the_page(page)
    turn = ask(page, QUESTION)
    page.wait_for_timeout(800)  # a smooth scroll
    header = page.locator("#header").bounding_box()
    assert turn.locator(".question").bounding_box()["y"] >= header["y"] + header["height"]
    assert_nothing_is_wider_than_the_page(page)
    turn.locator("a.open-source").first.click()
    mark = page.locator("#source-pane mark#quote")
    mark.wait_for()
    assert_in_view(page, mark)
    assert page.locator("#source-pane").bounding_box()["width"] == PHONE
    assert_nothing_is_wider_than_the_page(page)
    page.click("#source-pane .close")
    assert page.locator("#source-pane").is_hidden()
    ask(page, NEAR_MISS)
    ask(page, URGENT)
    assert_nothing_is_wider_than_the_page(page)


def test_enlarged_four_times_everything_can_be_reached(open_page):
    page = open_page(320, 215)  # 1280 x 860 at 400 %
    turn = ask(page, QUESTION)
    assert_nothing_is_wider_than_the_page(page)
    assert page.locator("#header").evaluate("element => getComputedStyle(element).position") == (
        "static"
    )
    assert turn.locator("blockquote").first.is_visible()
