"""Addresses below /staff/drafts/: for those who may edit questionnaires, and two for clinicians who review them."""

from __future__ import annotations

from django.urls import path

from . import keeping, reviewing, views

app_name = "authoring"

urlpatterns = [
    path("reviews/", reviewing.reviews, name="reviews"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/preview/keep/", keeping.keep, name="keep"),
    path("<int:pk>/review/", reviewing.review, name="review"),
    path("<int:pk>/names/<slug:key>.json", views.medicine_names, name="medicine_names"),
]
