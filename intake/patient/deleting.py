"""Deleting one's draft: what that takes away, what stays with the clinic, and a button."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from intake import access, actions, tablet

from . import answering, errors, on_tablet, sessions
from .visit import Visit, draft_view, public_view


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def delete(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask first; the button deletes the draft for good and closes it on this device."""
    if request.method == "POST":
        return _delete(request, visit)
    context = {
        **answering.frame(visit),
        "is_called": visit.response.alerts.exists(),
        "is_kept": actions.is_on_hold(visit.response),
        "is_disclosed": visit.asks_for_help(),
    }
    return render(request, "patient/delete.html", context)


def _delete(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A page that does not say which response it belongs to deletes nothing."""
    if "visit" not in request.POST:
        return errors.session_ended(request)
    deleted = actions.delete_draft(response_id=visit.response.pk, now=visit.now)
    is_kept = deleted.revisions.exists()
    if tablet.is_on(request):
        return on_tablet.lock(request, "closed" if is_kept else "deleted")
    sessions.end(request)
    request.session[sessions.DELETED_AT] = deleted.clinic.slug
    request.session[sessions.IS_CALLED] = deleted.alerts.exists()
    request.session[sessions.IS_KEPT] = is_kept
    response = redirect("patient:deleted")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
@public_view
def deleted(request: HttpRequest) -> HttpResponse:
    """That it is done, whether staff may still call, and whether the law keeps the answers. The session knows only
    these, and the clinic."""
    slug = request.session.get(sessions.DELETED_AT)
    if not slug:
        return redirect("patient:landing")
    clinic = access.get_clinic_or_404(slug)
    language = sessions.first_language(request, clinic)
    context = {
        "clinic": clinic,
        "language": language,
        "is_called": request.session.get(sessions.IS_CALLED, False),
        "is_kept": request.session.get(sessions.IS_KEPT, False),
    }
    with translation.override(language):
        return render(request, "patient/deleted.html", context)
