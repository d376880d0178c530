"""The addresses about invitations, below /staff/."""

from __future__ import annotations

from django.urls import path

from . import invitation_pages, invitations, invitations_many

urlpatterns = [
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/new/", invitations.new_invitation, name="invitation_new"),
    path("invitations/start-page/", invitation_pages.start_page, name="start_page"),
    path("invitations/lost-code/", invitation_pages.lost_code, name="lost_code"),
    path("invitations/e-mail/", invitation_pages.mail_settings, name="invitation_mail"),
    path("invitations/many/", invitations_many.many, name="invitations_many"),
    path("invitations/many/example.csv", invitations_many.example, name="invitations_example"),
    path("invitations/<uuid:invitation_id>/", invitations.invitation, name="invitation"),
    path("invitations/<uuid:invitation_id>/new-link/", invitations.reissue, name="invitation_reissue"),
    path("invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation_revoke"),
]
