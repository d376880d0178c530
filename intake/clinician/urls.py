"""The staff's addresses, below /staff/."""

from __future__ import annotations

from django.urls import path

from . import acknowledging, views

app_name = "clinician"

urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("responses/<str:reference>/", views.summary, name="summary"),
    path("responses/<str:reference>/summary.pdf", views.summary_pdf, name="summary_pdf"),
    path("alerts/<uuid:alert_id>/acknowledge/", acknowledging.acknowledge, name="acknowledge"),
]
