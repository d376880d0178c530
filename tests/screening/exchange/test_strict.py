"""YAML means what it looks like."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.exchange.strict import ContentError, YamlMap, read_file, read_text


@pytest.mark.parametrize(
    "code", ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "2026-03-02", "12:30", "0123", "0x1f", "1_000"]
)
def test_it_keeps_codes_and_dates_as_text(code):
    assert read_text(f"answer: {code}", "a.yaml") == {"answer": code}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("3", 3),
        ("-3", -3),
        ("2.5", 2.5),
        ('"3"', "3"),
        ("'true'", "true"),
    ],
)
def test_it_reads_the_few_values_that_are_not_text(written, value):
    assert read_text(f"answer: {written}", "a.yaml") == {"answer": value}


def problem_of(text):
    with pytest.raises(ContentError) as caught:
        read_text(text, "a.yaml")
    return str(caught.value)


def test_it_refuses_a_key_written_twice_and_names_the_line():
    assert problem_of("a: 1\nb: 2\na: 3") == "a.yaml:3: a: “a” is written twice; keep one of them"


def test_it_reports_every_problem_of_a_file():
    assert problem_of("a: 1\na: 2\nb: {c: 1, c: 2}\nd: .nan").count("\n") == 2


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system [ls]", "a: !secret b", "a: !!set {b}", "<<: {a: 1}", "? [a]\n: b"]
)
def test_it_refuses_tags_merge_keys_and_odd_keys(text):
    assert problem_of(text).startswith("a.yaml:1")


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "\tx: 1", "a: 1\n---\nb: 2", "a: *missing", "\x00"])
def test_it_says_where_text_is_not_yaml(text):
    assert "This is not YAML" in problem_of(text)


@pytest.mark.parametrize(
    "text",
    ["[" * 60 + "]" * 60, "a: &a [*a]", "[" * 100_000, "{a: " * 100_000, "- " * 100_000],
    ids=["lists", "an alias", "lists that never end", "maps that never end", "lists in a line"],
)
def test_it_refuses_deep_and_endless_nesting(text):
    assert "nested too deeply" in problem_of(text)


def test_it_refuses_aliases_that_multiply():
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "too long" in problem_of("\n".join(lines))


def test_it_knows_the_line_of_every_value():
    found = read_text("a: 1\nb:\n  - x\n  - y: 2\n", "a.yaml")
    assert isinstance(found, YamlMap)
    assert found.at("b").line == 2
    assert found["b"].at(1).line == 4


def test_it_says_when_a_file_cannot_be_read(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    for name, reason in (("missing.yaml", "No such file"), ("latin.yaml", "not UTF-8")):
        with pytest.raises(ContentError, match=reason):
            read_file(tmp_path / name, name)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_it_reads_or_refuses_any_text(text):
    with contextlib.suppress(ContentError):
        read_text(text, "a.yaml")
