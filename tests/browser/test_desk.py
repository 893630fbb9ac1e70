"""The review desk in a real browser: sign-in, verdicts, gold questions, publishing a change."""

import json
import threading

import pytest

from qa.assistant import Assistant
from qa.index import Index
from qa.indexing import build_index
from tests.browser.conftest import ask, helped, served
from tests.browser.test_access import assert_accessible

pytestmark = pytest.mark.browser

QUESTION = "How long is the kettle's guarantee?"
KETTLE = (
    "# Kettle\n\n## Guarantee\n\nThe kettle's guarantee lasts two years.\n\n"
    "## Cleaning\n\nClean it with vinegar – 50 % 🫖 – every month.\n"
)


@pytest.fixture
def desk(tmp_path, assistant, encoder):
    """Address, settings and what is live of a desk over a folder of its own."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "kettle.md").write_text(KETTLE, encoding="utf-8")
    (corpus / "lamp.md").write_text("# Lamp\n\nThe lamp takes one E14 bulb.\n")
    build_index(corpus, tmp_path / "index", encoder)
    evidence = [{"file": "kettle.md", "quote": "The kettle's guarantee lasts two years."}]
    row = {
        "id": "g1",
        "question": QUESTION,
        "kind": "plain",
        "split": "dev",
        "answerable": True,
        "evidence": evidence,
        "any_of": True,
    }
    (tmp_path / "gold.jsonl").write_text(json.dumps(row) + "\n")
    settings = assistant.settings.model_copy(
        update={
            "corpus": corpus,
            "gold": tmp_path / "gold.jsonl",
            "review": tmp_path / "kept.sqlite",
            "review_user": "staff",
            "review_password": type(assistant.settings.review_password)("sesame"),
            "reports": tmp_path / "reports",
        }
    )
    index = Index.open(tmp_path / "index")
    small = Assistant(index, encoder, assistant.evidence, assistant.gate, settings)
    with served(small, settings) as (url, live):
        yield url, settings, live


def sign_in(page, url, password="sesame"):
    page.goto(f"{url}review/")
    page.fill("[name=user]", "staff")
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.click("button.main")


def keep_an_answer(page, url):
    """Ask with the box ticked, so that staff may check the answer."""
    page.goto(url)
    page.wait_for_selector("#question textarea")
    page.check("#consent input")
    ask(page, QUESTION)


def test_the_desk_needs_its_sign_in(new_page, desk):
    url, *_ = desk
    page = new_page()
    for path in ("", "gaps", "changes", "evaluation", "export", "answers/1"):
        page.goto(f"{url}review/{path}")
        assert "/review/sign-in" in page.url
    sign_in(page, url, "wrong")
    assert page.get_by_role("alert").is_visible()
    page.goto(f"{url}review/")
    assert "/review/sign-in" in page.url
    sign_in(page, url)
    assert page.get_by_role("heading", name="Queue").is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{url}review/")
    assert "/review/sign-in" in page.url


def test_without_a_user_there_is_no_desk(new_page, page_url):
    response = new_page().goto(f"{page_url}review/")
    assert response.status == 404


def test_a_post_from_another_page_is_refused(new_page, desk):
    url, *_ = desk
    page = new_page()
    sign_in(page, url)
    foreign = page.request.post(
        f"{url}review/changes/discard", headers={"Origin": "http://elsewhere.example"}
    )
    assert foreign.status == 403


def test_an_answer_is_kept_only_with_the_box_ticked(new_page, desk):
    url, *_ = desk
    page = new_page()
    page.goto(url)
    page.wait_for_selector("#question textarea")
    ask(page, "Which bulb does the lamp take?")
    keep_an_answer(new_page(), url)
    sign_in(page, url)
    assert page.locator("a.row").all_text_contents() == [QUESTION]


def test_a_report_reaches_the_queue_with_the_reader_s_words(new_page, desk):
    url, *_ = desk
    page = new_page()
    page.goto(url)
    page.wait_for_selector("#question textarea")
    ask(page, QUESTION)
    helped(page)
    report = page.locator(".report")
    report.locator("summary").click()
    report.get_by_label("The answer is in another place").check()
    report.get_by_role("textbox").fill("See <b>page 2</b>")
    report.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you").wait_for(timeout=30_000)
    sign_in(page, url)
    page.locator("a.row").click()
    assert page.get_by_text("See <b>page 2</b>").is_visible()


def test_from_queue_to_verdict_to_gold_line_with_the_keyboard_and_a_selection(new_page, desk):
    url, settings, _ = desk
    page = new_page()
    keep_an_answer(page, url)
    sign_in(page, url)
    page.wait_for_selector("a.row")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source-content-here mark#quote")
    assert_accessible(page)
    assert page.locator("table.candidates tbody tr").count() >= 1
    page.keyboard.press("3")
    page.wait_for_selector("button.now")
    assert page.locator("button.now").get_attribute("value") == "wrong_quote"
    page.wait_for_selector("#source-content-here mark#quote")
    page.evaluate(
        """() => {
          const walker = document.createTreeWalker(
            document.querySelector("#source-content-here .document"), NodeFilter.SHOW_TEXT);
          let node;
          while ((node = walker.nextNode())) {
            const at = node.textContent.indexOf("🫖 – every");
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, node.textContent.indexOf("month.") + 6);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
          }
        }"""
    )
    page.wait_for_selector("#take:not([disabled])")
    page.click("#take")
    page.fill("[name=question]", "How often is it cleaned?")
    page.get_by_role("button", name="Write to the gold set").click()
    page.get_by_role("status").wait_for()
    written = json.loads(settings.gold.read_text(encoding="utf-8").splitlines()[-1])
    assert written["question"] == "How often is it cleaned?"
    assert written["evidence"] == [{"file": "kettle.md", "quote": "🫖 – every month."}]
    assert written["answerable"] is True


def test_an_answer_is_deleted_at_the_desk(new_page, desk):
    url, *_ = desk
    page = new_page()
    keep_an_answer(page, url)
    sign_in(page, url)
    page.locator("a.row").click()
    page.get_by_role("button", name="Delete").click()
    assert page.locator("a.row").count() == 0


def test_a_change_is_tried_and_published_while_questions_come_in(new_page, desk, tmp_path):
    url, settings, live = desk
    page = new_page()
    changed = tmp_path / "new.md"
    changed.write_text(KETTLE.replace("two years", "nine years"), encoding="utf-8")
    sign_in(page, url)
    page.goto(f"{url}review/changes")
    page.set_input_files("[name=document]", changed)
    page.select_option("[name=file]", "kettle.md")
    page.click("button.main")
    page.get_by_role("heading", name="Answers that change").wait_for(timeout=120_000)
    stop, answers, failures = threading.Event(), [], []

    def keep_asking():
        import httpx

        with httpx.Client(timeout=60) as client:
            while not stop.is_set():
                response = client.post(f"{url}api/ask", json={"question": QUESTION})
                if response.status_code != 200:
                    failures.append(response.text)
                    continue
                answers.append(response.json()["quotes"][0]["text"])

    thread = threading.Thread(target=keep_asking)
    thread.start()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("kettle.md is live").wait_for(timeout=60_000)
    for _ in range(200):
        if answers and "nine" in answers[-1]:
            break
        page.wait_for_timeout(100)
    stop.set()
    thread.join()
    assert failures == []
    assert "nine years" in answers[-1]
    assert all("two years" in text or "nine years" in text for text in answers)
    assert "nine years" in live.document("kettle.md").text
    assert "nine years" in (settings.corpus / "kettle.md").read_text(encoding="utf-8")


def test_gaps_and_evaluation_are_shown(new_page, desk, assistant):
    url, settings, live = desk
    from qa.evaluation.gold import read_gold
    from qa.evaluation.report import write_report
    from qa.evaluation.run import evaluate

    rows = evaluate(live.current, read_gold(settings.gold))
    for name in ("old", "new"):
        write_report(settings.reports / name, rows)
    page = new_page()
    sign_in(page, url)
    page.goto(f"{url}review/gaps")
    assert page.get_by_text("lamp.md: 1").is_visible()
    assert_accessible(page)
    page.goto(f"{url}review/evaluation?report=old&against=new")
    assert page.get_by_text("no answer changed").is_visible()
    assert_accessible(page)
    page.goto(f"{url}review/changes")
    assert_accessible(page)
