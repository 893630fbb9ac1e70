"""Passages and sentences are slices of the document, and together they hold all of it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.documents import Document, read_corpus, read_document
from qa.errors import UnreadableFileError
from qa.passages import split
from tests.conftest import CORPUS
from tests.test_readers import pdf

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "# Heading",
                "Side effects",
                "- an item",
                "  • Vivid dreams or nightmares",
                "1. Is it safe",
                "   Yes, it is.",
                "> quoted text",
                "The dose is 4.5 mg. It is taken at night.",
                "References:",
                "https://example.org/page",
                "a line that is wrapped by hand because it would not have fitted on",
                "\u00a0\u00a0odd\u2003spaces\tand tabs",
            ]
        ),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
    ),
    min_size=1,
    max_size=25,
)


def check_slices(document: Document) -> list[tuple[int, int]]:
    passages = split(document)
    end = 0
    for passage in passages:
        assert end <= passage.start < passage.end <= len(document.text)
        end = passage.end
        for sentence in passage.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end
            text = document.text[sentence.start : sentence.end]
            assert text == text.strip(" \t\r\n")
    return [(passage.start, passage.end) for passage in passages]


def left_out(document: Document, spans: list[tuple[int, int]]) -> str:
    kept = [True] * len(document.text)
    for start, end in spans:
        kept[start:end] = [False] * (end - start)
    return "".join(char for char, keep in zip(document.text, kept, strict=True) if keep)


def read(tmp_path: Path, name: str, raw: bytes) -> Document | None:
    path = tmp_path / name
    path.write_bytes(raw)
    try:
        return read_document(path, name)
    except UnreadableFileError:
        return None


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_passages_of_plain_text_hold_every_letter(tmp_path, lines, newline):
    document = read(tmp_path, "a.txt", newline.join(lines).encode())
    if document is not None:
        assert not re.search(r"[^\W\d_]", left_out(document, check_slices(document)))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_passages_of_markdown_are_slices_that_do_not_overlap(tmp_path, lines, newline):
    document = read(tmp_path, "a.md", newline.join(lines).encode())
    if document is not None:
        check_slices(document)


def test_passages_of_the_bundled_documents_hold_all_but_front_matter():
    documents, _ = read_corpus(CORPUS)
    for document in documents:
        body = document.text.index("\n---\n", 4) + 5
        rest = left_out(document, [(0, body), *check_slices(document)])
        assert not re.search(r"[^\W\d_]", rest)


def test_passages_of_word_and_html_hold_every_letter(tmp_path):
    source = docx.Document()
    source.add_heading("Rules", 1)
    source.add_paragraph("Dogs may not come in. Cats may.")
    source.add_paragraph("Bring a card", style="List Bullet")
    table = source.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Day", "Opens", "Monday", "nine"), strict=True):
        cell.text = text
    raw = io.BytesIO()
    source.save(raw)
    html = (
        b"<h1>Rules</h1><p>Dogs may not <b>come</b> in.</p><ul><li>A<ul><li>B</li></ul></li></ul>"
    )
    for name, content in (("a.docx", raw.getvalue()), ("a.html", html)):
        document = read(tmp_path, name, content)
        assert document is not None
        assert not re.search(r"[^\W\d_]", left_out(document, check_slices(document)))


def as_html(paragraphs: list[str]) -> bytes:
    return "".join(f"<p>{text}</p>" for text in paragraphs).encode()


def as_word(paragraphs: list[str]) -> bytes:
    source = docx.Document()
    for text in paragraphs:
        source.add_paragraph(text)
    raw = io.BytesIO()
    source.save(raw)
    return raw.getvalue()


def as_pdf(paragraphs: list[str]) -> bytes:
    return pdf(*paragraphs)


WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=9)
PARAGRAPHS = st.lists(
    st.lists(WORDS, min_size=1, max_size=12).map(lambda words: " ".join(words) + "."),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize(
    ("name", "make"), [("a.html", as_html), ("a.docx", as_word), ("a.pdf", as_pdf)]
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(paragraphs=PARAGRAPHS)
def test_passages_of_every_other_format_hold_every_letter(tmp_path, name, make, paragraphs):
    document = read(tmp_path, name, make(paragraphs))
    assert document is not None
    spans = check_slices(document)
    assert not re.search(r"[^\W\d_]", left_out(document, spans))
    letters = [char for text in paragraphs for char in text if char.isalpha()]
    assert [char for char in document.text if char.isalpha()] == letters


def test_a_question_goes_together_with_its_answer(tmp_path):
    text = (
        "Does it hurt? No, it does not. It is cold.\n\n- Who? Why? Nobody knows.\n\nIs it dear?\n"
    )
    document = read(tmp_path, "a.md", text.encode())
    assert document is not None
    sentences = [sentence for passage in split(document) for sentence in passage.sentences]
    assert [document.text[s.start : s.end] for s in sentences] == [
        "Does it hurt? No, it does not.",
        "It is cold.",
        "Who? Why? Nobody knows.",
        "Is it dear?",
    ]


def test_a_list_item_knows_the_line_that_leads_it_in(tmp_path):
    text = b"Side effects include:\n\n- headache\n- vivid dreams\n"
    document = read(tmp_path, "a.md", text)
    assert document is not None
    (passage,) = split(document)
    item = passage.sentences[-1]
    assert document.text[item.start : item.end] == "vivid dreams"
    assert item.lead_in is not None
    assert document.text[slice(*item.lead_in)] == "Side effects include:"


@pytest.mark.parametrize(
    "text",
    [
        "References\n\n1. Smith J. A study. J Med. 2001. PMID: 123456.\n",
        "Dosing\n\nSee doi: 10.1000/182 for more.\n",
        "Links\n\nhttps://example.org/a/very/long/address\n",
    ],
)
def test_citations_and_links_are_marked_as_references(text, tmp_path):
    document = read(tmp_path, "a.txt", text.encode())
    assert document is not None
    assert any(sentence.reference for passage in split(document) for sentence in passage.sentences)
