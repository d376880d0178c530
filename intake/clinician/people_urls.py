"""The addresses about one person, below /staff/people/."""

from __future__ import annotations

from django.urls import path

from . import check_ins, copying, people

urlpatterns = [
    path("check-ins/", check_ins.check_ins, name="check_ins"),
    path("people/<str:reference>/", people.person, name="person"),
    path("people/<str:reference>/copy/", copying.person_copy, name="person_copy"),
    path("people/<str:reference>/same/<str:other>/", people.decide, name="person_decide"),
    path("people/<str:reference>/take-back/<uuid:match_id>/", people.take_back, name="person_take_back"),
    path("people/<str:reference>/sessions/", people.record_session, name="person_session"),
    path(
        "people/<str:reference>/sessions/<uuid:session_id>/withdraw/",
        people.withdraw_session,
        name="person_session_withdraw",
    ),
    path("people/<str:reference>/schedule/", people.set_schedule, name="person_schedule"),
    path("people/<str:reference>/schedule/end/", people.end_schedule, name="person_schedule_end"),
]
