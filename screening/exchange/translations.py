"""Translations kept in a file of their own (`es.yaml`), put beside the texts they translate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from screening.engine.hints import did_you_mean

from .expansion import all_questions, maps
from .strict import ContentProblem, Spot, YamlMap

Things = Callable[[YamlMap], Iterator[YamlMap]]


def _in(name: str) -> Things:
    return lambda root: maps(root.get(name))


def _of_vocabularies(field: str) -> Things:
    return lambda root: (
        thing for vocabulary in maps(root.get("vocabularies")) for thing in maps(vocabulary.get(field))
    )


# What can be translated: where the things are, what names them, and their fields. The first field may stand alone.
KINDS: dict[str, tuple[Things, str, tuple[str, ...]]] = {
    "sections": (_in("sections"), "link_id", ("title", "introduction")),
    "questions": (all_questions, "link_id", ("text", "short", "hint", "explanation")),
    "instruments": (_in("instruments"), "key", ("preface",)),
    "scores": (_in("scores"), "link_id", ("title",)),
    "variables": (_in("variables"), "link_id", ("title",)),
    "flags": (_in("flags"), "link_id", ("title", "why", "discussion")),
    "notes": (_in("notes"), "link_id", ("text",)),
    "inconsistencies": (_in("inconsistencies"), "link_id", ("text",)),
    "profiles": (_in("profiles"), "key", ("title",)),
    "classes": (_of_vocabularies("classes"), "key", ("title",)),
    "medicine_groups": (_of_vocabularies("groups"), "key", ("title",)),
}


def translate(root: YamlMap, file: YamlMap, language: str, default: str, problems: list[ContentProblem]) -> None:
    """Add every text of a translation file to what it translates; a text that has no original is a problem."""
    work = _Translation(root, language, default, problems)
    for key, given in file.items():
        spot = file.at(key)
        if key == "title":
            work.put(root, "title", given, "title", spot)
        elif key == "option_sets" and isinstance(given, YamlMap):
            work.option_sets(given)
        elif key in KINDS and isinstance(given, YamlMap):
            work.kind(key, given)
        else:
            hint = did_you_mean(key, [*KINDS, "title", "option_sets"])
            work.refuse(spot, key, f"There is nothing of this name to translate{hint}")


class _Translation:
    def __init__(self, root: YamlMap, language: str, default: str, problems: list[ContentProblem]) -> None:
        self.root, self.language, self.default, self.problems = root, language, default, problems

    def refuse(self, spot: Spot, place: str, message: str) -> None:
        self.problems.append(spot.problem(place, message))

    def kind(self, kind: str, given: YamlMap) -> None:
        things, name, fields = KINDS[kind]
        known: dict[str, list[YamlMap]] = {}
        for thing in things(self.root):
            known.setdefault(str(thing.get(name)), []).append(thing)
        for key, texts in given.items():
            if key not in known:
                self.refuse(given.at(key), f"{kind}.{key}", f"There is nothing of this name{did_you_mean(key, known)}")
            for thing in known.get(key, []):
                self.thing(thing, texts, fields, f"{kind}.{key}", given.at(key))

    def thing(self, thing: YamlMap, texts: object, fields: tuple[str, ...], place: str, spot: Spot) -> None:
        if not isinstance(texts, YamlMap):
            self.put(thing, fields[0], texts, place, spot)
            return
        for field, text in texts.items():
            here = texts.at(field)
            if field == "options":
                self.options(thing, text, f"{place}.options", here)
            elif field == "bands":
                self.bands(thing, text, f"{place}.bands", here)
            elif field in fields:
                self.put(thing, field, text, f"{place}.{field}", here)
            else:
                self.refuse(here, place, f"“{field}” is not translated here{did_you_mean(field, fields)}")

    def put(self, thing: YamlMap, field: str, text: object, place: str, spot: Spot) -> None:
        """Add one text in our language to those that a field has."""
        held = thing.get(field)
        texts = {self.default: held} if isinstance(held, str) else dict(held) if isinstance(held, Mapping) else {}
        if not isinstance(text, str):
            self.refuse(spot, place, "Write the translation as text (in quotes if it looks like something else)")
        elif not texts.get(self.default):
            self.refuse(spot, place, "Remove this translation: there is no text to translate")
        elif self.language in texts:
            self.refuse(spot, place, "Keep one translation: there are two")
        else:
            thing[field] = {**texts, self.language: text}

    def options(self, question: YamlMap, given: object, place: str, spot: Spot) -> None:
        """Texts by option code. For a question that uses an option set they are its own and win over the set's."""
        if not isinstance(given, YamlMap):
            self.refuse(spot, place, "Write the texts by option code")
        elif isinstance(question.get("options"), str):
            self._own_option_texts(question, given, place)
        else:
            self._option_texts(question.get("options"), given, place)

    def _own_option_texts(self, question: YamlMap, given: YamlMap, place: str) -> None:
        """Kept beside the question until its option set is written out (`Expansion.finish`)."""
        own = question.get("option_texts")
        kept = own if isinstance(own, YamlMap) else YamlMap(given.spot)
        question["option_texts"] = kept
        for code, text in given.items():
            earlier = kept.get(code)
            texts = dict(earlier) if isinstance(earlier, dict) else {}
            if not isinstance(text, str):
                self.refuse(given.at(code), f"{place}.{code}", "Write the translation as text")
            elif self.language in texts:
                self.refuse(given.at(code), f"{place}.{code}", "Keep one translation: there are two")
            kept[code] = {**texts, self.language: text}
            kept.spots[code] = given.at(code)

    def _option_texts(self, options: object, given: YamlMap, place: str) -> None:
        known = {str(option.get("code")): option for option in maps(options)}
        for code, text in given.items():
            if code in known:
                self.thing(known[code], text, ("text", "hint"), f"{place}.{code}", given.at(code))
            else:
                self.refuse(given.at(code), place, f"There is no option “{code}”{did_you_mean(code, known)}")

    def option_sets(self, given: YamlMap) -> None:
        sets = self.root.get("option_sets")
        known = sets if isinstance(sets, YamlMap) else YamlMap(given.spot)
        for name, texts in given.items():
            if name not in known or not isinstance(texts, YamlMap):
                self.refuse(given.at(name), name, f"There is no such option set{did_you_mean(name, known)}")
            else:
                self._option_texts(known[name], texts, f"option_sets.{name}")

    def bands(self, score: YamlMap, given: object, place: str, spot: Spot) -> None:
        """Titles in the order of the bands."""
        bands = list(maps(score.get("bands")))
        if not isinstance(given, list) or len(given) != len(bands):
            self.refuse(spot, place, f"Write a list of {len(bands)} titles, in the order of the bands")
            return
        for number, (band, text) in enumerate(zip(bands, given, strict=True), start=1):
            self.put(band, "title", text, f"{place}[{number}]", spot)
