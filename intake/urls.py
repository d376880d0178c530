"""Every address of the product. `python manage.py list_routes` prints them with who may use each."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from intake import health

urlpatterns = [
    path("", include("intake.patient.urls")),
    path("staff/", include("intake.clinician.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
