"""The patient's addresses. A section's link_id is never one of the words under `q/` (checked before publishing)."""

from __future__ import annotations

from django.urls import path

from . import answering, asked, correcting, deleting, names, notice, on_tablet, safety, sending, starting

app_name = "patient"

urlpatterns = [
    path("", starting.landing, name="landing"),
    path("start/<slug:slug>/", starting.start, name="start"),
    path("i/<str:token>/", starting.invitation, name="invitation"),
    path("welcome/", starting.welcome, name="welcome"),
    path("resume/", starting.resume, name="resume"),
    path("tablet/", on_tablet.locked, name="tablet"),
    path("tablet/start/", on_tablet.start, name="tablet_start"),
    path("deleted/", deleting.deleted, name="deleted"),
    path("language/", starting.language, name="language"),
    path("text-size/", starting.text_size, name="text_size"),
    path("names/<slug:sha256>/<slug:key>.json", names.medicine_names, name="medicine_names"),
    path("asked/", asked.asked, name="asked"),
    path("q/check/", sending.check, name="check"),
    path("q/send/", sending.send, name="send"),
    path("q/sent/", sending.sent, name="sent"),
    path("q/copy/", sending.copy, name="copy"),
    path("q/notice/", notice.notice, name="notice"),
    path("q/correct/", correcting.correct, name="correct"),
    path("q/code/", on_tablet.code, name="code"),
    path("q/delete/", deleting.delete, name="delete"),
    path("q/help/", safety.help_now, name="help"),
    path("q/stay/", safety.stay, name="stay"),
    path("q/stop/", safety.stop, name="stop"),
    path("q/<str:link_id>/", answering.section, name="section"),
]
