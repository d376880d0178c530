"""The product's own settings, served by real processes; static files need not be collected first."""

from __future__ import annotations

from intake.settings import *  # noqa: F403
from intake.settings import DATABASES, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
if "timeout" in DATABASES["default"].get("OPTIONS", {}):
    DATABASES["default"]["OPTIONS"]["timeout"] = 50  # a busy machine is slow, not wrong; less than gunicorn waits
MFA_TOTP_TOLERANCE = 1  # the half minute may turn between reading the digits and sending them
