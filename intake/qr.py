"""QR codes as a path that a template draws: no picture file, no style, nothing fetched."""

from __future__ import annotations

import dataclasses

QUIET = 4
"""Modules of white around the code, as the standard asks."""


@dataclasses.dataclass(frozen=True)
class Code:
    """The dark modules of a code as an SVG path, in a square of `size` modules with the quiet zone around."""

    size: int
    path: str


def code_of(text: str) -> Code:
    """The code of a text, such as a link; still read when an eighth of it is dirty.

    >>> code_of("http://127.0.0.1:8000/start/demo/").size
    37
    """
    import qrcode  # it loads a whole picture library: only where a code is drawn
    from qrcode.constants import ERROR_CORRECT_M

    drawn = qrcode.QRCode(border=QUIET, error_correction=ERROR_CORRECT_M)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    path = "".join(_run(row, y) for y, row in enumerate(rows))
    return Code(size=len(rows), path=path)


def _run(row: list[bool], y: int) -> str:
    """The dark runs of one line, each one rectangle high 1: neighbours leave no hair-line when printed."""
    found, start = [], None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            found.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            start = None
    return "".join(found)
