"""Behind TLS, with real PostgreSQL and a real broker; refuses to start without a secret key."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from webapp.settings.base import *  # noqa: F403
from webapp.settings.base import SECRET_KEY
from webapp.settings.env import env

if not SECRET_KEY:
    raise ImproperlyConfigured("Set PLUMBLINE_SECRET_KEY to a long random string.")

SECURE_SSL_REDIRECT = env.bool("PLUMBLINE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = env.list("PLUMBLINE_TRUSTED_ORIGINS", default=[])
SECURE_HSTS_SECONDS = env.int("PLUMBLINE_HSTS_SECONDS", default=31_536_000)
