"""What the models are trained on knows nothing of the documents and the gold questions."""

from __future__ import annotations

from tests.conftest import CORPUS, ROOT
from training import data
from training.leaks import shared_runs, training_texts


def test_a_run_of_eight_words_is_found_whatever_its_case_and_marks():
    one = "Please, take it with food; never with milk or juice."
    other = "Doctors say: TAKE IT with food, never with milk or tea"
    assert shared_runs([one], [other]) == {"take it with food never with milk or"}
    assert not shared_runs([one], [other], length=9)


def test_our_training_passages_share_no_run_of_eight_words_with_corpus_or_gold_set():
    groups = data.own()
    held_out = [path.read_text(encoding="utf-8") for path in CORPUS.glob("*.md")]
    held_out.append((ROOT / "tests/gold/gold.jsonl").read_text(encoding="utf-8"))
    assert len(groups) > 2000
    assert shared_runs(training_texts(groups), held_out) == set()


def test_every_training_question_names_sentences_of_its_passage():
    for group in data.own():
        assert group.question.strip()
        assert all(0 <= index < len(group.sentences) for index in group.answers)
