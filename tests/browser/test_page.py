"""What a reader sees and does on the page."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser

QUESTION = "Will it give me weird dreams?"
NEAR_MISS = "Can I give it to my dog?"
URGENT = "I took too many pills and I can't breathe"
PHONE = 390


def ask(page, question):
    turns = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "turns => document.querySelectorAll('.turn').length > turns"
        " && !document.querySelector('.looking')",
        arg=turns,
        timeout=60_000,
    )
    return page.locator(".turn").last


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


def test_a_click_on_a_quote_shows_it_marked_in_its_document(open_page):
    page = open_page()
    turn = ask(page, QUESTION)
    card = turn.locator(".answer article.quote").first
    quoted = card.locator("blockquote").text_content()
    card.locator("blockquote").click()
    mark = page.locator("#source-pane mark#quote")
    mark.wait_for()
    assert mark.text_content() == quoted
    assert_in_view(page, mark)


def test_a_source_opens_and_closes_from_the_keyboard(open_page):
    page = open_page()
    link = ask(page, QUESTION).locator("a.open-source").first
    link.focus()
    page.keyboard.press("Enter")
    page.locator("#source-pane mark#quote").wait_for()
    assert page.evaluate("document.activeElement.className") == "close"
    page.keyboard.press("Escape")
    assert page.locator("#source-pane").is_hidden()
    assert page.evaluate("document.activeElement.className") == "open-source"


def test_a_near_miss_is_refused_and_shows_no_answer(open_page):
    turn = ask(open_page(), NEAR_MISS)
    assert turn.locator(".refusal").is_visible()
    assert turn.locator(".answer").count() == 0
    shown = turn.locator("article.quote")
    assert not any(shown.nth(number).is_visible() for number in range(shown.count()))


def test_an_urgent_question_shows_the_alert_first(open_page):
    page = open_page()
    turn = ask(page, URGENT)
    first = turn.locator(":scope > *").first
    assert first.get_attribute("role") == "alert"
    page.wait_for_timeout(800)  # a smooth scroll
    assert_in_view(page, first)


def test_an_example_question_is_answered_or_refused_at_a_click(open_page):
    page = open_page()
    page.locator("#examples button").first.click()
    page.locator(".turn .answer, .turn .refusal").first.wait_for(timeout=60_000)


def test_a_question_is_shown_and_never_run(open_page):
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    evil = "<img src=x onerror=alert(1)> ${alert(2)} {{value}} <script>alert(3)</script>"
    turn = ask(page, evil)
    assert turn.locator(".question").text_content() == evil


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


def test_a_phone_needs_no_sideways_scrolling(open_page):
    page = open_page(PHONE, 800)
    assert_nothing_is_wider_than_the_page(page)
    turn = ask(page, QUESTION)
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
