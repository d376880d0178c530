"""Template tags of the staff pages."""

from __future__ import annotations

from django import template

from intake import access, qr
from intake.permissions import Permission

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Whether the signed-in person may do something in some clinic: `{% may "INVITE" as may_invite %}`."""
    if "alarm" in context:
        return permission in context["alarm"].may
    request = context.get("request")
    return request is not None and access.may_somewhere(request.user, Permission[permission])


@register.inclusion_tag("clinician/_qr.html")
def qr_code(text: str, label: str) -> dict[str, object]:
    """A link as a QR code, with a label for those who cannot see it."""
    return {"code": qr.code_of(text), "label": label}
