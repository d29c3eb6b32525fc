"""One machine, embedded services, plain HTTP on the loopback interface."""

from __future__ import annotations

from webapp.settings.base import *  # noqa: F403
from webapp.settings.base import SECRET_KEY

# `./run` generates a real key in the data folder; this one only lets a bare `manage.py` start.
SECRET_KEY = SECRET_KEY or "insecure-development-key-used-only-without-run"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
