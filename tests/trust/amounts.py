"""How much a proof does: little in every run of the tests, much in `make trust`."""

from __future__ import annotations

import os

IS_LONG = os.environ.get("TRUST") == "long"


def amount(quick: int, long: int) -> int:
    """`long` in `make trust`, otherwise `quick`."""
    return long if IS_LONG else quick
