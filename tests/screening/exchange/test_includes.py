"""Files that two questionnaires share: they count as though they stood in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.exchange.yaml import ContentError, load_cases, load_definition

ROOT = "key: k\ntitle: Before\nlanguages: [en, es]\nincludes: [shared]\nsections: [own, theirs]\n"
OWN = "link_id: own\ntitle: Ours\nquestions:\n  - {link_id: stroke, type: yes_no, text: A stroke?}\n"
THEIRS = """link_id: theirs
title: Theirs
questions:
  - {link_id: often, type: choice, text: How often?, options: how_often}
"""
SETS = "how_often:\n  - {code: never, text: Never}\n  - {code: daily, text: Daily}\n"
FLAG = "- {{link_id: {0}, title: {0}, why: W., discussion: D., rules: [{{severity: caution, when: {1}}}]}}\n"
SPANISH = "sections:\n  theirs: {title: Suyo}\noption_sets:\n  how_often: {never: Nunca}\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    files = {
        "first/questionnaire.yaml": ROOT,
        "first/sections/own.yaml": OWN,
        "first/flags_z.yaml": FLAG.format("last", "stroke is yes"),
        "shared/sections/theirs.yaml": THEIRS,
        "shared/option_sets.yaml": SETS,
        "shared/flags_a.yaml": FLAG.format("early", "often is daily"),
        "shared/es.yaml": SPANISH,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def problems(path: Path) -> str:
    with pytest.raises(ContentError) as error:
        load_definition(path)
    return str(error.value)


def test_shared_files_count_as_own_ones_in_the_order_of_their_names(content: Path) -> None:
    found = load_definition(content / "first")
    assert [section.link_id for section in found.sections] == ["own", "theirs"]
    assert [flag.link_id for flag in found.flags] == ["early", "last"]


def test_shared_option_sets_and_translations_are_used(content: Path) -> None:
    [question] = load_definition(content / "first").sections[1].questions
    assert [option.text.get("es") for option in question.options] == ["Nunca", None]


def test_a_mistake_in_a_shared_file_is_named_with_its_place(content: Path) -> None:
    (content / "shared" / "flags_a.yaml").write_text("- {link_id: early, titel: Early, rules: []}\n", encoding="utf-8")
    assert "../shared/flags_a.yaml:1" in problems(content / "first")


def test_a_shared_file_that_nothing_reads_is_refused(content: Path) -> None:
    (content / "shared" / "flagz.yaml").write_text("[]\n", encoding="utf-8")
    assert "../shared/flagz.yaml" in problems(content / "first")


def test_an_option_set_of_the_same_name_is_refused(content: Path) -> None:
    (content / "first" / "option_sets.yaml").write_text(SETS, encoding="utf-8")
    assert "Keep one option set of this name" in problems(content / "first")


@pytest.mark.parametrize("name", ["elsewhere", "../shared", "/etc", "first", "."])
def test_only_a_neighbour_can_be_included(content: Path, name: str) -> None:
    (content / "first" / "questionnaire.yaml").write_text(ROOT.replace("[shared]", f"['{name}']"), encoding="utf-8")
    assert "There is no directory" in problems(content / "first")


def test_a_directory_is_included_once(content: Path) -> None:
    root = ROOT.replace("[shared]", "[shared, shared]")
    (content / "first" / "questionnaire.yaml").write_text(root, encoding="utf-8")
    assert "Name “shared” once" in problems(content / "first")


def test_cases_stay_those_of_the_questionnaire(content: Path) -> None:
    assert load_cases(content / "first") == []
