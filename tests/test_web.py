"""The page's HTML: what comes from outside is shown, never interpreted."""

import re
import socket
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from qa import messages
from qa.answer import Answer, Notice, Quote, quote_from
from qa.calibration import Calibration
from qa.documents import Document, read_corpus
from qa.errors import QaError
from qa.settings import Settings
from qa.web import render
from qa.web.page import Chat, build_page, example_questions, launch_options, serve
from qa.web.source import source_html, source_page, source_route, stylesheet

EVIL = (
    """<script>alert(1)</script><img src=x onerror='a()'> **b** [l](javascript:x) ${x} {{y}} "&"""
)
CORPUS = Path(__file__).parent.parent / "corpus"


def document(text="One. Two. Three.", **fields):
    fields = {"file": "a.md", "title": "A title", "sha256": "0" * 64} | fields
    return Document(text=text, **fields)


def evil_document():
    return document(
        text=EVIL,
        file=f"{EVIL}.md",
        title=EVIL,
        kind=EVIL,
        publisher=EVIL,
        published=EVIL,
        url=EVIL,
    )


def answered(*quotes: Quote, question="Why?", **fields):
    return Answer(question, "answered", quotes=quotes, confidence=0.9, **fields)


def refused(reason="not_stated", question="Why?", **fields):
    return Answer(question, "refused", reason=reason, **fields)


def turn(answer, *documents, **options):
    by_file = {item.file: item for item in documents}
    return render.turn(answer, by_file.__getitem__, "a pharmacist", **options)


def tags(html):
    return re.findall(r"<[^>]*>", html)


def plain(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def assert_inert(html):
    """Only our own tags and attributes, and no template marks."""
    names = {re.match(r"</?(\w+)", tag)[1] for tag in tags(html)}
    assert not names & {"script", "img", "style", "iframe", "b", "svg", "form", "input"}
    attributes = {name for tag in tags(html) for name in re.findall(r'([\w-]+)="[^"]*"', tag)}
    assert attributes <= {"class", "role", "href", "target", "aria-hidden", "open"}
    assert not re.search(r'href="(?!source\?)', html)
    assert "${" not in html
    assert "{{" not in html


def test_everything_of_a_document_and_a_question_is_escaped_in_an_answer():
    doc = evil_document()
    quote = quote_from(doc, 0, len(EVIL), EVIL, 0.9)
    html = turn(answered(quote, question=EVIL, understood_as=EVIL), doc)
    assert_inert(html)
    assert plain(html).count(EVIL) >= 6


def test_everything_is_escaped_in_a_refusal_and_a_notice():
    doc = evil_document()
    quote = quote_from(doc, 0, len(EVIL), EVIL, 0.9)
    notices = (Notice("x", EVIL), Notice("y", EVIL, urgent=True))
    assert_inert(turn(refused(closest=(quote,), notices=notices, question=EVIL), doc))
    assert_inert(render.intro([doc]))


def test_the_page_states_a_promise_only_when_it_holds():
    held = Calibration(0.6, True, 0.1, 0.95, 300, 90, 3, 0.09)
    broken = replace(held, holds=False)
    assert "fewer than 10% of my answers were wrong" in plain(render.intro([document()], held))
    assert "wrong" not in plain(render.intro([document()], broken))
    assert "wrong" not in plain(render.intro([document()]))


def test_a_quote_is_shown_as_it_stands_in_the_document():
    doc = document(text="- **One**\n  <b>two</b>  three\n")
    html = turn(answered(quote_from(doc, 0, 30, "", 0.9)), doc)
    shown = re.search(r"<blockquote>(.*?)</blockquote>", html, re.DOTALL)[1]
    assert unescape(shown) == doc.text[:30]


def test_a_card_says_where_its_quote_comes_from():
    doc = document(
        kind="patient group",
        publisher="A charity",
        reviewed="2026-01-02",
        section_kinds=(("Mine", "personal experience"),),
        page_starts=(0, 5),
    )
    html = plain(turn(answered(quote_from(doc, 5, 9, "Top > Mine", 0.9)), doc))
    for said in ["A title", "personal experience", "a.md:1, page 2", "A charity", "2026-01-02"]:
        assert said in html


def test_an_urgent_notice_stands_first_and_only_the_latest_is_an_alert():
    doc = document()
    answer = answered(
        quote_from(doc, 0, 4, "", 0.9),
        notices=(Notice("calm", "Calm."), Notice("urgent", "Call now.", urgent=True)),
    )
    html = turn(answer, doc)
    assert html.index('role="alert"') < html.index("Calm.")
    assert html.index("Call now.") < html.index("Why?")
    assert 'role="alert"' not in turn(answer, doc, latest=False)


def test_a_refusal_says_why_and_whom_to_ask_and_folds_the_closest_lines():
    doc = document()
    html = turn(refused(closest=(quote_from(doc, 0, 4, "", 0.2),)), doc)
    assert messages.REFUSALS["not_stated"] in html
    assert "a pharmacist" in html
    assert '<details class="closest"><summary>' + messages.CLOSEST in html
    assert 'class="answer"' not in html


def test_a_refusal_of_the_form_of_a_question_points_to_nobody():
    assert "a pharmacist" not in turn(refused("too_long"))


def test_small_talk_does_not_look_like_a_refusal():
    html = turn(refused("not_a_question", notices=(Notice("greeting", "Hello."),)))
    assert "Hello." in html
    assert "refusal" not in html


def test_a_long_question_is_shown_in_part():
    html = turn(refused("too_long", question="x" * 100_000))
    assert len(html) < 2_000


def test_the_source_pane_marks_the_quote_and_the_other_quotes():
    html = source_html(document(), 5, 9, [(0, 4)])
    assert '<mark id="quote" tabindex="-1">Two.</mark>' in html
    assert '<mark class="other">One.</mark>' in html


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (0, 999), (5, 2)])
def test_the_source_pane_refuses_a_slice_outside_the_text(start, end):
    with pytest.raises(ValueError, match="no slice"):
        source_html(document(), start, end)


