"""The table of question types: how typed text becomes JSON, how JSON becomes a value. To add a type, add a row here,
a reader in `reading.py`, an entry in `entry.py` and a way to show it in `display.py`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from . import entry, limits, lists, measures, reading
from .answer_problems import InvalidAnswer, printable
from .context import Context, Raw
from .definition import Question, QuestionType, Vocabulary
from .entry import PartTexts, Typed
from .hints import did_you_mean
from .values import Answer, State, Value
from .writing import write_answer

UNKNOWN_STATES: dict[str, State] = {"not_sure": "not_sure", "declined": "declined"}
STATES: dict[str, State] = {"answered": "answered", "skipped": "skipped", **UNKNOWN_STATES}

Enter = Callable[[Context, Typed], Raw]
Read = Callable[[Context, Raw], Value]


@dataclass(frozen=True)
class Kind:
    """One question type. `enter` turns form parts into JSON, `read` turns JSON into a checked value."""

    enter: Enter
    read: Read


def _enter_group(context: Context, typed: Typed) -> Raw:
    """The entries that have anything in them, in the long JSON form."""
    return [_enter_one(context, position, parts) for position, parts in typed.entries()] or None


def _enter_one(context: Context, position: int, parts: dict[str, list[str]]) -> dict[str, Raw]:
    answers: dict[str, Raw] = {}
    for item in context.question.items:
        own = {part.partition(".")[2]: texts for part, texts in parts.items() if part.partition(".")[0] == item.link_id}
        parse = partial(parse_entry, item, own, on=context.on, vocabulary=context.vocabulary)
        answers[item.link_id] = write_answer(_kept(context, f"{position}.{item.link_id}", parse))
    return answers


def _read_group(context: Context, raw: Raw) -> Value:
    """One mapping of answers for each entry. An empty list is not an answer."""
    question = context.question
    if not question.repeats:
        context.problem("group_has_no_answer", items=", ".join(item.link_id for item in question.items))
        return None
    if not isinstance(raw, list | tuple):
        context.wrong_type(raw, "a list of entries")
        return None
    if len(raw) > question.maximum_entries:
        context.problem("too_many_entries", maximum=question.maximum_entries)
        return None
    entries = [_read_one(context, position, item) for position, item in enumerate(raw)]
    return tuple(found for found in entries if found is not None) or None


def _read_one(context: Context, position: int, raw: Raw) -> dict[str, Answer] | None:
    if not isinstance(raw, Mapping):
        context.wrong_type(raw, "an object with the answers of one entry", str(position))
        return None
    items = {item.link_id: item for item in context.question.items}
    for key in raw:
        if key not in items:
            name = printable(key)
            context.problem(
                "key_unknown", str(position), key=name, known=", ".join(items), hint=did_you_mean(name, items)
            )
    answers: dict[str, Answer] = {}
    for key in (key for key in items if key in raw):
        parse = partial(parse_value, items[key], raw[key], on=context.on, vocabulary=context.vocabulary)
        answers[key] = _kept(context, f"{position}.{key}", parse)
    return answers


def _kept(context: Context, place: str, parse: Callable[[], Answer]) -> Answer:
    """The answer of an item; where it could not be read, what is kept of it, its problems moved to `place`."""
    try:
        return parse()
    except InvalidAnswer as invalid:
        for problem in invalid.problems:
            part = f"{place}.{problem.part}" if problem.part else place
            context.problem(problem.code, part, **problem.params)
        return invalid.kept


KINDS: dict[QuestionType, Kind] = {
    "yes_no": Kind(entry.enter_choice, reading.read_yes_no),
    "choice": Kind(entry.enter_choice, reading.read_choice),
    "multiple_choice": Kind(entry.enter_multiple, reading.read_multiple),
    "integer": Kind(entry.enter_number, measures.read_integer),
    "decimal": Kind(entry.enter_number, measures.read_decimal),
    "blood_pressure": Kind(entry.enter_pressure, measures.read_pressure),
    "height": Kind(entry.enter_height, measures.read_height),
    "weight": Kind(entry.enter_weight, measures.read_weight),
    "date": Kind(entry.enter_date, reading.read_date),
    "partial_date": Kind(entry.enter_date, reading.read_partial_date),
    "ago": Kind(entry.enter_ago, reading.read_ago),
    "text": Kind(entry.enter_text, reading.read_text),
    "long_text": Kind(entry.enter_text, reading.read_long_text),
    "phone": Kind(entry.enter_text, reading.read_phone),
    "email": Kind(entry.enter_text, reading.read_email),
    "medicines": Kind(lists.enter_medicines, lists.read_medicines),
    "acknowledgement": Kind(entry.enter_ticked, reading.read_acknowledgement),
    "group": Kind(_enter_group, _read_group),
}


def parse_value(question: Question, raw: Raw, *, on: datetime.date, vocabulary: Vocabulary | None = None) -> Answer:
    """The answer that a JSON value stands for, short ("yes") or long ({"state": …, "value": …, "on": …, "typed": …}).

    `on` is the day of the answer where the long form does not say. None, "" and [] are skipped. Raises
    `InvalidAnswer` with every problem, and with the answer to keep.
    """
    context = Context(question, on, vocabulary)
    if isinstance(raw, Mapping) and "state" in raw:
        return _read_long(context, raw)
    value = None if _is_blank(raw) else KINDS[question.type].read(context, raw)
    return _finish(context, _answer(value, on))


def _is_blank(raw: Raw) -> bool:
    return raw is None or raw == "" or raw == [] or raw == ()


def _read_long(context: Context, raw: Mapping[str, Raw]) -> Answer:
    known = ("state", "value", "on", "typed")
    given = measures.fields(context, raw, known, "an object")
    state = STATES.get(str(raw["state"])) if isinstance(raw["state"], str) else None
    if state is None:
        context.wrong_type(raw["state"], f"one of the states {', '.join(STATES)}", "state")
    on = _read_day(context, raw)
    typed = _read_typed(context, given.get("typed"))
    if state == "answered" and _is_blank(given.get("value")):
        context.wrong_type(given.get("value"), "the value of the answer")
    if state != "answered" and not _is_blank(given.get("value")):
        # Either of the two is a mistake, and taking the state would make the value vanish.
        context.wrong_type(given["value"], f'no value beside the state "{raw["state"]}"', "value")
    if state != "answered" or context.problems:
        unknown = state if state and state != "answered" else "skipped"
        return _finish(context, Answer(state=unknown, on=on, typed=typed))
    dated = Context(context.question, on or context.on, context.vocabulary, context.problems)
    value = KINDS[context.question.type].read(dated, given["value"])
    return _finish(dated, _answer(value, on, typed))


def _read_day(context: Context, raw: Mapping[str, Raw]) -> datetime.date | None:
    """The day of the answer: the context's when the document does not say, None when it says null."""
    if "on" not in raw or raw["on"] is None:
        return None if "on" in raw else context.on
    try:
        return datetime.date.fromisoformat(raw["on"] if isinstance(raw["on"], str) else "")
    except ValueError:
        context.wrong_type(raw["on"], 'a day like "2026-01-31"', "on")
        return None


