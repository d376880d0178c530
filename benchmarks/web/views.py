"""A page of twelve questions as one would write it by hand, a view that does nothing, and a plain insert."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from benchmarks import workload
from screening.engine.definition import Question

from .models import Filled

UNKNOWNS = [("not_sure", "Not sure"), ("declined", "Prefer not to say")]
YES_NO = [("yes", "Yes"), ("no", "No")]


def _field(question: Question) -> forms.Field:
    label = question.text["en"]
    if question.type == "integer":
        return forms.IntegerField(label=label, required=False, min_value=0, max_value=workload.HIGHEST)
    options = YES_NO if question.type == "yes_no" else [(each.code, each.text["en"]) for each in question.options]
    return forms.ChoiceField(label=label, required=False, choices=[*options, *UNKNOWNS])


QUESTIONS = workload.definition(workload.make()).sections[0].questions
Page = type("Page", (forms.Form,), {question.link_id: _field(question) for question in QUESTIONS})


@login_not_required
@never_cache
def by_hand(request: HttpRequest) -> HttpResponse:
    """The questions of the first section with what this person answered."""
    filled = Filled.objects.select_related("clinic").get(pk=request.session["filled"])
    context = {"form": Page(initial=filled.answers), "clinic": filled.clinic, "language": "en"}
    return render(request, "page_by_hand.html", context)


@login_not_required
def nothing(request: HttpRequest) -> HttpResponse:
    """What any page costs."""
    return HttpResponse("ok")


@login_not_required
def insert(request: HttpRequest) -> HttpResponse:
    """One row, then on to another page."""
    filled = Filled.objects.only("clinic").get(pk=request.session["filled"])
    Filled.objects.create(clinic_id=filled.clinic_id, answers=request.POST.dict())
    return redirect("nothing")
