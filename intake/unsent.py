"""What staff typed and could not be taken: their session had ended, or they must show anew who they are.

It waits in the session of the same browser, encrypted for the same person: nobody else who signs in there can open it.
A form that carries `{% written_by %}` names its writer with a signature, so that its words are kept also when the whole
session is gone.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from . import vault

LIMIT = 200_000
"""Characters beyond which nothing is kept: no form of ours comes near."""
LASTS = 60 * 60
"""Seconds for which it waits."""
WRITER = "written_by"
NOT_KEPT = ("csrfmiddlewaretoken", WRITER)

_SESSION, _ABOUT, _SALT = "unsent", "unsent_path", "writer of a staff form"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unsent:
    """A page that was posted and not taken: where it was going, and its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def data(self) -> QueryDict:
        """The fields as they were posted."""
        data = QueryDict(mutable=True)
        for name, text in self.fields:
            data.appendlist(name, text)
        return data


def keeps_what_was_typed(*, comes_back: bool) -> Callable[[Any], Any]:
    """Marks a view whose posted words wait for the next sign-in.

    `comes_back`: its own address, opened again, shows them in the form (`take`); else the page of unsent words does.
    """

    def mark(view: Any) -> Any:
        view.typed_comes_back = comes_back
        return view

    return mark


def signature_of(user: Any) -> str:
    """What a form says of its writer."""
    return signing.dumps(str(user.pk), salt=_SALT)


def writer_of(request: HttpRequest) -> str:
    """The id of whoever a posted page was drawn for; empty when it does not say so truly."""
    try:
        return str(signing.loads(request.POST.get(WRITER, ""), salt=_SALT))
    except signing.BadSignature:
        return ""


def hold(request: HttpRequest, writer: str) -> None:
    """Keep what was posted for one person, in place of anything kept before."""
    fields = [(name, text) for name in request.POST if name not in NOT_KEPT for text in request.POST.getlist(name)]
    written = json.dumps({"path": request.path, "fields": fields, "at": int(time.time())})
    if len(written) <= LIMIT:
        request.session[_SESSION] = vault.seal_text(written, purpose=_purpose(writer))
        request.session[_ABOUT] = request.path  # only ids; an erasure finds by it what it must drop


def where_it_waits(view: Any, path: str) -> str:
    """The address that shows what was kept of a post to `path`."""
    return path if view.typed_comes_back else reverse("clinician:unsent")


def waiting(request: HttpRequest) -> Unsent | None:
    """What waits for the person signed in; what waits for somebody else, or waited too long, is dropped."""
    sealed = request.session.get(_SESSION)
    if not sealed:
        return None
    try:
        found = json.loads(vault.open_text(sealed, purpose=_purpose(str(request.user.pk))))
    except vault.VaultError:
        found = None
    if found is None or time.time() - found["at"] > LASTS:
        drop(request)
        return None
    return Unsent(path=found["path"], fields=tuple((name, text) for name, text in found["fields"]))


def typed_in(request: HttpRequest) -> QueryDict | None:
    """What a form of this page is filled in with: what is posted, or what waited for the address; else None."""
    return request.POST if request.method == "POST" else take(request)


def take(request: HttpRequest) -> QueryDict | None:
    """What waits for the address that is opened, once; None when nothing does."""
    found = waiting(request)
    if found is None or found.path != request.path:
        return None
    drop(request)
    return found.data


def drop(request: HttpRequest) -> None:
    """Forget what was kept."""
    dropped_from(request.session)


def dropped_from(session: Any) -> bool:
    """Forget what was kept in the data of a session. Whether something was."""
    session.pop(_ABOUT, None)
    return session.pop(_SESSION, None) is not None


def _purpose(writer: str) -> str:
    return f"unsent words of {writer}"
