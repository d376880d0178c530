"""Addresses below /staff/drafts/: for those who may edit questionnaires."""

from __future__ import annotations

from django.urls import path

from . import keeping, views

app_name = "authoring"

urlpatterns = [
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/preview/keep/", keeping.keep, name="keep"),
    path("<int:pk>/names/<slug:key>.json", views.medicine_names, name="medicine_names"),
]
