"""Small pieces of HTML that several views share; every text that comes from outside is escaped."""

from __future__ import annotations

from html import escape

from qa.documents import Document

SHOWN_QUESTION_CHARS = 300

_TEMPLATE_MARKS = str.maketrans(
    {"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;", "\n": "&#10;", "\r": "&#13;"}
)
# General words for sorts of source, each with its drawing; a source of another sort is a page.
_DRAWINGS = (
    (
        ("personal", "story", "blog"),
        '<circle cx="8" cy="5" r="2.6"/><path d="M3 14a5 5 0 0 1 10 0"/>',
    ),
    (
        ("group", "forum", "charity", "community"),
        '<circle cx="5.5" cy="5.5" r="2.2"/><circle cx="11" cy="6" r="1.8"/>'
        '<path d="M1.5 13.5a4 4 0 0 1 8 0M10.5 9.8a3.4 3.4 0 0 1 4 3.7"/>',
    ),
    (
        ("label", "leaflet"),
        '<rect x="1.8" y="5" width="12.4" height="6" rx="3"/><path d="M8 5v6"/>',
    ),
    (
        ("clinician", "doctor", "nurse"),
        '<path d="M8 2.5v11M2.5 8h11"/><circle cx="8" cy="8" r="6.7"/>',
    ),
    (
        ("research", "study", "trial", "review", "article"),
        '<path d="M6 2h4M6.8 2v4.2L2.8 13a1 1 0 0 0 .9 1.5h8.6a1 1 0 0 0 .9-1.5L9.2 6.2V2"/>'
        '<path d="M4.6 10.5h6.8"/>',
    ),
    (
        ("guide", "book", "faq", "handout"),
        '<path d="M8 4C6.5 2.8 4.5 2.5 2 2.7v9.8c2.5-.2 4.5.1 6 1.3 1.5-1.2 3.5-1.5 6-1.3V2.7"/>'
        '<path d="M14 2.7C11.5 2.5 9.5 2.8 8 4v9.8"/>',
    ),
)
_PAGE = '<path d="M4 1.8h5.5l3 3v9.4H4zM6 7.5h4.5M6 10.2h4.5"/>'


def text(value: str) -> str:
    """Escape a text for HTML, and for the template languages that Gradio runs over HTML."""
    return escape(value).translate(_TEMPLATE_MARKS)


def cut(question: str) -> str:
    """A long question's beginning."""
    if len(question) <= SHOWN_QUESTION_CHARS:
        return question
    return question[:SHOWN_QUESTION_CHARS].rstrip() + " …"


def kind_mark(kind: str) -> str:
    """The sort of a source, with its own drawing."""
    words = kind.lower()
    drawing = next((d for names, d in _DRAWINGS if any(name in words for name in names)), _PAGE)
    return (
        '<span class="kind"><svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">'
        f"{drawing}</svg>{text(kind)}</span>"
    )


def provenance(document: Document) -> list[str]:
    """Publisher and dates of a document, as far as they are known."""
    named = [
        ("", document.publisher),
        ("published ", document.published),
        ("reviewed ", document.reviewed),
    ]
    return [name + value for name, value in named if value]


def box(name: str, icon: str, label: str, body: str, role: str = "") -> str:
    """A framed message with an icon and a label."""
    attribute = f' role="{role}"' if role else ""
    return (
        f'<div class="{name}"{attribute}><p class="label">{round_icon(icon)}'
        f"<strong>{text(label)}</strong></p>{body}</div>"
    )


def round_icon(mark: str) -> str:
    """A mark in a ring, which a screen reader passes over."""
    return f'<span class="icon" aria-hidden="true">{mark}</span>'
