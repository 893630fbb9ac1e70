"""Kept answers, gaps, and trying a change: over a small folder, with the real models."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from qa.assistant import Assistant
from qa.errors import InputError, QaError
from qa.evaluation.gold import Evidence, GoldQuestion, add_gold, check_gold, read_gold
from qa.index import Index
from qa.indexing import build_index
from qa.live import LiveAssistant
from qa.review.gaps import gaps, unreached
from qa.review.store import Filter, ReviewStore
from qa.review.trial import RememberedScores, Trial
from qa.suggestions import Suggestions, answered_questions, examples

QUESTION = "Will it give me weird dreams?"


@pytest.fixture
def store(tmp_path):
    kept = ReviewStore(tmp_path / "kept.sqlite", days=30)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def trace(assistant):
    return assistant.trace(QUESTION)


@pytest.fixture(scope="module")
def refusal(assistant):
    return assistant.trace("Which wine goes with roast duck?")


def test_a_kept_answer_holds_what_was_shown_and_why_and_nothing_of_the_person(store, trace):
    number = store.add(trace, ["Hello?"], "wrong", "It hurts")
    kept = store.get(number)
    assert (kept.question, kept.history, kept.reported) == (QUESTION, ("Hello?",), "wrong")
    assert kept.answer["quotes"][0]["text"] == trace.answer.quotes[0].text
    candidate = kept.trace["readings"][0]["candidates"][0]
    assert {"dense", "bm25", "evidence"} <= candidate.keys()
    columns = {row[1] for row in store._db.execute("PRAGMA table_info(answers)")}
    assert not columns & {"address", "ip", "agent", "user_agent", "session"}


def test_the_queue_is_filtered_by_outcome_verdict_kind_date_and_score(store, trace, refusal):
    answered, refused = store.add(trace, []), store.add(refusal, [])
    store.judge(answered, "right")
    today = datetime.now(UTC).date()
    cases = [
        (Filter(outcome="answered"), [answered]),
        (Filter(verdict="waiting"), [refused]),
        (Filter(verdict="right"), [answered]),
        (Filter(kind="plain"), [refused, answered]),
        (Filter(kind="urgent"), []),
        (Filter(since=str(today)), [refused, answered]),
        (Filter(until=str(today - timedelta(days=1))), []),
        (Filter(least=trace.answer.confidence - 0.01), [answered]),
    ]
    for wanted, ids in cases:
        assert [kept.id for kept in store.find(wanted)] == ids


def test_a_verdict_must_be_one_of_the_known(store, trace):
    number = store.add(trace, [])
    with pytest.raises(ValueError, match="none of"):
        store.judge(number, "nice")
    with pytest.raises(KeyError):
        store.judge(number + 1, "right")


def test_an_answer_is_deleted_for_good_by_its_id(store, trace, tmp_path):
    number = store.add(trace, [], comment="zyxomma")
    store.delete(number)
    with pytest.raises(KeyError):
        store.get(number)
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"zyxomma" not in (tmp_path / "kept.sqlite").read_bytes()


def test_answers_are_deleted_when_their_days_are_over(store, trace):
    number = store.add(trace, [])
    old = (datetime.now(UTC) - timedelta(days=31)).strftime("%Y-%m-%dT%H:%MZ")
    with store._db:
        store._db.execute("UPDATE answers SET kept = ?", (old,))
    store.delete_old()
    with pytest.raises(KeyError):
        store.get(number)


def test_many_writers_lose_nothing(store, trace):
    threads = [threading.Thread(target=store.add, args=(trace, [])) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.all())) == 20


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path):
    path = tmp_path / "kept"
    path.write_text("not a database " * 100)
    with pytest.raises(QaError, match="QA_REVIEW"):
        ReviewStore(path, 30)


def gold_question(**fields):
    fields = {
        "id": "x",
        "question": "Is it new?",
        "kind": "plain",
        "split": "dev",
        "answerable": True,
        "evidence": (Evidence("a.md", "It is new."),),
    } | fields
    return GoldQuestion(**fields)


@pytest.fixture(scope="module")
def small(tmp_path_factory, encoder, assistant):
    """A folder of two documents, its index, and an assistant over it."""
    folder = tmp_path_factory.mktemp("small")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "kettle.md").write_text(
        "# Kettle\n\n## Guarantee\n\nThe kettle's guarantee lasts two years. Boil it once before "
        "first use.\n\n## Cleaning\n\nClean it with vinegar every month.\n"
    )
    (corpus / "lamp.md").write_text("# Lamp\n\nThe lamp takes one E14 bulb of 40 watts.\n")
    build_index(corpus, folder / "index", encoder)
    settings = assistant.settings.model_copy(update={"corpus": corpus})
    gold = folder / "gold.jsonl"
    rows = [
        gold_question(
            id="g1",
            question="How long is the kettle's guarantee?",
            evidence=(Evidence("kettle.md", "The kettle's guarantee lasts two years."),),
        ),
        gold_question(
            id="g2",
            question="Which bulb does the lamp take?",
            evidence=(Evidence("lamp.md", "The lamp takes one E14 bulb of 40 watts."),),
        ),
    ]
    small = assistant.over(Index.open(folder / "index"))
    for row in rows:
        add_gold(gold, row, small.documents())
    settings = settings.model_copy(update={"gold": gold})
    return Assistant(small.index, encoder, small.evidence, small.gate, settings)


def test_a_gold_question_is_written_whole_or_not_at_all(tmp_path, small):
    path = tmp_path / "gold.jsonl"
    documents = small.documents()
    good = gold_question(evidence=(Evidence("lamp.md", "one E14 bulb"),))
    add_gold(path, good, documents)
    before = path.read_bytes()
    for bad in [
        good,
        gold_question(question="Another?"),
        gold_question(question="Third?", kind="unknown", evidence=good.evidence),
    ]:
        with pytest.raises(InputError, match="Nothing was written"):
            add_gold(path, bad, documents)
    assert path.read_bytes() == before
    add_gold(path, gold_question(id="y", question="No?", answerable=False, evidence=()), documents)
    assert [one.id for one in read_gold(path)] == ["x", "y"]
    assert check_gold(read_gold(path), documents) == []


def test_refused_questions_are_grouped_by_meaning(store, assistant, encoder):
    for question in [
        "Which wine goes with roast duck?",
        "What wine should I drink with duck?",
        "How tall is the Eiffel tower?",
    ]:
        trace = assistant.trace(question)
        assert trace.answer.outcome == "refused"
        store.add(trace, [])
    found = gaps(store.all(), encoder)
    assert [gap.count for gap in found] == [2, 1]
    assert len(found[0].questions) == 2
    assert found[0].weeks[0][1] == 2


def test_passages_that_no_gold_question_reaches_are_listed(small):
    found = unreached(small.index, read_gold(small.settings.gold))
    assert [passage.text for passage in found if "vinegar" in passage.text]
    assert not [passage.text for passage in found if "guarantee lasts" in passage.text]


def test_scores_are_remembered_and_equal_to_the_model_s(assistant):
    remembered = RememberedScores(assistant.evidence)
    sentences = ["It may cause vivid dreams.", "It costs 90 dollars."]
    first = remembered.score(QUESTION, sentences, ["A", "A"])
    assert first == pytest.approx(assistant.evidence.score(QUESTION, sentences, ["A", "A"]))
    assert remembered.score(QUESTION, sentences[::-1], ["A", "A"]) == first[::-1]


def run(trial, file, data):
    done = threading.Event()
    trial.start(file, data, done.set)
    assert done.wait(120)
    return trial.state


def test_a_change_is_tried_beside_the_live_index_and_then_published(small):
    live = LiveAssistant(small)
    trial = Trial(live, small.settings)
    asked = "How long is the kettle's guarantee?"
    changed = b"# Kettle\n\n## Cleaning\n\nClean it with vinegar every month.\n"
    state = run(trial, "kettle.md", changed)
    assert state.phase == "done"
    assert any(line.startswith("g1: right →") for line in state.changes)
    assert state.lost == ("g1: How long is the kettle's guarantee?",)
    assert live.current.ask(asked).outcome == "answered"
    before = live.current
    trial.publish()
    assert live.current is not before
    assert "guarantee" not in live.current.document("kettle.md").text
    assert before.ask(asked).outcome == "answered"  # who began with it ends with it
    assert (small.settings.corpus / "kettle.md").read_bytes() == changed
    assert trial.state.phase == "published"
    with pytest.raises(InputError, match="no finished trial"):
        trial.publish()


@pytest.mark.parametrize(
    "file", ["../out.md", "/etc/x.md", "", ".hidden.md", "a.exe", "a/../../b.md"]
)
def test_a_trial_writes_only_below_the_documents(small, file):
    with pytest.raises(InputError):
        Trial(LiveAssistant(small), small.settings).start(file, b"x")


def test_a_document_that_cannot_be_read_fails_the_trial_with_the_reason(small):
    state = run(Trial(LiveAssistant(small), small.settings), "new.md", b"\xff\xfe\x00")
    assert state.phase == "failed"
    assert "new.md" in state.error


def test_example_questions_come_from_each_document_in_turn_and_never_from_a_patient(tmp_path):
    rows = [
        gold_question(id="1", question="A?"),
        gold_question(id="2", question="B?"),
        gold_question(id="3", question="C?", evidence=(Evidence("b.md", "x"),)),
        gold_question(id="4", question="D?", note="review: asked by a reader"),
        gold_question(id="5", question="E?", kind="typo"),
        gold_question(id="6", question="F?", answerable=False, evidence=()),
        gold_question(id="7", question="G?", evidence=(Evidence("gone.md", "x"),)),
    ]
    path = tmp_path / "gold.jsonl"
    lines = [json.dumps(vars(row), default=vars) for row in rows]
    path.write_text("\n".join(lines))
    found = answered_questions(path, frozenset({"a.md", "b.md"}))
    assert examples(found, lambda _: True) == ["A?", "C?", "B?"]
    assert examples(found, lambda question: question != "C?", 1) == ["A?"]
    assert examples(found, lambda question: question != "A?") == ["C?", "B?"]
    assert answered_questions(tmp_path / "none", frozenset()) == []


def test_suggestions_are_near_in_meaning(encoder):
    rows = [
        gold_question(question="Can it give you nightmares?"),
        gold_question(question="What does a month's supply cost?"),
    ]
    suggestions = Suggestions(rows, encoder)
    assert suggestions.near("will i have bad dreams", 1) == ["Can it give you nightmares?"]
    assert suggestions.near("Which wine goes with roast duck?") == []


def test_the_kept_answers_are_in_write_ahead_mode(store):
    assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
