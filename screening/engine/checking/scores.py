"""Scores and instruments: bands without gaps, items that are asked, wording that was not changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

import msgspec

from screening.engine.definition import Definition, Instrument, Question, Score
from screening.engine.scores import bounds
from screening.engine.symbols import Symbols

from .catalogue import Problem
from .subject import Subject, near, problem


def repeated_items(subject: Subject) -> Iterator[Problem]:
    """Q505."""
    for score in subject.definition.scores:
        for name, count in Counter(score.items).items():
            if count > 1:
                yield problem("Q505", f"score {score.link_id}", score.link_id, name=name)


def bands(subject: Subject) -> Iterator[Problem]:
    """Q502 to Q504. A band reaches up to the next one, so only the ends can leave a total without a band."""
    for score in subject.definition.scores:
        place, lows = f"score {score.link_id}", [band.low for band in score.bands]
        if lows != sorted(set(lows)):
            yield problem("Q502", place, score.link_id)
        ends = _possible(subject.symbols, score)
        if not lows or ends is None:
            continue
        if min(lows) > ends[0]:
            yield problem("Q503", place, score.link_id, low=f"{min(lows):g}", lowest=f"{ends[0]:g}")
        for low in lows:
            if low > ends[1]:
                yield problem("Q504", place, score.link_id, low=f"{low:g}", highest=f"{ends[1]:g}")


def _possible(symbols: Symbols, score: Score) -> tuple[float, float] | None:
    """The lowest and highest total when everything is answered; None while an item cannot be counted (Q501)."""
    found = [bounds(symbols.questions[name]) for name in score.items if name in symbols.questions]
    if not found or len(found) < len(score.items) or any(abs(end) == float("inf") for pair in found for end in pair):
        return None
    lows, highs = [low for low, _ in found], [high for _, high in found]
    ends = (sum(lows), sum(highs)) if score.method == "sum" else (sum(lows) / len(lows), sum(highs) / len(highs))
    return (min(0.0, ends[0]), max(0.0, ends[1])) if score.gate else ends


def instrument_names(subject: Subject) -> Iterator[Problem]:
    """Q506 and Q512: what says that it belongs to an instrument."""
    known = {instrument.key: instrument for instrument in subject.definition.instruments}
    for score in subject.definition.scores:
        if score.instrument and score.instrument not in known:
            yield _no_instrument(f"score {score.link_id}", score.link_id, score.instrument, known)
    for name, question in subject.symbols.questions.items():
        if not question.instrument:
            continue
        if question.instrument not in known:
            yield _no_instrument(f"question {name}", name, question.instrument, known)
        elif name not in known[question.instrument].items:
            yield problem("Q512", f"instrument {question.instrument}", name, name=name)


def _no_instrument(place: str, link_id: str, name: str, known: dict[str, Instrument]) -> Problem:
    return problem("Q506", place, link_id, name=name, near=near(name, known))


def instrument_items(subject: Subject) -> Iterator[Problem]:
    """Q507, Q508 and Q511."""
    symbols = subject.symbols
    for instrument in subject.definition.instruments:
        place = f"instrument {instrument.key}"
        for name in instrument.items:
            if name not in symbols.questions:
                yield problem("Q507", place, name, name=name)
            elif symbols.questions[name].instrument != instrument.key:
                yield problem("Q508", place, name, name=name, instrument=instrument.key)
        order = [symbols.position[name] for name in instrument.items if name in symbols.position]
        if order != sorted(order):
            yield problem("Q511", place, instrument.key)


def switched_off(subject: Subject) -> Iterator[Problem]:
    """Q513 and Q514: instruments that are not asked, and flags that cannot do without them."""
    for instrument in subject.definition.instruments:
        if instrument.switched_off:
            yield problem("Q513", f"instrument {instrument.key}", instrument.key)
    off = subject.definition.switched_off()
    for flag in subject.definition.flags if off else ():
        trees = [tree for _, tree in subject.rules.flags[flag.link_id]] if flag.must_be_established else []
        used = sorted({name for tree in trees for name in subject.dependencies.questions(tree)} & off)
        if used:
            yield problem("Q514", f"flag {flag.link_id}", flag.link_id, names=", ".join(used))


def wording(subject: Subject) -> Iterator[Problem]:
    """Q509 and Q510: a published instrument stays word for word."""
    for instrument in subject.definition.instruments:
        place, found = f"instrument {instrument.key}", wording_sha256(subject.definition, instrument)
        if not instrument.wording_sha256:
            yield problem("Q510", place, instrument.key, found=found)
        elif instrument.wording_sha256 != found:
            registered = instrument.wording_sha256
            yield problem("Q509", place, instrument.key, registered=registered, found=found)


def wording_sha256(definition: Definition, instrument: Instrument) -> str:
    """The hash of an instrument's published wording: preface, item texts and option texts with their points, in its
    own language. Names and codes take no part, so a link_id can be changed without touching the lock."""
    questions = {question.link_id: question for question in definition.questions()}
    items = [_wording(questions[name], instrument.language) for name in instrument.items if name in questions]
    words = [instrument.preface.get(instrument.language, ""), items]
    return hashlib.sha256(msgspec.json.encode(words)).hexdigest()


def _wording(question: Question, language: str) -> list[object]:
    options = [[option.text.get(language, ""), option.score] for option in question.options]
    return [question.text.get(language, ""), options]
