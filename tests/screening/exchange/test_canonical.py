"""The canonical form: one text for each questionnaire, whatever the order, comments and short forms of its file."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.engine.definition import canonical_json, from_json
from screening.exchange.yaml import dump_definition, parse_definition
from tests.screening.samples import rich, small

# Everything that can be stored: no NUL, and whole characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("a\x85b")
@example("\u2028\n a\n")
@example("\ufeffyes")
@example("\r\n")
@example("1e5")
@example("6E20")
@example("1.5e10")
@example("+1e2")
def test_any_text_is_written_and_read_back_to_the_byte(words: str):
    definition = msgspec.structs.replace(small(), title={"en": words})
    text = dump_definition(definition)

    again = parse_definition(text)

    assert canonical_json(again) == canonical_json(definition)
    assert dump_definition(again) == text


def test_the_order_of_fields_in_a_file_says_nothing():
    plain = msgspec.json.decode(canonical_json(rich()))
    text = yaml.safe_dump(_shuffled(plain, random.Random(3)), sort_keys=False, allow_unicode=True)

    assert dump_definition(parse_definition(text)) == dump_definition(rich())


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(one, chance) for one in value]
    if not isinstance(value, dict):
        return value
    keys = chance.sample(list(value), len(value))
    return {key: _shuffled(value[key], chance) for key in keys}


def test_the_order_of_a_list_says_something():
    turned = msgspec.structs.replace(small(), sections=small().sections[::-1])

    assert canonical_json(turned) != canonical_json(small())


def test_comments_are_for_the_file_and_no_part_of_the_questionnaire():
    text = dump_definition(small())
    with_comments = "# Read by two clinicians.\n" + text.replace("sections:", "sections:  # in the order of asking")

    assert canonical_json(parse_definition(with_comments)) == canonical_json(small())
    assert "#" not in dump_definition(parse_definition(with_comments))


def test_what_is_at_its_default_is_not_written():
    again = from_json(canonical_json(small()))

    assert "unknowns" not in dump_definition(again)
    assert canonical_json(again) == canonical_json(small())
