"""The words around a medicine's name, as people write them: its dose, its form, and how often it is taken.

Only words at the end (and "generic" or "compounded" at the start) are ever taken away, and what is left must be a name
of the vocabulary, so that no drug is turned into another one. All of them are words of the lists below: any other word,
which may be a second medicine, leaves the name unknown.

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
dihydrate monohydrate hemihydrate anhydrous disodium dimesylate saccharate
clorhidrato hidrocloruro sodico potasico calcico citrato tartrato maleato succinato fumarato fosfato sulfato
acetato carbonato oxalato
er xr xl sr cr la dr odt od ir cd
""")
_FORMS = _words_of("""
tablet tablets tab tabs capsule capsules cap caps pill pills patch patches spray sprays injection shot
drops liquid solution film films strip strips pen pens kwikpen solostar flexpen flextouch taper compounded generic
mouth po oral orally sl sublingual sublingually iv sc sq subq subcutaneous
tableta tabletas pastilla pastillas capsula capsulas gotas parche parches
""")
"""What a medicine comes as, and by which way it is taken."""
_OFTEN = _words_of("""
once twice thrice daily nightly weekly monthly bedtime prn needed bid tid qid qd qam qpm qhs q4h q6h q8h q12h weekends
diario diaria diariamente
""")
_TIMES = _words_of("""
day days night nights morning mornings evening evenings afternoon afternoons noon week weeks month months
hour hours hr hrs h time times weekend breakfast lunch dinner meal meals food am
dia dias noche noches manana tarde semana semanas mes hora horas vez veces
""")
"""Words that say how often only after another word that does: "at night", "every 8 hours"."""
_NIGHT = frozenset({"pm"})
"""As those, but never right after a dose: "in the PM", while "Aleve 220 mg PM" is another product."""
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
_WAY = frozenset({"by", "via", "por"})
"""Words that belong to a form: "by mouth", "por vía oral"."""
_INJECTED = dict.fromkeys(
    ("injections", "im", "intramuscular", "intramuscularly", "inyeccion", "inyecciones", "inyectable"), "injection"
) | {"shots": "shot"}
"""How else a shot is written, which may be another medicine than the tablet."""
MOST_SPLIT = 12
"""Words of a text that is cut in two."""
_FOR = frozenset({"for", "para"})
_PURPOSES = _words_of("""
sleep sleeping insomnia anxiety panic attacks nerves stress depression mood bipolar adhd ocd ptsd pain back nerve muscle
spasms arthritis migraine migraines headache headaches seizures epilepsy asthma copd breathing allergies allergy cold
cough nausea reflux heartburn blood pressure hypertension heart cholesterol diabetes sugar weight loss thyroid infection
dormir insomnio ansiedad nervios estres depresion animo dolor espalda migrana convulsiones epilepsia asma alergia
alergias presion sangre hipertension corazon colesterol azucar peso tiroides infeccion
my high low chronic severe mi alta baja
""")
"""What a medicine may be for. Only these: any other word may be a second medicine."""


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
    words = _without_purpose(_words(text))
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


def splits(text: str) -> Iterator[tuple[str, str]]:
    """A text cut in two before each of its words, for a medicine written with both its names: "Coumadin (warfarin)"."""
    words = _words(text)
    for place in range(1, len(words) if len(words) <= MOST_SPLIT else 0):
        yield " ".join(words[:place]), " ".join(words[place:])


def words_after(text: str, name: str) -> str:
    """What follows a simplified name in a text.

    >>> words_after("warfarin 5 mg daily", "warfarin")
    '0mg daily'
    """
    return " ".join(_words(text)[len(name.split()) :])


def _without_purpose(words: list[str]) -> list[str]:
    """The words before "for sleep". "The pill for sleep" names nothing without its purpose, and keeps it."""
    place = next((place for place, word in enumerate(words) if word in _FOR), 0)
    rest = set(words[place + 1 :])
    beside = _OFTEN | _TIMES | _LINKS | {_DOSED}
    if not place or words[0] in _LINKS or not rest & _PURPOSES or rest - _PURPOSES - beside:
        return words
    return words[:place]


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
    if last in _LINKS and taken == "often":
        return "often"
    if last in _SALTS or last in _FORMS or (last in _WAY and after in _FORMS | _WAY):
        return "form"
    if last in _NIGHT and before in _LINKS | _OFTEN | _TIMES:
        return "often"
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
    plain = re.sub(r"\bw/", "with ", re.sub("['’ʼ`]", "", plain))
    words: list[str] = re.findall(r"[^\W_]+", DOSE.sub(f" {_DOSED} ", plain))
    return words[:1] + [_INJECTED.get(word, word) for word in words[1:]]
