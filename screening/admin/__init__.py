"""The Django admin of questionnaires: drafts to edit, versions and cases to read, and the pages Check and Publish."""

from . import clinical, questionnaire, questions, version  # noqa: F401 registers the pages
from .base import may_edit

__all__ = ["may_edit"]
