"""The alerts of one response in words: what each is for, and what became of it. What is so of all is said once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from intake import records
from intake.models import Alert, QuestionnaireResponse
from screening.engine.assessment import Assessment

from .safety import AlertLine
from .wording import Reading, day, label, moment, words

KIND_TITLES = {
    Alert.Kind.AT_ONCE: "An answer that cannot wait",
    Alert.Kind.URGENT: "Urgent answers",
    Alert.Kind.UNRESOLVED_SAFETY: "Unresolved safety",
    Alert.Kind.SAFETY_PANEL: "Crisis contacts were shown",
}
NOT_SO_ANY_MORE = {
    Alert.Kind.AT_ONCE: "changed",
    Alert.Kind.URGENT: "changed",
    Alert.Kind.UNRESOLVED_SAFETY: "settled",
}


def alert_lines(
    response: QuestionnaireResponse, alerts: Sequence[Alert], reading: Reading, assessment: Assessment
) -> tuple[AlertLine, ...]:
    """A line for each alert, in their order. Where several wait and nobody was told, one before them says since when.

    `assessment` is of the answers that the page shows: an alert stays when its answer was changed, and says so.
    """
    return tuple(_Lines(response, alerts, reading, assessment).all())


class _Lines:
    """Writes the lines of one response. Times are in the clinic's zone."""

    def __init__(
        self, response: QuestionnaireResponse, alerts: Sequence[Alert], reading: Reading, assessment: Assessment
    ) -> None:
        self.response, self.alerts, self.assessment = response, alerts, assessment
        self.zone = ZoneInfo(response.clinic.timezone)
        self.titles = {one.link_id: label(one) for one in reading.definition.questions()}
        self.titles |= {flag.link_id: words(flag.title) for flag in reading.definition.flags}
        self.is_anybody_told = any(alert.sent_at or alert.acknowledged_at for alert in alerts)
        self.waiting = [one for one in alerts if not (one.sent_at or one.acknowledged_at or one.failed_at)]
        self.is_said_once = len(self.waiting) > 1 and not self.is_anybody_told

    def all(self) -> Iterator[AlertLine]:
        if self.is_said_once:
            since = self._since(min(alert.created_at for alert in self.waiting))
            text = f"Nobody has been told yet: {len(self.waiting)} alerts have waited, the first since {since}."
            yield AlertLine(text=text, is_open=True)
        for alert in self.alerts:
            yield self._line(alert)

    def _line(self, alert: Alert) -> AlertLine:
        text = self._about(alert)
        if not (self.is_said_once and alert in self.waiting):
            text = f"{text}: {self._what_happened(alert)}"
        text = text if text.endswith((".", "!", "?")) else f"{text}."
        return AlertLine(text=text, is_open=alert.acknowledged_at is None, alert=str(alert.pk))

    def _about(self, alert: Alert) -> str:
        kind, reason = Alert.Kind(alert.kind), records.read_reason(alert)
        name = f" ({self.titles[reason]})" if reason in self.titles else ""
        when = "before sending" if self.response.is_sent else "since"
        taken_back = f", {NOT_SO_ANY_MORE[kind]} {when}" if self._is_taken_back(alert, kind, reason) else ""
        return f"{KIND_TITLES[kind]}{name}{taken_back}"

    def _is_taken_back(self, alert: Alert, kind: Alert.Kind, reason: str) -> bool:
        """Whether the answers that the page shows would not raise this alert. One that a correction raised has others
        behind it; and where the clinic does not show what was changed, nothing is said."""
        sent_at = self.response.sent_at
        is_of_correction = sent_at is not None and alert.created_at > sent_at
        shows = self.response.settings.get("changed_answers", True)
        return kind in NOT_SO_ANY_MORE and shows and not is_of_correction and not self._is_so(kind, reason)

    def _is_so(self, kind: Alert.Kind, reason: str) -> bool:
        found = self.assessment
        if kind == Alert.Kind.URGENT:
            return any(flag.flag == reason and flag.severity == "urgent" for flag in found.flags)
        if kind == Alert.Kind.UNRESOLVED_SAFETY:
            return any(flag.flag == reason for flag in found.unresolved)
        named = {each.question for each in found.alert_because}
        return found.alert_at_once and (reason in named or reason not in self.titles)

    def _what_happened(self, alert: Alert) -> str:
        if alert.acknowledged_at and alert.acknowledged_by:
            note = records.read_note(alert)
            at = moment(alert.acknowledged_at.astimezone(self.zone))
            return f"acknowledged by {alert.acknowledged_by.name} on {at}: {note}"
        if alert.sent_at:
            return f"alert sent to the clinic on {moment(alert.sent_at.astimezone(self.zone))}, not acknowledged yet"
        if alert.failed_at:
            return f"alert could not be delivered on {moment(alert.failed_at.astimezone(self.zone))}; it is tried again"
        return self._waits(alert)

    def _waits(self, alert: Alert) -> str:
        since = self._since(alert.created_at)
        if self.is_anybody_told:
            return f"this alert has waited to be sent since {since}"
        return f"nobody has been told yet, the alert has waited since {since}"

    def _since(self, at: datetime.datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local:%H:%M} on {day(local)}"
