"""The addresses of alerts, the alert rota and notices, below /staff/."""

from __future__ import annotations

from django.urls import path

from . import alert_rota, alerts, notices

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("clinic/alerts/", alert_rota.choose, name="alert_rotas"),
    path("clinic/<slug:slug>/alerts/", alert_rota.rota, name="alert_rota"),
    path("clinic/<slug:slug>/alerts/contacts/", alert_rota.add, name="alert_contacts"),
    path("clinic/<slug:slug>/alerts/contacts/<uuid:contact_id>/", alert_rota.change, name="alert_contact"),
    path("clinic/<slug:slug>/alerts/contacts/<uuid:contact_id>/remove/", alert_rota.remove, name="remove_contact"),
    path("clinic/<slug:slug>/alerts/contacts/<uuid:contact_id>/test/", alert_rota.test, name="test_contact"),
]
