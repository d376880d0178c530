"""The worklist's order, asked of an index: clinic by clinic, and never further than one page or one count needs.

Those who read answers in a clinic see its list by `urgency`, others by `plain_urgency`, which tells nothing of answers.
Both are columns (`intake.models.listing`), so the first page, the thousandth and a count cost the same in any store.
"""

from __future__ import annotations

import dataclasses
import datetime
import operator
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)

from intake.models import QuestionnaireResponse, User
from intake.permissions import Permission

from .rights import Rights

LOOKED_THROUGH = 1000
"""Lines that are looked at for one page where more than one thing is asked and no index holds both."""


MOST_COUNTED = 1000
"""Counts go no further: nobody works through more lines, and counting them would cost more each year."""


class Place(NamedTuple):
    """A place in the list, in its order."""

    urgency: int
    at: datetime.datetime
    pk: uuid.UUID


class Found(NamedTuple):
    """The responses of one page, in order; the place after which to look for more, None at the end; and how long the
    named lists are, where `MOST_COUNTED` + 1 stands for any more."""

    keys: tuple[uuid.UUID, ...]
    further: Place | None
    counts: dict[str, int]


class Reach(NamedTuple):
    """The clinics whose list somebody sees: with what answers say, and without."""

    readable: tuple[uuid.UUID, ...]
    plain: tuple[uuid.UUID, ...]


def reach_of(rights: Rights) -> Reach:
    """What of the list somebody with these rights sees."""
    seen = sorted(clinic for clinic, may in rights.items() if Permission.SEE_WHO_HAS_SENT in may)
    readable = tuple(clinic for clinic in seen if Permission.READ_ANSWERS in rights[clinic])
    return Reach(readable, tuple(clinic for clinic in seen if clinic not in readable))


@dataclasses.dataclass(frozen=True)
class Part:
    """The list of one clinic in order, so far as one index gives it; `fits` is what else is asked of each line."""

    rows: QuerySet[QuestionnaireResponse]
    rank: str
    fits: Q = dataclasses.field(default_factory=Q)

    def after(self, place: Place) -> Part:
        """What comes behind a place: by key, so that what arrives meanwhile moves nothing."""
        line = _row(F(self.rank), F("listed_at"), F("pk"))
        begin = _row(Value(place.urgency), Value(place.at, DateTimeField()), Value(place.pk, UUIDField()))
        behind = Func(line, begin, template="%(expressions)s", arg_joiner=" > ", output_field=BooleanField())
        return dataclasses.replace(self, rows=self.rows.filter(behind))

    def among(self, keys: Iterable[uuid.UUID]) -> Part:
        """Those of a few responses."""
        return dataclasses.replace(self, rows=self.rows.filter(pk__in=list(keys)))


def _row(*values: F | Value) -> Func:
    """`(a, b, c)`: compared as one, it is found in an index. Django writes that for PostgreSQL only."""
    return Func(*values, template="(%(expressions)s)", output_field=BooleanField())


def part(clinic: uuid.UUID, *narrow: Q, rank: str = "urgency") -> Part:
    """The list of a clinic. The first of what it is narrowed to has its index; the rest is looked at line by line."""
    rows = QuestionnaireResponse.objects.filter(*narrow[:1], clinic=clinic, **{f"{rank}__isnull": False})
    return Part(rows.order_by(rank, "listed_at", "pk"), rank, reduce(operator.and_, narrow[1:], Q()))


def page(parts: Sequence[Part], *, size: int, lists: Mapping[str, Sequence[Part]], reader: User) -> Found:
    """The first `size` lines of several lists together, and how long some lists are, in one query. Where lines are
    looked at one by one and `LOOKED_THROUGH` of them hold fewer, the page is shorter and `further` leads on."""
    most = LOOKED_THROUGH if any(each.fits for each in parts) else size + 1
    lengths = [_length(name, each, reader) for name, each in lists.items()]
    answers = [_Answer(*each) for each in _together([*(_lines(each, most) for each in parts), *lengths])]
    lines = [each for each in answers if each.clinic]
    reached = _reached(lines, most)
    fitting = sorted(each.line for each in lines if each.fits and (reached is None or each.line <= reached))
    further = fitting[size - 1] if len(fitting) > size else reached
    counts = {each.name: min(each.place, MOST_COUNTED + 1) for each in answers if each.name}
    return Found(tuple(line.pk for line in fitting[:size]), further, counts)


