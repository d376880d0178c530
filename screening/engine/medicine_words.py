"""The words around a medicine's name, as people write them: its dose, its form, and how often it is taken.

Only words at the end (and "generic" or "compounded" at the start) are ever taken away, and what is left must be a name
of the vocabulary, so that no drug is turned into another one.

>>> simplify("  Fluoxetína (20 mg) ")
'fluoxetina'
>>> list(dict.fromkeys(shorter("Zolpidem 10 mg most nights")))
['zolpidem most nights', 'zolpidem most', 'zolpidem']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator

LONGEST_NAME = 200
"""Characters of a typed name that are compared; names are far shorter."""

DOSE = re.compile(
    r"[0-9][0-9.,]*\s*(?:mg|mcg|ug|µg|μg|micrograms?|grams?|g|ml|iu|units?|ui|meq|%)(?:\s*/\s*[0-9.]*\s*(?:ml|h|hr|hour|day))?(?![a-z])"
)
_DOSED = "0mg"
"""Stands where a dose stood: "zolpidem 10 mg night" ends with how often, but "Panadol Night" is a name."""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SALTS = _words_of("""
hydrochloride hcl hydrobromide hbr sodium potassium calcium magnesium chloride bromide citrate tartrate bitartrate
maleate mesylate besylate succinate fumarate phosphate sulfate sulphate acetate carbonate oxalate
dihydrate monohydrate hemihydrate disodium dimesylate saccharate
clorhidrato hidrocloruro sodico potasico calcico citrato tartrato maleato succinato fumarato fosfato sulfato
acetato carbonato oxalato
er xr xl sr cr la dr odt od ir cd
""")
_FORMS = _words_of("""
tablet tablets tab tabs capsule capsules cap caps pill pills patch patches spray sprays injection injections shot shots
drops liquid solution compounded generic
tableta tabletas pastilla pastillas capsula capsulas
""")
_OFTEN = _words_of("""
once twice thrice daily nightly weekly monthly bedtime prn needed bid tid qid qd qam qpm qhs q4h q6h q8h q12h weekends
diario diaria diariamente
""")
_TIMES = _words_of("""
day days night nights morning mornings evening evenings afternoon afternoons noon week weeks month months
hour hours hr hrs h time times weekend breakfast lunch dinner meal meals food
dia dias noche noches manana tarde semana semanas mes hora horas vez veces
""")
"""Words that say how often only after another word that does: "at night", "every 8 hours"."""
_LINKS = _words_of("""
a an per at every each as in the most some other if when before after with on and up to for
al por la el en cada las los con de
""")
"""Words that belong to how often only before a word that does: "a day", but "vitamin A"."""
_COUNTS = _words_of("""
one two three four five six half x 1x 2x 3x 4x x1 x2 x3 x4 un una uno dos tres cuatro media
""")
_PIECES = _words_of("""
tablet tablets tab tabs capsule capsules cap caps pill pills
tableta tabletas pastilla pastillas capsula capsulas
""")
_COUNTED = _PIECES | _TIMES | frozenset({"a", "an", "per", "x"})
"""A number before one of these counts it: "3 times", "2 tablets", "2 a day"."""
_BEFORE = frozenset({"compounded", "generic"})


def simplify(text: str) -> str:
    """Lower case, without accents, doses and punctuation; single spaces."""
    return " ".join(word for word in _words(text) if word != _DOSED)


def core(text: str, numbered: Container[str] = ()) -> str:
    """A simplified name without the words for dose, salt, form and frequency; the first word always stays.

    >>> core("Bupropion hydrochloride XL 150 mg once a day"), core("methadone 10 mg three times a day")
    ('bupropion', 'methadone')
    """
    return list(shorter(text, numbered))[-1]


def shorter(text: str, numbered: Container[str] = ()) -> Iterator[str]:
    """A simplified name as it stands, then with ever more of the words around it taken away.

    `numbered` are names that a number makes another medicine of ("Tylenol 3"): they keep their number, unless it counts
    how often. Before tablets it may be either, so that such a name is not known.
    """
    yield simplify(text)
    words = _words(text)
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
        yield _joined(words)
    taken = after = ""
    while len(words) > 1 and (kind := _kind(words, taken, after, numbered)):
        taken = taken if kind == "count" and taken else kind
        words, after = words[:-1], words[-1]
        if kind != "dose" and not _counts(words, after):
            yield _joined(words)
    if not _counts(words, after):
        yield _joined(words)


def _counts(words: list[str], after: str) -> bool:
    """Whether the last word is a number of what stood after it."""
    return bool(words) and words[-1].isdigit() and after in _COUNTED


def name_core(name: str) -> str:
    """A vocabulary's own name without salt and release: its other words belong to it ("the pill", "nicotine patch")."""
    words = _words(name)
    while len(words) > 1 and words[-1] in _SALTS:
        words = words[:-1]
    return _joined(words)


def _kind(words: list[str], taken: str, after: str, numbered: Container[str]) -> str:
    """What the last word says beside the name; "" when it may belong to the name.

    `after` is the word that stood after it, `taken` what that one said.
    """
    last, before = words[-1], words[-2]
    if last == _DOSED:
        return "dose"
    if last in _SALTS or last in _FORMS:
        return "form"
    if last in _OFTEN or (last in _TIMES and _says_how_often(before)):
        return "often"
    if last.isdigit():
        names_it = _joined(_without_numbers(words)) in numbered
        return "" if names_it and after not in _COUNTED - _PIECES else "count"
    if last in _COUNTS and taken:
        return "count"
    return "often" if last in _LINKS and taken == "often" else ""


def _says_how_often(word: str) -> bool:
    return word == _DOSED or word.isdigit() or word in _LINKS | _COUNTS | _OFTEN | _TIMES


def _without_numbers(words: list[str]) -> list[str]:
    length = len(words)
    while length > 1 and words[length - 1].isdigit():
        length -= 1
    return words[:length]


def stem(name: str) -> str:
    """A name without the numbers that follow its first words, or "" when none follow.

    >>> stem("Tylenol 3"), stem("Humulin 70/30"), stem("Tylenol")
    ('tylenol', 'humulin', '')
    """
    words = _words(name)
    shorter_words = _without_numbers(words)
    return _joined(shorter_words) if len(shorter_words) < len(words) else ""


def _joined(words: list[str]) -> str:
    return " ".join(word for word in words if word != _DOSED)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text[:LONGEST_NAME]).casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = DOSE.sub(f" {_DOSED} ", re.sub("['’ʼ`]", "", plain))
    return re.findall(r"[^\W_]+", plain)
