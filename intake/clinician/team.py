"""The people of a clinic: who works there in which roles, adding somebody, changing roles, ending sessions, leaving."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions, colleagues, unsent
from intake.models import Clinic, User
from intake.permissions import ROLES, Permission
from intake.staff_accounts import set_password_link
from intake.step_up import ask_again, fresh_sign_in_required, is_fresh

from .sign_ins import sign_ins_of

MANAGE = Permission.MANAGE_STAFF


class AddForm(forms.Form):
    """Somebody new in the clinic."""

    name = forms.CharField(label="Name", max_length=150, error_messages={"required": "Write the person's name."})
    email = forms.EmailField(
        label="E-mail address",
        error_messages={
            "required": "Write an e-mail address.",
            "invalid": "Write an address such as x@clinic.example.",
        },
    )
    role = forms.ChoiceField(
        label="Role",
        choices=[(role.key, f"{role.title}: {role.description}") for role in ROLES.values()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role."},
    )


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Everybody with a role in the clinic that somebody manages."""
    clinic = access.clinic_or_404(request.user, MANAGE, request.GET.get("clinic", ""))
    staff = [(person, _roles(person, clinic)) for person in colleagues.staff_of(clinic).prefetch_related("memberships")]
    context = {
        "clinic": clinic,
        "clinics": access.clinics_of(request.user, MANAGE).order_by("name"),
        "staff": staff,
        "offers": colleagues.offers_of(clinic),
        "now": timezone.now(),
    }
    return render(request, "clinician/team.html", context)


def _roles(person: User, clinic: Clinic) -> list[str]:
    held = {each.role for each in person.memberships.all() if each.clinic_id == clinic.pk}
    return [role.title for role in ROLES.values() if role.key in held]


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Give somebody a role, and an account if they have none: the link to choose a password is shown once. Who has an
    account of another clinic is asked by e-mail."""
    clinic = access.clinic_or_404(request.user, MANAGE, slug)
    form = AddForm(unsent.typed_in(request))
    if request.method != "POST" or not form.is_valid():
        return _add_page(request, clinic, form)
    given = form.cleaned_data
    try:
        made = actions.create_staff(**given, clinic=clinic, by=request.user, now=timezone.now())
    except ValidationError as error:
        form.add_error(None, error if not hasattr(error, "error_dict") else [*error.messages])
        return _add_page(request, clinic, form)
    except (actions.NotOwnRole, actions.AskedAlready) as error:
        form.add_error(None, str(error))
        return _add_page(request, clinic, form)
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    link = set_password_link(made.user) if made.password else ""
    context = {"clinic": clinic, "person": made.user, "link": link, "is_asked": made.membership is None}
    return render(request, "clinician/colleague_added.html", context)


def _add_page(request: HttpRequest, clinic: Clinic, form: AddForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "clinician/colleague_add.html", {"clinic": clinic, "form": form}, status=status)


@require_POST
def withdraw(request: HttpRequest, slug: str, offer_id: UUID) -> HttpResponse:
    """Take back a role that nobody accepted yet. A second click finds it done."""
    clinic = access.clinic_or_404(request.user, MANAGE, slug)
    try:
        actions.withdraw_offer(offer_id=offer_id, clinic=clinic, by=request.user, now=timezone.now())
    except actions.OfferOver as error:
        messages.error(request, str(error))
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    else:
        messages.success(request, "Withdrawn. The link in the mail does not work any more.")
    return redirect(f"{reverse('clinician:team')}?clinic={clinic.slug}")


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def person(request: HttpRequest, slug: str, user_id: UUID) -> HttpResponse:
    """One person's roles and sessions; POST gives or takes one role."""
    clinic = access.clinic_or_404(request.user, MANAGE, slug)
    colleague = colleagues.get_colleague_or_404(user_id, clinic)
    if request.method == "POST":
        return _change_role(request, clinic, colleague)
    held = set(colleague.memberships.filter(clinic=clinic).values_list("role", flat=True))
    context = {
        "clinic": clinic,
        "person": colleague,
        "is_own": colleague == request.user,
        "roles": [(role, role.key in held) for role in ROLES.values()],
        "sign_ins": sign_ins_of(colleague, clinic.timezone),
    }
    return render(request, "clinician/colleague.html", context)


def _change_role(request: HttpRequest, clinic: Clinic, colleague: User) -> HttpResponse:
    role, is_given = request.POST.get("role", ""), "give" in request.POST
    act = actions.grant_role if is_given else actions.revoke_role
    return _done(request, clinic, colleague, lambda: act(
        user=colleague, clinic=clinic, role=role, by=request.user, now=timezone.now()
    ), "Changed. It counts from the next page they open.")  # fmt: skip


@require_POST
def remove(request: HttpRequest, slug: str, user_id: UUID) -> HttpResponse:
    """Somebody leaves the clinic."""
    clinic = access.clinic_or_404(request.user, MANAGE, slug)
    colleague = colleagues.get_colleague_or_404(user_id, clinic)
    if not is_fresh(request):
        back = reverse("clinician:colleague", args=[clinic.slug, colleague.pk])
        return ask_again(request, keeps_post=False, back=back)
    return _done(request, clinic, colleague, lambda: actions.remove_staff(
        user=colleague, clinic=clinic, by=request.user, now=timezone.now()
    ), f"{colleague.name} has no role in this clinic any more, and was signed out.")  # fmt: skip


@require_POST
def end_session(request: HttpRequest, slug: str, user_id: UUID, session_id: UUID) -> HttpResponse:
    """Sign somebody out where they are signed in."""
    clinic = access.clinic_or_404(request.user, MANAGE, slug)
    colleague = colleagues.get_colleague_or_404(user_id, clinic)
    return _done(request, clinic, colleague, lambda: actions.end_session(
        session_id=session_id, of=colleague, by=request.user, now=timezone.now()
    ), "That session has ended.")  # fmt: skip


def _done(request: HttpRequest, clinic: Clinic, colleague: User, act, said: str) -> HttpResponse:
    """Act, say what came of it, and go back to the person, or to the list when they are not in it any more."""
    try:
        act()
    except actions.NotOwnRole as error:
        messages.error(request, str(error))
    except ValidationError as error:
        raise Http404("There is no such role.") from error
    except actions.NotPermitted as error:
        raise Http404("There is no such person.") from error
    else:
        messages.success(request, said)
    if colleague.memberships.filter(clinic=clinic).exists():
        return redirect("clinician:colleague", clinic.slug, colleague.pk)
    return redirect(f"{reverse('clinician:team')}?clinic={clinic.slug}")
