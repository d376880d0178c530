"""What the summary says of a response's alerts: that nobody was told, once; and that what called was taken back."""

from __future__ import annotations

from intake import actions
from intake.clinician.reading import summary_of
from intake.models import Alert, QuestionnaireResponse, User
from tests.intake.sample import NOW, Tab, later

PLAN = "An answer that cannot wait (plan_now?)"


NOBODY = "Nobody has been told yet: 2 alerts have waited, the first since 10:00 on 2 Mar 2026."


def lines(response: QuestionnaireResponse) -> set[str]:
    """Without order: alerts of one moment have none."""
    response.refresh_from_db()
    found = [line.text for line in summary_of(response, now=NOW).safety if "alert" in line.text or line.alert]
    assert len(found) == len(set(found))
    return set(found)


def test_one_that_waits_says_since_when_and_that_nobody_knows(tab: Tab) -> None:
    tab.save(weapon_near="yes")

    assert lines(tab.response) == {
        "An answer that cannot wait (weapon_near?): "
        "nobody has been told yet, the alert has waited since 10:00 on 2 Mar 2026."
    }


def test_that_nobody_was_told_is_said_once_for_several(tab: Tab) -> None:
    tab.save(plan_now="yes")

    assert lines(tab.response) == {NOBODY, f"{PLAN}.", "Urgent answers (suicide_plan)."}

    found = [line.text for line in summary_of(tab.response, now=NOW).safety]
    assert found.index(NOBODY) < found.index(f"{PLAN}.")


def test_each_can_still_be_acknowledged(tab: Tab) -> None:
    tab.save(plan_now="yes")

    found = [line for line in summary_of(tab.response, now=NOW).safety if line.alert]

    assert {line.alert for line in found} == {str(alert.pk) for alert in Alert.objects.all()}
    assert all(line.is_open for line in found)


def test_nobody_is_not_said_where_somebody_was_told(tab: Tab) -> None:
    tab.save(plan_now="yes")
    Alert.objects.filter(kind=Alert.Kind.AT_ONCE).update(sent_at=later(minutes=1))

    assert lines(tab.response) == {
        f"{PLAN}: alert sent to the clinic on 2 Mar 2026, 10:01, not acknowledged yet.",
        "Urgent answers (suicide_plan): this alert has waited to be sent since 10:00 on 2 Mar 2026.",
    }


def test_what_was_taken_back_says_so(tab: Tab) -> None:
    tab.save(plan_now="yes")
    tab.save(plan_now="no")

    assert lines(tab.response) == {NOBODY, f"{PLAN}, changed since.", "Urgent answers (suicide_plan), changed since."}

    tab.finish(family_name="Example", harm_thoughts="no", low_mood="no", weapon_near="no")
    actions.submit(response_id=tab.response.pk, now=NOW)

    assert lines(tab.response) == {
        NOBODY,
        f"{PLAN}, changed before sending.",
        "Urgent answers (suicide_plan), changed before sending.",
    }


def test_a_clinic_that_does_not_show_changes_is_told_of_none(tab: Tab) -> None:
    tab.save(plan_now="yes")
    tab.save(plan_now="no")
    tab.response.refresh_from_db()
    tab.response.settings["changed_answers"] = False
    tab.response.save(update_fields=["settings"])

    assert lines(tab.response) == {NOBODY, f"{PLAN}.", "Urgent answers (suicide_plan)."}


def test_one_that_was_acknowledged_stays_as_it_is(tab: Tab, clinician: User) -> None:
    tab.save(plan_now="yes")
    for alert in Alert.objects.all():
        actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=NOW)

    done = "acknowledged by Clara on 2 Mar 2026, 10:00: Called."
    assert lines(tab.response) == {f"{PLAN}: {done}", f"Urgent answers (suicide_plan): {done}"}
