"""Answers drawn at random: they show most of what is possible, so that the solver is asked only for the rest."""

from __future__ import annotations

import random

from .lists import Entries, Medicines
from .variables import Answered, Chosen, Dated, Numeric, Raw, Several
from .witness import Run, run_from
from .world import World

RUNS = 60
ANSWERED = 0.85
"""How often a question is answered rather than left in one of the other ways."""


def sample(world: World, seed: int) -> list[Run]:
    """Runs of complete answers that the engine confirms."""
    drawn = random.Random(seed)  # noqa: S311 (no secret)
    runs = [_run(world, drawn) for _ in range(RUNS)]
    return [run for run in runs if run is not None]


def _run(world: World, drawn: random.Random) -> Run | None:
    profile = drawn.choice(list(world.profiles))
    return run_from(world, {name: _raw(one, drawn) for name, one in world.answered().items()}, profile)


def _raw(answer: Answered, drawn: random.Random) -> Raw:
    left = [state for state in answer.states if state != "answered"]
    if left and drawn.random() > ANSWERED:
        return {"state": drawn.choice(left)}
    return _value(answer, drawn)


def _value(answer: Answered, drawn: random.Random) -> Raw:
    question = answer.question
    match answer:
        case Chosen() if question.type != "acknowledgement":
            return drawn.choice(list(answer.codes))
        case Several():
            alone = [option.code for option in question.options if option.exclusive]
            others = [code for code in answer.chosen if code not in alone]
            if alone and (not others or drawn.random() > 0.7):
                return [drawn.choice(alone)]
            return drawn.sample(others, drawn.randint(1, min(3, len(others))))
        case Numeric():
            low = 0 if question.minimum is None else question.minimum
            high = 100 if question.maximum is None else question.maximum
            return round(drawn.uniform(low, high), answer.places) if answer.places else int(drawn.uniform(low, high))
        case Dated():
            year = drawn.choice([answer.as_of.year, answer.as_of.year - drawn.randint(1, 90)])
            return f"{year:04d}-01-01"
        case Medicines():
            return drawn.sample(list(answer.listed), min(len(answer.listed), drawn.randint(0, 4))) or "none"
        case Entries():
            return [{name: _raw(item, drawn) for name, item in answer.slots[0].items()}]
    return PLAIN.get(question.type, "text")


PLAIN: dict[str, Raw] = {
    "acknowledgement": True,
    "phone": "555 010 0199",
    "email": "ada@example.org",
    "height": {"cm": 170},
    "weight": {"kg": 75},
    "blood_pressure": {"systolic": 125, "diastolic": 82},
}
"""What is answered to the questions of these types; every other takes any text."""
