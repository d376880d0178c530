"""A page of settings that two people have open at once: each saves what they typed, and puts nothing back.

The form says, signed, what its fields showed when it was drawn. A field that was left as it was drawn says what is
stored now. One that was typed over, and that somebody else changed to something else meanwhile, is refused once with
what it is now: saving again is a decision, then. A page without it, drawn by a release before, counts as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

_SALT = "what a page of settings showed"


class DrawnForm(forms.Form):
    """A form over what is stored for a whole clinic."""

    drawn = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, stored: dict[str, Any], changed_by: Callable[[str], str], **more: Any
    ) -> None:
        """`stored`: what each field says of what is stored now, as JSON holds it. `changed_by`: the name of whoever
        stored a field, or nothing."""
        self.stored, self.changed_by = stored, changed_by
        super().__init__(data, initial={**stored, "drawn": _signed(stored)}, **more)

    def full_clean(self) -> None:
        clashes = self._take_over() if self.is_bound else []
        super().full_clean()
        for name in clashes:
            label, now = self.fields[name].label, self._in_words(name)
            said = f"{label}: {self.changed_by(name) or 'somebody'} changed this meanwhile, to “{now}”."
            self.add_error(name, f"{said} Save again to put yours in its place.")

    def _take_over(self) -> list[str]:
        """Let every field that was left as drawn say what is stored; those that two people changed differently."""
        drawn = _opened(self.data.get("drawn", ""))
        if drawn is None:
            return []
        clashes, data = [], self.data.copy()
        for name, now in self.stored.items():
            field = self.fields[name]
            given = field.widget.value_from_datadict(self.data, self.files, name)
            if _is_same(field, given, drawn.get(name)):
                _put(data, name, now)
            elif not _is_same(field, now, drawn.get(name)) and not _is_same(field, now, given):
                clashes.append(name)
        data["drawn"] = _signed(self.stored)
        self.data = data
        return clashes

    def _in_words(self, name: str) -> str:
        titles = dict(getattr(self.fields[name], "choices", ()))
        now = self.stored[name]
        values = now if isinstance(now, list) else str("" if now is None else now).splitlines()
        return ", ".join(str(titles.get(value, value)) for value in values) or "nothing"


def _signed(stored: dict[str, Any]) -> str:
    return signing.dumps(stored, salt=_SALT, compress=True)


def _opened(signed: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    return found


def _is_same(field: forms.Field, one: Any, other: Any) -> bool:
    return bool(_plain(field, one) == _plain(field, other))


def _plain(field: forms.Field, value: Any) -> Any:
    """A value as the form reads it: a browser posts every number as text, and its own line ends."""
    try:
        read = field.to_python(value)
    except ValidationError:
        read = value
    if isinstance(read, list):
        return sorted(read)
    return read.replace("\r\n", "\n") if isinstance(read, str) else read


def _put(data: Any, name: str, value: Any) -> None:
    """What a browser would post for a value."""
    if isinstance(value, list):
        data.setlist(name, value)
    elif value is False:
        data.pop(name, None)
    else:
        data[name] = "" if value is None else value
