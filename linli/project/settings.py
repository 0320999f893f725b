"""Settings of Linli; everything that differs between installations comes from the environment."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from linli.project import environment as env

BASE_DIR = env.ROOT
VAR = Path(env.text("LINLI_VAR", str(BASE_DIR / "var")))

LINLI_DEMO = env.flag("LINLI_DEMO")
"""Demonstration: synthetic people, one-click accounts, a ribbon on every page. Never beside real data."""
DEBUG = env.flag("DEBUG")
LINLI_PRODUCTION = env.flag("LINLI_PRODUCTION")
if LINLI_PRODUCTION and (LINLI_DEMO or DEBUG):
    raise ImproperlyConfigured("LINLI_PRODUCTION=1 excludes LINLI_DEMO and DEBUG: demo accounts have known passwords.")

SECRET_KEY = env.kept_secret("SECRET_KEY", VAR, may_make=not LINLI_PRODUCTION)
LINLI_MASTER_KEY = env.kept_secret("LINLI_MASTER_KEY", VAR, may_make=not LINLI_PRODUCTION)
LINLI_KEYS = env.keys_folder(VAR, may_make=not LINLI_PRODUCTION)
"""The folder of the keys of epochs: outside the database and its backups, shared by every web and worker process."""
LINLI_KEYS_PER_EPOCH = env.number("LINLI_KEYS_PER_EPOCH", 65_536)
if not 1 <= LINLI_KEYS_PER_EPOCH <= 65_536:
    raise ImproperlyConfigured("LINLI_KEYS_PER_EPOCH must be from 1 to 65536.")
LINLI_STEP_UP_MINUTES = env.number("LINLI_STEP_UP_MINUTES", 0)
"""How old a second factor may be to open a sealed field or break a glass; 0: it is not asked for."""
LINLI_GLASS_ROLES = env.items("LINLI_GLASS_ROLES", "worker,station_head,dispatcher")
"""The roles that may break a glass here: all of those that ever may, or fewer."""
LINLI_FILES_ROOT = Path(env.text("LINLI_FILES_ROOT", str(VAR / "files")))
LINLI_AUDIT_HEADS = Path(env.text("LINLI_AUDIT_HEADS", str(VAR / "audit-heads.jsonl")))
"""Where the heads of the sealed trail are told outside the database."""
LINLI_SEALS_STALE_MINUTES = env.number("LINLI_SEALS_STALE_MINUTES", 15)
"""Older unsealed rows of the trail stop the opening of sealed values; 0 switches the rule off (tests, measuring)."""
if LINLI_PRODUCTION and LINLI_SEALS_STALE_MINUTES < 1:
    raise ImproperlyConfigured("LINLI_SEALS_STALE_MINUTES must be at least 1 in production: nothing opens unsealed.")
LINLI_AUTHZ_SCHEMA = env.text("LINLI_AUTHZ_SCHEMA", "authz")
LINLI_DELIVERY_SCOPE = "linli.access.api.as_system"
LINLI_FRONT_LANE = "linli.doors.rest.fast.FastLane"
"""What stands before the pages: a plain report takes the short way, everything else goes on unchanged."""
LINLI_LIVE_AUTH = "linli.project.live.scopes_of"
LINLI_LIVE_LINK = "linli.project.live.matters_of"
LINLI_PUBLIC_PER_MINUTE = env.number("LINLI_PUBLIC_PER_MINUTE", 600)
"""Changes one address may ask for without a token; 0 switches the brake off (measuring)."""
LINLI_HOME_LOOK_DAYS = env.number("LINLI_HOME_LOOK_DAYS", 180)
"""A home that nobody has looked at for so many days is to be looked at again."""
LINLI_HOME_CHECK_DAYS = env.number("LINLI_HOME_CHECK_DAYS", 7)
"""Within so many days somebody looks at a home after a change."""
LINLI_HOME_CHECKS_OPEN = env.number("LINLI_HOME_CHECKS_OPEN", 30)
"""A committee is given no more homes to look at, merely because time has passed, while so many wait."""
LINLI_SUPPORT = env.text("LINLI_SUPPORT", "12345")
LINLI_TRANSPORTS = {"email": "linli.notices.transports.email"}

ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "linli.web.ui",
    "linli.web.worker",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "pgtrigger",
    "django_htmx",
    "csp",
    "linli.audit",
    "linli.files",
    "linli.outbox",
    "linli.calendar",
    "linli.territory",
    "linli.posture",
    "linli.accounts",
    "linli.access",
    "linli.notices",
    "linli.catalogue",
    "linli.register",
    "linli.casework",
    "linli.flow",
    "linli.doors",
    "linli.web.resident",
    "linli.web.desk",
    "linli.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "linli.web.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "linli.project.middleware.ErrorPages",
]

ROOT_URLCONF = "linli.project.urls"
WSGI_APPLICATION = "linli.project.wsgi.application"
ASGI_APPLICATION = "linli.project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "linli.web.ui.context.linli",
            ],
        },
    }
]

DATABASES = env.databases(VAR, SECRET_KEY)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_DATABASE_ALIAS = "default"
PROCRASTINATE_IMPORT_PATHS = [
    "linli.casework.timeline.tasks", "linli.doors.sheets.tasks", "linli.register.households.tasks",
]  # fmt: skip

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["linli.project.signin.ByGate"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "linli.project.signin.ClosedSignUp"
ACCOUNT_FORMS = {"change_password": "linli.project.signin_forms.ChangePassword"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "linli.project.signin.ResetToken"  # noqa: S105  (a dotted name)
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_ADAPTER = "linli.project.signin.SealedFactors"
MFA_TOTP_ISSUER = "Linli"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s: clocks of phones differ
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/work/"

CSRF_FAILURE_VIEW = "linli.web.ui.errors.csrf_failure"
SESSION_ENGINE = "linli.project.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LINLI_PRODUCTION
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if LINLI_PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

LINLI_BASEMAP_URL = env.basemap_url("LINLI_BASEMAP_URL")
LINLI_BASEMAP_ATTRIBUTION = env.basemap_attribution("LINLI_BASEMAP_ATTRIBUTION", needed=bool(LINLI_BASEMAP_URL))
LINLI_BASEMAP_DATUM = env.one_of("LINLI_BASEMAP_DATUM", ("wgs84", "cgcs2000", "gcj02"))

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [BASE_DIR / "linli" / "kernel" / "locale"]
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = LINLI_FILES_ROOT
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 12

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "linli@localhost")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "project_cache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"procrastinate": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
