"""Inviting patients: the list of a clinic, one invitation, making it, revoking it and making its link anew.

A link is shown on the answer to the form that made it and nowhere else: it is stored as a hash only.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions, crisis_contacts, invitees, unsent
from intake.models import Clinic, Invitation
from intake.permissions import Permission

from . import invitation_list as lists
from .invitation_forms import InviteForm, ReissueForm


def clinics_to_invite_to(request: HttpRequest) -> list[Clinic]:
    """The clinics where this person invites. Raises `Http404` when there is none."""
    clinics = list(access.clinics_of(request.user, Permission.INVITE).select_related("questionnaire").order_by("name"))
    if not clinics:
        raise Http404("There are no invitations here.")
    return clinics


def chosen_clinic(clinics: list[Clinic], slug: str) -> Clinic:
    """The clinic that an address or a form names, or the first. Raises `Http404` for any other."""
    if not slug:
        return clinics[0]
    for clinic in clinics:
        if clinic.slug == slug:
            return clinic
    raise Http404("There is no such clinic.")


@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """Who was invited to one of my clinics, newest first, and what became of it; never an answer."""
    clinics = clinics_to_invite_to(request)
    clinic, now = chosen_clinic(clinics, request.GET.get("clinic", "")), timezone.now()
    try:
        page = lists.page_of(request.user, clinic, now=now, after=request.GET.get("after", ""))
    except lists.UnknownPlace as error:
        raise Http404(str(error)) from error
    actions.open_invitations(user=request.user, clinic=clinic, shown=len(page.rows), now=now)
    context = {
        "page": page,
        "clinic": clinic,
        "clinics": clinics,
        "may_manage": access.may(request.user, Permission.MANAGE_CLINIC, clinic),
    }
    return render(request, "clinician/invitations.html", context)


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_invitation(request: HttpRequest) -> HttpResponse:
    """Invite one person. The answer shows the link, once, unless it goes out by e-mail."""
    clinics = clinics_to_invite_to(request)
    typed = unsent.typed_in(request)
    clinic = chosen_clinic(clinics, (typed or request.GET).get("clinic", ""))
    form = InviteForm(clinic, typed)
    if request.method != "POST":
        return _form(request, form, clinics)
    if not form.is_valid():
        return _form(request, form, clinics, status=422)
    try:
        invited = _invite(request, form)
    except actions.AlreadyInvited:
        messages.info(request, "This invitation was made already. Its link was shown once; you can make a new one.")
        return redirect("clinician:invitation", form.cleaned_data["key"])
    except ValidationError as error:
        form.refuse(error)
    except actions.Refused as refused:
        form.add_error(None, str(refused))
    else:
        return made(request, invited, "The invitation is made. It is sent by e-mail in a moment.")
    return _form(request, form, clinics, status=422)


def _invite(request: HttpRequest, form: InviteForm) -> actions.Invited:
    return actions.invite(
        clinic=form.clinic_invited_to,
        by=request.user,
        now=timezone.now(),
        language=form.cleaned_data["language"],
        questionnaire=form.chosen,
        details=form.details,
        send=form.sends,
        remind=form.cleaned_data["remind"],
        invitation_id=form.cleaned_data["key"],
    )


def _form(request: HttpRequest, form: InviteForm, clinics: list[Clinic], status: int = 200) -> HttpResponse:
    context = {"form": form, "clinic": form.clinic_invited_to, "clinics": clinics}
    return render(request, "clinician/invitation_new.html", context, status=status)


def made(request: HttpRequest, invited: actions.Invited, sent: str) -> HttpResponse:
    """The page that shows what is shown once; or on to the invitation when there is nothing to show."""
    if not invited.url and not invited.resume_code:
        messages.success(request, sent)
        return redirect("clinician:invitation", invited.invitation.pk)
    context = {
        "invited": invited,
        "invitation": invited.invitation,
        "clinic": invited.invitation.clinic,
        "details": invitees.details_of(invited.invitation),
        "emergency": crisis_contacts.emergency_number(invited.invitation.clinic.crisis_contacts),
        "is_asked_again": hasattr(invited.invitation, "answer_request"),
        "replaced_by_reminders": invited.invitation.mails.unsent().exists(),
    }
    return render(request, "clinician/invitation_link.html", context)


@require_safe
def invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """One invitation: whom it is for, what became of it and of its e-mails, and what can be done."""
    found = access.get_invitation_or_404(request.user, invitation_id)
    return _show(request, found)


def _show(
    request: HttpRequest, found: Invitation, *, refused: ReissueForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    shown = lists.one_of(request.user, found, now=now)
    actions.open_invitation(user=request.user, invitation=found, now=now)
    context = {"shown": shown, "form": refused or _reissue_form(found), "refused": refused, "clinic": found.clinic}
    return render(request, "clinician/invitation.html", context, status=status)


def _reissue_form(found: Invitation, request: HttpRequest | None = None) -> ReissueForm:
    return ReissueForm(
        request.POST if request else None,
        action=reverse("clinician:invitation_reissue", args=[found.pk]),
        has_email=bool(invitees.details_of(found).email),
        has_code=getattr(found, "response", None) is not None and found.revoked_at is None,
    )


@require_POST
def reissue(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """A new link; the old one stops working at once. What was begun goes on with it."""
    found = access.get_invitation_or_404(request.user, invitation_id)
    form = _reissue_form(found, request)
    if not form.is_valid():
        return _show(request, found, refused=form, status=422)
    try:
        invited = actions.reissue_invitation(
            invitation_id=found.pk,
            by=request.user,
            now=timezone.now(),
            send=form.sends,
            remind=form.cleaned_data.get("remind", False),
            new_code=form.cleaned_data.get("new_code", False),
        )
    except ValidationError as error:
        form.refuse(error)
    except actions.NotPermitted as error:  # the role went away meanwhile: the same as never there
        raise Http404("There is no such invitation.") from error
    except actions.Refused as error:
        form.add_error(None, str(error))
    else:
        return made(request, invited, "The old link stopped working. A new one is sent by e-mail in a moment.")
    return _show(request, access.get_invitation_or_404(request.user, invitation_id), refused=form, status=422)


@require_POST
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """The link stops working at once. A second click finds it done."""
    found = access.get_invitation_or_404(request.user, invitation_id)
    try:
        actions.revoke_invitation(invitation_id=found.pk, by=request.user, now=timezone.now())
        messages.success(request, "Revoked. The link does not work any more.")
    except actions.AlreadyRevoked:
        messages.success(request, "Revoked. The link does not work any more.")
    except actions.InvitationOver as error:
        messages.error(request, str(error))
    except actions.Refused as error:  # the role or the invitation went away meanwhile
        raise Http404("There is no such invitation.") from error
    return redirect("clinician:invitation", found.pk)
