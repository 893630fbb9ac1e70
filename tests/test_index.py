"""The index is built aside, updated by what changed, and refused when it is not sound."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from qa.errors import IndexFolderError
from qa.index import Index
from qa.indexing import build_index
from tests.conftest import CORPUS


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("The library opens at nine. Dogs may not come in.")
    (folder / "b.txt").write_text("The pool is closed on Mondays.")
    return folder


@pytest.fixture
def built(tmp_path, corpus, encoder):
    folder = tmp_path / "index"
    build_index(corpus, folder, encoder)
    return folder


def test_an_unchanged_corpus_embeds_nothing(corpus, built, encoder):
    report = build_index(corpus, built, encoder)
    assert (report.sentences, report.embedded) == (3, 0)


def test_only_a_changed_document_is_embedded_again(corpus, built, encoder):
    (corpus / "b.txt").write_text("The pool is closed on Fridays.")
    assert build_index(corpus, built, encoder).embedded == 1
    index = Index.open(built)
    assert "Fridays" in index.document("b.txt").text


def test_a_removed_document_is_gone(corpus, built, encoder):
    (corpus / "b.txt").unlink()
    assert build_index(corpus, built, encoder).removed == 1
    assert [document.file for document in Index.open(built).documents()] == ["a.txt"]


def test_a_copied_index_opens(built, tmp_path):
    shutil.copytree(built, tmp_path / "elsewhere")
    assert len(Index.open(tmp_path / "elsewhere").documents()) == 2


@pytest.mark.parametrize("name", ["vectors.faiss", "passages.sqlite", "manifest.json"])
def test_a_damaged_index_is_refused_with_the_command_that_mends_it(built, name):
    raw = (built / name).read_bytes()
    (built / name).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(IndexFolderError, match="qa index"):
        Index.open(built)


def test_a_damaged_index_is_mended_by_indexing_again(corpus, built, encoder):
    (built / "vectors.faiss").write_bytes(b"")
    assert build_index(corpus, built, encoder).embedded == 3
    Index.open(built)


def test_an_index_of_another_version_is_refused(built):
    manifest = json.loads((built / "manifest.json").read_text())
    manifest["format_version"] += 1
    (built / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexFolderError, match="another version"):
        Index.open(built)


def test_a_folder_with_other_files_is_left_alone(corpus, tmp_path, encoder):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(IndexFolderError, match="nothing was"):
        build_index(corpus, folder, encoder)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


BUILDER = """
import sys, time
from pathlib import Path
import numpy as np
from qa.indexing import build_index

class Slow:
    name, dimension = sys.argv[3], 768
    sha256 = sys.argv[4]
    def encode_documents(self, texts):
        time.sleep(0.02)
        return np.ones((len(texts), self.dimension), dtype=np.float32)

print("ready", flush=True)
for _ in range(1000):
    build_index(Path(sys.argv[1]), Path(sys.argv[2]), Slow())
"""


def test_an_index_can_be_opened_whenever_its_build_was_killed(built, encoder):
    for delay in (0.0, 0.01, 0.03, 0.05, 0.08, 0.13, 0.21, 0.34):
        arguments = [CORPUS, built, encoder.name, encoder.sha256]
        builder = subprocess.Popen(
            [sys.executable, "-c", BUILDER, *map(str, arguments)], stdout=subprocess.PIPE
        )
        assert builder.stdout is not None
        builder.stdout.readline()
        time.sleep(delay)
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        builder.stdout.close()
        assert len(Index.open(built).documents()) in (2, 5)


def test_a_build_after_a_killed_one_leaves_nothing_behind(corpus, built, encoder):
    (built.parent / ".index.building-left").mkdir()
    build_index(corpus, built, encoder)
    assert not list(built.parent.glob(".index.building-*"))
