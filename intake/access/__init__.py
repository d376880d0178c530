"""The one way to anybody's records. A view never asks for a record in any other way.

Staff reach what their clinics hold and their roles allow; everything else does not exist for them: another clinic's
record and a missing one give the same 404.
"""

from __future__ import annotations

from .authoring import get_draft_questionnaire_or_404 as get_draft_questionnaire_or_404
from .authoring import get_impact_run_or_404 as get_impact_run_or_404
from .authoring import get_impact_to_review_or_404 as get_impact_to_review_or_404
from .authoring import get_reviewable_questionnaire_or_404 as get_reviewable_questionnaire_or_404
from .authoring import impact_runs_for as impact_runs_for
from .authoring import is_editor as is_editor
from .authoring import may_publish as may_publish
from .authoring import questionnaires as questionnaires
from .authoring import reads_all_of as reads_all_of
from .authoring import reviewable_questionnaires as reviewable_questionnaires
from .patients import clinic_of_invitation as clinic_of_invitation
from .patients import crisis_contacts_of_every_clinic as crisis_contacts_of_every_clinic
from .patients import current_version as current_version
from .patients import get_clinic_or_404 as get_clinic_or_404
from .patients import invitation_of_session as invitation_of_session
from .patients import is_live as is_live
from .patients import is_same_invitation as is_same_invitation
from .patients import is_usable as is_usable
from .patients import live_invitation as live_invitation
from .patients import pass_for as pass_for
from .patients import request_of_session as request_of_session
from .patients import response_of_session as response_of_session
from .patients import still_open as still_open
from .patients import token_hash as token_hash
from .rights import Rights as Rights
from .rights import clinic_or_404 as clinic_or_404
from .rights import clinics_of as clinics_of
from .rights import contacts_of as contacts_of
from .rights import get_contact_or_404 as get_contact_or_404
from .rights import get_managed_clinic_or_404 as get_managed_clinic_or_404
from .rights import managed_clinics as managed_clinics
from .rights import may as may
from .rights import may_somewhere as may_somewhere
from .rights import rights_from as rights_from
from .rights import rights_of as rights_of
from .security import TOLD as TOLD
from .security import colleagues_response_or_404 as colleagues_response_or_404
from .security import emergency_access_or_404 as emergency_access_or_404
from .security import security_notices_for as security_notices_for
from .security import told_of_security as told_of_security
from .staff import alerts_for as alerts_for
from .staff import get_alert_or_404 as get_alert_or_404
from .staff import get_draft_or_404 as get_draft_or_404
from .staff import get_invitation_or_404 as get_invitation_or_404
from .staff import get_person_or_404 as get_person_or_404
from .staff import get_response_or_404 as get_response_or_404
from .staff import invitations_for as invitations_for
from .staff import invitations_of_people as invitations_of_people
from .staff import questionnaires_offered as questionnaires_offered
from .staff import requests_for as requests_for
from .staff import responses_for as responses_for
from .staff import schedules_for as schedules_for
from .staff import sessions_of_people as sessions_of_people
from .staff import with_acknowledgeable as with_acknowledgeable
