"""Cases as YAML: what a clinician writes, and what is refused."""

from __future__ import annotations

import datetime

import pytest

from screening.exchange.yaml import ContentError, dump_cases, load_cases

TEXT = """
as_of: 2026-03-02
profile: eu
baseline:
  stroke: no
  bp: {systolic: 122, diastolic: 78}
  smoking: daily
cases:
  - id: V05
    title: Untreated high reading
    why: One reading is enough.
    answers:
      bp: {systolic: 162, diastolic: 96}
      avm: {state: not_sure}
      smoking: ~
    expect:
      flags: {blood_pressure: contraindication}
      unresolved: [arteriovenous_malformation]
      scores: {phq9: 15}
      must_not: [blood_pressure urgent]
  - id: V06
    title: Nothing answered
    as_of: 2026-05-01
    profile: us
    baseline: false
    exactly: false
"""


def load(folder, text, name="cases.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return load_cases(folder / name)


def problems(folder, text):
    with pytest.raises(ContentError) as caught:
        load(folder, text)
    return str(caught.value)


def test_a_case_starts_from_the_baseline(tmp_path):
    case = load(tmp_path, TEXT)[0]
    assert case.answers == {"stroke": "no", "bp": {"systolic": 162, "diastolic": 96}, "avm": {"state": "not_sure"}}
    assert type(case.answers) is dict
    assert type(case.answers["bp"]) is dict


def test_a_case_may_start_from_nothing(tmp_path):
    case = load(tmp_path, TEXT)[1]
    assert case.answers == {}
    assert (case.as_of, case.profile, case.exactly) == (datetime.date(2026, 5, 1), "us", False)


def test_a_case_takes_the_day_and_profile_of_the_file(tmp_path):
    case = load(tmp_path, TEXT)[0]
    assert (case.as_of, case.profile, case.exactly) == (datetime.date(2026, 3, 2), "eu", True)


def test_what_is_left_out_is_not_checked_but_the_panel_is(tmp_path):
    expect = load(tmp_path, TEXT)[0].expect
    assert expect.flags == {"blood_pressure": "contraindication"}
    assert (expect.notes, expect.alert_at_once, expect.safety_panel) == (None, None, False)
    assert expect.scores == {"phq9": 15.0}


def test_a_directory_gives_the_cases_of_all_its_case_files(tmp_path):
    load(tmp_path, TEXT)
    load(tmp_path, TEXT.replace("V0", "W0"), "cases_more.yaml")
    assert [case.id for case in load_cases(tmp_path)] == ["V05", "V06", "W05", "W06"]


def test_what_is_written_is_read_back_equal(tmp_path):
    cases = load(tmp_path, TEXT)
    assert load(tmp_path, dump_cases(cases), "again.yaml") == cases


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: V06", "id: V05", "V05: Give this case an id of its own; it is used twice"),
        ("flags: {blood_pressure: contraindication}", "flags: {blood_pressure: bad}", "one of caution"),
        ("as_of: 2026-05-01", "as_of: May", "a day such as 2026-03-02"),
        ("as_of: 2026-03-02", "", "Add “as_of”: it is required"),
        ("expect:", "expects:", "(did you mean “expect”?)"),
        ("profile: eu", "profil: eu", "cases.yaml:3: profil: Remove this"),
        ("baseline: false", "answers: [a]", "answers: Write a mapping"),
    ],
)
def test_it_names_the_mistake(tmp_path, old, new, message):
    assert message in problems(tmp_path, TEXT.replace(old, new, 1))


def test_it_reports_all_mistakes(tmp_path):
    assert len(problems(tmp_path, TEXT.replace("title:", "titel:")).splitlines()) == 4


@pytest.mark.parametrize("text", ["a: 1", "cases: 3", "- 3", ""])
def test_it_refuses_what_is_not_a_list_of_cases(tmp_path, text):
    assert "cases.yaml" in problems(tmp_path, text)
