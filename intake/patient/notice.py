"""The notice before the questions about alcohol and drugs, at a clinic that is a 42 CFR Part 2 programme."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from intake import actions, part2
from intake.questions.words import in_language

from . import answering
from .visit import Visit, draft_view


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def notice(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The notice; its button keeps that it was read and goes on to the page that asked for it. Nothing is answered."""
    following = visit.section(request.GET.get("before", "")) or visit.resume_at()
    if not visit.settings.part2 or visit.response.part2_acknowledged_at is not None:
        return answering.to_page(following)
    if request.method == "POST":
        actions.acknowledge_part2_notice(response_id=visit.response.pk, language=visit.language, now=visit.now)
        return answering.to_page(following)
    context = {
        **answering.frame(visit),
        "heading": in_language(part2.TITLE, visit.language),
        "notice": in_language(part2.NOTICE, visit.language),
        "acknowledge": in_language(part2.ACKNOWLEDGE, visit.language),
    }
    return render(request, "patient/notice.html", context)
