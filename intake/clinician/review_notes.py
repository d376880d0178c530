"""Private notes, and words that could not be taken when they were posted."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import actions, unsent
from intake.permissions import Permission

from .review_forms import NoteForm
from .review_pages import done, draw, found, nothing_else_known

WORDS = {"note": "Note", "text": "Note", "rationale": "Why you decide so"}
"""Fields that people write into, with their labels; all others are sent as they were."""

HIDDEN = re.compile(
    r"^_|^initial-|__prefix__|edits_seen|_FORMS$|-(?:id|question|flag|score|vocabulary)$|^(?:walk|rendered|section)$"
)
"""Fields of the editor's pages that nobody types."""


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a private note."""
    response = found(request, reference, Permission.ACKNOWLEDGE)
    if request.method != "POST":
        return draw(request, response, "review_note", NoteForm(unsent.take(request)))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return draw(request, response, "review_note", form, status=422)
    with nothing_else_known():
        actions.add_note(response_id=response.pk, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
    return done(request, response, "The note is kept.")


@require_http_methods(["GET", "HEAD", "POST"])
def unsent_words(request: HttpRequest) -> HttpResponse:
    """What somebody typed and could not be taken, with one button to send it now. Posting here throws it away."""
    if request.method == "POST":
        unsent.drop(request)
        return redirect("clinician:worklist")
    found_words = unsent.waiting(request)
    if found_words is None:
        return redirect("clinician:worklist")
    texts = [(name, WORDS[name], text) for name, text in found_words.fields if name in WORDS]
    named = [(name, text) for name, text in found_words.fields if text.strip() and not HIDDEN.search(name)]
    context = {
        "action": found_words.path,
        "texts": texts,
        "named": [] if texts else named,
        "fields": [(name, text) for name, text in found_words.fields if name not in WORDS],
    }
    return render(request, "clinician/unsent.html", context)