@given(text=st.text(st.sampled_from("ab<>&\"'# \n\r-{$`é\u2028"), min_size=1), data=st.data())
def test_the_source_pane_holds_the_whole_text_and_the_mark_is_the_slice(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    left = data.draw(st.integers(0, len(text) - 1))
    right = data.draw(st.integers(left + 1, len(text)))
    html = source_html(document(text=text), start, end, [(left, right)])
    assert plain(html) == text
    marked = re.search(r'<mark id="quote"[^>]*>(.*?)</mark>', html, re.DOTALL)[1]
    assert plain(marked) == text[start:end]


def test_the_source_page_interprets_nothing_of_its_document():
    page = source_page(evil_document(), 0, 3)
    body = page.split("<main>")[1].split("</main>")[0]
    assert "<script" not in page
    assert "<img" not in page
    assert EVIL in plain(body)


def test_the_source_route_serves_known_slices_only():
    documents = {"a b.md": document(file="a b.md")}
    client = TestClient(Starlette(routes=[source_route(documents.__getitem__)]))
    quote = quote_from(documents["a b.md"], 5, 9, "", 0.9)
    other = quote_from(documents["a b.md"], 0, 4, "", 0.9)
    found = client.get("/" + unescape(render.source_url(quote, [quote, other])))
    assert found.status_code == 200
    assert ">Two.</mark>" in found.text
    assert ">One.</mark>" in found.text
    assert "default-src 'none'" in found.headers["content-security-policy"]
    for bad in [
        "",
        "?file=../app.py&start=0&end=1",
        "?file=a b.md&start=x&end=1",
        "?file=a b.md&start=0&end=99",
        "?file=a b.md&start=0&end=1&other=7",
    ]:
        missing = client.get(f"/source{bad}")
        assert missing.status_code == 404
        assert messages.NO_SUCH_SOURCE in missing.text


def test_example_questions_are_headings_that_ask_from_each_document_in_turn():
    first = document(text="# Title\n## Why?\ntext?\n## How?\n")
    second = document(text="## Who?\n## Why?\n")
    assert example_questions([first, second, document()]) == ["Why?", "Who?", "How?"]
    assert example_questions([first], 1) == ["Why?"]
    assert example_questions([document()]) == []


class FakeAssistant:
    """Answers with the first words of the first document."""

    calibration = None

    def __init__(self, documents):
        self._documents = {item.file: item for item in documents}
        self.asked = []

    def documents(self):
        return tuple(self._documents.values())

    def document(self, file):
        return self._documents[file]

    def ask(self, question, history=()):
        self.asked.append((question, list(history)))
        if question == "fail":
            raise RuntimeError("broken")
        return answered(quote_from(self.documents()[0], 0, 4, "", 0.9), question=question)


@pytest.fixture
def fake():
    return FakeAssistant([document()])


def test_a_chat_hands_its_earlier_questions_on(fake):
    chat = Chat(fake, Settings())
    *_, (box, html, turns) = chat.ask("First?", ())
    *_, (_, html, turns) = chat.ask(" And\nthen? ", turns)
    assert box == ""
    assert fake.asked == [("First?", []), ("And then?", ["First?"])]
    assert html.count('class="turn"') == 2


def test_a_blank_question_changes_nothing(fake):
    assert list(Chat(fake, Settings()).ask(" \n ", ())) == [("", "", ())]
    assert fake.asked == []


def test_a_very_long_question_is_cut_just_above_the_limit(fake):
    list(Chat(fake, Settings(max_question_chars=100)).ask("x" * 10_000, ()))
    assert len(fake.asked[0][0]) == 101


def test_a_failure_is_told_and_the_question_is_kept_in_its_box(fake, caplog):
    *_, (box, html, turns) = Chat(fake, Settings()).ask("fail", ())
    assert box == "fail"
    assert messages.FAILED in html
    assert turns == ()
    assert "a question failed" in caplog.text


def test_the_page_sends_nothing_out_and_offers_no_interface(fake):
    options = launch_options(fake, Settings())
    assert options["share"] is options["run_history"] is options["enable_monitoring"] is False
    page = build_page(fake, Settings())
    assert page.analytics_enabled is False
    assert all(fn.api_visibility == "private" for fn in page.fns.values())
    assert not re.search(r"https?://|url\(|@import", stylesheet())


def test_a_port_in_use_is_one_clear_line(fake):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(QaError, match="QA_PORT"):
            serve(fake, Settings(port=taken.getsockname()[1]))


def test_the_bundled_documents_give_example_questions():
    documents, _ = read_corpus(CORPUS)
    found = example_questions([replace(item, blocks=()) for item in documents])
    assert 1 <= len(found) <= 5
