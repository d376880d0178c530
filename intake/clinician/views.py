"""Staff pages. Each view reaches records through `access`, calls one action, and prints what was decided elsewhere.

Nothing they answer is kept by a browser or a proxy: `EdgeMiddleware` says so on every response.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import access, actions, history
from intake.access import listing
from intake.alerts import standing
from intake.models import Alert, QuestionnaireResponse
from intake.permissions import Permission
from intake.step_up import fresh_sign_in_required

from . import pdf
from . import worklist as lists
from .answer_list import Show
from .deleted import deleted_context
from .forms import AcknowledgeForm
from .over_time import over_time_of
from .plain_text import plain_text
from .reading import alerts_of, summary_of
from .review import review_page
from .searching import SearchForm
from .summary import NOT_REVIEWED_LIST, Summary
from .wording import SHOW_TITLES
from .worklist_filters import KIND_TITLES, SEVERITY_TITLES, chosen


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """What was sent to my clinics, those who cannot wait first. Who only edits questionnaires is taken to them."""
    wanted = chosen(request.GET)
    try:
        after, rights = request.GET.get("after", ""), standing.on_page(request).rights
        page = lists.page_of(request.user, after=after, wanted=wanted, rights=rights)
    except lists.UnknownPlace as error:
        raise Http404(str(error)) from error
    if not page.may_list:
        if access.may_somewhere(request.user, Permission.EDIT_QUESTIONNAIRE):
            return redirect("admin:index")
        return render(request, "clinician/no_worklist.html", status=403)
    actions.open_worklist(user=request.user, shown=len(page.rows), now=timezone.now())
    context = {
        "page": page,
        "form": SearchForm(),
        "severities": SEVERITY_TITLES.items(),
        "kinds": KIND_TITLES.items(),
        "not_reviewed": NOT_REVIEWED_LIST,
        "looked_through": f"{listing.LOOKED_THROUGH:,}",
    }
    return render(request, "clinician/worklist.html", context)


@require_safe
def summary(request: HttpRequest, reference: str) -> HttpResponse:
    """One response on one page."""
    return show(request, opened(request, reference, as_what="summary"))


def show(
    request: HttpRequest,
    response: QuestionnaireResponse,
    *,
    status: int = 200,
    refused: AcknowledgeForm | None = None,
    not_kept: str = "",
) -> HttpResponse:
    """The page of a response that was opened, with a form for each alert that waits to be acknowledged.

    `refused` is the form of one that has mistakes, `not_kept` a note that came after somebody else's.
    """
    alerts = list(access.with_acknowledgeable(alerts_of(response), request.user))
    waiting = [alert.pk for alert in alerts if alert.is_acknowledgeable]
    context = {
        **_page_of(request, response, alerts),
        "shows": SHOW_TITLES.items(),
        "frame": "base_clinician.html",
        "forms": [refused if refused and refused.alert == str(alert) else AcknowledgeForm(alert) for alert in waiting],
        "refused": refused,
        "not_kept": not_kept,
    }
    return render(request, _template_of(response), context, status=status)


def _page_of(
    request: HttpRequest, response: QuestionnaireResponse, alerts: Sequence[Alert] | None = None
) -> dict[str, Any]:
    """The summary, or what is left of a draft that called for somebody and was deleted."""
    now = timezone.now()
    if response.is_deleted:
        return deleted_context(response, now=now)
    summary = summary_of(response, now=now, show=wanted(request), alerts=alerts)
    if not response.is_sent:
        return {"summary": summary}
    waiting = sum(bool(line.is_open and line.alert) for line in summary.safety)
    review = review_page(response, alerts_waiting=waiting)
    left_out = not actions.includes_substance_use(response.clinic)
    return {"summary": summary, "review": review, "over_time": over_time_of(response), "fhir_leaves_out": left_out}


def _template_of(response: QuestionnaireResponse) -> str:
    return "clinician/deleted.html" if response.is_deleted else "clinician/summary.html"


@require_safe
def summary_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The same page as a PDF, or what to do when this server cannot make one."""
    response = opened(request, reference, as_what="pdf")
    printed = {"frame": "base_document.html", "prints_notes": "notes" in request.GET}
    html = render_to_string(_template_of(response), _page_of(request, response) | printed)
    try:
        written = pdf.write_pdf(html, paper=pdf.paper_of(response.clinic.country))
    except (pdf.PdfUnavailable, pdf.PdfNotFinished) as error:
        why = {"reference": str(response), "is_missing": isinstance(error, pdf.PdfUnavailable)}
        return render(request, "clinician/pdf_unavailable.html", why, status=503)
    headers = {"Content-Disposition": f'attachment; filename="summary-{response}.pdf"'}
    return HttpResponse(written, content_type="application/pdf", headers=headers)


@require_safe
def summary_text(request: HttpRequest, reference: str) -> HttpResponse:
    """The same as plain text, to copy into a record system."""
    response = opened(request, reference, as_what="text")
    if response.is_deleted:
        return redirect("clinician:summary", reference)
    summary = summary_of(response, now=timezone.now(), show=wanted(request))
    context = {"summary": summary, "shows": SHOW_TITLES.items(), "text": _text_of(response, summary)}
    return render(request, "clinician/text.html", context)


@require_safe
def summary_txt(request: HttpRequest, reference: str) -> HttpResponse:
    """The plain text as a file."""
    response = opened(request, reference, as_what="text")
    if response.is_deleted:
        return redirect("clinician:summary", reference)
    text = _text_of(response, summary_of(response, now=timezone.now(), show=wanted(request)))
    headers = {"Content-Disposition": f'attachment; filename="summary-{response}.txt"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
@fresh_sign_in_required
def summary_fhir(request: HttpRequest, reference: str) -> HttpResponse:
    """What was sent, as a FHIR Bundle. Substance use is left out in Part 2 mode unless it is asked for."""
    from intake import exporting_fhir  # loaded only where something is exported

    is_asked_for = "substance_use" in request.GET
    response = opened(request, reference, as_what="fhir_with_substance_use" if is_asked_for else "fhir")
    if not response.is_sent or response.is_deleted:
        return redirect("clinician:summary", reference)
    is_included = is_asked_for or actions.includes_substance_use(response.clinic)
    found = exporting_fhir.exported(response, with_substance_use=is_included)
    headers = {"Content-Disposition": f'attachment; filename="response-{response}.fhir.json"'}
    return HttpResponse(
        json.dumps(exporting_fhir.collection([found], now=timezone.now()), ensure_ascii=False, indent=2),
        content_type="application/fhir+json; charset=utf-8",
        headers=headers,
    )


def _text_of(response: QuestionnaireResponse, summary: Summary) -> str:
    return plain_text(summary, review_page(response) if response.is_sent else None)


def wanted(request: HttpRequest) -> Show:
    """How much of the answers somebody asked for; everything, unless they chose less."""
    chosen = request.GET.get("show", "all")
    return cast(Show, chosen) if chosen in SHOW_TITLES else "all"


def opened(request: HttpRequest, reference: str, *, as_what: str) -> QuestionnaireResponse:
    """A response that this person may read, with the reading recorded before anything is shown, and with its history
    beside it."""
    try:
        found = actions.open_response(response=reference, user=request.user, now=timezone.now(), as_what=as_what)
    except actions.NotPermitted as error:  # somebody else's is the same as never there
        raise Http404("There is no such response.") from error
    return history.read_together(found)
