"""Both sets of models answer and refuse, each from an index of its own."""

from __future__ import annotations

import pytest

from qa.assistant import Assistant
from qa.encoder import Encoder
from qa.errors import IndexFolderError, QaError
from qa.evidence import model_folder
from qa.indexing import build_index
from qa.settings import Settings, load_settings
from tests.conftest import CORPUS


@pytest.fixture(scope="module")
def small_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "index"
    build_index(CORPUS, folder, Encoder.load(Settings(profile="small")))
    return folder


@pytest.fixture(scope="module")
def small(small_index):
    return Assistant.open(small_index, Settings(profile="small"))


def test_the_small_profile_is_chosen_by_one_setting(monkeypatch):
    monkeypatch.setenv("QA_PROFILE", "small")
    assert load_settings().profile == "small"


def test_the_small_models_make_shorter_vectors_and_the_index_names_them(small):
    assert small.encoder.dimension == 384
    assert small.index.manifest.encoder.startswith("all-MiniLM-L6-v2")


def test_the_small_profile_answers_in_the_documents_words(small):
    answer = small.ask("Will it give me weird dreams?")
    assert answer.outcome == "answered"
    assert any("dreams" in quote.text for quote in answer.quotes)
    for quote in answer.quotes:
        assert quote.text == small.document(quote.file).text[quote.start : quote.end]


def test_the_small_profile_refuses_what_is_far_off(small):
    answer = small.ask("How do I change the tyre of a bicycle?")
    assert (answer.outcome, answer.quotes) == ("refused", ())


@pytest.mark.parametrize(("built", "set_to"), [("small", "standard"), ("standard", "small")])
def test_an_index_of_the_other_profile_is_refused_with_what_to_do(
    built, set_to, small_index, index_dir
):
    folder = small_index if built == "small" else index_dir
    with pytest.raises(IndexFolderError, match=r"Rebuild it .* or set QA_PROFILE"):
        Assistant.open(folder, Settings(profile=set_to))


def test_a_profile_that_is_not_there_is_named_with_those_that_are(monkeypatch):
    monkeypatch.setenv("QA_PROFILE", "huge")
    with pytest.raises(QaError, match=r"QA_PROFILE: .*'standard' or 'small'"):
        load_settings()


def test_all_packaged_weights_together_stay_below_thirty_megabytes():
    weights = list(model_folder("standard").parent.rglob("*.safetensors"))
    assert len(weights) == 4
    assert sum(path.stat().st_size for path in weights) <= 30_000_000
