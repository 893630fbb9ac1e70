"""Real parts, made once: the encoder, an index of the bundled documents, the assistant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"


@pytest.fixture(scope="session")
def settings():
    from qa.settings import Settings

    return Settings()


@pytest.fixture(scope="session")
def encoder(settings):
    from qa.encoder import Encoder

    return Encoder.load(settings)


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory, encoder) -> Path:
    from qa.indexing import build_index

    folder = tmp_path_factory.mktemp("bundled") / "index"
    build_index(CORPUS, folder, encoder)
    return folder


@pytest.fixture(scope="session")
def assistant(index_dir, settings):
    from qa.assistant import Assistant

    return Assistant.open(index_dir, settings)
