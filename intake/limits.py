"""How often something may be done, by one address or for one response. Kept in a cache, under hashed keys.

Each limit is a bucket that refills steadily: some may be done at once, then as many as refill. The libraries at hand
count in fixed windows or wait for a lock; a save must do neither. Two requests at one moment may be counted as one.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import logging
import math
import time

from django.core.cache import caches
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

CLOSED_FOR = 60
"""Seconds to wait when a limit that must hold cannot be looked up."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limit:
    """`burst` at once and `per_second` from then on. `must_hold`: refuse when the count cannot be kept. `where`: the
    cache that counts; `process` is the memory of each web process, for what is asked too often to write it down."""

    name: str
    burst: int
    per_second: float
    must_hold: bool = False
    where: str = "default"


START = Limit(name="start", burst=10, per_second=10 / 60)
INVITATION = Limit(name="invitation", burst=10, per_second=10 / 60)
RESUME = Limit(name="resume", burst=10, per_second=10 / 60, must_hold=True)
SEND = Limit(name="send", burst=6, per_second=6 / 60)
CORRECT = Limit(name="correct", burst=5, per_second=5 / 60)
SAVE = Limit(name="save", burst=20, per_second=5, where="process")


def wait_for(limit: Limit, who: str, *, now: float | None = None) -> int:
    """Count one for `who`. The seconds until it is allowed; 0 when it is allowed now."""
    key = salted_hmac("intake.limits", f"{limit.name} {who}", algorithm="sha256").hexdigest()
    try:
        return _count(limit, key, time.time() if now is None else now)
    except Exception as error:  # whatever a cache can fail with
        logger.error("The limit “%s” could not be kept: %s.", limit.name, type(error).__name__)
        return CLOSED_FOR if limit.must_hold else 0


def _count(limit: Limit, key: str, now: float) -> int:
    """The stored number is when the bucket is full again."""
    cache, each = caches[limit.where], 1 / limit.per_second
    full = max(cache.get(key) or now, now)
    # Counted before the clock was put back: one now, the others as they refill.
    if full - now > limit.burst * each + 1e-6:
        full = now + (limit.burst - 1) * each
    early = full - now - (limit.burst - 1) * each
    if early > 1e-6:
        return math.ceil(early)
    cache.set(key, full + each, math.ceil(full + each - now) + 1)
    if limit.must_hold and cache.get(key) is None:  # a cache in the database does not say that it failed
        raise OSError("The count was not kept.")
    return 0


def network_of(address: str) -> str:
    """What is counted of an address: a whole one of version 4, the household's network of version 6.

    >>> network_of("203.0.113.9"), network_of("2001:db8:1:2:3:4:5:6"), network_of("")
    ('203.0.113.9', '2001:db8:1:2::', '')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
