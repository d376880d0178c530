"""What a patient's session holds: which response is theirs, and whether help must be shown first. Never an answer."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac

from intake import access, tablet
from intake.models import Clinic, Invitation, QuestionnaireResponse

TEXT_SIZE = "text_size"
TEXT_SIZES = ("normal", "large", "largest")
YEAR = 365 * 24 * 60 * 60

RESPONSE = "response_id"
CODE = "code_of_response"
INVITATION = "invitation_id"
HELP_FIRST = "help_first"
EMERGENCY, CRISIS = "emergency", "crisis"
"""What `HELP_FIRST` holds: whose number stands first on the page of help."""
HELP_NEXT = "help_next"
SENT_HERE = "sent_here"
CORRECTED_HERE = "corrected_here"
DELETED_AT = "deleted_at_clinic"
IS_CALLED = "staff_were_called"
IS_KEPT = "kept_by_law"


def begin(request: HttpRequest, response: QuestionnaireResponse) -> None:
    """Give this browser the response. The session gets a new key, so that a planted one is worth nothing."""
    kept = tablet.state(request)
    request.session.flush()
    request.session.update(contents(response))
    tablet.go_on(request, kept)


def contents(response: QuestionnaireResponse) -> dict[str, str]:
    """What a session holds that opens a response: which one, and under which of its resume codes."""
    return {RESPONSE: str(response.pk), CODE: _mark_of_code(response)}


def response_of(request: HttpRequest) -> QuestionnaireResponse | None:
    """The response that this session opens. None when it holds none, it was erased, or it has had a new code since."""
    response = access.response_of_session(request.session.get(RESPONSE))
    if response is None:
        return None
    is_current = constant_time_compare(request.session.get(CODE, ""), _mark_of_code(response))
    return response if is_current else None


def is_open_here(request: HttpRequest, held: str | None) -> bool:
    """Whether this browser has open what was begun with an invitation, named by its pass."""
    response = response_of(request)
    return response is not None and access.is_same_invitation(held, str(response.invitation_id))


def hold(request: HttpRequest, invitation: Invitation) -> None:
    """Let this browser begin with an invitation. What it held of another person is closed."""
    request.session.flush()
    request.session[INVITATION] = access.pass_for(invitation)


def _mark_of_code(response: QuestionnaireResponse) -> str:
    return salted_hmac("patient's session", response.resume_code_hash, algorithm="sha256").hexdigest()


def end(request: HttpRequest) -> None:
    """Take the response from this browser."""
    request.session.flush()


def language_of(request: HttpRequest, clinic: Clinic, default: str) -> str:
    """The language chosen in this browser where the clinic offers it, else the default.

    Read from the cookie: the visit of a patient changes nothing stored by looking.
    """
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in offered(clinic) else default


def language_to_begin_in(request: HttpRequest, clinic: Clinic, wanted: str) -> str:
    """The same for somebody who has not begun: what they were invited in may have been withdrawn since."""
    return language_of(request, clinic, wanted if wanted in offered(clinic) else offered(clinic)[0])


def offered(clinic: Clinic) -> list[str]:
    """The languages of a clinic that the pages themselves have."""
    known = dict(settings.LANGUAGES)
    return [code for code in clinic.languages if code in known] or [settings.LANGUAGE_CODE]


def first_language(request: HttpRequest, clinic: Clinic) -> str:
    """For somebody new: what they chose, or their browser's language where it is offered, else the clinic's first."""
    browser = translation.get_language_from_request(request)
    default = browser if browser in offered(clinic) else offered(clinic)[0]
    return language_of(request, clinic, default)
