"""Staff pages. Each view reaches records through `access`, calls one action, and prints what was decided elsewhere.

Nothing they answer is kept by a browser or a proxy: `EdgeMiddleware` says so on every response.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import access, actions
from intake.models import QuestionnaireResponse
from intake.permissions import Permission

from . import pdf
from . import worklist as lists
from .deleted import deleted_context
from .forms import AcknowledgeForm
from .reading import summary_of
from .summary import NOT_REVIEWED_LIST


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """What was sent to my clinics, those who cannot wait first. Who only edits questionnaires is taken to them."""
    try:
        page = lists.page_of(request.user, after=request.GET.get("after", ""))
    except lists.UnknownPlace as error:
        raise Http404(str(error)) from error
    if not page.rows and not access.clinics_of(request.user, Permission.SEE_WHO_HAS_SENT).exists():
        if access.clinics_of(request.user, Permission.EDIT_QUESTIONNAIRE).exists():
            return redirect("admin:index")
        return render(request, "clinician/no_worklist.html", status=403)
    actions.open_worklist(user=request.user, shown=len(page.rows), now=timezone.now())
    return render(request, "clinician/worklist.html", {"page": page, "not_reviewed": NOT_REVIEWED_LIST})


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
    waiting = access.alerts_for(request.user).filter(response=response).unacknowledged().values_list("pk", flat=True)
    context = {
        **_page_of(response),
        "frame": "base_clinician.html",
        "forms": [refused if refused and refused.alert == str(pk) else AcknowledgeForm(pk) for pk in waiting],
        "refused": refused,
        "not_kept": not_kept,
    }
    return render(request, _template_of(response), context, status=status)


def _page_of(response: QuestionnaireResponse) -> dict[str, object]:
    """The summary, or what is left of a draft that called for somebody and was deleted."""
    now = timezone.now()
    return deleted_context(response, now=now) if response.is_deleted else {"summary": summary_of(response, now=now)}


def _template_of(response: QuestionnaireResponse) -> str:
    return "clinician/deleted.html" if response.is_deleted else "clinician/summary.html"


@require_safe
def summary_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The same page as a PDF, or what to do when this server cannot make one."""
    response = opened(request, reference, as_what="pdf")
    html = render_to_string(_template_of(response), _page_of(response) | {"frame": "base_document.html"})
    try:
        written = pdf.write_pdf(html, paper=pdf.paper_of(response.clinic.country))
    except (pdf.PdfUnavailable, pdf.PdfNotFinished) as error:
        why = {"reference": str(response), "is_missing": isinstance(error, pdf.PdfUnavailable)}
        return render(request, "clinician/pdf_unavailable.html", why, status=503)
    headers = {"Content-Disposition": f'attachment; filename="summary-{response}.pdf"'}
    return HttpResponse(written, content_type="application/pdf", headers=headers)


def opened(request: HttpRequest, reference: str, *, as_what: str) -> QuestionnaireResponse:
    """A response that this person may read, with the reading recorded before anything is shown.

    What was not sent stays the patient's own, unless it called for somebody.
    """
    response = access.get_response_or_404(request.user, reference)
    if not response.is_sent and not response.alerts.exists():
        raise Http404("There is no such response.")
    try:
        return actions.open_response(response=response, user=request.user, now=timezone.now(), as_what=as_what)
    except actions.Refused as error:  # the role or the record went away meanwhile: the same as never there
        raise Http404("There is no such response.") from error
