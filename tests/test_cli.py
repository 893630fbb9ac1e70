"""The `qa` command as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.calibration import Calibration

COMMANDS = ("index", "ask", "answer", "eval", "calibrate", "serve", "verify", "doctor")


def qa(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from qa.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "120", **environment},
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(command):
    shown = qa(command, "--help")
    assert shown.returncode == 0
    assert "Example:" in shown.stdout


def test_ask_prints_the_quote_with_file_and_line(index_dir):
    shown = qa("ask", "Will it give me weird dreams?", "--index", index_dir)
    assert shown.returncode == 0
    assert "> " in shown.stdout
    assert ".md:" in shown.stdout


def test_ask_as_json_is_the_payload(index_dir):
    shown = qa("ask", "Who won the world cup?", "--index", index_dir, "--json")
    assert json.loads(shown.stdout)["status"] == "refused"


def test_answer_runs_the_good_lines_and_names_the_bad_one(index_dir, tmp_path):
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": 1, "question": "hello"}\n{oops\n{"id": 2, "question": ""}\n')
    output = tmp_path / "answers.jsonl"
    shown = qa("answer", questions, "--index", index_dir, "--output", output)
    assert shown.returncode == 2
    assert "line 2" in shown.stderr
    assert [json.loads(line)["id"] for line in output.read_text().splitlines()] == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ask", "hello", "--index", "no-such-folder"), "qa index"),
        (("index", "no-such-folder"), "is not a folder"),
        (("verify", "no-such-file", "."), "cannot be opened"),
    ],
)
def test_bad_input_is_told_in_one_line_with_exit_code_2(arguments, told, tmp_path):
    shown = qa(*arguments)
    assert shown.returncode == 2
    assert told in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_a_setting_that_does_not_fit_is_named():
    shown = qa("doctor", QA_PORT="many")
    assert shown.returncode == 2
    assert "QA_PORT" in shown.stderr


def test_an_unreadable_file_is_named_and_the_others_are_indexed(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "good.txt").write_text("The library opens at nine.", encoding="utf-8")
    (corpus / "bad.txt").write_bytes(b"caf\xe9")
    shown = qa("index", corpus, "--index", tmp_path / "index")
    assert shown.returncode == 0
    assert "bad.txt" in shown.stderr
    assert "UTF-8" in shown.stderr
    again = qa("index", corpus, "--index", tmp_path / "index")
    assert "nothing to embed" in again.stdout
    assert Path(tmp_path / "index" / "manifest.json").is_file()


def test_calibrate_names_a_split_that_the_gold_set_lacks(index_dir, tmp_path):
    output = tmp_path / "calibration.json"
    gold = Path(__file__).parent / "gold" / "gold.jsonl"
    arguments = ("calibrate", gold, "--max-wrong", "0.1", "--split", "train", "--output", output)
    shown = qa(*arguments, "--index", index_dir)
    assert shown.returncode == 2
    assert "no question of the split 'train'" in shown.stderr
    assert not output.exists()


def test_doctor_tells_what_a_calibration_promises(index_dir, tmp_path):
    path = tmp_path / "calibration.json"
    Calibration(0.6, True, 0.1, 0.95, 300, 120, 5, 0.085).write(path)
    shown = qa("doctor", "--index", index_dir, QA_CALIBRATION=str(path))
    assert shown.returncode == 0
    assert "at most 8.5% of the answers wrong with 95% confidence (5 of 120" in shown.stdout
