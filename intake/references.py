"""References that people read aloud: eight letters and digits without look-alikes, shown as `K7QM-3X2P`."""

from __future__ import annotations

import secrets

# No 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V: they are confused on paper and on the telephone.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 8


def new_reference() -> str:
    """A random reference: 23 symbols, eight places, 7.8e10 possibilities. Uniqueness is the database's to keep."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(reference: str) -> str:
    """A reference as people see it.

    >>> grouped("K7QM3X4P")
    'K7QM-3X4P'
    """
    return f"{reference[:4]}-{reference[4:]}"


def normalised(typed: str) -> str:
    """What somebody typed, as it is stored. Anything that cannot be a reference becomes an empty string.

    >>> normalised(" k7qm-3x4p "), normalised("../etc/passwd")
    ('K7QM3X4P', '')
    """
    symbols = typed.strip().replace("-", "").replace(" ", "").upper()
    is_reference = len(symbols) == LENGTH and all(symbol in ALPHABET for symbol in symbols)
    return symbols if is_reference else ""
