"""Template tags of the review of a summary."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from intake import unsent
from intake.clinician.review import Mark, ReviewPage

register = template.Library()


@register.filter
def of_point(review: ReviewPage | str, point: Any) -> Mark | None:
    """What was done about a point of the face sheet: `{% with mark=review|of_point:point %}`."""
    return review.mark_of(point) if isinstance(review, ReviewPage) else None


@register.simple_tag(takes_context=True)
def written_by(context: Any) -> SafeString:
    """Who a form was drawn for, so that what they typed is kept for them when their session ends meanwhile."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return SafeString("")
    return format_html('<input type="hidden" name="{}" value="{}">', unsent.WRITER, unsent.signature_of(request.user))
