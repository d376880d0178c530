"""Moving everything that is encrypted under the active key of the key ring, while the product is in use.

Only the keys of records are wrapped anew, and short sealed texts sealed anew; what the records hold is not touched, so
nothing can be encrypted twice. Each batch is one transaction: whenever it is stopped, running it again goes on.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction

from intake import audit, vault
from intake.alerts import rota
from intake.models import AlertContact, AlertDelivery
from intake.models.fields import Enveloped

SEALED: tuple[tuple[type[models.Model], str, str], ...] = (
    (AlertContact, "address_sealed", rota.ADDRESS),
    (AlertContact, "secret_sealed", rota.SECRET),
    (AlertDelivery, "address_sealed", rota.ADDRESS),
)
"""Every column that holds a text sealed by `vault.seal_text`, and what it was sealed for."""
BATCH = 200


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rotated:
    """How many records and texts were moved, and the keys that nothing in the database needs any more."""

    records: int
    texts: int
    unused: tuple[str, ...]


def rotate_keys(*, now: datetime.datetime, after_each: Callable[[], None] = lambda: None) -> Rotated:
    """Move every record under the active key. `after_each` is called after every batch.

    Raises `vault.VaultError` for a record whose key is not in the ring; what was moved before stays moved.
    """
    records = sum(_moved(batch, after_each) for batch in _record_batches())
    texts = sum(_moved(batch, after_each) for batch in _text_batches())
    active, *unused = _active_first(vault.keyring())
    with transaction.atomic():
        audit.record(actor=audit.OPERATOR, action="keys.rotated", now=now, key=active, records=records, texts=texts)
    return Rotated(records=records, texts=texts, unused=tuple(unused))


def _active_first(ring: vault.KeyRing) -> list[str]:
    return sorted(ring.keys, key=lambda key_id: (key_id != ring.active, key_id))


_Batch = Callable[[], int]
"""Moves some rows in a transaction of its own and returns how many; 0 when none is left."""


def _moved(batch: _Batch, after_each: Callable[[], None]) -> int:
    total = 0
    while moved := batch():
        total += moved
        after_each()
    return total


def _record_batches() -> Iterator[_Batch]:
    for model in apps.get_models():
        if issubclass(model, Enveloped):
            yield partial(_wrap_some, model)


def _wrap_some(model: type[Enveloped]) -> int:
    with transaction.atomic():
        old = model._base_manager.exclude(key_id=vault.keyring().active).exclude(wrapped_key=b"")
        rows = list(old.select_for_update().only("pk", "key_id", "wrapped_key").order_by("pk")[:BATCH])
        for row in rows:
            vault.wrap_anew(row)
            row.save(update_fields=["key_id", "wrapped_key"])
    return len(rows)


def _text_batches() -> Iterator[_Batch]:
    for model, field, purpose in SEALED:
        yield partial(_seal_some, model, field, purpose)
    yield _seal_second_factors


def _seal_some(model: type[models.Model], field: str, purpose: str) -> int:
    with transaction.atomic():
        old = model._base_manager.exclude(**{f"{field}__startswith": f"{vault.keyring().active}:"})
        rows = list(old.exclude(**{field: ""}).select_for_update().order_by("pk")[:BATCH])
        for row in rows:
            setattr(row, field, _sealed_anew(getattr(row, field), purpose))
            row.save(update_fields=[field])
    return len(rows)


def _seal_second_factors() -> int:
    """The secrets among an authenticator's data: whatever was sealed with a key of the ring."""
    with transaction.atomic():
        rows = [row for row in Authenticator.objects.select_for_update().order_by("pk") if _old_secrets(row.data)]
        for row in rows:
            anew = {name: _sealed_anew(row.data[name], vault.SECOND_FACTOR) for name in _old_secrets(row.data)}
            row.data = {**row.data, **anew}
            row.save(update_fields=["data"])
    return len(rows)


def _old_secrets(data: dict[str, Any]) -> list[str]:
    old = tuple(f"{key_id}:" for key_id in vault.keyring().keys if key_id != vault.keyring().active)
    return [name for name, value in data.items() if isinstance(value, str) and value.startswith(old)]


def _sealed_anew(sealed: str, purpose: str) -> str:
    return vault.seal_text(vault.open_text(sealed, purpose=purpose), purpose=purpose)
