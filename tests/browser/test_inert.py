"""What comes from outside does nothing and shows as text, wherever it stands."""

import pytest

from qa.assistant import Assistant
from qa.index import Index
from qa.indexing import build_index
from tests.browser.conftest import ask, helped, served
from tests.browser.test_desk import sign_in

pytestmark = pytest.mark.browser

EVIL = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> [link](javascript:alert(3)) "
    "**bold** $$x^2$$ ${alert(4)} {{value}} \x1b[31mred\x1b[0m"
)
SAID = "<script>alert(1)</script> <img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def evil(tmp_path_factory, assistant, encoder):
    """A page and a desk over a document that is hostile in its name, its origin and its text."""
    folder = tmp_path_factory.mktemp("evil")
    corpus = folder / "corpus"
    corpus.mkdir()
    quoted = EVIL.replace("\x1b", "").replace('"', "'")
    fields = "".join(
        f'{field}: "{quoted}"\n' for field in ("title", "kind", "publisher", "published", "url")
    )
    (corpus / "<img src=x onerror=alert(5)>.md").write_text(
        f"---\n{fields}---\n# {SAID}\n\n## {SAID}\n\nThe guarantee of the kettle lasts two years, "
        f"says {EVIL}.\n"
    )
    build_index(corpus, folder / "index", encoder)
    settings = assistant.settings.model_copy(
        update={
            "gold": folder / "none.jsonl",
            "review": folder / "kept.sqlite",
            "review_user": "staff",
            "review_password": type(assistant.settings.review_password)("sesame"),
        }
    )
    index = Index.open(folder / "index")
    hostile = Assistant(index, encoder, assistant.evidence, assistant.gate, settings)
    with served(hostile, settings) as (url, _):
        yield url


def assert_nothing_ran(page):
    """No dialog opened (see `new_page`), and nothing but our own elements is there."""
    page.wait_for_timeout(300)
    made = page.evaluate(
        "[...document.querySelectorAll('#thread *, #header *, #source-pane *, .desk main *')]"
        ".filter(element => ['SCRIPT', 'IMG', 'B', 'EM', 'IFRAME'].includes(element.tagName)"
        " || (element.getAttribute('href') || '').startsWith('javascript')"
        " || [...element.attributes].some(attribute => attribute.name.startsWith('on')))"
        ".map(element => element.outerHTML)"
    )
    assert made == []
    assert page.locator(".katex").count() == 0


def test_a_hostile_question_document_name_and_origin_are_shown_as_text(open_page, evil):
    page = open_page(url=evil)
    page.locator(".documents summary").click()
    assert SAID in page.locator("#header").text_content()
    turn = ask(page, "How long is the kettle's guarantee?")
    helped(page)
    turn = page.locator(".turn").last
    assert SAID in turn.locator("blockquote").text_content()
    assert SAID in turn.locator("cite").text_content()
    assert "<img src=x onerror=alert(5)>.md" in turn.locator(".place").first.text_content()
    assert_nothing_ran(page)
    turn.locator(".open-source").click()
    page.locator("#source-pane mark#quote").wait_for()
    assert SAID in page.locator("#source-pane .document").text_content()
    assert_nothing_ran(page)
    page.keyboard.press("Escape")
    page.check("#consent input")
    turn = ask(page, EVIL)
    assert SAID in turn.locator(".question").text_content()
    assert "${alert(4)} {{value}}" in turn.locator(".question").text_content()
    assert_nothing_ran(page)


def test_a_hostile_question_is_text_at_the_desk_too(open_page, evil):
    page = open_page(url=evil)
    page.check("#consent input")
    ask(page, f"How long is the kettle's guarantee? {EVIL}")
    sign_in(page, evil)
    assert SAID in page.locator("a.row").first.text_content()
    assert_nothing_ran(page)
    page.locator("a.row").first.click()
    page.wait_for_selector("#source-content-here .document")
    assert_nothing_ran(page)
    for path in ("gaps", "changes", "evaluation"):
        page.goto(f"{evil}review/{path}")
        assert_nothing_ran(page)


def test_a_hostile_address_opens_nothing(open_page, evil):
    page = open_page(url=f"{evil}?file=<img src=x onerror=alert(6)>&start=0&end=1")
    page.locator("#source-pane").wait_for()
    assert_nothing_ran(page)
