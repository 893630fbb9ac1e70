"""Settings come from the environment; a bad value is one clear line that names the variable."""

import pytest

from qa.errors import QaError
from qa.settings import load_settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("QA_PORT", "x", "QA_PORT"),
        ("QA_COUNTRY", "ZZ", "QA_COUNTRY: 'ZZ' is not among US, CA"),
        ("QA_REVIEW_USER", "anna", "QA_REVIEW_PASSWORD"),
        ("QA_EMERGENCY", "111", "emergency"),
        ("QA_EMERGENCY", "{", "JSON"),
        ("QA_CANDIDATES", "0", "QA_CANDIDATES"),
    ],
)
def test_a_bad_value_is_one_line_that_names_its_variable(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(QaError) as raised:
        load_settings()
    assert said.lower() in str(raised.value).lower()
    assert "\n" not in str(raised.value)


def test_numbers_are_shown_of_one_country_or_of_all_with_their_names(monkeypatch):
    everywhere = load_settings()
    assert everywhere.emergency_numbers.startswith("911 (US, CA), 999 (UK)")
    monkeypatch.setenv("QA_COUNTRY", "NZ")
    assert load_settings().emergency_numbers == "111"
    assert load_settings().crisis_lines == "1737"
    monkeypatch.setenv("QA_EMERGENCY", '{"CH": "144"}')
    monkeypatch.setenv("QA_COUNTRY", "CH")
    assert load_settings().emergency_numbers == "144"
    assert "988" in load_settings().crisis_lines


def test_a_password_is_never_printed(monkeypatch):
    monkeypatch.setenv("QA_REVIEW_USER", "anna")
    monkeypatch.setenv("QA_REVIEW_PASSWORD", "sesame")
    assert "sesame" not in repr(load_settings())
