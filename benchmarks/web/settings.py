"""The product's own settings, with three addresses more."""

from __future__ import annotations

from pathlib import Path

from intake.settings import *  # noqa: F403
from intake.settings import INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.web"]
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
ROOT_URLCONF = "benchmarks.web.urls"
