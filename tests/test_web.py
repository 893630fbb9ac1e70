"""The page's HTML: what comes from outside is shown, never interpreted."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from qa import messages
from qa.answer import Answer, Notice, Quote, quote_from
from qa.calibration import Calibration
from qa.documents import Document
from qa.errors import QaError
from qa.glossary import Definition
from qa.live import LiveAssistant
from qa.settings import Settings
from qa.suggestions import Suggestions
from qa.web import render
from qa.web.cards import Sources, card, grade, source_url
from qa.web.chat import Chat, Progress, Turn
from qa.web.page import build_page, page_options
from qa.web.server import bound
from qa.web.source import source_html, source_page, source_route, stylesheet

EVIL = (
    """<script>alert(1)</script><img src=x onerror='a()'> **b** [l](javascript:x) ${x} {{y}} "&"""
    """ $$\\frac{a}{b}$$ \x1b[31mred\x1b[0m"""
)
SETTINGS = Settings(ask_instead="a pharmacist")


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


def sources(*documents, definitions=()):
    by_file = {item.file: item for item in documents}
    return Sources(by_file.__getitem__, definitions)


def turn(answer, *documents, settings=SETTINGS, latest=True, **shown):
    return render.turn(Turn(answer, **shown), sources(*documents), settings, latest=latest)


def tags(html):
    return re.findall(r"<[^>]*>", html)


