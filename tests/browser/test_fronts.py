"""Every front shows the same quotes for the same question, and many may ask at once."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client
from typer.testing import CliRunner

from qa.settings import Settings
from tests.browser.conftest import ask, served

QUESTION = "Will it give me weird dreams?"
REFUSED = "Can I give it to my dog?"


@pytest.fixture(scope="module")
def url(assistant):
    with served(assistant, Settings(mcp=True)) as (address, _):
        yield address


def in_a_thread(work):
    """Run a coroutine where no other loop is running, as the browser's is here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def by_mcp(url, tool, **arguments):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(f"{url}gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        offered = {one.name for one in (await session.list_tools()).tools}
        result = await session.call_tool(tool, arguments)
        return offered, result.content[0].text


@pytest.mark.browser
def test_cli_http_gradio_mcp_and_page_give_the_same_quotes(url, index_dir, open_page):
    from qa.cli import app

    cli = CliRunner().invoke(app, ["ask", QUESTION, "--index", str(index_dir), "--json"])
    quotes = json.loads(cli.stdout)["quotes"]
    assert quotes
    asked = {"question": QUESTION}
    assert httpx.post(f"{url}api/ask", json=asked, timeout=60).json()["quotes"] == quotes
    called = Client(url, verbose=False).predict(QUESTION, [], False, api_name="/ask")
    assert json.loads(called)["quotes"] == quotes
    offered, text = in_a_thread(by_mcp(url, "ask", question=QUESTION, history=[]))
    assert offered == {"ask", "documents", "passage"}
    assert json.loads(text)["quotes"] == quotes
    shown = ask(open_page(url=url), QUESTION).locator("blockquote").all_text_contents()
    assert shown == [quote["text"] for quote in quotes]


def test_http_tells_documents_and_passages_and_describes_itself(url, assistant):
    documents = httpx.get(f"{url}api/documents").json()
    assert {one["file"] for one in documents} == {one.file for one in assistant.documents()}
    file = documents[0]["file"]
    place = {"file": file, "start": 300, "end": 320}
    found = httpx.get(f"{url}api/passage", params=place).json()
    assert found["text"] == assistant.document(file).text[300:320]
    around = found["passage"]
    assert around["text"] == assistant.document(file).text[around["start"] : around["end"]]
    assert found["text"] in around["text"]
    paths = httpx.get(f"{url}api/openapi.json").json()["paths"]
    assert {"/api/ask", "/api/documents", "/api/passage"} <= paths.keys()


@pytest.mark.parametrize(
    ("path", "wrong", "status"),
    [
        ("api/passage?file=../app.py&start=0&end=5", None, 404),
        ("api/passage?file=drug-label.md&start=0&end=999999", None, 404),
        ("api/passage?file=drug-label.md&start=-1&end=5", None, 422),
        ("api/ask", {}, 422),
        ("api/ask", {"question": "x" * 30_000}, 422),
        ("api/ask", {"question": "Why?", "history": ["x"] * 51}, 422),
        ("api/report", {"question": "Why?", "verdict": "wrong"}, 404),
    ],
)
def test_http_refuses_what_it_cannot_use(url, path, wrong, status):
    if wrong is None:
        assert httpx.get(f"{url}{path}").status_code == status
    else:
        assert httpx.post(f"{url}{path}", json=wrong).status_code in (status, 405)


def test_many_may_ask_at_once_and_each_gets_the_answer_to_their_own_question(url, assistant):
    questions = [QUESTION, REFUSED, "Is it cheap?", "Can it give you headaches?"] * 5
    expected = {one: assistant.ask(one).outcome for one in set(questions)}

    async def all_at_once():
        async with httpx.AsyncClient(timeout=300) as client:
            asked = [client.post(f"{url}api/ask", json={"question": one}) for one in questions]
            return await asyncio.gather(*asked)

    answers = in_a_thread(all_at_once())
    assert [answer.status_code for answer in answers] == [200] * len(questions)
    assert [answer.json()["question"] for answer in answers] == questions
    for question, answer in zip(questions, answers, strict=True):
        assert answer.json()["status"] == expected[question]


def test_many_may_chat_at_once_and_nobody_sees_another_s_turns(url):
    from bench.many import ask_all, outcome

    plans = [[f"Is it cheap for person {one}?", f"And is {one} too old?"] for one in range(10)]
    found = outcome(plans, in_a_thread(ask_all(url, plans)))
    assert (found.failed, found.foreign, found.unordered) == (0, 0, 0)
