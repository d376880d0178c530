"""The product's addresses, and three more."""

from __future__ import annotations

from django.urls import path

from intake.urls import handler400, handler500, urlpatterns

from . import views

__all__ = ["handler400", "handler500", "urlpatterns"]

urlpatterns = [
    *urlpatterns,
    path("bench/by-hand", views.by_hand, name="by_hand"),
    path("bench/nothing", views.nothing, name="nothing"),
    path("bench/insert", views.insert, name="insert"),
]
