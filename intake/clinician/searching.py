"""Finding somebody by exact match: name, date of birth or reference. Names are encrypted, so only keyed hashes match.

What is typed is posted, never part of an address, and kept nowhere: the audit record says by which fields, no more.
"""

from __future__ import annotations

import uuid

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import access, actions, references, vault
from intake.permissions import Permission

from . import worklist as lists

NOTHING = Q(pk__in=())


class SearchForm(forms.Form):
    """One or more of three; all that are given must match."""

    name = forms.CharField(
        label="Name",
        required=False,
        max_length=500,
        help_text="First and last name as the patient wrote them. Capital letters and accents do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.DateField(
        label="Date of birth", required=False, widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
    )
    reference = forms.CharField(
        label="Reference", required=False, max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("Write a name, a date of birth or a reference.")
        return cleaned

    @property
    def by_what(self) -> str:
        """The fields that were used, for the audit record."""
        return " ".join(name for name in self.fields if self.cleaned_data.get(name))


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The lines of the worklist that match, for those who see it."""
    if not access.may_somewhere(request.user, Permission.SEE_WHO_HAS_SENT):
        raise Http404("There is no such page.")
    if request.method != "POST":
        return redirect("clinician:worklist")
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "clinician/search.html", {"form": form}, status=422)
    page = lists.matching(request.user, _matches(request, form))
    actions.search_worklist(user=request.user, by_what=form.by_what, found=len(page.rows), now=timezone.now())
    return render(request, "clinician/search.html", {"form": form, "page": page, "most": lists.MOST_FOUND})


def _matches(request: HttpRequest, form: SearchForm) -> Q:
    rights = access.rights_of(request.user)
    clinics = [clinic for clinic, may in rights.items() if Permission.SEE_WHO_HAS_SENT in may]
    given = form.cleaned_data
    found = Q()
    if given["name"]:
        found &= _by_hash(clinics, "name", _searchable(given["name"]))
    if given["birth_date"]:
        found &= _by_hash(clinics, "birth date", given["birth_date"].isoformat())
    if given["reference"]:
        found &= _by_reference(given["reference"])
    return found


def _by_hash(clinics: list[uuid.UUID], what: str, value: str) -> Q:
    """People by a keyed hash, which is another in each clinic; the index of people begins with the clinic."""
    hashes = [vault.keyed_hash(what, str(clinic), value) for clinic in clinics]
    return Q(**{"person__clinic__in": clinics, f"person__{what.replace(' ', '_')}_hash__in": hashes})


def _by_reference(typed: str) -> Q:
    reference = references.normalised(typed)
    return Q(reference=reference) if reference else NOTHING


def _searchable(typed: str) -> str:
    """A name as it is stored; "Example, Rosa" is looked for as "Rosa Example".

    >>> _searchable("Example, Rosa"), _searchable("José  Díaz")
    ('rosa example', 'jose diaz')
    """
    last, comma, first = typed.partition(",")
    return vault.searchable(f"{first} {last}" if comma else typed)
