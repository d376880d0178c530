"""Form fields of a draft: what a person writes, what they are told, and that reading back changes nothing."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from screening import forms

words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (forms.LinesField(), "a b\n\n c ", ["a b", "c"]),
        (forms.KeysField(), "a, b\nc,,", ["a", "b", "c"]),
        (forms.PairsField(), "loinc = 1=2\n", {"loinc": "1=2"}),
        (forms.AmountsField(), "diazepam = 20", {"diazepam": 20.0}),
        (
            forms.CitationsField(),
            "US-SPR §4, table 1 (unverified)\nNICE",
            [
                {"source": "US-SPR", "section": "§4, table 1", "checked": False},
                {"source": "NICE", "section": "", "checked": True},
            ],
        ),
    ],
)
def test_it_reads_what_is_written(field, text, value):
    assert field.clean(text) == value


@pytest.mark.parametrize(
    ("field", "text", "messages"),
    [
        (forms.PairsField(), "loinc\n= 3\nx =", ["“loinc”: write key", "“= 3”: write key", "“x =”: write key"]),
        (forms.PairsField(), "a = 1\na = 2", ["“a” stands twice"]),
        (forms.AmountsField(), "a = much\nb = nan\nc = inf", ["“a = much”: write a", "“b = nan”", "“c = inf”"]),
    ],
)
def test_it_names_every_line_that_is_wrong(field, text, messages):
    with pytest.raises(ValidationError) as refused:
        field.clean(text)

    assert len(refused.value.messages) == len(messages)
    assert all(found.startswith(start) for found, start in zip(refused.value.messages, messages, strict=True))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (forms.LinesField(required=False), st.lists(words)),
        (forms.KeysField(required=False), st.lists(words)),
        (forms.PairsField(required=False), st.dictionaries(words, words)),
        (forms.AmountsField(required=False), st.dictionaries(words, st.floats(allow_nan=False, allow_infinity=False))),
        (
            forms.CitationsField(required=False),
            st.lists(st.fixed_dictionaries({"source": words, "section": words, "checked": st.booleans()})),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
@given(data=st.data())
def test_saving_unchanged_changes_nothing(field, values, data):
    value = data.draw(values)
    shown = field.prepare_value(value)

    assert field.clean(shown) == value
    assert not field.has_changed(value, shown)


def test_a_wording_has_one_labelled_box_for_each_language():
    html = forms.WordingWidget(("en", "es")).render("text", {"en": "<Yes>", "fr": "Oui"}, {"id": "id_text"})

    for language, label in (("en", "English"), ("es", "Spanish"), ("fr", "French")):
        assert f'<label for="id_text__{language}">{label}</label>' in html
        assert f'lang="{language}"' in html
    assert "&lt;Yes&gt;" in html
    assert "style=" not in html


def test_a_wording_is_read_from_its_boxes():
    field = forms.WordingField(languages=("en", "es"))
    sent = {"text__en": " Yes\r\nyes ", "text__es": "", "other__en": "No", "text__<b>": "x"}

    value = field.widget.value_from_datadict(sent, {}, "text")

    assert field.clean(value) == {"en": "Yes\nyes"}
    assert not field.widget.value_omitted_from_data(sent, {}, "text")
    assert field.widget.value_omitted_from_data(sent, {}, "title")


def test_a_wording_must_be_there_in_the_first_language():
    with pytest.raises(ValidationError, match="Enter the text in English as well"):
        forms.WordingField(languages=("en", "es")).clean({"es": "Sí"})
    with pytest.raises(ValidationError, match="required"):
        forms.WordingField(languages=("en", "es")).clean({})


def test_a_wording_knows_whether_it_changed():
    field = forms.WordingField(languages=("en",))

    assert not field.has_changed({"en": "Yes"}, {"en": "Yes", "es": ""})
    assert field.has_changed({"en": "Yes"}, {"en": "No"})


def test_unknowns_are_chosen_from_the_two_there_are():
    assert forms.UnknownsField().clean(["declined"]) == ["declined"]
    with pytest.raises(ValidationError):
        forms.UnknownsField().clean(["maybe"])


def test_a_rule_has_plain_line_ends():
    assert forms.RuleField().clean("a is yes\r\nor b is yes") == "a is yes\nor b is yes"


def test_a_rule_is_shown_whole():
    html = forms.RuleArea().render("when", "stroke is yes or " * 40, {"id": "id_when"})

    assert 'rows="9"' in html
