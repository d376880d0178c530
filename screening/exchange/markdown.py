"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table; a bar inside a cell becomes a stroke.

    >>> list(table(("Key", "Title"), [("a", "One | two ")]))
    ['| Key | Title |', '|---|---|', '| a | One / two |']
    """
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.strip().replace('|', '/') for cell in row)} |"
