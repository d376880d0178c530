"""The screening application: what we know, and nothing about any person."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ScreeningConfig(AppConfig):
    """Installs the triggers after every migration: SQLite drops a table's triggers when it rebuilds the table."""

    name = "screening"
    verbose_name = "Questionnaires"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import triggers

        post_migrate.connect(triggers.install_after_migrate, sender=self)
