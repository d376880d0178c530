"""Form fields for the structures of a draft, written as a person would write them, one entry on a line.

What a field shows it reads back to the same value, so saving a page unchanged changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

LANGUAGE_NAMES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "zh": "Chinese"}
UNKNOWNS = [("not_sure", "Not sure"), ("declined", "Prefer not to say")]
UNVERIFIED = "(unverified)"


def number_in(text: Any) -> float | None:
    """The finite number that is written somewhere; None where there is none.

    >>> number_in(" 2.5"), number_in("nan"), number_in("two")
    (2.5, None, None)
    """
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


class WordingWidget(forms.Widget):
    """One labelled box for each language of the questionnaire, and for any other that the text already has."""

    template_name = "admin/screening/_wording.html"
    use_fieldset = True

    def __init__(self, languages: tuple[str, ...] = ("en",), attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.languages = languages

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        texts = value if isinstance(value, Mapping) else {}
        context["boxes"] = [
            {
                "language": language,
                "label": LANGUAGE_NAMES.get(language, language),
                "name": f"{name}__{language}",
                "id": f"{context['widget']['attrs'].get('id', name)}__{language}",
                "text": texts.get(language, ""),
                "rows": max(1, min(8, len(texts.get(language, "")) // 50 + 1)),
            }
            for language in dict.fromkeys([*self.languages, *texts])
        ]
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> str:
        return render_to_string(template_name, context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        start = f"{name}__"
        boxes = {key.removeprefix(start): data[key] for key in data if key.startswith(start)}
        return {language: text for language, text in boxes.items() if language.replace("-", "").isalnum()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}__") for key in data)

    def id_for_label(self, id_: str) -> str:
        return ""


class WordingField(forms.Field):
    """One text in each language; empty ones are left out. A required one must have the first language."""

    widget = WordingWidget

    def __init__(self, *, languages: tuple[str, ...] = ("en",), **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        super().__init__(**kwargs)
        self.languages = languages
        self.widget.languages = languages

    def to_python(self, value: Any) -> dict[str, str]:
        texts = value if isinstance(value, Mapping) else {}
        tidy = {language: str(text).replace("\r\n", "\n").strip() for language, text in texts.items()}
        return {language: text for language, text in tidy.items() if text}

    def validate(self, value: dict[str, str]) -> None:
        if value and self.languages[0] not in value:
            name = LANGUAGE_NAMES.get(self.languages[0], self.languages[0])
            raise ValidationError(f"Enter the text in {name} as well: it is the questionnaire's first language.")
        super().validate(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class LinesField(forms.CharField):
    """A list, one entry on a line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 60, "spellcheck": "false"})
    separator = "\n"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        super().__init__(**kwargs)

    def entries(self, text: str) -> list[str]:
        """The lines that are not empty, trimmed."""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def read(self, text: str) -> Any:
        """The value that the text says. Raises `ValidationError` naming every line that is wrong."""
        return self.entries(text)

    def to_text(self, value: Any) -> str:
        """The text that `read` reads back to `value`."""
        return "\n".join(str(entry) for entry in value)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else self.to_text(value or [])

    def to_python(self, value: Any) -> Any:
        return self.read(super().to_python(value) or "")

    def run_validators(self, value: Any) -> None:
        """The validators of `CharField` read text, and `to_python` has read it already."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.entries(self.prepare_value(initial)) != self.entries(str(data or ""))


class KeysField(LinesField):
    """A list of keys, with commas or new lines between them."""

    widget = forms.Textarea(attrs={"rows": 2, "cols": 60, "spellcheck": "false"})

    def entries(self, text: str) -> list[str]:
        return super().entries(text.replace(",", "\n"))

    def to_text(self, value: Any) -> str:
        return ", ".join(str(entry) for entry in value)


class PairsField(LinesField):
    """`key = value`, one on a line."""

    def read(self, text: str) -> dict[str, Any]:
        pairs = {}
        problems = []
        for line in self.entries(text):
            key, equals, value = (part.strip() for part in line.partition("="))
            if not (key and equals and value):
                problems.append(f"“{line}”: write key = value.")
            elif key in pairs:
                problems.append(f"“{key}” stands twice: keep one line for it.")
            else:
                pairs[key] = self.read_value(line, value, problems)
        if problems:
            raise ValidationError(problems)
        return pairs

    def read_value(self, line: str, value: str, problems: list[str]) -> Any:
        """The value behind the `=`."""
        return value

    def to_text(self, value: Any) -> str:
        return "\n".join(f"{key} = {entry}" for key, entry in dict(value).items())


class AmountsField(PairsField):
    """`key = number`, one on a line."""

    def read_value(self, line: str, value: str, problems: list[str]) -> float | None:
        amount = number_in(value)
        if amount is None:
            problems.append(f"“{line}”: write a number after the =.")
        return amount


class CitationsField(LinesField):
    """`SOURCE place in it`, one on a line; `(unverified)` at the end marks what a reviewer must still verify."""

    def read(self, text: str) -> list[dict[str, Any]]:
        return [self.citation(line) for line in self.entries(text)]

    def citation(self, line: str) -> dict[str, Any]:
        """One line as the fields of a `Citation`."""
        source, _, section = line.removesuffix(UNVERIFIED).strip().partition(" ")
        return {"source": source, "section": section.strip(), "checked": not line.endswith(UNVERIFIED)}

    def to_text(self, value: Any) -> str:
        return "\n".join(self.line(citation) for citation in value)

    def line(self, citation: Mapping[str, Any]) -> str:
        """One citation as a line."""
        mark = "" if citation.get("checked", True) else UNVERIFIED
        return " ".join(part for part in (citation["source"], citation.get("section", ""), mark) if part)


class UnknownsField(forms.MultipleChoiceField):
    """Which unknown answers are offered."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=UNKNOWNS, **{key: kwargs[key] for key in kwargs if key not in {"max_length"}})


class RuleReader(Protocol):
    """What reads a rule back for a page."""

    addresses: Mapping[str, Any]

    def words(self, text: str) -> str:
        """The rule in plain English; empty for an empty one."""


class RuleArea(forms.Textarea):
    """The box in which a rule is written, and what it says in plain English.

    `about` knows the questionnaire: it turns a rule into words, and has the addresses that a page asks while typing.
    """

    about: RuleReader | None = None

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        written = {"rows": 2, "cols": 90, "class": "vLargeTextField rule", "spellcheck": "false"}
        super().__init__(written | (attrs or {}))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """As many rows as the rule needs, because a rule is read whole."""
        context = super().get_context(name, value, attrs)
        text = str(value or "")
        context["widget"]["attrs"]["rows"] = max(2, min(14, len(text) // 90 + text.count("\n") + 2))
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        area = super().render(name, value, attrs, renderer)
        about = {"words": self.about.words(str(value or "")), **self.about.addresses} if self.about else {}
        return render_to_string("admin/screening/_rule.html", {"area": area, **about})


class RuleField(forms.CharField):
    """A rule's text with plain line ends. Whether it is right is judged where the questionnaire is known."""

    widget = RuleArea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")
