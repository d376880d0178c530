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
import re
import unicodedata
from collections.abc import Iterator

import msgspec

from .definition import Medicine, Vocabulary

_DOSE = re.compile(
    r"[0-9][0-9.,]*\s*(?:mg|mcg|ug|µg|μg|micrograms?|grams?|g|ml|iu|units?|ui|meq|%)(?:\s*/\s*[0-9.]*\s*(?:ml|h|hr|hour|day))?(?![a-z])"
)
_SALTS = """
hydrochloride hcl hydrobromide hbr sodium potassium calcium magnesium chloride bromide citrate tartrate bitartrate
maleate mesylate besylate succinate fumarate phosphate sulfate sulphate acetate carbonate oxalate
dihydrate monohydrate hemihydrate disodium dimesylate saccharate
clorhidrato hidrocloruro sodico potasico calcico citrato tartrato maleato succinato fumarato fosfato sulfato
acetato carbonato oxalato
"""
_FORMS = """
tablet tablets tab tabs capsule capsules cap caps pill pills patch patches spray injection drops liquid solution
er xr xl sr cr la dr odt od ir cd
once twice daily day night bedtime morning evening weekly prn needed
tableta tabletas pastilla pastillas capsula capsulas diario diaria dia noche manana
"""
_EXTRA = frozenset((_SALTS + _FORMS).split())
_JOINING = frozenset({"a", "per", "at", "every", "as", "in", "the", "al", "por", "la", "en", "cada"})
LONGEST_NAME = 200
"""Characters of a typed name that are compared; names are far shorter."""


class Match(msgspec.Struct, frozen=True):
    """What a typed name is: a medicine's code, or no code and at most three medicines it may have meant."""

    code: str | None
    suggestions: tuple[Medicine, ...] = ()


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine to offer while someone types. `label` is what they read: "Zoloft (sertraline)"."""

    code: str
    label: str


class _Index(msgspec.Struct):
    """The names of a vocabulary, ready for comparison: exact names, and names without salts and forms."""

    vocabulary: Vocabulary
    exact: dict[str, set[str]]
    core: dict[str, set[str]]
    by_code: dict[str, Medicine]


def simplify(text: str) -> str:
    """Lower case, without accents, doses and punctuation; single spaces.

    >>> simplify("  Fluoxetína (20 mg) ")
    'fluoxetina'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text[:LONGEST_NAME]).casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = _DOSE.sub(" ", re.sub("['’ʼ`]", "", plain))
    return " ".join(re.findall(r"[^\W_]+", plain))


def core(text: str) -> str:
    """A simplified name without the words for salt, form and frequency after it; the first word always stays.

    >>> core("Bupropion hydrochloride XL 150 mg once a day"), core("Potassium chloride")
    ('bupropion', 'potassium')
    """
    words = simplify(text).split()
    length = len(words)
    while length > 1 and _is_extra(words[length - 1], is_last=length == len(words)):
        length -= 1
    return " ".join(words[:length])


def _is_extra(word: str, *, is_last: bool) -> bool:
    """Joining words are extra only before another extra word: "once a day", but "vitamin A"."""
    return word in _EXTRA or (not is_last and (word in _JOINING or word.isdigit()))


def match(vocabulary: Vocabulary, typed: str) -> Match:
    """The medicine that a typed name is, if one and only one has that name, brand or code; else near names."""
    index = _index(vocabulary)
    for names, name in ((index.exact, simplify(typed)), (index.core, core(typed))):
        codes = names.get(name, set()) if name else set()
        if len(codes) == 1:
            return Match(next(iter(codes)))
        if codes:
            return Match(None, tuple(index.by_code[code] for code in sorted(codes))[:3])
    return Match(None, _near(index, core(typed)))


def suggestions(vocabulary: Vocabulary, typed: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """What to offer for the letters typed so far: names that begin so, then names with such a word, then near names.

    Fewer than two letters give nothing. `limit` is the most to return.
    """
    start = simplify(typed)
    if len(start) < 2:
        return ()
    labels = [(simplify(name), Suggestion(code=m.code, label=_label(m, name))) for m, name in _names(vocabulary)]
    begins = [found for name, found in labels if name.startswith(start)]
    within = [found for name, found in labels if f" {start}" in f" {name}"]
    near = [Suggestion(code=m.code, label=m.name) for m in _near(_index(vocabulary), core(typed))]
    return tuple(dict.fromkeys([*begins, *within, *near]))[:limit]


def _near(index: _Index, name: str) -> tuple[Medicine, ...]:
    close = difflib.get_close_matches(name, index.core, n=3, cutoff=0.78) if len(name) > 2 else []
    codes = dict.fromkeys(code for found in close for code in sorted(index.core[found]))
    return tuple(index.by_code[code] for code in codes)[:3]


def _names(vocabulary: Vocabulary) -> Iterator[tuple[Medicine, str]]:
    for medicine in vocabulary.medicines:
        for name in (medicine.name, *medicine.brands):
            yield medicine, name


def _label(medicine: Medicine, name: str) -> str:
    return name if name == medicine.name else f"{name} ({medicine.name})"


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
    index = _Index(vocabulary, {}, {}, {medicine.code: medicine for medicine in vocabulary.medicines})
    for medicine, name in _names(vocabulary):
        index.exact.setdefault(simplify(name), set()).add(medicine.code)
        index.core.setdefault(core(name), set()).add(medicine.code)
    for medicine in vocabulary.medicines:
        index.exact.setdefault(simplify(medicine.code), set()).add(medicine.code)
    return index
