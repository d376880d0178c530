"""Every address of the product and who may use it, read from the same table that serves requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from .middleware import SecondFactorMiddleware

ANYONE = "anyone"
SIGNED_IN = "signed-in staff, before their second factor too"
STAFF = "staff with a second factor"
ADMIN = "administrators with a second factor"


def every_route() -> list[dict[str, Any]]:
    """One row for each address: path pattern, name, allowed methods (None: not known), who may use it."""
    return [_row(path, names, pattern) for path, names, pattern in _walk(get_resolver().url_patterns, "/", ())]


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, names: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], URLPattern]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from _walk(pattern.url_patterns, path, inner)
        else:
            yield path, names, pattern


def _row(path: str, names: tuple[str, ...], pattern: URLPattern) -> dict[str, Any]:
    name = ":".join((*names, pattern.name)) if pattern.name else None
    return {
        "path": path,
        "name": name,
        "methods": _methods(pattern.callback),
        "who": _who(name, names, pattern.callback),
    }


def _methods(view: Any) -> list[str] | None:
    """What a class-based view handles, or what `require_http_methods` closed over."""
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        return [method.upper() for method in view_class.http_method_names if hasattr(view_class, method)]
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if _is_methods(cell.cell_contents):
                return list(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None


def _is_methods(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(v in ("GET", "HEAD", "POST") for v in value)


def _who(name: str | None, names: tuple[str, ...], view: Any) -> str:
    if names[:1] == ("admin",):
        return ANYONE if name == "admin:login" else ADMIN
    if not getattr(view, "login_required", True):
        return ANYONE
    is_open = name in SecondFactorMiddleware.OPEN | SecondFactorMiddleware.SETTING_UP
    return SIGNED_IN if is_open else STAFF
