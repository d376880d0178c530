"""The preview of a draft: a patient's page beside what the rules say. It is walked by posting; nothing is stored."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from intake import access, unsent
from intake.patient.forms import SectionForm
from intake.patient.names import names_of
from intake.patient.sections import content, section_form, settled
from intake.permissions import Permission
from screening import cases, publishing
from screening.engine.compiler import DefinitionError, compile_definition
from screening.engine.definition import Section
from screening.models import Questionnaire

from .forms import ChoicesForm
from .panel import panel_of
from .walk import Walk, WalkOver, begin, resume, with_case

View = Callable[..., HttpResponse]
CHECK = ""
"""The page after the last section."""


def editors_only(view: View) -> View:
    """A page for those who may edit the questionnaire; for anybody else it does not exist."""

    @functools.wraps(view)
    def found(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
        questionnaire = access.get_draft_questionnaire_or_404(request, pk)
        try:
            draft = compile_definition(publishing.definition_from_rows(questionnaire))
        except (DefinitionError, msgspec.ValidationError) as error:
            shown = {"questionnaire": questionnaire, "reason": str(error), "is_editor": True}
            return render(request, "authoring/cannot.html", shown, status=409)
        return view(request, questionnaire, draft, **more)

    return never_cache(found)


@unsent.keeps_what_was_typed(comes_back=False)
@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def preview(request: HttpRequest, questionnaire: Questionnaire, draft: Any) -> HttpResponse:
    """GET begins a walk, with a case's answers if one is named; POST takes the page and goes on."""
    if request.method != "POST":
        return _begin(request, questionnaire, draft)
    try:
        walk = resume(questionnaire.key, draft, request.POST.get("walk", ""))
    except WalkOver:
        messages.error(request, "That page was open for too long, or is of another questionnaire. This is a new walk.")
        return redirect("authoring:preview", questionnaire.pk)
    with translation.override(walk.language):
        return _go_on(request, questionnaire, walk)


@require_safe
@editors_only
def medicine_names(request: HttpRequest, questionnaire: Questionnaire, draft: Any, key: str) -> HttpResponse:
    """The names of a draft's vocabulary, for the suggestions of a medicine list."""
    return HttpResponse(names_of(draft.definition, key), content_type="application/json")


# --- beginning ---


def _begin(request: HttpRequest, questionnaire: Questionnaire, draft: Any) -> HttpResponse:
    definition = draft.definition
    profile = definition.profiles[0].key if definition.profiles else "us"
    today = timezone.now().date()
    walk = begin(questionnaire.key, draft, language=definition.languages[0], day=today, profile=profile)
    if name := request.GET.get("case"):
        case = next((case for case in cases.readable(questionnaire).cases if case.id == name), None)
        if case is None:
            raise Http404("There is no such case.")
        edits = questionnaire.cases.values_list("edits", flat=True).get(key=name)
        walk = with_case(questionnaire.key, draft, case, language=walk.language, edits=edits)
    choices = ChoicesForm(definition, request.GET)
    if not choices.is_valid():
        return _draw(request, questionnaire, walk, _first(walk), choices=choices, status=422)
    walk = dataclasses.replace(walk, **choices.changes())
    return _draw(request, questionnaire, walk, _named(walk, choices.cleaned_data["page"]) or _first(walk))


def _first(walk: Walk) -> Section | None:
    return next(iter(walk.sections), None)


def _named(walk: Walk, name: str) -> Section | None:
    """Any section of the draft, also one that these answers do not ask: an editor may look at it."""
    return next((section for section in walk.definition.sections if section.link_id == name), None)


# --- going on ---


def take(walk: Walk, posted: QueryDict) -> tuple[Walk, Section | None, SectionForm | None]:
    """The walk with what the posted page says, the page's section, and its form; both None at the end."""
    section = _named(walk, posted.get("section", CHECK))
    if section is None:
        return walk, None, None
    is_posted = "continue" in posted
    form = section_form(walk, section, data=settled(posted, is_posted=is_posted))
    form.is_valid()
    return _taken(walk, form, is_posted=is_posted), section, form


