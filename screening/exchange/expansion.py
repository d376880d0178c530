"""Short forms that are written out: shared lists of options, and instruments with their items in place.

Translations come between: first everything is put where it belongs, then translated, then `finish` writes out options.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

from screening.engine.hints import did_you_mean

from .strict import ContentProblem, Spot, YamlList, YamlMap


class Expansion:
    """Works on the mapping of the whole questionnaire; problems are added to the given list."""

    def __init__(self, root: YamlMap, problems: list[ContentProblem]) -> None:
        self.root = root
        self.problems = problems
        self.items: dict[str, dict[str, YamlMap]] = {}

    def refuse(self, spot: Spot, place: str, message: str) -> None:
        self.problems.append(spot.problem(place, message))

    def instruments(self, files: Iterable[YamlMap]) -> None:
        """Take items and scores out of the instruments' own files and keep them for the sections."""
        kept = self.root.get("instruments")
        instruments = YamlList(self.root.spot, kept if isinstance(kept, list) else [])
        for file in files:
            instruments.append(self._instrument(file))
        if instruments:
            self.root["instruments"] = instruments

    def _instrument(self, file: YamlMap) -> YamlMap:
        key = str(file.get("key", ""))
        defaults = file.get("defaults")
        shared = dict(defaults) if isinstance(defaults, YamlMap) else {}
        items = [item.with_values(**{**shared, **item, "instrument": key}) for item in maps(file.get("items"))]
        self.items[key] = {str(item.get("link_id", "")): item for item in items}
        scores = self.root.setdefault("scores", YamlList(file.spot))
        for score in maps(file.get("scores")):
            everything = YamlList(score.spot, self.items[key])
            if isinstance(scores, list):
                scores.append(score.with_values(**{"items": everything, **score, "instrument": key}))
        instrument = file.with_values(items=YamlList(file.spot, self.items[key]))
        for extra in ("defaults", "scores"):
            instrument.pop(extra, None)
        return instrument

    def sections(self, sections: Iterable[YamlMap]) -> YamlList:
        """Sections with each `- instrument: key` replaced by the instrument's items."""
        found = YamlList(self.root.spot)
        for section in sections:
            questions = [one for entry in maps(section.get("questions")) for one in self._entry(entry)]
            spots = [question.spot for question in questions]
            given = section.get("questions")
            listed: object = YamlList(section.at("questions"), questions, spots) if isinstance(given, list) else given
            found.append(section.with_values(questions=listed))
            found.spots.append(section.spot)
        return found

    def _entry(self, entry: YamlMap) -> Iterator[YamlMap]:
        if "instrument" not in entry or "link_id" in entry:
            yield entry
            return
        key = str(entry["instrument"])
        if key not in self.items:
            self.refuse(entry.spot, key, f"There is no such instrument{did_you_mean(key, self.items)}")
            return
        for extra in entry.keys() - {"instrument", "items", "ask_when"}:
            self.refuse(entry.at(extra), key, f"Remove “{extra}”: only items and ask_when are allowed here")
        for link_id in self._chosen(entry, key):
            item = self.items[key][link_id]
            yield item.with_values(ask_when=both(entry.get("ask_when"), item.get("ask_when")))

    def _chosen(self, entry: YamlMap, key: str) -> list[str]:
        chosen = entry.get("items")
        if not isinstance(chosen, list):
            return list(self.items[key])
        for link_id in chosen:
            if link_id not in self.items[key]:
                hint = did_you_mean(str(link_id), self.items[key])
                self.refuse(entry.at("items"), key, f"The instrument has no item “{link_id}”{hint}")
        return [str(link_id) for link_id in chosen if link_id in self.items[key]]

    def finish(self) -> None:
        """Write out `options: name` from `option_sets`, which then have done their work."""
        sets = self.root.pop("option_sets", None)
        known = sets if isinstance(sets, YamlMap) else YamlMap(self.root.spot)
        for question in all_questions(self.root):
            name = question.get("options")
            if not isinstance(name, str):
                continue
            own = question.pop("option_texts", None)
            if name in known:
                question["options"] = self._with_own_texts(copy.deepcopy(known[name]), own, f"{name}.options")
            else:
                question.pop("options")
                self.refuse(question.at("options"), name, f"There is no such option set{did_you_mean(name, known)}")

    def _with_own_texts(self, options: object, own: object, place: str) -> object:
        """A copy of an option set in which a question's own translations win, beside the set's other languages."""
        texts = own if isinstance(own, YamlMap) else YamlMap(self.root.spot)
        known = {str(option.get("code")): option for option in maps(options)}
        for code, translated in texts.items():
            if code in known and isinstance(translated, dict):
                known[code]["text"] = {**self._languages_of(known[code].get("text")), **translated}
            else:
                self.refuse(texts.at(code), place, f"There is no option “{code}”{did_you_mean(code, known)}")
        return options

    def _languages_of(self, text: object) -> dict[str, object]:
        """A text by language: what stands as a plain string is in the questionnaire's first language."""
        if isinstance(text, dict):
            return dict(text)
        languages = self.root.get("languages")
        return {str(languages[0]) if isinstance(languages, list) and languages else "en": text} if text else {}


def maps(value: object) -> Iterator[YamlMap]:
    """The mappings of a list. Anything else is reported when the whole is fitted to its shape."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, YamlMap))


def all_questions(root: YamlMap) -> Iterator[YamlMap]:
    """Every question of every section and the items of groups."""
    for section in maps(root.get("sections")):
        for question in maps(section.get("questions")):
            yield question
            yield from maps(question.get("items"))


def both(outer: object, inner: object) -> str:
    """One condition from two; an empty one says nothing.

    >>> both("a is yes", ""), both("a is yes", "b is no or c is no")
    ('a is yes', '(a is yes) and (b is no or c is no)')
    """
    found = [str(one) for one in (outer, inner) if one]
    return f"({found[0]}) and ({found[1]})" if len(found) == 2 else "".join(found)
