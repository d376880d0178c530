"""Questionnaires as YAML: a directory of short forms, one file, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.engine.definition import Citation, canonical_json
from screening.exchange.yaml import ContentError, dump_definition, load_definition, parse_definition

FILES = {
    "questionnaire.yaml": """
key: heart_check
title: Before your visit
languages: [en, es]
sections: [heart, mood]
option_sets:
  how_often:
    - {code: never, text: Not at all, score: 0}
    - {code: often, text: "Often, or daily", score: 3, codes: {loinc: LA6571-9}}
profiles:
  - {key: us, title: United States}
safety: {panel_when: stroke is yes}
""",
    "sections/10_heart.yaml": """
link_id: heart
title: Your heart
questions:
  - link_id: stroke
    type: yes_no
    text: Have you had a stroke?
    short: Stroke
  - link_id: smoking
    type: choice
    text: Do you smoke?
    ask_when: stroke is yes
    options:
      - {code: no, text: "No"}
      - {code: daily, text: Every day}
""",
    "sections/20_mood.yaml": """
link_id: mood
title: Your mood
questions:
  - {link_id: extra, type: choice, text: How often extra?, options: how_often}
  - instrument: short2
    ask_when: stroke is no
""",
    "instruments/short2.yaml": """
key: short2
title: Short two
preface: Over the last 2 weeks
credit: Somebody
licence: Free
defaults: {type: choice, options: how_often, unknowns: [declined]}
items:
  - {link_id: short2_1, text: Little interest}
  - {link_id: short2_2, text: Feeling down, ask_when: stroke is not yes, unknowns: []}
scores:
  - link_id: short2_total
    title: Short two total
    bands:
      - {low: 0, title: Low}
      - {low: 3, title: High}
    sources: [Source-1 table 1]
""",
    "flags.yaml": """
- link_id: stroke_flag
  title: Stroke
  why: It matters
  discussion: Talk about it
  sources: [Source-1 §4, "Source-1 (unverified)"]
  rules:
    - {severity: caution, when: stroke is yes}
""",
    "flags_more.yaml": """
- {link_id: other, title: Other, why: w, discussion: d, rules: [{severity: information, when: smoking is daily}]}
""",
    "sources.yaml": "- {key: Source-1, title: The source, year: 2019}\n",
    "medicines.yaml": """
key: medicines
classes: [{key: maoi, title: MAO inhibitors}]
medicines: [{code: phenelzine, name: phenelzine, brands: [Nardil], classes: [maoi]}]
""",
    "medicines_more.yaml": """
key: medicines
medicines: [{code: clonazepam, name: clonazepam, equivalents: {diazepam: 20}}]
""",
    "notes.yaml": "- {link_id: high_dose, text: High dose, when: stroke is yes}\n",
    "cases.yaml": "cases: []\n",
    "es.yaml": """
title: Antes de su visita
sections: {heart: {title: Su corazón}}
questions:
  stroke: {text: ¿Ha tenido un derrame?, short: Derrame}
  smoking: {text: ¿Fuma?, options: {no: "No", daily: {text: Todos los días}}}
  short2_1: {text: Poco interés, options: {often: Casi siempre}}
