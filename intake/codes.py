"""Resume codes: twelve digits that, with the link, read answers back. Stored hashed, like a password.

Guessing is limited for each response, whatever address the guesses come from: five tries, then a wait that doubles
from half a minute to an hour, and thirty tries in any day. Of 10^12 codes that leaves a chance below 10^-9 in a month.
"""

from __future__ import annotations

import datetime
import secrets

from django.contrib.auth.hashers import check_password, make_password

from .models import QuestionnaireResponse

DIGITS = 12
FREE_TRIES = 5
TRIES_OF_DAY = 30
FIRST_WAIT = datetime.timedelta(seconds=30)
LONGEST_WAIT = datetime.timedelta(hours=1)
DAY = datetime.timedelta(hours=24)


def new_code() -> str:
    """A random code, in groups of four: `4821 0937 5566`."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    return " ".join(digits[start : start + 4] for start in range(0, DIGITS, 4))


def hash_code(code: str) -> str:
    """What is stored of a code."""
    return make_password(_digits(code))


def is_code(typed: str, hashed: str | None) -> bool:
    """Whether a typed code is the one that was hashed. Takes the same time when there is nothing to compare with."""
    digits = _digits(typed)
    if hashed is None:
        make_password(digits)
        return False
    return check_password(digits, hashed)


def wait_until(response: QuestionnaireResponse, *, now: datetime.datetime) -> datetime.datetime | None:
    """When the next try is allowed; None when it is now."""
    began = response.resume_day_began_at
    if began is not None and now < began + DAY and response.resume_tries_of_day >= TRIES_OF_DAY:
        return began + DAY
    blocked = response.resume_blocked_until
    return blocked if blocked is not None and now < blocked else None


def count_try(response: QuestionnaireResponse, *, now: datetime.datetime) -> None:
    """Count a try before it is made, so that tries at the same moment cannot share one. The caller saves the row."""
    if response.resume_day_began_at is None or now >= response.resume_day_began_at + DAY:
        response.resume_day_began_at, response.resume_tries_of_day = now, 0
    response.resume_tries += 1
    response.resume_tries_of_day += 1
    if response.resume_tries >= FREE_TRIES:
        doublings = min(response.resume_tries - FREE_TRIES, 10)
        response.resume_blocked_until = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def forget_tries(response: QuestionnaireResponse) -> None:
    """After the right code. The day's count stays, so that it is a limit on tries and not on failures."""
    response.resume_tries = 0
    response.resume_blocked_until = None


TRY_FIELDS = ("resume_tries", "resume_tries_of_day", "resume_day_began_at", "resume_blocked_until")


def _digits(code: str) -> str:
    return "".join(symbol for symbol in code if symbol.isascii() and symbol.isdigit())[: DIGITS + 1]
