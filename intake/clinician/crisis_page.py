"""A clinic's crisis contacts: changed here, looked at as patients see them, and confirmed under one's own name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake import access, actions, crisis_contacts, unsent
from intake.models import Clinic
from intake.step_up import ask_again, is_fresh

from .wording import LANGUAGE_NAMES

NO_CLINIC = "There is no such clinic."


def in_words(contact: dict[str, Any]) -> dict[str, str]:
    """One contact for staff: its title, and every way to reach it."""
    title = contact["title"].get("en") or next(iter(contact["title"].values()), "")
    return {"key": contact["key"], "title": title, "ways": crisis_contacts.in_words(contact)}


class ContactForm(forms.Form):
    """One contact: its name in each language, and how it is reached."""

    call = forms.CharField(label="Number to call", max_length=20, required=False, help_text="As it is dialled.")
    text = forms.CharField(label="Number for text messages", max_length=20, required=False)
    is_emergency = forms.BooleanField(label="This is the emergency number", required=False)

    def __init__(self, languages: list[str], contact: dict[str, Any] | None = None, data: Any = None) -> None:
        stored = contact or {}
        self.languages = list(dict.fromkeys([*languages, *LANGUAGE_NAMES]))
        texts = {key: crisis_contacts.texts_of(stored, key, self.languages) for key in crisis_contacts.BY_LANGUAGE}
        texts["title"] = stored.get("title", {})
        by_language = {f"{key}_{code}": text for key, each in texts.items() for code, text in each.items()}
        super().__init__(data, initial={**stored, **by_language})
        for code in self.languages:
            self.fields |= _fields_in(code, is_required=code in languages)
        of = {key: [f"{key}_{code}" for code in self.languages] for key in ("title", *crisis_contacts.BY_LANGUAGE)}
        self.order_fields([*of["title"], "call", "text", *of["text_body"], *of["url"], *of["note"]])
        self.helper = FormHelper()
        self.helper.form_show_errors = False  # the summary of errors stands at the top of the page
        self.helper.add_input(Submit("save", "Keep this contact"))

    @property
    def contact(self) -> dict[str, Any]:
        """The contact as it is stored, without a key. Call it on a valid form."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("call", "text", "is_emergency") if given[name]}
        texts = {key: self._texts(key) for key in crisis_contacts.BY_LANGUAGE}
        return {"title": self._texts("title"), **plain, **{key: text for key, text in texts.items() if text}}

    def _texts(self, key: str) -> dict[str, str]:
        """What is written, by language; a language in which nothing is written is left out."""
        given = self.cleaned_data
        return {code: given[f"{key}_{code}"] for code in self.languages if given[f"{key}_{code}"]}


def _fields_in(code: str, *, is_required: bool) -> dict[str, forms.Field]:
    """What is written of a contact in one language."""
    name = LANGUAGE_NAMES.get(code, code)
    return {
        f"title_{code}": forms.CharField(
            label=f"Name in {name}",
            max_length=100,
            required=is_required,
            error_messages={"required": f"Write the name in {name}."},
        ),
        f"text_body_{code}": forms.RegexField(
            r"^\w*$",
            label=f"Word to send, in {name}",
            max_length=20,
            required=False,
            help_text="Where one is needed, such as HOME.",
            error_messages={"invalid": "Write one word."},
        ),
        f"url_{code}": forms.CharField(
            label=f"Address of a chat in {name}", max_length=200, required=False, help_text="Begins with https://"
        ),
        f"note_{code}": forms.CharField(
            label=f"Note in {name}", max_length=80, required=False, help_text="Such as what to press after calling."
        ),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest, slug: str) -> HttpResponse:
    """The contacts as they are or as they are proposed, in order; POST moves or removes one, or drops the proposal."""
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    if request.method == "POST":
        return _change(request, clinic)
    proposed = _proposed(clinic)
    preview = copy.copy(clinic)
    preview.crisis_contacts = proposed
    context = {
        "clinic": clinic,
        "contacts": [in_words(each) for each in proposed],
        "is_proposed": clinic.crisis_proposed is not None,
        "problems": crisis_contacts.problems(proposed, clinic.languages),
        "preview": preview,
        "languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in clinic.languages],
        "shown": crisis_contacts.mark_of(proposed),
    }
    return render(request, "clinician/crisis_contacts.html", context)


