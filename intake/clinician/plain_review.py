"""The review as plain text: what came later, what was done about each point, and what was signed. Notes stay out."""

from __future__ import annotations

from collections.abc import Iterator

from .review import ReviewPage, Signed


def review_lines(review: ReviewPage) -> list[str]:
    """The lines below the heading, in the order of the page. Private notes are nobody's but the clinic's."""
    lines = [review.state, *([f"Before anybody signs: {review.before}"] if review.before else [])]
    lines += [f"- Asked again by {one.who}: {'; '.join(one.questions)}. {one.outcome}" for one in review.asked]
    for one in review.answers:
        note = f" ({one.note})" if one.note else ""
        origin = "Entered by staff" if one.is_by_staff else "Asked again"
        lines.append(f"- {origin}, {one.question}: {one.later}; the patient: {one.patient}. {one.who}{note}")
    lines += [f"- With the later answers, {one.title}: {one.now}; before: {one.own}" for one in review.changes]
    for mark in review.reviewed:
        lines += [f"- {mark.title}: {one.who}{f': {one.text}' if one.text else ''}" for one in mark.done]
    return [*lines, *(line for one in review.signatures for line in _signed(one))]


def _signed(one: Signed) -> Iterator[str]:
    state = "" if one.is_current else ", before the latest information"
    yield f"- Signed by {one.who}{state}: {one.disposition}. {one.rationale}"
    for verb, added in (("Signed as well by", one.cosigned), ("Addendum by", one.addenda)):
        yield from (f"  {verb} {each.who}{f': {each.text}' if each.text else ''}" for each in added)
