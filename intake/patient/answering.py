"""The section pages: draw a section, save what was posted, and go where the answers lead."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from intake import actions, limits
from intake.questions.elements import element_id
from intake.questions.words import in_language
from screening.engine.answers import display_as_asked
from screening.engine.definition import Section

from . import errors, languages, late, pace, saving, sessions
from .forms import SectionForm
from .sections import content, section_form
from .visit import Visit, patient_view


@require_http_methods(["GET", "HEAD", "POST"])
@patient_view
def section(request: HttpRequest, visit: Visit, link_id: str) -> HttpResponse:
    """One section: GET draws it with what is stored, POST saves it. After sending it is not drawn any more, but what
    a page that was still open says is kept."""
    if request.method == "POST":
        return _take(request, visit, link_id)
    if visit.response.is_sent:
        return redirect("patient:sent")
    asked = visit.section(link_id)
    if asked is None:
        return to_page(visit.resume_at())
    if visit.help_is_due(request):
        return redirect("patient:help")
    if visit.notice_is_due(asked):
        return redirect(f"{reverse('patient:notice')}?before={asked.link_id}")
    form = section_form(visit, asked, more={request.GET.get("more", ""): 1})
    return draw(request, visit, asked, form)


def to_page(found: Section | None) -> HttpResponse:
    """The page of a section; without one, check answers."""
    return redirect("patient:section", found.link_id) if found else redirect("patient:check")


# --- drawing ---


def draw(
    request: HttpRequest,
    visit: Visit,
    section: Section,
    form: SectionForm,
    *,
    status: int = 200,
    help_now: bool = False,
) -> HttpResponse:
    """The page of a section; `help_now` puts help at its head."""
    back = visit.before(section)
    context = {
        **frame(visit),
        **content(visit, section, form),
        "rendered": form.rendered_after(visit.answers) if form.is_bound else form.rendered,
        "problems": form.summary,
        "step": visit.progress(section),
        "back": reverse("patient:section", args=[back.link_id]) if back else "",
        "returns": _returns(request),
        "attempt": saving.new_attempt(request.POST),
        "is_about_safety": _is_about_safety(visit, section),
        "is_about_emergency": any(question.role == "emergency" for question in section.questions),
        "help_now": help_now,
    }
    return render(request, "patient/section.html", context, status=status)


def _is_about_safety(visit: Visit, section: Section) -> bool:
    """Whether a page asks what staff are called for: it then says first who reads the answers, and when.

    Not where it is one item of a published instrument: a page of earlier safety questions said it, and the items keep
    to their own lead-in.
    """
    flat = [item for question in section.questions for item in (question, *question.items)]
    return any(item.link_id in visit.compiled.safety_questions and not item.instrument for item in flat)


def frame(visit: Visit) -> dict[str, Any]:
    """What every page of a visit needs."""
    return {
        "visit": visit,
        "clinic": visit.clinic,
        "questionnaire": in_language(visit.definition.title, visit.language),
        "languages": [code for code in visit.definition.languages if code in sessions.offered(visit.clinic)],
        "language": visit.language,
    }


def _returns(request: HttpRequest) -> str:
    given = request.POST.get("return") or request.GET.get("return")
    return "check" if given == "check" else ""


# --- saving ---


def _take(request: HttpRequest, visit: Visit, link_id: str) -> HttpResponse:
    section = next((each for each in visit.definition.sections if each.link_id == link_id), None)
    if section is None:
        raise Http404
    if "visit" not in request.POST:
        return errors.session_ended(request)
    if wait := limits.wait_for(limits.SAVE, str(visit.response.pk)):
        return pace.too_fast(request, wait)
    form = section_form(visit, section, data=saving.data_of(request.POST))
    form.is_valid()
    if visit.response.is_sent:
        return late.keep(request, visit, form)
    try:
        saved = saving.save_page(request, visit, section, form)
    except actions.AlreadySent:  # from another window, at this moment
        return late.keep(request, visit, form)
    except actions.Conflict as conflict:
        _notice_disclosure(request, visit, conflict.saved)
        return _conflict(request, visit, section, form, conflict)
    if saved:
        _notice_disclosure(request, visit, saved)
    return _answer(request, visit, section, form)


def _notice_disclosure(request: HttpRequest, visit: Visit, saved: actions.Saved) -> None:
    """Help comes first whenever this page adds something that asks for it, not only the first time.

    What was typed and not stored, because another window answered differently or because the request came late, is a
    disclosure as well.
    """
    before = visit.answers
    visit.refresh(saved)
    after = visit.concerns(visit.answers)
    if saved.beside:
        after |= visit.concerns({**visit.answers, **saved.beside})
    if after and after - visit.concerns(before):
        visit.put_help_first(request, saved.beside)


# --- where to go ---


def _answer(request: HttpRequest, visit: Visit, section: Section, form: SectionForm) -> HttpResponse:
    posted = request.POST
    if "autosave" in posted:
        return _acknowledge(request, visit, form)
    if "leave" in posted:
        return redirect("patient:stop")
    if "language" in posted:
        return languages.in_other(request, visit.clinic, _here(section, ""))
    if "add" in posted or "remove" in posted:
        return _with_entry(visit, section, posted, form)
    if "take" in posted or "keep" in posted:
        return redirect(_here(section, form.row_named(posted.get("take") or posted["keep"]), request))
    if form.errors:
        return draw(request, visit, section, form, status=422, help_now=visit.help_is_due(request))
    target = _target(request, visit, section, form)
    if visit.help_is_due(request):
        request.session[sessions.HELP_NEXT] = target
        return redirect("patient:help")
    return redirect(target)


def _target(request: HttpRequest, visit: Visit, section: Section, form: SectionForm) -> str:
    """Where the answers lead: back here for follow-ups not seen yet, back to check answers, or on."""
    if form.newly_shown:
        return _here(section, f"{element_id(form.newly_shown[0])}-block", request)
    if form.row_to_check:
        return _here(section, form.row_to_check, request)
    following = visit.after(section)
    if _returns(request) or following is None:
        return reverse("patient:check")
    return reverse("patient:section", args=[following.link_id])


def _acknowledge(request: HttpRequest, visit: Visit, form: SectionForm) -> HttpResponse:
    """What a script needs after a pause: the revision that is stored, what to show now, which help comes first.

    `waiting` are the questions that were not taken because what they hold cannot be read yet.
    """
    return JsonResponse(
        {
            "revision": visit.response.revision,
            "rendered": form.rendered_after(visit.answers),
            "waiting": form.waiting(visit.answers),
            "shown": sorted(visit.shown),
            "said": form.said,
            "help": visit.help_due(request),
        }
    )


def _here(section: Section, anchor: str, request: HttpRequest | None = None) -> str:
    query = "?return=check" if request is not None and _returns(request) else ""
    return reverse("patient:section", args=[section.link_id]) + query + (f"#{anchor}" if anchor else "")


def _with_entry(visit: Visit, section: Section, posted: QueryDict, form: SectionForm) -> HttpResponse:
    """The page again with one more empty entry, or without the one removed."""
    link_id = re.sub(r"[^a-z0-9_]", "", (posted.get("add") or posted.get("remove", "")).partition(".")[0])
    more = f"more={link_id}&" if "add" in posted else ""
    query = f"?{more}return={'check' if posted.get('return') == 'check' else ''}"
    anchor = _new_entry(visit, section, link_id, form) if "add" in posted else ""
    anchor = anchor or f"{element_id(link_id)}-block"
    return redirect(reverse("patient:section", args=[section.link_id]) + f"{query}#{anchor}")


def _new_entry(visit: Visit, section: Section, link_id: str, form: SectionForm) -> str:
    """The element id of the entry that was asked for, on the page that comes next; "" when this is no list."""
    return form.new_row(link_id) or section_form(visit, section, more={link_id: 1}).last_entry(link_id)


# --- two tabs ---


def _conflict(
    request: HttpRequest, visit: Visit, section: Section, form: SectionForm, conflict: actions.Conflict
) -> HttpResponse:
    """The same question was answered elsewhere meanwhile: show both answers, overwrite neither silently."""
    help_due = visit.help_due(request)
    if "autosave" in request.POST:
        message = gettext("This page was changed in another window. Press “Save and continue” to choose what to keep.")
        return JsonResponse({"error": "conflict", "message": message, "help": help_due}, status=409)
    onward = _here(section, "", request)
    if help_due:
        request.session[sessions.HELP_NEXT] = onward
    context = {
        **frame(visit),
        "heading": in_language(section.title, visit.language),
        "both": [_both(visit, clash) for clash in conflict.clashes],
        "fields": [(name, text) for name, text in errors.posted_again(request) if name not in NEW_ATTEMPT],
        "attempt": saving.new_attempt(request.POST),
        "base_revision": conflict.saved.revision,
        "rendered": form.rendered_after(visit.answers, beside=[clash.link_id for clash in conflict.clashes]),
        "action": request.path,
        "onward": onward,
        "help_now": bool(help_due),
    }
    return render(request, "patient/conflict.html", context, status=409)


NEW_ATTEMPT = ("base_revision", "client_id", "client_sequence", "rendered")


def _both(visit: Visit, clash: actions.Clash) -> dict[str, Any]:
    """One question with what is saved and what this page says."""
    question = visit.compiled.questions[clash.link_id]
    shown = {
        name: display_as_asked(question, answer, visit.definition, visit.language)
        for name, answer in (("saved", clash.stored), ("typed", clash.submitted))
    }
    return {"question": in_language(question.text, visit.language), **shown}
