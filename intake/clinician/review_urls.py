"""The addresses of a review, below those of its summary. None of them tells what it is about."""

from __future__ import annotations

from django.urls import path

from . import asking, review_answers, review_notes, review_points, review_signing

urlpatterns = [
    path("points/<slug:token>/", review_points.point, name="point"),
    path("answers/", review_answers.answers, name="enter_answers"),
    path("answers/<int:number>/", review_answers.answers, name="enter_answers"),
    path("ask/", asking.ask, name="ask_again"),
    path("note/", review_notes.note, name="note"),
    path("sign/", review_signing.sign, name="sign"),
    path("sign-as-well/", review_signing.cosign, name="cosign"),
    path("addendum/", review_signing.addendum, name="addendum"),
]