def plain(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def assert_inert(html):
    """Only our own tags and attributes, and no template marks."""
    names = {re.match(r"</?(\w+)", tag)[1] for tag in tags(html)}
    assert not names & {"script", "img", "style", "iframe", "b", "form", "input", "object"}
    attributes = {name for tag in tags(html) for name in re.findall(r'([\w-]+)="[^"]*"', tag)}
    assert not {name for name in attributes if name.startswith("on")}
    assert not re.search(r'href="(?!source\?)', html)
    assert "${" not in html
    assert "{{" not in html


def test_everything_of_a_document_and_a_question_is_escaped_in_an_answer():
    doc = evil_document()
    quote = quote_from(doc, 0, len(EVIL), EVIL, 0.9)
    html = turn(answered(quote, question=EVIL, understood_as=EVIL), doc, emphasis=((0, 9),))
    assert_inert(html)
    assert plain(html).count(EVIL[:60]) >= 5


def test_everything_is_escaped_in_a_refusal_a_notice_a_definition_and_the_header():
    doc = evil_document()
    quote = quote_from(doc, 0, len(EVIL), EVIL, 0.9)
    notices = (Notice("x", EVIL), Notice("y", EVIL, urgent=True))
    answer = refused(closest=(quote,), notices=notices, question=EVIL)
    assert_inert(turn(answer, doc, suggestions=(EVIL,)))
    assert_inert(render.header([doc], Settings(title=EVIL)))
    assert_inert(render.welcome([EVIL]))
    defined = document(text=f"Fever is a state. {EVIL}", title=EVIL)
    other = document(text="A fever.", file="b.md")
    shown = sources(defined, other, definitions=[Definition("Fever", "a.md", 0, 60, EVIL)])
    assert_inert(card(quote_from(other, 0, 8, "", 0.9), shown))


def test_the_page_states_a_promise_only_when_it_holds():
    held = Calibration(0.6, True, 0.1, 0.95, 300, 90, 3, 0.09)
    broken = replace(held, holds=False)
    promised = plain(render.header([document()], SETTINGS, held))
    assert "fewer than 10% of my answers were wrong" in promised
    assert "wrong" not in plain(render.header([document()], SETTINGS, broken))
    assert "wrong" not in plain(render.header([document()], SETTINGS))


def test_the_header_says_what_answers_come_from_and_what_the_page_is_not():
    doc = document(kind="drug label", publisher="An agency", reviewed="2026-01-02")
    html = plain(render.header([doc, document()], Settings(country="NZ")))
    assert "Answers come from 2 documents: drug label (2026-01-02)" in html
    for said in ["A title", "An agency"]:
        assert said in html
    assert messages.NOT_ADVICE in html
    assert "In an emergency call 111." in html
    assert messages.NOT_STORED in html


def test_where_answers_may_be_kept_the_header_says_so(tmp_path):
    html = plain(render.header([document()], Settings(review=tmp_path / "kept")))
    assert messages.STORED_IF_TICKED in html


def test_a_quote_is_shown_as_it_stands_in_the_document():
    doc = document(text="- **One**\r\n  <b>two</b>  three\n")
    html = turn(answered(quote_from(doc, 0, 31, "", 0.9)), doc)
    shown = re.search(r"<blockquote>(.*?)</blockquote>", html, re.DOTALL)[1]
    assert unescape(shown) == doc.text[:31]


@given(data=st.data())
def test_emphasis_and_terms_leave_a_quote_s_words_as_they_are(data):
    doc = document(text="LDN is a drug. Naltrexone (LDN) was made in 1963, and it is cheap.")
    start = data.draw(st.integers(0, 50))
    end = data.draw(st.integers(start + 1, len(doc.text)))
    left = data.draw(st.integers(start, end - 1))
    right = data.draw(st.integers(left + 1, end))
    definitions = [Definition(term, "a.md", 0, 14, "") for term in ("LDN", "naltrexone", "cheap")]
    if not doc.text[start:end].strip():
        return
    quote = quote_from(doc, start, end, "", 0.9)
    html = card(quote, sources(doc, definitions=definitions), emphasis=(left, right))
    shown = re.search(r"<blockquote>(.*?)</blockquote>", html, re.DOTALL)[1]
    assert plain(shown) == quote.text
    marked = "".join(re.findall(r"<strong>(.*?)</strong>", shown, re.DOTALL))
    assert plain(marked) == doc.text[left:right]


def test_a_term_is_explained_by_the_sentence_that_defines_it():
    defined = document(text="Microglia are cells of the brain. More.", title="A book")
    other = document(text="It calms microglia.", file="b.md")
    shown = sources(defined, other, definitions=[Definition("Microglia", "a.md", 0, 33, "")])
    html = card(quote_from(other, 0, 19, "", 0.9), shown, key="0-0")
    assert 'aria-controls="term-0-0-0">microglia</span>' in html
    assert "<q>Microglia are cells of the brain.</q>" in html
    assert "From “A book”" in html
    own = card(quote_from(defined, 0, 33, "", 0.9), shown, key="0-0")
    assert "term-0-0" not in own


def test_a_card_says_where_its_quote_comes_from_and_how_hard_it_is_to_read():
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
    assert "Easy to read" in html
    assert grade("The hepatotoxicity of pharmaceutical compounds necessitates observation.") > 12


def test_an_urgent_notice_stands_first_and_only_the_latest_is_an_alert():
    doc = document()
    answer = answered(
        quote_from(doc, 0, 4, "", 0.9),
        notices=(Notice("calm", "Calm."), Notice("urgent", "Call now.", urgent=True)),
    )
    html = turn(answer, doc)
    assert html.index('role="alert"') < html.index("Calm.")
    assert html.index("Call now.") < html.index("Why?</h2>")
    assert 'role="alert"' not in turn(answer, doc, latest=False)


def test_a_refusal_says_why_and_whom_to_ask_and_folds_the_closest_passages():
    doc = document()
    html = turn(refused(closest=(quote_from(doc, 0, 4, "", 0.2),)), doc, suggestions=("Who?",))
    assert messages.REFUSALS["not_stated"] in html
    assert "a pharmacist" in html
    assert '<details class="closest"><summary>' + messages.CLOSEST in html
    assert 'class="answer"' not in html
    assert messages.SUGGESTED in html
    assert ">Who?</button>" in html


def test_a_refusal_of_the_form_of_a_question_points_to_nobody():
    assert "a pharmacist" not in turn(refused("too_long"))


def test_a_mended_question_can_be_asked_as_it_was_typed():
    html = turn(refused(question="drems", understood_as="dreams"))
    command = unescape(re.search(r'data-ask="([^"]*)"', html)[1])
    assert command == '{"question": "drems", "as_typed": true}'


def test_sources_that_differ_stand_side_by_side():
    one, other = document("Take 2 mg."), document("Take 9 mg.", file="b.md")
    quotes = quote_from(one, 0, 10, "", 0.9), quote_from(other, 0, 10, "", 0.8)
    assert messages.DIFFER in turn(answered(*quotes), one, other)
    assert messages.DIFFER not in turn(answered(quotes[0]), one)


def test_an_answer_can_be_reported_only_where_answers_may_be_kept(tmp_path):
    doc = document()
    answer = answered(quote_from(doc, 0, 4, "", 0.9))
    assert messages.REPORT not in turn(answer, doc)
    assert messages.REPORT in turn(answer, doc, settings=Settings(review=tmp_path / "kept"))


def test_what_is_copied_holds_question_quotes_sources_and_notices():
    doc = document(kind="drug label", publisher="An agency", reviewed="2026-01-02")
    quote = quote_from(doc, 0, 4, "", 0.9)
    html = turn(answered(quote, notices=(Notice("n", "Mind."),)), doc)
    copied = unescape(re.search(r'data-copy="([^"]*)"', html)[1])
    for said in ["Why?", "Mind.", "“One.”", "A title", "drug label", "An agency", "2026-01-02"]:
        assert said in copied


def test_small_talk_does_not_look_like_a_refusal():
    html = turn(refused("not_a_question", notices=(Notice("greeting", "Hello."),)))
    assert "Hello." in html
    assert "refusal" not in html


def test_the_source_pane_marks_the_quote_and_the_other_quotes():
    html = source_html(document(), 5, 9, [(0, 4)])
    assert '<mark id="quote" tabindex="-1">Two.</mark>' in html
    assert '<mark class="other" tabindex="-1">One.</mark>' in html


def test_the_source_pane_sets_headings_lists_and_pages():
    doc = document("---\ntitle: x\n---\n# Top\n- one **two**\n", page_starts=(0, 17))
    html = source_html(doc, 26, 29)
    assert '<span class="front-matter">' in html
    assert 'role="heading" aria-level="2"><span class="mark-up"># </span>Top</span>' in html
    assert '<span class="bullet">- </span>' in html
    assert '<span class="mark-up">**</span><strong>two</strong>' in html
    assert 'data-page="2"></span>' in html


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (0, 999), (5, 2)])
def test_the_source_pane_refuses_a_slice_outside_the_text(start, end):
    with pytest.raises(ValueError, match="no slice"):
        source_html(document(), start, end)