def _read_typed(context: Context, raw: Raw) -> dict[str, str] | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not all(isinstance(k, str) and isinstance(v, str) for k, v in raw.items()):
        context.wrong_type(raw, "an object of texts", "typed")
        return None
    return {entry.storable(part): entry.storable(text) for part, text in raw.items()}


def _finish(context: Context, answer: Answer) -> Answer:
    """The answer, if nothing was wrong with it. Raises `InvalidAnswer` with all that was."""
    if context.problems:
        raise InvalidAnswer(context.problems, answer)
    return answer


def _answer(value: Value, on: datetime.date | None, typed: dict[str, str] | None = None) -> Answer:
    """Answered when there is a value, else skipped."""
    return Answer(state="skipped" if value is None else "answered", value=value, on=on, typed=typed)


def parse_entry(
    question: Question, parts: PartTexts, *, on: datetime.date, vocabulary: Vocabulary | None = None
) -> Answer:
    """The answer typed into a form, by part name (the table in `entry.py`). Blank is skipped.

    Raises `InvalidAnswer`, and nothing else whatever the text: `problems` for the page, `kept` to be stored.
    """
    context, typed = Context(question, on, vocabulary), Typed(parts)
    _refuse_endless(context, typed)
    state = _unknown_state(context, typed)
    if state is not None:
        return _enter_unknown(context, typed, state)
    raw = KINDS[question.type].enter(context, typed)
    value = None if _is_blank(raw) else KINDS[question.type].read(context, raw)
    return _finish(context, _keep(context, value, typed) if context.problems else _answer(value, on))


def _refuse_endless(context: Context, typed: Typed) -> None:
    """An entry far beyond what its question takes is not read; its beginning is kept. Raises `InvalidAnswer`."""
    texts, limit = typed.kept(), limits.limit_of(context.question)
    if limits.length_of(texts) <= limit:
        return
    texts = limits.plain(texts)
    if limits.length_of(texts) > limit:
        context.problem("entry_too_long", maximum=limit, length=limits.length_of(texts))
        _finish(context, Answer(state="skipped", on=context.on, typed=limits.beginning(texts, limit)))


def _unknown_state(context: Context, typed: Typed) -> State | None:
    """ "Not sure" or "prefer not to say", from its own control or from the same set of radio buttons."""
    if "state" in typed:
        return UNKNOWN_STATES.get(typed.one("state"))
    if context.question.type in ("yes_no", "choice", "multiple_choice"):
        found = [text for text in typed.many("") if text in UNKNOWN_STATES and text not in reading.codes_of(context)]
        return UNKNOWN_STATES[found[0]] if found else None
    return None


def _enter_unknown(context: Context, typed: Typed, state: State) -> Answer:
    given = [text for part, texts in typed.parts.items() for text in texts if part != "state" and text != state]
    if state not in context.question.unknowns:
        context.problem("state_not_offered", "state", state=state)
    elif given:
        context.problem("state_with_value", "state", state=state)
    unknown = Answer(state=state, on=context.on)
    return _finish(context, _keep(context, None, typed) if context.problems else unknown)


def _keep(context: Context, value: Value, typed: Typed) -> Answer:
    """What to store of an entry with problems: the part that can be trusted, and the text of the rest."""
    texts = typed.kept()
    if value is None:
        return Answer(state="skipped", on=context.on, typed=texts)
    if context.question.type == "group":  # each item keeps its own text
        return _answer(value, context.on)
    wrong = {problem.part for problem in context.problems}
    unread = {part: text for part, text in texts.items() if _is_in(part, wrong)}
    return _answer(value, context.on, unread or texts)


def _is_in(part: str, wrong: set[str]) -> bool:
    return any(part == place or part.startswith(f"{place}.") or place.startswith(f"{part}.") for place in wrong)
