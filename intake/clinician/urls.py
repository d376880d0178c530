"""The staff's addresses, below /staff/."""

from __future__ import annotations

from django.urls import include, path

from . import (
    acknowledging,
    alert_urls,
    assigning,
    dispositions,
    invitation_urls,
    office_urls,
    people_urls,
    review_notes,
    searching,
    tablet,
    views,
)

app_name = "clinician"

urlpatterns = [
    *alert_urls.urlpatterns,
    *invitation_urls.urlpatterns,
    *people_urls.urlpatterns,
    path("", views.worklist, name="worklist"),
    *office_urls.urlpatterns,
    path("search/", searching.search, name="search"),
    path("responses/<str:reference>/", views.summary, name="summary"),
    path("responses/<str:reference>/assign/", assigning.assign, name="assign"),
    path("responses/<str:reference>/summary.pdf", views.summary_pdf, name="summary_pdf"),
    path("responses/<str:reference>/text/", views.summary_text, name="summary_text"),
    path("responses/<str:reference>/response.fhir.json", views.summary_fhir, name="summary_fhir"),
    path("responses/<str:reference>/summary.txt", views.summary_txt, name="summary_txt"),
    path("tablet/", tablet.open_tablet, name="tablet"),
    path("tablet/<str:reference>/continue/", tablet.continue_draft, name="tablet_continue"),
    path("responses/<str:reference>/", include("intake.clinician.review_urls")),
    path("clinic/decisions/", dispositions.choose, name="dispositions_choose"),
    path("clinic/<slug:slug>/decisions/", dispositions.dispositions, name="dispositions"),
    path("unsent/", review_notes.unsent_words, name="unsent"),
    path("alerts/<uuid:alert_id>/acknowledge/", acknowledging.acknowledge, name="acknowledge"),
]