option_sets: {how_often: {never: Nunca, often: A menudo}}
instruments: {short2: {preface: En las últimas 2 semanas}}
scores: {short2_total: {title: Total, bands: [Bajo, Alto]}}
flags: {stroke_flag: {title: Derrame, why: Importa, discussion: Hable}}
notes: {high_dose: Dosis alta}
profiles: {us: Estados Unidos}
classes: {maoi: Inhibidores}
""",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def problems(folder) -> str:
    with pytest.raises(ContentError) as caught:
        load_definition(folder)
    return str(caught.value)


def question(definition, link_id):
    return next(q for q in definition.questions() if q.link_id == link_id)


class TestADirectory:
    def test_it_becomes_one_definition(self, folder):
        found = load_definition(folder)
        assert [section.link_id for section in found.sections] == ["heart", "mood"]
        assert [flag.link_id for flag in found.flags] == ["stroke_flag", "other"]
        assert found.safety.panel_when == "stroke is yes"
        assert found.sources[0].year == "2019"

    def test_it_takes_a_plain_string_as_the_default_language(self, folder):
        assert load_definition(folder).flags[1].title == {"en": "Other"}

    def test_it_puts_translations_beside_their_texts(self, folder):
        found = load_definition(folder)
        assert found.title == {"en": "Before your visit", "es": "Antes de su visita"}
        assert question(found, "smoking").options[1].text == {"en": "Every day", "es": "Todos los días"}
        assert found.scores[0].bands[1].title == {"en": "High", "es": "Alto"}
        assert found.notes[0].text["es"] == "Dosis alta"
        assert found.vocabularies[0].classes[0].title["es"] == "Inhibidores"
        assert found.instruments[0].preface["es"].startswith("En las")

    def test_it_writes_out_option_sets_and_lets_a_question_translate_its_own(self, folder):
        found = load_definition(folder)
        assert question(found, "extra").options[1].text == {"en": "Often, or daily", "es": "A menudo"}
        assert question(found, "short2_1").options[1].text["es"] == "Casi siempre"
        assert question(found, "extra").options[1].codes == {"loinc": "LA6571-9"}

    def test_a_questions_own_translation_keeps_the_first_language_of_an_untranslated_set(self, folder):
        change(folder, "es.yaml", "option_sets: {how_often: {never: Nunca, often: A menudo}}\n", "")
        found = load_definition(folder)
        assert question(found, "short2_1").options[1].text == {"en": "Often, or daily", "es": "Casi siempre"}
        assert question(found, "short2_1").options[0].text == {"en": "Not at all"}
        assert question(found, "extra").options[1].text == {"en": "Often, or daily"}

    def test_a_question_may_translate_its_own_options_into_several_languages(self, folder):
        change(folder, "questionnaire.yaml", "[en, es]", "[en, es, fr]")
        (folder / "fr.yaml").write_text("questions: {short2_1: {options: {often: Souvent}}}")
        found = question(load_definition(folder), "short2_1").options[1].text
        assert found == {"en": "Often, or daily", "es": "Casi siempre", "fr": "Souvent"}

    def test_it_puts_an_instrument_where_the_section_names_it(self, folder):
        first, second = load_definition(folder).sections[1].questions[1:]
        assert (first.link_id, first.instrument, first.ask_when) == ("short2_1", "short2", "stroke is no")
        assert second.ask_when == "(stroke is no) and (stroke is not yes)"
        assert (first.unknowns, second.unknowns) == (("declined",), ())

    def test_it_takes_scores_from_the_instrument(self, folder):
        score = load_definition(folder).scores[0]
        assert (score.instrument, score.items) == ("short2", ("short2_1", "short2_2"))
        assert score.sources == (Citation(source="Source-1", section="table 1"),)

    def test_it_reads_citations_from_one_line(self, folder):
        first, second = load_definition(folder).flags[0].sources
        assert first == Citation(source="Source-1", section="§4")
        assert second == Citation(source="Source-1", checked=False)

    def test_it_joins_medicines_of_one_vocabulary(self, folder):
        (vocabulary,) = load_definition(folder).vocabularies
        assert [medicine.code for medicine in vocabulary.medicines] == ["phenelzine", "clonazepam"]

    def test_it_takes_sections_in_file_order_when_none_is_listed(self, folder):
        change(folder, "questionnaire.yaml", "sections: [heart, mood]\n", "")
        assert [section.link_id for section in load_definition(folder).sections] == ["heart", "mood"]

    def test_it_takes_part_of_an_instrument(self, folder):
        (folder / "es.yaml").unlink()
        change(
            folder, "sections/20_mood.yaml", "- instrument: short2\n", "- instrument: short2\n    items: [short2_2]\n"
        )
        assert [q.link_id for q in load_definition(folder).sections[1].questions] == ["extra", "short2_2"]


MISTAKES = [
    ("questionnaire.yaml", "[heart, mood]", "[heart, moods]", "moods: There is no such section (did you mean “mood”?)"),
    ("questionnaire.yaml", "[heart, mood]", "[heart]", "Add “mood” to the list of sections"),
    ("questionnaire.yaml", "key: heart_check", "", "Add “key”: it is required"),
    ("questionnaire.yaml", "code: never", "code: [never]", "Write text, not a list"),
    (
        "sections/10_heart.yaml",
        "short: Stroke",
        "shirt: Stroke",
        "stroke.shirt: There is no field “shirt” (did you mean “short”?)",
    ),
    (
        "sections/10_heart.yaml",
        "text: Every day",
        "text: Every day, or more",
        "put text with a comma between { } in quotes",
    ),
    ("sections/10_heart.yaml", "type: yes_no", "type: yesno", "(did you mean “yes_no”?)"),
    ("sections/10_heart.yaml", "text: Do you smoke?", "text: true", "smoking.text"),
    (
        "sections/20_mood.yaml",
        "options: how_often",
        "options: how_oft",
        "There is no such option set (did you mean “how_often”?)",
    ),
    (
        "sections/20_mood.yaml",
        "instrument: short2",
        "instrument: short",
        "There is no such instrument (did you mean “short2”?)",
    ),
    ("sections/20_mood.yaml", "ask_when: stroke is no", "items: [short2_3]", "The instrument has no item “short2_3”"),
    ("sections/20_mood.yaml", "ask_when: stroke is no", "hint: x", "Remove “hint”: only items and ask_when"),
    ("flags.yaml", "severity: caution", "severity: high", "one of caution, contraindication, information, urgent"),
    ("flags.yaml", "- link_id", "link_id", "flags.yaml"),
    ("sources.yaml", "- {key: Source-1, title: The source, year: 2019}", "key: x", "Write a list"),
    ("es.yaml", "stroke: {", "strok: {", "questions.strok: There is nothing of this name (did you mean “stroke”?)"),
    ("es.yaml", "short: Derrame", "hint: Derrame", "there is no text to translate"),
    ("es.yaml", "daily:", "dayly:", "There is no option “dayly” (did you mean “daily”?)"),
    ("es.yaml", "{often: Casi", "{oftn: Casi", "There is no option “oftn” (did you mean “often”?)"),
    ("es.yaml", "often: Casi siempre", "often: [x]", "short2_1.options.often: Write the translation as text"),
    ("es.yaml", "[Bajo, Alto]", "[Bajo]", "Write a list of 2 titles"),
    ("es.yaml", "how_often:", "how:", "There is no such option set"),
    ("es.yaml", "notes:", "nots:", "There is nothing of this name to translate (did you mean “notes”?)"),
    ("es.yaml", "title: Antes de su visita", "title: [x]", "Write the translation as text"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), MISTAKES)
def test_it_names_the_file_and_the_mistake(folder, name, old, new, message):
    change(folder, name, old, new)
    found = problems(folder)
    assert message in found
    assert found.splitlines()[0].startswith(name.split("/")[0][:4]) or name in found


def test_it_names_the_line(folder):
    change(folder, "sections/10_heart.yaml", "short: Stroke", "shirt: Stroke")
    assert "sections/10_heart.yaml:8: stroke.shirt" in problems(folder)


def test_it_reports_the_mistakes_of_all_files_at_once(folder):
    change(folder, "sections/10_heart.yaml", "type: yes_no", "type: yesno")
    change(folder, "flags.yaml", "severity: caution", "severity: high")
    change(folder, "sources.yaml", "key: Source-1", "key: a\n  key: b")
    assert {line.partition(":")[0] for line in problems(folder).splitlines()} >= {
        "sections/10_heart.yaml",
        "flags.yaml",
        "sources.yaml",
    }


def test_it_refuses_a_file_that_nothing_reads(folder):
    (folder / "flag.yaml").write_text("[]")
    assert "flag.yaml: Rename or remove this file: nothing reads it (did you mean “flags.yaml”?)" in problems(folder)


def test_it_says_when_the_directory_is_empty(tmp_path):
    assert "Add this file" in problems(tmp_path)


class TestOneFile:
    def test_what_is_written_is_read_back_equal(self, folder):
        found = load_definition(folder)
        (folder / "one.yaml").write_text(dump_definition(found), encoding="utf-8")
        again = load_definition(folder / "one.yaml")
        assert canonical_json(again) == canonical_json(found)

    def test_writing_twice_gives_the_same_text(self, folder):
        text = dump_definition(load_definition(folder))
        assert dump_definition(parse_definition(text)) == text

    def test_canonical_json_is_read_as_well(self, folder):
        found = load_definition(folder)
        assert canonical_json(parse_definition(canonical_json(found).decode())) == canonical_json(found)

    def test_names_come_first(self, folder):
        assert dump_definition(load_definition(folder)).startswith(
            "key: heart_check\ntitle:\n  en: Before your visit\n"
        )

    def test_it_refuses_a_list(self):
        with pytest.raises(ContentError, match="Write a questionnaire"):
            parse_definition("- a")

    def test_many_lines_of_text_survive(self):
        text = 'key: k\ntitle: "a\\n b \\n\\nc\\t\\u2028é😀"\nsections: []\n'
        found = parse_definition(text)
        assert parse_definition(dump_definition(found)) == found


CONTENT = Path(__file__).parents[3] / "screening" / "content" / "ketamine"


@pytest.mark.skipif(not (CONTENT / "questionnaire.yaml").exists(), reason="the starter questionnaire is not there")
def test_the_starter_questionnaire_round_trips():
    found = load_definition(CONTENT)
    assert canonical_json(parse_definition(dump_definition(found))) == canonical_json(found)
