"""Addresses of running a clinic, below /staff/: its people, their sessions, and the record of who did what."""

from __future__ import annotations

from django.urls import path

from . import audit_view, crisis_page, erasing, impact, reports, security, settings_page, sign_ins, team

urlpatterns = [
    path("account/sessions/", sign_ins.own, name="sign_ins"),
    path("account/sessions/<uuid:session_id>/end/", sign_ins.end, name="end_sign_in"),
    path("clinic/", settings_page.choose, name="clinics"),
    path("clinic/<slug:slug>/settings/", settings_page.clinic, name="clinic"),
    path("clinic/<slug:slug>/crisis/", crisis_page.confirm, name="clinic_confirm"),
    path("clinic/<slug:slug>/contacts/", crisis_page.contacts, name="crisis_contacts"),
    path("clinic/<slug:slug>/contacts/add/", crisis_page.contact, name="crisis_contact_add"),
    path("clinic/<slug:slug>/contacts/<str:key>/change/", crisis_page.contact, name="crisis_contact"),
    path("erase/", erasing.erase, name="erase"),
    path("erase/<str:kind>/<str:reference>/", erasing.erase_record, name="erase_record"),
    path("emergency/", security.emergency, name="emergency"),
    path("emergency/<uuid:access_id>/", security.emergency_read, name="emergency_read"),
    path("security/", security.security, name="security"),
    path("security/<uuid:notice_id>/", security.see, name="security_see"),
    path("reports/", reports.reports, name="reports"),
    path("impact/", impact.choose, name="impact"),
    path("impact/<uuid:impact_id>/", impact.run, name="impact_run"),
    path("impact/<uuid:impact_id>/cancel/", impact.cancel, name="impact_cancel"),
    path("impact/<uuid:impact_id>/responses/", impact.responses, name="impact_responses"),
    path("audit/", audit_view.audit_record, name="audit"),
    path("team/", team.team, name="team"),
    path("team/<slug:slug>/add/", team.add, name="colleague_add"),
    path("team/<slug:slug>/offers/<uuid:offer_id>/withdraw/", team.withdraw, name="colleague_offer_withdraw"),
    path("team/<slug:slug>/<uuid:user_id>/", team.person, name="colleague"),
    path("team/<slug:slug>/<uuid:user_id>/remove/", team.remove, name="colleague_remove"),
    path(
        "team/<slug:slug>/<uuid:user_id>/sessions/<uuid:session_id>/end/",
        team.end_session,
        name="colleague_end_session",
    ),
]
