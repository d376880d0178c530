"""Packed records of one version, side by side: what was row after row becomes an array for each question."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from screening.engine.results import Settings
from screening.packing import HEAD, LAYOUT, Layout

Bools = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Columns:
    """The fixed parts of many records, one array for each question's mark, number, pair of days, size and bits."""

    def __init__(self, layout: Layout, fixed: bytes) -> None:
        self.layout = layout
        parts = np.dtype(
            [("marks", "u1", (len(layout.marks),)), ("numbers", "<f8", (layout.number_count,)),
             ("days", "<i4", (len(layout.days), 2)), ("sizes", "u1", (len(layout.sizes),)),
             ("bits", "u1", (layout.bit_bytes,))]
        )  # fmt: skip
        rows = np.frombuffer(fixed, parts)
        self.size = len(rows)
        self.marks: Marks = np.ascontiguousarray(rows["marks"].T)
        self.numbers: Floats = np.ascontiguousarray(rows["numbers"].T)
        self.days: Floats = np.ascontiguousarray(rows["days"].transpose(1, 2, 0)).astype(np.float64)
        self.sizes: Ints = np.ascontiguousarray(rows["sizes"].T).astype(np.int64)
        self.bits: Marks = np.ascontiguousarray(rows["bits"].T)

    def has_bit(self, name: str, position: int) -> Bools:
        """Whether one option of a multiple choice was chosen."""
        first, _ = self.layout.bits[name]
        found: Bools = (self.bits[first + position // 8] >> (position % 8) & 1).astype(bool)
        return found


class Records(Columns):
    """Many packed records with the day and the settings of each. `is_held` is false where there was no usable record:
    such a response has to be looked at by itself."""

    def __init__(
        self,
        layout: Layout,
        vectors: Sequence[bytes | None],
        as_of: Sequence[datetime.date],
        settings: Sequence[Settings],
    ) -> None:
        fixed, nothing = layout.format.size, bytes(layout.format.size)
        start, beginning = HEAD.size, HEAD.pack(LAYOUT)
        held = [
            vector is not None and len(vector) >= start + fixed and vector[:start] == beginning for vector in vectors
        ]
        whole = [vector if is_held else beginning + nothing for vector, is_held in zip(vectors, held, strict=True)]
        super().__init__(layout, b"".join([vector[start : start + fixed] for vector in whole]))  # type: ignore[index]
        tails = [vector[start + fixed :] for vector in whole]  # type: ignore[index]
        self._tails = np.frombuffer(b"".join(tails), np.uint8)
        self._starts = np.cumsum([0, *map(len, tails)])[:-1]
        self.is_held = np.array(held, bool) & (self._tail_lengths() == np.array([*map(len, tails)], np.int64))
        self.sizes[:, ~self.is_held] = 0
        self.today = np.array([day.toordinal() for day in as_of], np.float64)
        self.settings = settings

    def _tail_lengths(self) -> Ints:
        widths = np.array([self.layout.width(name) for name in self.layout.sizes], np.int64)
        return widths @ self.sizes if len(widths) else np.zeros(self.size, np.int64)

    def entries(self, name: str) -> tuple[Ints, bytes]:
        """The entries of one list: the row that each belongs to, and their bytes."""
        sizes = self.sizes[self.layout.sizes[name]]
        rows = np.repeat(np.arange(self.size), sizes)
        before = self._starts.copy()
        for other, place in self.layout.sizes.items():
            if other == name:
                break
            before += self.layout.width(other) * self.sizes[place]
        width = self.layout.width(name)
        position = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = (before[rows] + position * width)[:, None] + np.arange(width)
        return rows, self._tails[places].tobytes()

    @cached_property
    def distinct_settings(self) -> tuple[list[Settings], Ints]:
        """The different settings, and which of them each row has."""
        known: dict[int, int] = {}
        found: list[Settings] = []
        places = np.empty(self.size, np.int64)
        for row, one in enumerate(self.settings):
            if id(one) not in known:
                known[id(one)] = len(found)
                found.append(one)
            places[row] = known[id(one)]
        return found, places


def calendar(days: Floats) -> tuple[Ints, Ints]:
    """Year, and month and day as one number that grows through the year, of proleptic Gregorian ordinals.

    >>> [int(part[0]) for part in calendar(np.array([datetime.date(2024, 2, 29).toordinal()]))]
    [2024, 93]
    """
    dates = (days.astype(np.int64) - _EPOCH).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = months.astype("datetime64[Y]").astype(np.int64) + 1970
    return years, (months.astype(np.int64) % 12 + 1) * 32 + (dates - months).astype(np.int64) + 1


_EPOCH = datetime.date(1970, 1, 1).toordinal()


def rounded(values: Floats, decimals: int) -> Floats:
    """As Python rounds, which looks at the exact value where numpy looks at a multiple of it.

    >>> rounded(np.array([2.675, 1.005, 40.0]), 2).tolist() == [round(2.675, 2), round(1.005, 2), 40.0]
    True
    """
    scaled = values * 10.0**decimals
    found = np.rint(scaled) / 10.0**decimals
    for row in np.flatnonzero(np.abs(np.abs(scaled - np.floor(scaled)) - 0.5) < 1e-3):
        found[row] = round(float(values[row]), decimals)
    return found
