"""What every row of a draft has: its place among its siblings and a count of its edits."""

from __future__ import annotations

from typing import Any, ClassVar, get_args

from django.db import models

Choices = list[tuple[str, str]]


def choices_of(literal: object) -> Choices:
    """The choices of a closed set of words in the engine: `choices_of(QuestionType)`.

    Columns name functions that call this, so that a new word in the engine needs no migration.
    """
    return [(str(word), str(word).replace("_", " ")) for word in get_args(literal)]


class Draft(models.Model):
    """A row of a draft. Column names are the field names of the engine's Struct of the same name.

    `OWNERS` are the foreign keys that say which row it belongs to, nearest first. `QUESTIONNAIRE` is the path from the
    row to its questionnaire. `edits` is the optimistic lock: a form that was opened at another count is refused.
    """

    OWNERS: ClassVar[tuple[str, ...]] = ("questionnaire",)
    QUESTIONNAIRE: ClassVar[str] = "questionnaire"

    position = models.PositiveIntegerField(blank=True, default=0, help_text="Lowest first. Empty: after the others.")
    edits = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def owner(self) -> tuple[str, Any]:
        """The name and primary key of the row this one belongs to."""
        for name in self.OWNERS:
            if (key := getattr(self, f"{name}_id")) is not None:
                return name, key
        raise ValueError(f"{type(self).__name__} {self.pk} belongs to nothing")

    def belong_to(self, owner: models.Model) -> None:
        """Point the foreign key for rows of the owner's kind at `owner`."""
        for name in self.OWNERS:
            related: Any = self._meta.get_field(name).related_model
            if isinstance(owner, related):
                setattr(self, name, owner)
                return
        raise ValueError(f"{type(self).__name__} cannot belong to {type(owner).__name__}")