@given(text=st.text(st.sampled_from("ab<>&\"'# \n\r-*[](){$`é\u2028"), min_size=1), data=st.data())
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
    found = client.get("/" + unescape(source_url(quote, [quote, other])))
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


@pytest.fixture
def chat(assistant):
    live = LiveAssistant(assistant)
    return Chat(live, assistant.settings, Suggestions([], assistant.encoder))


def last(steps):
    *_, step = steps
    return step


def test_a_chat_hands_its_earlier_questions_on(chat):
    first = last(chat.ask("Will it give me weird dreams?", ()))
    then = last(chat.ask(" How long\ndo they last? ", first.turns))
    assert [turn.answer.question for turn in then.turns] == [
        "Will it give me weird dreams?",
        "How long do they last?",
    ]
    assert first.looking_for is None


def test_a_blank_question_changes_nothing(chat):
    assert list(chat.ask(" \n ", ())) == [Progress(())]


def test_a_very_long_question_is_refused_as_too_long(chat):
    answer = last(chat.ask("word " * 10_000, ())).turns[-1].answer
    assert answer.reason == "too_long"
    assert len(answer.question) == chat._settings.max_question_chars + 1


def test_a_failure_is_told_and_logged(chat, caplog, monkeypatch):
    monkeypatch.setattr(chat._live.current, "trace", None)
    step = last(chat.ask("Does it fail?", ()))
    assert step.failed
    assert step.looking_for == "Does it fail?"
    assert "a question failed" in caplog.text
    assert messages.FAILED in render.thread(step, sources(), SETTINGS)


def test_help_names_the_words_that_answer_and_is_kept_for_the_rest_of_the_chat(chat):
    first = last(chat.ask("Will it give me weird dreams?", ()))
    helped = chat.help(first.turns[0].token)
    for quote, (start, end) in zip(helped.answer.quotes, helped.emphasis, strict=True):
        assert quote.start <= start < end <= quote.end
    then = last(chat.ask("Is it cheap?", first.turns))
    assert then.turns[0] == helped
    with pytest.raises(KeyError):
        chat.help("unknown")


def test_the_page_sends_nothing_out_and_offers_three_tools_only(assistant, chat):
    options = page_options(Settings())
    assert options["run_history"] is options["enable_monitoring"] is options["pwa"] is False
    page = build_page(chat, LiveAssistant(assistant), Settings())
    assert page.analytics_enabled is False
    public = {fn.api_name for fn in page.fns.values() if fn.api_visibility == "public"}
    assert public == {"ask", "documents", "passage"}
    assert not re.search(r"https?://|url\(|@import", stylesheet())


def test_a_port_in_use_is_one_clear_line():
    with bound(Settings(port=17861)) as taken:
        taken.listen()
        with pytest.raises(QaError, match="QA_PORT"):
            bound(Settings(port=17861))
