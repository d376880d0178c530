"""Settings, all from the environment. `docs/operations.md` lists every name with its default."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from environs import validate

from .config import BASE_DIR, debug_only_on, development_secret, env, is_loopback, with_options

# The one address under which this installation is reached; it builds every link, never the Host header.
SITE_ORIGIN: str = env.origin("SITE_ORIGIN", "http://127.0.0.1:8000") or "http://127.0.0.1:8000"
IS_EMBEDDED = is_loopback(SITE_ORIGIN)
DEBUG = env.bool("DEBUG", False, validate=debug_only_on(SITE_ORIGIN))
DATA_DIR = BASE_DIR / env.str("DATA_DIR", "var")
KEYRING_FILE = BASE_DIR / env.str("KEYRING_FILE", str(DATA_DIR / "keyring.json"))
# What was erased, to be erased again when an older backup is restored.
ERASURE_LIST = DATA_DIR / "erased.jsonl"
SECRET_KEY = (
    env.str("SECRET_KEY", development_secret(DATA_DIR / "secret_key")) if IS_EMBEDDED else env.str("SECRET_KEY")
)

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if IS_EMBEDDED else [SITE_ORIGIN.split("//", 1)[1].split(":")[0]]
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN]
TRUSTED_PROXIES: list[str] = env.networks("TRUSTED_PROXIES", "")

INSTALLED_APPS = [
    "intake.apps.IntakeConfig",
    "screening.apps.ScreeningConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "intake.middleware.EdgeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, so that sizes tell little: docs/decisions/0030
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "intake.clinician.middleware.StaffLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "intake.middleware.StaffSessionMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "intake.middleware.SecondFactorMiddleware",
    "intake.middleware.StepUpMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "intake.unreadable.UnreadableMiddleware",
]

ROOT_URLCONF = "intake.urls"
WSGI_APPLICATION = "intake.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "intake.context_processors.site",
                "intake.context_processors.idle",
                "intake.context_processors.alarm",
            ],
        },
    }
]

# --- Store: docs/decisions/0003-durable-sqlite.md says why each pragma is what it is. ---
DATABASES: dict[str, Any] = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'intake.sqlite3'}")}
if (DATABASES["default"] or {}).get("ENGINE") == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        ),
    }
else:
    # A connection serves the next requests of its thread as well, while it is younger than this and still answers.
    age = env.int("CONN_MAX_AGE", 60, validate=validate.Range(min=0))
    DATABASES["default"] = {**(DATABASES["default"] or {}), "CONN_MAX_AGE": age, "CONN_HEALTH_CHECKS": True}
# A copy that its server keeps up to date, for reports and replays: replica.py. One that is away is noticed within three
# seconds, and a connection that was lost on the way within 45.
if env.str("REPLICA_DATABASE_URL", ""):
    DATABASES["replica"] = with_options(
        env.dj_db_url("REPLICA_DATABASE_URL"),
        connect_timeout=3,
        keepalives_idle=30,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=45_000,
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Holds counts for limits (limits.py and allauth's), so it may be lost but not culled while they matter.
CACHES = {
    "default": {
        "BACKEND": "intake.database_cache.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # How often answers were saved just now: a commit for each would cost more than the save it counts.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}},
}

# --- Staff sign-in: e-mail, password and a second factor. ---
AUTH_USER_MODEL = "intake.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "clinician:worklist"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "intake.staff_accounts.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Wrong passwords and codes: for each address, and for each account as one browser tries it (known_browsers.py).
# New passwords asked for: for each address, and for each account.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/m/ip,5/300s/key", "reset_password": "3/h/ip,3/h/key"}
ACCOUNT_FORMS = {"reset_password": "intake.staff_accounts.ResetPasswordForm"}
MFA_FORMS = {
    "authenticate": "intake.staff_accounts.AuthenticateForm",
    "authenticate_webauthn": "intake.staff_accounts.AuthenticateWebAuthnForm",
}
MFA_ADAPTER = "intake.staff_accounts.StaffMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
# Browsers offer passkeys on http://localhost, which is how a trial on this machine is reached.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_EMBEDDED
MFA_TOTP_ISSUER = "Ketamine screening"

# --- Sessions and cookies. The __Host- prefix needs https, which a loopback address does not have. ---
SESSION_COOKIE_NAME = "intake" if IS_EMBEDDED else "__Host-intake"
CSRF_COOKIE_NAME = "csrf" if IS_EMBEDDED else "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not IS_EMBEDDED
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60  # since the last page; staff sessions end sooner (staff_sessions.py)
TABLET_IDLE = 10 * 60  # since the last page, on a clinic's tablet
IDLE_WARNING = 5 * 60  # a patient's page says so before it closes
SESSION_ENGINE = "intake.session_store"
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "intake.patient.errors.csrf_failure"

# --- Headers ---
SECURE_SSL_REDIRECT = not IS_EMBEDDED
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 0 if IS_EMBEDDED else 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not IS_EMBEDDED
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Languages, time, static files ---
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "intake" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has a use for our style sheets
CRISPY_ALLOWED_TEMPLATE_PACKS = ("formpack",)
CRISPY_TEMPLATE_PACK = "formpack"
CRISPY_FAIL_SILENTLY = False

# --- Mail ---
# Without EMAIL_URL, mails are written to files: nothing leaves a machine that was not told how.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
globals().update(env.mail_url("EMAIL_URL", "") or {})
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "screening@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Processes that share one large replay of a draft over past responses; 1 leaves all of it to the worker.
REPLAY_PROCESSES: int = env.int("REPLAY_PROCESSES", 2, validate=validate.Range(min=1))

# A monitor elsewhere that raises the alarm when it is not called for some minutes.
HEARTBEAT_URL: str = env.https_url("HEARTBEAT_URL", "")

_LINES = "plain" if IS_EMBEDDED else "json"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "intake.logs.PlainLines", "format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "intake.logs.JsonLines"},
    },
    "filters": {"places": {"()": "intake.logs.PlacesOnly"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _LINES, "filters": ["places"]}},
    # Django's own handlers would write errors whole, and mail them.
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

env.seal()
