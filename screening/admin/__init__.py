"""The Django admin of questionnaires: drafts to edit, versions and cases to read, and the pages Check and Publish."""

from django.contrib import admin

from . import case, clinical, questionnaire, questions, version  # noqa: F401 registers the pages
from .base import may_edit

admin.site.site_header = "Screening questionnaires"
admin.site.site_title = "Screening"
admin.site.index_title = "Edit, check and publish"

__all__ = ["may_edit"]
