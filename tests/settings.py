"""Settings of the tests: the product's own, in a directory of their own, with a fast password hasher and kept mail."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_directory = Path(tempfile.mkdtemp(prefix="screening-tests-"))
os.environ.setdefault("DATA_DIR", str(_directory))
os.environ.pop("EMAIL_URL", None)

from intake.settings import *  # noqa: E402, F403
from intake.settings import CACHES, DATABASES, STORAGES  # noqa: E402

if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file, as in production: an in-memory database has neither a write-ahead log nor a second connection.
    DATABASES["default"]["TEST"] = {"NAME": str(_directory / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["timeout"] = 120  # a busy machine is slow, not wrong
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # a thread of a server that ends would leave one behind

ERASURE_LIST = _directory / "erased.jsonl"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# One cache, emptied before each test.
CACHES = {name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"} for name in CACHES}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True  # no collected files are needed, and none are missed
MFA_TOTP_TOLERANCE = 1  # the half minute may turn between reading the digits and sending them
