"""Figures, gates, reports and calibration, over rows made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import quote_from
from qa.calibration import Calibration
from qa.documents import Document
from qa.errors import InputError, ModelError
from qa.evaluation.calibration import calibrate
from qa.evaluation.gold import Evidence, GoldQuestion, check_gold, read_gold
from qa.evaluation.metrics import Row, aurc, clopper_pearson_upper, figures, risk_coverage
from qa.evaluation.report import differences, put_table, read_result, write_report
from qa.evaluation.run import answers, gate_failures, is_right

TEXT = "The library opens at nine. Dogs may not come in. It closes at five."
DOCUMENT = Document("rules.txt", "Rules", TEXT, "0" * 64)
QUESTION = GoldQuestion(
    "q1", "When does it open?", "plain", "dev", True, (Evidence("rules.txt", TEXT[:26]),)
)
ROW = Row("q1", "?", "plain", "test", True, True, True, True, True, None, 0.9, None, 10, 100.0)
MISS = replace(ROW, id="n1", kind="near_miss", answerable=False, right=False, first_right=False)
MISS = replace(MISS, would_be_right=False)


def quote(start: int, end: int):
    return quote_from(DOCUMENT, start, end, "", 0.5)


def test_a_quote_that_shows_the_evidence_is_right():
    assert is_right(quote(0, 26), QUESTION, DOCUMENT)
    assert is_right(quote(0, len(TEXT)), QUESTION, DOCUMENT)


def test_a_quote_that_only_touches_the_evidence_is_wrong():
    assert not is_right(quote(20, 66), QUESTION, DOCUMENT)
    assert not is_right(quote(27, 48), QUESTION, DOCUMENT)


def test_where_one_span_is_not_enough_all_must_be_shown():
    both = (Evidence("rules.txt", TEXT[:26]), Evidence("rules.txt", TEXT[49:]))
    question = replace(QUESTION, evidence=both)
    opens, closes = quote(0, 26), quote(49, len(TEXT))
    assert answers([opens], question, {"rules.txt": DOCUMENT}.__getitem__)
    strict = replace(question, any_of=False)
    assert not answers([opens], strict, {"rules.txt": DOCUMENT}.__getitem__)
    assert answers([opens, closes], strict, {"rules.txt": DOCUMENT}.__getitem__)


def test_answering_what_is_not_there_counts_as_wrong():
    assert MISS.wrong
    assert figures([ROW, MISS])["wrong_share"] == 0.5
    assert figures([ROW, replace(MISS, answered=False)])["balanced"] == 1.0


def test_the_bound_is_the_published_one():
    # no event in n trials: 1 - 0.05 ** (1 / n), the exact form of the "rule of three"
    assert clopper_pearson_upper(0, 30) == pytest.approx(1 - 0.05 ** (1 / 30))


@given(st.integers(1, 200), st.data())
def test_the_bound_is_never_below_what_was_seen(total, data):
    wrong = data.draw(st.integers(0, total))
    assert clopper_pearson_upper(wrong, total) >= wrong / total


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=50))
def test_the_area_under_the_risk_coverage_curve_is_a_share(drawn):
    rows = [replace(ROW, would_be_right=right, confidence=p) for right, p in drawn]
    assert 0.0 <= aurc(rows) <= 1.0
    assert risk_coverage(rows)[-1][0] == 1.0


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=300))
def test_a_promise_is_only_made_when_its_bound_holds(drawn):
    rows = [replace(ROW, would_be_right=right, confidence=p) for right, p in drawn]
    found = calibrate(rows, 0.2, 0.95)
    if found.holds:
        given_rows = [row for row in rows if row.confidence >= found.threshold]
        wrong = sum(not row.would_be_right for row in given_rows)
        assert (len(given_rows), wrong) == (found.answered, found.wrong)
        assert clopper_pearson_upper(wrong, len(given_rows)) <= 0.2


def test_a_small_gold_set_promises_nothing():
    assert not calibrate([ROW] * 5, 0.1, 0.95).holds


def test_a_large_sound_gold_set_promises():
    assert calibrate([ROW] * 100, 0.1, 0.95).holds


def test_a_calibration_is_read_as_it_was_written(tmp_path):
    found = calibrate([ROW] * 100, 0.1, 0.95)
    found.write(tmp_path / "calibration.json")
    assert Calibration.read(tmp_path / "calibration.json") == found


@pytest.mark.parametrize("text", ["", "[]", '{"threshold": 0.5}', "{}"])
def test_a_damaged_calibration_is_an_error_that_says_what_to_do(text, tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(ModelError, match="run `qa calibrate` again or unset QA_CALIBRATION"):
        Calibration.read(path)


def test_a_gate_names_the_figure_that_failed(tmp_path):
    gate = tmp_path / "gate.toml"
    gate.write_text('split = "test"\n[minimum.all]\nbalanced = 0.9\n', encoding="utf-8")
    assert gate_failures([ROW, MISS], gate) == ["all.balanced is 0.500, minimum 0.9"]
    assert gate_failures([ROW, replace(MISS, answered=False)], gate) == []


def test_a_gate_with_an_unknown_figure_is_an_error(tmp_path):
    gate = tmp_path / "gate.toml"
    gate.write_text('split = "all"\n[minimum.all]\nbeauty = 1\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"all\.beauty"):
        gate_failures([ROW], gate)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'split = "all"\n[minimun.all]\nbalanced = 1\n',
        'split = "both"\n[minimum.all]\nbalanced = 1\n',
        'split = "all"\n[minimum]\nbalanced = 0.6\n',
        'split = "all"\n[minimum.all]\nbalanced = "high"\n',
    ],
)
def test_a_gate_that_would_check_nothing_is_an_error(text, tmp_path):
    gate = tmp_path / "gate.toml"
    gate.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        gate_failures([ROW], gate)


def test_answers_that_are_all_wrong_have_no_bound_below_one():
    assert calibrate([replace(ROW, would_be_right=False)] * 5, 0.1, 0.95).bound == 1.0


def test_rows_of_equal_confidence_may_stand_in_any_order():
    rows = [replace(ROW, would_be_right=right) for right in (True, False, True)]
    assert aurc(rows) == aurc(rows[::-1]) == pytest.approx(1 / 3)


def test_the_report_escapes_questions_and_tells_what_changed(tmp_path):
    odd = replace(ROW, question="<script>alert(1)</script>", right=False)
    write_report(tmp_path, [odd])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    previous = read_result(tmp_path / "result.json")
    assert differences([odd], previous) == []
    assert differences([replace(odd, right=True)], previous)[0].startswith("q1: wrong → right")


def test_the_table_is_put_between_its_marks(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- results -->\nold\n<!-- /results -->\nb\n", encoding="utf-8")
    put_table(readme, "new")
    text = "a\n<!-- results -->\nnew\n<!-- /results -->\nb\n"
    assert readme.read_text(encoding="utf-8") == text


def test_the_checker_finds_what_is_wrong_with_a_gold_set():
    wrong = [
        QUESTION,
        replace(QUESTION, question="Another?"),
        replace(QUESTION, id="q2", question="2", evidence=(Evidence("rules.txt", "at ten"),)),
        replace(QUESTION, id="q3", question="3", answerable=False),
        replace(QUESTION, id="q4", question="4", kind="near_miss"),
        replace(QUESTION, id="q5", question="5", split="train"),
    ]
    found = " ".join(check_gold(wrong, [DOCUMENT]))
    for fault in ("more than once", "doesn't hold", "has evidence", "cannot be", "neither dev"):
        assert fault in found
    assert check_gold([QUESTION], [DOCUMENT]) == []


@pytest.mark.parametrize("change", [{"answerable": "false"}, {"history": "why"}, {"question": 1}])
def test_a_bad_gold_line_is_named(change, tmp_path):
    path = tmp_path / "gold.jsonl"
    row = {"id": 1, "question": "?", "kind": "plain", "split": "dev", "answerable": False}
    row |= {"evidence": [], "any_of": False, **change}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        read_gold(path)
