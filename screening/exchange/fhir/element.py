"""A part of a FHIR file while it is read: what is taken from it is known, and what nobody took is reported.

>>> report = Report("file.json")
>>> element = Element({"text": "Stroke?", "prefix": "1."}, "Questionnaire.item[0]", report)
>>> element.text("text")
'Stroke?'
>>> element.close()
>>> [str(finding) for finding in report.findings]
['Questionnaire.item[0].prefix: left out: not understood']
"""

from __future__ import annotations

import functools
from typing import Any

from .report import Report


class Element:
    """One JSON object at a path. `item` is the linkId of the item it belongs to, for the report."""

    def __init__(self, data: dict[str, Any], path: str, report: Report, item: str = "") -> None:
        self.data = data
        self.path = path
        self.report = report
        self.item = item
        self._taken: set[str] = set()
        self._extensions: set[int] = set()
        self._children: list[Element] = []
        self._is_dismissed = False

    # Values -----------------------------------------------------------------------------------------------------

    def take(self, name: str) -> Any:
        """The raw value of an element; None when it is not there."""
        self._taken.add(name)
        return self.data.get(name)

    def ignore(self, *names: str) -> None:
        """Say that these are understood and need not be kept."""
        self._taken.update(names)

    def text(self, name: str) -> str:
        """A string, or "" when there is none. Anything else is a problem."""
        value = self.take(name)
        if value is None or isinstance(value, str):
            return value or ""
        self.refuse(name, "Write text here")
        return ""

    def boolean(self, name: str) -> bool:
        """True or false; false when there is none."""
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "Write true or false here")
        return value is True

    def number(self, name: str) -> float | None:
        """A number, or None."""
        value = self.take(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return None if value is None else float(value)
        self.refuse(name, "Write a number here")
        return None

    def whole(self, name: str) -> int | None:
        """A whole number, or None."""
        found = self.number(name)
        if found is not None and found != int(found):
            self.refuse(name, "Write a whole number here")
            return None
        return None if found is None else int(found)

    # Children ---------------------------------------------------------------------------------------------------

    def child(self, name: str) -> Element | None:
        """An object, or None."""
        value = self.take(name)
        return None if value is None else self._child(value, name)

    def children(self, name: str) -> list[Element]:
        """The objects of a list."""
        value = self.take(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(name, "Write a list here")
            return []
        found = (self._child(one, f"{name}[{number}]") for number, one in enumerate(value))
        return [child for child in found if child is not None]

    def _child(self, value: object, name: str) -> Element | None:
        if not isinstance(value, dict):
            self.refuse(name, "Write an object here")
            return None
        child = Element(value, f"{self.path}.{name}", self.report, self.item)
        self._children.append(child)
        return child

    def extensions(self, url: str) -> list[Element]:
        """The extensions with an address."""
        numbers = [number for number, one in enumerate(self._read_extensions) if one.data.get("url") == url]
        self._extensions.update(numbers)
        found = [self._read_extensions[number] for number in numbers]
        for extension in found:
            extension.ignore("url")
        return found

    def extension(self, url: str) -> Element | None:
        """The extension with an address; of several, the first, and the others are reported."""
        found = self.extensions(url)
        for other in found[1:]:
            other.left_out("the same extension a second time")
            other.dismiss()
        return found[0] if found else None

    def has_extension(self, url: str) -> bool:
        """Whether there is an extension with an address; nothing is taken."""
        listed = self.data.get("extension")
        return isinstance(listed, list) and any(isinstance(one, dict) and one.get("url") == url for one in listed)

    @functools.cached_property
    def _read_extensions(self) -> list[Element]:
        return self.children("extension")

    def part(self, url: str) -> Element | None:
        """A part of a complex extension."""
        return self.extension(url)

    def value_text(self) -> str:
        """The string, code or address that an extension holds; "" when it holds something else."""
        for name in ("valueString", "valueCode", "valueUri", "valueMarkdown"):
            if name in self.data:
                return self.text(name)
        return ""

    def value_number(self) -> float | None:
        """The number that an extension holds."""
        for name in ("valueInteger", "valueDecimal", "valuePositiveInt", "valueUnsignedInt"):
            if name in self.data:
                return self.number(name)
        return None

    # What is left -----------------------------------------------------------------------------------------------

    def refuse(self, name: str, message: str) -> None:
        """A problem at one of its elements."""
        self.report.problem(f"{self.path}.{name}" if name else self.path, message)

    def left_out(self, what: str, name: str = "") -> None:
        """Report that this, or one of its elements, is not kept."""
        self.report.left_out(f"{self.path}.{name}" if name else self.path, what, self.item)

    def changed(self, what: str, name: str = "") -> None:
        """Report that this, or one of its elements, is kept in another form."""
        self.report.changed(f"{self.path}.{name}" if name else self.path, what, self.item)

    def close(self) -> None:
        """Report everything that nobody took, here and below."""
        if self._is_dismissed:
            return
        for number, extension in enumerate(self._read_extensions):
            if number not in self._extensions:
                extension.left_out(f"extension {extension.data.get('url', 'without an address')} not understood")
                extension.dismiss()
        for name in self.data:
            if name not in self._taken:
                self.left_out("not understood", name)
        for child in self._children:
            child.close()

    def undo(self) -> None:
        """Forget what was taken, to read it again."""
        self._taken.clear()
        self._is_dismissed = False

    def dismiss(self) -> None:
        """Say that this was reported as a whole: nothing inside needs to be."""
        self._is_dismissed = True
