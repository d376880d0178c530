"""Every address of the product. `python manage.py list_routes` prints them with who may use each."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from intake import health, styleguide

handler400 = "intake.patient.errors.bad_request"
handler500 = "intake.patient.errors.server_error"

urlpatterns = [
    path("", include("intake.patient.urls")),
    path("staff/drafts/", include("intake.authoring.urls")),
    path("staff/", include("intake.clinician.urls")),
    path("accounts/", include("intake.account_urls")),
    # The Django admin's own form asks for nobody anew and records nothing.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("styleguide", styleguide.styleguide, name="styleguide"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