def _go_on(request: HttpRequest, questionnaire: Questionnaire, walk: Walk) -> HttpResponse:
    """The posted page is read as a patient's is; then the button that was pressed says where to."""
    posted = request.POST
    is_done, asked_for_help = "continue" in posted, walk.asks_for_help()
    walk, section, form = take(walk, posted)
    choices = ChoicesForm(walk.definition, posted)
    if not choices.is_valid():
        return _draw(request, questionnaire, walk, section, choices=choices, status=422)
    walk = dataclasses.replace(walk, **choices.changes())
    if is_done and form is not None and form.errors:
        return _draw(request, questionnaire, walk, section, form=form, status=422)
    with translation.override(walk.language):
        target = _target(walk, section, form, request)
        is_help_due = is_done and not asked_for_help and walk.asks_for_help()
        return _draw(request, questionnaire, walk, target, more=_more(request), is_help_due=is_help_due)


def _taken(walk: Walk, form: SectionForm, *, is_posted: bool) -> Walk:
    merged = {**walk.answers, **form.changes(is_posted=is_posted)}
    return walk.with_answers({name: answer for name, answer in merged.items() if answer is not None})


def _target(walk: Walk, section: Section | None, form: SectionForm | None, request: HttpRequest) -> Section | None:
    posted = request.POST
    if "show" in posted:
        return _named(walk, posted.get("page", "")) or section
    if "open" in posted:
        return _named(walk, posted["open"])
    if section is None:
        return None
    if "back" in posted:
        return walk.before(section) or section
    if "continue" not in posted or (form is not None and (form.newly_shown or form.row_to_check)):
        return section
    return walk.after(section)


def _more(request: HttpRequest) -> dict[str, int]:
    return {request.POST["add"].partition(".")[0]: 1} if "add" in request.POST else {}


# --- drawing ---


def _draw(
    request: HttpRequest,
    questionnaire: Questionnaire,
    walk: Walk,
    section: Section | None,
    *,
    form: SectionForm | None = None,
    choices: ChoicesForm | None = None,
    more: dict[str, int] | None = None,
    is_help_due: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The patient's page in the patient's language, in a frame that is in English like every staff page."""
    if is_help_due:
        patient_page, section = _help(request, questionnaire, walk, section), None
    else:
        patient_page = _patient_page(request, questionnaire, walk, section, form, more)
    stored, unreadable = cases.readable(questionnaire)
    context = {
        "questionnaire": questionnaire,
        "walk": walk,
        "panel": panel_of(walk),
        "choices": choices or ChoicesForm.of(walk),
        "cases": [(case.id, case.title) for case in stored],
        "unreadable": unreadable,
        "patient_page": patient_page,
        "section": section.link_id if section else CHECK,
    }
    with translation.override("en"):
        return render(request, "authoring/preview.html", context, status=status)


def _help(request: HttpRequest, questionnaire: Questionnaire, walk: Walk, target: Section | None) -> str:
    """What comes first after a disclosure, with the contacts of a clinic of the editor's that asks this."""
    clinic = access.clinics_of(request.user, Permission.EDIT_QUESTIONNAIRE).filter(questionnaire=questionnaire).first()
    minutes = clinic.draft_alert_minutes if clinic else 0
    shown = {"walk": walk, "clinic": clinic, "minutes": minutes, "next": target.link_id if target else CHECK}
    with translation.override(walk.language):
        return render_to_string("authoring/_help.html", shown, request)


def _patient_page(
    request: HttpRequest,
    questionnaire: Questionnaire,
    walk: Walk,
    section: Section | None,
    form: SectionForm | None,
    more: dict[str, int] | None,
) -> str:
    with translation.override(walk.language):
        if section is None:
            left = [(one.link_id, one.title.get(walk.language, one.link_id)) for one in walk.unseen()]
            return render_to_string("authoring/_end.html", {"walk": walk, "left": left}, request)
        form = form or section_form(walk, section, more=more)
        shown = content(walk, section, form) | {
            "walk": walk,
            "questionnaire": questionnaire,
            "problems": form.summary,
            "is_asked": walk.section(section.link_id) is not None,
            "step": walk.progress(section),
            "is_first": walk.before(section) is None,
        }
        return render_to_string("authoring/_page.html", shown, request)
