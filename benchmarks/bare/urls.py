"""The addresses of the libraries alone."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("account/", include("allauth.urls"))]