def _proposed(clinic: Clinic) -> list[dict[str, Any]]:
    return clinic.crisis_contacts if clinic.crisis_proposed is None else clinic.crisis_proposed


def _change(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    given, who = request.POST, {"clinic": clinic, "by": request.user, "now": timezone.now()}
    if "remove" in given:
        return _act(request, clinic, lambda: actions.remove_crisis_contact(key=given["remove"], **who))
    if "discard" in given:
        return _act(request, clinic, lambda: actions.discard_crisis_contacts(**who))
    key = given.get("up") or given.get("down", "")
    return _act(request, clinic, lambda: actions.move_crisis_contact(key=key, is_up="up" in given, **who))


def _act(request: HttpRequest, clinic: Clinic, act: Callable[[], object]) -> HttpResponse:
    """Act, and back to the list, which says what is left to do."""
    try:
        act()
    except actions.NotPermitted as error:
        raise Http404(NO_CLINIC) from error
    except actions.NoSuchCrisisContact as gone:
        messages.warning(request, str(gone))
    return redirect("clinician:crisis_contacts", clinic.slug)


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, slug: str, key: str = "") -> HttpResponse:
    """One contact to change, or without a key a new one."""
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    stored = next((each for each in _proposed(clinic) if each["key"] == key), None)
    if key and stored is None:
        raise Http404("There is no such contact.")
    form = ContactForm(clinic.languages, stored, unsent.typed_in(request))
    if request.method != "POST" or not form.is_valid():
        return _contact_page(request, clinic, form, stored)
    who = {"clinic": clinic, "by": request.user, "now": timezone.now()}
    try:
        if stored is None:
            actions.add_crisis_contact(contact=form.contact, **who)
        else:
            actions.change_crisis_contact(contact={**form.contact, "key": key}, **who)
    except ValidationError as error:
        form.add_error(None, error)
    except (actions.TooManyContacts, actions.NoSuchCrisisContact) as refused:
        form.add_error(None, str(refused))
    except actions.NotPermitted as error:
        raise Http404(NO_CLINIC) from error
    else:
        return redirect("clinician:crisis_contacts", clinic.slug)
    return _contact_page(request, clinic, form, stored)


def _contact_page(
    request: HttpRequest, clinic: Clinic, form: ContactForm, stored: dict[str, Any] | None
) -> HttpResponse:
    title = in_words(stored)["title"] if stored else ""
    context = {"clinic": clinic, "form": form, "title": title}
    return render(request, "clinician/crisis_contact.html", context, status=422 if form.errors else 200)


@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Say under one's own name that every crisis contact was checked. Patients then see what was proposed."""
    found = access.get_managed_clinic_or_404(request.user, slug)
    if not is_fresh(request):
        return ask_again(request, keeps_post=False, back=reverse("clinician:crisis_contacts", args=[slug]))
    if not request.POST.get("checked"):
        messages.error(request, "Tick that you checked every contact.")
        return redirect("clinician:crisis_contacts", found.slug)
    try:
        actions.confirm_crisis_contacts(
            clinic=found, by=request.user, now=timezone.now(), shown=request.POST.get("shown", "")
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except actions.ContactsChanged as error:
        messages.error(request, str(error))
    except actions.NotPermitted as error:
        raise Http404(NO_CLINIC) from error
    else:
        messages.success(request, "Confirmed under your name. Patients see these contacts from now on.")
    return redirect("clinician:crisis_contacts", found.slug)
