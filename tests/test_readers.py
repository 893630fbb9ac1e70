"""Every format is read to text with its structure; what cannot be read is named, not fatal."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from pypdf import PdfWriter

from qa.documents import read_corpus, read_document
from qa.errors import CorpusError
from qa.passages import split


def pdf(*pages: str) -> bytes:
    """A small PDF with a text layer, written by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources "
            f"<< /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def encrypted_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.encrypt("secret")
    raw = io.BytesIO()
    writer.write(raw)
    return raw.getvalue()


def cut_docx() -> bytes:
    """A Word file whose text is cut short."""
    whole = io.BytesIO()
    docx.Document().save(whole)
    cut = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(cut, "w") as target:
        for name in source.namelist():
            raw = source.read(name)
            target.writestr(name, raw[: len(raw) // 2] if name == "word/document.xml" else raw)
    return cut.getvalue()


def test_front_matter_tells_title_and_kind(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: Rules\nkind: leaflet\n---\n# Other\n\nText.\n", encoding="utf-8")
    document = read_document(path, "a.md")
    assert (document.title, document.kind) == ("Rules", "leaflet")


def test_newlines_of_a_text_file_are_untouched(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"One line.\r\n\r\nAnother line.\r\n")
    assert read_document(path, "a.txt").text == "One line.\r\n\r\nAnother line.\r\n"


def test_unmarked_headings_bullets_and_numbered_questions_are_found(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(
        "A guide to the library\n\nIt has many rooms. They are open to all.\n\n"
        "Who may come in\n\nThese people may come in:\n\n  • Members\n  • Guests\n\n"
        "FAQs\n\n  1. Is it free\n     Yes, it is free.\n  2. Is it warm\n     Mostly.\n",
        encoding="utf-8",
    )
    passages = split(read_document(path, "a.txt"))
    headings = [passage.heading for passage in passages]
    assert "Who may come in" in headings
    assert "FAQs > Is it free" in headings


def test_a_table_row_knows_its_header(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("| Day | Opens |\n|---|---|\n| Monday | nine |\n", encoding="utf-8")
    document = read_document(path, "a.md")
    (row,) = [s for passage in split(document) for s in passage.sentences]
    assert document.text[row.start : row.end] == "Monday | nine"
    assert row.lead_in is not None
    assert document.text[slice(*row.lead_in)] == "Day | Opens"


def test_html_leaves_out_scripts_and_navigation(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<title>Rules</title><nav>Home</nav><script>evil()</script><h1>Dogs</h1><p>No dogs.</p>",
        encoding="utf-8",
    )
    document = read_document(path, "a.html")
    assert document.title == "Rules"
    assert document.text.split() == ["Dogs", "No", "dogs."]


def test_html_blocks_stay_apart_and_a_table_keeps_its_header(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<div>one</div><div>two</div><table><thead><tr><th>Day</th><th>Opens</th></tr></thead>"
        "<tbody><tr><td>Monday</td><td>nine</td></tr></tbody></table>",
        encoding="utf-8",
    )
    document = read_document(path, "a.html")
    assert document.text.split("\n\n")[:2] == ["one", "two"]
    row = document.blocks[-1]
    assert row.header is not None
    assert document.text[slice(*row.header)] == "Day | Opens"


def test_a_byte_order_mark_does_not_hide_the_front_matter(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes("\ufeff---\ntitle: Rules\n---\n# Dogs\n\nNo dogs.\n".encode())
    document = read_document(path, "a.md")
    assert document.title == "Rules"
    headings = [b for b in document.blocks if b.kind == "heading"]
    assert [document.text[b.start : b.end] for b in headings] == ["Dogs"]


def test_a_pdf_tells_the_page(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("The first page speaks.", "The second page speaks."))
    document = read_document(path, "a.pdf")
    assert document.page_of(document.text.index("first")) == 1
    assert document.page_of(document.text.index("second")) == 2


def test_a_word_document_keeps_headings_lists_and_tables(tmp_path):
    source = docx.Document()
    source.add_heading("Rules", 1)
    source.add_paragraph("Bring a card", style="List Bullet")
    source.save(str(tmp_path / "a.docx"))
    kinds = [block.kind for block in read_document(tmp_path / "a.docx", "a.docx").blocks]
    assert kinds == ["heading", "item"]


BAD = {
    "empty.txt": (b"", "is empty"),
    "blank.md": (b" \n\n", "is empty"),
    "binary.txt": (b"\x00\x01\x02", "binary"),
    "latin.txt": (b"caf\xe9", "UTF-8"),
    "broken.pdf": (b"%PDF-1.4 nothing here", "PDF"),
    "locked.pdf": (encrypted_pdf(), "encrypted"),
    "broken.docx": (b"PK\x03\x04 nothing", "docx"),
    "locked.docx": (b"\xd0\xcf\x11\xe0" + b"0" * 600, "encrypted"),
    "yaml.md": (b"---\ntitle: [\n---\ntext\n", "front matter"),
    "date.md": (b"---\npublished: 2024-13-45\n---\ntext\n", "front matter"),
    "cut.docx": (cut_docx(), "docx"),
    "picture.png": (b"\x89PNG", "suffix"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(name, tmp_path):
    raw, reason = BAD[name]
    (tmp_path / name).write_bytes(raw)
    (tmp_path / "good.txt").write_text("The library opens at nine.", encoding="utf-8")
    documents, skipped = read_corpus(tmp_path)
    assert [document.file for document in documents] == ["good.txt"]
    assert [item.file for item in skipped] == [name]
    assert reason in skipped[0].reason


def test_a_folder_with_nothing_readable_is_an_error(tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(CorpusError, match="no readable document"):
        read_corpus(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match="not a folder"):
        read_corpus(tmp_path / "nowhere")
