"""The app that holds all personal data."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate, pre_migrate


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = "Intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.decorators import secure_admin_login
        from django.contrib import admin
        from django.urls import reverse

        from screening import publishing, scheduling
        from screening.admin import base as editor
        from screening.admin import keeping

        from . import (  # noqa: F401  (checks and signals register)
            access,
            checks,
            durability,
            logs,
            readiness,
            signals,
            triggers,
            unsent,
            vault,
        )

        # The Django admin's own sign-in form knows no second factor and no rate limit, so it leads to ours.
        admin.site.login = secure_admin_login(admin.site.login)
        admin.site.has_permission = editor.may_open
        editor.register_requirement(access.is_editor)
        editor.register_link("Impact", lambda draft: f"{reverse('clinician:impact')}?questionnaire={draft.key}")
        keeping.register_keeper(unsent.take)
        scheduling.require_right(access.may_publish)
        publishing.require(readiness.crisis_contacts_confirmed)
        publishing.require(readiness.alerts_reach_somebody)
        pre_migrate.connect(triggers.remove_before_migrate, sender=self, dispatch_uid="intake.triggers.before")
        post_migrate.connect(triggers.install_after_migrate, sender=self, dispatch_uid="intake.triggers")
        setting_changed.connect(vault.forget_keys, dispatch_uid="intake.vault")
        durability.watch_connections()
        logs.keep_tokens_out()
