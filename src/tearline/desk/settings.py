"""Settings of the desk. What differs from place to place comes from the environment; docs/deploy.md lists it.

Safe by default: localhost only, no inline script or style, cookies for this site alone, no sign-up.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tearline.desk.accounts.sign_on import FILE, for_allauth, read_sign_on
from tearline.desk.database import database
from tearline.desk.secrets import desk_secret

HERE: Final = Path(__file__).parent
WORKSPACE: Final = Path(os.environ.get("TEARLINE_WORKSPACE", "tearline-workspace")).resolve()
HTTPS: Final = os.environ.get("TEARLINE_HTTPS", "") == "1"
"""Behind a proxy with TLS: cookies over TLS alone, and the proxy's word on the scheme is believed."""

DEBUG = False
SECRET_KEY = desk_secret(WORKSPACE)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *os.environ.get("TEARLINE_HOSTS", "").split()]
CSRF_TRUSTED_ORIGINS = os.environ.get("TEARLINE_ORIGINS", "").split()

INSTALLED_APPS = [
    # First, so that their pages stand before those of the packages below.
    "tearline.desk.accounts",
    "tearline.desk.api",
    "tearline.desk.cases",
    "tearline.desk.registry",
    "tearline.desk.today",
    "tearline.desk.work",
    "tearline.desk.requests",
    "tearline.desk.taking_in",
    "tearline.desk.reading",
    "tearline.desk.oversight",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "tearline.desk.middleware.careful",
    "tearline.desk.static_files.served",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tearline.desk.accounts.sessions.limited",
    "tearline.desk.middleware.signed_in",
    "tearline.desk.middleware.plain_errors",
    "tearline.desk.cases.recusal.kept",
]

ROOT_URLCONF = "tearline.desk.urls"
ASGI_APPLICATION = "tearline.desk.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tearline.desk.pages.frame",
            ],
        },
    }
]

DATABASES = {"default": database(WORKSPACE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "desk_cache"},
}
"""In the database, so that the throttling of sign-ins counts across processes."""

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# -- accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "tearline.desk.accounts.adapter.Adapter"
ACCOUNT_FORMS = {"change_password": "tearline.desk.accounts.forms.NewPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "tearline.desk.accounts.adapter.FactorAdapter"
MFA_TOTP_ISSUER = "Tearline"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
"""Browsers give keys to plain HTTP on localhost alone."""
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""Accounts have no mail address: whoever administers them hands them over."""

SIGN_ON = read_sign_on(WORKSPACE / "desk" / FILE)
SOCIALACCOUNT_ADAPTER = "tearline.desk.accounts.adapter.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = for_allauth(SIGN_ON)
SOCIALACCOUNT_STORE_TOKENS = False

SESSION_COOKIE_AGE = int(timedelta(hours=10).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS

# -- the browser --------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *(provider.origin for provider in SIGN_ON.providers)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

FILE_UPLOAD_HANDLERS = ["tearline.desk.taking_in.uploads.Bounded"]
"""Uploads are written to the workspace alone."""

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static", ("desk/fonts", HERE.parent / "report" / "fonts")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tearline.desk.static_files.Hashed"},
}

# -- languages ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LANGUAGE_COOKIE_SAMESITE = "Strict"
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
