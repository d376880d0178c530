"""From a posted page to one save: what it changes, under which attempt, and what another window left open."""

from __future__ import annotations

import dataclasses
import re
import uuid
from functools import partial

from django.http import HttpRequest, QueryDict

from intake import actions
from screening.engine.answers import Answer
from screening.engine.definition import Section

from .forms import SectionForm
from .sections import settled
from .visit import Visit

STEPS_ASIDE = ("add", "remove", "take", "keep", "autosave", "language", "leave")
"""Buttons that save the page without finishing it: what is left empty is not skipped by them."""


def data_of(posted: QueryDict) -> QueryDict:
    """What was posted, as a form reads it."""
    return settled(posted, is_posted=is_finished(posted))


def is_finished(posted: QueryDict) -> bool:
    """Whether the person is done with the page: no button of a list, no pause."""
    return not any(name in posted for name in STEPS_ASIDE)


def save_page(request: HttpRequest, visit: Visit, section: Section, form: SectionForm) -> actions.Saved | None:
    """What was saved; None when the page brings nothing new (a second click, a pause without a change)."""
    is_posted = is_finished(request.POST)
    changes = form.changes(is_posted=is_posted)
    if not changes and (not is_posted or section.link_id in visit.posted):
        return None
    client = _client_id(request.POST.get("client_id", ""))
    attempt = partial(
        actions.save_answers,
        response_id=visit.response.pk,
        posted_section=section.link_id if is_posted else None,
        client_sequence=_whole(request.POST.get("client_sequence")),
        now=visit.now,
    )
    try:
        base = _whole(request.POST.get("base_revision"))
        return attempt(answers=changes, base_revision=base, client_id=client, unseen=form.unseen)
    except actions.Conflict as conflict:
        if any(_is_for_the_person(clash, form) for clash in conflict.clashes):
            raise
        # The other window only passed these by: answering them here overwrites nothing. It is an attempt of its own.
        mine = {clash.link_id: clash.submitted for clash in conflict.clashes}
        saved = attempt(answers=mine, base_revision=conflict.saved.revision, client_id=f"{client[:56]}-settled")
        return dataclasses.replace(saved, beside={**conflict.saved.beside, **saved.beside})


def _is_for_the_person(clash: actions.Clash, form: SectionForm) -> bool:
    """Whether only the person can say which answer counts: there is another, or the one of this page was taken back."""
    is_taken_back = clash.link_id in form.untouched and _says_something(clash.submitted)
    return is_taken_back or _says_something(clash.stored)


def _says_something(answer: Answer | None) -> bool:
    return answer is not None and answer.says_something


def _whole(text: str | None) -> int:
    """A number from a hidden field; nonsense counts as 0, which at worst shows a conflict."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,15}", text) else 0


def new_attempt(posted: QueryDict) -> dict[str, str | int]:
    """Names a page that is drawn, so that a repeated click is recognised. One that comes back is a new attempt of the
    same page."""
    page = posted.get("client_id", "")[: actions.PAGE]
    is_back = len(page) == actions.PAGE and _client_id(page) == page
    return {"client_id": f"{page}-{uuid.uuid4().hex[:12]}" if is_back else str(uuid.uuid4()), "client_sequence": 1}


def _client_id(text: str) -> str:
    return text if re.fullmatch(r"[0-9a-zA-Z-]{1,64}", text) else str(uuid.uuid4())
