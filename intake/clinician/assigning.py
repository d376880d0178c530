"""Taking a response on, and off one's own list again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake import access, actions

TAKE, LEAVE = "take", "leave"


@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that I look after this, or that I do not any more. Back to the list, at the place it was left."""
    response = access.get_response_or_404(request.user, reference)
    act = actions.unassign if request.POST.get("what") == LEAVE else actions.assign
    try:
        act(response=response, by=request.user, now=timezone.now())
    except actions.AssignedToAnother as error:
        messages.error(request, str(error))
    except actions.Refused as error:  # the role or the record went away meanwhile: the same as never there
        raise Http404("There is no such response.") from error
    return redirect("clinician:worklist")