class _Answer(NamedTuple):
    """A line of a clinic's list with its place, or how long a named list is."""

    clinic: uuid.UUID | None
    name: str
    fits: bool
    place: int
    at: datetime.datetime | None
    pk: uuid.UUID

    @property
    def line(self) -> Place:
        assert self.at is not None
        return Place(self.place, self.at, self.pk)


def _lines(one: Part, most: int) -> QuerySet[Any, tuple[Any, ...]]:
    """At most so many lines of one list. SQLite takes no limit within a union, so there they are named by key;
    PostgreSQL would read the whole table for a thousand keys."""
    takes_limits = connection.features.supports_slicing_ordering_in_compound
    first = one.rows if takes_limits else QuestionnaireResponse.objects.filter(pk__in=one.rows.values("pk")[:most])
    fits = Case(When(one.fits, then=Value(True)), default=Value(False)) if one.fits else Value(True)
    told = first.annotate(of=F("clinic_id"), named=Value(""), fits=fits, place=F(one.rank), at=F("listed_at"))
    lines = told.values_list("of", "named", "fits", "place", "at", "pk")
    return lines[:most] if takes_limits else lines


class _Count(Subquery):
    """How many rows a query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _length(name: str, parts: Sequence[Part], reader: User) -> QuerySet[Any, tuple[Any, ...]]:
    """How long a list is, counted to `MOST_COUNTED` + 1 and no further."""
    length = reduce(operator.add, (_Count(one.rows.values("pk")[: MOST_COUNTED + 1]) for one in parts), Value(0))
    told = User.objects.filter(pk=reader.pk).annotate(
        of=Value(None, output_field=UUIDField()),
        named=Value(name),
        fits=Value(True),
        place=length,
        at=Value(None, output_field=DateTimeField()),
    )
    return told.values_list("of", "named", "fits", "place", "at", "pk")


def _together(queries: Sequence[QuerySet[Any, tuple[Any, ...]]]) -> Iterable[tuple[Any, ...]]:
    return queries[0].union(*queries[1:], all=True) if queries else ()


def _reached(lines: Iterable[_Answer], most: int) -> Place | None:
    """How far every list was looked at, if one of them goes on."""
    by_clinic: dict[uuid.UUID | None, list[Place]] = {}
    for each in lines:
        by_clinic.setdefault(each.clinic, []).append(each.line)
    return min((max(places) for places in by_clinic.values() if len(places) == most), default=None)


def matching(reach: Reach, matches: Q, *, most: int) -> list[uuid.UUID]:
    """The first lines of the list that match a search."""
    is_readable = Q(clinic__in=reach.readable)
    rank = Case(When(is_readable, then=F("urgency")), default=F("plain_urgency"), output_field=IntegerField())
    found = QuestionnaireResponse.objects.filter(matches, clinic__in=(*reach.readable, *reach.plain))
    found = found.annotate(place=rank).filter(place__isnull=False).order_by("place", "listed_at", "pk")
    return list(found.values_list("pk", flat=True)[:most])


def invited(reach: Reach, *, most: int) -> list[uuid.UUID]:
    """The latest responses on the list that began with an invitation: so many of each clinic."""
    rows = QuestionnaireResponse.objects.filter(urgency__isnull=False, invitation__isnull=False)
    of_clinics = [rows.filter(clinic=clinic).order_by("-listed_at", "pk") for clinic in (*reach.readable, *reach.plain)]
    return [line[-1] for line in _together([_lines(Part(each, "urgency"), most) for each in of_clinics])]
