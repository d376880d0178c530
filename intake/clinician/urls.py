"""The staff's addresses, below /staff/."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "clinician"

urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("responses/<str:reference>/", views.summary, name="summary"),
    path("responses/<str:reference>/summary.pdf", views.summary_pdf, name="summary_pdf"),
]
