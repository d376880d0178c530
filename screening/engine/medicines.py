"""Matching the names of medicines as people write them against a vocabulary. Only an exact name is taken as known.

>>> from screening.engine.definition import Medicine, Vocabulary
>>> known = Vocabulary(key="medicines", medicines=(Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),))
>>> match(known, "ZOLOFT 100 mg tablets").code
'sertraline'
>>> found = match(known, "sertralin")
>>> found.code, [medicine.name for medicine in found.suggestions]
(None, ['sertraline'])
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import msgspec

from .definition import Medicine, Vocabulary
from .medicine_words import DOSE, LONGEST_NAME, core, name_core, shorter, simplify, splits, stem, words_after

__all__ = [
    "Match",
    "Suggestion",
    "core",
    "match",
    "medicine_of",
    "offers",
    "replaced",
    "simplify",
    "suggestions",
    "understood",
]


NEAR = 0.78
"""How alike two names are (the ratio of `difflib`, 0 to 1) for one to be offered for the other."""

SHORT_WORD = 6
"""Letters of a word that has too few to be told from another medicine by likeness alone."""


class Match(msgspec.Struct, frozen=True):
    """What a typed name is: a medicine's code, or no code and at most three medicines it may have meant."""

    code: str | None
    suggestions: tuple[Medicine, ...] = ()


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine to offer. `label` is what a person reads, "Zoloft (sertraline)"; `name` what they would have typed."""

    code: str
    label: str
    name: str


class _Index(msgspec.Struct):
    """The names of a vocabulary, ready for comparison.

    `core` has the names without salt and release ("XL"); `shown` gives, for such a name, how it is offered; `numbered`
    are the names that a number makes another medicine of ("Tylenol 3").
    """

    vocabulary: Vocabulary
    exact: dict[str, set[str]]
    core: dict[str, set[str]]
    by_code: dict[str, Medicine]
    shown: dict[str, Suggestion]
    numbered: set[str]


def match(vocabulary: Vocabulary, typed: str) -> Match:
    """The medicine that a typed name is, if one and only one has that name, brand or code; else near names.

    The name is tried as it stands, then with ever more of the words around it taken away: "Abilify injection" is found
    before "Abilify".
    """
    index = _index(vocabulary)
    _, codes = _known(index, typed)
    if len(codes) == 1:
        return Match(next(iter(codes)))
    if codes:
        return Match(None, tuple(index.by_code[code] for code in sorted(codes))[:3])
    return Match(None, _near(index, core(typed, index.numbered)))


def _known(index: _Index, typed: str) -> tuple[str, set[str]]:
    """The name of the vocabulary that a typed one is, and whose name it is; "" if it is none.

    Written with two of its names, "Coumadin (warfarin)", a medicine is known if both are names of it alone, also with
    the words that follow: "Abilify (aripiprazole) injection" is neither of both.
    """
    found = _one_name(index, typed)
    if found[0]:
        return found
    for first, second in splits(typed):
        name, codes = _one_name(index, first)
        other, others = _one_name(index, second)
        if len(codes) == 1 and others == codes == _one_name(index, f"{name} {words_after(second, other)}")[1]:
            return name, codes
    return "", set()


def _one_name(index: _Index, typed: str) -> tuple[str, set[str]]:
    """The longest part of a typed name that is a name of the vocabulary, and whose name it is; "" if none is."""
    for name in shorter(typed, index.numbered):
        codes = index.exact.get(name) or index.core.get(name) or set()
        if name and codes:
            return name, codes
    return "", set()


def suggestions(vocabulary: Vocabulary, typed: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """What to offer for the letters typed so far: names that begin so, then names with such a word, then near names.

    Fewer than two letters give nothing. `limit` is the most to return.
    """
    start = simplify(typed)
    if len(start) < 2:
        return ()
    labels = [(simplify(name), _suggestion(medicine, name)) for medicine, name in _names(vocabulary)]
    begins = [found for name, found in labels if name.startswith(start)]
    within = [found for name, found in labels if f" {start}" in f" {name}"]
    index = _index(vocabulary)
    near = [_suggestion(medicine, medicine.name) for medicine in _near(index, core(typed, index.numbered))]
    return tuple(dict.fromkeys([*begins, *within, *near]))[:limit]


def offers(vocabulary: Vocabulary, typed: str, limit: int = 3) -> tuple[Suggestion, ...]:
    """What a name that is not known may mean: "did you mean". None for a known name, or when nothing is near.

    In this order, one for each medicine: names that begin so ("sertra"), then names spelled nearly so. A name offered
    stands in the place of all that was typed, so none is offered for a part of it: who takes "Xanax and Nardil" would
    lose one of both. Nor is the only one that adds a word to it: a "steroid" need not be a nose spray.

    >>> known = Vocabulary(key="m", medicines=(Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),))
    >>> [found.label for found in offers(known, "zolft 50 mg")], offers(known, "Zoloft")
    (['Zoloft (sertraline)'], ())
    """
    found, index = match(vocabulary, typed), _index(vocabulary)
    name = core(typed, index.numbered)
    if found.code or not name:
        return ()
    if _known(index, typed)[0]:  # the name of several medicines
        return tuple(_suggestion(medicine, medicine.name) for medicine in found.suggestions)[:limit]
    near = [index.shown[each] for each in _near_names(index, name)]
    return _one_each([*(_begun(index, name) if name == simplify(typed) else ()), *near])[:limit]


def _begun(index: _Index, name: str) -> list[Suggestion]:
    """Names whose last typed word goes on, and those that add a word where more than one medicine does."""
    enough = len(name.replace(" ", "")) > 2
    begin = {each: shown for each, shown in index.shown.items() if enough and each.startswith(name)}
    adds = [each for each in begin if each[len(name) :].startswith(" ")]
    several = len({begin[each].code for each in adds}) > 1
    return [shown for each, shown in begin.items() if several or each not in adds]


def _one_each(found: list[Suggestion]) -> tuple[Suggestion, ...]:
    first: dict[str, Suggestion] = {}
    for each in found:
        first.setdefault(each.code, each)
    return tuple(first.values())


def understood(vocabulary: Vocabulary, typed: str) -> Suggestion | None:
    """What a known name was taken for, None for any other: its `name` is the brand, or the medicine's own name.

    >>> known = Vocabulary(key="m", medicines=(Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),))
    >>> understood(known, "ZOLOFT 100 mg").label, understood(known, "Sertraline").label
    ('Zoloft (sertraline)', 'sertraline')
    """
    index, code = _index(vocabulary), match(vocabulary, typed).code
    if code is None:
        return None
    shown = index.shown.get(name_core(_known(index, typed)[0]))
    medicine = index.by_code[code]
    return shown if shown is not None and shown.code == code else _suggestion(medicine, medicine.name)


def medicine_of(vocabulary: Vocabulary, code: str) -> Medicine | None:
    """The medicine of a code."""
    return _index(vocabulary).by_code.get(code)


def replaced(typed: str, name: str) -> str:
    """`name` in place of what was typed, with the dose that stood there.

    >>> replaced("zolft 100mg", "Zoloft"), replaced("zolft", "Zoloft")
    ('Zoloft 100mg', 'Zoloft')
    """
    dose = DOSE.search(typed[:LONGEST_NAME].casefold())
    return f"{name} {dose[0].strip()}" if dose else name


def _near(index: _Index, name: str) -> tuple[Medicine, ...]:
    codes = dict.fromkeys(code for found in _near_names(index, name) for code in sorted(index.core[found]))
    return tuple(index.by_code[code] for code in codes)[:3]


def _near_names(index: _Index, name: str) -> list[str]:
    found = difflib.get_close_matches(name, index.core, n=3, cutoff=NEAR) if len(name) > 2 else []
    return [each for each in found if not _leaves_out(name, each) and _is_a_slip(name, each)]


def _is_a_slip(typed: str, name: str) -> bool:
    """Whether a near name may be a slip: what tells it apart is near too, and a short word has a letter more or less.

    "Abilify Mycite" is not Abilify Maintena, "vitamin B6" not B12, and "Stadol" not estradiol.
    """
    mine, its = typed.split(), name.split()
    while mine and its and mine[0] == its[0]:
        mine, its = mine[1:], its[1:]
    rest, other = " ".join(mine), " ".join(its)
    if len(rest) <= SHORT_WORD and abs(len(rest) - len(other)) > 1:
        return False
    return difflib.SequenceMatcher(None, rest, other).ratio() >= NEAR


def _leaves_out(typed: str, name: str) -> bool:
    """Whether a near name lacks a word that was typed: "Aleve D" is not Aleve. Only a space may be too many."""
    return len(name.split()) < len(typed.split()) and name.replace(" ", "") != typed.replace(" ", "")


def _names(vocabulary: Vocabulary) -> Iterator[tuple[Medicine, str]]:
    for medicine in vocabulary.medicines:
        for name in (medicine.name, *medicine.brands):
            yield medicine, name


def _suggestion(medicine: Medicine, name: str) -> Suggestion:
    label = name if name == medicine.name else f"{name} ({medicine.name})"
    return Suggestion(code=medicine.code, label=label, name=name)


_indexes: dict[int, _Index] = {}


def _index(vocabulary: Vocabulary) -> _Index:
    """Built once for each vocabulary object. The entry holds the object, so its id cannot be used again."""
    found = _indexes.get(id(vocabulary))
    if found is None or found.vocabulary is not vocabulary:
        if len(_indexes) >= 16:
            _indexes.clear()
        found = _indexes[id(vocabulary)] = _build(vocabulary)
    return found


def _build(vocabulary: Vocabulary) -> _Index:
    index = _Index(vocabulary, {}, {}, {medicine.code: medicine for medicine in vocabulary.medicines}, {}, set())
    for medicine, name in _names(vocabulary):
        index.exact.setdefault(simplify(name), set()).add(medicine.code)
        index.core.setdefault(name_core(name), set()).add(medicine.code)
        index.shown.setdefault(name_core(name), _suggestion(medicine, name))
        index.numbered.add(stem(name))
    for medicine in vocabulary.medicines:
        index.exact.setdefault(simplify(medicine.code), set()).add(medicine.code)
    return index
