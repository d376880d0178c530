"""How gunicorn serves the product. Threads stand slow clients; `docs/operations.md` says how to size them."""

from __future__ import annotations

import io
import os
from urllib.parse import urlsplit

_port = urlsplit(os.environ.get("SITE_ORIGIN", "http://127.0.0.1:8000")).port or 8000

bind = os.environ.get("BIND", f"127.0.0.1:{_port}")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
max_requests = 5_000
max_requests_jitter = 500
limit_request_line = 4_094
limit_request_fields = 60
forwarded_allow_ips = os.environ.get("TRUSTED_PROXIES", "127.0.0.1")
# No access log: an address can hold a token. Put one in front that leaves tokens out, as deploy/nginx.conf does.
accesslog = None
loglevel = "warning"
# The server's own lines have the form of all others: JSON, without tokens, and of an error its kind and place only.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "intake.logs.JsonLines"}},
    "filters": {"tokens": {"()": "intake.logs.RedactTokens"}, "places": {"()": "intake.logs.AlwaysPlaces"}},
    "handlers": {
        "errors": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["tokens", "places"]},
    },
    "root": {"level": "WARNING", "handlers": ["errors"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["errors"], "propagate": False},
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}


def on_starting(server: object) -> None:
    """Refuse to serve what a system check calls an error, before any worker is there. Raises `SystemExit`."""
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError
    from django.db import connections

    import intake.wsgi  # noqa: F401 (sets the product up)

    try:
        call_command("check", stdout=io.StringIO())  # what is wrong goes to the error stream
    except SystemCheckError as error:
        raise SystemExit(str(error)) from None
    finally:
        connections.close_all()  # a worker opens its own: one connection is never shared across a fork
