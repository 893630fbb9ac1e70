"""What the models are trained on knows nothing of the documents and the gold questions."""

from __future__ import annotations

import json
import re

import pytest

from qa.evaluation.gold import read_gold
from qa.words import words
from tests.conftest import CORPUS, ROOT
from training import data
from training.leaks import shared_runs, training_texts
from training.needs import every_wording, need_groups, read_needs, read_tags


def test_a_run_of_eight_words_is_found_whatever_its_case_and_marks():
    one = "Please, take it with food; never with milk or juice."
    other = "Doctors say: TAKE IT with food, never with milk or tea"
    assert shared_runs([one], [other]) == {"take it with food never with milk or"}
    assert not shared_runs([one], [other], length=9)


def test_our_training_passages_share_no_run_of_eight_words_with_corpus_or_gold_set():
    groups = [*data.own(), *need_groups(0)]
    held_out = [path.read_text(encoding="utf-8") for path in CORPUS.glob("*.md")]
    held_out.append((ROOT / "tests/gold/gold.jsonl").read_text(encoding="utf-8"))
    assert len(groups) > 2000
    assert shared_runs(training_texts(groups) | every_wording(), held_out) == set()


def test_no_wording_of_a_need_and_no_question_of_ours_is_a_gold_question():
    files = [ROOT / "tests/gold/gold.jsonl", *(ROOT / "training/dev").glob("*/gold.jsonl")]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    asked = {" ".join(words(json.loads(line)["question"])) for line in lines}
    ours = {group.question for group in data.own() if group.source.startswith("extra")}
    asked.discard("")  # one gold question holds no word
    assert not asked & {" ".join(words(text)) for text in ours | every_wording()}


def test_every_training_question_names_sentences_of_its_passage():
    for group in data.own():
        assert group.question.strip()
        assert not re.search(r"[<>=|{}]", group.question), "a mark would give the label away"
        assert all(0 <= index < len(group.sentences) for index in group.answers)


def test_every_tag_names_a_need_and_sentences_of_a_training_passage():
    rows = {row["id"]: row for path in data.OWN.glob("*.jsonl*") for row in data.lines(path)}
    needs = read_needs()
    for tagged in read_tags():
        row = rows[tagged.passage]
        assert row["partition"] == "train"
        for need, numbers in tagged.sentences.items():
            assert need in needs, (tagged.passage, need)
            assert all(number < len(row["sentences"]) for number in numbers), tagged


def test_a_need_is_answered_by_its_tagged_sentences_and_a_near_miss_by_none():
    tags = {tagged.passage: tagged for tagged in read_tags()}
    rows = {row["id"]: row for path in data.OWN.glob("*.jsonl*") for row in data.lines(path)}
    groups = need_groups(3)
    assert {bool(group.answers) for group in groups} == {True, False}
    for group in groups:
        passage = group.passage.removeprefix("needs:")
        spoken = {
            rows[passage]["sentences"][number]
            for numbers in tags[passage].sentences.values()
            for number in numbers
        }
        assert {group.sentences[index] for index in group.answers} <= spoken


def test_sentences_that_half_answer_a_need_count_neither_as_right_nor_as_wrong(tmp_path):
    passage = {
        "id": "p",
        "title": "Tablets",
        "section": "",
        "sentences": ["It can upset you.", "It brings headaches.", "It is white."],
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(passage), encoding="utf-8")
    (tmp_path / "needs.toml").write_text(
        '[head]\nkinds = "d"\nnear = ["harm"]\nwords = ["sore head?"]\n'
        '[harm]\nkinds = "d"\nnear = []\nwords = ["is {x} nasty"]\n'
        '[cost]\nkinds = "d"\nnear = []\nwords = ["price?"]\n',
        encoding="utf-8",
    )
    (tmp_path / "tags.txt").write_text("p - d head:1 harm:0\n", encoding="utf-8")
    asked = {group.question: group for group in need_groups(1, folder=tmp_path)}
    assert set(asked) == {"sore head?", "price?"}, "a wording that needs a name is not drawn"
    assert asked["sore head?"].sentences == ("It brings headaches.", "It is white.")
    assert asked["sore head?"].answers == {0}
    assert asked["price?"].answers == frozenset()


@pytest.mark.parametrize("folder", sorted((ROOT / "training/dev").iterdir()), ids=lambda f: f.name)
def test_the_evidence_of_dev_questions_stands_in_their_documents(folder):
    for question in read_gold(folder / "gold.jsonl"):
        assert question.split == "dev"
        assert question.answerable == bool(question.evidence)
        for evidence in question.evidence:
            text = (folder / "corpus" / evidence.file).read_text(encoding="utf-8")
            assert text.count(evidence.quote) == 1


def test_what_the_gate_is_fitted_on_shares_no_run_of_eight_words_with_training_data():
    files = [path for path in (ROOT / "training/dev").rglob("*") if path.is_file()]
    groups = [*data.own(), *need_groups(0)]
    held_out = [path.read_text(encoding="utf-8") for path in files]
    assert shared_runs(training_texts(groups) | every_wording(), held_out) == set()
